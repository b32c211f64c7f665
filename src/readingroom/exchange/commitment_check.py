"""Which instances we can answer for: what is really on disk, not what was once said. PS3.4 J.3.3.1.2."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from readingroom.archive import Archive, confirm
from readingroom.errors import Conflict, NotFound, ReadingRoomError, Unavailable
from readingroom.index.commitments import Commitment, Failure, SopReference
from readingroom.model import Selection, StoredInstance

from .commitment_messages import (
    CLASS_INSTANCE_CONFLICT,
    NO_SUCH_INSTANCE,
    PROCESSING_FAILURE,
    RESOURCE_LIMITATION,
    CommitmentReport,
)

log = logging.getLogger("readingroom.commitment")

_AT_ONCE = 500  # instances looked up by one statement
_REASONS: dict[type[ReadingRoomError], int] = {
    NotFound: NO_SUCH_INSTANCE,
    Conflict: PROCESSING_FAILURE,
    Unavailable: RESOURCE_LIMITATION,
}


def check(archive: Archive, instances: Sequence[SopReference]) -> list[Failure]:
    """Those instances that are not safely here, each with its reason: the index first, then the bytes.

    Raises Unavailable when the index does not answer.
    """
    archive.indexer.flush()
    failures = []
    for start in range(0, len(instances), _AT_ONCE):
        group = instances[start : start + _AT_ONCE]
        found: dict[str, list[StoredInstance]] = {}
        uids = tuple(one.sop_instance_uid for one in group)
        for stored in archive.instances(Selection(sop_instance_uids=uids)):
            found.setdefault(stored.ref.sop_instance_uid, []).append(stored)
        for one in group:
            reason = _reason_against(archive, one, found.get(one.sop_instance_uid, []))
            if reason is not None:
                failures.append(Failure(*one, reason))
    return failures


def _reason_against(archive: Archive, one: SopReference, found: Sequence[StoredInstance]) -> int | None:
    """The same instance may be stored in two studies: one sound copy is enough."""
    if not found:
        return NO_SUCH_INSTANCE
    reason: int | None = CLASS_INSTANCE_CONFLICT
    for stored in found:
        if stored.sop_class_uid != one.sop_class_uid:
            continue
        try:
            confirm(archive.blobs, stored)
        except (NotFound, Conflict, Unavailable) as error:
            reason = _REASONS[type(error)]
            log.error("%s is not committed: %s", one.sop_instance_uid, error.sentence)
        else:
            return None
    return reason


def report_of(row: Commitment) -> CommitmentReport:
    """What the peer is told: every instance it asked for, in one list or the other."""
    failed = {(one.sop_class_uid, one.sop_instance_uid) for one in row.failures}
    kept = tuple(one for one in row.instances if tuple(one) not in failed)
    return CommitmentReport(row.transaction_uid, kept, row.failures)
