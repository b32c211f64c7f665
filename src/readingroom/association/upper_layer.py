"""One transport connection and the protocol machine of PS3.8 9.2 that drives it."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence

from . import pdu
from .faults import Aborted, TimedOut
from .state_table import EFFECTS, TABLE, Action, Artim, Event, Sends, State

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux only
_SLICE = 0.5  # s; how long a blocked thread may take to see that the program stops
_BUFFERS = 512  # for one sendmsg; IOV_MAX is 1024
_TIMEVAL = struct.pack("@ll", 0, int(_SLICE * 1e6))


def patience(seconds: float) -> float:
    """Seconds to wait: endless for 0, which stands for no limit in every setting of this room."""
    return seconds or math.inf


class UpperLayer:
    """The machine, its socket and its ARTIM timer.

    Used by one thread at a time. `state` is the standard's; `artim` is the time.monotonic() at which the
    association request/reject/release timer expires, None while it does not run.
    """

    def __init__(
        self,
        sock: socket.socket,
        *,
        requestor: bool,
        artim_seconds: float,
        peer: str,
        stopping: threading.Event | None = None,
    ):
        self.sock = sock
        self.requestor = requestor
        self.peer = peer
        self.state = State.STA1
        self.artim: float | None = None
        self.stopping = stopping or threading.Event()
        self._artim_seconds = artim_seconds
        self._send_seconds = 0.0
        self._plain = not isinstance(sock, ssl.SSLSocket)
        self._poll: select.poll | None = None
        self._peeked = b""
        with contextlib.suppress(OSError):  # a socket that is no TCP socket has no Nagle algorithm
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def signal(self, event: Event, given: bytes = b"", *, reason: int = 0, acceptable: bool = True) -> Action:
        """Walk table 9-10 by one event and do what its action says; return the action.

        given: the PDU that belongs to the primitive. reason: for the A-ABORT that AA-7 and AA-8 send.
        acceptable: AE-6's question. RuntimeError when the cell is empty: our own fault, since every cell a
        peer can reach has an action.
        """
        action = TABLE.get((event, self.state))
        if action is None:
            raise RuntimeError(f"{event.name} cannot happen in {self.state.name}")
        # AE-6 with an unacceptable request does what AE-8 does
        effect = EFFECTS[action if acceptable else Action.AE_8]
        if effect.artim is Artim.START:
            self.artim = time.monotonic() + patience(self._artim_seconds)
        elif effect.artim is Artim.STOP:
            self.artim = None
        self.state = effect.next_state or self._next_state(action)
        if effect.sends is not Sends.NOTHING:
            self._send_for(effect.sends, given, reason)
        if effect.closes:
            self.close()
        return action

    def _next_state(self, action: Action) -> State:
        if action is Action.AE_6:
            return State.STA3
        return State.STA9 if self.requestor else State.STA10  # AR-8

    def _send_for(self, sends: Sends, given: bytes, reason: int) -> None:
        if sends is Sends.GIVEN:
            self.send([given])
            return
        raw = pdu.abort(0, 0) if sends is Sends.ABORT_BY_USER else pdu.abort(2, reason)
        # nothing can be done for a peer that has gone, or that reads nothing: the close comes next
        with contextlib.suppress(OSError):
            if self._plain:
                self.sock.send(raw, socket.MSG_DONTWAIT)
            else:
                self.sock.send(raw)

    # ── bytes

    def block(self, send_seconds: float = 40.0) -> None:
        """Make the socket wait, in slices, from now on; it does not wait at all before.

        send_seconds: how long the peer may take nothing of what we send, 0 for ever.
        """
        self._send_seconds = send_seconds
        if self._plain:
            self.sock.setblocking(True)
            # the kernel's own timer costs no system call; settimeout() adds a poll() to every receive
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEVAL)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEVAL)
        else:
            self.sock.settimeout(_SLICE)

    def receive(self, into: memoryview, deadline: float | None, *, stoppable: bool = False) -> int:
        """Receive what is there, waiting for at least one byte; return the count, 0 at the end of stream.

        deadline: time.monotonic() value, None waits for ever. TimedOut when it passes, or at once with
        stoppable when the program stops (fact `stopping`). Aborted when the connection breaks.
        """
        if self._peeked:
            into[0], self._peeked = self._peeked[0], b""
            return 1
        while True:
            if stoppable and self.stopping.is_set():
                raise TimedOut("the program stops", peer=self.peer, stopping=True)
            try:
                count = self.sock.recv_into(into)
            except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
                if deadline is not None and time.monotonic() >= deadline:
                    raise TimedOut(f"{self.peer} said nothing for too long", peer=self.peer) from None
                continue
            except OSError as error:
                self._broken()
                raise Aborted(f"the connection to {self.peer} broke: {error}", peer=self.peer) from error
            if _QUICKACK is not None and count:
                # a peer that sends a message in two writes with Nagle on waits for this acknowledgement
                self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            return count

    def readable(self, seconds: float = 0.0) -> bool:
        """Whether receive() would return at once, or would within that time."""
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self.sock, select.POLLIN)
        if self._plain:
            return bool(self._poll.poll(seconds * 1000))
        return bool(self._peeked) or self._peek(seconds)

    def _peek(self, seconds: float) -> bool:
        """readable() for TLS, where bytes on the line need not be bytes for us."""
        self.sock.settimeout(seconds)
        try:
            self._peeked = self.sock.recv(1)
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True  # receive() will say what is wrong
        finally:
            self.sock.settimeout(_SLICE)
        return True

    def send(self, buffers: Sequence[bytes | memoryview]) -> None:
        """Send everything in as few writes as the socket takes.

        Aborted when the connection breaks, TimedOut when the peer takes nothing for too long.
        """
        left = [memoryview(one) for one in buffers]
        at, deadline = 0, None
        while at < len(left):
            try:
                if len(left) - at > 1 and self._plain:
                    count = self.sock.sendmsg(
                        left[at : at + _BUFFERS] if at or len(left) > _BUFFERS else left
                    )
                else:
                    count = self.sock.send(left[at])
            except (BlockingIOError, TimeoutError, ssl.SSLWantWriteError):
                now = time.monotonic()
                deadline = deadline or now + patience(self._send_seconds)
                if now >= deadline:
                    raise TimedOut(f"{self.peer} takes no more data", peer=self.peer) from None
                continue
            except OSError as error:
                raise Aborted(f"the connection to {self.peer} broke: {error}", peer=self.peer) from error
            deadline = None
            while at < len(left) and count >= len(left[at]):
                count -= len(left[at])
                at += 1
            if count:
                left[at] = left[at][count:]

    def _broken(self) -> None:
        if (Event.TRANSPORT_CLOSED, self.state) in TABLE:
            self.signal(Event.TRANSPORT_CLOSED)

    def close(self) -> None:
        """Close the transport connection; no harm when it is closed already."""
        self.sock.close()

    def linger(self, seconds: float) -> None:
        """In Sta13: ignore what still comes until the peer closes, at most for `seconds`; then close.

        Closing with unread bytes would reset the connection, and our last PDU with it.
        """
        if self.state is State.STA1:
            self.close()
            return
        scratch = bytearray(65536)
        until = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while (left := until - time.monotonic()) > 0:
                self.sock.settimeout(left)
                if not self.sock.recv_into(scratch):
                    break
        self.state = State.STA1
        self.close()
