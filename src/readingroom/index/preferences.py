"""What people chose, one row a choice."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from .schema import preference

_COLUMNS = preference.c


def of_owner(connection: Connection, owner: str, after: int = 0) -> tuple[dict[str, str], int]:
    """Names and values (JSON) of one person that changed after that version, and the version of now."""
    own = select(preference).where(_COLUMNS.owner == owner)
    rows = connection.execute(own.order_by(_COLUMNS.name)).all()
    changed = {row.name: row.value for row in rows if row.version > after}
    return changed, max((row.version for row in rows), default=0)


def change(connection: Connection, owner: str, changed: Mapping[str, str]) -> None:
    """Set these (JSON), all under the next version; the others stay."""
    own = _COLUMNS.owner == owner
    newest = connection.execute(select(func.max(_COLUMNS.version)).where(own)).scalar_one() or 0
    rows = [
        {"owner": owner, "name": name, "value": value, "version": newest + 1}
        for name, value in changed.items()
    ]
    new = insert(preference)
    replaced = {"value": new.excluded.value, "version": new.excluded.version}
    if rows:
        connection.execute(new.on_conflict_do_update(("owner", "name"), set_=replaced), rows)
