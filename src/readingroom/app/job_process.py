"""The process that does jobs, and the kinds of jobs that need no other node."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from readingroom.archive import Archive, Lifecycle, confirm
from readingroom.errors import NotFound, ReadingRoomError, Unavailable
from readingroom.exchange import (
    REPORT_JOB,
    CommitJobs,
    FetchJobs,
    ForwardJobs,
    NotifyJobs,
    ReportJobs,
    Router,
    SendJobs,
    find_node,
    selection_of,
)
from readingroom.index import keeping
from readingroom.jobs import EngineLimits, Handler, JobEngine, Report
from readingroom.model import JobItem, NewJob, Selection
from readingroom.prepare import ROOT, FrameReader, Metadata, Pictures

from .wiring import House, ourselves

log = logging.getLogger("readingroom.rules")

_UNLIMITED = 1 << 30
_ROUTE_EVERY = 1.0
_TIDY_EVERY = 600.0


class VerifyJobs:
    """Reads the selected instances again and compares them with their SHA-256 and the index."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def items(self, order: NewJob) -> Sequence[str]:
        """SOP Instance UIDs."""
        return [one.ref.sop_instance_uid for one in self._archive.instances(selection_of(order))]

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        """One instance after the other."""
        for item in items:
            if report.is_over():
                return
            try:
                for stored in self._archive.instances(Selection(sop_instance_uids=(item.key,))):
                    confirm(self._archive.blobs, stored)
            except Unavailable:
                raise
            except ReadingRoomError as error:
                report.failed(item.key, error.sentence)
            else:
                report.done(item.key)


class PrepareJobs:
    """Makes metadata and thumbnail of each selected series now; items are "study/series"."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._metadata = Metadata(archive.database, archive, ROOT)
        self._pictures = Pictures(archive.database, archive, FrameReader(archive))

    def items(self, order: NewJob) -> Sequence[str]:
        """Each series of which an instance is selected."""
        refs = [stored.ref for stored in self._archive.instances(selection_of(order))]
        return list(dict.fromkeys(f"{ref.study_instance_uid}/{ref.series_instance_uid}" for ref in refs))

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        """One series after the other."""
        for item in items:
            if report.is_over():
                return
            try:
                self._prepare(*item.key.split("/"))
            except ReadingRoomError as error:
                report.failed(item.key, error.sentence)
            else:
                report.done(item.key)

    def _prepare(self, study: str, series: str) -> None:
        with self._archive.database.reading() as connection:
            state = keeping.find_series(connection, study, series)
        if state is None:
            raise NotFound("The series is no longer here.")
        self._pictures.prepare(state)
        self._metadata.prepare(state)


def do_jobs(house: House, stopping: threading.Event) -> None:
    """Run the engine of this installation until told to stop."""
    settings, archive = house.settings, house.archive
    us = ourselves(settings, journal=house.journal)
    handlers: dict[str, Handler] = {
        "send": SendJobs(us, archive),
        "fetch": FetchJobs(us, archive),
        "forward": ForwardJobs(us, archive),
        "commit": CommitJobs(us, archive),
        "notify": NotifyJobs(us, archive),
        REPORT_JOB: ReportJobs(us, archive, house.policy),
        "verify": VerifyJobs(archive),
        "prepare": PrepareJobs(archive),
    }

    def at_once(node: str) -> int:
        try:
            return find_node(archive, node).most_associations or _UNLIMITED
        except NotFound:
            return 1  # the job itself will say so

    limits = EngineLimits(
        at_once=settings.jobs.at_once,
        per_node=at_once,
        attempts=settings.jobs.attempts,
        first_rest=settings.jobs.first_rest_seconds,
        keep_days=settings.jobs.keep_days,
    )
    engine = JobEngine(house.database, settings.data / "jobs.sqlite", handlers, limits, house.journal.tell)
    router = Router(archive, house.query, house.journal.tell)
    threading.Thread(target=_route, args=(router, stopping), daemon=True).start()
    threading.Thread(target=_tidy, args=(house.lifecycle, stopping), daemon=True).start()
    engine.run(stopping)


def _tidy(lifecycle: Lifecycle, stopping: threading.Event) -> None:
    """Finish purges that were cut short and purge what was deleted long enough ago, now and then."""
    while True:
        try:
            lifecycle.tidy()
            lifecycle.purge_due()
        except (ReadingRoomError, OSError) as error:
            log.warning("what is deleted is looked after later: %s", error)
        except Exception:
            log.exception("what is deleted cannot be looked after")
        if stopping.wait(_TIDY_EVERY):
            return


def _route(router: Router, stopping: threading.Event) -> None:
    """Follow what arrives, once a second."""
    while not stopping.wait(_ROUTE_EVERY):
        try:
            router.route()
        except ReadingRoomError as error:
            log.warning("rules wait: %s", error.sentence)
        except Exception:  # not of one rule, which the router catches: of what they have in common
            log.exception("the rules could not be read")
