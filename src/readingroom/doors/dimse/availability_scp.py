"""Instance Availability Notification, PS3.4 annex R: N-CREATE as SCP."""

from __future__ import annotations

from collections.abc import Collection

from pydicom.uid import generate_uid

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.errors import ReadingRoomError
from readingroom.exchange import INSTANCE_AVAILABILITY, read_notice, take_notice
from readingroom.model import Right

from .refusals import NO_SUCH_SOP_CLASS, refuse, refuse_with
from .rights import require
from .statuses import SUCCESS


class AvailabilityScp:
    """Takes notifications; what follows from them is settled before the response.

    fetches: whether it may be that something is fetched.
    """

    operations: Collection[int] = frozenset({CommandField.N_CREATE_RQ})

    def __init__(self, archive: Archive, policy: NetworkPolicy, *, fetches: bool) -> None:
        self._archive = archive
        self._fetches = fetches
        self._policy = policy

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Notifications are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """The right to store is asked for: whoever may not bring images may not move our caches either.

        A request without SOP Instance UID is given one, as PS3.7 10.1.5.1.4 has it.
        """
        assert data is None or isinstance(data, bytes)
        if command.affected_sop_class_uid != INSTANCE_AVAILABILITY:
            refuse_with(assoc, context, command, NO_SUCH_SOP_CLASS, "Not Instance Availability Notification.")
            return
        try:
            require(self._policy, assoc, Right.STORE)
            notice = read_notice(data or b"", context.transfer_syntax)
            peer = assoc.calling.strip()
            take_notice(self._archive, self._policy, notice, peer, fetches=self._fetches)
        except ReadingRoomError as error:
            refuse(assoc, context, command, error)
            return
        uid = command.affected_sop_instance_uid or str(generate_uid(prefix=None))
        assoc.respond(context, command, SUCCESS, affected_sop_instance_uid=uid)
