"""OHIF, a viewer by others, over our DICOMweb: it lists our studies, opens one, shows it and scrolls it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.kit.ohif import ohif
from tests.kit.server import RunningServer

from .conftest import Watch
from .pages import SLOW
from .samples import CT_HEAD, PAGED, Samples, files

PATIENCE = 4 * SLOW
"""OHIF loads 20 MB of program and took 11 s to its first image on two idle cores."""

CANVAS = """() => {
    const canvas = document.querySelector('.viewport-element canvas, .cornerstone-canvas');
    if (!canvas || !canvas.width) return null;
    const small = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const context = small.getContext('2d');
    context.drawImage(canvas, 0, 0, 64, 64);
    return [...context.getImageData(0, 0, 64, 64).data].filter((_, i) => i % 4 === 0);
}"""
"""The first viewport, reduced to 64 x 64 greys."""


@pytest.fixture
def address(room: RunningServer) -> Iterator[str]:
    """OHIF over the server with the samples."""
    with ohif(room.dicomweb) as served:
        yield served


@pytest.fixture(autouse=True)
def _its_own_errors(watch: Watch) -> None:
    """What OHIF writes to the console is not ours to judge."""
    watch.allow("")


def test_ohif_lists_opens_shows_and_scrolls(
    page: Page, address: str, room: RunningServer, samples: Samples
) -> None:
    failed: list[str] = []
    page.on("response", lambda r: failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(address)
    dismiss_tour(page)
    last = f"Study {PAGED - 1:03}"
    expect(page.get_by_text(re.compile(last)).first).to_be_visible(timeout=PATIENCE)

    head = pydicom.dcmread(files(samples.data, CT_HEAD)[0], stop_before_pixels=True)
    page.goto(f"{address}/viewer?StudyInstanceUIDs={head.StudyInstanceUID}")
    dismiss_tour(page)
    page.wait_for_function(f"() => new Set(({CANVAS})() ?? []).size > 8", timeout=PATIENCE)
    first = np.array(page.evaluate(CANVAS))
    box = page.locator(".viewport-element, .cornerstone-canvas").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 100)
    page.wait_for_function(
        f"""first => {{
            const now = ({CANVAS})();
            return now && now.reduce((sum, v, i) => sum + Math.abs(v - first[i]), 0) > 64 * 64 * 0.2;
        }}""",
        arg=first.tolist(),
        timeout=PATIENCE,
    )
    assert not [f for f in failed if "/dicom-web/" in f], failed


def dismiss_tour(page: Page) -> None:
    """Close the welcome tour and other hints when they come up."""
    page.add_locator_handler(
        page.locator(".shepherd-cancel-icon, button:has-text('Skip all')").first,
        lambda found: found.click(),
    )
