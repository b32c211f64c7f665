"""Every waveform class in one study, in all forms of samples, against pydicom (PS3.4 B.5, PS3.3 A.34)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_waveforms import Paper, choose, store

BASE = shared_data() / "made" / "waveforms" / "ecg-general.dcm"
ROOT = "1.2.840.10008.5.1.4.1.1.9."
SECONDS = 4
TYPES = {"SB": "i1", "UB": "u1", "SS": "<i2", "US": "<u2", "SL": "<i4", "UL": "<u4"}

CLASSES: tuple[tuple[str, str, str, int, str, tuple[str, ...]], ...] = (
    ("1", "ECG", "SS", 250, "uV", ("Trial 1", "Trial 2")),
    ("1.1", "ECG", "SS", 500, "uV", ("Lead A", "Lead B", "Lead C")),
    ("1.2", "ECG", "SS", 500, "uV", ("Chest",)),
    ("1.3", "ECG", "SB", 128, "mV", ("Ambulatory",)),
    ("1.4", "ECG", "SL", 1000, "nV", ("Fine 1", "Fine 2")),
    ("2.1", "HD", "SS", 200, "mm[Hg]", ("Left ventricle", "Wedge")),
    ("3.1", "EPS", "SS", 1000, "mV", ("HRA", "His distal")),
    ("5.1", "HD", "UB", 120, "1", ("Finger clip",)),
    ("6.1", "RESP", "SS", 60, "mL", ("Belt",)),
    ("6.2", "RESP", "US", 60, "mL/s", ("Nasal flow", "Abdomen", "Snoring")),
    ("7.1", "EEG", "SL", 256, "uV", ("Fp1-A1", "Fp2-A2", "Cz-Pz")),
    ("7.2", "EMG", "SL", 2000, "uV", ("Tibialis",)),
    ("7.3", "EOG", "SL", 256, "uV", ("E1-M2", "E2-M2")),
    ("7.4", "EEG", "SL", 200, "uV", ("C3-M2", "O1-M2")),
    ("8.1", "POS", "UL", 10, "deg", ("Roll",)),
)
"""Class, modality, sample interpretation, Hz, unit, channels."""
SOUNDS = (("4.1", "UB", 8000), ("4.2", "SS", 11025))


def samples(form: str, rate: int, channels: int) -> np.ndarray:  # type: ignore[type-arg]
    """(samples, channels): waves of 80 % of what the form can hold, each channel another one."""
    limits = np.iinfo(TYPES[form])
    middle, swing = (int(limits.min) + int(limits.max)) / 2, 0.4 * (int(limits.max) - int(limits.min))
    time = np.arange(SECONDS * rate) / rate
    waves = [middle + swing * np.sin(2 * np.pi * (0.5 + 0.25 * i) * time + i) for i in range(channels)]
    return np.stack(waves, axis=1).round().astype(TYPES[form])


def recording(
    study: str, number: int, uid: str, modality: str, form: str, rate: int, unit: str, names: tuple[str, ...]
) -> Dataset:
    """An object of a class with one group."""
    ds = pydicom.dcmread(BASE)
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, generate_uid(), generate_uid()
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = ROOT + uid
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.Modality, ds.SeriesNumber, ds.SeriesDescription = modality, number, uid
    if "WaveformAnnotationSequence" in ds:
        del ds.WaveformAnnotationSequence
    del ds.WaveformSequence[1:]
    group, stored = ds.WaveformSequence[0], samples(form, rate, len(names))
    template = group.ChannelDefinitionSequence[0]
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(names), len(stored)
    group.SamplingFrequency, group.WaveformSampleInterpretation = str(rate), form
    bits = stored.dtype.itemsize * 8
    group.WaveformBitsAllocated, group.WaveformData = bits, stored.tobytes()
    if "WaveformPaddingValue" in group:
        del group.WaveformPaddingValue
    channels = []
    for i, name in enumerate(names):
        channel, source, units = Dataset(), Dataset(), Dataset()
        channel.update(template)
        source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = f"X{i}", "99RR", name
        units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", unit
        channel.ChannelLabel, channel.WaveformBitsStored = name, bits
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = str(0.5 + i), "2"
        channel.ChannelBaseline, channel.ChannelSourceSequence = str(3 * i), [source]
        channel.ChannelSensitivityUnitsSequence = [units]
        channels.append(channel)
    group.ChannelDefinitionSequence = channels
    return ds


@pytest.mark.ps("3.3 A.34")
@pytest.mark.row("VIEW-DISP-06")
def test_every_class_has_the_values_that_pydicom_reads(
    page: Page, shelf: RunningServer, tmp_path: Path
) -> None:
    """Traces by name, values at the pointer and as ink, units; sound with its length."""
    study, viewer = generate_uid(), Viewer(page, shelf.url)
    objects = [recording(study, n, *what) for n, what in enumerate(CLASSES, 1)]
    sounds = [
        recording(study, 50 + n, uid, "AU", form, rate, "1", ("Voice",))
        for n, (uid, form, rate) in enumerate(SOUNDS)
    ]
    store(shelf, *objects, *sounds)
    viewer.open(study)
    paper = Paper(viewer)
    for ds, (uid, _, _, rate, unit, names) in zip(objects, CLASSES, strict=True):
        path = tmp_path / f"{uid}.dcm"
        ds.save_as(path)
        read = choose(viewer, path)
        cells = wait_for(paper, names)
        for cell in cells:
            assert cell["units"] == unit
            width = cell["end"] - cell["begin"]
            times = [cell["begin"] + width * part for part in (0.12, 0.37, 0.55, 0.71)]
            # A CSS pixel is 11 ms: of fast ones the sample under the pointer is told.
            for time in times[:3]:
                there, value = paper.told(cell, time)
                truth = read.value(cell["key"], there)
                assert value == pytest.approx(truth, rel=1e-6, abs=1e-6), (uid, cell["name"])
            # Gains that leave the paper are no ink; 32 bits in nV and uV at 10 mm/mV are that.
            if abs(cell["perUnit"]) * np.ptp(read.groups[0][:, 0]) < 200:
                nearest = [round(t * rate) / rate for t in times]
                paper.is_drawn(read, cell, nearest)
        expect(page.get_by_test_id("wave-size")).to_be_visible()
    for ds in sounds:
        viewer.series(str(ds.SeriesInstanceUID)).click()
        expect(page.get_by_test_id("audio")).to_have_attribute("data-seconds", str(SECONDS), timeout=SLOW)
        page.wait_for_function(f"() => document.querySelector('audio')?.duration === {SECONDS}", timeout=SLOW)


def wait_for(paper: Paper, names: tuple[str, ...]) -> list[dict[str, object]]:
    """The cells once the traces are these; names may have blanks."""
    paper.page.wait_for_function(
        """([element, names]) => JSON.stringify(JSON.parse(element.dataset.cells || '[]').map(c => c.name))
            === JSON.stringify(names)""",
        arg=[paper.element.element_handle(), list(names)],
        timeout=SLOW,
    )
    return paper.cells()
