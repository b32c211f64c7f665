"""Radiotherapy objects as pages, by /rendered and WADO-URI, asked by curl; RT Dose stays a picture."""

from __future__ import annotations

import httpx
import pydicom
import pytest

from tests.conformance.test_reports import curl, path_of, uri_of
from tests.kit.reports import parse_page, words_of
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

NAMES = ("rtdose", "rtstruct", "rtplan", "rtionplan", "rt-beams-record")
BROWSER = "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"
pytestmark = [pytest.mark.row("VIEW-DISP-13"), pytest.mark.ps("3.18 10.4.1.1.3")]


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> dict[str, pydicom.Dataset]:
    """The objects of made/rt; the server has them."""
    paths = {name: shared_data() / "made" / "rt" / f"{name}.dcm" for name in NAMES}
    for path in paths.values():
        kind = {"content-type": "application/dicom"}
        answer = httpx.post(f"{server.dicomweb}/studies", content=path.read_bytes(), headers=kind, timeout=60)
        assert answer.status_code in (200, 202), answer.text
    return {name: pydicom.dcmread(path) for name, path in paths.items()}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rtdose", "■ dense (ROI 5)"),
        ("rtstruct", "7.119 ml"),
        ("rtplan", "129 MU"),
        ("rtionplan", "175, 148, 115 MeV"),
        ("rt-beams-record", "127.71"),
    ],
)
def test_both_services_give_the_page(
    name: str, said: str, server: RunningServer, stored: dict[str, pydicom.Dataset]
) -> None:
    for url in (
        f"{server.dicomweb}{path_of(stored[name])}/rendered",
        f"{server.url}{uri_of(stored[name])}&contentType=text/html",
    ):
        kind, body = curl(url, BROWSER)
        assert kind == "text/html; charset=utf-8"
        assert said in words_of(parse_page(body))


def test_pages_link_to_each_other(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    url = f"{server.dicomweb}{path_of(stored['rtdose'])}/rendered"
    page = parse_page(curl(url)[1])
    links = {link.attrib["title"]: link.attrib["href"] for link in page.iter("a")}
    assert set(links) == {stored[name].SOPInstanceUID for name in ("rtplan", "rtstruct")}
    for name in ("rtplan", "rtstruct"):
        kind, _ = curl(str(httpx.URL(url).join(links[stored[name].SOPInstanceUID])))
        assert kind == "text/html; charset=utf-8"
    pixels = stored["rtdose"].pixel_array  # by pydicom; 0.001 Gy each
    assert f"Highest dose in the grid {pixels.max() / 1000:.6g} Gy" in words_of(page)


def test_a_dose_is_a_picture_first(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    url = f"{server.dicomweb}{path_of(stored['rtdose'])}"
    assert curl(f"{url}/rendered", "*/*")[0] == "image/jpeg"
    assert curl(f"{url}/rendered", "image/png")[0] == "image/png"
    assert curl(f"{url}/frames/16/rendered", BROWSER)[0] != "text/html; charset=utf-8"
    assert curl(f"{server.url}{uri_of(stored['rtdose'])}&frameNumber=16", "*/*")[0] == "image/jpeg"


def test_what_is_no_picture_says_what_it_can_be(
    server: RunningServer, stored: dict[str, pydicom.Dataset]
) -> None:
    """By WADO-URI without contentType it is the object (PS3.18 9.4.4, other objects)."""
    answer = httpx.get(
        f"{server.dicomweb}{path_of(stored['rtplan'])}/rendered",
        headers={"accept": "image/png"},
        timeout=60.0,
    )
    assert answer.status_code == 406
    assert "text/html" in answer.text
    assert curl(f"{server.url}{uri_of(stored['rtplan'])}", "*/*")[0] == "application/dicom"
