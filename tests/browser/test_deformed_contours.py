"""Contours through a deformable registration, against numpy's evaluation of its grid (PS3.3 C.20.3)."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer
from .structure_truth import Floats
from .test_hostile_radiotherapy import Study
from .test_maps_and_registrations import source_of, trilinear
from .test_radiotherapy import on_image

SOFT, CENTRE, RADIUS = 3, np.array([-37.0, 29, 58]), 12.0
"""A sphere of the axial phantom (registration/rigid.dcm in TRUTH.csv), where the vectors are 7.4 mm long."""


class Bent(Study):
    """The moved phantom, structures of the axial one, and the deformable registration of the two alone."""

    def __init__(self) -> None:
        super().__init__()
        for path in (shared_data() / "made/ct-phantom/moved").glob("*.dcm"):
            self.images = self.add(f"ct-phantom/moved/{path.name}")
        self.add("rt/rtstruct.dcm")
        self.add("registration/deformable.dcm")
        for ds in self.objects:
            ds.PatientID, ds.PatientName = "BENT", "Bent^Contours"


@pytest.fixture(scope="module")
def bent(shelf: RunningServer) -> Bent:
    """Sent to the server."""
    made = Bent()
    store(shelf, made.objects)
    return made


def sphere() -> tuple[Floats, Floats]:
    """All over the sphere, where numpy has it in the moved phantom: deformed, and without the vectors."""
    step = np.radians(4)
    up, round_ = np.meshgrid(np.arange(step / 2, np.pi, step), np.arange(0, 2 * np.pi, step))
    unit = np.stack([np.sin(up) * np.cos(round_), np.sin(up) * np.sin(round_), np.cos(up)], -1).reshape(-1, 3)
    points = CENTRE + RADIUS * unit
    item = dcmread(shared_data() / "made/registration/deformable.dcm").DeformableRegistrationSequence[0]
    grid = item.DeformableRegistrationGridSequence[0]
    nx, ny, nz = grid.GridDimensions
    vectors = np.frombuffer(grid.VectorGridData, "<f4").reshape(nz, ny, nx, 3).astype(float)
    at = (points - np.array(grid.ImagePositionPatient, float)) / np.array(grid.GridResolution, float)
    moved = points + np.array([trilinear(vectors, one) for one in at])  # the pre matrix is the identity
    last = item.PostDeformationMatrixRegistrationSequence[0]
    post = np.array(last.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)
    deformed, stiff = (p @ post[:3, :3].T + post[:3, 3] for p in (moved, points))
    assert np.allclose(deformed[7], source_of(points[7]))
    return deformed, stiff


def drawn(viewer: Viewer, colour: tuple[int, int, int]) -> Floats:
    """Where pixels of a colour lie in the patient, (n, 3)."""
    report = viewer.until("v => v.image > 0 && !v.awaited && !v.reduced")
    picture = viewer.picture().astype(int)
    rows, columns = np.nonzero(np.abs(picture - colour).max(axis=2) < 60)
    at = on_image(viewer, columns, rows)
    right, down = np.array(report["place"]["orientation"]).reshape(2, 3)
    across, along = report["place"]["spacing"][1], report["place"]["spacing"][0]
    start = np.array(report["place"]["position"])
    return np.asarray(
        start + np.outer((at[:, 0] - 0.5) * across, right) + np.outer((at[:, 1] - 0.5) * along, down)
    )


def apart(points: Floats, others: Floats) -> Floats:
    """From each point to the nearest of the others, mm."""
    return np.array([np.linalg.norm(others - p, axis=1).min() for p in points])


def wait_for_outline(viewer: Viewer, colour: tuple[int, int, int]) -> Floats:
    """Pixels of the outline, as soon as it is drawn on the image that is shown."""
    found: list[Floats] = []

    def is_there() -> bool:
        found[:] = [drawn(viewer, colour)]
        return len(found[0]) > 100

    wait_until(is_there, SLOW / 1000, "the outline")
    return found[0]


@pytest.mark.row("VIEW-DISP-07")
@pytest.mark.ps("3.3 C.20.3.1.1")
def test_contours_follow_a_deformable_registration(page: Page, shelf: RunningServer, bent: Bent) -> None:
    """The outline of a sphere in slices of the other phantom lies where the vectors lead its surface."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(str(bent.images.StudyInstanceUID))
    viewer.press("\\")
    expect(page.get_by_test_id("structures-nowhere")).to_have_text(
        re.compile("Outlines drawn through the deformable registration DEFORMABLE"), timeout=SLOW
    )
    # The first one that is switched on is shown alone.
    page.locator(f'[data-testid="structure"][data-number="{SOFT}"]').get_by_test_id("structure-shown").click()
    there, stiff = sphere()
    middle = there[:, 2].mean()
    heights = sorted(float(ds.ImagePositionPatient[2]) for ds in bent.objects if "PixelSpacing" in ds)
    # The slices run from head to foot or the other way round: what is shown says which.
    first = viewer.viewport()["place"]["position"][2]
    order = heights if first == heights[0] else heights[::-1]
    number = int(np.abs(np.array(order) - middle).argmin()) + 1
    viewer.element(0).click()
    viewer.press("ArrowDown", times=number - 1)
    viewer.until("(v, at) => v.image === at", arg=number)
    colour = (0, 0, 255)
    line = wait_for_outline(viewer, colour)
    height = line[0, 2]
    assert abs(height - middle) <= 2.6
    assert np.quantile(apart(line, there), 0.98) < 2
    assert np.quantile(apart(line, stiff), 0.9) > 3  # without the vectors it would lie elsewhere
    rim = there[np.abs(there[:, 2] - height) < 0.4]
    assert len(rim) > 50
    assert apart(rim, line).max() < 2  # all around
