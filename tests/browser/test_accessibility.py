"""WCAG 2.2 AA outside the image, as axe-core reads the pages (screens.md, "Access")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from typing import Any

import httpx
import pydicom
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .inspector import FURTHER, Inspector
from .pages import SLOW, Viewer
from .samples import CT_HEAD, JAPANESE, Samples, study_of

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=["dark", "bright"])
def inspector(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Inspector]:
    """A window in one of the themes, without movement."""
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_init_script(f"try {{ localStorage.setItem('rr.theme:', '\"{request.param}\"'); }} catch {{}}")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Inspector(page)
    assert page.evaluate("document.documentElement.dataset.theme") == request.param
    context.close()


def _shows(page: Page, test_id: str) -> None:
    expect(page.get_by_test_id(test_id).first).to_be_visible(timeout=SLOW)


def _shows_either(page: Page, one: str, other: str) -> None:
    expect(page.get_by_test_id(one).or_(page.get_by_test_id(other)).first).to_be_visible(timeout=SLOW)


def _opened(inspector: Inspector, key: str, test_id: str, state: str) -> None:
    """A dialog by its key, looked at and left."""
    inspector.page.keyboard.press(key)
    _shows(inspector.page, test_id)
    inspector.look(state)
    inspector.page.keyboard.press("Escape")
    expect(inspector.page.get_by_test_id(test_id)).to_have_count(0, timeout=SLOW)


@pytest.mark.row("VIEW-SEARCH-01")
def test_the_list_and_its_dialogs(inspector: Inspector, room: RunningServer) -> None:
    page = inspector.page
    page.goto(f"{room.url}/?text=head")
    _shows(page, "study")
    inspector.look("list")
    page.keyboard.press("Space")
    _shows(page, "drawer")
    inspector.look("drawer")
    _opened(inspector, "Control+e", "send-dialog", "send")
    _opened(inspector, "Delete", "delete-dialog", "delete")
    _opened(inspector, "?", "help", "keys")
    for menu in ("columns", "kind", "account"):
        page.get_by_test_id(menu).click()
        inspector.look(menu)
        page.keyboard.press("Escape")
    page.get_by_test_id("more-filters").click()
    _shows(page, "filter-name")
    page.get_by_test_id("filter-name").fill("nobody is called so")
    _shows(page, "empty")
    inspector.look("nothing found")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{room.url}/")
    _shows(page, "study")
    inspector.look("phone")
    inspector.verdict()


@pytest.mark.row("VIEW-DISP-01")
def test_the_viewer_and_its_dialogs(inspector: Inspector, room: RunningServer, samples: Samples) -> None:
    page = inspector.page
    viewer = Viewer(page, room.url)
    viewer.open_image(samples.study(CT_HEAD))
    inspector.look("viewer")
    page.keyboard.press("\\")
    _shows(page, "panel")
    tabs = page.get_by_test_id("panel").get_by_role("tab")
    for i in range(tabs.count()):
        tabs.nth(i).click()
        inspector.look(f"panel {i}")
    page.keyboard.press("Escape")
    _opened(inspector, "Control+k", "palette", "palette")
    _opened(inspector, "?", "help", "keys and pointer")
    page.get_by_test_id("layout").click()
    inspector.look("layout")
    page.keyboard.press("Escape")
    viewer.press("F1")
    _shows(page, "tool-help")
    inspector.look("help on the image")
    for words, test_id in (
        ("keys and mouse", "key-dialog"),
        ("choose the corner texts", "corner-dialog"),
        ("calibrate this monitor", "calibrate"),
    ):
        viewer.command(words)
        _shows(page, test_id)
        inspector.look(words)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id(test_id)).to_have_count(0, timeout=SLOW)
    page.get_by_test_id("tab-image").click()
    viewer.press("Shift+X")
    _shows(page, "volume-section")
    inspector.look("multiplanar")
    viewer.press("Shift+X")
    expect(page.get_by_test_id("volume-section")).to_have_count(0, timeout=SLOW)
    viewer.press("Shift+V")
    expect(page.get_by_test_id("three-words")).to_have_count(0, timeout=SLOW)
    _shows(page, "three-panel")
    inspector.look("three dimensions")
    viewer.open_image(study_of(next(iter(samples.syntaxes.values()))))
    viewer.press("c")
    _shows(page, "study-badge")
    inspector.look("compare")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    viewer.open_image(samples.study(JAPANESE))
    page.get_by_test_id("more").click()
    inspector.look("phone")
    inspector.verdict()


WAVE = shared_data() / "made" / "waveforms" / "ecg-12-lead.dcm"
SPECTRUM = shared_data() / "made" / "spectroscopy" / "single-voxel.dcm"


@pytest.mark.row("VIEW-DISP-06", "VIEW-DISP-07")
def test_the_views_of_waveforms_and_spectra(inspector: Inspector, shelf: RunningServer) -> None:
    """Paper with its intervals, sound, spectra; each page has one heading that says whose they are."""
    page = inspector.page
    viewer = Viewer(page, shelf.url)
    viewer.open(str(pydicom.dcmread(WAVE).StudyInstanceUID))
    for file, test_id in ((WAVE, "wave-paper"), (WAVE.with_name("audio-voice.dcm"), "audio")):
        viewer.series(str(pydicom.dcmread(file).SeriesInstanceUID)).click()
        _shows(page, test_id)
        if file == WAVE:
            page.get_by_test_id("wave-panel").click()
            _shows(page, "wave-intervals")
        inspector.look(test_id, FURTHER)
    viewer.open(str(pydicom.dcmread(SPECTRUM).StudyInstanceUID))
    _shows(page, "spectrum")
    inspector.look("spectra", FURTHER)
    inspector.verdict()


STOP = """() => {
    const at = document.activeElement, field = at.closest('.field, .keysearch') ?? at;
    const ringed = [at, field].some(e => {
        const style = getComputedStyle(e);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const { left, top, width, height } = at.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    let scrolled = 0;
    for (let e = at.parentElement; e; e = e.parentElement) scrolled += e.scrollTop;
    const part = at.closest('header, .side, .chiprow, .th, .mid, .drawer, .tools, .rail, .panel, .foot');
    return { name: at.dataset.testid || at.ariaLabel || at.textContent.slice(0, 20), ringed,
             seen: at === hit || at.contains(hit) || field.contains(hit) || hit?.contains(at) || false,
             part: part?.className ?? '', left, body: at === document.body,
             top: scrolled + top + Math.min(height / 2, 24) };
}"""
"""The element that has the focus: whether a ring shows it, whether something lies over it, where it is."""


def _stops(page: Page, most: int = 90) -> list[dict[str, Any]]:
    """Where Tab goes from the beginning of the page, until it leaves it."""
    found: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(STOP)
        if stop["body"] or (found and stop["name"] == found[0]["name"] and stop["top"] == found[0]["top"]):
            break
        found.append(stop)
    return found


def _in_order(stops: list[dict[str, Any]]) -> None:
    """In each part of the page down, in a line to the right; every stop is seen (2.4.3, 2.4.7, 2.4.11)."""
    for stop in stops:
        assert stop["ringed"], f"no ring: {stop}"
        assert stop["seen"], f"something lies over it: {stop}"
    for before, after in pairwise(stops):
        if before["part"] == after["part"]:
            same_line = abs(after["top"] - before["top"]) < 12
            right = after["left"] >= before["left"] if same_line else after["top"] > before["top"]
            assert right, f"{before} comes before {after}"
    parts = [name for name, _ in groupby(stops, lambda stop: stop["part"])]
    assert len(parts) == len(set(parts)), f"comes back to a part of the page: {parts}"


@pytest.mark.row("VIEW-DISP-01")
def test_focus_goes_in_order_and_comes_back(
    page: Page, room: RunningServer, samples: Samples, watch: Watch
) -> None:
    """Tab through list and viewer; dialogs keep it, Escape gives it back to the button; no trap."""
    watch.allow(r"status of 4\d\d .*/thumbnail\?")
    page.goto(f"{room.url}/?text=head")
    _shows(page, "study")
    page.evaluate("document.activeElement.blur()")
    stops = _stops(page)
    assert len(stops) > 12
    _in_order(stops)
    page.get_by_test_id("account").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("change-keys").press("Enter")
    _shows(page, "key-dialog")
    _kept_inside(page, "key-dialog")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("key-dialog")).to_have_count(0)
    expect(page.get_by_test_id("account")).to_be_focused()

    viewer = Viewer(page, room.url)
    viewer.open_image(samples.study(CT_HEAD))
    viewer.press("\\")
    _shows(page, "panel")
    stops = _stops(page)
    assert {"tools", "rail", "panel", "foot"} <= {stop["part"] for stop in stops}
    _in_order(stops)
    for button, test_id in (("open-palette", "palette"), ("open-help", "help")):
        page.get_by_test_id(button).press("Enter")
        _shows(page, test_id)
        _kept_inside(page, test_id)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id(test_id)).to_have_count(0)
        expect(page.get_by_test_id(button)).to_be_focused()
    page.get_by_test_id("layout").press("Enter")
    expect(page.get_by_test_id("layout-1x1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("layout")).to_be_focused()


def _kept_inside(page: Page, test_id: str) -> None:
    for key in ("Shift+Tab", "Tab", "Tab"):
        page.keyboard.press(key)
        inside = "id => document.querySelector(`[data-testid=${id}]`).contains(document.activeElement)"
        assert page.evaluate(inside, test_id), f"{key} leaves {test_id}"


@pytest.mark.row("VIEW-SEARCH-01")
def test_the_pages_of_administrators(inspector: Inspector, room: RunningServer) -> None:
    page = inspector.page
    states: dict[str, Callable[[], Any] | None] = {
        "jobs": None,
        "nodes": lambda: page.get_by_test_id("node-add").click(),
        "rules": lambda: page.get_by_test_id("rule-add").click(),
        "log": None,
        "deleted": None,
    }
    for name, further in states.items():
        page.goto(f"{room.url}/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SLOW)
        expect(page.get_by_test_id("loading")).to_have_count(0, timeout=SLOW)
        if name == "deleted":
            _shows_either(page, "empty", "deletion")
        if name == "log":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        inspector.look(name)
        if further:
            further()
            _shows(page, f"{name[:-1]}-form")
            inspector.look(f"{name} form")
    inspector.verdict()


@pytest.mark.row("VIEW-SESSION-01")
def test_hangings_and_sessions(inspector: Inspector, room: RunningServer, samples: Samples) -> None:
    page = inspector.page
    state = {"studies": [samples.study(CT_HEAD)], "state": {}}
    httpx.put(f"{room.url}/api/readings/accessible-1/windows/1", json=state).raise_for_status()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(f"{room.url}/sessions")
        _shows(page, "session")
        inspector.look(f"sessions {size}")
        page.get_by_test_id("session-rename").first.click()
        inspector.look(f"renaming {size}")
        page.goto(f"{room.url}/hangings")
        page.get_by_test_id("hanging-row").first.click()
        inspector.look(f"hangings {size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.get_by_test_id("hanging-edit").click()
        _shows(page, "hanging-form")
        inspector.look(f"form {size}")
    inspector.verdict()


@pytest.mark.row("VIEW-SEARCH-01")
def test_the_login(inspector: Inspector, desk: RunningServer) -> None:
    inspector.page.goto(f"{desk.url}/?away")
    _shows(inspector.page, "login")
    inspector.look("login")
    inspector.page.get_by_test_id("login-name").fill("nobody")
    inspector.page.get_by_test_id("login-password").fill("nothing")
    inspector.page.get_by_test_id("login-submit").click()
    _shows(inspector.page, "login-error")
    inspector.look("refused")
    inspector.verdict()
