"""Hanging protocols, one row each. Those whose owner is empty are everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from readingroom.errors import Conflict, NotFound

from .schema import hanging

_OF = hanging.c


@dataclass(frozen=True, slots=True)
class StoredHanging:
    """body: as JSON. owner: empty for everybody's. pk is 0 before it is stored."""

    pk: int
    owner: str
    name: str
    body: str


def seen_by(connection: Connection, owner: str) -> list[StoredHanging]:
    """Those of one person in their order, then everybody's in theirs."""
    rows = connection.execute(
        select(hanging).where(_OF.owner.in_((owner, ""))).order_by(_OF.owner == "", _OF.position, _OF.id)
    )
    return [StoredHanging(row.id, row.owner, row.name, row.body) for row in rows]


def find(connection: Connection, pk: int) -> StoredHanging:
    """Raises NotFound."""
    row = connection.execute(select(hanging).where(_OF.id == pk)).one_or_none()
    if row is None:
        raise _missing()
    return StoredHanging(row.id, row.owner, row.name, row.body)


def add(connection: Connection, new: StoredHanging, most: int) -> StoredHanging:
    """Last among those of its owner. Raises Conflict when the name is taken, or there are `most` already."""
    count, last = connection.execute(
        select(func.count(), func.max(_OF.position)).where(_OF.owner == new.owner)
    ).one()
    if count >= most:
        raise Conflict(f"There are {most} hangings already; remove one first.")
    values = {"owner": new.owner, "name": new.name, "body": new.body, "position": (last or 0) + 1}
    try:
        made = connection.execute(insert(hanging), values)
    except IntegrityError:
        raise _taken(new.name) from None
    key = made.inserted_primary_key
    assert key is not None
    return StoredHanging(int(key[0]), new.owner, new.name, new.body)


def change(connection: Connection, changed: StoredHanging) -> None:
    """Another owner, name or body. Raises NotFound, and Conflict when the name is taken."""
    values = {"owner": changed.owner, "name": changed.name, "body": changed.body}
    try:
        done = connection.execute(update(hanging).where(_OF.id == changed.pk), values)
    except IntegrityError:
        raise _taken(changed.name) from None
    if done.rowcount == 0:
        raise _missing()


def remove(connection: Connection, pk: int) -> None:
    """Raises NotFound."""
    if connection.execute(delete(hanging).where(_OF.id == pk)).rowcount == 0:
        raise _missing()


def put_in_order(connection: Connection, owner: str, pks: Sequence[int]) -> None:
    """Those of one owner that are named come first, in this order."""
    own = list(
        connection.execute(select(_OF.id).where(_OF.owner == owner).order_by(_OF.position, _OF.id)).scalars()
    )
    asked = [pk for pk in dict.fromkeys(pks) if pk in own]
    for place, pk in enumerate(asked + [pk for pk in own if pk not in asked]):
        connection.execute(update(hanging).where(_OF.id == pk).values(position=place + 1))


def _missing() -> NotFound:
    return NotFound("There is no such hanging.")


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a hanging {name} already.")
