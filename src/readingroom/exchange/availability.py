"""Instance Availability Notification: what follows from one, and telling others. PS3.4 annex R.

As SCP, ONLINE orders that what we have of the series is prepared, and writes down where the rest could be
fetched; UNAVAILABLE drops what was prepared; NEARLINE and OFFLINE are written down. As SCU, a subscriber is
told how stored instances can be had.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from pydicom.uid import generate_uid

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import AssociationEnded, Command, CommandField
from readingroom.errors import NotFound
from readingroom.index import Event, keeping
from readingroom.index.events import add_events
from readingroom.model import Node, Selection
from readingroom.standard.statuses import is_done
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE

from .availability_messages import INSTANCE_AVAILABILITY, Availability, Notice, NoticedInstance, write_notice
from .calling import Ourselves, RequestFailed

log = logging.getLogger("readingroom.availability")

AVAILABILITY_EVENT = "availability"
FETCHABLE_EVENT = "fetchable"
"""Kinds of events: what was notified; instances that are not here and that a known node has online."""


def take_notice(archive: Archive, policy: NetworkPolicy, notice: Notice, peer: str) -> None:
    """Do what follows from a notice of that peer, and keep it in the event log.

    Raises Unavailable when the index cannot be written; then nothing followed from it.
    """
    archive.indexer.flush()
    now = time.time()
    study = notice.study_instance_uid
    events = []
    orders, drops = [], []
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
            missing = _missing(archive, study, series, online)
            events += _fetchable(policy, study, series, missing, now)
            if len(missing) < len(online):
                orders.append(series)
    with archive.database.writing() as connection:
        for series in drops:
            keeping.drop_prepared(connection, study, series)
        for series in orders:
            keeping.order_preparation(connection, study, series, now)
        add_events(connection, events)
    for event in events:
        log.info("%s, series %s: %s", event.peer, event.subject, event.sentence)


def _missing(
    archive: Archive, study: str, series: str, named: Sequence[NoticedInstance]
) -> list[NoticedInstance]:
    """Those that are not stored here."""
    here = {
        stored.ref.sop_instance_uid
        for stored in archive.instances(
            Selection(study_instance_uids=(study,), series_instance_uids=(series,))
        )
    }
    return [one for one in named if one.sop_instance_uid not in here]


def _fetchable(
    policy: NetworkPolicy, study: str, series: str, missing: Iterable[NoticedInstance], now: float
) -> list[Event]:
    """One event for each known node that instances which are not here can be fetched from."""
    counts = Counter(title for one in missing for title in one.retrieve_ae_titles)
    events = []
    for title, count in counts.items():
        try:
            node = policy.destination(title)
        except NotFound:
            log.info("%d instances of series %s are at %s, which is no known node", count, series, title)
            continue
        sentence = f"{count} instances of study {study} can be fetched from {node.name}."
        events.append(Event(now, FETCHABLE_EVENT, title, series, sentence))
    return events


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
