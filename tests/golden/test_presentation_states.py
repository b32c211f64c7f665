"""Grayscale presentation states beside analytic pictures, TRUTH.csv and dcmp2pgm, within one grey level."""

from __future__ import annotations

import copy
import csv
import json
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread

from readingroom.errors import Invalid
from readingroom.pixels import Array
from readingroom.render import OVERLAY_GROUPS, Presentation, Region, Window, read_state, render
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import SHARED_DATA, shared_data
from tests.kit.states import ReadSource, bases, folder, picture, state

RENDERED = SHARED_DATA / "made" / "gsps" / "render"
ANALYTIC = sorted(path.name.split(".")[0] for path in RENDERED.glob("*.analytic.png"))
BY_DCMTK = sorted({path.stem for path in RENDERED.glob("*.png")} - {f"{name}.analytic" for name in ANALYTIC})
UNLIKE_DCMTK = {
    "window-sigmoid": "dcmp2pgm ignores the sigmoid function",
    "presentation-lut": "dcmp2pgm rounds between VOI and table, TRUTH says by up to 2",
}


@cache
def truths() -> list[dict[str, str]]:
    path = SHARED_DATA / "made" / "TRUTH.csv"
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["file"].startswith("gsps/")]


def truth(name: str, kind: str) -> list[Any]:
    """The values TRUTH.csv has of a file."""
    shared_data()
    rows = [row for row in truths() if row["file"] == f"gsps/{name}.dcm" and row["kind"] == kind]
    assert rows, f"TRUTH.csv says nothing of {kind} of {name}"
    return [json.loads(row["value"]) for row in rows]


def saved(name: str) -> Array:
    return np.asarray(Image.open(folder() / "render" / f"{name}.png")).astype(int)


def test_all_pictures_are_found() -> None:
    shared_data()
    assert len(ANALYTIC) == 27
    assert len(BY_DCMTK) == 18
    assert len(WITH_GREYS) == 11


@pytest.mark.ps("3.4 N.2")
@pytest.mark.parametrize("name", ANALYTIC)
def test_within_one_grey_level_of_the_formulas(name: str) -> None:
    wanted = saved(f"{name}.analytic")
    viewport = (wanted.shape[1], wanted.shape[0]) if name.startswith("area-") else None
    shown = picture(name, is_grey=True, viewport=viewport).pixels
    assert shown.shape == wanted.shape
    assert np.abs(shown - wanted).max() <= 1


@pytest.mark.ps("3.4 N.2")
@pytest.mark.parametrize("name", [name for name in BY_DCMTK if name not in UNLIKE_DCMTK])
def test_within_one_grey_level_of_dcmp2pgm(name: str) -> None:
    wanted, shown = saved(name), picture(name).pixels
    assert shown.shape == wanted.shape
    assert np.abs(shown - wanted).max() <= 1


WITH_GREYS = sorted({row["file"][5:-4] for row in truths() if row["kind"] == "greyscale"})


@pytest.mark.parametrize("name", WITH_GREYS)
def test_greys_of_the_truth(name: str) -> None:
    (points,) = truth(name, "greyscale")
    shown = picture(name).pixels
    for x, y, grey in points:
        assert abs(int(shown[y, x]) - grey) <= 1, (x, y)


@pytest.mark.ps("3.3 C.10.6")
@pytest.mark.parametrize("name", [name for name in ANALYTIC if name.startswith("rotate-")])
def test_corners_after_rotation_and_flip(name: str) -> None:
    (said,) = truth(name, "orientation")
    shown = picture(name).pixels
    assert shown.shape == (said[1], said[0])
    top_left, top_right, bottom_right, bottom_left = (round(value / 4095 * 255) for value in said[2:6])
    for corner, grey in (((0, 0), top_left), ((0, -1), top_right), ((-1, -1), bottom_right)):
        assert abs(int(shown[corner]) - grey) <= 1
    assert abs(int(shown[-1, 0]) - bottom_left) <= 1


@pytest.mark.ps("3.3 C.10.4")
def test_sizes_of_displayed_areas() -> None:
    width, height = truth("area-magnify", "displayed area")[1]
    assert picture("area-magnify").pixels.shape == (height, width)
    mm_across, mm_down = truth("area-true-size", "displayed area")[1]
    shown = picture("area-true-size", screen_spacing=0.25).pixels
    assert (shown.shape[1] * 0.25, shown.shape[0] * 0.25) == (mm_across, mm_down)
    assert picture("area-scale-to-fit", viewport=(610, 999)).pixels.shape == (450, 610)


@pytest.mark.ps("3.3 C.10.4")
def test_an_area_beyond_the_image_is_black_there() -> None:
    (border,) = truth("area-outside", "displayed area")
    shown = picture("area-outside").pixels
    inner = shown[border:-border, border:-border]
    assert shown.shape == (64 + 2 * border, 96 + 2 * border)
    assert np.abs(inner.astype(int) - saved("rotate-180.analytic")[::-1, ::-1]).max() <= 1
    assert shown.sum() == inner.sum()


@pytest.mark.ps("3.3 C.7.6.11")
@pytest.mark.parametrize("shape", ["rectangular", "circular", "bitmap", "rect-circular"])
def test_how_much_a_shutter_leaves_open(shape: str) -> None:
    """Pixels equal to the shutter's grey by chance are few: the image without it tells which."""
    grey, is_open = truth(f"shutter-{shape}", "shutter")[0]
    shown = picture(f"shutter-{shape}").pixels
    plain = saved("rotate-180.analytic")[::-1, ::-1]
    closed = round(grey * 255 / 65535)
    assert np.count_nonzero((shown != closed) | (np.abs(plain - closed) <= 1)) >= is_open
    assert np.count_nonzero(np.abs(shown.astype(int) - plain) <= 1) >= is_open
    assert np.count_nonzero(shown == closed) >= shown.size - is_open


@pytest.mark.ps("3.3 C.7.6.11")
def test_a_polygonal_shutter() -> None:
    """By the even-odd rule over pixel centres, its edge left out by a pixel each way."""
    grey = truth("shutter-polygonal", "shutter")[0][0]
    vertices = truth("shutter-polygonal", "shutter")[1]
    shown = picture("shutter-polygonal").pixels
    plain = saved("rotate-180.analytic")[::-1, ::-1]
    for row in range(64):
        for column in range(96):
            inside, distance = even_odd(vertices, row + 1, column + 1)
            if distance > 1:
                wanted = plain[row, column] if inside else round(grey * 255 / 65535)
                assert abs(int(shown[row, column]) - wanted) <= 1, (row, column)


def even_odd(vertices: list[list[int]], row: float, column: float) -> tuple[bool, float]:
    """Whether a point is inside, and how far from the edge it is."""
    inside, nearest = False, 1e9
    for (r0, c0), (r1, c1) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        if (r0 > row) != (r1 > row) and column < c0 + (row - r0) * (c1 - c0) / (r1 - r0):
            inside = not inside
        length = (r1 - r0) ** 2 + (c1 - c0) ** 2
        along = min(1.0, max(0.0, ((row - r0) * (r1 - r0) + (column - c0) * (c1 - c0)) / length))
        gap = np.hypot(row - r0 - along * (r1 - r0), column - c0 - along * (c1 - c0))
        nearest = min(nearest, float(gap))
    return inside, nearest


@pytest.mark.ps("3.3 C.11.7")
def test_only_activated_overlays_are_drawn() -> None:
    left, right, top, bottom, count = truth("overlay-plane", "overlay")[0]
    plain = picture("overlay-plane", draws_annotations=False).pixels
    drawn = picture("overlay-plane").pixels
    changed = np.any(drawn != plain[..., None], axis=2)
    assert np.count_nonzero(changed) == count == (right - left + 1) * (bottom - top + 1)
    assert changed[top : bottom + 1, left : right + 1].all()
    assert np.abs(drawn[top, left] - [255, 255, 0]).max() <= 3  # the layer's CIELab is sRGB's yellow
    (embedded,) = truth("overlay-activation", "overlay")
    plain = picture("overlay-activation", draws_annotations=False).pixels
    drawn = picture("overlay-activation").pixels
    assert np.count_nonzero(np.any(drawn != plain[..., None], axis=2)) == embedded


@pytest.mark.ps("3.3 C.7.6.10")
@pytest.mark.parametrize("name", ["mask-xa", "xa-xrf"])
def test_a_mask_is_subtracted(name: str) -> None:
    """Differences 0 and -50 through the window 0, 200; TRUTH tells where the vessel is."""
    (depth,) = truth("mask-xa", "mask")
    none, vessel = (round(((value + 0.5) / 199 + 0.5) * 255) for value in (0, depth))
    for frame in (2, 5, 8):
        shown = picture(name, frame).pixels
        assert set(np.unique(shown[30:34, : 8 * (frame - 1)])) <= {vessel, vessel + 1, vessel - 1}
        assert np.abs(shown[40:].astype(int) - none).max() <= 1
        assert np.abs(shown[30:34, 8 * (frame - 1) :].astype(int) - none).max() <= 1


def test_frames_without_a_mask_are_shown_as_they_are() -> None:
    assert picture("mask-xa", 1).pixels.min() == 255  # every stored value is above the window


@pytest.mark.ps("3.3 C.11.8")
def test_windows_by_frame() -> None:
    for frame, window in ((1, (750, 600)), (4, (750, 600)), (5, (900, 200)), (8, (900, 200))):
        used = picture("per-frame", frame).window
        assert used is not None
        assert (used.center, used.width) == window


def test_a_state_is_for_its_own_images() -> None:
    ds = next(ds for ds in bases().values() if ds.Modality == "XA")
    source = ReadSource(ds)
    presentation = Presentation(state=state("window"))
    with pytest.raises(Invalid, match="not for this image"):
        render(source.decoded(1), source.description, attributes_of(ds), presentation, 1, source)


@pytest.mark.ps("3.18 8.3.5.1")
@pytest.mark.parametrize("name", ["rotate-90", "rotate-270-flip", "area-magnify", "window"])
def test_a_region_is_one_of_the_picture_the_state_makes(name: str) -> None:
    whole = picture(name).pixels
    part = picture(name, region=Region(4, 6, 20, 10)).pixels
    if name == "area-magnify":  # enlarged from a part: bicubic sees other neighbours at the edge
        assert np.abs(part[3:-3, 3:-3].astype(int) - whole[9:13, 7:21]).max() <= 1
    else:
        assert np.array_equal(part, whole[6:16, 4:24])
    with pytest.raises(Invalid, match="leaves the displayed area"):
        picture(name, region=Region(whole.shape[1] - 5, 0, 6, 1))


def real(name: str, image: str, **wishes: Any) -> Array:
    """A state of ../shared/data/presentation on its image; both come from another project."""
    place = shared_data() / "presentation" / "gsps"
    source = ReadSource(read_image(place / f"{image}.dcm"))
    applied = read_state(attributes_of(read_image(place / f"{name}.dcm")))
    if "activations" in wishes:
        applied = replace(applied, activations=wishes.pop("activations"))
    presentation = Presentation(state=applied, **wishes)
    attributes = source.whole_attributes()
    return render(source.decoded(1), source.description, attributes, presentation, 1, source).pixels


def by_tool(arguments: list[str], out: Path) -> Array:
    subprocess.run([*arguments, out], check=True, capture_output=True)
    return np.asarray(Image.open(out)).astype(int)


@pytest.mark.ps("3.4 N.2.1")
@pytest.mark.parametrize(("name", "image"), [("prLUTs", "imageForPrLUTs"), ("prOverlay", "overlay")])
def test_a_foreign_state_is_as_dcmp2pgm_has_it(name: str, image: str, tmp_path: Path) -> None:
    """Tables at all three stages at once; and no VOI at all, which is the identity."""
    place = shared_data() / "presentation" / "gsps"
    wanted = by_tool(
        ["dcmp2pgm", "-p", str(place / f"{name}.dcm"), str(place / f"{image}.dcm")], tmp_path / "p"
    )
    assert np.abs(real(name, image, draws_annotations=False) - wanted).max() <= 1


@pytest.mark.ps("3.5 8.1.2")
def test_overlays_in_the_pixel_cells_are_as_dcm2pnm_has_them(tmp_path: Path) -> None:
    """Bits 14 and 15 beside 12 stored ones, and two planes with data of their own."""
    image = str(shared_data() / "presentation" / "gsps" / "overlay.dcm")
    wanted = by_tool(["dcm2pnm", "+O", "0", "+Omr", "+Ww", "2048", "4096", image], tmp_path / "o")
    bare = by_tool(["dcm2pnm", "-O", "+Ww", "2048", "4096", image], tmp_path / "b")
    groups = {0x6000 + 2 * number: f"LAYER{number + 1}" for number in range(4)}
    assert np.abs(real("prOverlay", "overlay", activations=groups) - wanted).max() <= 1
    assert np.abs(real("prOverlay", "overlay", activations={}) - bare).max() <= 1
    assert np.count_nonzero(wanted != bare) > 1000


@pytest.mark.ps("3.3 C.9.2")
@pytest.mark.parametrize("name", ["presentation/gsps/overlay.dcm", "made/gsps/base-wedge.dcm"])
def test_overlays_of_an_image_without_a_state(name: str, tmp_path: Path) -> None:
    image = str(shared_data() / name)
    source = ReadSource(read_image(shared_data() / name))
    for options, wish in ((["+O", "0", "+Omr"], frozenset(OVERLAY_GROUPS)), (["-O"], frozenset[int]())):
        wanted = by_tool(["dcm2pnm", *options, "+Ww", "2048", "4096", image], tmp_path / "o")
        presentation = Presentation(window=Window(2048, 4096), overlays=wish)
        attributes = source.whole_attributes()
        shown = render(source.decoded(1), source.description, attributes, presentation, 1, source).pixels
        assert np.abs(shown - wanted).max() <= 1


@pytest.mark.ps("3.4 N.2.1")
@pytest.mark.parametrize("name", ["window", "inverse", "modality-lut"])
def test_monochrome1_counts_for_nothing_as_in_dcmp2pgm(name: str, tmp_path: Path) -> None:
    ds = dcmread(folder() / "base-wedge.dcm")
    ds.PhotometricInterpretation = "MONOCHROME1"
    ds.save_as(tmp_path / "image.dcm")
    arguments = ["dcmp2pgm", "-p", str(folder() / f"{name}.dcm"), str(tmp_path / "image.dcm")]
    wanted = by_tool(arguments, tmp_path / "p")
    source = ReadSource(read_image(tmp_path / "image.dcm"))
    presentation = Presentation(state=state(name))
    shown = render(source.decoded(1), source.description, source.whole_attributes(), presentation, 1, source)
    assert np.abs(shown.pixels - wanted).max() <= 1


@pytest.mark.ps("3.3 C.11.19.1.2")
def test_a_mask_moves_region_by_region() -> None:
    """The last region that holds a pixel counts; outside of all, and in other frames, nothing moves."""
    ds = dcmread(folder() / "xa-xrf.dcm")
    image = bases()[ds.MaskSubtractionSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID]
    regions = [Dataset(), Dataset(), Dataset()]
    for region, shift in zip(regions, ([3.0, 0.0], [0.0, -4.0], [-2.0, 5.0]), strict=True):
        region.MaskSubPixelShift = shift
    regions[1].VerticesOfTheRegion = [5, 5, 5, 40, 50, 40, 50, 5]
    regions[2].VerticesOfTheRegion = [30, 30, 30, 60, 60, 60, 60, 30]
    moving = Dataset()
    moving.PixelShiftFrameRange, moving.RegionPixelShiftSequence = [2, 4], regions
    ds.MaskSubtractionSequence[0].PixelShiftSequence = [moving]
    rows, columns = np.mgrid[0:64, 0:64]
    dice = np.random.default_rng(3)
    stored = dice.integers(1000, 1200, (8, 64, 64))
    moved = ds_like(image, stored)
    for frame in (2, 4, 5):
        wanted = stored[frame - 1].astype(float)
        if frame == 5:
            wanted = wanted - stored[0]
        else:
            down, left = np.full((64, 64), 3), np.zeros((64, 64), int)  # rows down, columns to the left
            second = (rows >= 4) & (rows <= 49) & (columns >= 4) & (columns <= 39)
            third = (rows >= 29) & (rows <= 59) & (columns >= 29) & (columns <= 59)
            down[second], left[second] = 0, -4
            down[third], left[third] = -2, 5
            y, x = np.clip(rows - down, 0, 63), np.clip(columns + left, 0, 63)
            wanted = wanted - stored[0][y, x]
        source = ReadSource(moved)
        presentation = Presentation(state=read_state(attributes_of(ds)), window=Window(0, 401))
        shown = render(
            source.decoded(frame), source.description, source.whole_attributes(), presentation, frame, source
        )
        assert np.abs(shown.pixels - np.clip((wanted + 0.5) / 400 + 0.5, 0, 1) * 255).max() <= 1, frame


def ds_like(image: Dataset, stored: Array) -> Dataset:
    """The image with other stored values."""
    made = copy.deepcopy(image)
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    made.PixelData = stored.astype(np.uint16).tobytes()
    made["PixelData"].VR = "OW"
    made["PixelData"].is_undefined_length = False
    return made
