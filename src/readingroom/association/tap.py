"""Seeing what goes over an association byte by byte, for those who look for a fault."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Protocol

from . import pdu
from .state_table import Sends
from .upper_layer import UpperLayer


class Tap(Protocol):
    """Told of every byte of one transport connection, inside of TLS, in the association's thread.

    It must keep what it remembers small: the peer decides what comes. It may raise TimedOut, which ends the
    association, and nothing else.
    """

    def sent(self, raw: bytes) -> None:
        """These bytes are about to be sent."""

    def received(self, raw: bytes) -> None:
        """These bytes came; they end anywhere in a PDU."""


class TappedLayer(UpperLayer):
    """An UpperLayer that tells a tap; others pay nothing for it."""

    def __init__(
        self, sock: socket.socket, *, requestor: bool, artim_seconds: float, peer: str, tap: Tap
    ) -> None:
        super().__init__(sock, requestor=requestor, artim_seconds=artim_seconds, peer=peer)
        self._tap = tap

    def receive(self, into: memoryview, deadline: float | None, *, stoppable: bool = False) -> int:
        """As UpperLayer."""
        count = super().receive(into, deadline, stoppable=stoppable)
        if count:
            self._tap.received(bytes(into[:count]))
        return count

    def send(self, buffers: Sequence[bytes | memoryview]) -> None:
        """As UpperLayer."""
        self._tap.sent(b"".join(buffers))
        super().send(buffers)

    def _send_for(self, sends: Sends, given: bytes, reason: int) -> None:
        if sends is not Sends.GIVEN:  # that one goes through send()
            self._tap.sent(pdu.abort(0, 0) if sends is Sends.ABORT_BY_USER else pdu.abort(2, reason))
        super()._send_for(sends, given, reason)
