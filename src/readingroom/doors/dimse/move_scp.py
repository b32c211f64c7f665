"""C-MOVE, PS3.4 C.4.2: the selected instances go to a known node on an association of their own."""

from __future__ import annotations

from collections.abc import Collection

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
from readingroom.exchange import Ourselves, Outgoing, contexts_for
from readingroom.journal import ABOUT
from readingroom.model import Right

from .identifier import read_selection
from .retrieval import Counters, perform_sub_operations
from .rights import require
from .settings import DimseSettings
from .statuses import CANNOT_PERFORM_SUB_OPERATIONS, SUCCESS


class MoveScp:
    """Retrieve by C-MOVE as SCP: Patient Root and Study Root."""

    operations: Collection[int] = frozenset({CommandField.C_MOVE_RQ})

    def __init__(
        self, archive: Archive, policy: NetworkPolicy, settings: DimseSettings, hooks: Hooks
    ) -> None:
        self._archive = archive
        self._policy = policy
        self._ourselves = Ourselves(
            settings.ae_title,
            settings.max_pdu,
            associate_seconds=settings.associate_seconds,
            tls=settings.tls,
            hooks=hooks,
        )

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Identifiers are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Raises NotFound (A801) for an unknown destination before anything is looked up."""
        require(self._policy, assoc, Right.RETRIEVE)
        identifier = data if isinstance(data, bytes) else b""
        node = self._policy.destination(command.move_destination or "")
        selection = read_selection(identifier, context.transfer_syntax, context.abstract_syntax)
        assoc.notes[ABOUT] = selection
        self._archive.indexer.flush()
        instances = self._archive.instances(selection)
        if not instances:
            assoc.respond(context, command, SUCCESS, **Counters(0).elements())
            return
        originator = (assoc.calling.strip(), command.message_id or 0)
        try:
            requestor = self._ourselves.requestor(node, contexts_for(instances))
            outgoing = Outgoing(requestor.open, self._archive, originator)
        except ReadingRoomError as error:
            counters = Counters(0, failed=len(instances))
            assoc.respond(
                context,
                command,
                CANNOT_PERFORM_SUB_OPERATIONS,
                error_comment=error.sentence[:64],
                **counters.elements(),
            )
            return
        with outgoing:
            perform_sub_operations(assoc, context, command, instances, outgoing.send)
