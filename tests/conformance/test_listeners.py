"""One server on several interfaces, IPv4 and IPv6, with TLS and without, each listener with its AE title."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pynetdicom import AE

from tests.kit.certificates import Authority, Identity
from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST, free_port
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import REPOSITORY

VERIFICATION, CT = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.2"
CT_FILE = REPOSITORY / "tests" / "data" / "ct" / "001.dcm"  # RLE
SUCCESS = "Received Echo Response (Success)"
SECOND_HOST = "127.0.0.2"


@dataclass(frozen=True)
class Listening:
    """The server and the ports of its listeners by AE title."""

    server: RunningServer
    ports: dict[str, int]
    authority: Authority
    modality: Identity

    def echo(
        self, called: str, *words: str | Path, host: str = HOST, at: str = "", expect: int | None = 0
    ) -> str:
        """What echoscu prints. at: the listener, when it is not that of the called AE title."""
        calling = ("-aet", "KIT", "-aec", called, host, str(self.ports[at or called]))
        return dcmtk("echoscu", "-v", *words, *calling, expect=expect)


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    folder = tmp_path_factory.mktemp("listening")
    authority = Authority(folder, "hospital")
    files, modality = authority.issue("archive"), authority.issue("modality")
    ports = {name: free_port() for name in ("SECOND", "SIXTH", "SECURE", "OPEN")}
    listeners = [
        {"address": f"{SECOND_HOST}:{ports['SECOND']}", "ae_titles": ["SECOND"]},
        {"address": f"[::1]:{ports['SIXTH']}", "ae_titles": ["SIXTH"]},
        {"address": f"{HOST}:{ports['SECURE']}", "ae_titles": ["SECURE"], "tls": True},
        {"address": f"{HOST}:{ports['OPEN']}", "ae_titles": ["OPEN"], "tls": True, "tls_clients": "ignore"},
    ]
    settings = {
        "READINGROOM__DICOM__LISTENERS": json.dumps(listeners),
        "READINGROOM__TLS__CERTIFICATE": str(files.certificate),
        "READINGROOM__TLS__KEY": str(files.key),
        "READINGROOM__TLS__AUTHORITIES": str(authority.file),
    }
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as server:
        yield Listening(server, ports | {server.ae_title: server.dicom_port}, authority, modality)


@pytest.mark.row("NET-01")
@pytest.mark.row("DIMSE-ASSOC-03")
@pytest.mark.row("DIMSE-ASSOC-05")
def test_each_interface_is_reached_under_its_own_title(listening: Listening) -> None:
    ours = listening.server.ae_title
    for called, host in ((ours, HOST), ("SECOND", SECOND_HOST)):
        assert SUCCESS in listening.echo(called, host=host)
        port = str(listening.ports[called])
        dcmtk("storescu", "-xr", "-aet", "KIT", "-aec", called, host, port, CT_FILE)
    for called, at, host in (("SECOND", ours, HOST), (ours, "SECOND", SECOND_HOST)):
        assert "Called AE Title Not Recognized" in listening.echo(called, host=host, at=at, expect=None)
    assert "Connection refused" in listening.echo("SECOND", host=HOST, expect=None)


@pytest.mark.row("NET-01")
def test_ipv6_under_its_own_title(listening: Listening) -> None:
    """By pynetdicom: DCMTK 3.6.7 knows no IPv6 addresses."""
    for called, answer in (("SIXTH", True), ("SECOND", False)):
        ae = AE("KIT")
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 60
        ae.add_requested_context(VERIFICATION)
        assoc = ae.associate("::1", listening.ports["SIXTH"], ae_title=called)
        assert assoc.is_established == answer
        if answer:
            assert assoc.send_c_echo().Status == 0
            assoc.release()


@pytest.mark.row("DIMSE-TLS-01")
@pytest.mark.row("NET-01")
@pytest.mark.ps("3.15 B.12")
def test_tls_on_one_listener_and_none_on_another(listening: Listening) -> None:
    """Each is tried in both ways; mutual authentication is asked for by the one and not by the other."""
    trusting = ("+cf", listening.authority.file)
    own = ("+tls", *listening.modality.words(), *trusting)
    anonymous = ("+tla", *trusting)
    ours = listening.server.ae_title
    assert SUCCESS in listening.echo(ours)
    assert SUCCESS in listening.echo("SECURE", *own)
    assert SUCCESS in listening.echo("OPEN", *own)
    assert SUCCESS in listening.echo("OPEN", *anonymous)
    dcmtk(
        "storescu",
        "-xr",
        *own,
        "-aet",
        "KIT",
        "-aec",
        "SECURE",
        HOST,
        str(listening.ports["SECURE"]),
        CT_FILE,
    )
    for called, words in ((ours, own), ("SECURE", ()), ("SECURE", anonymous), ("OPEN", ())):
        assert SUCCESS not in listening.echo(called, *words, expect=None)
    assert SUCCESS in listening.echo(ours)
