"""The one place where jobs are done.

DBOS keeps for each job which steps it has done and brings it back after a crash (guide: backend-stack 6).
A step is one turn of a job: up to 2000 items. Whose turn it is, is decided here, from our own table, so
that a changed priority or limit holds at once, also for jobs that have rested: a job that rests is a row of
that table and nothing else, however many of them wait for a node that is down.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine, create_engine, event

from readingroom.errors import ReadingRoomError, Unavailable
from readingroom.index import Database, Event, jobs
from readingroom.model import ItemState, Job, JobState

from .ending import ended
from .handler import Handler, Later, Report

log = logging.getLogger("readingroom.jobs")

_LOOK_EVERY = 0.3
_AT_ONCE = 2000
_FIRST_REST = 5.0
_LONGEST_REST = 600.0
_FORGET_EVERY = 3600.0
_VERSION = "1"
"""Of the workflow below, for DBOS: pinned, because a job begun before an update has to go on after it."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """at_once: jobs that run at the same time. per_node: of them for one node, by its name.

    attempts: how often a job is tried while something passing stops it, before it fails.
    first_rest: seconds until the second try; each later rest is twice as long, up to ten minutes.
    keep_days: after which ended jobs are forgotten, 0 for never.
    """

    at_once: int = 4
    per_node: Callable[[str], int] = lambda node: 1
    attempts: int = 8
    first_rest: float = _FIRST_REST
    keep_days: float = 30.0


class JobEngine:
    """Does the jobs of one index; one per installation.

    path: where DBOS keeps its own tables. tell: takes the event of each job that ends.
    """

    def __init__(
        self,
        database: Database,
        path: Path,
        handlers: Mapping[str, Handler],
        limits: EngineLimits,
        tell: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._tell = tell
        self._database = database
        self._handlers = handlers
        self._limits = limits
        self._stopping = threading.Event()
        self._active: set[int] = set()
        self._quiet = threading.Condition()
        config: DBOSConfig = {
            "name": "readingroom",
            "system_database_url": f"sqlite:///{path}",
            "system_database_engine": _engine(path),
            "application_version": _VERSION,
            "executor_id": "jobs-0",  # the same after each restart: it takes its own work up again
            "log_level": "WARNING",
        }
        self._dbos = DBOS(config=config)

        @DBOS.step(name="work")
        def step(number: int, run: int) -> float | None:
            return self._work(number, run)

        @DBOS.workflow(name="job")
        def job(number: int, run: int) -> None:
            while (pause := step(number, run)) is not None:
                if pause:
                    DBOS.sleep(pause)

        self._workflow = job

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; what is under way then goes on at the next start."""
        DBOS.launch()
        self._take_back()
        forgotten = 0.0
        while not stopping.wait(_LOOK_EVERY):
            try:
                self._start_due()
                if time.monotonic() - forgotten > _FORGET_EVERY:
                    self._forget()
                    forgotten = time.monotonic()
            except Unavailable as error:
                log.warning("jobs wait: %s", error.sentence)
        self._stopping.set()
        with self._quiet:
            self._quiet.wait_for(lambda: not self._active, 15.0)

    def _take_back(self) -> None:
        """Start what we took but DBOS never heard of: we were killed between the two."""
        with self._database.reading() as connection:
            busy = jobs.busy_jobs(connection)
        for job in busy:
            known = DBOS.get_workflow_status(_name(job))
            if known is None:
                self._start(job)
            elif known.status not in ("PENDING", "ENQUEUED"):  # DBOS has ended it, we have not: a new run
                with self._database.writing() as connection:
                    jobs.end_job(connection, job.id, JobState.FAILED, "", time.time())
                    jobs.restart_job(connection, job.id)

    def _start_due(self) -> None:
        with self._database.reading() as connection:
            busy = jobs.busy_jobs(connection)
        per_node = Counter(job.order.node for job in busy if job.order.node)
        for _ in range(self._limits.at_once - len(busy)):
            full = [node for node, count in per_node.items() if count >= self._limits.per_node(node)]
            with self._database.reading() as connection:
                due = jobs.next_due(connection, time.time(), full)
            if due is None:
                return
            with self._database.writing() as connection:
                taken = jobs.take_job(connection, due.id)
            if taken is not None:
                self._start(taken)
                if taken.order.node:
                    per_node[taken.order.node] += 1

    def _forget(self) -> None:
        if self._limits.keep_days:
            with self._database.writing() as connection:
                jobs.forget_jobs(connection, time.time() - self._limits.keep_days * 86400)

    def _start(self, job: Job) -> None:
        with SetWorkflowID(_name(job)):
            DBOS.start_workflow(self._workflow, job.id, job.run)

    def _work(self, number: int, run: int) -> float | None:
        """One turn of a job; then how long to wait before the next, None when it rests or is over."""
        with self._quiet:
            self._active.add(number)
        try:
            goes_on = self._turn(number, run)
            rest = 0.0 if goes_on else None
        except Unavailable as error:  # the index, not the peer: whoever works with the peer has caught that
            log.warning("job %d waits: %s", number, error.sentence)
            rest = _LOOK_EVERY
        finally:
            with self._quiet:
                self._active.discard(number)
                self._quiet.notify_all()
        if self._stopping.is_set() and rest is not None:
            threading.Event().wait()  # the process ends now; a step that never returned is done again
        return rest

    def _turn(self, number: int, run: int) -> bool:
        """Whether another turn follows at once."""
        job = self._find(number)
        if job is None or job.run != run or job.state not in (JobState.WAITING, JobState.RUNNING):
            return False
        words = ""
        if not job.is_cancelling:
            with self._database.writing() as connection:
                if not jobs.begin_job(connection, number, time.time()):
                    return False
            words = self._do(job)
        return self._conclude(number, words)

    def _do(self, job: Job) -> str:
        """Why it failed, empty when it did not or only rests."""
        handler = self._handlers.get(job.order.kind)
        if handler is None:
            return f"This program knows no jobs of the kind {job.order.kind}."
        report = Report(self._database, job.id, self._stopping)
        try:
            self._do_some(job, handler, report)
        except Later as later:
            report.write()
            with self._database.writing() as connection:
                at = time.time() + later.seconds
                jobs.rest_job(connection, job.id, later.words, job.attempts, at)
            return ""
        except Unavailable as error:
            report.write()
            return self._rest(job, error, progressed=report.count > 0)
        except ReadingRoomError as error:
            report.write()
            return error.sentence
        except Exception as error:
            log.exception("job %d stopped at something unforeseen", job.id)
            report.write()
            return f"Something unforeseen: {type(error).__name__}: {error}"
        report.write()
        return ""

    def _do_some(self, job: Job, handler: Handler, report: Report) -> None:
        if not job.total:
            keys = handler.items(job.order)
            with self._database.writing() as connection:
                jobs.put_items(connection, job.id, list(dict.fromkeys(keys)))
        with self._database.reading() as connection:
            waiting = jobs.items_of(connection, job.id, (ItemState.WAITING,), limit=_AT_ONCE)
        if waiting:
            handler.work(job.order, waiting, report)

    def _rest(self, job: Job, error: Unavailable, *, progressed: bool) -> str:
        attempts = 1 if progressed else job.attempts + 1
        if attempts >= self._limits.attempts:
            with self._database.writing() as connection:
                jobs.fail_waiting(connection, job.id, error.sentence)
            return f"Tried {attempts} times. {error.sentence}"
        seconds = min(self._limits.first_rest * 2 ** (attempts - 1), _LONGEST_REST)
        with self._database.writing() as connection:
            jobs.rest_job(connection, job.id, error.sentence, attempts, time.time() + seconds)
        return ""

    def _conclude(self, number: int, words: str) -> bool:
        """After a turn: whether it goes on at once; else it rests, or its end is written."""
        job = self._find(number)
        if job is None or job.state is not JobState.RUNNING:
            return False
        failed, waiting = job.counts[ItemState.FAILED], job.counts[ItemState.WAITING]
        if job.is_cancelling:
            state = JobState.CANCELLED
        elif words:
            state = JobState.FAILED
        elif waiting:
            return True
        elif failed:
            state, words = JobState.FAILED, f"{failed} of {job.total} could not be done."
        else:
            state, words = JobState.DONE, "" if job.total else "There was nothing to do."
        with self._database.writing() as connection:
            jobs.end_job(connection, number, state, words, time.time())
        self._tell(ended(job, state, words))
        if state is JobState.FAILED:
            log.error("job %d (%s %s) failed: %s", number, job.order.kind, job.order.node, words)
        return False

    def _find(self, number: int) -> Job | None:
        with self._database.reading() as connection:
            return jobs.find_job(connection, number)


def _name(job: Job) -> str:
    return f"job-{job.id}-{job.run}"


def _engine(path: Path) -> Engine:
    """DBOS' own SQLite file, in WAL mode, which it does not set itself."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
