"""STOW-RS (PS3.18 10.5), sent by dicomweb-client, curl and Orthanc; metadata by pydicom and DCMTK."""

from __future__ import annotations

import io
import json
import re
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.uid import generate_uid

from tests.kit.compare import dataset_differences
from tests.kit.dcmtk import dcmtk
from tests.kit.orthanc import running_orthanc
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.web import instance_url

MR = "mr-series/adc/000003.dcm"
SR = "made/sr/basic-text.dcm"
ECG = "made/waveforms/ecg-general.dcm"
PDF = "made/documents/pdf-two-pages.dcm"
SMALL = "transfer-syntaxes/pydicom-small/"
RLE = SMALL + "MR_small_RLE.dcm"
J2K = SMALL + "MR_small_jp2klossless.dcm"
LS = SMALL + "MR_small_jpeg_ls_lossless.dcm"
JPEG = SMALL + "SC_rgb_jpeg_dcmtk.dcm"
STACKS = "made/enhanced/ct-two-stacks.dcm"
VIDEO = "made/video/h264-counter.dcm"
ANY = {"accept": "application/dicom; transfer-syntax=*"}
B = "b0undary"
JSON = f'multipart/related; type="application/dicom+json"; boundary={B}'
XML = f'multipart/related; type="application/dicom+xml"; boundary={B}'
Parts = list[tuple[dict[str, str], bytes]]

pytestmark = pytest.mark.row("WEB-STOW-01")


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120.0) as client:
        yield client


def another(name: str) -> pydicom.Dataset:
    """The object of a file under UIDs that nobody has yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(shared_data() / name)
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def written(ds: pydicom.Dataset) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(out, ds)
    return out.getvalue()


def body_of(parts: Parts) -> bytes:
    lines = b""
    for headers, content in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        lines += f"--{B}\r\n{head}\r\n".encode() + content + b"\r\n"
    return lines + f"--{B}--\r\n".encode()


def post(http: httpx.Client, kind: str, content: bytes, url: str = "/studies", **more: str) -> httpx.Response:
    return http.post(url, content=content, headers={"content-type": kind} | more)


def back(http: httpx.Client, ds: pydicom.Dataset) -> bytes:
    """What the server has of the object."""
    url = instance_url(http, ds.SOPInstanceUID)
    assert url is not None
    answer = http.get(url, headers=ANY)
    assert answer.status_code == 200, answer.text
    return answer.content


def referenced(answer: httpx.Response) -> list[str]:
    items = answer.json().get("00081199", {}).get("Value", [])
    return [item["00081155"]["Value"][0] for item in items]


def reasons(answer: httpx.Response, sequence: str = "00081198") -> list[int]:
    return [item["00081197"]["Value"][0] for item in answer.json().get(sequence, {}).get("Value", [])]


# ----------------------------------------------------------------------------------------- real clients


@pytest.mark.ps("3.18 10.5.3")
def test_dicomweb_client(server: RunningServer, http: httpx.Client) -> None:
    sent = [another(MR), another(SR)]
    report = DICOMwebClient(server.dicomweb).store_instances(sent)
    assert [one.ReferencedSOPInstanceUID for one in report.ReferencedSOPSequence] == [
        ds.SOPInstanceUID for ds in sent
    ]
    assert "FailedSOPSequence" not in report
    for ds in sent:
        assert dataset_differences(written(ds), back(http, ds)) == []


@pytest.mark.ps("3.18 10.5.3")
@pytest.mark.parametrize("accept", ["application/dicom+json", "application/dicom+xml"])
def test_curl_sends_in_chunks(accept: str, server: RunningServer, http: httpx.Client, tmp_path: Path) -> None:
    ds = another(MR)
    file = tmp_path / "body"
    file.write_bytes(body_of([({"Content-Type": "application/dicom"}, written(ds)), ({}, b"no DICOM")]))
    told = subprocess.run(
        ["curl", "-sS", "-X", "POST", "-H", f"Content-Type: {JSON.replace('+json', '')}",
         "-H", "Transfer-Encoding: chunked", "-H", f"Accept: {accept}", "--data-binary", f"@{file}",
         "-w", "\n%{http_code} %{content_type}", f"{server.dicomweb}/studies/{ds.StudyInstanceUID}"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    report, _, status = told.stdout.rpartition("\n")
    assert status == f"202 {accept}"
    assert ds.SOPInstanceUID in report
    assert "49152" in report  # C000, cannot understand
    assert dataset_differences(written(ds), back(http, ds)) == []


def test_orthanc_as_client(server: RunningServer, http: httpx.Client, tmp_path: Path) -> None:
    web = {"Enable": True, "Root": "/dicom-web/", "Servers": {"rr": {"Url": f"{server.dicomweb}/"}}}
    sent = [another(name) for name in (MR, RLE, SR, ECG, PDF, STACKS)]
    with running_orthanc(tmp_path / "orthanc", more={"DicomWeb": web}) as orthanc:
        there = [orthanc.post("/instances", written(ds)) for ds in sent]
        told: Any = orthanc.post(
            "/dicom-web/servers/rr/stow",
            json.loads(json.dumps({"Resources": [one["ID"] for one in there], "Synchronous": True})),  # type: ignore[index]
        )
        assert told, orthanc.log_text()
        for ds in sent:
            assert dataset_differences(orthanc.file_of(ds.SOPInstanceUID), back(http, ds)) == []


@pytest.mark.ps("3.18 10.5.1.4")
def test_single_part_and_zip(http: httpx.Client) -> None:
    one, first, second = another(MR), another(SR), another(RLE)
    assert post(http, "application/dicom", written(one)).status_code == 200
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("DICOM")
        archive.writestr("DICOM/1.dcm", written(first))
        archive.writestr("DICOMDIR", b"a list, no object")
        archive.writestr("README", b"no object either")
        archive.writestr("DICOM/2", written(second), zipfile.ZIP_STORED)
    answer = post(http, "application/zip", packed.getvalue())
    assert answer.status_code == 202
    assert referenced(answer) == [first.SOPInstanceUID, second.SOPInstanceUID]
    assert reasons(answer, "0008119A") == [0xC000]
    for ds in (one, first, second):
        assert dataset_differences(written(ds), back(http, ds)) == []
    assert post(http, "application/zip", packed.getvalue()[:-30]).status_code == 400
    broken = bytearray(packed.getvalue())
    broken[200:220] = bytes(20)  # inside the deflated object
    assert referenced(post(http, "application/zip", bytes(broken))) == [second.SOPInstanceUID]


# ------------------------------------------------------------------------------- metadata and bulk data


def as_json(ds: pydicom.Dataset, most: int = 64) -> tuple[dict[str, Any], Parts]:
    """Metadata and bulk data as pydicom makes them; encapsulated pixel data frame by frame are left to do."""
    bulk: Parts = []

    def take(element: pydicom.DataElement) -> str:
        location = f"urn:uuid:bulk-{len(bulk)}-{ds.SOPInstanceUID}"
        if element.tag == 0x7FE00010:
            return f"pixels-{ds.SOPInstanceUID}"
        kind = {"Content-Type": "application/octet-stream", "Content-Location": location}
        bulk.append((kind, element.value))
        return location

    return ds.to_json_dict(most, take), bulk


def json_part(*models: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": "application/dicom+json"}, json.dumps(models).encode()


def pixel_parts(ds: pydicom.Dataset, kind: str) -> Parts:
    """The pixel data as parts, one for each frame where they are encapsulated."""
    location = f"pixels-{ds.SOPInstanceUID}"
    if not ds.file_meta.TransferSyntaxUID.is_encapsulated:
        return [({"Content-Type": kind, "Content-Location": location}, ds.PixelData)]
    count = int(ds.get("NumberOfFrames", 1))
    if kind.startswith("video/"):
        count = 1
    frames = list(generate_frames(ds.PixelData, number_of_frames=count))
    return [
        (
            {"Content-Type": kind, "Content-Location": f"{location}/frames/{n}" if count > 1 else location},
            frame,
        )
        for n, frame in enumerate(frames, 1)
    ]


def frames_of(ds: pydicom.Dataset) -> list[bytes]:
    video = ds.file_meta.TransferSyntaxUID.startswith("1.2.840.10008.1.2.4.10")
    count = 1 if video else int(ds.get("NumberOfFrames", 1))
    return [frame.rstrip(b"\0") for frame in generate_frames(ds.PixelData, number_of_frames=count)]


@pytest.mark.ps("3.18 10.5.2")
@pytest.mark.parametrize("name", [MR, SR, ECG, PDF])
def test_json_metadata_and_uncompressed_bulk_data(name: str, http: httpx.Client) -> None:
    ds = another(name)
    metadata, bulk = as_json(ds)
    if "PixelData" in ds:
        bulk += pixel_parts(ds, "application/octet-stream")
    answer = post(http, JSON, body_of([json_part(metadata), *bulk]))
    assert answer.status_code == 200, answer.text
    assert referenced(answer) == [ds.SOPInstanceUID]
    came = back(http, ds)
    assert dataset_differences(written(ds), came) == []
    assert pydicom.dcmread(io.BytesIO(came)).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


@pytest.mark.ps("3.18 8.7.3.3")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (RLE, "image/dicom-rle"),
        (J2K, "image/jp2"),
        (LS, "image/jls"),
        (JPEG, "image/jpeg"),
        (STACKS, "image/jls"),
        (STACKS, "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80"),
        (VIDEO, "video/mp4"),
    ],
)
@pytest.mark.parametrize("says_syntax", [True, False])
def test_compressed_bulk_data(name: str, kind: str, says_syntax: bool, http: httpx.Client) -> None:
    ds = another(name)
    metadata, bulk = as_json(ds)
    if says_syntax:
        metadata["00020010"] = {"vr": "UI", "Value": [ds.file_meta.TransferSyntaxUID]}
    answer = post(http, JSON, body_of([json_part(metadata), *bulk, *pixel_parts(ds, kind)]))
    assert answer.status_code == 200, answer.text
    came = pydicom.dcmread(io.BytesIO(back(http, ds)))
    assert came.file_meta.TransferSyntaxUID == ds.file_meta.TransferSyntaxUID
    assert frames_of(came) == frames_of(ds)
    del came.PixelData, ds.PixelData
    for tag in (0x7FE00001, 0x7FE00002):
        ds.pop(tag, None)
    came.file_meta.TransferSyntaxUID = ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    assert dataset_differences(written(ds), written(came)) == []


@pytest.mark.ps("3.18 10.5.2")
@pytest.mark.parametrize(("name", "kind"), [(JPEG, "image/jpeg"), (J2K, "image/jp2"), (LS, "image/jls")])
def test_a_codestream_describes_itself(name: str, kind: str, http: httpx.Client, tmp_path: Path) -> None:
    ds = another(name)
    metadata, bulk = as_json(ds)
    said = {tag: metadata.pop(tag, None) for tag in ("00280002", "00280004", "00280010", "00280011")}
    for tag in ("00280100", "00280101", "00280102", "00280103", "00280006"):
        metadata.pop(tag, None)
    answer = post(http, JSON, body_of([json_part(metadata), *bulk, *pixel_parts(ds, kind)]))
    assert answer.status_code == 200, answer.text
    file = tmp_path / "came.dcm"
    file.write_bytes(back(http, ds))
    came = pydicom.dcmread(file)
    for tag, attribute in said.items():
        if tag != "00280004":
            assert attribute is not None
            assert came[tag].value == attribute["Value"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert came.pixel_array.shape == pydicom.dcmread(shared_data() / name).pixel_array.shape
    if kind != "image/jp2":  # which DCMTK 3.6.7 does not read
        dcmtk("dcmdjpeg" if kind == "image/jpeg" else "dcmdjpls", file, tmp_path / "plain.dcm")


@pytest.mark.ps("3.19 A.1")
@pytest.mark.parametrize("in_bulk", [True, False])
def test_xml_metadata_as_dcmtk_writes_them(in_bulk: bool, http: httpx.Client, tmp_path: Path) -> None:
    # As InlineBinary DCMTK 3.6.7 writes words in big endian order, against PS3.19 A.1.5: bytes then.
    sent = [another(SMALL + "MR_small.dcm" if in_bulk else PDF), another(SR)]
    parts: Parts = []
    bulk: Parts = []
    for n, ds in enumerate(sent):
        file, xml = tmp_path / f"{n}.dcm", tmp_path / f"{n}.xml"
        file.write_bytes(written(ds))
        dcmtk("dcm2xml", "--native-format", *([] if in_bulk else ["--encode-base64"]), file, xml)
        parts.append(({"Content-Type": "application/dicom+xml"}, xml.read_bytes()))
        for tag, uuid in re.findall(r'tag="(\w{8})"[^>]*>\s*<BulkData uuid="([^"]+)"', xml.read_text()):
            kind = {"Content-Type": "application/octet-stream", "Content-Location": f"urn:uuid:{uuid}"}
            bulk.append((kind, ds[tag].value))
    assert bool(bulk) == in_bulk
    answer = post(http, XML, body_of([*parts, *bulk]), accept="application/dicom+json")
    assert answer.status_code == 200, answer.text
    for ds in sent:
        assert dataset_differences(written(ds), back(http, ds)) == []


# ----------------------------------------------------------------------------------------------- refusals


@pytest.mark.ps("3.18 10.5.3")
def test_each_instance_has_its_outcome(http: httpx.Client) -> None:
    good, lacking, foreign = another(MR), another(RLE), another(SR)
    foreign_study = foreign.StudyInstanceUID
    lacking.StudyInstanceUID = good.StudyInstanceUID
    models = [as_json(ds)[0] for ds in (good, lacking, foreign)]
    parts = pixel_parts(good, "application/octet-stream")
    stray = ({"Content-Type": "application/octet-stream", "Content-Location": "nowhere"}, b"abcd")
    url = f"/studies/{good.StudyInstanceUID}"
    answer = post(http, JSON, body_of([json_part(*models), *parts, stray]), url)
    assert answer.status_code == 202
    assert referenced(answer) == [good.SOPInstanceUID]
    failed = answer.json()["00081198"]["Value"]
    assert [one["00081155"]["Value"][0] for one in failed] == [lacking.SOPInstanceUID, foreign.SOPInstanceUID]
    assert reasons(answer) == [0xC000, 0xA900]
    assert reasons(answer, "0008119A") == [0xC000]
    for ds in (lacking, foreign):
        assert instance_url(http, ds.SOPInstanceUID) is None
    assert foreign_study not in url
    again = post(http, JSON, body_of([json_part(models[2])]), url)
    assert again.status_code == 409
    assert reasons(again) == [0xA900]


@pytest.mark.ps("3.18 I.2.1")
def test_what_lacks_its_pixels_is_kept_with_a_warning(http: httpx.Client) -> None:
    ds = another(MR)
    del ds.PixelData
    answer = post(http, "application/dicom+json", json.dumps([as_json(ds)[0]]).encode())
    assert answer.status_code == 202
    (kept,) = answer.json()["00081199"]["Value"]
    assert kept["00081196"]["Value"] == [0xB007]


@pytest.mark.parametrize(
    ("name", "kind", "wrong"),
    [
        (MR, "application/octet-stream", "short"),
        (MR, "image/jpeg", ""),
        (RLE, "image/dicom-rle; transfer-syntax=1.2.840.10008.1.2.4.50", ""),
        (JPEG, "image/jp2", ""),
        (JPEG, "image/jpeg", "rows"),
        (STACKS, "image/jls", "one frame"),
    ],
)
def test_pixel_data_that_are_not_what_the_metadata_say(
    name: str, kind: str, wrong: str, http: httpx.Client
) -> None:
    ds = another(name)
    if wrong == "rows":
        ds.Rows += 1
    metadata, bulk = as_json(ds)
    parts = pixel_parts(ds, kind)
    if wrong == "short":
        parts = [(headers, content[:-2]) for headers, content in parts]
    if wrong == "one frame":
        parts = parts[:1]
    answer = post(http, JSON, body_of([json_part(metadata), *bulk, *parts]))
    assert answer.status_code == 409, answer.text
    assert referenced(answer) == []
    assert len(reasons(answer)) == 1
    assert instance_url(http, ds.SOPInstanceUID) is None


@pytest.mark.ps("3.18 10.5.1.4")
@pytest.mark.parametrize("kind", ["image/png", "image/gif", "image/webp", "video/quicktime", "text/html"])
def test_pictures_that_are_no_bulkdata_are_refused_with_the_reason(kind: str, http: httpx.Client) -> None:
    """Rendered media types (table 8.7.4-1) are for answers: 415, and what would do; others are still kept."""
    picture = io.BytesIO()
    Image.new("L", (8, 8)).save(picture, "PNG")
    bad, good = another(MR), another(SR)
    metadata, bulk = as_json(bad)
    pixels = {"Content-Type": kind, "Content-Location": f"pixels-{bad.SOPInstanceUID}"}
    body = body_of([json_part(metadata), *bulk, (pixels, picture.getvalue())])
    refused = post(http, JSON, body)
    assert refused.status_code == 415, refused.text
    problem = refused.json()
    assert kind in problem["detail"]
    assert {"application/octet-stream", "image/jpeg", "video/mp4"} <= set(problem["acceptable"].split(", "))
    assert instance_url(http, bad.SOPInstanceUID) is None
    also, more = as_json(good)
    mixed = post(http, JSON, body_of([json_part(metadata, also), *bulk, *more, (pixels, picture.getvalue())]))
    assert mixed.status_code == 202, mixed.text
    assert referenced(mixed) == [good.SOPInstanceUID]
    assert reasons(mixed) == [0x0122]


@pytest.mark.ps("3.18 8.5")
@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        (JSON, body_of([({"Content-Type": "application/dicom+json"}, b"{")]), 400),
        (XML, body_of([({"Content-Type": "application/dicom+xml"}, b"<a>")]), 400),
        (JSON, body_of([({"Content-Type": "application/dicom+json"}, b"[]")]), 400),
        (JSON, body_of([({"Content-Type": "application/dicom+json"}, b"[" + b"{}," * 1_000_000)]), 413),
        (JSON, body_of([({"Content-Type": "application/dicom+json"}, b" " * (33 << 20))]), 413),
        (JSON, body_of([({"Content-Type": "application/dicom+json"}, b"[{}]")]), 409),
        (JSON, b"", 400),
        ('multipart/related; type="application/dicom+json"', b"", 400),
        ("application/zip", b"no ZIP", 400),
        ("application/pdf", b"%PDF", 415),
        ("nothing", b"", 400),
    ],
)
def test_requests_that_are_none(kind: str, content: bytes, status: int, http: httpx.Client) -> None:
    answer = post(http, kind, content)
    assert answer.status_code == status, answer.text
    if status != 409:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


# --------------------------------------------------------------------------------------------------- fuzz

VALUES = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=8).map(repr), st.just([])
)
MODEL = st.dictionaries(
    st.sampled_from(["00080005", "00080008", "00080016", "00080018", "00080020", "0020000D", "0020000E"])
    | st.sampled_from(["00280010", "00280008", "00280100", "00020010", "7FE00010", "00081199", "00091001"]),
    st.fixed_dictionaries(
        {
            "vr": st.sampled_from(
                ["UI", "CS", "US", "SQ", "OB", "OW", "DS", "IS", "PN", "AT", "UN", "FD", "ZZ"]
            )
        },
        optional={
            "Value": st.lists(VALUES | st.dictionaries(st.just("00080018"), VALUES), max_size=2),
            "BulkDataURI": st.sampled_from(["a", "b", "file:///etc/passwd", ""]),
            "InlineBinary": st.sampled_from(["AAAA", "=", "é"]),
        },
    ),
    max_size=5,
)
KINDS = st.sampled_from(
    [
        *("", "application/dicom", "application/dicom+json", "application/dicom+xml", "application/json"),
        *("application/octet-stream", "image/jpeg", "image/jp2", "image/dicom-rle", "video/mp4"),
        *("x", "a/b; c="),
    ]
)


@pytest.fixture(scope="module")
def whole(server: RunningServer) -> tuple[dict[str, Any], bytes]:
    """An honest instance without pixels, as metadata and as file."""
    ds = another(SR)
    return as_json(ds)[0], written(ds)


@settings(
    max_examples=120, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_no_body_is_a_500_and_nothing_that_was_answered_as_stored_is_lost(
    data: st.DataObject, http: httpx.Client, whole: tuple[dict[str, Any], bytes]
) -> None:
    draw = data.draw
    model = {**whole[0], **draw(MODEL)} if draw(st.booleans()) else draw(MODEL)
    documents = [json.dumps([model, whole[0]]).encode(), whole[1], draw(st.binary(max_size=40)), b"<a/>"]
    parts: Parts = []
    for _ in range(draw(st.integers(0, 4))):
        headers = {"Content-Type": draw(KINDS)}
        if draw(st.booleans()):
            headers["Content-Location"] = draw(st.sampled_from(["a", "b", "a/frames/1", "a/frames/2"]))
        parts.append((headers, draw(st.sampled_from(documents))))
    if draw(st.booleans()):
        parts.insert(0, ({"Content-Type": "application/dicom+json"}, documents[0]))
    content = body_of(parts)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=6)) + content[at + draw(st.integers(0, 40)) :]
    kind = draw(
        st.sampled_from([JSON, XML, JSON.replace("+json", ""), "application/dicom+json", "application/zip"])
    )
    url = draw(st.sampled_from(["/studies", "/studies/1.2.3"]))
    answer = post(http, kind, content, url)
    assert answer.status_code in (200, 202, 400, 409, 413, 415), answer.text
    if answer.status_code in (200, 202):
        for uid in referenced(answer):
            url = instance_url(http, uid)
            assert url is not None
            assert http.get(url, headers=ANY).status_code == 200
