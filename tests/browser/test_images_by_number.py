"""Kinds that open as images, by numbers of pydicom and numpy: eyes, gated PET, NM tomography."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer
from .test_other_imaging import FUNDUS, GATED, OCT, header

Numbers = np.ndarray[Any, np.dtype[np.uint16]]
EYE = "1.2.840.10008.5.1.4.1.1.77.1.5"
EN_FACE, ANALYSIS, WIDE, WIDE_3D = (UID(f"{EYE}.{n}") for n in (7, 8, 5, 6))


def made(name: str, pixels: Numbers, study: str, series: int, number: int = 1) -> Dataset:
    """A file of ../shared/data with other pixels and UIDs: frames (if several), rows, columns, samples."""
    ds = copy.deepcopy(header(name))
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = UID(study), UID(f"{study}.{series}"), series
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.{series}.{number}")
    ds.InstanceNumber = number
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    samples = int(ds.SamplesPerPixel)
    frames = pixels.ndim - (2 if samples == 1 else 3)
    ds.Rows, ds.Columns = pixels.shape[frames], pixels.shape[frames + 1]
    ds.NumberOfFrames = pixels.shape[0] if frames else 1
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OB" if pixels.itemsize == 1 else "OW"
    ds["PixelData"].is_undefined_length = False
    return ds


def of_class(ds: Dataset, sop_class: UID) -> Dataset:
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = sop_class
    return ds


def item(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(
            ds,
            keyword,
            Sequence(value) if isinstance(value, list) and value and isinstance(value[0], Dataset) else value,
        )
    return ds


def hang(viewer: Viewer, ds: Dataset, cell: int = 0) -> dict[str, Any]:
    viewer.series(ds.SeriesInstanceUID).click()
    return viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", cell, ds.SeriesInstanceUID)


def stored(viewer: Viewer, pixels: Numbers, frame: int | None, cell: int = 0) -> None:
    """What the probe says is what numpy has, at a lattice of places."""
    plane = pixels if frame is None else pixels[frame]
    rows, columns = plane.shape[:2]
    places = [(c, r) for c in range(1, columns, columns // 4) for r in range(1, rows, rows // 4)]
    for point in viewer.points(places, cell):
        assert np.array_equal(point.stored, plane[point.row, point.column]), point


def drawn(viewer: Viewer, column: float, row: float, colour: tuple[int, int, int], cell: int = 0) -> bool:
    """Whether something of that colour is drawn near a point of the image (pixel edges at 0)."""
    a, _, _, d, e, f = viewer.viewport(cell)["matrix"]
    x, y = round(a * column + e), round(d * row + f)
    near = viewer.picture(cell)[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].astype(int)
    return bool((abs(near - colour).sum(-1) < 150).any())


def activate(viewer: Viewer, cell: int) -> None:
    box = viewer.box(cell)
    viewer.page.mouse.click(box["x"] + 20, box["y"] + box["height"] - 80)
    expect(viewer.element(cell)).to_have_class(re.compile(r"\bact\b"), timeout=SLOW)


def becomes(viewer: Viewer, column: float, row: float, colour: tuple[int, int, int], cell: int = 0) -> None:
    wait_until(lambda: drawn(viewer, column, row, colour, cell), SLOW / 1000, f"a mark at {column}, {row}")


POINTED, STRONG = (0xF0, 0xC3, 0x6A), (0xA9, 0xCC, 0xF2)


@pytest.mark.ps("3.3 C.8.17.10.1")
def test_scans_lie_on_an_en_face_image(shelf: RunningServer, page: Page) -> None:
    """Flow over the depth, 16 bit; scans of the volume as lines on it, a transverse frame as a rectangle."""
    study = "2.25.81221001"
    rng = np.random.default_rng(11)
    flow = rng.integers(0, 65536, (40, 60), np.uint16)
    scans = rng.integers(0, 65536, (3, 32, 48), np.uint16)
    across = rng.integers(0, 65536, (1, 24, 36), np.uint16)
    en_face = of_class(made(OCT, flow, study, 1), EN_FACE)
    del en_face.SharedFunctionalGroupsSequence, en_face.PerFrameFunctionalGroupsSequence
    del en_face.DimensionIndexSequence, en_face.DimensionOrganizationSequence
    en_face.PixelSpacing, en_face.ImageType = [0.1, 0.1], ["DERIVED", "PRIMARY", "OCT_A", "ENFACE"]
    volume, frontal = of_class(made(OCT, scans, study, 2), ANALYSIS), made(OCT, across, study, 3)
    for ds, kind, places in (
        (volume, "LINEAR", [[10, 6, 10, 54], [20, 6, 20, 54], [30, 6, 30, 54]]),
        (frontal, "TRANSVERSE", [[5, 12, 35, 48]]),
    ):
        ds.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [0.1, 0.1]
        frames = ds.PerFrameFunctionalGroupsSequence[: len(places)]
        for frame, coordinates in zip(frames, places, strict=True):
            place = frame.OphthalmicFrameLocationSequence[0]
            place.ReferencedSOPClassUID, place.ReferencedSOPInstanceUID = EN_FACE, en_face.SOPInstanceUID
            place.ReferenceCoordinates, place.OphthalmicImageOrientation = coordinates, kind
        ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    store(shelf, [en_face, volume, frontal])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    hang(viewer, en_face)
    stored(viewer, flow, None)
    viewer.press("Alt+2")
    viewer.until("v => v.image > 0")
    activate(viewer, 1)
    hang(viewer, volume, 1)
    stored(viewer, scans, 0, 1)
    for frame in (2, 0):
        x, y = viewer.place(30, (10, 20, 30)[frame], 0)
        box = viewer.box(0)
        page.mouse.click(box["x"] + x, box["y"] + y - 0.5 * viewer.viewport(0)["zoom"])
        viewer.until("(v, frame) => v.frame === frame", 1, frame + 1)
        becomes(viewer, 15, (10, 20, 30)[frame], STRONG)
    activate(viewer, 1)
    hang(viewer, frontal, 1)
    stored(viewer, across, 0, 1)
    for corner in ((30, 5), (48, 20), (30, 35), (12, 20)):
        becomes(viewer, *corner, STRONG)
    assert not drawn(viewer, 24, 15, STRONG), "a diagonal from corner to corner"
    # A quarter of the frame across and down is there on the image, and the other way round.
    box = viewer.box(1)
    x, y = viewer.place(9, 6, 1)
    page.mouse.move(box["x"] + x, box["y"] + y)
    reach = 4 / viewer.viewport(0)["zoom"]
    becomes(viewer, 12 + 36 * 9.5 / 36 + reach, 5 + 30 * 6.5 / 24, POINTED)
    box = viewer.box(0)
    x, y = viewer.place(30, 20, 0)
    page.mouse.move(box["x"] + x, box["y"] + y)
    reach = 4 / viewer.viewport(1)["zoom"]
    becomes(viewer, 18.5 + reach, 15.5 * 24 / 30, POINTED, 1)


@pytest.mark.ps("3.3 C.8.17.11")
def test_wide_field_photographs(shelf: RunningServer, page: Page) -> None:
    """Colours of a stereographic projection and of each frame of one with coordinates in space."""
    study = "2.25.81221002"
    rng = np.random.default_rng(12)
    flat = rng.integers(0, 256, (40, 60, 3), np.uint8)
    frames = rng.integers(0, 256, (2, 30, 44, 3), np.uint8)
    projected = of_class(made(FUNDUS, flat, study, 1), WIDE)
    projected.XCoordinatesCenterPixelViewAngle = projected.YCoordinatesCenterPixelViewAngle = 0.1
    projected.OphthalmicAxialLength, projected.OphthalmicFOV = 24.0, 200.0
    mapped = of_class(made(FUNDUS, frames, study, 2), WIDE_3D)
    points = np.array([[0, 0, -5, 5, 20], [44, 30, 5, -5, 20]], "<f4")
    mapped.OphthalmicAxialLength, mapped.OphthalmicFOV = 24.0, 200.0
    mapped.TwoDimensionalToThreeDimensionalMapSequence = Sequence(
        [
            item(
                ReferencedFrameNumbers=[1, 2],
                NumberOfMapPoints=2,
                TwoDimensionalToThreeDimensionalMapData=points.tobytes(),
            )
        ]
    )
    store(shelf, [projected, mapped])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    hang(viewer, projected)
    stored(viewer, flat, None)
    assert hang(viewer, mapped)["images"] == 2
    stored(viewer, frames, 0)
    viewer.press("ArrowDown")
    viewer.until("v => v.frame === 2 && !v.awaited")
    stored(viewer, frames, 1)


@pytest.mark.ps("3.3 C.8.9.1")
def test_gated_pet(shelf: RunningServer, page: Page) -> None:
    """Three slices in four time slots: scrolled apart, each with the SUV of its own slope."""
    study, slots, slices = "2.25.81221003", 4, 3
    rng = np.random.default_rng(13)
    folder = shared_data() / "made" / "petct" / "pet"
    source = pydicom.dcmread(folder / "01.dcm")
    sent: dict[tuple[int, int], Dataset] = {}
    for slot in range(slots):
        for place in range(slices):
            pixels = rng.integers(0, 30000, (20, 24), np.uint16)
            ds = copy.deepcopy(source)
            number = slot * slices + place + 1
            ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(f"{study}.1")
            ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.1.{number}")
            ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            ds.SeriesType, ds.NumberOfSlices, ds.NumberOfTimeSlots = ["GATED", "IMAGE"], slices, slots
            ds.InstanceNumber = ds.ImageIndex = number
            ds.TriggerTime, ds.FrameTime, ds.NominalInterval = slot * 250, 250, 1000
            ds.ImagePositionPatient = [-48, -40, 5.0 * place]
            ds.Rows, ds.Columns, ds.PixelData = 20, 24, pixels.tobytes()
            ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleSlope = 16, 15, 0, 1 + number / 8
            ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OW", False
            sent[slot, place] = ds
    store(shelf, sent.values())
    viewer = Viewer(page, shelf.url)
    report = viewer.open_image(study)
    assert report["images"] == slots * slices
    corner = page.get_by_test_id("corner-bottom-left")
    for slot in range(slots):
        ds = sent[slot, 0]
        viewer.until("(v, uid) => v.sopInstanceUID === uid && !v.awaited", arg=ds.SOPInstanceUID)
        expect(corner).to_contain_text(f"slice 1 / {slices}")
        expect(corner).to_contain_text(f"time {slot + 1} / {slots}")
        stored(viewer, ds.pixel_array, None)
        viewer.press("Shift+ArrowDown")
    viewer.press("ArrowDown")
    ds = sent[slots - 1, 1]
    viewer.until("(v, uid) => v.sopInstanceUID === uid && !v.awaited", arg=ds.SOPInstanceUID)
    for ds_place in ((5, 7), (20, 15)):
        x, y = viewer.place(*ds_place)
        told = page.evaluate("([x, y]) => window.readingRoom.probe('viewport-0', x, y)", [x, y])
        activity = float(ds.pixel_array[ds_place[1], ds_place[0]]) * float(ds.RescaleSlope)
        assert told["modality"] == pytest.approx(activity, rel=1e-6)
        # TRUTH.csv, petct/pet/: SUVbw per Bq/ml.
        assert told["suv"]["value"] == pytest.approx(activity * 0.000330926, rel=1e-5)


@pytest.mark.ps("3.3 C.8.4.12")
def test_tomography_of_nuclear_medicine(shelf: RunningServer, page: Page) -> None:
    """Projections of two detectors, stored one after the other, with their angles; reconstructed slices."""
    study, views = "2.25.81221004", 6
    rng = np.random.default_rng(14)
    shots = rng.integers(0, 4096, (2 * views, 24, 32), np.uint16)
    slices = rng.integers(0, 4096, (5, 24, 32), np.uint16)
    tomo, recon = made(GATED, shots, study, 1), made(GATED, slices, study, 2)
    for ds in (tomo, recon):
        for keyword in (
            "RRIntervalVector",
            "TimeSlotVector",
            "GatedInformationSequence",
            "NumberOfRRIntervals",
            "NumberOfTimeSlots",
        ):
            delattr(ds, keyword)
    tomo.ImageType, recon.ImageType = [
        ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"],
        ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
    ]
    tomo.EnergyWindowVector, tomo.RotationVector = [1] * 2 * views, [1] * 2 * views
    tomo.DetectorVector = [1] * views + [2] * views
    tomo.AngularViewVector = [*range(1, views + 1)] * 2
    tomo.FrameIncrementPointer = [0x00540010, 0x00540020, 0x00540050, 0x00540090]
    tomo.NumberOfDetectors = 2
    tomo.DetectorInformationSequence = Sequence([item(StartAngle=350), item(StartAngle=170)])
    turned = item(RotationDirection="CC", AngularStep=12.5, NumberOfFramesInRotation=views, StartAngle=350)
    tomo.NumberOfRotations, tomo.RotationInformationSequence = 1, Sequence([turned])
    recon.EnergyWindowVector, recon.DetectorVector, recon.SliceVector = [1] * 5, [1] * 5, [1, 2, 3, 4, 5]
    recon.NumberOfSlices, recon.SpacingBetweenSlices = 5, 4.0
    recon.FrameIncrementPointer = [0x00540010, 0x00540020, 0x00540080]
    store(shelf, [tomo, recon])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    corner = page.get_by_test_id("corner-bottom-left")
    assert hang(viewer, tomo)["images"] == 2 * views
    for frame in (1, 4, 7, 12):
        viewer.press("Home")
        viewer.press("ArrowDown", frame - 1)
        viewer.until("(v, frame) => v.frame === frame && !v.awaited", arg=frame)
        detector, view = divmod(frame - 1, views)
        angle = ((350, 170)[detector] + view * 12.5) % 360
        expect(corner).to_contain_text(f"Detector {detector + 1}")
        expect(corner).to_contain_text(f"{angle:g}°", timeout=SLOW)
        stored(viewer, shots, frame - 1)
    assert hang(viewer, recon)["images"] == 5
    for frame in (1, 5):
        viewer.press("Home" if frame == 1 else "End")
        viewer.until("(v, frame) => v.frame === frame && !v.awaited", arg=frame)
        expect(corner).to_contain_text(f"slice {frame}")
        stored(viewer, slices, frame - 1)
