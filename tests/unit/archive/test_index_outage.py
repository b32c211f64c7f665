"""While the index cannot be written: objects are safe, nobody hangs, and all is found afterwards."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.archive import Archive, Indexer, adopt
from readingroom.blobs import LocalBlobs
from readingroom.errors import Conflict, Unavailable
from readingroom.index import Connection, Database
from readingroom.model import Level, Origin, OriginKind, OutcomeKind, Query
from readingroom.query import QueryEngine
from tests.kit.tiny import element, tiny

ORIGIN = Origin(OriginKind.STOW, "CT1")


class Flaky(Database):
    """The real index, whose disk can be full."""

    is_full = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.is_full:
            raise Unavailable("The index cannot be written: database or disk is full.")
        with super().writing() as connection:
            yield connection


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Flaky]:
    with Flaky(tmp_path / "index.sqlite") as database:
        database.migrate()
        yield database


def opened(database: Flaky, root: Path) -> Archive:
    blobs = LocalBlobs(root / "objects", "test-0")
    return Archive(database, blobs, Indexer(database, blobs))


def closed(archive: Archive) -> None:
    archive.indexer.close()
    archive.blobs.close()


def file_of(number: int) -> io.BytesIO:
    return io.BytesIO(tiny(f"1.2.3.{number}", "1.2.3", "1.2.3.0").dataset)


def count(database: Flaky) -> int:
    return QueryEngine(database, lambda _: {}).count(Query(Level.IMAGE))


def until_it_fails(archive: Archive) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            archive.indexer.accepts()
        except Unavailable:
            return
        time.sleep(0.01)
    pytest.fail("the indexer did not notice")


def test_what_was_acknowledged_comes_in_when_the_index_is_back(database: Flaky, tmp_path: Path) -> None:
    archive = opened(database, tmp_path)
    database.is_full = True
    arrival = archive.ingest(file_of(1), ORIGIN)
    until_it_fails(archive)
    with pytest.raises(Unavailable):
        archive.ingest(file_of(2), ORIGIN)
    database.is_full = False
    assert arrival.wait(10) is OutcomeKind.STORED
    assert archive.ingest(file_of(2), ORIGIN).wait(10) is OutcomeKind.STORED
    assert count(database) == 2
    closed(archive)


def test_nobody_waits_for_an_index_that_cannot_be_written(database: Flaky, tmp_path: Path) -> None:
    archive = opened(database, tmp_path)
    database.is_full = True
    archive.ingest(file_of(1), ORIGIN)
    until_it_fails(archive)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        archive.indexer.flush(60)
    closed(archive)
    assert time.monotonic() - began < 30
    database.is_full = False
    archive = opened(database, tmp_path)
    assert adopt(database, archive.blobs, archive.indexer) == 1
    assert count(database) == 1
    closed(archive)


def test_a_refusal_is_a_refusal_though_it_cannot_be_noted(database: Flaky, tmp_path: Path) -> None:
    archive = opened(database, tmp_path)
    database.is_full = True
    archive.refuse(ORIGIN, "1.2.3", Conflict("No image in the object."))
    closed(archive)


def test_an_object_that_cannot_be_described_does_not_end_the_indexer(database: Flaky, tmp_path: Path) -> None:
    """Its file is gone before it is indexed, and the event log cannot be written either."""
    archive = opened(database, tmp_path)
    padded = tiny("1.2.3.9", "1.2.3", "1.2.3.0").dataset + element(0xFFFCFFFC, "OB", bytes(1 << 15))
    arrival = archive.receive(ORIGIN)
    arrival.write([padded])
    database.is_full = True
    done = arrival.finish()
    (archive.blobs.root / done.blob).unlink()  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        done.wait(10)
    database.is_full = False
    assert archive.ingest(file_of(1), ORIGIN).wait(10) is OutcomeKind.STORED
    closed(archive)
