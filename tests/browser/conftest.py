"""The browser, the server with its studies, and a page watched for errors and for foreign requests."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Playwright, Request, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from readingroom.app.viewer_files import VIEWER
from tests.kit.ports import HOST
from tests.kit.server import RUNNING, RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .pages import LoginPage, StudyList, Viewer
from .samples import Samples, prepare, sources

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *(
        "--disable-component-update",
        "--disable-sync",
        "--force-color-profile=srgb",
        "--disable-dev-shm-usage",
    ),
]
DESKTOP = {"width": 1440, "height": 900}
SECONDS = 300
"""What a test may take: Playwright waits for ever for a page whose script does not end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Limit the time of each test here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Add a picture of the page and the servers' logs to the report of a failed test."""
    report = yield
    if report.failed:
        page = getattr(item, "funcargs", {}).get("page")
        if isinstance(page, Page) and not page.is_closed() and call.when == "call":
            picture = Path(item.config.rootpath, ".pytest_cache", "browser", f"{item.name[:80]}.png")
            picture.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(PlaywrightError):  # a page that hangs has none
                page.screenshot(path=picture, timeout=5_000)
            report.sections.append(("picture of the page", str(picture)))
        for server in RUNNING:
            report.sections.append((f"log of the server on {server.data}", server.log_text(3000)))
    return report


class Browsers:
    """Debian's Chromium, one for all tests as long as it lives."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._running: Browser | None = None

    def living(self) -> Browser:
        """The browser; a new one when it has died."""
        if self._running is None or not self._running.is_connected():
            self._running = self._playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        return self._running

    def close(self) -> None:
        """End it."""
        if self._running is not None:
            self._running.close()


@pytest.fixture(scope="package")
def browsers() -> Iterator[Browsers]:
    """It ends with the package, since Playwright keeps an event loop running."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is not installed: apt-get install chromium")
    if not (VIEWER / "index.html").exists():
        pytest.fail("The viewer is not built: python scripts/build_viewer.py")
    with sync_playwright() as playwright:
        browsers = Browsers(playwright)
        yield browsers
        browsers.close()


@pytest.fixture
def chromium(browsers: Browsers) -> Browser:
    """A browser that lives."""
    return browsers.living()


@pytest.fixture(scope="package")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """What the server holds."""
    return prepare(shared_data(), tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="package")
def room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with all the samples, which asks nobody who they are."""
    folder = tmp_path_factory.mktemp("room")
    command_line(folder / "data", "import", *map(str, sources(samples)), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="package")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with ../shared/data/made but its hostile objects and its copies in character sets."""
    folder = tmp_path_factory.mktemp("shelf")
    made = shared_data() / "made"
    left = {"hostile", "charsets"}
    # Pictures and dumps lie beside the objects, and what is no object ends an import with an error.
    objects = [p for p in sorted(made.rglob("*.dcm")) if p.relative_to(made).parts[0] not in left]
    # Rejection notes hide slices that other tests count: test_key_objects has a copy of that study.
    objects = [p for p in objects if not p.name.startswith("reject-")]
    command_line(folder / "data", "import", *map(str, objects), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server as it is first started: login on, nothing in it."""
    with running_server(tmp_path_factory.mktemp("desk"), "--accept-any-ae") as running:
        yield running


@dataclass
class Watch:
    """What a page did besides what was asked of it."""

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    allowed: list[str] = field(default_factory=list)
    over: bool = False
    """Set before the window is closed: Chromium reports what is then cut off, such as the event stream."""

    def allow(self, pattern: str) -> None:
        """Let console errors pass that match: the browser itself reports each failed request as one."""
        self.allowed.append(pattern)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep errors."""
        if message.type == "error" and not self.over:
            self.errors.append(f"{message.text} [{message.location.get('url', '')}]")

    def on_dialog(self, dialog: Dialog) -> None:
        """The viewer opens none: only a script in somebody's name would."""
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_request(self, request: Request) -> None:
        """Keep the hosts that were asked."""
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob"):
            self.hosts.add(url.hostname or request.url)

    def unexpected(self) -> list[str]:
        """Errors that no pattern allows."""
        return [e for e in self.errors if not any(re.search(p, e) for p in self.allowed)]


@pytest.fixture
def watch() -> Watch:
    """What is noted about `page`; at the end of the test nothing unexpected may be in it."""
    return Watch()


@pytest.fixture
def page(chromium: Browser, watch: Watch) -> Iterator[Page]:
    """A fresh window of 1440 x 900. Console errors and requests that leave the machine fail the test.

    What is chosen in it stays in it: tests share a server, and must not find what another one chose. Tools
    are not explained on the image: that is no picture to compare. Studies hang as one series: what rules
    hang is tested in test_hangings.py.
    """
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.add_init_script(
        "try { localStorage.setItem('rr.private', '1');"
        "localStorage.setItem('rr.tool-help:anybody', 'false');"
        "localStorage.setItem('rr.hanging.automatic:anybody', 'false'); } catch {}"
    )
    context.on("request", watch.on_request)
    page = context.new_page()
    page.on("console", watch.on_console)
    page.on("dialog", watch.on_dialog)
    page.on("pageerror", lambda error: watch.errors.append(f"uncaught: {error}"))
    page.set_default_timeout(45_000)
    page.set_default_navigation_timeout(45_000)
    yield page
    watch.over = True
    context.close()
    assert watch.hosts <= {HOST}, f"requests left the machine: {watch.hosts - {HOST}}"
    assert not watch.unexpected(), "\n".join(watch.unexpected())


@pytest.fixture
def viewer(page: Page, room: RunningServer) -> Viewer:
    """The viewer of the server with the samples."""
    return Viewer(page, room.url)


@pytest.fixture
def studies(page: Page, room: RunningServer, watch: Watch) -> StudyList:
    """The study list of the server with the samples. Two of them have no picture, so no thumbnail."""
    watch.allow(r"status of 4\d\d .*/thumbnail\?")
    return StudyList(page, room.url)


@pytest.fixture
def login(page: Page, desk: RunningServer, watch: Watch) -> LoginPage:
    """The login of the server that asks for one. Its refusals are no errors."""
    watch.allow("status of 401")
    return LoginPage(page, desk.url)
