"""Retired standalone curves and tables, and palettes: numbers of made objects (PS3.3-2004 C.10.2)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from readingroom.standard.implementation import NON_PATIENT_STUDY
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_waveforms import store

BASE = shared_data() / "made" / "waveforms" / "respiratory.dcm"
STORAGE = "1.2.840.10008.5.1.4."
UPTAKE = (100 * np.exp(-np.arange(40) / 12)).astype("<f4")
RAMP = np.arange(256, dtype="<u2") ** 2 // 2


def made(study: str, number: int, uid: str, modality: str) -> Dataset:
    """An object with nothing but patient, study and series."""
    old, ds = pydicom.dcmread(BASE), Dataset()
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"):
        setattr(ds, keyword, old.get(keyword))
    ds.file_meta = old.file_meta
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = STORAGE + uid
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, generate_uid()
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, number, 1
    return ds


def curve(ds: Dataset, form: int, data: bytes, points: int, **more: Any) -> Dataset:
    """Of two dimensions, both stored unless something else is said."""
    said: dict[int, tuple[str, Any]] = {
        0x0005: ("US", 2), 0x0010: ("US", points), 0x0020: ("CS", "TAC"), 0x0030: ("SH", ["SEC", "ML"]),
        0x0040: ("SH", ["time", "volume"]), 0x0103: ("US", form), 0x2500: ("LO", "left ventricle"),
        0x3000: ("OW", data), **{int(key[1:], 16): value for key, value in more.items()},
    }  # fmt: skip
    for element, (vr, value) in said.items():
        ds.add_new((0x5000, element), vr, value)
    return ds


def words(*values: float) -> list[int]:
    """Floats as the US words that start and step are written in."""
    return list(map(int, np.array(values, "<f4").view("<u2")))


def table(descriptor: list[int], entries: np.ndarray[Any, Any], kind: str = "") -> Dataset:
    """An item of a LUT sequence."""
    item = Dataset()
    item.LUTDescriptor, item.LUTExplanation = descriptor, "made here"
    item.add_new(0x00283006, "OW", entries.astype("<u2").tobytes())
    if kind:
        item.ModalityLUTType = kind
    return item


def told(page: Page, at: float) -> tuple[float, list[float]]:
    """Put the pointer at a share of the width of the chart: the place, and the values there."""
    chart = page.get_by_test_id("chart").first
    expect(chart).to_be_visible(timeout=SLOW)
    box, margin = chart.bounding_box(), json.loads(chart.get_attribute("data-box") or "{}")
    assert box is not None
    width = box["width"] - margin["left"] - margin["right"]
    # What was under the pointer before is gone.
    page.mouse.move(2, 2)
    cursor = page.get_by_test_id("chart-cursor")
    expect(cursor).to_have_count(0)
    page.mouse.move(box["x"] + margin["left"] + at * width, box["y"] + box["height"] / 2)
    place, values = cursor.evaluate("c => [Number(c.dataset.place), JSON.parse(c.dataset.values)]")
    return place, values


def chosen(viewer: Viewer, ds: Dataset) -> None:
    """Hang its series."""
    uid = str(ds.SeriesInstanceUID)
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.kind === 'curve'", arg=uid)


@pytest.mark.ps("3.3 C.11.1", "3.3 C.7.9")
@pytest.mark.row("VIEW-DISP-06")
def test_curves_tables_and_palettes_have_their_numbers(page: Page, shelf: RunningServer) -> None:
    """Points at the pointer, ranges of the axes, units, colours; what cannot be has a sentence."""
    study, viewer = generate_uid(), Viewer(page, shelf.url)
    spaced = curve(
        made(study, 1, "1.1.9", "OT"), 2, UPTAKE.tobytes(), 40,
        x0110=("US", [0, 1]), x0112=("US", words(0.5)), x0114=("US", words(0.25)),
    )  # fmt: skip
    pairs = np.array([[0, -5], [10, 7], [20, 3], [40, -9]], "<i2")
    pet = curve(made(study, 2, "1.1.129", "PT"), 1, pairs.tobytes(), 4, x0030=("SH", ["MSEC", "BPM"]))
    modality = made(study, 3, "1.1.10", "OT")
    modality.ModalityLUTSequence = [table([256, 100, 16], RAMP, "HU")]
    voi = made(study, 4, "1.1.11", "OT")
    voi.VOILUTSequence = [table([256, 0, 16], RAMP[::-1])]
    palette = made(study, 5, "39.1", "OT")
    shades = {"Red": RAMP * 2, "Green": RAMP[::-1] * 2, "Blue": np.full(256, 0x8000, "<u2")}
    for name, shade in shades.items():
        setattr(palette, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(palette, f"{name}PaletteColorLookupTableData", shade.astype("<u2").tobytes())
    palette.ContentLabel = "WARM"
    broken = [
        (curve(made(study, 11, "1.1.9", "OT"), 2, b"\0" * 8, 1, x0005=("US", 0)), "number of dimensions"),
        (curve(made(study, 12, "1.1.9", "OT"), 77, b"\0" * 8, 1), "form of values is not known"),
        (curve(made(study, 13, "1.1.9", "OT"), 3, b"\0" * 8, 60000), "has no points"),
        (made(study, 14, "1.1.11", "OT"), "no curve, table or palette"),
    ]
    store(shelf, spaced, pet, modality, voi, palette, *(ds for ds, _ in broken))
    viewer.open(study)

    chosen(viewer, spaced)
    place, (value,) = told(page, 0.5)
    index = round((place - 0.5) / 0.25)
    assert index in (19, 20)
    assert value == pytest.approx(float(UPTAKE[index]), rel=1e-6)
    chart = page.get_by_test_id("chart")
    assert chart.get_attribute("data-x") == "0.5 10.25"
    expect(chart).to_have_attribute("aria-label", "left ventricle · TAC: volume · mL over time · s")

    chosen(viewer, pet)
    expect(chart).to_have_attribute("data-x", "0 40", timeout=SLOW)
    assert chart.get_attribute("data-y") == "-9 7"
    assert told(page, 0.26) == (10, [7])
    expect(chart).to_have_attribute("aria-label", "left ventricle · TAC: volume · /min over time · ms")

    chosen(viewer, modality)
    expect(chart).to_have_attribute("data-x", "100 355", timeout=SLOW)
    place, (value,) = told(page, 0.7)
    assert value == RAMP[int(place) - 100]
    expect(page.get_by_test_id("curve")).to_contain_text("made here")

    chosen(viewer, voi)
    expect(chart).to_have_attribute("data-x", "0 255", timeout=SLOW)
    place, (value,) = told(page, 0.2)
    assert value == RAMP[255 - int(place)]

    for ds, sentence in broken:
        chosen(viewer, ds)
        expect(page.get_by_test_id("curve-notes")).to_contain_text(sentence, timeout=SLOW)
        expect(page.get_by_test_id("chart")).to_have_count(0)

    # A palette belongs to no patient: the server keeps all of them in a study of their own.
    viewer.open(NON_PATIENT_STUDY)
    page.get_by_test_id("series").first.wait_for()
    viewer.series(STORAGE + "39.1").click()
    viewer.until("v => v.kind === 'curve'")
    expect(page.get_by_test_id("curve")).to_contain_text("WARM", timeout=SLOW)
    place, values = told(page, 0.9)
    assert values == [int(shade[int(place)]) for shade in shades.values()]
    colours = page.get_by_test_id("curve-colours").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, 1).data]"
    )
    truth = np.stack([np.round(shade / 65535 * 255) for shade in shades.values()], axis=1)
    assert np.array_equal(np.reshape(colours, (256, 4))[:, :3], truth)
