"""docs/automation.md is kept: marks, window.readingRoom, every data-testid; nothing leaves the machine."""

from __future__ import annotations

import re
from itertools import pairwise

import pydicom
from playwright.sync_api import Page, Route, expect

from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY

from .conftest import Watch
from .pages import SLOW, LoginPage, StudyList, Viewer
from .samples import CT_HEAD, MR_SAGITTAL, NO_ROWS, XA, Samples, copy_as_new_study, files, study_of

DOCUMENT = REPOSITORY / "docs" / "automation.md"


ELSEWHERE = {
    "foot of the list", "study list at work", "send dialog",
    "bar of list, jobs, nodes, rules, log", "jobs", "a job",
    "an open job", "nodes", "one node", "its test", "form of a node", "rules", "one rule",
    "form of a rule", "dry run", "log", "its filter", "an event", "first paint",
    "keys and mouse", "server lost, session over", "what is broken", "volumes", "SUV in the panel",
    "laid over", "films, overlays", "threats, measured images",
    "three dimensions", "surfaces alone", "segmentations", "surfaces, marks, maps",
    "shared cursor", "calibration of an image",
    "hanging in the viewer", "hangings", "one hanging", "form of a hanging", "sessions",
    "own windows", "several windows", "whole slides", "mammograms", "regions and calipers of the reader",
    "ultrasound regions",
    "states at work",
    "documents",
    "tag browser", "models", "curves and tables",
    "structures", "dose", "RT images", "plans and records",
    "video",
    "waveforms", "long recordings", "sound", "MR spectra",
    "presentation states", "subtraction", "key images",
    "reports", "measurements",
}  # fmt: skip
"""Rows whose elements need jobs, nodes, rules, events or choices: tests of those pages work with them."""


def documented_ids() -> set[str]:
    """Data-testids of the table "Elements"; `-right` after `orientation-top` is `orientation-right`."""
    table = DOCUMENT.read_text(encoding="utf-8").partition("## Elements")[2].partition("\n## ")[0]
    found: set[str] = set()
    for row in re.findall(r"^\| .*", table, re.MULTILINE)[2:]:
        if row.split("|")[1].strip() in ELSEWHERE:
            continue
        stem = ""
        for token in re.findall(
            r"`([\w.-]+)`", row.split("|")[2].replace("data-study-uid", "").replace("data-series-uid", "")
        ):
            if not token.startswith("-"):
                stem = next(
                    (s for s in ("corner", "orientation", "filter", "tool") if token.startswith(s + "-")),
                    token,
                )
            found.add(stem + token if token.startswith("-") else token)
    return found - {""}


class Seen(set[str]):
    """The data-testids that were on the page at some time."""

    def look(self, page: Page) -> None:
        """Add what is there now."""
        self.update(
            page.evaluate("() => [...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid)")
        )


def test_user_timing_marks(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(CT_HEAD))
    viewer.page.wait_for_function(
        "() => performance.getEntriesByName('rr:series-complete').length > 0", timeout=SLOW
    )
    marks = [
        viewer.page.evaluate(
            "name => (({startTime, detail}) => [startTime, detail])(performance.getEntriesByName(name)[0])",
            name,
        )
        for name in ("rr:open", "rr:first-image", "rr:series-complete")
    ]
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(marks))
    assert marks[0][1]["studies"] == [samples.study(CT_HEAD)]
    assert marks[2][1] == {"seriesInstanceUID": viewer.viewport()["seriesInstanceUID"], "failed": 0}


def test_reports_have_the_documented_fields(viewer: Viewer, samples: Samples) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    of_viewport, _, rest = text.partition("`viewports()`")[2].partition("`probe(viewportId, x, y)`")
    of_probe = rest.partition("\n\n`")[0]
    report = viewer.open_image(samples.study(CT_HEAD))
    assert set(report) == _fields(of_viewport)
    middle = [report["id"], report["width"] / 2, report["height"] / 2]
    probe = viewer.page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y)", middle)
    assert set(probe) == _fields(of_probe)
    assert viewer.page.evaluate("id => window.readingRoom.probe(id, 2, 2)", report["id"]) is None
    assert probe["unit"] == "HU"


def _fields(text: str) -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_the_ordinary_way_makes_no_errors_and_asks_nobody_else(
    page: Page, room: RunningServer, samples: Samples, watch: Watch
) -> None:
    """List, search, open, scroll, window, back: over images that can all be drawn."""
    listed, viewer = StudyList(page, room.url), Viewer(page, room.url)
    listed.open("text=HEAD&modality=CT")
    listed.row(samples.study(CT_HEAD)).dblclick()
    viewer.until("v => v.image > 0")
    viewer.wheel(3)
    viewer.until("v => v.image === 4")
    viewer.press("4")
    viewer.until("v => v.window.width === 1900")
    page.get_by_test_id("back").click()
    expect(listed.row(samples.study(CT_HEAD))).to_be_visible(timeout=SLOW)
    assert watch.hosts == {HOST}
    assert watch.errors == []


def test_every_documented_element_exists(
    login: LoginPage, desk: RunningServer, room: RunningServer, samples: Samples, watch: Watch
) -> None:
    watch.allow("status of|ERR_FAILED")
    page, seen = login.page, Seen()
    _see_login(login, desk, seen)
    _see_list(StudyList(page, room.url), room, samples, seen)
    _see_viewer(Viewer(page, room.url), samples, seen)
    assert documented_ids() <= seen, f"documented, but not there: {sorted(documented_ids() - seen)}"


def _see_login(login: LoginPage, desk: RunningServer, seen: Seen) -> None:
    page = login.page
    login.open()
    login.log_in("nobody", "nothing")
    expect(login.error).to_be_visible(timeout=SLOW)
    seen.look(page)
    login.log_in("admin", desk.password())
    page.get_by_test_id("account").click(timeout=SLOW)
    expect(page.get_by_test_id("logout")).to_be_visible(timeout=SLOW)
    seen.look(page)


def _see_list(listed: StudyList, room: RunningServer, samples: Samples, seen: Seen) -> None:
    page = listed.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/studies/search", hold)
    page.goto(listed.url)
    expect(page.get_by_test_id("loading")).to_be_visible(timeout=SLOW)
    seen.look(page)
    for route in held:
        route.abort()
    expect(page.get_by_test_id("failed")).to_be_visible(timeout=SLOW)
    seen.look(page)
    page.unroute("**/api/studies/search", hold)
    listed.open("text=nobody+of+that+name")
    expect(page.get_by_test_id("empty")).to_be_visible(timeout=SLOW)
    seen.look(page)
    new = copy_as_new_study(files(samples.data, CT_HEAD)[0], samples.folder / "seen.dcm", "SEEN^ONCE")
    listed.open("text=seen")
    dcmtk("storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), samples.folder / "seen.dcm")
    expect(listed.row(new).get_by_test_id("still-receiving")).to_be_visible(timeout=SLOW)
    listed.more_filters()
    seen.look(page)
    listed.open("patient_id=SYNTAX")
    expect(listed.rows.first).to_be_visible(timeout=SLOW)
    page.keyboard.press("Space")
    expect(page.get_by_test_id("prior").first).to_be_visible(timeout=SLOW)
    seen.look(page)


def _see_viewer(viewer: Viewer, samples: Samples, seen: Seen) -> None:
    page = viewer.page
    viewer.open_image(samples.study(CT_HEAD), samples.study(MR_SAGITTAL))
    page.get_by_test_id("layout").click()
    expect(page.get_by_test_id("layout-2x2")).to_be_visible()
    seen.look(page)
    page.get_by_test_id("layout-3x3").click()
    expect(page.get_by_test_id("viewport-empty").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("mixed-patients")).to_be_visible(timeout=SLOW)
    seen.look(page)
    viewer.press("Alt+1")
    for key in ("i", "]", "Shift+BracketLeft", "q"):
        viewer.press(key)
    viewer.hover()
    expect(page.get_by_test_id("probe-label")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("flag-turned")).to_be_visible(timeout=SLOW)
    seen.look(page)
    _see_panel_and_dialogs(page, seen)
    for study in (samples.study(XA), _derived_lossy(samples), samples.study(NO_ROWS)):
        viewer.open(study)
        seen.look(page)


def _see_panel_and_dialogs(page: Page, seen: Seen) -> None:
    page.get_by_test_id("toggle-panel").click()
    page.get_by_test_id("tab-tags").click()
    expect(page.get_by_test_id("tags")).to_be_visible(timeout=SLOW)
    seen.look(page)
    page.get_by_test_id("open-palette").click()
    expect(page.get_by_test_id("palette-input")).to_be_visible(timeout=SLOW)
    seen.look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_test_id("help")).to_be_visible(timeout=SLOW)
    seen.look(page)


def _derived_lossy(samples: Samples) -> str:
    """The study of the sample that says of itself that it is derived and lossy."""
    for path in samples.syntaxes.values():
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        if ds.get("LossyImageCompression") == "01" and "DERIVED" in ds.get("ImageType", []):
            return study_of(path)
    raise AssertionError("no sample is both")
