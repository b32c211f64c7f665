"""The event log: who called whom, what was asked, and what became of it, one row each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, or_, select

from .schema import event

DONE, WARNING, FAILED = "done", "warning", "failed"
"""Outcomes of events."""

_LONGEST = 1000
_LONGEST_FACTS = 4000
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the event log; at: seconds since the epoch.

    peer: an AE title or a user. subject: a UID or a name of what it is about. facts: numbers and words for
    programs. private: the end of the sentence, which may name a patient; `add_events` never writes it.
    id: its row, 0 before it has one.
    """

    at: float
    kind: str
    peer: str
    subject: str
    sentence: str
    outcome: str = DONE
    address: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; empty fields do not count.

    since, until: seconds since the epoch, the first included, the second not. kinds: any of these. peer: the
    whole AE title or user, or address. text: contained in sentence, subject or peer, case of ASCII ignored.
    """

    since: float | None = None
    until: float | None = None
    kinds: tuple[str, ...] = ()
    peer: str = ""
    outcome: str = ""
    text: str = ""


def add_events(connection: Connection, events: Sequence[Event]) -> None:
    """Append to the event log, texts without control characters and cut at 1000 letters."""
    if events:
        connection.execute(insert(event), [row_of(one) for one in events])


def row_of(one: Event) -> dict[str, Any]:
    """The columns of an event."""
    try:
        facts = orjson.dumps(dict(one.facts), default=str).decode()
    except TypeError:  # text that is none, such as half a surrogate pair
        facts = "{}"
    return {
        "at": one.at,
        "kind": one.kind,
        "outcome": one.outcome,
        "peer": plain(one.peer, 100),
        "address": plain(one.address, 100),
        "subject": plain(one.subject),
        "sentence": plain(one.sentence),
        "facts": facts if len(facts) <= _LONGEST_FACTS else "{}",
    }


def plain(text: str, longest: int = _LONGEST) -> str:
    """The text on one line: what does not print becomes a blank, what is too long is cut."""
    text = text[: longest + 1]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def list_events(
    connection: Connection, wanted: EventFilter, limit: int, before: tuple[float, int] | None = None
) -> list[Event]:
    """The newest first; before: only those after that one in this order, by its time and row."""
    statement = _where(select(event), wanted).order_by(event.c.at.desc(), event.c.id.desc()).limit(limit)
    if before is not None:
        at, row = before
        statement = statement.where(or_(event.c.at < at, and_(event.c.at == at, event.c.id < row)))
    return [_event(row) for row in connection.execute(statement)]


def events_after(connection: Connection, wanted: EventFilter, row: int, limit: int) -> list[Event]:
    """What was written after that row, in the order of writing."""
    statement = _where(select(event), wanted).where(event.c.id > row).order_by(event.c.id).limit(limit)
    return [_event(one) for one in connection.execute(statement)]


def last_event(connection: Connection) -> int:
    """The row that was written last, 0 when there is none."""
    return int(connection.execute(select(func.max(event.c.id))).scalar() or 0)


def newest(connection: Connection, limit: int) -> list[Event]:
    """The events that were written last, the last first."""
    rows = connection.execute(select(event).order_by(event.c.id.desc()).limit(limit))
    return [_event(row) for row in rows]


def forget_events(connection: Connection, before: float | None, most: int) -> int:
    """Drop some of the events that are older than `before` or too many; how many, 0 when nothing is left.

    most: rows to keep, 0 for all. Rows are numbered as they are written, so their numbers count them.
    """
    too_old = [] if before is None else [event.c.at < before]
    too_many = [event.c.id <= last_event(connection) - most] if most else []
    if not too_old and not too_many:
        return 0
    some = select(event.c.id).where(or_(*too_old, *too_many)).limit(_AT_ONCE)
    return connection.execute(delete(event).where(event.c.id.in_(some))).rowcount


def _where(statement: Select[Any], wanted: EventFilter) -> Select[Any]:
    return statement.where(*_conditions(wanted))


def _conditions(wanted: EventFilter) -> Iterator[Any]:
    if wanted.since is not None:
        yield event.c.at >= wanted.since
    if wanted.until is not None:
        yield event.c.at < wanted.until
    if wanted.kinds:
        yield event.c.kind.in_(wanted.kinds)
    if wanted.outcome:
        yield event.c.outcome == wanted.outcome
    if wanted.peer:
        yield or_(event.c.peer == wanted.peer, event.c.address == wanted.peer)
    if wanted.text:
        text = wanted.text.lower()
        columns = (event.c.sentence, event.c.subject, event.c.peer)
        yield or_(*(func.instr(func.lower(column), text) > 0 for column in columns))


def _event(row: Row[Any]) -> Event:
    return Event(
        at=row.at,
        kind=row.kind,
        peer=row.peer,
        subject=row.subject,
        sentence=row.sentence,
        outcome=row.outcome,
        address=row.address,
        facts=orjson.loads(row.facts),
        id=row.id,
    )
