"""The side that is called: takes connections, admits associations, one thread for each."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

from . import pdu
from .association import Association, Hooks, Service
from .faults import AssociationEnded, PduFault
from .items import UserInformation
from .messages import Limits
from .negotiation import (
    CONGESTION,
    NOT_ALLOWED,
    UNKNOWN_CALLED,
    Accepted,
    Rejection,
    contexts_of_accept,
)
from .pdu import AssociateAccept, AssociateRequest
from .places import ENDLESS, Places
from .porch import Guest, Porch, PorchRules
from .state_table import Event, State
from .upper_layer import UpperLayer

log = logging.getLogger("readingroom.association")

Policy = Callable[[AssociateRequest, str], Accepted | Rejection]
"""decide(request, peer address): called in the association's thread; may look things up."""


@dataclass(frozen=True, slots=True)
class AcceptorSettings:
    """How an acceptor behaves; the DICOM conformance statement repeats most of it.

    ae_titles: called AE titles answered, empty for any (else rejected 1/1/7). max_pdu: maximum length we
    announce, bytes, 0 for no limit. artim_seconds: PS3.8 9.1.4. max_associations: 0 for no limit;
    max_associations_per_address: likewise, further ones wait. max_waiting: requests kept while all places
    are taken, then 2/3/2; waiting_seconds: then 2/3/1, 0 for ever. max_half_open: connections without a
    complete A-ASSOCIATE-RQ, or ended and not closed; the oldest gives way. max_request_bytes: longest
    A-ASSOCIATE-RQ. tls: makes every connection a TLS one; a function is asked at each connection.
    """

    ae_titles: frozenset[str] = frozenset()
    max_pdu: int = 1 << 20
    artim_seconds: float = 30.0
    max_associations: int = 5
    max_associations_per_address: int = 0
    max_waiting: int = 50
    waiting_seconds: float = 0.0
    max_half_open: int = 256
    max_half_open_per_address: int = 64
    max_request_bytes: int = 1 << 18
    limits: Limits = field(default_factory=Limits)
    response_seconds: float = 40.0
    implementation_class_uid: str = IMPLEMENTATION_CLASS_UID
    implementation_version_name: str = IMPLEMENTATION_VERSION_NAME
    tls: ssl.SSLContext | Callable[[], ssl.SSLContext] | None = None


class Acceptor:
    """Serves associations on sockets that listen already (and that the caller closes).

    services: by abstract syntax. otherwise(abstract syntax): the service for one that is not among them,
    for unknown and private storage classes. Each service is shared by all associations. seats, benches:
    places for associations and for waiting requests that are shared with other acceptors, also of other
    processes, instead of those of the settings.
    """

    def __init__(
        self,
        listeners: Iterable[socket.socket],
        settings: AcceptorSettings,
        policy: Policy,
        services: Mapping[str, Service],
        *,
        hooks: Hooks | None = None,
        otherwise: Callable[[str], Service | None] = lambda uid: None,
        seats: Places | None = None,
        benches: Places | None = None,
    ):
        self._settings = settings
        self._policy = policy
        self._services = services
        self._otherwise = otherwise
        self._hooks = hooks or Hooks()
        limits = settings.limits
        if limits.max_pdu_received < settings.max_pdu:
            limits = replace(limits, max_pdu_received=settings.max_pdu)
        self._limits = limits
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, UpperLayer] = {}
        self._crowds: Counter[str] = Counter()
        self._seats = seats or Places(
            settings.max_associations or ENDLESS, settings.max_associations_per_address or ENDLESS
        )
        tls = settings.tls
        rules = PorchRules(
            settings.artim_seconds,
            settings.max_half_open,
            settings.max_half_open_per_address,
            settings.max_request_bytes,
            settings.waiting_seconds,
        )
        self._porch = Porch(
            listeners,
            rules,
            admit=self._admit,
            crowd=lambda address: self._crowds[address],
            turned_away=self._turned_away,
            stopping=self._stopping,
            benches=benches or Places(settings.max_waiting),
            tls=(lambda: tls) if isinstance(tls, ssl.SSLContext) else tls,
        )

    @property
    def active(self) -> int:
        """Associations now."""
        return len(self._threads)

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._porch.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Accept nobody any more, let running messages finish for up to `seconds`, abort what is left."""
        deadline = time.monotonic() + seconds
        self._porch.close_gate()
        self._stopping.set()
        self._join(deadline)
        with self._lock:
            left = list(self._threads.values())
        for layer in left:
            with contextlib.suppress(OSError):
                layer.sock.shutdown(socket.SHUT_RDWR)  # its thread sees the end of stream
        self._join(time.monotonic() + 2.0)
        self._porch.end()

    def __enter__(self) -> Acceptor:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _join(self, deadline: float) -> None:
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _turned_away(self, request: AssociateRequest, address: str, rejection: Rejection) -> None:
        try:
            self._hooks.on_rejected(request, address, rejection)
        except Exception:
            log.exception("the hook for a rejected request failed")

    def _admit(self, guest: Guest) -> bool:
        """Start the association's thread if there is a place. In the porch's thread."""
        address = guest.address
        seat = self._seats.take(address)
        if seat is None:
            return False
        thread = threading.Thread(
            target=self._converse, args=(guest, seat), name=f"association {guest.layer.peer}", daemon=True
        )
        with self._lock:
            self._threads[thread] = guest.layer
            try:
                thread.start()
            except RuntimeError:  # no more threads
                del self._threads[thread]
                self._seats.leave(seat)
                return False
            self._crowds[address] += 1
        return True

    def _vacate(self, thread: threading.Thread, address: str, seat: int) -> None:
        self._seats.leave(seat)
        with self._lock:
            self._threads.pop(thread, None)
            self._crowds[address] -= 1
            if not self._crowds[address]:
                del self._crowds[address]

    # ── the association's thread

    def _converse(self, guest: Guest, seat: int) -> None:
        layer = guest.layer
        assoc: Association | None = None
        try:
            layer.block(self._limits.send_seconds)
            assoc = self._establish(guest)
            if assoc is not None:
                self._hooks.on_established(assoc)
                assoc.serve()
        except AssociationEnded as why:
            self._aborted(assoc, why)
        except Exception as error:
            log.exception("the association with %s failed", layer.peer)
            if assoc is not None:
                assoc.abort()
                self._aborted(assoc, AssociationEnded(f"aborted: our own fault, {error!r}", peer=layer.peer))
        finally:
            if layer.state is State.STA13:
                self._porch.see_off(layer, guest.address)
            else:
                layer.close()
            self._vacate(threading.current_thread(), guest.address, seat)
            self._porch.ring()

    def _aborted(self, assoc: Association | None, why: AssociationEnded) -> None:
        if assoc is None:
            return
        try:
            self._hooks.on_aborted(assoc, why)
        except Exception:
            log.exception("the hook for an aborted association failed")

    def _establish(self, guest: Guest) -> Association | None:
        """Ask the policy and answer the request; None when it was rejected."""
        request, layer = guest.request, guest.layer
        if request is None:
            raise RuntimeError("a guest without request was admitted")
        decision = self._decide(request, guest.address)
        if isinstance(decision, Accepted):
            accept = self._accept(request, decision)
            try:
                assoc = Association(
                    layer,
                    request,
                    accept,
                    contexts_of_accept(request, accept),
                    peer_address=guest.address,
                    services=self._service,
                    hooks=self._hooks,
                    limits=self._limits,
                    response_seconds=self._settings.response_seconds,
                )
            except PduFault:  # a maximum length that leaves no room for data
                decision = NOT_ALLOWED
            else:
                assoc.notes.update(decision.notes)
                layer.signal(Event.ASSOCIATE_ACCEPT, accept.encode())
                return assoc
        raw = pdu.associate_rj(decision.result, decision.source, decision.reason)
        layer.signal(Event.ASSOCIATE_REJECT, raw)
        self._turned_away(request, guest.address, decision)
        return None

    def _decide(self, request: AssociateRequest, address: str) -> Accepted | Rejection:
        if self._settings.ae_titles and request.called not in self._settings.ae_titles:
            return UNKNOWN_CALLED
        try:
            return self._policy(request, address)
        except Exception:
            log.exception("the association policy failed for %s", request.calling)
            return CONGESTION

    def _accept(self, request: AssociateRequest, decision: Accepted) -> AssociateAccept:
        settings, asked = self._settings, request.user
        wants_answer = asked.identity is not None and asked.identity.response_requested
        user = UserInformation(
            max_length=settings.max_pdu,
            implementation_class_uid=settings.implementation_class_uid,
            implementation_version_name=settings.implementation_version_name,
            async_window=(1, 1) if asked.async_window is not None else None,
            roles=decision.roles,
            extended=decision.extended,
            identity_response=decision.identity_response if wants_answer else None,
        )
        return AssociateAccept(request.called, request.calling, decision.results, user)

    def _service(self, abstract_syntax: str) -> Service | None:
        return self._services.get(abstract_syntax) or self._otherwise(abstract_syntax)
