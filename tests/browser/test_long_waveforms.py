"""Recordings of hours: fetched in ranges, drawn in windows, their overview read piece by piece."""

from __future__ import annotations

import io
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


def holter(hours: float = HOURS, rate: int = RATE) -> Dataset:
    """A made ambulatory ECG with other samples: three channels in microvolt, one annotation."""
    ds = pydicom.dcmread(AMBULATORY)
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    group = ds.WaveformSequence[0]
    samples = rhythm(hours, rate)
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

    def __init__(self, page: Page) -> None:
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
        elif last - first >= STRIP and not self.is_open:
            self.held.append(route)
        else:
            self.let_through += last - first + 1
            route.continue_()

    def open(self) -> None:
        """Everything may come."""
        self.is_open = True
        for route in self.held:
            route.continue_()


@pytest.fixture
def long_recording(page: Page, shelf: RunningServer, tmp_path: Path) -> Iterator[tuple[Viewer, Recording]]:
    """The recording of eight hours on the paper."""
    ds, path = holter(), tmp_path / "holter.dcm"
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
