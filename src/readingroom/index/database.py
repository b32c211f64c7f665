"""The database behind the index: opening, migrating, and one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from readingroom.errors import Unavailable
from readingroom.model import fold

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """SQLite in one file, shared by all our processes.

    Readers never wait (WAL). Writers queue at an advisory file lock, which the kernel hands on in order:
    SQLite's own lock is taken by whoever polls first, and starves a process for a second under load.
    Commits are durable (synchronous=FULL).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        self._lock_file = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o640)
        self.engine = _engine(path)
        self._watch = threading.Lock()
        self._watching: sqlite3.Connection | None = None

    def version(self) -> int | None:
        """A number that changes with every commit of anybody; None when that cannot be said at once.

        Whoever knows it from before they read knows later, within microseconds, that what they read still
        holds. It counts for this object only.
        """
        with self._watch:
            try:
                if self._watching is None:
                    self._watching = sqlite3.connect(self.path, timeout=0, check_same_thread=False)
                (number,) = self._watching.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                return None
            return int(number)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees the newest committed state."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except (DatabaseError, sqlite3.DatabaseError, NoConnection) as error:
            if type(error) not in _OUTAGES:
                raise
            raise Unavailable(f"The index does not answer: {_words(error)}.") from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, alone among all processes; committed when the block ends without an error."""
        with self._turn:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    yield connection
                    connection.commit()
            except (DatabaseError, sqlite3.DatabaseError, NoConnection) as error:
                if type(error) not in _OUTAGES:
                    raise
                raise Unavailable(f"The index cannot be written: {_words(error)}.") from error
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def migrate(self) -> None:
        """Bring the tables to this program's newest form; safe to call from several processes."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._turn:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                with self.engine.connect() as connection:
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                    connection.commit()
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._watching is not None:
            self._watching.close()
        os.close(self._lock_file)


_OUTAGES = (
    OperationalError, DatabaseError, sqlite3.OperationalError, sqlite3.DatabaseError, NoConnection
)  # fmt: skip
"""sqlite3.DatabaseError itself is a damaged file; its other subclasses are mistakes in statements."""


def _words(error: DatabaseError | sqlite3.DatabaseError | NoConnection) -> str:
    """The driver's own words: rows come from it with SQLAlchemy around it or without."""
    if isinstance(error, NoConnection):
        return "too many ask at once"
    return str(error.orig) if isinstance(error, DatabaseError) else str(error)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_size=16,
        max_overflow=64,
        query_cache_size=2000,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.create_function("folded", 1, fold, deterministic=True)
        connection.isolation_level = None  # we say BEGIN ourselves; the driver would say it too late
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "mmap_size=268435456",
            "case_sensitive_like=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
