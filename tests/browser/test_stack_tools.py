"""The tools of the stack: true size, windows, colours, overlays, probe, linked viewports, reference lines."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.pixels.processing import apply_color_lut, apply_voi_lut, apply_windowing
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer, command_line, running_server

from .pages import SLOW, Viewer
from .samples import Samples, files, series_of, study_of

HEAD = "ct-series/head-5mm"
THIN = "ct-series/head-1mm"
SCOUT = "ct-series/head-scout"
AXIAL = "made/ct-phantom/axial"
MOVED = "made/ct-phantom/moved"
DOPPLER = "made/geometry/us-spectral-doppler.dcm"
WEDGE = "made/gsps/base-wedge.dcm"
SIZED = "made/geometry/cr-pixelspacing.dcm"
NO_SIZE = "made/geometry/cr-no-spacing.dcm"
ENHANCED = "made/enhanced/mr-temporal-stack.dcm"
PLANES = [ENHANCED, HEAD, THIN, SCOUT, AXIAL, MOVED, DOPPLER, WEDGE, SIZED, NO_SIZE]
HOT_IRON = "1.2.840.10008.1.5.1"
ROUNDING = 0.5 + 1e-6
"""Greys are computed with fractions and rounded once."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> dict[str, Path]:
    """Objects with the VOI functions that the samples lack, by the function's name."""
    folder = tmp_path_factory.mktemp("made")
    found = {name: _with_function(samples.path(WEDGE), folder / f"{name}.dcm", name) for name in FUNCTIONS}
    found["prior"] = _prior(files(samples.data, HEAD), folder / "prior")
    found["LUT"] = _with_table(samples.path(WEDGE), folder / "lut.dcm")
    return found


@pytest.fixture(scope="module")
def tools_room(
    tmp_path_factory: pytest.TempPathFactory, samples: Samples, made: dict[str, Path]
) -> Iterator[RunningServer]:
    """A server with what these tests read."""
    folder = tmp_path_factory.mktemp("tools")
    wanted = [samples.path(name) for name in PLANES] + list(made.values())
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, tools_room: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, tools_room.url)


FUNCTIONS = ("LINEAR_EXACT", "SIGMOID")


def _with_function(path: Path, out: Path, function: str) -> Path:
    ds = pydicom.dcmread(path)
    ds.VOILUTFunction = function
    ds.WindowCenter, ds.WindowWidth = [100, 60], [120, 40]
    ds.WindowCenterWidthExplanation = ["FIRST", "SECOND"]
    return _own_study(ds, out)


def _prior(paths: list[Path], folder: Path) -> Path:
    """Twelve slices of the head, half a year earlier, in a study and a frame of reference of their own."""
    folder.mkdir()
    for path in paths[::2][:12]:
        ds = pydicom.dcmread(path)
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
            setattr(ds, keyword, generate_uid(entropy_srcs=["prior", keyword]))
        ds.SOPInstanceUID = generate_uid(entropy_srcs=["prior", path.name])
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.StudyDate = ds.SeriesDate = "20140806"
        ds.save_as(folder / path.name, enforce_file_format=True)
    return folder


def _with_table(path: Path, out: Path) -> Path:
    """A VOI LUT that is no line: 1024 entries of 12 bits from the value 20 on."""
    ds = pydicom.dcmread(path)
    del ds.WindowCenter, ds.WindowWidth
    table = pydicom.Dataset()
    entries = (np.sqrt(np.linspace(0, 1, 1024)) * 4095).astype(np.uint16)
    table.add_new(0x00283002, "US", [1024, 20, 12])
    table.LUTExplanation = "ROOT"
    table.add_new(0x00283006, "OW", entries.tobytes())
    ds.VOILUTSequence = [table]
    return _own_study(ds, out)


def _own_study(ds: pydicom.Dataset, out: Path) -> Path:
    ds.StudyInstanceUID = generate_uid(entropy_srcs=[out.name, "study"])
    ds.SeriesInstanceUID = generate_uid(entropy_srcs=[out.name, "series"])
    ds.SOPInstanceUID = generate_uid(entropy_srcs=[out.name, "instance"])
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.PatientID, ds.Modality = "TOOLS", "OT"
    ds.save_as(out, enforce_file_format=True)
    return out


def greys_on_screen(viewer: Viewer, expected: np.ndarray[Any, Any]) -> None:
    """Greys (or colours) at a lattice of points are those, 0 to 255, within the one rounding."""
    viewer.one_to_one()
    rows, columns = expected.shape[:2]
    lattice = [(columns * x // 9, rows * y // 9) for x in range(1, 9) for y in range(1, 9)]
    places = viewer.visible(lattice)
    assert len(places) >= 12
    for point in viewer.points(places):
        wanted = np.broadcast_to(expected[point.row, point.column], 3)
        assert np.abs(np.array(point.screen) - wanted).max() <= ROUNDING, (point, wanted)


def hidden_texts(viewer: Viewer) -> None:
    """Take the corner texts and overlays off the picture."""
    viewer.press("u")
    viewer.page.get_by_test_id("corner-top-left").wait_for(state="detached")


@pytest.mark.ps("3.3 C.11.2.1.3")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_voi_functions_equal_pydicoms(viewer: Viewer, made: dict[str, Path], function: str) -> None:
    """LINEAR_EXACT and SIGMOID of two windows, the second chosen by its explanation."""
    ds = pydicom.dcmread(made[function])
    shown = viewer.open_image(study_of(made[function]))
    assert shown["window"]["function"] == function
    viewer.command("overlays")
    hidden_texts(viewer)
    for index, key in enumerate("12"):
        viewer.press(key)
        viewer.until("(v, c) => v.window.center === c", arg=[100, 60][index])
        expected = apply_windowing(ds.pixel_array, ds, index=index)
        top = 2.0**ds.BitsStored - 1
        inverse = ds.PhotometricInterpretation == "MONOCHROME1"
        greys = expected / top * 255
        greys_on_screen(viewer, 255 - greys if inverse else greys)


@pytest.mark.ps("3.3 C.11.2.1.1")
def test_a_voi_table_equals_pydicoms(viewer: Viewer, made: dict[str, Path]) -> None:
    """It is what the image wears as acquired, and can be chosen by its explanation."""
    ds = pydicom.dcmread(made["LUT"])
    viewer.open_image(study_of(made["LUT"]))
    expect(viewer.page.get_by_test_id("preset-1")).to_contain_text("ROOT")
    viewer.until("v => v.window.function === 'LUT'")
    viewer.command("overlays")
    hidden_texts(viewer)
    greys = apply_voi_lut(ds.pixel_array, ds) / 4095 * 255
    greys_on_screen(viewer, 255 - greys if ds.PhotometricInterpretation == "MONOCHROME1" else greys)


def test_a_window_of_ones_own_is_kept(viewer: Viewer, samples: Samples) -> None:
    """Kept under a name and a key, there after a reload, forgotten when told so."""
    viewer.open_image(samples.study(HEAD))
    viewer.press("2")
    viewer.until("v => v.window.width === 215")
    viewer.command("keep this window")
    page = viewer.page
    page.get_by_test_id("keep-name").fill("Falx")
    page.get_by_test_id("keep-key").select_option("7")
    page.get_by_test_id("keep-save").click()
    expect(page.get_by_test_id("preset-7")).to_contain_text("Falx")
    viewer.open_image(samples.study(HEAD))
    viewer.press("7")
    viewer.until("v => v.window.width === 215 && v.window.center === 75")
    viewer.press("\\")
    page.get_by_test_id("change-window").click()
    page.get_by_test_id("keep-name").fill("Falx wide")
    page.get_by_test_id("keep-key").select_option("8")
    page.get_by_test_id("keep-save").click()
    expect(page.get_by_test_id("preset-8")).to_contain_text("Falx wide")
    expect(page.get_by_test_id("preset-7")).to_contain_text("Abdomen")
    viewer.command("keep this window")
    page.get_by_test_id("keep-name").fill("Second")
    page.get_by_test_id("keep-save").click()
    names = page.get_by_test_id("own-window")
    expect(names).to_contain_text(["Falx wide", "Second"])
    names.nth(1).get_by_test_id("change-window").click()
    page.get_by_test_id("window-up").click()
    page.get_by_test_id("keep-name").press("Escape")
    expect(names).to_contain_text(["Second", "Falx wide"])
    names.nth(1).get_by_test_id("forget-window").click()
    expect(page.get_by_test_id("preset-8")).to_contain_text("Liver")
    viewer.press("Control+z")
    expect(page.get_by_test_id("preset-8")).to_contain_text("Falx wide")
    for _ in range(2):
        page.get_by_test_id("forget-window").first.click()
    expect(page.get_by_test_id("preset-8")).to_contain_text("Liver")


def test_true_size_after_calibration(viewer: Viewer, samples: Samples) -> None:
    """A frame measured as 100 mm makes so many pixels a millimetre; nothing is said in mm without a size."""
    viewer.open_image(samples.study(SIZED))
    page = viewer.page
    viewer.series(series_of(samples.path(SIZED))).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=series_of(samples.path(SIZED)))
    page.keyboard.press(";")
    frame = page.get_by_test_id("calibrate-frame").bounding_box()
    assert frame is not None
    page.get_by_test_id("calibrate-mm").fill("100")
    page.get_by_test_id("calibrate-save").click()
    spacing = float(pydicom.dcmread(samples.path(SIZED)).PixelSpacing[1])
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-6", arg=frame["width"] / 100 * spacing)
    viewer.press(",")
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) > 1e-3", arg=frame["width"] / 100 * spacing)
    viewer.press(";")
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-6", arg=frame["width"] / 100 * spacing)
    bare = series_of(samples.path(NO_SIZE))
    viewer.series(bare).click()
    before = viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=bare)["zoom"]
    viewer.press(";")
    expect(page.get_by_test_id("notice")).to_contain_text("No size known")
    assert viewer.viewport()["zoom"] == before


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 10.7.1")
def test_an_image_without_a_size_is_calibrated_by_the_reader(viewer: Viewer, samples: Samples) -> None:
    """A line said to be 50 mm long: scale bar and true size follow, say who said it, and survive a reload."""
    page, bare = viewer.page, series_of(samples.path(NO_SIZE))
    viewer.open_image(samples.study(NO_SIZE))
    viewer.series(bare).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=bare)
    viewer.press("\\")
    bar, panel = page.get_by_test_id("scale-bar"), page.get_by_test_id("panel")
    expect(panel).to_contain_text("no size known")
    expect(bar).to_have_count(0)
    page.get_by_test_id("size-calibrate").click()
    expect(page.get_by_test_id("known-length")).to_be_visible()
    box = viewer.box()
    from_, to = viewer.place(100, 100), viewer.place(300, 250)
    page.mouse.move(box["x"] + from_[0], box["y"] + from_[1])
    page.mouse.down()
    page.mouse.move(box["x"] + to[0], box["y"] + to[1], steps=3)
    page.mouse.up()
    expect(page.get_by_test_id("size-form")).to_contain_text("250.0 pixels")
    page.get_by_test_id("known-end-2").focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_test_id("size-form")).to_contain_text("250.0 pixels")
    expect(page.get_by_test_id("size-keep")).to_be_disabled()
    page.get_by_test_id("size-mm").fill("50")
    page.get_by_test_id("size-mm").press("Enter")
    expect(page.get_by_test_id("known-length")).to_have_count(0)
    expect(panel).to_contain_text("0.200 × 0.200 mm, calibrated by the reader")
    _is_scale(viewer, 0.2)
    viewer.press("Control+z")
    expect(bar).to_have_count(0)
    expect(panel).to_contain_text("no size known")
    viewer.press("Control+Shift+Z")
    expect(bar).to_have_count(1)
    page.reload()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=bare)
    _is_scale(viewer, 0.2)
    viewer.press("\\")
    page.get_by_test_id("size-forget").click()
    expect(bar).to_have_count(0)
    viewer.series(series_of(samples.path(SIZED))).click()
    expect(panel).to_contain_text("0.140 × 0.140 mm at detector")


def _is_scale(viewer: Viewer, mm: float) -> None:
    """The bar is as long as it says, for columns of so many millimetres."""
    bar = viewer.page.get_by_test_id("scale-bar")
    expect(bar).to_have_attribute("data-l", re.compile("^[0-9.]+ [cm]m, calibrated by the reader$"))
    length, unit = (bar.get_attribute("data-l") or "").split(",")[0].split(" ")
    told = float(length) * (10 if unit == "cm" else 1)
    width = bar.evaluate("e => parseFloat(e.style.width)")
    assert width == pytest.approx(told / mm * viewer.viewport()["zoom"], rel=1e-3)


@pytest.mark.ps("3.6 B.1")
def test_colours_equal_pydicoms_palette(viewer: Viewer, samples: Samples) -> None:
    path = samples.path(WEDGE)
    ds = pydicom.dcmread(path)
    viewer.open_image(study_of(path))
    viewer.command("overlays")
    viewer.one_to_one()
    hidden_texts(viewer)
    points = viewer.visible(
        [(ds.Columns * x // 9, ds.Rows * y // 9) for x in range(1, 9) for y in range(1, 9)]
    )
    greys = [p.screen[0] for p in viewer.points(points)]
    assert len(set(greys)) > 5
    viewer.command("colour hot iron")
    ramp = apply_color_lut(np.arange(256, dtype=np.uint8).reshape(1, 256), palette=HOT_IRON)[0]
    for point, grey in zip(viewer.points(points), greys, strict=True):
        assert point.screen == tuple(int(v) for v in ramp[grey]), point
    viewer.command("colour grey")
    assert [p.screen[0] for p in viewer.points(points)] == greys


@pytest.mark.row("VIEW-DISP-09")
@pytest.mark.ps("3.3 C.9.2")
def test_overlays_are_drawn_and_toggled(viewer: Viewer, samples: Samples) -> None:
    """Every bit of the plane is in its colour on the screen, every other pixel is the image; off, all are."""
    ds = pydicom.dcmread(samples.path(WEDGE))
    plane = ds.overlay_array(0x6000)
    row, column = (int(v) for v in ds[0x60000050].value)
    set_bits = [(int(c) + column - 1, int(r) + row - 1) for r, c in np.argwhere(plane)][::3]
    viewer.open_image(samples.study(WEDGE))
    viewer.press("\\")
    expect(viewer.page.get_by_test_id("overlay-6000")).to_have_attribute("aria-checked", "true")
    viewer.one_to_one()
    hidden_texts(viewer)
    places = viewer.visible(set_bits)[:40]
    assert len(places) > 5
    assert all(p.screen == (0x9F, 0xD6, 0xA6) for p in viewer.points(places))
    viewer.page.get_by_test_id("overlay-6000").click()
    expect(viewer.page.get_by_test_id("overlay-6000")).to_have_attribute("aria-checked", "false")
    for point in viewer.points(places):
        assert len(set(point.screen)) == 1, point
    viewer.command("overlays")
    expect(viewer.page.get_by_test_id("overlay-6000")).to_have_attribute("aria-checked", "true")
    assert all(p.screen == (0x9F, 0xD6, 0xA6) for p in viewer.points(places))


def test_the_probe_tells_time_and_velocity(viewer: Viewer, samples: Samples) -> None:
    """TRUTH.csv: 0.005 s and -0.8 cm/s a pixel, baseline in row 60; region from column 20."""
    viewer.open_image(samples.study(DOPPLER))
    viewer.series(series_of(samples.path(DOPPLER))).click()
    viewer.until(
        "(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=series_of(samples.path(DOPPLER))
    )
    viewer.press("q")
    box = viewer.box()
    x, y = viewer.place(120, 160)
    viewer.page.mouse.move(box["x"] + x, box["y"] + y)
    expect(viewer.page.get_by_test_id("probe-calibrated")).to_have_text("0.50 s, −80.00 cm/s")
    x, y = viewer.place(220, 60)
    viewer.page.mouse.move(box["x"] + x, box["y"] + y)
    expect(viewer.page.get_by_test_id("probe-calibrated")).to_have_text("1.00 s, 0.00 cm/s")


def heights(samples: Samples, name: str) -> dict[str, float]:
    """SOP Instance UID to z of the image position."""
    found = [pydicom.dcmread(p, stop_before_pixels=True) for p in files(samples.data, name)]
    return {str(ds.SOPInstanceUID): float(ds.ImagePositionPatient[2]) for ds in found}


def hang(viewer: Viewer, series: str, cell: int) -> None:
    """Drag a series of the rail into a viewport and wait for its picture."""
    viewer.series(series).drag_to(viewer.element(cell))
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", cell, series)


def test_linked_scroll_window_and_zoom_in_one_frame_of_reference(viewer: Viewer, samples: Samples) -> None:
    """The 1 mm stack shows the slice nearest in z to each of the 5 mm stack, with its window and scale."""
    thick, thin = heights(samples, HEAD), heights(samples, THIN)
    viewer.open_image(samples.study(HEAD))
    viewer.press("Alt+2")
    hang(viewer, series_of(files(samples.data, HEAD)[0]), 0)
    hang(viewer, series_of(files(samples.data, THIN)[0]), 1)
    viewer.element(0).click()
    viewer.press("g")
    expect(viewer.page.get_by_test_id("link-state")).to_contain_text("Scroll, window, zoom linked")
    order = sorted(thick, key=lambda uid: thick[uid])
    for index in (13, 14, 12, 27):
        viewer.press("Home")
        viewer.press("ArrowDown", index)
        viewer.until("(v, uid) => v.sopInstanceUID === uid", 0, order[index])
        nearest = min(abs(z - thick[order[index]]) for z in thin.values())
        near = [uid for uid, z in thin.items() if abs(abs(z - thick[order[index]]) - nearest) < 1e-3]
        viewer.until("(v, uids) => uids.includes(v.sopInstanceUID)", 1, near)
    viewer.press("4")
    viewer.until("v => v.window.center === 420 && v.window.width === 1900", 1)
    viewer.press("+", 2)
    leader = viewer.viewport(0)
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-6", 1, leader["zoom"])
    viewer.press("g")
    viewer.press("0")
    viewer.until("v => v.window.width === 80", 0)
    assert viewer.viewport(1)["window"]["width"] == 1900


def test_a_pinned_pair_links_another_frame_of_reference(viewer: Viewer, samples: Samples) -> None:
    """Slices that are pinned stay together over the whole stack, and panning follows."""
    still, moved = heights(samples, AXIAL), heights(samples, MOVED)
    viewer.open_image(samples.study(AXIAL))
    viewer.press("Alt+2")
    hang(viewer, series_of(files(samples.data, AXIAL)[0]), 0)
    hang(viewer, series_of(files(samples.data, MOVED)[0]), 1)
    viewer.element(1).click()
    viewer.press("Home")
    viewer.press("ArrowDown", 3)
    there = viewer.until("v => v.image === 4", 1)
    viewer.element(0).click()
    viewer.press("Home")
    viewer.press("ArrowDown", 10)
    here = viewer.until("v => v.image === 11", 0)
    viewer.press("y")
    shift = moved[there["sopInstanceUID"]] - still[here["sopInstanceUID"]]
    viewer.press("ArrowDown", 6)
    leader = viewer.until("v => v.image === 17", 0)
    aim = still[leader["sopInstanceUID"]] + shift
    least = min(abs(z - aim) for z in moved.values())
    near = [uid for uid, z in moved.items() if abs(abs(z - aim) - least) < 1e-3]
    viewer.until("(v, uids) => uids.includes(v.sopInstanceUID)", 1, near)
    viewer.press("\\")
    viewer.page.get_by_test_id("tab-compare").click()
    expect(viewer.page.get_by_test_id("apart")).to_have_text(f"{least:.1f} mm apart")


def test_reference_lines_lie_at_the_height_of_the_slice(viewer: Viewer, samples: Samples) -> None:
    """On the scout: the row whose z is that of the axial slice, by the scout's position and spacing."""
    thick = heights(samples, HEAD)
    scout = pydicom.dcmread(files(samples.data, SCOUT)[0], stop_before_pixels=True)
    viewer.open_image(samples.study(HEAD))
    viewer.press("Alt+2")
    hang(viewer, series_of(files(samples.data, HEAD)[0]), 0)
    hang(viewer, str(scout.SeriesInstanceUID), 1)
    viewer.element(0).click()
    viewer.press("r")
    for key in ("Home", "End"):
        viewer.press(key)
        index = 0 if key == "Home" else len(thick) - 1
        shown = viewer.until("(v, n) => v.image === n", 0, index + 1)
        row = (float(scout.ImagePositionPatient[2]) - thick[shown["sopInstanceUID"]]) / float(
            scout.PixelSpacing[0]
        )
        _, y = viewer.place(0, 0, 1)
        wanted = y + row * viewer.viewport(1)["zoom"]
        line = viewer.element(1).get_by_test_id("line-ax").locator("line").last
        expect(line).to_have_count(1)
        viewer.page.wait_for_function(
            """([wanted]) => {
                const line = document.querySelector('[data-testid=viewport-1] [data-testid=line-ax] line');
                return line && Math.abs(Number(line.getAttribute('y1')) - wanted) < 0.01
                            && line.getAttribute('y1') === line.getAttribute('y2');
            }""",
            arg=[wanted],
            timeout=SLOW,
        )
    viewer.press("r")
    expect(viewer.page.get_by_test_id("reference-lines")).to_have_count(0)


def truth(samples: Samples, name: str, kind: str, what: str) -> Any:
    """A value of made/TRUTH.csv, which is JSON."""
    with (samples.data / "made" / "TRUTH.csv").open(encoding="utf-8", newline="") as rows:
        (value,) = [r[3] for r in csv.reader(rows) if r[:2] == [name, kind] and r[2].startswith(what)]
    return json.loads(value)


@pytest.mark.row("VIEW-DISP-12")
@pytest.mark.ps("3.3 C.7.6.17")
def test_space_and_time_of_an_enhanced_image(viewer: Viewer, samples: Samples) -> None:
    """TRUTH.csv: the stored order of (stack, time, slice), and the time curve of the first slice."""
    name = ENHANCED.removeprefix("made/")
    stored = truth(samples, name, "frames", "stored frame order")
    values = truth(samples, name, "frames", "value at pixel 16,16")
    uid = series_of(samples.path(ENHANCED))
    viewer.open_image(samples.study(ENHANCED))
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=uid)

    def shows(slice_: int, time: int) -> float:
        frame = stored.index([1, time, slice_]) + 1
        report = viewer.until("(v, frame) => v.frame === frame", arg=frame)
        x, y = viewer.place(16, 16)
        probe = viewer.page.evaluate(
            "([id, x, y]) => window.readingRoom.probe(id, x, y)", [report["id"], x, y]
        )
        assert probe["stored"] == values[frame - 1]
        return float(probe["stored"])

    curve = [shows(1, 1)]
    for time in (2, 3, 4):
        viewer.press("Shift+ArrowDown")
        curve.append(shows(1, time))
    assert curve == truth(samples, name, "frames", "time curve at slice 1")
    viewer.press("ArrowDown", 2)
    shows(3, 4)
    viewer.press("Shift+ArrowUp")
    shows(3, 3)
    expect(viewer.page.get_by_test_id("corner-bottom-left")).to_contain_text("slice 3 / 5  time 3 / 4")
    viewer.element(0).click()
    viewer.press("Space")
    for time in (4, 1, 2):
        viewer.until("(v, frame) => v.frame === frame", arg=stored.index([1, time, 3]) + 1)


def test_cine_keeps_to_its_range(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(HEAD))
    page = viewer.page
    expect(page.get_by_test_id("slider")).to_have_attribute("max", "27")
    viewer.press("ArrowDown", 3)
    viewer.press("Shift+Home")
    viewer.press("ArrowDown", 2)
    viewer.press("Shift+End")
    expect(page.get_by_test_id("cine-range")).to_contain_text("4–6")
    page.get_by_test_id("cine-sweep").click()
    page.evaluate(
        """() => {
            window.seen = [];
            window.watching = setInterval(() => {
                const at = window.readingRoom.viewports()[0].image;
                if (at !== window.seen.at(-1)) window.seen.push(at);
            }, 5);
        }"""
    )
    page.get_by_test_id("cine").click()
    page.wait_for_function("() => window.seen.length >= 9", timeout=SLOW)
    page.get_by_test_id("cine").click()
    seen = page.evaluate("() => { clearInterval(window.watching); return window.seen; }")
    assert set(seen) == {4, 5, 6}


def test_a_tiled_stack(viewer: Viewer, samples: Samples) -> None:
    """Nine images of the order; each tile is the picture of its image; a double click shows one alone."""
    viewer.open_image(samples.study(HEAD))
    page = viewer.page
    viewer.command("tiled stack")
    for number in (1, 9):
        expect(page.get_by_test_id(f"tile-{number}")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("tile-10")).to_have_count(0)
    sums = """n => {
        const c = document.querySelector(`[data-testid=tile-${n}] canvas`);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let sum = 0;
        for (let i = 0; i < d.length; i += 4) sum += d[i];
        return sum / (d.length / 4);
    }"""
    page.wait_for_function(f"() => [1, 2, 5, 9].every({sums})", timeout=SLOW)
    assert len({round(page.evaluate(sums, n), 2) for n in (1, 5, 9)}) == 3
    viewer.wheel(3)
    viewer.until("v => v.image === 10")
    expect(page.get_by_test_id("tile-10")).to_have_attribute("aria-current", "true")
    box = page.get_by_test_id("tile-14").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 40)
    viewer.until("v => v.image === 14")
    page.mouse.dblclick(box["x"] + 40, box["y"] + 40)
    expect(page.get_by_test_id("tiles")).to_have_count(0)
    assert viewer.viewport()["image"] == 14


def test_corner_texts_are_chosen_by_modality_and_kept(viewer: Viewer, samples: Samples) -> None:
    ds = pydicom.dcmread(files(samples.data, HEAD)[0], stop_before_pixels=True)
    viewer.open_image(samples.study(HEAD))
    page = viewer.page
    viewer.command("choose the corner texts")
    page.get_by_test_id("corner-bl-3").select_option("institution")
    expect(page.get_by_test_id("corner-bottom-left")).to_contain_text(str(ds.InstitutionName))
    viewer.open_image(samples.study(HEAD))
    expect(page.get_by_test_id("corner-bottom-left")).to_contain_text(str(ds.InstitutionName))
    viewer.command("choose the corner texts")
    page.get_by_test_id("corner-usual").click()
    expect(page.get_by_test_id("corner-bottom-left")).to_contain_text("kV")


def test_two_studies_are_compared(viewer: Viewer, samples: Samples, made: dict[str, Path]) -> None:
    """The prior joins by one key, its series most like the one shown hangs beside it, linked by position."""
    prior = files(made["prior"].parent, "prior")
    viewer.open_image(samples.study(HEAD))
    viewer.press("c")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 1, series_of(prior[0]))
    page = viewer.page
    expect(viewer.element(0).get_by_test_id("study-badge")).to_have_text("Current")
    expect(viewer.element(1).get_by_test_id("study-badge")).to_contain_text("Prior, 6 months")
    expect(page.get_by_test_id("link-state")).to_be_visible()
    expect(page.get_by_test_id("mixed-patients")).to_have_count(0)
    here = heights(samples, HEAD)
    there = {
        str(ds.SOPInstanceUID): float(ds.ImagePositionPatient[2])
        for ds in (pydicom.dcmread(p, stop_before_pixels=True) for p in prior)
    }
    viewer.press("Home")
    viewer.press("ArrowDown", 8)
    shown = viewer.until("v => v.image === 9", 0)
    least = min(abs(z - here[shown["sopInstanceUID"]]) for z in there.values())
    near = [uid for uid, z in there.items() if abs(abs(z - here[shown["sopInstanceUID"]]) - least) < 1e-3]
    viewer.until("(v, uids) => uids.includes(v.sopInstanceUID)", 1, near)
    page.get_by_test_id("layout").click()
    page.get_by_test_id("layout-5x5").click()
    viewer.until("v => v.seriesInstanceUID !== ''", 1)
    assert len(viewer.viewports()) == 25
