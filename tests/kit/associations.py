"""A running acceptor with small services, and a bare socket that speaks PDUs by hand."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from readingroom.association import (
    VERIFICATION,
    Acceptor,
    AcceptorSettings,
    AssociateRequest,
    Association,
    AssociationEnded,
    Command,
    CommandField,
    Context,
    DataSink,
    Hooks,
    Policy,
    ProposedContext,
    Rejection,
    Requestor,
    Service,
    UserInformation,
    Verification,
    negotiate,
)

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
BOTH = (EXPLICIT, IMPLICIT)


class KeptSink:
    """Keeps a data set, and how it came."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.calls = 0
        self.longest = 0
        self.abandoned = False

    def write(self, pieces: list[memoryview]) -> None:
        self.calls += 1
        self.longest = max(self.longest, sum(map(len, pieces)))
        for piece in pieces:
            self.data += piece

    def abandon(self) -> None:
        self.abandoned = True


class StoreService:
    """C-STORE SCP that keeps every object in memory: (command, transfer syntax, bytes)."""

    operations: Collection[int] = frozenset({CommandField.C_STORE_RQ})

    def __init__(self, status: int = 0x0000) -> None:
        self.status = status
        self.stored: list[tuple[Command, str, bytes]] = []
        self.sinks: list[KeptSink] = []

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        self.sinks.append(KeptSink())
        return self.sinks[-1]

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        assert isinstance(data, KeptSink)
        self.stored.append((command, context.transfer_syntax, bytes(data.data)))
        assoc.respond(context, command, self.status)


class Answering:
    """A service made of one function perform(assoc, context, command, data)."""

    def __init__(self, operations: Collection[int], perform: Callable[..., None]) -> None:
        self.operations = operations
        self.performs = perform

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        self.performs(assoc, context, command, data)


@dataclass
class Served:
    """A running acceptor: where it listens and what its hooks were told."""

    port: int
    acceptor: Acceptor
    established: list[Association] = field(default_factory=list)
    released: list[Association] = field(default_factory=list)
    aborted: list[AssociationEnded] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def requestor(self, *contexts: tuple[str, Collection[str]], **more: object) -> Requestor:
        wanted = [(uid, tuple(syntaxes)) for uid, syntaxes in contexts] or [(VERIFICATION, BOTH)]
        return Requestor("127.0.0.1", self.port, "CALLER", "ROOM", wanted, **more)  # type: ignore[arg-type]

    def echo(self) -> None:
        """A complete association with one C-ECHO."""
        with self.requestor().open() as assoc:
            assert assoc.echo().status == 0


def until(fact: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.005)


@contextmanager
def serving(
    services: Mapping[str, Service] | None = None,
    settings: AcceptorSettings | None = None,
    *,
    policy: Policy | None = None,
    scp_roles: Collection[str] = (),
    on_released: Callable[[Association], None] | None = None,
) -> Iterator[Served]:
    """An acceptor on a free port of the loopback; Verification is always there."""
    every = {VERIFICATION: Verification(), **(services or {})}
    supported = dict.fromkeys(every, BOTH)

    def decide(request: AssociateRequest, address: str) -> object:
        return negotiate(request, supported, allow_scp=lambda uid: uid in scp_roles)

    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        served: Served

        def released(assoc: Association) -> None:
            if on_released is not None:
                on_released(assoc)
            served.released.append(assoc)

        hooks = Hooks(
            on_established=lambda assoc: served.established.append(assoc),
            on_released=released,
            on_aborted=lambda assoc, why: served.aborted.append(why),
            on_rejected=lambda request, address, rejection: served.rejected.append(rejection),
        )
        acceptor = Acceptor(
            [listener],
            settings or AcceptorSettings(),
            policy or decide,  # type: ignore[arg-type]
            every,
            hooks=hooks,
        )
        served = Served(listener.getsockname()[1], acceptor)
        with acceptor:
            yield served
        until(lambda: not any(one.name.startswith("association CALLER") for one in threading.enumerate()))


class Bare:
    """A socket on which PDUs are written and read by hand, by the standard's layout and not by our code."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), 5)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, raw: bytes) -> None:
        self.sock.sendall(raw)

    def read(self, seconds: float = 60.0) -> tuple[int, bytes]:
        """(type, body) of the next PDU; (0, b"") when the peer has closed."""
        self.sock.settimeout(seconds)
        try:
            head = self._exactly(6)
            return head[0], self._exactly(struct.unpack(">I", head[2:])[0])
        except (EOFError, ConnectionResetError):
            return 0, b""

    def _exactly(self, count: int) -> bytes:
        raw = b""
        while len(raw) < count:
            more = self.sock.recv(count - len(raw))
            if not more:
                raise EOFError
            raw += more
        return raw

    def associate(self, *abstract_syntaxes: str, max_length: int = 16384) -> None:
        self.send(associate_rq(*abstract_syntaxes, max_length=max_length))
        kind, _ = self.read()
        assert kind == 2, f"A-ASSOCIATE-RQ was answered with a PDU of type {kind}"

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def associate_rq(*abstract_syntaxes: str, max_length: int = 16384) -> bytes:
    contexts = tuple(
        ProposedContext(2 * at + 1, uid, BOTH) for at, uid in enumerate(abstract_syntaxes or (VERIFICATION,))
    )
    return AssociateRequest("ROOM", "CALLER", contexts, UserInformation(max_length, "1.2.3")).encode()


def pdata(*values: tuple[int, int, bytes]) -> bytes:
    """A P-DATA-TF of (context ID, message control header, fragment). PS3.8 9.3.5."""
    body = b"".join(struct.pack(">IBB", len(raw) + 2, cid, control) + raw for cid, control, raw in values)
    return struct.pack(">BxI", 4, len(body)) + body


def element(number: int, raw: bytes) -> bytes:
    """An element of group 0000, Implicit VR Little Endian."""
    return struct.pack("<HHI", 0, number, len(raw)) + raw


def command_set(*elements: tuple[int, int | str]) -> bytes:
    """A command set by hand: numbers as US, text as UI."""
    body = b""
    for number, value in elements:
        if isinstance(value, int):
            body += element(number, struct.pack("<H", value))
        else:
            raw = value.encode()
            body += element(number, raw + b"\0" * (len(raw) % 2))
    return element(0, struct.pack("<I", len(body))) + body


def echo_rq(message_id: int = 1) -> bytes:
    return command_set((0x0002, VERIFICATION), (0x0100, 0x30), (0x0110, message_id), (0x0800, 0x0101))


def store_rq(message_id: int = 1, uid: str = "1.2.3.4") -> bytes:
    return command_set(
        (0x0002, CT), (0x0100, 1), (0x0110, message_id), (0x0700, 0), (0x0800, 1), (0x1000, uid)
    )


RELEASE_RQ = bytes([5, 0, 0, 0, 0, 4, 0, 0, 0, 0])
RELEASE_RP = bytes([6, 0, 0, 0, 0, 4, 0, 0, 0, 0])
ABORT = bytes([7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
