"""Reading the event log: filters, pages, CSV; hostile text made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.index import FAILED, Database, Event, EventFilter, events
from readingroom.journal import CSV_COLUMNS, LogBook, to_csv

ROWS = [
    Event(10.0, "association", "CT1", "", "Accepted CT1.", address="10.0.0.7"),
    Event(20.0, "C-STORE", "CT1", "1.2.3", "Refused: out of resources (A700H).", FAILED, "10.0.0.7"),
    Event(20.0, "C-FIND", "WS1", "", "3 matches.", address="10.0.0.8"),
    Event(30.0, "login", "admin", "", "Signed in.", address="10.0.0.9"),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "index.sqlite") as made:
        made.migrate()
        yield made


@pytest.fixture
def book(database: Database) -> LogBook:
    with database.writing() as connection:
        events.add_events(connection, ROWS)
    return LogBook(database)


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (EventFilter(), ["login", "C-FIND", "C-STORE", "association"]),
        (EventFilter(since=20.0), ["login", "C-FIND", "C-STORE"]),
        (EventFilter(until=20.0), ["association"]),
        (EventFilter(kinds=("C-STORE", "login")), ["login", "C-STORE"]),
        (EventFilter(peer="CT1"), ["C-STORE", "association"]),
        (EventFilter(peer="10.0.0.8"), ["C-FIND"]),
        (EventFilter(outcome="failed"), ["C-STORE"]),
        (EventFilter(text="a700h"), ["C-STORE"]),
        (EventFilter(text="1.2.3"), ["C-STORE"]),
        (EventFilter(text="%"), []),
    ],
)
def test_filters(book: LogBook, wanted: EventFilter, kinds: list[str]) -> None:
    assert [one.kind for one in book.all(wanted)] == kinds


def test_pages_hold_every_event_once_also_those_of_one_moment(book: LogBook) -> None:
    seen: list[str] = []
    before: tuple[float, int] | None = None
    while page := book.page(EventFilter(), 1, before):
        seen += [one.kind for one in page]
        before = (page[-1].at, page[-1].id)
    assert seen == ["login", "C-FIND", "C-STORE", "association"]


def test_following_tells_what_is_new(book: LogBook, database: Database) -> None:
    last = book.last()
    assert book.after(EventFilter(), last) == []
    with database.writing() as connection:
        events.add_events(connection, [Event(1.0, "late", "", "", "An old time, written now.")])
    assert [one.kind for one in book.after(EventFilter(), last)] == ["late"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", '"='])
def test_no_cell_of_the_csv_is_a_formula(database: Database, start: str) -> None:
    formula = f"{start}HYPERLINK(1)"
    hostile = Event(1.0, "C-STORE", formula, formula, formula, address=formula, facts={"x": formula})
    with database.writing() as connection:
        events.add_events(connection, [hostile])
    heads, row = csv.reader(io.StringIO("".join(to_csv(LogBook(database).all(EventFilter())))))
    assert tuple(heads) == CSV_COLUMNS
    for cell in row:
        assert not cell.lstrip(" \t\"'").startswith(("=", "+", "-", "@")) or cell.startswith("'")


def test_text_of_peers_is_one_bounded_line(database: Database) -> None:
    hostile = "a\r\nb\x1b[2J\0\u202ec" + "x" * 5000
    with database.writing() as connection:
        events.add_events(connection, [Event(1.0, "C-STORE", hostile, hostile, hostile, address=hostile)])
    (row,) = LogBook(database).all(EventFilter())
    for text in (row.peer, row.subject, row.sentence, row.address):
        assert text.isprintable()
        assert len(text) <= 1000
        assert text.startswith("a  b [2J  c")
