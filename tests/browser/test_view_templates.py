"""Mammograms back to back, slabs of a tomosynthesis, the teeth of a mouth: against TRUTH.csv and numpy."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Locator, Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon
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
            # Texts, with side and view, stand where the air is: on the outer side.
            texts = viewer.element(cell).get_by_test_id("air-side")
            expect(texts).to_have_attribute("data-side", "right" if wall == "left" else "left")
            label = texts.get_by_test_id("breast-view")
            expect(label).to_have_text(f"{side} {'CC' if cell < 2 else 'MLO'}")
            soon(is_outside, viewer, cell, label, wall)
            # The mark of TRUTH.csv is where it is said to be, on the screen.
            soon(is_bright, viewer, cell, column, row)


def is_outside(viewer: Viewer, cell: int, label: Locator, wall: str) -> None:
    """A text stands at the edge where no chest wall is."""
    box, view = label.bounding_box(), viewer.box(cell)
    assert box is not None
    outside = box["x"] - view["x"] < 40, view["x"] + view["width"] - box["x"] - box["width"] < 40
    assert outside == (wall == "right", wall == "left")


def is_bright(viewer: Viewer, cell: int, column: int, row: int) -> None:
    """The mark is there."""
    assert viewer.points([(column, row)], cell)[0].screen[0] > 200


def mammogram(study: str, number: int, name: str, **values: Any) -> Any:
    """A copy of one of the four in another study; each is a series of its own."""
    ds = copy.deepcopy(header(name))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(f"{study}.{number}")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.{number}.1")
    ds.SeriesNumber, ds.PatientID = number, "RRSYN-1-VIEWS"
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_further_views_priors_and_walls_by_pixels(shelf: RunningServer, page: Page) -> None:
    """An implant displaced view and a magnified one on the next page; the prior's under the current ones;
    a chest wall that only pixels tell; true size."""
    today, before = "2.25.81220068", "2.25.81220069"
    displaced = copy.deepcopy(header(FOUR[0]).ViewCodeSequence)
    modifier = Dataset()
    modifier.CodeValue, modifier.CodingSchemeDesignator, modifier.CodeMeaning = "399209000", "SCT", "ID"
    displaced[0].ViewModifierCodeSequence = Sequence([modifier])
    # The third says nothing of its rows, and its pixels are mirrored: its chest wall is at the left.
    silent = mammogram(today, 3, FOUR[2])
    silent.PixelData = silent.pixel_array[:, ::-1].tobytes()
    silent.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    del silent.PatientOrientation
    made = [
        mammogram(today, 1, FOUR[0]),
        mammogram(today, 2, FOUR[1]),
        silent,
        mammogram(today, 4, FOUR[3]),
        mammogram(today, 5, FOUR[0], ViewCodeSequence=displaced),
        mammogram(today, 6, FOUR[3], EstimatedRadiographicMagnificationFactor=1.8),
        *(mammogram(before, n + 1, name, StudyDate="20240115") for n, name in enumerate(FOUR)),
    ]
    store(shelf, made)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(today)

    def hang(command: str, *cells: str) -> None:
        viewer.command(command)
        for cell, uid in enumerate(cells):
            if uid:
                viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image === 1", cell, uid)

    hang("mammography views", *(f"{today}.{n}" for n in range(1, 5)))
    # Mirrored, so that its wall is in the middle, and its texts at the outer side.
    viewer.until("v => v.flipped && Math.abs(v.matrix[4] - v.width) < 1.5 && v.matrix[0] < 0", 2)
    expect(viewer.element(2).get_by_test_id("air-side")).to_have_attribute("data-side", "left")
    hang("mammography views", f"{today}.5", "", "", f"{today}.6")
    expect(viewer.element(0).get_by_test_id("breast-view")).to_have_text("R CCID")
    expect(viewer.element(3).get_by_test_id("breast-view")).to_have_text("L MMLO")
    hang(
        "mammography views over",
        *(f"{today}.{n}" for n in range(1, 5)),
        *(f"{before}.{n}" for n in range(1, 5)),
    )

    def has_one_scale() -> None:
        assert len({round(viewer.viewport(cell)["zoom"], 6) for cell in range(8)}) == 1

    soon(has_one_scale)
    # A monitor of so many pixels a millimetre: an image of 0.8 mm a pixel is enlarged by 0.8 times that.
    viewer.command("mammography views in true size")
    frame = page.get_by_test_id("calibrate-frame").bounding_box()
    assert frame is not None
    page.get_by_test_id("calibrate-mm").fill("100")
    page.get_by_test_id("calibrate-save").click()
    viewer.command("mammography views in true size")
    for cell in range(8):
        viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-3", cell, 0.8 * frame["width"] / 100)


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

    def has(*wanted: float) -> None:
        def check() -> None:
            assert np.allclose([p.stored for p in viewer.points(places, 1)], wanted, atol=0.5)

        soon(check)

    has(*[frames[7, r, c] for c, r in places])
    viewer.press("Alt+ArrowUp", 2)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, f"{uid}#slab5max")
    expect(viewer.element(1).get_by_test_id("volume-flag")).to_have_text("5 slices, maximum")
    has(*[frames[5:10, r, c].max() for c, r in places])
    viewer.command("slab: average")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, f"{uid}#slab5mean")
    has(*[frames[5:10, r, c].mean() for c, r in places])
    viewer.press("Alt+ArrowDown", 2)
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 8", 1, uid)


def test_teeth_hang_in_their_mount(shelf: RunningServer, page: Page) -> None:
    """18 images of one series, by their FDI numbers: the patient's right at the left, bitewings between."""
    names = sorted((shared_data() / "made/dental").glob("[01]*.dcm"))
    rows = {"U": 0, "BW": 1, "L": 2}
    order = ["R-molar", "R-premolar", "R-canine", "incisor-R", "incisor", "incisor-L"]
    order += ["L-canine", "L-premolar", "L-molar"]
    # It hangs by itself, as the hanging that comes with the viewer for intra-oral images.
    page.context.add_init_script("localStorage.setItem('rr.hanging.automatic:anybody', 'true')")
    viewer = Viewer(page, shelf.url)
    viewer.open(header("made/dental/05-u-incisor.dcm").StudyInstanceUID)
    expect(page.get_by_test_id("hanging-line")).to_contain_text("Dental, full mouth", timeout=SLOW)
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
