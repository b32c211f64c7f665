"""What a kind of job is."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from readingroom.index import Database, jobs
from readingroom.model import ItemState, JobItem, NewJob

_WRITE_EVERY = 0.25
_LOOK_EVERY = 1.0


class Later(Exception):
    """Nothing can be done before `seconds` have passed; `words` say what is waited for.

    The job rests, which counts as no failed attempt, and its node is free for other jobs meanwhile.
    """

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__(words)
        self.words, self.seconds = words, seconds


class Report:
    """Through which a handler tells what became of items, and hears when to stop.

    What it is told is written four times a second and when the turn ends; after a crash in between those
    items are done again, so doing one twice must be harmless.
    """

    def __init__(self, database: Database, number: int, stopping: threading.Event) -> None:
        self._database = database
        self._number = number
        self._stopping = stopping
        self._told: list[JobItem] = []
        self._written = self._looked = time.monotonic()
        self._is_cancelling = False
        self.count = 0

    def done(self, key: str) -> None:
        """That item is done."""
        self._tell(JobItem(key, ItemState.DONE))

    def warned(self, key: str, words: str) -> None:
        """Done, and this was said of it."""
        self._tell(JobItem(key, ItemState.WARNING, words))

    def failed(self, key: str, words: str) -> None:
        """It cannot be done, and why."""
        self._tell(JobItem(key, ItemState.FAILED, words))

    def is_over(self) -> bool:
        """Whether to return now: the job is cancelled or the process ends."""
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY:
            self._looked = now
            with self._database.reading() as connection:
                found = jobs.find_job(connection, self._number)
            self._is_cancelling = found is None or found.is_cancelling
        return self._is_cancelling or self._stopping.is_set()

    def write(self) -> None:
        """Write what was told."""
        told, self._told = self._told, []
        self._written = time.monotonic()
        if told:
            with self._database.writing() as connection:
                jobs.settle_items(connection, self._number, told)

    def _tell(self, item: JobItem) -> None:
        self._told.append(item)
        self.count += 1
        if time.monotonic() - self._written > _WRITE_EVERY:
            self.write()


class Handler(Protocol):
    """Does one kind of job."""

    def items(self, order: NewJob) -> Sequence[str]:
        """The keys of all items, each once; asked once for a job. Raises ReadingRoomError as `work`."""

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        """Do the items, telling `report` of each, until all are told or `report.is_over()`.

        items: some that wait, at most 2000; the rest comes with the next call. Items that are not told are
        given again.

        Raises Unavailable for what may pass, such as a peer that does not answer: the job rests and tries
        again. Later to rest without having failed. Any other ReadingRoomError ends it as failed.
        """
