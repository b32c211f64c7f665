"""Jobs in the browser: sending from the list, live progress, failures with their words, what one can do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from pynetdicom import AE, evt

from tests.kit.dcmtk import Storescp, storescp
from tests.kit.network import Peer
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import EXPLICIT_LE, SECONDARY_CAPTURE, tiny

from .conftest import DESKTOP, Watch
from .pages import SLOW, JobsPage, LoginPage, SendDialog, StudyList, overflow

ROOT = "1.2.826.0.1.3680043.8.498.78"
STUDY, HOSTILE = f"{ROOT}.1.0", f"{ROOT}.2.0"
IMAGES = 40
HOSTILE_NAME = "<script>alert(1)</script>^Ruth"
SIZES = [DESKTOP, {"width": 1024, "height": 768}, {"width": 390, "height": 844}]


@dataclass
class Moody:
    """A destination that takes its time, or refuses every fourth object for good."""

    ae_title: str
    port: int = field(default_factory=free_port)
    seconds: float = 0.0
    refuses: bool = False
    asked: list[str] = field(default_factory=list)

    def store(self, event: evt.Event) -> int:
        """The answer to one C-STORE."""
        uid = str(event.request.AffectedSOPInstanceUID)
        self.asked.append(uid)
        time.sleep(self.seconds)
        return 0xA900 if self.refuses and int(uid.rsplit(".", 1)[1]) % 4 == 0 else 0

    def start(self) -> Any:
        """Serve in a thread."""
        ae = AE(self.ae_title)
        ae.add_supported_context(SECONDARY_CAPTURE, [EXPLICIT_LE])
        return ae.start_server((HOST, self.port), block=False, evt_handlers=[(evt.EVT_C_STORE, self.store)])


@dataclass
class Works:
    """A server with two studies, and the nodes it knows."""

    server: RunningServer
    city: Storescp
    slow: Moody
    picky: Moody

    def order(self, **wanted: Any) -> int:
        """Order a job by the API; its number."""
        answer = httpx.post(f"{self.server.url}/api/jobs", json=wanted, timeout=30.0)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def job(self, number: int) -> dict[str, Any]:
        """The job as the API tells it."""
        found: dict[str, Any] = httpx.get(f"{self.server.url}/api/jobs/{number}", timeout=30.0).json()
        return found

    def over(self, number: int) -> dict[str, Any]:
        """Wait until a job is over."""
        ends = ("done", "failed", "cancelled")
        wait_until(lambda: self.job(number)["state"] in ends, SLOW / 1000, f"job {number} is over")
        return self.job(number)

    def settle(self) -> None:
        """Let nothing run and nothing be an alert."""
        for state in ("waiting,running,resting", "failed"):
            found = httpx.get(f"{self.server.url}/api/jobs?state={state}&limit=500", timeout=30.0).json()
            for job in found["jobs"]:
                if state != "failed":
                    httpx.post(f"{self.server.url}/api/jobs/{job['id']}/cancel", timeout=30.0)
                    self.over(job["id"])
            numbers = [job["id"] for job in found["jobs"]]
            httpx.post(f"{self.server.url}/api/jobs/seen", json={"jobs": numbers}, timeout=30.0)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """Jobs of this server try again quickly, and not often."""
    folder = tmp_path_factory.mktemp("works")
    quick = {"READINGROOM__JOBS__FIRST_REST_SECONDS": "2", "READINGROOM__JOBS__ATTEMPTS": "2"}
    slow, picky = Moody("SLOW", seconds=0.25), Moody("PICKY", refuses=True)
    serving = [slow.start(), picky.start()]
    try:
        with (
            storescp(folder / "city", ae_title="CITYPACS") as city,
            running_server(folder, "--accept-any-ae", "--no-login", settings=quick) as server,
        ):
            named = {"name": "Schneider^Ruth", "patient": "2245871"}
            many = [
                tiny(f"{ROOT}.1.{n}", STUDY, f"{STUDY}.1", number=n, **named) for n in range(1, IMAGES + 1)
            ]  # type: ignore[arg-type]
            other = tiny(f"{ROOT}.2.1", HOSTILE, f"{HOSTILE}.1", name=HOSTILE_NAME, patient="H")
            assert set(Peer(server.dicom_port).send([*many, other])) == {0}
            server.add_node("City hospital", city.ae_title, city.port)
            server.add_node("Old archive", "OLDARC", free_port())
            server.add_node("Slow", slow.ae_title, slow.port)
            server.add_node("Teleradiology", picky.ae_title, picky.port)
            wait_until(lambda: _held(server) == IMAGES + 1, 60.0, "everything is indexed")
            yield Works(server, city, slow, picky)
    finally:
        for one in serving:
            one.shutdown()


def _held(server: RunningServer) -> int:
    studies = httpx.get(f"{server.url}/api/studies", timeout=30.0).json()["studies"]
    return sum(study["number_of_instances"] for study in studies)


@pytest.fixture
def jobs(page: Page, works: Works) -> Iterator[JobsPage]:
    """The page Jobs; afterwards nothing runs any more."""
    yield JobsPage(page, works.server.url)
    works.settle()


def test_a_study_is_sent_from_the_list_by_keyboard(page: Page, works: Works, jobs: JobsPage) -> None:
    works.city.clear()
    listed, dialog = StudyList(page, works.server.url), SendDialog(page)
    listed.open("text=schneider")
    expect(listed.row(STUDY)).to_be_visible(timeout=SLOW)
    page.keyboard.press("Control+e")
    expect(dialog.window).to_contain_text("Schneider, Ruth", timeout=SLOW)
    dialog.choose("City hospital")
    expect(dialog.go).to_contain_text(f"Send {IMAGES} images to City hospital")
    page.keyboard.press("Enter")
    expect(dialog.window).to_have_count(0, timeout=SLOW)
    toast = page.get_by_test_id("toast")
    expect(toast).to_contain_text("City hospital", timeout=SLOW)
    toast.get_by_test_id("sent-job").click()
    expect(jobs.rows.first).to_have_attribute("aria-expanded", "true", timeout=SLOW)
    number = int(jobs.rows.first.get_attribute("data-job-id") or 0)
    assert page.url == f"{works.server.url}/jobs?job={number}"
    jobs.becomes(number, "done")
    expect(jobs.row(number).get_by_test_id("job-title")).to_have_text("Sent to City hospital")
    expect(jobs.row(number).get_by_test_id("job-state")).to_contain_text(f"all {IMAGES} images")
    assert len(works.city.files()) == IMAGES


def test_a_study_is_sent_from_the_viewer_by_keyboard(page: Page, works: Works, jobs: JobsPage) -> None:
    works.city.clear()
    dialog = SendDialog(page)
    page.goto(f"{works.server.url}/viewer?StudyInstanceUIDs={STUDY}")
    expect(page.get_by_test_id("patient")).to_contain_text("Schneider", timeout=SLOW)
    page.keyboard.press("Control+e")
    expect(dialog.window).to_contain_text("Schneider, Ruth", timeout=SLOW)
    dialog.choose("City hospital")
    page.keyboard.press("Enter")
    expect(dialog.window).to_have_count(0, timeout=SLOW)
    expect(page.get_by_test_id("toast")).to_contain_text("City hospital", timeout=SLOW)
    wait_until(lambda: len(works.city.files()) == IMAGES, 60.0, "all images are at the other archive")


def test_the_button_in_the_drawer_and_the_way_out(page: Page, works: Works, jobs: JobsPage) -> None:
    listed, dialog = StudyList(page, works.server.url), SendDialog(page)
    listed.open("text=schneider")
    expect(listed.row(STUDY)).to_be_visible(timeout=SLOW)
    page.keyboard.press("Space")
    page.get_by_test_id("send").click()
    expect(dialog.nodes).to_have_count(4, timeout=SLOW)
    page.keyboard.press("Escape")
    expect(dialog.window).to_have_count(0)
    expect(page.get_by_test_id("drawer")).to_be_visible()


def test_an_order_the_server_refuses_is_said_in_the_dialog(
    page: Page, works: Works, jobs: JobsPage, watch: Watch
) -> None:
    watch.allow("status of 404")
    listed, dialog = StudyList(page, works.server.url), SendDialog(page)
    works.server.add_node("Short-lived", "SHORT", free_port())
    listed.open("text=schneider")
    expect(listed.row(STUDY)).to_be_visible(timeout=SLOW)
    page.keyboard.press("Control+e")
    dialog.choose("Short-lived")
    works.server.run("node", "remove", "Short-lived")
    page.keyboard.press("Enter")
    expect(dialog.error).to_contain_text("There is no node Short-lived", timeout=SLOW)
    expect(dialog.error).to_contain_text("Nothing was sent.")


def test_progress_is_live_on_the_page_and_in_the_foot_of_the_list(
    page: Page, works: Works, jobs: JobsPage
) -> None:
    asked: list[float] = []
    page.on("request", lambda r: asked.append(time.monotonic()) if "/api/jobs?" in r.url else None)
    number = works.order(kind="send", node="Slow", studies=[STUDY])
    jobs.open()
    jobs.becomes(number, "running")
    seen: set[int] = set()
    before, begun = len(asked), time.monotonic()
    while len(seen) < 4:
        assert time.monotonic() - begun < 60, f"the bar stood at {seen}"
        seen.add(jobs.done_items(number))
        page.wait_for_timeout(150)
    assert 2 <= len(asked) - before <= 2 + 1.5 * (time.monotonic() - begun), "about once a second"
    page.get_by_test_id("tab-studies").click()
    foot = page.get_by_test_id("working")
    expect(foot).to_contain_text("Sending to Slow", timeout=SLOW)
    foot.click()
    jobs.becomes(number, "running")
    jobs.open()
    jobs.becomes(number, "done")
    expect(jobs.row(number).get_by_test_id("job-state")).to_contain_text(f"all {IMAGES} images")
    quiet = len(asked)
    page.wait_for_timeout(4_000)
    assert len(asked) - quiet <= 2, "nothing runs: asked slowly"


def test_a_failed_job_is_an_alert_until_it_was_opened(page: Page, works: Works, jobs: JobsPage) -> None:
    """LOG-02: the red number; every failed instance with the peer's words; what was kept; trying again."""
    works.picky.refuses = True
    number = works.order(kind="send", node="Teleradiology", studies=[STUDY])
    refused = [f"{ROOT}.1.{n}" for n in range(4, IMAGES + 1, 4)]
    assert works.over(number)["state"] == "failed"
    StudyList(page, works.server.url).open()
    expect(jobs.alerts).to_have_text("1", timeout=SLOW)
    page.get_by_test_id("tab-jobs").click()
    jobs.select(number)
    expect(jobs.row(number).get_by_test_id("job-title")).to_have_text(
        f"{len(refused)} of {IMAGES} images did not arrive"
    )
    expect(jobs.row(number).get_by_test_id("job-subject")).to_contain_text("→ Teleradiology")
    expect(jobs.alerts).to_have_text("1")
    page.keyboard.press("Enter")
    expect(jobs.detail.get_by_test_id("failure-words")).to_contain_text("A900", timeout=SLOW)
    assert jobs.detail.get_by_test_id("failure-key").all_inner_texts() == refused
    kept = IMAGES - len(refused)
    expect(jobs.detail).to_contain_text(f"{kept} images arrived and stay there. Nothing was lost here.")
    expect(jobs.alerts).to_have_count(0, timeout=SLOW)
    assert works.job(number)["seen"]
    page.keyboard.press("Escape")
    expect(jobs.detail).to_have_count(0)

    works.picky.refuses = False
    works.picky.asked.clear()
    expect(jobs.row(number).get_by_test_id("restart")).to_have_text(f"Try those {len(refused)} again")
    page.keyboard.press("r")
    jobs.becomes(number, "done")
    assert sorted(works.picky.asked) == sorted(refused)


def test_a_node_that_is_down_is_waited_for(works: Works, jobs: JobsPage) -> None:
    number = works.order(kind="send", node="Old archive", instances=[f"{ROOT}.1.1", f"{ROOT}.1.2"])
    jobs.open(f"job={number}")
    jobs.becomes(number, "resting")
    expect(jobs.row(number).get_by_test_id("job-title")).to_have_text(
        "Sending to Old archive: waiting for it"
    )
    expect(jobs.row(number).get_by_test_id("job-state")).to_contain_text("next try")
    expect(jobs.detail.get_by_test_id("job-words")).to_contain_text("OLDARC@")
    jobs.becomes(number, "failed")
    expect(jobs.detail.get_by_test_id("job-words")).to_contain_text("Tried 2 times.")
    expect(jobs.detail.get_by_test_id("job-words")).to_contain_text("Nothing was lost here.")


def test_stop_priority_and_try_again_by_keyboard(page: Page, works: Works, jobs: JobsPage) -> None:
    first = works.order(kind="send", node="Slow", studies=[STUDY])
    second = works.order(kind="send", node="Slow", studies=[STUDY])
    jobs.open()
    jobs.becomes(first, "running")
    jobs.select(second)
    page.keyboard.press("+")
    expect(jobs.row(second).get_by_test_id("job-state")).to_contain_text("high priority", timeout=SLOW)
    page.keyboard.press("-")
    page.keyboard.press("Enter")
    jobs.detail.get_by_test_id("priority-low").click()
    expect(jobs.row(second).get_by_test_id("job-state")).to_contain_text("low priority", timeout=SLOW)
    assert works.job(second)["priority"] == "low"
    page.keyboard.press("Delete")
    jobs.becomes(second, "cancelled")
    jobs.select(first)
    page.keyboard.press("Delete")
    jobs.becomes(first, "cancelled")
    expect(jobs.row(first).get_by_test_id("job-title")).to_have_text("Sending to Slow was stopped")
    done = works.job(first)["items"]["done"]
    assert 0 < done < IMAGES
    works.slow.asked.clear()
    jobs.row(first).get_by_test_id("restart").click()
    jobs.becomes(first, "done")
    assert len(works.slow.asked) == IMAGES - done


def test_filters_live_in_the_address(page: Page, works: Works, jobs: JobsPage) -> None:
    city = works.order(kind="send", node="City hospital", studies=[HOSTILE])
    checked = works.order(kind="verify", studies=[HOSTILE])
    works.picky.refuses = True
    bad = works.order(kind="send", node="Teleradiology", instances=[f"{ROOT}.1.4"])
    for number in (city, checked, bad):
        works.over(number)
    jobs.open()
    for number in (city, checked, bad):
        expect(jobs.row(number)).to_be_visible(timeout=SLOW)
    page.keyboard.press("2")
    expect(jobs.row(city)).to_have_count(0, timeout=SLOW)
    expect(jobs.row(bad)).to_be_visible()
    page.get_by_test_id("node-filter").select_option("City hospital")
    expect(page.get_by_test_id("empty")).to_contain_text("No job has failed for City hospital.", timeout=SLOW)
    page.get_by_test_id("show-done").click()
    expect(jobs.row(city)).to_be_visible(timeout=SLOW)
    assert page.url == f"{works.server.url}/jobs?show=done&node=City+hospital"
    page.reload()
    expect(jobs.row(city)).to_be_visible(timeout=SLOW)
    expect(jobs.row(checked)).to_have_count(0)
    expect(page.get_by_test_id("node-filter")).to_have_value("City hospital")


def test_names_are_text_and_in_no_address(page: Page, works: Works, jobs: JobsPage) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    number = works.order(kind="verify", studies=[HOSTILE])
    works.over(number)
    jobs.open(f"job={number}")
    subject = jobs.row(number).get_by_test_id("job-subject")
    expect(subject).to_contain_text("<script>alert(1)</script>, Ruth", timeout=SLOW)
    assert subject.locator("script").count() == 0
    assert not [url for url in asked if "Ruth" in url or "script>" in url or "alert" in url]


def test_the_server_is_lost_and_found(page: Page, works: Works, jobs: JobsPage, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    works.over(works.order(kind="verify", studies=[HOSTILE]))
    page.route("**/api/jobs?*", lambda route: route.abort())
    jobs.open()
    lost = page.get_by_test_id("failed")
    expect(lost).to_contain_text("The server did not answer.", timeout=SLOW)
    expect(lost).to_contain_text("Jobs live on the server and go on.")
    page.unroute("**/api/jobs?*")
    expect(jobs.rows.first).to_be_visible(timeout=SLOW)  # by itself
    expect(lost).to_have_count(0)


def test_a_job_that_is_not_there(works: Works, jobs: JobsPage, watch: Watch) -> None:
    watch.allow("status of 404")
    jobs.open("job=99999")
    expect(jobs.page.get_by_test_id("gone")).to_contain_text("There is no job 99999.", timeout=SLOW)


def test_older_jobs_come_by_page(page: Page, works: Works, jobs: JobsPage) -> None:
    numbers = [works.order(kind="verify", studies=[HOSTILE]) for _ in range(105)]
    works.over(numbers[-1])
    jobs.open()
    expect(jobs.row(numbers[-1])).to_be_visible(timeout=SLOW)
    expect(jobs.row(numbers[0])).to_have_count(0)
    page.get_by_test_id("older").click()
    expect(jobs.row(numbers[0])).to_be_visible(timeout=SLOW)
    assert [int(row.get_attribute("data-job-id") or 0) for row in jobs.rows.all()][:105] == numbers[::-1]


def test_readers_look_and_do_nothing(login: LoginPage, desk: RunningServer, page: Page) -> None:
    desk.run("user", "add", "looker", "--role", "reader", stdin="looking at all\n")
    login.open("/jobs")
    login.log_in("looker", "looking at all")
    expect(page.get_by_test_id("jobs-page")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("empty")).to_contain_text("There are no jobs yet.", timeout=SLOW)
    expect(page.get_by_test_id("tab-nodes")).to_have_count(0)
    page.get_by_test_id("tab-studies").click()
    expect(page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Control+e")
    expect(SendDialog(page).window).to_have_count(0)


def test_senders_may_choose_a_node_and_not_change_it(page: Page, watch: Watch, tmp_path: Path) -> None:
    watch.allow("status of 401")
    study = f"{ROOT}.3.0"
    with running_server(tmp_path, "--accept-any-ae") as server:
        server.run("user", "add", "porter", "--role", "reader", "--role", "sender", stdin="sending all day\n")
        server.add_node("City hospital", "CITYPACS", free_port())
        assert Peer(server.dicom_port).send([tiny(f"{ROOT}.3.1", study, f"{study}.1")]) == [0]
        login = LoginPage(page, server.url)
        login.open()
        login.log_in("porter", "sending all day")
        expect(StudyList(page, server.url).row(study)).to_be_visible(timeout=SLOW)
        expect(page.get_by_test_id("tab-nodes")).to_have_count(0)
        page.keyboard.press("Control+e")
        expect(SendDialog(page).go).to_contain_text("Send 1 image to City hospital", timeout=SLOW)
        porter = ("porter", "sending all day")
        gone = httpx.delete(f"{server.url}/api/nodes/City%20hospital", auth=porter, timeout=30.0)
        assert gone.status_code == 403
        watch.over = True  # the server ends before the window does


@pytest.mark.parametrize("size", SIZES, ids=["1440", "1024", "phone"])
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, works: Works, tmp_path: Path, size: dict[str, int]
) -> None:
    works.picky.refuses = True
    number = works.order(kind="send", node="Teleradiology", studies=[STUDY])
    works.over(number)
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    jobs = JobsPage(page, works.server.url)
    jobs.open(f"job={number}")
    expect(jobs.detail.get_by_test_id("failure-key").first).to_be_visible(timeout=SLOW)
    assert overflow(page) == 0
    tab = page.get_by_test_id("tab-studies").bounding_box()
    assert tab is not None
    assert tab["y"] + tab["height"] <= size["height"]
    context.close()
    works.settle()
