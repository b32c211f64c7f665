"""Real objects, structure sets by themselves, what registrations join, keys: against pydicom and numpy."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store, store_files

from .pages import SLOW, Viewer, soon
from .structure_truth import Floats, contours_of, inside, volume_of
from .test_hostile_radiotherapy import Study
from .test_radiotherapy import (
    DENSE,
    box,
    histogram,
    is_within,
    made,
    open_phantom,
    seen,
    show_only,
    table,
    truths,
)

MOVED = "2.25.1089276524034301587467597596527660077"
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def real(name: str) -> Dataset:
    """One of ../shared/data/objects/rt."""
    return dcmread(shared_data() / "objects" / "rt" / name, force=True)


def balls() -> list[tuple[int, list[Floats]]]:
    """Squares about the hottest voxel of the real dose and beside it: number, contours of five planes."""
    dose = real("RTDOSE.dcm")
    origin, step = np.array(dose.ImagePositionPatient, float), float(dose.PixelSpacing[0])
    offsets = np.array(dose.GridFrameOffsetVector, float)
    found = []
    for number, (frame, row, column), half in ((1, (18, 50, 60), 14.3), (2, (30, 40, 50), 9.1)):
        x, y = origin[:2] + step * np.array([column, row])
        corners = np.array([x, y]) + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        planes = [np.c_[corners, np.full(4, origin[2] + offsets[frame + k])] for k in range(-2, 3)]
        found.append((number, planes))
    return found


def structures_for(dose: Dataset) -> Dataset:
    """A structure set of those squares, beside the real dose."""
    ds = dcmread(shared_data() / "made" / "rt" / "rtstruct.dcm")
    for keyword in ("StudyInstanceUID", "PatientID", "PatientName", "FrameOfReferenceUID"):
        setattr(ds, keyword, dose.get(keyword))
    ds.SeriesInstanceUID = generate_uid()
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.ReferencedFrameOfReferenceSequence = Sequence()
    del ds.StructureSetROISequence[2:], ds.ROIContourSequence[2:], ds.RTROIObservationsSequence[2:]
    for (number, planes), roi, drawn in zip(
        balls(), ds.StructureSetROISequence, ds.ROIContourSequence, strict=True
    ):
        roi.ROIName = f"square {number}"
        roi.ReferencedFrameOfReferenceUID = dose.FrameOfReferenceUID
        drawn.ContourSequence = Sequence()
        for plane in planes:
            contour = Dataset()
            contour.ContourGeometricType = "CLOSED_PLANAR"
            contour.NumberOfContourPoints = 4
            contour.ContourData = [f"{v:.4f}" for v in plane.ravel()]
            drawn.ContourSequence.append(contour)
    return ds


@pytest.fixture(scope="module")
def clinic(shelf: RunningServer) -> dict[str, Dataset]:
    """The real objects on the server; of the three codings of one dose each is an object of its own."""
    names = ["dicompyler/ct.0.dcm", "dicompyler/rtss.dcm", "dicompyler/rtplan.dcm", "RTDOSE.dcm"]
    names += ["rtdose.dcm", "rtdose_expb.dcm", "rtdose_rle.dcm", "RTImageStorage.dcm"]
    objects = {name: real(name) for name in names}
    for name in names[5:7]:
        ds = objects[name]
        ds.SeriesInstanceUID = generate_uid()
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    objects["squares"] = structures_for(objects["RTDOSE.dcm"])
    store_files(
        shelf, [(shared_data() / "objects" / "rt" / name).read_bytes() for name in (*names[:5], names[7])]
    )
    store(shelf, [*(objects[name] for name in names[5:7]), objects["squares"]])
    return objects


def test_a_real_structure_set_and_its_plan(
    page: Page, shelf: RunningServer, clinic: dict[str, Dataset]
) -> None:
    """Contours are as many, as large and where pydicom has them; beams as the plan has them."""
    viewer = Viewer(page, shelf.url)
    image, structures, plan = (clinic[f"dicompyler/{n}.dcm"] for n in ("ct.0", "rtss", "rtplan"))
    viewer.open(str(image.StudyInstanceUID))
    viewer.series(str(image.SeriesInstanceUID)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=str(image.SeriesInstanceUID))
    viewer.press("\\")
    page.get_by_test_id("structures-on").click()
    rows = page.get_by_test_id("structure")
    expect(rows).to_have_count(len(structures.StructureSetROISequence), timeout=SLOW)
    for i, roi in enumerate(structures.StructureSetROISequence):
        contours, cell = (
            contours_of(structures, int(roi.ROINumber)),
            rows.nth(i).get_by_test_id("structure-volume"),
        )
        expect(rows.nth(i)).to_contain_text(roi.ROIName)
        if not contours:
            expect(cell).to_have_text("no contours")
            continue
        expect(cell).to_have_attribute("title", f"{len(contours)} contours", timeout=SLOW)
        told = float(re.sub(r"[^\d.]", "", cell.inner_text().replace("cm³", "")))
        # To two or one decimals, and by rows 0.2 mm apart.
        assert told == pytest.approx(volume_of(contours), rel=0.005, abs=0.06), roi.ROIName
    body = contours_of(structures, 1)
    height = float(image.ImagePositionPatient[2])
    there = np.concatenate([c for c in body if abs(c[0, 2] - height) < 0.1])
    wanted = (there[:, :2] - [float(v) for v in image.ImagePositionPatient[:2]]) / float(
        image.PixelSpacing[0]
    )
    page.get_by_test_id("structures-fill").fill("0")
    red, green, blue = (int(v) for v in structures.ROIContourSequence[0].ROIDisplayColor)

    def is_body() -> None:
        shown, points = filled(viewer, 0, (red, green, blue))
        found = (points[shown] - [float(v) for v in image.ImagePositionPatient])[:, :2]
        assert np.allclose(box(found / float(image.PixelSpacing[0])), box(wanted), atol=2)

    soon(is_body)

    viewer.series(str(plan.SeriesInstanceUID)).click()
    for told_beam, beam in zip(table(page, "Beams"), plan.BeamSequence, strict=True):
        first = beam.ControlPointSequence[0]
        assert told_beam["Name"] == beam.BeamName
        assert told_beam["Gantry"] == f"{float(first.GantryAngle):g}°"
        assert told_beam["Control points"] == str(len(beam.ControlPointSequence))
        place = [float(v) for v in told_beam["Isocentre, mm"].replace("−", "-").split(", ")]
        assert np.allclose(place, [float(v) for v in first.IsocenterPosition], atol=1e-3)


def test_real_doses(page: Page, shelf: RunningServer, clinic: dict[str, Dataset]) -> None:
    """The largest dose in all codings, and a histogram against interpolation by numpy."""
    viewer = Viewer(page, shelf.url)
    dose = clinic["RTDOSE.dcm"]
    viewer.open(str(dose.StudyInstanceUID))
    viewer.series(str(dose.SeriesInstanceUID)).click()
    viewer.until("v => v.image > 0")
    viewer.press("\\")
    page.get_by_test_id("dose-on").click()
    grid = dose.pixel_array * float(dose.DoseGridScaling)
    expect(page.get_by_test_id("dose-maximum")).to_contain_text(f"{grid.max():.4g} Gy", timeout=SLOW)
    expect(page.get_by_test_id("dose-nowhere")).to_contain_text("None of the open images")
    page.get_by_test_id("dvh-open").click()
    page.get_by_test_id("dvh-source").get_by_role("radio").nth(1).click()
    expect(page.get_by_test_id("dvh-row")).to_have_count(2, timeout=SLOW)
    origin, step = np.array(dose.ImagePositionPatient, float), float(dose.PixelSpacing[0])
    for number, planes in balls():
        sampled = sample(
            grid, (np.array(planes) - origin) / [step, step, float(dose.GridFrameOffsetVector[1])]
        )
        wanted = [sampled.min(), sampled.mean(), sampled.max(), np.quantile(sampled, 0.05)]
        side = np.ptp(planes[0][:, 0])
        reckoned(page, f"square {number}", side * side * 5 * 4 / 1000, wanted)
    page.keyboard.press("Escape")

    tiny = clinic["rtdose.dcm"]
    largest = tiny.pixel_array.max() * float(tiny.DoseGridScaling)
    viewer.open(str(tiny.StudyInstanceUID))
    viewer.press("\\")
    doses = page.get_by_test_id("dose")
    expect(doses).to_have_count(3, timeout=SLOW)
    for i in range(3):
        doses.nth(i).get_by_test_id("dose-on").click()
        expect(doses.nth(i).get_by_test_id("dose-maximum")).to_contain_text(
            f"{largest:.4g} (relative", timeout=SLOW
        )


def reckoned(page: Page, name: str, volume: float, doses: list[float]) -> None:
    """Wait until the histogram of a structure has that volume, and least, mean and largest dose and D95."""

    def check() -> None:
        row = histogram(page)[name]
        assert np.allclose(row[1:5], doses, rtol=0.01, atol=0.15), (name, row, doses)
        assert row[0] == pytest.approx(volume, rel=0.005), name

    soon(check)


def sample(grid: Floats, corners: Floats) -> Floats:
    """Doses within prisms over squares, in voxels: points 1/10 of a voxel apart, linear between voxels."""
    low, high = corners.reshape(-1, 3).min(axis=0), corners.reshape(-1, 3).max(axis=0)
    low[2], high[2] = low[2] - 0.5, high[2] + 0.5
    axes = [
        np.linspace(a, b, int((b - a) * 10) + 1)[:-1] + (b - a) / (2 * int((b - a) * 10))
        for a, b in zip(low, high, strict=True)
    ]
    x, y, z = (m.ravel() for m in np.meshgrid(*axes, indexing="ij"))
    i, j, k = (np.floor(v).astype(int) for v in (x, y, z))
    out = np.zeros(len(x))
    for di in (0, 1):
        for dj in (0, 1):
            for dk in (0, 1):
                share = np.abs(1 - di - (x - i)) * np.abs(1 - dj - (y - j)) * np.abs(1 - dk - (z - k))
                out += share * grid[k + dk, j + dj, i + di]
    return out


@pytest.fixture(scope="module")
def alone(shelf: RunningServer) -> Study:
    """The phantom's structures without any image."""
    study = Study()
    study.uids[str(made("rtstruct").FrameOfReferenceUID)] = generate_uid()
    study.add("rt/rtstruct.dcm")
    store(shelf, study.objects)
    return study


def test_a_structure_set_by_itself(page: Page, shelf: RunningServer, alone: Study) -> None:
    """Without images in three dimensions, as large as TRUTH.csv has it; with images drawn on them."""
    viewer = Viewer(page, shelf.url)
    viewer.open(str(alone.objects[0].StudyInstanceUID))
    expect(page.get_by_test_id("structures-view")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("structures-nowhere").first).to_contain_text("None of the open images")
    expect(page.get_by_test_id("structures-show")).to_be_disabled()
    space = page.get_by_test_id("structures-space")
    expect(space).to_have_attribute("data-busy", "false", timeout=SLOW)
    volumes = json.loads(space.get_attribute("data-volumes") or "{}")
    for what, value in truths("rtstruct", "roi volume").items():
        number = what.split()[1]
        volume = value[1] if isinstance(value, list) else value
        assert volumes[number] == pytest.approx(volume, rel=0.06), what
    # The ring is before all others from the front: its colour, as high as its planes.
    item = made("rtstruct").ROIContourSequence[6]
    page.wait_for_function(
        "() => Number(document.querySelector('[data-testid=mesh-hand]')?.dataset.drawn) > 0", timeout=SLOW
    )
    before = coloured(page, np.array([int(v) for v in item.ROIDisplayColor], float))
    assert before > 1500
    page.locator('[data-testid="structure"][data-number="6"]').get_by_test_id("structure-shown").click()
    page.wait_for_function(
        "([before]) => Number(document.querySelector('[data-testid=mesh-hand]')?.dataset.drawn) > before",
        arg=[1],
        timeout=SLOW,
    )
    colour_of_ring = np.array([int(v) for v in item.ROIDisplayColor], float)
    wait_until(lambda: coloured(page, colour_of_ring) < before / 20, SLOW / 1000, "the ring is hidden")

    viewer.open(str(made("rtstruct").StudyInstanceUID))
    viewer.series(str(made("rtstruct").SeriesInstanceUID)).click()
    expect(page.get_by_test_id("structures-view")).to_contain_text(
        made("rtstruct").StructureSetLabel, timeout=SLOW
    )
    page.get_by_test_id("structures-view").get_by_test_id("structure-jump").nth(DENSE - 1).click()
    report = viewer.until("v => v.image > 0 && v.place")
    dense = contours_of(made("rtstruct"), DENSE)
    there = min(dense, key=lambda c: abs(float(c[0, 2]) - report["place"]["position"][2]))
    assert abs(float(there[0, 2]) - report["place"]["position"][2]) < 1.6
    colour = [int(v) for v in made("rtstruct").ROIContourSequence[DENSE - 1].ROIDisplayColor]
    wanted = (there[:, :2] - report["place"]["position"][:2]) / report["place"]["spacing"][0] + 0.5
    viewer.until("v => !v.awaited && !v.reduced")
    is_within(viewer, (colour[0], colour[1], colour[2]), wanted, 0.5)


def coloured(page: Page, colour: Floats) -> int:
    """Pixels of the surfaces in the hue of a colour, however bright."""
    raw = page.get_by_test_id("structures-space").screenshot(scale="css")
    picture = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"), float)
    bright = picture.max(axis=2)
    hue = picture / np.maximum(bright, 1)[..., None]
    return int(((np.abs(hue - colour / colour.max()).max(axis=2) < 0.12) & (bright > 60)).sum())


def filled(viewer: Viewer, cell: int, colour: tuple[int, int, int]) -> tuple[Mask, Floats]:
    """Screen pixels of a colour, away from the edge of the viewport; where each lies in the patient."""
    report = viewer.until("v => v.image > 0 && !v.awaited && !v.reduced", cell)
    picture = viewer.picture(cell).astype(int)
    rows, columns = (
        m.ravel() for m in np.mgrid[40 : picture.shape[0] - 40 : 2, 40 : picture.shape[1] - 40 : 2]
    )
    a, b, c, d, e, f = report["matrix"]
    x, y = np.linalg.inv([[a, c], [b, d]]) @ np.array([columns + 0.5 - e, rows + 0.5 - f])
    right, down = np.array(report["place"]["orientation"]).reshape(2, 3)
    spacing = report["place"]["spacing"]
    points = (
        np.array(report["place"]["position"])
        + np.outer((x - 0.5) * spacing[1], right)
        + np.outer((y - 0.5) * spacing[0], down)
    )
    shown = picture[rows, columns].astype(float)
    bright = np.maximum(shown.max(axis=1), 1)
    # Dark edges of lines keep the colour under them.
    hue = np.abs(shown / bright[:, None] - np.array(colour) / max(colour)).max(axis=1)
    return (hue < 0.15) & (bright > 40), points


def is_filled(
    viewer: Viewer, cell: int, colour: tuple[int, int, int], contours: list[Floats], matrix: Floats
) -> None:
    """Wait until what is filled lies in the prisms over contours; matrix: from the images to them."""

    def check() -> None:
        shown, points = filled(viewer, cell, colour)
        assert shown.sum() > 300
        assert overlap(shown, inside(contours, points @ matrix[:3, :3].T + matrix[:3, 3])) > 0.93, cell

    soon(check)


def overlap(a: Mask, b: Mask) -> float:
    """Common pixels by all that are in one of both."""
    return float((a & b).sum() / max((a | b).sum(), 1))


@pytest.fixture
def phantom(page: Page, shelf: RunningServer) -> Viewer:
    """The phantom's study with the panel open."""
    return open_phantom(page, shelf)


def test_contours_in_oblique_planes_and_through_a_registration(phantom: Viewer) -> None:
    """What is filled lies in the prisms: in turned planes, and in images joined by a registration."""
    page = phantom.page
    show_only(page, DENSE)
    page.get_by_test_id("structures-fill").fill("100")
    item = made("rtstruct").ROIContourSequence[DENSE - 1]
    red, green, blue = (int(v) for v in item.ROIDisplayColor)
    dense = contours_of(made("rtstruct"), DENSE)
    phantom.command("multiplanar")
    phantom.until("v => v.place && Math.abs(v.place.orientation[5]) > 0.9", 1)
    page.evaluate("() => window.readingRoom.moveCrosshair(-2, 4, 87)")
    phantom.hover(0)
    place = phantom.element(0).get_by_test_id("turn-cor").first.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + 20, place["y"] + 70, steps=4)
    page.mouse.up()
    page.wait_for_function("() => window.readingRoom.volume().oblique", timeout=SLOW)
    turned = 0
    for cell in (1, 2):
        is_filled(phantom, cell, (red, green, blue), dense, np.eye(4))
        turned += min(np.abs(np.abs(phantom.viewport(cell)["place"]["orientation"][:3]) - 1)) > 0.01
    assert turned

    phantom.command("multiplanar")
    phantom.series(MOVED).click()
    phantom.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=MOVED)
    expect(page.get_by_test_id("structures-nowhere")).to_have_count(0)
    page.get_by_test_id("structure-jump").nth(DENSE - 1).click()
    phantom.until("v => Math.abs(v.place.position[2] - 73) < 3")
    matrix = np.array(truths_of_registration()).reshape(4, 4)
    is_filled(phantom, 0, (red, green, blue), dense, matrix)
    page.get_by_test_id("dose-on").click()
    expect(page.get_by_test_id("dose-maximum")).to_be_visible(timeout=SLOW)
    report = phantom.viewport()
    at = np.array(report["place"]["position"]) + 2 * np.array([40.0, 52.0, 0])
    wanted = 25 + 0.2 * (matrix[:3, :3] @ at + matrix[:3, 3])[0]
    x, y = phantom.place(40, 52)

    def is_told() -> None:
        said = page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y).said", [report["id"], x, y])
        assert said
        assert float(said[0].split()[1]) == pytest.approx(wanted, abs=0.01)

    soon(is_told)


def truths_of_registration() -> list[float]:
    """Matrix of the rigid registration, moved to axial, row by row."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="", encoding="utf-8") as rows:
        found = next(
            r
            for r in csv.DictReader(rows)
            if r["file"] == "registration/rigid.dcm" and "matrix" in r["what is known"]
        )
    return list(json.loads(found["value"]))


def test_layers_by_keys_are_undone_and_survive_a_reload(phantom: Viewer) -> None:
    """Contours, next structure, dose, lines, wash, histogram and colours."""
    page = phantom.page
    switches = {name: page.get_by_test_id(name) for name in ("structures-on", "dose-on")}
    phantom.press("Shift+B")
    expect(switches["structures-on"]).to_have_attribute("aria-checked", "true", timeout=SLOW)
    phantom.press("Control+z")
    expect(switches["structures-on"]).to_have_attribute("aria-checked", "false", timeout=SLOW)
    phantom.press("Shift+J", 2)
    row = page.locator('[data-testid="structure"]')
    expect(page.get_by_test_id("structures-count")).to_contain_text("1 of 8", timeout=SLOW)
    expect(row.nth(1).get_by_test_id("structure-shown")).to_have_attribute("aria-checked", "true")
    centre = contours_of(made("rtstruct"), 2)
    height = float(np.mean([c[0, 2] for c in centre]))
    phantom.until("(v, z) => Math.abs(v.place.position[2] - z) < 1.6", arg=height)
    row.nth(1).get_by_test_id("structure-colour").fill("#ff00ff")
    phantom.until("v => !v.awaited && !v.reduced")
    page.get_by_test_id("structures-fill").fill("0")
    wait_until(lambda: len(seen(phantom, (255, 0, 255))) > 20, SLOW / 1000, "it is drawn in its colour")
    phantom.press("Shift+G")
    expect(switches["dose-on"]).to_have_attribute("aria-checked", "true", timeout=SLOW)
    phantom.command("lines of equal dose")
    expect(page.get_by_test_id("dose-lines")).to_have_attribute("aria-checked", "false", timeout=SLOW)
    phantom.command("colour wash of the dose")
    expect(page.get_by_test_id("dose-wash")).to_have_attribute("aria-checked", "false")
    phantom.press("Control+z")
    expect(page.get_by_test_id("dose-wash")).to_have_attribute("aria-checked", "true")
    first = page.get_by_test_id("dose-level-value").first
    expect(first).to_have_value("95", timeout=SLOW)
    first.fill("96")
    first.press("Enter")
    page.get_by_test_id("dose-level-value").first.blur()
    phantom.press("Shift+E")
    expect(page.get_by_test_id("dvh")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("dvh")).to_have_count(0)
    page.reload()
    phantom.until("v => v.image > 0")
    phantom.press("\\")
    expect(page.get_by_test_id("structures-count")).to_contain_text("1 of 8", timeout=SLOW)
    expect(page.get_by_test_id("structure-colour").nth(1)).to_have_value("#ff00ff")
    expect(page.get_by_test_id("dose-lines")).to_have_attribute("aria-checked", "false", timeout=SLOW)
    expect(page.get_by_test_id("dose-level-value").first).to_have_value("96")
