"""Over images: their curves, threats of DICOS reports; beside them: measurements of eyes."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.kit.server import RunningServer
from tests.kit.stow import store

from .pages import SLOW, Viewer
from .test_films_and_overlays import own
from .test_images_by_number import FUNDUS, GATED, OCT, becomes, drawn, hang, item, made, of_class

CURVE, THREAT = (0x8F, 0xCE, 0x7A), (0xFF, 0x7A, 0x6B)
RT_IMAGE, ANALYSIS = UID("1.2.840.10008.5.1.4.1.1.481.1"), UID("1.2.840.10008.5.1.4.1.1.77.1.5.8")
TOPOGRAPHY, REPORT = UID("1.2.840.10008.5.1.4.1.1.82.1"), UID("1.2.840.10008.5.1.4.1.1.501.3")


def curve(ds: Dataset, group: int, kind: str, points: list[tuple[float, float]], unit: str = "PIXL") -> None:
    """A curve of 16 bit integers (PS3.3-2004 C.10.2)."""
    values = np.array(points, "<i2")
    for element, vr, value in (
        (0x05, "US", 2), (0x10, "US", len(points)), (0x20, "CS", kind), (0x30, "SH", [unit, unit]),
        (0x103, "US", 1), (0x2500, "LO", f"curve {group:X}"), (0x3000, "OW", values.tobytes()),
    ):  # fmt: skip
        ds.add_new((group << 16) | element, vr, value)


@pytest.mark.ps("3.3 C.8.8.2")
def test_curves_and_threats_over_images(shelf: RunningServer, page: Page) -> None:
    """A region and a line of an RT Image; a profile is none; threats on frames that a report names."""
    study = "2.25.81221011"
    portal = of_class(made(GATED, np.zeros((60, 80), np.uint16), study, 1), RT_IMAGE)
    for element in list(portal):
        if element.tag.group == 0x54 or element.keyword in ("FrameIncrementPointer", "NumberOfFrames"):
            del portal[element.tag]
    portal.Modality = "RTIMAGE"
    curve(portal, 0x5000, "ROI", [(21, 11), (61, 11), (61, 41), (21, 41)])
    curve(portal, 0x5002, "POLY", [(11, 51), (71, 51)])
    curve(portal, 0x5004, "PROF", [(5, 3), (75, 3)])
    bag = made(GATED, np.zeros((4, 60, 80), np.uint16), study, 2)
    for element in list(bag):
        if element.tag.group == 0x54 or element.keyword == "FrameIncrementPointer":
            del bag[element.tag]
    bag.Modality = "CT"
    of_class(bag, UID("1.2.840.10008.5.1.4.1.1.501.1"))

    def region(base: list[float], size: list[float]) -> Dataset:
        return item(ThreatROIBase=base, ThreatROIExtents=size)

    named = item(ReferencedSOPClassUID=bag.SOPClassUID, ReferencedSOPInstanceUID=bag.SOPInstanceUID)
    report = own(Dataset(), 3, REPORT, study)
    report.Modality, report.PatientID, report.PatientName = "TDR", portal.PatientID, portal.PatientName
    report.file_meta.MediaStorageSOPClassUID = REPORT
    shown = item(
        ReferencedInstanceSequence=[named],
        ThreatROIVoxelSequence=[region([10, 20, 1], [30, 15, 2]), region([float("nan"), 1, 1], [5, 5, 5])],
    )
    says = item(ThreatCategory="EXPLOSIVE", ATDAssessmentFlag="THREAT", ATDAssessmentProbability=0.875)
    threat = item(PotentialThreatObjectID=7, ATDAssessmentSequence=[says], PTORepresentationSequence=[shown])
    report.ThreatSequence = Sequence([threat])
    store(shelf, [portal, bag, report])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    hang(viewer, portal)
    # The middle of pixel 20, 10 (from 0) is 21, 11: its edges are at 20 and 21.
    for x, y in ((40.5, 10.5), (60.5, 25.5), (40.5, 40.5), (20.5, 30.5), (30.5, 50.5)):
        becomes(viewer, x, y, CURVE)
    assert not drawn(viewer, 40.5, 2.5, CURVE)
    hang(viewer, bag)
    viewer.press("\\")
    expect(page.get_by_test_id("threat")).to_have_count(0)
    viewer.press("ArrowDown")
    viewer.until("v => v.frame === 2 && !v.awaited")
    threats = page.get_by_test_id("threat")
    expect(threats).to_have_text(["Object 7 · EXPLOSIVE, THREAT, 87.5 %"], timeout=SLOW)
    for x, y in ((25, 20), (40, 28), (10, 28)):
        becomes(viewer, x, y, THREAT)
    assert not drawn(viewer, 25, 28, THREAT)
    page.get_by_test_id("threats-shown").click()
    page.wait_for_function("() => new Promise(r => requestAnimationFrame(() => r(true)))")
    expect(page.get_by_test_id("threats-shown")).to_have_attribute("aria-checked", "false")


@pytest.mark.ps("3.3 C.8.30.3")
def test_maps_of_the_cornea_and_analyses_of_scans_have_tables(shelf: RunningServer, page: Page) -> None:
    """Their attributes stand in the panel beside the image, with units."""
    study = "2.25.81221012"
    cornea = of_class(made(FUNDUS, np.zeros((20, 30, 3), np.uint8), study, 1), TOPOGRAPHY)
    cornea.CornealTopographySurface, cornea.PupilCentroidXCoordinate = "A", 0.25
    cornea.AverageCornealPower, cornea.CornealISValue = 43.5, 1.25
    cornea.MaximumCornealCurvatureSequence = Sequence(
        [item(MaximumCornealCurvature=47.75, MaximumCornealCurvatureLocation=[0.5, -1.25])]
    )
    cornea.SourceImageCornealProcessedDataSequence = Sequence(
        [
            item(CornealPointLocation=[x, 0.0, 0.5], CornealPointEstimated="NO", AxialPower=40.0 + x)
            for x in (1.0, 2.0, 3.0)
        ]
    )
    scans = of_class(made(OCT, np.zeros((2, 20, 30), np.uint16), study, 2), ANALYSIS)
    scans.PerFrameFunctionalGroupsSequence = Sequence(scans.PerFrameFunctionalGroupsSequence[:2])
    scans.OCTBscanAnalysisAcquisitionParametersSequence = Sequence(
        [item(NumberOfBscansPerFrame=n, AscanRate=70000.0) for n in (4, 8)]
    )
    store(shelf, [cornea, scans])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    hang(viewer, cornea)
    viewer.press("\\")
    found = page.get_by_test_id("measured")
    for tag, words in (
        ("00460220", "43.5 D"), ("00460203", "0.25 mm"), ("00460212", "47.75 D"),
        ("00460213", "0.5, -1.25 mm"),
    ):  # fmt: skip
        expect(found.locator(f'tr[data-tag="{tag}"] td')).to_have_text(words, timeout=SLOW)
    rows = found.locator('table[data-tag="00460244"] tbody tr')
    expect(rows).to_have_text(["1, 0, 0.5NO41", "2, 0, 0.5NO42", "3, 0, 0.5NO43"])
    hang(viewer, scans)
    expect(found.locator('table[data-tag="00221640"] tbody tr')).to_have_text(
        ["470000", "870000"], timeout=SLOW
    )
