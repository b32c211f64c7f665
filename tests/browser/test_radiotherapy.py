"""Structures, dose, histograms, plans and records, compared with TRUTH.csv, pydicom and numpy."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread
from pydicom.dataset import Dataset

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer, soon

CT = "2.25.8962416176994047651254353928011657403"
ELLIPSOID, RING, DENSE = 6, 7, 5
ORANGE = """() => {
    const canvas = document.querySelector('[data-testid="three"] canvas');
    if (!canvas || !canvas.width || !(window.readingRoom.three('viewport-0')?.drawn > 0)) return null;
    const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const box = [1e9, 1e9, -1, -1];
    for (let i = 0; i < data.length; i += 4) {
        if (data[i] < 100 || data[i] - data[i + 2] < 80 || data[i + 1] > 0.75 * data[i]) continue;
        const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
        box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    }
    return box[2] < 0 ? null : box.map((v) => v / (canvas.width / canvas.clientWidth));
}"""
"""The box around what is orange in three dimensions, CSS pixels; null before there is any."""
Floats = np.ndarray[Any, np.dtype[np.float64]]


@cache
def made(name: str) -> Dataset:
    """One of the objects of made/rt."""
    return dcmread(shared_data() / "made" / "rt" / f"{name}.dcm")


def truths(name: str, kind: str) -> dict[str, Any]:
    """What TRUTH.csv knows of a file: what, and value."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="", encoding="utf-8") as table:
        rows = [
            row for row in csv.DictReader(table) if (row["file"], row["kind"]) == (f"rt/{name}.dcm", kind)
        ]
    assert rows
    return {row["what is known"]: json.loads(row["value"]) for row in rows}


def contours(roi: int) -> list[Floats]:
    """Closed contours of a structure, (points, 3), LPS, mm."""
    item = next(i for i in made("rtstruct").ROIContourSequence if i.ReferencedROINumber == roi)
    return [np.array(c.ContourData, float).reshape(-1, 3) for c in item.ContourSequence]


def open_phantom(page: Page, shelf: RunningServer) -> Viewer:
    """The phantom's axial slices with the panel open, contours and dose not yet over them."""
    viewer = Viewer(page, shelf.url)
    viewer.open(str(made("rtstruct").StudyInstanceUID))
    viewer.series(CT).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=CT)
    viewer.press("\\")
    expect(page.get_by_test_id("therapy")).to_be_visible(timeout=SLOW)
    return viewer


@pytest.fixture
def phantom(page: Page, shelf: RunningServer) -> Viewer:
    """The phantom, opened."""
    return open_phantom(page, shelf)


def show_only(page: Page, roi: int) -> None:
    """Draw one structure, without a fill, and go to its middle."""
    page.get_by_test_id("structures-on").click()
    page.get_by_test_id("structures-none").click()
    page.get_by_test_id("structures-fill").fill("0")
    row = page.locator(f'[data-testid="structure"][data-number="{roi}"]')
    row.get_by_test_id("structure-jump").click()
    expect(row.get_by_test_id("structure-shown")).to_have_attribute("aria-checked", "true")


def seen(viewer: Viewer, color: tuple[int, int, int], cell: int = 0) -> Floats:
    """Image points (column, row; 0, 0 is the corner of the first pixel) painted in a colour, (n, 2)."""
    picture = viewer.picture(cell).astype(int)
    rows, columns = np.nonzero(np.abs(picture - color).max(axis=2) < 40)
    return on_image(viewer, columns, rows, cell)


def on_image(viewer: Viewer, columns: Any, rows: Any, cell: int = 0) -> Floats:
    """Pixels of the picture as image points, (n, 2)."""
    a, b, c, d, e, f = viewer.viewport(cell)["matrix"]
    back = np.linalg.inv(np.array([[a, c], [b, d]]))
    return np.asarray((back @ np.array([columns + 0.5 - e, rows + 0.5 - f])).T)


def box(points: Floats) -> list[float]:
    """Left, top, right, bottom."""
    assert len(points), "nothing of it is seen"
    return [*points.min(axis=0), *points.max(axis=0)]


def is_within(
    viewer: Viewer, color: tuple[int, int, int], wanted: Floats, within: float, cell: int = 0
) -> None:
    """Wait until what is painted in a colour reaches as far as these image points do."""

    def check() -> None:
        found = box(seen(viewer, color, cell))
        assert np.allclose(found, box(wanted), atol=within), (cell, found, box(wanted))

    soon(check)


def test_contours_lie_where_they_were_drawn_and_are_cut_in_other_planes(phantom: Viewer) -> None:
    """The ellipsoid on its slice, and in the planes across it."""
    page = phantom.page
    show_only(page, ELLIPSOID)
    item = made("rtstruct").ROIContourSequence[ELLIPSOID - 1]
    red, green, blue = (int(v) for v in item.ROIDisplayColor)
    slices = contours(ELLIPSOID)
    middle = slices[len(slices) // 2]
    report = phantom.until("(v, z) => Math.abs(v.place?.position[2] - z) < 0.1", arg=float(middle[0, 2]))
    place, spacing = np.array(report["place"]["position"]), np.array(report["place"]["spacing"])
    wanted = (middle[:, :2] - place[:2]) / spacing[::-1] + 0.5
    is_within(phantom, (red, green, blue), wanted, 0.3)

    # One image on it is the contour of that plane; beyond the last plane there is none.
    every = np.concatenate(slices)
    phantom.command("multiplanar")
    phantom.until("v => v.place && Math.abs(v.place.orientation[5]) > 0.9", 1)
    page.get_by_test_id("structure-jump").nth(ELLIPSOID - 1).click()
    for cell in (1, 2):
        report = phantom.until("v => v.image > 0 && !v.awaited && !v.reduced", cell)
        place, spacing = np.array(report["place"]["position"]), np.array(report["place"]["spacing"])
        axes = np.array(report["place"]["orientation"]).reshape(2, 3)
        # Prisms reach half a slice (1.5 mm) beyond the first and the last plane.
        half = np.array([0, 0, 1.5])
        ends = np.concatenate([every - half, every + half])
        wanted = (ends - place) @ axes.T / spacing[::-1] + 0.5
        is_within(phantom, (red, green, blue), wanted, 1.0, cell)


def test_volumes_types_and_reload(phantom: Viewer) -> None:
    """Volumes of the list are TRUTH.csv's sums of areas; what is chosen is there after a reload."""
    page = phantom.page
    rows = page.get_by_test_id("structure")
    for what, value in truths("rtstruct", "roi volume").items():
        volume = value[1] if isinstance(value, list) else value
        number = int(re.findall(r"ROI (\d+)", what)[0])
        row = rows.nth(number - 1)
        expect(row.get_by_test_id("structure-volume")).to_have_text(re.compile(r"\d cm³$"))
        told = float(row.get_by_test_id("structure-volume").inner_text().split()[0])
        assert told == pytest.approx(volume, rel=0.005), what
    expect(rows.nth(ELLIPSOID - 1)).to_contain_text("PTV")
    show_only(page, RING)
    page.reload()
    phantom.until("v => v.image > 0")
    phantom.press("\\")
    expect(page.get_by_test_id("structures-count")).to_contain_text("1", timeout=SLOW)
    expect(rows.nth(RING - 1).get_by_test_id("structure-shown")).to_have_attribute("aria-checked", "true")
    expect(rows.nth(DENSE - 1).get_by_test_id("structure-shown")).to_have_attribute("aria-checked", "false")

    # In three dimensions the ring is a surface in its colour: seen from the front, as wide and high as it is.
    phantom.command("three dimensions")
    page.wait_for_function(ORANGE, timeout=SLOW)
    every = np.concatenate(contours(RING))
    wide, high = np.ptp(every[:, 0]), np.ptp(every[:, 2]) + 3

    def is_as_large() -> None:
        left, top, right, bottom = page.evaluate(ORANGE) or [0, 0, 0, 0]
        scale = page.evaluate("window.readingRoom.three('viewport-0').eye.mm")
        assert (right - left) * scale == pytest.approx(wide, abs=4)
        assert (bottom - top) * scale == pytest.approx(high, abs=4)

    soon(is_as_large)


def test_dose_lines_probe_and_histograms(phantom: Viewer) -> None:
    """The dose is 25 + 0.2 x: lines, values, and histograms as the formulas of TRUTH.csv have them."""
    page = phantom.page
    page.get_by_test_id("dose-on").click()
    grid = made("rtdose")
    largest = float(grid.pixel_array.max() * grid.DoseGridScaling)
    expect(page.get_by_test_id("dose-maximum")).to_contain_text(f"{largest:.4g} Gy", timeout=SLOW)
    page.get_by_test_id("dose-wash").click()
    page.get_by_test_id("dose-of").get_by_role("radio").last.click()
    for _ in range(page.get_by_test_id("dose-level").count() - 1):
        page.get_by_test_id("dose-level-remove").last.click()
    level = page.get_by_test_id("dose-level-value")
    level.fill("25")
    level.press("Enter")
    report = phantom.viewport()
    place, spacing = np.array(report["place"]["position"]), report["place"]["spacing"]
    expect(page.get_by_test_id("dose-level")).to_contain_text("25 Gy")

    def is_on_its_line() -> None:
        picture = phantom.picture().astype(int)
        rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 60)
        line = on_image(phantom, columns, rows)
        line = line[line[:, 1] > 60]  # below the legend
        assert len(line) > 100
        assert np.abs(line[:, 0] - ((0 - place[0]) / spacing[1] + 0.5)).max() < 0.3

    soon(is_on_its_line)
    column = round((20 - place[0]) / spacing[1])
    x, y = phantom.place(column, 60)
    value = page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y)", [report["id"], x, y])
    assert value["said"] == [f"dose {25 + 0.2 * (place[0] + column * spacing[1]):.4g} Gy"]

    page.get_by_test_id("dvh-open").click()
    stored = grid.DVHSequence[0]
    statistics = [float(stored.get(f"DVH{which}Dose")) for which in ("Minimum", "Mean", "Maximum")]

    def is_of_the_object() -> None:
        assert histogram(page)["dense"][1:4] == statistics

    soon(is_of_the_object)
    page.get_by_test_id("dvh-source").get_by_role("radio").nth(1).click()
    expect(page.get_by_test_id("dvh-row")).to_have_count(7, timeout=SLOW)
    page.get_by_test_id("dvh-dose").fill("17.2")
    volumes = {what.split()[2].strip(":"): v for what, v in truths("rtstruct", "roi volume").items()}
    ring = ring_by_numpy()

    def is_reckoned() -> None:
        told = histogram(page)
        for what, (least, mean, most, d95, *_) in truths("rtdose", "dvh").items():
            row = told[what.split(":")[0]]
            assert np.allclose(row[1:5], [least, mean, most, d95], atol=0.06), what
        for name, volume in volumes.items():
            ml = volume[1] if isinstance(volume, list) else volume
            assert told[name][0] == pytest.approx(ml, rel=0.005, abs=0.006), name
        assert told["air"][5] == pytest.approx(50, abs=1)
        assert np.allclose(told["ring"][1:5], ring, atol=0.06)

    soon(is_reckoned)


def histogram(page: Page) -> dict[str, list[float]]:
    """Volume, least, mean and largest dose, D and V, by structure."""
    expect(page.get_by_test_id("dvh-table")).to_be_visible(timeout=SLOW)
    rows = [row.get_by_role("cell").all_inner_texts() for row in page.get_by_test_id("dvh-row").all()]
    return {row[0].strip(): [float(cell.split()[0]) for cell in row[1:]] for row in rows}


def ring_by_numpy() -> list[float]:
    """Least, mean, largest dose and D95 of the ring by points 0.2 mm apart and even-odd crossings."""
    planes: dict[float, list[Floats]] = {}
    for points in contours(RING):
        planes.setdefault(float(points[0, 2]), []).append(points[:, :2])
    axis = np.arange(-70, 70, 0.2)
    doses = []
    for polygons in planes.values():
        inside = np.zeros((len(axis), len(axis)), bool)
        for polygon in polygons:
            for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
                rows = (axis < y0) != (axis < y1)
                at = x0 + (axis[rows] - y0) / (y1 - y0) * (x1 - x0) if rows.any() else axis[:0]
                inside[rows] ^= axis[None, :] < at[:, None]
        doses.append(25 + 0.2 * np.broadcast_to(axis, inside.shape)[inside])
    every = np.concatenate(doses)
    return [float(every.min()), float(every.mean()), float(every.max()), float(np.quantile(every, 0.05))]


def table(page: Page, title: str) -> list[dict[str, str]]:
    """A table of the open plan, each row by its columns."""
    section = page.locator(f'[data-testid="table"][data-title="{title}"]')
    expect(section).to_be_visible(timeout=SLOW)
    columns = section.get_by_role("columnheader").all_inner_texts()
    return [
        dict(zip(columns, row.get_by_role("cell").all_inner_texts(), strict=True))
        for row in section.get_by_role("row").all()[1:]
    ]


def test_plans_and_records(phantom: Viewer) -> None:
    """Beams, prescription, ion layers and delivered metersets; the objects open one another."""
    page = phantom.page
    angles, units, fractions, dose, isocentre = next(iter(truths("rtplan", "plan").values()))
    phantom.series(str(made("rtplan").SeriesInstanceUID)).click()
    beams = table(page, "Beams")
    assert [beam["Gantry"] for beam in beams] == [f"{a:g}°" for a in angles]
    assert [beam["MU"] for beam in beams] == [f"{u:g} MU" for u in units]
    assert {beam["Isocentre, mm"] for beam in beams} == {", ".join(f"{v:g}" for v in isocentre)}
    assert beams[0]["Jaws X, mm"] == "−30 / 30"
    assert table(page, "Fraction groups")[0]["Fractions planned"] == str(fractions)
    assert table(page, "Prescription")[0]["Prescribed"] == f"{dose} Gy"
    page.get_by_test_id("isocentre-show").click()
    phantom.until("(v, z) => v.image > 0 && Math.abs(v.place.position[2] - z) < 1.6", arg=isocentre[2])

    def is_marked() -> None:
        mark = seen(phantom, (255, 159, 90))
        report = phantom.viewport()
        place, spacing = np.array(report["place"]["position"]), np.array(report["place"]["spacing"])
        wanted = (np.array(isocentre[:2]) - place[:2]) / spacing[::-1] + 0.5
        away = (mark - wanted) * report["zoom"]
        # A ring of 6 pixels of the screen about it, on all sides, and nothing in its middle.
        ring = away[np.abs(np.hypot(*away.T) - 6) < 1.2]
        assert len(set(np.floor(np.arctan2(*ring.T) / np.pi * 4))) >= 8
        assert not (np.hypot(*away.T) < 1.5).any()

    soon(is_marked)

    phantom.series(str(made("rt-beams-record").SeriesInstanceUID)).click()
    given = table(page, "Delivered beams")
    planned, delivered = next(iter(truths("rt-beams-record", "record").values()))
    assert [float(row["MU planned"]) for row in given] == planned
    assert [float(row["MU delivered"]) for row in given] == delivered
    assert [row["Difference"] for row in given] == ["−1 %", "−1 %"]
    page.get_by_test_id("object-link").first.click()
    expect(page.get_by_test_id("plan-view")).to_contain_text("RRPLAN")

    energies, spots = next(iter(truths("rtionplan", "plan").values()))
    phantom.series(str(made("rtionplan").SeriesInstanceUID)).click()
    page.get_by_test_id("points").first.locator("summary").click()
    layers = page.get_by_test_id("points").first.get_by_role("row").all_inner_texts()
    for energy in energies:
        assert any(f"{energy:g}" in layer.split("\t") and str(spots) in layer.split("\t") for layer in layers)
