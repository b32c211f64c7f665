"""What changed since somebody last looked, told as studies."""

from __future__ import annotations

import time
from typing import Any

from readingroom import index
from readingroom.index import Condition, Database, Test
from readingroom.model import Level

_RECEIVING_SECONDS = 10.0


class StudyEvents:
    """Follows the change feed of one index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> int:
        """The number of the newest change."""
        with self._database.reading() as connection:
            return index.last_change(connection)

    def since(self, seq: int) -> tuple[list[dict[str, Any]], int]:
        """The studies that changed after `seq`, each once, and the number up to which that is told.

        Each has study_instance_uid, kind ("changed" or "removed"), number_of_instances, receiving.
        """
        with self._database.reading() as connection:
            changes = index.changes_since(connection, seq)
            if not changes:
                return [], seq
            uids = tuple(dict.fromkeys(change.study_uid for change in changes))
            found = {
                row.counts["uid"]: row.counts
                for row in index.find(connection, Level.STUDY, [Condition(("study.uid",), Test.IS, uids)])
            }
        now = time.time()
        told = []
        for uid in uids:
            row = found.get(uid)
            told.append(
                {
                    "study_instance_uid": uid,
                    "kind": "changed" if row else "removed",
                    "number_of_instances": row["instance_count"] if row else 0,
                    "receiving": row is not None and now - row["received_last"] < _RECEIVING_SECONDS,
                }
            )
        return told, changes[-1].seq
