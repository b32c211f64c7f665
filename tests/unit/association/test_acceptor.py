"""A live acceptor against a socket that speaks PDUs by hand, well and badly."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable

import pytest

from readingroom.association import (
    CONGESTION,
    LIMIT_EXCEEDED,
    UNKNOWN_CALLING,
    VERIFICATION,
    Accepted,
    Acceptor,
    AcceptorSettings,
    AssociateRequest,
    CommandField,
    Limits,
    Places,
    ProposedContext,
    Rejected,
    Rejection,
    UserInformation,
    Verification,
    negotiate,
)
from readingroom.association import pdu as pdus
from readingroom.association.command import read_command
from tests.kit.associations import (
    ABORT,
    BOTH,
    CT,
    RELEASE_RP,
    RELEASE_RQ,
    Answering,
    Bare,
    StoreService,
    associate_rq,
    command_set,
    echo_rq,
    pdata,
    serving,
    store_rq,
    until,
)

LAST_COMMAND, COMMAND, LAST_DATA, DATA = 3, 1, 2, 0

several_addresses = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8"
)


def status_of(body: bytes) -> int | None:
    """The status of a response that came in one PDV."""
    return read_command(body[6:]).status


# ── the ordinary course


@pytest.mark.ps("3.8 9.2")
def test_echo_and_release_by_hand() -> None:
    with serving() as room, Bare(room.port) as peer:
        peer.associate(VERIFICATION)
        peer.send(pdata((1, LAST_COMMAND, echo_rq(5))))
        kind, body = peer.read()
        assert (kind, body[4:6]) == (4, bytes([1, 3]))
        response = read_command(body[6:])
        assert (response.command_field, response.message_id_being_responded_to) == (0x8030, 5)
        assert response.status == 0
        peer.send(RELEASE_RQ)
        assert peer.read() == (6, bytes(4))
        assert len(room.released) == 1


def test_the_index_is_flushed_before_the_release_is_confirmed() -> None:
    order: list[str] = []
    reached = threading.Event()

    def flush(assoc: object) -> None:
        reached.wait(5)
        order.append("flushed")

    with serving(on_released=flush) as room, Bare(room.port) as peer:
        peer.associate()
        peer.send(RELEASE_RQ)
        with pytest.raises(TimeoutError):
            peer.read(0.1)
        reached.set()
        # the read above consumed nothing
        assert peer.read()[0] == 6
        assert order == ["flushed"]


def test_a_hook_that_fails_at_release_aborts_instead_of_confirming() -> None:
    def flush(assoc: object) -> None:
        raise OSError("disk full")

    with serving(on_released=flush) as room, Bare(room.port) as peer:
        peer.associate()
        peer.send(RELEASE_RQ)
        assert peer.read() == (7, bytes([0, 0, 0, 0]))
        until(lambda: room.aborted)


@pytest.mark.ps("3.8 9.3.5")
@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_message_in_many_small_values(size: int) -> None:
    """One message in PDVs of a few bytes, several PDVs in a PDU, empty ones between."""
    store = StoreService()
    data = bytes(range(250)) * 2
    raw = store_rq()
    with serving({CT: store}) as room, Bare(room.port) as peer:
        peer.associate(CT)
        command = [(1, COMMAND, raw[at : at + size]) for at in range(0, len(raw), size)]
        command[-1] = (1, LAST_COMMAND, command[-1][2])
        values = [(1, DATA, data[at : at + size]) for at in range(0, len(data), size)]
        values = [one for value in values for one in (value, (1, DATA, b""))] + [(1, LAST_DATA, b"")]
        every = command + values
        for at in range(0, len(every), 3):
            peer.send(pdata(*every[at : at + 3]))
        assert status_of(peer.read()[1]) == 0
        assert store.stored[0][2] == data


@pytest.mark.ps("3.8 9.3.5")
def test_command_and_data_in_one_pdu_and_two_messages_in_one_write() -> None:
    store = StoreService()
    with serving({CT: store}) as room, Bare(room.port) as peer:
        peer.associate(CT)
        one = pdata((1, LAST_COMMAND, store_rq(1)), (1, DATA, b"ab"), (1, LAST_DATA, b"cd"))
        two = pdata((1, LAST_COMMAND, store_rq(2)), (1, LAST_DATA, b"ef"))
        peer.send(one + two)
        assert [status_of(peer.read()[1]) for _ in range(2)] == [0, 0]
        assert [data for _, _, data in store.stored] == [b"abcd", b"ef"]


@pytest.mark.ps("3.7 D.3.3.3")
def test_asynchronous_operations_come_down_to_one() -> None:
    contexts = (ProposedContext(1, VERIFICATION, BOTH),)
    asked = AssociateRequest("ROOM", "CALLER", contexts, UserInformation(0, "1.2", async_window=(8, 0)))
    with serving() as room, Bare(room.port) as peer:
        peer.send(asked.encode())
        kind, body = peer.read()
        assert kind == 2
        assert pdus.read_associate_ac(body).user.async_window == (1, 1)


def test_what_is_no_ascii_is_answered_too() -> None:
    raw = bytearray(associate_rq("1.2.3.4"))
    for part in (b"CALLER", b"ROOM", b"1.2.3.4", b"1.2.840.10008.1.2.1"):
        raw = raw.replace(part, bytes(byte | 0x80 for byte in part))
    with serving() as room, Bare(room.port) as peer:
        peer.send(bytes(raw))
        kind, body = peer.read()
        assert kind == 2
        assert [one.result for one in pdus.read_associate_ac(body).results] == [3]


def test_the_accept_says_who_and_how_much() -> None:
    settings = AcceptorSettings(max_pdu=65536, implementation_class_uid="1.2.3.4")
    with serving(settings=settings) as room, Bare(room.port) as peer:
        peer.send(associate_rq(VERIFICATION, CT))
        accept = pdus.read_associate_ac(peer.read()[1])
        assert accept.user.max_length == 65536
        assert accept.user.implementation_class_uid == "1.2.3.4"
        assert (accept.called, accept.calling) == ("ROOM", "CALLER")
        assert [one.result for one in accept.results] == [0, 3]


# ── rejections


def rejected(port: int, request: AssociateRequest) -> tuple[int, ...]:
    with Bare(port) as peer:
        peer.send(request.encode())
        kind, body = peer.read()
        assert kind == 3
        return tuple(body[1:])


REQUEST = AssociateRequest(
    "ROOM", "CALLER", (ProposedContext(1, VERIFICATION, BOTH),), UserInformation(16384, "1.2.3")
)


@pytest.mark.ps("3.8 9.3.4")
def test_who_is_rejected_and_how() -> None:
    def policy(request: AssociateRequest, address: str) -> object:
        assert address == "127.0.0.1"
        if request.calling == "BROKEN":
            raise KeyError("a bug")
        return UNKNOWN_CALLING if request.calling != "CALLER" else negotiate(request, {VERIFICATION: BOTH})

    settings = AcceptorSettings(ae_titles=frozenset({"ROOM"}))
    with serving(settings=settings, policy=policy) as room:  # type: ignore[arg-type]

        def but(**change: object) -> AssociateRequest:
            values = {name: getattr(REQUEST, name) for name in AssociateRequest.__dataclass_fields__}
            return AssociateRequest(**(values | change))

        assert rejected(room.port, but(calling="STRANGER")) == (1, 1, 3)
        assert rejected(room.port, but(called="ELSEWHERE")) == (1, 1, 7)
        assert rejected(room.port, but(application_context="1.2.3")) == (1, 1, 2)
        assert rejected(room.port, but(protocol_version=2)) == (1, 2, 2)
        assert rejected(room.port, but(user=UserInformation(8, "1.2"))) == (1, 1, 1)
        assert rejected(room.port, but(calling="BROKEN")) == (2, 3, 1)
        room.echo()
        until(lambda: len(room.rejected) == 6)


def test_a_hook_that_fails_at_rejection_hurts_nobody() -> None:
    settings = AcceptorSettings(max_associations=1, waiting_seconds=0.1)
    with serving(settings=settings) as room:

        def fail(*arguments: object) -> None:
            raise OSError("disk full")

        object.__setattr__(room.acceptor._hooks, "on_rejected", fail)
        with Bare(room.port) as first:
            first.associate()
            assert rejected(room.port, REQUEST) == (2, 3, 1)
            first.send(RELEASE_RQ)
            assert first.read()[0] == 6
        room.echo()


@pytest.mark.ps("3.8 9.3.4")
def test_a_further_association_waits_for_a_place_and_the_one_after_is_rejected() -> None:
    settings = AcceptorSettings(max_associations=1, max_waiting=1)
    with serving(settings=settings) as room, Bare(room.port) as first:
        first.associate()
        with Bare(room.port) as second, Bare(room.port) as third:
            second.send(REQUEST.encode())
            until(lambda: len(room.acceptor._porch._waiting) == 1)
            third.send(REQUEST.encode())
            assert third.read() == (3, bytes([0, 2, 3, 2]))
            with pytest.raises(TimeoutError):
                second.read(0.2)
            first.send(RELEASE_RQ)
            assert second.read()[0] == 2
        until(lambda: room.rejected == [LIMIT_EXCEEDED])


def test_who_waits_too_long_is_rejected_for_now() -> None:
    settings = AcceptorSettings(max_associations=1, waiting_seconds=0.2)
    with serving(settings=settings) as room, Bare(room.port) as first:
        first.associate()
        with pytest.raises(Rejected, match="temporary congestion") as caught:
            room.echo()
        assert (caught.value.result, caught.value.source, caught.value.reason) == (2, 3, 1)
        until(lambda: room.rejected == [CONGESTION])


def test_who_waits_and_leaves_or_aborts_is_forgotten() -> None:
    with serving(settings=AcceptorSettings(max_associations=1)) as room, Bare(room.port) as first:
        first.associate()
        with Bare(room.port) as second, Bare(room.port) as third, Bare(room.port) as fourth:
            for one in (second, third, fourth):
                one.send(REQUEST.encode())
            until(lambda: len(room.acceptor._porch._waiting) == 3)
            second.close()
            third.send(ABORT)
            fourth.send(RELEASE_RQ)  # Sta3, Evt12: AA-8
            assert fourth.read() == (7, bytes([0, 0, 2, 2]))
            until(lambda: not room.acceptor._porch._waiting)
        first.send(RELEASE_RQ)
        assert first.read()[0] == 6
        room.echo()


@several_addresses
def test_one_address_does_not_hold_every_place() -> None:
    settings = AcceptorSettings(max_associations=3, max_associations_per_address=1)
    with serving(settings=settings) as room, Bare(room.port) as first, Bare(room.port) as second:
        first.associate()
        second.send(REQUEST.encode())
        with pytest.raises(TimeoutError):
            second.read(0.2)
        other = socket.create_connection(("127.0.0.1", room.port), 5, source_address=("127.0.0.2", 0))
        with other:
            other.sendall(REQUEST.encode())
            assert other.recv(1) == b"\2"


# ── starvation


def test_a_thousand_half_open_connections_starve_nobody() -> None:
    """Silent ones, dribbling ones and ones that claim 4 GiB, all from the address the next echo uses."""
    beginnings = [b"", b"\1\0", struct.pack(">BxI", 1, 100) + b"\0", struct.pack(">BxI", 4, 0xFFFFFFFF)]
    sockets: list[socket.socket] = []
    with serving(settings=AcceptorSettings(max_associations=2)) as room:
        try:
            for at in range(1000):
                sock = socket.create_connection(("127.0.0.1", room.port), 5)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sockets.append(sock)
                with contextlib.suppress(OSError):  # pushed out already
                    sock.sendall(beginnings[at % 4])
                if at % 250 == 249:
                    room.echo()
            started = time.monotonic()
            room.echo()
            assert time.monotonic() - started < 20
            assert len(room.acceptor._porch._guests) <= 64
        finally:
            for sock in sockets:
                sock.close()


@several_addresses
def test_the_crowded_address_gives_way() -> None:
    settings = AcceptorSettings(max_half_open=6, max_half_open_per_address=100)
    with serving(settings=settings) as room:
        patient = socket.create_connection(("127.0.0.1", room.port), 5, source_address=("127.0.0.9", 0))
        crowd = [socket.create_connection(("127.0.0.1", room.port), 5) for _ in range(40)]
        with patient:
            until(lambda: len(room.acceptor._porch._guests) == 6)
            patient.sendall(REQUEST.encode())
            assert patient.recv(1) == b"\2"
        for sock in crowd:
            sock.close()


@pytest.mark.ps("3.8 9.1.4")
def test_artim_closes_a_connection_without_request() -> None:
    with serving(settings=AcceptorSettings(artim_seconds=0.3)) as room, Bare(room.port) as peer:
        started = time.monotonic()
        peer.send(b"\1\0\0")
        assert peer.read() == (0, b"")
        assert 0.2 < time.monotonic() - started < 20
        room.echo()


@pytest.mark.ps("3.8 9.1.5")
def test_artim_closes_a_connection_that_does_not_close_after_the_end() -> None:
    with serving(settings=AcceptorSettings(artim_seconds=0.3)) as room, Bare(room.port) as peer:
        peer.associate()
        peer.send(RELEASE_RQ)
        assert peer.read()[0] == 6
        peer.send(echo_rq() * 5)  # AA-6: ignored
        assert peer.read() == (0, b"")


def quick(**limits: float) -> AcceptorSettings:
    return AcceptorSettings(limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "half",
    [b"", pdata((1, COMMAND, b"ab")), pdata((1, LAST_COMMAND, echo_rq()))[:9]],
    ids=["idle", "pdv", "pdu"],
)
def test_a_silent_peer_is_aborted(half: bytes) -> None:
    with serving(settings=quick(idle_seconds=0.3, stall_seconds=0.3)) as room, Bare(room.port) as peer:
        peer.associate()
        peer.send(half)
        assert peer.read() == (7, bytes(4))
        until(lambda: room.aborted)


def dribble(peer: Bare, raw: bytes, seconds: float) -> None:
    try:
        for at in range(len(raw)):
            peer.send(raw[at : at + 1])
            time.sleep(seconds)
    except OSError:
        return


@pytest.mark.parametrize("part", ["command", "data"])
def test_a_dribbling_peer_is_aborted(part: str) -> None:
    store = StoreService()
    settings = quick(idle_seconds=0.6, stall_seconds=0.3, min_bytes_per_second=1000)
    with serving({CT: store}, settings) as room, Bare(room.port) as peer:
        peer.associate(CT)
        raw = pdata((1, LAST_COMMAND, store_rq()))
        if part == "data":
            peer.send(raw)
            raw = pdata((1, DATA, bytes(1000)))
        thread = threading.Thread(target=dribble, args=(peer, raw * 5, 0.02))
        thread.start()
        until(lambda: room.aborted)
        peer.close()
        thread.join()
        assert all(sink.abandoned for sink in store.sinks)
        assert not store.stored


# ── what is wrong on an association


ABORT_USER = bytes([0, 0, 0, 0])


def provider(reason: int) -> bytes:
    return bytes([0, 0, 2, reason])


NOT_ACCEPTED = 9


@pytest.mark.ps("3.8 9.3.8")
@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", provider(1)),
        (struct.pack(">BxI", 0x99, 4) + bytes(4), provider(1)),
        (associate_rq(), provider(2)),
        (RELEASE_RP, provider(2)),
        (bytes([3, 0, 0, 0, 0, 4, 0, 1, 1, 1]), provider(2)),
        (struct.pack(">BxI", 4, 0xFFFFFFFF), provider(6)),
        (struct.pack(">BxI", 4, 0), provider(6)),
        (struct.pack(">BxIIBB", 4, 6, 7, 1, 3), provider(6)),
        (pdata((NOT_ACCEPTED, LAST_COMMAND, echo_rq())), provider(6)),
        (pdata((1, LAST_DATA, b"data first")), ABORT_USER),
        (pdata((1, COMMAND, b"ab"), (3, LAST_COMMAND, b"cd")), ABORT_USER),
        (pdata((1, LAST_COMMAND, b"garbage!")), ABORT_USER),
        (pdata((1, LAST_COMMAND, b"")), ABORT_USER),
        (pdata((3, LAST_COMMAND, store_rq())) + pdata((1, LAST_DATA, b"x")), ABORT_USER),
        (pdata((3, LAST_COMMAND, store_rq())) + pdata((3, LAST_COMMAND, echo_rq())), ABORT_USER),
        (pdata((3, LAST_COMMAND, store_rq())) + RELEASE_RQ, ABORT_USER),
        (b"".join(pdata((1, COMMAND, bytes(16000))) for _ in range(5)), ABORT_USER),
    ],
)
def test_a_breach_is_answered_with_an_abort_and_the_next_echo_works(raw: bytes, answer: bytes) -> None:
    store = StoreService()
    with serving({CT: store}) as room:
        with Bare(room.port) as peer:
            peer.associate(VERIFICATION, CT)
            peer.send(raw)
            assert peer.read() == (7, answer)
        until(lambda: room.aborted)
        assert not store.stored
        assert all(sink.abandoned for sink in store.sinks)
        room.echo()


@pytest.mark.ps("3.8 9.2.3")
@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (echo_rq(), (7, ABORT_USER)),
        (b"GET / HTTP/1.1\r\n\r\n", (7, ABORT_USER)),
        (RELEASE_RQ, (7, ABORT_USER)),
        (pdata((1, LAST_COMMAND, echo_rq())), (7, ABORT_USER)),
        (struct.pack(">BxI", 1, 0xFFFFFFFF), (7, ABORT_USER)),
        (struct.pack(">BxI", 1, 4) + bytes(4), (7, ABORT_USER)),
        (ABORT, (0, b"")),
    ],
)
def test_what_comes_instead_of_a_request(raw: bytes, answer: tuple[int, bytes]) -> None:
    """Sta2: AA-1, or AA-2 for an A-ABORT."""
    with serving() as room:
        with Bare(room.port) as peer:
            peer.send(raw)
            assert peer.read() == answer
        room.echo()


@pytest.mark.ps("3.8 9.2.3")
def test_an_abort_of_the_peer_in_the_middle_of_a_data_set() -> None:
    store = StoreService()
    with serving({CT: store}) as room:
        for ending in (ABORT, b""):
            with Bare(room.port) as peer:
                peer.associate(CT)
                peer.send(pdata((1, LAST_COMMAND, store_rq())) + pdata((1, DATA, b"half")) + ending)
                until(lambda: store.sinks and store.sinks[-1].data == b"half")
        until(lambda: len(room.aborted) == 2)
        assert [sink.abandoned for sink in store.sinks] == [True, True]
        assert "by the application (0/0)" in room.aborted[0].sentence
        assert "closed the connection without releasing" in room.aborted[1].sentence
        assert not store.stored


# ── services that fail, requests nobody performs


def invoke(port: int, syntax: str, raw: bytes, data: bytes | None = None) -> tuple[int | None, bytes]:
    with Bare(port) as peer:
        peer.associate(syntax)
        peer.send(pdata((1, LAST_COMMAND, raw)) + (pdata((1, LAST_DATA, data)) if data is not None else b""))
        kind, body = peer.read()
        assert kind == 4
        peer.send(pdata((1, LAST_COMMAND, raw)) + (pdata((1, LAST_DATA, data)) if data is not None else b""))
        assert peer.read()[0] == 4, "the association lives on"
        return status_of(body), body


def failing(*arguments: object) -> None:
    raise ZeroDivisionError("a bug")


def silent(*arguments: object) -> None:
    pass


@pytest.mark.ps("3.7 C")
@pytest.mark.parametrize("perform", [failing, silent])
def test_a_bug_in_a_service_is_answered(perform: Callable[..., None]) -> None:
    find = "1.2.840.10008.5.1.4.1.2.2.1"
    services = {
        CT: Answering({CommandField.C_STORE_RQ}, perform),
        find: Answering({CommandField.C_FIND_RQ}, perform),
    }
    find_rq = command_set((2, find), (0x0100, 0x20), (0x0110, 1), (0x0700, 0), (0x0800, 1))
    with serving(services) as room:
        assert invoke(room.port, CT, store_rq(), b"x")[0] == 0x0110
        assert invoke(room.port, find, find_rq, b"x")[0] == 0xC001
        until(lambda: not room.acceptor.active)


def test_a_sink_that_fails_is_abandoned_and_the_rest_is_read() -> None:
    class Full(StoreService):
        def sink(self, *arguments: object) -> object:  # type: ignore[override]
            sink = super().sink(*arguments)  # type: ignore[arg-type]
            sink.write = failing  # type: ignore[union-attr, method-assign, assignment]
            return sink

    store = Full()
    with serving({CT: store}) as room:
        assert invoke(room.port, CT, store_rq(), bytes(300_000))[0] == 0x0110
        assert [sink.abandoned for sink in store.sinks] == [True, True]
        assert not store.stored


def test_a_sink_that_cannot_be_made_is_answered_too() -> None:
    store = StoreService()
    store.sink = failing  # type: ignore[method-assign, assignment]
    with serving({CT: store}) as room:
        assert invoke(room.port, CT, store_rq(), bytes(300_000))[0] == 0x0110


def test_a_data_set_too_long_for_memory_is_read_and_refused() -> None:
    def succeed(assoc: object, context: object, command: object, data: bytes) -> None:
        assoc.respond(context, command, 0)  # type: ignore[attr-defined]

    service = Answering({CommandField.C_STORE_RQ}, succeed)
    with serving({CT: service}, quick(max_dataset_in_memory=1000)) as room:
        assert invoke(room.port, CT, store_rq(), bytes(1000))[0] == 0
        assert invoke(room.port, CT, store_rq(), bytes(1001))[0] == 0x0110


@pytest.mark.ps("3.7 C")
@pytest.mark.parametrize(
    ("raw", "data", "status"),
    [
        (command_set((2, CT), (0x0100, 0x20), (0x0110, 1), (0x0800, 1)), b"x", 0x0211),
        (command_set((2, CT), (0x0100, 0x7777), (0x0110, 1), (0x0800, 0x0101)), None, 0x0211),
        (command_set((2, CT), (0x0100, 1), (0x0110, 1), (0x0800, 1)), b"x", 0x0212),
        (command_set((0x0100, 1), (0x0110, 1), (0x0800, 1), (0x1000, "1.2")), b"x", 0x0212),
    ],
)
def test_requests_no_service_sees(raw: bytes, data: bytes | None, status: int) -> None:
    store = StoreService()
    with serving({CT: store}) as room:
        assert invoke(room.port, CT, raw, data)[0] == status
        assert not store.stored
        assert not store.sinks


def test_responses_and_cancels_nobody_waits_for_are_passed_over() -> None:
    stray = command_set((2, VERIFICATION), (0x0100, 0x8030), (0x0120, 9), (0x0800, 1), (0x0900, 0))
    cancel = command_set((0x0100, 0x0FFF), (0x0110, 7), (0x0120, 9), (0x0800, 0x0101))
    with serving() as room, Bare(room.port) as peer:
        peer.associate()
        peer.send(pdata((1, LAST_COMMAND, stray)) + pdata((1, LAST_DATA, b"data")))
        peer.send(pdata((1, LAST_COMMAND, cancel)) * 50)
        peer.send(pdata((1, LAST_COMMAND, echo_rq(3))))
        assert read_command(peer.read()[1][6:]).message_id_being_responded_to == 3


@pytest.mark.ps("3.7 D.3.3.3")
def test_a_request_that_comes_while_a_service_awaits_an_answer_is_performed_after_it() -> None:
    def perform(assoc: object, context: object, command: object, data: bytes) -> None:
        assert assoc.echo().status == 0  # type: ignore[attr-defined]
        assoc.respond(context, command, 0)  # type: ignore[attr-defined]

    stored = pdata((1, LAST_COMMAND, store_rq(5))) + pdata((1, LAST_DATA, b"x"))
    answer = command_set((2, VERIFICATION), (0x0100, 0x8030), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0))
    with serving({CT: Answering({CommandField.C_STORE_RQ}, perform)}) as room:
        with Bare(room.port) as peer:
            peer.associate(CT, VERIFICATION)
            peer.send(stored)
            assert read_command(peer.read()[1][6:]).command_field == 0x30
            peer.send(pdata((3, LAST_COMMAND, echo_rq(6))) + pdata((3, LAST_COMMAND, answer)))
            answered = [read_command(peer.read()[1][6:]).message_id_being_responded_to for _ in range(2)]
            assert answered == [5, 6]
            # one that brings a data set cannot wait: one operation at a time was agreed
            peer.send(stored)
            peer.read()
            peer.send(stored)
            assert peer.read() == (7, ABORT_USER)
        until(lambda: room.aborted)


# ── the end


def test_stop_finishes_the_running_message_and_aborts_then() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(assoc: object, context: object, command: object, data: object) -> None:
        begun.set()
        go_on.wait(60)
        assoc.respond(context, command, 0)  # type: ignore[attr-defined]

    with serving({CT: Answering({CommandField.C_STORE_RQ}, slow)}) as room, Bare(room.port) as peer:
        peer.associate(CT)
        with Bare(room.port) as idle, Bare(room.port) as silent_one:
            idle.associate(CT)
            peer.send(pdata((1, LAST_COMMAND, store_rq())) + pdata((1, LAST_DATA, b"x")))
            begun.wait(60)
            stopper = threading.Thread(target=room.acceptor.stop, args=(60.0,))
            stopper.start()
            assert idle.read() == (7, ABORT_USER)
            assert silent_one.read() == (0, b"")
            go_on.set()
            assert status_of(peer.read()[1]) == 0
            assert peer.read() == (7, ABORT_USER)
            stopper.join()
        assert room.acceptor.active == 0
        room.acceptor.stop = lambda: None  # type: ignore[method-assign, assignment, misc]


def test_stop_does_not_wait_for_ever() -> None:
    store = StoreService()
    with serving({CT: store}) as room, Bare(room.port) as peer:
        peer.associate(CT)
        peer.send(pdata((1, LAST_COMMAND, store_rq())) + pdata((1, DATA, b"x")))
        until(lambda: store.sinks)
        started = time.monotonic()
        room.acceptor.stop(0.5)
        assert time.monotonic() - started < 30
        assert room.acceptor.active == 0
        assert store.sinks[0].abandoned
        room.acceptor.stop = lambda: None  # type: ignore[method-assign, assignment, misc]


@several_addresses
def test_who_has_all_it_may_does_not_keep_others_waiting() -> None:
    """Two acceptors share places: one address has its share on the first, and waits on the second."""
    seats = Places(10, 2)
    rules = AcceptorSettings(waiting_seconds=0)

    def decide(request: AssociateRequest, address: str) -> Accepted | Rejection:
        return negotiate(request, {VERIFICATION: BOTH})

    def calls(port: int, source: str) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", port), 5, (source, 0))
        sock.sendall(associate_rq())
        return sock

    with contextlib.ExitStack() as here:
        ports = []
        for _ in range(2):
            listener = here.enter_context(socket.create_server(("127.0.0.1", 0)))
            ports.append(listener.getsockname()[1])
            here.enter_context(
                Acceptor([listener], rules, decide, {VERIFICATION: Verification()}, seats=seats)
            )
        greedy = [here.enter_context(calls(ports[0], "127.0.0.2")) for _ in range(2)]
        modest = here.enter_context(calls(ports[1], "127.0.0.3"))
        for sock in (*greedy, modest):
            assert sock.recv(1) == b"\x02"
        waits = here.enter_context(calls(ports[1], "127.0.0.2"))
        time.sleep(0.3)  # it waits on the second acceptor, where its address has no association
        second = here.enter_context(calls(ports[1], "127.0.0.3"))
        assert second.recv(1) == b"\x02"
        waits.settimeout(0.5)
        with pytest.raises(TimeoutError):
            waits.recv(1)
        greedy[0].close()
        waits.settimeout(10)
        assert waits.recv(1) == b"\x02"
