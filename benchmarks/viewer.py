"""The viewer in Chromium: click to series listed, first image, whole series; memory; and OHIF."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import httpx
from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.kit.compare import Part10
from tests.kit.network import Peer
from tests.kit.ohif import ohif
from tests.kit.ports import wait_until
from tests.kit.server import resident_kib

from .objects import ct_study
from .run import OURS, Session, Target

_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
_SLICES = (28, 140, 500)
_SERIES = 100
_OPENED = 20
_PATIENCE = 180.0
_WATCH = """
addEventListener('dblclick', () => performance.mark('click'), true);
new MutationObserver(() => {
  const listed = document.querySelectorAll('[data-testid=series]').length;
  if (listed && !performance.getEntriesByName('listed').length)
    performance.mark('listed', { detail: listed });
}).observe(document, { childList: true, subtree: true });
"""
_PROGRAM_IS_HERE = """() => performance.getEntriesByType('resource')
  .filter(r => r.name.endsWith('.js') && r.responseEnd && r.decodedBodySize > 2e6).length"""
"""The viewer's largest part comes by itself while the list is read."""
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
    with session.targets(OURS) as (target,), _pages() as new_page:
        studies = {f"{count} slices": ct_study(count) for count in _SLICES}
        studies[f"{_SERIES} series"] = _in_series(ct_study(3 * _SERIES), _SERIES)
        uids = {name: _store(target, parts) for name, parts in studies.items()}
        _is_prepared(target)
        for name, uid in uids.items():
            rounds = [_from_click(new_page, target, uid) for _ in range(session.rounds + 1)][1:]
            for what in rounds[0]:
                _tell(f"{name}: click to {what}", [one[what] for one in rounds])
        with ohif(target.dicomweb) as address:
            for name, uid in uids.items():
                ours = f"{target.dicomweb.removesuffix('/dicom-web')}/viewer?StudyInstanceUIDs={uid}"
                theirs = f"{address}/viewer?StudyInstanceUIDs={uid}"
                _tell(f"{name}: address to first image", _each(session, partial(_ours, new_page, ours)))
                _tell("  the same by OHIF", _each(session, partial(_ohif, new_page, theirs)))
        many = [_store(target, ct_study(28)) for _ in range(_OPENED)]
        _is_prepared(target)
        _memory(new_page, target, many)


@contextmanager
def _pages() -> Iterator[Callable[[], Page]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)

        def new_page() -> Page:
            for context in browser.contexts[1:]:
                context.close()
            page = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True).new_page()
            page.add_init_script(_WATCH)
            page.set_default_timeout(_PATIENCE * 1000)
            return page

        browser.new_context()  # a browser without one ends
        yield new_page
        browser.close()


def _store(target: Target, parts: list[Part10]) -> str:
    statuses = set(Peer(target.dicom_port).send(parts))
    assert statuses == {0}, statuses
    return parts[0].sop_instance_uid.rsplit(".1.", 1)[0] + ".0"


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


def _is_prepared(target: Target) -> None:
    """Metadata, thumbnails and renditions are made, and nothing works."""
    url = target.dicomweb.removesuffix("/dicom-web")

    def is_done() -> bool:
        jobs = httpx.get(f"{url}/api/jobs", timeout=30.0).json()["jobs"]
        return bool(jobs) and all(job["state"] == "done" for job in jobs)

    time.sleep(5.0)
    wait_until(is_done, 900.0, "the view tier is made")


def _from_click(new_page: Callable[[], Page], target: Target, uid: str) -> dict[str, float]:
    """Milliseconds from the double click in the list."""
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


def _ours(new_page: Callable[[], Page], address: str) -> float:
    page = new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => performance.getEntriesByName('rr:first-image').length")
    found: float = page.evaluate("performance.getEntriesByName('rr:first-image')[0].startTime")
    return found


def _ohif(new_page: Callable[[], Page], address: str) -> float:
    page = new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(_OHIF_DRAWN, polling=50)
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
            heap, resident = _heap(tools), _resident(tools)
            print(f"memory after {number:2} studies    heap {heap:6.1f} MB, renderer {resident:6.0f} MB")


def _heap(tools: CDPSession) -> float:
    tools.send("HeapProfiler.collectGarbage")
    usage = tools.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6


def _resident(tools: CDPSession) -> float:
    """Of the largest of this machine's Chromium renderers that are ours."""
    sizes = [
        resident_kib(int(pid)) for pid in os.listdir("/proc") if pid.isdigit() and _is_renderer(int(pid))
    ]
    return max(sizes, default=0) / 1000


def _is_renderer(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read()
        with open(f"/proc/{pid}/status") as file:
            parent = int(next(line for line in file if line.startswith("PPid")).split()[1])
    except (OSError, StopIteration):
        return False
    return b"--type=renderer" in words and _descends(parent)


def _descends(pid: int) -> bool:
    """Whether that process is below this one."""
    while pid > 1:
        if pid == os.getpid():
            return True
        try:
            with open(f"/proc/{pid}/status") as file:
                pid = int(next(line for line in file if line.startswith("PPid")).split()[1])
        except (OSError, StopIteration):
            return False
    return False


def _tell(what: str, times: list[float]) -> None:
    spread = f"{min(times):.0f} to {max(times):.0f}"
    print(f"{what:44} {statistics.median(times):8.0f} ms   ({len(times)} rounds, {spread})", flush=True)


BY_BROWSER: dict[str, Callable[[Session], None]] = {"viewer": viewer}
