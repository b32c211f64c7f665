"""The millimetres of PDF pages of waveforms, read by pypdf; TRUTH.csv says where beats are and how high."""

from __future__ import annotations

import io
from collections import defaultdict

import numpy as np
import pytest
from pydicom import Dataset
from pypdf import PageObject, PdfReader

from readingroom.pixels import Array
from readingroom.render import pdf_of, plot_waveforms
from tests.kit.images import attributes_of
from tests.unit.render.test_waveform_plot import stored, truth

MILLIMETRE = 72 / 25.4
"""Of a PDF in its units (ISO 32000-1 8.3.2.3)."""
FINE, THICK, BLACK = (250, 224, 222), (236, 178, 174), (0, 0, 0)

Lines = dict[tuple[tuple[int, ...], float], list[Array]]


def pages_of(ds: Dataset) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(pdf_of(plot_waveforms(attributes_of(ds))))).pages)


def lines_of(page: PageObject) -> Lines:
    """By ink and width in mm: lines of (x, y) in mm from the upper left corner of the page."""
    height = float(page.mediabox.height)
    found: Lines = defaultdict(list)
    ink, width, line, path = (0,), 0.0, [], []
    contents = page.get_contents()
    assert contents is not None
    for operands, operator in contents.operations:
        numbers = [float(number) for number in operands] if operator in (b"RG", b"w", b"m", b"l") else []
        if operator == b"RG":
            ink = tuple(round(255 * part) for part in numbers)
        elif operator == b"w":
            width = round(numbers[0] / MILLIMETRE, 3)
        elif operator == b"cm":
            assert [float(number) for number in operands] == [1, 0, 0, 1, 0, 0]
        elif operator in (b"m", b"l"):
            if operator == b"m":
                line = []
                path.append(line)
            line.append((numbers[0] / MILLIMETRE, (height - numbers[1]) / MILLIMETRE))
        elif operator in (b"S", b"n"):
            found[ink, width] += [np.array(one) for one in path] if operator == b"S" else []
            path = []
    return found


def spacings(lines: list[Array], axis: int) -> Array:
    """mm between neighbours of the lines across (0) or down (1)."""
    places = sorted({round(float(line[0, axis]), 3) for line in lines if line[0, axis] == line[1, axis]})
    assert len(places) > 5
    return np.diff(places)


@pytest.mark.row("VIEW-DISP-04")
def test_millimetres_of_a_page() -> None:
    (page,) = pages_of(stored("ecg-12-lead"))
    assert [float(side) / MILLIMETRE for side in page.mediabox[2:]] == pytest.approx([297, 210], abs=0.01)
    lines = lines_of(page)
    for ink, width, step in ((FINE, 0.1, 1.0), (THICK, 0.2, 5.0)):
        for axis in (0, 1):
            assert spacings(lines[ink, width], axis) == pytest.approx(step, abs=0.003)
    assert "25 mm/s" in page.extract_text()
    assert "10 mm/mV" in page.extract_text()
    rhythm = max((line for line in lines[BLACK, 0.25]), key=len)
    assert np.ptp(rhythm[:, 0]) == pytest.approx(25 * (10 - 1 / 500), abs=0.01)
    onsets = truth("ecg-12-lead", "QRS onsets")
    (height, _, _) = truth("ecg-12-lead", "R peak in lead II (2.5 uV per unit), V4, aVR")
    base, peaks = np.median(rhythm[:, 1]), []
    for onset in onsets:
        begin = rhythm[0, 0] + 25 * onset
        beat = rhythm[(rhythm[:, 0] >= begin) & (rhythm[:, 0] <= begin + 2.5)]
        peaks.append(beat[beat[:, 1].argmin()])
    assert base - np.array(peaks)[:, 1] == pytest.approx(10 * height, abs=0.1)  # 10 mm/mV
    assert np.diff(np.array(peaks)[:, 0]) == pytest.approx(25 * np.diff(onsets), abs=0.06)  # 25 mm/s
    pulses = [line for line in lines[BLACK, 0.25] if len(line) == 6]
    assert pulses
    for pulse in pulses:
        assert np.ptp(pulse[:, 1]) == pytest.approx(10, abs=0.003)
        assert pulse[3, 0] - pulse[2, 0] == pytest.approx(5, abs=0.003)


@pytest.mark.row("VIEW-DISP-04")
def test_a_long_recording_has_pages_at_the_same_scale() -> None:
    """Two channels of a minute: twelve rows of 10 s, four to a page, each whole and once."""
    ds = stored("ecg-ambulatory")
    pages = pages_of(ds)
    assert len(pages) == 3
    labels, traces = [], []
    for number, page in enumerate(pages, 1):
        assert [float(side) / MILLIMETRE for side in page.mediabox[2:]] == pytest.approx([297, 210], abs=0.01)
        lines, words = lines_of(page), page.extract_text()
        assert spacings(lines[FINE, 0.1], 0) == pytest.approx(1, abs=0.003)
        assert f"page {number} of 3" in words
        assert str(ds.PatientID) in words
        assert "25 mm/s   10 mm/mV" in words
        labels += [line.strip() for line in words.splitlines() if " from " in line]
        for line in lines[BLACK, 0.25]:
            if len(line) > 6:
                assert line[:, 1].min() >= 5
                assert line[:, 1].max() <= 205
                traces.append(line)
    assert len(traces) == 12
    assert len(labels) == len(set(labels)) == 10
    for line in traces:
        assert np.ptp(line[:, 0]) == pytest.approx(250, abs=0.5)
