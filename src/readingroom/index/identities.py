"""Ids of studies, series and instances: none is given twice, though the row it named may be deleted.

SQLite numbers on from the highest row that is there; a rule that has seen instance 7 would then never look
at the next object when 7 was deleted. So those who take rows out note the highest id, and those who put
rows in number on from that.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, literal, select, union_all
from sqlalchemy.dialects.sqlite import insert as insert_or_replace

from .schema import highest_id, instance, series, study

_KINDS: Mapping[str, Table] = {"study": study, "series": series, "instance": instance}
_highest = union_all(
    select(highest_id.c.kind.label("kind"), highest_id.c.id.label("id")),
    *(
        select(literal(kind).label("kind"), func.coalesce(func.max(table.c.id), 0).label("id"))
        for kind, table in _KINDS.items()
    ),
)


class Identities:
    """Gives ids in one transaction; what it knows holds as long as that does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._highest: dict[str, int] = {}

    def take(self, table: Table) -> int:
        """The next id of the study, series or instance table."""
        if not self._highest:
            self._highest = highest_ids(self._connection)
        self._highest[table.name] += 1
        return self._highest[table.name]


def highest_ids(connection: Connection) -> dict[str, int]:
    """The highest id that a row of each table has or ever had."""
    found = dict.fromkeys(_KINDS, 0)
    for row in connection.execute(_highest):
        found[row.kind] = max(found[row.kind], row.id)
    return found


def keep_highest(connection: Connection) -> None:
    """Note the highest ids, before rows are taken out."""
    statement = insert_or_replace(highest_id)
    rows = [{"kind": kind, "id": pk} for kind, pk in highest_ids(connection).items()]
    connection.execute(statement.on_conflict_do_update(set_={"id": statement.excluded.id}), rows)
