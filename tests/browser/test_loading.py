"""In which order frames are fetched, what is cancelled, how progress is told, what a small memory holds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, expect
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .samples import CT_HEAD, MR_ADC, files, study_of
from .test_pixel_values import compare

SECOND = 5
"""Images of the second series."""


@dataclass
class Studies:
    """A study of two CT series, and an MR study: SOP Instance UIDs in the order of each series."""

    study: str = ""
    other: str = ""
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    prior: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    """Real slices; some of them again as a second series."""
    data, folder = shared_data(), tmp_path_factory.mktemp("second")
    head, adc = files(data, CT_HEAD), files(data, MR_ADC)
    made = Studies(study_of(head[0]), study_of(adc[0]), _in_order(head), [], _in_order(adc))
    series = generate_uid()
    for number, path in enumerate(head[:SECOND], 1):
        ds = pydicom.dcmread(path)
        ds.SeriesInstanceUID, ds.SeriesNumber, ds.InstanceNumber = series, 900, number
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        ds.ImagePositionPatient = [0, 0, 5 * number]
        made.second.append(ds.SOPInstanceUID)
        ds.save_as(folder / f"{number}.dcm")
    made.paths = [*head, *adc, folder]
    return made


def _in_order(paths: list[Path]) -> list[str]:
    found = [pydicom.dcmread(p, stop_before_pixels=True) for p in paths]
    return [str(ds.SOPInstanceUID) for ds in sorted(found, key=lambda ds: int(ds.InstanceNumber))]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, studies: Studies) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("loading")
    command_line(folder / "data", "import", *map(str, studies.paths), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


RECORDER = """
const fetched = window.fetch;
window.framesAsked = [];
window.framesCancelled = [];
window.fetch = (url, init) => {
  const uid = /instances\\/([^/]+)\\/frames\\/\\d+$/.exec(String(url))?.[1];
  if (uid) {
    window.framesAsked.push(uid);
    init?.signal?.addEventListener('abort', () => window.framesCancelled.push(uid));
  }
  return fetched(url, init);
};
"""
"""Notes what the page itself does: the browser may tell of requests in another order.

Whole frames only: on a line that seems slow (a loaded machine) the page asks for a small one before,
with parameters.
"""


class Frames:
    """The frames that a page asks for, by SOP Instance UID, and those it cancels; some are held back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        self._free: set[str] | None = None
        """Those that are answered; None: all."""
        page.add_init_script(RECORDER)
        page.route(re.compile("/frames/"), self._answer)

    @property
    def asked(self) -> list[str]:
        found: list[str] = self._page.evaluate("window.framesAsked")
        return found

    @property
    def cancelled(self) -> list[str]:
        found: list[str] = self._page.evaluate("window.framesCancelled")
        return found

    def hold_all_but(self, *uids: str) -> None:
        self._free = set(uids)

    def let_go(self) -> None:
        self._free = None
        for route in self._held:
            with contextlib.suppress(PlaywrightError):  # it was cancelled meanwhile
                route.continue_()

    def _answer(self, route: Route) -> None:
        if self._free is None or route.request.url.split("/instances/")[1].split("/")[0] in self._free:
            route.continue_()
        else:
            self._held.append(route)


def complete(page: Page, series: int) -> None:
    """Wait until so many series are in memory."""
    page.wait_for_function(
        "n => performance.getEntriesByName('rr:series-complete').length >= n", arg=series, timeout=SLOW
    )


def test_the_screen_then_the_series_then_others_then_priors(
    page: Page, server: RunningServer, studies: Studies
) -> None:
    frames = Frames(page)
    Viewer(page, server.url).open_image(studies.study, studies.other)
    complete(page, 3)
    assert frames.asked == [*studies.first, *studies.second, *studies.prior]
    assert not frames.cancelled


def test_scrolling_on_cancels_what_is_farthest_and_goes_where_the_reader_goes(
    page: Page, server: RunningServer, studies: Studies
) -> None:
    first = studies.first
    frames = Frames(page)
    frames.hold_all_but(first[0], first[10])
    viewer = Viewer(page, server.url)
    viewer.open_image(studies.study)
    wait_until(lambda: len(frames.asked) == 5, 30.0, "four lanes are taken")
    assert frames.asked == first[:5]
    series = page.get_by_test_id("series").first
    expect(series.get_by_test_id("series-count")).to_have_text(f"1 of {len(first)}", timeout=SLOW)
    viewer.press("PageDown")
    viewer.until("v => v.image === 11")
    wait_until(lambda: len(frames.asked) >= 7, 30.0, "a neighbour is asked for")
    # A second one is given up too where the image itself has not come before its neighbour is asked for.
    assert frames.cancelled == first[1 : 1 + len(frames.cancelled)], "the farthest from where the reader is"
    assert frames.asked[5:7] == [first[10], first[11]]
    frames.let_go()
    complete(page, 1)
    assert frames.asked[7:10] == [first[12], first[13], first[9]]
    assert frames.asked.count(first[1]) == 2, "it comes in the end"


def test_a_small_memory_holds_what_is_near(page: Page, server: RunningServer, studies: Studies) -> None:
    """Four frames: what is far goes, nothing is over the limit, and values are right when it comes back."""
    page.add_init_script("localStorage.setItem('rr.memory', '2')")
    frames = Frames(page)
    viewer = Viewer(page, server.url)
    viewer.open_image(studies.study)
    wait_until(lambda: memory(page) == (2 << 20, 2 << 20), 30.0, "memory is full")
    assert frames.asked == studies.first[:4]
    viewer.press("End")
    viewer.until("(v, n) => v.image === n", arg=len(studies.first))
    wait_until(lambda: len(frames.asked) == 8, 30.0, "the end of the series is there")
    assert set(frames.asked[4:]) == set(studies.first[-4:])
    assert memory(page) == (2 << 20, 2 << 20)
    viewer.press("Home")
    viewer.until("v => v.image === 1")
    assert frames.asked.count(studies.first[0]) == 2, "it had gone"
    path = next(p for p in studies.paths if p.is_file() and _is(p, studies.first[0]))
    compare(viewer, path, 0)
    viewer.press("u")
    viewer.press("ArrowRight")
    viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=studies.second[0])
    wait_until(lambda: memory(page) == (2 << 20, 2 << 20), 30.0, "the other series fills it")
    assert set(frames.asked[-4:]) == set(studies.second[:4])
    viewer.command("memory for images by")
    wait_until(lambda: memory(page)[1] >= 256 << 20, 30.0, "the limit is the machine's")
    complete(page, 2)


def _is(path: Path, uid: str) -> bool:
    return str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) == uid


def memory(page: Page) -> tuple[int, int]:
    """Bytes of frames, and how many there may be."""
    found = page.evaluate("window.readingRoom.memory()")
    return found["bytes"], found["limit"]
