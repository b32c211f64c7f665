"""Keys and mouse of one's own, the menu on the image, fingers, undo and redo, layouts that stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.kit.server import RunningServer, command_line, running_server

from .pages import Viewer
from .samples import Samples, series_of

HEAD = "ct-series/head-5mm"
THIN = "ct-series/head-1mm"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def comfort_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with a head of two series."""
    folder = tmp_path_factory.mktemp("comfort")
    wanted = [samples.path(name) for name in (HEAD, THIN)]
    command_line(folder / "data", "import", *map(str, wanted), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, comfort_room: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, comfort_room.url)


def opened(viewer: Viewer, samples: Samples) -> Viewer:
    """The head, its first image drawn with all its pixels."""
    viewer.open_image(samples.study(HEAD))
    viewer.until("v => !v.reduced")
    return viewer


def undo(viewer: Viewer) -> Any:
    """The button that takes back; its name says what."""
    return viewer.page.get_by_test_id("undo")


class Fingers:
    """Touches as the browser's own input takes them (Chrome DevTools Protocol)."""

    def __init__(self, page: Page) -> None:
        self.cdp: CDPSession = page.context.new_cdp_session(page)

    def down(self, *points: tuple[float, float]) -> None:
        """Fingers come down, or more of them."""
        self._send("touchStart", points)

    def move(self, *points: tuple[float, float]) -> None:
        """All that are down, where they are now."""
        self._send("touchMove", points)

    def lift(self) -> None:
        """All of them."""
        self._send("touchEnd", ())

    def glide(
        self, start: tuple[tuple[float, float], ...], end: tuple[tuple[float, float], ...], steps: int = 8
    ) -> None:
        """Down, straight to the end, up."""
        self.down(*start)
        for n in range(1, steps + 1):
            share = n / steps
            pairs = zip(start, end, strict=True)
            self.move(*((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairs))
        self.lift()

    def tap(self, point: tuple[float, float]) -> None:
        """Down and up at one place."""
        self.down(point)
        self.lift()

    def _send(self, kind: str, points: tuple[tuple[float, float], ...]) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.mark.row("VIEW-DISP-01")
def test_keys_of_ones_own(viewer: Viewer, samples: Samples) -> None:
    """Palette to editor, a conflict in words, the key in force and after a reload, letters off, as usual."""
    page = opened(viewer, samples).page
    viewer.press("Control+k")
    page.get_by_test_id("palette-input").fill("invert")
    viewer.press("Control+Enter")
    row = page.locator('[data-testid="key-row"][data-command="image.invert"]')
    expect(row.get_by_test_id("key-change")).to_be_focused()
    viewer.press("w")
    expect(row.get_by_test_id("key-conflict")).to_contain_text("W is Window; give it to Invert instead?")
    page.get_by_test_id("key-give").click()
    expect(row.get_by_test_id("key-change")).to_have_text("W")
    row.get_by_test_id("key-change").click()
    viewer.press("Control+w")
    expect(page.get_by_test_id("key-fault")).to_contain_text("The browser keeps Ctrl W for itself.")
    viewer.press("Escape")
    expect(page.get_by_test_id("key-dialog")).to_have_count(0)
    viewer.press("w")
    viewer.until("v => v.inverted")
    page.reload()
    viewer.until("v => v.image > 0")
    inverted = viewer.viewport()["inverted"]
    viewer.press("w")
    viewer.until("(v, before) => v.inverted !== before", arg=inverted)
    viewer.press("?")
    expect(page.get_by_test_id("help").locator(".krow", has_text="Invert")).to_contain_text("W")
    page.get_by_test_id("help-keys").click()
    page.get_by_test_id("key-letters").click()
    viewer.press("Escape")
    inverted = viewer.viewport()["inverted"]
    viewer.press("w")
    viewer.press("ArrowDown")
    assert viewer.until("v => v.image === 2")["inverted"] == inverted
    viewer.command("keys and mouse")
    page.get_by_test_id("key-search").fill("invert")
    expect(page.get_by_test_id("key-row")).to_have_count(1)
    page.get_by_test_id("key-reset-all").click()
    expect(row.get_by_test_id("key-change")).to_have_text("I")
    viewer.press("Escape")
    viewer.press("i")
    viewer.until("(v, before) => v.inverted !== before", arg=inverted)


@pytest.mark.row("VIEW-DISP-01")
def test_mouse_menu_undo_and_cancel(viewer: Viewer, samples: Samples) -> None:
    """A drag is one step with a name; Esc cancels it; right click: menu; buttons and wheel as chosen."""
    page = opened(viewer, samples).page
    before = viewer.viewport()
    viewer.drag("right", 60, 40)
    dragged = viewer.until("(v, w) => v.window.width !== w", arg=before["window"]["width"])
    assert page.get_by_test_id("image-menu").count() == 0
    expect(undo(viewer)).to_have_attribute("aria-label", "Undo: window")
    viewer.drag("middle", 50, 0)
    expect(undo(viewer)).to_have_attribute("aria-label", "Undo: pan")
    viewer.press("Control+z")
    expect(undo(viewer)).to_have_attribute("aria-label", "Undo: window")
    viewer.press("Control+z")
    assert (
        viewer.until("(v, w) => v.window.width === w", arg=before["window"]["width"])["matrix"]
        == before["matrix"]
    )
    expect(undo(viewer)).to_be_disabled()
    viewer.press("Control+Shift+z")
    viewer.until("(v, w) => v.window.width === w", arg=dragged["window"]["width"])

    # Esc while the button is down: as if it had not been.
    box = viewer.box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 300, steps=3)
    viewer.until("(v, w) => v.window.width !== w", arg=dragged["window"]["width"])
    viewer.press("Escape")
    viewer.until("(v, w) => v.window.width === w", arg=dragged["window"]["width"])
    page.mouse.up()
    assert viewer.viewport()["window"] == dragged["window"]

    menu = page.get_by_test_id("image-menu")
    page.mouse.click(box["x"] + 300, box["y"] + 300, button="right")
    expect(menu).to_be_visible()
    viewer.press("ArrowDown")
    expect(page.locator('[data-testid="menu-item"][data-command="image.invert"]')).to_be_focused()
    viewer.press("Enter")
    expect(menu).to_have_count(0)
    viewer.until("v => v.inverted")
    viewer.press("Shift+F10")
    expect(menu).to_be_visible()
    expect(page.locator('[data-command="layout.maximise"]')).to_have_attribute(
        "title", "There is only one viewport."
    )
    viewer.press("Escape")
    expect(menu).to_have_count(0)
    viewer.press("Escape")
    viewer.press("Escape")
    viewer.until("v => !v.inverted")

    viewer.command("keys and mouse")
    page.get_by_test_id("mouse-left").select_option("scroll")
    page.get_by_test_id("mouse-wheel").select_option("zoom")
    page.get_by_test_id("mouse-double").select_option("one")
    viewer.press("Escape")
    viewer.drag("left", 0, 120)
    viewer.until("v => v.image > 1")
    zoom = viewer.viewport()["zoom"]
    viewer.wheel(-2)
    viewer.until("(v, zoom) => v.zoom > zoom * 1.2", arg=zoom)
    page.mouse.dblclick(box["x"] + 300, box["y"] + 300)
    viewer.until("v => v.zoom === 1")


OVERLAPS = """() => {
    const box = document.querySelector('[data-testid=tool-help]').getBoundingClientRect();
    const texts = [...document.querySelectorAll('.vp .cor > *, .vp .ori, .vp .scale, .vp .track')];
    return texts.filter(e => {
        const b = e.getBoundingClientRect();
        return b.width && b.left < box.right && b.right > box.left
            && b.top < box.bottom && b.bottom > box.top;
    }).map(e => e.className + e.textContent);
}"""
"""What is written on the images and lies under the help."""


@pytest.mark.row("VIEW-DISP-01")
def test_tools_are_explained_on_the_image(viewer: Viewer, samples: Samples) -> None:
    """At the first choice until used or Esc, on asking, while the pointer rests; switched on and off."""
    page = opened(viewer, samples).page
    card = page.get_by_test_id("tool-help")
    viewer.press("w")
    expect(card).to_have_count(0)
    viewer.command("keys and mouse")
    page.get_by_test_id("explain-tools").click()
    viewer.press("Escape")
    viewer.press("w")
    expect(page.get_by_role("status").and_(page.locator(".toolhelp"))).to_contain_text(
        "Window WLeft drag: sideways for a wider or narrower window"
    )
    expect(card).to_contain_text("With any tool: Right drag")
    expect(card.locator("svg")).to_be_visible()
    assert page.evaluate(OVERLAPS) == []
    width = viewer.viewport()["window"]["width"]
    viewer.drag("left", 60, 0)
    viewer.until("(v, w) => v.window.width > w", arg=width)
    expect(card).to_have_count(0)
    viewer.press("p")
    expect(card).to_have_attribute("data-topic", "pan")
    viewer.press("Escape")
    expect(card).to_have_count(0)
    for known in ("w", "p"):
        viewer.press(known)
        expect(card).to_have_count(0)
    viewer.press("F1")
    expect(card).to_have_attribute("data-topic", "pan")
    viewer.press("Alt+4")
    viewer.until("v => v.image > 0", 1)
    assert page.evaluate(OVERLAPS) == []
    viewer.press("Escape")
    page.get_by_test_id("tool-zoom").hover()
    expect(card).to_have_attribute("data-topic", "zoom")
    viewer.hover()
    expect(card).to_have_count(0)
    # A tool that can do nothing here is dim, says why and is not chosen.
    crosshair = page.get_by_test_id("tool-crosshair")
    why = "The crosshair moves the planes of Multiplanar."
    expect(crosshair).to_have_attribute("aria-disabled", "true")
    expect(crosshair).to_have_attribute("aria-description", why)
    crosshair.click(force=True)
    expect(page.get_by_test_id("notice")).to_have_text(why)
    expect(page.get_by_test_id("tool-pan")).to_have_attribute("aria-pressed", "true")
    page.reload()
    viewer.until("v => v.image > 0")
    viewer.command("explain a tool")
    viewer.press("w")
    expect(card).to_have_count(0)
    viewer.press("s")
    expect(card).to_have_attribute("data-topic", "scroll")


@pytest.mark.row("VIEW-DISP-01")
def test_fingers_on_a_phone(viewer: Viewer, samples: Samples) -> None:
    """One finger the tool, two scroll or zoom, a long press looks closer and opens the menu."""
    page = viewer.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    fingers = Fingers(page)
    fingers.cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    opened(viewer, samples)
    start = viewer.viewport()
    tab = page.get_by_test_id("tool-zoom").bounding_box()
    assert tab
    fingers.down((tab["x"] + tab["width"] / 2, tab["y"] + tab["height"] / 2))
    expect(page.get_by_test_id("tool-help")).to_contain_text("One finger: up is larger, down is smaller.")
    fingers.lift()
    expect(page.get_by_test_id("tool-window")).to_have_attribute("aria-pressed", "true")
    fingers.glide(((190, 300),), ((250, 340),))
    wide = viewer.until("(v, w) => v.window.width > w", arg=start["window"]["width"])
    assert (wide["image"], wide["zoom"]) == (1, start["zoom"])
    expect(undo(viewer)).to_have_attribute("aria-label", "Undo: window")

    fingers.glide(((150, 300), (250, 305)), ((150, 420), (250, 425)))
    scrolled = viewer.until("v => v.image > 4")
    assert (scrolled["zoom"], scrolled["window"]) == (start["zoom"], wide["window"])
    fingers.glide(((150, 420), (250, 425)), ((146, 300), (256, 309)))
    viewer.until("(v, i) => v.image < i", arg=scrolled["image"])
    still = viewer.viewport()
    fingers.glide(((170, 350), (230, 350)), ((120, 350), (280, 350)))
    zoomed = viewer.until("(v, zoom) => v.zoom > zoom * 1.8", arg=start["zoom"])
    assert (zoomed["image"], zoomed["window"]) == (still["image"], wide["window"])
    fingers.glide(((120, 350), (280, 350)), ((175, 380), (225, 380)))
    viewer.until("(v, zoom) => v.zoom < zoom / 1.8", arg=zoomed["zoom"])

    fingers.down((200, 400))
    expect(page.get_by_test_id("loupe")).to_be_visible()
    fingers.lift()
    expect(page.get_by_test_id("image-menu")).to_be_visible()
    expect(page.get_by_test_id("loupe")).to_have_count(0)
    page.locator('[data-command="image.fit"]').click()
    viewer.until("(v, zoom) => Math.abs(v.zoom - zoom) < 1e-3", arg=start["zoom"])


@pytest.mark.row("VIEW-DISP-01")
def test_layouts_by_keys_and_by_dragging_stay(viewer: Viewer, samples: Samples) -> None:
    """A grid by arrows, a series dragged into a viewport, two exchanged, all there after a reload, undo."""
    page = opened(viewer, samples).page
    head, thin = (series_of(sorted(samples.path(name).iterdir())[0]) for name in (HEAD, THIN))
    viewer.press("Alt+0")
    expect(page.get_by_test_id("layout-1x1")).to_be_focused()
    viewer.press("ArrowRight", 2)
    viewer.press("ArrowDown")
    expect(page.get_by_test_id("layout-2x3")).to_be_focused()
    viewer.press("Enter")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 1, thin)
    assert [v["seriesInstanceUID"] for v in viewer.viewports()] == [head, thin, "", "", "", ""]
    expect(viewer.element(5).get_by_test_id("viewport-empty")).to_be_visible()
    viewer.series(head).drag_to(viewer.element(5))
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 5, head)
    viewer.hover(1)
    viewer.element(1).get_by_test_id("grip").drag_to(viewer.element(3))
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 3, thin)
    assert viewer.viewport(1)["seriesInstanceUID"] == ""
    viewer.press("3")
    viewer.press("ArrowDown", 4)
    viewer.until("v => v.image === 5 && v.window.width === 40", 3)
    page.reload()
    viewer.until("v => v.image === 5 && v.window.width === 40 && v.active", 3)
    assert [v["seriesInstanceUID"] for v in viewer.viewports()] == [head, "", "", thin, "", head]
    viewer.press("Alt+1")
    expect(page.get_by_test_id("viewport-1")).to_have_count(0)
    expect(undo(viewer)).to_have_attribute("aria-label", "Undo: layout")
    viewer.press("Control+z")
    viewer.until("v => v.image === 5 && v.window.width === 40", 3)
