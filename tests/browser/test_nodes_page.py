"""The book of nodes in the browser: adding, changing, removing, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.dcmtk import storescp
from tests.kit.ports import HOST, free_port
from tests.kit.server import RunningServer, running_server

from .conftest import DESKTOP, Watch
from .pages import SLOW, LoginPage, NodesPage, overflow

SIZES = [DESKTOP, {"width": 1024, "height": 768}, {"width": 390, "height": 844}]
HOSTILE = '<img src=x onerror=alert(1)> "O\'Neill"'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that knows no node."""
    with running_server(tmp_path_factory.mktemp("book"), "--no-login") as running:
        yield running


@pytest.fixture
def nodes(page: Page, book: RunningServer) -> Iterator[NodesPage]:
    """The page Nodes; afterwards no node is known."""
    yield NodesPage(page, book.url)
    for node in told(book):
        httpx.delete(
            f"{book.url}/api/nodes/{httpx.URL(path='/' + node['name']).raw_path.decode()[1:]}", timeout=60.0
        )


def told(book: RunningServer) -> list[dict[str, Any]]:
    """The nodes as the API tells them."""
    found: list[dict[str, Any]] = httpx.get(f"{book.url}/api/nodes", timeout=30.0).json()["nodes"]
    return found


def add(book: RunningServer, name: str, ae_title: str, **more: Any) -> None:
    """A node, by the API."""
    node = {"name": name, "ae_title": ae_title, "host": "10.20.4.80", "port": 104} | more
    httpx.post(f"{book.url}/api/nodes", json=node, timeout=30.0).raise_for_status()


def test_a_node_is_added_by_keyboard(page: Page, book: RunningServer, nodes: NodesPage) -> None:
    nodes.open()
    expect(page.get_by_test_id("empty")).to_contain_text("No node is known yet.")
    page.keyboard.press("a")
    expect(nodes.form).to_be_visible()
    page.keyboard.type("City hospital")
    expect(nodes.save).to_be_disabled()
    page.keyboard.press("Tab")
    page.keyboard.type("CITYPACS")
    page.keyboard.press("Tab")
    page.keyboard.type("10.20.4.80")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("11112")
    page.keyboard.press("Enter")
    expect(nodes.form).to_have_count(0, timeout=SLOW)
    expect(nodes.row("City hospital")).to_contain_text("10.20.4.80:11112", timeout=SLOW)
    expect(nodes.detail).to_contain_text("CITYPACS at 10.20.4.80, port 11112")
    expect(nodes.detail).to_contain_text(book.ae_title)  # what it has to know of us
    expect(nodes.detail).to_contain_text(str(book.dicom_port))
    listed = book.run("node", "list")
    assert "City hospital" in listed
    assert "CITYPACS" in listed


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("host", "10.20.11", "four parts"),
        ("host", "http://pacs", "no http"),
        ("ae_title", "ABCDEFGHIJKLMNOPQ", "17 characters"),
        ("ae_title", "ÉCHO", "no accents"),
        ("port", "70000", "From 1 to 65535"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    page: Page, nodes: NodesPage, field: str, text: str, words: str
) -> None:
    nodes.open()
    page.get_by_test_id("node-add").click()
    nodes.fill(name="A", ae_title="A", host="10.0.0.1", port="104")
    expect(nodes.save).to_be_enabled()
    nodes.fill(**{field: text})
    expect(nodes.form).to_contain_text(words)
    expect(nodes.save).to_be_disabled()
    page.keyboard.press("Escape")
    expect(nodes.form).to_have_count(0)


def test_a_title_that_is_taken_is_said_and_nothing_is_lost(
    page: Page, book: RunningServer, nodes: NodesPage, watch: Watch
) -> None:
    watch.allow("status of 409")
    add(book, "First", "SAME")
    nodes.open()
    page.get_by_test_id("node-add").click()
    nodes.fill(name="Second", ae_title="SAME", host="10.0.0.2")
    nodes.save.click()
    expect(nodes.error).to_contain_text("Nothing was changed.", timeout=SLOW)
    nodes.fill(ae_title="OTHER")
    nodes.save.click()
    expect(nodes.row("Second")).to_be_visible(timeout=SLOW)
    assert [node["ae_title"] for node in told(book)] == ["SAME", "OTHER"]


@pytest.mark.row("CONFIG-01")
def test_a_node_is_tested_before_it_is_saved(
    page: Page, book: RunningServer, nodes: NodesPage, tmp_path: Path
) -> None:
    nodes.open()
    page.keyboard.press("a")
    attempt = page.get_by_test_id("node-try")
    expect(attempt).to_be_disabled()
    with storescp(tmp_path / "scp", ae_title="TRIED") as peer:
        nodes.fill(name="Tried", ae_title="TRIED", host=HOST, port=str(peer.port))
        attempt.click()
        expect(nodes.step("echo")).to_have_attribute("data-outcome", "fine", timeout=4 * SLOW)
        takes = page.get_by_test_id("test-takes")
        expect(takes).to_contain_text("kinds of objects it takes", timeout=12 * SLOW)
        offers = page.get_by_test_id("test-offers")
        expect(offers).to_contain_text("1 service it offers")
        offers.click()
        expect(offers).to_contain_text("Verification")
    assert told(book) == []
    nodes.fill(port=str(free_port()))
    expect(page.get_by_test_id("test-result")).to_have_count(0)  # that was another node
    attempt.click()
    expect(nodes.step("connection")).to_have_attribute("data-outcome", "failed", timeout=4 * SLOW)
    assert told(book) == []
    nodes.save.click()
    expect(nodes.row("Tried")).to_be_visible(timeout=SLOW)


def test_everything_of_a_node_can_be_changed(page: Page, book: RunningServer, nodes: NodesPage) -> None:
    add(book, "City", "CITY", wildcards=["PatientName"])
    nodes.open()
    expect(nodes.detail).to_contain_text("CITY at 10.20.4.80")
    page.keyboard.press("Enter")
    nodes.fill(name="City hospital", host="fd00::5", port="11112")
    page.get_by_test_id("node-tls").click()
    page.get_by_test_id("node-right-commit").click()
    page.get_by_test_id("node-more").click()
    page.get_by_test_id("node-retrieve_by").get_by_role("radio", name="C-MOVE").click()
    page.get_by_test_id("node-on_store_failure").get_by_role("radio", name="stop").click()
    page.get_by_test_id("node-one_association_per_object").click()
    nodes.fill(most_associations="3", timeout="12.5", allowed_addresses="10.20.0.0/16, fd00::/8")
    nodes.fill(query_charset="\\ISO 2022 IR 87", blacklisted_sop_classes="1.2.840.10008.5.1.4.1.1.88.67")
    nodes.save.click()
    expect(nodes.row("City hospital")).to_contain_text("DIMSE, TLS", timeout=SLOW)
    (node,) = told(book)
    assert node == {
        "name": "City hospital",
        "ae_title": "CITY",
        "host": "fd00::5",
        "port": 11112,
        "rights": ["query", "retrieve", "store"],
        "tls": True,
        "allowed_addresses": ["10.20.0.0/16", "fd00::/8"],
        "retrieve_by": "move",
        "on_store_failure": "abort",
        "one_association_per_object": True,
        "most_associations": 3,
        "blacklisted_sop_classes": ["1.2.840.10008.5.1.4.1.1.88.67"],
        "query_charset": ["", "ISO 2022 IR 87"],
        "wildcards": ["PatientName"],
        "timeout": 12.5,
    }


def test_what_was_removed_can_be_brought_back(page: Page, book: RunningServer, nodes: NodesPage) -> None:
    add(book, "Alpha", "ALPHA")
    add(book, "Beta", "BETA", timeout=7.0, rights=["store"], retrieve_by="move")
    before = told(book)
    nodes.open()
    page.keyboard.press("ArrowDown")
    expect(nodes.row("Beta")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Delete")
    expect(nodes.row("Beta")).to_have_count(0, timeout=SLOW)
    assert [node["name"] for node in told(book)] == ["Alpha"]
    expect(page.get_by_test_id("toast")).to_contain_text("Beta was removed.")
    page.keyboard.press("Control+z")
    expect(nodes.row("Beta")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("toast")).to_have_count(0)
    assert told(book) == before


def test_names_are_text(page: Page, book: RunningServer, nodes: NodesPage) -> None:
    add(book, HOSTILE, "EVIL")
    nodes.open()
    expect(nodes.rows.first).to_contain_text(HOSTILE)
    expect(nodes.detail).to_contain_text(HOSTILE)
    assert nodes.rows.first.locator("img").count() == 0
    nodes.detail.get_by_test_id("node-jobs").click()
    expect(page.get_by_test_id("node-filter")).to_have_value(HOSTILE, timeout=SLOW)
    expect(page.get_by_test_id("empty")).to_contain_text(f"There are no jobs for {HOSTILE}.", timeout=SLOW)


def test_only_administrators_see_nodes(login: LoginPage, desk: RunningServer, page: Page) -> None:
    desk.run("user", "add", "sends", "--role", "sender", stdin="sending all day\n")
    login.open("/nodes")
    login.log_in("sends", "sending all day")
    expect(page.get_by_test_id("nodes-page")).to_contain_text("kept by administrators", timeout=SLOW)
    expect(page.get_by_test_id("node-add")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["1440", "1024", "phone"])
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, book: RunningServer, nodes: NodesPage, size: dict[str, int]
) -> None:
    add(
        book,
        "University hospital of a town with a long name",
        "ABCDEFGHIJKLMNOP",
        host="pacs." * 12 + "example.org",
    )
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    sized = NodesPage(page, book.url)
    sized.open()
    assert overflow(page) == 0
    page.get_by_test_id("node-add").click()
    page.get_by_test_id("node-more").click()
    assert overflow(page) == 0
    context.close()


def test_a_node_is_tested_and_what_fails_is_explained(
    page: Page, book: RunningServer, nodes: NodesPage, tmp_path: Path
) -> None:
    """A storescp that answers, one that refuses every association, and one that is down."""
    with (
        storescp(tmp_path / "city", ae_title="CITYPACS") as city,
        storescp(tmp_path / "never", "--refuse", ae_title="NEVER") as never,
    ):
        add(book, "Answers", city.ae_title, host=HOST, port=city.port)
        add(book, "Is down", "DOWN", host=HOST, port=free_port())
        add(book, "Refuses", never.ae_title, host=HOST, port=never.port)
        nodes.open()
        expect(nodes.verdict("Answers")).to_have_text("Not tested yet")
        page.keyboard.press("t")
        expect(nodes.step("echo")).to_have_attribute("data-outcome", "fine", timeout=SLOW)
        expect(nodes.step("contexts")).to_have_attribute("data-outcome", "fine", timeout=SLOW)
        expect(page.get_by_test_id("test-takes")).to_contain_text("kinds of objects it takes")
        with page.expect_download() as download:
            page.get_by_test_id("test-trace").click()
        assert "A-ASSOCIATE" in download.value.path().read_text()
        page.get_by_test_id("test-all").click()
        expect(nodes.verdict("Refuses")).to_have_text("Refuses us", timeout=SLOW)
        expect(nodes.verdict("Is down")).to_have_text("Does not answer")
        expect(page.get_by_test_id("known")).to_contain_text("3 known, 2 fail")
        nodes.row("Is down").click()
        expect(nodes.step("connection")).to_have_attribute("data-outcome", "failed")
        expect(nodes.step("echo")).to_have_attribute("data-outcome", "not tried")
        expect(page.get_by_test_id("test-remedies")).to_contain_text("What to do")
