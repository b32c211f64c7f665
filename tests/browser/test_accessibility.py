"""WCAG 2.2 AA outside the image, as axe-core reads the pages (screens.md, "Access").

axe-core is MPL-2.0 and only a tool of these tests: nothing of it is shipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.server import RunningServer

from .pages import SLOW, Viewer
from .samples import CT_HEAD, JAPANESE, Samples

AXE = Path(__file__).parents[2] / "viewer/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """tags => axe.run({ exclude: ['.pixels'] }, { runOnly: tags, resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(
        ({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`)))"""
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Inspector:
    """Collects what axe-core finds on a page in several states."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}
        self._axe = AXE.read_text()

    def look(self, state: str) -> None:
        """Ask about the page as it is."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(self._axe)
        found: list[str] = self.page.evaluate(RUN, TAGS)
        if found:
            self.found[state] = found

    def verdict(self) -> None:
        """AssertionError with everything that was found."""
        assert not self.found, json.dumps(self.found, indent=1, ensure_ascii=False)


@pytest.fixture(params=["dark", "bright"])
def inspector(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Inspector]:
    """A window in one of the themes, without movement."""
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_init_script(f"try {{ localStorage.setItem('rr.theme', '{request.param}'); }} catch {{}}")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Inspector(page)
    context.close()


def _shows(page: Page, test_id: str) -> None:
    expect(page.get_by_test_id(test_id).first).to_be_visible(timeout=SLOW)


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
    expect(page.get_by_test_id("study")).to_have_count(0, timeout=SLOW)
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
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    viewer.open_image(samples.study(JAPANESE))
    inspector.look("phone")
    inspector.verdict()


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
        if name == "log":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        inspector.look(name)
        if further:
            further()
            _shows(page, f"{name[:-1]}-form")
            inspector.look(f"{name} form")
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
