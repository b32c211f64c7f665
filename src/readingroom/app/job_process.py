"""The process that does jobs, and the kinds of jobs that need no other node."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from readingroom.archive import Archive, Lifecycle, confirm
from readingroom.errors import Invalid, NotFound, ReadingRoomError, Unavailable, Unsupported
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
    subject_of,
)
from readingroom.index import keeping
from readingroom.jobs import EngineLimits, Handler, JobEngine, Report
from readingroom.model import JobItem, NewJob, Selection
from readingroom.prepare import ORDERED_BY, ROOT, FrameReader, Metadata, Pictures, ViewOrders, ViewTier

from .wiring import House, ourselves

log = logging.getLogger("readingroom.rules")

_UNLIMITED = 1 << 30
_ROUTE_EVERY = 1.0
_TIDY_EVERY = 600.0
_ORDER_EVERY = 2.0
_SWEEP_EVERY = 3600.0


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
    """Makes metadata, thumbnail and renditions of each selected series; items are "study/series".

    Renditions are made where they are missing, in a thread that gives way to all other work. Those that the
    view tier itself ordered make metadata and thumbnails only where they are missing, too.
    """

    def __init__(self, archive: Archive, tier: ViewTier) -> None:
        self._archive = archive
        self._tier = tier
        self._frames = FrameReader(archive)
        self._metadata = Metadata(archive.database, archive, ROOT)
        self._pictures = Pictures(archive.database, archive, self._frames, tier)
        self._maker = ThreadPoolExecutor(1, "view-tier", initializer=_give_way)

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
                self._prepare(*item.key.split("/"), is_ahead=order.ordered_by == ORDERED_BY)
                if not self._maker.submit(self._make, item.key, report).result():
                    return
            except Unavailable:
                raise
            except ReadingRoomError as error:
                report.failed(item.key, error.sentence)
            else:
                report.done(item.key)

    def _prepare(self, study: str, series: str, *, is_ahead: bool) -> None:
        with self._archive.database.reading() as connection:
            state = keeping.find_series(connection, study, series)
            if state is None:
                raise NotFound("The series is no longer here.")
            has_thumbnail = is_ahead and keeping.prepared_thumbnail(connection, state) is not None
            has_metadata = is_ahead and keeping.prepared_metadata(connection, state) is not None
        if not has_thumbnail:
            self._pictures.prepare(state)
        if not has_metadata:
            self._metadata.prepare(state)

    def _make(self, key: str, report: Report) -> bool:
        """The renditions of a series; False when the job is over before they are all made."""
        study, series = key.split("/")
        selection = Selection(study_instance_uids=(study,), series_instance_uids=(series,))
        for stored in self._archive.instances(selection) if self._tier.is_on else ():
            if report.is_over():
                return False
            if not stored.number_of_frames or self._tier.has(stored):
                continue
            try:
                with self._frames.open(stored) as frames:
                    if not self._tier.make(stored, frames, report.is_over):
                        return False
            except (Invalid, NotFound, Unsupported):
                continue  # what is broken, or went meanwhile, has no rendition
        return True


def _give_way() -> None:
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


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
        "prepare": PrepareJobs(archive, house.tier),
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
    threading.Thread(target=_keep_views, args=(house, stopping), daemon=True).start()
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


def _keep_views(house: House, stopping: threading.Event) -> None:
    """Order renditions of what is new, and once an hour remove those of objects that are gone."""

    def exists(blob: str) -> bool:
        try:
            house.blobs.modified(blob)
        except NotFound:
            return False
        return True

    def subject(studies: Sequence[str]) -> str:
        return subject_of(house.archive, studies)

    tier = house.tier
    orders = ViewOrders(house.database, house.settings.prepare.view_seconds, subject)
    swept = -_SWEEP_EVERY
    while not stopping.wait(_ORDER_EVERY):
        try:
            if time.monotonic() - swept > _SWEEP_EVERY:
                tier.sweep(exists)
                swept = time.monotonic()
            if tier.is_on:
                orders.order()
        except (ReadingRoomError, OSError) as error:
            log.warning("the view tier waits: %s", error)
        except Exception:
            log.exception("the view tier cannot be kept")


def _route(router: Router, stopping: threading.Event) -> None:
    """Follow what arrives, once a second."""
    while not stopping.wait(_ROUTE_EVERY):
        try:
            router.route()
        except ReadingRoomError as error:
            log.warning("rules wait: %s", error.sentence)
        except Exception:  # not of one rule, which the router catches: of what they have in common
            log.exception("the rules could not be read")
