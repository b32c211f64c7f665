"""C-GET, PS3.4 C.4.3: the selected instances come back on the same association."""

from __future__ import annotations

from collections.abc import Collection

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.exchange import send_instance
from readingroom.journal import ABOUT
from readingroom.model import Right, StoredInstance

from .identifier import read_selection
from .refusals import failures_answered
from .retrieval import Counters, perform_sub_operations
from .rights import require
from .statuses import SUCCESS


class GetScp:
    """Retrieve by C-GET as SCP: Patient Root and Study Root."""

    operations: Collection[int] = frozenset({CommandField.C_GET_RQ})

    def __init__(self, archive: Archive, policy: NetworkPolicy) -> None:
        self._archive = archive
        self._policy = policy

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Identifiers are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Send what is selected; classes the peer did not offer to store fail one by one."""
        with failures_answered(assoc, context, command):
            require(self._policy, assoc, Right.RETRIEVE)
            self._answer(assoc, context, command, data if isinstance(data, bytes) else b"")

    def _answer(self, assoc: Association, context: Context, command: Command, identifier: bytes) -> None:
        selection = read_selection(identifier, context.transfer_syntax, context.abstract_syntax)
        assoc.notes[ABOUT] = selection
        self._archive.indexer.flush()
        instances = self._archive.instances(selection)
        if not instances:
            assoc.respond(context, command, SUCCESS, **Counters(0).elements())
            return

        def send(stored: StoredInstance) -> int:
            return send_instance(assoc, self._archive, stored)

        perform_sub_operations(assoc, context, command, instances, send)
