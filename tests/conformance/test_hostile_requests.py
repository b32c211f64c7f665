"""Bombs, absurd sizes and broken requests over the web: a reason, bounded memory, and the server goes on."""

from __future__ import annotations

import http.client as http_client
import io
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator

import httpx
import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer, resident_kib, running_server

ELE, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
BASELINE, JPEG_LS, J2K, RLE = (f"1.2.840.10008.1.2.{n}" for n in ("4.50", "4.80", "4.90", "5"))
HTJ2K, JPEG_XL = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110"
DICOM = {"content-type": "application/dicom"}
MOST_KIB = 700 << 10
"""What all processes of the server may hold at most, more than before, whatever is asked."""
PROBLEM = "application/problem+json"
MULTI = 'multipart/related; type="application/dicom"; boundary=x'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("hostile"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=90) as client:
        yield client


def held(server: RunningServer) -> int:
    return sum(resident_kib(pid, "RssAnon") for pid in server.descendants())


@pytest.fixture(autouse=True)
def goes_on(server: RunningServer, http: httpx.Client) -> Iterator[None]:
    """The same processes answer after each test, and never held more than the bound meanwhile."""
    before, processes = held(server), set(server.descendants())
    most, over = [before], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            most.append(held(server))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
    assert http.get("/studies").status_code in (200, 204)
    assert max(most) - before < MOST_KIB
    assert processes <= set(server.descendants()), "a process died"


def image(rows: int, columns: int, frames: str = "1", pixels: bytes = b"\0\0", syntax: str = ELE) -> bytes:
    """A Secondary Capture image that says it is that large."""
    ds = pydicom.Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7.2", generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = generate_uid(), generate_uid(), "OT"
    ds.PatientName, ds.PatientID = "Bomb", "B"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = rows, columns, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.add_new(0x00280008, "IS", "1")
    ds["NumberOfFrames"]._value = frames
    ds.PixelData = pixels
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = syntax not in (ELE, DEFLATED)
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True, implicit_vr=False, little_endian=True)
    return file.getvalue()


def url_of(file: bytes) -> str:
    ds = pydicom.dcmread(io.BytesIO(file), stop_before_pixels=True)
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


def assert_refused(answer: httpx.Response) -> None:
    """4xx, and why."""
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"] == PROBLEM
    assert len(answer.json()["detail"]) > 20


def with_size(codestream: bytes, rows: int, columns: int) -> bytes:
    """The codestream, its header saying another size."""
    size = rows.to_bytes(2, "big") + columns.to_bytes(2, "big")
    old = (8).to_bytes(2, "big") * 2
    if codestream.startswith(b"\xff\x4f"):  # SIZ has 32 bits each, columns first; the tile as large
        at = codestream.index(b"\xff\x51") + 6
        large = columns.to_bytes(4, "big") + rows.to_bytes(4, "big")
        return codestream[:at] + large + codestream[at + 8 : at + 16] + large + codestream[at + 24 :]
    at = codestream.index(old)
    return codestream[:at] + size + codestream[at + 4 :]


SMALL = np.arange(64, dtype=np.uint8).reshape(8, 8)
CODESTREAMS: dict[str, Callable[[], bytes]] = {
    BASELINE: lambda: bytes(imagecodecs.jpeg8_encode(SMALL, level=90)),
    JPEG_LS: lambda: bytes(imagecodecs.jpegls_encode(SMALL)),
    J2K: lambda: bytes(imagecodecs.jpeg2k_encode(SMALL, codecformat="j2k", reversible=True)),
    HTJ2K: lambda: bytes(imagecodecs.htj2k_encode(SMALL, reversible=True)),
}


@pytest.mark.parametrize("syntax", list(CODESTREAMS))
@pytest.mark.parametrize("agrees", [False, True], ids=["header alone", "data set too"])
@pytest.mark.ps("3.18 8.5")
def test_a_codestream_that_claims_60000_by_60000(syntax: str, agrees: bool, http: httpx.Client) -> None:
    stream = with_size(CODESTREAMS[syntax](), 60000, 60000)
    side = 60000 if agrees else 8
    file = image(side, side, pixels=encapsulate([stream]), syntax=syntax)
    assert http.post("/studies", content=file, headers=DICOM).status_code in (200, 202)
    for place in ("/rendered", "/frames/1/rendered", "/thumbnail"):
        assert_refused(http.get(url_of(file) + place))
    assert_refused(http.get(url_of(file) + "/frames/1", headers={"accept": "application/octet-stream"}))
    small = http.get(url_of(file) + "/rendered", params={"viewport": "64,64"})
    assert_refused(small)


@pytest.mark.parametrize(
    ("rows", "columns", "frames"),
    [
        (65535, 65535, "1"),
        (65535, 65535, "2147483647"),
        (1, 2, "2147483648"),
        (1, 2, "99999999999"),
        (0, 0, "1"),
        (1, 2, "-1"),
        (65535, 1, "1000000"),
    ],
)
def test_sizes_that_no_pixels_are_there_for(rows: int, columns: int, frames: str, http: httpx.Client) -> None:
    file = image(rows, columns, frames)
    stored = http.post("/studies", content=file, headers=DICOM)
    if stored.status_code == 409:
        return
    assert stored.status_code in (200, 202), stored.text
    last = "1" if int(frames) < 2 else str(min(int(frames), 999_999_999))
    for place in (
        "/rendered",
        f"/frames/{last}",
        f"/frames/{last}/rendered",
        "/bulkdata/7FE00010",
        "/thumbnail",
    ):
        answer = http.get(url_of(file) + place)
        assert answer.status_code < 500, (place, answer.text)
        if answer.status_code >= 400:
            assert_refused(answer)
    assert http.get(url_of(file) + "/metadata").status_code == 200


@pytest.mark.parametrize("viewport", ["32767,32767", "99999,99999", "1,1", "0,5", "32767,1", "20000,5000"])
@pytest.mark.ps("3.18 8.3.5.1.3")
def test_pictures_larger_than_any_screen(viewport: str, http: httpx.Client) -> None:
    file = image(1, 2)
    assert http.post("/studies", content=file, headers=DICOM).status_code in (200, 202)
    answer = http.get(url_of(file) + "/rendered", params={"viewport": viewport})
    if answer.status_code != 200:
        assert_refused(answer)
    ds = pydicom.dcmread(io.BytesIO(file))
    query = {
        "requestType": "WADO", "studyUID": ds.StudyInstanceUID, "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID, "rows": viewport.split(",")[1], "columns": viewport.split(",")[0],
    }  # fmt: skip
    by_uri = http.get(str(http.base_url).partition("/dicom-web")[0] + "/wado", params=query)
    if by_uri.status_code != 200:
        assert_refused(by_uri)


@pytest.mark.parametrize(
    "viewport",
    [
        "10,10,0,0,0,0",
        "10,10,0,0,0,1",
        "10,10,5,5,1,1",
        "10,10,0,0,1e9,1",
        "10,10,nan,0,1,1",
        "10,10,-1,0,1,1",
    ],
)
def test_regions_that_are_none(viewport: str, http: httpx.Client) -> None:
    file = image(1, 2)
    assert http.post("/studies", content=file, headers=DICOM).status_code in (200, 202)
    assert_refused(http.get(url_of(file) + "/rendered", params={"viewport": viewport}))


def bomb_deflated(megabytes: int) -> bytes:
    """A data set of that size, nearly all of it zeros, deflated to a thousandth (PS3.5 A.5)."""
    plain = image(1, 2, syntax=DEFLATED)
    at = pydicom.dcmread(io.BytesIO(plain), stop_before_pixels=True).file_meta.FileMetaInformationGroupLength
    head = plain[: 128 + 4 + 12 + at]
    inner = zlib.decompress(plain[len(head) :], -15)
    cut = inner.rindex(b"\xe0\x7f\x10\0OB")
    size = megabytes << 20
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = [head, squeeze.compress(inner[:cut] + b"\xe0\x7f\x10\0OB\0\0" + size.to_bytes(4, "little"))]
    out += [squeeze.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join([*out, squeeze.flush()])


def test_a_deflated_data_set_of_a_thousand_times_its_size(http: httpx.Client) -> None:
    file = bomb_deflated(250)
    assert len(file) < 1 << 19
    stored = http.post("/studies", content=file, headers=DICOM)
    assert stored.status_code in (200, 202, 409, 413), stored.text
    if stored.status_code in (200, 202):
        uid = stored.json()["00081199"]["Value"][0]["00081190"]["Value"][0]
        for place in ("", "/metadata", "/rendered", "/frames/1", "/bulkdata/7FE00010"):
            with http.stream("GET", uid + place) as answer:
                assert answer.status_code < 500
                next(answer.iter_bytes(1 << 16), b"")


def test_zip_bombs(http: httpx.Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("bomb.dcm", "w", force_zip64=True) as member:
            for _ in range(1500):
                member.write(bytes(1 << 20))
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
            nested.writestr("deeper.zip", bytes(1 << 20))
        archive.writestr("nested.zip", inner.getvalue())
        archive.writestr("../../../../tmp/escaped.dcm", image(1, 2))
    begun = time.monotonic()
    answer = http.post("/studies", content=packed.getvalue(), headers={"content-type": "application/zip"})
    assert answer.status_code in (202, 400, 409, 413), answer.text[:300]
    assert time.monotonic() - begun < 60


def test_a_gzipped_body_is_not_unpacked(http: httpx.Client) -> None:
    headers = DICOM | {"content-encoding": "gzip"}
    packed = zlib.compress(bytes(1 << 24))
    assert_refused(http.post("/studies", content=packed, headers=headers))


# --------------------------------------------------------------------------------------------------- fuzz

TOKENS = st.sampled_from(
    [
        *(
            "multipart/related",
            "application/dicom",
            "image/*",
            "*/*",
            "application/",
            "/",
            ";",
            ",",
            "q=",
            "q=1",
        ),
        *(
            "q=0.5",
            "type=",
            '"',
            "\\",
            "transfer-syntax=*",
            "boundary=",
            "boundary=x",
            "charset=utf-8",
            " ",
            "=",
        ),
        *("bytes=", "0-", "-1", "5-2", "0-99999999999999999999", "1-1,", "-0", "a-b", "bytes", "*", "0-0,"),
        *("\t", "é", "application/dicom+json", "gzip", "br;q=2", "identity", ";q=-1", "1e400", "nan"),
    ]
)
HEADER = st.lists(TOKENS, max_size=14).map("".join).map(lambda text: text.strip().encode("latin-1"))
NAMES = st.sampled_from(["accept", "range", "accept-encoding", "if-none-match", "if-range", "accept-charset"])


@pytest.fixture(scope="module")
def sound(http: httpx.Client) -> str:
    file = image(1, 2, pixels=b"\x10\x20")
    assert http.post("/studies", content=file, headers=DICOM).status_code in (200, 202)
    return url_of(file)


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    place=st.sampled_from(["", "/frames/1", "/bulkdata/7FE00010", "/metadata", "/rendered", "/thumbnail"]),
    fields=st.lists(st.tuples(NAMES, HEADER), max_size=4),
)
def test_no_header_breaks_the_server(
    place: str, fields: list[tuple[str, bytes]], http: httpx.Client, sound: str
) -> None:
    headers = [(name.encode(), value) for name, value in fields]
    answer = http.get(sound + place, headers=headers)
    assert answer.status_code in (200, 206, 304, 400, 406, 416), (fields, answer.text[:300])
    if answer.status_code in (400, 406):
        assert_refused(answer)


PIECES = st.sampled_from(
    [
        *(
            b"--x",
            b"--x\r\n",
            b"\r\n--x\r\n",
            b"\r\n--x--",
            b"--x--\r\n",
            b"--",
            b"\r\n",
            b"\n",
            b"\r",
            b"\0",
        ),
        *(
            b"Content-Type: application/dicom\r\n\r\n",
            b"Content-Length: 99999999999\r\n",
            b"Content-Length: -1\r\n",
        ),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"X: " + b"y" * 9000 + b"\r\n",
            b": \r\n",
            b"DICM",
            bytes(132),
        ),
        *(
            b"Content-Type: \xff\xfe\r\n\r\n",
            b"--xx\r\n",
            b"--x \t\r\n",
            b"Content-Location: a\r\n",
            b"{",
            b"[{}]",
        ),
    ]
)
KINDS = st.sampled_from(
    [
        *(
            MULTI,
            MULTI.replace("boundary=x", 'boundary="x"'),
            MULTI.replace("boundary=x", "boundary="),
            "",
            "a/b",
        ),
        *(
            MULTI.replace("dicom", "dicom+json"),
            MULTI.replace("dicom", "dicom+xml"),
            "multipart/related",
            ";",
        ),
        *(
            "multipart/related; type=x; boundary=x",
            "application/dicom+json",
            "application/zip",
            "multipart/mixed",
        ),
        *(
            MULTI.replace("boundary=x", f"boundary={'y' * 90}"),
            MULTI + "; boundary=y",
            "application/dicom; x",
        ),
    ]
)


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(kind=KINDS, pieces=st.lists(PIECES, max_size=14), in_chunks=st.booleans())
def test_no_body_breaks_the_server(
    kind: str, pieces: list[bytes], in_chunks: bool, http: httpx.Client
) -> None:
    content = iter(pieces) if in_chunks else b"".join(pieces)
    answer = http.post("/studies", content=content, headers={"content-type": kind})
    assert answer.status_code in (400, 409, 413, 415), (kind, pieces, answer.text[:300])
    if answer.status_code != 409:
        assert_refused(answer)


def test_a_refusal_leaves_the_connection_open(server: RunningServer) -> None:
    """A short body is read to its end although it is refused, so that the next request finds its server."""
    connection = http_client.HTTPConnection("127.0.0.1", server.http_port, timeout=30)
    connection.connect()
    socket = connection.sock
    for _ in range(300):
        pieces = iter([b"a" * 50] * 7)
        connection.request("POST", "/dicom-web/studies", pieces, {"content-type": "a/b"}, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:1]) == (415, b"{")
        assert connection.sock is socket
    connection.close()
