"""The line between us and the node that is examined: associations on it, and what is known of it so far."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from readingroom.association import Association, AssociationEnded, Tap, TimedOut
from readingroom.model import Node

from .calling import Ourselves
from .doctor_contexts import Contexts
from .doctor_faults import Parties, Trouble, alert_trouble, association_trouble
from .doctor_findings import Listening, sentence
from .doctor_trace import Trace

T = TypeVar("T")

_LONGEST = 60.0  # seconds for one association, beside the patience for its first answer


@dataclass(slots=True)
class Line:
    """Who calls whom, and how.

    patience: seconds. our_address: as the node sees us, once a connection stood. offered: the services that
    the node accepted.
    """

    us: Ourselves
    node: Node
    listening: Listening | None
    patience: float
    trace: Trace | None
    is_cancelled: Callable[[], bool]
    our_address: str = ""
    offered: frozenset[str] = frozenset()

    @property
    def parties(self) -> Parties:
        """Who talks to whom."""
        listening, address = self.listening, self.our_address
        if listening is not None and not is_unspecified(listening.host) and not self.is_out_of_reach:
            address = listening.host
        return Parties(self.us.ae_title, address, listening.port if listening else 0, self.node)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether our server listens only where the node, another machine, cannot call it."""
        listening = self.listening
        return listening is not None and is_loopback(listening.host) and not is_loopback(self.our_address)

    def open(
        self, contexts: Contexts, sock: socket.socket | None = None, longest: float | None = None
    ) -> Association:
        """An association, on a connection that stands already where one is given. Raises Trouble.

        longest: seconds that the node may go on sending on it, None for the usual limit.
        """
        tap = FirstBytes(self.trace, (longest or _LONGEST) + self.patience)
        try:
            return self.us.requestor(self.node, contexts, tap=tap).open(sock)
        except AssociationEnded as error:
            raise self._association_trouble(error, tap) from None

    def _association_trouble(self, error: AssociationEnded, tap: FirstBytes) -> Trouble:
        if self.node.tls and "_ALERT_" in error.sentence:
            return alert_trouble(error.sentence, self.node)
        return association_trouble(error, self.parties, tap.bytes)

    def ask(
        self, contexts: Contexts, question: Callable[[Association], T], longest: float | None = None
    ) -> T:
        """Ask something on an association of its own. Raises Trouble."""
        assoc = self.open(contexts, longest=longest)
        try:
            answer = question(assoc)
        except AssociationEnded as error:
            raise Trouble(
                sentence(error),
                f"The log of {self.node.name} should say why; save a wire trace to compare.",
            ) from None
        finally:
            self._leave(assoc)
        return answer

    def _leave(self, assoc: Association) -> None:
        with contextlib.suppress(AssociationEnded, OSError):
            if not assoc.is_over:
                assoc.release(self.patience)
        assoc.close()

    def try_open(self, contexts: Contexts) -> Association:
        """An association. Raises AssociationEnded."""
        return self.us.requestor(self.node, contexts, tap=FirstBytes(self.trace, _LONGEST)).open()


class FirstBytes:
    """A tap that keeps the first bytes of the node, and passes everything on to a trace.

    It ends the association after so many seconds: a node that sends what nobody waits for keeps no
    examination from its end.
    """

    def __init__(self, trace: Trace | None, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._next: Tap | None = trace.association() if trace is not None else None
        self.bytes = b""

    def sent(self, raw: bytes) -> None:
        if self._next is not None:
            self._next.sent(raw)

    def received(self, raw: bytes) -> None:
        self.bytes = (self.bytes + raw[:16])[:16]
        if self._next is not None:
            self._next.received(raw)
        if time.monotonic() > self._until:
            raise TimedOut("The node goes on sending, but not what was asked for.")


def is_unspecified(host: str) -> bool:
    """Whether a bind address means all addresses."""
    return host in ("", "0.0.0.0", "::")


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
