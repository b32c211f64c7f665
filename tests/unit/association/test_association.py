"""Our requestor against our acceptor and against a peer played by hand."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readingroom.association import (
    VERIFICATION,
    Aborted,
    Accepted,
    AcceptorSettings,
    AssociateAccept,
    Association,
    AssociationEnded,
    Command,
    CommandField,
    Context,
    ContextResult,
    FileRange,
    Limits,
    Rejected,
    Released,
    Requestor,
    Response,
    RoleSelection,
    StreamSource,
    TimedOut,
    Timeouts,
    Unreachable,
    UserIdentity,
    UserInformation,
    negotiate,
)
from readingroom.association import pdu as pdus
from readingroom.errors import Refused, Unavailable, Unsupported
from tests.kit.associations import (
    ABORT,
    BOTH,
    CT,
    EXPLICIT,
    IMPLICIT,
    RELEASE_RP,
    RELEASE_RQ,
    STUDY_FIND,
    STUDY_GET,
    STUDY_MOVE,
    Answering,
    Bare,
    StoreService,
    command_set,
    pdata,
    serving,
    store_rq,
    until,
)

# ── storing


@pytest.mark.parametrize("max_pdu", [4096, 16384, 131072, 1 << 20, 0])
def test_what_is_stored_is_what_was_sent(tmp_path: Path, max_pdu: int) -> None:
    store = StoreService()
    data = os.urandom(700_001)
    (tmp_path / "file").write_bytes(b"head" + data + b"tail")
    with (
        serving({CT: store}, AcceptorSettings(max_pdu=max_pdu)) as room,
        room.requestor((CT, [EXPLICIT])).open() as assoc,
        (tmp_path / "file").open("rb") as file,
    ):
        context = assoc.context_for(CT)
        for source in (
            data,
            FileRange(file.fileno(), 4, len(data)),
            StreamSource(io.BytesIO(data), len(data)),
        ):
            response = assoc.store(context, CT, "1.2.3", source, move_originator=("ORIGIN", 77))
            assert response.status == 0
            assert response.command.affected_sop_instance_uid == "1.2.3"
        for command, syntax, stored in store.stored:
            assert syntax == EXPLICIT
            assert stored == data
            assert command.move_originator_application_entity_title == "ORIGIN"
            assert command.move_originator_message_id == 77
        assert [command.message_id for command, _, _ in store.stored] == [1, 2, 3]


def test_memory_stays_constant_whatever_the_length() -> None:
    """128 MiB pass through sinks that never see more than one receive buffer at once."""

    class Counting(StoreService):
        def sink(self, *arguments: object) -> object:  # type: ignore[override]
            sink = super().sink(*arguments)  # type: ignore[arg-type]
            sink.data = Counter()  # type: ignore[union-attr, assignment]
            return sink

    class Counter:
        count = 0

        def __iadd__(self, piece: memoryview) -> Counter:
            self.count += len(piece)
            return self

        def __bytes__(self) -> bytes:
            return str(self.count).encode()

    store = Counting()
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 27)
        fd = file.fileno()
        with serving({CT: store}) as room, room.requestor((CT, BOTH)).open() as assoc:
            context = assoc.context_for(CT)
            assert assoc.store(context, CT, "1.2.3", FileRange(fd, 0, 1 << 27)).status == 0
        assert store.stored[0][2] == str(1 << 27).encode()
        assert store.sinks[0].longest <= 1 << 20
        assert store.sinks[0].calls > 100


def test_a_file_that_ends_early_aborts_and_leaves_nothing() -> None:
    store = StoreService()
    with serving({CT: store}) as room:
        assoc = room.requestor((CT, BOTH)).open()
        source = StreamSource(io.BytesIO(bytes(300_000)), 300_002)
        with pytest.raises(AssociationEnded, match="shorter"):
            assoc.store(assoc.context_for(CT), CT, "1.2.3", source)
        with pytest.raises(AssociationEnded, match="is over"):
            assoc.store(assoc.context_for(CT), CT, "1.2.3", b"")
        assoc.close()
        until(lambda: room.aborted)
        assert store.sinks[0].abandoned
        assert not store.stored


def test_small_writes_do_not_wait_for_acknowledgements() -> None:
    with serving() as room, room.requestor().open() as assoc:
        until(lambda: room.established)
        for layer in (assoc._layer, room.established[0]._layer):
            assert layer.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_which_context() -> None:
    with (
        serving({CT: StoreService()}) as room,
        room.requestor((CT, [EXPLICIT]), (CT, [IMPLICIT]), ("1.2.3", BOTH)).open() as assoc,
    ):
        assert assoc.context_for(CT).id == 1
        assert assoc.context_for(CT, IMPLICIT).id == 3
        assert assoc.context_for(CT, "1.2.3", IMPLICIT, EXPLICIT).id == 3
        with pytest.raises(Unsupported, match="in that form"):
            assoc.context_for(CT, "1.2.3")
        with pytest.raises(Unsupported, match=r"accepts no 1\.2\.3"):
            assoc.context_for("1.2.3")


# ── queries


def many(count: int, pause: float = 0.0) -> Callable[..., None]:
    """A C-FIND that gives `count` answers unless it is cancelled."""

    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        for at in range(count):
            if assoc.is_cancelled(command.message_id):
                assoc.respond(context, command, 0xFE00)
                return
            assoc.respond(context, command, 0xFF00, data + str(at).encode())
            time.sleep(pause)
        assoc.respond(context, command, 0x0000)

    return perform


@pytest.mark.ps("3.7 9.1.2")
def test_find_yields_every_response() -> None:
    find = Answering({CommandField.C_FIND_RQ}, many(500))
    with serving({STUDY_FIND: find}) as room, room.requestor((STUDY_FIND, BOTH)).open() as assoc:
        responses = list(assoc.find(assoc.context_for(STUDY_FIND), b"match"))
        assert [one.data for one in responses[:-1]] == [b"match%d" % at for at in range(500)]
        assert {one.status for one in responses[:-1]} == {0xFF00}
        assert (responses[-1].status, responses[-1].data) == (0, b"")


@pytest.mark.ps("3.7 9.3.2.3")
def test_cancel_is_noticed_while_the_service_works() -> None:
    find = Answering({CommandField.C_FIND_RQ}, many(100_000, 0.001))
    with (
        serving({STUDY_FIND: find}) as room,
        room.requestor((STUDY_FIND, BOTH), (VERIFICATION, BOTH)).open() as assoc,
    ):
        responses = assoc.find(assoc.context_for(STUDY_FIND), b"")
        next(responses)
        responses.cancel()
        assert [one.status for one in responses][-1] == 0xFE00
        assert responses.final is not None
        # another request before the first was read to its end
        next(assoc.find(assoc.context_for(STUDY_FIND), b""))
        assert assoc.echo().status == 0


def test_the_end_of_the_peer_is_noticed_while_the_service_works() -> None:
    ended: list[AssociationEnded] = []

    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        try:
            while not assoc.is_cancelled(command.message_id):
                time.sleep(0.002)
        except AssociationEnded as why:
            ended.append(why)
            raise

    find = Answering({CommandField.C_FIND_RQ}, perform)
    with serving({STUDY_FIND: find}) as room:
        for close in (Association.abort, lambda assoc: assoc._layer.sock.close()):
            assoc = room.requestor((STUDY_FIND, BOTH)).open()
            assoc.find(assoc.context_for(STUDY_FIND), b"")
            close(assoc)
            until(lambda: not room.acceptor.active)
            assoc._layer.close()
        assert [type(why) for why in ended] == [Aborted, Aborted]
        assert room.aborted == ended


@pytest.mark.ps("3.8 9.2")
def test_a_release_asked_for_while_the_service_works_is_confirmed_after_its_answer() -> None:
    """Sta8 still sends data (AR-7); PS3.8 table 9-10."""
    find = Answering({CommandField.C_FIND_RQ}, many(20, 0.01))
    with serving({STUDY_FIND: find}) as room:
        assoc = room.requestor((STUDY_FIND, BOTH)).open()
        assoc.find(assoc.context_for(STUDY_FIND), b"")
        assoc._open = None  # we give up on the answers, and release at once
        assoc.release()
        until(lambda: room.released)
        assert not room.aborted


def test_a_service_may_abort() -> None:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        assoc.abort()

    with serving({STUDY_FIND: Answering({CommandField.C_FIND_RQ}, perform)}) as room:
        assoc = room.requestor((STUDY_FIND, BOTH)).open()
        with pytest.raises(Aborted, match=r"by the application \(0/0\)"):
            next(assoc.find(assoc.context_for(STUDY_FIND), b""))
        until(lambda: room.aborted)


# ── objects that come back


@pytest.mark.ps("3.7 9.1.3")
def test_get_stores_between_its_responses() -> None:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        storing = assoc.context_for(CT)
        assert storing.requestor_is_scp
        for at in range(3):
            status = assoc.store(storing, CT, f"1.2.{at}", bytes([at]) * 100_000).status
            assoc.respond(
                context,
                command,
                0xFF00,
                number_of_remaining_suboperations=2 - at,
                number_of_completed_suboperations=at + 1 if status == 0 else 0,
                number_of_failed_suboperations=0,
                number_of_warning_suboperations=0,
            )
        assoc.respond(context, command, 0)

    services = {STUDY_GET: Answering({CommandField.C_GET_RQ}, perform), CT: StoreService()}
    mine = StoreService()
    with serving(services, scp_roles={CT}) as room:
        requestor = room.requestor(
            (STUDY_GET, BOTH), (CT, BOTH), roles=[RoleSelection(CT, False, True)], services={CT: mine}
        )
        with requestor.open() as assoc:
            responses = list(assoc.get(assoc.context_for(STUDY_GET), b"identifier"))
        assert [one.status for one in responses] == [0xFF00, 0xFF00, 0xFF00, 0]
        assert responses[2].command.number_of_completed_suboperations == 3
        assert [data for _, _, data in mine.stored] == [bytes([at]) * 100_000 for at in range(3)]


def test_a_cancel_reaches_a_get_between_its_stores() -> None:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        at = 0
        while not assoc.is_cancelled(command.message_id):
            assoc.store(assoc.context_for(CT), CT, f"1.2.{at}", b"x")
            assoc.respond(context, command, 0xFF00, number_of_remaining_suboperations=9)
            at += 1
        assoc.respond(context, command, 0xFE00)

    services = {STUDY_GET: Answering({CommandField.C_GET_RQ}, perform), CT: StoreService()}
    mine = StoreService()
    with serving(services, scp_roles={CT}) as room:
        requestor = room.requestor(
            (STUDY_GET, BOTH), (CT, BOTH), roles=[RoleSelection(CT, True, True)], services={CT: mine}
        )
        with requestor.open() as assoc:
            responses = assoc.get(assoc.context_for(STUDY_GET), b"")
            next(responses)
            responses.cancel()
            assert [one.status for one in responses][-1] == 0xFE00
            assert mine.stored


@pytest.mark.ps("3.7 D.3.3.4")
def test_without_the_role_nothing_is_stored() -> None:
    statuses: list[int] = []

    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        statuses.append(assoc.store(assoc.context_for(CT), CT, "1.2", b"x").status)
        assoc.respond(context, command, 0)

    services = {STUDY_GET: Answering({CommandField.C_GET_RQ}, perform), CT: StoreService()}
    mine = StoreService()
    with serving(services) as room:
        requestor = room.requestor(
            (STUDY_GET, BOTH), (CT, BOTH), roles=[RoleSelection(CT, False, True)], services={CT: mine}
        )
        with requestor.open() as assoc:
            assert [one.status for one in assoc.get(assoc.context_for(STUDY_GET), b"")] == [0]
    assert statuses == [0x0211]
    assert not mine.stored


@pytest.mark.ps("3.7 9.1.4")
def test_move_with_its_association_to_the_destination() -> None:
    destination = StoreService()
    with serving({CT: destination}) as target:

        def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
            assert command.move_destination == "TARGET"
            with target.requestor((CT, BOTH)).open() as other:
                origin = (assoc.calling, command.message_id or 0)
                other.store(other.context_for(CT), CT, "1.2.3", b"moved", move_originator=origin)
            assoc.respond(context, command, 0, number_of_completed_suboperations=1)

        with (
            serving({STUDY_MOVE: Answering({CommandField.C_MOVE_RQ}, perform)}) as room,
            room.requestor((STUDY_MOVE, BOTH)).open() as assoc,
        ):
            (only,) = assoc.move(assoc.context_for(STUDY_MOVE), b"identifier", "TARGET")
            assert (only.status, only.command.number_of_completed_suboperations) == (0, 1)
        assert destination.stored[0][0].move_originator_application_entity_title == "CALLER"


def test_the_end_of_a_sub_association_does_not_end_the_association() -> None:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        Requestor("127.0.0.1", 1, "A", "B", [(VERIFICATION, BOTH)]).open()

    services = {STUDY_MOVE: Answering({CommandField.C_MOVE_RQ}, perform)}
    with serving(services) as room, room.requestor((STUDY_MOVE, BOTH)).open() as assoc:
        for _ in range(2):
            (only,) = assoc.move(assoc.context_for(STUDY_MOVE), b"identifier", "TARGET")
            assert only.status == 0xC001


# ── the N-services


@pytest.mark.ps("3.7 10")
def test_n_services_there_and_back() -> None:
    """Every N-service one way, and an event report back on the same association."""
    seen: list[Command] = []
    reports: list[Response] = []

    def perform(assoc: Association, context: Context, command: Command, data: bytes | None) -> None:
        seen.append(command)
        assoc.respond(context, command, 0, b"reply" if data else None)
        if command.command_field == CommandField.N_ACTION_RQ:
            event = Command(
                CommandField.N_EVENT_REPORT_RQ,
                affected_sop_class_uid=commitment,
                affected_sop_instance_uid="1.2.840.10008.1.20.1.1",
                event_type_id=1,
            )
            reports.append(assoc.request(context, event, b"result"))

    def take(assoc: Association, context: Context, command: Command, data: bytes | None) -> None:
        assert data == b"result"
        assoc.respond(context, command, 0)

    commitment = "1.2.840.10008.1.20.1"
    fields = [
        CommandField.N_CREATE_RQ,
        CommandField.N_SET_RQ,
        CommandField.N_GET_RQ,
        CommandField.N_DELETE_RQ,
        CommandField.N_ACTION_RQ,
    ]
    requestor_services = {commitment: Answering({CommandField.N_EVENT_REPORT_RQ}, take)}
    with (
        serving({commitment: Answering(fields, perform)}) as room,
        room.requestor((commitment, BOTH), (VERIFICATION, BOTH), services=requestor_services).open() as assoc,
    ):
        context = assoc.context_for(commitment)
        for field in fields:
            affected = field == CommandField.N_CREATE_RQ
            command = Command(
                field,
                affected_sop_class_uid=commitment if affected else None,
                affected_sop_instance_uid="1.2.9" if affected else None,
                requested_sop_class_uid=None if affected else commitment,
                requested_sop_instance_uid=None if affected else "1.2.9",
                action_type_id=1 if field == CommandField.N_ACTION_RQ else None,
                attribute_identifier_list=(0x00080016,) if field == CommandField.N_GET_RQ else None,
            )
            response = assoc.request(context, command, b"data")
            assert (response.status, response.data) == (0, b"reply")
            assert response.command.affected_sop_instance_uid == "1.2.9"
        assert assoc.echo().status == 0  # while we wait for this answer the report is taken
    assert [one.command_field for one in seen] == fields
    assert seen[2].attribute_identifier_list == (0x00080016,)
    assert [one.status for one in reports] == [0]


# ── identity, TLS


@pytest.mark.ps("3.7 D.3.3.7")
def test_user_identity_reaches_the_policy_and_its_answer_the_requestor() -> None:
    def policy(request: object, address: str) -> object:
        identity = request.user.identity  # type: ignore[attr-defined]
        if identity is None or identity.secondary != b"open sesame":
            raise Refused
        answer = negotiate(request, {VERIFICATION: BOTH})  # type: ignore[arg-type]
        return Accepted(answer.results, identity_response=b"welcome")

    who = UserIdentity(2, b"ali", b"open sesame", response_requested=True)
    with serving(policy=policy) as room:  # type: ignore[arg-type]
        with room.requestor(identity=who).open() as assoc:
            assert assoc.accept_pdu.user.identity_response == b"welcome"
        with room.requestor(identity=UserIdentity(2, b"ali", b"open sesame")).open() as assoc:
            assert assoc.accept_pdu.user.identity_response is None
        with pytest.raises(Rejected):
            room.requestor().open()


@pytest.mark.ps("3.15 B.1")
def test_tls(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout {key} "
        f"-out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)
    theirs = ssl.create_default_context(cafile=str(certificate))
    store = StoreService()
    data = os.urandom(1_000_000)
    find = Answering({CommandField.C_FIND_RQ}, many(100_000, 0.001))
    with serving({CT: store, STUDY_FIND: find}, AcceptorSettings(tls=ours)) as room:
        plain = socket.create_connection(("127.0.0.1", room.port), 5)
        silent = socket.create_connection(("127.0.0.1", room.port), 5)
        with plain, silent:
            plain.sendall(b"\1\0\0\0\0\0 no TLS")
            with room.requestor((CT, BOTH), (VERIFICATION, BOTH), tls=theirs).open() as assoc:
                assert assoc.echo().status == 0
                assert assoc.store(assoc.context_for(CT), CT, "1.2.3", data).status == 0
            assert store.stored[0][2] == data
            with room.requestor((STUDY_FIND, BOTH), tls=theirs).open() as assoc:
                responses = assoc.find(assoc.context_for(STUDY_FIND), b"")
                next(responses)
                time.sleep(0.1)
                responses.cancel()
                assert [one.status for one in responses][-1] == 0xFE00
        with pytest.raises(Unreachable, match="no TLS"):
            room.requestor(tls=ssl.create_default_context()).open()


# ── a peer played by hand


@contextmanager
def played(*scenes: Callable[[socket.socket], None], **more: object) -> Iterator[Requestor]:
    """A peer that reads the A-ASSOCIATE-RQ, then plays the scenes one after the other."""
    failures: list[BaseException] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def play() -> None:
            try:
                sock, _ = listener.accept()
                with sock:
                    sock.settimeout(5)
                    sock.recv(65536)
                    for scene in scenes:
                        scene(sock)
            except BaseException as error:  # noqa: BLE001  shown in the test's own thread
                failures.append(error)

        thread = threading.Thread(target=play)
        thread.start()
        port = listener.getsockname()[1]
        yield Requestor("127.0.0.1", port, "CALLER", "ROOM", [(VERIFICATION, BOTH)], **more)  # type: ignore[arg-type]
        thread.join()
    assert not failures


ACCEPT = AssociateAccept(
    "ROOM", "CALLER", (ContextResult(1, 0, IMPLICIT),), UserInformation(16384, "1.2")
).encode()
QUICK = Timeouts(associate=0.3, response=0.3)


def says(raw: bytes) -> Callable[[socket.socket], None]:
    return lambda sock: sock.sendall(raw)


def hears(expected: bytes) -> Callable[[socket.socket], None]:
    def scene(sock: socket.socket) -> None:
        heard = b""
        while len(heard) < len(expected):
            more = sock.recv(len(expected) - len(heard))
            assert more, f"closed after {heard!r}"
            heard += more
        assert heard == expected

    return scene


def waits(sock: socket.socket) -> None:
    """Until the other side closes."""
    while sock.recv(65536):
        pass


def hears_something(sock: socket.socket) -> None:
    assert sock.recv(65536)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (pdus.associate_rj(1, 1, 7), Rejected, "called AE title not recognized, for good"),
        (pdus.associate_rj(2, 3, 2), Rejected, "local limit exceeded, for now"),
        (pdus.abort(2, 1), Aborted, "by its upper layer: unrecognized PDU"),
        (b"", Aborted, "closed the connection without an answer"),
        (ACCEPT[:50], Aborted, "closed the connection without an answer"),
        (RELEASE_RQ, Aborted, "answered with a PDU of type 05H"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Aborted, "answered with a PDU of type 48H"),
        (b"\2\0\xff\xff\xff\xff", Aborted, "claims 4294967295"),
        (b"\2\0\0\0\0\2ab", Aborted, "cut short"),
        (b"\3\0\0\0\0\2ab", Aborted, "has 2"),
    ],
)
def test_what_may_come_instead_of_an_accept(answer: bytes, kind: type[Unavailable], words: str) -> None:
    with played(says(answer)) as requestor, pytest.raises(kind, match=words) as caught:
        requestor.open()
    assert isinstance(caught.value, Unavailable)
    assert caught.value.facts["peer"] == f"ROOM@127.0.0.1:{requestor.port}"


def test_nobody_listens() -> None:
    with pytest.raises(Unreachable, match=r"B@127\.0\.0\.1:1 cannot be reached: Connection refused"):
        Requestor("127.0.0.1", 1, "A", "B", [(VERIFICATION, BOTH)]).open()


@pytest.mark.parametrize("scenes", [(), (says(ACCEPT[:50]),)])
def test_a_peer_that_never_accepts(scenes: tuple[Callable[[socket.socket], None], ...]) -> None:
    started = time.monotonic()
    with played(*scenes, waits, timeouts=QUICK) as requestor, pytest.raises(TimedOut):
        requestor.open()
    assert time.monotonic() - started < 30


def test_a_peer_that_accepts_byte_by_byte() -> None:
    def dribbles(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for at in range(100):
                sock.sendall(ACCEPT[at : at + 1])
                time.sleep(0.05)

    with played(dribbles, timeouts=QUICK) as requestor, pytest.raises(TimedOut, match="too slow"):
        requestor.open()


def test_a_peer_that_never_responds_is_aborted() -> None:
    with (
        played(says(ACCEPT), hears_something, hears(ABORT), waits, timeouts=QUICK) as requestor,
        requestor.open() as assoc,  # leaving it does not complain that the association is over
    ):
        with pytest.raises(TimedOut, match="said nothing for too long"):
            assoc.echo()
        with pytest.raises(AssociationEnded, match="is over"):
            assoc.echo()
        with pytest.raises(AssociationEnded, match="is over"):
            assoc.release()


ECHO_RSP = command_set((2, VERIFICATION), (0x0100, 0x8030), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0))


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (pdus.abort(0, 0), Aborted, r"by the application \(0/0\)"),
        (b"", Aborted, "closed the connection without releasing"),
        (RELEASE_RQ, Released, "released the association before answering"),
        (pdata((1, 3, b"rubbish!")), Aborted, "broke the message rules"),
        (pdata((3, 3, ECHO_RSP)), Aborted, "context 3 was not accepted"),
    ],
)
def test_what_may_come_instead_of_a_response(answer: bytes, kind: type[Unavailable], words: str) -> None:
    with played(says(ACCEPT), hears_something, says(answer)) as requestor:
        assoc = requestor.open()
        with pytest.raises(kind, match=words):
            assoc.echo()
        assoc.close()


def test_an_abort_explains_why_sending_failed() -> None:
    def closes_hard(sock: socket.socket) -> None:
        sock.sendall(pdus.abort(2, 6))
        sock.shutdown(socket.SHUT_RD)

    with played(says(ACCEPT), hears_something, closes_hard, waits) as requestor:
        assoc = requestor.open()
        context = assoc.context_for(VERIFICATION)
        with pytest.raises(Aborted, match="by its upper layer: invalid PDU parameter value"):
            assoc.store(context, CT, "1.2.3", bytes(50_000_000))
        assoc.close()


@pytest.mark.ps("3.8 7.2")
def test_release_collision_as_requestor() -> None:
    """Both ask at once: the requestor confirms first (AR-8, AR-9), then hears the confirmation (AR-3)."""
    with played(
        says(ACCEPT), hears(RELEASE_RQ), says(RELEASE_RQ), hears(RELEASE_RP), says(RELEASE_RP), waits
    ) as requestor:
        requestor.open().release()


@pytest.mark.ps("3.8 7.2")
def test_release_collision_as_acceptor() -> None:
    """The acceptor hears the confirmation first (AR-10), then confirms (AR-4)."""

    def perform(assoc: Association, context: Context, command: Command, data: bytes | None) -> None:
        assoc.respond(context, command, 0)
        assoc._stream.release(5)

    services = {CT: Answering({CommandField.C_STORE_RQ}, perform)}
    with serving(services) as room, Bare(room.port) as peer:
        peer.associate(CT)
        peer.send(pdata((1, 3, store_rq()), (1, 2, b"x")))
        assert peer.read()[0] == 4
        assert peer.read()[0] == 5
        peer.send(RELEASE_RQ)
        with pytest.raises(TimeoutError):
            peer.read(0.2)
        peer.send(RELEASE_RP)
        assert peer.read()[0] == 6


def test_data_that_comes_after_our_release_request_is_passed_over() -> None:
    """Sta7: AR-6."""
    with played(
        says(ACCEPT), hears(RELEASE_RQ), says(pdata((1, 3, ECHO_RSP)) * 3 + RELEASE_RP), waits
    ) as requestor:
        requestor.open().release()


def test_a_peer_that_does_not_confirm_release_is_aborted() -> None:
    with played(says(ACCEPT), hears(RELEASE_RQ), hears(ABORT), waits) as requestor:
        assoc = requestor.open()
        with pytest.raises(TimedOut):
            assoc.release(0.2)
        assoc.close()


def test_a_peer_that_just_closes_at_release_counts_as_released() -> None:
    with played(says(ACCEPT), hears(RELEASE_RQ)) as requestor:
        requestor.open().release()


def test_leaving_with_an_exception_aborts() -> None:
    with played(says(ACCEPT), hears(ABORT), waits) as requestor:

        def broken() -> None:
            with requestor.open():
                raise KeyError

        with pytest.raises(KeyError):
            broken()


def test_a_peer_that_reads_nothing_is_given_up() -> None:
    reached = threading.Event()
    limits = Limits(send_seconds=0.5)
    with played(says(ACCEPT), lambda sock: reached.wait(10) and None, limits=limits) as requestor:  # type: ignore[func-returns-value]
        assoc = requestor.open()
        with pytest.raises(TimedOut, match="takes no more data"):
            assoc.store(assoc.context_for(VERIFICATION), CT, "1.2.3", bytes(50_000_000))
        reached.set()
        assoc.close()
