"""Mammograms back to back, slabs of a tomosynthesis, the teeth of a mouth: against TRUTH.csv and numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_truth_values import truth

FOUR = [f"made/mammo/{name}.dcm" for name in ("rcc", "lcc", "rmlo", "lmlo")]
TOMO = "made/mammo/tomosynthesis-lcc.dcm"


def header(name: str) -> Any:
    """A file of ../shared/data."""
    return pydicom.dcmread(shared_data() / name)


def test_mammograms_hang_back_to_back(shelf: RunningServer, page: Page) -> None:
    """R beside L, CC over MLO; chest walls at the middle, tops up, one scale; again after a resize."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(header(FOUR[0]).StudyInstanceUID)
    viewer.command("mammography views")
    for cell, name in enumerate(FOUR):
        uid = str(header(name).SeriesInstanceUID)
        viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image === 1", cell, uid)
    for size in ({"width": 1440, "height": 900}, {"width": 1024, "height": 768}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for cell, name in enumerate(FOUR):
            side, _, wall, column, row = truth(name, "laterality")
            assert (side, wall) == (("R", "right"), ("L", "left"))[cell % 2]
            edge = 0 if wall == "left" else 150
            report = viewer.until(
                """(v, edge) => Math.abs(v.matrix[0] * edge + v.matrix[4] - (edge ? v.width : 0)) < 1.5
                       && Math.abs(v.matrix[5]) < 1.5 && Math.abs(v.matrix[3] * 200 - v.height) < 2""",
                cell,
                edge,
            )
            assert abs(report["zoom"] - viewer.viewport(0)["zoom"]) < 1e-6
            # The mark of TRUTH.csv is where it is said to be, on the screen.
            assert viewer.points([(column, row)], cell)[0].screen[0] > 200


def test_a_tomosynthesis_has_slabs(shelf: RunningServer, page: Page) -> None:
    """It hangs in the place of its view; slabs of 3 and 5 are those of numpy, maximum and mean."""
    viewer = Viewer(page, shelf.url)
    tomo = header(TOMO)
    viewer.open_image(tomo.StudyInstanceUID)
    viewer.command("views: tomosynthesis")
    uid = str(tomo.SeriesInstanceUID)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 1, uid)
    viewer.hover(1)
    viewer.element(1).click()
    viewer.press("ArrowDown", truth(TOMO, "object at column") - 1)
    viewer.until("v => v.frame === 8", 1)
    frames = tomo.pixel_array.astype(int)
    places = [(40, 60), (30, 60), (43, 66), (20, 20)]

    def values() -> list[float]:
        return [p.stored for p in viewer.points(places, 1)]

    assert values() == [frames[7, r, c] for c, r in places]
    viewer.press("Alt+ArrowUp", 2)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, f"{uid}#slab5max")
    expect(viewer.element(1).get_by_test_id("volume-flag")).to_have_text("5 slices, maximum")
    assert values() == [frames[5:10, r, c].max() for c, r in places]
    viewer.command("slab: average")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, f"{uid}#slab5mean")
    assert np.allclose(values(), [frames[5:10, r, c].mean() for c, r in places], atol=0.5)
    viewer.press("Alt+ArrowDown", 2)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, uid)


def test_teeth_hang_in_their_mount(shelf: RunningServer, page: Page) -> None:
    """18 images of one series, by their FDI numbers: the patient's right at the left, bitewings between."""
    names = sorted((shared_data() / "made/dental").glob("[01]*.dcm"))
    rows = {"U": 0, "BW": 1, "L": 2}
    order = ["R-molar", "R-premolar", "R-canine", "incisor-R", "incisor", "incisor-L"]
    order += ["L-canine", "L-premolar", "L-molar"]
    viewer = Viewer(page, shelf.url)
    viewer.open_image(header("made/dental/05-u-incisor.dcm").StudyInstanceUID)
    viewer.command("full mouth")
    expect(page.get_by_test_id("viewport-26")).to_be_visible(timeout=SLOW)
    for path in names:
        teeth, place = truth(f"made/dental/{path.name}", "FDI teeth")
        if place.startswith("BW"):
            cell = 9 + (2 if place.endswith("R") else 6)
        else:
            jaw = place[0]
            column = order.index(place[1:].removeprefix("-"))
            cell = rows[jaw] * 9 + column
        corner = viewer.element(cell).get_by_test_id("corner-bottom-left")
        expect(corner).to_contain_text(" ".join(teeth), timeout=SLOW)
        shown = viewer.until("v => v.image === 1", cell)
        assert shown["sopInstanceUID"] == pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID
