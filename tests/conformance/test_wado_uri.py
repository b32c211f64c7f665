"""WADO-URI (PS3.18 9), asked by curl, read by pydicom, DCMTK and Pillow, drawn beside dcm2pnm."""

from __future__ import annotations

import html
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import av
import httpx
import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import generate_fragments, generate_frames

from readingroom.doors.dicomweb import URI_PARAMETERS
from tests.kit.dcmtk import dcmtk
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

MR = "mr-series/adc/000000.dcm"
US = "objects/us/GREYSCALE_IMAGE.dcm"
NM = "made/nm/dynamic.dcm"
RLE = "made/ct-phantom/axial/003.dcm"
JLS = "made/enhanced/ct-two-stacks.dcm"
PDF = "made/documents/pdf-two-pages.dcm"
CDA = "made/documents/cda.dcm"
SR = "made/sr/basic-text.dcm"
TID1500 = "made/sr/tid1500.dcm"
KEYS = "made/key-objects/ko-best-in-set.dcm"
WAVE = "made/waveforms/ecg-general.dcm"
MPEG2 = "made/video/mpeg2-counter.dcm"
H264 = "made/video/h264-counter.dcm"
HEVC = "made/video/hevc-counter.dcm"
IMPLICIT = "made/charsets/iso-ir-192.dcm"
BIG = "transfer-syntaxes/ctimage/CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm"
FILES = (MR, US, NM, RLE, JLS, PDF, CDA, SR, TID1500, KEYS, WAVE, MPEG2, H264, HEVC, IMPLICIT, BIG)
ELE = "1.2.840.10008.1.2.1"
LOSSLESS = ("1.2.840.10008.1.2.5", *(f"1.2.840.10008.1.2.4.{n}" for n in (57, 70, 80, 90, 201, 202)))
HTJ2K = LOSSLESS[-2:]


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> dict[str, pydicom.Dataset]:
    """All of FILES as pydicom reads them; the server has them."""
    data = shared_data()
    for name in FILES:
        kind = {"content-type": "application/dicom"}
        answer = httpx.post(
            f"{server.dicomweb}/studies", content=(data / name).read_bytes(), headers=kind, timeout=60
        )
        assert answer.status_code in (200, 202), answer.text
    return {name: pydicom.dcmread(data / name) for name in FILES}


@pytest.fixture
def ask(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> Iterator[Asking]:
    with httpx.Client(base_url=server.url, timeout=120) as client:
        yield Asking(client, stored)


class Asking:
    """A client that names objects by their file."""

    def __init__(self, client: httpx.Client, stored: dict[str, pydicom.Dataset]) -> None:
        self.client = client
        self.stored = stored

    def url(self, name: str, **more: object) -> str:
        return "/wado?" + urlencode(query_of(self.stored[name]) | more)

    def __call__(self, name: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
        return self.client.get(self.url(name, **more), headers=headers)

    def picture(self, name: str, form: str, **more: object) -> np.ndarray:
        answer = self(name, contentType=form, **more)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == form
        image = Image.open(io.BytesIO(answer.content))
        assert Image.MIME[image.format] == form if image.format != "JPEG2000" else form == "image/jp2"
        return np.asarray(image.convert("L") if image.mode == "P" else image)

    def refused(self, name: str, status: int, parameter: str, **more: object) -> str:
        answer = self(name, **more)
        assert answer.status_code == status, (more, answer.status_code, answer.text[:300])
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == status
        assert told["parameter"] == parameter
        return str(told["detail"])


def query_of(ds: pydicom.Dataset) -> dict[str, object]:
    uids = {
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
    }
    return {"requestType": "WADO"} | uids


def by_dcmtk(name: str, folder: Path, *options: str) -> np.ndarray:
    """The picture that dcm2pnm draws; no overlay, square pixels as they are."""
    out = folder / "drawn.pnm"
    dcmtk("dcm2pnm", "-O", "-a", *options, shared_data() / name, out)
    return np.asarray(Image.open(out)).astype(int)


def nearly(ours: np.ndarray, theirs: np.ndarray, most: int = 1) -> bool:
    return ours.shape == theirs.shape and int(np.abs(ours.astype(int) - theirs).max()) <= most


@pytest.mark.row("WEB-URI-01")
@pytest.mark.ps("3.18 9.4")
@pytest.mark.parametrize("name", [MR, RLE, JLS, PDF, SR, WAVE, MPEG2])
def test_curl_gets_the_object_that_was_stored(
    name: str, ask: Asking, server: RunningServer, tmp_path: Path
) -> None:
    out = tmp_path / "came.dcm"
    url = server.url + ask.url(name, contentType="application/dicom")
    told = subprocess.run(
        ["curl", "-sS", "-o", out, "-w", "%{http_code} %{content_type}", url],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert told.stdout == "200 application/dicom"
    assert out.read_bytes() == (shared_data() / name).read_bytes()
    assert ask.stored[name].SOPInstanceUID in dcmtk("dcmdump", "+P", "SOPInstanceUID", out)


@pytest.mark.row("WEB-URI-01")
@pytest.mark.ps("3.18 8.7.3.1")
@pytest.mark.parametrize("name", [IMPLICIT, BIG])
@pytest.mark.parametrize("more", [{}, {"useOrig": "true"}])
def test_implicit_vr_and_big_endian_never_leave(name: str, more: dict[str, str], ask: Asking) -> None:
    came = pydicom.dcmread(io.BytesIO(ask(name, contentType="application/dicom", **more).content))
    assert came.file_meta.TransferSyntaxUID == ELE
    assert came.PatientName == ask.stored[name].PatientName
    if "PixelData" in ask.stored[name]:
        assert np.array_equal(came.pixel_array, ask.stored[name].pixel_array)


@pytest.mark.row("WEB-URI-02")
@pytest.mark.ps("3.18 9.5")
def test_a_single_frame_is_a_jpeg_unless_something_else_is_asked(ask: Asking, tmp_path: Path) -> None:
    answer = ask(MR, imageQuality=100)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    drawn = by_dcmtk(MR, tmp_path, "+Wi", "1")
    assert nearly(np.asarray(Image.open(io.BytesIO(answer.content))), drawn, 4)
    assert ask(MR, {"accept": "image/png"}).headers["content-type"] == "image/png"
    assert ask(MR, {"accept": "application/dicom"}).headers["content-type"] == "application/dicom"


@pytest.mark.row("WEB-URI-03")
@pytest.mark.parametrize("form", ["image/png", "image/gif", "image/jp2"])
def test_lossless_pictures_are_those_of_dcmtk(form: str, ask: Asking, tmp_path: Path) -> None:
    for name, options in ((MR, ("+Wi", "1")), (US, ("+Wi", "1")), (RLE, ("+Wi", "1"))):
        assert nearly(ask.picture(name, form, imageQuality=100), by_dcmtk(name, tmp_path, *options)), name


@pytest.mark.row("WEB-URI-03")
@pytest.mark.parametrize("form", ["image/webp", "image/avif"])
def test_newer_forms(form: str, ask: Asking, tmp_path: Path) -> None:
    drawn = by_dcmtk(MR, tmp_path, "+Wi", "1")
    ours = ask.picture(MR, form, imageQuality=100)[:, :, 0]
    assert np.abs(ours.astype(int) - drawn).mean() < 4


@pytest.mark.row("WEB-URI-03")
def test_mpeg_is_the_stream_in_the_object(ask: Asking) -> None:
    stream = b"".join(generate_fragments(ask.stored[MPEG2].PixelData))
    assert ask(MPEG2).headers["content-type"] == "application/dicom"
    answer = ask(MPEG2, contentType="video/mpeg")
    assert answer.headers["content-type"] == "video/mpeg"
    assert answer.content == stream
    part = ask(MPEG2, {"range": "bytes=100-199"}, contentType="video/mpeg")
    assert (part.status_code, part.content) == (206, stream[100:200])
    assert "video/mpeg" in ask.refused(MPEG2, 406, "contentType", contentType="text/html")


@pytest.mark.row("WEB-URI-03")
@pytest.mark.parametrize(("name", "count"), [(MPEG2, 40), (H264, 40), (HEVC, 40)])
def test_mp4_that_browsers_play(name: str, count: int, ask: Asking, tmp_path: Path) -> None:
    answer = ask(name, contentType="video/mp4")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.headers["content-length"] == str(len(answer.content))
    with av.open(io.BytesIO(answer.content)) as file:
        stream = file.streams.video[0]
        assert file.format.name.startswith("mov,mp4")
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == (ask.stored[name].Columns, ask.stored[name].Rows)
        assert sum(1 for _ in file.decode(stream)) == count
    rate = 1000 / float(ask.stored[name].FrameTime)
    assert stream.average_rate == pytest.approx(rate, rel=0.01)


@pytest.mark.row("WEB-URI-06")
def test_a_frame_of_a_video(ask: Asking) -> None:
    ds = ask.stored[H264]
    stream = b"".join(generate_fragments(ds.PixelData))
    with av.open(io.BytesIO(stream)) as file:
        truth = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)][6].astype(int)
    ours = ask.picture(H264, "image/png", frameNumber=7).astype(int)
    assert ours.shape == truth.shape
    assert np.abs(ours - truth).mean() < 2
    assert ask(H264, frameNumber=7).headers["content-type"] == "image/jpeg"


@pytest.mark.row("WEB-URI-03")
def test_lists_of_content_types(ask: Asking) -> None:
    assert ask(MR, contentType="text/html,image/png;q=0.5,image/gif").headers["content-type"] == "image/gif"
    assert ask(MR, contentType="image/*").headers["content-type"] == "image/jpeg"
    told = ask.refused(MR, 406, "contentType", contentType="video/mp4")
    assert "image/jpeg" in told
    assert "application/dicom" in told
    ask.refused(MR, 400, "contentType", contentType="picture")


@pytest.mark.row("WEB-URI-04")
@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"rows": 64}, (64, 64)),
        ({"columns": 100}, (100, 100)),
        ({"rows": 700, "columns": 300}, (300, 300)),
        ({"rows": 128, "columns": 32767 // 16}, (128, 128)),
    ],
)  # fmt: skip
def test_rows_and_columns_are_the_most_there_may_be(
    asked: dict[str, int], size: tuple[int, int], ask: Asking
) -> None:
    assert ask.picture(MR, "image/png", **asked).shape == size


@pytest.mark.row("WEB-URI-04")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("rows", value) for value in ("63", "32768", "0", "-64", "x", "1e2", "64.0")),
        *(("columns", value) for value in ("63", "32768")),
        *(("imageQuality", value) for value in ("0", "101", "-1", "best")),
    ],
)  # fmt: skip
def test_sizes_and_qualities_that_cannot_be(name: str, value: str, ask: Asking) -> None:
    told = ask.refused(MR, 400, name, **{name: value})
    assert ("1 to 100" if name == "imageQuality" else "64 to 32767") in told


@pytest.mark.row("WEB-URI-04")
def test_quality(ask: Asking) -> None:
    sizes = [len(ask(MR, imageQuality=quality).content) for quality in (1, 30, 60, 100)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 4 * sizes[0]


@pytest.mark.row("WEB-URI-05")
@pytest.mark.parametrize(("center", "width"), [(600, 1200), (1000.5, 300), (300, 1)])
def test_windows_are_those_of_dcmtk(center: float, width: float, ask: Asking, tmp_path: Path) -> None:
    ours = ask.picture(MR, "image/png", windowCenter=center, windowWidth=width)
    assert nearly(ours, by_dcmtk(MR, tmp_path, "+Ww", str(center), str(width)))


@pytest.mark.row("WEB-URI-05")
@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"windowCenter": 40}, "windowWidth"),
        ({"windowWidth": 40}, "windowCenter"),
        ({"windowCenter": 300, "windowWidth": 0}, "windowWidth"),
        ({"windowCenter": 300, "windowWidth": -5}, "windowWidth"),
        ({"windowCenter": 1e9, "windowWidth": 50}, "windowCenter"),
        ({"windowCenter": -1e9, "windowWidth": 50}, "windowCenter"),
        ({"windowCenter": 300, "windowWidth": 1e9}, "windowWidth"),
        ({"windowCenter": "nan", "windowWidth": 50}, "windowCenter"),
        ({"windowCenter": 300, "windowWidth": "inf"}, "windowWidth"),
    ],
)  # fmt: skip
def test_windows_outside_the_pixel_values(asked: dict[str, object], parameter: str, ask: Asking) -> None:
    ask.refused(MR, 400, parameter, **asked)


@pytest.mark.row("WEB-URI-06")
@pytest.mark.parametrize("number", [1, 7, 12])
def test_frame_number(number: int, ask: Asking, tmp_path: Path) -> None:
    plain = tmp_path / "plain.dcm"
    dcmtk("dcmdjpls", shared_data() / JLS, plain)
    out = tmp_path / "drawn.pnm"
    dcmtk("dcm2pnm", "-O", "-a", "+F", str(number), "+Ww", "50", "400", plain, out)
    more = {"windowCenter": 50, "windowWidth": 400, "frameNumber": number}
    assert nearly(ask.picture(JLS, "image/png", **more), np.asarray(Image.open(out)).astype(int))


@pytest.mark.row("WEB-URI-06")
@pytest.mark.parametrize("value", ["0", "13", "-1", "1,2", "x"])
def test_frames_that_are_not_there(value: str, ask: Asking) -> None:
    ask.refused(JLS, 400, "frameNumber", frameNumber=value)


@pytest.mark.row("WEB-URI-07")
@pytest.mark.parametrize("uid", [ELE, *LOSSLESS])
def test_transfer_syntaxes_by_demand(uid: str, ask: Asking, tmp_path: Path) -> None:
    for name in (MR, RLE):
        out = tmp_path / "came.dcm"
        out.write_bytes(ask(name, contentType="application/dicom", transferSyntax=uid).content)
        came = pydicom.dcmread(out)
        assert came.file_meta.TransferSyntaxUID == uid
        assert came.SOPInstanceUID == ask.stored[name].SOPInstanceUID
        if uid in LOSSLESS[1:4]:
            plain = tmp_path / "plain.dcm"
            dcmtk("dcmdjpls" if uid.endswith("80") else "dcmdjpeg", out, plain)
            came = pydicom.dcmread(plain)
        values = came.pixel_array if uid not in HTJ2K else by_openjpeg(came)
        assert np.array_equal(values, ask.stored[name].pixel_array), name


def by_openjpeg(ds: pydicom.Dataset) -> np.ndarray:
    """The one frame of HTJ2K pixel data, which pydicom alone does not read."""
    (stream,) = generate_frames(ds.PixelData, number_of_frames=1)
    return np.asarray(imagecodecs.jpeg2k_decode(stream))


@pytest.mark.row("WEB-URI-07")
@pytest.mark.parametrize(
    ("name", "uid", "status"),
    [
        (MR, "1.2.840.10008.1.2", 400),
        (MR, "1.2.840.10008.1.2.2", 400),
        (MR, "1.2.3.4", 400),
        (MR, "jpeg", 400),
        (MR, "1.2.840.10008.1.2.4.50", 406),
        (SR, "1.2.840.10008.1.2.5", 406),
        (MPEG2, ELE, 406),
    ],
)  # fmt: skip
def test_transfer_syntaxes_that_cannot_be(name: str, uid: str, status: int, ask: Asking) -> None:
    ask.refused(name, status, "transferSyntax", contentType="application/dicom", transferSyntax=uid)


@pytest.mark.row("WEB-URI-08")
def test_the_original_whatever_transfer_syntax_is_named(ask: Asking) -> None:
    came = ask(JLS, contentType="application/dicom", transferSyntax=ELE, useOrig="true")
    assert came.content == (shared_data() / JLS).read_bytes()
    plain = ask(JLS, contentType="application/dicom", transferSyntax=ELE, useOrig="false")
    assert pydicom.dcmread(io.BytesIO(plain.content)).file_meta.TransferSyntaxUID == ELE
    ask.refused(JLS, 400, "useOrig", useOrig="maybe")


@pytest.mark.row("WEB-URI-09")
@pytest.mark.ps("3.18 9.4.4")
def test_what_each_kind_is_given_as_by_itself(ask: Asking) -> None:
    for name in (JLS, NM, WAVE, MPEG2):
        assert ask(name).headers["content-type"] == "application/dicom", name
    assert ask(NM, frameNumber=2).headers["content-type"] == "image/jpeg"
    ask.refused(WAVE, 406, "contentType", contentType="image/jpeg")


@pytest.mark.row("WEB-URI-09")
@pytest.mark.parametrize(("name", "form"), [(PDF, "application/pdf"), (CDA, "text/xml")])
def test_documents(name: str, form: str, ask: Asking) -> None:
    answer = ask(name)
    assert answer.headers["content-type"] == form
    ds = ask.stored[name]
    assert answer.content == ds.EncapsulatedDocument[: ds.get("EncapsulatedDocumentLength")]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ask(name, contentType="application/dicom").content == (shared_data() / name).read_bytes()
    ask.refused(name, 406, "contentType", contentType="text/html")


def values_of(item: pydicom.Dataset) -> Iterator[str]:
    """What a reader of the report must find in it, by pydicom's own walk."""
    for inner in item.get("ContentSequence", []):
        if "ConceptNameCodeSequence" in inner:
            yield inner.ConceptNameCodeSequence[0].CodeMeaning
        for keyword in ("TextValue", "UID"):
            if inner.get(keyword):
                yield str(inner[keyword].value)
        for one in inner.get("ConceptCodeSequence", []):
            yield one.CodeMeaning
        for one in inner.get("MeasuredValueSequence", []):
            yield f"{one['NumericValue'].value} {one.MeasurementUnitsCodeSequence[0].CodeMeaning}"
        for one in inner.get("ReferencedSOPSequence", []):
            yield one.ReferencedSOPInstanceUID
        yield from values_of(inner)


@pytest.mark.row("WEB-URI-09")
@pytest.mark.parametrize("name", [SR, TID1500, KEYS])
def test_reports_as_pages_and_as_text(name: str, ask: Asking) -> None:
    page = ask(name)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    plain = ask(name, contentType="text/plain")  # what is in the page: test_reports, test_report_page
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    at = 0
    for value in values_of(ask.stored[name]):
        at = plain.text.find(value, at)
        assert at >= 0, value


@pytest.mark.row("WEB-URI-09")
def test_charsets_of_a_report(ask: Asking) -> None:
    asked = {"contentType": "text/html", "charset": "klingon,ISO-8859-1"}
    latin = ask(SR, **asked)
    assert latin.headers["content-type"] == "text/html; charset=iso-8859-1"
    assert html.unescape(latin.content.decode("iso-8859-1")) == html.unescape(ask(SR).text)
    assert "warning" not in latin.headers
    text = ask(SR, contentType="text/plain", charset="iso-8859-1,shift_jis,utf-8")  # it has both ü and 日
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "warning" in ask(MR, charset="UTF-8").headers


@pytest.mark.ps("3.18 9.5.1.2")
@pytest.mark.parametrize(
    ("region", "box"),
    [("0,0,1,1", (0, 0, 256, 256)), ("0.25,0.5,0.75,1", (64, 128, 192, 256)), ("0,0,.01,.004", (0, 0, 3, 1))],
)
def test_region(region: str, box: tuple[int, int, int, int], ask: Asking, tmp_path: Path) -> None:
    left, top, right, bottom = box
    drawn = by_dcmtk(MR, tmp_path, "+Wi", "1")[top:bottom, left:right]
    assert nearly(ask.picture(MR, "image/png", region=region), drawn)


@pytest.mark.parametrize(
    "region", ["0,0,1", "0,0,1,1.1", "-0.1,0,1,1", "0.5,0,0.5,1", "a,b,c,d", "0,0,1,nan"]
)
def test_regions_that_cannot_be(region: str, ask: Asking) -> None:
    assert "0.0 to 1.0" in ask.refused(MR, 400, "region", region=region)


@pytest.mark.ps("3.18 8.3.5.1.1")
def test_annotation_stands_in_its_corner(ask: Asking) -> None:
    plain = ask.picture(US, "image/png").astype(int)
    for names, rows in (("patient", slice(0, 200)), ("technique", slice(-300, None))):
        changed = np.any(ask.picture(US, "image/png", annotation=names) != plain, axis=1)
        assert changed[rows].any()
        assert changed.sum() == changed[rows].sum()
    ask.refused(US, 400, "annotation", annotation="everything")


def test_what_contradicts_itself_is_not_passed_over(ask: Asking) -> None:
    ask.refused(MR, 400, "annotation", anonymize="yes", annotation="patient", contentType="image/png")
    ask.refused(MR, 400, "anonymize", anonymize="perhaps")
    ask.refused(MR, 400, "presentationSeriesUID", presentationUID="1.2.3")
    ask.refused(
        MR, 400, "windowCenter",
        presentationUID="1.2.3", presentationSeriesUID="1.2", windowCenter=300, windowWidth=100,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["requestType", "studyUID", "seriesUID", "objectUID"])
def test_what_must_be_said(name: str, ask: Asking) -> None:
    ask.refused(MR, 400, name, **{name: ""})
    ask.refused(MR, 400, name, **{name: "no such thing/"})
    twice = ask.client.get(ask.url(MR) + f"&{name}=1.2")
    assert (twice.status_code, twice.json()["parameter"]) == (400, name)


@pytest.mark.parametrize("name", ["studyUID", "seriesUID", "objectUID"])
def test_objects_that_are_not_here(name: str, ask: Asking) -> None:
    answer = ask(MR, **{name: "1.2.3.4"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_the_client_has_is_not_sent_again(ask: Asking) -> None:
    for more in ({}, {"contentType": "application/dicom"}):
        first = ask(MR, **more)
        again = ask(MR, {"if-none-match": first.headers["etag"]}, **more)
        assert (again.status_code, again.content) == (304, b"")
    head = ask.client.head(ask.url(MR))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "image/jpeg"
    assert ask.client.post(ask.url(MR)).status_code == 405


def test_the_statement_tells_of_it(statement: str) -> None:
    assert "| GET | /wado |" in statement
    for name in ("transferSyntax", "frameNumber", "useOrig", "image/jp2"):
        assert name in statement


NAMES = [one.name for one in URI_PARAMETERS]
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(-(10**12), 10**12).map(str),
    st.floats().map(str),
    st.lists(st.floats(-0.5, 1.5).map(str), max_size=5).map(",".join),
    st.sampled_from([
        "64", "200", "1", "2", "12", "0", "yes", "patient,technique", "image/png", "image/gif", "image/jp2",
        "application/dicom", "text/html", "video/mpeg", "*/*", "0.1,0.2,0.3,0.4", "40", "400", "UTF-8",
        ELE, *LOSSLESS, "1.2.840.10008.1.2.4.50", "*",
    ]),
)  # fmt: skip


@settings(
    max_examples=250, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    name=st.sampled_from([MR, NM, JLS, PDF, SR, MPEG2]), more=st.dictionaries(st.sampled_from(NAMES), VALUES)
)
def test_no_parameter_breaks_the_server(name: str, more: dict[str, str], ask: Asking) -> None:
    answer = ask.client.get("/wado", params=query_of(ask.stored[name]) | more)  # type: ignore[arg-type]
    assert answer.status_code in (200, 400, 404, 406), (more, answer.text[:300])
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


class TestGuarded:
    """Default login, one more path, and pages of one other origin."""

    ORIGIN = "https://viewer.example"

    @pytest.fixture(scope="class")
    @classmethod
    def guarded(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
        more = {
            "READINGROOM__HTTP__WADO_URI_PATH": "/aet/wado",
            "READINGROOM__HTTP__WADO_URI_DEFAULT": "explicit_le",
            "READINGROOM__HTTP__CORS_ORIGINS": cls.ORIGIN,
        }
        with running_server(tmp_path_factory.mktemp("guarded-wado"), settings=more) as running:
            running.run("import", str(shared_data() / JLS))
            yield running

    @pytest.fixture(scope="class")
    @classmethod
    def url(cls, guarded: RunningServer) -> str:
        ds = pydicom.dcmread(shared_data() / JLS, stop_before_pixels=True)
        return f"{guarded.url}/wado?" + urlencode(query_of(ds) | {"contentType": "application/dicom"})

    @pytest.mark.row("WEB-URI-01")
    def test_who_may(self, guarded: RunningServer, url: str) -> None:
        assert httpx.get(url, timeout=60.0).status_code == 401
        assert httpx.get(url, auth=("admin", "wrong"), timeout=60.0).status_code == 401
        assert httpx.get(url, auth=("admin", guarded.password()), timeout=60.0).status_code == 200
        token = guarded.run("token", "create", "admin", "--purpose", "test").strip()
        assert httpx.get(url, headers={"authorization": f"Bearer {token}"}, timeout=60.0).status_code == 200
        with httpx.Client(base_url=guarded.url, timeout=60.0) as client:
            client.post("/api/login", json={"user": "admin", "password": guarded.password()})
            assert client.get(url).status_code == 200
        guarded.run("user", "add", "sam", "--role", "sender", stdin="may-only-send-things\n")
        assert httpx.get(url, auth=("sam", "may-only-send-things"), timeout=60.0).status_code == 403

    @pytest.mark.row("WEB-URI-07")
    def test_other_path_and_other_default(self, guarded: RunningServer, url: str) -> None:
        auth = ("admin", guarded.password())
        other = httpx.get(url.replace("/wado?", "/aet/wado?"), auth=auth, timeout=60.0)
        assert other.status_code == 200
        came = pydicom.dcmread(io.BytesIO(other.content))
        assert came.file_meta.TransferSyntaxUID == ELE
        assert np.array_equal(came.pixel_array, pydicom.dcmread(shared_data() / JLS).pixel_array)
        original = httpx.get(url + "&useOrig=yes", auth=auth, timeout=60.0)
        assert original.content == (shared_data() / JLS).read_bytes()

    def test_pages_of_another_origin(self, guarded: RunningServer, url: str) -> None:
        asked = {"origin": self.ORIGIN, "access-control-request-method": "GET"}
        asked |= {"access-control-request-headers": "authorization"}
        studies = f"{guarded.dicomweb}/studies"
        for place in (url, studies):
            preflight = httpx.options(place, headers=asked, timeout=60.0)
            assert preflight.status_code == 200
            assert preflight.headers["access-control-allow-origin"] == self.ORIGIN
            assert (
                httpx.options(
                    place, headers=asked | {"origin": "https://evil.example"}, timeout=60.0
                ).status_code
                == 400
            )
        auth = ("admin", guarded.password())
        came = httpx.get(studies, auth=auth, headers={"origin": self.ORIGIN}, timeout=60.0)
        assert came.headers["access-control-allow-origin"] == self.ORIGIN
        assert "access-control-allow-credentials" not in came.headers
        evil = httpx.get(studies, auth=auth, headers={"origin": "https://evil.example"}, timeout=60.0)
        assert "access-control-allow-origin" not in evil.headers
        assert (
            "access-control-allow-origin"
            not in httpx.get(
                f"{guarded.url}/api/session", auth=auth, headers={"origin": self.ORIGIN}, timeout=60.0
            ).headers
        )
