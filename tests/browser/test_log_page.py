"""The event log in the browser: what DCMTK did with us is there, filtered, live, exported, and harmless."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.dcmtk import called, dcmtk, storescp
from tests.kit.ports import free_port, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import SECONDARY_CAPTURE, tiny

from .conftest import DESKTOP, Watch
from .pages import SLOW, JobsPage, LoginPage, LogPage, overflow

pytestmark = pytest.mark.row("LOG-01")

ROOT = "1.2.826.0.1.3680043.8.498.79"
STUDY = f"{ROOT}.1.0"
NAME, PATIENT = "Schneider^Ruth", "2245871"
HOSTILE_AET = "<b>EVIL</b>"
HOSTILE = "<img src=x onerror=alert(1)>"
SIZES = [DESKTOP, {"width": 1024, "height": 768}, {"width": 390, "height": 844}]
Rows = list[dict[str, Any]]


@dataclass
class Gate:
    """A server that lets in the nodes it knows, and a folder for files."""

    server: RunningServer
    folder: Path

    def events(self, **wanted: str) -> Rows:
        """What the API tells, the newest first."""
        asked = {"limit": "1000"} | wanted
        answer = httpx.get(f"{self.server.url}/api/log", params=asked, timeout=60.0)
        found: Rows = answer.raise_for_status().json()["events"]
        return found

    def eventually(self, **wanted: str) -> Rows:
        """The same, once there are some."""
        wait_until(lambda: self.events(**wanted), SLOW / 1000, f"there are events of {wanted}")
        return self.events(**wanted)

    def echo(self, calling: str = "CT1", expect: int | None = 0) -> str:
        """A C-ECHO by DCMTK."""
        return dcmtk("echoscu", "-v", *called(self.server.dicom_port, calling=calling), expect=expect)

    def store(self, uid: str, study: str, *, taken: bool = True) -> None:
        """A C-STORE of a tiny object by DCMTK."""
        path = self.folder / f"{uid}.dcm"
        path.write_bytes(tiny(uid, study, f"{ROOT}.9", name=NAME, patient=PATIENT).dataset)
        dcmtk("storescu", *called(self.server.dicom_port, calling="CT1"), path, expect=0 if taken else None)

    def find(self, *keys: str) -> None:
        """A C-FIND by DCMTK."""
        words = [word for key in ("QueryRetrieveLevel=STUDY", *keys) for word in ("-k", key)]
        dcmtk("findscu", "-S", *called(self.server.dicom_port, calling="CT1"), *words)


@contextmanager
def gate_in(folder: Path, **settings: str) -> Iterator[Gate]:
    """A server without login that knows the node CT1."""
    with running_server(folder, "--no-login", settings=settings) as server:
        server.add_node("ct1", "CT1", free_port())
        yield Gate(server, folder)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """The server of most tests."""
    with gate_in(tmp_path_factory.mktemp("gate")) as made:
        yield made


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """A server whose log has thirty thousand events of the last month, one every minute."""
    with gate_in(tmp_path_factory.mktemp("crowd")) as made:
        made.echo()
        made.eventually(kind="C-ECHO")
        now = time.time()
        rows = [
            (now - 60.0 * (n + 10), "C-ECHO", "done", "OLD", "", "", f"Old {n}.", "{}") for n in range(30_000)
        ]
        with sqlite3.connect(made.server.data / "index.sqlite", timeout=60) as connection:
            connection.executemany(
                "INSERT INTO event (at, kind, outcome, peer, address, subject, sentence, facts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        connection.close()
        yield made


@pytest.fixture
def log(page: Page, gate: Gate) -> LogPage:
    """The page Log of that server."""
    return LogPage(page, gate.server.url)


def test_a_rejection_is_shown_with_its_reason(page: Page, gate: Gate, log: LogPage) -> None:
    assert "Calling AE Title Not Recognized" in gate.echo("STRANGER", expect=None)
    (told, *_) = gate.eventually(peer="STRANGER")
    log.open("peer=STRANGER")
    row = log.row(told["id"])
    expect(row).to_have_attribute("data-outcome", "failed", timeout=SLOW)
    expect(row).to_contain_text("Rejected STRANGER calling READINGROOM: calling AE title not recognized")
    expect(row.get_by_title("failed", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(log.detail.get_by_test_id("event-sentence")).to_have_text(told["sentence"])
    expect(log.fact("Calling AE title")).to_have_text("STRANGER")
    expect(log.fact("Role")).to_contain_text("SCP")
    expect(row).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(log.detail).to_have_count(0)


def test_what_came_leads_to_its_study(page: Page, gate: Gate, log: LogPage) -> None:
    gate.store(f"{ROOT}.1.1", STUDY)
    (told, *_) = gate.eventually(kind="C-STORE", outcome="done")
    log.open("kind=C-STORE&outcome=done")
    row = log.row(told["id"])
    expect(row).to_contain_text("1 stored", timeout=SLOW)
    row.click()
    expect(log.fact("Stored")).to_have_text("1")
    link = log.detail.get_by_test_id("event-study")
    expect(link).to_have_text(STUDY)
    link.click()
    expect(page.get_by_test_id("patient-bar")).to_contain_text("Schneider", timeout=SLOW)
    assert page.url == f"{gate.server.url}/viewer?StudyInstanceUIDs={STUDY}"
    page.go_back()
    expect(row).to_be_visible(timeout=SLOW)
    assert page.url == f"{gate.server.url}/log?kind=C-STORE&outcome=done"


def test_a_refusal_has_its_status_in_words_and_leads_to_the_object(
    page: Page, gate: Gate, log: LogPage
) -> None:
    uid = f"{ROOT}.2.1"
    gate.store(uid, "", taken=False)
    (told, *_) = gate.eventually(text=uid)
    log.open("kind=C-STORE&outcome=failed")
    log.row(told["id"]).click()
    status = log.fact("Status")
    expect(status).to_have_text("A900H: data set does not match SOP class", ignore_case=True, timeout=SLOW)
    expect(log.fact("SOP Class UID")).to_have_text(SECONDARY_CAPTURE)
    log.detail.get_by_test_id("event-about").click()
    expect(log.search).to_have_value(uid)
    expect(log.rows).to_have_count(len(gate.events(text=uid)), timeout=SLOW)


def test_a_job_leads_to_its_page(page: Page, gate: Gate, log: LogPage) -> None:
    gate.store(f"{ROOT}.3.1", f"{ROOT}.3.0")
    with storescp(gate.folder / "city", ae_title="CITYPACS") as city:
        gate.server.add_node("City hospital", city.ae_title, city.port)
        order = {"kind": "send", "node": "City hospital", "studies": [f"{ROOT}.3.0"]}
        number = httpx.post(f"{gate.server.url}/api/jobs", json=order, timeout=30.0).json()["id"]
        (told, *_) = gate.eventually(kind="job")
        log.open("kind=job")
        log.row(told["id"]).click()
        log.detail.get_by_test_id("event-job").click()
        jobs = JobsPage(page, gate.server.url)
        expect(jobs.row(number)).to_have_attribute("aria-expanded", "true", timeout=SLOW)
        jobs.becomes(number, "done")


def test_filters_live_in_the_address_and_are_exported(page: Page, gate: Gate, log: LogPage) -> None:
    gate.echo()
    gate.echo("STRANGER", expect=None)
    gate.eventually(peer="STRANGER")
    log.open()
    expect(log.rows.first).to_be_visible(timeout=SLOW)
    page.keyboard.press("2")
    page.get_by_test_id("span-today").click()
    page.get_by_test_id("kinds").click()
    page.locator('[data-testid="kind"][data-kind="association"]').check()
    page.locator('[data-testid="kind"][data-kind="C-STORE"]').check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("rejected")
    page.get_by_test_id("log-peer").fill("STRANGER")
    expect(page).to_have_url(
        f"{gate.server.url}/log?span=today&kind=association%2CC-STORE&outcome=failed"
        "&peer=STRANGER&text=rejected",
        timeout=SLOW,
    )
    page.reload()
    wanted = {"peer": "STRANGER", "outcome": "failed", "text": "rejected", "kind": "association,C-STORE"}
    told = gate.events(**wanted)
    expect(log.rows).to_have_count(len(told), timeout=SLOW)
    assert log.numbers() == [one["id"] for one in told]
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
    assert download.value.suggested_filename == "readingroom-log.csv"
    given = httpx.get(f"{gate.server.url}/api/log", params=wanted | {"format": "csv"}, timeout=60.0)
    assert Path(download.value.path()).read_bytes() == given.content
    assert given.text.count("Rejected STRANGER") == len(told) > 0
    page.get_by_test_id("clear").click()
    expect(page).to_have_url(f"{gate.server.url}/log")


def test_from_and_to_and_nothing_that_fits(page: Page, gate: Gate, log: LogPage) -> None:
    gate.echo()
    gate.eventually(kind="C-ECHO")
    log.open()
    expect(log.rows.first).to_be_visible(timeout=SLOW)
    page.get_by_test_id("span-range").click()
    page.get_by_test_id("log-to").fill("2020-01-31 08:14")
    expect(page.get_by_test_id("empty")).to_contain_text("No event fits these filters.", timeout=SLOW)
    assert page.url == f"{gate.server.url}/log?span=range&to=2020-01-31+08%3A14"
    page.get_by_test_id("log-to").fill("2020-02-31 08:14")
    expect(page.get_by_test_id("log-to")).to_have_attribute("aria-invalid", "true")
    page.get_by_test_id("log-from").fill("2020-01-01")
    page.get_by_test_id("log-to").fill("")
    expect(log.rows.first).to_be_visible(timeout=SLOW)
    page.get_by_test_id("log-peer").fill("CT")
    expect(page.get_by_test_id("empty")).to_contain_text("whole AE title", timeout=SLOW)
    page.get_by_test_id("empty").get_by_role("button").click()
    expect(log.rows.first).to_be_visible(timeout=SLOW)


def test_new_events_come_in_on_top_and_wait_while_somebody_reads(
    page: Page, gate: Gate, log: LogPage
) -> None:
    gate.server.add_node("live", "LIVE", free_port())
    gate.echo("LIVE")
    known = len(gate.eventually(kind="C-ECHO", peer="LIVE"))
    log.open("kind=C-ECHO&peer=LIVE")
    expect(log.rows).to_have_count(known, timeout=SLOW)
    gate.echo("LIVE")
    expect(log.rows).to_have_count(known + 1, timeout=SLOW)  # by itself
    expect(log.coming).to_have_count(0)
    page.keyboard.press("Enter")
    expect(log.detail).to_be_visible()
    reading = log.numbers()
    place = log.detail.bounding_box()
    gate.echo("LIVE")
    gate.echo("LIVE")
    expect(log.coming).to_contain_text("2 new", timeout=SLOW)
    assert log.numbers() == reading
    assert log.detail.bounding_box() == place
    page.keyboard.press("Home")
    expect(log.rows).to_have_count(known + 3, timeout=SLOW)
    expect(log.coming).to_have_count(0)
    expect(log.detail).to_have_count(0)
    assert log.numbers() == [one["id"] for one in gate.events(kind="C-ECHO", peer="LIVE")]
    page.keyboard.press("ArrowDown")
    gate.echo("LIVE")
    expect(log.coming).to_contain_text("1 new", timeout=SLOW)
    page.keyboard.press("ArrowUp")
    expect(log.rows).to_have_count(known + 4, timeout=SLOW)


def test_thousands_of_events_are_a_few_rows(page: Page, crowd: Gate) -> None:
    log = LogPage(page, crowd.server.url)
    log.open()
    expect(log.rows.first).to_be_visible(timeout=SLOW)
    old = crowd.events(peer="OLD", text="Old 2400.")
    page.wait_for_function(
        """wanted => {
            const rows = document.querySelector('[data-testid=rows]');
            rows.scrollTo(0, rows.scrollHeight);
            return [...document.querySelectorAll('[data-testid=event]')]
                .some(row => Number(row.dataset.eventId) >= wanted && row.textContent.includes('Old '));
        }""",
        arg=old[0]["id"],
        timeout=SLOW * 4,
    )
    assert log.rows.count() < 80
    numbers = log.numbers()
    assert numbers == sorted(numbers)  # the older, the later they were written here
    assert len(set(numbers)) == len(numbers)
    top = log.body.evaluate("rows => rows.scrollTop")
    crowd.echo()
    expect(log.coming).to_contain_text("3 new", timeout=SLOW)
    assert log.body.evaluate("rows => rows.scrollTop") == top
    log.coming.click()
    expect(log.rows.first).to_contain_text("Released", timeout=SLOW)
    assert log.body.evaluate("rows => rows.scrollTop") == 0


def test_hostile_words_are_text(page: Page, gate: Gate, log: LogPage) -> None:
    gate.echo(HOSTILE_AET, expect=None)
    gate.find(f"PatientName={HOSTILE}*")
    gate.eventually(peer=HOSTILE_AET)
    (asked, *_) = gate.eventually(kind="C-FIND", text="onerror")
    log.open()
    for text in (f"Rejected {HOSTILE_AET}", HOSTILE):
        expect(log.rows.filter(has_text=text).first).to_be_visible(timeout=SLOW)
    log.row(asked["id"]).click()
    expect(log.detail).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    log.rows.filter(has_text=f"Rejected {HOSTILE_AET}").first.click()
    log.detail.get_by_test_id("event-peer").click()
    expect(page.get_by_test_id("log-peer")).to_have_value(HOSTILE_AET)
    expect(log.rows).to_have_count(len(gate.events(peer=HOSTILE_AET)), timeout=SLOW)
    grid = page.get_by_test_id("events")
    assert grid.locator("img, script, b").count() == 0


def test_no_address_has_a_name_that_was_not_typed(page: Page, gate: Gate, log: LogPage) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    gate.find(f"PatientName={NAME}", f"PatientID={PATIENT}")
    (told, *_) = gate.eventually(kind="C-FIND", text=NAME)
    log.open("kind=C-FIND")
    log.row(told["id"]).click()
    expect(log.detail).to_contain_text(NAME, timeout=SLOW)
    page.wait_for_timeout(2_500)  # it is asked again
    assert len(asked) > 2
    assert not [url for url in [*asked, page.url] if "Schneider" in url or PATIENT in url]


def test_names_that_are_switched_off_are_nowhere(page: Page, tmp_path: Path, watch: Watch) -> None:
    with gate_in(tmp_path, READINGROOM__LOG__PATIENT_NAMES="false") as made:
        made.store(f"{ROOT}.4.1", f"{ROOT}.4.0")
        made.find(f"PatientName={NAME}", f"PatientID={PATIENT}")
        made.store(f"{ROOT}.4.2", NAME, taken=False)
        made.eventually(kind="C-FIND")
        made.eventually(kind="C-STORE", outcome="failed")
        log = LogPage(page, made.server.url)
        log.open()
        expect(log.rows.filter(has_text="keys PatientName")).to_have_count(1, timeout=SLOW)
        for number in log.numbers():
            log.row(number).click()
            expect(log.fact("Event")).to_have_text(str(number))
            whole = page.content()
            assert "Schneider" not in whole
            assert PATIENT not in whole
            log.row(number).click()
        watch.over = True  # the server ends before the window does


def test_the_server_is_lost_and_found(page: Page, gate: Gate, log: LogPage, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    gate.echo()
    gate.eventually(kind="C-ECHO")
    page.route("**/api/log?*", lambda route: route.abort())
    log.open()
    lost = page.get_by_test_id("failed")
    expect(lost).to_contain_text("The server did not answer.", timeout=SLOW)
    expect(lost).to_contain_text("The log is kept on the server")
    page.unroute("**/api/log?*")
    expect(log.rows.first).to_be_visible(timeout=SLOW)  # by itself
    page.route("**/api/log?*", lambda route: route.abort())
    expect(page.get_by_test_id("lost")).to_contain_text("What you see is from before.", timeout=SLOW)
    expect(log.rows.first).to_be_visible()
    page.unroute("**/api/log?*")
    expect(page.get_by_test_id("lost")).to_have_count(0, timeout=SLOW)


def test_the_log_is_for_administrators(
    login: LoginPage, desk: RunningServer, page: Page, watch: Watch
) -> None:
    desk.run("user", "add", "porter", "--role", "sender", stdin="sending all day\n")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    login.open("/log")
    login.log_in("porter", "sending all day")
    expect(page.get_by_test_id("empty")).to_contain_text("for administrators", timeout=SLOW)
    expect(page.get_by_test_id("tab-jobs")).to_be_visible()
    expect(page.get_by_test_id("tab-log")).to_have_count(0)
    assert not [url for url in asked if "/api/log?" in url]


@pytest.mark.parametrize("size", SIZES, ids=["1440", "1024", "phone"])
def test_nothing_is_wider_than_the_screen(chromium: Browser, gate: Gate, size: dict[str, int]) -> None:
    gate.echo("STRANGER", expect=None)
    gate.eventually(peer="STRANGER")
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    log = LogPage(page, gate.server.url)
    log.open("span=range&outcome=failed")
    expect(log.rows.first).to_be_visible(timeout=SLOW)
    log.rows.first.click()
    expect(log.detail).to_be_visible()
    assert overflow(page) == 0
    tab = page.get_by_test_id("tab-log").bounding_box()
    assert tab is not None
    assert tab["y"] + tab["height"] <= size["height"]
    context.close()
