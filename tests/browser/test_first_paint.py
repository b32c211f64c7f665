"""The small image of the view tier comes first, the full pixels take its place, and nothing moves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, Route, expect
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data
from tests.kit.wavelet import low_band

from .conftest import Watch
from .pages import SLOW, Viewer
from .test_pixel_values import ROUNDING, compare, linear

DX = "objects/dx-cr/1000.dcm"
JPEG_LOSSLESS = "transfer-syntaxes/jpeg/JPEGLossless_1s_1f_u_16_12.dcm"
JPEG_2000_LOSSY = "transfer-syntaxes/wg04/RG3_J2KI"
UNKNOWN_WINDOW = "made-without-window"
COPY = "made-copy"
MARGIN = 60
"""CSS pixels beside the edges of a viewport, where letters stand."""
SETTINGS = {
    "READINGROOM__PREPARE__VIEW_BYTES": "1000000000",
    "READINGROOM__PREPARE__VIEW_SECONDS": "1",
}


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files by their names: real ones, the DX again under UIDs of its own, and again without a window."""
    data, folder = shared_data(), tmp_path_factory.mktemp("objects")
    found = {name: data / name for name in (DX, JPEG_LOSSLESS, JPEG_2000_LOSSY)}
    for name in (COPY, UNKNOWN_WINDOW):
        ds = pydicom.dcmread(found[DX])
        ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        if name == UNKNOWN_WINDOW:
            for keyword in ("WindowCenter", "WindowWidth", "VOILUTSequence"):
                if keyword in ds:
                    delattr(ds, keyword)
        found[name] = folder / f"{name}.dcm"
        ds.save_as(found[name])
    return found


@pytest.fixture(scope="module")
def tiered(tmp_path_factory: pytest.TempPathFactory, objects: dict[str, Path]) -> Iterator[RunningServer]:
    """A server that has made its renditions; that of the copy was lost."""
    folder = tmp_path_factory.mktemp("tiered")
    command_line(folder / "data", "import", *map(str, objects.values()), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login", settings=SETTINGS) as running:
        made = {name for name in objects if name != JPEG_2000_LOSSY}
        wait_until(
            lambda: all(small(running, objects[name]).status_code == 200 for name in made),
            180.0,
            "the renditions are made",
        )
        yield running


def address(room: RunningServer, path: Path) -> str:
    """Of the first frame."""
    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return (
        f"{room.dicomweb}/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}"
        f"/instances/{ds.SOPInstanceUID}/frames/1"
    )


def small(room: RunningServer, path: Path) -> httpx.Response:
    """What the viewer asks for, asked for here."""
    accept = {"accept": "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202"}
    return httpx.get(address(room, path) + "?viewport=256,256&ready=true", headers=accept, timeout=60.0)


class Line:
    """The frames a page asks for, in order; the full ones are held back until they are let go."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.held: list[Route] = []
        self.is_open = False
        page.route(re.compile(r"/frames/1$"), self._full)
        page.on("request", lambda r: self.asked.append(r.url) if "/frames/" in r.url else None)

    def _full(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def let_go(self) -> None:
        """Answer what was held, and all that comes."""
        self.is_open = True
        for route in self.held:
            route.continue_()


@pytest.fixture
def line(page: Page) -> Line:
    return Line(page)


@pytest.mark.parametrize("name", [DX, JPEG_LOSSLESS])
def test_the_small_image_stands_until_the_full_one_takes_its_place(
    page: Page, line: Line, tiered: RunningServer, objects: dict[str, Path], name: str
) -> None:
    viewer = Viewer(page, tiered.url)
    shown = viewer.open_image(pydicom.dcmread(objects[name], stop_before_pixels=True).StudyInstanceUID)
    assert shown["reduced"]
    assert line.asked[0] == address(tiered, objects[name]) + "?viewport=256,256&ready=true"
    assert line.asked[1:] == [address(tiered, objects[name])], "the full one is asked for too, and only that"
    expect(page.get_by_test_id("flag-reduced")).to_be_visible(timeout=SLOW)
    middle = [viewer.box()["width"] / 2, viewer.box()["height"] / 2]
    assert page.evaluate("([x, y]) => window.readingRoom.probe('viewport-0', x, y)", middle) is None

    fitted = viewer.picture()
    viewer.press("u")
    page.get_by_test_id("corner-top-left").wait_for(state="detached")
    viewer.press(".")
    viewer.until("v => Math.abs(v.zoom - 1) < 1e-6")
    viewer.command("smooth pixels")
    before = viewer.until("v => !v.interpolation")
    low_is_right(viewer, objects[name], before)

    line.let_go()
    after = viewer.until("v => !v.reduced")
    unchanged = ("matrix", "zoom", "window", "columns", "rows", "image")
    assert {key: after[key] for key in unchanged} == {key: before[key] for key in unchanged}
    viewer.command("smooth pixels")
    viewer.press("u")
    compare(viewer, objects[name], 0)
    viewer.press("u")
    viewer.press(",")
    viewer.until("(v, z) => Math.abs(v.zoom - z) < 1e-6", arg=shown["zoom"])
    assert is_in_its_place(fitted, viewer.picture())


def low_is_right(viewer: Viewer, path: Path, report: dict[str, Any]) -> None:
    """At 1:1, unsmoothed: every fourth pixel is the grey of the low band of the wavelet there."""
    ds = pydicom.dcmread(path)
    low = low_band(low_band(ds.pixel_array))
    canvas = viewer.picture().astype(int)
    window = report["window"]["center"], report["window"]["width"]
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    count = 0
    high, wide = canvas.shape[:2]
    for row, column in np.ndindex(*low[::7, ::7].shape):
        x, y = (int(v) for v in viewer_place(report, 28 * column, 28 * row))
        if not (MARGIN < x < wide - MARGIN and MARGIN < y < high - MARGIN):
            continue
        value = int(np.clip(low[7 * row, 7 * column], 0, (1 << ds.BitsStored) - 1))
        grey = linear(slope * value + intercept, *window)
        assert abs(canvas[y, x] - grey).max() <= ROUNDING, (row, column, canvas[y, x], grey)
        count += 0 < grey < 255
    assert count > 40


def viewer_place(report: dict[str, Any], column: int, row: int) -> tuple[float, float]:
    """CSS pixels of the middle of an image pixel, where one is a screen pixel."""
    a, b, c, d, e, f = report["matrix"]
    x, y = column + 0.5, row + 0.5
    return a * x + c * y + e, b * x + d * y + f


def is_in_its_place(before: np.ndarray, after: np.ndarray) -> bool:
    """The picture fits best where it is, not when it is moved by two pixels."""
    inside = (slice(60, -60), slice(60, -60))

    def difference(dx: int, dy: int) -> float:
        moved = np.roll(before.astype(int), (dy, dx), (0, 1))
        return float(np.abs(moved[inside] - after[inside].astype(int)).mean())

    steps = [(dx, dy) for dx in (-2, 0, 2) for dy in (-2, 0, 2)]
    return min(steps, key=lambda step: difference(*step)) == (0, 0)


def test_where_there_is_none_all_is_as_without_the_tier(
    page: Page, line: Line, tiered: RunningServer, objects: dict[str, Path]
) -> None:
    """Lost renditions, lossy originals, and images whose greys are known by the full pixels only."""
    line.let_go()
    viewer = Viewer(page, tiered.url)
    shutil.rmtree(tiered.data / "view")
    for name, questions in ((COPY, [True]), (JPEG_2000_LOSSY, []), (UNKNOWN_WINDOW, [])):
        line.asked.clear()
        shown = viewer.open_image(pydicom.dcmread(objects[name], stop_before_pixels=True).StudyInstanceUID)
        assert not shown["reduced"]
        is_small = ["viewport" in url for url in line.asked]
        assert is_small[: len(questions)] == questions, "it is answered by 204"
        assert not any(is_small[len(questions) :])
        assert len(is_small) > len(questions)
    compare(viewer, objects[UNKNOWN_WINDOW], 0)


def test_a_full_image_that_does_not_come_is_said(
    page: Page, tiered: RunningServer, objects: dict[str, Path], watch: Watch
) -> None:
    """The small one stays, and says what it is."""
    watch.allow("frames/1")
    wait_until(lambda: small(tiered, objects[DX]).status_code == 200, 120.0, "the rendition is there again")
    page.route(re.compile(r"/frames/1$"), lambda route: route.abort())
    viewer = Viewer(page, tiered.url)
    assert viewer.open_image(pydicom.dcmread(objects[DX], stop_before_pixels=True).StudyInstanceUID)[
        "reduced"
    ]
    expect(page.get_by_test_id("flag-reduced")).to_contain_text("The server did not answer", timeout=SLOW)
