"""SUV of PET, and PET laid over CT, against TRUTH.csv and a blend made by numpy."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.pixels.processing import apply_color_lut

from tests.kit.server import RunningServer, command_line, running_server

from .pages import SLOW, Viewer
from .samples import Samples, files, series_of
from .test_accessibility import Inspector

PETCT = "made/petct"
HOT_IRON = "1.2.840.10008.1.5.1"
PET = "made/petct/pet"
CT = "made/petct/ct"
SUV_OF_BQML = 0.000330926
"""TRUTH.csv: SUVbw per Bq/ml."""
ENHANCED = "made/enhanced/pet.dcm"
WITHOUT_UNITS = "pet/NM-PetIm-Siemens-2.dcm"
SHOWN = 1e-5
"""Relative: TRUTH.csv has five or six digits."""
QUANTISED = 3e-4
"""Relative: stored values are integers of about 30 000."""


@dataclass(frozen=True)
class Sphere:
    """One hot sphere of the made PET: mm in the patient, SUV by weight and by both lean masses, Bq/ml."""

    centre: tuple[float, float, float]
    weight: float
    james: float
    janma: float
    activity: float

    @property
    def place(self) -> tuple[int, int, int]:
        """Column, row and image (from 0) nearest to the middle: 4 x 4 x 5 mm from (-126, -126, 0)."""
        x, y, z = self.centre
        return int((x + 126) / 4), int((y + 126) / 4), round(z / 5)


def spheres(data: Path) -> list[Sphere]:
    """As TRUTH.csv has them."""
    with (data / "made" / "TRUTH.csv").open() as lines:
        rows = [r for r in csv.DictReader(lines) if r["file"] == "petct/pet/"]
    found = [r for r in rows if r["what is known"].startswith("sphere at ")]
    assert len(found) == 3
    return [
        Sphere(
            tuple(json.loads(r["what is known"].split("at ")[1].split(" radius")[0])), *json.loads(r["value"])
        )
        for r in found
    ]


def dynamic(samples: Samples, folder: Path) -> Path:
    """The PET twice, one after the other, the second time with twice the activity."""
    folder.mkdir()
    series = pydicom.uid.generate_uid()
    slices = [pydicom.dcmread(path) for path in files(samples.data, PET)]
    for time in (1, 2):
        for number, ds in enumerate(slices, 1):
            ds.SeriesInstanceUID, ds.SeriesNumber, ds.SeriesDescription = series, 900, "dynamic"
            ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
            ds.SeriesType, ds.NumberOfTimeSlices = ["DYNAMIC", "IMAGE"], 2
            ds.InstanceNumber = (time - 1) * len(slices) + number
            ds.RescaleSlope = f"{float(ds.RescaleSlope) * time:.10g}"
            ds.save_as(folder / f"{ds.InstanceNumber}.dcm")
    return folder


@pytest.fixture(scope="module")
def uptake_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with the PET objects."""
    folder = tmp_path_factory.mktemp("uptake")
    wanted = [samples.path(name) for name in (PETCT, ENHANCED, WITHOUT_UNITS)]
    wanted.append(dynamic(samples, folder / "dynamic"))
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, uptake_room: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, uptake_room.url)


SUV_AT = """([cell, point]) => {
    const { id, place, matrix } = window.readingRoom.viewports()[cell];
    const dot = (u, v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    const from = point.map((v, i) => v - place.position[i]);
    const x = dot(from, place.orientation.slice(0, 3)) / place.spacing[1] + 0.5;
    const y = dot(from, place.orientation.slice(3)) / place.spacing[0] + 0.5;
    const [a, b, c, d, e, f] = matrix.map((v) => v / devicePixelRatio);
    return window.readingRoom.probe(id, a * x + c * y + e, b * x + d * y + f)?.over?.suv?.value ?? null;
}"""
"""SUV of what lies over a plane, at a point of the patient (LPS, mm)."""


def go_to(viewer: Viewer, image: int) -> None:
    """Show that image (from 0) of the stack, by the keys."""
    viewer.press("Home")
    viewer.until("v => v.image === 1")
    for number in range(2, image + 2):
        viewer.press("ArrowDown")
        viewer.until("(v, n) => v.image === n", arg=number)


def probe(viewer: Viewer, column: int, row: int, cell: int = 0) -> dict[str, Any]:
    """What the page tells of an image pixel."""
    x, y = viewer.place(column, row, cell)
    found: dict[str, Any] = viewer.page.evaluate(
        "([cell, x, y]) => window.readingRoom.probe(`viewport-${cell}`, x, y)", [cell, x, y]
    )
    assert (found["column"], found["row"]) == (column, row)
    return found


def uptake(viewer: Viewer, column: int, row: int, kind: str) -> float:
    """SUV of an image pixel, of that kind."""
    suv = probe(viewer, column, row)["suv"]
    assert suv["kind"] == kind
    return float(suv["value"])


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.8.9.1")
def test_suv_of_the_spheres(viewer: Viewer, samples: Samples) -> None:
    """By weight, by both lean masses, and the window in SUV; the rescale slope differs with every slice."""
    viewer.open_image(samples.study(PET))
    viewer.series(series_of(files(samples.data, PET)[0])).click()
    viewer.until("v => v.images === 16 && v.window.width > 1000")
    viewer.press("\\")
    for sphere in spheres(samples.data):
        column, row, image = sphere.place
        go_to(viewer, image)
        told = probe(viewer, column, row)
        assert told["unit"] == "BQML"
        assert told["modality"] == pytest.approx(sphere.activity, rel=QUANTISED)
        expected = {"bw": sphere.weight, "lbm-james": sphere.james, "lbm-janma": sphere.janma}
        for kind, value in expected.items():
            viewer.page.get_by_test_id(f"suv-{kind}").click()
            expect(viewer.page.get_by_test_id(f"suv-{kind}")).to_have_attribute("aria-checked", "true")
            assert uptake(viewer, column, row, kind) == pytest.approx(value, rel=QUANTISED + SHOWN)
    viewer.page.get_by_test_id("suv-bw").click()
    expect(viewer.page.get_by_test_id("suv-basis")).to_contain_text("262.9 MBq left after 60 min, 87 kg")
    viewer.press("3")
    # SUV 10 is 10 / 0.000330926 Bq/ml (TRUTH.csv).
    report = viewer.until("v => v.window.function === 'LINEAR_EXACT'")
    assert report["window"]["width"] == pytest.approx(10 / 0.000330926, rel=SHOWN)
    assert report["window"]["center"] == pytest.approx(5 / 0.000330926, rel=SHOWN)
    expect(viewer.page.get_by_test_id("corner-bottom-right")).to_contain_text("SUV 0–10", timeout=SLOW)
    # The last sphere, of SUV 15, is white; the body, of SUV 1, a tenth of that.
    go_to(viewer, sphere.place[2])
    greys = [probe(viewer, *place)["grey"] for place in ((column, row), (32, 20))]
    assert greys == [255, pytest.approx(25.5, abs=1)]


@pytest.mark.row("VIEW-DISP-12")
@pytest.mark.ps("3.3 C.8.22")
def test_suv_of_the_enhanced_object_and_of_none(viewer: Viewer, samples: Samples) -> None:
    """Stored 100 is SUV 0.365159 (TRUTH.csv). Counts that say no activity have no SUV, and it is said why."""
    viewer.open_image(samples.study(ENHANCED))
    told = probe(viewer, 16, 16)
    assert told["suv"]["value"] == pytest.approx(told["stored"] * 0.00365159, rel=SHOWN)
    viewer.open_image(samples.study(WITHOUT_UNITS))
    assert probe(viewer, 10, 10).get("suv") is None
    viewer.press("\\")
    expect(viewer.page.get_by_test_id("suv-basis")).to_contain_text(
        "units that are an activity or an SUV", timeout=SLOW
    )


def modality_values(path: Path) -> np.ndarray[Any, Any]:
    """Rescaled values of a file."""
    ds = pydicom.dcmread(path)
    return np.asarray(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept))


def grey_of_ct(path: Path) -> np.ndarray[Any, Any]:
    """The object's own window, 0 to 255 (PS3.3 C.11.2.1.2.1)."""
    ds = pydicom.dcmread(path)
    center, width = float(ds.WindowCenter) - 0.5, float(ds.WindowWidth) - 1
    return np.round(255 * np.clip((modality_values(path) - center) / width + 0.5, 0, 1))


def hot_iron(suv: np.ndarray[Any, Any], high: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Colours of SUV 0 to `high`, and the greys behind them (PS3.6 B.1.1)."""
    greys = np.floor(255 * np.clip(suv / high, 0, 1) + 0.5).astype(np.uint8)
    return np.asarray(apply_color_lut(greys, palette=HOT_IRON)).astype(float), greys


def shows(viewer: Viewer, expected: np.ndarray[Any, Any]) -> None:
    """The screen has these colours at a lattice of points."""
    lattice = [(x, y) for x in range(9, 58, 6) for y in range(9, 58, 6)]
    for point in viewer.points(viewer.visible(lattice)):
        wanted = expected[point.row, point.column]
        # Slopes have six digits in the file: one grey more or less is up to four steps of a colour.
        assert np.abs(np.array(point.screen) - wanted).max() <= 4, (point, wanted)


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.7.6.23")
def test_pet_laid_over_ct(viewer: Viewer, samples: Samples) -> None:
    """SUV and HU at the spheres through the CT viewport; colours are those of a blend made here."""
    page = viewer.page
    viewer.open_image(samples.study(PETCT + "/ct"))
    ct, pet = files(samples.data, CT), files(samples.data, PET)
    viewer.series(series_of(ct[0])).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=series_of(ct[0]))
    viewer.press("Shift+O")
    over = viewer.until("v => v.over")["over"]
    assert over["seriesInstanceUID"] == series_of(pet[0])
    assert (over["low"], over["high"], over["opacity"]) == (pytest.approx(0, abs=1e-9), pytest.approx(7), 0.5)
    expect(page.get_by_test_id("fusion-legend")).to_contain_text("SUV")
    page.emulate_media(reduced_motion="reduce")
    inspector = Inspector(page)
    for theme in ("bright", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        inspector.look(f"laid over, {theme}")
    inspector.verdict()
    viewer.one_to_one()
    for sphere in spheres(samples.data):
        column, row, image = sphere.place
        go_to(viewer, image)
        told = probe(viewer, column, row)
        assert told["over"]["suv"] == {
            "kind": "bw",
            "value": pytest.approx(sphere.weight, rel=QUANTISED + SHOWN),
        }
        assert (told["unit"], told["over"]["unit"]) == ("HU", "BQML")
        assert told["modality"] == modality_values(ct[image])[row, column]

    lower = grey_of_ct(ct[image])[..., None].repeat(3, axis=2)
    suv = modality_values(pet[image]) * SUV_OF_BQML
    colours, _ = hot_iron(suv, 7)
    shows(viewer, 0.5 * lower + 0.5 * colours)
    page.get_by_test_id("fusion-opacity").fill("80")
    page.get_by_test_id("fusion-0-20").click()
    viewer.until("v => v.over.opacity === 0.8 && Math.abs(v.over.high - 20) < 1e-9")
    colours, greys = hot_iron(suv, 20)
    shows(viewer, 0.2 * lower + 0.8 * colours)
    page.get_by_test_id("fusion-clear").click()
    viewer.until("v => v.over.clear")
    share = 0.8 * greys[..., None] / 255
    shows(viewer, (1 - share) * lower + share * colours)
    viewer.press("Shift+O")
    viewer.until("v => !v.over")
    shows(viewer, lower)

    # The same over planes that are computed: all three, by the crossing.
    viewer.press("Shift+X")
    page.wait_for_function("() => window.readingRoom.volume()?.loaded === 16", timeout=SLOW)
    viewer.until("v => v.seriesInstanceUID.includes('#') && v.image > 0")
    viewer.press("Shift+O")
    planes = [cell for cell, v in enumerate(viewer.viewports()) if "#" in v["seriesInstanceUID"]]
    assert len(planes) == 3
    page.evaluate("point => window.readingRoom.moveCrosshair(...point)", list(sphere.centre))
    for cell in planes:
        viewer.until("v => v.over", cell)
        value = page.evaluate(SUV_AT, [cell, list(sphere.centre)])
        assert value == pytest.approx(sphere.weight, rel=QUANTISED + SHOWN), cell

    # A series of two times, stepped as stacks are: its first, its second, its first.
    page.get_by_test_id("fusion-series").filter(has_text="dynamic").click()
    for key, time in (("", 1), ("Shift+ArrowDown", 2), ("Shift+ArrowUp", 1)):
        if key:
            viewer.press(key)
        viewer.until("(v, words) => v.over?.notes[0] === words", arg=f"Time {time} of 2.")
        value = page.evaluate(SUV_AT, [planes[0], list(sphere.centre)])
        assert value == pytest.approx(time * sphere.weight, rel=QUANTISED + SHOWN)
