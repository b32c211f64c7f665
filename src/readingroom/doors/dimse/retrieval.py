"""The common course of C-MOVE and C-GET: sub-operations, counters, pending and final response.

PS3.4 C.4.2.3.1, C.4.3.3.1; contract/spec dimse_behaviour.md section 7: one pending response after each
sub-operation, and a failed one never stops the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from readingroom.association import Association, Command, Context
from readingroom.errors import ReadingRoomError
from readingroom.exchange import FAILED_STATUS
from readingroom.model import StoredInstance

from .identifier import failed_uids
from .statuses import (
    CANCELLED,
    CANNOT_PERFORM_SUB_OPERATIONS,
    PENDING,
    SUB_OPERATIONS_FAILED,
    SUCCESS,
)

log = logging.getLogger("readingroom.dimse")

_WARNINGS = range(0xB000, 0xC000)


@dataclass(slots=True)
class Counters:
    """Numbers of sub-operations, as the responses report them."""

    remaining: int
    completed: int = 0
    failed: int = 0
    warning: int = 0
    failed_uids: list[str] = field(default_factory=list)

    def count(self, uid: str, status: int) -> None:
        """One sub-operation ended with that status."""
        self.remaining -= 1
        if status == SUCCESS:
            self.completed += 1
        elif status in _WARNINGS:
            self.warning += 1
        else:
            self.failed += 1
            self.failed_uids.append(uid)

    def elements(self) -> dict[str, Any]:
        """The counters of a response; the remaining ones only while there are some (PS3.7 9.3.3.2)."""
        return {
            "number_of_completed_suboperations": self.completed,
            "number_of_failed_suboperations": self.failed,
            "number_of_warning_suboperations": self.warning,
        }


Send = Callable[[StoredInstance], int]
"""Sends one instance and returns the peer's status; raises AssociationEnded and other ReadingRoomErrors."""


def perform_sub_operations(
    assoc: Association,
    context: Context,
    command: Command,
    instances: Sequence[StoredInstance],
    send: Send,
) -> None:
    """Send all instances and answer the retrieval on `assoc`; raises what ended `assoc` itself."""
    counters = Counters(len(instances))
    for stored in instances:
        if assoc.is_cancelled(command.message_id):
            answer(assoc, context, command, CANCELLED, counters)
            return
        uid = stored.ref.sop_instance_uid
        try:
            status = send(stored)
        except ReadingRoomError as error:
            if assoc.is_over:
                raise
            log.warning("%s was not sent for %s: %s", uid, assoc.peer, error.sentence)
            status = FAILED_STATUS
        counters.count(uid, status)
        if counters.remaining:
            answer(assoc, context, command, PENDING, counters)
    answer(assoc, context, command, final_status(counters), counters)


def final_status(counters: Counters) -> int:
    """Success, some failed, or none could be performed."""
    if counters.failed and not (counters.completed or counters.warning):
        return CANNOT_PERFORM_SUB_OPERATIONS
    return SUB_OPERATIONS_FAILED if counters.failed or counters.warning else SUCCESS


def answer(
    assoc: Association, context: Context, command: Command, status: int, counters: Counters, **more: Any
) -> None:
    """Respond with the counters and, at the end, the Failed SOP Instance UID List. more: further elements."""
    elements = counters.elements() | more
    if status in (PENDING, CANCELLED):
        elements["number_of_remaining_suboperations"] = counters.remaining
    failed = () if status == PENDING else counters.failed_uids
    uids = failed_uids(counters.failed_uids, context.transfer_syntax) if failed else None
    assoc.respond(context, command, status, uids, **elements)
