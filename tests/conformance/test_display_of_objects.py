"""What can be looked at by the web, and what cannot and says so: rows VIEW-DISP-02 and -08 to -11."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

from tests.conformance.test_reports import path_of, uri_of
from tests.golden.test_presentation_states import truth
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY, SHARED_DATA, shared_data

SEEN = {
    "spectra": "objects/mr-spectroscopy/IM-0001-0002.dcm",
    "registration": "made/registration/rigid.dcm",
    "surface": "made/seg/surface.dcm",
    "map": "made/registration/rwvm.dcm",
}
"""Objects that hold nothing to be looked at."""


def ask(url: str, accept: str = "*/*") -> tuple[int, str, bytes]:
    """Status, media type and body, by curl."""
    told = subprocess.run(
        ["curl", "-sS", "-H", f"accept: {accept}", "-w", "\n%{http_code} %{content_type}", url],
        capture_output=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    body, _, last = told.rpartition(b"\n")
    status, _, kind = last.decode().partition(" ")
    return int(status), kind, body


def sent(server: RunningServer, name: str) -> Dataset:
    """The object, which the server has then."""
    path = shared_data() / name
    kind = {"content-type": "application/dicom"}
    answer = httpx.post(f"{server.dicomweb}/studies", content=path.read_bytes(), headers=kind, timeout=60)
    assert answer.status_code in (200, 202), answer.text
    return dcmread(path)


def grey(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)).convert("L")).astype(int)


def by_dcm2pnm(*arguments: object) -> np.ndarray:
    done = subprocess.run(["dcm2pnm", *map(str, arguments)], capture_output=True, check=True)
    return np.asarray(Image.open(io.BytesIO(done.stdout))).astype(int)


@pytest.mark.row("VIEW-DISP-09")
@pytest.mark.ps("3.3 C.9.2")
def test_overlays_are_switched_by_a_parameter(server: RunningServer) -> None:
    """Both services; one in the pixel cells and one with data among the four of the file."""
    name = "presentation/gsps/overlay.dcm"
    ds = sent(server, name)
    rs, uri = f"{server.dicomweb}{path_of(ds)}/rendered", f"{server.url}{uri_of(ds)}&contentType=image/png"
    window = ("+Ww", "2048", "4096")
    rs, uri = f"{rs}?window=2048,4096,linear", f"{uri}&windowCenter=2048&windowWidth=4096"
    for asked, options in (
        ("", ("-O",)),
        ("&overlays=no", ("-O",)),
        ("&overlays=yes", ("+O", "0", "+Omr")),
        ("&overlays=6002,6006", ("+O", "2", "+O", "4", "+Omr")),
    ):
        wanted = by_dcm2pnm(*options, *window, SHARED_DATA / name)
        for url in (rs, uri):
            status, _, body = ask(url + asked, "image/png")
            assert status == 200, body
            assert np.abs(grey(body) - wanted).max() <= 1, (asked, url)
    for wrong in ("overlays=7000", "overlays=6001", "shutter=perhaps"):
        for url in (rs, uri):
            status, kind, body = ask(f"{url}&{wrong}")
            assert (status, kind) == (400, "application/problem+json")
            assert wrong.split("=")[0].encode() in body


@pytest.mark.row("VIEW-DISP-08")
@pytest.mark.ps("3.3 A.33.2")
@pytest.mark.parametrize("name", ["colour", "pseudo-colour", "blending"])
def test_colour_states_are_applied(name: str, server: RunningServer) -> None:
    """Colours of TRUTH.csv where it has points; a colour image turned by its state."""
    for path in sorted((shared_data() / "made" / "gsps").glob("base-*.dcm")):
        sent(server, path.relative_to(SHARED_DATA).as_posix())
    ds = sent(server, f"made/gsps/{name}.dcm")
    status, kind, body = ask(f"{server.dicomweb}{path_of(ds)}/rendered", "image/png")
    assert (status, kind) == (200, "image/png")
    picture = np.asarray(Image.open(io.BytesIO(body))).astype(int)
    assert picture.ndim == 3
    if name == "colour":
        assert picture.shape[1::-1] == tuple(truth("colour", "colour")[0])
    elif name == "pseudo-colour":
        for column, color in truth(name, "palette")[0]:
            assert np.abs(picture[32, column] - color).max() <= 2
    else:
        for x, y, color in truth(name, "blending")[0]:
            assert np.abs(picture[y, x] - color).max() <= 3
    both = ask(f"{server.dicomweb}{path_of(ds)}/rendered?overlays=yes", "image/png")
    assert both[:2] == (400, "application/problem+json")


@pytest.mark.ps("3.18 8.7.5")
@pytest.mark.parametrize(
    "name",
    [
        "made/gsps/base-wedge.dcm",
        "made/gsps/base-xa.dcm",
        "made/visible/vl-photographic.dcm",
        "made/rt/rtdose.dcm",
        "made/seg/labelmap.dcm",
        "pixel-formats/palette/gdcm-US-ALOKA-16.dcm",
    ],
)
def test_every_service_shows_the_same(name: str, server: RunningServer) -> None:
    """Rendered, thumbnail and WADO-URI in one size: one pipeline makes them all."""
    ds = sent(server, name)
    middle = (int(ds.get("NumberOfFrames", 1)) + 1) // 2
    addresses = (
        f"{server.dicomweb}{path_of(ds)}/frames/{middle}/rendered?viewport=160,160",
        f"{server.dicomweb}{path_of(ds)}/thumbnail",
        f"{server.url}{uri_of(ds)}&contentType=image/png&rows=160&columns=160&frameNumber={middle}",
    )
    pictures = []
    for address in addresses:
        status, kind, body = ask(address, "image/png")
        assert (status, kind) == (200, "image/png"), (address, body)
        pictures.append(np.asarray(Image.open(io.BytesIO(body))))
    assert max(pictures[0].shape[:2]) == 160
    assert len(np.unique(pictures[0])) > 1
    assert all(np.array_equal(pictures[0], other) for other in pictures[1:])


def posted(server: RunningServer, ds: Dataset, sop_class: str) -> None:
    """The Data Set as a file of that class."""
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    file = io.BytesIO()
    ds.save_as(file)
    kind = {"content-type": "application/dicom"}
    answer = httpx.post(f"{server.dicomweb}/studies", content=file.getvalue(), headers=kind, timeout=60)
    assert answer.status_code in (200, 202), answer.text


@pytest.mark.ps("3.3 A.33.7", "3.4 N.2.6")
def test_advanced_blending_and_volumetric_states(server: RunningServer) -> None:
    """Two whole series blended equally, beside the formula; volumetric states say why they are not shown."""
    images = [sent(server, f"made/gsps/base-{name}.dcm") for name in ("ct", "hot")]
    state = dcmread(shared_data() / "made" / "gsps" / "blending.dcm")
    for keyword in ("BlendingSequence", "ICCProfile", "RelativeOpacity", "DisplayedAreaSelectionSequence"):
        state.pop(keyword, None)
    inputs = []
    for number, image in enumerate(images, 1):
        one = Dataset()
        one.BlendingInputNumber, one.TimeSeriesBlending = number, "FALSE"
        one.StudyInstanceUID, one.SeriesInstanceUID = image.StudyInstanceUID, image.SeriesInstanceUID
        one.GeometryForDisplay = "TRUE" if number == 1 else "FALSE"
        inputs.append(one)
    step = Dataset()
    step.BlendingMode, step.BlendingDisplayInputSequence = "EQUAL", [Dataset(), Dataset()]
    for number, one in enumerate(step.BlendingDisplayInputSequence, 1):
        one.BlendingInputNumber = number
    state.AdvancedBlendingSequence, state.BlendingDisplaySequence = inputs, [step]
    state.PixelPresentation = "TRUE_COLOR"
    posted(server, state, "1.2.840.10008.5.1.4.1.1.11.8")
    status, kind, body = ask(f"{server.dicomweb}{path_of(state)}/rendered", "image/png")
    assert (status, kind) == (200, "image/png"), body
    shares = []
    for image in images:
        values = image.pixel_array.astype(float) * float(image.RescaleSlope) + float(image.RescaleIntercept)
        center, width = float(image.WindowCenter), float(image.WindowWidth)
        shares.append(np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255)
    wanted = np.repeat(((shares[0] + shares[1]) / 2)[..., None], 3, axis=2)
    made = np.asarray(Image.open(io.BytesIO(body))).astype(int)
    assert made.shape == wanted.shape
    assert np.abs(made - wanted).max() <= 1
    posted(server, state, "1.2.840.10008.5.1.4.1.1.11.6")
    named = f"presentationSeriesUID={state.SeriesInstanceUID}&presentationUID={state.SOPInstanceUID}"
    for url in (
        f"{server.dicomweb}{path_of(state)}/rendered",
        f"{server.dicomweb}{path_of(images[0])}/rendered?{named}",
    ):
        status, kind, body = ask(url, "image/png")
        assert (status, kind) == (406, "application/problem+json")
    assert b"volumetric" in body


@pytest.mark.ps("3.3 C.7.6.10")
def test_an_image_that_recommends_subtraction(server: RunningServer) -> None:
    """The Mask Module of a state in its image: TRUTH.csv has the vessel; thumbnails, GIF and WADO-URI too."""
    folder = shared_data() / "made" / "gsps"
    ds, state = dcmread(folder / "base-xa.dcm"), dcmread(folder / "mask-xa.dcm")
    ds.MaskSubtractionSequence, ds.RecommendedViewingMode = state.MaskSubtractionSequence, "SUB"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.SeriesInstanceUID = generate_uid()
    file = io.BytesIO()
    ds.save_as(file)
    kind = {"content-type": "application/dicom"}
    answer = httpx.post(f"{server.dicomweb}/studies", content=file.getvalue(), headers=kind, timeout=60)
    assert answer.status_code in (200, 202), answer.text
    (depth,) = truth("mask-xa", "mask")
    path, uri = f"{server.dicomweb}{path_of(ds)}", f"{server.url}{uri_of(ds)}&contentType=image/png"
    frame = f"{path}/frames/5/rendered"
    pixels = ds.pixel_array.astype(int)
    largest = np.abs(pixels[4] - pixels[0]).max()
    native = by_dcm2pnm("+F", 5, "+Ww", 750, 600, folder / "base-xa.dcm")
    for url in (frame, f"{uri}&frameNumber=5"):
        shown = grey(ask(url, "image/png")[2])
        assert np.abs(shown[30:34, :32] - (127.5 + 127.5 * depth / largest)).max() <= 1
        assert set(np.unique(shown[40:])) <= {127, 128}
        joint = "&" if "?" in url else "?"
        assert np.abs(grey(ask(f"{url}{joint}mask=no", "image/png")[2]) - native).max() <= 1
        status, problem, body = ask(f"{url}{joint}mask=perhaps", "image/png")
        assert (status, problem) == (400, "application/problem+json")
        assert b"mask" in body
    white = f"{uri}&frameNumber=5&windowCenter={depth}&windowWidth=2"
    assert set(np.unique(grey(ask(white, "image/png")[2])[40:])) == {255}
    assert ask(f"{white}&mask=no", "image/png")[0] == 400  # no stored value is negative
    series = path[: path.index("/instances/")]
    for url in (f"{path}/thumbnail", f"{series}/thumbnail", f"{path}/rendered"):
        small = Image.open(io.BytesIO(ask(url, "image/gif" if url.endswith("d") else "image/jpeg")[2]))
        if url.endswith("rendered"):
            small.seek(4)
        corner = np.asarray(small.convert("L")).astype(int)[-small.height // 4 :]
        assert np.abs(corner - 128).max() <= 4, url
    named = f"presentationSeriesUID={state.SeriesInstanceUID}&presentationUID={state.SOPInstanceUID}"
    sent(server, "made/gsps/mask-xa.dcm")
    status, _, body = ask(f"{frame}?{named}&mask=yes", "image/png")
    assert status == 400
    assert b"mask" in body


@pytest.mark.row("VIEW-DISP-10")
@pytest.mark.ps("3.18 8.7.5")
@pytest.mark.parametrize("what", SEEN)
def test_what_cannot_be_looked_at_says_so_and_is_still_given(what: str, server: RunningServer) -> None:
    ds = sent(server, SEEN[what])
    for address in (f"{server.dicomweb}{path_of(ds)}/rendered", f"{server.dicomweb}{path_of(ds)}/thumbnail"):
        status, kind, body = ask(address)
        assert status in (404, 406), address
        assert kind == "application/problem+json"
        assert len(body) > 40
    status, kind, _ = ask(f"{server.url}{uri_of(ds)}&contentType=image/jpeg")
    assert (status, kind) == (406, "application/problem+json")
    status, kind, body = ask(f"{server.url}{uri_of(ds)}")
    assert (status, kind, body[128:132]) == (200, "application/dicom", b"DICM")


@pytest.mark.row("VIEW-DISP-11")
@pytest.mark.ps("3.3 C.7.6.3")
@pytest.mark.parametrize(
    "name", ["pixel-formats/color/SC_rgb_32bit.dcm", "pixel-formats/color/SC_rgb_16bit.dcm"]
)
def test_deep_colours_are_given_in_eight_bits(name: str, server: RunningServer) -> None:
    """In proportion; docs/rendering.md says what becomes of depth."""
    ds = sent(server, name)
    status, _, body = ask(f"{server.dicomweb}{path_of(ds)}/rendered", "image/png")
    assert status == 200
    picture = np.asarray(Image.open(io.BytesIO(body)))
    assert picture.dtype == np.uint8
    assert np.abs(picture - ds.pixel_array / (2.0**ds.BitsStored - 1) * 255).max() <= 1
    assert "more than 8 bits" in Path(REPOSITORY / "docs" / "rendering.md").read_text(encoding="utf-8")


@pytest.mark.row("VIEW-DISP-02")
@pytest.mark.ps("3.18 10.4.1.1.3")
def test_one_image_of_each_syntax_is_a_picture(server: RunningServer) -> None:
    """The first file of every transfer syntax that ../shared/data has images in, of those that are stored."""
    listed: dict[str, list[str]] = {}
    with (shared_data() / "MANIFEST.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            is_small = row["rows"] and int(row["bytes"]) < 3_000_000
            if row["transfer_syntax_uid"] and is_small and not row["path"].startswith("malformed/"):
                listed.setdefault(row["transfer_syntax_uid"], []).append(row["path"])
    assert len(listed) >= 20
    kind, none = {"content-type": "application/dicom"}, set()
    for uid, names in listed.items():
        for name in names:  # some files contradict their SOP class, and are refused
            content = (SHARED_DATA / name).read_bytes()
            if (
                httpx.post(
                    f"{server.dicomweb}/studies", content=content, headers=kind, timeout=60.0
                ).status_code
                == 200
            ):
                break
        else:
            none.add(uid)
            continue
        ds = dcmread(SHARED_DATA / name)
        status, form, body = ask(f"{server.dicomweb}{path_of(ds)}/rendered", "image/png")
        assert (status, form) == (200, "image/png"), (uid, name, body[:300])
        assert Image.open(io.BytesIO(body)).size == (ds.Columns, ds.Rows) or "PixelAspectRatio" in ds
    # the only files of these have no Study Instance UID; tests/golden decodes and draws them
    assert none == {f"1.2.840.10008.1.2.4.{number}" for number in (201, 203)}
