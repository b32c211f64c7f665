"""DIMSE messages on one association: fragments in and out, no knowledge of what they ask. PS3.7 6.3, 8.1.

Whatever the peer does wrong ends here in an A-ABORT with the right source and reason and an
AssociationEnded for our caller.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from readingroom.errors import Unavailable

from . import pdu
from .command import Command, CommandField, read_command
from .faults import Aborted, AssociationEnded, MessageFault, PduFault, Released, TimedOut, abort_words
from .negotiation import Context
from .receiver import ControlPdu, Fragments, Receiver
from .sender import Sender, Source
from .state_table import TABLE, Action, Event, State
from .upper_layer import UpperLayer, patience

log = logging.getLogger("readingroom.association")

_UNEXPECTED_PDU = 2
_UNRECOGNIZED_PDU = 1
_STASH = 16  # requests kept while an answer is awaited; operations are invoked one at a time (PS3.7 D.3.3.3)


class DataSink(Protocol):
    """Where a data set goes while it arrives."""

    def write(self, pieces: list[memoryview]) -> None:
        """Take the next bytes, in order. The views die with the call: copy what is kept."""

    def abandon(self) -> None:
        """The data set will not be completed, or nobody will perform its request: undo."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one association may cost us.

    receive_buffer_bytes: one such buffer per association. max_pdu_received: longest P-DATA-TF taken.
    max_command_bytes, max_dataset_in_memory: of one message. idle_seconds: between messages, 0 for ever.
    stall_seconds: within a message, 0 for ever. min_bytes_per_second: over each stall_seconds of a data set,
    so that a peer that sends a byte now and then does not hold its place. send_seconds: how long a peer may
    take nothing of what we send, 0 for ever.
    """

    receive_buffer_bytes: int = 1 << 20
    max_pdu_received: int = 1 << 24
    max_command_bytes: int = 1 << 16
    max_dataset_in_memory: int = 1 << 24
    idle_seconds: float = 40.0
    stall_seconds: float = 40.0
    min_bytes_per_second: int = 256
    send_seconds: float = 40.0


@dataclass(frozen=True, slots=True)
class Message:
    """A complete command; its data set, where it has one, has not been read yet."""

    context: Context
    command: Command


class MessageStream:
    """Reads and writes messages on an established association, in one thread.

    peer_max: the peer's maximum length. contexts: the accepted ones by id. data_received, data_sent: bytes
    of data sets so far.
    """

    def __init__(self, layer: UpperLayer, contexts: Mapping[int, Context], peer_max: int, limits: Limits):
        self.layer = layer
        self.contexts = contexts
        self.limits = limits
        self.cancelled: set[int] = set()
        self.data_received = self.data_sent = 0
        self._deadline: float | None = None
        self._stoppable = False
        self._receiver = Receiver(
            self._fill, buffer_bytes=limits.receive_buffer_bytes, max_pdu=limits.max_pdu_received
        )
        self._sender = Sender(layer.send, peer_max)
        self._stash: deque[Message] = deque()
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._parts_context = 0

    # ── out

    def send(self, context_id: int, command: bytes, data: bytes | Source | None = None) -> None:
        """Send one message. AssociationEnded when the association is over or dies of it."""
        self._sending(self._sender.message, context_id, command, data)
        if data is not None:
            self.data_sent += len(data) if isinstance(data, bytes) else data.length

    def send_one_of_many(self, context_id: int, command: bytes, data: bytes) -> None:
        """Send a message that others follow, the last of them by `send`; may leave with the next ones."""
        self._sending(self._sender.one_of_many, context_id, command, data)
        self.data_sent += len(data)

    def _sending(self, deed: Callable[..., None], *message: Any) -> None:
        self.check_open()
        try:
            deed(*message)
        except Aborted as error:
            self._explain(error)
        except AssociationEnded:
            self.abort()
            raise

    def _explain(self, error: Aborted) -> NoReturn:
        """A write failed: the peer's A-ABORT, if it is there to be read, says more than a broken pipe."""
        for _ in range(64):
            try:
                self._item(time.monotonic() + 0.2)
            except TimedOut:
                break
        self.abort()
        raise error

    # ── in

    def release_asked(self) -> bool:
        """Whether the peer waits for our A-RELEASE response; nothing more comes from it then."""
        return self.layer.state is State.STA8

    def something_waits(self, seconds: float) -> bool:
        """Whether next_command() would find something to do, now or within that time.

        True as well when the connection broke or the program stops, which next_command() will say.
        """
        if self._stash or self.release_asked() or self._parts or self._receiver.inside_pdu:
            return True
        return self.layer.stopping.is_set() or self.layer.readable(seconds)

    def next_command(self, seconds: float, *, stoppable: bool = False) -> Message | None:
        """Wait for the next command; None when the peer asks for release (then nothing more comes).

        seconds: how long to wait for it to begin, 0 for ever. C-CANCEL is noted in `cancelled` and not
        returned. stoppable: end when the program stops. AssociationEnded.
        """
        if self._stash:
            return self._stash.popleft()
        if self.release_asked():
            return None
        deadline = time.monotonic() + seconds if seconds else None
        begun = False
        while True:
            if not begun and (self._parts or self._receiver.inside_pdu):
                begun = True
                deadline = time.monotonic() + patience(self.limits.stall_seconds)
            item = self._item(deadline, stoppable=stoppable and not begun, once=not begun)
            if item is None:
                if self.release_asked():
                    return None
                continue
            message = self._assemble(item)
            if message is not None:
                if message.command.command_field != CommandField.C_CANCEL_RQ:
                    return message
                self._note_cancel(message)
                begun = False
                deadline = time.monotonic() + seconds if seconds else None

    def poll(self) -> None:
        """Take what has arrived, without waiting: notes C-CANCEL, keeps another command for next_command."""
        while not self._stash and not self.release_asked():
            item = self._guarded_next()
            if item is None:
                if not self.layer.readable():
                    return
                self._more(None)
            elif isinstance(item, ControlPdu):
                self._control(item)
            else:
                message = self._assemble(self._checked(item))
                if message is not None:
                    self.keep(message)

    def keep(self, message: Message) -> None:
        """Put a command aside for next_command, or note a C-CANCEL; too many are a breach of the window."""
        if message.command.command_field == CommandField.C_CANCEL_RQ:
            self._note_cancel(message)
        elif len(self._stash) < _STASH:
            self._stash.append(message)
        else:
            self._break_off(MessageFault("more requests at once than were negotiated"))

    def read_data(self, message: Message, sink: DataSink | None) -> tuple[bytes, Exception | None]:
        """Read the data set that follows a command, into the sink or into memory.

        Returns the bytes (empty with a sink) and what went wrong on our side: the sink's exception, or
        Unavailable when it is too long for memory; the data set is read to its end in any case.
        AssociationEnded when the association dies of it. The sink is abandoned in both cases.
        """
        try:
            return self._read_data(message.context.id, sink)
        except AssociationEnded:
            if sink is not None:
                abandon(sink)
            raise

    def _read_data(self, context_id: int, sink: DataSink | None) -> tuple[bytes, Exception | None]:
        limits = self.limits
        parts: list[bytes] = []
        size = taken = 0
        failure: Exception | None = None
        now = time.monotonic()
        stall = patience(limits.stall_seconds)
        window = now + stall
        floor = int(limits.min_bytes_per_second * limits.stall_seconds)
        while True:
            item = self._item(now + stall)
            if item is None:
                self._break_off(MessageFault("release asked within a message"))
            if item.is_command or item.context_id != context_id:
                self._break_off(MessageFault("another message begins within a message"))
            length = sum(map(len, item.pieces))
            taken += length
            self.data_received += length
            if failure is None:
                try:
                    if sink is not None:
                        sink.write(item.pieces)
                    else:
                        size = self._collect(parts, item.pieces, size)
                except Exception as error:  # noqa: BLE001  the caller answers it with a status
                    failure = error
                    parts.clear()
                    if sink is not None:
                        abandon(sink)
            if item.last:
                return b"".join(parts), failure
            now = time.monotonic()
            if now > window:
                if taken < floor:
                    self._time_out(f"{self.layer.peer} sends less than {limits.min_bytes_per_second} bytes/s")
                window, taken = now + stall, 0

    def _collect(self, parts: list[bytes], pieces: list[memoryview], size: int) -> int:
        size += sum(map(len, pieces))
        if size > self.limits.max_dataset_in_memory:
            raise Unavailable(f"a data set of more than {self.limits.max_dataset_in_memory} bytes")
        parts.extend(map(bytes, pieces))
        return size

    # ── pieces of the stream

    def _fill(self, view: memoryview) -> int:
        return self.layer.receive(view, self._deadline, stoppable=self._stoppable)

    def _more(self, deadline: float | None, stoppable: bool = False) -> None:
        self._deadline, self._stoppable = deadline, stoppable
        peer = self.layer.peer
        try:
            alive = self._receiver.more()
        except TimedOut:
            self.abort()
            raise
        if not alive:
            self.layer.signal(Event.TRANSPORT_CLOSED)
            raise Aborted(f"{peer} closed the connection without releasing the association", peer=peer)
        if deadline is not None and time.monotonic() > deadline:
            self._time_out(f"{peer} was too slow")

    def _guarded_next(self) -> Fragments | ControlPdu | None:
        try:
            return self._receiver.next()
        except PduFault as fault:
            self.layer.signal(Event.INVALID_PDU, reason=fault.reason)
            raise Aborted(
                f"aborted: {self.layer.peer} sent an invalid PDU: {fault.sentence}",
                source=2,
                reason=fault.reason,
                peer=self.layer.peer,
            ) from fault

    def _item(
        self, deadline: float | None, *, stoppable: bool = False, once: bool = False
    ) -> Fragments | None:
        """The next fragments; None when release is asked or, with once, after one receive without any."""
        while True:
            item = self._guarded_next()
            if item is None:
                self._more(deadline, stoppable)
                if once:
                    item = self._guarded_next()
                    if item is None:
                        return None
                else:
                    continue
            if isinstance(item, Fragments):
                return self._checked(item)
            if self._control(item) is Action.AR_2:
                return None

    def _checked(self, item: Fragments) -> Fragments:
        action = self.layer.signal(Event.DATA_PDU, reason=_UNEXPECTED_PDU)
        if action is Action.AA_8:
            raise Aborted(
                f"aborted: {self.layer.peer} sent data after asking for release", source=2, reason=2
            )
        if item.context_id not in self.contexts:
            # PS3.8 9.3.5.1: the context shall be an accepted one
            fault = PduFault(f"presentation context {item.context_id} was not accepted", reason=6)
            self.layer.signal(Event.INVALID_PDU, reason=fault.reason)
            raise Aborted(fault.sentence, source=2, reason=fault.reason, peer=self.layer.peer) from fault
        return item

    def _control(self, item: ControlPdu) -> Action:
        """Walk the table by a PDU that is not P-DATA-TF; Aborted when that ends the association."""
        peer = self.layer.peer
        event = pdu.PDU_EVENTS.get(item.kind, Event.INVALID_PDU)
        reason = _UNRECOGNIZED_PDU if event is Event.INVALID_PDU else _UNEXPECTED_PDU
        action = self.layer.signal(event, reason=reason)
        if action is Action.AA_3:
            source, why = item.body[-2:] if len(item.body) >= 4 else (0, 0)
            words = abort_words(source, why)
            raise Aborted(f"{peer} aborted the association, {words}", source=source, reason=why, peer=peer)
        elif action is Action.AA_8:
            raise Aborted(
                f"aborted: {peer} sent a PDU of type {item.kind:02X}H out of turn",
                source=2,
                reason=reason,
                peer=peer,
            )
        return action

    def _assemble(self, item: Fragments) -> Message | None:
        """Collect the fragments of a command; the message when it is complete."""
        if not item.is_command:
            self._break_off(MessageFault("a data set without a command"))
        if self._parts and item.context_id != self._parts_context:
            self._break_off(MessageFault("a command in two presentation contexts"))
        self._parts_context = item.context_id
        self._parts_bytes += sum(map(len, item.pieces))
        if self._parts_bytes > self.limits.max_command_bytes:
            self._break_off(MessageFault(f"a command of more than {self.limits.max_command_bytes} bytes"))
        self._parts.extend(map(bytes, item.pieces))
        if not item.last:
            return None
        raw = b"".join(self._parts)
        self._parts, self._parts_bytes = [], 0
        try:
            return Message(self.contexts[item.context_id], read_command(raw))
        except MessageFault as fault:
            self._break_off(fault)

    def _note_cancel(self, message: Message) -> None:
        number = message.command.message_id_being_responded_to
        if number is not None and len(self.cancelled) < _STASH:
            self.cancelled.add(number)

    # ── ends

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be sent."""
        return (Event.DATA_REQUEST, self.layer.state) not in TABLE

    def check_open(self) -> None:
        """AssociationEnded when nothing more can be sent."""
        if self.is_over:
            raise AssociationEnded(f"the association with {self.layer.peer} is over", peer=self.layer.peer)

    def abort(self) -> None:
        """Send an A-ABORT (service user) unless the association is over already."""
        if (Event.ABORT_REQUEST, self.layer.state) in TABLE:
            self.layer.signal(Event.ABORT_REQUEST)

    def _break_off(self, fault: MessageFault) -> NoReturn:
        self.abort()
        peer = self.layer.peer
        raise Aborted(f"aborted: {peer} broke the message rules: {fault.sentence}", peer=peer) from fault

    def _time_out(self, sentence: str) -> NoReturn:
        self.abort()
        raise TimedOut(sentence, peer=self.layer.peer)

    def confirm_release(self) -> None:
        """Answer the peer's A-RELEASE-RQ."""
        self.layer.signal(Event.RELEASE_RESPONSE, pdu.release_rp())

    def release(self, seconds: float) -> None:
        """Ask for release and wait for its confirmation; collisions are resolved. PS3.8 7.2, 9.2.

        A peer that closes the connection instead of confirming counts as released.
        """
        if self.release_asked():
            self.confirm_release()
            return
        layer = self.layer
        layer.signal(Event.RELEASE_REQUEST, pdu.release_rq())
        deadline = time.monotonic() + seconds
        while layer.state not in (State.STA1, State.STA13):
            item = self._guarded_next()
            if item is None:
                try:
                    self._more(deadline)
                except Aborted:
                    return
            elif isinstance(item, Fragments):
                self._checked(item)
            elif self._control(item) in (Action.AR_8, Action.AR_10) and layer.state is not State.STA10:
                layer.signal(Event.RELEASE_RESPONSE, pdu.release_rp())

    def released(self) -> Released:
        """The error for an answer that will not come because the peer asked for release."""
        return Released(f"{self.layer.peer} released the association before answering", peer=self.layer.peer)


def abandon(sink: DataSink) -> None:
    """Abandon a sink; a fault of its own is logged, since the association has already failed it."""
    try:
        sink.abandon()
    except Exception:
        log.exception("a data sink failed to abandon its data set")
