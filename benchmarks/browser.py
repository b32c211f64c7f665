"""Chromium for measures: pages as a reader has them, studies to open, and what a page takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.kit.compare import Part10
from tests.kit.network import Peer
from tests.kit.ports import wait_until
from tests.kit.server import resident_kib

from .run import Target

PATIENCE = 300.0
"""Seconds."""
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
_WATCH = """
performance.setResourceTimingBufferSize(20000);
addEventListener('click', e => e.detail === 2 && performance.mark('click'), true);
new MutationObserver(() => {
  const listed = document.querySelectorAll('[data-testid=series]').length;
  if (listed && !performance.getEntriesByName('listed').length)
    performance.mark('listed', { detail: listed });
}).observe(document, { childList: true, subtree: true });
"""


@contextmanager
def pages() -> Iterator[Callable[[], Page]]:
    """A function that opens an empty page and closes the one before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)

        def new_page() -> Page:
            for context in browser.contexts[1:]:
                context.close()
            page = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True).new_page()
            page.add_init_script(_WATCH)
            page.set_default_timeout(PATIENCE * 1000)
            return page

        browser.new_context()  # a browser without one ends
        yield new_page
        browser.close()


def store(target: Target, parts: list[Part10]) -> str:
    """Send a study of `benchmarks.objects`; its UID."""
    statuses = set(Peer(target.dicom_port).send(parts))
    assert statuses == {0}, statuses
    return parts[0].sop_instance_uid.rsplit(".1.", 1)[0] + ".0"


def wait_until_prepared(target: Target) -> None:
    """Metadata, thumbnails and renditions are made, and nothing works."""
    url = target.dicomweb.removesuffix("/dicom-web")

    def is_done() -> bool:
        jobs = httpx.get(f"{url}/api/jobs", timeout=30.0).json()["jobs"]
        return bool(jobs) and all(job["state"] == "done" for job in jobs)

    time.sleep(5.0)
    wait_until(is_done, 900.0, "the view tier is made")


def heap_megabytes(tools: CDPSession) -> float:
    """Heap of a page after a collection, with its buffers."""
    tools.send("HeapProfiler.collectGarbage")
    usage = tools.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6


def resident_megabytes(tools: CDPSession) -> float:
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
