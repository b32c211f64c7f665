"""A volume in three dimensions: drawn by WebGL2 in software, or without it as a maximum by the processor."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server

from .pages import SLOW, Viewer
from .samples import Samples, files, series_of

AXIAL = "made/ct-phantom/axial"
MISSING = "made/ct-phantom/missing-slice"
LIT = 90
"""Grey from which a point of the picture is bone."""

KEEP_CONTEXTS = """() => {
    const made = HTMLCanvasElement.prototype.getContext;
    window.contexts = [];
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        const context = made.call(this, kind, ...rest);
        if (kind === 'webgl2' && context) window.contexts.push(context);
        return context;
    };
}"""
NO_WEBGL2 = """() => {
    const made = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind === 'webgl2' ? null : made.call(this, kind, ...rest);
    };
}"""


@pytest.fixture(scope="module")
def volume_room(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Iterator[RunningServer]:
    """A server with the phantom, whole and with a slice missing."""
    folder = tmp_path_factory.mktemp("volumes")
    command_line(folder / "data", "import", *(str(samples.path(n)) for n in (AXIAL, MISSING)), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, volume_room: RunningServer) -> Viewer:
    """The viewer of that server."""
    return Viewer(page, volume_room.url)


def open_volume(viewer: Viewer, samples: Samples, name: str) -> None:
    """Open the study, hang the series, ask for three dimensions."""
    uid = series_of(files(samples.data, name)[0])
    viewer.open_image(samples.study(name))
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=uid)
    viewer.press("Shift+V")


def report(viewer: Viewer) -> dict[str, Any]:
    """What the page tells of its picture."""
    found: dict[str, Any] = viewer.page.evaluate("window.readingRoom.three('viewport-0')")
    return found


def drawn(viewer: Viewer, after: int = 0) -> dict[str, Any]:
    """Wait until a fine picture stands, later than the one of that number."""
    viewer.page.wait_for_function(
        """after => {
            const now = window.readingRoom?.three('viewport-0');
            return now && now.drawn > after && !now.rough && !now.words;
        }""",
        arg=after,
        timeout=3 * SLOW,
    )
    return report(viewer)


def picture(viewer: Viewer) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The canvas, read by itself: a picture of the page would wait for the next frame of a slow renderer."""
    url: str = viewer.page.evaluate("document.querySelector('[data-testid=three] canvas').toDataURL()")
    raw = base64.b64decode(url.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))


def grey_at(viewer: Viewer, centre: list[float]) -> int:
    """The brightest colour where a point of the patient (LPS, mm) is seen."""
    shown = picture(viewer)
    eye = report(viewer)["eye"]
    box = viewer.box()
    offset = np.subtract(centre, eye["centre"])
    x = box["width"] / 2 + np.dot(offset, eye["right"]) / eye["mm"]
    y = box["height"] / 2 - np.dot(offset, eye["up"]) / eye["mm"]
    return int(shown[int(y * shown.shape[0] / box["height"]), int(x * shown.shape[1] / box["width"])].max())


def centres(samples: Samples) -> dict[str, list[float]]:
    """Middles of the spheres, as TRUTH.csv has them."""
    with samples.path("made/TRUTH.csv").open() as lines:
        rows = [r for r in csv.DictReader(lines) if r["file"] == "ct-phantom/axial/"]
    return {
        r["kind"].split()[1]: json.loads(r["value"]) for r in rows if "centre x,y,z" in r["what is known"]
    }


@pytest.mark.row("VIEW-DISP-01")
def test_bone_is_seen_from_every_side_and_cut_away(viewer: Viewer, samples: Samples) -> None:
    """The two spheres of bone stand where they are, the soft ones are not seen; a lost context comes back."""
    spheres = centres(samples)
    viewer.page.add_init_script(f"({KEEP_CONTEXTS})()")
    open_volume(viewer, samples, AXIAL)
    first = drawn(viewer)
    assert first["by"] in ("program", "card")
    assert first["preset"] == "ct-bone"
    assert viewer.letters() == {"top": "H", "right": "L", "bottom": "F", "left": "R"}
    seen = {name: grey_at(viewer, centre) for name, centre in spheres.items()}
    assert min(seen["bone"], seen["dense"]) > LIT
    assert max(seen["air"], seen["fat"], seen["soft"]) < 10
    before = picture(viewer)

    viewer.press("Shift+R")
    turned = drawn(viewer, first["drawn"])
    assert viewer.letters() == {"top": "H", "right": "A", "bottom": "F", "left": "P"}
    assert min(grey_at(viewer, spheres["bone"]), grey_at(viewer, spheres["dense"])) > LIT
    assert np.mean(picture(viewer) != before) > 0.001

    viewer.drag("left", 60, 0)
    dragged = drawn(viewer, turned["drawn"])
    assert dragged["eye"]["towards"] != turned["eye"]["towards"]
    assert grey_at(viewer, spheres["dense"]) > LIT

    # The bone lies at x = 38, the dense sphere at x = -3; the volume reaches from -96 to 96.
    viewer.page.get_by_test_id("three-high-0").fill("0.6")
    cut = drawn(viewer, dragged["drawn"])
    assert grey_at(viewer, spheres["bone"]) < 10
    assert grey_at(viewer, spheres["dense"]) > LIT

    viewer.page.evaluate(
        """() => {
            const lose = window.contexts.at(-1).getExtension('WEBGL_lose_context');
            lose.loseContext();
            window.restore = () => lose.restoreContext();
        }"""
    )
    expect(viewer.page.get_by_test_id("three-words")).to_contain_text("dropped the picture", timeout=SLOW)
    viewer.page.evaluate("window.restore()")
    restored = drawn(viewer, cut["drawn"])
    assert grey_at(viewer, spheres["dense"]) > LIT

    viewer.page.get_by_test_id("three-reset").click()
    whole = drawn(viewer, restored["drawn"])
    assert grey_at(viewer, spheres["bone"]) > LIT

    # The same cut by the handle of that face, which the front view has on its right.
    box = viewer.page.get_by_test_id("three-handle-high-0").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x - 0.4 * 192 / whole["eye"]["mm"], y, steps=3)
    viewer.page.mouse.up()
    cut = drawn(viewer, whole["drawn"])
    assert cut["eye"] == whole["eye"], "a handle does not turn the volume"
    assert float(viewer.page.get_by_test_id("three-high-0").input_value()) == pytest.approx(0.6, abs=0.011)
    assert grey_at(viewer, spheres["bone"]) < 10
    assert grey_at(viewer, spheres["dense"]) > LIT
    viewer.press("Shift+O")
    expect(viewer.page.get_by_test_id("notice")).to_contain_text("one volume would hide the other")
    viewer.page.get_by_test_id("three-close").click()
    expect(viewer.page.get_by_test_id("three")).to_have_count(0, timeout=SLOW)


@pytest.mark.row("VIEW-DISP-01")
def test_without_webgl2_the_processor_makes_the_maximum(viewer: Viewer, samples: Samples) -> None:
    """It says so, shows the same spheres, and says that a slice is missing."""
    spheres = centres(samples)
    viewer.page.add_init_script(f"({NO_WEBGL2})()")
    open_volume(viewer, samples, MISSING)
    found = drawn(viewer)
    assert found["by"] == "processor"
    notices = viewer.page.get_by_test_id("three-notices")
    expect(notices).to_contain_text("No WebGL2 here", timeout=SLOW)
    expect(notices).to_contain_text("missing: the volume stops there", timeout=SLOW)
    # The window runs from -100 to 900 HU; behind the spheres there is water.
    viewer.press("Shift+F")
    drawn(viewer, found["drawn"])
    assert viewer.letters() == {"top": "A", "right": "L", "bottom": "P", "left": "R"}
    water = grey_at(viewer, [40.0, -5.0, 60.0])
    assert water == pytest.approx(255 * 100 / 1000, abs=2)
    assert grey_at(viewer, spheres["bone"]) == pytest.approx(255 * 810 / 1000, abs=3)
