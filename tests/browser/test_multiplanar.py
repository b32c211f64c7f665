"""Planes through volumes, as the page paints them, against SimpleITK and the numbers of TRUTH.csv."""

from __future__ import annotations

import csv
import json
import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server

from .conftest import Watch
from .pages import SLOW, Viewer
from .samples import Samples, files, series_of, study_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # SWIG's own classes, from Python 3.12 on
    import SimpleITK

AXIAL = "made/ct-phantom/axial"
TILTED = "made/ct-phantom/gantry-tilt"
MISSING = "made/ct-phantom/missing-slice"
UNEQUAL = "made/ct-phantom/unequal-spacing"
OBLIQUE = "made/mr-oblique"
PET = "made/petct/pet"
TIMES = "made/enhanced/mr-temporal-stack.dcm"
SCOUT = "ct-series/head-scout"
MOVED = "made/ct-phantom/moved"
RIGID = "made/registration/rigid.dcm"
ULTRASOUND = "made/enhanced/us-volume.dcm"
HELD = [AXIAL, TILTED, MISSING, UNEQUAL, OBLIQUE, PET, TIMES, SCOUT, MOVED, RIGID, ULTRASOUND]
AX, SAG, COR, FREE = range(4)
"""Cells of the grid."""
ROUNDING = 0.5 + 1e-4
"""Planes of whole stored values are rounded once."""
Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with what these tests read."""
    folder = tmp_path_factory.mktemp("volumes")
    command_line(folder / "data", "import", *[str(samples.path(name)) for name in HELD], timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, volumes: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, volumes.url)


class Stack:
    """The slices of a folder as SimpleITK sees them: voxels in index space and the affine to the patient."""

    def __init__(self, samples: Samples, name: str) -> None:
        self.paths = files(samples.data, name)
        slices = [pydicom.dcmread(path) for path in self.paths]
        self.first = slices[0]
        row, column = (np.array(self.first.ImageOrientationPatient[i : i + 3], float) for i in (0, 3))
        normal = np.cross(row, column)
        slices.sort(key=lambda ds: float(normal @ np.array(ds.ImagePositionPatient, float)))
        self.places = [np.array(ds.ImagePositionPatient, float) for ds in slices]
        values = [
            ds.pixel_array * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
            for ds in slices
        ]
        self.image = SimpleITK.GetImageFromArray(np.stack(values).astype(np.float64))
        down, across = (float(v) for v in self.first.PixelSpacing)
        step = (self.places[-1] - self.places[0]) / (len(slices) - 1)
        self.steps = np.column_stack([row * across, column * down, step])
        inverse = np.linalg.inv(self.steps)
        self.to_index = SimpleITK.AffineTransform(3)
        self.to_index.SetMatrix(inverse.flatten().tolist())
        self.to_index.SetTranslation((-inverse @ self.places[0]).tolist())

    def at(self, points: Array) -> Array:
        """Values at patient points, trilinear; nan from half a voxel beyond the centres on."""
        size = np.array(self.image.GetSize())
        found = []
        for point in points.reshape(-1, 3).tolist():
            index = np.array(self.to_index.TransformPoint(point))
            inside = np.all(index >= -0.5) and np.all(index <= size - 0.5)
            held = np.clip(index, 0, size - 1)
            found.append(
                self.image.EvaluateAtContinuousIndex(held.tolist(), SimpleITK.sitkLinear)
                if inside
                else math.nan
            )
        return np.array(found).reshape(points.shape[:-1])


class Planes:
    """Multiplanar of one series in the viewer."""

    def __init__(self, viewer: Viewer, samples: Samples, name: str) -> None:
        self.viewer = viewer
        self.page = viewer.page
        path = files(samples.data, name)[0]
        self.series = series_of(path)
        viewer.open(study_of(path))
        viewer.series(self.series).click()
        viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=self.series)

    def start(self) -> dict[str, Any]:
        """Switch it on and wait for the whole volume and its three planes."""
        self.page.get_by_test_id("volume-planes").click()
        self.page.wait_for_function(
            """() => {
                const volume = window.readingRoom?.volume();
                const shown = window.readingRoom?.viewports().filter(v => v.image > 0) ?? [];
                return volume && volume.loaded + volume.failed === volume.total && shown.length === 3;
            }""",
            timeout=SLOW,
        )
        return self.volume()

    def volume(self) -> dict[str, Any]:
        """What the page says of the volume."""
        found: dict[str, Any] = self.page.evaluate("window.readingRoom.volume()")
        return found

    def move(self, x: float, y: float, z: float) -> None:
        """Put the crossing on a patient point and wait until all planes are drawn there."""
        assert self.page.evaluate("p => window.readingRoom.moveCrosshair(...p)", [x, y, z])
        self.settled()

    def settled(self) -> None:
        """Wait until each plane goes through the crossing."""
        self.page.wait_for_function(
            """() => {
                const { crosshair: p } = window.readingRoom.volume();
                const cross = ([a, b, c, d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d];
                return window.readingRoom.viewports().slice(0, 3).every(({ place }) => {
                    if (!place) return false;
                    const apart = p.map((v, i) => v - place.position[i]);
                    return Math.abs(cross(place.orientation).reduce((s, n, i) => s + n * apart[i], 0)) < 2.6;
                });
            }""",
            timeout=SLOW,
        )

    def lattice(self, cell: int, count: int = 12) -> tuple[list[tuple[int, int]], Array]:
        """Pixels of a plane, (column, row), and where they lie in the patient."""
        report = self.viewer.viewport(cell)
        columns, rows = report["columns"], report["rows"]
        pixels = [
            (columns * i // (count + 1), rows * j // (count + 1))
            for i in range(1, count + 1)
            for j in range(1, count + 1)
        ]
        return pixels, np.array([point_of(report["place"], *pixel) for pixel in pixels])

    def values(self, cell: int, pixels: list[tuple[int, int]]) -> Array:
        """Modality values there as the page tells them, nan where it has none."""
        report = self.viewer.viewport(cell)
        found = self.page.evaluate(
            """([{ id, matrix: [a, b, c, d, e, f] }, pixels]) => pixels.map(([column, row]) => {
                const [x, y] = [column + 0.5, row + 0.5];
                const ratio = window.devicePixelRatio;
                const at = [(a * x + c * y + e) / ratio, (b * x + d * y + f) / ratio];
                return window.readingRoom.probe(id, ...at)?.modality ?? null;
            })""",
            [report, pixels],
        )
        return np.array([math.nan if v is None else v for v in found])

    def agree(self, cell: int, stack: Stack, tolerance: float = ROUNDING, count: int = 12) -> None:
        """The plane of a cell has the values that SimpleITK finds at the same patient points."""
        pixels, points = self.lattice(cell, count)
        shown, expected = self.values(cell, pixels), stack.at(points)
        rim = ~same_side(stack, points)
        assert np.array_equal(np.isnan(shown)[~rim], np.isnan(expected)[~rim])
        both = ~np.isnan(shown) & ~np.isnan(expected)
        assert both.sum() >= 20, "too little of the volume is on this plane"
        assert np.abs(shown[both] - expected[both]).max() <= tolerance

    def handle(self, cell: int, kind: str, dx: float, dy: float) -> None:
        """Drag a handle of a line."""
        handle = self.viewer.element(cell).get_by_test_id(f"turn-{kind}").first
        box = handle.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=3)
        self.page.mouse.up()


def point_of(place: dict[str, list[float]], column: float, row: float) -> list[float]:
    """Patient point of a pixel's middle (PS3.3 C.7.6.2.1.1)."""
    right, down = np.array(place["orientation"]).reshape(2, 3)
    between_rows, between_columns = place["spacing"]
    where = np.array(place["position"]) + right * between_columns * column + down * between_rows * row
    return [float(v) for v in where]


def same_side(stack: Stack, points: Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """False within a thousandth of a voxel of the rim, where rounding decides what is inside."""
    size = np.array(stack.image.GetSize())
    index = np.array([stack.to_index.TransformPoint(p) for p in points.tolist()])
    return ~np.any((np.abs(index + 0.5) < 1e-3) | (np.abs(index - size + 0.5) < 1e-3), axis=1)


def truth(samples: Samples, name: str, kind: str) -> list[float]:
    """The centre of a sphere of the phantom."""
    with (samples.data / "made/TRUTH.csv").open() as lines:
        for row in csv.DictReader(lines):
            if (
                row["file"].rstrip("/") == name
                and row["kind"] == kind
                and row["what is known"].startswith("centre")
            ):
                return [float(v) for v in json.loads(row["value"])]
    raise AssertionError(f"{name}: {kind} is not in TRUTH.csv")


SPHERES = {"air": -1000, "fat": -100, "soft": 40, "bone": 710, "dense": 1480}


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.7.6.2")
def test_planes_oblique_planes_and_slabs_are_those_of_simpleitk(viewer: Viewer, samples: Samples) -> None:
    """Values at a lattice of each plane equal an independent trilinear resampling; slabs gather layers."""
    stack = Stack(samples, AXIAL)
    planes = Planes(viewer, samples, AXIAL)
    before = viewer.viewport()
    volume = planes.start()
    assert (volume["size"], volume["total"], volume["failed"]) == ([96, 96, 40], 40, 0)

    for sphere, inside in SPHERES.items():
        centre = truth(samples, "ct-phantom/axial", f"sphere {sphere}")
        planes.move(*centre)
        for cell in (AX, SAG, COR):
            assert planes.values(cell, [nearest_pixel(viewer.viewport(cell)["place"], centre)]) == [inside]
    planes.move(10.3, -22.7, 43.2)
    for cell in (AX, SAG, COR):
        planes.agree(cell, stack)
    painted_as_told(planes, SAG)

    viewer.hover(AX)
    planes.handle(AX, "cor", 20, 70)
    viewer.until("v => Math.abs(v.place.orientation[1]) > 0.1", COR)
    planes.settled()
    viewer.hover(SAG)
    planes.handle(SAG, "ax", -30, 60)
    viewer.until("v => Math.abs(v.place.orientation[2]) + Math.abs(v.place.orientation[5]) > 0.1", AX)
    planes.settled()
    for cell in (AX, SAG, COR):
        right, down = np.array(viewer.viewport(cell)["place"]["orientation"]).reshape(2, 3)
        assert abs(right @ down) < 1e-9
        planes.agree(cell, stack)
    assert planes.volume()["oblique"]

    viewer.command("right angles again")
    viewer.until("v => v.place.orientation.join() === '1,0,0,0,0,-1'", COR)
    planes.move(-3.0, 3.0, 87.0)
    for mode, gather in (("max", np.nanmax), ("min", np.nanmin), ("mean", np.nanmean)):
        viewer.command({"max": "maximum", "min": "minimum", "mean": "average"}[mode])
        planes.page.wait_for_function(
            "m => window.readingRoom.volume().slab.mode === m", arg=mode, timeout=SLOW
        )
        thickness = planes.volume()["slab"]["thickness"]
        for cell, apart in ((AX, 3.0), (COR, 2.0)):
            slab_agrees(planes, cell, stack, thickness, apart, gather)
    viewer.hover(AX)
    planes.page.keyboard.down("Alt")
    planes.page.mouse.wheel(0, -100)
    planes.page.keyboard.up("Alt")
    planes.page.wait_for_function(
        "mm => window.readingRoom.volume().slab.thickness === mm", arg=thickness + 2, timeout=SLOW
    )
    expect(viewer.element(AX).get_by_test_id("volume-flag").first).to_have_text(f"average {thickness + 2} mm")

    planes.page.get_by_test_id("volume-planes").click()
    after = viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=planes.series)
    assert len(viewer.viewports()) == 1
    assert (after["image"], after["window"]) == (before["image"], before["window"])


def nearest_pixel(place: dict[str, list[float]], point: list[float]) -> tuple[int, int]:
    """The pixel of a plane whose middle is nearest to a patient point."""
    right, down = np.array(place["orientation"]).reshape(2, 3)
    apart = np.array(point) - np.array(place["position"])
    return round(float(apart @ right) / place["spacing"][1]), round(float(apart @ down) / place["spacing"][0])


def painted_as_told(planes: Planes, cell: int) -> None:
    """At 1:1 the greys on the canvas are those of the values under the window (PS3.3 C.11.2.1.2.1)."""
    viewer = planes.viewer
    box = viewer.box(cell)
    planes.page.keyboard.press("w")
    planes.page.mouse.click(box["x"] + 40, box["y"] + box["height"] - 120)
    viewer.until("v => v.active", cell)
    report = viewer.one_to_one(cell)
    pixels, _ = planes.lattice(cell, 8)
    seen = viewer.points(viewer.visible(pixels, cell), cell)
    assert len(seen) >= 20
    low, width = report["window"]["center"] - 0.5, report["window"]["width"] - 1
    for point in seen:
        assert point.modality is not None
        grey = 255 * min(max((point.modality - low) / width + 0.5, 0), 1)
        assert abs(point.grey - grey) <= ROUNDING
    planes.page.keyboard.press("x")


def slab_agrees(planes: Planes, cell: int, stack: Stack, thickness: float, apart: float, gather: Any) -> None:
    """Layers a voxel apart whose middle lies in the slab (docs/viewer.md), where they have values."""
    report = viewer_place(planes, cell)
    right, down = np.array(report["orientation"]).reshape(2, 3)
    normal = np.cross(right, down)
    beside = int(thickness / 2 / apart + 1e-6)
    pixels, points = planes.lattice(cell, 8)
    offsets = [apart * i for i in range(-beside, beside + 1)]
    values = np.stack([stack.at(points + normal * mm) for mm in offsets])
    kept = ~np.all(np.isnan(values), axis=0)
    expected = gather(values[:, kept], axis=0)
    shown = planes.values(cell, pixels)[kept]
    assert kept.sum() >= 40
    assert np.abs(shown - expected).max() <= 2 * ROUNDING  # each layer and their mean are rounded


def viewer_place(planes: Planes, cell: int) -> dict[str, list[float]]:
    """Where the image of a cell lies."""
    place: dict[str, list[float]] = planes.viewer.viewport(cell)["place"]
    return place


@pytest.mark.row("VIEW-DISP-01")
def test_the_crosshair_moves_the_planes_and_scrolling_moves_the_crosshair(
    viewer: Viewer, samples: Samples
) -> None:
    """A press moves the other planes, the wheel the crossing; windows are shared; a path becomes a view."""
    planes = Planes(viewer, samples, AXIAL)
    planes.start()
    page = planes.page
    box = viewer.box(AX)
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    place, matrix = viewer_place(planes, AX), viewer.viewport(AX)["matrix"]
    a, _, _, d, e, f = matrix
    pixel = ((0.6 * box["width"] - e) / a - 0.5, (0.4 * box["height"] - f) / d - 0.5)
    wanted = point_of(place, *pixel)
    page.wait_for_function(
        "p => window.readingRoom.volume().crosshair.every((v, i) => Math.abs(v - p[i]) < 0.5)",
        arg=wanted,
        timeout=SLOW,
    )
    planes.settled()
    sagittal, coronal = viewer_place(planes, SAG), viewer_place(planes, COR)
    assert abs(sagittal["position"][0] - wanted[0]) <= 1.0, "the sagittal frame nearest to x, 2 mm apart"
    assert abs(coronal["position"][1] - wanted[1]) <= 1.0
    for kind, cell in (("cor", AX), ("sag", AX), ("ax", COR), ("sag", COR), ("ax", SAG), ("cor", SAG)):
        expect(viewer.element(cell).get_by_test_id(f"cross-{kind}")).to_contain_text(kind)

    start = viewer.viewport(AX)["image"]
    viewer.wheel(5, AX)
    viewer.until("(v, image) => v.image === image", AX, start + 5)
    assert planes.volume()["crosshair"][2] == pytest.approx(wanted[2] + 15.0, abs=0.01), (
        "five slices, 3 mm apart"
    )
    assert planes.volume()["crosshair"][:2] == pytest.approx(wanted[:2], abs=0.5)

    page.keyboard.press("4")
    for cell in (AX, SAG, COR):
        viewer.until("v => v.window.width === 1900 && v.window.center === 420", cell)

    viewer.command("draw a curve")
    for share in (0.3, 0.7):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function("() => window.readingRoom.volume().path.length === 2", timeout=SLOW)
    viewer.command("curved view")
    curve = viewer.until("v => v.image === 1 && v.images === 1", FREE)
    path = np.array(planes.volume()["path"])
    along = (path[1] - path[0]) / np.linalg.norm(path[1] - path[0])
    pixels = [(c, r) for c in range(2, curve["columns"] - 2, 5) for r in range(2, curve["rows"] - 2, 7)]
    middle = (curve["rows"] - 1) / 2
    points = np.array([path[0] + 2.0 * c * along + [0, 0, -2.0 * (r - middle)] for c, r in pixels])
    expected, shown = Stack(samples, AXIAL).at(points), planes.values(FREE, pixels)
    assert np.array_equal(np.isnan(expected), np.isnan(shown))
    inside = ~np.isnan(expected)
    assert np.abs(shown[inside] - expected[inside]).max() <= ROUNDING


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.7.6.2")
def test_what_is_odd_about_a_stack_is_said_and_nothing_is_invented(viewer: Viewer, samples: Samples) -> None:
    """Tilt, a missing slice, unequal distances: said in words; spheres lie where TRUTH.csv has them."""
    tilted = Planes(viewer, samples, TILTED)
    assert tilted.start()["findings"] == [
        "The gantry was tilted by 15.0°: planes are cut through the tilted slices."
    ]
    stack = Stack(samples, TILTED)
    for sphere in ("air", "soft", "dense"):
        centre = truth(samples, "ct-phantom/axial", f"sphere {sphere}")
        tilted.move(*centre)
        for cell in (AX, SAG, COR):
            value = tilted.values(cell, [nearest_pixel(viewer_place(tilted, cell), centre)])
            assert value == pytest.approx([SPHERES[sphere]], abs=1), (sphere, cell)
    for cell in (AX, SAG, COR):
        tilted.agree(cell, stack)
    expect(viewer.element(SAG).get_by_test_id("volume-flag")).to_have_text("gantry tilted")
    tilted.page.get_by_test_id("volume-planes").click()

    missing = again(tilted, samples, MISSING)
    assert missing.start()["findings"] == ["Slice 11 is missing: the volume stops there."]
    expect(missing.page.get_by_test_id("finding")).to_have_text(
        "Slice 11 is missing: the volume stops there."
    )
    missing.move(0.0, 0.0, 60.0)
    report = viewer.viewport(COR)
    column = [(report["columns"] // 2, row) for row in range(report["rows"])]
    heights = np.array([point_of(report["place"], *pixel)[2] for pixel in column])
    empty = np.isnan(missing.values(COR, column))
    # The slice at 60 mm stood for 1.5 mm on either side.
    inner = (heights > 30) & (heights < 87)
    assert empty[np.abs(heights - 60) < 1.4].all()
    assert not empty[inner & (np.abs(heights - 60) > 1.6)].any()
    assert np.isnan(missing.values(AX, missing.lattice(AX)[0])).all(), "there is no slice at 60 mm"
    missing.page.get_by_test_id("volume-planes").click()

    unequal = again(missing, samples, UNEQUAL)
    assert unequal.start()["findings"] == ["18 slices, 2 to 5 mm apart: each lies at its true place."]
    centre = truth(samples, "ct-phantom/axial", "sphere soft")
    unequal.move(*centre)
    for cell in (AX, SAG, COR):
        assert unequal.values(cell, [nearest_pixel(viewer_place(unequal, cell), centre)]) == pytest.approx(
            [40], abs=1
        )
    depths = [float(ds.ImagePositionPatient[2]) for ds in map(pydicom.dcmread, files(samples.data, UNEQUAL))]
    assert viewer.viewport(AX)["images"] == len(depths)
    assert min(abs(viewer_place(unequal, AX)["position"][2] - z) for z in depths) < 1e-6


def again(planes: Planes, samples: Samples, name: str) -> Planes:
    """Another series of the same study, in the same page."""
    path = files(samples.data, name)[0]
    planes.viewer.until("v => v.image > 0")
    planes.series = series_of(path)
    planes.viewer.series(planes.series).click()
    planes.viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=planes.series)
    return planes


@pytest.mark.row("VIEW-DISP-01")
def test_oblique_stacks_and_rescales_that_differ_from_slice_to_slice(
    viewer: Viewer, samples: Samples
) -> None:
    """An oblique MR in the planes of the patient; PET in its units although each slice has another slope."""
    oblique = Planes(viewer, samples, OBLIQUE)
    oblique.start()
    stack = Stack(samples, OBLIQUE)
    oblique.move(*truth_of_mr(samples)[0])
    for cell in (AX, SAG, COR):
        oblique.agree(cell, stack, count=20)

    pet = Planes(viewer, samples, PET)
    assert pet.start()["findings"] == []
    stack = Stack(samples, PET)
    pet.move(0.0, 40.0, 45.0)
    for cell in (AX, SAG, COR):
        pixels, points = pet.lattice(cell)
        expected, shown = stack.at(points), pet.values(cell, pixels)
        inside = ~np.isnan(expected) & ~np.isnan(shown)
        assert inside.sum() >= 60
        assert np.allclose(shown[inside], expected[inside], rtol=1e-5, atol=0.01)


@pytest.mark.row("VIEW-DISP-12")
@pytest.mark.ps("3.3 C.7.6.17")
def test_a_volume_in_time_is_that_of_the_time_shown(viewer: Viewer, samples: Samples) -> None:
    """Five slices at each of four times: the coronal plane has the values of TRUTH.csv, time after time."""
    with (samples.data / "made/TRUTH.csv").open() as lines:
        known = [row for row in csv.DictReader(lines) if row["file"] == "enhanced/mr-temporal-stack.dcm"]
    order = next(json.loads(row["value"]) for row in known if row["what is known"].startswith("stored frame"))
    values = next(json.loads(row["value"]) for row in known if row["what is known"].startswith("value at"))
    truths = {(time, place): value for (_, time, place), value in zip(order, values, strict=True)}
    planes = Planes(viewer, samples, TIMES)
    assert planes.start()["total"] == 5
    for time in range(1, 5):
        if time > 1:
            planes.page.keyboard.press("Shift+ArrowDown")
        planes.page.wait_for_function(
            """words => {
                const { findings, loaded, total } = window.readingRoom.volume();
                return findings[0] === words && loaded === total;
            }""",
            arg=f"Time {time} of 4.",
            timeout=SLOW,
        )
        planes.move(4.0, 4.0, 8.0)
        for place in range(1, 6):
            point = [4.0, 4.0, 4.0 * (place - 1)]
            pixel = nearest_pixel(viewer_place(planes, COR), point)
            until_it_says(planes, COR, pixel, truths[time, place])


def until_it_says(planes: Planes, cell: int, pixel: tuple[int, int], value: float) -> None:
    """Wait until a plane has that value at a pixel: it is drawn anew when another time has come."""
    planes.page.wait_for_function(
        """([cell, column, row, value]) => {
            const { id, matrix: [a, b, c, d, e, f] } = window.readingRoom.viewports()[cell];
            const [x, y, ratio] = [column + 0.5, row + 0.5, window.devicePixelRatio];
            const at = [(a * x + c * y + e) / ratio, (b * x + d * y + f) / ratio];
            return window.readingRoom.probe(id, ...at)?.modality === value;
        }""",
        arg=[cell, *pixel, value],
        timeout=SLOW,
    )


def truth_of_mr(samples: Samples) -> list[list[float]]:
    """Centres of the two spheres of mr-oblique."""
    with (samples.data / "made/TRUTH.csv").open() as lines:
        for row in csv.DictReader(lines):
            if row["file"] == "mr-oblique/" and "centres (LPS)" in row["what is known"]:
                found: list[list[float]] = json.loads(row["value"])
                return found
    raise AssertionError("the centres are not in TRUTH.csv")


@pytest.mark.row("VIEW-DISP-01")
def test_without_a_volume_the_stack_stays_and_the_reason_is_said(
    viewer: Viewer, samples: Samples, watch: Watch
) -> None:
    """One image is no volume; what neither this machine nor the server can take stays a stack."""
    watch.allow("status of 406")
    scout = files(samples.data, SCOUT)
    viewer.open_image(study_of(scout[0]))
    button = viewer.page.get_by_test_id("volume-planes")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    expect(viewer.page.get_by_test_id("notice")).to_have_text("A volume takes three slices or more.")

    viewer.page.evaluate("localStorage.setItem('rr.memory', '1')")
    times = Planes(viewer, samples, AXIAL)
    times.page.route("**/reformat", lambda route: route.fulfill(status=406, json={"detail": "Switched off."}))
    times.page.get_by_test_id("volume-planes").click()
    expect(times.page.get_by_test_id("notice")).to_have_text(
        "The server makes no planes of it: Switched off."
    )
    assert times.volume() is None
    viewer.wheel(2)
    assert viewer.until("v => v.image > 2")["images"] == 40


@pytest.mark.row("VIEW-DISP-01")
def test_planes_of_the_server_are_those_of_this_machine(
    viewer: Viewer, samples: Samples, watch: Watch
) -> None:
    """Where memory does not suffice and where it is asked for: the same values, thin, thick and oblique."""
    watch.allow("status of 500")
    stack = Stack(samples, AXIAL)
    viewer.page.goto(viewer.url)
    viewer.page.evaluate("localStorage.setItem('rr.memory', '1')")
    planes = Planes(viewer, samples, AXIAL)
    planes.page.get_by_test_id("volume-planes").click()
    told = "The volume is too large for this machine: it takes 2 MB of 1 MB. The server makes the planes."
    expect(planes.page.get_by_test_id("notice")).to_have_text(told)
    drawn(planes)
    assert planes.volume()["onServer"]
    expect(viewer.element(COR).get_by_test_id("volume-flag").first).to_have_text("made on the server")
    planes.move(10.3, -22.7, 43.2)
    drawn(planes)
    for cell in (AX, SAG, COR):
        planes.agree(cell, stack)
    painted_as_told(planes, SAG)

    viewer.command("slab: average")
    viewer.hover(AX)
    planes.handle(AX, "cor", 20, 70)
    viewer.until("v => v.place && Math.abs(v.place.orientation[1]) > 0.1", COR)
    planes.page.get_by_test_id("toggle-panel").click()
    planes.page.get_by_test_id("slab-thickness").fill("180")
    drawn(planes)
    pixels, _ = planes.lattice(COR)
    theirs = planes.values(COR, pixels)
    planes.page.evaluate("localStorage.removeItem('rr.memory')")
    viewer.command("Reformat on the server")
    planes.page.wait_for_function(
        "() => { const v = window.readingRoom.volume(); return !v.onServer && v.loaded === v.total; }",
        timeout=SLOW,
    )
    assert planes.volume()["slab"] == {"mode": "mean", "thickness": 180}
    drawn(planes)  # so thick a slab is rough first, without values
    assert abs(viewer_place(planes, COR)["orientation"][1]) > 0.1
    ours = planes.values(COR, pixels)
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    both = ~np.isnan(ours)
    assert both.sum() >= 40
    assert np.abs(ours - theirs)[both].max() <= 2 * ROUNDING  # ours rounds each layer

    planes.page.get_by_test_id("planes-on-server").click()
    planes.page.wait_for_function("() => window.readingRoom.volume().onServer", timeout=SLOW)
    drawn(planes)
    planes.page.route("**/reformat?*", lambda route: route.fulfill(status=500, json={"detail": "No luck."}))
    viewer.command("thin planes")
    error = viewer.element(COR).get_by_test_id("viewport-error")
    expect(error).to_contain_text("No luck.")
    planes.page.unroute("**/reformat?*")
    for cell in (AX, SAG, COR):
        viewer.element(cell).get_by_test_id("try-again").click()
    drawn(planes)
    planes.agree(COR, stack)


def drawn(planes: Planes) -> None:
    """Wait until the planes of the server are on the screen."""
    planes.page.wait_for_function(
        """() => {
            const shown = window.readingRoom.viewports().slice(0, 3);
            const isDrawn = v => v.image > 0 && !v.reduced && !v.error && !v.awaited;
            return shown.length === 3 && shown.every(isDrawn);
        }""",
        timeout=SLOW,
    )


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.20.2")
def test_another_frame_of_reference_lies_over_by_a_registration(viewer: Viewer, samples: Samples) -> None:
    """Both ways the spheres lie where TRUTH.csv has them; without the object nothing is laid over."""
    page = viewer.page
    metadata = f"**/series/{series_of(files(samples.data, RIGID)[0])}/metadata*"
    page.route(metadata, lambda route: route.fulfill(json=[]))
    planes = Planes(viewer, samples, AXIAL)
    page.get_by_test_id("toggle-panel").click()
    expect(page.get_by_test_id("fusion-apart")).to_contain_text("no registration object joins it: 6 CT.")
    moved = page.get_by_test_id("fusion-series").filter(has_text="moved")
    expect(moved).to_have_count(0)
    page.unroute(metadata)

    page.reload()
    viewer.until("v => v.image > 0")
    page.get_by_test_id("toggle-panel").click()
    lies_over(planes, "moved", {sphere: there for sphere, (_, there) in matched(samples).items()})
    note = "registered by RIGID, 2025-01-15"
    assert viewer.viewport()["over"]["notes"] == [note]
    expect(page.get_by_test_id("fusion-note").first).to_have_text(note)
    page.get_by_test_id("volume-planes").click()
    planes = again(planes, samples, MOVED)
    lies_over(planes, "axial", {sphere: here for sphere, (here, _) in matched(samples).items()})


def matched(samples: Samples) -> dict[str, tuple[list[float], list[float]]]:
    """Centres of spheres in the moved phantom and in the axial one."""
    with (samples.data / "made/TRUTH.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["file"] == "registration/rigid.dcm"]
    found = {
        row["what is known"].split()[1].rstrip(":"): json.loads(row["value"])
        for row in rows
        if row["what is known"].startswith("sphere ")
    }
    assert found.keys() == SPHERES.keys()
    return found


def lies_over(planes: Planes, name: str, centres: dict[str, list[float]]) -> None:
    """A series laid over the planes has the spheres at these places."""
    viewer = planes.viewer
    planes.start()
    planes.page.get_by_test_id("fusion-series").filter(has_text=name).click()
    for sphere, centre in centres.items():
        planes.move(*centre)
        for cell in (AX, SAG, COR):
            viewer.until("v => v.over", cell)
            pixel = nearest_pixel(viewer_place(planes, cell), centre)
            assert over_at(planes, cell, pixel) == pytest.approx(SPHERES[sphere], abs=1), (sphere, cell)


def over_at(planes: Planes, cell: int, pixel: tuple[int, int]) -> float:
    """The value of what lies over a pixel."""
    report = planes.viewer.viewport(cell)
    found: float = planes.page.evaluate(
        """([{ id, matrix: [a, b, c, d, e, f] }, [column, row]]) => {
            const [x, y, ratio] = [column + 0.5, row + 0.5, window.devicePixelRatio];
            const at = [(a * x + c * y + e) / ratio, (b * x + d * y + f) / ratio];
            return window.readingRoom.probe(id, ...at)?.over?.value ?? null;
        }""",
        [report, pixel],
    )
    return found


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.8.24.3.3")
def test_an_ultrasound_volume_is_cut_in_its_own_frame_of_reference(viewer: Viewer, samples: Samples) -> None:
    """Its voxels lie where Image Position (Volume) says; nothing claims to know the patient's sides."""
    planes = Planes(viewer, samples, ULTRASOUND)
    volume = planes.start()
    assert volume["size"] == [32, 32, 12]
    told = (
        "Its places are those of the volume, not of the patient: planes are called by the axes of the volume."
    )
    assert told in volume["findings"]
    object_ = pydicom.dcmread(files(samples.data, ULTRASOUND)[0])
    stack = Stack.__new__(Stack)
    stack.image = SimpleITK.GetImageFromArray(object_.pixel_array.astype(np.float64))
    stack.to_index = SimpleITK.AffineTransform(3)
    stack.to_index.SetMatrix([1, 0, 0, 0, 1, 0, 0, 0, 0.5])  # TRUTH.csv: voxels of 1 x 1 x 2 mm
    stack.to_index.SetTranslation([16, 16, 6])  # the first at -16, -16, -12
    planes.move(1.3, -2.4, -0.7)
    for cell in (AX, SAG, COR):
        planes.agree(cell, stack)
        expect(viewer.element(cell).get_by_test_id("orientation-top")).to_have_count(0)


@pytest.mark.row("VIEW-DISP-01")
def test_planes_outlive_a_reload_and_are_undone(viewer: Viewer, samples: Samples) -> None:
    """Crossing, slab, turned planes and zoom after a reload; left, taken back, done again."""
    planes = Planes(viewer, samples, AXIAL)
    planes.start()
    planes.move(5, -8, 20)
    viewer.press("Alt+ArrowUp")
    viewer.press("+")
    viewer.page.mouse.move(*(viewer.box(AX)[side] + 40 for side in ("x", "y")))
    handle = viewer.element(AX).get_by_test_id("turn-cor").locator("circle.handle").first.bounding_box()
    assert handle is not None
    viewer.page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    viewer.page.mouse.down()
    viewer.page.mouse.move(handle["x"] + 5, handle["y"] + 65, steps=3)
    viewer.page.mouse.up()
    planes.settled()
    seen, zoom = planes.volume(), viewer.viewport(AX)["zoom"]
    assert seen["oblique"]
    viewer.page.reload()
    _hang_again(viewer, zoom)
    assert planes.volume() == seen
    viewer.press("Shift+X")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", AX, planes.series)
    viewer.press("Control+z")
    _hang_again(viewer, zoom)
    assert planes.volume() == seen
    viewer.press("Control+Shift+Z")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", AX, planes.series)
    assert planes.volume() is None


def _hang_again(viewer: Viewer, zoom: float) -> None:
    """Wait until the volume and its three planes are there, the first as large as it was."""
    viewer.page.wait_for_function(
        """zoom => {
            const [volume, all] = [window.readingRoom?.volume(), window.readingRoom?.viewports() ?? []];
            const shown = all.filter(v => v.image > 0).length;
            return volume?.loaded === volume?.total && shown === 3 && Math.abs(all[0].zoom - zoom) < 1e-6;
        }""",
        arg=zoom,
        timeout=SLOW,
    )
