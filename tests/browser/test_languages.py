"""The screens in other languages: asked for by the browser or chosen, with room for longer words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.server import RunningServer

from .pages import SLOW, LoginPage, Viewer, overflow
from .samples import CT_HEAD, Samples

SIZES = [(1440, 900), (1024, 768), (390, 844)]


@contextmanager
def speaking(chromium: Browser, locale: str, kept: str = "") -> Iterator[Page]:
    """A window of a browser that asks for this language; `kept`: what was chosen in it before."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale=locale)
    if kept:
        context.add_init_script(f"try {{ localStorage.setItem('rr.language', '{kept}'); }} catch {{}}")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def test_the_language_of_the_browser_and_another_by_choice(
    chromium: Browser, room: RunningServer, desk: RunningServer
) -> None:
    with speaking(chromium, "de-CH") as page:
        login = LoginPage(page, desk.url)
        login.open()
        assert page.locator("html").get_attribute("lang") == "de"
        expect(page.get_by_test_id("login-submit")).to_contain_text("Anmelden")
        page.goto(f"{room.url}/")
        expect(page.get_by_test_id("tab-studies")).to_have_text("Studien", timeout=SLOW)
        page.get_by_test_id("account").click()
        page.get_by_test_id("language-ja").click()
        expect(page.get_by_test_id("tab-studies")).to_have_text("検査", timeout=SLOW)
        assert page.locator("html").get_attribute("lang") == "ja"
        page.reload()
        expect(page.get_by_test_id("tab-studies")).to_have_text("検査", timeout=SLOW)


def test_a_catalogue_that_does_not_come_leaves_english(chromium: Browser, room: RunningServer) -> None:
    with speaking(chromium, "fr") as page:
        page.route("**/assets/fr-*.js", lambda route: route.abort())
        page.goto(f"{room.url}/")
        expect(page.get_by_test_id("tab-studies")).to_have_text("Studies", timeout=SLOW)
        assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("kept", ["stretched", "ru"])
def test_longer_words_have_room(chromium: Browser, room: RunningServer, samples: Samples, kept: str) -> None:
    with speaking(chromium, "en", kept) as page:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for path in ("/", "/jobs", "/nodes", "/rules", "/log", "/deleted"):
                page.goto(room.url + path)
                ready = page.get_by_test_id("study") if path == "/" else page.get_by_role("heading", level=1)
                expect(ready.first).to_be_visible(timeout=SLOW)
                assert overflow(page) <= 0, (width, path)
            viewer = Viewer(page, room.url)
            viewer.open_image(samples.study(CT_HEAD))
            assert overflow(page) <= 0, (width, "viewer")
            wide = page.evaluate("document.querySelector('[data-testid=patient-bar]').scrollWidth")
            assert wide <= width, "the patient bar"
