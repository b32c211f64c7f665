"""An established association: performs the peer's requests and invokes our own. PS3.7 7, 9, 10."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Protocol

from readingroom.errors import ReadingRoomError, Unsupported

from .command import (
    DATA_SET,
    MEDIUM,
    NO_DATA_SET,
    REQUIRED,
    Command,
    CommandField,
    response_to,
    write_brief_response,
    write_command,
)
from .errand import Errand
from .faults import AssociationEnded, TimedOut
from .messages import DataSink, Limits, Message, MessageStream, log
from .negotiation import Context, Rejection
from .pdu import AssociateAccept, AssociateRequest
from .sender import Source
from .upper_layer import UpperLayer

SUCCESS = 0x0000
PENDING = frozenset({0xFF00, 0xFF01})
"""Statuses after which more responses follow. PS3.7 C.5."""
PROCESSING_FAILURE = 0x0110
SOP_CLASS_NOT_SUPPORTED = 0x0122
UNRECOGNIZED_OPERATION = 0x0211
MISTYPED_ARGUMENT = 0x0212
UNABLE_TO_PROCESS = 0xC001

VERIFICATION = "1.2.840.10008.1.1"

_BRIEF = frozenset({CommandField.C_STORE_RQ, CommandField.C_ECHO_RQ})
_QUERY_RETRIEVE = frozenset({CommandField.C_FIND_RQ, CommandField.C_MOVE_RQ, CommandField.C_GET_RQ})
_POLL_SECONDS = 0.005
_ERRAND_SECONDS = 0.1  # how long an errand may wait for its association's thread to notice it


class Service(Protocol):
    """Performs the requests of one or more abstract syntaxes; one object serves many threads.

    operations: the request command fields it knows; others are answered 0211H (unrecognized operation).
    """

    @property
    def operations(self) -> Collection[int]:
        """Command fields of requests, such as CommandField.C_STORE_RQ."""

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Called when the command is complete and its data set will follow.

        None: it is collected in memory, up to Limits.max_dataset_in_memory. What it raises is answered
        as from perform(), after the data set has been read and dropped.
        """

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Called when the message is complete; answers with assoc.respond(context, command, status, ...).

        data: the bytes collected, the sink given before, or None where no data set came. Any number of
        pending responses, then exactly one other. What it raises is answered by Hooks.on_error's status.
        """


class Verification:
    """C-ECHO. PS3.4 annex A."""

    operations: Collection[int] = frozenset({CommandField.C_ECHO_RQ})

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """C-ECHO has no data set; one that comes all the same is collected and dropped."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """Answer success."""
        assoc.respond(context, command, SUCCESS)


def failure_status(assoc: Association, context: Context, command: Command, error: Exception) -> int:
    """The status for a bug in a service: C001 for queries and retrievals, else 0110. PS3.7 annex C."""
    return UNABLE_TO_PROCESS if command.command_field in _QUERY_RETRIEVE else PROCESSING_FAILURE


def _nothing(*facts: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Hooks:
    """Called in the association's thread, for event log and index.

    on_established(assoc). on_released(assoc): before the A-RELEASE-RP is sent; when it raises, the
    association is aborted instead. on_aborted(assoc, why): after any other end. on_rejected(request,
    peer address, rejection): be quick, it may run in the thread that accepts connections.
    on_error(assoc, context, command, error): the status to answer when a service or its sink raised; the
    traceback is logged here already unless it is a ReadingRoomError. on_answered(assoc, context, command,
    status, elements): after our final response to a request of the peer. on_concluded(assoc, command,
    final response, number of pending ones): after the peer's to one of ours.

    A requestor calls on_established, on_error, on_answered and on_concluded as well; besides on_unopened(
    request, "host:port", why) when there is no association, and on_closed(assoc, released in order) once.
    """

    on_established: Callable[[Association], None] = _nothing
    on_released: Callable[[Association], None] = _nothing
    on_aborted: Callable[[Association, AssociationEnded], None] = _nothing
    on_rejected: Callable[[AssociateRequest, str, Rejection], None] = _nothing
    on_error: Callable[[Association, Context, Command, Exception], int] = failure_status
    on_answered: Callable[[Association, Context, Command, int, Mapping[str, Any]], None] = _nothing
    on_concluded: Callable[[Association, Command, Response, int], None] = _nothing
    on_unopened: Callable[[AssociateRequest, str, Exception], None] = _nothing
    on_closed: Callable[[Association, bool], None] = _nothing


@dataclass(frozen=True, slots=True)
class Response:
    """A response and its data set, empty where it has none."""

    command: Command
    data: bytes

    @property
    def status(self) -> int:
        """PS3.7 annex C; FFFFH, which is no status, where the peer sent none."""
        return 0xFFFF if self.command.status is None else self.command.status

    @property
    def is_pending(self) -> bool:
        """Whether more responses follow."""
        return self.command.status in PENDING


class Association:
    """One association, of either role. Used by one thread.

    peer: "AETITLE@host:port", for people. peer_address: host, as the transport tells. contexts: the
    accepted presentation contexts by id. notes: for services to keep what belongs to this association.
    pending: pending responses we have sent to the request that is performed. unanswered: the request
    that was being performed when the association ended, or ours that had no final response.
    """

    def __init__(
        self,
        layer: UpperLayer,
        request: AssociateRequest,
        accept: AssociateAccept,
        contexts: Mapping[int, Context],
        *,
        peer_address: str,
        services: Callable[[str], Service | None],
        hooks: Hooks,
        limits: Limits,
        response_seconds: float = 40.0,
    ):
        self.request_pdu = request
        self.accept_pdu = accept
        self.contexts = contexts
        self.peer = layer.peer
        self.peer_address = peer_address
        self.notes: dict[str, Any] = {}
        self.response_seconds = response_seconds
        self.peer_user = accept.user if layer.requestor else request.user
        self._layer = layer
        self._stream = MessageStream(layer, contexts, self.peer_user.max_length, limits)
        self._services = services
        self._hooks = hooks
        self._limits = limits
        self._ids = itertools.count(1)
        self.pending = 0
        self.unanswered: Command | None = None
        self._answered = True
        self._performing = False
        self._closed = not layer.requestor
        self._polled = 0.0
        self._open: Responses | None = None
        self._errands: list[Errand] = []

    @property
    def calling(self) -> str:
        """AE title of the side that requested the association."""
        return self.request_pdu.calling

    @property
    def called(self) -> str:
        """AE title it was requested from."""
        return self.request_pdu.called

    @property
    def is_requestor(self) -> bool:
        """Whether this is our request."""
        return self._layer.requestor

    @property
    def data_received(self) -> int:
        """Bytes of all data sets that came."""
        return self._stream.data_received

    @property
    def data_sent(self) -> int:
        """Bytes of all data sets that went."""
        return self._stream.data_sent

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be sent on it."""
        return self._stream.is_over

    # ── performing the peer's requests

    def serve(self) -> None:
        """Perform what the peer asks until it asks for release, and confirm that. AssociationEnded."""
        try:
            while True:
                if self._errands:
                    self._run_errands()
                message = self._stream.next_command(self._limits.idle_seconds, stoppable=True)
                if message is None:
                    break
                self._handle(message)
                self._stream.check_open()  # a service may have aborted
        finally:
            for errand in self._errands:
                errand.give_up()
        self._hooks.on_released(self)
        self._stream.confirm_release()

    def owe(self, quiet_seconds: float, seconds: float) -> Errand:
        """Promise the peer a request of our own, to be made between two of its messages.

        For a service's perform() on an association that serve() runs. quiet_seconds: how long the peer
        must have said nothing, so that one which releases at once is not met by our request. seconds: the
        longest time that the association is kept for it.
        """
        errand = Errand(self.peer, quiet_seconds, seconds)
        self._errands.append(errand)
        return errand

    def _run_errands(self) -> None:
        """Do what we owe while the peer is quiet; returns when it is not, or when nothing is owed."""
        quiet_since = time.monotonic()
        while self._errands and not self._stream.something_waits(_ERRAND_SECONDS):
            now = time.monotonic()
            self._errands = [one for one in self._errands if not one.is_over(now)]
            ready = [one for one in self._errands if one.is_ready(now - quiet_since)]
            if ready:
                ready[0].perform()
                self._stream.check_open()

    def attend(self, seconds: float) -> bool:
        """Wait for a request of the peer's own, such as N-EVENT-REPORT, and perform it.

        For a requestor between its own requests. Returns after one request, or when the time is over;
        False when the peer asked for release, which is confirmed: nothing more can be done on it then.
        """
        if self._stream.something_waits(seconds):
            message = self._stream.next_command(self._limits.stall_seconds)
            if message is None:
                self._stream.confirm_release()
                self._tell_closed(in_order=True)
                return False
            self._handle(message)
        return True

    def respond(
        self,
        context: Context,
        command: Command,
        status: int,
        data: bytes | Source | None = None,
        **elements: Any,
    ) -> None:
        """Answer a request, in one write.

        elements: further elements of the response by keyword, such as error_comment or
        number_of_remaining_suboperations. AssociationEnded when the peer is gone.
        """
        if command.command_field in _BRIEF and data is None and not elements:
            raw = write_brief_response(command, status)
        else:
            raw = write_command(response_to(command, status, data is not None, **elements))
        if status in PENDING:
            self.pending += 1
            self._stream.send(context.id, raw, data)
            return
        self._answered = True
        self._stream.send(context.id, raw, data)
        self.unanswered = None
        self._hooks.on_answered(self, context, command, status, elements)

    def respond_to_each(
        self, context: Context, command: Command, status: int, answers: Iterable[bytes]
    ) -> bool:
        """A pending response for each answer, until they end or the peer cancels; whether all were sent.

        status: the same pending one for all. The final response is the caller's. AssociationEnded.
        """
        raw = write_command(response_to(command, status, True))
        for answer in answers:
            if self.is_cancelled(command.message_id):
                return False
            self.pending += 1
            self._stream.send_one_of_many(context.id, raw, answer)
        return True

    def is_cancelled(self, message_id: int | None) -> bool:
        """Whether a C-CANCEL has arrived for the request being performed.

        Cheap enough to ask before every pending response; looks at the network every 5 ms at most.
        AssociationEnded when the peer aborted or closed instead.
        """
        now = time.monotonic()
        if now - self._polled > _POLL_SECONDS:
            self._polled = now
            self._stream.poll()
        return message_id in self._stream.cancelled

    def _handle(self, message: Message) -> None:
        command = message.command
        if command.is_response:
            # to a request we no longer wait for
            if command.has_data:
                self._stream.read_data(message, _Nowhere())
            return
        self._answered, self._performing = False, True
        self.unanswered, self.pending = command, 0
        try:
            self._perform(message)
        finally:
            self._performing = False
            self._stream.cancelled.discard(command.message_id or 0)

    def _perform(self, message: Message) -> None:
        context, command = message.context, message.command
        service = self._services(context.abstract_syntax)
        refusal = self._refusal(service, message)
        if service is None or refusal is not None:
            if command.has_data:
                self._stream.read_data(message, _Nowhere())
            if command.message_id is not None:
                self.respond(context, command, refusal or SOP_CLASS_NOT_SUPPORTED)
            return
        data: bytes | DataSink | None = None
        try:
            if command.has_data:
                data = self._receive_data(service, message)
            service.perform(self, context, command, data)
            if not self._answered and not self.is_over:
                raise RuntimeError(f"the service for {command.name} gave no final response")
        except AssociationEnded as error:
            if self._stream.is_over:
                raise
            self._fail(message, error)  # another association, which the service used, has ended
        except Exception as error:  # noqa: BLE001  logged and answered with a status
            self._fail(message, error)

    def _receive_data(self, service: Service, message: Message) -> bytes | DataSink:
        try:
            sink = service.sink(self, message.context, message.command)
        except Exception:
            self._stream.read_data(message, _Nowhere())
            raise
        data, failure = self._stream.read_data(message, sink)
        if failure is not None:
            raise failure
        return data if sink is None else sink

    def _refusal(self, service: Service | None, message: Message) -> int | None:
        """The status for a request that no service needs to see."""
        context, command = message.context, message.command
        if service is None:
            return SOP_CLASS_NOT_SUPPORTED
        if command.command_field not in service.operations:
            return UNRECOGNIZED_OPERATION
        from_scu = command.command_field != CommandField.N_EVENT_REPORT_RQ
        from_requestor = not self.is_requestor
        if from_scu == from_requestor:
            allowed = context.requestor_is_scu
        else:
            allowed = context.requestor_is_scp
        if not allowed:
            return UNRECOGNIZED_OPERATION
        if command.message_id is None:
            return MISTYPED_ARGUMENT
        if any(not getattr(command, name) for name in REQUIRED.get(command.command_field, ())):
            return MISTYPED_ARGUMENT
        return None

    def _fail(self, message: Message, error: Exception) -> None:
        if not isinstance(error, ReadingRoomError):
            log.error("%s for %s failed", message.command.name, self.peer, exc_info=error)
        status = self._hooks.on_error(self, message.context, message.command, error)
        if not self._answered:
            self.respond(message.context, message.command, status)

    # ── invoking our own requests

    def context_for(self, abstract_syntax: str, *transfer_syntaxes: str) -> Context:
        """The accepted context for an abstract syntax in the first of these transfer syntaxes it has.

        Without transfer syntaxes, any. Unsupported when the peer accepted none.
        """
        fitting = [one for one in self.contexts.values() if one.abstract_syntax == abstract_syntax]
        for uid in transfer_syntaxes:
            for context in fitting:
                if context.transfer_syntax == uid:
                    return context
        if fitting and not transfer_syntaxes:
            return fitting[0]
        raise Unsupported(
            f"{self.peer} accepts no {abstract_syntax}" + " in that form" * bool(fitting),
            peer=self.peer,
            uid=abstract_syntax,
        )

    def invoke(
        self,
        context: Context,
        command: Command,
        data: bytes | Source | None = None,
        seconds: float | None = None,
    ) -> Responses:
        """Send a request; its message ID and data set type are filled in here. Iterate over the responses.

        seconds: how long to wait for each response, None the association's, 0 for ever. A former request
        that was not read to its end is cancelled first.
        """
        if self._open is not None:
            self._open.close()
        number = next(self._ids) & 0xFFFF or next(self._ids) & 0xFFFF
        sent = replace(
            command, message_id=number, command_data_set_type=NO_DATA_SET if data is None else DATA_SET
        )
        self._stream.cancelled.discard(number)
        self._stream.send(context.id, write_command(sent), data)
        wait = self.response_seconds if seconds is None else seconds
        self._open = Responses(self, context, sent, wait)
        return self._open

    def request(
        self,
        context: Context,
        command: Command,
        data: bytes | Source | None = None,
        seconds: float | None = None,
    ) -> Response:
        """invoke() for requests with one response: C-STORE, C-ECHO and the N-services."""
        return next(self.invoke(context, command, data, seconds))

    def echo(self) -> Response:
        """C-ECHO. PS3.7 9.1.5."""
        command = Command(CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION)
        return self.request(self.context_for(VERIFICATION), command)

    def store(
        self,
        context: Context,
        sop_class_uid: str,
        sop_instance_uid: str,
        data: bytes | Source,
        *,
        priority: int = MEDIUM,
        move_originator: tuple[str, int] | None = None,
    ) -> Response:
        """C-STORE of a data set that is encoded in the context's transfer syntax. PS3.7 9.1.1.

        data: bytes, or a FileRange or StreamSource, which is sent with constant memory. move_originator:
        AE title and message ID of the C-MOVE that asked for it.
        """
        command = Command(
            CommandField.C_STORE_RQ,
            affected_sop_class_uid=sop_class_uid,
            affected_sop_instance_uid=sop_instance_uid,
            priority=priority,
            move_originator_application_entity_title=move_originator[0] if move_originator else None,
            move_originator_message_id=move_originator[1] if move_originator else None,
        )
        return self.request(context, command, data)

    def find(self, context: Context, identifier: bytes, *, priority: int = MEDIUM) -> Responses:
        """C-FIND with an encoded Identifier; yields every response, the final one last. PS3.7 9.1.2."""
        return self._query(CommandField.C_FIND_RQ, context, identifier, priority)

    def move(
        self, context: Context, identifier: bytes, destination: str, *, priority: int = MEDIUM
    ) -> Responses:
        """C-MOVE to an AE title; yields every response. PS3.7 9.1.4."""
        return self._query(
            CommandField.C_MOVE_RQ, context, identifier, priority, move_destination=destination
        )

    def get(self, context: Context, identifier: bytes, *, priority: int = MEDIUM) -> Responses:
        """C-GET; yields every response. PS3.7 9.1.3.

        The objects come between the responses as C-STORE requests, which the association's services
        perform; the SCP role for their classes must have been negotiated.
        """
        return self._query(CommandField.C_GET_RQ, context, identifier, priority)

    def _query(
        self, field: CommandField, context: Context, identifier: bytes, priority: int, **elements: Any
    ) -> Responses:
        command = Command(
            field, affected_sop_class_uid=context.abstract_syntax, priority=priority, **elements
        )
        return self.invoke(context, command, identifier)

    def await_response(self, message_id: int, seconds: float) -> Response:
        """The next response to that request; the peer's own requests before it are performed.

        Within a service's perform() they wait instead, since one operation runs at a time.
        """
        aside: list[Message] = []
        try:
            while True:
                message = self._stream.next_command(seconds)
                if message is None:
                    raise self._stream.released()
                command = message.command
                if command.is_response and command.message_id_being_responded_to == message_id:
                    data = b""
                    if command.has_data:
                        data, failure = self._stream.read_data(message, None)
                        if failure is not None:
                            raise failure
                    return Response(command, data)
                if self._performing and not command.is_response:
                    if command.has_data or len(aside) > 8:
                        self.abort()
                        raise TimedOut(
                            f"{self.peer} invoked more operations at once than agreed", peer=self.peer
                        )
                    aside.append(message)
                else:
                    self._handle(message)
        finally:
            for message in aside:
                self._stream.keep(message)

    def cancel(self, context: Context, message_id: int) -> None:
        """C-CANCEL for a request of ours. PS3.7 9.3.2.3."""
        command = Command(CommandField.C_CANCEL_RQ, message_id_being_responded_to=message_id)
        self._stream.send(context.id, write_command(command))

    # ── the end

    def release(self, seconds: float = 10.0) -> None:
        """Release in order; AssociationEnded when the peer aborts or does not confirm in time."""
        if self._open is not None:
            self._open.close()
        self._stream.check_open()
        self._stream.release(seconds)
        self._layer.close()
        self._tell_closed(in_order=True)

    def abort(self) -> None:
        """Abort; no harm when it is over already."""
        self._stream.abort()
        self._tell_closed(in_order=False)

    def close(self) -> None:
        """Abort if it is not over, give the peer a moment to read that, close the connection."""
        self._stream.abort()
        self._layer.linger(1.0)
        self._tell_closed(in_order=False)

    def _tell_closed(self, *, in_order: bool) -> None:
        if not self._closed:
            self._closed = True
            if self._open is not None and self._open.final is None:
                self.unanswered = self._open.command
            self._hooks.on_closed(self, in_order)

    def _conclude(self, command: Command, final: Response, pending: int) -> None:
        self._hooks.on_concluded(self, command, final, pending)

    def __enter__(self) -> Association:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release; after an exception, abort."""
        try:
            if kind is None and not self._stream.is_over:
                self.release()
        finally:
            self.close()


class Responses(Iterator[Response]):
    """The responses to one request, each as it arrives, the final one last.

    final: the last response once it has come. Leaving early: call cancel() and read on, or close().
    """

    def __init__(self, assoc: Association, context: Context, command: Command, seconds: float):
        self.command = command
        self.final: Response | None = None
        self._pending = 0
        self._assoc = assoc
        self._context = context
        self._seconds = seconds

    def __next__(self) -> Response:
        if self.final is not None:
            raise StopIteration
        response = self._assoc.await_response(self.command.message_id or 0, self._seconds)
        if response.is_pending:
            self._pending += 1
        else:
            self.final = response
            self._assoc._conclude(self.command, response, self._pending)
        return response

    def cancel(self) -> None:
        """Ask the peer to stop; its final response (FE00H, or another when it was done) still comes."""
        if self.final is None:
            self._assoc.cancel(self._context, self.command.message_id or 0)

    def close(self) -> None:
        """Cancel if unfinished, and pass over the responses that are still on their way."""
        if self.final is None and not self._assoc.is_over:
            self.cancel()
            for _ in self:
                pass


class _Nowhere:
    """Takes the data set of a request that is refused."""

    def write(self, pieces: list[memoryview]) -> None:
        pass

    def abandon(self) -> None:
        pass
