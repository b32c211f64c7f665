"""The connectivity doctor against real nodes, healthy and ill in every way that we know of.

Each illness is a real one: Orthanc that does not know us, DCMTK's storescp with TLS, pynetdicom that rejects,
a web server, a port at which nothing listens. The remedy must be the one that helps.
"""

from __future__ import annotations

import contextlib
import csv
import http.server
import json
import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from pynetdicom import AE, build_context, evt

from readingroom.access import Certificates, TlsFiles
from readingroom.association import AssociateAccept, AssociateRequest, ContextResult, read_associate_rq
from readingroom.exchange import STEPS, Listening, Ourselves, Outcome, Step, Trace, examine
from readingroom.model import Node, RetrieveBy
from tests.kit.associations import command_set, pdata
from tests.kit.dcmqrscp import dcmqrscp
from tests.kit.dcmtk import storescp
from tests.kit.network import Peer
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.remote import IMAGES, PATIENTS, SERIES, fill, image_uid, odd_peer, status, study_uid
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.shared_data import REPOSITORY

pytestmark = pytest.mark.row("DIMSE-ECHO-SCU-01")

US = Ourselves("READINGROOM")
VERIFICATION = "1.2.840.10008.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY_FIND, STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.2"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.50"
FINE, WARNING, FAILED, NOT_TRIED = Outcome


@dataclass
class Report:
    """The steps of an examination by name."""

    steps: dict[str, Step]

    def __getitem__(self, name: str) -> Step:
        return self.steps[name]

    def outcomes(self, outcome: Outcome) -> set[str]:
        return {name for name, step in self.steps.items() if step.outcome is outcome}

    def only_fails(self, name: str, said: str, remedy: str) -> None:
        """That this step is the one that failed, in these words, and that all after it say so."""
        step = self.steps[name]
        assert step.outcome is FAILED, self.steps
        assert self.outcomes(FAILED) == {name}, self.steps
        assert said in step.said, step
        assert remedy in step.remedy, step
        for later in STEPS[STEPS.index("association") :]:
            if later != name:
                assert self.steps[later].outcome is NOT_TRIED
                assert self.steps[later].said == f"Not reached: the step {name} failed."


def examined(node: Node, us: Ourselves = US, **how: Any) -> Report:
    """All steps; how: as `examine`, quickly where nothing else is said."""
    steps = list(examine(us, node, **{"thorough": False, "patience": 20.0, **how}))
    assert tuple(step.name for step in steps) == STEPS
    for step in steps:
        assert step.said.endswith("."), step
        assert step.outcome is not FAILED or step.remedy, "who fails is told what to do"
        assert step.seconds >= 0
    return Report({step.name: step for step in steps})


def node_at(port: int, ae_title: str = "ANY", **more: Any) -> Node:
    return Node("peer", ae_title, HOST, port, **more)


# ── healthy nodes


@pytest.fixture(scope="module")
def orthanc(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrthanc]:
    """Orthanc with objects, which knows READINGROOM at our server and WRONGPORT where nothing listens."""
    with running_orthanc(tmp_path_factory.mktemp("orthanc"), known=("NOBODY",)) as running:
        running.add_modality("room", "READINGROOM", server.dicom_port)
        running.add_modality("wrong", "WRONGPORT", free_port())
        fill(running.dicom_port, running.ae_title)
        yield running


@pytest.fixture
def room(server: RunningServer) -> Listening:
    """Where our server takes calls."""
    return Listening(HOST, server.dicom_port)


@pytest.mark.row("CONFIG-01")
def test_a_healthy_orthanc(orthanc: RunningOrthanc, room: Listening) -> None:
    found = examined(node_at(orthanc.dicom_port, "ORTHANC"), listening=room)
    assert found.outcomes(FINE) == set(STEPS) - {"tls"}
    assert found.outcomes(NOT_TRIED) == {"tls"}
    assert found["name"].said == f"{HOST} is an address."
    assert "ORTHANC takes associations from READINGROOM" in found["association"].said
    assert "C-ECHO, C-FIND, C-MOVE, C-GET" in found["association"].said
    assert "storage commitment" in found["commitment"].said


def test_a_move_that_really_comes(orthanc: RunningOrthanc, server: RunningServer, room: Listening) -> None:
    node = node_at(orthanc.dicom_port, "ORTHANC", retrieve_by=RetrieveBy.MOVE)
    untried = examined(node, listening=room)["move"]
    assert (untried.outcome, untried.remedy.count("--study UID")) == (WARNING, 1), untried
    found = examined(node, listening=room, study=study_uid("P1"))
    assert found["move"].outcome is FINE
    assert found["move"].said == f"It moved {SERIES * IMAGES} instances to READINGROOM."
    stored = httpx.get(f"{server.dicomweb}/studies/{study_uid('P1')}/instances", timeout=60).json()
    uids = {one["00080018"]["Value"][0] for one in stored}
    assert uids == {image_uid("P1", s, i) for s in range(1, SERIES + 1) for i in range(1, IMAGES + 1)}


def test_a_move_that_does_not_arrive(orthanc: RunningOrthanc, room: Listening) -> None:
    us = Ourselves("WRONGPORT")
    found = examined(node_at(orthanc.dicom_port, "ORTHANC"), us, listening=room, study=study_uid("P2"))
    assert found.outcomes(FAILED) == {"move"}
    assert f"{HOST}, {room.port} for WRONGPORT" in found["move"].remedy


def test_a_move_to_a_title_that_orthanc_only_lets_in(orthanc: RunningOrthanc, room: Listening) -> None:
    found = examined(
        node_at(orthanc.dicom_port, "ORTHANC"), Ourselves("STRANGER"), listening=room, study=study_uid("P2")
    )
    found.only_fails(
        "association",
        "The node rejected our AE title STRANGER.",
        f"Add STRANGER, {HOST}, {room.port} to its list of known nodes.",
    )


@pytest.mark.row("CONFIG-01")
def test_which_services_are_offered(orthanc: RunningOrthanc, tmp_path: Path) -> None:
    """dcmqrscp's are those it is made for; Orthanc's are compared with what pynetdicom is told."""
    root = "1.2.840.10008.5.1.4.1.2"
    retrieval = {f"{root}.{model}.{kind}" for model in (1, 2) for kind in (1, 2, 3)}
    with dcmqrscp(tmp_path) as running:
        found = examined(node_at(running.port, "QRSCP"), thorough=True)["contexts"]
        assert set(found.services) == {VERIFICATION} | retrieval
        assert set(found.services[STUDY_FIND]) >= {IMPLICIT, EXPLICIT}
        _, printed = run_command(tmp_path / "data", "doctor", f"QRSCP@{HOST}:{running.port}")
    assert (
        "Study Root Query/Retrieve Information Model - FIND: Implicit VR Little Endian, Explicit" in printed
    )
    found = examined(node_at(orthanc.dicom_port, "ORTHANC"), thorough=True)["contexts"]
    assert set(found.services) == {VERIFICATION, "1.2.840.10008.1.20.1"} | retrieval
    services = {one["uid"]: one for one in found.shown()["services"]}
    assert services[VERIFICATION]["name"].startswith("Verification")
    for uid, taken in found.services.items():
        assert set(taken) == accepted_by_pynetdicom(orthanc.dicom_port, uid)


def accepted_by_pynetdicom(port: int, uid: str) -> set[str]:
    """The transfer syntaxes of a class that a node accepts, asked one at a time."""
    with (REPOSITORY / "contract" / "spec" / "transfer_syntaxes.csv").open(newline="") as table:
        syntaxes = [row["uid"] for row in csv.DictReader(table)]
    ae = AE("READINGROOM")
    ae.requested_contexts = [build_context(uid, one) for one in syntaxes]
    assoc = ae.associate(HOST, port, ae_title="ORTHANC")
    assert assoc.is_established
    taken = {str(context.transfer_syntax[0]) for context in assoc.accepted_contexts}
    assoc.release()
    return taken


def test_all_classes_in_all_syntaxes(orthanc: RunningOrthanc, tmp_path: Path) -> None:
    """What storescp takes is known from its options, what pynetdicom takes from this test."""
    with storescp(tmp_path / "plain", "+xi") as running:  # Implicit VR Little Endian only
        found = examined(node_at(running.port, "STORESCP"), thorough=True)
        assert found["contexts"].outcome is FINE
        assert len(found["contexts"].accepted) > 100
        assert set(found["contexts"].accepted.values()) == {(IMPLICIT,)}
    supported = {CT: (IMPLICIT, EXPLICIT, JPEG), "1.2.840.10008.5.1.4.1.1.7": (EXPLICIT,)}
    with peer_of(supported) as port:
        found = examined(node_at(port), thorough=True)
        assert {uid: set(taken) for uid, taken in found["contexts"].accepted.items()} == {
            uid: set(taken) for uid, taken in supported.items()
        }
        shown = found["contexts"].shown()["accepted"]
        assert {
            "uid": CT,
            "name": "CT Image Storage",
            "transfer_syntaxes": [IMPLICIT, EXPLICIT, JPEG],
        } in shown
        _, printed = run_command(tmp_path / "data", "doctor", f"ANY@{HOST}:{port}")
        assert "CT Image Storage: Implicit VR Little Endian, Explicit VR Little Endian, JPEG" in printed
        assert "Secondary Capture Image Storage: Explicit VR Little Endian\n" in printed
        assert "MR Image Storage" not in printed


@contextmanager
def peer_of(supported: dict[str, tuple[str, ...]]) -> Iterator[int]:
    ae = AE("ANY")
    ae.add_supported_context(VERIFICATION)
    for uid, syntaxes in supported.items():
        ae.add_supported_context(uid, list(syntaxes))
    with started(ae) as port:
        yield port


@contextmanager
def started(ae: AE, handlers: Any = ()) -> Iterator[int]:
    """The port of a running pynetdicom application."""
    port = free_port()
    running = ae.start_server((HOST, port), block=False, evt_handlers=list(handlers))
    assert running is not None
    try:
        yield port
    finally:
        running.shutdown()


def test_a_node_that_only_stores(tmp_path: Path, room: Listening) -> None:
    with storescp(tmp_path / "store") as running:
        found = examined(node_at(running.port, "STORESCP"), listening=room)
    assert found.outcomes(FAILED) == set()
    assert found.outcomes(WARNING) == {"find", "get"}
    assert "have READINGROOM given the right to query there" in found["find"].remedy
    assert "Change how we fetch from this node to move" in found["get"].remedy
    assert found["echo"].outcome is found["contexts"].outcome is FINE


# ── who does not let us in


def test_an_orthanc_that_does_not_know_us(tmp_path: Path, room: Listening) -> None:
    with running_orthanc(tmp_path / "orthanc") as running:
        node = node_at(running.dicom_port, "ORTHANC")
        examined(node, listening=room).only_fails(
            "association",
            "The node rejected our AE title READINGROOM.",
            f"Add READINGROOM, {HOST}, {room.port} to its list of known nodes.",
        )
        examined(node_at(running.dicom_port, "ORHTANC"), Ourselves("KIT")).only_fails(
            "association", "does not go by the AE title ORHTANC", "capitals as they write it"
        )


def test_each_way_of_rejecting() -> None:
    ae = AE("PEER")
    ae.add_supported_context(VERIFICATION)
    with started(ae) as port:
        ae.require_calling_aet = ["SOMEBODY"]
        examined(node_at(port)).only_fails(
            "association",
            "The node rejected our AE title READINGROOM.",
            f"Add READINGROOM, {HOST} and the port of our DICOM listener to its list of known nodes.",
        )
        ae.require_calling_aet = []
        ae.require_called_aet = True
        examined(node_at(port)).only_fails(
            "association", "does not go by the AE title ANY", f"Ask for the AE title it has at port {port}"
        )
        ae.require_called_aet = False
        wait_until(lambda: not ae.active_associations, 20.0, "it has let go of us")
        ae.maximum_associations = 1
        with Peer(port, "PEER").requestor([(VERIFICATION, (IMPLICIT,))]).open():
            examined(node_at(port)).only_fails(
                "association", "too busy for another association (2/3/2)", "Try again in a minute"
            )


@pytest.mark.ps("3.8 9.3.4")
@pytest.mark.parametrize(
    ("codes", "said", "remedy"),
    [
        ((1, 1, 1), "without a reason (1/1/1)", "Most often it does not know us: add READINGROOM"),
        ((1, 1, 2), "another DICOM", "ask its vendor"),
        ((1, 1, 3), "rejected our AE title", "Add READINGROOM"),
        ((1, 1, 7), "does not go by", "Ask for the AE title"),
        ((1, 2, 1), "without a reason (1/2/1)", "look into its log"),
        ((1, 2, 2), "another DICOM", "ask its vendor"),
        ((2, 3, 1), "too busy", "Try again"),
        ((2, 3, 2), "too busy", "Try again"),
        ((9, 9, 9), "without a reason (9/9/9)", "look into its log"),
    ],
)
def test_the_words_for_every_reason(codes: tuple[int, int, int], said: str, remedy: str) -> None:
    with answering(bytes([3, 0, 0, 0, 0, 4, 0, *codes])) as port:
        examined(node_at(port)).only_fails("association", said, remedy)


# ── what is no DICOM at all


def test_a_closed_port() -> None:
    port = free_port()
    examined(node_at(port)).only_fails(
        "connection", f"nothing takes connections at its port {port}", f"Start the DICOM service on {HOST}"
    )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid", "nul\0byte"])
def test_a_host_that_does_not_resolve(host: str) -> None:
    found = examined(Node("peer", "ANY", host, 104))
    found.only_fails("name", f"The host name {host} cannot be resolved", "Check its spelling")
    assert found["connection"].said == "Not reached: the step name failed."


@contextmanager
def answering(answer: bytes, *, close: bool = True) -> Iterator[int]:
    """A port that answers the first bytes of every connection with these, and closes or holds it."""
    with socket.create_server((HOST, 0)) as listener, ExitStack() as held:

        def serve() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer_one, args=(sock,), daemon=True).start()

        def answer_one(sock: socket.socket) -> None:
            try:
                if sock.recv(1 << 16) and answer:
                    sock.sendall(answer)
                if close:
                    sock.shutdown(socket.SHUT_WR)
                    sock.settimeout(20)
                    while sock.recv(1 << 16):
                        pass
                    sock.close()
                    return
            except OSError:
                sock.close()
                return
            held.callback(sock.close)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def test_a_port_that_says_nothing() -> None:
    with answering(b"", close=False) as port:
        examined(node_at(port), patience=1.0).only_fails(
            "association", "takes the connection and then says nothing", "the DICOM service there hangs"
        )


@pytest.mark.parametrize(
    ("answer", "said", "remedy"),
    [
        (b"", "closes it without an answer", "add READINGROOM"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks HTTP, not DICOM", "Ask for the DICOM port"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "speaks SSH, not DICOM", "Ask for the DICOM port"),
        (b"\x0bMSH|^~\\&|", "speaks HL7, not DICOM", "Ask for the DICOM port"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS", "Turn TLS on for this node"),
        (b"*" * 40, "answers, but not in DICOM", "Ask for the DICOM port"),
        (bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 0]), "broke the association off", "add READINGROOM"),
        (bytes([2, 0, 0, 0, 0, 4, 0, 0, 2, 0]), "something that is not DICOM's", "wire trace"),
        (bytes([2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 2, 0]), "something that is not DICOM's", "wire trace"),
    ],
)
def test_answers_that_are_no_association(answer: bytes, said: str, remedy: str) -> None:
    with answering(answer) as port:
        examined(node_at(port), patience=5.0).only_fails("association", said, remedy)


@contextmanager
def accepting_then(answers: Callable[[AssociateRequest], Iterator[bytes]]) -> Iterator[int]:
    """A port that accepts every association and all it proposes, then sends these."""

    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                asked = read_associate_rq(self._pdu())
                results = tuple(ContextResult(one.id, 0, one.transfer_syntaxes[0]) for one in asked.contexts)
                self.request.sendall(AssociateAccept(asked.called, asked.calling, results).encode())
                self._pdu()
                for answer in answers(asked):
                    self.request.sendall(answer)

        def _pdu(self) -> bytes:
            head = self.request.recv(6, socket.MSG_WAITALL)
            return bytes(self.request.recv(int.from_bytes(head[2:6]), socket.MSG_WAITALL))

    with socketserver.ThreadingTCPServer((HOST, 0), Talk) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield int(running.server_address[1])
        running.shutdown()
        thread.join(20)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_a_node_answers_nothing_is_raised(seed: int, room: Listening) -> None:
    """Random bytes, random fragments, responses to nothing, releases and aborts at the wrong time."""
    chance = random.Random(seed)
    strange = command_set((0x0100, 0x8020), (0x0120, 99), (0x0800, 0x0101), (0x0900, 0xFF00))
    kinds: list[Callable[[], bytes]] = [
        lambda: chance.randbytes(chance.randrange(1, 200)),
        lambda: pdata((1, chance.randrange(4), chance.randbytes(chance.randrange(60)))),
        lambda: pdata((1, 3, strange)),
        lambda: pdata((1, 3, strange[: chance.randrange(len(strange))])),
        lambda: bytes([chance.randrange(8), 0, 0, 0, 0, 4, 0, 0, 0, 0]),
        lambda: bytes([4, 0, 0xFF, 0xFF, 0xFF, 0xFF]),
    ]

    def answers(asked: AssociateRequest) -> Iterator[bytes]:
        for _ in range(chance.randrange(6)):
            yield chance.choice(kinds)()

    trace = Trace()
    with accepting_then(answers) as port:
        found = examined(node_at(port), listening=room, patience=2.0, trace=trace)
    assert found["association"].outcome is not FAILED, "so far it behaves"
    assert {found[name].outcome for name in ("echo", "find", "move")} == {FAILED}
    assert "A-ASSOCIATE-AC" in trace.text()


def test_a_node_that_never_stops_talking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readingroom.exchange.doctor_line._LONGEST", 1.0)
    monkeypatch.setattr("readingroom.exchange.doctor_services._LONGEST_PROBE", 5.0)
    nothing = pdata((1, 3, command_set((0x0100, 0x8020), (0x0120, 99), (0x0800, 0x0101), (0x0900, 0))))

    def answers(asked: AssociateRequest) -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield nothing

    with accepting_then(answers) as port:
        began = time.monotonic()
        found = examined(node_at(port), patience=1.0)
    assert found["echo"].said == "The node goes on sending, but not what was asked for."
    assert time.monotonic() - began < 60


def test_a_web_server() -> None:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer((HOST, 0), Quiet) as web:
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        try:
            examined(node_at(web.server_address[1]), patience=2.0).only_fails(
                "association", "speaks HTTP, not DICOM", "Ask for the DICOM port of this node"
            )
        finally:
            web.shutdown()
            thread.join(20)


# ── TLS


@dataclass(frozen=True)
class Authority:
    """Makes certificates and writes them where programs find them."""

    ca: trustme.CA
    folder: Path

    @property
    def file(self) -> Path:
        """The authority's own certificate; written once: storescp reads it after it listens already."""
        return self.folder / "authority.pem"

    def issue(self, name: str, *hosts: str, **more: Any) -> tuple[Path, Path]:
        """Files of a key and of its certificate with the chain."""
        issued = self.ca.issue_cert(*(hosts or (HOST, "localhost")), **more)
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        issued.private_key_pem.write_to_path(key)
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        return key, certificate

    def us(self, *, shown: tuple[Path, Path] | None = None, trusting: Path | None = None) -> Ourselves:
        """Us, with these files."""
        key, certificate = shown or (None, None)
        files = TlsFiles(certificate, key, trusting or self.file)
        return Ourselves("READINGROOM", tls=Certificates(files).client)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(trustme.CA(), tmp_path_factory.mktemp("certificates"))
    made.ca.cert_pem.write_to_path(made.file)
    return made


Tls = Callable[..., Any]


@pytest.fixture
def tls_storescp(tmp_path: Path, authority: Authority) -> Tls:
    """DCMTK's storescp with a certificate; options: as storescp's."""

    def run(issued: tuple[Path, Path], *options: str) -> Any:
        return storescp(tmp_path / "tls", "+tls", str(issued[0]), str(issued[1]), *options)

    return run


def test_a_healthy_node_with_tls(tls_storescp: Tls, authority: Authority) -> None:
    with tls_storescp(authority.issue("good"), "-ic") as running:
        found = examined(node_at(running.port, "STORESCP", tls=True), authority.us())
    assert found["tls"].outcome is found["association"].outcome is found["echo"].outcome is FINE
    assert "TLSv1." in found["tls"].said


def test_a_certificate_that_ends_soon(tls_storescp: Tls, authority: Authority) -> None:
    ends = datetime.now(UTC) + timedelta(days=9, hours=1)
    with tls_storescp(authority.issue("soon", not_after=ends), "-ic") as running:
        found = examined(node_at(running.port, "STORESCP", tls=True), authority.us())
    assert found["tls"].outcome is WARNING
    assert f"good until {ends:%Y-%m-%d}" in found["tls"].said
    assert "ends in 9 days" in found["tls"].remedy
    assert found["echo"].outcome is FINE


def test_an_expired_certificate(tls_storescp: Tls, authority: Authority) -> None:
    now = datetime.now(UTC)
    issued = authority.issue(
        "expired", not_before=now - timedelta(days=30), not_after=now - timedelta(days=3)
    )
    with tls_storescp(issued, "-ic") as running:
        examined(node_at(running.port, "STORESCP", tls=True), authority.us()).only_fails(
            "tls",
            f"The certificate of peer expired on {now - timedelta(days=3):%Y-%m-%d}.",
            "Its administrator has to install a certificate that is valid today",
        )


def test_certificates_that_we_cannot_trust(tls_storescp: Tls, authority: Authority, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with tls_storescp(authority.issue("good"), "-ic") as running:
        node = node_at(running.port, "STORESCP", tls=True)
        examined(node, authority.us(trusting=other)).only_fails(
            "tls", "was signed by nobody we trust", "tls.authorities"
        )
        absent = tmp_path / "absent.pem"
        examined(node, authority.us(trusting=absent)).only_fails("tls", str(absent), "on our side")
    with tls_storescp(authority.issue("elsewhere", "pacs.example"), "-ic") as running:
        examined(node_at(running.port, "STORESCP", tls=True), authority.us()).only_fails(
            "tls", f"does not name {HOST}", "Enter the host name that stands in its certificate"
        )


def test_a_node_that_wants_our_certificate(tls_storescp: Tls, authority: Authority) -> None:
    with tls_storescp(authority.issue("good"), "+cf", str(authority.file)) as running:
        node = node_at(running.port, "STORESCP", tls=True)
        examined(node, authority.us()).only_fails(
            "tls", "broke TLS off", "give one in section tls of the settings"
        )
        found = examined(node, authority.us(shown=authority.issue("ours")))
        assert found["echo"].outcome is FINE, found["tls"]


def test_a_node_with_tls_called_without(tls_storescp: Tls, authority: Authority) -> None:
    with tls_storescp(authority.issue("good"), "-ic") as running:
        examined(node_at(running.port, "STORESCP"), patience=3.0).only_fails(
            "association", "speaks TLS", "Turn TLS on for this node"
        )


def test_a_node_without_tls_called_with(tmp_path: Path, authority: Authority) -> None:
    for peer in (storescp(tmp_path / "plain"), peer_of({})):
        with peer as running:
            port = running if isinstance(running, int) else running.port
            examined(node_at(port, "STORESCP", tls=True), authority.us(), patience=3.0).only_fails(
                "tls", f"{HOST}, port {port}, does not", "turn TLS off for this node"
            )


# ── services that fail


def test_a_destination_that_dcmqrscp_does_not_know(tmp_path: Path, room: Listening) -> None:
    with dcmqrscp(tmp_path / "qrscp", known={"READINGROOM": room.port, "GONE": free_port()}) as running:
        fill(running.port, "QRSCP")
        node, study = node_at(running.port, "QRSCP"), study_uid("P3")
        stranger = examined(node, Ourselves("STRANGER"), listening=room, study=study)
        assert stranger.outcomes(FAILED) == {"move"}
        assert stranger["move"].said == "The node does not know our AE title STRANGER as a destination."
        assert stranger["move"].remedy == f"Add STRANGER, {HOST}, {room.port} to its list of known nodes."
        gone = examined(node, Ourselves("GONE"), listening=room, study=study)["move"]
        assert gone.outcome is FAILED
        assert f"Check that it has {HOST}, {room.port} for GONE" in gone.remedy
        assert examined(node, listening=room, study=study)["move"].outcome is FINE


def test_without_our_server_nothing_is_moved(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "qrscp") as running:
        for listening in (None, Listening("0.0.0.0", free_port())):
            found = examined(node_at(running.port, "QRSCP"), listening=listening)["move"]
            assert (found.outcome, found.remedy) == (NOT_TRIED, "Start it with `readingroom serve`.")


@pytest.mark.ps("3.4 C.4.1.1.4")
@pytest.mark.parametrize(
    ("code", "outcome", "remedy"),
    [
        (0x0000, FINE, ""),
        (0xA700, FAILED, "short of memory, disk or connections"),
        (0x0124, FAILED, "Have READINGROOM given the right to query at odd."),
        (0xC123, FAILED, "The log of odd should say why."),
        (0xFF00, WARNING, "It ignores the Study Instance UID"),
    ],
)
def test_statuses_of_find(code: int, outcome: Outcome, remedy: str) -> None:
    def handle(event: Any) -> Iterator[Any]:
        yield status(code, ErrorComment="because") if code not in (0, 0xFF00) else code, event.identifier

    with odd_peer([STUDY_FIND, VERIFICATION], [(evt.EVT_C_FIND, handle)]) as odd:
        found = examined(odd.node)
        assert found["find"].outcome is outcome
        assert remedy in found["find"].remedy
        assert found["echo"].outcome is FINE, "a failure ends only what depends on it"
        (asked,) = odd.identifiers
        assert {element.keyword for element in asked} == {"QueryRetrieveLevel", "StudyInstanceUID"}


@pytest.mark.ps("3.4 C.4.2.1.5")
@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "words"),
    [
        (0x0000, 0xA801, FINE, "It knows READINGROOM as a destination"),
        (0xA801, 0xA801, FAILED, "does not know our AE title READINGROOM"),
        (0xA702, 0xA801, FAILED, "could not deliver"),
        (0x0124, 0xA801, FAILED, "not authorised"),
    ],
)
def test_statuses_of_move(ours: int, theirs: int, outcome: Outcome, words: str, room: Listening) -> None:
    def answer(event: Any) -> Iterator[Any]:
        code = ours if event.move_destination == "READINGROOM" else theirs
        if code == 0xA801:
            yield None, None
            return
        yield HOST, room.port, {"contexts": [build_context(VERIFICATION)]}
        yield 1 if code else 0
        if code:
            yield code, None

    with odd_peer([STUDY_MOVE, VERIFICATION], [(evt.EVT_C_MOVE, answer)]) as odd:
        found = examined(odd.node, listening=room)["move"]
    assert (found.outcome, words in found.said) == (outcome, True), found


def test_a_node_without_echo() -> None:
    ae = AE("ANY")
    ae.add_supported_context(CT)
    with started(ae) as port:
        found = examined(node_at(port))
    assert found.outcomes(FAILED) == {"echo"}
    assert "takes no C-ECHO from READINGROOM" in found["echo"].said
    assert found["contexts"].outcome is FINE
    assert list(found["contexts"].accepted) == [CT]


def test_a_node_that_aborts_in_the_middle() -> None:
    with odd_peer(
        [STUDY_FIND, VERIFICATION], [(evt.EVT_C_FIND, lambda event: event.assoc.abort() or iter(()))]
    ) as odd:
        found = examined(odd.node)
    assert found.outcomes(FAILED) == {"find"}
    assert "aborted" in found["find"].said
    assert found["contexts"].outcome is not NOT_TRIED


def test_a_cancelled_examination_ends(orthanc: RunningOrthanc) -> None:
    seen: list[str] = []
    for step in examine(
        US, node_at(orthanc.dicom_port, "ORTHANC"), is_cancelled=lambda: "echo" in seen, thorough=True
    ):
        seen.append(step.name)
        assert (step.outcome is NOT_TRIED) == (step.name == "tls" or "echo" in seen[:-1]), step


# ── trace, command, API


def test_the_trace_tells_everything_but_the_patient(orthanc: RunningOrthanc, room: Listening) -> None:
    trace = Trace()
    examined(node_at(orthanc.dicom_port, "ORTHANC"), listening=room, study=study_uid("P1"), trace=trace)
    text = trace.text()
    for words in (
        "A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "A-RELEASE-RQ", "A-RELEASE-RP", "P-DATA-TF", "C-ECHO-RQ",
        "C-FIND-RSP", "C-MOVE-RQ", "MoveDestination: READINGROOM", "Status: success (0000H)",
        "CT Image Storage (1.2.840.10008.5.1.4.1.1.2)", "(0020,000D) StudyInstanceUID UI",
        "QueryRetrieveLevel CS STUDY", "called ORTHANC", "== echo: fine",
    ):  # fmt: skip
        assert words in text, words
    assert "NumberOfCompletedSuboperations: 6" in text
    assert study_uid("P1") not in text
    for patient, (name, _) in PATIENTS.items():
        assert name not in text
        assert study_uid(patient) not in text


@pytest.mark.row("CONFIG-01")
def test_the_command(orthanc: RunningOrthanc, server: RunningServer, tmp_path: Path) -> None:
    port = str(orthanc.dicom_port)
    server.run("node", "add", "doc", "--ae-title", "ORTHANC", "--host", HOST, "--port", port)
    ours = ("--dicom", f"{HOST}:{server.dicom_port}")
    file = tmp_path / "trace.txt"
    code, printed = run_command(server.data, "doctor", "doc", "--quick", "--trace", str(file), *ours)
    assert code == 0, printed
    lines = [line.split() for line in printed.splitlines() if not line.startswith(" ")]
    assert [words[2] if words[0] == "not" else words[1] for words in lines] == list(STEPS)
    assert "A-ASSOCIATE-AC" in file.read_text()
    code, printed = run_command(
        server.data, "doctor", f"ORTHANC@{HOST}:{port}", "--json", "--calling", "STRANGER"
    )
    assert code == 1
    steps = {step["name"]: step for step in json.loads(printed)["steps"]}
    assert steps["association"]["outcome"] == "failed"
    assert steps["association"]["remedy"].startswith(f"Add STRANGER, {HOST}, ")
    code, printed = run_command(server.data, "doctor", "nobody-knows-it")
    assert (code, "There is no node nobody-knows-it" in printed) == (1, True)
    server.run("node", "remove", "doc")


def test_the_api(orthanc: RunningOrthanc, server: RunningServer) -> None:
    node = {"name": "doc api", "ae_title": "ORTHANC", "host": HOST, "port": orthanc.dicom_port}
    url = f"{server.url}/api/nodes"
    with httpx.Client(timeout=120) as client:
        assert client.post(url, json=node).status_code == 201
        try:
            done = client.post(f"{url}/doc%20api/examine?quick=true").json()
            assert done["failed"] is False
            assert [step["name"] for step in done["steps"]] == list(STEPS)
            assert "trace" not in done
            events = client.post(
                f"{url}/doc%20api/examine?quick=1&trace=1", headers={"accept": "text/event-stream"}
            ).text.strip().split("\n\n")  # fmt: skip
            assert [event.partition("\n")[0] for event in events] == ["event: step"] * len(STEPS) + [
                "event: end"
            ]
            last = json.loads(events[-1].partition("data: ")[2])
            assert (last["failed"], "A-ASSOCIATE-RQ" in last["trace"]) == (False, True)
            assert client.post(f"{url}/nobody/examine").status_code == 404
            assert client.post(f"{url}/doc%20api/examine?quick=maybe").status_code == 400
        finally:
            client.delete(f"{url}/doc%20api")


@pytest.mark.row("CONFIG-01")
def test_a_node_is_examined_before_it_is_saved(orthanc: RunningOrthanc, server: RunningServer) -> None:
    node = {"name": "unsaved", "ae_title": " ORTHANC ", "host": HOST, "port": orthanc.dicom_port}
    url = f"{server.url}/api/nodes"
    with httpx.Client(timeout=120) as client:
        before = client.get(url).json()
        done = client.post(f"{url}/examine?quick=true", json=node).json()
        assert done["failed"] is False
        assert [step["name"] for step in done["steps"]] == list(STEPS)
        closed = client.post(f"{url}/examine?quick=true", json=node | {"port": free_port()}).json()
        assert closed["failed"] is True
        for wrong in (node | {"port": 0}, node | {"ae_title": "A" * 17}, {"name": "x"}, [], node | {"x": 1}):
            assert client.post(f"{url}/examine", json=wrong).status_code == 400, wrong
        assert client.get(url).json() == before


def test_the_api_is_for_administrators(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.run("user", "add", "ana", stdin="a long password of hers\n")
        url = f"{server.url}/api/nodes/nobody/examine"
        answers = [
            httpx.post(url, auth=auth, timeout=60).status_code
            for auth in (None, ("ana", "a long password of hers"), ("admin", server.password()))
        ]
        unsaved = [
            httpx.post(f"{server.url}/api/nodes/examine", json={}, auth=auth, timeout=60).status_code
            for auth in (None, ("ana", "a long password of hers"), ("admin", server.password()))
        ]
    assert answers == [401, 403, 404]
    assert unsaved == [401, 403, 400]


def test_a_node_without_time_limit_is_waited_for_no_longer() -> None:
    with answering(b"", close=False) as port:
        found = examined(replace(node_at(port), timeout=0.0), patience=1.0)
    assert found["association"].outcome is FAILED
    assert found["association"].seconds < 60
