"""The line between us and the node that is examined: associations on it, and what is known of it so far."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from readingroom.association import Association, AssociationEnded, Tap
from readingroom.model import Node

from .calling import Ourselves
from .doctor_contexts import Contexts
from .doctor_faults import Parties, Trouble, alert_trouble, association_trouble
from .doctor_findings import Listening, sentence
from .doctor_trace import Trace

T = TypeVar("T")


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
        if listening is not None and not is_unspecified(listening.host):
            address = listening.host
        return Parties(self.us.ae_title, address, listening.port if listening else 0, self.node)

    def open(self, contexts: Contexts, sock: socket.socket | None = None) -> Association:
        """An association, on a connection that stands already where one is given. Raises Trouble."""
        tap = FirstBytes(self.trace)
        try:
            return self.us.requestor(self.node, contexts, tap=tap).open(sock)
        except AssociationEnded as error:
            raise self._association_trouble(error, tap) from None

    def _association_trouble(self, error: AssociationEnded, tap: FirstBytes) -> Trouble:
        if self.node.tls and "_ALERT_" in error.sentence:
            return alert_trouble(error.sentence, self.node)
        return association_trouble(error, self.parties, tap.bytes)

    def ask(self, contexts: Contexts, question: Callable[[Association], T]) -> T:
        """Ask something on an association of its own. Raises Trouble."""
        assoc = self.open(contexts)
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
        return self.us.requestor(self.node, contexts, tap=FirstBytes(self.trace)).open()


class FirstBytes:
    """A tap that keeps the first bytes of the node, and passes everything on to a trace."""

    def __init__(self, trace: Trace | None) -> None:
        self._next: Tap | None = trace.association() if trace is not None else None
        self.bytes = b""

    def sent(self, raw: bytes) -> None:
        if self._next is not None:
            self._next.sent(raw)

    def received(self, raw: bytes) -> None:
        self.bytes = (self.bytes + raw[:16])[:16]
        if self._next is not None:
            self._next.received(raw)


def is_unspecified(host: str) -> bool:
    """Whether a bind address means all addresses."""
    return host in ("", "0.0.0.0", "::")
