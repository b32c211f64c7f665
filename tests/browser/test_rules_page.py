"""Rules in the browser: made, tried, switched, removed, and what they then do with a real peer."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pydicom
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.dcmtk import Storescp, called, dcmtk, storescp
from tests.kit.ports import HOST, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

from .conftest import DESKTOP, Watch
from .pages import SLOW, LoginPage, RulesPage, overflow
from .samples import SCRIPT_TAGS, TINY

SIZES = [DESKTOP, {"width": 1024, "height": 768}, {"width": 390, "height": 844}]
HOSTILE = '<img src=x onerror=alert(1)> "O\'Neill"'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that has no rule."""
    with running_server(tmp_path_factory.mktemp("rules"), "--no-login", "--accept-any-ae") as running:
        yield running


@pytest.fixture
def rules(page: Page, book: RunningServer) -> Iterator[RulesPage]:
    """The page Rules; afterwards there is neither rule nor node."""
    yield RulesPage(page, book.url)
    for kind in ("rules", "nodes"):
        for one in httpx.get(f"{book.url}/api/{kind}", timeout=30.0).json()[kind]:
            httpx.delete(f"{book.url}/api/{kind}/{quote(one['name'], safe='')}", timeout=30.0)


@pytest.fixture
def peer(book: RunningServer, tmp_path: Path) -> Iterator[Storescp]:
    """dcmtk's storescp, known as "Archive" with the AE title ARCHIVE."""
    with storescp(tmp_path / "archive", ae_title="ARCHIVE") as running:
        known(book, "Archive", ae_title="ARCHIVE", host=HOST, port=running.port)
        yield running


def told(book: RunningServer) -> list[dict[str, Any]]:
    """The rules as the API tells them, all of them sound and none resting."""
    found: list[dict[str, Any]] = httpx.get(f"{book.url}/api/rules", timeout=30.0).json()["rules"]
    for rule in found:
        assert (rule.pop("resting"), rule.pop("damage")) == ([], "")
    return found


def known(book: RunningServer, name: str, **node: Any) -> None:
    """A node, by the API."""
    node = {"name": name, "ae_title": name.upper()[:16], "host": "10.20.4.80", "port": 104} | node
    httpx.post(f"{book.url}/api/nodes", json=node, timeout=30.0).raise_for_status()


def add(book: RunningServer, name: str, **rule: Any) -> None:
    """A rule, by the API; it prepares what arrives unless told otherwise."""
    rule = {"name": name} | ({"prepare": True} if not rule.keys() & {"send_to", "notify"} else {}) | rule
    httpx.post(f"{book.url}/api/rules", json=rule, timeout=30.0).raise_for_status()


def jobs(book: RunningServer) -> list[dict[str, Any]]:
    """All jobs, the newest first."""
    found: list[dict[str, Any]] = httpx.get(f"{book.url}/api/jobs", timeout=30.0).json()["jobs"]
    return found


def send(book: RunningServer, folder: Path, patient: str, calling: str = "CT1") -> str:
    """An object of that patient, by dcmtk's storescu; its SOP Instance UID."""
    ds = pydicom.dcmread(shared_data() / TINY)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(ds, keyword, pydicom.uid.generate_uid())
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.PatientID = patient
    path = folder / f"{ds.SOPInstanceUID}.dcm"
    ds.save_as(path)
    dcmtk("storescu", *called(book.dicom_port, book.ae_title, calling), path)
    return str(ds.SOPInstanceUID)


def arrived(peer: Storescp) -> set[str]:
    """SOP Instance UIDs that the peer has."""
    return {str(pydicom.dcmread(path).SOPInstanceUID) for path in peer.files()}


def test_a_rule_made_in_the_page_sends_what_arrives(
    page: Page, book: RunningServer, rules: RulesPage, peer: Storescp, tmp_path: Path
) -> None:
    other, wanted = send(book, tmp_path, "OTHER"), send(book, tmp_path, "WANTED-1")
    rules.open()
    expect(page.get_by_test_id("empty")).to_contain_text("A rule does something by itself")
    page.keyboard.press("a")
    page.keyboard.type("Wanted ones")
    expect(rules.save).to_be_disabled()
    rules.level("each image")
    rules.ask("Patient ID", "WANTED-*")
    rules.pick("send_to", "Archive").click()
    expect(page.get_by_test_id("rule-sentence")).to_have_text(
        "When an image with Patient ID WANTED-* arrives: send it to Archive."
    )

    page.keyboard.press("Control+Enter")  # a dry run of what is not saved yet
    expect(rules.count).to_have_text("1 image here meets it.", timeout=SLOW)
    expect(rules.deed("send")).to_have_text("would be sent to Archive")
    expect(page.get_by_test_id("trials")).to_contain_text("Nothing was done")
    assert (told(book), jobs(book), arrived(peer)) == ([], [], set())

    page.get_by_test_id("rule-name").press("Enter")
    expect(rules.form).to_have_count(0, timeout=SLOW)
    expect(rules.row("Wanted ones")).to_contain_text("Patient ID WANTED-*")
    (rule,) = told(book)
    assert rule == {
        "name": "Wanted ones",
        "level": "instance",
        "keys": ["PatientID=WANTED-*"],
        "send_to": ["Archive"],
        "notify": [],
        "prepare": False,
        "quiet_seconds": 30.0,
        "enabled": True,
    }
    send(book, tmp_path, "OTHER")
    later = send(book, tmp_path, "WANTED-2")
    wait_until(lambda: arrived(peer) == {later}, 60.0, "the wanted one has been sent on")

    page.keyboard.press("t")
    expect(rules.count).to_have_text("2 images here meet it.", timeout=SLOW)
    assert [one["ordered_by"] for one in jobs(book)] == ["rule Wanted ones"]
    assert not arrived(peer) & {other, wanted}, "neither older objects nor those of a dry run are sent"


def test_what_came_from_a_node_does_not_go_back(
    page: Page, book: RunningServer, rules: RulesPage, peer: Storescp, tmp_path: Path
) -> None:
    known(book, "Workstation", ae_title="WS")
    add(book, "All", level="instance", keys=["PatientID=LOOP"], send_to=["Archive"], notify=["Archive"])
    send(book, tmp_path, "LOOP", calling="ARCHIVE")
    rules.open()
    page.get_by_test_id("detail-try").click()
    expect(rules.deed("left out")).to_have_text("not to Archive: it came from there", timeout=SLOW)
    expect(rules.deed("send")).to_have_count(0)
    page.keyboard.press("Enter")
    rules.pick("send_to", "Workstation").click()
    expect(page.get_by_test_id("trials")).to_have_count(0)  # the form says something else now
    page.get_by_test_id("rule-try").click()
    expect(rules.deed("send")).to_have_text("would be sent to Workstation", timeout=SLOW)
    expect(rules.deed("left out")).to_have_text("not to Archive: it came from there")
    from_ct = send(book, tmp_path, "LOOP", calling="CT1")
    wait_until(lambda: from_ct in arrived(peer), 60.0, "what CT1 sent has been sent on")
    assert arrived(peer) == {from_ct}


def test_a_rule_that_is_off_rests(
    page: Page, book: RunningServer, rules: RulesPage, peer: Storescp, tmp_path: Path
) -> None:
    add(book, "Rests", level="instance", keys=["PatientID=OFF"], send_to=["Archive"])
    add(book, "Sees", level="instance", keys=["PatientID=OFF"])
    rules.open()
    expect(rules.switch("Rests")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Space")
    expect(rules.switch("Rests")).to_have_attribute("aria-checked", "false", timeout=SLOW)
    expect(page.get_by_test_id("rule-off")).to_contain_text("also treats what came meanwhile")
    expect(page.get_by_test_id("known")).to_have_text("2 rules, 1 off")
    sent = send(book, tmp_path, "OFF")
    wait_until(
        lambda: any(one["ordered_by"] == "rule Sees" for one in jobs(book)), 60.0, "the other rule acted"
    )
    time.sleep(2.0)
    assert arrived(peer) == set()
    assert not [one for one in jobs(book) if one["ordered_by"] == "rule Rests"]
    rules.switch("Rests").click()
    expect(rules.switch("Rests")).to_have_attribute("aria-checked", "true", timeout=SLOW)
    wait_until(lambda: arrived(peer) == {sent}, 60.0, "what came meanwhile is sent")


def test_what_cannot_be_is_said_at_its_field(
    page: Page, book: RunningServer, rules: RulesPage, watch: Watch
) -> None:
    watch.allow("status of 4(00|09)")
    add(book, "Taken")
    rules.open("?form=new")
    page.get_by_test_id("rule-name").fill("Taken")
    page.get_by_test_id("rule-prepare").click()
    rules.ask("Study Description", "*Thorax*")
    rules.ask("NoSuchThing", "1")
    fault = page.get_by_test_id("key-fault")
    page.get_by_test_id("rule-try").click()
    expect(fault.last).to_contain_text("NoSuchThing", timeout=SLOW)
    expect(fault.first).to_be_empty()
    page.get_by_test_id("key-attribute").fill("SliceThickness")
    expect(fault.last).to_be_empty()
    page.get_by_test_id("rule-try").click()
    expect(fault.last).to_contain_text("says nothing of a study", timeout=SLOW)
    rules.level("each image")
    page.get_by_test_id("rule-try").click()
    expect(rules.count).to_have_text("Nothing that is here meets it.", timeout=SLOW)
    rules.ask("Image Type", "DERIVED")
    rules.level("whole series")
    expect(fault.last).to_have_text("Image Type says nothing of a whole series")
    expect(rules.save).to_be_disabled()
    page.get_by_test_id("key-remove").last.click()
    page.get_by_test_id("rule-quiet_seconds").fill("soon")
    expect(rules.form).to_contain_text("Seconds, up to 86400")
    page.get_by_test_id("rule-quiet_seconds").fill("5")
    page.get_by_test_id("key-remove").last.click()
    rules.save.click()
    expect(rules.form.locator("#hint-rule-name")).to_have_text("There is a rule Taken already.", timeout=SLOW)
    page.get_by_test_id("rule-name").fill("Free")
    rules.save.click()
    expect(rules.row("Free")).to_be_visible(timeout=SLOW)
    assert told(book)[0]["keys"] == ["StudyDescription=*Thorax*"]


def test_each_attribute_that_is_offered_is_one_that_the_server_knows(
    page: Page, book: RunningServer, rules: RulesPage
) -> None:
    rules.open("?form=new")
    page.get_by_test_id("rule-key-add").click()
    for words, level in (
        ("whole studies", "study"),
        ("whole series", "series"),
        ("each image", "instance"),
    ):
        rules.level(words)
        offered = [
            option.get_attribute("value")
            for option in page.get_by_test_id("key-usual").locator("option").all()
        ]
        assert len(offered) > 7
        for keyword in filter(None, offered):
            value = "20260101-" if keyword == "StudyDate" else "1"
            rule = {"name": "x", "level": level, "keys": [f"{keyword}={value}"], "prepare": True}
            answer = httpx.post(f"{book.url}/api/rules/try", json=rule, timeout=30.0)
            assert answer.status_code == 200, (keyword, answer.text)


def test_everything_of_a_rule_can_be_changed(page: Page, book: RunningServer, rules: RulesPage) -> None:
    known(book, "Archive")
    known(book, "Workstation")
    add(book, "Old", level="series", keys=["Modality=CT", "0008,0064=WSD"], send_to=["Archive"])
    rules.open()
    page.keyboard.press("Enter")
    page.get_by_test_id("rule-name").fill("New")
    rules.level("whole studies")
    page.get_by_test_id("key-remove").last.click()
    page.get_by_test_id("key-value").fill("CT\\MR")
    page.get_by_test_id("rule-quiet_seconds").fill("2.5")
    page.get_by_test_id("rule-send_to").locator("[tabindex='0']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    rules.pick("notify", "Archive").click()
    page.get_by_test_id("rule-prepare").click()
    page.get_by_test_id("rule-enabled").click()
    rules.save.click()
    expect(rules.row("New")).to_contain_text("Modalities in Study CT or MR", timeout=SLOW)
    assert told(book) == [
        {
            "name": "New",
            "level": "study",
            "keys": ["ModalitiesInStudy=CT\\MR"],
            "send_to": ["Workstation"],
            "notify": ["Archive"],
            "prepare": True,
            "quiet_seconds": 2.5,
            "enabled": False,
        }
    ]


def test_what_was_removed_can_be_brought_back(page: Page, book: RunningServer, rules: RulesPage) -> None:
    add(book, "Alpha")
    add(book, "Beta", level="series", keys=["Modality=CT"], quiet_seconds=7, enabled=False)
    before = told(book)
    rules.open()
    page.keyboard.press("ArrowDown")
    expect(rules.row("Beta")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Delete")
    expect(rules.row("Beta")).to_have_count(0, timeout=SLOW)
    assert [rule["name"] for rule in told(book)] == ["Alpha"]
    expect(page.get_by_test_id("toast")).to_contain_text("Beta was removed.")
    page.keyboard.press("Control+z")
    expect(rules.row("Beta")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("toast")).to_have_count(0)
    assert told(book) == before


def test_the_example_is_taken_over_and_the_address_keeps_the_place(
    page: Page, book: RunningServer, rules: RulesPage
) -> None:
    known(book, "Archive")
    rules.open()
    page.get_by_test_id("rule-example").click()
    expect(page.get_by_test_id("rule-name")).to_have_value("CT to Archive")
    page.get_by_test_id("rule-save").click()
    expect(rules.row("CT to Archive")).to_be_visible(timeout=SLOW)
    assert told(book)[0]["keys"] == ["Modality=CT"]
    add(book, "A & B = C?")
    rules.open("?rule=CT+to+Archive")
    expect(rules.row("CT to Archive")).to_have_attribute("aria-selected", "true")
    rules.row("A & B").click()
    page.keyboard.press("Enter")
    page.get_by_test_id("rule-quiet_seconds").fill("44")
    rules.row("CT to Archive").click()
    expect(rules.form).to_have_count(0)
    rules.row("A & B").dblclick()
    expect(page.get_by_test_id("rule-quiet_seconds")).to_have_value("44")  # what was typed is not lost
    page.reload()
    expect(page.get_by_test_id("rule-name")).to_have_value("A & B = C?", timeout=SLOW)


def test_a_node_that_is_not_known_any_more_is_shown(
    page: Page, book: RunningServer, rules: RulesPage
) -> None:
    known(book, "Gone")
    add(book, "Old", level="instance", send_to=["Gone"], keys=["PatientID=NOBODY"])
    httpx.delete(f"{book.url}/api/nodes/Gone", timeout=30.0).raise_for_status()
    rules.open()
    expect(rules.row("Old").get_by_test_id("stranger")).to_have_text("Gone")
    expect(page.get_by_test_id("known")).to_have_text("1 rule, 1 names a node that is not known")
    expect(page.get_by_test_id("rule-strangers")).to_contain_text("Gone is not known any more")
    page.keyboard.press("Enter")
    page.get_by_test_id("rule-send_to").locator("[data-node=Gone]").click()
    expect(rules.save).to_be_disabled()
    page.get_by_test_id("rule-prepare").click()
    rules.save.click()
    expect(rules.form).to_have_count(0, timeout=SLOW)
    expect(page.get_by_test_id("rule-strangers")).to_have_count(0)
    assert told(book)[0]["send_to"] == []


def damage(book: RunningServer, name: str, keys: str) -> None:
    """What the index says of the conditions of a rule becomes something that nobody wrote."""
    with (
        contextlib.closing(sqlite3.connect(book.data / "index.sqlite", timeout=30)) as connection,
        connection,
    ):
        assert connection.execute("update rule set keys = ? where name = ?", (keys, name)).rowcount == 1


def test_a_rule_that_rests_and_one_that_is_damaged_say_so(
    page: Page, book: RunningServer, rules: RulesPage, tmp_path: Path
) -> None:
    """One cannot be read, the other asks what cannot be asked of a study: why, of which, until when."""
    add(book, "Damaged", level="instance")
    add(book, "Rests", level="study", quiet_seconds=0.5)
    damage(book, "Damaged", '["')
    damage(book, "Rests", '["NoSuchThing=1"]')
    send(book, tmp_path, "RESTING")

    def resting() -> list[dict[str, Any]]:
        listed = httpx.get(f"{book.url}/api/rules", timeout=30.0).json()["rules"]
        return next(rule["resting"] for rule in listed if rule["name"] == "Rests")

    wait_until(lambda: bool(resting()), 60.0, "the rule rests")
    study = resting()[0]["study_uid"]
    rules.open("?rule=Rests")
    said = page.get_by_test_id("rule-resting")
    expect(said).to_have_count(1, timeout=SLOW)
    expect(said).to_contain_text(f"{study} rests until ")
    expect(said).to_contain_text("NoSuchThing")
    expect(page.get_by_test_id("rule-damage")).to_have_count(0)
    rules.row("Damaged").click()
    broken = page.get_by_test_id("rule-damage")
    expect(broken).to_contain_text("This rule cannot be read and does nothing:")
    expect(broken).to_contain_text("Write it anew, or remove it.")
    expect(said).to_have_count(0)
    page.get_by_test_id("rule-edit").click()
    page.get_by_test_id("rule-prepare").click()
    rules.save.click()
    expect(rules.form).to_have_count(0, timeout=SLOW)
    expect(broken).to_have_count(0, timeout=SLOW)


def test_names_and_subjects_are_text(page: Page, book: RunningServer, rules: RulesPage) -> None:
    dcmtk("storescu", *called(book.dicom_port, book.ae_title), shared_data() / SCRIPT_TAGS)
    known(book, HOSTILE, ae_title="EVIL")
    hostile = {"level": "study", "keys": [f"StudyDescription={HOSTILE}"], "send_to": [HOSTILE]}
    add(book, HOSTILE, **hostile)
    rules.open()
    expect(rules.rows.first).to_contain_text(HOSTILE)
    expect(rules.detail).to_contain_text(HOSTILE)
    page.keyboard.press("Enter")
    page.get_by_test_id("key-remove").click()
    rules.ask("Patient’s Name", "*script*")
    page.get_by_test_id("rule-try").click()
    expect(rules.trials.first).to_contain_text("<script>alert(1)</script>", timeout=SLOW)
    expect(rules.deed("send").first).to_have_text(f"would be sent to {HOSTILE}")
    assert page.locator("main img, main script").count() == 0


def test_without_an_answer_it_says_so(
    page: Page, book: RunningServer, rules: RulesPage, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page.route("**/api/rules", lambda route: route.abort())
    page.goto(f"{book.url}/rules")
    expect(page.get_by_test_id("failed")).to_contain_text("The server did not answer.", timeout=SLOW)
    page.unroute("**/api/rules")
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_test_id("empty")).to_be_visible(timeout=SLOW)


def test_only_administrators_see_rules(login: LoginPage, desk: RunningServer, page: Page) -> None:
    desk.run("user", "add", "sender2", "--role", "sender", stdin="sending all day\n")
    login.open("/rules")
    login.log_in("sender2", "sending all day")
    expect(page.get_by_test_id("rules-page")).to_contain_text("kept by administrators", timeout=SLOW)
    expect(page.get_by_test_id("rule-add")).to_have_count(0)
    expect(page.get_by_test_id("tab-rules")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["1440", "1024", "phone"])
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, book: RunningServer, rules: RulesPage, size: dict[str, int]
) -> None:
    long = "University hospital of a town with a long name"
    for number in range(6):
        known(book, f"{long} {number}", ae_title=f"LONG{number}")
    add(book, "X" * 64, keys=["StudyDescription=" + "Y" * 60], send_to=[f"{long} {n}" for n in range(6)])
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    sized = RulesPage(page, book.url)
    sized.open()
    assert overflow(page) == 0
    sized.rows.first.dblclick()
    sized.ask("SliceThickness", "5")
    assert overflow(page) == 0
    context.close()
