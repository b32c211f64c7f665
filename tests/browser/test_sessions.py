"""Sessions: windows as they were, after a reload, a restart and elsewhere; the page that lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, command_line, running_server

from .conftest import DESKTOP, Watch
from .pages import SLOW, Viewer
from .samples import MR_SAGITTAL, Samples, files, series_of

HEAD = "ct-series/head-5mm"
THIN = "ct-series/head-1mm"


@pytest.fixture(scope="module")
def sessions_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server of its own, which is stopped and started again: a head of two series and another patient."""
    folder = tmp_path_factory.mktemp("sessions")
    wanted = [samples.path(name) for name in (HEAD, THIN, MR_SAGITTAL)]
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


class People:
    """Browsers of somebody, each with nothing in it, all watched."""

    def __init__(self, chromium: Browser, watch: Watch, url: str) -> None:
        self.chromium, self.watch, self.url = chromium, watch, url
        self.open: list[BrowserContext] = []

    def browser(self) -> BrowserContext:
        context = self.chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
        context.add_init_script("try { localStorage.setItem('rr.tool-help:anybody', 'false') } catch {}")
        context.on("page", self.heed)
        self.open.append(context)
        return context

    def heed(self, page: Page) -> None:
        page.on("console", self.watch.on_console)
        page.on("pageerror", lambda error: self.watch.errors.append(f"uncaught: {error}"))
        page.set_default_timeout(45_000)

    def viewer(self, context: BrowserContext) -> Viewer:
        return Viewer(context.new_page(), self.url)

    def leave(self) -> None:
        self.watch.over = True
        for context in self.open:
            context.close()
        self.open.clear()
        self.watch.over = False


@pytest.fixture
def people(chromium: Browser, watch: Watch, sessions_room: RunningServer) -> Iterator[People]:
    found = People(chromium, watch, sessions_room.url)
    yield found
    found.leave()
    assert not watch.unexpected(), "\n".join(watch.unexpected())


def kept(url: str) -> dict[str, dict[str, Any]]:
    """What the server kept: by key, whole sessions."""
    found = httpx.get(f"{url}/api/readings").json()["readings"]
    return {one["key"]: httpx.get(f"{url}/api/readings/{one['key']}").json() for one in found}


def opens_beside(viewer: Viewer, key: str) -> Viewer:
    with viewer.page.context.expect_page() as coming:
        viewer.press(key)
    beside = Viewer(coming.value, viewer.url)
    beside.until("v => v.image > 0")
    return beside


FIRST = "v => v.image === 11 && v.window.width === 350"
SECOND = "(v, uid) => v.seriesInstanceUID === uid && v.image === 5 && v.inverted"
OTHER = "v => v.image === 2 && v.window.width === 1900"


@pytest.mark.row("VIEW-SESSION-01")
def test_all_windows_of_a_session_come_back_each_as_it_was(
    people: People, samples: Samples, sessions_room: RunningServer, watch: Watch
) -> None:
    """Two windows and a second session on the same study, over a crash, a reload and elsewhere."""
    watch.allow("127.0.0.1.*/api/")  # what is asked while the server is away
    study, thin = samples.study(HEAD), series_of(files(samples.data, THIN)[0])
    here = people.browser()
    page = here.new_page()
    page.goto(f"{people.url}/sessions")
    expect(page.get_by_text("There is no session yet.")).to_be_visible(timeout=SLOW)
    viewer = Viewer(page, people.url)
    viewer.open_image(study)
    viewer.press("Alt+2")
    viewer.press("PageDown")
    viewer.press("6")
    viewer.until(FIRST)
    beside = opens_beside(viewer, "Shift+W")
    beside.series(thin).click()
    beside.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, thin)
    beside.press("Home")
    beside.press("ArrowDown", 4)
    beside.press("i")
    beside.until(SECOND, 0, thin)
    other = people.viewer(here)
    other.open_image(study)
    other.press("Home")
    other.press("ArrowDown")
    other.press("4")
    other.until(OTHER)

    def all_kept() -> bool:
        both = next((one["windows"] for one in kept(people.url).values() if len(one["windows"]) == 2), {})
        alone = next((one["windows"] for one in kept(people.url).values() if len(one["windows"]) == 1), {})
        asked = [(both, "1", 10, False), (both, "2", 4, True), (alone, "1", 1, False)]
        return all(
            any((v["index"], v["inverted"]) == (index, inverted) for v in windows[seat]["views"].values())
            for windows, seat, index, inverted in asked
            if windows
        ) and bool(both and alone)

    wait_until(all_kept, 60.0, "the server has what the three windows show")
    sessions_room.kill()
    sessions_room.start()
    for one in (viewer, beside, other):
        one.page.reload()
    viewer.until(FIRST)
    beside.until(SECOND, 0, thin)
    other.until(OTHER)
    expect(beside.page.get_by_test_id("window-number")).to_have_text("Window 2 of 2", timeout=SLOW)
    people.leave()

    httpx.put(f"{people.url}/api/readings/gone-0001/windows/1", json={"studies": ["1.2.3"], "state": {}})
    elsewhere = people.browser()
    viewer = people.viewer(elsewhere)
    page = viewer.page
    page.goto(f"{people.url}/sessions")
    rows = page.get_by_test_id("session")
    expect(rows).to_have_count(3)
    expect(rows.first.get_by_test_id("session-lack")).to_have_text(
        "What was read in it is not on the server any more."
    )
    both = rows.filter(has_text="2 windows")
    with elsewhere.expect_page() as coming:
        both.get_by_test_id("session-open").click()
    beside = Viewer(coming.value, people.url)
    viewer.until(FIRST)
    beside.until(SECOND, 0, thin)
    assert (len(viewer.viewports()), len(beside.viewports())) == (2, 1)
    expect(page.get_by_test_id("window-number")).to_have_text("Window 1 of 2", timeout=SLOW)
    assert "HEAD" not in page.url + beside.page.url
    beside.page.close()
    expect(page.get_by_test_id("windows-line")).to_contain_text("Window 2 was closed.", timeout=SLOW)

    # A browser that holds windows back: they are offered.
    page.goto(f"{people.url}/sessions")
    page.evaluate("() => { window.kept = window.open; window.open = () => null; }")
    both.get_by_test_id("session-open").click()
    viewer.until(FIRST)
    offer = page.get_by_test_id("windows-others")
    expect(offer).to_have_text("Open the other window (1)", timeout=SLOW)
    page.evaluate("() => { window.open = window.kept; }")
    with elsewhere.expect_page() as coming:
        offer.click()
    Viewer(coming.value, people.url).until(SECOND, 0, thin)
    expect(page.get_by_test_id("windows-line")).to_have_count(0)

    # The other session was not touched; this window leaves the one it was in.
    page.goto(f"{people.url}/sessions")
    page.get_by_test_id("session").filter(has_text="1 window").filter(has_text="1A TRAUMA").get_by_test_id(
        "session-open"
    ).click()
    viewer.until(OTHER)
    expect(page.get_by_test_id("window-number")).to_have_count(0)
    assert len(kept(people.url)) == 3


def test_sessions_are_renamed_closed_deleted_and_brought_back(
    people: People, samples: Samples, watch: Watch
) -> None:
    watch.allow("/api/readings")  # where nothing answers for a while
    for key in kept(people.url):
        httpx.delete(f"{people.url}/api/readings/{key}")
    viewer = people.viewer(people.browser())
    page = viewer.page
    viewer.open_image(samples.study(HEAD))
    wait_until(lambda: len(kept(people.url)) == 1, 60.0, "the session is kept")
    page.route("**/api/readings", lambda route: route.abort())
    page.goto(f"{people.url}/sessions")
    expect(page.get_by_text("Nothing is lost.")).to_be_visible(timeout=SLOW)
    page.unroute("**/api/readings")
    page.get_by_role("button", name="Try now").click()
    mine = page.get_by_test_id("session").filter(has_text="1A TRAUMA")
    mine.get_by_test_id("session-rename").click()
    page.get_by_test_id("session-name").fill("After <i>lunch</i>")
    page.keyboard.press("Enter")
    named = page.get_by_test_id("session").filter(has_text="After <i>lunch</i>")
    named.get_by_test_id("session-close").click()
    expect(named).to_contain_text("closed")
    expect(page.get_by_test_id("session-resume")).to_have_count(0)
    named.get_by_test_id("session-delete").click()
    expect(named).to_have_count(0)
    page.get_by_test_id("session-undo").click()
    expect(named).to_contain_text("closed")
    named.get_by_test_id("session-open").click()
    viewer.until("v => v.image > 0")
