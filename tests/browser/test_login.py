"""Who may come in: login, session, logout, and what a stranger gets."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.kit.server import RunningServer

from .conftest import Watch
from .pages import SLOW, LoginPage, StudyList


@pytest.fixture
def desk_list(login: LoginPage) -> StudyList:
    """The list of the server that asks for a login."""
    return StudyList(login.page, login.url)


def test_a_wrong_password_is_told_and_the_right_one_opens_the_list(
    login: LoginPage, desk: RunningServer, desk_list: StudyList
) -> None:
    login.open()
    login.log_in("admin", "not the password")
    expect(login.error).to_contain_text("Name or password is not right", timeout=SLOW)
    expect(login.form).to_be_visible()
    login.log_in("admin", desk.password())
    expect(login.page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    expect(login.error).to_have_count(0)
    expect(login.page.get_by_text("There are no studies here yet.")).to_be_visible(timeout=SLOW)


def test_a_session_survives_a_reload_and_ends_with_logout(login: LoginPage, desk: RunningServer) -> None:
    page = login.page
    login.open()
    login.log_in("admin", desk.password())
    expect(page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "rr_session"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    page.reload()
    expect(page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    page.get_by_test_id("account").click()
    page.get_by_test_id("logout").click()
    expect(login.form).to_be_visible(timeout=SLOW)
    page.reload()
    expect(login.form).to_be_visible(timeout=SLOW)
    kept = httpx.get(f"{desk.url}/api/studies", cookies={"rr_session": cookie["value"]}, timeout=60.0)
    assert kept.status_code == 401, "the session outlives the logout"


def test_after_the_login_one_is_where_one_wanted_to_be(login: LoginPage, desk: RunningServer) -> None:
    login.open("/?text=nobody&sort=patient_name")
    login.log_in("admin", desk.password())
    expect(login.page.get_by_test_id("search")).to_have_value("nobody", timeout=SLOW)
    assert "nobody" not in login.page.url, "what is searched for stands in no address"


def test_an_address_of_another_site_is_not_gone_to_after_the_login(
    login: LoginPage, desk: RunningServer
) -> None:
    login.open("/login?next=//example.org/")
    login.log_in("admin", desk.password())
    expect(login.page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    assert login.page.url.startswith(desk.url + "/")


@pytest.mark.parametrize(
    "path",
    [
        "/api/session",
        "/api/studies",
        "/api/studies/1.2.3",
        "/api/events",
        "/dicom-web/studies",
        "/dicom-web/studies/1.2.3/metadata",
        "/dicom-web/studies/1.2.3/thumbnail",
    ],
)
def test_strangers_get_401(desk: RunningServer, path: str) -> None:
    assert httpx.get(desk.url + path, timeout=20.0).status_code == 401


def test_too_many_wrong_passwords_are_told_with_the_time_to_wait(
    login: LoginPage, desk: RunningServer
) -> None:
    """docs/api.md: 429 after five wrong passwords in a minute, whichever process answers."""
    desk.run("user", "add", "limit", stdin="a long enough password\n")
    login.open()
    for _ in range(5):
        assert _answer(login, "wrong") == 401
    assert _answer(login, "a long enough password") == 429
    expect(login.error).to_contain_text("Too many tries. Wait", timeout=SLOW)


def _answer(login: LoginPage, password: str) -> int:
    with login.page.expect_response("**/api/login") as answer:
        login.log_in("limit", password)
    return answer.value.status


@pytest.fixture(autouse=True)
def _refusals_are_no_errors(watch: Watch) -> None:
    watch.allow("status of 429")
