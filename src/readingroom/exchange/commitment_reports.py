"""Storage commitment as SCP: check what is really on disk, then report it until the peer has taken it.

A request lives in the index (`index.commitments`) from before it is acknowledged until its report is taken
or given up, so that it survives the end of any process. PS3.4 J.3.2.1.3, J.3.3.1.2.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import (
    Association,
    AssociationEnded,
    Command,
    CommandField,
    Errand,
    RoleSelection,
)
from readingroom.errors import ReadingRoomError, Unavailable
from readingroom.index import Connection, Event, commitments, events, jobs, keeping
from readingroom.index.commitments import (
    CHECKED,
    REPORTED,
    REQUESTED,
    SCP,
    UNREPORTED,
    Commitment,
    Failure,
)
from readingroom.model import NewJob, Node
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE

from .calling import Ourselves, RequestFailed
from .commitment_check import check, report_of
from .commitment_messages import (
    DUPLICATE_TRANSACTION,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    CommitmentReport,
    CommitmentRequest,
    write_report,
)

log = logging.getLogger("readingroom.commitment")

COMMITMENT_EVENT = "commitment"
"""Kind of the events that tell how a commitment ended."""
REPORT_JOB = "report"
"""Kind of the jobs that report again what was given up."""
RETRIES = 3
"""Reports that are tried again after the first one failed."""
QUIET_SECONDS = 1.0
"""A peer that says nothing for so long after its request waits for the report on the same association."""
KEEP_SECONDS = 600.0
"""How long an association is kept open for the report."""

_PATIENCE = 10.0  # how long a worker waits for a busy peer to be quiet
_SLOWER = 6.0  # each retry waits so many times longer than the one before
_LEASE = 60.0
_LOOK_EVERY = 1.0
_WORKERS = 4
_AT_ONCE = 500  # instances between two looks whether we stop
_KEEP_ENDED = 14 * 86400.0
_FORGET_EVERY = 3600.0


def send_report(assoc: Association, report: CommitmentReport) -> None:
    """N-EVENT-REPORT on an association on which we are SCP of the Push Model.

    Raises AssociationEnded, Unsupported, and RequestFailed when the peer answers with a failure.
    """
    context = assoc.context_for(PUSH_MODEL)
    command = Command(
        CommandField.N_EVENT_REPORT_RQ,
        affected_sop_class_uid=PUSH_MODEL,
        affected_sop_instance_uid=PUSH_MODEL_INSTANCE,
        event_type_id=report.event_type,
    )
    answer = assoc.request(context, command, write_report(report, context.transfer_syntax))
    if answer.status != 0:
        raise RequestFailed("N-EVENT-REPORT", answer, assoc.peer)


def report_anew(ours: Ourselves, node: Node, row: Commitment, report: CommitmentReport) -> None:
    """Report on an association of our own, with the roles reversed.

    Raises AssociationEnded, Unsupported, RequestFailed, and Unavailable when the node does not agree to the
    roles.
    """
    requestor = replace(ours, ae_title=row.own_title).requestor(
        node,
        [(PUSH_MODEL, (EXPLICIT_LE, IMPLICIT_LE))],
        roles=[RoleSelection(PUSH_MODEL, scu=False, scp=True)],
    )
    assoc = requestor.open()
    try:
        if not assoc.context_for(PUSH_MODEL).requestor_is_scp:
            raise Unavailable(f"{assoc.peer} does not let us be SCP of storage commitment.", peer=assoc.peer)
        send_report(assoc, report)
        with contextlib.suppress(AssociationEnded):  # it has the report, however it says goodbye
            assoc.release()
    finally:
        assoc.close()


def end_of_report(connection: Connection, row: Commitment, state: str, sentence: str, at: float) -> None:
    """Keep how it ended, in its row and in the event log."""
    outcome = events.FAILED if state == UNREPORTED else events.WARNING if row.failures else events.DONE
    commitments.end(connection, row.pk, state, sentence, at)
    event = Event(at, COMMITMENT_EVENT, row.peer, row.transaction_uid, sentence, outcome)
    events.add_events(connection, [event])


def reported_words(row: Commitment, report: CommitmentReport) -> str:
    """What is told of a report that was taken."""
    counts = f"{len(report.committed)} instances are committed, {len(report.failures)} are not"
    return f"{counts}; the node was told."


@dataclass(slots=True)
class _Waiting:
    """The association that asked, while it may still take the report."""

    assoc: Association
    errand: Errand


class Reporter:
    """Checks and reports, in threads of one process; several processes share the work.

    owner: a name that only one living process has, and that its successor has again. retry_seconds: rest
    before the first of three retries; each further one waits six times longer.
    """

    def __init__(
        self,
        archive: Archive,
        policy: NetworkPolicy,
        ours: Ourselves,
        owner: str,
        retry_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._archive = archive
        self._database = archive.database
        self._policy = policy
        self._ours = ours
        self._owner = owner
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._working: dict[int, str] = {}
        self._waiting: dict[int, _Waiting] = {}
        self._stopping = threading.Event()
        self._due: SimpleQueue[int | None] = SimpleQueue()
        self._held_at = clock()
        self._forgot_at = 0.0
        workers = [threading.Thread(target=self._serve, name=f"commitment {n}") for n in range(_WORKERS)]
        self._threads = [threading.Thread(target=self._follow, name="commitments"), *workers]
        for thread in self._threads:
            thread.daemon = True

    def start(self) -> None:
        """Take up what our predecessor left, then whatever becomes due; returns at once."""
        self._drop_claims()
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Leave what is not finished in that time to the next start."""
        self._stopping.set()
        for _ in self._threads:
            self._due.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._drop_claims()

    def _drop_claims(self) -> None:
        try:
            with self._database.writing() as connection:
                commitments.drop_claims(connection, self._owner)
        except Unavailable as error:
            log.warning("commitments that were under way wait for a minute: %s", error.sentence)

    def accept(self, assoc: Association, request: CommitmentRequest) -> Callable[[], None]:
        """Keep a request durably; call what is returned once the peer has been told.

        Raises Unavailable when it cannot be kept. The same request once more, while it is under way, is
        the same transaction; another one under its Transaction UID fails as a duplicate.
        """
        peer, now = assoc.calling.strip(), self._clock()
        with self._database.writing() as connection:
            known = commitments.under_way(connection, peer, request.transaction_uid)
            if known is not None and known.instances == request.instances:
                return lambda: None
            failures = [Failure(*one, DUPLICATE_TRANSACTION) for one in request.instances] if known else []
            pk = commitments.add(
                connection, SCP, CHECKED if known else REQUESTED, peer, assoc.called.strip(),
                request.transaction_uid, request.instances, now,
                failures=failures, claimed_by=self._owner, claimed_until=now + _LEASE,
            )  # fmt: skip
        waiting = _Waiting(assoc, assoc.owe(QUIET_SECONDS, KEEP_SECONDS))
        with self._lock:
            self._working[pk] = peer
            self._waiting[pk] = waiting
        return lambda: self._due.put(pk)

    # ── finding work

    def _follow(self) -> None:
        """The thread that looks for what is due and prolongs our claims."""
        while not self._stopping.wait(_LOOK_EVERY):
            try:
                self._look()
            except Unavailable as error:
                log.warning("commitments wait: %s", error.sentence)

    def _look(self) -> None:
        now = self._clock()
        with self._lock:
            working = dict(self._working)
        if working and now - self._held_at > _LEASE / 3:
            self._held_at = now
            with self._database.writing() as connection:
                commitments.hold(connection, self._owner, working, now + _LEASE)
        if now - self._forgot_at > _FORGET_EVERY:
            self._forgot_at = now
            with self._database.writing() as connection:
                commitments.forget_ended(connection, now - _KEEP_ENDED)
        free = _WORKERS - len(working)
        if free <= 0:
            return
        with self._database.reading() as connection:
            if not commitments.is_due(connection, now):
                return
        with self._database.writing() as connection:
            peers = set(working.values())
            taken = commitments.claim(connection, self._owner, now, now + _LEASE, free, peers)
        for pk, peer in taken:
            with self._lock:
                self._working[pk] = peer
            self._due.put(pk)

    # ── doing it

    def _serve(self) -> None:
        """A worker's thread."""
        while (pk := self._due.get()) is not None and not self._stopping.is_set():
            with self._lock:
                waiting = self._waiting.pop(pk, None)
            try:
                self._work(pk, waiting)
            except Unavailable as error:
                log.warning("a commitment waits: %s", error.sentence)  # its claim lapses: tried again then
            finally:
                if waiting is not None:
                    waiting.errand.drop()
                with self._lock:
                    self._working.pop(pk, None)

    def _work(self, pk: int, waiting: _Waiting | None) -> None:
        with self._database.reading() as connection:
            row = commitments.find(connection, pk)
        if row is None:
            return
        try:
            if row.state == REQUESTED and not self._check(row):
                return
            with self._database.reading() as connection:
                row = commitments.find(connection, pk) or row
            self._report(row, waiting)
        except Unavailable:
            raise
        except Exception:  # our own fault: one request must not end the work for all others
            log.exception("commitment %d failed", pk)
            self._failed(row, "Our own fault; the log says more.")

    def _check(self, row: Commitment) -> bool:
        """Find out and keep the outcome; False when we stop before the end."""
        failures: list[Failure] = []
        for start in range(0, len(row.instances), _AT_ONCE):
            if self._stopping.is_set():
                return False
            failures += check(self._archive, row.instances[start : start + _AT_ONCE])
        with self._database.writing() as connection:
            commitments.checked(connection, row.pk, failures, self._clock())
        return True

    def _report(self, row: Commitment, waiting: _Waiting | None) -> None:
        report = report_of(row)
        try:
            if waiting is None or not self._report_on(waiting, report):
                report_anew(self._ours, self._policy.destination(row.peer), row, report)
        except ReadingRoomError as error:
            self._failed(row, error.sentence)
            return
        self._end(row, REPORTED, reported_words(row, report))

    def _report_on(self, waiting: _Waiting, report: CommitmentReport) -> bool:
        """On the association that asked; False when that was not to be."""
        try:
            waiting.errand.run(lambda: send_report(waiting.assoc, report), _PATIENCE)
        except ReadingRoomError as error:
            log.info("no report on the same association: %s", error.sentence)
            return False
        return True

    def _failed(self, row: Commitment, sentence: str) -> None:
        if row.tries >= RETRIES:
            self._end(row, UNREPORTED, f"The report was given up: {sentence}")
            return
        log.warning("%s was not told of its commitment: %s", row.peer, sentence)
        now = self._clock()
        again = now + self._retry_seconds * _SLOWER**row.tries
        with self._database.writing() as connection:
            commitments.try_again(connection, row.pk, sentence, now, again)

    def _end(self, row: Commitment, state: str, sentence: str) -> None:
        """A report that is given up becomes a failed job, which somebody sees and can restart."""
        log.log(logging.WARNING if state == UNREPORTED else logging.INFO, "%s: %s", row.peer, sentence)
        now = self._clock()
        with self._database.writing() as connection:
            end_of_report(connection, row, state, sentence, now)
            if state == UNREPORTED:
                nodes = {node.ae_title: node.name for node in keeping.nodes(connection)}
                order = NewJob(
                    REPORT_JOB,
                    nodes.get(row.peer, row.peer),
                    f"Storage commitment of {len(row.instances)} instances",
                    {"commitment": str(row.pk), "transaction": row.transaction_uid},
                    ordered_by=row.peer,
                )
                jobs.add_failed_job(connection, order, [row.transaction_uid], sentence, now)
