"""One person in two browsers, and a page that may do nothing but what its policy allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.server import RunningServer

from .conftest import Watch
from .pages import SLOW, StudyList, Viewer
from .samples import CT_HEAD, Samples

pytestmark = pytest.mark.row("VIEW-SEARCH-01")

_VIOLATIONS = """
window.violations = [];
addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@contextmanager
def another_browser(chromium: Browser) -> Iterator[Page]:
    """With nothing kept in it."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def test_choices_come_along_into_another_browser(chromium: Browser, room: RunningServer) -> None:
    with another_browser(chromium) as one, another_browser(chromium) as two:
        for page in (one, two):
            StudyList(page, room.url).open("text=paging")
        with one.expect_response(lambda r: "birth" in (r.request.post_data or ""), timeout=SLOW):
            one.get_by_test_id("theme").click()
            one.get_by_test_id("columns").click()
            one.get_by_test_id("column-birth").click()
        expect(one.locator("html")).to_have_attribute("data-theme", "bright", timeout=SLOW)
        two.reload()
        expect(two.locator("html")).to_have_attribute("data-theme", "bright", timeout=SLOW)
        expect(two.locator('[data-testid=head][data-column="birth"]')).to_be_visible(timeout=SLOW)
        with two.expect_response(lambda r: "dark" in (r.request.post_data or ""), timeout=SLOW):
            two.get_by_test_id("theme").click()
        one.reload()
        expect(one.locator("html")).to_have_attribute("data-theme", "dark", timeout=SLOW)
        expect(one.locator('[data-testid=head][data-column="birth"]')).to_be_visible(timeout=SLOW)


def test_the_policy_is_kept_in_list_and_viewer(
    page: Page, studies: StudyList, samples: Samples, watch: Watch
) -> None:
    """The console is watched too, by the fixture of the page."""
    page.add_init_script(_VIOLATIONS)
    studies.open("modality=CT")
    studies.row(samples.study(CT_HEAD)).dblclick()
    Viewer(page, studies.url).until("v => v.image > 0")
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    assert page.evaluate("violations") == []
    assert page.evaluate("crossOriginIsolated")
    ran = page.evaluate(
        """() => new Promise((done) => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            addEventListener('securitypolicyviolation', (e) => done([e.violatedDirective, window.ran]));
            document.body.append(script);
        })"""
    )
    watch.allow("Executing inline script violates")
    assert ran == ["script-src-elem", None]
