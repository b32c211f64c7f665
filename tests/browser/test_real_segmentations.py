"""Real segmentations with and without their images, against highdicom; looks after undo and reload; keys."""

from __future__ import annotations

import warnings
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from playwright.sync_api import Locator, Page, expect
from pydicom.dataset import Dataset

from tests.kit.server import RunningServer, command_line
from tests.kit.shared_data import shared_data

from .pages import Viewer, soon
from .test_segmentations import ct_grey, facts, is_coloured, offered, open_image, own_colour, read, show

ENHANCED = ["objects/enhanced-ct"]
LIVERS = [f"objects/seg/liver{form}.dcm" for form in ("", "_j2k", "_rle", "_nonbyte_aligned_rle")]
WITHOUT_IMAGES = [
    *LIVERS[1:3],
    "objects/seg/partial_overlaps.dcm",
    "objects/seg/seg_image_ct_true_fractional.dcm",
]
WITHOUT_IMAGES += ["objects/seg/seg_image_ct_binary_overlap.dcm", "objects/sr/tid1500/seg.dcm"]
RLE_BY_HIGHDICOM_AS = {"objects/seg/liver_rle.dcm": "objects/seg/liver.dcm"}
"""pydicom does not read RLE of one bit: it is the same object uncompressed (MANIFEST.csv)."""


@pytest.fixture(scope="module")
def real(shelf: RunningServer) -> RunningServer:
    """The server with real segmentations besides; their studies are their own."""
    single = ["objects/seg/ct_image.dcm", "objects/seg/seg_image_ct_binary_single_frame.dcm"]
    names = ENHANCED + WITHOUT_IMAGES + single + ["objects/seg/sparse-labelmap-ppv5.dcm"]
    command_line(shelf.data, "import", *(str(shared_data() / name) for name in names), timeout=240.0)
    return shelf


def sizes(name: str) -> dict[int, tuple[float, float]]:
    """Voxels and ml of each segment, by highdicom."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seg = highdicom.seg.segread(shared_data() / RLE_BY_HIGHDICOM_AS.get(name, name))
        volume = seg.get_volume(combine_segments=False)
    sums = volume.array.astype(float).sum(axis=(0, 1, 2))
    numbers = [int(n) for n in seg.segment_numbers]
    return {n: (s, s * volume.voxel_volume / 1000) for n, s in zip(numbers, sums, strict=True) if n}


def is_as_highdicom_has_it(part: Locator, name: str) -> None:
    for number, (voxels, ml) in sizes(name).items():
        said = facts(part, number)
        assert float(said["Voxels"].split()[0]) == pytest.approx(voxels, rel=1e-6), name
        assert float(said["Volume"].split()[0]) == pytest.approx(ml, abs=1e-3), name


@pytest.mark.row("VIEW-DISP-07")
@pytest.mark.parametrize("image", ["objects/enhanced-ct/IMG0001.dcm", "objects/seg/ct_image.dcm"])
def test_real_segmentations_over_their_images(page: Page, real: RunningServer, image: str) -> None:
    """Counts and volumes, and on the slices the pixels of the object itself."""
    objects = {
        "objects/enhanced-ct/IMG0001.dcm": [
            "objects/enhanced-ct/label.seg",
            "objects/seg/sparse-labelmap-ppv5.dcm",
        ],
        "objects/seg/ct_image.dcm": ["objects/seg/seg_image_ct_binary_single_frame.dcm"],
    }[image]
    source = pydicom.dcmread(shared_data() / image)
    viewer = Viewer(page, real.url)
    viewer.open_image(str(source.StudyInstanceUID))
    viewer.series(str(source.SeriesInstanceUID)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=str(source.SeriesInstanceUID))
    viewer.press("\\")
    for name in objects:
        ds = pydicom.dcmread(shared_data() / name)
        part = show(page, ds)
        is_as_highdicom_has_it(part, name)
        image_uid, mask = mask_in(ds)
        viewer.press("Home")
        viewer.until("v => v.image === 1")
        while (shown := viewer.viewport())["sopInstanceUID"] != image_uid:
            viewer.press("ArrowDown")
            viewer.until("(v, at) => v.image === at", arg=shown["image"] + 1)
        viewer.until("v => !v.awaited")
        part.get_by_test_id("segmentation-shown").click()
        expect(part.get_by_test_id("segment")).to_have_count(0)
        soon(is_grey, viewer)
        bare = viewer.picture()
        part.get_by_test_id("segmentation-shown").click()
        expect(part.get_by_test_id("segment").first).to_be_visible()
        soon(covers, viewer, bare, mask)
        part.get_by_test_id("segmentation-shown").click()


def is_grey(viewer: Viewer) -> None:
    """Nothing coloured lies over the middle of the image."""
    picture = viewer.picture().astype(int)
    high, wide = picture.shape[:2]
    middle = picture[high // 5 : -high // 5, wide // 5 : -wide // 5]
    assert np.ptp(middle, axis=2).max() < 12


def covers(viewer: Viewer, bare: np.ndarray[Any, Any], mask: np.ndarray[Any, Any]) -> None:
    """Pixels change where the mask is and nowhere else, but for two about its edge, where lines lie."""
    changed = (viewer.picture() != bare).any(axis=2)
    inside, beside = ~grown(~mask), ~grown(mask)
    (left, top), (right, below) = viewer.place(0, 0), viewer.place(1, 1)
    rows, columns = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    x, y = (left + columns * (right - left)).astype(int), (top + rows * (below - top)).astype(int)
    high, wide = changed.shape
    # Away from the texts in the corners.
    seen = (x > wide / 5) & (x < wide * 4 / 5) & (y > high / 5) & (y < high * 4 / 5)
    assert (inside & seen).any()
    assert (beside & seen).any()
    assert changed[y[inside & seen], x[inside & seen]].all()
    assert not changed[y[beside & seen], x[beside & seen]].any()


def grown(mask: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """By two pixels to all sides."""
    shifts = [(i, j) for i in range(-2, 3) for j in range(-2, 3)]
    return np.any([np.roll(mask, shift, (0, 1)) for shift in shifts], axis=0)


def mask_in(ds: Dataset) -> tuple[str, np.ndarray[Any, Any]]:
    """The image of which most pixels lie in segments, and which do."""
    frames = ds.pixel_array.reshape(-1, ds.Rows, ds.Columns)
    masks: dict[str, np.ndarray[Any, Any]] = {}
    for groups, frame in zip(ds.PerFrameFunctionalGroupsSequence, frames, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        masks[str(source)] = masks.get(str(source), np.zeros(frame.shape, bool)) | (frame > 0)
    return max(masks.items(), key=lambda one: int(one[1].sum()))


@pytest.mark.row("VIEW-DISP-07")
def test_real_segmentations_without_their_images(page: Page, real: RunningServer) -> None:
    """Hung by themselves, whatever they are compressed with; that the images are not there is said."""
    viewer = Viewer(page, real.url)
    opened = ""
    for name in WITHOUT_IMAGES:
        ds = pydicom.dcmread(shared_data() / name, stop_before_pixels=True, force=True)
        if opened != ds.StudyInstanceUID:
            viewer.open(str(ds.StudyInstanceUID))
            opened = ds.StudyInstanceUID
        viewer.series(str(ds.SeriesInstanceUID)).click()
        viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=str(ds.SeriesInstanceUID))
        hung = page.get_by_test_id("kind-segmentation")
        expect(hung.get_by_test_id("segment")).to_have_count(len(ds.SegmentSequence))
        expect(hung.get_by_test_id("segment-size").first).to_contain_text("ml")
        is_as_highdicom_has_it(hung, name)
    hung.get_by_test_id("show-on-images").click()
    expect(hung.get_by_test_id("show-words")).to_have_text(
        "The images it is about are not in the open studies."
    )


def test_looks_are_undone_and_survive_a_reload(page: Page, shelf: RunningServer) -> None:
    """Opacity, colour, lines, what is hidden: by keys and panel, back by undo, there after a reload."""
    ds = read("binary-overlapping.dcm")
    viewer = open_image(page, shelf.url, ds)
    part = show(page, ds)
    viewer.press("b")
    expect(part.get_by_test_id("segment")).to_have_count(0)
    viewer.press("b")
    expect(part.get_by_test_id("segment")).to_have_count(7)
    part.get_by_test_id("segments-none").click()
    part.locator('[data-segment="3"]').get_by_test_id("segment-visible").click()
    viewer.press("j")
    # Segment 3 is the only one that is seen: a sphere whose middle slice is the 20th.
    viewer.until("v => v.image === 20")
    expect(part.locator('[data-segment="3"]')).to_have_attribute("aria-current", "true")
    place = (29, 62)
    part.locator('[data-segment="3"]').get_by_test_id("segment-visible").click()
    below = ct_grey(20, place)
    is_coloured(viewer, place, below)
    viewer.press("Control+z")

    def shows(colour: object, opacity: float) -> None:
        is_coloured(viewer, place, below * (1 - opacity) + np.array(colour, float) * opacity)

    shows(own_colour(3), 0.4)
    # One step: several that follow each other quickly are one, which on a slow machine they are not.
    viewer.press("Alt+PageUp")
    shows(own_colour(3), 0.5)
    part.locator('[data-segment="3"]').get_by_test_id("segment-open").click()
    part.get_by_test_id("segment-colour").fill("#ff0000")
    shows([255, 0, 0], 0.5)
    part.get_by_test_id("segment-colour").blur()
    viewer.press("Alt+b")
    shows(below, 0)
    viewer.press("Control+z")
    shows([255, 0, 0], 0.5)
    viewer.press("Control+z")
    shows(own_colour(3), 0.5)
    viewer.press("Control+z")
    shows(own_colour(3), 0.4)
    viewer.press("Control+Shift+z", times=2)
    shows([255, 0, 0], 0.5)
    page.reload()
    viewer.until("v => v.image === 20")
    viewer.press("\\")
    expect(offered(page, ds).get_by_test_id("segment")).to_have_count(7)
    shows([255, 0, 0], 0.5)
    viewer.press("Alt+Shift+b")
    expect(part.get_by_test_id("segments-measured")).to_contain_text("7 segments measured")
    viewer.press("b")
    expect(part.get_by_test_id("segment")).to_have_count(0)
    shows(below, 0)
