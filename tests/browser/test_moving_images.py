"""Curves over time, calipers of ultrasound regions, frames and planes of angiography: TRUTH.csv and numpy."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Locator, Page, expect
from pydicom.uid import UID

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon
from .test_truth_values import truth

DYNAMIC, GATED = "made/nm/dynamic.dcm", "made/nm/gated.dcm"
TWO, DOPPLER = "made/geometry/us-two-2d-regions.dcm", "made/geometry/us-spectral-doppler.dcm"
XA = "made/gsps/base-xa.dcm"


def header(name: str) -> Any:
    """A file of ../shared/data."""
    return pydicom.dcmread(shared_data() / name)


def hang(viewer: Viewer, uid: str) -> None:
    """A series from the rail into the first viewport."""
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, uid)


def drag(viewer: Viewer, testid: str, column: float, row: float) -> None:
    """A handle to a place of the image, in image points (0 is the corner of the first pixel)."""
    handle = viewer.page.get_by_test_id(testid).locator(".handle").bounding_box()
    assert handle is not None
    a, b, c, d, e, f = viewer.viewport()["matrix"]
    box = viewer.box(0)
    viewer.page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + a * column + c * row + e, box["y"] + b * column + d * row + f)
    viewer.page.mouse.up()


def test_a_region_has_a_curve_over_time(shelf: RunningServer, page: Page) -> None:
    """The mean of a circle in each frame by numpy, over the times of a dynamic study; of a gated one too."""
    viewer = Viewer(page, shelf.url)
    dynamic = header(DYNAMIC)
    viewer.open(dynamic.StudyInstanceUID)
    hang(viewer, str(dynamic.SeriesInstanceUID))
    viewer.command("curve of a region")
    # Within the left region (rows 20-29, columns 15-24), and then over its edge.
    drag(viewer, "circle-middle", 20, 25)
    chart = page.get_by_test_id("curve-chart")
    stack = dynamic.pixel_array.astype(float)
    rows, columns = np.mgrid[0:64, 0:64] + 0.5

    def agrees(frames: Any) -> None:
        """The chart shows what numpy says of the circle between the handles."""
        page.wait_for_function("() => document.querySelector('[data-testid=curve]').dataset.done === 'true'")
        ends = [
            page.evaluate(
                """id => { const c = document.querySelector(`[data-testid=${id}] .handle`);
                           return [c.cx.baseVal.value, c.cy.baseVal.value]; }""",
                name,
            )
            for name in ("circle-middle", "circle-edge")
        ]
        matrix = viewer.viewport()["matrix"]
        (cx, cy), (ex, ey) = (((x - matrix[4]) / matrix[0], (y - matrix[5]) / matrix[3]) for x, y in ends)
        inside = (columns - cx) ** 2 + (rows - cy) ** 2 <= (ex - cx) ** 2 + (ey - cy) ** 2
        assert inside.sum() > 8
        expected = " ".join(f"{v:.7g}" for v in frames[:, inside].mean(1))
        expect(chart).to_have_attribute("data-values", expected, timeout=SLOW)

    drag(viewer, "circle-edge", 24, 25)
    expected = " ".join(str(v) for v in truth(DYNAMIC, "left region"))
    expect(chart).to_have_attribute("data-values", expected, timeout=SLOW)
    agrees(stack)
    *_, first, second = truth(DYNAMIC, "left:right ratio")
    times = [first * n for n in range(12)] + [12 * first + second * n for n in range(12)]
    assert [float(v) for v in str(chart.get_attribute("data-times")).split()] == times
    expect(page.get_by_test_id("curve-top")).to_contain_text("1000")
    drag(viewer, "circle-edge", 28.4, 25)
    agrees(stack)
    # A drag is one step of the viewer's undo.
    wide = str(chart.get_attribute("data-values"))
    assert wide != expected
    viewer.press("Control+z")
    expect(chart).to_have_attribute("data-values", expected, timeout=SLOW)
    viewer.press("Control+z")
    expect(chart).not_to_have_attribute("data-values", expected, timeout=SLOW)
    viewer.press("Control+Shift+Z", 2)
    expect(chart).to_have_attribute("data-values", wide, timeout=SLOW)
    gated = header(GATED)
    hang(viewer, str(gated.SeriesInstanceUID))
    expect(page.get_by_test_id("curve")).to_have_count(0)
    viewer.command("curve of a region")
    agrees(gated.pixel_array.astype(float))
    page.get_by_test_id("curve-remove").click()
    expect(page.get_by_test_id("circle-middle")).to_have_count(0)
    viewer.press("Control+z")
    agrees(gated.pixel_array.astype(float))
    viewer.press("Control+z")
    expect(page.get_by_test_id("circle-middle")).to_have_count(0)


def test_calipers_measure_in_their_region(shelf: RunningServer, page: Page) -> None:
    """Distances of two regions, none from one into the other; time and velocity of a spectrum."""
    viewer = Viewer(page, shelf.url)
    viewer.open(header(TWO).StudyInstanceUID)
    hang(viewer, str(header(TWO).SeriesInstanceUID))
    viewer.command("caliper of the ultrasound")
    words = page.get_by_test_id("caliper-words")

    def laid(a: tuple[float, float], b: tuple[float, float]) -> None:
        drag(viewer, "caliper-1", *a)
        drag(viewer, "caliper-2", *b)

    # Handles fall on whole pixels of the screen: within one of those of the truth.
    scale = viewer.viewport()["zoom"]
    for side, left in (("left region points", 40.5), ("right region points", 240.5)):
        expected = truth(TWO, side)
        laid((left, 40.5), (left + 63, 127.5))
        soon(says, words, [(expected, "mm", expected / 107 * 2 / scale)])
    right = words.inner_text()
    laid((40, 40), (240, 40))
    expect(words).to_have_text("Both ends must lie in one region.")
    # Two drags are taken back one by one, done again, and what is left outlives a reload.
    for _ in range(2):
        viewer.press("Control+z")
    expect(words).to_have_text(right)
    for _ in range(2):
        viewer.press("Control+Shift+Z")
    expect(words).to_have_text("Both ends must lie in one region.")
    for _ in range(2):
        viewer.press("Control+z")
    page.reload()
    expect(words).to_have_text(right, timeout=SLOW)
    # Arrows that follow each other quickly are one step.
    page.get_by_test_id("caliper-2").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(words).not_to_have_text(right)
    viewer.press("Control+z")
    expect(words).to_have_text(right)
    hang(viewer, str(header(DOPPLER).SeriesInstanceUID))
    viewer.command("caliper of the ultrasound")
    seconds, speed = truth(DOPPLER, "seconds per pixel")
    laid((100, 60), (200, 160))
    scale, speed = viewer.viewport()["zoom"], abs(speed)
    time, velocity, off = 100 * seconds, 100 * speed, 0.02 / scale
    told = [(time, "s"), (velocity, "cm/s"), (velocity / time, "cm/s²"), (60 / time, "/min")]
    soon(says, words, [(value, unit, 2.1 * off * value) for value, unit in told])
    viewer.command("caliper of the ultrasound")
    expect(words).to_have_count(0)
    viewer.press("Control+z")
    soon(says, words, [(value, unit, 2.1 * off * value) for value, unit in told])


def says(words: Locator, wanted: list[tuple[float, str, float]]) -> None:
    """The lines of a caliper: value, unit, and how far off the value may be."""
    told = [line.split() for line in words.inner_text().split("\n")]
    assert [line[1:] for line in told] == [[unit] for _, unit, _ in wanted], told
    for (value, _), (number, _, within) in zip(told, wanted, strict=True):
        assert abs(float(value) - number) < within, told


def test_planes_of_a_biplane_run_and_their_angles(shelf: RunningServer, page: Page) -> None:
    """A pair side by side, scrolled together; angles and time of each frame in the corner."""
    study = "2.25.81220070"
    base = header(XA)
    frames = int(base.NumberOfFrames)
    made = []
    for n, plane in enumerate("AB"):
        ds = copy.deepcopy(base)
        ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(f"{study}.{n + 1}")
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.{n + 1}.1")
        ds.SeriesNumber = n + 1
        ds.ImageType = ["ORIGINAL", "PRIMARY", f"BIPLANE {plane}"]
        ds.AcquisitionDate, ds.AcquisitionTime = "20250115", "101112"
        ds.PositionerMotion = "DYNAMIC"
        ds.PositionerPrimaryAngle, ds.PositionerSecondaryAngle = (30, 10) if n else (-20, -5)
        ds.PositionerPrimaryAngleIncrement = [0] + [1.5] * (frames - 1)
        ds.PositionerSecondaryAngleIncrement = [0] * frames
        ds.FrameIncrementPointer = 0x00181065
        ds.FrameTimeVector = [0] + [40 + 10 * n for n in range(frames - 1)]
        for keyword in ("FrameTime", "RecommendedDisplayFrameRate", "CineRate"):
            if keyword in ds:
                delattr(ds, keyword)
        made.append(ds)
    store(shelf, made)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    viewer.command("biplane pair")
    for cell in range(2):
        viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image === 1", cell, f"{study}.{cell + 1}")
    viewer.element(0).click()
    viewer.press("ArrowDown", 3)
    for cell, words in enumerate(("RAO 15.5°, CAU 5°", "LAO 34.5°, CRA 10°")):
        viewer.until("v => v.frame === 4", cell)
        corner = viewer.element(cell).get_by_test_id("corner-bottom-left")
        expect(corner).to_contain_text(words)
        expect(corner).to_contain_text("0.150 s")  # 40 + 50 + 60 ms
    mean = (frames - 1) / sum(ds_time / 1000 for ds_time in made[0].FrameTimeVector[1:])

    def is_its_rate() -> None:
        rate = page.get_by_test_id("cine-rate").inner_text()
        assert abs(float(rate.split(" ")[0]) - mean) < 0.51, (rate, mean)

    soon(is_its_rate)
