"""Waveforms on paper: the millimetres that TRUTH.csv's times and amplitudes demand."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset

from readingroom.errors import Invalid
from readingroom.pixels import Array
from readingroom.render import LeadLayout, pdf_of, plot_waveforms, png_of, svg_of
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import shared_data
from tests.unit.render.test_waveform_values import object_of

SVG = "{http://www.w3.org/2000/svg}"
ROW, TOP, LEFT = 40.0, 35.0, 35.0
"""mm: rows of the layouts of few rows, the paper's upper edge, time 0."""


def stored(name: str) -> Dataset:
    return read_image(Path(shared_data()) / "made" / "waveforms" / f"{name}.dcm")


def truth(name: str, known: str) -> list[float]:
    with (Path(shared_data()) / "made" / "TRUTH.csv").open(newline="") as rows:
        (value,) = [
            row["value"]
            for row in csv.DictReader(rows)
            if row["file"] == f"waveforms/{name}.dcm" and row["what is known"] == known
        ]
    told = json.loads(value)
    return told if isinstance(told, list) else [told]


def drawn(ds: Dataset, layout: LeadLayout = LeadLayout.THREE_BY_FOUR) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(plot_waveforms(attributes_of(ds), layout)))


def ways(svg: ElementTree.Element, name: str) -> list[list[Array]]:
    """The lines of each path of that class."""
    return [
        [
            np.array([point.split(",") for point in line.split("L")], float)
            for line in path.attrib["d"].split("M")[1:]
        ]
        for path in svg.iter(f"{SVG}path")
        if path.attrib["class"] == name
    ]


def words(svg: ElementTree.Element) -> list[str]:
    return [str(text.text) for text in svg.iter(f"{SVG}text")]


def test_user_units_are_millimetres_and_the_paper_is_exact() -> None:
    svg = drawn(stored("ecg-12-lead"))
    assert (svg.attrib["width"], svg.attrib["height"]) == ("297mm", "210mm")
    assert svg.attrib["viewBox"] == "0 0 297 210"
    for name, step in (("grid-1mm", 1.0), ("grid-5mm", 5.0)):
        (lines,) = ways(svg, name)
        across = [line[0, 0] for line in lines if line[0, 0] == line[1, 0]]
        down = [line[0, 1] for line in lines if line[0, 1] == line[1, 1]]
        assert np.diff(across).tolist() == [step] * (len(across) - 1)
        assert np.diff(down).tolist() == [step] * (len(down) - 1)
        assert (across[0], across[-1], down[0], down[-1]) == (15.0, 290.0, 35.0, 195.0)
    assert "25 mm/s   10 mm/mV" in words(svg)


def test_peaks_of_the_rhythm_strip_stand_where_the_truth_says() -> None:
    onsets = truth("ecg-12-lead", "QRS onsets")
    (lead_two, _, _) = truth("ecg-12-lead", "R peak in lead II (2.5 uV per unit), V4, aVR")
    (duration,) = truth("ecg-12-lead", "QRS duration")
    (line,) = ways(drawn(stored("ecg-12-lead")), "trace")[12]
    base = TOP + 3 * ROW + ROW / 2
    for onset in onsets:
        begin = LEFT + 25 * onset
        beat = line[(line[:, 0] >= begin) & (line[:, 0] <= begin + 25 * duration / 1000)]
        assert base - beat[:, 1].min() == pytest.approx(10 * lead_two, abs=0.001)
        before = line[(line[:, 0] > begin - 0.5) & (line[:, 0] < begin - 0.01)]
        assert np.abs(before[:, 1] - base).max() < 0.03  # PR segment: one unit is 0.025 mm
        after = line[(line[:, 0] > begin + 0.01) & (line[:, 0] < begin + 25 * duration / 1000)]
        assert np.abs(after[:3, 1] - base).max() > 0.03
    assert line[0, 0] == LEFT
    assert line[-1, 0] == pytest.approx(LEFT + 25 * 10 - 25 / 500, abs=0.001)


@pytest.mark.parametrize(
    ("layout", "place", "left", "base"),
    [
        (LeadLayout.THREE_BY_FOUR, 3, 62.5, TOP + 20),
        (LeadLayout.SIX_BY_TWO, 3, 0.0, TOP + 3 * 25 + 15),
        (LeadLayout.TWELVE_BY_ONE, 3, 0.0, TOP + 3 * 20 + 10),
    ],
)
def test_lead_avr_in_each_layout(layout: LeadLayout, place: int, left: float, base: float) -> None:
    (_, _, avr) = truth("ecg-12-lead", "R peak in lead II (2.5 uV per unit), V4, aVR")
    svg = drawn(stored("ecg-12-lead"), layout)
    traces = ways(svg, "trace")
    assert len(traces) == (13 if layout is LeadLayout.THREE_BY_FOUR else 12)
    (line,) = traces[place]
    assert base - line[:, 1].max() == pytest.approx(10 * avr, abs=0.026)
    assert line[0, 0] == LEFT + left
    seconds = 10 / layout.columns
    assert line[-1, 0] - line[0, 0] == pytest.approx(25 * seconds - 25 / 500, abs=0.002)


def test_v4_and_its_calibration() -> None:
    (_, lead_four, _) = truth("ecg-12-lead", "R peak in lead II (2.5 uV per unit), V4, aVR")
    svg = drawn(stored("ecg-12-lead"))
    (line,) = ways(svg, "trace")[9]
    assert TOP + ROW / 2 - line[:, 1].min() == pytest.approx(10 * lead_four, abs=0.026)
    for (pulse,) in ways(svg, "calibration"):
        assert np.ptp(pulse[:, 1]) == 10.0
        assert (pulse[3, 0] - pulse[2, 0]) == 5.0
    assert [word for word in words(svg) if word in ("I", "aVR", "V1", "V6", "II")] == [
        *("I", "II", "aVR", "V1", "V6", "II")
    ]


def test_an_annotation_at_its_time() -> None:
    svg = drawn(stored("ecg-12-lead"))
    marks = ways(svg, "annotation")
    assert [line[0, 0] for (line,) in marks] == [LEFT + 25 * 1.6] * 2  # in II and in the rhythm strip
    assert words(svg).count("QRS onset") == 2
    assert "PR Interval 160 ms" in words(svg)
    assert "SYNTHETIC WAVEFORM" in words(svg)


def test_groups_that_start_later_stand_later() -> None:
    (delay,) = truth("ecg-general", "second group starts later by")
    traces = ways(drawn(stored("ecg-general")), "trace")
    assert traces[0][0][0, 0] == LEFT
    assert traces[3][0][0, 0] == LEFT + 25 * delay / 1000


def test_a_minute_is_wrapped_at_paper_speed() -> None:
    svg = drawn(stored("ecg-ambulatory"))
    traces = ways(svg, "trace")
    assert len(traces) == 2 * 6
    assert any(word.startswith("V1   from 30 s") for word in words(svg))
    (fourth,) = traces[2 * 3 + 1]  # channel 2 from 30 s: flat for 3 s
    flat = fourth[fourth[:, 0] < LEFT + 25 * 3 - 0.2]
    assert np.ptp(flat[:, 1]) == 0
    assert np.ptp(fourth[:, 1]) > 5


def test_pressure_in_its_own_scale() -> None:
    (systolic,), (diastolic,) = truth("hemodynamic", "systolic"), truth("hemodynamic", "diastolic")
    svg = drawn(stored("hemodynamic"))
    (label,) = [word for word in words(svg) if word.startswith("Aorta")]
    told = re.fullmatch(r"Aorta   10 mm = ([\d.]+) mm\[Hg\], middle ([\d.]+) mm\[Hg\]", label)
    assert told is not None
    per_mm, middle = float(told[1]) / 10, float(told[2])
    (line,) = ways(svg, "trace")[0]
    values = middle + (TOP + ROW / 2 - line[:, 1]) * per_mm
    assert values.max() == pytest.approx(systolic, abs=0.06)
    assert values.min() == pytest.approx(diastolic, abs=0.06)


def test_hours_are_thinned_and_lose_no_peak() -> None:
    count = 3_000_000
    samples = np.zeros(count, "<i2")
    samples[2_345_678] = 1000
    samples[1_000_000:1_100_000] = -5
    ds = object_of(samples.tobytes(), 16, "SS", samples=count)
    group = ds.WaveformSequence[0]
    group.WaveformPaddingValue = np.array([-5], "<i2").tobytes()
    group["WaveformPaddingValue"].VR = "OW"
    began = time.process_time()
    svg = svg_of(plot_waveforms(attributes_of(ds)))
    assert time.process_time() - began < 20
    assert len(svg) < 400_000
    root = ElementTree.fromstring(svg)
    (speed,) = [float(word.split()[0]) for word in words(root) if word.endswith("mm/s")]
    before, after = ways(root, "trace")[0]
    assert before[-1, 0] == pytest.approx(LEFT + speed * 10_000, abs=0.06)
    assert after[0, 0] == pytest.approx(LEFT + speed * 11_000, abs=0.06)
    peak = after[after[:, 1].argmin()]
    assert peak[0] == pytest.approx(LEFT + speed * 23_456.78, abs=0.06)
    assert np.median(after[:, 1]) - peak[1] > 15


def test_hostile_text_is_escaped() -> None:
    ds = stored("ecg-12-lead")
    ds.PatientName = "<script>alert(1)</script>&\"'\x01\ufffe"
    ds.SeriesDescription = "</svg>\x0b]]>"
    ds.WaveformAnnotationSequence[4].UnformattedTextValue = "<b onload='x'>\x00"
    ds.WaveformSequence[0].ChannelDefinitionSequence[0].ChannelSourceSequence[0].CodeValue = "0"
    sheet = plot_waveforms(attributes_of(ds))
    svg = svg_of(sheet)
    assert {child.tag for child in ElementTree.fromstring(svg).iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "text")
    }
    assert b"<script" not in svg
    assert pdf_of(sheet).startswith(b"%PDF-")
    assert png_of(sheet, (300, 300)).startswith(b"\x89PNG")


def test_sizes_of_picture_and_page() -> None:
    sheet = plot_waveforms(attributes_of(stored("ecg-12-lead")))
    plain = Image.open(io.BytesIO(png_of(sheet)))
    assert plain.size == (297 * 8, 210 * 8)
    assert plain.info["dpi"] == pytest.approx((203.2, 203.2), abs=0.02)
    assert Image.open(io.BytesIO(png_of(sheet, (594, 5000)))).size == (594, 420)
    pixels = np.asarray(plain)
    thick = pixels[36 * 8 + 4, [round(x * 8) for x in range(250, 290, 5)]].astype(int)
    assert (thick[:, 1] < 240).all()
    page = pdf_of(sheet)
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", page)
    assert box is not None
    assert [float(side) * 25.4 / 72 for side in box.groups()] == pytest.approx([297, 210], abs=0.01)
    assert page == pdf_of(sheet)
    with pytest.raises(Invalid):
        png_of(sheet, (40_000, 40_000))


def test_absurd_channels_are_refused_or_drawn() -> None:
    ds = stored("ecg-12-lead")
    definition = ds.WaveformSequence[0].ChannelDefinitionSequence[1]
    definition.ChannelSensitivity = "1e300"
    with pytest.raises(Invalid):
        plot_waveforms(attributes_of(ds))
    definition.ChannelSensitivity = "1e11"
    assert len(ways(drawn(ds), "trace")) == 13
    definition.ChannelSensitivity, definition.ChannelBaseline = "2.5", "100000"
    (line,) = ways(drawn(ds), "trace")[12]
    assert (line[:, 1] == TOP).all()  # 1 m above its base line it ends at the paper's edge
