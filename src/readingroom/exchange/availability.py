"""Instance Availability Notification: what follows from one, and telling others. PS3.4 annex R.

As SCP, ONLINE orders that what we have of the series is prepared, and that the rest is fetched, after which
it is prepared like all that arrives; UNAVAILABLE drops what was prepared; NEARLINE and OFFLINE are written
down. As SCU, a subscriber is told how stored instances can be had.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydicom.uid import generate_uid

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import AssociationEnded, Command, CommandField
from readingroom.errors import NotFound
from readingroom.index import Connection, Event, deleting, keeping
from readingroom.index.events import add_events
from readingroom.model import Node, Selection
from readingroom.standard.statuses import is_done
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE

from .announced import not_under_way, order_fetch
from .availability_messages import INSTANCE_AVAILABILITY, Availability, Notice, NoticedInstance, write_notice
from .calling import Ourselves, RequestFailed
from .orders import subject_of

log = logging.getLogger("readingroom.availability")

AVAILABILITY_EVENT = "availability"
FETCHABLE_EVENT = "fetchable"
"""Kinds of events: what was notified; instances that are ONLINE elsewhere and what becomes of them."""


def take_notice(
    archive: Archive, policy: NetworkPolicy, notice: Notice, peer: str, *, fetches: bool = True
) -> None:
    """Do what follows from a notice of that peer, and keep it in the event log.

    fetches: whether what is ONLINE elsewhere and not here is fetched. Raises Unavailable when the index
    cannot be written; then nothing followed from it.
    """
    archive.indexer.flush()
    now = time.time()
    study = notice.study_instance_uid
    events = []
    orders, drops = [], []
    missing: list[NoticedInstance] = []
    for series, named in notice.series.items():
        counts = Counter(one.availability for one in named)
        told = ", ".join(f"{count} {availability.value}" for availability, count in counts.items())
        events.append(
            Event(now, AVAILABILITY_EVENT, peer, series, f"Instances of a series of study {study}: {told}.")
        )
        if counts[Availability.UNAVAILABLE]:
            drops.append(series)
        if counts[Availability.ONLINE]:
            online = [one for one in named if one.availability is Availability.ONLINE]
            away = _missing(archive, study, series, online)
            missing += away
            if len(away) < len(online):
                orders.append(series)
    sources = _sources(policy, missing)
    subject = subject_of(archive, (study,)) if missing else ""
    with archive.database.writing() as connection:
        for series in drops:
            keeping.drop_prepared(connection, study, series)
        for series in orders:
            keeping.order_preparation(connection, study, series, now)
        for source in sources:
            if source.node is None:
                events += source.told(study, f"cannot be fetched: {source.why}", source.instances)
            elif not fetches:
                events += source.told(study, f"can be fetched from {source.node.name}.", source.instances)
            else:
                events += _fetch(connection, source, study, subject, f"notice of {peer}")
        add_events(connection, events)
    for event in events:
        log.info("%s, series %s: %s", event.peer, event.subject, event.sentence)


def _missing(
    archive: Archive, study: str, series: str, named: Sequence[NoticedInstance]
) -> list[NoticedInstance]:
    """Those that are not stored here; what an administrator deleted does not come back by itself."""
    here = {
        stored.ref.sop_instance_uid
        for stored in archive.instances(
            Selection(study_instance_uids=(study,), series_instance_uids=(series,))
        )
    }
    with archive.database.reading() as connection:
        here |= deleting.deleted_instances(connection, study)
    return [one for one in named if one.sop_instance_uid not in here]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where instances are said to be. node: None where it is no known node, and why that is no use."""

    ae_title: str
    node: Node | None
    why: str
    instances: list[NoticedInstance]

    def told(self, study: str, words: str, of: Iterable[NoticedInstance]) -> list[Event]:
        """One event for each series."""
        now = time.time()
        counts = Counter(one.series_instance_uid for one in of)
        return [
            Event(now, FETCHABLE_EVENT, self.ae_title, series, f"{count} instances of study {study} {words}")
            for series, count in counts.items()
        ]


def _sources(policy: NetworkPolicy, missing: Iterable[NoticedInstance]) -> list[_Source]:
    """By the first of their Retrieve AE Titles that is a known node's, else by the first."""
    found: dict[str, _Source] = {}
    for one in missing:
        titles = one.retrieve_ae_titles or ("",)
        known = (title for title in titles if not policy.is_unknown(title))
        title = next(known, titles[0])
        if title not in found:
            try:
                found[title] = _Source(title, policy.destination(title), "", [])
            except NotFound as error:
                found[title] = _Source(title, None, error.sentence, [])
        found[title].instances.append(one)
    return list(found.values())


def _fetch(connection: Connection, source: _Source, study: str, subject: str, by: str) -> list[Event]:
    """Order what no job brings yet; what is told of it."""
    node = source.node
    assert node is not None
    new = not_under_way(connection, study, source.instances)
    coming = [one for one in source.instances if one not in new]
    told = source.told(study, "are being fetched already.", coming)
    if new:
        number = order_fetch(connection, node, study, new, subject, by)
        told += source.told(study, f"will be fetched from {node.name} by job {number}.", new)
    return told


def notify(ours: Ourselves, node: Node, notices: Iterable[Notice]) -> None:
    """Tell a subscriber, one N-CREATE for each notice on one association.

    Raises AssociationEnded, Unsupported when the node is no SCP of notifications, RequestFailed for the
    first notice that it refuses.
    """
    requestor = ours.requestor(node, [(INSTANCE_AVAILABILITY, (EXPLICIT_LE, IMPLICIT_LE))])
    assoc = requestor.open()
    try:
        context = assoc.context_for(INSTANCE_AVAILABILITY)
        for notice in notices:
            command = Command(
                CommandField.N_CREATE_RQ,
                affected_sop_class_uid=INSTANCE_AVAILABILITY,
                affected_sop_instance_uid=str(generate_uid(prefix=None)),
            )
            answer = assoc.request(context, command, write_notice(notice, context.transfer_syntax))
            if not is_done(answer.status):
                raise RequestFailed("N-CREATE", answer, assoc.peer)
        with contextlib.suppress(AssociationEnded):  # it knows all, however it says goodbye
            assoc.release()
    finally:
        assoc.close()
