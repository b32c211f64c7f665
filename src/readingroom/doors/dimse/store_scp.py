"""C-STORE, PS3.4 annex B: every object goes through `archive.receive`.

Success is said when the object is safe. Of the warnings only B007 is ever said: elements are neither
coerced (B000) nor discarded (B006) here, level 2 (full) keeps the Data Set as it came.
"""

from __future__ import annotations

from collections.abc import Collection

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive, Arrival, Receiving
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.exchange import announced, answer_kept, related_fields
from readingroom.journal import REFUSAL, STUDY
from readingroom.model import Origin, OriginKind, Right

from .rights import require
from .statuses import status_of


class _ObjectSink:
    """Passes fragments on to the archive as they come; after a failure, to nowhere."""

    def __init__(self, receiving: Receiving | None, failure: ReadingRoomError | None = None) -> None:
        self._receiving = receiving
        self._failure = failure

    def write(self, pieces: list[memoryview]) -> None:
        if self._receiving is None:
            return
        try:
            self._receiving.write(pieces)
        except ReadingRoomError as error:
            self._failure = error
            self.abandon()

    def abandon(self) -> None:
        if self._receiving is not None:
            self._receiving.abandon()
            self._receiving = None

    def finish(self) -> Arrival:
        """Raises what went wrong at any time."""
        if self._failure is not None:
            raise self._failure
        assert self._receiving is not None
        return self._receiving.finish()


class StoreScp:
    """Storage Service Class as SCP, level 2 (full): every element is kept as it came."""

    operations: Collection[int] = frozenset({CommandField.C_STORE_RQ})

    def __init__(self, archive: Archive, policy: NetworkPolicy) -> None:
        self._archive = archive
        self._policy = policy

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Open the object's file before its first byte arrives; what prevents that is answered later."""
        try:
            require(self._policy, assoc, Right.STORE)
            return _ObjectSink(self._open(assoc, context, command))
        except ReadingRoomError as error:
            return _ObjectSink(None, error)

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Answer success once the object is safe."""
        if not isinstance(data, _ObjectSink):
            raise Invalid("The request has no Data Set.")
        try:
            arrival = data.finish()
        except ReadingRoomError as error:
            self._archive.refuse(_origin(assoc), command.affected_sop_instance_uid or "", error)
            assoc.notes[REFUSAL] = error.sentence
            status = status_of(assoc, context, command, error)
            assoc.respond(context, command, status, **related_fields(error))
            return
        if arrival.stored is not None:
            assoc.notes[STUDY] = arrival.stored.ref.study_instance_uid
        answer_kept(assoc, context, command, arrival.mismatch)

    def _open(self, assoc: Association, context: Context, command: Command) -> Receiving:
        sop_class = command.affected_sop_class_uid or ""
        if sop_class != context.abstract_syntax and all(
            one.abstract_syntax != sop_class for one in assoc.contexts.values()
        ):
            raise Unsupported(f"{sop_class} was not negotiated.")
        return announced(self._archive.receive(_origin(assoc)), context, command)


def _origin(assoc: Association) -> Origin:
    origin = assoc.notes.get("origin")
    if origin is None:
        origin = Origin(OriginKind.DIMSE, assoc.calling.strip(), assoc.peer_address, assoc.called.strip())
        assoc.notes["origin"] = origin
    return origin
