"""Deleting a study in the list, taking it back, and the page of what is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.network import Peer
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny

from .conftest import DESKTOP, Watch
from .pages import SLOW, DeletedPage, LoginPage, StudyList, overflow

SIZES = [DESKTOP, {"width": 1024, "height": 768}, {"width": 390, "height": 844}]
HOSTILE = '<img src=x onerror="alert(1)">'
ROOT = "2.25.61"


def study_uid(number: int) -> str:
    return f"{ROOT}.{number}.0"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with three studies; the first has two images, the last a hostile name."""
    names = {1: "Doe^Jane", 2: "Roe^Richard", 3: f"Mal^{HOSTILE}"}
    with running_server(tmp_path_factory.mktemp("shelf"), "--accept-any-ae", "--no-login") as running:
        parts = [
            tiny(f"{ROOT}.{n}.{k}", study_uid(n), f"{ROOT}.{n}.9", patient=f"P{n}", number=k, name=name)
            for n, name in names.items()
            for k in ((1, 2) if n == 1 else (1,))
        ]
        assert set(Peer(running.dicom_port).send(parts)) == {0}
        yield running


@pytest.fixture
def deleted(page: Page, shelf: RunningServer) -> Iterator[DeletedPage]:
    """The page Deleted; afterwards everything is back."""
    yield DeletedPage(page, shelf.url)
    for one in told(shelf):
        httpx.post(f"{shelf.url}/api/deleted/{one['id']}/restore", timeout=30.0)


@pytest.fixture
def studies(page: Page, shelf: RunningServer) -> StudyList:
    return StudyList(page, shelf.url)


def told(shelf: RunningServer) -> list[dict[str, Any]]:
    """What is deleted, as the API tells it."""
    found: list[dict[str, Any]] = httpx.get(f"{shelf.url}/api/deleted", timeout=30.0).json()["deleted"]
    return found


def delete(shelf: RunningServer, number: int, reason: str = "") -> None:
    asked = {"study": study_uid(number), "reason": reason}
    httpx.post(f"{shelf.url}/api/deleted", json=asked, timeout=30.0).raise_for_status()


def test_a_study_is_deleted_by_keyboard_and_taken_back(
    page: Page, shelf: RunningServer, studies: StudyList, deleted: DeletedPage
) -> None:
    studies.open()
    studies.shows_total(3)
    studies.row(study_uid(1)).click()
    page.keyboard.press("Delete")
    expect(deleted.question).to_contain_text("Delete Doe")
    expect(deleted.question).to_contain_text("It can be taken back for 30 days.")
    page.keyboard.press("Escape")
    expect(deleted.question).to_have_count(0)
    assert told(shelf) == []
    page.keyboard.press("Delete")
    page.keyboard.type("belongs to another patient")
    page.keyboard.press("Enter")
    expect(deleted.toast).to_contain_text("Doe", timeout=SLOW)
    studies.shows_total(2)
    expect(studies.row(study_uid(1))).to_have_count(0)
    (one,) = told(shelf)
    assert (one["reason"], one["number_of_instances"]) == ("belongs to another patient", 2)
    page.keyboard.press("Control+z")
    studies.shows_total(3)
    expect(deleted.toast).to_have_count(0)
    assert told(shelf) == []


def test_from_the_look_with_the_mouse_and_back_by_the_page(
    page: Page, shelf: RunningServer, studies: StudyList, deleted: DeletedPage
) -> None:
    studies.open()
    studies.row(study_uid(2)).click()
    page.keyboard.press("Space")
    page.get_by_test_id("delete").click()
    page.get_by_test_id("delete-go").click()
    page.get_by_test_id("deleted-link").click()
    expect(deleted.row("Roe")).to_be_visible(timeout=SLOW)
    expect(deleted.detail).to_contain_text("anybody")
    page.keyboard.press("r")
    expect(page.get_by_test_id("restored")).to_contain_text("is back", timeout=SLOW)
    expect(page.get_by_test_id("empty")).to_contain_text("Nothing is deleted.", timeout=SLOW)
    page.get_by_test_id("restored-open").click()
    expect(page).to_have_url(re.compile(re.escape(study_uid(2))))


def test_deleted_for_ever_only_after_a_question(
    page: Page, shelf: RunningServer, deleted: DeletedPage
) -> None:
    httpx.post(
        f"{shelf.url}/api/deleted",
        json={"study": study_uid(1), "series": f"{ROOT}.1.9", "instance": f"{ROOT}.1.2"},
        timeout=30.0,
    ).raise_for_status()
    delete(shelf, 2)
    deleted.open()
    expect(deleted.rows).to_have_count(2, timeout=SLOW)
    page.keyboard.press("ArrowDown")
    expect(deleted.detail).to_contain_text("One image")
    page.keyboard.press("Delete")
    question = page.get_by_test_id("purge-dialog")
    expect(question).to_contain_text("Nothing brings them back.")
    page.keyboard.press("Enter")  # the way out has the focus
    expect(question).to_have_count(0)
    assert len(told(shelf)) == 2
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("purge-go")).to_have_text("Delete 1 image for ever")
    page.get_by_test_id("purge-go").click()
    expect(deleted.rows).to_have_count(1, timeout=SLOW)
    assert [one["study_instance_uid"] for one in told(shelf)] == [study_uid(2)]


def test_what_was_restored_by_another_is_said(
    page: Page, shelf: RunningServer, deleted: DeletedPage, watch: Watch
) -> None:
    watch.allow("status of 404")
    delete(shelf, 1)
    deleted.open()
    expect(deleted.rows).to_have_count(1, timeout=SLOW)
    (one,) = told(shelf)
    httpx.post(f"{shelf.url}/api/deleted/{one['id']}/restore", timeout=30.0).raise_for_status()
    page.get_by_test_id("restore").click()
    expect(page.get_by_test_id("refused")).to_contain_text("it was restored or purged", timeout=SLOW)
    expect(deleted.rows).to_have_count(0, timeout=SLOW)


def test_grey_bars_then_words_while_the_server_is_silent(
    page: Page, deleted: DeletedPage, watch: Watch
) -> None:
    watch.allow("Failed to load resource")
    page.route("**/api/deleted?*", lambda _: None)
    page.goto(f"{deleted.url}/deleted")
    expect(page.get_by_test_id("loading")).to_be_visible(timeout=SLOW)
    page.unroute("**/api/deleted?*")
    page.route("**/api/deleted?*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_test_id("failed")).to_contain_text("The server did not answer.", timeout=SLOW)
    page.unroute("**/api/deleted?*")
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_test_id("empty")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_it_fits_and_hostile_names_are_text(
    chromium: Browser, watch: Watch, shelf: RunningServer, deleted: DeletedPage, size: dict[str, int]
) -> None:
    for number in (1, 2, 3):
        delete(shelf, number, HOSTILE if number == 3 else "sent twice, the other is complete")
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", watch.on_console)
    page.on("dialog", watch.on_dialog)
    try:
        here = DeletedPage(page, shelf.url)
        here.open()
        expect(here.rows).to_have_count(3, timeout=SLOW)
        expect(here.row("onerror")).to_be_visible()
        assert overflow(page) == 0
        if size["width"] > 640:
            page.keyboard.press("Delete")
            expect(page.get_by_test_id("purge-dialog")).to_be_visible()
            assert overflow(page) == 0
    finally:
        watch.over = True
        context.close()


def test_only_administrators_see_it(login: LoginPage, page: Page, desk: RunningServer) -> None:
    desk.run("user", "add", "bin-reader", "--role", "reader", stdin="a password\n")
    login.open()
    login.log_in("bin-reader", "a password")
    expect(page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("tab-deleted")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("delete-dialog")).to_have_count(0)
    page.goto(f"{desk.url}/deleted")
    expect(page.get_by_test_id("empty")).to_contain_text("kept by administrators", timeout=SLOW)
