"""The side that calls: opens an association to a peer."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from readingroom.errors import Invalid, ReadingRoomError
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

from . import pdu
from .association import Association, Hooks, Service
from .faults import Aborted, AssociationEnded, PduFault, Rejected, TimedOut, Unreachable, abort_words
from .items import ExtendedNegotiation, ProposedContext, RoleSelection, UserIdentity, UserInformation
from .messages import Limits
from .negotiation import contexts_of_accept
from .pdu import AssociateRequest
from .state_table import TABLE, Action, Event
from .tap import Tap, TappedLayer
from .upper_layer import UpperLayer, patience

_MAX_ANSWER = 1 << 18


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait, 0 for ever: for the transport connection (and TLS), for the answer to the association
    request, for each response, and ARTIM for the peer to close after an abort."""

    connect: float = 10.0
    associate: float = 30.0
    response: float = 40.0
    artim: float = 30.0


def propose(wanted: Sequence[tuple[str, Sequence[str]]]) -> tuple[ProposedContext, ...]:
    """Presentation contexts with odd ids for (abstract syntax, transfer syntaxes); Invalid beyond 128."""
    if len(wanted) > 128:
        raise Invalid(f"an association has room for 128 presentation contexts, not {len(wanted)}")
    return tuple(
        ProposedContext(2 * at + 1, abstract, tuple(transfer))
        for at, (abstract, transfer) in enumerate(wanted)
    )


@dataclass(frozen=True, slots=True)
class Requestor:
    """Whom to call, as whom, for what. PS3.8 7.1.1.

    contexts: (abstract syntax, transfer syntaxes), at most 128. roles: what this side asks to be.
    max_pdu: maximum length we announce. services: perform the requests the peer sends us while we wait
    for its answers (C-STORE for a C-GET, N-EVENT-REPORT), by abstract syntax. tap: sees every byte.
    """

    host: str
    port: int
    calling: str
    called: str
    contexts: Sequence[tuple[str, Sequence[str]]]
    roles: Sequence[RoleSelection] = ()
    extended: Sequence[ExtendedNegotiation] = ()
    identity: UserIdentity | None = None
    max_pdu: int = 1 << 20
    timeouts: Timeouts = field(default_factory=Timeouts)
    services: Mapping[str, Service] = field(default_factory=dict)
    hooks: Hooks = field(default_factory=Hooks)
    limits: Limits = field(default_factory=Limits)
    implementation_class_uid: str = IMPLEMENTATION_CLASS_UID
    implementation_version_name: str = IMPLEMENTATION_VERSION_NAME
    tls: ssl.SSLContext | None = None
    tap: Tap | None = None

    def open(self, sock: socket.socket | None = None) -> Association:
        """Connect and associate; use the association in a `with` block, which releases it.

        sock: a connection that stands already, with TLS where it is wanted; it belongs to the association.
        Unreachable, Rejected, Aborted, TimedOut: all Unavailable, with facts["peer"].
        """
        request = AssociateRequest(self.called, self.calling, propose(self.contexts), self._user())
        try:
            assoc = self._open(request, sock)
        except ReadingRoomError as error:
            self.hooks.on_unopened(request, f"{self.host}:{self.port}", error)
            raise
        self.hooks.on_established(assoc)
        return assoc

    def _open(self, request: AssociateRequest, sock: socket.socket | None) -> Association:
        raw = request.encode()
        peer = f"{self.called}@{self.host}:{self.port}"
        sock = sock or self._connect(peer)
        layer = self._layer(sock, peer)
        try:
            layer.block(self.limits.send_seconds)
            layer.signal(Event.ASSOCIATE_REQUEST)
            layer.signal(Event.TRANSPORT_CONFIRM, raw)
            return self._associate(layer, request)
        except BaseException:
            if (Event.ABORT_REQUEST, layer.state) in TABLE:
                layer.signal(Event.ABORT_REQUEST)
            layer.linger(0.5)
            raise

    def _layer(self, sock: socket.socket, peer: str) -> UpperLayer:
        artim = self.timeouts.artim
        if self.tap is None:
            return UpperLayer(sock, requestor=True, artim_seconds=artim, peer=peer)
        return TappedLayer(sock, requestor=True, artim_seconds=artim, peer=peer, tap=self.tap)

    def _user(self) -> UserInformation:
        return UserInformation(
            max_length=self.max_pdu,
            implementation_class_uid=self.implementation_class_uid,
            implementation_version_name=self.implementation_version_name,
            roles=tuple(self.roles),
            extended=tuple(self.extended),
            identity=self.identity,
        )

    def _connect(self, peer: str) -> socket.socket:
        try:
            sock = socket.create_connection((self.host, self.port), self.timeouts.connect or None)
        except TimeoutError as error:
            raise Unreachable(
                f"{peer} did not answer within {self.timeouts.connect:g} s; is the address right?", peer=peer
            ) from error
        except OSError as error:
            raise Unreachable(f"{peer} cannot be reached: {error.strerror or error}", peer=peer) from error
        if self.tls is None:
            return sock
        try:
            return self.tls.wrap_socket(sock, server_hostname=self.host)
        except OSError as error:
            sock.close()
            raise Unreachable(f"{peer} and we agree on no TLS: {error}", peer=peer) from error

    def _associate(self, layer: UpperLayer, request: AssociateRequest) -> Association:
        peer = layer.peer
        kind, body = _read_pdu(layer, time.monotonic() + patience(self.timeouts.associate))
        event = pdu.PDU_EVENTS.get(kind, Event.INVALID_PDU)
        try:
            accept = pdu.read_associate_ac(body) if event is Event.ASSOCIATE_AC_PDU else None
            codes = pdu.read_codes(body) if event in (Event.ASSOCIATE_RJ_PDU, Event.ABORT_PDU) else (0, 0, 0)
        except PduFault as fault:
            raise _invalid(layer, fault) from fault
        action = layer.signal(event, reason=2)
        if action is Action.AE_4:
            raise Rejected(*codes, peer=peer)
        if action is Action.AA_3:
            raise Aborted(
                f"{peer} aborted the association, {abort_words(codes[1], codes[2])}",
                source=codes[1],
                reason=codes[2],
                peer=peer,
            )
        if accept is None:
            raise Aborted(f"aborted: {peer} answered with a PDU of type {kind:02X}H", peer=peer)
        limits = self.limits
        try:
            return Association(
                layer,
                request,
                accept,
                contexts_of_accept(request, accept),
                peer_address=self.host,
                services=self.services.get,
                hooks=self.hooks,
                limits=limits,
                response_seconds=self.timeouts.response,
            )
        except PduFault as fault:
            raise _invalid(layer, fault) from fault


def _invalid(layer: UpperLayer, fault: PduFault) -> AssociationEnded:
    layer.signal(Event.INVALID_PDU, reason=fault.reason)
    return Aborted(f"aborted: {layer.peer} sent an invalid PDU: {fault.sentence}", peer=layer.peer)


def _read_pdu(layer: UpperLayer, deadline: float) -> tuple[int, bytes]:
    """One PDU and not a byte more: what follows belongs to the association."""
    kind, length = pdu.HEADER.unpack(_read(layer, pdu.HEADER.size, deadline))
    if kind not in pdu.PDU_EVENTS:
        return kind, b""
    if length > _MAX_ANSWER:
        raise _invalid(layer, PduFault(f"a PDU of type {kind:02X}H claims {length} bytes"))
    return kind, _read(layer, length, deadline)


def _read(layer: UpperLayer, count: int, deadline: float) -> bytes:
    raw = bytearray(count)
    at = 0
    while at < count:
        got = layer.receive(memoryview(raw)[at:], deadline)
        if not got:
            with contextlib.suppress(RuntimeError):
                layer.signal(Event.TRANSPORT_CLOSED)
            raise Aborted(f"{layer.peer} closed the connection without an answer", peer=layer.peer)
        at += got
        if time.monotonic() > deadline:
            raise TimedOut(f"{layer.peer} was too slow with its answer", peer=layer.peer)
    return bytes(raw)
