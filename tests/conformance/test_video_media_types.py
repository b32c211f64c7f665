"""Video and other codestreams by the media types of PS3.18 tables 8.7.3-5 and 8.7.4-1, both ways.

Truth is the stream inside the Pixel Data of the files, as pydicom takes it out; ffmpeg (PyAV) says what a
stream is. Peers are curl and dicomweb-client, which still asks for video/mpeg2 and image/x-jls.
"""

from __future__ import annotations

import io
import json
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom.encaps import generate_fragments
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.web import parts

MPEG2, H264, HEVC = (f"made/video/{name}-counter.dcm" for name in ("mpeg2", "h264", "hevc"))
JLS = "made/enhanced/ct-two-stacks.dcm"
SMALL = "transfer-syntaxes/pydicom-small/MR_small.dcm"
MAIN, MAIN_10 = "1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108"
DEFLATED = "1.2.840.10008.1.2.8.1"
VIDEOS = [
    (MPEG2, "video/mpeg", "1.2.840.10008.1.2.4.100", "mpeg2video"),
    (H264, "video/mp4", "1.2.840.10008.1.2.4.102", "h264"),
    (HEVC, "video/H265", MAIN, "hevc"),
]
Stored = dict[str, pydicom.Dataset]
pytestmark = pytest.mark.ps("3.18 8.7.3.3.2")


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> Stored:
    kept = {}
    for name in (MPEG2, H264, HEVC, JLS, SMALL):
        body = (shared_data() / name).read_bytes()
        kind = {"content-type": "application/dicom"}
        assert httpx.post(f"{server.dicomweb}/studies", content=body, headers=kind, timeout=60).is_success
        kept[name] = pydicom.dcmread(io.BytesIO(body))
    return kept


@pytest.fixture
def http(server: RunningServer, stored: Stored) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


def path_of(ds: pydicom.Dataset) -> str:
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


def stream_of(ds: pydicom.Dataset) -> bytes:
    _offsets, *fragments = generate_fragments(ds.PixelData)
    return b"".join(fragments).rstrip(b"\0")


def codec_of(stream: bytes) -> str:
    with av.open(io.BytesIO(stream)) as container:
        return container.streams.video[0].codec_context.name


@pytest.mark.row("WEB-WADO-RS-04", "WEB-WADO-RS-05")
@pytest.mark.parametrize(("name", "media_type", "syntax", "codec"), VIDEOS)
def test_frames_and_bulk_data_of_video(
    name: str, media_type: str, syntax: str, codec: str, http: httpx.Client, stored: Stored
) -> None:
    """Under the media type of the table, with its transfer syntax; under that of another codec 406."""
    others = {kind for _, kind, _, _ in VIDEOS} - {media_type}
    for resource in ("/frames/1", "/bulkdata/7FE00010"):
        url = path_of(stored[name]) + resource
        alone = http.get(url, headers={"accept": media_type})
        assert alone.headers["content-type"] == f"{media_type}; transfer-syntax={syntax}"
        assert alone.content.rstrip(b"\0") == stream_of(stored[name])
        assert codec_of(alone.content) == codec
        several = http.get(url, headers={"accept": 'multipart/related; type="video/*"'})
        ((headers, body),) = parts(several)
        assert (headers["content-type"], body) == (alone.headers["content-type"], alone.content)
        for other in others:
            refused = http.get(url, headers={"accept": other})
            assert refused.status_code == 406
            assert f"{media_type}; transfer-syntax={syntax}" in refused.json()["acceptable"]
    missing = http.get(path_of(stored[name]) + "/frames/2", headers={"accept": media_type})
    assert missing.status_code == 404
    assert "one stream" in missing.json()["detail"]


@pytest.mark.row("WEB-URI-03")
@pytest.mark.ps("3.18 8.7.4")
@pytest.mark.parametrize(("name", "media_type", "syntax", "codec"), VIDEOS)
def test_rendered_video(
    name: str,
    media_type: str,
    syntax: str,
    codec: str,
    http: httpx.Client,
    server: RunningServer,
    stored: Stored,
) -> None:
    """The stored stream under its own name (HEVC, MPEG-2), H.264 in MP4 for whoever asks for that."""
    ds = stored[name]
    uids = {
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
    }
    for kind, inside in ((media_type, codec), ("video/mp4", "h264")):
        by_rs = http.get(path_of(ds) + "/rendered", headers={"accept": kind})
        by_uri = httpx.get(
            f"{server.url}/wado", params={"requestType": "WADO", "contentType": kind} | uids, timeout=120
        )
        for answer in (by_rs, by_uri):
            assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
            assert codec_of(answer.content) == ("h264" if kind == "video/mp4" else inside)
        if kind == media_type != "video/mp4":
            assert by_rs.content.rstrip(b"\0") == stream_of(ds)
    refused = http.get(path_of(ds) + "/rendered", headers={"accept": "text/html"})
    assert refused.status_code == 406
    assert {media_type, "video/mp4", "image/jpeg"} <= set(refused.json()["acceptable"].split(", "))


@pytest.mark.row("WEB-WADO-RS-04", "WEB-WADO-RS-05")
def test_dicomweb_client_asks_by_older_names(server: RunningServer, stored: Stored) -> None:
    """PS3.18 had video/mpeg2 and image/x-jls; what was asked for is what the parts are called."""
    web = DICOMwebClient(server.dicomweb)
    mpeg, jls = stored[MPEG2], stored[JLS]
    uri = f"{server.dicomweb}{path_of(mpeg)}/bulkdata/7FE00010"
    (stream,) = web.retrieve_bulkdata(uri, (("video/mpeg2", "1.2.840.10008.1.2.4.100"),))
    assert stream.rstrip(b"\0") == stream_of(mpeg)
    answer = httpx.get(
        f"{server.dicomweb}{path_of(jls)}/frames/2", headers={"accept": "image/x-jls"}, timeout=60
    )
    assert answer.headers["content-type"] == "image/x-jls; transfer-syntax=1.2.840.10008.1.2.4.80"
    assert answer.content in jls.PixelData


@pytest.mark.row("WEB-WADO-RS-04")
def test_frames_deflated(http: httpx.Client, stored: Stored) -> None:
    """application/x-deflate is Deflated Image Frame Compression, a bare RFC 1951 stream (PS3.5 A.4.13)."""
    ds = stored[SMALL]
    answer = http.get(path_of(ds) + "/frames/1", headers={"accept": "application/x-deflate"})
    assert answer.headers["content-type"] == f"application/x-deflate; transfer-syntax={DEFLATED}"
    assert zlib.decompressobj(-15).decompress(answer.content) == ds.PixelData


@pytest.mark.row("WEB-STOW-01")
@pytest.mark.ps("3.18 10.5.1.4")
@pytest.mark.parametrize(
    ("name", "kind", "said", "kept"),
    [
        (HEVC, "video/H265", None, MAIN),
        (HEVC, "video/h265; transfer-syntax=" + MAIN_10, None, MAIN_10),
        (HEVC, "video/H265", MAIN_10, MAIN_10),
        (MPEG2, "video/mpeg2", None, "1.2.840.10008.1.2.4.100"),
        (MPEG2, "video/mpeg", "1.2.840.10008.1.2.4.101", "1.2.840.10008.1.2.4.101"),
        (H264, "video/mp4", "1.2.840.10008.1.2.4.104", "1.2.840.10008.1.2.4.104"),
    ],
)
def test_curl_stores_video_as_bulk_data(
    name: str, kind: str, said: str | None, kept: str, server: RunningServer, stored: Stored, tmp_path: Path
) -> None:
    """The stream is encapsulated as it is; transfer syntax by part, by metadata, or the table's default."""
    ds = pydicom.dcmread(shared_data() / name)
    ds.SOPInstanceUID = generate_uid()
    metadata = ds.to_json_dict(1024, lambda _: "pixels")
    if said:
        metadata["00020010"] = {"vr": "UI", "Value": [said]}
    body = tmp_path / "body"
    body.write_bytes(
        b"--b\r\nContent-Type: application/dicom+json\r\n\r\n" + json.dumps([metadata]).encode()
        + f"\r\n--b\r\nContent-Type: {kind}\r\nContent-Location: pixels\r\n\r\n".encode()
        + stream_of(ds) + b"\r\n--b--\r\n"
    )  # fmt: skip
    told = subprocess.run(
        ["curl", "-sS", "-H", 'Content-Type: multipart/related; type="application/dicom+json"; boundary=b',
         "--data-binary", f"@{body}", "-w", "%{http_code}", f"{server.dicomweb}/studies"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert told.stdout.endswith("200"), told.stdout
    answer = httpx.get(
        server.dicomweb + path_of(ds), headers={"accept": "application/dicom; transfer-syntax=*"}
    )
    came = pydicom.dcmread(io.BytesIO(answer.content))
    assert came.file_meta.TransferSyntaxUID == kept
    assert stream_of(came) == stream_of(ds)


@pytest.mark.row("WEB-STOW-01")
def test_hevc_is_not_h264(http: httpx.Client) -> None:
    """A transfer syntax that is not of the part's media type is a Conflict: 409, A900."""
    ds = pydicom.dcmread(shared_data() / HEVC)
    ds.SOPInstanceUID = generate_uid()
    metadata = ds.to_json_dict(1024, lambda _: "pixels")
    body = (
        b"--b\r\nContent-Type: application/dicom+json\r\n\r\n" + json.dumps([metadata]).encode()
        + f"\r\n--b\r\nContent-Type: video/mp4; transfer-syntax={MAIN}\r\n".encode()
        + b"Content-Location: pixels\r\n\r\n" + stream_of(ds) + b"\r\n--b--\r\n"
    )  # fmt: skip
    kind = 'multipart/related; type="application/dicom+json"; boundary=b'
    answer = http.post("/studies", content=body, headers={"content-type": kind})
    assert answer.status_code == 409
    assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]
