"""C-MOVE, PS3.4 C.4.2: the selected instances go to a known node on an association of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import (
    Association,
    Command,
    CommandField,
    Context,
    DataSink,
    Hooks,
)
from readingroom.errors import ReadingRoomError
from readingroom.exchange import Cancelled, Ourselves, Outgoing, comment, contexts_for
from readingroom.journal import ABOUT
from readingroom.model import Node, Right, StoredInstance

from .identifier import read_selection
from .refusals import failures_answered
from .retrieval import Counters, answer, perform_sub_operations
from .rights import require
from .settings import DimseSettings
from .statuses import CANCELLED, CANNOT_PERFORM_SUB_OPERATIONS, PENDING, SUCCESS

_SIGN_OF_LIFE = 5.0
"""Seconds between pending responses while it waits for its place: askers give up on a silent SCP."""


class MoveScp:
    """Retrieve by C-MOVE as SCP: Patient Root and Study Root.

    A destination takes as many transfers at once as its node says; a C-MOVE waits for its place.
    """

    operations: Collection[int] = frozenset({CommandField.C_MOVE_RQ})

    def __init__(
        self, archive: Archive, policy: NetworkPolicy, settings: DimseSettings, hooks: Hooks
    ) -> None:
        self._archive = archive
        self._policy = policy
        self._ourselves = Ourselves(
            settings.ae_title,
            settings.max_pdu,
            settings.lines,
            associate_seconds=settings.associate_seconds,
            tls=settings.tls,
            hooks=hooks,
        )
        self._longest_wait = settings.move_waiting_seconds

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Identifiers are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """An unknown destination is A801 before anything is looked up."""
        with failures_answered(assoc, context, command):
            require(self._policy, assoc, Right.RETRIEVE)
            self._answer(assoc, context, command, data if isinstance(data, bytes) else b"")

    def _answer(self, assoc: Association, context: Context, command: Command, identifier: bytes) -> None:
        node = self._policy.destination(command.move_destination or "")
        selection = read_selection(identifier, context.transfer_syntax, context.abstract_syntax)
        assoc.notes[ABOUT] = selection
        self._archive.indexer.flush()
        instances = self._archive.instances(selection)
        if not instances:
            assoc.respond(context, command, SUCCESS, **Counters(0).elements())
            return
        counters = Counters(len(instances))
        is_cancelled = _while_waiting(assoc, context, command, counters)
        with ExitStack() as held:
            try:
                held.enter_context(self._ourselves.line(node, is_cancelled, self._longest_wait))
                outgoing = held.enter_context(self._open(assoc, command, node, instances))
            except Cancelled:
                answer(assoc, context, command, CANCELLED, counters)
                return
            except ReadingRoomError as error:
                if assoc.is_over:
                    raise
                counters = Counters(0, failed=len(instances))
                said = comment(error.sentence)
                answer(assoc, context, command, CANNOT_PERFORM_SUB_OPERATIONS, counters, error_comment=said)
                return
            perform_sub_operations(assoc, context, command, instances, outgoing.send)

    def _open(
        self, assoc: Association, command: Command, node: Node, instances: Sequence[StoredInstance]
    ) -> Outgoing:
        """The association for the sub-operations."""
        originator = (assoc.calling.strip(), command.message_id or 0)
        requestor = self._ourselves.requestor(node, contexts_for(instances))
        return Outgoing(requestor.open, self._archive, originator)


def _while_waiting(
    assoc: Association, context: Context, command: Command, counters: Counters
) -> Callable[[], bool]:
    """Whether it was cancelled; the asker hears now and then that it is not forgotten."""
    heard = time.monotonic()

    def is_cancelled() -> bool:
        nonlocal heard
        if assoc.is_cancelled(command.message_id):
            return True
        if time.monotonic() - heard > _SIGN_OF_LIFE:
            heard = time.monotonic()
            answer(assoc, context, command, PENDING, counters)
        return False

    return is_cancelled
