"""Advanced blending and variable modality LUT states on the screen, beside server and formulas."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.kit.blending_states import HOT, SIDE, image, item, palette, state, step
from tests.kit.server import RunningServer

from .pages import SLOW, Viewer
from .test_presentation_states import Pixels, one_to_one, part_compared, posted, rendered_on

MINE = "2.25.61150612"
WHOLE = (0, 0, SIDE, SIDE)
ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(float)
ACROSS, DOWN = 15 * COLUMNS, 15 * ROWS


def named(ds: Dataset, number: int, label: str = "", sop_class: str = "", study: str = MINE) -> Dataset:
    """With UIDs of this file, ready to be stored."""
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(f"{study}.{number}")
    ds.SOPInstanceUID, ds.SeriesNumber = UID(f"{study}.{number}.1"), number
    if sop_class:
        ds.SOPClassUID, ds.Modality, ds.ContentLabel = UID(sop_class), "PR", label
        ds.PatientID, ds.PatientName, ds.StudyID = "BLEND", "Blend^States", ""
        ds.PresentationCreationDate, ds.PresentationCreationTime = "20250110", f"{number:06}"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.ensure_file_meta()
    return ds


def grey(values: Pixels) -> Pixels:
    """Through the window of the images, R = G = B."""
    return np.repeat(np.clip(np.rint(values) / 1000, 0, 1)[..., None] * 255, 3, axis=2)


def hang(viewer: Viewer, ds: Dataset, label: str) -> None:
    """The image, its state chosen, one pixel on one."""
    viewer.series(ds.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=ds.SOPInstanceUID)
    viewer.page.get_by_test_id("state").filter(has_text=label).click()
    viewer.until("(v, label) => v.state?.label === label", arg=label)
    one_to_one(viewer)


def test_advanced_blending(page: Page, shelf: RunningServer) -> None:
    """Two steps, palette, thresholds, another geometry and padding; then one whose image is not here."""
    small = 40
    rows, columns = np.mgrid[0:small, 0:small].astype(float)
    offset = 10  # pixels of the first image
    images = [
        image(ACROSS, 1),
        image(DOWN, 2),
        image(20 * (rows + columns), 3, 3.6, (offset * 1.8, offset * 1.8, 0)),
    ]
    for number, ds in enumerate(images, 1):
        posted(shelf, named(ds, number))
    limits = Sequence([item(ThresholdValue=300.0), item(ThresholdValue=600.0)])
    threshold = Sequence([item(ThresholdType="RANGE_INCL", ThresholdValueSequence=limits)])
    steps = [
        step("EQUAL", 4, 3),
        step("FOREGROUND", 2, 1, RelativeOpacity=0.3, BlendingInputNumber=4),
    ]
    more = {"PaletteColorLookupTableSequence": {2: palette()}, "ThresholdSequence": {2: threshold}}
    made = named(state(images, steps, **more), 4, "STEPS", "1.2.840.10008.5.1.4.1.1.11.8")
    made.ICCProfile = b""
    lacking = named(state(images[:2], [step("EQUAL", 1, 2)]), 5, "LACKING", made.SOPClassUID)
    lacking.AdvancedBlendingSequence[1].SeriesInstanceUID = UID(f"{MINE}.99")
    wrong = named(state(images[:2], [step("MAXIMUM", 1, 2)]), 6, "WRONG", made.SOPClassUID)
    for ds in (made, lacking, wrong):
        posted(shelf, ds)
    hot = HOT[np.rint(np.clip(DOWN / 1000, 0, 1) * 255).astype(int)]
    is_seen = ((DOWN >= 300) & (DOWN <= 600))[..., None]
    first = np.where(is_seen, 0.3 * hot + 0.7 * grey(ACROSS), grey(ACROSS))
    y, x = (ROWS - offset) / 2, (COLUMNS - offset) / 2
    is_inside = ((y >= -0.5) & (x >= -0.5) & (y <= small - 0.5) & (x <= small - 0.5))[..., None]
    share = np.clip(20 * (np.clip(y, 0, small - 1) + np.clip(x, 0, small - 1)) / 1000, 0, 1)[..., None] * 255
    wanted = np.where(is_inside, (first + share) / 2, first)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)
    viewer.press("\\")
    hang(viewer, images[0], "STEPS")
    part_compared(viewer, WHOLE, wanted)
    part_compared(viewer, WHOLE, rendered_on(shelf, images[0], made))
    expect(page.get_by_test_id("state-lack")).to_have_count(0)
    expect(page.get_by_test_id("state-broken")).to_contain_text("Blending Mode")
    hang(viewer, images[0], "LACKING")
    expect(page.get_by_test_id("state-lack")).to_be_visible(timeout=SLOW)
    part_compared(viewer, WHOLE, grey(ACROSS))
    viewer.series(made.SeriesInstanceUID).click()
    expect(page.get_by_test_id("about")).to_have_count(3)


def frames_with_tables() -> tuple[Dataset, Dataset]:
    """Four frames; a slope for the first two, a table for the third, nothing for the last."""
    ds = named(image(ACROSS, 1), 1, study=f"{MINE}.7")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7.3")
    ds.NumberOfFrames, ds.Modality = 4, "OT"
    frames = np.stack([ACROSS, DOWN, (ACROSS + DOWN) / 2, ACROSS / 2])
    ds.PixelData = np.rint(frames).astype("<u2").tobytes()
    for keyword in ("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept"):
        delattr(ds, keyword)

    def about(*numbers: int) -> Any:
        one = item(ReferencedSOPClassUID=ds.SOPClassUID, ReferencedSOPInstanceUID=ds.SOPInstanceUID)
        if numbers:
            one.ReferencedFrameNumber = list(numbers)
        return Sequence([one])

    table = item(LUTDescriptor=[4096, 0, 16], ModalityLUTType="US")
    table["LUTDescriptor"].VR = "US"
    table.add_new(0x00283006, "OW", np.minimum(4 * np.arange(4096), 65535).astype("<u2").tobytes())
    slope = item(ReferencedImageSequence=about(1, 2), RescaleSlope="2", RescaleIntercept="-300")
    lut = item(ReferencedImageSequence=about(3), ModalityLUTSequence=Sequence([table]))
    series = item(SeriesInstanceUID=ds.SeriesInstanceUID, ReferencedImageSequence=about())
    made = item(
        VariableModalityLUTSequence=Sequence([slope, lut]),
        SoftcopyVOILUTSequence=Sequence([item(WindowCenter="900", WindowWidth="1500")]),
        PresentationLUTShape="INVERSE",
        ReferencedSeriesSequence=Sequence([series]),
    )
    return ds, named(made, 2, "VARIABLE", "1.2.840.10008.5.1.4.1.1.11.12", f"{MINE}.7")


def test_modality_tables_of_some_frames(page: Page, shelf: RunningServer) -> None:
    """Each frame through its own Modality LUT, then one window for all (PS3.3 C.11.35, PS3.4 N.2.1)."""
    ds, made = frames_with_tables()
    wrong = named(copy.deepcopy(made), 3, "WRONG", made.SOPClassUID, f"{MINE}.7")
    del wrong.VariableModalityLUTSequence[0].ReferencedImageSequence
    for one in (ds, made, wrong):
        posted(shelf, one)
    values = ds.pixel_array.astype(float)
    shown = [2 * values[0] - 300, 2 * values[1] - 300, np.minimum(4 * values[2], 65535), values[3]]
    viewer = Viewer(page, shelf.url)
    viewer.open_image(f"{MINE}.7")
    viewer.press("\\")
    hang(viewer, ds, "VARIABLE")
    expect(page.get_by_test_id("state-broken")).to_contain_text("Variable Modality LUT Sequence")
    for frame, modality_values in enumerate(shown, 1):
        if frame > 1:
            viewer.press("ArrowDown")
        viewer.until("(v, frame) => v.frame === frame", arg=frame)
        share = 1 - np.clip((modality_values - 899.5) / 1499 + 0.5, 0, 1)
        part_compared(viewer, WHOLE, np.repeat(np.rint(255 * share)[..., None], 3, axis=2))
        part_compared(viewer, WHOLE, rendered_on(shelf, ds, made, frame))
