"""DICOM over TLS, both roles: BCP 195 profiles of PS3.15 B, mutual authentication, renewed certificates."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pynetdicom import AE

from readingroom.association import Requestor
from tests.kit.associations import BOTH, Bare, associate_rq
from tests.kit.certificates import Authority, Identity
from tests.kit.dcmtk import dcmtk, storescp
from tests.kit.network import Peer, identifier
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import REPOSITORY
from tests.kit.tiny import tiny_series

pytestmark = pytest.mark.row("DIMSE-TLS-01")

VERIFICATION = "1.2.840.10008.1.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
EXPLICIT = "1.2.840.10008.1.2.1"
CT_FILE = REPOSITORY / "tests" / "data" / "ct" / "001.dcm"  # RLE


@dataclass(frozen=True)
class Secured:
    """A server with a TLS listener beside the usual one, and whom it trusts."""

    server: RunningServer
    port: int
    authority: Authority
    files: Identity
    modality: Identity

    def requestor(self, context: ssl.SSLContext) -> Requestor:
        return Requestor(HOST, self.port, "KIT", "READINGROOM", [(VERIFICATION, BOTH)], tls=context)


def settings_for(port: int, files: Identity, authority: Authority, **more: str) -> dict[str, str]:
    return {
        "READINGROOM__DICOM__TLS_ADDRESS": f"{HOST}:{port}",
        "READINGROOM__TLS__CERTIFICATE": str(files.certificate),
        "READINGROOM__TLS__KEY": str(files.key),
        "READINGROOM__TLS__AUTHORITIES": str(authority.file),
        **more,
    }


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    authority = Authority(folder, "hospital")
    files, modality = authority.issue("archive"), authority.issue("modality")
    port = free_port()
    settings = settings_for(port, files, authority)
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as server:
        yield Secured(server, port, authority, files, modality)


def echoscu(secured: Secured, *words: str | Path, expect: int | None = 0) -> str:
    return dcmtk(
        "echoscu", "-v", *words, "-aet", "KIT", "-aec", "READINGROOM", HOST, str(secured.port), expect=expect
    )


@pytest.mark.ps("3.15 B.12")
@pytest.mark.parametrize("profile", ["--profile-bcp195-nd", "--profile-bcp195", "--profile-bcp195-ex"])
def test_dcmtk_echoes_and_stores(secured: Secured, profile: str) -> None:
    ours = ("+tls", *secured.modality.words(), "+cf", secured.authority.file, profile)
    assert "Received Echo Response (Success)" in echoscu(secured, *ours)
    dcmtk("storescu", "-xr", *ours, "-aet", "KIT", "-aec", "READINGROOM", HOST, str(secured.port), CT_FILE)


@pytest.mark.ps("3.15 B.12")
def test_pynetdicom_echoes(secured: Secured) -> None:
    ae = AE("KIT")
    ae.add_requested_context(VERIFICATION)
    context = secured.authority.client(secured.modality)
    assoc = ae.associate(HOST, secured.port, ae_title="READINGROOM", tls_args=(context, HOST))
    assert assoc.is_established
    assert assoc.send_c_echo().Status == 0
    assoc.release()


@pytest.mark.ps("3.15 B.12")
def test_a_caller_shows_a_certificate_that_our_authorities_signed(secured: Secured, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger").issue("modality")
    trusting = ("+cf", secured.authority.file)
    assert "Success" not in echoscu(secured, "+tls", *stranger.words(), *trusting, expect=None)
    assert "Success" not in echoscu(secured, "+tla", *trusting, expect=None)
    assert "Success" in echoscu(secured, "+tls", *secured.modality.words(), *trusting)
    wait_until(
        lambda: "we agree on no TLS" in secured.server.log_text(), 10.0, "the log tells of refused callers"
    )


def test_without_tls_nothing_is_answered_there(secured: Secured) -> None:
    with Bare(secured.port) as peer:
        peer.send(associate_rq())
        kind, _ = peer.read(20)
        assert kind != 2
    assert secured.server.echo(), "the usual listener has no TLS"


@pytest.mark.ps("3.15 B.12")
@pytest.mark.parametrize(
    ("words", "good"),
    [
        (["-tls1_3"], True),
        (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], True),
        (["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"], True),
        (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], True),
        (["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"], True),
        (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], False),
        (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], False),
        (["-tls1_2", "-cipher", "AES128-SHA"], False),
        (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], False),
        (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], False),
    ],
)
def test_protocol_versions_and_cipher_suites(secured: Secured, words: list[str], good: bool) -> None:
    """By OpenSSL's own client; what is not in the profile cannot be negotiated."""
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"{HOST}:{secured.port}"),
            *("-CAfile", str(secured.authority.file)),
            *("-cert", str(secured.modality.certificate), "-key", str(secured.modality.key), *words),
        ],
        input=b"", capture_output=True, timeout=60,
    )  # fmt: skip
    said = done.stdout.decode() + done.stderr.decode()
    assert ("Verify return code: 0 (ok)" in said and "Cipher is (NONE)" not in said) is good, said


def served_certificate(secured: Secured) -> bytes:
    """The certificate that the listener shows now, as DER."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(secured.modality.certificate, secured.modality.key)
    with socket.create_connection((HOST, secured.port), 20) as plain, context.wrap_socket(plain) as sock:
        shown = sock.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def der(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def test_renewed_certificates_count_without_a_restart(secured: Secured) -> None:
    receivers = secured.server.receivers()
    first = der(secured.files.certificate)
    with secured.requestor(secured.authority.client(secured.modality)).open() as before:
        assert served_certificate(secured) == first
        renewed = secured.authority.issue("renewed")
        shutil.copy(renewed.certificate, secured.files.certificate)  # the key is still the former one
        time.sleep(1.5)
        for _ in range(6):
            assert served_certificate(secured) == first
        shutil.copy(renewed.key, secured.files.key)
        second = der(renewed.certificate)
        wait_until(
            lambda: {served_certificate(secured) for _ in range(6)} == {second}, 20.0, "the new one is shown"
        )
        assert before.echo().status == 0, "an association that was open goes on"
    with secured.requestor(secured.authority.client(secured.modality)).open() as after:
        assert after.echo().status == 0
    assert secured.server.receivers() == receivers
    assert "are not taken, the former stay in force" in secured.server.log_text(1 << 20)


@pytest.mark.parametrize(
    ("clients", "without", "stranger"), [("verify", True, False), ("ignore", True, True)]
)
def test_certificates_of_callers_can_be_optional(
    tmp_path: Path, clients: str, without: bool, stranger: bool
) -> None:
    authority = Authority(tmp_path, "hospital")
    port = free_port()
    settings = settings_for(port, authority.issue("archive"), authority, READINGROOM__TLS__CLIENTS=clients)
    with running_server(tmp_path, "--accept-any-ae", settings=settings) as server:
        secured = Secured(server, port, authority, authority.issue("a"), authority.issue("modality"))
        outsider = Authority(tmp_path, "stranger").issue("modality")
        trusting = ("+cf", authority.file)
        assert ("Success" in echoscu(secured, "+tla", *trusting, expect=None)) is without
        assert ("Success" in echoscu(secured, "+tls", *outsider.words(), *trusting, expect=None)) is stranger
        assert "Success" in echoscu(secured, "+tls", *secured.modality.words(), *trusting)


def test_a_server_that_cannot_have_tls_does_not_start(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "hospital")
    files = authority.issue("archive")
    other = authority.issue("other")
    settings = settings_for(free_port(), Identity(files.certificate, other.key), authority)
    server = RunningServer(tmp_path / "data", settings=settings)
    with pytest.raises(AssertionError, match="TLS cannot be set up from"):
        server.start()
    server.kill()


# ── we call


@pytest.fixture(scope="module")
def stored(secured: Secured) -> str:
    """A study of three, in the archive."""
    assert Peer(secured.server.dicom_port).send(list(tiny_series("2.25.9921", 3))) == [0, 0, 0]
    return "2.25.9921.0.1"


def move(secured: Secured, study: str, destination: str) -> tuple[int, str]:
    """Status and Error Comment of a C-MOVE."""
    with Peer(secured.server.dicom_port).requestor([(STUDY_MOVE, (EXPLICIT,))]).open() as assoc:
        *_, last = assoc.move(
            assoc.context_for(STUDY_MOVE), identifier("STUDY", StudyInstanceUID=study), destination
        )
    return last.status, last.command.error_comment or ""


def add_node(secured: Secured, title: str, port: int, *words: str) -> None:
    secured.server.run(
        *("node", "add", title.lower(), "--ae-title", title, "--host", HOST, "--port", str(port)), *words
    )
    time.sleep(1.5)


@pytest.mark.ps("3.15 B.12")
def test_a_destination_with_tls(secured: Secured, stored: str, tmp_path: Path) -> None:
    """DCMTK's storescp wants our certificate and shows its own: mutual authentication."""
    theirs = secured.authority.issue("workstation")
    options = ("+tls", *theirs.words(), "+cf", str(secured.authority.file))
    with storescp(tmp_path / "secure", *options, ae_title="SECURE") as destination:
        add_node(secured, "SECURE", destination.port, "--tls")
        add_node(secured, "CARELESS", destination.port)
        assert move(secured, stored, "SECURE") == (0, "")
        assert len(destination.files()) == 3
        destination.clear()
        assert move(secured, stored, "CARELESS")[0] == 0xA702, "without TLS nobody answers there"
        assert destination.files() == []
        said = secured.server.run("echo", "secure", *tls_flags(secured))
        assert "0000H" in said


def tls_flags(secured: Secured) -> tuple[str, ...]:
    """The command line reads the same settings; here they came by environment, so they go by file."""
    file = secured.server.data.parent / "tls.toml"
    file.write_text(
        f'[tls]\ncertificate = "{secured.files.certificate}"\nkey = "{secured.files.key}"\n'
        f'authorities = "{secured.authority.file}"\n'
    )
    return ("--settings", str(file))


def test_a_destination_that_is_not_who_it_says(secured: Secured, stored: str, tmp_path: Path) -> None:
    named_otherwise = secured.authority.issue("elsewhere", "pacs.example.org")
    options = ("+tls", *named_otherwise.words(), "+cf", str(secured.authority.file))
    with storescp(tmp_path / "elsewhere", *options, ae_title="ELSEWHERE") as destination:
        add_node(secured, "ELSEWHERE", destination.port, "--tls")
        status, comment = move(secured, stored, "ELSEWHERE")
        assert status == 0xA702
        assert "TLS" in comment
        assert destination.files() == []
    unknown = Authority(tmp_path, "unknown")
    options = ("+tls", *unknown.issue("workstation").words(), "+cf", str(secured.authority.file))
    with storescp(tmp_path / "unknown-authority", *options, ae_title="UNSIGNED") as destination:
        add_node(secured, "UNSIGNED", destination.port, "--tls")
        assert move(secured, stored, "UNSIGNED")[0] == 0xA702


def test_names_of_hosts_need_not_be_checked(stored: str, secured: Secured, tmp_path: Path) -> None:
    named_otherwise = secured.authority.issue("nameless", "pacs.example.org")
    options = ("+tls", *named_otherwise.words(), "+cf", str(secured.authority.file))
    file = tmp_path / "lenient.toml"
    file.write_text(
        f'[tls]\ncertificate = "{secured.files.certificate}"\nkey = "{secured.files.key}"\n'
        f'authorities = "{secured.authority.file}"\ncheck_names = false\n'
    )
    with storescp(tmp_path / "nameless", *options, ae_title="NAMELESS") as destination:
        add_node(secured, "NAMELESS", destination.port, "--tls")
        assert "0000H" in secured.server.run("echo", "nameless", "--settings", str(file))
