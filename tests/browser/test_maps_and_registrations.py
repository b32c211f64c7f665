"""Surfaces, real world values, registrations and fiducials: numbers of TRUTH.csv, and numpy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import Viewer, soon
from .samples import series_of

MADE = "made/registration"


def hang(viewer: Viewer, page: Page, file: str) -> pydicom.Dataset:
    """Hang the series of an object; the object."""
    path = shared_data() / "made" / file
    viewer.series(series_of(path)).click()
    return pydicom.dcmread(path)


def open_study(page: Page, shelf: RunningServer) -> Viewer:
    viewer = Viewer(page, shelf.url)
    ds = pydicom.dcmread(shared_data() / MADE / "rigid.dcm")
    viewer.open_image(str(ds.StudyInstanceUID))
    return viewer


@pytest.mark.row("VIEW-DISP-07")
def test_objects_about_images_say_what_they_hold(page: Page, shelf: RunningServer) -> None:
    viewer = open_study(page, shelf)
    hang(viewer, page, "seg/surface.dcm")
    # TRUTH.csv: 162 points, 320 triangles, a mesh of 2.07209 ml and 789.11 mm2.
    expect(page.get_by_test_id("surface-size")).to_have_text("162 points, 320 triangles, 2.072 ml, 789.1 mm²")
    page.wait_for_function("() => document.querySelector('[data-testid=mesh-hand]')?.dataset.drawn > 0")

    def is_green() -> None:
        # Recommended Display CIELab: green; lit from the eye, the middle is bright and the rim is darker.
        picture = viewer.picture().astype(int)
        green = (picture[..., 1] > 150) & (picture[..., 0] < 90) & (picture[..., 2] < 90)
        assert green.sum() > 5_000

    soon(is_green)
    ds = hang(viewer, page, "registration/rigid.dcm")
    expect(page.get_by_test_id("relation-matrix")).to_have_count(2)
    step = ds.RegistrationSequence[-1].MatrixRegistrationSequence[0].MatrixSequence[0]
    told = page.get_by_test_id("relation-matrix").last.inner_text().replace("\u2212", "-").split()
    matrix = [float(v) for v in step.FrameOfReferenceTransformationMatrix]
    assert [float(v) for v in told] == pytest.approx(matrix, abs=1e-5)
    hang(viewer, page, "registration/fiducials.dcm")
    expect(page.get_by_test_id("relation")).to_have_count(10)
    expect(page.get_by_test_id("relation").nth(3)).to_contain_text("(38, 31, 64)")
    hang(viewer, page, "registration/rwvm.dcm")
    expect(page.get_by_test_id("relation")).to_contain_text("electron density")


def test_values_at_the_pointer_say_what_they_mean(page: Page, shelf: RunningServer) -> None:
    viewer = open_study(page, shelf)
    ds = hang(viewer, page, "seg/parametric-map-float.dcm")
    frame = viewer.until("v => v.image === 1 && v.images === 6 && !v.awaited")["frame"]
    stored = float(ds.pixel_array[frame - 1, 10, 20])
    x, y = viewer.place(20, 10)
    box = viewer.box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    # TRUTH.csv: the real world value of x is 2 x + 1 mm2/s, an apparent diffusion coefficient.
    assert viewer.points([(20, 10)])[0].stored == pytest.approx(stored)
    expect(page.get_by_test_id("corner-bottom-right")).to_contain_text(
        f"{2 * stored + 1:.5g} mm2/s Apparent Diffusion Coefficient"
    )


def test_a_deformable_registration_is_applied_in_fusion(page: Page, shelf: RunningServer) -> None:
    viewer = open_study(page, shelf)
    viewer.press("\\")
    page.get_by_test_id("fusion").get_by_text("moved").click()
    chosen = page.get_by_test_id("fusion-registered-by")
    expect(chosen).to_be_visible()
    value = chosen.locator("option", has_text="DEFORMABLE").get_attribute("value")
    chosen.select_option(value)
    expect(page.get_by_test_id("fusion-note")).to_contain_text("deformed by DEFORMABLE")
    # z = 66, through the bone sphere of the fixed images; places around it.
    viewer.press("ArrowDown", times=22)
    viewer.until("v => v.image === 23")
    places = [(65, 60), (66, 63), (60, 63), (48, 48), (30, 60)]
    # The vectors come after the choice.
    page.wait_for_function(
        "([id, [x, y]]) => window.readingRoom.probe(id, x, y)?.over",
        arg=[viewer.viewport()["id"], list(viewer.place(48, 48))],
    )
    told = page.evaluate(
        "([id, all]) => all.map(([x, y]) => window.readingRoom.probe(id, x, y)?.over?.value ?? null)",
        [viewer.viewport()["id"], [list(viewer.place(*p)) for p in places]],
    )
    expected = [hounsfield_of_moved(source_of(fixed_place(*p))) for p in places]
    assert [v is None for v in told] == [v is None for v in expected]
    assert [v for v in told if v is not None] == pytest.approx([v for v in expected if v is not None], abs=1)


def fixed_place(column: int, row: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Patient point of a pixel of the slice at z = 66."""
    return np.array([-95.0 + 2 * column, -95.0 + 2 * row, 66.0])


def source_of(
    p: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """PS3.3 C.20.3.1.1: pre matrix, vector (trilinear), post matrix."""
    item = pydicom.dcmread(shared_data() / MADE / "deformable.dcm").DeformableRegistrationSequence[0]
    grid = item.DeformableRegistrationGridSequence[0]
    nx, ny, nz = grid.GridDimensions
    vectors = np.frombuffer(grid.VectorGridData, "<f4").reshape(nz, ny, nx, 3).astype(float)
    start, step = np.array(grid.ImagePositionPatient, float), np.array(grid.GridResolution, float)
    pre, post = (
        np.array(sequence[0].FrameOfReferenceTransformationMatrix, float).reshape(4, 4)
        for sequence in (
            item.PreDeformationMatrixRegistrationSequence,
            item.PostDeformationMatrixRegistrationSequence,
        )
    )
    q = (pre @ [*p, 1])[:3]
    moved = q + trilinear(vectors, (q - start) / step)
    return np.asarray((post @ [*moved, 1])[:3])


def trilinear(values: np.ndarray, at: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Of values [z, y, x, ...] at (x, y, z)."""
    low = np.clip(np.floor(at).astype(int), 0, np.array(values.shape[2::-1]) - 2)
    x, y, z = at - low
    i, j, k = low
    cell = values[k : k + 2, j : j + 2, i : i + 2]
    plane = cell[0] * (1 - z) + cell[1] * z
    line = plane[0] * (1 - y) + plane[1] * y
    return np.asarray(line[0] * (1 - x) + line[1] * x)


@cache
def moved_series() -> tuple[list[pydicom.Dataset], np.ndarray]:  # type: ignore[type-arg]
    """Its slices in their order, and HU by slice, row and column."""
    slices = [pydicom.dcmread(path) for path in (shared_data() / "made/ct-phantom/moved").glob("*.dcm")]
    slices.sort(key=lambda ds: float(ds.InstanceNumber))
    stored = [ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for ds in slices]
    return slices, np.stack(stored)


def hounsfield_of_moved(p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    """The moved series at a place, linear between its voxels; None beside it."""
    slices, values = moved_series()
    first = slices[0]
    row, column = np.array(first.ImageOrientationPatient, float).reshape(2, 3)
    origin, last = (np.array(ds.ImagePositionPatient, float) for ds in (first, slices[-1]))
    axis = (last - origin) / (len(slices) - 1)
    spacing = [float(v) for v in first.PixelSpacing]
    steps = np.stack([row * spacing[1], column * spacing[0], axis], axis=1)
    at = np.linalg.solve(steps, p - origin)
    size = np.array(values.shape[::-1])
    if (at < -0.5).any() or (at > size - 0.5).any():
        return None
    return float(trilinear(values, np.clip(at, 0, size - 1)))
