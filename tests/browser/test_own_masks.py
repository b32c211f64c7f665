"""Masks that runs of angiography name themselves (PS3.3 C.7.6.10), against numpy; broken ones say so."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.kit.server import RunningServer, command_line
from tests.kit.shared_data import shared_data

from .pages import Viewer
from .test_presentation_states import one_to_one, part_compared

FRAMES, SIDE = 8, 64
STORED = np.random.default_rng(7).integers(900, 1000, (FRAMES, SIDE, SIDE))
"""Frames whose sums and differences tell which of them were taken."""

Pixels = np.ndarray[Any, Any]


def masked(study: str, number: int, *masks: dict[str, Any]) -> Dataset:
    """The XA image of made/gsps with those frames, which recommends these masks."""
    ds = copy.deepcopy(pydicom.dcmread(shared_data() / "made/gsps/base-xa.dcm"))
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = study, generate_uid(), number
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.PatientID, ds.PatientName = "RRMASKS", "MASKS^OWN"
    ds.PixelData = STORED.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    ds.RecommendedViewingMode, ds.MaskSubtractionSequence = "SUB", Sequence()
    for mask in masks:
        item = Dataset()
        for keyword, value in mask.items():
            setattr(item, keyword, value)
        ds.MaskSubtractionSequence.append(item)
    return ds


def shifted(frame: Pixels, down: float, left: float) -> Pixels:
    """Rows move down, columns to the left; the edge is repeated, fractions are bilinear (C.7.6.10.1.2)."""
    y, x = (np.clip(np.arange(SIDE) + by, 0, SIDE - 1) for by in (-down, left))
    rows = np.array([np.interp(y, np.arange(SIDE), column) for column in frame.T]).T
    return np.array([np.interp(x, np.arange(SIDE), row) for row in rows])


def mean(*numbers: int) -> Pixels:
    return np.asarray(np.mean([STORED[number - 1] for number in numbers], axis=0))


@pytest.mark.ps("3.3 C.7.6.10.1")
def test_masks_of_runs_and_broken_ones(page: Page, shelf: RunningServer, tmp_path: Path) -> None:
    study = generate_uid()
    average = {
        "MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 2, 4],
        "ApplicableFrameRange": [2, 3, 6, 7], "MaskSubPixelShift": [0.5, -1.25],
    }  # fmt: skip
    offset = {"MaskOperation": "TID", "TIDOffset": 2, "ApplicableFrameRange": [4, 5]}
    good = masked(study, 1, average, offset)
    zero = masked(study, 2, {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [0]})
    beyond = masked(study, 3, {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 12]})
    for ds in (good, zero, beyond):
        ds.save_as(tmp_path / f"{ds.SeriesNumber}.dcm")
    command_line(shelf.data, "import", str(tmp_path))
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    viewer.press("\\")
    viewer.series(str(good.SeriesInstanceUID)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image === 1", arg=str(good.SeriesInstanceUID))
    one_to_one(viewer)

    whole = (0, 0, SIDE, SIDE)

    def native(frame: int) -> Pixels:
        return np.clip((STORED[frame - 1] - (750 - 0.5)) / 599 + 0.5, 0, 1)

    def shows(frame: int, grey: Pixels, name: str) -> None:
        viewer.until("(v, frame) => v.frame === frame", arg=frame)
        part_compared(viewer, whole, np.repeat(np.rint(255 * grey)[..., None], 3, axis=2), None, name)

    taken = shifted(mean(1, 2, 4), 0.5, -1.25)
    differences = {2: mean(2) - taken, 3: mean(3) - taken, 4: mean(4) - mean(2), 5: mean(5) - mean(3)}
    shows(1, native(1), "before all ranges")
    largest = 0.0
    for frame, difference in {**differences, 6: mean(6) - taken}.items():
        viewer.press("ArrowDown")
        # No difference in the middle; the largest one that was seen counts.
        largest = max(largest, np.abs(difference).max())
        shows(frame, np.clip(difference / (2 * largest) + 0.5, 0, 1), f"frame {frame}")
    assert viewer.viewport()["mask"] == {"on": True, "frames": [1, 2, 4], "shift": [0.5, -1.25]}
    expect(page.get_by_test_id("mask-wrong")).to_have_count(0)
    for ds, words in ((zero, "“Mask Frame Numbers” is missing or cannot"), (beyond, "does not have: 12.")):
        viewer.series(str(ds.SeriesInstanceUID)).click()
        viewer.until(
            "(v, uid) => v.seriesInstanceUID === uid && v.image === 1", arg=str(ds.SeriesInstanceUID)
        )
        expect(page.get_by_test_id("mask-wrong")).to_contain_text(words)
        one_to_one(viewer)
        shows(1, native(1), words)
