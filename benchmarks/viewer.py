"""The viewer in Chromium: click to series listed, first image, whole series; memory; and OHIF."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from playwright.sync_api import Page

from tests.kit.compare import Part10
from tests.kit.ohif import ohif

from .browser import heap_megabytes, pages, resident_megabytes, store, wait_until_prepared
from .objects import ct_study
from .run import OURS, Session, Target

_SLICES = (28, 140, 500, 2000)
_SERIES = 100
_OPENED = 20
_PROGRAM_IS_HERE = """() => performance.getEntriesByType('resource')
  .some(r => r.name.includes('decodeImageFrameWorker') && r.responseEnd)"""
"""The viewer comes by itself while the list is read, its decoder last."""
_FRAMES_ARE_HERE = """count => new Set(performance.getEntriesByType('resource')
  .filter(r => r.name.includes('/frames/') && r.responseEnd).map(r => r.name)).size >= count"""
_OHIF_DRAWN = """() => {
  const canvas = document.querySelector('.viewport-element canvas, .cornerstone-canvas');
  if (!canvas || !canvas.width) return false;
  const small = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
  const context = small.getContext('2d');
  context.drawImage(canvas, 0, 0, 64, 64);
  return new Set(context.getImageData(0, 0, 64, 64).data).size > 8;
}"""


def viewer(session: Session) -> None:
    """Ours with its defaults, OHIF in front of the same server. One page at a time, the disk's cache warm."""
    with session.targets(OURS) as (target,), pages() as new_page:
        studies = {f"{count} slices": ct_study(count) for count in _SLICES}
        studies[f"{_SERIES} series"] = _in_series(ct_study(3 * _SERIES), _SERIES)
        uids = {name: store(target, parts) for name, parts in studies.items()}
        wait_until_prepared(target)
        for name, uid in uids.items():
            rounds = [_from_click(new_page, target, uid) for _ in range(session.rounds + 1)][1:]
            for what in rounds[0]:
                _tell(f"{name}: click to {what}", [one[what] for one in rounds])
        with ohif(target.dicomweb) as address:
            for name, uid in uids.items():
                ours = f"{target.dicomweb.removesuffix('/dicom-web')}/viewer?StudyInstanceUIDs={uid}"
                theirs = f"{address}/viewer?StudyInstanceUIDs={uid}"
                _tell(f"{name}: address to first image", _each(session, partial(_ours, new_page, ours)))
                if "slices" in name:
                    whole = partial(_ours, new_page, ours, mark="rr:series-complete")
                    _tell("  address to whole series", _each(session, whole))
                _tell("  the same by OHIF", _each(session, partial(_ohif, new_page, theirs)))
                if "slices" in name:
                    whole = partial(_ohif_whole, new_page, theirs, int(name.split()[0]))
                    _tell("  address to whole series by OHIF", _each(session, whole))
        many = [store(target, ct_study(28)) for _ in range(_OPENED)]
        wait_until_prepared(target)
        _memory(new_page, target, many)


def _in_series(parts: list[Part10], count: int) -> list[Part10]:
    """The same, spread over so many series, whose UIDs are of the same length with their padding."""
    old = (parts[0].sop_instance_uid.rsplit(".1.", 1)[0] + ".2.1\0").encode()
    found = []
    for number, part in enumerate(parts):
        at = number % count
        new = old[:-4] + f"{2 + at // 90}.{10 + at % 90}".encode()
        assert len(new) == len(old)
        assert part.dataset.count(old) == 1
        found.append(replace(part, dataset=part.dataset.replace(old, new)))
    return found


def _from_click(new_page: Callable[[], Page], target: Target, uid: str) -> dict[str, float]:
    """Milliseconds from the second click of a double click in the list."""
    page = new_page()
    page.goto(target.dicomweb.removesuffix("/dicom-web") + "/")
    row = page.locator(f'[data-testid="study"][data-study-uid="{uid}"]')
    row.wait_for()
    page.wait_for_function(_PROGRAM_IS_HERE)
    row.dblclick()
    page.wait_for_function("() => performance.getEntriesByName('rr:series-complete').length")
    marks = {"series listed": "listed", "first image": "rr:first-image", "whole series": "rr:series-complete"}
    return {
        what: page.evaluate(
            "name => performance.getEntriesByName(name)[0].startTime"
            " - performance.getEntriesByName('click')[0].startTime",
            mark,
        )
        for what, mark in marks.items()
    }


def _ours(new_page: Callable[[], Page], address: str, mark: str = "rr:first-image") -> float:
    page = new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function("name => performance.getEntriesByName(name).length", arg=mark)
    found: float = page.evaluate("name => performance.getEntriesByName(name)[0].startTime", mark)
    return found


def _ohif(new_page: Callable[[], Page], address: str) -> float:
    page = new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(_OHIF_DRAWN, polling=50)
    found: float = page.evaluate("performance.now()")
    return found


def _ohif_whole(new_page: Callable[[], Page], address: str, count: int) -> float:
    """Until the last of its frames has come, which it fetches ahead by itself."""
    page = new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(_FRAMES_ARE_HERE, arg=count, polling=50)
    found: float = page.evaluate("performance.now()")
    return found


def _each(session: Session, measure: Callable[[], float]) -> list[float]:
    return [measure() for _ in range(min(session.rounds, 3) + 1)][1:]


def _memory(new_page: Callable[[], Page], target: Target, uids: list[str]) -> None:
    """One page opens and closes studies; heap after a collection, and what its process has resident."""
    page = new_page()
    url = target.dicomweb.removesuffix("/dicom-web")
    tools = page.context.new_cdp_session(page)
    page.goto(f"{url}/")
    for number, uid in enumerate(uids, 1):
        page.locator(f'[data-testid="study"][data-study-uid="{uid}"]').dblclick()
        page.wait_for_function(
            "n => performance.getEntriesByName('rr:series-complete').length >= n", arg=number
        )
        page.get_by_test_id("back").click()
        page.get_by_test_id("study-list").wait_for()
        if number in (1, 2, 5, 10, len(uids)):
            heap, resident = heap_megabytes(tools), resident_megabytes(tools)
            print(f"memory after {number:2} studies    heap {heap:6.1f} MB, renderer {resident:6.0f} MB")


def _tell(what: str, times: list[float]) -> None:
    spread = f"{min(times):.0f} to {max(times):.0f}"
    print(f"{what:44} {statistics.median(times):8.0f} ms   ({len(times)} rounds, {spread})", flush=True)


BY_BROWSER: dict[str, Callable[[Session], None]] = {"viewer": viewer}
