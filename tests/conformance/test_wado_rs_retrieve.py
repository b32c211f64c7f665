"""WADO-RS (PS3.18 10.4) asked by curl, dicomweb-client and Orthanc, read by pydicom, DCMTK and unzip."""

from __future__ import annotations

import email
import gzip
import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import imagecodecs
import numpy as np
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.kit.dcmtk import dcmtk, path_of_program
from tests.kit.orthanc import running_orthanc
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

AXIAL = [f"made/ct-phantom/axial/{number:03}.dcm" for number in range(1, 7)]
MR = "mr-series/adc/000000.dcm"
JLS = "made/enhanced/ct-two-stacks.dcm"
PDF = "made/documents/pdf-two-pages.dcm"
LARGE = "objects/encapsulated/OT000000.dcm"
SR = "made/sr/tid1500.dcm"
BIG = "transfer-syntaxes/ctimage/CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm"
US = "objects/us/GREYSCALE_IMAGE.dcm"
MPEG2 = "made/video/mpeg2-counter.dcm"
FILES = (*AXIAL, MR, JLS, PDF, LARGE, SR, BIG, US, MPEG2)
ELE, RLE, SV1, JLS_LOSSLESS, J2K, HTJ2K = (
    "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201",
)  # fmt: skip
BASELINE = "1.2.840.10008.1.2.4.50"

Stored = dict[str, pydicom.Dataset]


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> Stored:
    data = shared_data()
    for name in FILES:
        kind = {"content-type": "application/dicom"}
        body = (data / name).read_bytes()
        answer = httpx.post(f"{server.dicomweb}/studies", content=body, headers=kind, timeout=60)
        assert answer.status_code in (200, 202), answer.text
    return {name: pydicom.dcmread(data / name) for name in FILES}


@pytest.fixture
def http(server: RunningServer, stored: Stored) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


@pytest.fixture
def web(server: RunningServer, stored: Stored) -> DICOMwebClient:
    return DICOMwebClient(server.dicomweb)


def path_of(ds: pydicom.Dataset, level: str = "instance") -> str:
    path = f"/studies/{ds.StudyInstanceUID}"
    if level != "study":
        path += f"/series/{ds.SeriesInstanceUID}"
    return path + (f"/instances/{ds.SOPInstanceUID}" if level == "instance" else "")


def uids_of(ds: pydicom.Dataset) -> tuple[str, str, str]:
    return ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID


def parts_of(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """Content-Type and body of each part, by Python's own MIME parser."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    found = email.message_from_bytes(head + answer.content).get_payload()
    return [(str(part["content-type"]), part.get_payload(decode=True)) for part in found]  # type: ignore[union-attr]


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-02", "WEB-WADO-RS-03")
@pytest.mark.ps("3.18 8.6.1.3")
@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_zip_by_curl_and_unzip(level: str, server: RunningServer, stored: Stored, tmp_path: Path) -> None:
    first = stored[AXIAL[0]]
    out = tmp_path / "came.zip"
    url = server.dicomweb + path_of(first, level)
    accept = "Accept: application/zip; transfer-syntax=*"
    told = subprocess.run(
        ["curl", "-sS", "-o", out, "-w", "%{http_code} %{content_type}", "-H", accept, url],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert told.stdout == "200 application/zip"
    subprocess.run([path_of_program("unzip"), "-q", out, "-d", tmp_path / "files"], check=True)
    came = {path.stem: path for path in (tmp_path / "files").rglob("*.dcm")}
    sent = {
        ds.SOPInstanceUID: name
        for name, ds in stored.items()
        if ds.StudyInstanceUID == first.StudyInstanceUID
    }
    if level == "series":
        sent = {u: n for u, n in sent.items() if stored[n].SeriesInstanceUID == first.SeriesInstanceUID}
    if level == "instance":
        sent = {first.SOPInstanceUID: AXIAL[0]}
    assert sent.keys() <= came.keys()
    for uid, name in sent.items():
        assert came[uid].read_bytes() == (shared_data() / name).read_bytes()
        assert came[uid].parent.name == stored[name].SeriesInstanceUID


@pytest.mark.row("WEB-WADO-RS-02", "WEB-WADO-RS-08")
def test_zip_in_a_form_that_is_made(http: httpx.Client, stored: Stored, tmp_path: Path) -> None:
    url = path_of(stored[AXIAL[0]], "series")
    for accept, syntax in (("application/zip", ELE), (f"application/zip; transfer-syntax={SV1}", SV1)):
        answer = http.get(url, headers={"accept": accept})
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                file = tmp_path / "one.dcm"
                file.write_bytes(archive.read(name))
                assert pydicom.dcmread(file).file_meta.TransferSyntaxUID == syntax
                dcmtk("dcmdjpeg", file, tmp_path / "plain.dcm")
                came = pydicom.dcmread(tmp_path / "plain.dcm")
                truth = next(ds for ds in stored.values() if ds.SOPInstanceUID == came.SOPInstanceUID)
                assert np.array_equal(came.pixel_array, truth.pixel_array)


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-08")
def test_orthanc_fetches_a_study(server: RunningServer, stored: Stored, tmp_path: Path) -> None:
    web = {"Enable": True, "Root": "/dicom-web/", "Servers": {"room": {"Url": f"{server.dicomweb}/"}}}
    with running_orthanc(tmp_path / "orthanc", more={"DicomWeb": web}) as orthanc:
        wanted = {
            "Resources": [
                {"Study": stored[AXIAL[0]].StudyInstanceUID},
                {"Study": stored[BIG].StudyInstanceUID},
            ]
        }
        orthanc.post("/dicom-web/servers/room/retrieve", wanted | {"Synchronous": True})
        for name in (*AXIAL, BIG):
            came = pydicom.dcmread(io.BytesIO(orthanc.file_of(stored[name].SOPInstanceUID)))
            assert np.array_equal(came.pixel_array, stored[name].pixel_array)


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-02", "WEB-WADO-RS-03")
def test_dicomweb_client_retrieves(web: DICOMwebClient, stored: Stored) -> None:
    study, series, instance = uids_of(stored[AXIAL[0]])
    sent = {stored[name].SOPInstanceUID: stored[name] for name in AXIAL}
    for came in (web.retrieve_study(study), web.retrieve_series(study, series)):
        found = {ds.SOPInstanceUID: ds for ds in came}
        assert sent.keys() <= found.keys()
        for uid, ds in sent.items():
            assert np.array_equal(found[uid].pixel_array, ds.pixel_array)
    for syntax in (ELE, RLE, JLS_LOSSLESS, J2K, "*"):
        one = web.retrieve_instance(study, series, instance, media_types=(("application/dicom", syntax),))
        assert np.array_equal(one.pixel_array, sent[instance].pixel_array)


@pytest.mark.row("WEB-WADO-RS-08")
@pytest.mark.parametrize("uid", [ELE, RLE, SV1, "1.2.840.10008.1.2.4.57", JLS_LOSSLESS, J2K])
@pytest.mark.parametrize("name", [MR, BIG, JLS, US])
def test_transfer_syntax_by_accept(name: str, uid: str, http: httpx.Client, stored: Stored) -> None:
    accept = f"application/dicom; transfer-syntax={uid}"
    answer = http.get(path_of(stored[name]), headers={"accept": accept})
    assert answer.headers["content-type"] == accept
    came = pydicom.dcmread(io.BytesIO(answer.content))
    assert came.file_meta.TransferSyntaxUID == uid
    assert came.SOPInstanceUID == stored[name].SOPInstanceUID
    assert np.array_equal(came.pixel_array, stored[name].pixel_array)


@pytest.mark.row("WEB-WADO-RS-08")
def test_what_no_codec_can_hold_is_406_with_what_would_fit(http: httpx.Client, stored: Stored) -> None:
    for name, accept in (
        (MR, f"application/dicom; transfer-syntax={BASELINE}"),
        (SR, f"application/dicom; transfer-syntax={RLE}"),
        (MPEG2, f"application/dicom; transfer-syntax={ELE}"),
        (MR, "application/dicom; transfer-syntax=1.2.840.10008.1.2"),
        (BIG, "application/dicom; transfer-syntax=1.2.840.10008.1.2.2"),
    ):
        answer = http.get(path_of(stored[name]), headers={"accept": accept})
        assert answer.status_code == 406, (name, accept)
        assert "application/dicom; transfer-syntax=" in answer.json()["acceptable"]
    better = f"application/dicom; transfer-syntax={BASELINE}, application/dicom; transfer-syntax={RLE}; q=0.1"
    answer = http.get(path_of(stored[MR]), headers={"accept": better})
    assert pydicom.dcmread(io.BytesIO(answer.content)).file_meta.TransferSyntaxUID == RLE


@pytest.mark.row("WEB-WADO-RS-03")
def test_ranges_head_and_etag_of_an_instance(http: httpx.Client, stored: Stored) -> None:
    url, truth = path_of(stored[MR]), (shared_data() / MR).read_bytes()
    accept = {"accept": "application/dicom; transfer-syntax=*"}
    head = http.head(url, headers=accept)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(truth))
    assert head.headers["content-location"] == f"{http.base_url}".rstrip("/") + url
    part = http.get(url, headers=accept | {"range": "bytes=128-131"})
    assert (part.status_code, part.content) == (206, b"DICM")
    assert part.headers["content-range"] == f"bytes 128-131/{len(truth)}"
    assert http.get(url, headers=accept | {"range": f"bytes={len(truth)}-"}).status_code == 416
    same = http.get(url, headers=accept | {"if-none-match": head.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    resumed = accept | {"range": "bytes=1000-", "if-range": head.headers["etag"]}
    assert http.get(url, headers=resumed).content == truth[1000:]


@pytest.mark.row("WEB-WADO-RS-04")
def test_frames_by_dicomweb_client(web: DICOMwebClient, stored: Stored) -> None:
    ds = stored[JLS]
    truth = ds.pixel_array
    for frame, number in zip(web.retrieve_instance_frames(*uids_of(ds), [2, 5, 12]), (2, 5, 12), strict=True):
        assert np.array_equal(np.frombuffer(frame, truth.dtype).reshape(truth.shape[1:]), truth[number - 1])


@pytest.mark.row("WEB-WADO-RS-04")
@pytest.mark.ps("3.18 10.4.1.1.6")
@pytest.mark.parametrize(
    ("frames", "status"), [("2,1", 400), ("1,1", 400), ("0", 400), ("1;2", 400), ("13", 404)]
)
def test_frame_lists_that_cannot_be(frames: str, status: int, http: httpx.Client, stored: Stored) -> None:
    answer = http.get(f"{path_of(stored[JLS])}/frames/{frames}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def decoded(stream: bytes, media_type: str) -> np.ndarray:
    """A codestream by libraries our server does not decode it with, where there are others."""
    if media_type in ("image/jp2", "image/jphc"):
        return np.asarray(imagecodecs.jpeg2k_decode(stream))
    if media_type == "image/jls":
        return np.asarray(imagecodecs.jpegls_decode(stream))
    return np.asarray(imagecodecs.ljpeg_decode(stream))


@pytest.mark.row("WEB-WADO-RS-08", "WEB-WADO-RS-09")
@pytest.mark.ps("3.18 8.7.3.5")
@pytest.mark.parametrize(
    ("media_type", "syntax"),
    [("image/jp2", J2K), ("image/jphc", HTJ2K), ("image/jls", JLS_LOSSLESS), ("image/jpeg", SV1)],
)
def test_frames_in_codestreams_that_are_made(
    media_type: str, syntax: str, http: httpx.Client, stored: Stored
) -> None:
    ds = stored[AXIAL[1]]
    url = path_of(ds) + "/frames/1"
    single = http.get(url, headers={"accept": media_type})
    assert single.headers["content-type"] == f"{media_type}; transfer-syntax={syntax}"
    assert single.headers["content-location"].endswith("/frames/1")
    values = decoded(single.content, media_type)
    assert np.array_equal(values.astype(ds.pixel_array.dtype), ds.pixel_array)
    (part,) = parts_of(http.get(url, headers={"accept": f'multipart/related; type="{media_type}"'}))
    assert part == (single.headers["content-type"], single.content)


@pytest.mark.row("WEB-WADO-RS-09")
def test_frames_with_loss_only_by_name(http: httpx.Client, stored: Stored) -> None:
    url, truth = path_of(stored[US]) + "/frames/1", stored[US].pixel_array
    lossy = http.get(url, headers={"accept": f"image/jpeg; transfer-syntax={BASELINE}"})
    assert lossy.headers["content-type"] == f"image/jpeg; transfer-syntax={BASELINE}"
    image = Image.open(io.BytesIO(lossy.content))
    assert np.abs(np.asarray(image).astype(int) - truth).mean() < 3
    assert SV1 in http.get(url, headers={"accept": "image/jpeg"}).headers["content-type"]
    deep = path_of(stored[MR]) + "/frames/1"  # 16 bits do not fit into the baseline process
    refused = http.get(deep, headers={"accept": f"image/jpeg; transfer-syntax={BASELINE}"})
    assert refused.status_code == 406


@pytest.mark.row("WEB-WADO-RS-05")
def test_bulk_data_by_dicomweb_client_and_in_ranges(
    web: DICOMwebClient, http: httpx.Client, stored: Stored
) -> None:
    ds = stored[LARGE]
    (model,) = web.retrieve_series_metadata(ds.StudyInstanceUID, ds.SeriesInstanceUID)
    uri = model["00420011"]["BulkDataURI"]
    truth = bytes(ds.EncapsulatedDocument)
    assert web.retrieve_bulkdata(uri)[0] == truth
    part = http.get(uri, headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")


@pytest.mark.row("WEB-WADO-RS-06", "WEB-WADO-RS-07")
def test_metadata_in_json_and_xml(http: httpx.Client, stored: Stored) -> None:
    ds = stored[SR]
    url = path_of(ds) + "/metadata"
    plain = http.get(url, headers={"accept": "application/dicom+json", "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json()[0]["00080018"]["Value"] == [ds.SOPInstanceUID]
    for coding, undo in (("gzip", gzip.decompress), ("br", imagecodecs.brotli_decode)):
        with http.stream("GET", url, headers={"accept-encoding": coding}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == coding
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers["etag"] != plain.headers["etag"]
        assert undo(raw) == plain.content
    xml = http.get(url, headers={"accept": 'multipart/related; type="application/dicom+xml"'})
    ((kind, body),) = parts_of(xml)
    assert kind == "application/dicom+xml"
    root = ElementTree.fromstring(body)
    names = {one.get("keyword"): one for one in root}
    assert names["SOPInstanceUID"][0].text == ds.SOPInstanceUID
    refused = http.get(url, headers={"accept": "text/html"})
    assert refused.status_code == 406
    assert "application/dicom+json" in refused.json()["acceptable"]


@pytest.mark.row("WEB-WADO-RS-06")
def test_pixels_are_never_compressed_once_more(http: httpx.Client, stored: Stored) -> None:
    for accept in ("application/dicom", "application/zip", "image/png"):
        url = path_of(stored[MR]) + ("/rendered" if accept.startswith("image") else "")
        answer = http.get(url, headers={"accept": accept, "accept-encoding": "gzip, br"})
        assert "content-encoding" not in answer.headers


@pytest.mark.ps("3.18 10.4.1.1.3")
def test_documents_and_video_are_rendered_as_what_they_are(http: httpx.Client, stored: Stored) -> None:
    pdf = http.get(path_of(stored[PDF]) + "/rendered", headers={"accept": "text/html, */*;q=0.5"})
    assert pdf.headers["content-type"] == "application/pdf"
    length = stored[PDF].get("EncapsulatedDocumentLength")
    assert pdf.content == bytes(stored[PDF].EncapsulatedDocument)[:length]
    video = http.get(path_of(stored[MPEG2]) + "/rendered", headers={"accept": "video/*"})
    assert video.headers["content-type"] == "video/mpeg"
    assert video.content[:4] in stored[MPEG2].PixelData[:64]
    refused = http.get(path_of(stored[PDF]) + "/rendered", headers={"accept": "image/png"})
    assert (refused.status_code, refused.json()["acceptable"]) == (406, "application/pdf")


@pytest.mark.ps("3.18 8.9")
def test_capabilities(http: httpx.Client, stored: Stored) -> None:
    answer = http.options("/", headers={"accept": "application/vnd.sun.wadl+xml"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.sun.wadl+xml"
    space = "{http://wadl.dev.java.net/2009/02}"
    resources = ElementTree.fromstring(answer.content).find(f"{space}resources")
    assert resources is not None
    assert resources.get("base") == f"{http.base_url}".rstrip("/") + "/"
    found = {
        (one.get("path"), method.get("name")): {
            each.get("mediaType") for each in method.iter(f"{space}representation")
        }
        for one in resources
        for method in one.iter(f"{space}method")
    }
    assert "application/zip" in found["studies/{study}", "GET"]
    assert ("studies", "POST") in found
    assert (
        "image/jphc" in found["studies/{study}/series/{series}/instances/{instance}/frames/{frames}", "GET"]
    )
    of_one = http.options(path_of(stored[MR]), headers={"accept": "application/json"})
    assert of_one.json()["application"]["resources"][0]["resource"]
    assert http.options("/", headers={"accept": "image/png"}).status_code == 406


ACCEPTS = st.lists(
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
        st.sampled_from([
            "*/*", "image/*", "application/dicom", "application/zip", "application/octet-stream",
            "image/jpeg", "image/jls", "image/png", "image/dicom-rle", "multipart/related",
            "multipart/related; type=*/*",
            f"application/dicom; transfer-syntax={J2K}", f"image/jpeg; transfer-syntax={BASELINE}; q=0.3",
            "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*", "application/zip;q=0",
        ]),
    ),
    max_size=4,
).map(", ".join)  # fmt: skip
PLACES = [
    "",
    "/frames/1",
    "/frames/2,1",
    "/frames/x",
    "/rendered",
    "/thumbnail",
    "/metadata",
    "/bulkdata/7FE00010",
]


@settings(
    max_examples=200, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(name=st.sampled_from([MR, JLS, BIG, SR, PDF, MPEG2]), place=st.sampled_from(PLACES), accept=ACCEPTS)
def test_no_accept_header_breaks_the_server(
    name: str, place: str, accept: str, http: httpx.Client, stored: Stored
) -> None:
    answer = http.get(path_of(stored[name]) + place, headers={"accept": accept.strip()})
    assert answer.status_code in (200, 400, 404, 406), (accept, answer.text[:300])
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
