"""What holds for every resource of WADO-RS and QIDO-RS: HEAD, ETag, Range, 406, problems, codings, CORS.

curl and httpx ask, Pillow reads the pictures, pydicom tells what is in the objects.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from itertools import chain

import httpx
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import generate_frames

from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

AXIAL = [f"made/ct-phantom/axial/{number:03}.dcm" for number in range(1, 4)]
JLS = "made/enhanced/ct-two-stacks.dcm"
PDF = "objects/encapsulated/OT000000.dcm"
SR = "made/sr/tid1500.dcm"
H264 = "made/video/h264-counter.dcm"
WAVE = "made/waveforms/ecg-general.dcm"
MR = "mr-series/adc/000000.dcm"
ORIGIN = "https://viewer.example"
PILLOW = ("image/jpeg", "image/png", "image/gif", "image/jp2", "image/webp", "image/avif")
DATASETS = {"application/dicom+json", "application/json"}
Stored = dict[str, pydicom.Dataset]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {"READINGROOM__HTTP__CORS_ORIGINS": ORIGIN}
    folder = tmp_path_factory.mktemp("resources")
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> Stored:
    kept = {}
    for name in (*AXIAL, JLS, PDF, SR, H264, WAVE, MR):
        body, kind = (shared_data() / name).read_bytes(), {"content-type": "application/dicom"}
        answer = httpx.post(f"{server.dicomweb}/studies", content=body, headers=kind, timeout=60)
        assert answer.status_code in (200, 202), answer.text
        kept[name] = pydicom.dcmread(io.BytesIO(body))
    return kept


@pytest.fixture
def http(server: RunningServer, stored: Stored) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


def path_of(ds: pydicom.Dataset, level: str = "instance") -> str:
    path = f"/studies/{ds.StudyInstanceUID}"
    if level != "study":
        path += f"/series/{ds.SeriesInstanceUID}"
    return path + (f"/instances/{ds.SOPInstanceUID}" if level == "instance" else "")


def resources(stored: Stored) -> list[str]:
    """Every kind of resource, of an image, a multi-frame image, a document, a report, a video and an ECG."""
    ct, many, pdf = stored[AXIAL[0]], stored[JLS], stored[PDF]
    study, series, instance = (path_of(ct, level) for level in ("study", "series", "instance"))
    found = [
        "/studies",
        "/series",
        "/instances",
        f"{study}/series",
        f"{study}/instances",
        f"{series}/instances",
    ]
    found += [f"/series/{ct.SeriesInstanceUID}/instances"]
    for level in (study, series, instance):
        found += [level, f"{level}/metadata", f"{level}/rendered", f"{level}/thumbnail"]
    found += [
        f"{path_of(many)}/frames/{frames}{below}" for frames in ("2", "1,3") for below in ("", "/rendered")
    ]
    found += [f"{path_of(many)}/frames/2/thumbnail", f"{path_of(many)}/bulkdata/7FE00010"]
    found += [f"{path_of(pdf)}/bulkdata/00420011", f"{path_of(pdf)}/rendered"]
    found += [f"{path_of(stored[name])}/rendered" for name in (SR, H264, WAVE)]
    return found


def without_boundary(value: str) -> str:
    return re.sub(r"boundary=[^;]*", "boundary=", value)


def test_head_is_get_without_a_body(http: httpx.Client, server: RunningServer, stored: Stored) -> None:
    """RFC 9110 9.3.2; curl waits for no body, and takes the next answer of the connection for the next."""
    paths = resources(stored)
    urls = list(chain.from_iterable(("-I", server.dicomweb + path, "--next") for path in paths))[:-1]
    told = subprocess.run(["curl", "-sS", *urls], capture_output=True, check=True, timeout=120)
    heads = [head for head in told.stdout.decode("latin-1").split("\r\n\r\n") if head]
    assert len(heads) == len(paths)
    for path, head in zip(paths, heads, strict=True):
        status, _, fields = head.partition("\r\n")
        by_head = Parser().parsestr(fields, headersonly=True)
        with http.stream("GET", path, headers={"accept": "*/*", "accept-encoding": "identity"}) as got:
            got.read()
        assert status.split()[1] == str(got.status_code), path
        for name in ("content-type", "etag", "content-location", "vary", "accept-ranges"):
            said = by_head.get(name)
            assert without_boundary(said or "") == without_boundary(got.headers.get(name, "")), (path, name)
        if "content-length" in got.headers and "multipart" not in got.headers["content-type"]:
            assert by_head["content-length"] == str(len(got.content)), path


def test_what_the_client_has_is_not_sent_again(http: httpx.Client, stored: Stored) -> None:
    """RFC 9110 13.1.2: every single-part answer but those of searches and whole studies has an ETag."""
    with_tags = set()
    for path in resources(stored):
        accept = {"accept": "application/octet-stream, image/jpeg, application/dicom, */*;q=0.1"}
        first = http.get(path, headers=accept)
        tag = first.headers.get("etag")
        if tag is None:
            continue
        with_tags.add(path)
        for said in (tag, "*", f'"other", {tag}', f"W/{tag}"):
            same = http.get(path, headers=accept | {"if-none-match": said})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), (path, said)
        assert http.head(path, headers=accept | {"if-none-match": tag}).status_code == 304
        again = http.get(path, headers=accept | {"if-none-match": '"other"'})
        assert (again.status_code, again.content) == (200, first.content)
    for word in ("metadata", "thumbnail", "bulkdata/00420011", "frames/2", "rendered"):
        assert any(path.endswith(word) for path in with_tags), word
    assert path_of(stored[AXIAL[0]]) in with_tags


def of(accepted: str) -> tuple[str, str, str]:
    """Media type, type of the parts and transfer syntax of a media type."""
    name, *parameters = (piece.strip() for piece in accepted.split(";"))
    said = dict(re.findall(r'([\w-]+)="?([^";]+)"?', ";".join(parameters)))
    return name, said.get("type", ""), said.get("transfer-syntax", "")


@pytest.mark.ps("3.18 8.7.5")
def test_406_lists_what_would_fit_and_it_fits(http: httpx.Client, stored: Stored) -> None:
    """Each listed form is then given as it is listed, pictures as pictures; unless a codec cannot hold it."""
    for path in resources(stored):
        refused = http.get(path, headers={"accept": "application/x-nothing"})
        assert refused.status_code == 406, path
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"]
        listed = re.findall(r'(?:[^,"]|"[^"]*")+', refused.json()["acceptable"])
        assert listed, path
        for one in map(str.strip, listed):
            given = http.get(path, headers={"accept": one})
            if given.status_code == 406 and "transfer-syntax" in one:
                continue  # what the codec cannot hold is found out when it is asked for
            assert given.status_code in (200, 206), (one, path, given.text[:200])
            name, parts, _ = of(given.headers["content-type"])
            assert (name, parts) == of(one)[:2], (path, one)
            if name in PILLOW and ("frames" not in path or "rendered" in path):
                assert Image.open(io.BytesIO(given.content)).size[0] > 0, (path, one)


@pytest.mark.row("WEB-WADO-RS-05")
@pytest.mark.ps("3.18 10.4.1.1.6")
def test_ranges(http: httpx.Client, server: RunningServer, stored: Stored) -> None:
    """Bulk data, single frames, an object, a document and video: RFC 9110 14, by curl, also several parts."""
    pdf, ct, many = bytes(stored[PDF].EncapsulatedDocument), stored[AXIAL[0]], stored[JLS]
    frame = list(generate_frames(many.PixelData, number_of_frames=int(many.NumberOfFrames)))[1]
    length = stored[PDF].get("EncapsulatedDocumentLength", len(pdf))
    whole_of = {
        f"{path_of(stored[PDF])}/bulkdata/00420011": ("application/octet-stream", pdf),
        f"{path_of(stored[PDF])}/rendered": ("application/pdf", pdf[:length]),
        f"{path_of(ct)}/frames/1": ("application/octet-stream", ct.pixel_array.tobytes()),
        f"{path_of(many)}/frames/2": ("image/jls", frame),
        path_of(stored[MR]): ("application/dicom; transfer-syntax=*", (shared_data() / MR).read_bytes()),
        f"{path_of(stored[H264])}/rendered": ("video/mp4", b""),
    }
    for path, (accept, truth) in whole_of.items():
        fields = {"accept": accept}
        whole = http.get(path, headers=fields)
        assert whole.headers["accept-ranges"] == "bytes"
        truth = truth or whole.content
        assert whole.content.rstrip(b"\0") == truth.rstrip(b"\0"), path
        size = len(whole.content)
        for said, wanted in (
            ("bytes=2-5", slice(2, 6)), ("bytes=-4", slice(size - 4, size)),
            (f"bytes={size - 3}-", slice(size - 3, size)), (f"bytes=0-{size * 2}", slice(0, size)),
        ):  # fmt: skip
            part = http.get(path, headers=fields | {"range": said})
            assert (part.status_code, part.content) == (206, whole.content[wanted]), (path, said)
            span = range(*wanted.indices(size))
            assert part.headers["content-range"] == f"bytes {span[0]}-{span[-1]}/{size}"
        several = http.get(path, headers=fields | {"range": "bytes=0-1, 10-12"})
        assert several.headers["content-type"].startswith("multipart/byteranges")
        pieces = re.findall(rb"Content-Range: bytes (\d+)-(\d+)/", several.content)
        assert pieces == [(b"0", b"1"), (b"10", b"12")]
        for said, status in ((f"bytes={size}-", 416), ("lines=1-2", 200), ("bytes=5-2", 200)):
            assert http.get(path, headers=fields | {"range": said}).status_code == status, (path, said)
        beyond = http.get(path, headers=fields | {"range": f"bytes={size}-"})
        assert beyond.headers["content-range"] == f"bytes */{size}"
        stale = fields | {"range": "bytes=0-1", "if-range": '"older"'}
        assert http.get(path, headers=stale).status_code == 200
        fresh = fields | {"range": "bytes=0-1", "if-range": whole.headers["etag"]}
        assert http.get(path, headers=fresh).status_code == 206
    by_curl = subprocess.run(
        ["curl", "-sS", "-r", "0-3", f"{server.dicomweb}{path_of(stored[PDF])}/bulkdata/00420011",
         "-H", "Accept: application/octet-stream"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert by_curl.stdout == b"%PDF"


@pytest.mark.ps("3.18 8.4.3")
def test_text_is_compressed_and_pixels_never(server: RunningServer, stored: Stored) -> None:
    """By curl: JSON and pages in the coding that was asked for, everything else bare."""
    for path in resources(stored):
        for coding in ("gzip", "br"):
            told = subprocess.run(
                ["curl", "-sS", "-D", "-", "-o", "/dev/null", "-H", f"Accept-Encoding: {coding}",
                 server.dicomweb + path],
                capture_output=True, text=True, check=True, timeout=60,
            )  # fmt: skip
            fields = Parser().parsestr(told.stdout.partition("\r\n")[2], headersonly=True)
            is_json = fields["content-type"] in DATASETS
            if fields["content-encoding"] is not None:
                assert is_json or fields["content-type"].startswith("text/"), path
                assert fields["content-encoding"] == coding
                assert "accept-encoding" in fields["vary"].lower()
            elif is_json:
                assert int(fields["content-length"]) < 1500, path  # what is not worth it


@pytest.mark.ps("3.18 8.3.5")
@pytest.mark.parametrize(
    ("below", "query", "parameter"),
    [
        ("/rendered", "viewport=0x0", "viewport"),
        ("/rendered", "viewport=10", "viewport"),
        ("/rendered", "viewport=10,10,1,1,0,0", "viewport"),
        ("/rendered", "window=40", "window"),
        ("/rendered", "window=40,0", "window"),
        ("/rendered", "window=a,b,linear", "window"),
        ("/rendered", "window=40,400,cubic", "window"),
        ("/rendered", "quality=0", "quality"),
        ("/rendered", "quality=101", "quality"),
        ("/rendered", "annotation=everything", "annotation"),
        ("/rendered", "iccprofile=cmyk", "iccprofile"),
        ("/rendered", "presentationUID=1.2.3", "presentationSeriesUID"),
        ("/rendered", "presentationSeriesUID=1.2.3", "presentationUID"),
        ("/thumbnail", "viewport=1", "viewport"),
        ("/thumbnail", "quality=high", "quality"),
        ("/frames/2,1", "", "frames"),
        ("/frames/1,1", "", "frames"),
        ("/frames/0", "", "frames"),
        ("/frames/-1", "", "frames"),
        ("/frames/1-3", "", "frames"),
        ("/frames/one/rendered", "", "frames"),
        ("/bulkdata/nothing", "", "path"),
    ],
)
def test_a_wrong_parameter_is_named(
    below: str, query: str, parameter: str, server: RunningServer, stored: Stored
) -> None:
    """By curl, which sends what it is told: 400, and the problem says which and what would be right."""
    url = f"{server.dicomweb}{path_of(stored[JLS])}{below}?{query}"
    told = subprocess.run(
        ["curl", "-sS", "-g", "-w", "\n%{http_code} %{content_type}", url],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    body, _, last = told.stdout.rpartition("\n")
    problem = json.loads(body)
    assert last == "400 application/problem+json", body
    assert (problem["status"], problem["parameter"]) == (400, parameter)
    assert len(problem["detail"]) > 20


@pytest.mark.ps("3.18 10.1.1.1")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/studies/1.2.3", 404), ("/studies/1.2.3/metadata", 404), ("/studies/1.2.3/rendered", 404),
        ("/studies/1.2.3/series/4.5/thumbnail", 404), ("/studies/abc", 404), ("/studies/%00", 404),
        ("/studies/1.2..3/metadata", 404), ("/studies/%27%20or%201=1", 404),
        ("/studies/" + "1." * 500 + "1/rendered", 404), ("/nothing", 404), ("/studies/1.2.3/nothing", 404),
    ],
)  # fmt: skip
def test_what_is_not_here_is_said_as_a_problem(path: str, status: int, http: httpx.Client) -> None:
    answer = http.get(path)
    assert answer.status_code == status, answer.text[:200]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "Traceback" not in answer.text


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-02", "WEB-WADO-RS-03")
@pytest.mark.ps("3.18 10.4.1.1.3")
def test_pictures_of_every_level(http: httpx.Client, stored: Stored) -> None:
    """By study, series, instance and frame, with every parameter; all images where parts are taken."""
    ct, many = stored[AXIAL[0]], stored[JLS]
    places = [path_of(ct, level) for level in ("study", "series", "instance")] + [f"{path_of(many)}/frames/3"]
    for place in places:
        plain = Image.open(io.BytesIO(http.get(f"{place}/rendered", headers={"accept": "image/png"}).content))
        rows, columns = (many if "frames" in place else ct).pixel_array.shape[-2:]
        assert plain.size == (columns, rows)
        query = {"viewport": "40,40", "window": "40,400,linear", "annotation": "patient", "quality": "30"}
        query |= {"iccprofile": "srgb"}
        small = http.get(f"{place}/rendered", params=query, headers={"accept": "image/jpeg"})
        assert small.status_code == 200, small.text
        image = Image.open(io.BytesIO(small.content))
        assert image.size[0] == 40 or image.size[1] == 40
        assert image.info.get("icc_profile")
        fine = http.get(
            f"{place}/rendered", params=query | {"quality": "100"}, headers={"accept": "image/jpeg"}
        )
        assert len(fine.content) > len(small.content)
        for kind in PILLOW:
            for resource in ("rendered", "thumbnail"):
                given = http.get(f"{place}/{resource}", headers={"accept": kind})
                assert given.headers["content-type"] == kind
                opened = Image.open(io.BytesIO(given.content))
                assert opened.get_format_mimetype() == kind
                assert max(opened.size) <= 256 or resource == "rendered"
    several = 'multipart/related; type="image/png"'
    for place, count in zip(places, (3, 3, 1, 1), strict=True):
        answer = http.get(f"{place}/rendered", headers={"accept": several})
        assert answer.content.count(b"\x89PNG\r\n") == count, place
    assert (
        http.get(f"{path_of(many)}/frames/1,4/rendered", headers={"accept": several}).content.count(
            b"\x89PNG"
        )
        == 2
    )


@pytest.mark.ps("3.18 8.2")
def test_pages_of_the_other_origin_may_read_everything(http: httpx.Client, stored: Stored) -> None:
    """Fetch: errors, 304 and HEAD included, else a page cannot tell why; never with credentials."""
    for path in resources(stored):
        asked = {"origin": ORIGIN, "accept": "*/*"}
        for method, more in (("GET", {}), ("HEAD", {}), ("GET", {"accept": "application/x-nothing"})):
            answer = http.request(method, path, headers=asked | more)
            assert answer.headers["access-control-allow-origin"] == ORIGIN, (method, path)
            assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"etag", "content-location", "warning"} <= set(exposed.replace(" ", "").split(","))
        foreign = http.head(path, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers
    allowed = http.options(
        "/studies",
        headers={
            "origin": ORIGIN,
            "access-control-request-method": "POST",
            "access-control-request-headers": "x",
        },
    )
    assert "POST" in allowed.headers["access-control-allow-methods"]


def test_zip_of_every_level(http: httpx.Client, stored: Stored) -> None:
    axial = stored[AXIAL[0]]
    in_study = sum(ds.StudyInstanceUID == axial.StudyInstanceUID for ds in stored.values())
    for level, count in (("study", in_study), ("series", 3), ("instance", 1)):
        answer = http.get(path_of(axial, level), headers={"accept": "application/zip"})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            assert packed.testzip() is None
            assert len(packed.namelist()) == count
