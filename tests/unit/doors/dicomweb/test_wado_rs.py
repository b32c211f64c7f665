"""Whole studies, series and instances (PS3.18 10.4)."""

from __future__ import annotations

import io

import pydicom
import pytest
from pydicom.dataelem import RawDataElement

from tests.unit.doors.dicomweb.house import FILES, House, parts_of

ELE = "1.2.840.10008.1.2.1"
DICOM = 'multipart/related; type="application/dicom"'
ANY = DICOM + "; transfer-syntax=*"


def read(body: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(body))


@pytest.mark.ps("3.18 10.4.1.1.1")
@pytest.mark.parametrize("name", FILES)
def test_any_syntax_gives_the_very_bytes_that_were_sent(house: House, name: str) -> None:
    response = house.client.get(house.url(name), headers={"accept": ANY})
    assert response.status_code == 200
    ((headers, body),) = parts_of(response)
    syntax = str(house.stored[name].file_meta.TransferSyntaxUID)
    if syntax in ("1.2.840.10008.1.2", "1.2.840.10008.1.2.2"):  # never on the web
        assert read(body).file_meta.TransferSyntaxUID == ELE
        syntax = ELE
    else:
        assert body == house.paths[name].read_bytes()
    assert headers["content-type"] == f"application/dicom; transfer-syntax={syntax}"
    assert headers["content-location"] == house.base + house.url(name)


@pytest.mark.parametrize("name", ["mr-1", "rle", "jls", "sr", "pdf", "implicit", "big-endian"])
def test_no_syntax_named_means_explicit_little_endian(house: House, name: str) -> None:
    ((headers, body),) = parts_of(house.client.get(house.url(name), headers={"accept": DICOM}))
    assert headers["content-type"] == f"application/dicom; transfer-syntax={ELE}"
    ds = read(body)
    assert ds.file_meta.TransferSyntaxUID == ELE
    assert ds.file_meta.MediaStorageSOPInstanceUID == house.stored[name].SOPInstanceUID
    truth = house.stored[name]
    if "PixelData" in truth:
        assert (ds.pixel_array == truth.pixel_array).all()
    as_stored = pydicom.dcmread(house.paths[name])
    for tag in sorted(truth.keys()):
        if tag in (0x7FE00010, 0x00080005, 0x00280006) or tag.element == 0:
            continue
        raw = as_stored.get_item(tag)
        if isinstance(raw, RawDataElement) and raw.VR == "UN":
            # Bytes of UN are little endian wherever they stand (PS3.5 6.2.2); pydicom reads them otherwise.
            assert ds.get_item(tag).value == raw.value, tag
        else:
            assert ds[tag].value == truth[tag].value, tag


def test_video_cannot_be_decompressed_and_goes_out_as_it_is(house: House) -> None:
    ((headers, body),) = parts_of(house.client.get(house.url("video"), headers={"accept": DICOM}))
    assert headers["content-type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.102"
    assert body == house.paths["video"].read_bytes()
    response = house.client.get(house.url("video"), headers={"accept": f"{DICOM}; transfer-syntax={ELE}"})
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/problem+json"


def test_single_part(house: House) -> None:
    response = house.client.get(house.url("rle"), headers={"accept": "application/dicom; transfer-syntax=*"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.5"
    assert response.headers["content-length"] == str(len(response.content))
    assert response.content == house.paths["rle"].read_bytes()
    again = house.client.get(
        house.url("rle"),
        headers={
            "accept": "application/dicom; transfer-syntax=*",
            "if-none-match": response.headers["etag"],
        },
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("level", ["study", "series"])
def test_series_and_study_come_whole_and_in_order(house: House, level: str) -> None:
    response = house.client.get(house.url("mr-1", level), headers={"accept": ANY})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(
        'multipart/related; type="application/dicom"; boundary='
    )
    found = parts_of(response)
    assert [body for _, body in found] == [house.paths[f"mr-{n}"].read_bytes() for n in (1, 2, 3)]
    single = house.client.get(house.url("mr-1", level), headers={"accept": "application/dicom"})
    assert single.status_code == 406


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/dicom", 200),
        ("image/png", 406),
        ("nonsense", 406),
        ("application/zip", 200),
        ("application/zip; transfer-syntax=1.2.3", 406),
    ],
)
def test_what_is_acceptable(house: House, accept: str, status: int) -> None:
    response = house.client.get(house.url("mr-1"), headers={"accept": accept})
    assert response.status_code == status


def test_accept_by_query_parameter(house: House) -> None:
    response = house.client.get(house.url("mr-1"), params={"accept": "application/dicom"})
    assert response.headers["content-type"] == f"application/dicom; transfer-syntax={ELE}"


@pytest.mark.parametrize(
    "path", ["/studies/9.9", "/studies/{s}/series/9.9", "/studies/{s}/series/{e}/instances/9.9"]
)
def test_unknown_is_404(house: House, path: str) -> None:
    ds = house.stored["mr-1"]
    url = "/dicom-web" + path.format(s=ds.StudyInstanceUID, e=ds.SeriesInstanceUID)
    response = house.client.get(url)
    assert response.status_code == 404
    assert response.json()["uid"] == "9.9"


def test_an_instance_is_not_found_in_another_series(house: House) -> None:
    ours, other = house.stored["mr-1"], house.stored["rle"]
    url = f"/dicom-web/studies/{ours.StudyInstanceUID}/series/{ours.SeriesInstanceUID}"
    assert house.client.get(f"{url}/instances/{other.SOPInstanceUID}").status_code == 404


@pytest.mark.ps("3.18 8.5")
def test_what_cannot_be_given_as_asked_is_left_out_and_said_so(house: House) -> None:
    """The study has two images in RLE and a report, which nobody can compress."""
    accept = f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.5"
    response = house.client.get(house.url("rle", "study"), headers={"accept": accept})
    assert response.status_code == 206
    found = [body for _, body in parts_of(response)]
    assert found == [house.paths["rle"].read_bytes(), house.paths["rle-2"].read_bytes()]
    whole = house.client.get(house.url("rle", "study"), headers={"accept": ANY})
    assert (whole.status_code, len(parts_of(whole))) == (200, 3)


@pytest.mark.parametrize("accept", [ANY, "application/dicom; transfer-syntax=*"])
def test_head_tells_the_headers_only(house: House, accept: str) -> None:
    response = house.client.head(house.url("mr-1"), headers={"accept": accept})
    assert response.status_code == 200
    assert response.content == b""
    assert "application/dicom" in response.headers["content-type"]


def test_pixel_data_are_never_gzipped(house: House) -> None:
    headers = {"accept": ANY, "accept-encoding": "gzip, br"}
    for path in (house.url("mr-1"), house.url("mr-1", "study"), house.url("mr-1") + "/frames/1"):
        accept = "multipart/related; type=application/octet-stream" if "frames" in path else ANY
        response = house.client.get(path, headers=headers | {"accept": accept})
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
