"""SUV of PET: values, windows and what is missing, against the numbers of the made objects (TRUTH.csv)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server

from .pages import SLOW, Viewer
from .samples import Samples, files, series_of

PETCT = "made/petct"
PET = "made/petct/pet"
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


@pytest.fixture(scope="module")
def uptake_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with the PET objects."""
    folder = tmp_path_factory.mktemp("uptake")
    wanted = [samples.path(name) for name in (PETCT, ENHANCED, WITHOUT_UNITS)]
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, uptake_room: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, uptake_room.url)


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
