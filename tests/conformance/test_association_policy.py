"""Whom we associate with, and how it is negotiated. The peers are DCMTK, pynetdicom and bare sockets."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from pynetdicom import AE, build_role
from pynetdicom.pdu_primitives import AsynchronousOperationsWindowNegotiation

from tests.kit.associations import ABORT, BOTH, CT, EXPLICIT, IMPLICIT, Bare, associate_rq, echo_rq, pdata
from tests.kit.dcmtk import dcmtk
from tests.kit.network import Peer, identifier
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny_series

VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
MR = "1.2.840.10008.5.1.4.1.1.4"
JPEG_LS = "1.2.840.10008.1.2.4.80"
BIG_ENDIAN = "1.2.840.10008.1.2.2"


DUAL_PORT = free_port()


def answer(
    port: int, calling: str = "KIT", called: str = "READINGROOM", *, source: str = HOST, host: str = HOST
) -> tuple[int, ...]:
    """(2,) for an A-ASSOCIATE-AC, (3, result, source, reason) for an A-ASSOCIATE-RJ. PS3.8 9.3.3, 9.3.4."""
    with calling_from(port, source, host) as sock:
        sock.sendall(request_pdu(calling, called))
        return read_answer(sock)


@contextmanager
def calling_from(port: int, source: str, host: str = HOST) -> Iterator[socket.socket]:
    with socket.create_connection((host, port), 20, (source, 0) if source != host else None) as sock:
        yield sock


def request_pdu(calling: str, called: str, *contexts: str) -> bytes:
    """An A-ASSOCIATE-RQ with other AE titles: they lie at bytes 10 to 42 of the PDU."""
    raw = bytearray(associate_rq(*contexts))
    raw[10:42] = called.encode().ljust(16) + calling.encode().ljust(16)
    return bytes(raw)


def read_answer(sock: socket.socket) -> tuple[int, ...]:
    head = sock.recv(6, socket.MSG_WAITALL)
    if not head:
        return (0,)
    body = sock.recv(struct.unpack(">I", head[2:])[0], socket.MSG_WAITALL)
    return (head[0], *body[1:4]) if head[0] == 3 else (head[0],)


# ── calling and called AE titles, addresses


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Defaults, two more AE titles, some loopback addresses, both kinds of IP; nodes KIT and FUSSY."""
    settings = {
        "READINGROOM__DICOM__LISTENERS": json.dumps([{"address": f"[::]:{DUAL_PORT}"}]),
        "READINGROOM__DICOM__CALLED_AE_TITLES": "ARCHIVE, SECOND",
        "READINGROOM__DICOM__ALLOWED_ADDRESSES": "127.0.0.0/24, ::1",
        "READINGROOM__ACCESS__ADMIN_PASSWORD": "correct horse",
    }
    with running_server(tmp_path_factory.mktemp("guarded"), settings=settings) as server:
        server.add_node("kit", "KIT", free_port())
        server.run(
            *("node", "add", "fussy", "--ae-title", "FUSSY", "--host", HOST, "--port", "104"),
            *("--allow-from", "127.0.0.64/26", "--allow-from", "::1"),
        )
        time.sleep(1.5)
        yield server


@pytest.mark.row("DIMSE-ASSOC-02")
@pytest.mark.ps("3.8 9.3.4")
def test_unknown_calling_ae_title_is_1_1_3(guarded: RunningServer) -> None:
    assert answer(guarded.dicom_port) == (2,)
    assert answer(guarded.dicom_port, "STRANGER") == (3, 1, 1, 3)
    said = dcmtk(
        "echoscu", "-v", "-aet", "STRANGER", "-aec", "READINGROOM", HOST, str(guarded.dicom_port), expect=None
    )
    assert "Calling AE Title Not Recognized" in said


@pytest.mark.row("DIMSE-ASSOC-03")
@pytest.mark.ps("3.8 9.3.4")
def test_wrong_called_ae_title_is_1_1_7(guarded: RunningServer) -> None:
    for title in ("READINGROOM", "ARCHIVE", "SECOND"):
        assert answer(guarded.dicom_port, called=title) == (2,)
    assert answer(guarded.dicom_port, called="THIRD") == (3, 1, 1, 7)
    said = dcmtk("echoscu", "-v", "-aet", "KIT", "-aec", "THIRD", HOST, str(guarded.dicom_port), expect=None)
    assert "Called AE Title Not Recognized" in said


@pytest.mark.row("DIMSE-ASSOC-02")
@pytest.mark.ps("3.8 9.3.2")
def test_another_protocol_or_application_context(guarded: RunningServer) -> None:
    usual = request_pdu("KIT", "READINGROOM")
    context = b"1.2.840.10008.3.1.1.1"
    assert usual[6:8] == b"\0\1"
    assert context in usual
    for raw, expected in (
        (usual[:6] + b"\0\2" + usual[8:], (3, 1, 2, 2)),
        (usual.replace(context, b"1.2.840.10008.3.1.1.7"), (3, 1, 1, 2)),
    ):
        with calling_from(guarded.dicom_port, HOST) as sock:
            sock.sendall(raw)
            assert read_answer(sock) == expected


@pytest.mark.row("DIMSE-ASSOC-04")
@pytest.mark.ps("3.8 9.3.4")
def test_addresses(guarded: RunningServer) -> None:
    port = guarded.dicom_port
    assert answer(port, source="127.0.0.9") == (2,)
    assert answer(port, source="127.0.1.9") == (3, 1, 1, 1), "outside dicom.allowed_addresses"
    wait_until(lambda: answer(port, "FUSSY", source="127.0.0.70") == (2,), 60.0, "both receivers know FUSSY")
    assert answer(port, "FUSSY") == (3, 1, 1, 3), "a known AE title at another address"
    wait_until(lambda: "rejected FUSSY from 127.0.0.1" in guarded.log_text(), 60.0, "the log says so")


@pytest.mark.row("DIMSE-ASSOC-04")
@pytest.mark.row("NET-01")
def test_addresses_of_ipv6_and_of_ipv4_on_an_ipv6_socket(guarded: RunningServer) -> None:
    assert answer(DUAL_PORT, host="::1", source="::1") == (2,)
    assert answer(DUAL_PORT, "FUSSY", host="::1", source="::1") == (2,)
    assert answer(DUAL_PORT, "FUSSY", source="127.0.0.70") == (2,)
    assert answer(DUAL_PORT, "FUSSY") == (3, 1, 1, 3)
    assert answer(DUAL_PORT, source="127.0.1.9") == (3, 1, 1, 1)


@pytest.mark.row("DIMSE-ASSOC-01")
def test_any_calling_ae_title_when_switched_on_and_that_is_warned_of(server: RunningServer) -> None:
    assert answer(server.dicom_port, "NOBODY-KNOWS-ME") == (2,)
    assert "Any calling AE title is accepted." in server.log_text()
    warning = "NOBODY-KNOWS-ME@127.0.0.1"
    wait_until(
        lambda: any(warning in line and "is not a known node" in line for line in log_lines(server)),
        10.0, "the log warns of the stranger",
    )  # fmt: skip


def log_lines(server: RunningServer) -> list[str]:
    return server.log_text(1 << 20).splitlines()


@pytest.mark.row("CONFIG-01")
def test_nodes_by_api_while_running(guarded: RunningServer) -> None:
    port = guarded.dicom_port
    with httpx.Client(base_url=f"{guarded.url}/api", auth=("admin", "correct horse"), timeout=30) as admin:
        new = {"name": "late comer", "ae_title": "LATE", "host": "127.0.0.1", "port": 11113}
        assert answer(port, "LATE") == (3, 1, 1, 3)
        made = admin.post(
            "/nodes", json=new | {"allowed_addresses": ["127.0.0.1/32", "10.1.2.3/8"], "tls": True}
        )
        assert made.status_code == 201, made.text
        assert made.headers["location"] == "/api/nodes/late%20comer"
        shown = admin.get("/nodes/late comer").json()
        assert shown["allowed_addresses"] == ["127.0.0.1", "10.0.0.0/8"]
        assert (shown["tls"], shown["rights"]) == (True, ["commit", "query", "retrieve", "store"])
        assert "late comer" in guarded.run("node", "list")
        wait_until(lambda: answer(port, "LATE") == (2,), 60.0, "LATE may associate")

        changed = admin.put("/nodes/late comer", json=new | {"ae_title": "LATER", "rights": ["query"]})
        assert changed.json()["ae_title"] == "LATER", changed.text
        assert changed.json()["tls"] is False
        wait_until(lambda: answer(port, "LATER") == (2,), 60.0, "LATER may associate")
        wait_until(lambda: answer(port, "LATE") == (3, 1, 1, 3), 60.0, "LATE is forgotten")
        (part,) = tiny_series("2.25.9911", 1)
        time.sleep(1.2)  # every receiver has read the new rights
        assert Peer(port, calling="LATER").send([part]) == [0x0124]

        assert admin.post("/nodes", json=new | {"ae_title": "KIT"}).status_code == 409
        assert admin.post("/nodes", json=new | {"prot": 1}).status_code == 400
        assert admin.post("/nodes", json=new | {"port": "11113"}).status_code == 400
        assert admin.post("/nodes", content=b"[").status_code == 400
        refused = admin.post("/nodes", json=new | {"name": "x", "allowed_addresses": ["10.0.0.0/40"]})
        assert refused.status_code == 400
        assert refused.headers["content-type"] == "application/problem+json"
        assert "10.0.0.0/40" in refused.json()["detail"]
        assert admin.put("/nodes/nobody", json=new).status_code == 404
        assert admin.delete("/nodes/late comer").status_code == 204
        assert admin.delete("/nodes/late comer").status_code == 404
        wait_until(lambda: answer(port, "LATER") == (3, 1, 1, 3), 60.0, "LATER is forgotten")


@pytest.mark.row("CONFIG-01")
def test_nodes_are_for_administrators(guarded: RunningServer) -> None:
    guarded.run("user", "add", "reader", stdin="reading things\n")
    assert httpx.get(f"{guarded.url}/api/nodes", timeout=60.0).status_code == 401
    assert (
        httpx.get(f"{guarded.url}/api/nodes", auth=("reader", "reading things"), timeout=60.0).status_code
        == 403
    )
    gone = httpx.delete(f"{guarded.url}/api/nodes/kit", auth=("reader", "reading things"), timeout=60.0)
    assert gone.status_code == 403


# ── several listeners, interfaces, IPv6, transfer syntaxes


@pytest.fixture(scope="module")
def branched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, list[int]]]:
    """A server with the usual listener and three more, one of them on IPv6."""
    ports = [free_port() for _ in range(3)]
    folder = tmp_path_factory.mktemp("branched")
    listeners = [
        {"address": f"127.0.0.5:{ports[0]}", "ae_titles": ["BRANCH"], "prefer_implicit_le": True},
        {"address": f"[::1]:{ports[1]}", "ae_titles": ["*"]},
        {"address": f"127.0.0.5:{ports[2]}", "transfer_syntaxes": [EXPLICIT, IMPLICIT]},
    ]
    settings = {
        "READINGROOM__DICOM__LISTENERS": json.dumps(listeners),
        "READINGROOM__DICOM__TRANSFER_SYNTAXES": f"{BIG_ENDIAN},*",
    }
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as server:
        yield server, ports


@pytest.mark.row("DIMSE-ASSOC-05")
@pytest.mark.row("NET-01")
def test_each_listener_has_its_address_and_titles(branched: tuple[RunningServer, list[int]]) -> None:
    server, (branch, six, third) = branched
    assert answer(server.dicom_port) == (2,)
    assert answer(server.dicom_port, called="BRANCH") == (3, 1, 1, 7)
    assert answer(branch, called="BRANCH", host="127.0.0.5", source="127.0.0.5") == (2,)
    assert answer(branch, host="127.0.0.5", source="127.0.0.5") == (3, 1, 1, 7)
    assert answer(third, host="127.0.0.5", source="127.0.0.5") == (2,)
    with pytest.raises(ConnectionRefusedError):
        answer(branch, called="BRANCH")
    assert answer(six, called="WHATEVER", host="::1", source="::1") == (2,)
    with pytest.raises(ConnectionRefusedError):
        answer(six, called="WHATEVER")


def chosen(port: int, called: str, host: str, abstract: str, *offered: str) -> str | None:
    """The transfer syntax accepted for one context with these, by pynetdicom; None when it was refused."""
    ae = AE("KIT")
    ae.add_requested_context(abstract, list(offered))
    ae.add_requested_context(VERIFICATION)  # pynetdicom aborts an association without any context
    assoc = ae.associate(host, port, ae_title=called)
    assert assoc.is_established
    contexts = [context for context in assoc.accepted_contexts if context.abstract_syntax == abstract]
    accepted = [str(context.transfer_syntax[0]) for context in contexts]
    assoc.release()
    return accepted[0] if accepted else None


@pytest.mark.row("DIMSE-ASSOC-11")
def test_the_preferred_transfer_syntax_wins(branched: tuple[RunningServer, list[int]]) -> None:
    server, (_, _, third) = branched
    first = (server.dicom_port, "READINGROOM", HOST, CT)
    assert chosen(*first, IMPLICIT, EXPLICIT, BIG_ENDIAN) == BIG_ENDIAN
    assert chosen(*first, IMPLICIT, JPEG_LS, EXPLICIT) == JPEG_LS, "the others in the usual order"
    listed = (third, "READINGROOM", "127.0.0.5", CT)
    assert chosen(*listed, IMPLICIT, EXPLICIT) == EXPLICIT
    assert chosen(*listed, JPEG_LS, IMPLICIT) == IMPLICIT
    assert chosen(*listed, JPEG_LS) is None, "what the list does not hold is not accepted"


@pytest.mark.row("DIMSE-ASSOC-12")
def test_implicit_le_wins_where_that_is_wanted(branched: tuple[RunningServer, list[int]]) -> None:
    _, (branch, _, _) = branched
    here = (branch, "BRANCH", "127.0.0.5")
    assert chosen(*here, CT, JPEG_LS, EXPLICIT, IMPLICIT) == IMPLICIT
    assert chosen(*here, STUDY_FIND, EXPLICIT, IMPLICIT) == IMPLICIT
    assert chosen(*here, CT, JPEG_LS, EXPLICIT) == JPEG_LS, "the usual order where it is not offered"


# ── presentation contexts, roles, window, maximum length, implementation


@pytest.mark.row("DIMSE-ASSOC-13")
@pytest.mark.ps("3.8 9.3.2.2")
def test_duplicate_presentation_contexts_are_all_accepted_and_used(server: RunningServer) -> None:
    with Bare(server.dicom_port) as peer:
        peer.send(request_pdu("KIT", "READINGROOM", VERIFICATION, VERIFICATION, CT, VERIFICATION))
        kind, body = peer.read()
        assert kind == 2
        assert accepted_contexts(body) == {1: 0, 3: 0, 5: 0, 7: 0}
        for context_id in (7, 1, 3):
            peer.send(pdata((context_id, 3, echo_rq(context_id))))
            kind, body = peer.read()
            assert (kind, body[4]) == (4, context_id), "answered on the same context"
        peer.send(ABORT)


def accepted_contexts(body: bytes) -> dict[int, int]:
    """Result by context ID in the body of an A-ASSOCIATE-AC. PS3.8 9.3.3.2."""
    found, at = {}, 68
    while at < len(body):
        kind, length = body[at], int.from_bytes(body[at + 2 : at + 4])
        if kind == 0x21:
            found[body[at + 4]] = body[at + 6]
        at += 4 + length
    return found


@pytest.mark.row("DIMSE-ASSOC-15")
@pytest.mark.ps("3.7 D.3.3.4")
def test_the_scp_role_is_for_storage_only(server: RunningServer) -> None:
    ae = AE("KIT")
    for uid in (CT, MR, STUDY_FIND):
        ae.add_requested_context(uid, [EXPLICIT])
    roles = [
        build_role(CT, scu_role=True, scp_role=True),
        build_role(STUDY_FIND, scu_role=True, scp_role=True),
    ]
    assoc = ae.associate(HOST, server.dicom_port, ae_title="READINGROOM", ext_neg=roles)
    agreed = {
        str(context.abstract_syntax): (context.as_scu, context.as_scp) for context in assoc.accepted_contexts
    }
    assoc.release()
    assert agreed == {CT: (True, True), MR: (True, False), STUDY_FIND: (True, False)}


@pytest.mark.row("DIMSE-ASSOC-15")
@pytest.mark.ps("3.4 C.4.3.3.1")
def test_objects_of_a_get_come_only_with_the_scp_role(server: RunningServer) -> None:
    parts = list(tiny_series("2.25.9912", 2))
    assert Peer(server.dicom_port).send(parts) == [0, 0]
    wanted = identifier("STUDY", StudyInstanceUID="2.25.9912.0.1")
    fetched = Peer(server.dicom_port).get(wanted, [(parts[0].sop_class_uid, BOTH)])
    assert sorted(fetched.objects) == sorted(part.sop_instance_uid for part in parts)
    contexts = [(STUDY_GET, BOTH), (parts[0].sop_class_uid, BOTH)]
    with Peer(server.dicom_port).requestor(contexts).open() as assoc:
        *_, last = assoc.get(assoc.context_for(STUDY_GET), wanted)
    assert (last.status, last.command.number_of_failed_suboperations) == (0xA702, 2)


@pytest.mark.row("DIMSE-ASSOC-10")
@pytest.mark.ps("3.7 D.3.3.3")
def test_the_asynchronous_window_is_negotiated_down_to_one(server: RunningServer) -> None:
    ae = AE("KIT")
    ae.add_requested_context(VERIFICATION)
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = window.maximum_number_operations_performed = 0  # unlimited
    assoc = ae.associate(HOST, server.dicom_port, ae_title="READINGROOM", ext_neg=[window])
    assert assoc.acceptor.asynchronous_operations == (1, 1)
    assert assoc.send_c_echo().Status == 0
    assoc.release()


@pytest.mark.row("DIMSE-ASSOC-06")
@pytest.mark.row("DIMSE-ASSOC-08")
@pytest.mark.row("DIMSE-ASSOC-09")
def test_settings_that_a_peer_can_see(tmp_path: Path) -> None:
    settings = {
        "READINGROOM__DICOM__MAX_PDU": "4096",
        "READINGROOM__DICOM__ARTIM_SECONDS": "1",
        "READINGROOM__DICOM__IDLE_SECONDS": "1",
        "READINGROOM__DICOM__STALL_SECONDS": "2",
    }
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server:
        ae = AE("KIT")
        ae.add_requested_context(VERIFICATION)
        assoc = ae.associate(HOST, server.dicom_port, ae_title="READINGROOM")
        assert assoc.acceptor.maximum_length == 4096
        stated = server.run("conformance")
        assert f"| implementation class UID | {assoc.acceptor.implementation_class_uid} |" in stated
        name = assoc.acceptor.implementation_version_name
        assert f"| implementation version name | {name} |" in stated
        assoc.release()
        with Bare(server.dicom_port) as idle:
            began = time.monotonic()
            idle.send(request_pdu("KIT", "READINGROOM"))
            assert idle.read()[0] == 2
            assert idle.read(60)[0] == 7, "an association at rest is aborted"
            assert 0.5 < time.monotonic() - began < 60
        began = time.monotonic()
        with Bare(server.dicom_port) as silent:
            assert silent.read(60)[0] == 0, "a connection that asks for nothing is closed"
            assert 0.5 < time.monotonic() - began < 60
        with Bare(server.dicom_port) as stalled:
            stalled.send(request_pdu("KIT", "READINGROOM"))
            assert stalled.read()[0] == 2
            began = time.monotonic()
            stalled.send(pdata((1, 3, echo_rq()))[:20])
            assert stalled.read(60)[0] == 7, "a message that does not go on is aborted"
            assert 1.5 < time.monotonic() - began < 60


@pytest.mark.row("DIMSE-ASSOC-08")
def test_no_time_out_where_none_is_wanted(tmp_path: Path) -> None:
    names = ("ARTIM", "IDLE", "STALL", "SEND", "WAITING", "RESPONSE", "ASSOCIATE")
    settings = {f"READINGROOM__DICOM__{name}_SECONDS": "0" for name in names}
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server, ExitStack() as open_here:
        silent, idle, stalled = (open_here.enter_context(Bare(server.dicom_port)) for _ in range(3))
        for peer in (idle, stalled):
            peer.send(request_pdu("KIT", "READINGROOM"))
            assert peer.read()[0] == 2
        whole = pdata((1, 3, echo_rq()))
        stalled.send(whole[:20])
        time.sleep(3)
        stalled.send(whole[20:])
        idle.send(whole)
        silent.send(request_pdu("KIT", "READINGROOM"))
        assert [stalled.read()[0], idle.read()[0], silent.read()[0]] == [4, 4, 2]


# ── limits


@pytest.mark.row("DIMSE-ASSOC-07")
@pytest.mark.ps("3.8 9.3.4")
def test_the_limit_holds_over_all_receivers_and_the_rest_waits(tmp_path: Path) -> None:
    settings = {
        "READINGROOM__DICOM__RECEIVERS": "3",
        "READINGROOM__DICOM__MAX_ASSOCIATIONS": "5",
        "READINGROOM__DICOM__MAX_WAITING": "4",
        "READINGROOM__DICOM__WAITING_SECONDS": "20",
    }
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server, ExitStack() as open_here:
        peers = []
        for _ in range(12):  # more than one receiver would take alone, one after the other
            peer = open_here.enter_context(calling_from(server.dicom_port, HOST))
            peer.sendall(request_pdu("KIT", "READINGROOM"))
            peers.append(peer)
        at_once = _answered(peers, 8)
        assert Counter(at_once.values()) == {(2,): 5, (3, 2, 3, 2): 3}, "local limit exceeded"
        waiting = [peer for peer in peers if peer not in at_once]

        served = next(peer for peer, said in at_once.items() if said == (2,))
        served.sendall(ABORT)
        served.close()
        later = _answered(waiting, 1)
        assert list(later.values()) == [(2,)], "one place became free, one that waited has it"
        for peer in (one for one in waiting if one not in later):
            peer.settimeout(60)
            assert read_answer(peer) == (3, 2, 3, 1), "temporary congestion"


def _answered(peers: Sequence[socket.socket], count: int) -> dict[socket.socket, tuple[int, ...]]:
    """The first answers: to so many of the peers, or to more when these came together."""
    said: dict[socket.socket, tuple[int, ...]] = {}
    deadline = time.monotonic() + 60
    while len(said) < count:
        assert time.monotonic() < deadline, said
        ready, _, _ = select.select([peer for peer in peers if peer not in said], [], [], 1.0)
        for peer in ready:
            said[peer] = read_answer(peer)
    return said


@pytest.mark.row("DIMSE-ASSOC-07")
def test_a_receiver_that_was_killed_holds_no_places(tmp_path: Path) -> None:
    settings = {"READINGROOM__DICOM__RECEIVERS": "1", "READINGROOM__DICOM__MAX_ASSOCIATIONS": "2"}
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server, ExitStack() as open_here:
        for _ in range(2):
            peer = open_here.enter_context(calling_from(server.dicom_port, HOST))
            peer.sendall(request_pdu("KIT", "READINGROOM"))
            assert read_answer(peer) == (2,)
        (receiver,) = server.receivers()
        os.kill(receiver, signal.SIGKILL)
        wait_until(server.echo, 60.0, "the next receiver has places again")


@pytest.mark.row("DIMSE-ASSOC-07")
@pytest.mark.row("DIMSE-ASSOC-10")
def test_without_limit_and_with_several_services_at_the_same_time(tmp_path: Path) -> None:
    settings = {"READINGROOM__DICOM__MAX_ASSOCIATIONS": "0", "READINGROOM__DICOM__MAX_PER_ADDRESS": "0"}
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server, ExitStack() as open_here:
        echo = Peer(server.dicom_port).requestor([(VERIFICATION, BOTH)])
        peers = [open_here.enter_context(echo.open()) for _ in range(120)]
        (part,) = tiny_series("2.25.9913", 1)
        assert Peer(server.dicom_port).send([part]) == [0]
        found = Peer(server.dicom_port).find(identifier("STUDY", StudyInstanceUID="2.25.9913.0.1"))
        assert len(found) == 1
        assert {peer.echo().status for peer in peers} == {0}


# ── aborts, echo


@pytest.mark.row("DIMSE-ASSOC-14")
def test_an_abort_of_the_peer_is_logged_and_hurts_nobody(server: RunningServer) -> None:
    with Bare(server.dicom_port) as peer:
        peer.send(request_pdu("ABORTER", "READINGROOM"))
        assert peer.read()[0] == 2
        peer.send(ABORT)
        assert peer.read()[0] == 0
    wait_until(
        lambda: any("ABORTER@" in line and "aborted" in line for line in log_lines(server)),
        10.0, "the log tells of the abort",
    )  # fmt: skip
    assert server.echo()


@pytest.mark.row("DIMSE-ECHO-SCP-01")
@pytest.mark.ps("3.4 A.4")
def test_echo_by_dcmtk_also_while_objects_arrive(server: RunningServer) -> None:
    parts = list(tiny_series("2.25.9914", 20))
    contexts = [(parts[0].sop_class_uid, (parts[0].transfer_syntax_uid,)), (VERIFICATION, BOTH)]
    with Peer(server.dicom_port).requestor(contexts).open() as assoc:
        context = assoc.context_for(parts[0].sop_class_uid)
        for number, part in enumerate(parts):
            assert assoc.store(context, part.sop_class_uid, part.sop_instance_uid, part.dataset).status == 0
            if number % 10 == 0:
                dcmtk("echoscu", "-aet", "KIT", "-aec", "READINGROOM", HOST, str(server.dicom_port))
                assert assoc.echo().status == 0
