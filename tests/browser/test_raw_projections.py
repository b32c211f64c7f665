"""Projections for processing: the logarithm of the counts, less of the beam brighter.

PS3.3 C.8.11.1, C.8.11.3.1.2.
"""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.uid import DigitalMammographyXRayImageStorageForProcessing, ExplicitVRLittleEndian, generate_uid

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon

SIDE, LAYERS = 192, 8


@pytest.mark.row("VIEW-DISP-01")
def test_equal_layers_are_equal_steps_of_grey(page: Page, shelf: RunningServer) -> None:
    """Each layer takes the same share of the beam (Beer and Lambert): numpy says which grey it has."""
    ds = pydicom.dcmread(shared_data() / "made/mammo/rcc.dcm")
    thickness = np.arange(SIDE) * LAYERS // SIDE
    counts = np.broadcast_to(np.round(12000 * np.exp(-0.45 * thickness)), (SIDE, SIDE)).astype("<u2")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = DigitalMammographyXRayImageStorageForProcessing
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PresentationIntentType, ds.PhotometricInterpretation = "FOR PROCESSING", "MONOCHROME2"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LIN", 1
    for keyword in ("WindowCenter", "WindowWidth", "VOILUTSequence", "PresentationLUTShape"):
        if keyword in ds:
            delattr(ds, keyword)
    ds.Rows = ds.Columns = SIDE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 14, 13, 0
    ds.file_meta.TransferSyntaxUID, ds.PixelData = ExplicitVRLittleEndian, counts.tobytes()
    store(shelf, [ds])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(ds.StudyInstanceUID)
    viewer.one_to_one()
    expect(page.get_by_test_id("flag-raw")).to_be_visible(timeout=SLOW)
    row = SIDE // 2
    places = [(column, row) for column in range(SIDE // LAYERS // 2, SIDE, SIDE // LAYERS)]
    light = np.log(counts[row].astype(float))
    wanted = 255 * (light.max() - light) / (light.max() - light.min())

    def is_shown() -> None:
        for point in viewer.points(places):
            assert point.stored == counts[row, point.column], "values stay as they are stored"
            assert abs(point.screen[0] - wanted[point.column]) <= 1, (point, wanted[point.column])

    soon(is_shown)
