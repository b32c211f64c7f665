"""Sessions that people read in, and what each of their windows showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from readingroom.errors import NotFound

from .schema import reading_session, reading_window

_OF, _IN = reading_session.c, reading_window.c


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session. windows: what each showed (JSON) by its seat; in lists the seats alone, without."""

    key: str
    name: str
    studies: tuple[str, ...]
    is_closed: bool
    created: float
    used: float
    windows: Mapping[int, str] = field(default_factory=dict)


def of_owner(connection: Connection, owner: str, since: float) -> list[StoredSession]:
    """Those used since then, the last used first."""
    rows = connection.execute(
        select(reading_session)
        .where(_OF.owner == owner, _OF.used >= since)
        .order_by(_OF.used.desc(), _OF.id.desc())
    ).all()
    seats = connection.execute(
        select(_IN.session_id, _IN.seat)
        .where(_IN.session_id.in_([row.id for row in rows]))
        .order_by(_IN.seat)
    ).all()
    return [_session(row, {s.seat: "" for s in seats if s.session_id == row.id}) for row in rows]


def find(connection: Connection, owner: str, key: str, since: float) -> StoredSession:
    """The session with all its windows. Raises NotFound."""
    row = _row(connection, owner, key)
    if row is None or row.used < since:
        raise _missing()
    windows = connection.execute(select(reading_window).where(_IN.session_id == row.id).order_by(_IN.seat))
    return _session(row, {window.seat: window.state for window in windows})


def keep_window(connection: Connection, owner: str, session: StoredSession, seat: int, state: str) -> None:
    """What a window shows now; a session that is not there yet begins. It is open again, its name stays."""
    row = _row(connection, owner, session.key)
    studies = orjson.dumps(session.studies).decode()
    if row is None:
        values = {"owner": owner, "key": session.key, "name": "", "studies": studies}
        times = {"created": session.used, "used": session.used, "is_closed": False}
        made = connection.execute(insert(reading_session), values | times).inserted_primary_key
        assert made is not None
        pk = int(made[0])
    else:
        pk = row.id
        changed = update(reading_session).where(_OF.id == pk)
        connection.execute(changed.values(studies=studies, used=session.used, is_closed=False))
    own = (_IN.session_id == pk) & (_IN.seat == seat)
    if connection.execute(update(reading_window).where(own).values(state=state)).rowcount == 0:
        connection.execute(insert(reading_window), {"session_id": pk, "seat": seat, "state": state})


def change(connection: Connection, owner: str, key: str, values: Mapping[str, str | bool]) -> None:
    """Another name, or closed or not. Raises NotFound."""
    own = (_OF.owner == owner) & (_OF.key == key)
    if connection.execute(update(reading_session).where(own).values(**values)).rowcount == 0:
        raise _missing()


def remove(connection: Connection, owner: str, key: str) -> None:
    """Raises NotFound."""
    row = _row(connection, owner, key)
    if row is None:
        raise _missing()
    _forget(connection, [row.id])


def forget_old(connection: Connection, owner: str, before: float, most: int) -> int:
    """Forget those not used since then, and of one person all but the `most` last used; how many went."""
    old = list(connection.execute(select(_OF.id).where(_OF.used < before)).scalars())
    own = (
        select(_OF.id)
        .where(_OF.owner == owner)
        .order_by(_OF.used.desc(), _OF.id.desc())
        .offset(most)
        .limit(1000)
    )
    pks = [*old, *connection.execute(own).scalars()]
    _forget(connection, pks)
    return len(pks)


def count(connection: Connection, owner: str) -> int:
    """Sessions of one person."""
    return int(connection.execute(select(func.count()).where(_OF.owner == owner)).scalar_one())


def _forget(connection: Connection, pks: Sequence[int]) -> None:
    connection.execute(delete(reading_window).where(_IN.session_id.in_(pks)))
    connection.execute(delete(reading_session).where(_OF.id.in_(pks)))


def _row(connection: Connection, owner: str, key: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(reading_session).where(_OF.owner == owner, _OF.key == key)).one_or_none()


def _session(row: Row[tuple[object, ...]], windows: Mapping[int, str]) -> StoredSession:
    studies = tuple(orjson.loads(row.studies))
    return StoredSession(row.key, row.name, studies, bool(row.is_closed), row.created, row.used, windows)


def _missing() -> NotFound:
    return NotFound("There is no such session.")
