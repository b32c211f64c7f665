"""Hanging protocols: what hangs by itself and why, rules by example, and as DICOM objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pydicom
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .conftest import DESKTOP, Watch
from .pages import SLOW, Viewer

MADE = shared_data() / "made"
HEAD = shared_data() / "ct-series" / "head-5mm"


@pytest.fixture(scope="module")
def kept_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: what is kept on it concerns no other test."""
    folder = tmp_path_factory.mktemp("hangings")
    wanted = [*(MADE / name for name in ("mammo", "petct", "hanging")), HEAD]
    make_screening(folder / "screening")
    command_line(folder / "data", "import", *map(str, (*wanted, folder / "screening")), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


VIEWS = ("rcc", "lcc", "rmlo", "lmlo")
NOW, BEFORE = "2.25.7701", "2.25.7601"


def make_screening(folder: Path) -> None:
    """Two examinations of one woman: now all four views in one series, two years ago a series each."""
    folder.mkdir()
    for number, view in enumerate(("lmlo", "rcc", "rmlo", "lcc")):
        for uid, day in ((NOW, "20260302"), (BEFORE, "20240301")):
            ds = pydicom.dcmread(MADE / "mammo" / f"{view}.dcm")
            ds.PatientID, ds.PatientName, ds.PatientBirthDate = "SCREEN-1", "SCREENING^TWICE", "19700101"
            ds.StudyInstanceUID, ds.StudyDate, ds.AccessionNumber = uid, day, ""
            ds.SeriesInstanceUID = f"{uid}.1" if uid == NOW else f"{uid}.{VIEWS.index(view) + 1}"
            ds.InstanceNumber = number + 1
            ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{uid}.9.{VIEWS.index(view) + 1}"
            ds.save_as(folder / f"{uid}-{view}.dcm")


def study(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID)


def head() -> str:
    return study(next(path for path in sorted(HEAD.rglob("*")) if path.is_file()))


@pytest.fixture
def another(chromium: Browser, watch: Watch, kept_room: RunningServer) -> Iterator[Viewer]:
    """A browser in which nothing was chosen, as a person has it."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('rr.tool-help:anybody', 'false')")
    page = context.new_page()
    page.on("console", watch.on_console)
    page.on("pageerror", lambda error: watch.errors.append(f"uncaught: {error}"))
    page.set_default_timeout(45_000)
    yield Viewer(page, kept_room.url)
    watch.over = True
    context.close()
    assert not watch.unexpected(), "\n".join(watch.unexpected())


def explained(page: Page, words: str) -> None:
    expect(page.get_by_test_id("hanging-line")).to_have_attribute("title", words, timeout=SLOW)


@pytest.mark.ps("3.3 C.8.11.7")
def test_four_mammography_views_hang_back_to_back(another: Viewer) -> None:
    """TRUTH.csv: RCC, LCC above RMLO, LMLO, chest walls meeting in the middle."""
    wanted = ["rcc", "lcc", "rmlo", "lmlo"]
    series = [str(pydicom.dcmread(MADE / "mammo" / f"{v}.dcm").SeriesInstanceUID) for v in wanted]
    another.page.goto(f"{another.url}/viewer?StudyInstanceUIDs={study(MADE / 'mammo' / 'lcc.dcm')}")
    for cell, uid in enumerate(series):
        another.until("(v, uid) => v.image > 0 && v.seriesInstanceUID === uid", cell, uid)
    explained(another.page, "Matched: modality MG. 4 of 4 series found.")
    for cell, side in enumerate(("right", "left", "right", "left")):
        # The chest wall is at the right edge of images of the right breast, and at the left of the left.
        report = another.until(
            "(v, right) => Math.abs((right ? v.matrix[0] * v.columns + v.matrix[4] : v.matrix[4])"
            " - (right ? v.width : 0)) < 1",
            cell,
            side == "right",
        )
        assert not report["error"]


@pytest.mark.ps("3.3 C.8.11.7")
def test_mammograms_hang_above_the_earlier_ones_however_views_are_split(another: Viewer) -> None:
    """Views in one series, and a series each, hang alike; earlier ones are marked. Views are known late."""
    page = another.page
    page.goto(f"{another.url}/viewer?StudyInstanceUIDs={BEFORE}")
    for cell in range(4):
        another.until("(v, uid) => v.image > 0 && v.sopInstanceUID === uid", cell, f"{BEFORE}.9.{cell + 1}")
    explained(page, "Matched: modality MG. 4 of 4 series found.")
    page.goto(f"{another.url}/viewer?StudyInstanceUIDs={NOW}")
    for cell in range(8):
        uid = f"{NOW if cell < 4 else BEFORE}.9.{cell % 4 + 1}"
        another.until("(v, uid) => v.image > 0 && v.sopInstanceUID === uid", cell, uid)
        badge = another.element(cell).get_by_test_id("study-badge")
        expect(badge).to_have_text("Current" if cell < 4 else re.compile("^Prior, "))
    explained(
        page,
        "Matched: modality MG, 1 or more earlier studies of the same kind and body part."
        " 8 of 8 series found.",
    )
    # A rule for a view matches when metadata are here, and is hung instead of what hung before.
    pick = {"modality": "MG", "laterality": "L", "view": "MLO"}
    conditions = [
        {"attribute": name, "test": "is", "values": [value]}
        for name, value in (("modality", "MG"), ("view", "MLO"))
    ]
    screen = {"role": "", "rows": 1, "columns": 1, "cells": [{"pick": [pick]}]}
    hanging = {"name": "Oblique first", "conditions": conditions, "screens": [screen], "linked": False}
    kept = httpx.post(f"{another.url}/api/hangings", json={"hanging": hanging}).json()
    page.goto(f"{another.url}/viewer?StudyInstanceUIDs={BEFORE}")
    explained(page, "Matched: modality MG, view MLO. 1 of 1 series found.")
    another.until("(v, uid) => v.image > 0 && v.sopInstanceUID === uid", 0, f"{BEFORE}.9.4")
    assert len(another.viewports()) == 1
    httpx.delete(f"{another.url}/api/hangings/{kept['id']}")


def test_pet_hangs_over_ct_in_planes(another: Viewer) -> None:
    first = next(iter(sorted((MADE / "petct" / "ct").iterdir())))
    pet = str(pydicom.dcmread(next(iter((MADE / "petct" / "pet").iterdir()))).SeriesInstanceUID)
    another.page.goto(f"{another.url}/viewer?StudyInstanceUIDs={study(first)}")
    explained(another.page, "Matched: modality PT, modality CT. 4 of 4 series found.")
    another.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0 && v.inverted", 1, pet)
    for cell in (2, 3):
        another.until("(v, uid) => v.image > 0 && v.over?.seriesInstanceUID === uid", cell, pet)
    assert another.page.evaluate("window.readingRoom.volume() !== null")


def test_what_is_arranged_once_hangs_the_next_time(
    another: Viewer, chromium: Browser, kept_room: RunningServer
) -> None:
    page, uid = another.page, head()
    another.open_image(uid)
    explained(page, "Matched: modality CT. 1 of 1 series found.")
    another.press("4")
    another.press("Alt+2")
    another.until("v => v.window.width === 1900")
    another.press("Alt+s")
    expect(page.get_by_test_id("hanging-name")).to_have_value("CT BRAIN")
    conditions = page.get_by_test_id("hanging-condition")
    expect(conditions).to_have_text(
        ["modality CT", "body part BRAIN", "description with the words 1A TRAUMA/PLAIN HEAD DM"]
    )
    page.get_by_test_id("hanging-name").fill("Bone <b>window</b>")
    page.get_by_test_id("hanging-keep").click()
    expect(page.get_by_test_id("hanging-save-dialog")).to_have_count(0)

    other = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    elsewhere = Viewer(other.new_page(), kept_room.url)
    elsewhere.open_image(uid)
    explained(elsewhere.page, "Matched: modality CT, body part BRAIN. 1 of 1 series found.")
    report = elsewhere.until("v => v.image > 0 && v.window.width === 1900")
    assert report["window"]["center"] == 420
    assert len(elsewhere.viewports()) == 2
    # Choose another one, the next, none; make one the default for such studies.
    elsewhere.press("h")
    page = elsewhere.page
    expect(page.get_by_test_id("hanging-why")).to_contain_text("Bone <b>window</b>. Matched:")
    page.locator('[data-testid="hanging"][data-hanging="usual.CT"]').click()
    page.wait_for_function("() => window.readingRoom.viewports().length === 1")
    elsewhere.press("h")
    page.get_by_test_id("hanging-default").click()
    page.keyboard.press("Escape")
    elsewhere.press("n")
    page.wait_for_function("() => window.readingRoom.viewports().length === 2")
    elsewhere.press("Alt+n")
    page.wait_for_function("() => window.readingRoom.viewports().length === 1")
    expect(page.get_by_test_id("hanging-line")).to_have_count(0)
    page.reload()
    elsewhere.until("v => v.image > 0")
    elsewhere.open_image(uid)
    explained(page, "Matched: modality CT. 1 of 1 series found.")
    other.close()


def test_what_hangs_in_the_second_window_is_said_too(another: Viewer, watch: Watch) -> None:
    """Nominal screens: the window that is opened beside shows what its screen says."""
    picks = [{"modality": "MG", "laterality": side, "view": "CC"} for side in "RL"]
    screens = [
        {"role": role, "rows": 1, "columns": 1, "cells": [{"pick": [pick]}]}
        for role, pick in zip(("current", "prior"), picks, strict=True)
    ]
    conditions = [
        {"attribute": "modality", "test": "is", "values": ["MG"]},
        {"attribute": "body_part", "test": "is", "values": ["BREAST"]},
    ]
    hanging = {"name": "Two monitors", "conditions": conditions, "screens": screens, "linked": False}
    kept = httpx.post(f"{another.url}/api/hangings", json={"hanging": hanging}).json()
    series = [str(pydicom.dcmread(MADE / "mammo" / f"{v}.dcm").SeriesInstanceUID) for v in ("rcc", "lcc")]
    another.page.goto(f"{another.url}/viewer?StudyInstanceUIDs={study(MADE / 'mammo' / 'lcc.dcm')}")
    another.until("(v, uid) => v.image > 0 && v.seriesInstanceUID === uid", 0, series[0])
    with another.page.context.expect_page() as coming:
        another.press("Shift+W")
    page = coming.value
    page.on("console", watch.on_console)
    beside = Viewer(page, another.url)
    beside.until("(v, uid) => v.image > 0 && v.seriesInstanceUID === uid", 0, series[1])
    assert len(beside.viewports()) == 1
    # The reader says what this window is for: the screen of that role hangs, also the next time.
    beside.press("h")
    page.get_by_test_id("window-role").select_option("current")
    page.locator(f'[data-testid="hanging"][data-hanging="{kept["id"]}"]').click()
    beside.until("(v, uid) => v.image > 0 && v.seriesInstanceUID === uid", 0, series[0])
    beside.press("h")
    expect(page.get_by_test_id("window-role")).to_have_value("current")
    page.get_by_test_id("window-role").select_option("")
    page.keyboard.press("Escape")
    httpx.delete(f"{another.url}/api/hangings/{kept['id']}")


def test_a_hanging_is_written_with_the_keyboard_alone(another: Viewer) -> None:
    """Added, its grid and cell chosen, kept, changed, moved and removed; names are no markup."""
    for one in httpx.get(f"{another.url}/api/hangings").json()["hangings"]:
        httpx.delete(f"{another.url}/api/hangings/{one['id']}")
    page = another.page
    page.goto(f"{another.url}/hangings")
    expect(page.get_by_test_id("hanging-row").first).to_be_visible(timeout=SLOW)
    page.keyboard.press("a")
    name = page.get_by_test_id("form-name")
    expect(name).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("<img src=x onerror=alert(1)>")

    def reach(test_id: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("id => document.activeElement.dataset.testid === id", test_id):
                return
        raise AssertionError(f"Tab does not come to {test_id}")

    reach("form-columns")
    page.keyboard.type("3")
    cells = page.get_by_test_id("hanging-form").get_by_test_id("hanging-cell")
    expect(cells).to_have_count(3)
    reach("hanging-cell")
    page.keyboard.press("Enter")
    if not page.get_by_test_id("cell-pick").count():
        reach("cell-add-pick")
        page.keyboard.press("Enter")
    page.get_by_test_id("pick-modality").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("us")
    page.keyboard.press("Enter")
    row = page.get_by_test_id("hanging-row").filter(has_text="<img src=x onerror=alert(1)>")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("1 × 3")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(name).to_have_value("<img src=x onerror=alert(1)>")
    reach("form-cancel")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("hanging-form")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(row).to_have_count(0)


def asked_of(ds: pydicom.Dataset) -> list[tuple[list[float], str, str]]:
    """Place on the screen (PS3.3 C.23.3), laterality and view of each display set of a protocol."""
    found = []
    for one in ds.DisplaySetsSequence:
        (images,) = (
            images
            for images in ds.ImageSetsSequence
            if images.TimeBasedImageSetsSequence[0].ImageSetNumber == one.ImageSetNumber
        )
        values = {s.SelectorAttribute: s.get("SelectorCSValue") for s in images.ImageSetSelectorSequence}
        place = [float(v) for v in one.ImageBoxesSequence[0].DisplayEnvironmentSpatialPosition]
        found.append((place, values[0x00200062], values[0x00185101]))
    return found


def test_hangings_are_edited_read_from_objects_and_saved_as_such(
    another: Viewer, tmp_path: Path, watch: Watch
) -> None:
    watch.allow("status of 400 .*/api/hangings/read")
    page = another.page
    page.goto(f"{another.url}/hangings")
    page.get_by_test_id("hanging-stored").click()
    page.get_by_test_id("stored-hanging").click()
    cells = page.get_by_test_id("hanging-form").get_by_test_id("hanging-cell")
    # TRUTH.csv: top left, top right, bottom left, bottom right.
    expect(cells).to_have_text(["R CC", "L CC", "R MLO", "L MLO"])
    page.get_by_test_id("form-name").fill("Screening")
    cells.nth(3).click()
    page.get_by_test_id("show-width").fill("300")
    page.get_by_test_id("show-level").fill("-40")
    page.get_by_test_id("form-save").click()
    row = page.get_by_test_id("hanging-row").filter(has_text="Screening")
    row.click()
    with page.expect_download() as coming:
        page.get_by_test_id("hanging-export").click()
    path = tmp_path / "ours.dcm"
    coming.value.save_as(path)
    ds = pydicom.dcmread(path)
    assert ds.HangingProtocolName == "Screening"
    made = pydicom.dcmread(MADE / "hanging" / "mammography-2x2.dcm")
    assert asked_of(ds) == asked_of(made)
    # Read again it is the same, with the window that no attribute of the standard holds.
    page.get_by_test_id("hanging-file").set_input_files(path)
    expect(cells).to_have_text(["R CC", "L CC", "R MLO", "L MLO · W 300 L -40"])
    cells.nth(3).click()
    expect(page.get_by_test_id("show-width")).to_have_value("300")
    expect(page.get_by_test_id("show-level")).to_have_value("-40")
    page.get_by_test_id("form-cancel").click()
    row.click()
    page.get_by_test_id("hanging-remove").click()
    expect(row).to_have_count(0)
    page.get_by_test_id("hanging-undo").click()
    expect(row).to_have_count(1)
    # What cannot be taken over is said; what is none is refused in place.
    ds.ImageSetsSequence[0].ImageSetSelectorSequence[0].SelectorAttribute = 0x00180024
    del ds[0x00731001]
    ds.save_as(tmp_path / "odd.dcm")
    page.get_by_test_id("hanging-file").set_input_files(tmp_path / "odd.dcm")
    expect(page.get_by_test_id("hanging-notes")).to_contain_text("A selector (0018,0024) is not understood")
    page.get_by_test_id("form-cancel").click()
    (tmp_path / "no.dcm").write_bytes(b"no")
    page.get_by_test_id("hanging-file").set_input_files(tmp_path / "no.dcm")
    expect(page.get_by_test_id("refused")).to_contain_text("DICOM")
