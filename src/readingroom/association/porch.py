"""Connections that are not associations yet, or no more: one thread for all of them.

A connection waits here until its whole A-ASSOCIATE-RQ has come (Sta2), then until there is room for it
(Sta3), and again after its end until the peer closes (Sta13). None of that takes one of the places of
`max_associations`, and whoever opens many connections pushes out the oldest of its own, not others'.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from readingroom.errors import ReadingRoomError

from . import pdu
from .faults import AssociationEnded, PduFault
from .negotiation import (
    CONGESTION,
    LIMIT_EXCEEDED,
    UNSUPPORTED_APPLICATION_CONTEXT,
    UNSUPPORTED_VERSION,
    Rejection,
)
from .pdu import AssociateRequest
from .places import Places
from .state_table import TABLE, Event, State
from .upper_layer import UpperLayer

log = logging.getLogger("readingroom.association")

_TICK = 0.25  # s between looks at the clock while anybody is here
_DRAIN = 1 << 24  # bytes a peer may still send after the end
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(frozen=True, slots=True)
class PorchRules:
    """Limits on connections outside associations.

    half_open: connections whose A-ASSOCIATE-RQ has not come completely, and ended ones whose peer has not
    closed. request_bytes: longest A-ASSOCIATE-RQ. waiting_seconds: how long a request may wait for a place,
    0 without limit.
    """

    artim_seconds: float
    half_open: int
    half_open_per_address: int
    request_bytes: int
    waiting_seconds: float


@dataclass(eq=False, slots=True)
class Guest:
    """A connection on the porch."""

    layer: UpperLayer
    address: str
    since: float
    received: bytearray = field(default_factory=bytearray)
    request: AssociateRequest | None = None
    bench: int | None = None
    handshaking: bool = False
    drained: int = 0


class Porch:
    """The thread. `admit(guest)` takes over a guest in Sta3 and says True, or False while there is no room.

    crowd(address): how many associations that address has now; the address with fewest is admitted first.
    benches: places for guests in Sta3, of this and other porches. tls(): the context for a new connection.
    turned_away(request, address, rejection) is told of every request rejected here.
    """

    def __init__(
        self,
        listeners: Iterable[socket.socket],
        rules: PorchRules,
        *,
        admit: Callable[[Guest], bool],
        crowd: Callable[[str], int],
        turned_away: Callable[[AssociateRequest, str, Rejection], None],
        stopping: threading.Event,
        benches: Places,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ):
        self._listeners = list(listeners)
        self._rules = rules
        self._admit = admit
        self._crowd = crowd
        self._turned_away = turned_away
        self._stopping = stopping
        self._benches = benches
        self._tls = tls
        self._selector = selectors.DefaultSelector()
        self._guests: dict[Guest, None] = {}  # in order of arrival
        self._waiting: dict[Guest, None] = {}
        self._returning: deque[tuple[UpperLayer, str]] = deque()
        self._open = True
        self._ended = False
        self._ear, self._bell = socket.socketpair()
        self._scratch = bytearray(65536)
        self._thread = threading.Thread(target=self._run, name="porch", daemon=True)

    def start(self) -> None:
        """Begin to accept connections."""
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ)
        for listener in self._listeners:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ)
        self._thread.start()

    def close_gate(self) -> None:
        """Accept nobody any more and turn away who waits; who has ended may still read our last word."""
        self._open = False
        self.ring()

    def end(self) -> None:
        """Close every connection here and end the thread."""
        self._ended = True
        self.ring()
        self._thread.join()
        self._ear.close()
        self._bell.close()
        self._selector.close()

    def ring(self) -> None:
        """A place has become free, or something else is to be looked at. From any thread."""
        with contextlib.suppress(OSError):
            self._bell.send(b"\0")

    def see_off(self, layer: UpperLayer, address: str) -> None:
        """Take a connection in Sta13 until its peer closes. From any thread."""
        self._returning.append((layer, address))
        self.ring()

    # ── the thread

    def _run(self) -> None:
        while not self._ended:
            try:
                self._turn()
            except Exception:
                log.exception("the porch stumbled")
                time.sleep(0.1)
        for guest in list(self._guests):
            self._drop(guest)

    def _turn(self) -> None:
        for key, _ in self._selector.select(_TICK if self._guests else 60.0):
            if key.data is not None:
                if key.data in self._guests:  # not if it left while another was attended to
                    self._attend(key.data)
            elif key.fileobj is self._ear:
                with contextlib.suppress(BlockingIOError):
                    self._ear.recv(4096)
            else:
                self._welcome(key.fileobj)  # type: ignore[arg-type]  # a listener
        self._take_returning()
        self._expire()
        if not self._open:
            self._shut_gate()
        self._admit_waiting()

    def _welcome(self, listener: socket.socket) -> None:
        if not self._open:
            return
        try:
            sock, address = listener.accept()
        except BlockingIOError:
            return  # another process took it
        except OSError as error:
            log.warning("accepting a connection failed: %s", error)
            if not self._push_out(self._half_open()):  # out of file descriptors
                time.sleep(0.05)
            return
        host = _plain(address[0]) if isinstance(address, tuple) else "local"
        port = address[1] if isinstance(address, tuple) else 0
        sock.setblocking(False)
        if self._tls is not None:
            try:
                sock = self._tls().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            except (OSError, ReadingRoomError) as error:
                log.error("%s:%s cannot have TLS: %s", host, port, error)
                sock.close()
                return
        layer = UpperLayer(
            sock,
            requestor=False,
            artim_seconds=self._rules.artim_seconds,
            peer=f"{host}:{port}",
            stopping=self._stopping,
        )
        layer.signal(Event.TRANSPORT_INDICATION)
        self._enter(Guest(layer, host, time.monotonic(), handshaking=self._tls is not None))

    def _enter(self, guest: Guest) -> None:
        half_open = self._half_open()
        own = [one for one in half_open if one.address == guest.address]
        if len(own) >= self._rules.half_open_per_address:
            self._push_out(own)
        elif len(half_open) >= self._rules.half_open:
            crowded, _ = Counter(one.address for one in half_open).most_common(1)[0]
            self._push_out([one for one in half_open if one.address == crowded])
        self._guests[guest] = None
        self._selector.register(guest.layer.sock, selectors.EVENT_READ, guest)

    def _half_open(self) -> list[Guest]:
        return [one for one in self._guests if one not in self._waiting]

    def _push_out(self, guests: list[Guest]) -> bool:
        if guests:
            self._drop(guests[0])
        return bool(guests)

    def _leave(self, guest: Guest) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(guest.layer.sock)
        self._guests.pop(guest, None)
        self._stop_waiting(guest)

    def _stop_waiting(self, guest: Guest) -> None:
        self._waiting.pop(guest, None)
        if guest.bench is not None:
            self._benches.leave(guest.bench)
            guest.bench = None

    def _drop(self, guest: Guest) -> None:
        self._leave(guest)
        guest.layer.state = State.STA1
        guest.layer.close()

    def _take_returning(self) -> None:
        while self._returning:
            layer, address = self._returning.popleft()
            try:
                layer.sock.setblocking(False)
                self._enter(Guest(layer, address, time.monotonic()))
            except (OSError, ValueError):
                layer.close()

    def _expire(self) -> None:
        now = time.monotonic()
        for guest in list(self._guests):
            layer = guest.layer
            if layer.artim is not None and now >= layer.artim:
                layer.signal(Event.ARTIM_EXPIRED)
                self._leave(guest)
            elif guest in self._waiting and 0 < self._rules.waiting_seconds <= now - guest.since:
                self._turn_away(guest, CONGESTION)

    def _shut_gate(self) -> None:
        for listener in self._listeners:
            with contextlib.suppress(KeyError):
                self._selector.unregister(listener)
        for guest in self._half_open():
            if guest.layer.state is State.STA2:
                self._drop(guest)
        for guest in list(self._waiting):
            self._turn_away(guest, CONGESTION)

    def _admit_waiting(self) -> None:
        full: set[str] = set()  # addresses that may have no more, because of themselves or of all together
        while left := [one for one in self._waiting if one.address not in full]:
            guest = min(left, key=lambda one: self._crowd(one.address))
            self._selector.unregister(guest.layer.sock)
            if self._admit(guest):
                del self._guests[guest]
                self._stop_waiting(guest)
            else:
                self._selector.register(guest.layer.sock, selectors.EVENT_READ, guest)
                full.add(guest.address)

    # ── one guest

    def _attend(self, guest: Guest) -> None:
        try:
            if guest.handshaking:
                self._shake_hands(guest)
            elif guest.layer.state is State.STA13:
                self._drain(guest)
            else:
                self._hear(guest)
        except _WOULD_BLOCK:
            return
        except (OSError, AssociationEnded) as error:
            if guest.handshaking:
                log.warning("%s and we agree on no TLS: %s", guest.layer.peer, error)
            self._drop(guest)
        except Exception:
            log.exception("a connection from %s failed", guest.address)
            self._drop(guest)

    def _shake_hands(self, guest: Guest) -> None:
        if isinstance(guest.layer.sock, ssl.SSLSocket):
            guest.layer.sock.do_handshake()
        guest.handshaking = False
        self._hear(guest)  # what came with the end of the handshake may not make the socket readable again

    def _drain(self, guest: Guest) -> None:
        """AA-6: ignore what comes until the peer closes."""
        count = guest.layer.sock.recv_into(self._scratch)
        guest.drained += count
        if not count:
            guest.layer.signal(Event.TRANSPORT_CLOSED)
            self._leave(guest)
        elif guest.drained > _DRAIN:
            self._drop(guest)

    def _hear(self, guest: Guest) -> None:
        received = guest.received
        while True:
            wanted = pdu.HEADER.size
            if len(received) >= wanted:
                kind, length = pdu.HEADER.unpack_from(received)
                if not self._goes_on(guest, kind, length):
                    return
                wanted += length
                if len(received) == wanted:
                    self._requested(guest, bytes(received[pdu.HEADER.size :]))
                    return
            chunk = guest.layer.sock.recv(min(wanted - len(received), 65536))
            if not chunk:
                guest.layer.signal(Event.TRANSPORT_CLOSED)
                self._leave(guest)
                return
            received += chunk

    def _goes_on(self, guest: Guest, kind: int, length: int) -> bool:
        """Whether this is the beginning of an A-ASSOCIATE-RQ to be read on; all else ends here."""
        event = pdu.PDU_EVENTS.get(kind, Event.INVALID_PDU)
        if event is Event.ASSOCIATE_RQ_PDU and guest.layer.state is State.STA2:
            if length <= self._rules.request_bytes:
                return True
            event = Event.INVALID_PDU
        guest.layer.signal(event, reason=1 if event is Event.INVALID_PDU else 2)
        self._after_end(guest)
        return False

    def _requested(self, guest: Guest, body: bytes) -> None:
        layer = guest.layer
        guest.received = bytearray()
        try:
            request = pdu.read_associate_rq(body)
        except PduFault as fault:
            log.info("%s sent an invalid A-ASSOCIATE-RQ: %s", layer.peer, fault.sentence)
            layer.signal(Event.INVALID_PDU, reason=fault.reason)
            self._after_end(guest)
            return
        layer.peer = f"{request.calling}@{layer.peer}"
        guest.request = request
        unacceptable = _unacceptable(request)
        if unacceptable is not None:
            self._reject(guest, Event.ASSOCIATE_RQ_PDU, unacceptable)
            return
        layer.signal(Event.ASSOCIATE_RQ_PDU)
        guest.since = time.monotonic()
        self._waiting[guest] = None
        self._admit_waiting()
        if guest in self._waiting:
            guest.bench = self._benches.take(guest.address)
            if guest.bench is None:
                self._make_room(guest)

    def _make_room(self, guest: Guest) -> None:
        last = self._last_of_largest_crowd()
        guest.bench, last.bench = last.bench, guest.bench
        self._turn_away(last, LIMIT_EXCEEDED)

    def _last_of_largest_crowd(self) -> Guest:
        crowds = Counter(one.address for one in self._waiting)
        return max(reversed(self._waiting), key=lambda one: crowds[one.address])

    def _turn_away(self, guest: Guest, rejection: Rejection) -> None:
        self._stop_waiting(guest)
        self._reject(guest, Event.ASSOCIATE_REJECT, rejection)

    def _reject(self, guest: Guest, event: Event, rejection: Rejection) -> None:
        raw = pdu.associate_rj(rejection.result, rejection.source, rejection.reason)
        try:
            guest.layer.signal(event, raw, acceptable=False)
        except AssociationEnded:
            self._drop(guest)
        self._after_end(guest)
        if guest.request is not None:
            self._turned_away(guest.request, guest.address, rejection)

    def _after_end(self, guest: Guest) -> None:
        """Keep a guest in Sta13 until its peer closes; forget one whose connection is closed."""
        guest.received = bytearray()
        self._stop_waiting(guest)
        if (Event.TRANSPORT_CLOSED, guest.layer.state) not in TABLE:
            self._leave(guest)


def _plain(host: str) -> str:
    """An address without its scope, and as IPv4 where IPv6 only carries it (RFC 4291 2.5.5.2)."""
    host = host.partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


def _unacceptable(request: AssociateRequest) -> Rejection | None:
    """Whether the upper layer itself refuses the request. PS3.8 9.3.2, 7.1.1.2."""
    if not request.protocol_version & 1:
        return UNSUPPORTED_VERSION
    if request.application_context != pdu.APPLICATION_CONTEXT:
        return UNSUPPORTED_APPLICATION_CONTEXT
    return None
