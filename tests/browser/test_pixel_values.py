"""What is on the screen equals what the standard makes of the values pydicom reads."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from .pages import Point, Viewer
from .samples import CHEST, CT_HEAD, DX_DOG, MR_ADC, MR_SAGITTAL, Samples, files, study_of, truth

GREYS = [
    pytest.param(CT_HEAD, id="ct-12-bit-unsigned"),
    pytest.param(MR_SAGITTAL, id="mr-unsigned"),
    pytest.param(MR_ADC, id="mr-signed-16-bit"),
    pytest.param(CHEST, id="monochrome1-10-bit"),
    pytest.param(DX_DOG, id="monochrome1-8-bit"),
]
UID = "1.2.840.10008.1.2"
SYNTAXES = {
    UID: 0,
    f"{UID}.1": 0,
    f"{UID}.2": 0,
    f"{UID}.1.99": 0,
    f"{UID}.5": 0,
    f"{UID}.4.57": 0,
    f"{UID}.4.70": 0,
    f"{UID}.4.80": 0,
    f"{UID}.4.81": 0,
    f"{UID}.4.90": 0,
    # The inverse DCT and the inverse wavelet of lossy streams are not defined bit for bit.
    f"{UID}.4.50": 1,
    f"{UID}.4.51": 1,
    f"{UID}.4.53": 1,
    f"{UID}.4.55": 1,
    f"{UID}.4.91": 1,
    f"{UID}.4.201": 0,
    f"{UID}.4.203": 1,
}
"""Transfer syntax to the difference a stored value may have."""
OTHERS = {f"{UID}.4.{n}" for n in (100, 101, 102, 103, 107)} | {f"{UID}.8.1"}
"""Videos are not drawn as stacks; deflated frames hold the bits of a segmentation."""
ROUNDING = 0.5 + 1e-6
"""Greys are computed with fractions and rounded once."""


@pytest.mark.parametrize("name", GREYS)
def test_values_and_greys_equal_pydicoms(viewer: Viewer, samples: Samples, name: str) -> None:
    sources = {
        str(pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID): p for p in files(samples.data, name)
    }
    shown = viewer.open_image(samples.study(name))
    compare(viewer, sources[shown["sopInstanceUID"]], 0)


@pytest.mark.parametrize(("syntax", "tolerance"), SYNTAXES.items())
def test_every_transfer_syntax(viewer: Viewer, samples: Samples, syntax: str, tolerance: int) -> None:
    path = samples.syntaxes[syntax]
    viewer.open_image(study_of(path))
    compare(viewer, path, tolerance)


def test_no_syntax_of_the_samples_is_left_out(samples: Samples) -> None:
    assert set(samples.syntaxes) == set(SYNTAXES)
    with (samples.data / "MANIFEST.csv").open(newline="") as file:
        present = {row["transfer_syntax_uid"] for row in csv.DictReader(file) if int(row["rows"] or 0) > 0}
    assert present - {""} == set(SYNTAXES) | OTHERS


@pytest.mark.parametrize("key", ["1", "4", "5", "0"])
def test_greys_under_another_window(viewer: Viewer, samples: Samples, key: str) -> None:
    """Presets of a CT: brain, bone, lung, as acquired."""
    sources = {
        str(pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID): p
        for p in files(samples.data, CT_HEAD)
    }
    shown = viewer.open_image(samples.study(CT_HEAD))
    viewer.press("2")
    viewer.until("v => v.window.width === 215")
    viewer.press(key)
    window = {"1": (40, 80), "4": (420, 1900), "5": (-600, 1500), "0": (40, 80)}[key]
    viewer.until("(v, w) => v.window.center === w[0] && v.window.width === w[1]", arg=window)
    compare(viewer, sources[shown["sopInstanceUID"]], 0, window)


def test_inverted_greys(viewer: Viewer, samples: Samples) -> None:
    path = samples.path(CHEST)
    viewer.open_image(study_of(path))
    viewer.press("i")
    viewer.until("v => v.inverted")
    compare(viewer, path, 0, inverted=True)


def compare(
    viewer: Viewer,
    path: Path,
    tolerance: int,
    window: tuple[float, float] | None = None,
    inverted: bool = False,
) -> None:
    """Compare stored value, modality value and grey at chosen points of the first frame of that file."""
    ds = pydicom.dcmread(path)
    pixels = truth(path)
    report = viewer.one_to_one()
    assert (report["columns"], report["rows"]) == (ds.Columns, ds.Rows)
    viewer.press("u")
    viewer.page.get_by_test_id("corner-top-left").wait_for(state="detached")
    points = chosen(pixels)
    if pixels.ndim == 2:
        points += within(pixels, ds, window or told(ds, report))
    places = viewer.visible(points)
    assert len(places) >= 12
    for point in viewer.points(places):
        if pixels.ndim == 3:
            is_colour(point, pixels, tolerance)
        else:
            is_grey(point, pixels, tolerance, ds, window or told(ds, report), inverted)


def within(
    pixels: np.ndarray[Any, Any], ds: pydicom.Dataset, window: tuple[float, float]
) -> list[tuple[int, int]]:
    """(column, row) of twelve values spread over the window, where a grey is neither black nor white."""
    values = pixels.astype(float) * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    center, width = window
    wanted = np.linspace(center - 0.4 * width, center + 0.4 * width, 12)
    nearest = [int(np.abs(values - value).argmin()) for value in wanted]
    return [(i % pixels.shape[1], i // pixels.shape[1]) for i in nearest]


def is_colour(point: Point, pixels: np.ndarray[Any, Any], tolerance: int) -> None:
    """RGB as stored, on the screen too."""
    wanted = pixels[point.row, point.column].astype(int)
    assert np.abs(np.array(point.stored) - wanted).max() <= tolerance, point
    assert np.abs(np.array(point.screen) - wanted).max() <= tolerance, point
    assert np.abs(np.array(point.grey) - wanted).max() <= tolerance, point


def is_grey(
    point: Point,
    pixels: np.ndarray[Any, Any],
    tolerance: int,
    ds: pydicom.Dataset,
    window: tuple[float, float],
    inverted: bool,
) -> None:
    """Stored value, modality value (PS3.3 C.11.1.1.2) and grey (C.11.2.1.2.1) of one point."""
    wanted = int(pixels[point.row, point.column])
    assert abs(point.stored - wanted) <= tolerance, (point, wanted)
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    assert point.modality == pytest.approx(slope * point.stored + intercept, abs=1e-6)
    grey = linear(slope * point.stored + intercept, *window)
    if (ds.PhotometricInterpretation == "MONOCHROME1") != inverted:
        grey = 255 - grey
    assert abs(point.grey - grey) <= ROUNDING, (point, grey)
    assert max(abs(channel - grey) for channel in point.screen) <= ROUNDING, (point, grey)


def linear(value: float, center: float, width: float) -> float:
    """The grey, 0 to 255, of a modality value: LINEAR of PS3.3 C.11.2.1.2.1."""
    if value <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if value > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255


def told(ds: pydicom.Dataset, report: dict[str, Any]) -> tuple[float, float]:
    """The first window of the object, which must be the one the page reports; else the page's own."""
    shown = float(report["window"]["center"]), float(report["window"]["width"])
    if "WindowCenter" not in ds:
        return shown
    centers, widths = np.atleast_1d(ds.WindowCenter), np.atleast_1d(ds.WindowWidth)
    own = float(centers[0]), float(widths[0])
    assert shown == own
    assert report["window"]["function"] == ds.get("VOILUTFunction", "LINEAR")
    return own


def chosen(pixels: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """(column, row) of a lattice over the image, of its extremes, and of what lies near its median."""
    rows, columns = pixels.shape[:2]
    flat = pixels if pixels.ndim == 2 else pixels.sum(axis=2)
    lattice = [(int(columns * x / 7), int(rows * y / 7)) for x in range(1, 7) for y in range(1, 7)]
    middle = np.abs(flat.astype(float) - np.median(flat[flat > flat.min()])).argmin()
    special = [int(i) for i in (flat.argmin(), flat.argmax(), middle)]
    return lattice + [(i % columns, i // columns) for i in special]
