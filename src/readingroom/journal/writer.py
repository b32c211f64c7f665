"""The one thread of a process that writes events, many in one transaction."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from readingroom.errors import Unavailable
from readingroom.index import FAILED, Database, Event, events

log = logging.getLogger("readingroom.journal")

_WAITING = 10_000
_BATCH = 1000
_GATHER_SECONDS = 1.0
_RETRY_SECONDS = 0.5
_CLOSE_SECONDS = 10.0
_DAY = 86400.0

Tell = Callable[[Event], None]
"""Says that something happened; returns at once and never raises."""


def untold(event: Event) -> None:
    """Nobody keeps a log."""


@dataclass(frozen=True, slots=True)
class JournalRules:
    """patient_names: whether words that may name a patient are kept.

    keep_days: age at which events are dropped, 0 for never. most_rows: of all events, the oldest go first,
    0 for all. forget_every: seconds between two looks for what is to be dropped.
    """

    patient_names: bool = True
    keep_days: float = 90.0
    most_rows: int = 1_000_000
    forget_every: float = 600.0


class Journal:
    """Takes events; one per process.

    waiting: events that may wait for the database; what comes beyond is dropped, counted, and told as an
    event of the kind "log" as soon as there is room. The thread starts with the first event.
    """

    def __init__(self, database: Database, rules: JournalRules, *, waiting: int = _WAITING) -> None:
        self._database = database
        self._rules = rules
        self._queue: queue.Queue[Event] = queue.Queue(waiting)
        self._hurry = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._lost = 0
        self._thread: threading.Thread | None = None
        self._forget_at = time.monotonic() + min(rules.forget_every, 5.0)

    def tell(self, event: Event) -> None:
        """Queue an event; nobody waits, whatever the database does."""
        if event.private:
            words = f"{event.sentence} {event.private}" if self._rules.patient_names else event.sentence
            event = replace(event, sentence=words, private="")
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            with self._lock:
                self._lost += 1
        if self._thread is None:
            self._start()

    def flush(self, seconds: float = 5.0) -> None:
        """Wait until what was told before is written, or the time is over."""
        deadline = time.monotonic() + seconds
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            self._hurry.set()
            time.sleep(0.01)

    def close(self) -> None:
        """Write what is queued and end the thread; what a dead database does not take in time is lost."""
        self._closing.set()
        self._hurry.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_CLOSE_SECONDS * 2)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            # Each transaction is synced to the disk that objects are synced to: one a second is enough.
            self._hurry.wait(_GATHER_SECONDS)
            self._hurry.clear()
            while self._write_some():
                pass
            self._forget()
        while self._write_some():
            pass

    def _write_some(self) -> bool:
        """Write one batch; whether more may be waiting."""
        batch = self._collect()
        lost = self._take_lost()
        if not batch and not lost:
            return False
        if lost:
            sentence = f"{lost} events came faster than they could be written, and are lost."
            batch.append(Event(time.time(), "log", "", "", sentence, outcome=FAILED, facts={"lost": lost}))
        written = self._add(batch)
        for _ in range(len(batch) - bool(lost)):
            self._queue.task_done()
        if not written and self._closing.is_set():
            log.error("%d events were not written into the log", len(batch) + self._queue.qsize())
        return written

    def _collect(self) -> list[Event]:
        batch: list[Event] = []
        while len(batch) < _BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _take_lost(self) -> int:
        with self._lock:
            lost, self._lost = self._lost, 0
        return lost

    def _add(self, batch: list[Event]) -> bool:
        """Try until it is written; False when the process ends and the database does not come back."""
        told = False
        give_up: float | None = None
        while True:
            try:
                with self._database.writing() as connection:
                    events.add_events(connection, batch)
            except Unavailable as error:
                if not told:
                    log.error("%s Events wait to be written.", error.sentence)
                told = True
            except Exception:
                log.exception("a batch of %d events cannot be written", len(batch))
                with self._lock:
                    self._lost += len(batch)
                return False  # whatever is wrong with it must not stop the next one
            else:
                return True
            if self._closing.wait(_RETRY_SECONDS):
                give_up = give_up or time.monotonic() + _CLOSE_SECONDS
                if time.monotonic() > give_up:
                    return False
                time.sleep(_RETRY_SECONDS)

    def _forget(self) -> None:
        """Drop what is too old or too much, in small transactions."""
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + self._rules.forget_every
        before = time.time() - self._rules.keep_days * _DAY if self._rules.keep_days else None
        gone = -1
        try:
            while gone and not self._closing.is_set():
                with self._database.writing() as connection:
                    gone = events.forget_events(connection, before, self._rules.most_rows)
        except Unavailable as error:
            log.warning("old events stay for now: %s", error.sentence)
