"""Registrations one after the other, in fusion and in histograms of doses: against numpy's product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread
from pydicom.dataset import Dataset

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer
from .structure_truth import Floats, contours_of, inside, planes_of
from .test_hostile_radiotherapy import Study
from .test_radiotherapy import histogram, truths

MADE = shared_data() / "made"
WAY = "FIRST, 2025-02-01 → SECOND, 2025-02-02"
DENSE, BONE = 5, 4


def phantom_registration() -> Floats:
    """Places of the moved phantom among those of the axial one (registration/rigid.dcm, its last item)."""
    item = dcmread(MADE / "registration/rigid.dcm").RegistrationSequence[-1]
    step = item.MatrixRegistrationSequence[0].MatrixSequence[0]
    return np.array(step.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)


def first_step() -> Floats:
    """To the frame of reference in the middle, of which there is no image."""
    turn, lean = np.radians([35.0, -20.0])
    out = np.eye(4)
    about_z = [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    about_x = [[1, 0, 0], [0, np.cos(lean), -np.sin(lean)], [0, np.sin(lean), np.cos(lean)]]
    out[:3, :3] = np.array(about_z) @ np.array(about_x)
    out[:3, 3] = [40, -25, 60]
    return out


class Chain(Study):
    """
    The two phantoms without the object that joins them: one is registered to a frame of reference in the
    middle, that to the other. The structures lie in the moved one, the dose in the axial one.
    """

    def __init__(self) -> None:
        super().__init__()
        slices = {
            name: [
                self.add(f"ct-phantom/{name}/{path.name}")
                for path in (MADE / "ct-phantom" / name).glob("*.dcm")
            ]
            for name in ("axial", "moved")
        }
        self.axial = sorted(slices["axial"], key=lambda ds: int(ds.InstanceNumber))
        self.moved, middle = str(slices["moved"][0].FrameOfReferenceUID), self.uid("middle")
        structures, self.dose = self.add("rt/rtstruct.dcm"), self.add("rt/rtdose.dcm")
        structures.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = self.moved
        for roi in structures.StructureSetROISequence:
            roi.ReferencedFrameOfReferenceUID = self.moved
        self.structures = structures
        self.add("rt/rtstruct.dcm", "own").StructureSetLabel = "ON AXIAL"  # in the frame of the dose
        steps = [first_step(), phantom_registration() @ np.linalg.inv(first_step())]
        first = self.joining("FIRST", "20250201", self.moved, middle, steps[0])
        second = self.joining("SECOND", "20250202", middle, str(self.axial[0].FrameOfReferenceUID), steps[1])
        self.first = str(first.SeriesInstanceUID)
        self.product = matrix_of(second) @ matrix_of(first)
        for ds in self.objects:
            ds.PatientID, ds.PatientName = "CHAIN", "Chain^Registrations"

    def joining(self, label: str, date: str, here: str, there: str, matrix: Floats) -> Dataset:
        """A Spatial Registration of its own series with one item."""
        ds = self.add("registration/rigid.dcm", label)
        ds.FrameOfReferenceUID, ds.ContentLabel, ds.ContentDate = there, label, date
        del ds.RegistrationSequence[:-1]
        item = ds.RegistrationSequence[0]
        item.FrameOfReferenceUID = here
        if "ReferencedImageSequence" in item:
            del item.ReferencedImageSequence
        step = item.MatrixRegistrationSequence[0].MatrixSequence[0]
        step.FrameOfReferenceTransformationMatrix = [f"{v:.10g}" for v in matrix.ravel()]
        return ds


def matrix_of(ds: Dataset) -> Floats:
    """As it is stored, with the digits that it has there."""
    step = ds.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    return np.array(step.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)


@pytest.fixture(scope="module")
def chain(shelf: RunningServer) -> Chain:
    """Sent to the server."""
    made = Chain()
    store(shelf, made.objects)
    return made


def reckoned(chain: Chain, number: int) -> list[float]:
    """
    Least, mean, largest dose and D95; the dose is 25 + 0.2 x (TRUTH.csv). Least and largest are at corners
    of the prisms, the others of points 0.5 mm apart.
    """
    contours = contours_of(chain.structures, number)
    every = np.concatenate(contours)
    up = np.array([0, 0, planes_of(contours)[2] / 2])
    axes = [np.arange(low - 2, high + 2, 0.5) for low, high in zip(every.min(0), every.max(0), strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    points = points[inside(contours, points)]
    corners, dose = (
        25 + 0.2 * (where @ chain.product[:3, :3].T + chain.product[:3, 3])[:, 0]
        for where in (np.concatenate([every - up, every + up]), points)
    )
    assert abs(dose.mean() - (25 + 0.2 * points[:, 0].mean())) > 0.5  # not where it is without the two
    return [float(corners.min()), float(dose.mean()), float(corners.max()), float(np.quantile(dose, 0.05))]


def open_histograms(page: Page) -> None:
    """From dose and contours."""
    if not page.get_by_test_id("panel").is_visible():
        page.get_by_test_id("toggle-panel").click()
    expect(page.get_by_test_id("dvh-open")).to_be_visible(timeout=SLOW)
    page.get_by_test_id("dvh-open").click()
    page.get_by_test_id("dvh-source").get_by_role("radio").nth(1).click()


def test_without_a_registration_no_histogram_is_reckoned(page: Page, shelf: RunningServer) -> None:
    """A dose whose structures lie elsewhere, and nothing that joins the two: a sentence."""
    apart = Study()
    structures, dose = apart.add("rt/rtstruct.dcm"), apart.add("rt/rtdose.dcm")
    apart.add(f"ct-phantom/axial/{min((MADE / 'ct-phantom/axial').glob('*.dcm')).name}")
    for roi in structures.StructureSetROISequence:
        roi.ReferencedFrameOfReferenceUID = apart.uid("elsewhere")
    store(shelf, apart.objects)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(str(dose.StudyInstanceUID))
    open_histograms(page)
    expect(page.get_by_test_id("dvh-words")).to_have_text(
        "The structures lie in another frame of reference than the dose: no histograms are reckoned.",
        timeout=SLOW,
    )
    expect(page.get_by_test_id("dvh-row")).to_have_count(0)


@pytest.mark.row("VIEW-DISP-07")
@pytest.mark.ps("3.3 C.20.2")
def test_two_registrations_join_what_none_does(page: Page, shelf: RunningServer, chain: Chain) -> None:
    """Doses of structures, and what lies over: as numpy's product of the two matrices has them."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(str(chain.dose.StudyInstanceUID))
    open_histograms(page)
    expect(page.get_by_test_id("dvh-through")).to_have_text([f"through {WAY}"] * 7, timeout=SLOW)
    told = {name.split("\n")[0]: row for name, row in histogram(page).items()}
    for name, number in (("dense", DENSE), ("bone", BONE)):
        assert np.allclose(told[name][1:5], reckoned(chain, number), atol=0.06), name
    page.get_by_test_id("dvh-set").select_option(label="ON AXIAL")
    expect(page.get_by_test_id("dvh-through")).to_have_count(0)
    expect(page.get_by_test_id("dvh-row")).to_have_count(7, timeout=SLOW)
    least, mean, most, d95, *_ = next(v for k, v in truths("rtdose", "dvh").items() if k.startswith("dense"))
    own = {name.split("\n")[0]: row for name, row in histogram(page).items()}
    assert np.allclose(own["dense"][1:5], [least, mean, most, d95], atol=0.06)
    page.keyboard.press("Escape")

    page.get_by_test_id("fusion-series").filter(has_text="moved").click()
    # From the image to what lies over it: the other way round than from structures to the dose.
    back = "registered by SECOND, 2025-02-02 → FIRST, 2025-02-01"
    viewer.until("(v, note) => v.over && v.over.notes.join() === note", arg=back)
    expect(page.get_by_test_id("fusion-note").first).to_have_text(back)
    lies_at(viewer, chain, np.array([-39.0, -30, 27]), -1000)


def lies_at(viewer: Viewer, chain: Chain, centre: Floats, wanted: float) -> None:
    """The sphere of the moved phantom lies where TRUTH.csv has it in the axial one."""
    heights = np.array([float(ds.ImagePositionPatient[2]) for ds in chain.axial])
    number = int(np.abs(heights - centre[2]).argmin()) + 1
    viewer.element(0).click()
    viewer.press("Home")
    viewer.press("ArrowDown", times=number - 1)
    viewer.until("(v, at) => v.image === at", arg=number)
    column, row = ((centre[:2] + 95) / 2).round().astype(int)
    probe: Any = """([id, x, y, wanted]) => {
        const over = window.readingRoom.probe(id, x, y)?.over;
        return over && Math.abs(over.value - wanted) < 1;
    }"""
    x, y = viewer.place(int(column), int(row))
    viewer.page.wait_for_function(probe, arg=[viewer.viewport()["id"], x, y, wanted], timeout=SLOW)
