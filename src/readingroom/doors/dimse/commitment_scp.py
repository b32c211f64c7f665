"""Storage Commitment Push Model, PS3.4 annex J: N-ACTION as SCP, and the reports on what we asked as SCU."""

from __future__ import annotations

from collections.abc import Collection

from readingroom.access import NetworkPolicy
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.errors import ReadingRoomError
from readingroom.exchange import (
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_COMMITMENT,
    Reporter,
    ReportReceiver,
    read_request,
)
from readingroom.model import Right

from .refusals import NO_SUCH_ACTION, NO_SUCH_INSTANCE, NO_SUCH_SOP_CLASS, refuse, refuse_with
from .rights import require
from .statuses import SUCCESS


class CommitmentScp:
    """Takes requests to commit, and hands them to the `Reporter`, which checks and reports.

    N-EVENT-REPORT comes on associations whose requestor has the role SCP: another archive, which we had
    asked to commit.
    """

    operations: Collection[int] = frozenset({CommandField.N_ACTION_RQ, CommandField.N_EVENT_REPORT_RQ})

    def __init__(self, reporter: Reporter, reports: ReportReceiver, policy: NetworkPolicy) -> None:
        self._reporter = reporter
        self._reports = reports
        self._policy = policy

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Lists of references are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Success for a request means that it is kept durably; its outcome is reported later."""
        assert data is None or isinstance(data, bytes)
        try:
            if command.command_field == CommandField.N_EVENT_REPORT_RQ:
                self._reports.perform(assoc, context, command, data)
            else:
                self._commit(assoc, context, command, data or b"")
        except ReadingRoomError as error:
            refuse(assoc, context, command, error)

    def _commit(self, assoc: Association, context: Context, command: Command, data: bytes) -> None:
        require(self._policy, assoc, Right.COMMIT)
        if command.requested_sop_class_uid != PUSH_MODEL:
            refuse_with(assoc, context, command, NO_SUCH_SOP_CLASS, "Not the Push Model.")
        elif command.requested_sop_instance_uid != PUSH_MODEL_INSTANCE:
            refuse_with(
                assoc, context, command, NO_SUCH_INSTANCE, f"The instance is {PUSH_MODEL_INSTANCE} (J.3.5)."
            )
        elif command.action_type_id != REQUEST_COMMITMENT:
            refuse_with(assoc, context, command, NO_SUCH_ACTION, "The only action type is 1.")
        else:
            begin = self._reporter.accept(assoc, read_request(data, context.transfer_syntax))
            try:
                assoc.respond(context, command, SUCCESS)
            finally:
                begin()
