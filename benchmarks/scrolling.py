"""Scrolling in Chromium without a GPU: pictures a second in a stack and in reformatted planes; and OHIF."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from playwright.sync_api import Page

from tests.kit.ohif import ohif

from .browser import pages, store, wait_until_prepared
from .objects import ct_study
from .run import OURS, Session

_SLICES = 140
_STEPS = 120
_WHEEL = """async ({ nth, steps, isOurs }) => {
  const places = isOurs ? `[data-testid="viewport-${nth}"]` : '.viewport-element';
  const element = document.querySelectorAll(places)[isOurs ? 0 : nth];
  const box = element.getBoundingClientRect();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  const target = document.elementFromPoint(at.clientX, at.clientY);
  const times = [];
  const drawn = () => times.push(performance.now());
  const shown = () => window.readingRoom.viewports()[nth].image;
  if (!isOurs) document.addEventListener('CORNERSTONE_IMAGE_RENDERED', drawn, true);
  const frame = () => new Promise(requestAnimationFrame);
  let last = isOurs ? shown() : 0;
  const begun = performance.now();
  for (let step = 0; step < steps; step++) {
    const deltaY = step < steps / 2 ? 100 : -100;
    target.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY, bubbles: true, cancelable: true }));
    await frame();
    if (isOurs && shown() !== last) { last = shown(); drawn(); }
  }
  await frame();
  document.removeEventListener('CORNERSTONE_IMAGE_RENDERED', drawn, true);
  const gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  return {
    fps: times.length / ((performance.now() - begun) / 1000),
    drawn: times.length,
    p95: gaps[Math.floor(gaps.length * 0.95)] ?? Infinity,
  };
}"""
"""One step of the wheel each time the browser paints, half of them back; counted is what was drawn."""
_FRAMES_ARE_HERE = """count => new Set(performance.getEntriesByType('resource')
  .filter(r => r.name.includes('/frames/') && r.responseEnd).map(r => r.name)).size >= count"""
_SETTLED_MS = 4000


def scrolling(session: Session) -> None:
    """140 slices of 512 x 512, all in memory before; screen of 1440 x 900."""
    with session.targets(OURS) as (target,), pages() as new_page:
        uid = store(target, ct_study(_SLICES))
        wait_until_prepared(target)
        url = target.dicomweb.removesuffix("/dicom-web")
        with ohif(target.dicomweb) as address:
            ours, theirs = (f"{at}/viewer?StudyInstanceUIDs={uid}" for at in (url, address))
            _tell("stack", session, lambda: _ours(new_page, ours, is_mpr=False))
            _tell("stack, OHIF", session, lambda: _ohif(new_page, theirs))
            _tell("three planes", session, lambda: _ours(new_page, ours, is_mpr=True))
            _tell("three planes, OHIF", session, lambda: _ohif(new_page, theirs + "&hangingprotocolId=mpr"))


def _ours(new_page: Callable[[], Page], address: str, *, is_mpr: bool) -> dict[str, float]:
    page = new_page()
    page.goto(address)
    page.wait_for_function("() => performance.getEntriesByName('rr:series-complete').length")
    if is_mpr:
        page.keyboard.press("Control+k")
        page.get_by_test_id("palette-input").fill("Multiplanar")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "() => window.readingRoom.viewports().length >= 3"
            " && window.readingRoom.viewports().slice(0, 3).every(v => v.image > 0)"
        )
    return _wheel(page, is_mpr=is_mpr, is_ours=True)


def _ohif(new_page: Callable[[], Page], address: str) -> dict[str, float]:
    page = new_page()
    page.goto(address)
    page.wait_for_function(_FRAMES_ARE_HERE, arg=_SLICES)
    page.wait_for_timeout(_SETTLED_MS)
    return _wheel(page, is_mpr="=mpr" in address, is_ours=False)


def _wheel(page: Page, *, is_mpr: bool, is_ours: bool) -> dict[str, float]:
    """In the second viewport of three: the first cuts along the slices, few of which lie apart."""
    found: dict[str, float] = page.evaluate(_WHEEL, {"nth": int(is_mpr), "steps": _STEPS, "isOurs": is_ours})
    return found


def _tell(what: str, session: Session, measure: Callable[[], dict[str, float]]) -> None:
    rounds = [measure() for _ in range(min(session.rounds, 3))]
    fps, p95, drawn = (statistics.median(one[key] for one in rounds) for key in ("fps", "p95", "drawn"))
    print(f"{what:28} {fps:6.1f} a second, p95 {p95:5.0f} ms, {drawn:.0f} of {_STEPS} drawn", flush=True)


BY_SCROLL: dict[str, Callable[[Session], None]] = {"scrolling": scrolling}
