"""Searches of the study list that people saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from readingroom.errors import Conflict, NotFound

from .schema import saved_search

_OWN = saved_search.c


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One search; filters: as the list's interface takes them. pk is 0 before it is stored."""

    pk: int
    name: str
    filters: Mapping[str, str] = field(default_factory=dict)


def of_owner(connection: Connection, owner: str) -> list[SavedSearch]:
    """All of one person, the oldest first."""
    rows = connection.execute(select(saved_search).where(_OWN.owner == owner).order_by(_OWN.id))
    return [SavedSearch(row.id, row.name, orjson.loads(row.filters)) for row in rows]


def add(connection: Connection, owner: str, new: SavedSearch, most: int) -> SavedSearch:
    """The search with its key. Raises Conflict when the name is taken, or there are `most` already."""
    owned = select(func.count()).select_from(saved_search).where(_OWN.owner == owner)
    if connection.execute(owned).scalar_one() >= most:
        raise Conflict(f"There are {most} saved searches already; remove one first.")
    try:
        made = connection.execute(insert(saved_search), _row(new) | {"owner": owner})
    except IntegrityError:
        raise _taken(new.name) from None
    key = made.inserted_primary_key
    assert key is not None
    return SavedSearch(int(key[0]), new.name, new.filters)


def change(connection: Connection, owner: str, changed: SavedSearch) -> None:
    """Another name or other filters. Raises NotFound, and Conflict when the name is taken."""
    own = (_OWN.id == changed.pk) & (_OWN.owner == owner)
    try:
        done = connection.execute(update(saved_search).where(own), _row(changed))
    except IntegrityError:
        raise _taken(changed.name) from None
    if done.rowcount == 0:
        raise NotFound("There is no such saved search.")


def remove(connection: Connection, owner: str, pk: int) -> None:
    """Raises NotFound."""
    own = (_OWN.id == pk) & (_OWN.owner == owner)
    if connection.execute(delete(saved_search).where(own)).rowcount == 0:
        raise NotFound("There is no such saved search.")


def _row(search: SavedSearch) -> dict[str, str]:
    return {"name": search.name, "filters": orjson.dumps(dict(search.filters)).decode()}


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a saved search {name} already.")
