"""The server goes away and comes back, the session ends: what is loaded stays, the rest comes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .pages import SLOW, LoginPage, Viewer
from .samples import CT_HEAD, MR_ADC, files, study_of
from .test_windows import opened_beside

IMAGES = 28
"""Of the CT series; the memory of these tests holds four."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that asks for a login, with a CT and an MR study."""
    data, folder = shared_data(), tmp_path_factory.mktemp("lost")
    paths = [*files(data, CT_HEAD), *files(data, MR_ADC)]
    command_line(folder / "data", "import", *map(str, paths), timeout=240.0)
    with running_server(folder, "--accept-any-ae") as running:
        yield running


@pytest.fixture
def reading(page: Page, server: RunningServer, watch: Watch) -> Viewer:
    """The CT beside the MR, its window and zoom chosen, little of it in memory."""
    # Requests that fail are what this is about.
    watch.allow(r"Failed to load resource")
    data = shared_data()
    page.add_init_script("localStorage.setItem('rr.memory', '2')")
    studies = [study_of(files(data, name)[0]) for name in (CT_HEAD, MR_ADC)]
    login = LoginPage(page, server.url)
    login.open(f"/viewer?StudyInstanceUIDs={','.join(studies)}")
    login.log_in("admin", server.password())
    viewer = Viewer(page, server.url)
    viewer.until("v => v.image === 1 && !v.reduced && v.images === 28")
    viewer.press("Alt+2")
    viewer.until("v => v.image > 0", cell=1)
    viewer.press("2")
    viewer.press("+", 3)
    viewer.until("v => v.window.width === 215 && v.zoom > 1.2")
    return viewer


def view(viewer: Viewer) -> list[Any]:
    """What a reader would have to set up again."""
    report = viewer.viewports()
    kept = ("seriesInstanceUID", "window", "zoom", "rotation", "inverted")
    return [[v[key] for key in kept] for v in report]


def pixel(viewer: Viewer) -> int:
    """What the canvas has in the middle of the head."""
    report = viewer.viewport()
    x, y = viewer.place(256, 256)
    found: int = viewer.page.evaluate(
        "([id, x, y]) => window.readingRoom.probe(id, x, y).stored", [report["id"], x, y]
    )
    return found


def stored(number: int) -> int:
    """The same as pydicom reads it, of the image with that place in the stack."""
    found = [pydicom.dcmread(p) for p in files(shared_data(), CT_HEAD)]
    ds = sorted(found, key=lambda ds: int(ds.InstanceNumber))[number - 1]
    return int(ds.pixel_array[256, 256])


@pytest.mark.row("VIEW-DISP-01")
def test_a_server_that_went_away_is_waited_for(reading: Viewer, server: RunningServer) -> None:
    before, page = view(reading), reading.page
    server.stop()
    try:
        reading.press("End")
        told = reading.element().get_by_test_id("out-of-reach")
        expect(told).to_contain_text("Image 28 is not here yet.", timeout=SLOW)
        expect(told).to_contain_text("The server did not answer. Nothing is lost.")
        line = page.get_by_test_id("connection")
        expect(line).to_contain_text("What is loaded stays.")
        expect(page.get_by_test_id("next-try")).to_contain_text("Trying again in")
        # What is loaded stays: the first image comes back without a server.
        reading.press("Home")
        expect(told).to_have_count(0, timeout=SLOW)
        reading.until("v => v.image === 1 && !v.error")
        assert pixel(reading) == stored(1)
        reading.press("End")
        expect(told).to_be_visible()
    finally:
        server.start()
    # It may be there again by itself, and the button gone.
    page.evaluate("() => document.querySelector('[data-testid=try-now]')?.click()")
    reading.until("v => v.image === 28 && !v.error && !v.reduced")
    expect(line).to_have_count(0, timeout=SLOW)
    expect(told).to_have_count(0)
    assert pixel(reading) == stored(IMAGES)
    assert view(reading) == before


@pytest.mark.row("VIEW-DISP-01")
def test_a_browser_that_was_offline_goes_on_by_itself(reading: Viewer) -> None:
    page = reading.page
    page.context.set_offline(True)
    reading.press("End")
    expect(reading.element().get_by_test_id("out-of-reach")).to_be_visible(timeout=SLOW)
    page.context.set_offline(False)
    reading.until("v => v.image === 28 && !v.error && !v.reduced")
    expect(page.get_by_test_id("connection")).to_have_count(0)


def end_session(page: Page, server: RunningServer) -> None:
    """Log the page's person out behind its back."""
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "rr_session"]
    ended = httpx.post(
        f"{server.url}/api/logout",
        cookies={"rr_session": cookie["value"]},
        headers={"Origin": server.url},
        timeout=60.0,
    )
    assert ended.is_success, ended.text


@pytest.mark.row("VIEW-DISP-01")
def test_after_a_session_that_ended_everything_is_where_it_was(
    reading: Viewer, server: RunningServer
) -> None:
    before, page = view(reading), reading.page
    end_session(page, server)
    reading.press("End")
    login = LoginPage(page, server.url)
    expect(login.form).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Log in and you are back where you were.")).to_be_visible()
    page.evaluate("() => { const now = Date.now.bind(Date); Date.now = () => now() + 30.5 * 60_000; }")
    expect(page.get_by_test_id("login-away")).to_have_text(
        "You were away for 30 minutes. Log in to go on where you were.", timeout=SLOW
    )
    login.log_in("admin", "not the password")
    expect(login.error).to_be_visible(timeout=SLOW)
    login.log_in("admin", server.password())
    expect(login.form).to_have_count(0, timeout=SLOW)
    reading.until("v => v.image === 28 && !v.error && !v.reduced")
    assert pixel(reading) == stored(IMAGES)
    assert view(reading) == before
    # Keys work again, and events of the server are heard again.
    reading.press("Home")
    reading.until("v => v.image === 1")


def test_who_logs_in_again_does_so_in_all_windows(
    reading: Viewer, server: RunningServer, watch: Watch
) -> None:
    """A session ends, or is ended, for all its windows, and so does the wait for the next one."""
    beside = opened_beside(reading, watch)
    end_session(reading.page, server)
    reading.press("End")
    here, there = LoginPage(reading.page, server.url), LoginPage(beside.page, server.url)
    expect(here.form).to_be_visible(timeout=SLOW)
    expect(there.form).to_be_visible(timeout=SLOW)
    there.log_in("admin", server.password())
    expect(there.form).to_have_count(0, timeout=SLOW)
    expect(here.form).to_have_count(0, timeout=SLOW)
    reading.until("v => v.image === 28 && !v.error && !v.reduced")
    beside.press("End")
    beside.until("v => v.image === v.images && !v.error")
    beside.page.close()


def test_only_strangers_are_asked_for_a_password_by_their_browser(server: RunningServer) -> None:
    """A Basic challenge opens the browser's own dialog and keeps the 401 from the page (RFC 7617 2)."""
    asked = f"{server.dicomweb}/studies"
    page = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    for headers, scheme in (
        ({}, "Basic"),
        ({"Cookie": "rr_session=over"}, "Session"),
        (page, "Session"),
        (page | {"Sec-Fetch-Mode": "navigate"}, "Basic"),
        (page | {"Sec-Fetch-Site": "cross-site"}, "Basic"),
    ):
        refused = httpx.get(asked, headers=headers, timeout=60.0)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].split()[0] == scheme, headers
