"""Bad peers, all at once, against the real server: others are answered within a second and lose nothing."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readingroom.association import VERIFICATION
from tests.kit.associations import ABORT, BOTH, RELEASE_RQ, associate_rq, command_set, echo_rq, pdata
from tests.kit.compare import Part10
from tests.kit.network import Peer, identifier
from tests.kit.ports import HOST, wait_until
from tests.kit.server import RunningServer, resident_kib, running_server
from tests.kit.tiny import tiny_series

SECONDS = 15.0
LONGEST_ECHO = 1.0
HALF_OPEN = 200
MOST_GROWTH_KIB = 300_000

(VICTIM,) = tiny_series("2.25.9941", 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("bad-peers"), "--accept-any-ae", "--no-login") as running:
        yield running


class BadPeer:
    """Calls again and again from an address of its own until it is stopped; what it was answered is lost."""

    def __init__(self, port: int, address: str, misbehave: Callable[[socket.socket], None]) -> None:
        self._port = port
        self._address = address
        self._misbehave = misbehave
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.calls = 0

    def __enter__(self) -> BadPeer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError), self._connected() as sock:
                self._misbehave(sock)
            self.calls += 1
            self._stopping.wait(0.02)  # a flood of connections would only show how slow two cores are

    def _connected(self) -> socket.socket:
        sock = socket.create_connection((HOST, self._port), 10, (self._address, 0))
        sock.settimeout(2)
        return sock


def store_request() -> bytes:
    """C-STORE-RQ command for VICTIM on context 1, as one P-DATA-TF."""
    return pdata(
        (1, 3, command_set(
            (0x0002, VICTIM.sop_class_uid), (0x0100, 1), (0x0110, 1), (0x0700, 0), (0x0800, 1),
            (0x1000, VICTIM.sop_instance_uid),
        ))
    )  # fmt: skip


def associated(sock: socket.socket) -> None:
    """An association whose context 1 is VICTIM's class and whose context 3 is Verification."""
    raw = bytearray(associate_rq(VICTIM.sop_class_uid, VERIFICATION))
    raw[10:42] = b"READINGROOM".ljust(16) + b"BAD".ljust(16)
    sock.sendall(raw)
    head = sock.recv(6, socket.MSG_WAITALL)
    if head[:1] == b"\2":
        sock.recv(struct.unpack(">I", head[2:])[0], socket.MSG_WAITALL)


def hears(sock: socket.socket) -> None:
    """Read until the server has said its last word, or says nothing for two seconds."""
    while sock.recv(65536):
        pass


def aborts_within_a_data_set(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(store_request() + pdata((1, 0, VICTIM.dataset[:200])) + ABORT)
    hears(sock)


def closes_within_a_data_set(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(store_request() + pdata((1, 0, VICTIM.dataset[:200])))


def releases_within_a_data_set(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(store_request() + pdata((1, 0, VICTIM.dataset[:200])) + RELEASE_RQ)
    hears(sock)


def releases_before_the_answer(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(pdata((3, 3, echo_rq())) + RELEASE_RQ)
    hears(sock)


def claims_four_gib(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(store_request() + struct.pack(">BxI", 4, 0xFFFFFFFF) + VICTIM.dataset)
    hears(sock)


def claims_four_gib_before_it_is_known(sock: socket.socket) -> None:
    sock.sendall(struct.pack(">BxI", 1, 0xFFFFFFFF) + bytes(4096))
    hears(sock)


def claims_four_gib_within(sock: socket.socket) -> None:
    """A P-DATA-TF of the right length, whose presentation data value is said to be longer."""
    associated(sock)
    sock.sendall(struct.pack(">BxIIBB", 4, 106, 0xFFFFFFFE, 1, 3) + bytes(100))
    hears(sock)


def has_wrong_lengths(sock: socket.socket) -> None:
    raw = bytearray(associate_rq())
    raw[76:78] = b"\xff\xff"  # the application context item runs over the end of the PDU
    sock.sendall(raw)
    hears(sock)


def sends_two_commands_in_one(sock: socket.socket) -> None:
    associated(sock)
    sock.sendall(store_request() + pdata((3, 3, echo_rq())))
    hears(sock)


def speaks_http(sock: socket.socket) -> None:
    sock.sendall(b"GET / HTTP/1.1\r\nHost: archive\r\n\r\n")
    hears(sock)


QUICK = [
    aborts_within_a_data_set, closes_within_a_data_set, releases_within_a_data_set,
    releases_before_the_answer,
    claims_four_gib, claims_four_gib_before_it_is_known, claims_four_gib_within, has_wrong_lengths,
    sends_two_commands_in_one, speaks_http,
]  # fmt: skip


@contextlib.contextmanager
def stalled(port: int) -> Iterator[list[socket.socket]]:
    """200 half-open connections, and 30 associations that stop within a data set or read no answers."""
    held: list[socket.socket] = []
    try:
        for number in range(HALF_OPEN):
            sock = socket.create_connection((HOST, port), 10, (f"127.0.2.{number % 4}", 0))
            if number % 2:
                sock.sendall(associate_rq()[: number % 70])
            held.append(sock)
        for number in range(30):
            sock = socket.create_connection((HOST, port), 10, ("127.0.3.1", 0))
            sock.settimeout(10)
            associated(sock)
            sock.sendall(store_request() + pdata((1, 0, VICTIM.dataset[: 10 * number])))
            held.append(sock)
        yield held
    finally:
        for sock in held:
            sock.close()


class Echoes:
    """A good peer that measures how long C-ECHO takes: on a kept association, and on a new one each time."""

    def __init__(self, port: int) -> None:
        self._requestor = Peer(port).requestor([(VERIFICATION, BOTH)])
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._kept), threading.Thread(target=self._anew)]
        self.kept: list[float] = []
        self.anew: list[float] = []
        self.failures: list[BaseException] = []

    def __enter__(self) -> Echoes:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _kept(self) -> None:
        try:
            with self._requestor.open() as assoc:
                while not self._stopping.wait(0.05):
                    began = time.monotonic()
                    assert assoc.echo().status == 0
                    self.kept.append(time.monotonic() - began)
        except BaseException as error:  # noqa: BLE001  the test looks at it
            self.failures.append(error)

    def _anew(self) -> None:
        try:
            while not self._stopping.wait(0.05):
                began = time.monotonic()
                with self._requestor.open() as assoc:
                    assert assoc.echo().status == 0
                    self.anew.append(time.monotonic() - began)
        except BaseException as error:  # noqa: BLE001  the test looks at it
            self.failures.append(error)


def store_in_peace(port: int) -> dict[str, Part10]:
    """A good peer's series, object by object over some seconds; each must be taken."""
    parts = list(tiny_series("2.25.9942", 100))
    with (
        Peer(port, calling="GOOD")
        .requestor([(VICTIM.sop_class_uid, (VICTIM.transfer_syntax_uid,))])
        .open() as assoc
    ):
        context = assoc.context_for(VICTIM.sop_class_uid)
        for part in parts:
            answer = assoc.store(context, part.sop_class_uid, part.sop_instance_uid, part.dataset)
            assert answer.status == 0, hex(answer.status)
            time.sleep(SECONDS / len(parts) / 2)
    return {part.sop_instance_uid: part for part in parts}


@pytest.mark.ps("3.8 9.2")
def test_bad_peers_hurt_nobody_else(server: RunningServer, tmp_path: Path) -> None:
    port = server.dicom_port
    receivers = server.receivers()
    before = {pid: resident_kib(pid) for pid in receivers}
    with contextlib.ExitStack() as everybody:
        echoes = everybody.enter_context(Echoes(port))
        everybody.enter_context(stalled(port))
        bad = [
            everybody.enter_context(BadPeer(port, f"127.0.1.{number + 1}", misbehave))
            for number, misbehave in enumerate(QUICK)
        ]
        began = time.monotonic()
        stored = store_in_peace(port)
        time.sleep(max(0.0, began + SECONDS - time.monotonic()))
    calls = {one._misbehave.__name__: one.calls for one in bad}
    assert min(calls.values()) >= 3, calls
    assert echoes.failures == []
    assert len(echoes.kept) > 20
    assert len(echoes.anew) > 20
    print(
        f"kept {max(echoes.kept):.3f} s, anew {max(echoes.anew):.3f} s of {len(echoes.anew)}, calls {calls}"
    )
    assert max(echoes.kept) < LONGEST_ECHO
    assert max(echoes.anew) < LONGEST_ECHO

    assert server.receivers() == receivers, "no receiver ended"
    grown = {pid: resident_kib(pid) - before[pid] for pid in receivers}
    assert max(grown.values()) < MOST_GROWTH_KIB, grown
    wanted = identifier("STUDY", StudyInstanceUID="2.25.9942.0.1")
    fetched = Peer(port).get(wanted, [(VICTIM.sop_class_uid, (VICTIM.transfer_syntax_uid,))])
    assert {uid: one.dataset for uid, one in fetched.objects.items()} == {
        uid: one.dataset for uid, one in stored.items()
    }
    found = Peer(port).find(identifier("IMAGE", StudyInstanceUID="2.25.9941.0.1", SOPInstanceUID=""))
    assert found == [], "of what was broken off nothing is stored"


def test_stalled_peers_keep_no_place_for_ever(tmp_path: Path) -> None:
    """All places of all receivers are held by peers that say nothing more; then others have them again."""
    settings = {
        "READINGROOM__DICOM__MAX_ASSOCIATIONS": "10",
        "READINGROOM__DICOM__STALL_SECONDS": "2",
        "READINGROOM__DICOM__IDLE_SECONDS": "2",
    }
    with (
        running_server(tmp_path, "--accept-any-ae", settings=settings) as server,
        contextlib.ExitStack() as held,
    ):
        for _ in range(10):
            sock = held.enter_context(socket.create_connection((HOST, server.dicom_port), 10))
            sock.settimeout(10)
            associated(sock)
            sock.sendall(store_request()[:40])
        began = time.monotonic()
        assert server.echo(), "it waited for a place"
        assert time.monotonic() - began > 0.5
        wait_until(server.echo, 20.0, "and now nobody waits")
