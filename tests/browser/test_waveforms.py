"""Waveforms: paper, traces, calipers and sound against pydicom's reader and TRUTH.csv; hostile recordings."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer, soon

MADE = shared_data() / "made" / "waveforms"
REAL = shared_data() / "objects" / "ecg" / "waveform_ecg.dcm"
INK = 130
"""The brightest channel of a trace is darker; grid, annotations (blue) and paper are brighter."""


class Recording:
    """An object as pydicom reads it."""

    def __init__(self, path: Path) -> None:
        self.ds = pydicom.dcmread(path)
        self.groups = [self.ds.waveform_array(at) for at in range(len(self.ds.WaveformSequence))]

    def value(self, key: str, time: float) -> float:
        """Of the trace "group:channel", the sample nearest to a moment."""
        group, channel = (int(part) for part in key.split(":"))
        item = self.ds.WaveformSequence[group - 1]
        start = float(item.get("MultiplexGroupTimeOffset") or 0) / 1000
        at = round((time - start) * float(item.SamplingFrequency))
        return float(self.groups[group - 1][at, channel - 1])


class Paper:
    """The paper in a viewport."""

    def __init__(self, viewer: Viewer, cell: int = 0) -> None:
        self.viewer = viewer
        self.page = viewer.page
        self.element = viewer.element(cell).get_by_test_id("wave-paper")

    def cells(self) -> list[dict[str, Any]]:
        """Where the traces stand, in CSS pixels of the paper."""
        expect(self.element).to_have_attribute("data-cells", re.compile(r"\{"), timeout=SLOW)
        found: list[dict[str, Any]] = json.loads(self.element.get_attribute("data-cells") or "[]")
        return found

    def names(self, wanted: str) -> None:
        """Wait until the traces are these, in reading order."""
        names = json.dumps(wanted.split())
        self.page.wait_for_function(
            """([element, names]) => JSON.stringify(JSON.parse(element.dataset.cells || '[]')
                .map(c => c.name)) === JSON.stringify(JSON.parse(names))""",
            arg=[self.element.element_handle(), names],
            timeout=SLOW,
        )

    def at(self, cell: dict[str, Any], time: float, value: float) -> tuple[float, float]:
        """CSS pixels of the page."""
        box = self.element.bounding_box()
        assert box is not None
        x = box["x"] + cell["x"] + (time - cell["begin"]) * cell["perSecond"]
        return x, box["y"] + cell["base"] - (value - cell["middle"]) * cell["perUnit"]

    def told(self, cell: dict[str, Any], time: float, within: float = 0.1) -> tuple[float, float]:
        """Put the pointer there: the moment and the value that are told; within: seconds."""
        self.page.mouse.move(*self.at(cell, time, cell["middle"]))
        cursor = self.page.get_by_test_id("wave-cursor")
        expect(cursor).to_contain_text(cell["name"], timeout=SLOW)

        def check() -> tuple[float, float]:
            there, value = cursor.evaluate("c => [Number(c.dataset.time), Number(c.dataset.value)]")
            assert abs(there - time) <= within, (there, time)
            return there, value

        return soon(check)

    def picture(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The paper as the browser shows it, the pointer taken away: uint8 (rows, columns, 3)."""
        self.page.mouse.move(2, 2)
        expect(self.page.get_by_test_id("wave-cursor")).to_have_count(0)
        return self.viewer.picture()

    def is_drawn(self, recording: Recording, cell: dict[str, Any], times: list[float]) -> None:
        """There is ink where pydicom's samples belong."""

        def check() -> None:
            picture, box = self.picture(), self.viewer.box()
            for time in times:
                x, y = self.at(cell, time, recording.value(cell["key"], time))
                column, row = int(x - box["x"]), round(y - box["y"])
                near = picture[max(row - 2, 0) : row + 3, max(column - 1, 0) : column + 2].max(axis=2)
                assert near.min() < INK, f"no ink of {cell['name']} at {time} s"

        soon(check)


def choose(viewer: Viewer, path: Path) -> Recording:
    """Hang the series of a file that is in the rail."""
    recording = Recording(path)
    uid = str(recording.ds.SeriesInstanceUID)
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.kind === 'waveform'", arg=uid)
    return recording


def store(server: RunningServer, *objects: Dataset) -> None:
    """Send objects over STOW-RS."""
    for ds in objects:
        data = io.BytesIO()
        ds.save_as(data, enforce_file_format=True)
        answer = httpx.post(
            f"{server.url}/dicom-web/studies",
            content=data.getvalue(),
            headers={"content-type": "application/dicom"},
            timeout=60.0,
        )
        # 202: kept, with a warning about what is missing in it.
        assert answer.status_code in (200, 202), answer.text


@pytest.fixture
def waves(page: Page, shelf: RunningServer) -> Viewer:
    """The viewer of the server that has all of made/."""
    return Viewer(page, shelf.url)


def value_of(page: Page, line: str) -> float:
    """A number of the table of intervals, not rounded."""
    told = page.get_by_test_id(f"wave-{line}").get_attribute("data-value")
    assert told, f"{line} is not known"
    return float(told)


def becomes(page: Page, line: str, wanted: float, within: float) -> None:
    """Wait until a number of that table is this one."""

    def check() -> None:
        assert value_of(page, line) == pytest.approx(wanted, abs=within), line

    soon(check)


def without_drift(values: np.ndarray[Any, Any], rate: float, cutoff: float = 0.5) -> np.ndarray[Any, Any]:
    """A Butterworth high pass of second order run forwards and backwards, by its gain at each frequency."""
    pad = min(int(6 * rate), len(values) - 1)
    head, tail = 2 * values[0] - values[pad:0:-1], 2 * values[-1] - values[-2 : -pad - 2 : -1]
    wide = np.concatenate([head, values, tail])
    ratio = np.tan(np.pi * np.fft.rfftfreq(len(wide))) / np.tan(np.pi * cutoff / rate)
    gain = 1 - 1 / (1 + ratio**4)
    return np.asarray(np.fft.irfft(np.fft.rfft(wide) * gain, len(wide))[pad : pad + len(values)])


@pytest.mark.ps("3.3 C.10.9")
@pytest.mark.row("VIEW-DISP-06")
def test_an_ecg_on_paper_has_the_samples_and_intervals_of_the_object(waves: Viewer) -> None:
    """Layouts, samples as values and as ink, calipers at the true points, QTc, beats, measurements."""
    ecg = MADE / "ecg-12-lead.dcm"
    waves.open(str(pydicom.dcmread(ecg).StudyInstanceUID))
    recording, page, paper = choose(waves, ecg), waves.page, Paper(waves)
    # The bar has all it will have when the metadata of the other series are here.
    expect(page.get_by_test_id("wave-over")).to_be_visible(timeout=SLOW)
    paper.names("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II")
    for cell in paper.cells():
        times = [
            t for t in (0.4, 0.44, 0.6, 1.64, 2.84, 4.04, 5.24, 6.44, 7.64) if cell["begin"] < t < cell["end"]
        ]
        for time in times:
            # A CSS pixel is 11 ms of paper at 25 mm/s: the sample that is told is the one at the pointer.
            there, value = paper.told(cell, time, within=0.012)
            assert value == pytest.approx(recording.value(cell["key"], there), abs=1e-6), cell["name"]
        paper.is_drawn(recording, cell, times)
    rhythm = paper.cells()[-1]
    # 10 mm/mV, 25 mm/s; a monitor nobody measured has 96 pixels to the inch.
    assert rhythm["perUnit"] * 1000 == pytest.approx(10 * 96 / 25.4)
    assert rhythm["perSecond"] == pytest.approx(25 * 96 / 25.4)
    calibrate(page, 4.0)
    expect(page.get_by_test_id("wave-size")).to_contain_text("1 mm is 1 mm")
    assert float(paper.element.get_attribute("data-mm") or 0) == pytest.approx(4.0)

    def has_grid() -> None:
        sheet, box = paper.element.bounding_box(), waves.box()
        assert sheet is not None
        left, wide = round(sheet["x"] - box["x"]), int(sheet["width"])
        columns = np.median(paper.picture()[60:-60, left : left + wide, 1], axis=0)
        # Paper has a green of 203, a thin line of 186, a strong one of 156.
        thin, strong = (np.flatnonzero(columns[8:-8] < grey) for grey in (195, 172))
        assert set(np.diff(thin)) == {4}, "lines are 1 mm apart"
        assert set(np.diff(strong)) == {20}, "strong ones 5 mm"

    soon(has_grid)
    page.keyboard.press("2")
    paper.names("I V1 II V2 III V3 aVR V4 aVL V5 aVF V6")
    page.keyboard.press("1")
    page.keyboard.press("+")
    paper.names("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II")
    assert paper.cells()[-1]["perUnit"] * 1000 == pytest.approx(20 * 4)
    page.keyboard.press("-")

    page.get_by_test_id("wave-panel").click()
    intervals = page.get_by_test_id("wave-intervals")
    expect(intervals).to_be_visible(timeout=SLOW)
    becomes(page, "rr", 1200, 0.5)
    becomes(page, "hr", 50, 0.05)
    expect(intervals).to_contain_text("mean of 7")
    said = page.get_by_test_id("wave-said")
    for words in ("Heart rate50 /min", "PR Interval160 ms", "QRS Duration80 ms", "QT Interval380 ms"):
        expect(said).to_contain_text(words)

    # 100 mm/s: a CSS pixel is 2.5 ms, a sample 2 ms.
    for _ in range(2):
        page.keyboard.press(">")
    page.wait_for_function(
        "e => Math.abs(JSON.parse(e.dataset.cells)[0].perSecond - 400) < 0.01",
        arg=paper.element.element_handle(),
    )
    for name, begin, end in (("pr", 0.24, 0.4), ("qrs", 0.4, 0.48), ("qt", 0.4, 0.78)):
        page.get_by_test_id("wave-caliper").select_option(name)
        rhythm = paper.cells()[-1]
        high = 0.9 if name == "pr" else 0.4
        page.mouse.move(*paper.at(rhythm, begin, high))
        page.mouse.down()
        page.mouse.move(*paper.at(rhythm, (begin + end) / 2, high), steps=2)
        page.mouse.move(*paper.at(rhythm, end, high), steps=2)
        page.mouse.up()
        becomes(page, name, 1000 * (end - begin), 4.1)
    # At the true points exactly, by the keyboard.
    for name, begin, end in (("rr", 0.4, 1.6), ("qt", 0.4, 0.78)):
        page.get_by_test_id(f"wave-row-{name}").click()
        page.get_by_test_id("caliper-from").fill(str(begin))
        page.get_by_test_id("caliper-to").fill(str(end))
        becomes(page, name, 1000 * (end - begin), 1e-6)
    becomes(page, "hr", 50, 1e-4)
    becomes(page, "qtcb", 346.891, 1e-3)
    becomes(page, "qtcf", 357.594, 1e-3)
    page.get_by_test_id("wave-row-rr").click()
    page.get_by_test_id("wave-paper").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("caliper-from")).to_have_value("1.600")
    expect(page.get_by_test_id("caliper-to")).to_have_value("2.800")
    # What was done to calipers is taken back and done again: the march, then a drag of QT as one step.
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("caliper-from")).to_have_value("0.400")
    page.keyboard.press("Control+Shift+Z")
    expect(page.get_by_test_id("caliper-from")).to_have_value("1.600")
    # The march had scrolled.
    page.keyboard.press("Home")
    page.get_by_test_id("wave-row-qt").click()
    expect(page.get_by_test_id("wave-place")).to_contain_text(re.compile(r"^0:00\.0"))
    rhythm = paper.cells()[-1]
    page.mouse.move(*paper.at(rhythm, 0.78, 0.4))
    page.mouse.down()
    page.mouse.move(*paper.at(rhythm, 0.82, 0.4), steps=4)
    page.mouse.up()
    becomes(page, "qt", 420, 4.1)
    page.get_by_test_id("wave-paper").focus()
    page.keyboard.press("Control+z")
    becomes(page, "qt", 380, 1e-6)
    page.keyboard.press("Control+z")
    page.get_by_test_id("wave-row-rr").click()
    expect(page.get_by_test_id("caliper-from")).to_have_value("0.400")
    page.get_by_test_id("wave-row-qrs").click()
    page.get_by_test_id("caliper-remove").click()
    expect(page.get_by_test_id("wave-qrs")).not_to_have_attribute("data-value", re.compile("."))
    page.keyboard.press("Control+z")
    becomes(page, "qrs", 80, 4.1)
    kept = {name: value_of(page, name) for name in ("rr", "pr", "qrs", "qt", "qtcb", "qtcf")}

    # A filter changes what is drawn and told.
    page.get_by_test_id("wave-baseline").click()
    expect(page.get_by_test_id("wave-baseline")).to_have_attribute("aria-pressed", "true")
    rhythm = paper.cells()[-1]
    group, channel = (int(part) - 1 for part in rhythm["key"].split(":"))
    rate = float(recording.ds.WaveformSequence[group].SamplingFrequency)
    stored = recording.groups[group][:, channel].copy()
    recording.groups[group][:, channel] = level = without_drift(stored, rate)
    at = [0.4, 0.6, 1.0, 1.64]
    assert min(abs(level - stored)[[round(t * rate) for t in at]]) > 15

    def is_level() -> None:
        for time in at:
            there, value = paper.told(rhythm, time, within=0.004)
            assert value == pytest.approx(level[round(there * rate)], abs=3), time

    soon(is_level)
    paper.is_drawn(recording, rhythm, at)
    # Layout, calipers and filters outlive a reload.
    page.keyboard.press("3")
    paper.names("I II III aVR aVL aVF V1 V2 V3 V4 V5 V6")
    page.reload()
    waves.until("v => v.kind === 'waveform'")
    paper.names("I II III aVR aVL aVF V1 V2 V3 V4 V5 V6")
    expect(page.get_by_test_id("wave-baseline")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("wave-panel").click()
    expect(page.get_by_test_id("wave-intervals")).to_be_visible(timeout=SLOW)
    for name, value in kept.items():
        becomes(page, name, value, 0)


def calibrate(page: Page, per_mm: float) -> None:
    """Measure the monitor: so many CSS pixels a millimetre."""
    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-input").fill("calibrate this monitor")
    page.keyboard.press("Enter")
    frame = page.get_by_test_id("calibrate-frame").bounding_box()
    assert frame is not None
    page.get_by_test_id("calibrate-mm").fill(str(frame["width"] / per_mm))
    page.get_by_test_id("calibrate-save").click()


@pytest.mark.ps("3.3 C.10.9.1")
def test_recordings_of_each_kind_have_the_values_of_the_object(waves: Viewer) -> None:
    """Groups of different rates, pressure, electrogram, pulse, breath: values and ink; scrolling."""
    waves.open(str(pydicom.dcmread(MADE / "ecg-12-lead.dcm").StudyInstanceUID))
    page, paper = waves.page, Paper(waves)
    for name, traces, peak in (
        ("ecg-general", "I II III V4", None),
        ("hemodynamic", "Aorta II", 129.0),
        ("electrophysiology", "Heart", None),
        ("arterial-pulse", "Finger", 100.0),
        ("respiratory", "Thorax", 250.0),
        ("ecg-ambulatory", "V1 V5", None),
    ):
        recording = choose(waves, MADE / f"{name}.dcm")
        paper.names(traces)
        for cell in paper.cells():
            start = max(cell["begin"], 1.2)
            times = [round(start + part * 0.15, 3) for part in range(5)]
            for time in times[:3]:
                there, value = paper.told(cell, time)
                assert value == pytest.approx(recording.value(cell["key"], there), abs=1e-6), (
                    name,
                    cell["name"],
                )
            paper.is_drawn(recording, cell, times)
        if peak is not None:
            item = recording.ds.WaveformSequence[0]
            first = paper.cells()[0]
            seen = recording.groups[0][: int(min(first["end"], 4) * float(item.SamplingFrequency)), 0]
            assert float(seen.max()) == peak
            there, value = paper.told(first, int(seen.argmax()) / float(item.SamplingFrequency))
            assert value == pytest.approx(peak, abs=0.02 * peak)
    # The ambulatory one: 60 beats, a flat part in channel 2 from 30 to 33 s, reached by the strip below.
    page.get_by_test_id("wave-panel").click()
    becomes(page, "hr", 60, 0.1)
    expect(page.get_by_test_id("wave-intervals")).to_contain_text("mean of 59")
    strip = page.get_by_test_id("wave-overview")
    box = strip.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 31.5 / 60, box["y"] + box["height"] / 2)

    def is_there() -> dict[str, Any]:
        found = paper.cells()[1]
        assert found["begin"] < 30 < 33 < found["end"]
        return found

    flat = soon(is_there)
    assert paper.told(flat, 31.0)[1] == paper.told(flat, 32.5)[1] == recording.value(flat["key"], 32.0)
    page.get_by_test_id("wave-paper").focus()
    page.keyboard.press("End")
    expect(page.get_by_test_id("wave-place")).to_contain_text("1:00.0 of 1:00.0")


@pytest.mark.ps("3.3 C.10.10")
def test_a_real_ecg_with_its_median_beat_and_two_compared(waves: Viewer, shelf: RunningServer) -> None:
    """What the device measured and marked is listed, its groups are chosen; another lies over it."""
    real = pydicom.dcmread(REAL)
    store(shelf, real)
    made = pydicom.dcmread(MADE / "ecg-12-lead.dcm")
    waves.open(str(real.StudyInstanceUID), str(made.StudyInstanceUID))
    recording, page, paper = choose(waves, REAL), waves.page, Paper(waves)
    paper.names("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II")
    page.get_by_test_id("wave-panel").click()
    said = page.get_by_test_id("wave-said")
    for words in (
        "RITMO SINUSALE",
        "PR Interval161 ms",
        "QRS Duration75 ms",
        "QT Interval368 ms",
        "QRS Axis52 deg",
    ):
        expect(said).to_contain_text(words)
    # The device says 982; the mean of the beats that are counted lies beside it.
    becomes(page, "rr", 982, 6)
    expect(page.get_by_test_id("wave-facts")).to_contain_text("0.05–300 Hz")
    marks = page.get_by_test_id("wave-placed")
    expect(marks).to_contain_text("Fiducial Point")
    positions = sorted(
        (int(a.ReferencedSamplePositions) - 1) / 1000
        for a in real.WaveformAnnotationSequence
        if a.get("ReferencedSamplePositions")
    )
    expect(marks.get_by_test_id("wave-marks")).to_have_attribute("data-count", str(len(positions)))
    seen = marks.get_by_test_id("wave-mark").evaluate_all("all => all.map(m => Number(m.dataset.time))")
    assert len(seen) > 8
    assert seen == pytest.approx(positions[: len(seen)])
    page.get_by_test_id("wave-over").select_option(str(made.SOPInstanceUID))
    rhythm, other = paper.cells()[-1], Recording(MADE / "ecg-12-lead.dcm")
    # Under the first R here there is only black to be seen: the other's second one is looked at, 1.2 s later.
    theirs = first_peak(other, "1:2")
    wait_until(lambda: is_blue(paper, rhythm, theirs + 1.2, 1000.0), SLOW / 1000, "the other one is drawn")
    page.get_by_test_id("wave-align").click()
    mine = first_peak(recording, "1:2")
    assert abs(mine - theirs) > 0.05
    page.wait_for_function(
        "([e, before]) => e.dataset.shift !== before", arg=[paper.element.element_handle(), "0"]
    )
    shift = float(paper.element.get_attribute("data-shift") or 0)
    assert shift == pytest.approx(mine - theirs, abs=0.02)
    place = theirs + shift + 1.2
    wait_until(lambda: is_blue(paper, rhythm, place, 1000.0), SLOW / 1000, "it is drawn where it is moved to")
    assert not is_blue(paper, rhythm, theirs + 1.2, 1000.0)
    page.get_by_test_id("wave-group").select_option("2")
    paper.names("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II")
    beat = paper.cells()[-1]
    there, value = paper.told(beat, 0.5)
    assert value == pytest.approx(recording.value("2:2", there), abs=1e-6)
    # A printed millimetre is one: CSS has 96 pixels to the inch on paper.
    page.evaluate("() => { window.print = () => undefined; }")
    page.get_by_test_id("wave-print").click()
    page.emulate_media(media="print")
    printed = page.locator("canvas.printpaper").bounding_box()
    assert printed is not None
    assert printed["width"] == pytest.approx(277 * 96 / 25.4, abs=0.5)
    assert printed["height"] == pytest.approx(190 * 96 / 25.4, abs=0.5)
    page.emulate_media(media="screen")
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("canvas.printpaper")).to_have_count(0)
    page.get_by_test_id("wave-beside").click()
    expect(waves.element(1).get_by_test_id("wave-paper")).to_be_visible(timeout=SLOW)


def first_peak(recording: Recording, key: str) -> float:
    """When the first R of a lead is, in its first 1.2 s."""
    group, channel = (int(part) for part in key.split(":"))
    rate = float(recording.ds.WaveformSequence[group - 1].SamplingFrequency)
    return float(recording.groups[group - 1][: int(1.2 * rate), channel - 1].argmax()) / rate


def is_blue(paper: Paper, cell: dict[str, Any], time: float, value: float) -> bool:
    """Whether the ink of the other recording stands there."""
    picture, box = paper.picture().astype(int), paper.viewer.box()
    x, y = paper.at(cell, time, value)
    column, row = round(x - box["x"]), round(y - box["y"])
    near = picture[max(row - 4, 0) : row + 5, max(column - 2, 0) : column + 3]
    return bool((near[:, :, 2] - near[:, :, 0] > 60).any())


def test_sound_is_played_from_the_samples(waves: Viewer) -> None:
    """Length, play, seek, pace, level; two channels."""
    waves.open(str(pydicom.dcmread(MADE / "audio-voice.dcm").StudyInstanceUID))
    page = waves.page
    choose(waves, MADE / "audio-voice.dcm")
    player = page.get_by_test_id("audio")
    expect(player).to_have_attribute("data-seconds", "2", timeout=SLOW)
    page.wait_for_function("() => document.querySelector('audio')?.duration === 2", timeout=SLOW)
    waves.command("play or stop the sound")
    expect(player).to_have_attribute("data-playing", "true", timeout=SLOW)
    page.wait_for_function(
        "() => Number(document.querySelector('[data-testid=audio]').dataset.at) > 0.1", timeout=SLOW
    )
    # 100 units of 128: 2.1 dB under full scale.
    page.wait_for_function(
        "() => document.querySelector('[data-testid=audio-level]').ariaValueNow === '-2'", timeout=SLOW
    )
    page.get_by_test_id("audio-play").click()
    page.keyboard.press("Home")
    expect(player).to_have_attribute("data-at", "0")
    box = player.get_by_test_id("wave-overview").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(player).to_have_attribute("data-at", re.compile(r"^(0\.99|1(\.0|$))"))
    page.get_by_test_id("audio-pace").get_by_text("×2").click()
    page.wait_for_function("() => document.querySelector('audio').playbackRate === 2")
    choose(waves, MADE / "audio-general.dcm")
    expect(page.get_by_test_id("audio")).to_have_attribute("data-seconds", "1", timeout=SLOW)
    expect(page.get_by_test_id("audio-level")).to_have_count(2)


def hostile(change: Callable[[Dataset, Dataset], None], number: int, study: str) -> Dataset:
    """The 12-lead ECG with something done to its group."""
    ds = pydicom.dcmread(MADE / "ecg-12-lead.dcm")
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, generate_uid(), generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.SeriesNumber = number
    change(ds, ds.WaveformSequence[0])
    return ds


def _set(keyword: str, value: Any) -> Callable[[Dataset, Dataset], None]:
    return lambda _, group: setattr(group, keyword, value)


def _many_channels(_: Dataset, group: Dataset) -> None:
    group.NumberOfWaveformChannels = 10_000


def _no_channels(_: Dataset, group: Dataset) -> None:
    group.NumberOfWaveformChannels, group.ChannelDefinitionSequence = 0, []


def _half(_: Dataset, group: Dataset) -> None:
    group.WaveformData = group.WaveformData[: 24 * 2500]


def _no_sensitivity(_: Dataset, group: Dataset) -> None:
    for channel in group.ChannelDefinitionSequence:
        del channel.ChannelSensitivity, channel.ChannelSensitivityUnitsSequence


def _absurd_words(ds: Dataset, _: Dataset) -> None:
    said = ds.WaveformAnnotationSequence[-1]
    said.UnformattedTextValue = "<img src=x onerror=alert(1)>" + "x" * 500
    said.ReferencedSamplePositions = [0, 4294967295, 801]
    said.ReferencedWaveformChannels = [1, 60000]


def _no_waveform(ds: Dataset, _: Dataset) -> None:
    ds.WaveformSequence = []


HOSTILE: tuple[tuple[Callable[[Dataset, Dataset], None], str, bool], ...] = (
    (_set("SamplingFrequency", "0"), "its sampling frequency (0 Hz) cannot be", False),
    (_set("SamplingFrequency", "-500"), "its sampling frequency (-500 Hz) cannot be", False),
    (_set("SamplingFrequency", "1e12"), "its sampling frequency (1000000000000 Hz) cannot be", False),
    (_no_channels, "it has no channels", False),
    (_many_channels, "it says more than 512 channels", False),
    (_set("WaveformSampleInterpretation", "XX"), "samples of 16 bits called “XX” are not known", False),
    (_no_waveform, "has no waveform", False),
    (_half, "end after 2\u2009500 of 5\u2009000 samples", True),
    (_no_sensitivity, "12 channels of group 1 without a sensitivity", True),
    (_absurd_words, "", True),
)


def test_hostile_recordings_have_a_sentence_in_place(waves: Viewer, shelf: RunningServer) -> None:
    """Rates, counts and data that cannot be; the rest of the study is unharmed."""
    study = generate_uid()
    objects = [hostile(change, number, study) for number, (change, _, _) in enumerate(HOSTILE, 1)]
    store(shelf, *objects)
    waves.open(study)
    page = waves.page
    for ds, (_, words, is_drawn) in zip(objects, HOSTILE, strict=True):
        waves.series(str(ds.SeriesInstanceUID)).click()
        waves.until(
            "(v, uid) => v.seriesInstanceUID === uid && v.kind === 'waveform'", arg=str(ds.SeriesInstanceUID)
        )
        if words:
            expect(page.get_by_test_id("wave-notes")).to_contain_text(words, timeout=SLOW)
        expect(page.get_by_test_id("wave-failed")).to_have_count(0 if is_drawn else 1, timeout=SLOW)
        if is_drawn:
            assert Paper(waves).cells()
    page.get_by_test_id("wave-panel").click()
    expect(page.get_by_test_id("wave-placed")).to_contain_text("<img src=x onerror=alert(1)>")


WRITTEN = """() => {
    window.written = new Map();
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (words, x, y, most = Infinity) {
        window.written.set(words, [this.measureText(words).width, most, x, y, this.canvas.width]);
        return fill.apply(this, arguments.length > 3 ? [words, x, y, most] : [words, x, y]);
    };
}"""
"""Note what is written on canvases, how wide it is and how much room it has, where, on how wide a canvas."""


def test_the_person_is_readable_on_a_narrow_window(waves: Viewer) -> None:
    """Under the paper of a phone each fact stands in its full width, one line above another."""
    page = waves.page
    page.add_init_script(f"({WRITTEN})()")
    ecg = MADE / "ecg-12-lead.dcm"
    ds = pydicom.dcmread(ecg, stop_before_pixels=True)
    waves.open(str(ds.StudyInstanceUID))
    choose(waves, ecg)
    Paper(waves).names("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        "id => [...window.written].some(([words, facts]) => words.includes(id) && facts[4] <= 390)",
        arg=ds.PatientID,
        timeout=SLOW,
    )
    written = dict(page.evaluate("() => [...window.written].filter(([, facts]) => facts[4] <= 390)"))
    foot = {words: facts for words, facts in written.items() if ds.PatientID in words or " Hz" in words}
    assert len(foot) >= 2
    for words, (width, most, left, _, canvas) in foot.items():
        assert width <= most, words
        assert left >= 0, words
        assert left + width <= canvas, words
    assert len({facts[3] for facts in foot.values()}) == len(foot)
