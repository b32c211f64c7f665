"""Segmentations over images: counts of TRUTH.csv, colours on the screen, values under them, hostile ones."""

from __future__ import annotations

import colorsys
import csv
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Locator, Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.kit.server import RunningServer, command_line
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .pages import Viewer, soon

MADE = "made/seg"
OPACITY = 0.4
WIDE = "labels of 16 bits"


def truth(file: str) -> list[tuple[str, str]]:
    """What TRUTH.csv says of an object: quantity and value."""
    with (shared_data() / "made" / "TRUTH.csv").open(encoding="utf-8") as table:
        return [(row[2], row[3]) for row in csv.reader(table) if row and row[0] == file]


def read(name: str) -> Dataset:
    return pydicom.dcmread(shared_data() / MADE / name)


def open_image(page: Page, url: str, ds: Dataset) -> Viewer:
    """The study of an object, once the panel offers its segmentation."""
    viewer = Viewer(page, url)
    viewer.open_image(str(ds.StudyInstanceUID))
    viewer.press("\\")
    expect(offered(page, ds)).to_have_count(1)
    return viewer


def offered(page: Page, ds: Dataset) -> Locator:
    return page.locator(f'[data-testid="segmentation"][data-object="{ds.SOPInstanceUID}"]')


def show(page: Page, ds: Dataset) -> Locator:
    """Lay it over the images; its part of the panel."""
    part = offered(page, ds)
    part.get_by_test_id("segmentation-shown").click()
    expect(part.get_by_test_id("segment").first).to_be_visible()
    return part


def facts(part: Locator, segment: int) -> dict[str, str]:
    """What is said of a segment when its row is opened."""
    opener = part.locator(f'[data-segment="{segment}"]').get_by_test_id("segment-open")
    opener.click()
    found = part.get_by_test_id("segment-facts").locator(".fact").all_inner_texts()
    opener.click()
    return dict(fact.split("\n", 1) for fact in found if "\n" in fact)


def own_colour(number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A segment that recommends none: hues by the golden section."""
    return np.array(colorsys.hsv_to_rgb(number * 0.6180339887498949 % 1, 0.75, 1)) * 255


def ct_grey(number: int, place: tuple[int, int]) -> float:
    """Of the phantom's slice of that number at a column and row."""
    return float(ct_greys(number)[place[1], place[0]])


def ct_greys(number: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """All of a slice, rows and columns, by its window (PS3.3 C.11.2.1.2)."""
    for path in (shared_data() / "made/ct-phantom/axial").glob("*.dcm"):
        ds = pydicom.dcmread(path)
        if ds.InstanceNumber == number:
            values = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
            shares = (values - (float(ds.WindowCenter) - 0.5)) / (float(ds.WindowWidth) - 1) + 0.5
            return np.asarray(255 * np.clip(shares, 0, 1))
    raise AssertionError(f"no slice {number}")


def is_coloured(viewer: Viewer, place: tuple[int, int], wanted: object, within: float = 2) -> None:
    """Wait until an image pixel has that colour on the screen."""

    def check() -> None:
        found = np.array(viewer.points([place])[0].screen, float)
        assert np.abs(found - np.asarray(wanted, float)).max() <= within, (place, found, wanted)

    soon(check)


@pytest.mark.row("VIEW-DISP-07")
def test_segments_have_the_counts_and_colours_they_were_made_with(page: Page, shelf: RunningServer) -> None:
    ds = read("binary-overlapping.dcm")
    viewer = open_image(page, shelf.url, ds)
    part = show(page, ds)
    for quantity, value in truth("seg/binary-overlapping.dcm"):
        if found := re.match(r"segment (\d+) \w+: voxels; volume", quantity):
            voxels, ml = json.loads(value)
            said = facts(part, int(found[1]))
            assert (int(said["Voxels"]), float(said["Volume"].split()[0])) == (
                voxels,
                pytest.approx(ml, abs=5e-4),
            )
    # Segment 3 is a sphere about (-37, 29, 58): its middle slice lies at z = 57.
    part.locator('[data-segment="3"]').get_by_test_id("segment-jump").click()
    viewer.until("v => v.image === 20")
    place = (29, 62)
    below = ct_grey(20, place)
    # The box lies there too, and under it: the smaller one is on top.
    both = below * (1 - OPACITY) + own_colour(7) * OPACITY
    is_coloured(viewer, place, both * (1 - OPACITY) + own_colour(3) * OPACITY, 3)
    part.get_by_test_id("segments-none").click()
    is_coloured(viewer, place, below, 1)
    part.locator('[data-segment="3"]').get_by_test_id("segment-visible").click()
    is_coloured(viewer, place, below * (1 - OPACITY) + own_colour(3) * OPACITY)
    part.get_by_test_id("segments-outline").click()
    is_coloured(viewer, place, below, 1)
    part.get_by_test_id("segments-measure").click()
    expect(part.get_by_test_id("segments-measured")).to_contain_text("7 segments measured")
    said, values = facts(part, 3), hounsfield_under(ds, 3)
    expected_of = {"Mean": values.mean(), "SD": values.std(), "Least": values.min()}
    for name, expected in expected_of.items():
        assert said[name].endswith(" HU")
        assert float(said[name].split()[0].replace("\u2212", "-")) == pytest.approx(expected, abs=0.01), name


def hounsfield_under(seg: Dataset, segment: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """CT values of the source images at the voxels of a segment, by numpy."""
    slices = {}
    for path in (shared_data() / "made/ct-phantom/axial").glob("*.dcm"):
        ct = pydicom.dcmread(path)
        slices[str(ct.SOPInstanceUID)] = ct.pixel_array * float(ct.RescaleSlope) + float(ct.RescaleIntercept)
    found = []
    for groups, mask in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array, strict=True):
        if groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber == segment:
            source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
            found.append(slices[str(source)][mask > 0])
    return np.concatenate(found)


def test_label_maps_and_fractions_agree_with_their_truth(page: Page, shelf: RunningServer) -> None:
    labels, fractions = read("labelmap.dcm"), read("fractional.dcm")
    viewer = open_image(page, shelf.url, labels)
    part = show(page, labels)
    for quantity, value in truth("seg/labelmap.dcm"):
        if found := re.match(r"label (\d+) \w+: voxels", quantity):
            assert int(facts(part, int(found[1]))["Voxels"]) == int(value)
    part = show(page, fractions)
    ml = next(float(v) for q, v in truth("seg/fractional.dcm") if q.startswith("sum of prob"))
    assert float(facts(part, 1)["Volume"].split()[0]) == pytest.approx(ml, abs=5e-4)
    expect(part.get_by_test_id("segmentation-notice")).to_contain_text("probabilities")
    # On the slices as much of the colour as of the fraction.
    offered(page, labels).get_by_test_id("segmentation-shown").click()
    part.get_by_test_id("segment-jump").first.click()
    number = viewer.until("v => v.image > 24 && !v.awaited")["image"]
    (at,) = (
        i
        for i, groups in enumerate(fractions.PerFrameFunctionalGroupsSequence)
        if groups.PlanePositionSequence[0].ImagePositionPatient[2] == 3 * (number - 1)
    )
    shares = fractions.pixel_array[at] / float(fractions.MaximumFractionalValue)
    # Where the image is the same all around: between its pixels the screen mixes them.
    greys = ct_greys(number)
    around = [np.roll(greys, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    uneven = np.ptp(around, axis=0) > 1
    for wanted in (0.1, 0.25, 0.4, 0.7, 1):
        row, column = np.unravel_index((np.abs(shares - wanted) + 9 * uneven).argmin(), shares.shape)
        share, below = shares[row, column], greys[row, column]
        mixed = below * (1 - OPACITY * share) + own_colour(1) * OPACITY * share
        is_coloured(viewer, (int(column), int(row)), mixed, 3)
    # On a plane that was never stored they are drawn too: in the sphere, not 30 mm beside it.
    viewer.press("Shift+X")
    viewer.until("v => v.image > 0 && !v.awaited && !v.reduced && v.place", 1)

    def is_drawn() -> None:
        report, picture = viewer.viewport(1), viewer.picture(1).astype(int)
        for beside, coloured in ((0, True), (-30, False)):
            away = np.array([-3.0, 3, 88]) + np.array(report["place"]["orientation"][:3]) * beside
            away -= report["place"]["position"]
            right, down = np.array(report["place"]["orientation"]).reshape(2, 3)
            spacing = report["place"]["spacing"]
            x, y = away @ right / spacing[1] + 0.5, away @ down / spacing[0] + 0.5
            a, b, c, d, e, f = report["matrix"]
            seen = picture[int(b * x + d * y + f), int(a * x + c * y + e)]
            assert (np.ptp(seen) > 40) == coloured, (beside, seen)

    soon(is_drawn)


def share_of_processor() -> float:
    """What a program that computes gets of one at this moment, 0 to 1: less where others compute too."""
    wall, own = time.monotonic(), time.process_time()
    while time.process_time() - own < 0.1:
        pass
    return min((time.process_time() - own) / (time.monotonic() - wall), 1.0)


def test_a_hundred_segments_are_drawn_within_two_seconds(page: Page, shelf: RunningServer) -> None:
    ds = read("hundred-segments.dcm")
    counts = json.loads(next(v for q, v in truth("seg/hundred-segments.dcm") if q.startswith("voxels of")))
    viewer, part, took = Viewer(page, shelf.url), offered(page, ds), [9.0]
    # Seconds that the machine had for it: the fastest of three counts.
    while min(took) >= 2 and len(took) <= 3:
        viewer = open_image(page, shelf.url, ds)
        if part.get_by_test_id("segment").count():
            part.get_by_test_id("segmentation-shown").click()
            viewer = open_image(page, shelf.url, ds)
        expect(part.get_by_test_id("segment")).to_have_count(0)
        began = time.monotonic()
        part.get_by_test_id("segmentation-shown").click()
        expect(part.get_by_test_id("segment")).to_have_count(100)
        took.append((time.monotonic() - began) * share_of_processor())
    assert min(took) < 2, took
    sizes = [float(text.split()[0]) for text in part.get_by_test_id("segment-size").all_inner_texts()]
    assert sizes == pytest.approx([n * 0.012 for n in counts], rel=1e-3)
    part.get_by_test_id("segment-search").fill("77")
    expect(part.get_by_test_id("segment")).to_have_count(1)
    # Segment 77 lies in Instance Number (77 - 1) mod 40 + 1.
    part.locator('[data-segment="77"]').get_by_test_id("segment-jump").click()
    viewer.until("v => v.image === 37")


def test_hung_by_itself_it_leads_to_its_images(page: Page, shelf: RunningServer) -> None:
    ds = read("binary-overlapping.dcm")
    viewer = Viewer(page, shelf.url)
    viewer.open_image(str(ds.StudyInstanceUID))
    viewer.series(str(ds.SeriesInstanceUID)).click()
    hung = page.get_by_test_id("kind-segmentation")
    expect(hung.get_by_test_id("segment")).to_have_count(7)
    expect(hung.get_by_test_id("segment-size").nth(3)).to_have_text("2.064 ml")
    hung.get_by_test_id("show-on-images").click()
    series = str(ds.ReferencedSeriesSequence[0].SeriesInstanceUID)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=series)
    expect(offered(page, ds).get_by_test_id("segment")).to_have_count(7)


def no_frames(ds: Dataset) -> None:
    ds.PerFrameFunctionalGroupsSequence = Sequence()
    ds.NumberOfFrames = 0
    ds.PixelData = b""


def strange_segment(ds: Dataset) -> None:
    ds.PerFrameFunctionalGroupsSequence[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber = 4711


def wrong_size(ds: Dataset) -> None:
    ds.Rows = ds.Columns = 60_000


def no_place(ds: Dataset) -> None:
    del ds.FrameOfReferenceUID
    del ds.SharedFunctionalGroupsSequence
    for groups in ds.PerFrameFunctionalGroupsSequence:
        del groups.PlanePositionSequence


def many_segments(ds: Dataset) -> None:
    some = ds.SegmentSequence[0]
    ds.SegmentSequence = Sequence()
    for number in range(1, 3_001):
        one = Dataset()
        one.SegmentNumber, one.SegmentLabel = number, f"<b>segment {number}</b>"
        one.SegmentedPropertyCategoryCodeSequence = some.SegmentedPropertyCategoryCodeSequence
        ds.SegmentSequence.append(one)


def cut_off(ds: Dataset) -> None:
    ds.PixelData = ds.PixelData[: len(ds.PixelData) // 3 // 2 * 2]


def wide_labels() -> Dataset:
    """The label map with 16 bits, 9000 for each label, and a palette; its last label is not described."""
    ds = read("labelmap.dcm")
    labels = ds.pixel_array.astype("<u2") * 9000
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.PixelData, ds["PixelData"].VR = labels.tobytes(), "OW"
    ds["PixelData"].is_undefined_length = False
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PhotometricInterpretation = "PALETTE COLOR"
    del ds.SegmentSequence[-1]
    for segment in ds.SegmentSequence:
        segment.SegmentNumber *= 9000
        if "RecommendedDisplayCIELabValue" in segment:
            del segment.RecommendedDisplayCIELabValue
    entries = np.arange(9000, 54_001)
    for name, factor in (("Red", 40), ("Green", 20), ("Blue", 10)):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [len(entries), 9000, 16])
        ds[f"{name}PaletteColorLookupTableDescriptor"].VR = "US"
        table = (entries // 9000 * factor * 257).astype("<u2")
        setattr(ds, f"{name}PaletteColorLookupTableData", table.tobytes())
    return ds


HOSTILE: dict[str, tuple[Callable[[Dataset], None], str]] = {
    "no frames": (no_frames, "has no frames"),
    "a segment nobody describes": (strange_segment, "that the object does not describe"),
    "frames of another size": (wrong_size, "beyond the limit|of the image"),
    "pixels that end early": (cut_off, "21 of 63 frames are whole"),
    "no place": (no_place, "does not say where it lies"),
    WIDE: (lambda _: None, "1 segment in the frames that the object does not describe"),
    "very many segments": (many_segments, "without a voxel"),
}


@pytest.mark.row("VIEW-DISP-01")
def test_hostile_segmentations_say_so_and_harm_nothing(
    page: Page, shelf: RunningServer, tmp_path: Path, watch: Watch
) -> None:
    watch.allow(r"Failed to load resource: the server responded with a status of \d+ .*/(thumbnail|frames/)")
    study, image = (
        generate_uid(),
        pydicom.dcmread(next((shared_data() / "made/ct-phantom/axial").glob("*.dcm"))),
    )
    series = {}
    for number, (name, (spoil, _)) in enumerate(HOSTILE.items()):
        ds = wide_labels() if name == WIDE else read("binary-overlapping.dcm")
        spoil(ds)
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = study, generate_uid(), number + 2
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        ds.PatientID = "RRHOSTILE-SEG"
        series[name] = str(ds.SeriesInstanceUID)
        ds.save_as(tmp_path / f"{number}.dcm")
    image.StudyInstanceUID, image.SeriesInstanceUID, image.PatientID = study, generate_uid(), "RRHOSTILE-SEG"
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    image.save_as(tmp_path / "image.dcm")
    command_line(shelf.data, "import", str(tmp_path))
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    for name, (_, sentence) in HOSTILE.items():
        viewer.series(series[name]).click()
        said = page.get_by_test_id("segmentation-failed").or_(page.get_by_test_id("segmentation-notice"))
        expect(said.first).to_have_text(re.compile(sentence), timeout=60_000)
        if name == WIDE:
            hung = page.get_by_test_id("kind-segmentation")
            for quantity, value in truth("seg/labelmap.dcm"):
                if found := re.match(r"label (\d+) \w+: voxels", quantity):
                    assert facts(hung, 9000 * int(found[1]))["Voxels"] == value, quantity
            hung.locator('[data-segment="18000"]').get_by_test_id("segment-open").click()
            expect(page.get_by_test_id("segment-colour")).to_have_value("#502814")
    page.get_by_test_id("segment-search").fill("3000")
    expect(page.get_by_test_id("segment-open").last).to_have_text("<b>segment 3000</b>")
    viewer.series(str(image.SeriesInstanceUID)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=str(image.SeriesInstanceUID))
