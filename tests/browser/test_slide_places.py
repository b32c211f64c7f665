"""Colours, coordinates, lengths and annotations of slides against littleCMS, numpy and highdicom."""

from __future__ import annotations

import copy
from typing import Any

import highdicom as hd
import numpy as np
from highdicom.ann import AnnotationGroup, MicroscopyBulkSimpleAnnotations
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import UID

from tests.kit.icc import by_little_cms, scanner_profile
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.stow import store

from .pages import SLOW, soon
from .test_slides import Pixels, Slide, instance

STUDY = "2.25.81220066"
COLUMNS, ROWS, TILE = 96, 64, 32
ORIGIN = (20.0, 40.0)
PATIENT = (
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
SPACING = (0.0005, 0.00025)
"""Millimetres a pixel down and across."""


def item(**values: Any) -> Dataset:
    """A dataset of a sequence."""
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def tiled(whole: Pixels) -> Pixels:
    """Frames of 32 x 32, columns fastest."""
    return (
        whole.reshape(ROWS // TILE, TILE, COLUMNS // TILE, TILE, 3).swapaxes(1, 2).reshape(-1, TILE, TILE, 3)
    )


def colour_slide(pictures: list[Pixels], profiles: list[bytes]) -> Dataset:
    """Two optical paths of two focal planes, 2.5 micrometres apart; rows run along -Y, columns along -X."""
    frames = np.concatenate([tiled(p) for p in pictures])
    paths = [
        item(OpticalPathIdentifier=str(n + 1), OpticalPathDescription=f"light {n + 1}", ICCProfile=profile)
        for n, profile in enumerate(profiles)
    ]
    measures = item(PixelSpacing=list(SPACING), SpacingBetweenSlices=0.0025, SliceThickness=0.001)
    return instance(
        STUDY,
        1,
        (COLUMNS, ROWS),
        frames,
        OpticalPathSequence=Sequence(paths),
        NumberOfOpticalPaths=2,
        TotalPixelMatrixFocalPlanes=2,
        FrameOfReferenceUID="2.25.81220067",
        **dict.fromkeys(PATIENT, ""),
        ImageOrientationSlide=[0, -1, 0, -1, 0, 0],
        TotalPixelMatrixOriginSequence=Sequence(
            [item(XOffsetInSlideCoordinateSystem=ORIGIN[0], YOffsetInSlideCoordinateSystem=ORIGIN[1])]
        ),
        SharedFunctionalGroupsSequence=Sequence([item(PixelMeasuresSequence=Sequence([measures]))]),
    )


def on_slide(column: float, row: float) -> tuple[float, float]:
    """Millimetres of a place in pixels: 0 is the first corner, the origin the middle of that pixel."""
    return (ORIGIN[0] - (row - 0.5) * SPACING[0], ORIGIN[1] - (column - 0.5) * SPACING[1])


def annotations(base: Dataset, number: int, coordinates: str, points: list[Any], **more: Any) -> Dataset:
    """One group of points."""
    group = AnnotationGroup(
        number=1,
        uid=hd.UID(),
        label=f"group {number}",
        graphic_type="POINT",
        graphic_data=[np.array([p]) for p in points],
        annotated_property_category=codes.SCT.AnatomicalStructure,
        annotated_property_type=codes.SCT.Cell,
        algorithm_type="MANUAL",
    )
    return MicroscopyBulkSimpleAnnotations(
        source_images=[base],
        annotation_coordinate_type=coordinates,
        annotation_groups=[group],
        series_instance_uid=f"{STUDY}.{number}",
        series_number=number,
        sop_instance_uid=f"{STUDY}.{number}.1",
        instance_number=1,
        manufacturer="m",
        manufacturer_model_name="m",
        software_versions="1",
        device_serial_number="1",
        **more,
    )


def test_colours_places_lengths_and_annotations_of_a_slide(shelf: RunningServer, page: Page) -> None:
    """The profile of a path, or as stored; mm under the pointer; lengths; marks by mm and by frame."""
    rng = np.random.default_rng(66)
    pictures = [rng.integers(0, 256, (ROWS, COLUMNS, 3), np.uint8) for _ in range(4)]
    profile = scanner_profile()
    base = colour_slide(pictures, [profile, b"no profile at all"])
    # 3D: of the second path alone. 2D: pixel 8, 12 of frame 5, which is in row 1 and column 1.
    deep = annotations(base, 2, "3D", [(*on_slide(30.5, 20.5), 0.0), (*on_slide(70.5, 50.5), 0.0)])
    deep.AnnotationGroupSequence[0].AnnotationAppliesToAllOpticalPaths = "NO"
    deep.AnnotationGroupSequence[0].ReferencedOpticalPathIdentifier = "2"
    framed = annotations(base, 3, "2D", [(8.0, 12.0)], pixel_origin_interpretation="FRAME")
    framed.ReferencedImageSequence[0].ReferencedFrameNumber = 5
    vague = copy.deepcopy(framed)
    vague.SOPInstanceUID = vague.file_meta.MediaStorageSOPInstanceUID = UID(f"{STUDY}.4.1")
    vague.SeriesInstanceUID, vague.SeriesNumber = UID(f"{STUDY}.4"), 4
    vague.ReferencedImageSequence[0].ReferencedFrameNumber = [5, 6]
    store(shelf, [base, deep, framed, vague])
    slide = Slide(page, shelf.url)
    slide.open(STUDY)
    colours = page.get_by_test_id("slide-colours")
    expect(colours).to_have_text("Colours by the profile of the object.", timeout=SLOW)
    expect(page.get_by_test_id("slide-group")).to_have_count(2, timeout=SLOW)
    expect(page.get_by_test_id("slide-note")).to_have_text(
        "The annotations count from a frame, and do not say which one."
    )
    expect(page.get_by_test_id("slide-group-elsewhere")).to_have_text("of another optical path: 2")
    slide.one_to_one()

    def drawn(x: int, y: int) -> bool:
        """Whether a mark of the colours of groups lies there."""
        near = slide.region(COLUMNS, ROWS)[y - 1 : y + 2, x - 1 : x + 2].astype(int).reshape(-1, 3)
        return any(
            bool((abs(near - c).sum(1) < 12).mean() > 0.9) for c in ((0xF0, 0xC3, 0x6A), (0x6F, 0xD3, 0xE6))
        )

    wait_until(lambda: drawn(TILE + 8, TILE + 12), SLOW / 1000, "the mark of a frame is drawn")
    assert not drawn(30, 20)
    for box in page.get_by_test_id("slide-group-shown").all():
        box.uncheck()
    expected = by_little_cms(pictures[0], profile)
    assert abs(expected.astype(int) - pictures[0]).max() > 50

    def has_its_colours() -> None:
        assert abs(slide.region(COLUMNS, ROWS).astype(int) - expected).max() <= 2

    soon(has_its_colours)
    page.get_by_test_id("slide-profile").uncheck()
    expect(colours).to_have_text("Colours as stored, without the profile of the object.")
    slide.becomes(pictures[0])
    # The place under the pointer, in pixels, millimetres of the slide, and micrometres of depth.
    box = page.get_by_test_id("slide").bounding_box()
    assert box is not None
    matrix = slide.matrix()

    def point(column: float, row: float) -> None:
        page.mouse.move(box["x"] + matrix[4] + column, box["y"] + matrix[5] + row)

    page.keyboard.press("PageUp")
    page.get_by_test_id("slide").focus()
    page.keyboard.press("PageUp")
    expect(slide.facts).to_have_attribute("data-plane", "2")
    slide.settled()
    point(40, 10)
    x, y = on_slide(40, 10)
    value = " ".join(map(str, pictures[1][10, 40]))
    expect(page.get_by_test_id("slide-probe")).to_have_text(
        f"40, 10 · x {x:.4f} mm, y {y:.4f} mm, z 2.5 µm · RGB {value}"
    )
    # A length: 60 pixels across and 40 down.
    page.get_by_test_id("slide-measure").click()
    point(10, 10)
    page.mouse.down()
    point(50, 30)
    point(70, 50)
    page.mouse.up()
    micrometres = 1000 * np.hypot(60 * SPACING[1], 40 * SPACING[0])
    expect(page.get_by_test_id("slide-length")).to_have_text(f"{micrometres:.0f} µm")
    assert (slide.matrix()) == matrix  # it did not move

    def is_a_line() -> None:
        near = slide.region(COLUMNS, ROWS)[29:31, 39:41].astype(int).reshape(-1, 3)
        assert (abs(near - (0xF6, 0xE2, 0x7A)).sum(1) < 90).any()

    soon(is_a_line)
    # By keys: from the middle to 80 screen pixels beside it.
    page.get_by_test_id("slide").focus()
    for key in ("Enter", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("slide-length")).to_have_count(2)
    page.get_by_test_id("slide-length-remove").nth(0).click()
    expect(page.get_by_test_id("slide-length")).to_have_count(1)
    # The other path: its profile is none, and the group that is about it is drawn.
    page.get_by_test_id("slide-path").nth(1).check()
    expect(colours).to_have_text("Colours as stored: the colour profile of the object cannot be read.")
    for mark in page.get_by_test_id("slide-group-shown").all():
        mark.check()
    expect(page.get_by_test_id("slide-group-elsewhere")).to_have_count(0)
    slide.one_to_one()
    for place in ((30, 20), (70, 50)):
        wait_until(lambda place=place: drawn(*place), SLOW / 1000, "the mark of the other path is drawn")  # type: ignore[misc]
