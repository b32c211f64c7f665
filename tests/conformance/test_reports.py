"""Structured reports as pages by WADO-RS and WADO-URI (PS3.18 10.4.1.1.3, 9.4.4), asked by curl."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

import httpx
import pydicom
import pytest
from striprtf.striprtf import rtf_to_text

from tests.kit.reports import parse_page, words_of
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

REPORT, IMAGE = "made/sr/basic-text.dcm", "made/ct-phantom/axial/011.dcm"


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> dict[str, pydicom.Dataset]:
    """The report and the image it refers to; the server has them."""
    for name in (REPORT, IMAGE):
        kind = {"content-type": "application/dicom"}
        body = (shared_data() / name).read_bytes()
        answer = httpx.post(f"{server.dicomweb}/studies", content=body, headers=kind, timeout=60)
        assert answer.status_code in (200, 202), answer.text
    return {name: pydicom.dcmread(shared_data() / name) for name in (REPORT, IMAGE)}


def curl(url: str, accept: str = "text/html") -> tuple[str, bytes]:
    """Media type and body of an answer 200."""
    told = subprocess.run(
        ["curl", "-sS", "-f", "-H", f"accept: {accept}", "-w", "\n%{content_type}", url],
        capture_output=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    body, _, kind = told.rpartition(b"\n")
    return kind.decode(), body


def path_of(ds: pydicom.Dataset) -> str:
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


def uri_of(ds: pydicom.Dataset) -> str:
    uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    return "/wado?requestType=WADO&studyUID={}&seriesUID={}&objectUID={}".format(*uids)


@pytest.mark.ps("3.18 10.4.1.1.3")
@pytest.mark.row("WEB-URI-09")
@pytest.mark.parametrize("service", ["WADO-RS", "WADO-URI"])
def test_a_report_is_a_page_whose_links_lead_to_its_images(
    service: str, server: RunningServer, stored: dict[str, pydicom.Dataset]
) -> None:
    if service == "WADO-RS":
        url = f"{server.dicomweb}{path_of(stored[REPORT])}/rendered"
    else:
        url = f"{server.url}{uri_of(stored[REPORT])}&contentType=text/html"
    kind, body = curl(url)
    assert kind == "text/html; charset=utf-8"
    page = parse_page(body)
    assert "Second line with Ünïcode 日本." in words_of(page)
    (link,) = page.iter("a")
    assert link.attrib["title"] == stored[IMAGE].SOPInstanceUID
    kind, picture = curl(str(httpx.URL(url).join(link.attrib["href"])), "image/jpeg")
    assert (kind, picture[:2]) == ("image/jpeg", b"\xff\xd8")


@pytest.mark.ps("3.18 10.4.1.1.3")
def test_a_page_has_a_version_and_no_scripts(
    server: RunningServer, stored: dict[str, pydicom.Dataset]
) -> None:
    url = f"{server.dicomweb}{path_of(stored[REPORT])}/rendered"
    answer = httpx.get(url, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, timeout=60.0)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    etag = answer.headers["etag"]
    assert httpx.get(url, headers={"if-none-match": etag}, timeout=60.0).status_code == 304
    head = httpx.head(url, timeout=60.0)
    assert (head.status_code, head.content) == (200, b"")
    refused = httpx.get(url, headers={"accept": "image/png"}, timeout=60.0)
    assert (refused.status_code, refused.json()["acceptable"]) == (
        406,
        "text/html, text/plain, text/xml, text/rtf",
    )


@pytest.mark.ps("3.18 8.7.4", "3.19 A.1")
@pytest.mark.row("WEB-URI-09")
@pytest.mark.parametrize("service", ["WADO-RS", "WADO-URI"])
def test_as_rich_text_and_as_xml(
    service: str, server: RunningServer, stored: dict[str, pydicom.Dataset]
) -> None:
    """RTF has the words of the plain text, as striprtf reads it; XML every element of the object."""

    def ask(form: str) -> tuple[str, bytes]:
        if service == "WADO-RS":
            return curl(f"{server.dicomweb}{path_of(stored[REPORT])}/rendered", form)
        return curl(f"{server.url}{uri_of(stored[REPORT])}&contentType={form}")

    _, plain = ask("text/plain")
    kind, rich = ask("text/rtf")
    assert kind == "text/rtf"
    assert rich.isascii()
    words = [line.strip() for line in rtf_to_text(rich.decode("ascii")).splitlines()]
    assert words == [line.strip() for line in plain.decode().splitlines()]
    assert any("Ünïcode 日本" in line for line in words)
    kind, document = ask("text/xml")
    assert kind == "text/xml; charset=utf-8"
    tags = [one.get("tag") for one in ElementTree.fromstring(document)]
    ds = stored[REPORT]
    assert tags == [f"{element.tag:08X}" for element in ds]
