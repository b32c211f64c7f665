"""Ordering the view tier: one job at a time for the series of studies that have come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from readingroom.index import Connection, Database, jobs, keeping
from readingroom.model import NewJob, Priority

PREPARE_JOB: Final = "prepare"
ORDERED_BY: Final = "view tier"
"""Who orders such a job; it makes renditions, and metadata and thumbnails only where they are missing."""
_AT_ONCE: Final = 200


class ViewOrders:
    """Orders renditions of what is new. quiet_seconds: rest of a study before it counts as complete.

    subject: says for people whose studies these are.
    """

    def __init__(
        self, database: Database, quiet_seconds: float, subject: Callable[[Sequence[str]], str]
    ) -> None:
        self._database = database
        self._quiet = quiet_seconds
        self._subject = subject

    def order(self) -> int | None:
        """The number of the job that was ordered; None while nothing is due or the last is not over.

        The order and the note that it was given are one transaction, so none is lost or given twice. Of a
        series that has grown only the missing renditions are made.
        """
        with self._database.reading() as connection:
            due = keeping.series_without_view(connection, time.time() - self._quiet, _AT_ONCE)
            if not due or is_making(connection):
                return None
        studies = list(dict.fromkeys(state.study_uid for state in due))
        order = NewJob(
            kind=PREPARE_JOB,
            subject=self._subject(studies),
            parameters={
                "studies": " ".join(studies),
                "series": " ".join(dict.fromkeys(state.series_uid for state in due)),
            },
            priority=Priority.LOW,
            ordered_by=ORDERED_BY,
        )
        with self._database.writing() as connection:
            for state in due:
                keeping.keep_view(connection, state)
            return jobs.add_job(connection, order, time.time())


def is_making(connection: Connection) -> bool:
    """Whether an order for renditions is not over."""
    return any(one.order.ordered_by == ORDERED_BY for one in jobs.open_jobs(connection, PREPARE_JOB))
