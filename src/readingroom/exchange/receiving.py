"""The storage SCP of a C-GET: what the node sends us on our own association. PS3.4 C.4.3.2."""

from __future__ import annotations

from collections.abc import Callable, Collection

from readingroom.association import (
    Association,
    Command,
    CommandField,
    Context,
    DataSink,
    Hooks,
    RoleSelection,
)
from readingroom.errors import ReadingRoomError
from readingroom.model import Origin
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE, keep_stored_form

from .calling import log
from .keepers import Arriving, Keeper
from .storing import STORE_STATUSES, announced, answer_kept, related_fields

MOST_CLASSES = 127
"""Classes that fit on one association beside the C-GET itself (PS3.8 9.3.2.2: 128 odd context IDs)."""

_PROCESSING_FAILURE = 0x0110


def contexts_to_receive(sop_classes: Collection[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Presentation contexts for what may come: each class plain, then in as many stored forms as fit.

    A node that keeps compressed objects finds a context for each form, and need not decompress. One
    context holds one form, since a node picks only one of those that a context offers. Raises ValueError
    for more than MOST_CLASSES.
    """
    if len(sop_classes) > MOST_CLASSES:
        raise ValueError(f"{len(sop_classes)} classes do not fit on one association")
    plain: list[tuple[str, tuple[str, ...]]] = [(uid, (EXPLICIT_LE, IMPLICIT_LE)) for uid in sop_classes]
    forms = [uid for uid in keep_stored_form() if uid not in (EXPLICIT_LE, IMPLICIT_LE)]
    stored = [(uid, (form,)) for form in forms for uid in sop_classes]
    return plain + stored[: MOST_CLASSES - len(plain)]


def roles_to_receive(sop_classes: Collection[str]) -> list[RoleSelection]:
    """We are the SCP of these classes, although we opened the association (PS3.7 D.3.3.4)."""
    return [RoleSelection(uid, scu=False, scp=True) for uid in sop_classes]


class ObjectSink:
    """Passes the fragments of an object on as they come."""

    def __init__(self, arriving: Arriving) -> None:
        self.arriving = arriving

    def write(self, pieces: list[memoryview]) -> None:
        """The next bytes."""
        self.arriving.write(pieces)

    def abandon(self) -> None:
        """No more will come."""
        self.arriving.abandon()


class Receiver:
    """Keeps what comes.

    arrived: SOP Instance UIDs that are kept. refused: those that are not, and why. told(): after each.
    """

    operations: Collection[int] = frozenset({CommandField.C_STORE_RQ})

    def __init__(self, keeper: Keeper, origin: Origin, told: Callable[[Association], None]) -> None:
        self._keeper = keeper
        self._origin = origin
        self._told = told
        self.arrived: set[str] = set()
        self.refused: dict[str, str] = {}

    @property
    def hooks(self) -> Hooks:
        """For the association on which it receives."""
        return Hooks(on_error=self._failed)

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Begin the object before its first byte arrives."""
        return ObjectSink(announced(self._keeper.receive(self._origin), context, command))

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Answer as our storage SCP does, once the object is safe."""
        assert isinstance(data, ObjectSink)
        try:
            kept = data.arriving.finish()
        except ReadingRoomError as error:
            status = self._failed(assoc, context, command, error)
            assoc.respond(context, command, status, **related_fields(error))
            return
        self.arrived.add(command.affected_sop_instance_uid or "")
        answer_kept(assoc, context, command, kept.mismatch)
        self._told(assoc)

    def _failed(self, assoc: Association, context: Context, command: Command, error: Exception) -> int:
        uid = command.affected_sop_instance_uid or ""
        words = error.sentence if isinstance(error, ReadingRoomError) else "we failed to keep it"
        self.refused[uid] = f"we refused it: {words}"
        log.warning("refused %s from %s: %s", uid, assoc.peer, words)
        self._keeper.refuse(self._origin, uid, error)
        known = (STORE_STATUSES[kind] for kind in type(error).__mro__ if kind in STORE_STATUSES)
        return next(known, _PROCESSING_FAILURE)
