"""WCAG 2.2 AA in the views of kinds, as axe-core reads them: on a large screen and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest
from playwright.sync_api import Browser, expect

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .inspector import Inspector
from .pages import SLOW, Viewer
from .samples import series_of, study_of

FILES = {
    "sr/tid1500": "report",
    "sr/basic-text": "report",
    "rt/rtstruct": "structures",
    "rt/rtplan": "plan",
    "rt/rt-beams-record": "plan",
    "seg/hundred-segments": "segmentation",
    "seg/surface": "segmentation",
    "registration/deformable": "registration",
    "registration/fiducials": "fiducials",
    "waveforms/ecg-12-lead": "waveform",
    "waveforms/audio-general": "waveform",
    "spectroscopy/single-voxel": "spectra",
    "documents/pdf-two-pages": "document",
    "documents/cda": "document",
    "documents/stl-sphere": "mesh",
    "video/h264-counter": "video",
    "gsps/graphics-pixel": "presentation",
    "slide/level-0-full": "slide",
}
"""Files of made/, study after study, and what opens them."""
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def inspector(chromium: Browser) -> Iterator[Inspector]:
    """A window without movement."""
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Inspector(page)
    context.close()


@pytest.mark.row("VIEW-DISP-01")
def test_every_kind(inspector: Inspector, shelf: RunningServer) -> None:
    page = inspector.page
    viewer = Viewer(page, shelf.url)
    made = shared_data() / "made"
    paths = {name: made / f"{name}.dcm" for name in FILES}
    for study, names in groupby(FILES, lambda name: study_of(paths[name])):
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        viewer.open(study)
        for name in names:
            viewer.series(series_of(paths[name])).click()
            kind = page.get_by_test_id(f"kind-{FILES[name]}")
            expect(kind).to_be_visible(timeout=SLOW)
            expect(kind.get_by_text("Loading", exact=True)).to_have_count(0, timeout=SLOW)
            inspector.look(name)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        expect(page.get_by_test_id("more")).to_be_visible(timeout=SLOW)
        inspector.look(f"{name} on a phone")
    inspector.verdict()
