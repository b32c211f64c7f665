"""Several windows of one session: one patient, links across, series sent, windows that come and go."""

from __future__ import annotations

from collections.abc import Iterator

import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server

from .conftest import Watch
from .pages import SLOW, Viewer
from .samples import MR_SAGITTAL, Samples, files, series_of

HEAD = "ct-series/head-5mm"
THIN = "ct-series/head-1mm"
SCOUT = "ct-series/head-scout"


@pytest.fixture(scope="module")
def windows_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with a head of three series and somebody else's spine."""
    folder = tmp_path_factory.mktemp("windows")
    wanted = [samples.path(name) for name in (HEAD, THIN, SCOUT, MR_SAGITTAL)]
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, windows_room: RunningServer) -> Viewer:
    """The first window."""
    return Viewer(page, windows_room.url)


def heights(samples: Samples, name: str) -> dict[str, float]:
    """SOP Instance UID to z of the image position."""
    found = [pydicom.dcmread(p, stop_before_pixels=True) for p in files(samples.data, name)]
    return {str(ds.SOPInstanceUID): float(ds.ImagePositionPatient[2]) for ds in found}


def opened_beside(viewer: Viewer, watch: Watch) -> Viewer:
    """One more window by its key, watched like the first; its first image is drawn."""
    with viewer.page.context.expect_page() as coming:
        viewer.press("Shift+W")
    page = coming.value
    page.on("console", watch.on_console)
    page.on("pageerror", lambda error: watch.errors.append(f"uncaught: {error}"))
    page.set_default_timeout(45_000)
    beside = Viewer(page, viewer.url)
    beside.until("v => v.image > 0")
    return beside


def numbered(viewer: Viewer, words: str) -> None:
    """Wait until the header says which window it is."""
    expect(viewer.page.get_by_test_id("window-number")).to_have_text(words, timeout=SLOW)


def take(viewer: Viewer, series: str) -> None:
    """Show a series of the rail."""
    viewer.series(series).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, series)


def line(viewer: Viewer, words: str) -> None:
    """Wait until the foot says this of the windows."""
    expect(viewer.page.get_by_test_id("windows-line")).to_contain_text(words, timeout=SLOW)


@pytest.mark.row("VIEW-DISP-01")
def test_two_windows_read_one_patient(viewer: Viewer, samples: Samples, watch: Watch) -> None:
    """Links by position, reference lines, the shared cursor, a series sent and moved with its state."""
    thick, thin = heights(samples, HEAD), heights(samples, THIN)
    head, fine, scout = (series_of(files(samples.data, name)[0]) for name in (HEAD, THIN, SCOUT))
    viewer.open_image(samples.study(HEAD))
    take(viewer, head)
    beside = opened_beside(viewer, watch)
    numbered(viewer, "Window 1 of 2")
    numbered(beside, "Window 2 of 2")
    who = viewer.page.get_by_test_id("patient").text_content() or ""
    assert beside.page.get_by_test_id("patient").text_content() == who
    assert beside.page.url == f"{viewer.url}/viewer?StudyInstanceUIDs={samples.study(HEAD)}"

    take(beside, fine)
    viewer.press("g")
    expect(beside.page.get_by_test_id("link-state")).to_be_visible(timeout=SLOW)
    order = sorted(thick, key=lambda uid: thick[uid])
    for index in (14, 5):
        viewer.press("Home")
        viewer.press("ArrowDown", index)
        viewer.until("(v, uid) => v.sopInstanceUID === uid", 0, order[index])
        nearest = min(abs(z - thick[order[index]]) for z in thin.values())
        near = [uid for uid, z in thin.items() if abs(abs(z - thick[order[index]]) - nearest) < 1e-3]
        beside.until("(v, uids) => uids.includes(v.sopInstanceUID)", 0, near)
    viewer.press("4")
    beside.until("v => v.window.center === 420 && v.window.width === 1900")
    beside.press("+", 2)
    zoom = beside.viewport()["zoom"]
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-6", arg=zoom)
    beside.press("g")
    expect(viewer.page.get_by_test_id("link-state")).to_have_count(0, timeout=SLOW)

    take(beside, scout)
    beside.press("r")
    drawn = beside.page.get_by_test_id("line-ax")
    expect(drawn).to_have_count(1, timeout=SLOW)
    place = beside.viewport()["place"]
    here = thick[viewer.viewport()["sopInstanceUID"]]
    row = (place["position"][2] - here) / place["spacing"][0] + 0.5
    _, b, c, d, _, f = beside.viewport()["matrix"]
    assert b == c == 0
    assert float(drawn.locator(".ln").get_attribute("y1") or "nan") == pytest.approx(d * row + f, abs=0.6)
    box = viewer.box()
    viewer.page.keyboard.down("Shift")
    viewer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(beside.page.get_by_test_id("shared-cursor")).to_be_visible(timeout=SLOW)
    viewer.page.keyboard.up("Shift")

    for key in ("Shift+BracketLeft", "i", "2"):
        viewer.press(key)
    shown = viewer.until("v => v.flipped && v.inverted && v.window.width === 215")
    viewer.press("Shift+S")
    beside.until("(v, uid) => v.seriesInstanceUID === uid && v.flipped && v.inverted", 0, head)
    sent = beside.until("(v, z) => v.window.width === 215 && Math.abs(v.zoom - z) < 1e-6", 0, shown["zoom"])
    assert (sent["sopInstanceUID"], sent["image"]) == (shown["sopInstanceUID"], shown["image"])
    expect(viewer.page.get_by_test_id("notice")).to_have_text("Shown in window 2.", timeout=SLOW)
    viewer.press("Shift+M")
    expect(viewer.page.get_by_test_id("viewport-empty")).to_be_visible(timeout=SLOW)
    viewer.press("Control+z")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, head)


@pytest.mark.row("VIEW-DISP-01")
def test_windows_follow_go_and_come_back(viewer: Viewer, samples: Samples, watch: Watch) -> None:
    """Reload keeps number and layout; another patient is followed or stands apart; the first window goes."""
    fine = series_of(files(samples.data, THIN)[0])
    viewer.open_image(samples.study(HEAD))
    viewer.page.evaluate("window.open = () => null")
    viewer.press("Shift+W")
    expect(viewer.page.get_by_test_id("notice")).to_contain_text("allow pop-ups", timeout=SLOW)
    viewer.page.reload()
    viewer.until("v => v.image > 0")
    beside = opened_beside(viewer, watch)
    beside.press("Alt+2")
    beside.until("v => v.image > 0", 1)
    take(beside, fine)
    beside.page.reload()
    beside.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, fine)
    assert len(beside.viewports()) == 2
    numbered(beside, "Window 2 of 2")
    viewer.page.get_by_test_id("theme").click()
    expect(beside.page.locator("html")).to_have_attribute("data-theme", "bright", timeout=SLOW)

    viewer.press("/")
    expect(beside.page.get_by_test_id("windows-cover")).to_contain_text("closed this study", timeout=SLOW)
    beside.page.get_by_test_id("windows-go-on").click()
    expect(beside.page.get_by_test_id("windows-cover")).to_have_count(0)
    viewer.open_image(samples.study(MR_SAGITTAL))
    who = viewer.page.get_by_test_id("patient").text_content() or ""
    expect(beside.page.get_by_test_id("patient")).to_have_text(who, timeout=SLOW)
    beside.until("v => v.image > 0")

    beside.open_image(samples.study(HEAD))
    line(beside, "another patient")
    line(viewer, "Window 2 shows another patient.")
    beside.page.get_by_test_id("windows-lead").click()
    who = beside.page.get_by_test_id("patient").text_content() or ""
    expect(viewer.page.get_by_test_id("patient")).to_have_text(who, timeout=SLOW)

    watch.over = True
    viewer.page.close()
    watch.over = False
    line(beside, "The first window was closed.")
    assert beside.page.evaluate("window.readingRoom.windows()") == {
        "number": 1, "count": 1, "first": True, "apart": False
    }  # fmt: skip
    beside.page.get_by_test_id("windows-line-close").click()
    expect(beside.page.get_by_test_id("windows-line")).to_have_count(0)
    assert beside.viewport()["studyInstanceUID"] == samples.study(HEAD)
