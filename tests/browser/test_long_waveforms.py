"""Recordings of hours: fetched in ranges, drawn in windows, their overview read piece by piece."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .pages import SLOW, Viewer
from .test_waveforms import Paper, Recording, store, value_of

AMBULATORY = shared_data() / "made" / "waveforms" / "ecg-ambulatory.dcm"
HOUR = 3600
RATE = 125
HOURS = 8
FAST_FROM, ARTEFACT = 5 * HOUR, (6 * HOUR, 6 * HOUR + 600)
"""Seconds: from when on the heart beats 80 times a minute (60 before), and where 4 mV are too much."""
EVENT = 7 * HOUR + 0.4
LOST, PADDING = range(8000, 8600), -32768
"""Seconds without samples, and what stands for them."""
STRIP = 1 << 20
"""Bytes: what the paper asks for at once is less, what the overview asks for is more."""


def rhythm(hours: float, rate: int) -> np.ndarray[Any, np.dtype[np.int16]]:
    """(samples, 3) in microvolt: beats of 1 mV, the same upside down, and the minute."""
    time = np.arange(int(hours * HOUR * rate)) / rate
    beat = np.where(time < FAST_FROM, time % 1.0, (time - FAST_FROM) % 0.75)
    wave = 1000 * np.exp(-(((beat - 0.4) / 0.012) ** 2) / 2) + 150 * np.exp(
        -(((beat - 0.62) / 0.05) ** 2) / 2
    )
    wave += np.where((time >= ARTEFACT[0]) & (time < ARTEFACT[1]), 4000 * np.sin(40 * time), 0)
    return np.stack([wave, -wave, time // 60], axis=1).round().astype("<i2")


def holter(samples: np.ndarray[Any, np.dtype[np.int16]], rate: int = RATE) -> Dataset:
    """A made ambulatory ECG with other samples: three channels in microvolt, one annotation."""
    ds = pydicom.dcmread(AMBULATORY)
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    group = ds.WaveformSequence[0]
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = 3, len(samples)
    group.SamplingFrequency, group.WaveformData = str(rate), samples.tobytes()
    definitions = []
    for label, code in (("V1", "2:3"), ("V5", "2:7"), ("V6", "2:8")):
        channel = Dataset()
        channel.update(group.ChannelDefinitionSequence[0])
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = "1", "1"
        channel.ChannelBaseline = "0"
        source, unit = Dataset(), Dataset()
        source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = code, "MDC", f"Lead {label}"
        unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
        channel.ChannelSourceSequence, channel.ChannelSensitivityUnitsSequence = [source], [unit]
        definitions.append(channel)
    group.ChannelDefinitionSequence = definitions
    said = Dataset()
    said.AnnotationGroupNumber, said.UnformattedTextValue = 1, "Ventricular run"
    said.ReferencedWaveformChannels, said.TemporalRangeType = [1, 0], "POINT"
    said.ReferencedSamplePositions = [round(EVENT * rate) + 1]
    ds.WaveformAnnotationSequence = [said]
    return ds


class Gate:
    """Lets through what the paper asks for, and holds what the overview asks for until it is opened."""

    def __init__(self, page: Page, pieces: int = 0) -> None:
        """pieces: of the overview, that come all the same."""
        self.pieces = pieces
        self.let_through = 0
        self.held: list[Route] = []
        self.is_open = False
        self.broken: range | None = None
        page.route("**/bulkdata/**", self._ask)

    def _ask(self, route: Route) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", route.request.headers.get("range", ""))
        assert asked, "the whole recording is asked for"
        first, last = int(asked[1]), int(asked[2])
        if self.broken is not None and first < self.broken.stop and last >= self.broken.start:
            route.fulfill(status=503, body="")
        elif last - first >= STRIP and not self.is_open and not self.pieces:
            self.held.append(route)
        elif last - first >= STRIP and not self.is_open:
            self.pieces -= 1
            route.continue_()
        else:
            self.let_through += last - first + 1
            route.continue_()

    def open(self) -> None:
        """Everything may come."""
        self.is_open = True
        for route in self.held:
            route.continue_()
        self.held.clear()


@pytest.fixture
def long_recording(page: Page, shelf: RunningServer, tmp_path: Path) -> Iterator[tuple[Viewer, Recording]]:
    """The recording of eight hours on the paper."""
    ds, path = holter(rhythm(HOURS, RATE)), tmp_path / "holter.dcm"
    ds.save_as(path)
    store(shelf, ds)
    yield Viewer(page, shelf.url), Recording(path)
    answer = httpx.delete(f"{shelf.url}/dicom-web/studies/{ds.StudyInstanceUID}", timeout=60.0)
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.ps("3.3 C.10.9")
@pytest.mark.row("VIEW-DISP-06")
def test_eight_hours_open_with_their_first_strip(
    long_recording: tuple[Viewer, Recording], watch: Watch
) -> None:
    """Bytes until the first strip, a jump to an event, a piece that does not come, the overview."""
    viewer, recording = long_recording
    page, paper, gate = viewer.page, Paper(viewer), Gate(viewer.page)
    size = len(recording.ds.WaveformSequence[0].WaveformData)
    viewer.open(str(recording.ds.StudyInstanceUID))
    paper.names("V1 V5 V6")
    coming = page.get_by_test_id("wave-coming")
    expect(coming).to_have_count(0, timeout=SLOW)
    looked_at(paper, recording, [1.4, 2.4, 3.62])
    # Of 21.6 MB: the strip and what lies beside it.
    assert size > 21e6
    assert gate.let_through < 300_000
    page.get_by_test_id("wave-panel").click()
    assert value_of(page, "hr") == pytest.approx(60, abs=0.2)
    expect(page.get_by_test_id("wave-reading")).to_contain_text("0 % read", timeout=SLOW)

    page.get_by_test_id("wave-mark").click()
    expect(page.get_by_test_id("wave-place")).to_contain_text(re.compile("^6:59:5"), timeout=SLOW)
    expect(coming).to_have_count(0, timeout=SLOW)
    looked_at(paper, recording, [EVENT, EVENT + 0.75, EVENT - 2.25])
    assert value_of(page, "hr") == pytest.approx(80, abs=0.3)
    assert gate.let_through < 700_000

    # What does not come is said, and asked for again.
    watch.allow("status of 503")
    gate.broken = range(3 * HOUR * RATE * 6, 3 * HOUR * RATE * 6 + 6 * 100 * RATE)
    page.get_by_test_id("wave-goto").fill("3:00:10")
    page.get_by_test_id("wave-goto").press("Enter")
    field = page.get_by_test_id("wave-goto").bounding_box()
    assert field is not None
    assert field["width"] < 120, "it takes the room of the strip"
    lost = page.get_by_test_id("wave-lost")
    expect(lost).to_be_visible(timeout=SLOW)
    gate.broken = None
    lost.get_by_role("button").click()
    expect(lost).to_have_count(0, timeout=SLOW)
    expect(coming).to_have_count(0, timeout=SLOW)
    looked_at(paper, recording, [3 * HOUR + 12.4, 3 * HOUR + 14.4])

    gate.open()
    expect(page.get_by_test_id("wave-reading")).to_have_count(0, timeout=SLOW)
    heights = ink(page)
    # 1 mV high for hours; from -4 to 4 mV for ten minutes.
    usual, artefact = at(heights, 2 * HOUR), at(heights, sum(ARTEFACT) / 2)
    assert artefact > 25
    assert usual == pytest.approx(artefact / 8, abs=2)


def looked_at(paper: Paper, recording: Recording, times: list[float]) -> None:
    """Values at the pointer and ink on the paper are pydicom's."""
    for cell in paper.cells()[:2]:
        for time in times:
            there, value = paper.told(cell, time)
            assert there == pytest.approx(time, abs=0.02)
            assert value == pytest.approx(recording.value(cell["key"], there), abs=1e-6)
        paper.is_drawn(recording, cell, times)


def ink(page: Page) -> list[int]:
    """Pixels of ink in each column of the overview."""
    shot = page.get_by_test_id("wave-overview").screenshot()
    picture = np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)
    return list((abs(picture - np.median(picture)) > 30).sum(axis=0))


def at(heights: list[int], time: float) -> int:
    """In the column of a moment."""
    return heights[int(len(heights) * time / (HOURS * HOUR))]


def wandering(hours: float) -> tuple[list[np.ndarray[Any, Any]], np.ndarray[Any, np.dtype[np.int16]]]:
    """Beats from 45 to 95 a minute before, in and after a gap; samples of three channels."""
    beats = [0.5]
    while beats[-1] < hours * HOUR - 2:
        beats.append(beats[-1] + 60 / (70 + 25 * np.sin(beats[-1] / 1500)))
    there = np.asarray(beats)
    time = np.arange(int(hours * HOUR * RATE)) / RATE
    near = np.clip(np.searchsorted(there, time), 1, len(there) - 1)
    away = np.minimum(abs(time - there[near - 1]), abs(there[near] - time))
    wave = 1000 * np.exp(-((away / 0.012) ** 2) / 2)
    first, last = np.searchsorted(there, [LOST.start, LOST.stop])
    lost = (time > there[first - 1 : first + 1].mean()) & (time < there[last - 1 : last + 1].mean())
    samples = np.stack([wave, -wave, wave / 2], axis=1).round().astype("<i2")
    samples[lost] = PADDING
    # Where no samples are, no interval is.
    return np.split(there, [first, last]), samples


@pytest.mark.ps("3.3 C.10.9.1.7")
@pytest.mark.row("VIEW-DISP-06")
def test_the_heart_rate_of_all_of_a_long_recording(page: Page, shelf: RunningServer) -> None:
    """Mean, slowest and fastest minute and trend are numpy's; stopped after two pieces and gone on with."""
    (before, _, after), samples = wandering(4)
    ds = holter(samples)
    ds.WaveformSequence[0].add_new(0x5400100A, "OW", PADDING.to_bytes(2, "little", signed=True))
    intervals = np.concatenate([np.diff(before), np.diff(after)])
    ends = np.concatenate([before[1:], after[1:]])
    minutes = [intervals[(ends >= 60 * m) & (ends < 60 * m + 60)] for m in range(240)]
    truth = np.array([60 / m.mean() if m.sum() > 20 else np.nan for m in minutes])
    assert 9 <= np.isnan(truth).sum() <= 11
    store(shelf, ds)
    viewer, gate = Viewer(page, shelf.url), Gate(page, pieces=2)
    viewer.open(str(ds.StudyInstanceUID))
    Paper(viewer).names("V1 V5 V6")
    page.get_by_test_id("wave-panel").click()
    part, rate = page.get_by_test_id("wave-rate-part"), page.get_by_test_id("wave-rate")
    mean = page.get_by_test_id("wave-rate-mean")
    page.wait_for_function(
        "() => Number(document.querySelector('[data-testid=wave-reading]')?.ariaValueNow) > 30", timeout=SLOW
    )
    expect(part).to_contain_text("of 4:00:00: the rest is not read yet.", timeout=SLOW)

    def rates() -> list[float]:
        found = json.loads(rate.get_attribute("data-rates") or "[]")
        return [np.nan if value is None else value for value in found]

    # Two pieces of 2 MB, six bytes a moment.
    some = int(2 * (2 << 20) / 6 / RATE / 60) - 1
    np.testing.assert_allclose(rates()[:some], truth[:some], atol=0.1)
    assert np.isnan(rates()[some + 2 :]).all()
    page.get_by_test_id("wave-halt").click()
    on = page.get_by_test_id("wave-read")
    expect(on).to_contain_text("Read on (3")
    gate.open()
    on.click()
    expect(part).to_have_count(0, timeout=SLOW)
    expect(page.get_by_test_id("wave-reading")).to_have_count(0)
    np.testing.assert_allclose(rates(), truth, atol=0.1)
    assert float(mean.get_attribute("data-value") or 0) == pytest.approx(60 / intervals.mean(), abs=0.01)
    expect(rate).to_contain_text(f"mean of {len(intervals) // 1000}\u2009{len(intervals) % 1000:03}")
    for name, at in (("lowest", np.nanargmin(truth)), ("highest", np.nanargmax(truth))):
        minute = page.get_by_test_id(f"wave-rate-{name}")
        assert float(minute.get_attribute("data-value") or 0) == pytest.approx(truth[at], abs=0.1)
        minute.click()
        told = int(minute.get_attribute("data-at") or -1)
        assert truth[told // 60] == pytest.approx(truth[at], abs=0.1)
        has_in_the_middle(Paper(viewer), told + 30)
        expect(page.get_by_test_id("wave-coming")).to_have_count(0, timeout=SLOW)
        assert value_of(page, "hr") == pytest.approx(truth[at], abs=1.5)
    page.get_by_test_id("wave-trend").click()
    has_in_the_middle(Paper(viewer), 2 * HOUR, 120)


def has_in_the_middle(paper: Paper, time: float, within: float = 0.1) -> None:
    """Wait until that moment stands in the middle of the paper."""
    paper.page.wait_for_function(
        """([element, time, within]) => { const [cell] = JSON.parse(element.dataset.cells);
            return Math.abs((cell.begin + cell.end) / 2 - time) < within; }""",
        arg=[paper.element.element_handle(), time, within],
        timeout=SLOW,
    )


@pytest.mark.ps("3.3 C.10.10")
@pytest.mark.row("VIEW-DISP-06")
def test_ten_thousand_annotations(page: Page, shelf: RunningServer) -> None:
    """All in the list, of which what is seen is drawn; found by words, gone to; each has a line."""
    seconds, count = 400, 10_000
    time = np.arange(seconds * RATE) / RATE
    ds = holter(np.stack([100 * np.sin(time)] * 3, axis=1).round().astype("<i2"))
    positions = np.linspace(1, seconds * RATE, count).round().astype(int)
    (said,) = ds.WaveformAnnotationSequence
    ds.WaveformAnnotationSequence = []
    # Those that come last are the first in the object.
    for number in range(count, 0, -1):
        one = copy.deepcopy(said)
        one.UnformattedTextValue, one.ReferencedWaveformChannels = f"Mark {number}", [1, 1]
        one.ReferencedSamplePositions = [int(positions[number - 1])]
        ds.WaveformAnnotationSequence.append(one)
    store(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open(str(ds.StudyInstanceUID))
    paper = Paper(viewer)
    paper.names("V1 V5 V6")
    page.get_by_test_id("wave-panel").click()
    marks, rows = page.get_by_test_id("wave-marks"), page.get_by_test_id("wave-mark")
    expect(marks).to_have_attribute("data-count", str(count), timeout=SLOW)
    expect(page.get_by_test_id("wave-notes")).to_have_count(0)
    expect(rows.first).to_contain_text(re.compile("Mark 1$"))
    assert rows.count() < 60
    marks.focus()
    page.keyboard.press("End")
    expect(rows.last).to_contain_text("Mark 10000")
    expect(rows.last).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("wave-place")).to_contain_text("to 6:40.0", timeout=SLOW)
    page.keyboard.press("PageUp")
    expect(page.locator("#wave-mark-chosen")).to_contain_text("Mark 9990")
    page.get_by_test_id("wave-mark-query").fill("mark 6501")
    expect(marks).to_have_attribute("data-count", "1")
    rows.first.click()
    at = (positions[6500] - 1) / RATE
    has_in_the_middle(paper, at)
    cell = paper.cells()[0]
    times = (positions - 1) / RATE
    there = times[(times > cell["begin"] + 0.1) & (times < cell["end"] - 0.1)]
    assert len(there) > 200

    def marked() -> list[bool]:
        """Whether the paper is blue at each moment, between the trace and the words."""
        picture, box = paper.picture().astype(int), viewer.box()
        found = []
        for moment in there:
            x, y = paper.at(cell, float(moment), cell["middle"])
            column, row = round(x - box["x"]), round(y - box["y"] + 12)
            near = picture[row - 4 : row + 5, column - 1 : column + 2]
            found.append(bool((near[..., 2] - near[..., 0] > 15).any(axis=1).all()))
        return found

    wait_until(lambda: all(marked()), 60, "each mark has a line")
