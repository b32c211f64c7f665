"""C-STORE, PS3.4 annex B: every object goes through `archive.receive`."""

from __future__ import annotations

import logging
from collections.abc import Collection

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive, Receiving
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.errors import ReadingRoomError
from readingroom.model import Origin, OriginKind, Right

from .rights import require
from .statuses import SUCCESS

log = logging.getLogger("readingroom.dimse")


class _ObjectSink:
    """Passes fragments on to the archive as they come."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving = receiving

    def write(self, pieces: list[memoryview]) -> None:
        self.receiving.write(pieces)

    def abandon(self) -> None:
        self.receiving.abandon()


class StoreScp:
    """Storage Service Class as SCP, level 2 (full): every element is kept as it came."""

    operations: Collection[int] = frozenset({CommandField.C_STORE_RQ})

    def __init__(self, archive: Archive, policy: NetworkPolicy) -> None:
        self._archive = archive
        self._policy = policy

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Open the object's file before its first byte arrives."""
        require(self._policy, assoc, Right.STORE)
        receiving = self._archive.receive(_origin(assoc))
        try:
            receiving.announce(
                command.affected_sop_class_uid or "",
                command.affected_sop_instance_uid or "",
                context.transfer_syntax,
            )
        except BaseException:
            receiving.abandon()
            raise
        return _ObjectSink(receiving)

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Answer success once the object is safe."""
        assert isinstance(data, _ObjectSink)
        try:
            data.receiving.finish()
        except ReadingRoomError as error:
            subject = command.affected_sop_instance_uid or ""
            log.warning("refused %s from %s: %s", subject, assoc.peer, error.sentence)
            self._archive.refuse(_origin(assoc), subject, error)
            raise
        assoc.respond(context, command, SUCCESS)


def _origin(assoc: Association) -> Origin:
    origin = assoc.notes.get("origin")
    if origin is None:
        origin = Origin(OriginKind.DIMSE, assoc.calling.strip(), assoc.peer_address, assoc.called.strip())
        assoc.notes["origin"] = origin
    return origin
