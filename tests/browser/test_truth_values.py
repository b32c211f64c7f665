"""Numbers of ../shared/data/made/TRUTH.csv, known before the files were made, read off the screen."""

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
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.uid import UID, RLELossless

from tests.kit.dcmtk import dcmtk
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .samples import CT_HEAD, files, series_of, study_of

PHANTOM = "made/ct-phantom/axial"
TILTED = "made/ct-phantom/gantry-tilt"
OVERLAY_STUDY = "2.25.81220041"
OBJECTS = [
    *(
        f"made/enhanced/{name}.dcm"
        for name in ("ct-two-stacks", "mr-temporal-stack", "xray3d-angio", "xa", "xrf")
    ),
    "made/nm/dynamic.dcm",
    *(f"made/visible/{name}.dcm" for name in ("vl-photographic", "vl-endoscopic")),
    *(f"made/geometry/{name}.dcm" for name in ("cr-pixelspacing", "cr-anisotropic", "dx-calibrated")),
]
MAMMOGRAMS = [f"made/mammo/{name}.dcm" for name in ("lcc", "rcc", "lmlo", "rmlo", "tomosynthesis-lcc")]
DENTAL = "made/dental"
ANISOTROPIC = "made/geometry/cr-anisotropic.dcm"
MAGNIFIED = "made/geometry/dx-imager-magnification.dcm"
MORE = [
    *MAMMOGRAMS,
    DENTAL,
    *(f"made/eye/{name}.dcm" for name in ("fundus", "oct")),
    "made/nm/gated.dcm",
    MAGNIFIED,
    "made/geometry/us-two-2d-regions.dcm",
]


def truth(name: str, what: str, kind: str = "") -> Any:
    """The value of a row of TRUTH.csv: file, how what is known begins, and of what kind it is."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            same = f"made/{row['file']}".rstrip("/") == name and kind in ("", row["kind"])
            if same and row["what is known"].startswith(what):
                return json.loads(row["value"])
    raise AssertionError(f"TRUTH.csv does not tell {what!r} of {name}")


OVERLAY_COLOUR = (0x9F, 0xD6, 0xA6)
OVERLAY_ROWS, OVERLAY_COLUMNS = slice(200, 260), slice(180, 300)


def overlay_in_bit_15(out: Path) -> Path:
    """A CT slice of 12 bits with a rectangle in bit 15 of its cells (PS3.5 8.1.2, retired)."""
    ds = pydicom.dcmread(files(shared_data(), CT_HEAD)[0])
    assert (ds.BitsAllocated, ds.HighBit) == (16, 11)
    cells = np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns) & 0x0FFF
    cells[OVERLAY_ROWS, OVERLAY_COLUMNS] |= 0x8000
    ds.PixelData = cells.astype("<u2").tobytes()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(OVERLAY_STUDY), UID(f"{OVERLAY_STUDY}.1")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{OVERLAY_STUDY}.1.1")
    for element, vr, value in (
        (0x0010, "US", ds.Rows),
        (0x0011, "US", ds.Columns),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 16),
        (0x0102, "US", 15),
    ):
        ds.add_new((0x6000, element), vr, value)
    ds.save_as(out)
    return out


def compressed(path: Path, out: Path) -> Path:
    """The same cells as RLE, in a series of their own."""
    ds = pydicom.dcmread(path)
    ds.SeriesInstanceUID = UID(f"{OVERLAY_STUDY}.2")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{OVERLAY_STUDY}.2.1")
    ds.compress(RLELossless, generate_instance_uid=False)
    ds.save_as(out)
    return out


def drawn_by_dcmtk(path: Path, out: Path) -> np.ndarray[Any, Any]:
    """Where dcm2pnm puts the overlay: what is another grey when its density is."""
    pictures = []
    for density in ("0", "1"):
        picture = out.with_suffix(f".{density}.pgm")
        dcmtk("dcm2pnm", "+Wm", "+O", "1", "+Omr", "+Osf", density, str(path), str(picture))
        pictures.append(np.asarray(Image.open(picture).convert("L")))
    return np.asarray(pictures[0] != pictures[1])


@pytest.fixture(scope="module")
def overlaid(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Overlays in bit 15 of native and of RLE cells."""
    folder = tmp_path_factory.mktemp("overlays")
    native = overlay_in_bit_15(folder / "native.dcm")
    return [native, compressed(native, folder / "rle.dcm")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, overlaid: list[Path]) -> Iterator[RunningServer]:
    data, folder = shared_data(), tmp_path_factory.mktemp("truth")
    paths = [data / name for name in (PHANTOM, TILTED, *OBJECTS, *MORE)]
    paths += overlaid
    command_line(folder / "data", "import", *map(str, paths), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def first() -> list[Path]:
    """One file of each series."""
    return [files(shared_data(), name)[0] for name in (PHANTOM, *OBJECTS, *MORE)]


@pytest.fixture
def viewer(page: Page, server: RunningServer, first: list[Path]) -> Viewer:
    """All of them in one viewer."""
    viewer = Viewer(page, server.url)
    viewer.open(*dict.fromkeys(map(study_of, first)))
    viewer.until("v => v.image > 0 || v.error")
    return viewer


def hang(viewer: Viewer, name: str) -> Path:
    """Hang a series and wait for its first image; the file."""
    path = files(shared_data(), name)[0]
    viewer.series(series_of(path)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0 && !v.reduced", arg=series_of(path))
    return path


def go(viewer: Viewer, image: int) -> dict[str, Any]:
    """Scroll to an image, counted from 1, by the slider of the foot."""
    viewer.page.get_by_test_id("slider").fill(str(image - 1))
    return viewer.until("(v, n) => v.image === n && !v.reduced && !v.error", arg=image)


def value(viewer: Viewer, column: int, row: int) -> dict[str, Any]:
    """What the page tells of a pixel."""
    x, y = viewer.place(column, row)
    found: dict[str, Any] = viewer.page.evaluate(
        "([id, x, y]) => window.readingRoom.probe(id, x, y)", [viewer.viewport()["id"], x, y]
    )
    assert (found["column"], found["row"]) == (column, row)
    return found


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.11.1")
def test_hounsfield_units_in_the_spheres_of_the_phantom(viewer: Viewer) -> None:
    hang(viewer, PHANTOM)
    shown = {
        str(ds.SOPInstanceUID): int(ds.InstanceNumber) for ds in map(header, files(shared_data(), PHANTOM))
    }
    for sphere in ("air", "fat", "soft", "bone", "dense"):
        number, column, row = truth(PHANTOM, "slice nearest", f"sphere {sphere}")
        report = go(viewer, int(number))
        assert shown[report["sopInstanceUID"]] == int(number)
        told = value(viewer, int(column), int(row))
        assert told["unit"] == "HU"
        assert told["modality"] == truth(PHANTOM, "HU inside", f"sphere {sphere}"), sphere


def header(path: Path) -> pydicom.Dataset:
    """Without the pixels."""
    return pydicom.dcmread(path, stop_before_pixels=True)


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.7.6.17")
@pytest.mark.parametrize("name", OBJECTS[:3])
def test_frames_stand_in_the_order_of_their_dimensions(viewer: Viewer, name: str) -> None:
    """Stored shuffled; each frame has a value of its own."""
    ds = header(hang(viewer, name))
    groups = ds.PerFrameFunctionalGroupsSequence
    indices = [tuple(g.FrameContentSequence[0].DimensionIndexValues) for g in groups]
    order = sorted(range(len(groups)), key=indices.__getitem__)
    values = truth(name, "value at pixel 16,16 per stored frame")
    shown = []
    for image in range(1, len(groups) + 1):
        report = go(viewer, image)
        shown.append((report["frame"] - 1, value(viewer, 16, 16)["stored"]))
    assert shown == [(frame, values[frame]) for frame in order]


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.3 C.7.6.16.2.2")
def test_stacks_of_one_object_have_cards_of_their_own(viewer: Viewer) -> None:
    """Beside the whole; a stack makes planes that the whole cannot, and hangs again after a reload."""
    name, page = OBJECTS[0], viewer.page
    ds = header(hang(viewer, name))
    groups, values = ds.PerFrameFunctionalGroupsSequence, truth(name, "value at pixel 16,16 per stored frame")
    contents = [g.FrameContentSequence[0] for g in groups]
    stacks = sorted({str(c.StackID) for c in contents})
    assert len(stacks) == 2
    total = viewer.viewport()["images"]
    cell = f"{ds.SeriesInstanceUID}#r2"
    expect(viewer.series(cell)).to_contain_text(f"Stack {stacks[1]}")
    viewer.series(cell).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=cell)
    wanted = {
        int(c.InStackPositionNumber): values[i] for i, c in enumerate(contents) if c.StackID == stacks[1]
    }
    assert viewer.viewport()["images"] == len(wanted) < total
    for image, position in enumerate(sorted(wanted), 1):
        go(viewer, image)
        assert value(viewer, 16, 16)["stored"] == wanted[position]
    page.reload()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=cell)
    viewer.press("Shift+X")
    page.wait_for_function("() => window.readingRoom.volume()?.loaded > 0", timeout=SLOW)
    assert page.evaluate("() => window.readingRoom.volume().total") == len(wanted)
    viewer.press("Shift+X")
    viewer.press("ArrowLeft")
    viewer.until("(v, n) => v.images === n", arg=len(wanted))
    viewer.series(str(ds.SeriesInstanceUID)).click()
    viewer.until("(v, n) => v.images === n && v.image > 0", arg=total)
    go(viewer, total)
    expect(page.get_by_test_id("corner-bottom-left")).to_contain_text(f"Stack {stacks[1]}", timeout=SLOW)


@pytest.mark.row("VIEW-DISP-01")
def test_frames_of_cine_objects_are_the_ones_they_should_be(viewer: Viewer) -> None:
    """100 + 100 f in frame f."""
    for name in OBJECTS[3:5]:
        hang(viewer, name)
        for image in (1, 6, 10):
            go(viewer, image)
            assert value(viewer, 16, 16)["stored"] == 100 + 100 * image, name


@pytest.mark.row("VIEW-DISP-01")
def test_counts_of_a_dynamic_study(viewer: Viewer) -> None:
    name = "made/nm/dynamic.dcm"
    hang(viewer, name)
    counts = truth(name, "left region rows 20-29 columns 15-24")
    frames: dict[int, int] = {}
    for image in range(1, len(counts) + 1):
        report = go(viewer, image)
        frames[report["frame"]] = value(viewer, 20, 25)["stored"]
    assert [frames[f] for f in range(1, len(counts) + 1)] == counts


@pytest.mark.row("VIEW-DISP-01")
def test_colours_of_photographs(viewer: Viewer) -> None:
    for name in OBJECTS[6:8]:
        path = hang(viewer, name)
        background, one, other = truth(name, "background; pixel 85,65; pixel 15,105")
        tolerance = 3 if header(path).get("LossyImageCompression") == "01" else 0
        for (column, row), wanted in (((2, 2), background), ((85, 65), one), ((15, 105), other)):
            told = value(viewer, column, row)
            for screen in (told["stored"], told["grey"]):
                far = max(abs(a - b) for a, b in zip(screen, wanted, strict=True))
                assert far <= tolerance, (name, column, row, told)


@pytest.mark.row("VIEW-DISP-01")
def test_sizes_of_pixels(viewer: Viewer) -> None:
    viewer.page.keyboard.press("\\")
    for name in OBJECTS[8:]:
        hang(viewer, name)
        row, column = truth(name, "pixel spacing row,column")
        size = viewer.page.get_by_test_id("panel").get_by_text(f"{row:#.3g} × {column:#.3g} mm")
        expect(size).to_be_visible(timeout=SLOW)
    row, column = truth(ANISOTROPIC, "pixel spacing row,column")
    hang(viewer, ANISOTROPIC)
    bar = viewer.page.get_by_test_id("scale-bar")
    for turn, along, spacing in ((0, 0, column), (90, 2, row)):
        matrix = viewer.until("(v, turn) => v.rotation === turn", arg=turn)["matrix"]
        length, unit = (bar.get_attribute("data-l") or "").split()[:2]
        told = float(length) * (10 if unit == "cm" else 1)
        width = told / spacing * abs(matrix[along])
        viewer.page.wait_for_function(
            """width => {
                const bar = document.querySelector('[data-testid="scale-bar"]');
                return Math.abs(parseFloat(bar.style.width) - width) < 0.1;
            }""",
            arg=width,
            timeout=SLOW,
        )
        viewer.press("]")


@pytest.mark.row("VIEW-DISP-01")
def test_sides_views_and_marks_of_mammograms(viewer: Viewer) -> None:
    """The mark is where it was put, the corner says side and view, one slice of the tomo is sharp."""
    for name in MAMMOGRAMS[:4]:
        hang(viewer, name)
        side, view, wall, column, row = truth(name, "laterality, view, chest wall side")
        expect(viewer.page.get_by_test_id("breast-view")).to_have_text(f"{side} {view}", timeout=SLOW)
        assert value(viewer, column, row)["stored"] == 3600
        towards = {"A": "right", "P": "left"}[
            str(header(files(shared_data(), name)[0]).PatientOrientation[0])
        ]
        assert wall != towards, "rows run from the chest wall or to it"
        assert viewer.letters()["right"].startswith("A" if wall == "left" else "P")
    hang(viewer, MAMMOGRAMS[4])
    expect(viewer.page.get_by_test_id("breast-view")).to_have_text("L CC", timeout=SLOW)
    values = []
    for image in range(1, viewer.viewport()["images"] + 1):
        report = go(viewer, image)
        values.append((value(viewer, 40, 60)["stored"], report["frame"]))
    assert max(values)[1] == truth(MAMMOGRAMS[4], "object at column 40 row 60")


@pytest.mark.row("VIEW-DISP-01")
def test_teeth_of_intra_oral_images(viewer: Viewer) -> None:
    """Each image of the full mouth says its teeth."""
    hang(viewer, DENTAL)
    told = {}
    names = {str(header(p).SOPInstanceUID): f"made/dental/{p.name}" for p in dental_files()}
    for image in range(1, len(names) + 1):
        report = go(viewer, image)
        teeth, _ = truth(names[report["sopInstanceUID"]], "FDI teeth")
        expect(viewer.page.get_by_test_id("corner-top-right")).to_contain_text(f"JAW {' '.join(teeth)}")
        told[report["sopInstanceUID"]] = teeth
    assert len(told) == len(names) == 18


def dental_files() -> list[Path]:
    """The images, without the structured display."""
    return [p for p in files(shared_data(), DENTAL) if "mount" not in p.name]


@pytest.mark.row("VIEW-DISP-01")
def test_the_eye_the_gated_heart_and_the_magnified_chest(viewer: Viewer) -> None:
    page = viewer.page
    hang(viewer, "made/eye/fundus.dcm")
    (fovea, disc, size) = truth("made/eye/fundus.dcm", "fovea column,row")
    assert value(viewer, *fovea)["stored"] == [90, 30, 20]
    assert value(viewer, *disc)["stored"] == [240, 200, 120]
    page.keyboard.press("\\")
    panel = page.get_by_test_id("panel")
    expect(panel).to_contain_text(f"{size:#.3g} × {size:#.3g} mm")
    hang(viewer, "made/eye/oct.dcm")
    row, column = truth("made/eye/oct.dcm", "pixel spacing row,column")
    expect(panel).to_contain_text(f"{row:#.3g} × {column:#.3g} mm")
    matrix = viewer.viewport()["matrix"]
    assert matrix[3] / matrix[0] == pytest.approx(row / column), "pixels are drawn as high as they are"
    hang(viewer, "made/geometry/dx-imager-magnification.dcm")
    expect(panel).to_contain_text(
        f"0.140 × 0.140 mm at detector, magnified about {truth(MAGNIFIED, 'magnification')} times"
    )
    expect(page.get_by_test_id("scale-bar")).to_have_attribute("data-l", re.compile(r" at detector$"))
    hang(viewer, "made/geometry/us-two-2d-regions.dcm")
    expect(panel).to_contain_text("no size known")
    expect(page.get_by_test_id("scale-bar")).to_have_count(0)
    expect(page.get_by_test_id("size-calibrate")).to_have_count(0)
    name = "made/nm/gated.dcm"
    hang(viewer, name)
    first, last, wide, narrow, _ = truth(name, "ED frame, ES frame")
    for frame, radius in ((first, wide), (last, narrow)):
        go(viewer, frame)
        assert viewer.viewport()["frame"] == frame
        bright = value(viewer, 32, 32 - int(radius) + 1)["stored"]
        assert bright > 2 * value(viewer, 32, 32 - int(radius) - 2)["stored"], (frame, radius)


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.5 8.1.2")
def test_an_overlay_in_unused_bits_of_the_pixels(
    page: Page, server: RunningServer, overlaid: list[Path], tmp_path: Path
) -> None:
    """On the screen it is where dcmtk draws it, in native and RLE cells; the values know nothing of it."""
    viewer = Viewer(page, server.url)
    viewer.open_image(OVERLAY_STUDY)
    viewer.press("u")
    pixels = pydicom.dcmread(files(shared_data(), CT_HEAD)[0]).pixel_array
    for path in overlaid:
        viewer.series(series_of(path)).click()
        viewer.until(
            "(v, uid) => v.seriesInstanceUID === uid && v.image > 0 && !v.reduced", arg=series_of(path)
        )
        viewer.one_to_one()
        by_dcmtk = drawn_by_dcmtk(path, tmp_path / path.stem)
        assert by_dcmtk.sum() == (260 - 200) * (300 - 180)
        x, y = (int(v) for v in viewer.place(0, 0))
        seen = viewer.picture()[y : y + 512, x : x + 512]
        assert np.array_equal((seen == OVERLAY_COLOUR).all(axis=2), by_dcmtk), path.name
        for point in viewer.points([(190, 210), (290, 250), (170, 210), (240, 190)]):
            assert point.stored == pixels[point.row, point.column]
    viewer.command("overlays")
    wait_until(
        lambda: len(set(viewer.points([(240, 230)])[0].screen)) == 1, 60.0, "the overlay is switched off"
    )


@pytest.mark.row("VIEW-DISP-01")
def test_the_cursor_is_shared_by_a_frame_of_reference(viewer: Viewer) -> None:
    """Shift over the spheres of air and of bone: the series of a tilted gantry shows them at that place."""
    page = viewer.page
    hang(viewer, PHANTOM)
    viewer.press("Alt+2")
    viewer.until("v => v.width > 0", cell=1)
    viewer.element(1).click()
    tilted = series_of(files(shared_data(), TILTED)[0])
    viewer.series(tilted).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", cell=1, arg=tilted)
    mark = viewer.element(1).get_by_test_id("shared-cursor")
    for sphere in ("air", "bone"):
        number, column, row = truth(PHANTOM, "slice nearest", f"sphere {sphere}")
        viewer.element(0).click()
        go(viewer, int(number))
        page.keyboard.down("Shift")
        box, (x, y) = viewer.box(0), viewer.place(int(column), int(row))
        page.mouse.move(box["x"] + x, box["y"] + y)
        expect(mark).to_be_visible(timeout=SLOW)
        at, cell = mark.bounding_box(), viewer.box(1)
        assert at is not None
        told = page.evaluate(
            "([id, x, y]) => window.readingRoom.probe(id, x, y)",
            [viewer.viewport(1)["id"], at["x"] + 12 - cell["x"], at["y"] + 12 - cell["y"]],
        )
        assert told["modality"] == truth(PHANTOM, "HU inside", f"sphere {sphere}"), sphere
        assert viewer.viewport(0)["image"] == int(number)
        page.keyboard.up("Shift")
        page.mouse.move(box["x"] + x + 3, box["y"] + y)
        expect(mark).to_have_count(0)
