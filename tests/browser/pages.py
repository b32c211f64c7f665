"""The pages of the viewer as a person meets them: what can be read on them and what can be done."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

SLOW = int(os.environ.get("READINGROOM_TEST_PATIENCE", "60")) * 1000
"""Milliseconds that something may take on two busy cores; every wait ends as soon as it is so."""
expect.set_options(timeout=SLOW)
Found = TypeVar("Found")


def soon(check: Callable[..., Found], *about: Any) -> Found:
    """What it gives, once it raises no AssertionError: pictures follow what was done by some frames."""
    deadline = time.monotonic() + SLOW / 1000
    while True:
        try:
            return check(*about)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class LoginPage:
    """Where a name and a password are asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.form = page.get_by_test_id("login")
        self.error = page.get_by_test_id("login-error")

    def open(self, path: str = "/") -> None:
        """Open an address while nobody is logged in."""
        self.page.goto(self.url + path)
        expect(self.form).to_be_visible(timeout=SLOW)

    def log_in(self, name: str, password: str) -> None:
        """Type both and press Enter."""
        self.page.get_by_test_id("login-name").fill(name)
        self.page.get_by_test_id("login-password").fill(password)
        self.page.get_by_test_id("login-password").press("Enter")


class StudyList:
    """The study list."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("study")
        self.search_box = page.get_by_test_id("search")
        self.total = page.get_by_test_id("total")

    def open(self, query: str = "") -> None:
        """Open the list, with a query as the address bar has it."""
        self.page.goto(f"{self.url}/?{query}")
        expect(self.page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)

    def row(self, study_instance_uid: str) -> Locator:
        """The row of one study."""
        return self.page.locator(f'[data-testid="study"][data-study-uid="{study_instance_uid}"]')

    def uids(self) -> list[str]:
        """Study Instance UIDs of the rows that are drawn, from the top."""
        found: list[str] = self.rows.evaluate_all(
            """rows => rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
                           .map(row => row.dataset.studyUid)"""
        )
        return found

    def shows(self, uids: Sequence[str]) -> None:
        """Wait until exactly these studies are listed, in any order."""
        expect(self.total).to_have_text(_studies(len(uids)), timeout=SLOW)
        expect(self.rows).to_have_count(len(uids), timeout=SLOW)
        assert set(self.uids()) == set(uids)

    def shows_total(self, count: int) -> None:
        """Wait until so many studies are told to be there."""
        expect(self.total).to_have_text(_studies(count), timeout=SLOW)

    def shows_total_over(self, count: int) -> None:
        """Wait until more studies than that are told to be there."""
        self.page.wait_for_function(
            """least => Number(document.querySelector('[data-testid=total]')
                .textContent.replace(/[^0-9]/g, '')) > least""",
            arg=count,
            timeout=SLOW,
        )

    def shows_in_order(self, uids: Sequence[str]) -> None:
        """Wait until the first rows are these."""
        self.page.wait_for_function(
            """wanted => {
                const rows = [...document.querySelectorAll('[data-testid=study]')]
                    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
                    .map(row => row.dataset.studyUid).slice(0, wanted.length);
                return JSON.stringify(rows) === JSON.stringify(wanted);
            }""",
            arg=list(uids),
            timeout=SLOW,
        )

    def search(self, text: str) -> None:
        """Type into the search box."""
        self.search_box.fill(text)

    def more_filters(self) -> None:
        """Open the row of further fields."""
        button = self.page.get_by_test_id("more-filters")
        if button.get_attribute("aria-expanded") != "true":
            button.click()

    def filter(self, field: str, text: str) -> None:
        """Type into one of the further fields."""
        self.more_filters()
        self.page.get_by_test_id(f"filter-{field}").fill(text)

    def chip(self, label: str) -> Locator:
        """One of the buttons under the search box."""
        return self.page.get_by_test_id("chips").get_by_role("button", name=label, exact=True)

    def clear(self) -> None:
        """Take all filters off."""
        self.page.get_by_test_id("clear").click()

    def sort(self, key: str) -> None:
        """Click a column's head."""
        self.page.get_by_test_id(f"sort-{key}").click()

    def scroll_until_shown(self, study_instance_uid: str) -> None:
        """Scroll the rows down, and further when more have come, until that study is drawn."""
        self.page.wait_for_function(
            """uid => {
                const rows = document.querySelector('[data-testid=rows]');
                rows.scrollTo(0, rows.scrollHeight);
                return document.querySelector(`[data-testid=study][data-study-uid="${uid}"]`) !== null;
            }""",
            arg=study_instance_uid,
            timeout=SLOW,
        )


class SendDialog:
    """Where a study is sent to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.window = page.get_by_test_id("send-dialog")
        self.nodes = page.get_by_test_id("send-node")
        self.go = page.get_by_test_id("send-go")
        self.error = page.get_by_test_id("send-error")

    def choose(self, node: str) -> None:
        """Take that node by the arrow keys."""
        wanted = self.page.locator(f'[data-testid="send-node"][data-node="{node}"]')
        expect(wanted).to_be_visible(timeout=SLOW)
        self.page.keyboard.press("Home")
        for _ in range(self.nodes.count()):
            if wanted.get_attribute("aria-checked") == "true":
                return
            self.page.keyboard.press("ArrowDown")
        expect(wanted).to_have_attribute("aria-checked", "true")


class JobsPage:
    """The page Jobs."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("job")
        self.alerts = page.get_by_test_id("alerts")
        self.detail = page.get_by_test_id("job-detail")

    def open(self, query: str = "") -> None:
        """Open the page, with a query as the address bar has it."""
        self.page.goto(f"{self.url}/jobs?{query}")
        expect(self.page.get_by_test_id("jobs-page")).to_be_visible(timeout=SLOW)

    def row(self, number: int) -> Locator:
        """The line of one job."""
        return self.page.locator(f'[data-testid="job"][data-job-id="{number}"]')

    def select(self, number: int) -> None:
        """Go to a job by the arrow keys."""
        expect(self.row(number)).to_be_visible(timeout=SLOW)
        self.page.keyboard.press("Home")
        for _ in range(self.rows.count()):
            if self.row(number).get_attribute("aria-selected") == "true":
                return
            self.page.keyboard.press("ArrowDown")
        expect(self.row(number)).to_have_attribute("aria-selected", "true")

    def becomes(self, number: int, state: str) -> None:
        """Wait until a job is in that state."""
        expect(self.row(number)).to_have_attribute("data-state", state, timeout=SLOW)

    def done_items(self, number: int) -> int:
        """How many items the bar of a job says are dealt with, 0 when there is none."""
        bar = self.row(number).get_by_role("progressbar")
        return int(bar.get_attribute("aria-valuenow") or 0) if bar.count() else 0


class NodesPage:
    """The page Nodes."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("node")
        self.form = page.get_by_test_id("node-form")
        self.save = page.get_by_test_id("node-save")
        self.error = page.get_by_test_id("node-error")
        self.detail = page.get_by_test_id("node-detail")

    def open(self) -> None:
        """Open the page and wait until it knows the nodes."""
        self.page.goto(f"{self.url}/nodes")
        expect(self.page.get_by_test_id("known")).to_have_text(re.compile(r"\d+ known"), timeout=SLOW)

    def row(self, name: str) -> Locator:
        """The line of one node."""
        return self.rows.filter(has_text=name)

    def verdict(self, name: str) -> Locator:
        """What the last test of a node said, in a few words."""
        return self.row(name).get_by_test_id("verdict")

    def step(self, name: str) -> Locator:
        """One step of the test of the selected node."""
        return self.page.locator(f'[data-testid="test-step"][data-step~="{name}"]')

    def fill(self, **fields: str) -> None:
        """Type into fields of the form."""
        for name, text in fields.items():
            self.page.get_by_test_id(f"node-{name}").fill(text)


class RulesPage:
    """The page Rules."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("rule")
        self.form = page.get_by_test_id("rule-form")
        self.save = page.get_by_test_id("rule-save")
        self.detail = page.get_by_test_id("rule-detail")
        self.trials = page.get_by_test_id("trial")
        self.count = page.get_by_test_id("trial-count")

    def open(self, search: str = "") -> None:
        """Open the page and wait until it knows the rules."""
        self.page.goto(f"{self.url}/rules{search}")
        expect(self.page.get_by_test_id("known")).to_have_text(re.compile(r"\d+ rules?"), timeout=SLOW)

    def row(self, name: str) -> Locator:
        """The line of one rule."""
        return self.rows.filter(has_text=name)

    def switch(self, name: str) -> Locator:
        """The switch of one rule in the table."""
        return self.row(name).get_by_test_id("rule-switch")

    def ask(self, attribute: str, value: str) -> None:
        """Add a condition; attribute: as it is offered, or a keyword or tag of one's own."""
        self.page.get_by_test_id("rule-key-add").click()
        line = self.page.get_by_test_id("rule-key").last
        usual = line.get_by_test_id("key-usual")
        if attribute in usual.locator("option").all_inner_texts():
            usual.select_option(attribute)
        else:
            usual.select_option("Another attribute")
            line.get_by_test_id("key-attribute").fill(attribute)
        line.get_by_test_id("key-value").fill(value)

    def level(self, words: str) -> None:
        """Choose what is watched."""
        self.page.get_by_test_id("rule-level").get_by_role("radio", name=words).click()

    def pick(self, what: str, node: str) -> Locator:
        """The box of a node; what: send_to or notify."""
        return self.page.get_by_test_id(f"rule-{what}").get_by_role("checkbox", name=node, exact=True)

    def deed(self, kind: str) -> Locator:
        """Lines of the dry run of that kind: send, notify, prepare, left out, lost."""
        return self.page.locator(f'[data-testid="trial-deed"][data-kind="{kind}"]')


class LogPage:
    """The page Log."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("event")
        self.detail = page.get_by_test_id("event-detail")
        self.coming = page.get_by_test_id("coming")
        self.search = page.get_by_test_id("log-text")
        self.body = page.get_by_test_id("rows")

    def open(self, query: str = "") -> None:
        """Open the page, with a query as the address bar has it."""
        self.page.goto(f"{self.url}/log?{query}")
        expect(self.page.get_by_test_id("log-page")).to_be_visible(timeout=SLOW)

    def row(self, number: int) -> Locator:
        """The line of one event."""
        return self.page.locator(f'[data-testid="event"][data-event-id="{number}"]')

    def numbers(self) -> list[int]:
        """Numbers of the events that are drawn, from the top."""
        found: list[int] = self.rows.evaluate_all(
            """rows => rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
                           .map(row => Number(row.dataset.eventId))"""
        )
        return found

    def fact(self, name: str) -> Locator:
        """One fact of the open event."""
        return self.detail.locator(f'[data-fact="{name}"]')


class DeletedPage:
    """The page Deleted, and the dialog and line of the study list that lead there."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.rows = page.get_by_test_id("deletion")
        self.detail = page.get_by_test_id("deletion-detail")
        self.question = page.get_by_test_id("delete-dialog")
        self.toast = page.get_by_test_id("toast")

    def open(self) -> None:
        """Open the page."""
        self.page.goto(f"{self.url}/deleted")
        expect(self.page.get_by_test_id("deleted-page")).to_be_visible(timeout=SLOW)

    def row(self, text: str) -> Locator:
        """The line of one deletion."""
        return self.rows.filter(has_text=text)


def overflow(page: Page) -> int:
    """CSS pixels by which page, main parts or a table are wider than what is seen of them; 0 is right."""
    wider: int = page.evaluate(
        """() => Math.max(...[document.documentElement,
                             ...document.querySelectorAll('main, main > *, [role$=grid]')]
                .map(e => e.scrollWidth - e.clientWidth))"""
    )
    return wider


def _studies(count: int) -> str:
    digits = re.sub(r"\B(?=(\d{3})+$)", "\u2009", str(count))
    return f"{digits} {'study' if count == 1 else 'studies'}"


@dataclass(frozen=True)
class Point:
    """One point of the image with what the page says about it."""

    column: int
    row: int
    stored: Any
    modality: float | None
    grey: Any
    screen: tuple[int, int, int]
    """Red, green, blue of the browser's own picture of the page."""


def drawn(page: Page) -> None:
    """Wait until what the last key or click asked for is drawn: that is done at the next animation frame.

    A page behind another one has no animation frames; there a second is waited.
    """
    page.evaluate(
        """new Promise(done => {
            requestAnimationFrame(() => requestAnimationFrame(done));
            setTimeout(done, 1000);
        })"""
    )


class Viewer:
    """The viewer, through window.readingRoom and its test ids."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, *study_instance_uids: str) -> None:
        """Open studies by their address and wait for the first image or the reason why there is none."""
        query = "&".join(f"StudyInstanceUIDs={uid}" for uid in study_instance_uids)
        self.page.goto(f"{self.url}/viewer?{query}")
        self.until("v => v.image > 0 || v.error || (v.kind && v.kind !== 'images')")

    def open_image(self, *study_instance_uids: str) -> dict[str, Any]:
        """Open studies and wait for the first image."""
        self.open(*study_instance_uids)
        shown = self.viewport()
        assert not shown["error"], shown["error"]
        return shown

    def until(self, fact: str, cell: int = 0, arg: object = None) -> dict[str, Any]:
        """Wait until a JavaScript predicate (v, arg) holds for the report of a viewport; the report."""
        self.page.wait_for_function(
            f"""([cell, arg]) => {{
                const v = window.readingRoom?.viewports()[cell];
                return v && (({fact})(v, arg));
            }}""",
            arg=[cell, arg],
            timeout=SLOW,
        )
        return self.viewport(cell)

    def viewports(self) -> list[dict[str, Any]]:
        """What window.readingRoom.viewports() tells."""
        found: list[dict[str, Any]] = self.page.evaluate("window.readingRoom.viewports()")
        return found

    def viewport(self, cell: int = 0) -> dict[str, Any]:
        """One viewport's report."""
        return self.viewports()[cell]

    def element(self, cell: int = 0) -> Locator:
        """The cell of the grid."""
        return self.page.get_by_test_id(f"viewport-{cell}")

    def box(self, cell: int = 0) -> dict[str, float]:
        """The cell's rectangle in CSS pixels of the page."""
        box = self.element(cell).bounding_box()
        assert box is not None
        return {side: box[side] for side in ("x", "y", "width", "height")}

    def series(self, series_instance_uid: str) -> Locator:
        """A series in the rail."""
        return self.page.locator(f'[data-testid="series"][data-series-uid="{series_instance_uid}"]')

    def press(self, key: str, times: int = 1) -> None:
        """Press a key of the keyboard."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def hover(self, cell: int = 0) -> None:
        """Put the pointer on the middle of a viewport."""
        box = self.box(cell)
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def wheel(self, steps: int, cell: int = 0) -> None:
        """Turn the wheel over a viewport, down is positive."""
        self.hover(cell)
        for _ in range(abs(steps)):
            self.page.mouse.wheel(0, 100 if steps > 0 else -100)

    def drag(self, button: str, dx: int, dy: int, cell: int = 0) -> None:
        """Press a mouse button on the middle of a viewport, move, let go."""
        box = self.box(cell)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down(button=button)  # type: ignore[arg-type]
        self.page.mouse.move(x + dx, y + dy, steps=4)
        self.page.mouse.up(button=button)  # type: ignore[arg-type]

    def one_to_one(self, cell: int = 0) -> dict[str, Any]:
        """One image pixel to one screen pixel: nothing is interpolated, every value is seen as it is.

        Pixels that are not quite square never fall on the screen's: for them smoothing is switched off.
        """
        self.press(".")
        report = self.until("v => Math.abs(v.zoom - 1) < 1e-6", cell)
        if abs(report["matrix"][0]) == abs(report["matrix"][3]):
            return report
        self.command("smooth pixels")
        return self.until("v => !v.interpolation", cell)

    def command(self, words: str) -> None:
        """Find and do: the first that the palette finds."""
        self.press("Control+k")
        self.page.get_by_test_id("palette-input").fill(words)
        self.press("Enter")
        expect(self.page.get_by_test_id("palette")).to_have_count(0)

    def place(self, column: int, row: int, cell: int = 0) -> tuple[float, float]:
        """CSS pixels, within the viewport, of the middle of an image pixel."""
        report = self.viewport(cell)
        a, b, c, d, e, f = report["matrix"]
        ratio = self.page.evaluate("window.devicePixelRatio")
        x, y = column + 0.5, row + 0.5
        return (a * x + c * y + e) / ratio, (b * x + d * y + f) / ratio

    def points(self, places: Sequence[tuple[int, int]], cell: int = 0) -> list[Point]:
        """Values at (column, row) of the image, as the page tells and as the browser has painted them."""
        report = self.viewport(cell)
        canvas = self.picture(cell)
        found: list[Point] = []
        for column, row in places:
            x, y = self.place(column, row, cell)
            probe = self.page.evaluate(
                "([id, x, y]) => window.readingRoom.probe(id, x, y)", [report["id"], x, y]
            )
            assert probe is not None, f"({column}, {row}) is beside the image"
            assert (probe["column"], probe["row"]) == (column, row), probe
            red, green, blue = (int(v) for v in canvas[int(y), int(x)])
            found.append(
                Point(column, row, probe["stored"], probe["modality"], probe["grey"], (red, green, blue))
            )
        return found

    def visible(self, places: Sequence[tuple[int, int]], cell: int = 0) -> list[tuple[int, int]]:
        """Those places of the image that lie inside the viewport, away from what is written at its edges."""
        box, margin = self.box(cell), 28.0
        inside: list[tuple[int, int]] = []
        for column, row in places:
            x, y = self.place(column, row, cell)
            if margin < x < box["width"] - margin and margin < y < box["height"] - margin:
                inside.append((column, row))
        return inside

    def picture(self, cell: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The viewport as the browser shows it: uint8 (rows, columns, 3), one CSS pixel each."""
        drawn(self.page)
        raw = self.page.screenshot(clip=self.box(cell), scale="css")  # type: ignore[arg-type]
        return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))

    def letters(self) -> dict[str, str]:
        """Orientation letters at the four edges."""
        return {
            edge: self.page.get_by_test_id(f"orientation-{edge}").inner_text()
            for edge in ("top", "right", "bottom", "left")
        }
