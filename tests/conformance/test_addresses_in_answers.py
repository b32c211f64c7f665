"""URLs in answers lead back to where the client called (PS3.18 F.2.2: BulkDataURI is a WADO-RS URL).

dicomweb-client fetches bulk data by the URI as it is told (that of dcmjs: tests/interop/test_dcmjs.py);
proxies are played by calls from 127.0.0.2, the only address whose Forwarded headers count here.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import imagecodecs
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

PDF = "objects/encapsulated/OT000000.dcm"
AXIAL = [f"made/ct-phantom/axial/{number:03}.dcm" for number in range(1, 4)]
PROXY = "127.0.0.2"
pytestmark = pytest.mark.ps("3.18 F.2.2")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {"READINGROOM__HTTP__TRUSTED_PROXIES": PROXY}
    folder = tmp_path_factory.mktemp("addresses")
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as running:
        for name in (PDF, *AXIAL):
            body, kind = (shared_data() / name).read_bytes(), {"content-type": "application/dicom"}
            assert httpx.post(
                f"{running.dicomweb}/studies", content=body, headers=kind, timeout=60
            ).is_success
        yield running


@pytest.fixture(scope="module")
def pdf() -> pydicom.Dataset:
    return pydicom.dcmread(shared_data() / PDF)


def path_of(ds: pydicom.Dataset, level: str = "instance") -> str:
    path = f"/studies/{ds.StudyInstanceUID}"
    if level != "study":
        path += f"/series/{ds.SeriesInstanceUID}"
    return path + (f"/instances/{ds.SOPInstanceUID}" if level == "instance" else "")


def names(ds: pydicom.Dataset) -> dict[str, str]:
    uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    return dict(zip(("studyInstanceUID", "seriesInstanceUID", "sopInstanceUID"), uids, strict=True))


def uris(model: object) -> list[str]:
    return re.findall(r'"BulkDataURI": ?"([^"]*)"', json.dumps(model))


@pytest.mark.row("WEB-WADO-RS-05", "WEB-WADO-RS-06")
def test_clients_follow_the_uri_as_it_is(server: RunningServer, pdf: pydicom.Dataset) -> None:
    truth = bytes(pdf.EncapsulatedDocument)
    web = DICOMwebClient(server.dicomweb)
    for level in ("study", "series", "instance"):
        if level == "study":
            told = web.retrieve_study_metadata(pdf.StudyInstanceUID)
        elif level == "series":
            told = web.retrieve_series_metadata(pdf.StudyInstanceUID, pdf.SeriesInstanceUID)
        else:
            told = [web.retrieve_instance_metadata(*names(pdf).values())]
        (uri,) = uris(told)
        assert uri == f"{server.dicomweb}{path_of(pdf)}/bulkdata/00420011"
        assert web.retrieve_bulkdata(uri) == [truth]


@pytest.mark.row("WEB-WADO-RS-06", "WEB-WADO-RS-07")
@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_the_same_in_every_coding_and_form(level: str, server: RunningServer) -> None:
    ds = pydicom.dcmread(shared_data() / AXIAL[1])
    url = f"{server.dicomweb}{path_of(ds, level)}/metadata"
    with httpx.Client(timeout=60) as http:
        plain = http.get(url, headers={"accept-encoding": "identity"})
        expected = [f"{server.dicomweb}{path_of(ds, 'series')}/instances/"] * (
            1 if level == "instance" else 3
        )
        told = uris(plain.json())
        assert [uri.partition("instances/")[0] + "instances/" for uri in told] == expected
        for uri in told:
            came = http.get(uri, headers={"accept": "application/octet-stream"})
            assert len(came.content) == ds.pixel_array.nbytes
        xml = http.get(url, headers={"accept": 'multipart/related; type="application/dicom+xml"'})
        bodies = re.findall(rb"<\?xml.*?</NativeDicomModel>", xml.content, re.DOTALL)
        assert [node.get("uri") for body in bodies for node in ElementTree.fromstring(body).iter() if
                node.tag.endswith("BulkData")] == told  # fmt: skip
    with socket.create_connection(
        (httpx.URL(url).host, httpx.URL(url).port or 80), 60
    ) as raw:  # as it is sent
        for coding, decoded in (("gzip", gzip.decompress), ("br", imagecodecs.brotli_decode)):
            raw.sendall(
                f"GET {httpx.URL(url).path} HTTP/1.1\r\nHost: {httpx.URL(url).netloc.decode()}\r\n"
                f"Accept-Encoding: {coding}\r\n\r\n".encode()
            )
            head, body = read_answer(raw)
            assert f"content-encoding: {coding}" in head
            assert decoded(body) == plain.content


def read_answer(raw: socket.socket) -> tuple[str, bytes]:
    """Head in lower case and body of an answer with Content-Length."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += raw.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    lower = head.decode("latin-1").lower()
    found = re.search(r"content-length: (\d+)", lower)
    assert found, lower
    while len(body) < int(found[1]):
        body += raw.recv(65536)
    return lower, body


def by_curl(server: RunningServer, path: str, *words: str) -> str:
    told = subprocess.run(
        ["curl", "-sS", *words, server.url + path], capture_output=True, text=True, check=True, timeout=60
    )
    return told.stdout


@pytest.mark.row("WEB-WADO-RS-06")
@pytest.mark.parametrize(
    ("prefix", "words", "root"),
    [
        ("/rs", (), "{url}/rs"),
        ("/dicom-web", ("-H", "Host: pacs.example:8443"), "http://pacs.example:8443/dicom-web"),
        ("/wado-rs", ("-H", "Host: [fd00::5]:8042"), "http://[fd00::5]:8042/wado-rs"),
        (
            "/dicom-web",
            ("-H", "Host: 127.0.0.1"),
            "{url}/dicom-web",
        ),  # dicomweb-client leaves the port out
        ("/dicom-web", ("-H", "Host: pacs.example"), "http://pacs.example/dicom-web"),
        ("/dicom-web", ("-H", 'Host: a","vr":"XX'), "{url}/dicom-web"),
        ("/dicom-web", ("-H", "Host: pacs.example/evil?"), "{url}/dicom-web"),
        ("/dicom-web", ("-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-Host: evil"), "{url}/dicom-web"),
        ("/dicom-web", ("-H", "Forwarded: proto=https;host=evil"), "{url}/dicom-web"),
        (
            "/dicom-web",
            ("--interface", PROXY, "-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-Host: pacs.example"),
            "https://pacs.example/dicom-web",
        ),
        (
            "/dicom-web",
            ("--interface", PROXY, "-H", 'Forwarded: for=192.0.2.43;proto=https;host="pacs.example:8443"'),
            "https://pacs.example:8443/dicom-web",
        ),
        (
            "/dicom-web",  # nobody knows which of them the proxy wrote
            ("--interface", PROXY, "-H", "Forwarded: host=evil", "-H", "X-Forwarded-Host: pacs.example"),
            "{url}/dicom-web",
        ),
    ],
)
def test_the_address_is_the_one_called(
    prefix: str, words: tuple[str, ...], root: str, server: RunningServer, pdf: pydicom.Dataset
) -> None:
    root = root.format(url=server.url)
    for level in ("series", "instance"):
        told = json.loads(by_curl(server, f"{prefix}{path_of(pdf, level)}/metadata", *words))
        assert uris(told) == [f"{root}{path_of(pdf)}/bulkdata/00420011"]
    found = json.loads(by_curl(server, f"{prefix}/instances?SOPInstanceUID={pdf.SOPInstanceUID}", *words))
    assert found[0]["00081190"]["Value"] == [root + path_of(pdf)]
    head = by_curl(server, f"{prefix}{path_of(pdf)}", "-I", "-H", "Accept: application/dicom", *words)
    assert f"content-location: {root}{path_of(pdf)}".lower() in head.lower()


@pytest.mark.ps("3.18 8.4.2")
def test_what_another_address_was_told_is_not_unchanged(server: RunningServer, pdf: pydicom.Dataset) -> None:
    url = f"{server.dicomweb}{path_of(pdf, 'series')}/metadata"
    etag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"if-none-match": etag}).status_code == 304
    other = httpx.get(url, headers={"if-none-match": etag, "host": "pacs.example"})
    assert other.status_code == 200


def test_events_name_the_caller_behind_the_proxy(server: RunningServer, tmp_path: Path) -> None:
    body = shared_data() / AXIAL[0]
    words = ("-H", "Content-Type: application/dicom", "--data-binary", f"@{body}")
    by_curl(server, "/dicom-web/studies", *words, "--interface", PROXY, "-H", "X-Forwarded-For: 192.0.2.7")
    by_curl(server, "/dicom-web/studies", *words, "-H", "X-Forwarded-For: 192.0.2.8")

    def addresses() -> set[str]:
        told = httpx.get(f"{server.url}/api/log", params={"kind": "STOW-RS"}, timeout=60).json()
        return {event["address"] for event in told["events"]}

    wait_until(lambda: "192.0.2.7" in addresses(), 60.0, "the event is written")
    assert "192.0.2.8" not in addresses()
