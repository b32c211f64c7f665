"""Modules of PS3.3 that dcmtk does not draw, or draws only here: formulas, pydicom and dcm2pnm."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence

from readingroom.pixels import Array
from readingroom.render import OVERLAY_GROUPS, Presentation, Window, render
from tests.kit.images import read_image
from tests.kit.shared_data import shared_data
from tests.kit.states import ReadSource

ENHANCED = ["ct-two-stacks", "mr-temporal-stack", "pet", "us-volume", "xa", "xray3d-angio", "xrf"]

ROUNDED = 15
"""Little CMS takes CIELab in 8 bits, which moves a dark sample by some levels; states are checked to 3."""


def shown(ds: Dataset, frame: int = 1, presentation: Presentation | None = None) -> Array:
    source = ReadSource(ds)
    wish = presentation or Presentation(keeps_aspect=False)
    attributes = source.whole_attributes()
    return render(source.decoded(frame), source.description, attributes, wish, frame, source).pixels


def linear(values: Array, center: float, width: float) -> Array:
    """PS3.3 C.11.2.1.2.1."""
    if width == 1:
        return np.where(values > center - 0.5, 255.0, 0.0)
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255


def macro(ds: Dataset, frame: int, name: str) -> Dataset | None:
    """A functional group of a frame as pydicom reads it, per frame before shared."""
    for group in (ds.PerFrameFunctionalGroupsSequence[frame - 1], ds.SharedFunctionalGroupsSequence[0]):
        if name in group:
            return group[name].value[0]
    return None


@pytest.mark.ps("3.3 C.7.6.16")
@pytest.mark.row("VIEW-DISP-12")
@pytest.mark.parametrize("name", ENHANCED)
def test_functional_groups_rule_each_frame(name: str) -> None:
    """The windows and transformations of shared groups, then others for each frame."""
    ds = read_image(shared_data() / "made" / "enhanced" / f"{name}.dcm")
    values = ds.pixel_array.astype(float)
    own = copy.deepcopy(ds)
    for number, group in enumerate(own.PerFrameFunctionalGroupsSequence):
        window, transformation = Dataset(), Dataset()
        window.WindowCenter, window.WindowWidth = 300 + 40 * number, 900 - 30 * number
        transformation.RescaleSlope, transformation.RescaleIntercept = 1 + number / 4, -7 * number
        transformation.RescaleType = "US"
        group.FrameVOILUTSequence = Sequence([window])
        group.PixelValueTransformationSequence = Sequence([transformation])
    for one in (ds, own):
        for frame in (1, len(values) // 2, len(values)):
            voi, rescale = (
                macro(one, frame, keyword)
                for keyword in ("FrameVOILUTSequence", "PixelValueTransformationSequence")
            )
            assert voi is not None
            slope, intercept = (rescale.RescaleSlope, rescale.RescaleIntercept) if rescale else (1, 0)
            wanted = linear(values[frame - 1] * slope + intercept, voi.WindowCenter, voi.WindowWidth)
            assert np.abs(shown(one, frame) - wanted).max() <= 1, frame


@pytest.mark.ps("3.3 C.7.6.24")
@pytest.mark.parametrize(
    "name",
    [
        "made/seg/parametric-map-float.dcm",
        "pixel-formats/float/parametric_map_float.dcm",
        "pixel-formats/float/parametric_map_double_float.dcm",
    ],
)
def test_float_pixels(name: str) -> None:
    """Through a window, and without one by that of the frame or over its values."""
    ds = dcmread(shared_data() / name)
    cell = np.float32 if "FloatPixelData" in ds else np.float64
    raw = np.frombuffer(ds.get("FloatPixelData") or ds.DoubleFloatPixelData, cell)
    values = raw.reshape(-1, ds.Rows, ds.Columns)[0].astype(float)
    finite = values[np.isfinite(values)]
    middle, span = float(np.median(finite)), float(np.ptp(finite)) or 1.0
    presentation = Presentation(window=Window(middle, span + 1), keeps_aspect=False)
    wanted = np.nan_to_num(linear(values, middle, span + 1), nan=0)
    assert np.abs(shown(ds, 1, presentation) - wanted).max() <= 1
    voi = macro(ds, 1, "FrameVOILUTSequence")
    if voi is not None:
        wanted = linear(values, float(voi.WindowCenter), float(voi.WindowWidth))
    else:
        wanted = (values - finite.min()) / span * 255
    assert np.abs(shown(ds) - np.nan_to_num(wanted, nan=0)).max() <= 1


@pytest.mark.row("VIEW-DISP-11")
@pytest.mark.ps("3.3 C.7.6.3")
def test_beyond_16_bits_grey_and_8_bits_colour() -> None:
    """Everything is shown: grey through its window in full depth, colours in proportion to Bits Stored."""
    for name in ("SC_rgb_32bit.dcm", "SC_rgb_16bit.dcm"):
        ds = read_image(shared_data() / "pixel-formats" / "color" / name)
        whole = 2.0**ds.BitsStored - 1
        assert np.abs(shown(ds) - ds.pixel_array[..., :3] / whole * 255).max() <= 1
    ds = read_image(shared_data() / "made" / "secondary" / "grayscale-word.dcm")
    ds.decompress()
    values = ds.pixel_array.astype(np.uint32) * 65537
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 32, 32, 31
    ds.PixelData = values.tobytes()
    ds["PixelData"].VR = "OW"
    for center, width in ((2.0**31, 2.0**32), (40_000_000, 70_000_001)):
        presentation = Presentation(window=Window(center, width), keeps_aspect=False)
        first = values[0] if values.ndim == 3 else values
        assert np.abs(shown(ds, 1, presentation) - linear(first.astype(float), center, width)).max() <= 1


@pytest.mark.row("VIEW-DISP-09")
@pytest.mark.ps("3.3 C.9.2")
def test_sixteen_overlays_each_switched(tmp_path: Path) -> None:
    """Four in the pixel cells above 12 stored bits, twelve with data; as dcm2pnm draws them."""
    ds = dcmread(shared_data() / "made" / "gsps" / "base-wedge.dcm")
    rows, columns = ds.Rows, ds.Columns
    for element in [element for element in ds if 0x6000 <= element.tag.group <= 0x601E]:
        del ds[element.tag]
    cells = np.frombuffer(ds.PixelData, "<u2").reshape(rows, columns) & 0x0FFF
    for number, group in enumerate(OVERLAY_GROUPS):
        plane = np.zeros((rows, columns), np.uint8)
        plane[2 * number : 2 * number + 2, number : columns - 3 * number] = 1
        for element, vr, value in ((0x10, "US", rows), (0x11, "US", columns), (0x40, "CS", "G")):
            ds.add_new((group, element), vr, value)
        ds.add_new((group, 0x50), "SS", [1, 1])
        ds.add_new((group, 0x0100), "US", 16 if number < 4 else 1)
        ds.add_new((group, 0x0102), "US", 12 + number if number < 4 else 0)
        if number < 4:
            cells = cells | plane.astype(np.uint16) << 12 + number
        else:
            ds.add_new((group, 0x3000), "OW", np.packbits(plane, bitorder="little").tobytes())
    ds.PixelData = cells.tobytes()
    ds.save_as(tmp_path / "image.dcm")
    choices = {"0": frozenset(OVERLAY_GROUPS), "": frozenset[int]()}
    choices |= {str(number + 1): frozenset({OVERLAY_GROUPS[number]}) for number in (0, 3, 4, 15)}
    seen = set()
    for option, groups in choices.items():
        switch = ["+O", option, "+Omr"] if option else ["-O"]
        command = ["dcm2pnm", *switch, "+Ww", "2048", "4096", tmp_path / "image.dcm", tmp_path / "o"]
        subprocess.run(command, check=True, capture_output=True)
        wanted = np.asarray(Image.open(tmp_path / "o")).astype(int)
        presentation = Presentation(window=Window(2048, 4096), overlays=groups)
        assert np.abs(shown(read_image(tmp_path / "image.dcm"), 1, presentation) - wanted).max() <= 1, option
        seen.add(wanted.tobytes())
    assert len(seen) == len(choices)


@pytest.mark.ps("3.3 C.7.6.11")
@pytest.mark.parametrize("shape", ["rectangular", "circular", "rect-circular"])
def test_an_image_behind_its_own_shutter(shape: str) -> None:
    """The shutter of a state moved into its image; the analytic picture, but for pixels on the edge."""
    folder = shared_data() / "made" / "gsps"
    ds, state = read_image(folder / "base-wedge.dcm"), dcmread(folder / f"shutter-{shape}.dcm")
    for element in state:
        if 0x00181600 <= element.tag <= 0x00181624:
            ds.add(element)
    wanted = np.asarray(Image.open(folder / "render" / f"shutter-{shape}.analytic.png")).astype(int)
    whole = Presentation(window=Window(2048, 4096))
    closed = Presentation(window=Window(2048, 4096), shows_shutter=True)
    different = np.abs(shown(ds, 1, closed) - wanted) > 1
    assert np.count_nonzero(different) <= 4 * max(ds.Rows, ds.Columns)
    assert np.count_nonzero(shown(ds, 1, whole).astype(int) != wanted) > 1000


@pytest.mark.ps("3.3 C.8.20.2")
def test_binary_and_fractional_segments() -> None:
    """In white, or in the Recommended Display CIELab Value by Little CMS; fractions in proportion."""
    folder = shared_data() / "objects" / "seg"
    ds = read_image(folder / "partial_overlaps.dcm")
    colors = {s.SegmentNumber: s.RecommendedDisplayCIELabValue for s in ds.SegmentSequence}
    for frame in (1, int(ds.NumberOfFrames)):
        identified = macro(ds, frame, "SegmentIdentificationSequence")
        assert identified is not None
        inside = ds.pixel_array[frame - 1] == 1
        picture = shown(ds, frame)
        assert not picture[~inside].any()
        expected = by_little_cms(colors[identified.ReferencedSegmentNumber])
        assert np.abs(picture[inside].astype(int) - expected).max(initial=0) <= ROUNDED
    assert inside.any()
    for path in (folder / "seg_image_ct_true_fractional.dcm", shared_data() / "made/seg/fractional.dcm"):
        ds = read_image(path)
        for frame in (1, int(ds.NumberOfFrames) // 2 + 1):
            wanted = ds.pixel_array[frame - 1] / ds.MaximumFractionalValue * 255
            assert np.abs(shown(ds, frame) - wanted).max() <= 1


def by_little_cms(lab: list[int]) -> Array:
    """sRGB of a CIELab value of DICOM."""
    pixel = [lab[0] / 65535 * 255, lab[1] / 257, lab[2] / 257]
    flat = bytes(round(part) if at == 0 else round(part - 128) % 256 for at, part in enumerate(pixel))
    image = Image.frombytes("LAB", (1, 1), flat)
    made = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    return np.asarray(made).reshape(3).astype(int)


@pytest.mark.ps("3.3 A.51")
def test_label_maps_tell_their_labels_apart() -> None:
    ds = read_image(shared_data() / "made" / "seg" / "labelmap.dcm")
    labels = ds.pixel_array
    frame = int(np.argmax([len(np.unique(one)) for one in labels])) + 1
    picture, here = shown(ds, frame), labels[frame - 1]
    assert len(np.unique(here)) > 2
    seen = {int(label): {tuple(pixel) for pixel in picture[here == label]} for label in np.unique(here)}
    assert all(len(colors) == 1 for colors in seen.values())
    assert len(set.union(*seen.values())) == len(seen)
    assert seen[0] == {(0, 0, 0)}
    ds = read_image(shared_data() / "objects" / "seg" / "sparse-labelmap-ppv5.dcm")
    recommended = {s.SegmentNumber: s.RecommendedDisplayCIELabValue for s in ds.SegmentSequence}
    here = ds.pixel_array.reshape(-1, ds.Rows, ds.Columns)[0]
    for label in np.unique(here):
        painted = shown(ds)[here == label].astype(int)
        assert np.abs(painted - by_little_cms(recommended[label])).max() <= ROUNDED
    ds = read_image(shared_data() / "objects" / "seg" / "seg_image_sm_control_labelmap_palette_color.dcm")
    assert shown(ds).ndim == 3
