"""Waveforms on paper, by WADO-RS and WADO-URI."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pydicom
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount

from readingroom.access import ANYBODY
from readingroom.doors.dicomweb import uri_route
from readingroom.model import Origin, OriginKind
from tests.kit.shared_data import shared_data
from tests.unit.doors.dicomweb.house import AsCaller, House, application, close, engines, serving

FILES = {
    "ecg": "made/waveforms/ecg-12-lead.dcm",
    "deflated": "objects/ecg/wave_dfl",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    services = engines(tmp_path_factory.mktemp("waveforms"))
    paths = {name: shared_data() / path for name, path in FILES.items()}
    stored = {name: pydicom.dcmread(path) for name, path in paths.items()}
    broken = pydicom.dcmread(paths["ecg"])
    broken.SOPInstanceUID = broken.file_meta.MediaStorageSOPInstanceUID = "2.25.77"
    broken.WaveformSequence[0].WaveformData = bytes(100)
    paths["broken"], stored["broken"] = tmp_path_factory.mktemp("files") / "broken.dcm", broken
    broken.save_as(paths["broken"])
    for path in paths.values():
        with path.open("rb") as stream:
            services.archive.ingest(stream, Origin(OriginKind.IMPORT, "test"))
    services.archive.indexer.flush()
    wado = Starlette(routes=[uri_route(services, "/wado"), Mount("/", application(services))])
    app = AsCaller(wado, ANYBODY)
    with serving(app) as client:
        yield House(services.archive, services, app, client, stored, paths)
    close(services)


@pytest.mark.ps("3.18 10.4.1.1.3")
@pytest.mark.parametrize("name", ["ecg", "deflated"])
@pytest.mark.parametrize("media_type", ["image/svg+xml", "image/png", "application/pdf"])
def test_rendered(house: House, name: str, media_type: str) -> None:
    url = f"{house.url(name)}/rendered"
    answer = house.client.get(url, headers={"accept": media_type})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    if media_type == "image/svg+xml":
        assert ElementTree.fromstring(answer.content).attrib["width"] == "297mm"
        assert "sandbox" in answer.headers["content-security-policy"]
    elif media_type == "image/png":
        assert Image.open(io.BytesIO(answer.content)).size == (2376, 1680)
    else:
        assert answer.content.startswith(b"%PDF-")
    again = {"accept": media_type, "if-none-match": answer.headers["etag"]}
    assert house.client.get(url, headers=again).status_code == 304


def test_layout_and_viewport(house: House) -> None:
    url, png = f"{house.url('ecg')}/rendered", {"accept": "image/png"}
    tall = house.client.get(f"{url}?layout=12x1&viewport=594,9000", headers=png)
    assert Image.open(io.BytesIO(tall.content)).size == (594, 580)
    wrong = house.client.get(f"{url}?layout=5x5", headers=png)
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert "3x4, 6x2, 12x1" in wrong.text


def test_what_it_is_not_given_as(house: House) -> None:
    answer = house.client.get(f"{house.url('ecg')}/rendered", headers={"accept": "image/jpeg"})
    assert answer.status_code == 406
    assert "image/svg+xml" in answer.text


def test_a_broken_waveform(house: House) -> None:
    answer = house.client.get(f"{house.url('broken')}/rendered", headers={"accept": "image/svg+xml"})
    assert answer.status_code == 400
    assert "Waveform Data has 100 bytes where 120000 are needed." in answer.text


@pytest.mark.ps("3.18 9.5")
def test_by_uri(house: House) -> None:
    ds = house.stored["ecg"]
    url = (
        f"/wado?requestType=WADO&studyUID={ds.StudyInstanceUID}&seriesUID={ds.SeriesInstanceUID}"
        f"&objectUID={ds.SOPInstanceUID}"
    )
    assert house.client.get(url).headers["content-type"] == "application/dicom"
    small = house.client.get(f"{url}&contentType=image/png&columns=594")
    assert Image.open(io.BytesIO(small.content)).size == (594, 420)
    assert house.client.get(f"{url}&contentType=application/pdf").content.startswith(b"%PDF-")
    assert house.client.get(f"{url}&contentType=image/svg%2Bxml").content.startswith(b"<?xml")
