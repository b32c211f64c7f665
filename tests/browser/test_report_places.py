"""What reports point at: polyps of a computer, places on slides and in the patient, moments of recordings."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, generate_uid

from tests.kit.report_templates import box, code, mod, node, num, text
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon
from .test_reports import MACHINE, SELECTED, base, is_marked

SR = "1.2.840.10008.5.1.4.1.1.88."
POLYPS = [(30.0, 40.0, "91.5"), (60.0, 55.0, "64")]
"""Columns, rows and certainty in percent."""
SPOT = (40.5, 80.5)
"""On the slide, in the matrix of its second level."""
SECOND = 30
"""Of the recording."""
RADIUS = 20.0
"""mm, of the circle in the patient."""


def copied(path: Path, study: str, series: str) -> Dataset:
    """A sample as an object of that study."""
    ds = copy.deepcopy(pydicom.dcmread(path))
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (
        UID(study),
        UID(series),
        UID(generate_uid()),
    )
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def names(ds: Dataset, channels: list[int] | None = None) -> Sequence:
    """A reference to an instance, or to channels of it."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    if channels:
        item.ReferencedWaveformChannels = channels
    return Sequence([item])


def selected(kind: str, ds: Dataset, channels: list[int] | None = None) -> Dataset:
    """What a place is selected from."""
    item = node(kind, "DCM 121112 Source of Measurement", rel="SELECTED FROM")
    item.ReferencedSOPSequence = names(ds, channels)
    return item


def place(concept: str, shape: str, points: list[float], image: Dataset, rel: str = "CONTAINS") -> Dataset:
    """A SCOORD on an image."""
    item = node("SCOORD", concept, [selected("IMAGE", image)], rel)
    item.GraphicType, item.GraphicData = shape, points
    return item


def document(number: int, kind: str, study: str, root: Dataset) -> Dataset:
    """A report in a series of its own."""
    ds = base("SR", SR + kind, study)
    for element in root:
        if element.keyword != "RelationshipType":
            ds[element.tag] = element
    ds.SeriesNumber = number
    return ds


@pytest.fixture(scope="module")
def everything(shelf: RunningServer) -> dict[str, Dataset]:
    """The objects by name."""
    study = generate_uid()
    made = shared_data() / "made"
    axial, slide = generate_uid(), generate_uid()
    slices = [copied(p, study, axial) for p in sorted((made / "ct-phantom/axial").glob("*.dcm"))[18:23]]
    levels = [copied(made / f"slide/level-{n}-full.dcm", study, slide) for n in (1, 2)]
    ecg = copied(made / "waveforms/ecg-ambulatory.dcm", study, generate_uid())
    ct = slices[2]
    polyps = [
        code(
            "DCM 111059 Single Image Finding",
            "SCT 68496003 Polyp of colon",
            mod("DCM 111056 Rendering Intent", "DCM 111150 Presentation Required"),
            num("DCM 111012 Certainty of Finding", certainty, "%|percent"),
            place("DCM 111041 Outline", "CIRCLE", [x, y, x + 6, y], ct, "HAS PROPERTIES"),
        )
        for x, y, certainty in POLYPS
    ]
    colon = document(81, "69", study, box("DCM 112220 Colon CAD Report", *polyps))
    spot = place("DCM 111030 Image Region", "CIRCLE", [*SPOT, SPOT[0] + 8, SPOT[1]], levels[1])
    spot.PixelOriginInterpretation = "VOLUME"
    pathology = document(82, "34", study, box("DCM 126000 Imaging Measurement Report", spot))
    x, y, z = (float(v) for v in ct.ImagePositionPatient)
    across = float(ct.PixelSpacing[1])
    middle = [x + 48 * across, y + 48 * across, z]
    ring = node("SCOORD3D", "DCM 111030 Image Region")
    ring.GraphicType = "ELLIPSE"
    ring.GraphicData = [
        *(middle[0] - RADIUS, middle[1], z),
        *(middle[0] + RADIUS, middle[1], z),
        *(middle[0], middle[1] - RADIUS, z),
        *(middle[0], middle[1] + RADIUS, z),
    ]
    ring.ReferencedFrameOfReferenceUID = ct.FrameOfReferenceUID
    patient = document(83, "34", study, box("DCM 126000 Imaging Measurement Report", ring))
    group = ecg.WaveformSequence[0]
    moment = node(
        "TCOORD", "DCM 122001 Patient called to procedure room", [selected("WAVEFORM", ecg, [1, 1])]
    )
    moment.RelationshipType, moment.TemporalRangeType = "INFERRED FROM", "POINT"
    moment.ReferencedSamplePositions = [int(SECOND * float(group.SamplingFrequency)) + 1]
    heart = num("LN 8867-4 Heart rate", "71", "{H.B.}/min|bpm", moment)
    rhythm = document(
        84,
        "33",
        study,
        box(
            "DCM 121070 Findings",
            heart,
            text("DCM 121071 Finding", "Sinus rhythm"),
            selected("WAVEFORM", ecg),
        ),
    )
    found = {
        "colon": colon,
        "pathology": pathology,
        "patient": patient,
        "rhythm": rhythm,
        "ecg": ecg,
        "ct": ct,
    }
    store(shelf, [*found.values(), *levels, *(ds for ds in slices if ds is not ct)])
    return found | {"slide": levels[1]}


def opened(viewer: Viewer, ds: Dataset) -> None:
    """The report in the first viewport, whatever was active."""
    viewer.page.get_by_test_id("viewport-0").click(position={"x": 5, "y": 700})
    viewer.series(ds.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=ds.SeriesInstanceUID)
    expect(viewer.page.get_by_test_id("report")).to_be_visible(timeout=SLOW)


def test_what_reports_point_at_is_shown(
    page: Page, shelf: RunningServer, everything: dict[str, Dataset]
) -> None:
    colon, ct = everything["colon"], everything["ct"]
    viewer = Viewer(page, shelf.url)
    viewer.open(colon.StudyInstanceUID)
    opened(viewer, colon)
    # Polyps, by their certainty, on and off.
    expect(page.get_by_test_id("report")).to_contain_text("Computed marks.")
    page.get_by_test_id("report-mark").first.click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid && v.image > 0", 1, ct.SOPInstanceUID)
    (x, y, _), (other_x, other_y, _) = POLYPS
    is_marked(viewer, SELECTED, x - 6, y)
    is_marked(viewer, MACHINE, other_x - 6, other_y)
    page.get_by_test_id("report-marks").click()
    is_marked(viewer, MACHINE, other_x - 6, other_y, so=False)
    # A circle in the patient, on the slice it lies in and on no other.
    opened(viewer, everything["patient"])
    page.get_by_test_id("report-mark").click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid && v.image > 0", 1, ct.SOPInstanceUID)
    across = RADIUS / float(ct.PixelSpacing[1])
    for edge in ((48.5 - across, 48.5), (48.5 + across, 48.5), (48.5, 48.5 - across), (48.5, 48.5 + across)):
        is_marked(viewer, SELECTED, *edge)
    page.get_by_test_id("viewport-1").click(position={"x": 5, "y": 200})
    viewer.press("ArrowDown")
    viewer.until("(v, uid) => v.sopInstanceUID !== uid && !v.awaited", 1, ct.SOPInstanceUID)
    is_marked(viewer, SELECTED, *edge, so=False)
    # A circle in the matrix of a slide's second level, on whatever level is drawn.
    opened(viewer, everything["pathology"])
    page.get_by_test_id("report-mark").click()
    facts = page.get_by_test_id("slide-facts")
    expect(facts).to_have_attribute("data-pending", "0", timeout=SLOW)
    a, b, c, d, e, f = (float(v) for v in str(facts.get_attribute("data-matrix")).split(" "))
    left, top = 2 * (SPOT[0] - 8), 2 * SPOT[1]
    at = a * left + c * top + e, b * left + d * top + f

    def is_drawn() -> None:
        picture = viewer.picture(1)
        around = picture[round(at[1]) - 2 : round(at[1]) + 3, round(at[0]) - 2 : round(at[0]) + 3]
        assert np.abs(around.reshape(-1, 3).astype(int) - SELECTED).max(axis=1).min() < 48

    soon(is_drawn)
    # A moment of a recording, by its sample; the recording as a whole.
    opened(viewer, everything["rhythm"])
    page.get_by_test_id("report-moment").click()
    expect(page.get_by_test_id("wave-place")).to_contain_text(f"0:{SECOND - 1}.0", timeout=SLOW)
    assert viewer.viewport(1)["seriesInstanceUID"] == everything["ecg"].SeriesInstanceUID
