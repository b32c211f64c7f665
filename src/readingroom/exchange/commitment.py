"""Storage commitment as SCU: ask another archive to keep what we sent it, and take its report.

The report may come on the association that asked or, later, on one that the other archive opens to our
receivers; both ways end in the row of the transaction in the index. PS3.4 J.3.2.1.2, J.3.3.1.3.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Collection, Sequence

from pydicom.uid import generate_uid

from readingroom.association import (
    Association,
    AssociationEnded,
    Command,
    CommandField,
    Context,
    DataSink,
    Hooks,
    failure_status,
)
from readingroom.errors import Invalid, NotFound, ReadingRoomError, Unavailable
from readingroom.index import Database, Event, commitments, events
from readingroom.index.commitments import ANSWERED, ASKED, REFUSED, SCU, Commitment, Failure, SopReference
from readingroom.model import Node
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE

from .calling import Ourselves, RequestFailed
from .commitment_messages import (
    ALL_COMMITTED,
    FAILURES_EXIST,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_COMMITMENT,
    CommitmentReport,
    CommitmentRequest,
    read_report,
    write_request,
)
from .commitment_reports import COMMITMENT_EVENT
from .mandatory import Empty, Missing

log = logging.getLogger("readingroom.commitment")

NOT_MENTIONED = 0x0000
"""Kept as the reason of an instance that the report does not name."""
NO_SUCH_SOP_CLASS = 0x0118
NO_SUCH_INSTANCE = 0x0112
NO_SUCH_EVENT_TYPE = 0x0113
REPORT_STATUSES: dict[type[Exception], int] = {
    Missing: 0x0120,
    Empty: 0x0121,
    Invalid: 0x0115,
    NotFound: 0x0115,  # the Transaction UID is none of ours: an invalid argument value
    Unavailable: 0x0213,
}
"""What our response to a report says when it could not be taken. PS3.7 10.1.1.1.8."""

_LOOK_EVERY = 0.5


class ReportReceiver:
    """N-EVENT-REPORT of the Push Model as SCU; keeps each report in the row of its transaction."""

    operations: Collection[int] = frozenset({CommandField.N_EVENT_REPORT_RQ})

    def __init__(self, database: Database) -> None:
        self._database = database

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Reports are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Success once the report is kept; the same report again is success too."""
        status = _refusal(command)
        if status is None:
            assert data is None or isinstance(data, bytes)
            self._keep(assoc, read_report(data or b"", context.transfer_syntax))
            status = 0
        assoc.respond(context, command, status)

    def _keep(self, assoc: Association, report: CommitmentReport) -> None:
        now = time.time()
        with self._database.writing() as connection:
            row = commitments.asked(connection, report.transaction_uid)
            if row is None:
                raise NotFound(f"Nothing was asked under the Transaction UID {report.transaction_uid}.")
            failures = failures_of(row, report)
            commitments.answered(connection, row.pk, failures, now)
            told = (
                f"{len(row.instances) - len(failures)} of {len(row.instances)} instances are committed there."
            )
            outcome = events.WARNING if failures else events.DONE
            event = Event(now, COMMITMENT_EVENT, row.peer, row.transaction_uid, told, outcome)
            events.add_events(connection, [event])
        log.info("%s: %s", assoc.peer, told)


def failures_of(row: Commitment, report: CommitmentReport) -> list[Failure]:
    """Those instances we asked for that the other archive does not answer for, in the order we asked.

    One that stands in both lists is not committed.
    """
    reasons = {one.sop_instance_uid: one.reason for one in report.failures}
    committed = {one.sop_instance_uid for one in report.committed}
    return [
        Failure(*one, reasons.get(one.sop_instance_uid, NOT_MENTIONED))
        for one in row.instances
        if one.sop_instance_uid in reasons or one.sop_instance_uid not in committed
    ]


def _refusal(command: Command) -> int | None:
    if command.affected_sop_class_uid != PUSH_MODEL:
        return NO_SUCH_SOP_CLASS
    if command.affected_sop_instance_uid != PUSH_MODEL_INSTANCE:
        return NO_SUCH_INSTANCE
    return None if command.event_type_id in (ALL_COMMITTED, FAILURES_EXIST) else NO_SUCH_EVENT_TYPE


def request_commitment(
    database: Database,
    ours: Ourselves,
    node: Node,
    instances: Sequence[SopReference],
    *,
    stay_seconds: float,
    wait_seconds: float,
) -> Commitment:
    """Ask a node to commit, and wait for its report; the transaction, ANSWERED or still ASKED.

    stay_seconds: how long our association is kept open for the report. wait_seconds: how long to wait in
    all; our receivers have to run for a report on another association, and take it after that time too.
    Raises RequestFailed when the node refuses, AssociationEnded when it was not reached or did not answer,
    Unsupported when it is no SCP of storage commitment; the row then says REFUSED.
    """
    request = CommitmentRequest(str(generate_uid(prefix=None)), tuple(dict.fromkeys(instances)))
    with database.writing() as connection:
        pk = commitments.add(
            connection, SCU, ASKED, node.ae_title, ours.ae_title,
            request.transaction_uid, request.instances, time.time(),
        )  # fmt: skip
    until = time.monotonic() + wait_seconds
    try:
        assoc = _ask(database, ours, node, request)
    except ReadingRoomError as error:
        with database.writing() as connection:
            commitments.end(connection, pk, REFUSED, error.sentence, time.time())
        raise
    with contextlib.suppress(AssociationEnded), assoc:  # the report can still come on another one
        stay = min(time.monotonic() + stay_seconds, until)
        while time.monotonic() < stay and not _is_answered(database, pk):
            if not assoc.attend(min(_LOOK_EVERY, max(0.0, stay - time.monotonic()))):
                break
    while time.monotonic() < until and not _is_answered(database, pk):
        time.sleep(_LOOK_EVERY)
    return _row(database, pk)


def _ask(database: Database, ours: Ourselves, node: Node, request: CommitmentRequest) -> Association:
    """The association on which the node has taken the request."""
    requestor = ours.requestor(
        node,
        [(PUSH_MODEL, (EXPLICIT_LE, IMPLICIT_LE))],
        services={PUSH_MODEL: ReportReceiver(database)},
        hooks=Hooks(on_error=_status_of),
    )
    assoc = requestor.open()
    try:
        context = assoc.context_for(PUSH_MODEL)
        command = Command(
            CommandField.N_ACTION_RQ,
            requested_sop_class_uid=PUSH_MODEL,
            requested_sop_instance_uid=PUSH_MODEL_INSTANCE,
            action_type_id=REQUEST_COMMITMENT,
        )
        answer = assoc.request(context, command, write_request(request, context.transfer_syntax))
        if answer.status != 0:
            assoc.release()
            raise RequestFailed("N-ACTION", answer, assoc.peer)
    except BaseException:
        assoc.close()
        raise
    return assoc


def _status_of(assoc: Association, context: Context, command: Command, error: Exception) -> int:
    for kind in type(error).__mro__:
        if kind in REPORT_STATUSES:
            return REPORT_STATUSES[kind]
    return failure_status(assoc, context, command, error)


def _row(database: Database, pk: int) -> Commitment:
    with database.reading() as connection:
        row = commitments.find(connection, pk)
    if row is None:
        raise NotFound("The transaction is gone from the index.")
    return row


def _is_answered(database: Database, pk: int) -> bool:
    return _row(database, pk).state == ANSWERED
