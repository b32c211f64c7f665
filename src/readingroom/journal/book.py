"""The event log for readers: filtered, page by page, followed, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from readingroom.index import Database, Event, EventFilter, events
from readingroom.standard import statuses

CSV_COLUMNS = ("id", "at", "kind", "outcome", "peer", "address", "subject", "sentence", "facts")

_PAGE = 1000
_FORMULA = ("=", "+", "-", "@")


class LogBook:
    """Reads the event log of one index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: EventFilter, limit: int, before: tuple[float, int] | None = None) -> list[Event]:
        """The newest first; before: time and row of the last event of the page before."""
        with self._database.reading() as connection:
            return events.list_events(connection, wanted, limit, before)

    def all(self, wanted: EventFilter, limit: int | None = None) -> Iterator[Event]:
        """The newest first, read page by page."""
        before: tuple[float, int] | None = None
        left = limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(_PAGE, left)
            found = self.page(wanted, size, before)
            yield from found
            if len(found) < size:
                return
            before = (found[-1].at, found[-1].id)
            left = None if left is None else left - size

    def last(self) -> int:
        """The row that was written last."""
        with self._database.reading() as connection:
            return events.last_event(connection)

    def after(self, wanted: EventFilter, row: int, limit: int = _PAGE) -> list[Event]:
        """What was written after that row, the oldest first."""
        with self._database.reading() as connection:
            return events.events_after(connection, wanted, row, limit)


def shown(event: Event) -> dict[str, Any]:
    """An event for JSON; its time in UTC. status: the one of its facts in words, empty where it has none."""
    return {
        "id": event.id,
        "at": datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds"),
        "kind": event.kind,
        "outcome": event.outcome,
        "peer": event.peer,
        "address": event.address,
        "subject": event.subject,
        "sentence": event.sentence,
        "facts": dict(event.facts),
        "status": _status_words(event),
    }


def _status_words(event: Event) -> str:
    try:
        return statuses.status_words(event.kind, int(str(event.facts["status"]), 16))
    except (KeyError, ValueError):
        return ""


def to_csv(events: Iterable[Event]) -> Iterator[str]:
    """CSV as RFC 4180 has it, the columns' names first.

    A cell that a spreadsheet would take for a formula begins with an apostrophe: peers choose these texts.
    """
    yield _line(CSV_COLUMNS)
    for event in events:
        cells = shown(event) | {"facts": orjson.dumps(dict(event.facts)).decode()}
        yield _line([_cell(cells[column]) for column in CSV_COLUMNS])


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.lstrip(" \t\r\n'\"").startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    made = io.StringIO()
    csv.writer(made).writerow(cells)
    return made.getvalue()
