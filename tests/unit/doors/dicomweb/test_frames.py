"""Frames and bulk data (PS3.18 10.4.1.1.5, 10.4.1.1.6)."""

from __future__ import annotations

import copy

import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames

from tests.unit.doors.dicomweb.house import House, parts_of

ELE, JLS, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.5"
OCTETS = "multipart/related; type=application/octet-stream"


def codestreams(ds: pydicom.Dataset) -> list[bytes]:
    return list(generate_frames(ds.PixelData, number_of_frames=int(ds.NumberOfFrames)))


@pytest.mark.ps("3.18 10.4.1.1.5")
def test_ohif_gets_the_stored_codestream_named_in_the_part(house: House) -> None:
    url = house.url("jls") + "/frames/2"
    response = house.client.get(url, headers={"accept": OCTETS + "; transfer-syntax=*"})
    assert response.status_code == 200
    assert 'type="application/octet-stream"' in response.headers["content-type"]
    ((headers, body),) = parts_of(response)
    assert headers["content-type"] == f"application/octet-stream; transfer-syntax={JLS}"
    assert headers["content-location"] == house.base + url
    assert body.rstrip(b"\0") == codestreams(house.stored["jls"])[1].rstrip(b"\0")


@pytest.mark.parametrize("accept", [OCTETS, f"{OCTETS}; transfer-syntax={ELE}", "*/*"])
@pytest.mark.parametrize("name", ["jls", "rle", "mr-1", "big-endian", "implicit"])
def test_decompressed_frames_equal_pydicoms(house: House, name: str, accept: str) -> None:
    ((headers, body),) = parts_of(house.client.get(house.url(name) + "/frames/1", headers={"accept": accept}))
    assert headers["content-type"] == f"application/octet-stream; transfer-syntax={ELE}"
    truth = house.stored[name].pixel_array
    frame = truth[0] if int(house.stored[name].get("NumberOfFrames") or 1) > 1 else truth
    assert body == frame.astype(frame.dtype.newbyteorder("<")).tobytes()


def test_several_frames(house: House) -> None:
    accept = "multipart/related; type=image/jls"
    found = parts_of(house.client.get(house.url("jls") + "/frames/1,3,12", headers={"accept": accept}))
    truth = codestreams(house.stored["jls"])
    assert [body.rstrip(b"\0") for _, body in found] == [truth[n].rstrip(b"\0") for n in (0, 2, 11)]
    assert all(headers["content-type"] == f"image/jls; transfer-syntax={JLS}" for headers, _ in found)
    assert [headers["content-location"].rpartition("/")[2] for headers, _ in found] == ["1", "3", "12"]


def test_single_part_of_one_frame(house: House) -> None:
    url = house.url("jls") + "/frames/1"
    response = house.client.get(url, headers={"accept": "image/jls"})
    assert response.headers["content-type"] == f"image/jls; transfer-syntax={JLS}"
    assert response.content.rstrip(b"\0") == codestreams(house.stored["jls"])[0].rstrip(b"\0")
    same = {"accept": "image/jls", "if-none-match": response.headers["etag"]}
    assert house.client.get(url, headers=same).status_code == 304
    assert (
        house.client.get(house.url("jls") + "/frames/1,2", headers={"accept": "image/jls"}).status_code == 406
    )


@pytest.mark.parametrize("name", ["image/dicom-rle", "application/x-dicom-rle"])
def test_rle_under_the_name_it_was_asked_by(house: House, name: str) -> None:
    response = house.client.get(house.url("rle") + "/frames/1", headers={"accept": name})
    assert response.headers["content-type"] == f"{name}; transfer-syntax={RLE}"
    made = house.client.get(house.url("mr-1") + "/frames/1", headers={"accept": name})
    ds = copy.deepcopy(house.stored["mr-1"])
    ds.file_meta = pydicom.dataset.FileMetaDataset(ds.file_meta)
    ds.file_meta.TransferSyntaxUID = RLE
    ds.PixelData = pydicom.encaps.encapsulate([made.content])
    assert np.array_equal(ds.pixel_array, house.stored["mr-1"].pixel_array)


@pytest.mark.parametrize(
    ("frames", "status"),
    [
        ("0", 400),
        ("a", 400),
        ("1,,2", 400),
        ("3,1", 400),
        ("1,1", 400),
        ("13", 404),
        ("1,13", 404),
        ("9999", 404),
    ],
)
def test_bad_frame_lists(house: House, frames: str, status: int) -> None:
    assert house.client.get(f"{house.url('jls')}/frames/{frames}").status_code == status


def test_no_frames_in_a_report(house: House) -> None:
    assert house.client.get(house.url("sr") + "/frames/1").status_code == 404


def bulk_uris(model: dict[str, object]) -> list[str]:
    found = []
    for attribute in model.values():
        assert isinstance(attribute, dict)
        if "BulkDataURI" in attribute:
            found.append(attribute["BulkDataURI"])
        for item in attribute.get("Value", []) if attribute["vr"] == "SQ" else []:
            found += bulk_uris(item)
    return found


def value_at(ds: pydicom.Dataset, uri: str) -> bytes:
    """Follow .../bulkdata/TAG/ITEM/TAG in pydicom's own Data Set."""
    path = uri.partition("/bulkdata/")[2].split("/")
    for tag, item in zip(path[:-1:2], path[1::2], strict=True):
        ds = ds[int(tag, 16)].value[int(item) - 1]
    return bytes(ds[int(path[-1], 16)].value)


@pytest.mark.ps("3.18 10.4.1.1.6")
@pytest.mark.parametrize("name", ["pdf", "wave", "mr-1", "implicit"])
def test_every_uri_in_metadata_can_be_fetched(house: House, name: str) -> None:
    (model,) = house.client.get(house.url(name) + "/metadata").json()
    uris = bulk_uris(model)
    assert uris
    for uri in uris:
        truth = value_at(house.stored[name], uri)
        single = house.client.get(uri, headers={"accept": "application/octet-stream"})
        assert single.headers["content-type"] == "application/octet-stream"
        assert single.content == truth, uri
        # Ranges of any value, in Items too: hours of a waveform are looked at in pieces.
        half = len(truth) // 2
        asked = {"accept": "application/octet-stream", "range": f"bytes={half}-{half + 1}"}
        part = house.client.get(uri, headers=asked)
        assert (part.status_code, part.content) == (206, truth[half : half + 2]), uri
        assert part.headers["content-range"] == f"bytes {half}-{half + 1}/{len(truth)}"
        ((headers, body),) = parts_of(house.client.get(uri, headers={"accept": OCTETS}))
        assert headers["content-type"] == "application/octet-stream"
        assert body == truth


def test_bulk_data_of_compressed_pixels_are_the_frames(house: House) -> None:
    uri = house.url("jls") + "/bulkdata/7FE00010"
    found = parts_of(house.client.get(uri, headers={"accept": "multipart/related; type=image/jls"}))
    assert len(found) == 12


def test_ranges_of_bulk_data(house: House) -> None:
    uri = house.url("pdf") + "/bulkdata/00420011"
    truth = bytes(house.stored["pdf"].EncapsulatedDocument)
    whole = house.client.get(uri)
    assert whole.headers["accept-ranges"] == "bytes"
    part = house.client.get(uri, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, truth[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(truth)}"
    several = house.client.get(uri, headers={"range": "bytes=0-3,-4"})
    assert several.status_code == 206
    assert several.headers["content-type"].startswith("multipart/byteranges")
    assert [body for _, body in parts_of(several)] == [truth[:4], truth[-4:]]
    beyond = house.client.get(uri, headers={"range": f"bytes={len(truth)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(truth)}")
    stale = house.client.get(uri, headers={"range": "bytes=10-19", "if-range": '"other"'})
    assert (stale.status_code, stale.content) == (200, truth)
    assert house.client.get(uri, headers={"if-none-match": whole.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [("00420012", 404), ("00091001", 404), ("00420011/1/00100010", 404), ("x", 400)],
)
def test_no_bulk_data_there(house: House, path: str, status: int) -> None:
    assert house.client.get(f"{house.url('pdf')}/bulkdata/{path}").status_code == status
