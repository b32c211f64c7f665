"""The one thread of a process that writes arrivals into the index, many in one transaction.

An object is safe before it comes here, so nothing waits for this thread but those who want to: a caller
that needs to know what became of its object, and `flush`, before an association is released or a query
answered.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from readingroom.blobs import BlobStore
from readingroom.errors import Unavailable
from readingroom.index import Added, Batch, Database, Event, Record, keeping
from readingroom.model import OutcomeKind, StoredInstance

from .conformity import Mismatch

log = logging.getLogger("readingroom.archive")

_BATCH = 256
_WAITING = 4096
_GATHER_SECONDS = 0.1
_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Arrival:
    """An object that is safe on disk and on its way into the index.

    stored: what it is, without its hash; None for one that is adopted. complete: makes the record; called
    on the indexer's thread, because it reads the object once more for its hash. mismatch: in what it does
    not match its SOP class, though it is kept.
    """

    blob: str
    complete: Callable[[], Record]
    stored: StoredInstance | None = None
    mismatch: Mismatch | None = None
    _result: Future[OutcomeKind] = field(default_factory=Future)
    _hurry: threading.Event | None = None

    def wait(self, seconds: float | None = None) -> OutcomeKind:
        """What became of it, once it is in the index. Raises what went wrong, or TimeoutError."""
        if self._hurry is not None:
            self._hurry.set()
        return self._result.result(seconds)


class Indexer:
    """Owns the thread; one per process and blob store."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._queue: queue.Queue[Arrival | None] = queue.Queue(_WAITING)
        self._failing = threading.Event()
        self._closing = threading.Event()
        self._hurry = threading.Event()
        self._last: Arrival | None = None
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)
        self._thread.start()

    def accepts(self) -> None:
        """Raises Unavailable while the index cannot be written, so that no more is taken in."""
        if self._failing.is_set():
            raise Unavailable("The index cannot be written at present.")

    def put(self, arrival: Arrival) -> None:
        """Queue an arrival; waits while too many are ahead of it."""
        arrival._hurry = self._hurry
        self._last = arrival
        self._queue.put(arrival)
        if self._queue.qsize() >= _BATCH:
            self._hurry.set()

    def flush(self, seconds: float = 30.0) -> None:
        """Wait until all that was put before is in the index, or has failed to be.

        Raises Unavailable when that takes too long, and at once while the index cannot be written.
        """
        last = self._last
        if last is None:
            return
        deadline = time.monotonic() + seconds
        while not last._result.done():
            if self._failing.is_set() or time.monotonic() > deadline:
                raise Unavailable("The index is busy; what was received is safe and will be found soon.")
            self._hurry.set()
            with contextlib.suppress(TimeoutError):
                last._result.exception(_LOOK_SECONDS)

    def close(self) -> None:
        """Write what is queued, then end the thread.

        While the index cannot be written nothing waits for it any more: what is not in it is adopted at the
        next start.
        """
        self._closing.set()
        self._queue.put(None)
        self._hurry.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            # Each transaction is synced to the disk that objects are synced to: few large ones leave more
            # of it to them. Whoever waits for the index hurries us.
            self._hurry.wait(_GATHER_SECONDS)
            self._hurry.clear()
            batch, ended = self._collect(first)
            self._write(batch)
            if ended:
                return

    def _collect(self, first: Arrival) -> tuple[list[Arrival], bool]:
        batch = [first]
        while len(batch) < _BATCH:
            try:
                arrival = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
            if arrival is None:
                return batch, True
            batch.append(arrival)
        return batch, False

    def _write(self, batch: list[Arrival]) -> None:
        completed: list[tuple[Arrival, Record]] = []
        for arrival in batch:
            try:
                completed.append((arrival, arrival.complete()))
            except Exception as error:  # noqa: BLE001 one unreadable object must not stop the others
                self._give_up(arrival, error)
        if not completed:
            return
        records = [record for _, record in completed]
        try:
            added = self._add(records)
        except Unavailable as error:
            for arrival, _ in completed:
                arrival._result.set_exception(error)
            return
        except Exception:
            log.exception("a batch of %d objects cannot be indexed; trying them one by one", len(records))
            for arrival, record in completed:
                self._write_alone(arrival, record)
            return
        self._settle(completed, added)

    def _write_alone(self, arrival: Arrival, record: Record) -> None:
        try:
            added = self._add([record])
        except Exception as error:  # noqa: BLE001 handed to whoever waits for this object, and logged
            self._give_up(arrival, error)
        else:
            self._settle([(arrival, record)], added)

    def _add(self, records: Sequence[Record]) -> list[Added]:
        """Raises Unavailable only when the index is so while we close."""
        while True:
            try:
                with self._database.writing() as connection:
                    added = Batch(connection, time.time()).add(records)
            except Unavailable as error:
                # The objects are safe; the index has to come back, however long that takes.
                if not self._failing.is_set():
                    log.error("%s Objects wait to be indexed.", error.sentence)
                self._failing.set()
                if self._closing.wait(_RETRY_SECONDS):
                    raise
            else:
                self._failing.clear()
                return added

    def _settle(self, completed: Sequence[tuple[Arrival, Record]], added: Sequence[Added]) -> None:
        for outcome in added:
            if outcome.obsolete is not None:
                self._blobs.remove(outcome.obsolete)
        self._blobs.settle([arrival.blob for arrival, _ in completed])
        for (arrival, _), outcome in zip(completed, added, strict=True):
            arrival._result.set_result(outcome.kind)

    def _give_up(self, arrival: Arrival, error: Exception) -> None:
        """Keep the object and its mark: the next start, perhaps of a better program, tries again."""
        log.error("the stored object %s cannot be indexed: %s", arrival.blob, error, exc_info=error)
        told = Unavailable(f"The object is kept on disk but cannot be indexed: {error}", blob=arrival.blob)
        told.__cause__ = error
        arrival._result.set_exception(told)
        event = Event(time.time(), "not indexed", "", arrival.blob, str(error))
        try:
            with self._database.writing() as connection:
                keeping.add_events(connection, [event])
        except Unavailable as unavailable:
            log.error("%s", unavailable.sentence)
