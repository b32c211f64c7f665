"""The journal's thread: nobody waits for it, nothing is lost silently, and it ends with what it was told."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.index import Database, Event, EventFilter, events
from readingroom.journal import Journal, JournalRules, LogBook
from tests.kit.ports import wait_until
from tests.kit.shared_data import REPOSITORY

EVERYTHING = EventFilter()
DAY = 86400.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "index.sqlite") as made:
        made.migrate()
        yield made


def event(number: int, *, at: float = 0.0, private: str = "") -> Event:
    return Event(at or time.time(), "test", "PEER", str(number), f"Number {number}.", private=private)


def subjects(database: Database) -> list[str]:
    return [one.subject for one in LogBook(database).all(EVERYTHING)][::-1]


def test_close_writes_what_was_told_before(database: Database) -> None:
    journal = Journal(database, JournalRules())
    for number in range(2500):
        journal.tell(event(number, at=1000.0 + number))
    journal.close()
    assert subjects(database) == [str(number) for number in range(2500)]


def test_what_comes_too_fast_is_counted_and_told(database: Database) -> None:
    """While somebody else writes, nobody who tells waits; the number that was lost becomes an event."""
    journal = Journal(database, JournalRules(), waiting=10)
    with database.writing():
        begun = time.monotonic()
        for number in range(500):
            journal.tell(event(number))
        assert time.monotonic() - begun < 20.0
    journal.close()
    rows = list(LogBook(database).all(EVERYTHING))
    lost = sum(row.facts["lost"] for row in rows if row.kind == "log")
    assert lost > 0
    assert lost + sum(row.kind == "test" for row in rows) == 500
    assert {row.outcome for row in rows if row.kind == "log"} == {"failed"}


def test_events_outlive_a_database_that_fails_for_a_while(database: Database) -> None:
    journal = Journal(database, JournalRules())
    with sqlite3.connect(database.path) as other:
        other.execute("ALTER TABLE event RENAME TO elsewhere")
    journal.tell(event(1))
    time.sleep(1.5)  # the thread has tried and failed
    with sqlite3.connect(database.path) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO event")
    journal.tell(event(2))
    wait_until(lambda: subjects(database) == ["1", "2"], 30.0, "both are written")
    journal.close()


def test_close_ends_though_the_database_stays_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("readingroom.journal.writer._CLOSE_SECONDS", 1.0)
    with sqlite3.connect(database.path) as other:
        other.execute("DROP TABLE event")
    journal = Journal(database, JournalRules())
    for number in range(3):
        journal.tell(event(number))
    journal.close()
    assert "3 events were not written" in caplog.text


def test_an_event_that_cannot_be_encoded_does_not_stop_the_others(database: Database) -> None:
    journal = Journal(database, JournalRules())
    journal.tell(Event(1.0, "test", "\ud800", "1", "half a pair \udfff", facts={"name": "\ud800"}))
    journal.tell(event(2))
    journal.close()
    assert subjects(database) == ["1", "2"]


def test_old_and_surplus_events_go(database: Database) -> None:
    now = time.time()
    with database.writing() as connection:
        old = [event(n, at=now - 100 * DAY) for n in range(7000)]
        events.add_events(connection, old + [event(n, at=now) for n in range(7000, 7300)])
    rules = JournalRules(keep_days=90.0, most_rows=100, forget_every=0.0)
    journal = Journal(database, rules)
    journal.tell(event(7300))
    wait_until(lambda: len(subjects(database)) == 100, 30.0, "the others are gone")
    journal.close()
    assert subjects(database) == [str(number) for number in range(7201, 7301)]


def test_nothing_goes_when_it_is_kept_for_ever(database: Database) -> None:
    with database.writing() as connection:
        events.add_events(connection, [event(1, at=1.0)])
    journal = Journal(database, JournalRules(keep_days=0.0, most_rows=0, forget_every=0.0))
    journal.tell(event(2))
    journal.flush()
    time.sleep(1.5)
    journal.close()
    assert subjects(database) == ["1", "2"]


@pytest.mark.parametrize(("names", "sentence"), [(True, "Number 1. Doe^John"), (False, "Number 1.")])
def test_private_words_are_kept_only_when_names_are(database: Database, names: bool, sentence: str) -> None:
    journal = Journal(database, JournalRules(patient_names=names))
    journal.tell(event(1, private="Doe^John"))
    journal.close()
    (row,) = LogBook(database).all(EVERYTHING)
    assert row.sentence == sentence


def test_the_end_of_a_process_writes_what_was_told(tmp_path: Path) -> None:
    """As the commands do it: closed by atexit, also when the program ends with an error."""
    program = f"""
import atexit
from pathlib import Path
from readingroom.index import Database, Event
from readingroom.journal import Journal, JournalRules
database = Database(Path({str(tmp_path / "index.sqlite")!r}))
database.migrate()
journal = Journal(database, JournalRules())
atexit.register(journal.close)
for number in range(100):
    journal.tell(Event(1.0 + number, "test", "", str(number), ""))
raise SystemExit(3)
"""
    variables = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=variables, timeout=120)
    assert done.returncode == 3
    with Database(tmp_path / "index.sqlite") as database:
        assert subjects(database) == [str(number) for number in range(100)]
