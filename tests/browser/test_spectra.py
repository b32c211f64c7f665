"""MR spectra: peaks and values against numpy and TRUTH.csv, voxels over an image, hostile objects."""

from __future__ import annotations

import copy
import io
import json
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

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer, soon

MADE = shared_data() / "made" / "spectroscopy" / "single-voxel.dcm"
REAL = shared_data() / "objects" / "mr-spectroscopy" / "IM-0001-0002.dcm"
SLICE = sorted((shared_data() / "made" / "ct-phantom" / "axial").iterdir())[18]
TRUTH = {"NAA": 2.01, "Cr": 3.03, "Cho": 3.2}
"""made/TRUTH.csv, ppm."""


@pytest.fixture
def spectra(page: Page, shelf: RunningServer) -> Viewer:
    """The viewer of the server that has all of made/."""
    return Viewer(page, shelf.url)


def transformed(ds: Dataset, frame: int = 0) -> tuple[Any, Any]:
    """ppm and the complex spectrum of the first voxel, by numpy; positive frequency is lower ppm."""
    points = int(ds.DataPointColumns)
    values = np.frombuffer(ds[0x5600, 0x0020].value, "<f4")
    signal = (values[0::2] + 1j * values[1::2]).reshape(-1, points)[frame]
    hertz = np.fft.fftshift(np.fft.fftfreq(points, 1 / float(np.ravel(ds.SpectralWidth)[0])))
    return float(ds.ChemicalShiftReference) - hertz / float(ds.TransmitterFrequency), np.fft.fftshift(
        np.fft.fft(signal)
    )


def told(page: Page, place: float) -> tuple[float, float]:
    """Put the pointer at a place of the axis: which point and which value are told."""
    plot = page.get_by_test_id("spectrum").first
    expect(plot).to_be_visible(timeout=SLOW)
    # What was under the pointer before is gone.
    page.mouse.move(2, 2)
    cursor = page.get_by_test_id("spectrum-cursor")
    expect(cursor).to_have_count(0)
    box = plot.bounding_box()
    assert box is not None
    high, per, left = (float(plot.get_attribute(f"data-{name}") or "nan") for name in ("high", "per", "left"))
    page.mouse.move(box["x"] + left + (high - place) * per, box["y"] + box["height"] / 2)
    at, value = cursor.evaluate("c => [Number(c.dataset.place), Number(c.dataset.value)]")
    return at, value


def tells(page: Page, place: float, axis: Any, values: Any, rel: float = 1e-5) -> float:
    """Wait until the pointer there tells the value of the point of the axis that it tells; that point."""

    def check() -> float:
        at, value = told(page, place)
        assert value == pytest.approx(values[int(np.argmin(abs(axis - at)))], rel=rel), place
        return at

    return soon(check)


def store(server: RunningServer, ds: Dataset) -> None:
    """Send an object over STOW-RS."""
    data = io.BytesIO()
    ds.save_as(data, enforce_file_format=True)
    kind = {"content-type": "application/dicom"}
    url = f"{server.url}/dicom-web/studies"
    assert httpx.post(url, content=data.getvalue(), headers=kind, timeout=60.0).status_code in (200, 202)


def variant(path: Path, study: str, change: Callable[[Dataset], None]) -> Dataset:
    """A copy in another study, changed."""
    ds = copy.deepcopy(pydicom.dcmread(path))
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, generate_uid(), generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    change(ds)
    return ds


@pytest.mark.ps("3.3 C.8.14")
@pytest.mark.row("VIEW-DISP-07")
def test_the_spectrum_of_a_voxel_is_the_transform_of_its_signal(
    spectra: Viewer, shelf: RunningServer
) -> None:
    """Peaks where TRUTH.csv has them, values as numpy's, phase and parts; Philips' is turned round."""
    ds = pydicom.dcmread(MADE)
    spectra.open(str(ds.StudyInstanceUID))
    page = spectra.page
    ppm, spectrum = transformed(ds)
    for name, place in TRUTH.items():
        at = tells(page, place, ppm, spectrum.real)
        index = int(np.argmin(abs(ppm - at)))
        assert at == pytest.approx(ppm[index], abs=1e-6), name
        assert abs(at - place) < 0.017, name
        assert int(np.argmax(abs(spectrum[index - 2 : index + 3]))) == 2, f"{name} is a peak there"
    page.get_by_test_id("spectra-part").get_by_text("Magnitude").click()
    tells(page, TRUTH["NAA"], ppm, abs(spectrum))
    page.get_by_test_id("spectra-part").get_by_text("Imaginary").click()
    page.get_by_test_id("spectra-zero").fill("90")
    # Turned by 90 degrees the imaginary part is what the real one was.
    tells(page, TRUTH["Cr"], ppm, spectrum.real)
    expect(page.get_by_test_id("spectra-facts")).to_contain_text("123.25 MHz")

    real = pydicom.dcmread(REAL)
    store(shelf, real)
    spectra.open(str(real.StudyInstanceUID))
    expect(page.get_by_test_id("spectra")).to_have_attribute("data-mirrored", "true", timeout=SLOW)
    expect(page.get_by_test_id("spectra-facts")).to_contain_text("turned round")
    ppm, spectrum = transformed(real)
    tells(page, 1.85, 2 * float(real.ChemicalShiftReference) - ppm, spectrum.real, rel=1e-4)


def _grid(ds: Dataset) -> None:
    """Two rows of three voxels, 20 mm wide, on a slice of the phantom; each stronger than the one before."""
    base = pydicom.dcmread(SLICE)
    ds.Rows, ds.Columns, ds.FrameOfReferenceUID = 2, 3, base.FrameOfReferenceUID
    del ds.VolumeLocalizationSequence
    one = np.frombuffer(pydicom.dcmread(MADE)[0x5600, 0x0020].value, "<f4")
    ds[0x5600, 0x0020].value = np.concatenate([one * (i + 1) for i in range(6)]).tobytes()
    shared = ds.SharedFunctionalGroupsSequence[0]
    position = Dataset()
    position.ImagePositionPatient = [-20, -10, float(base.ImagePositionPatient[2])]
    frame = ds.PerFrameFunctionalGroupsSequence[0]
    for group in (shared, frame):
        if "PlanePositionSequence" in group:
            del group.PlanePositionSequence
    frame.PlanePositionSequence = [position]
    shared.PixelMeasuresSequence[0].PixelSpacing = [20, 20]


def test_the_grid_of_voxels_lies_over_the_image(spectra: Viewer, shelf: RunningServer) -> None:
    """Chosen voxels are filled where they lie in the patient; several spectra stand side by side."""
    study = generate_uid()
    image = variant(SLICE, study, lambda ds: setattr(ds, "SeriesNumber", 1))
    grid = variant(MADE, study, _grid)
    store(shelf, image)
    store(shelf, grid)
    spectra.open(study)
    page = spectra.page
    spectra.until("v => v.image > 0")
    spectra.series(str(grid.SeriesInstanceUID)).click()
    voxels = page.get_by_test_id("voxel")
    expect(voxels).to_have_count(6, timeout=SLOW)
    ppm, spectrum = transformed(pydicom.dcmread(MADE))
    for n in range(6):
        voxels.nth(n).click()
        tells(page, TRUTH["NAA"], ppm, (n + 1) * spectrum.real)
    voxels.nth(0).click(modifiers=["Control"])
    expect(page.get_by_test_id("spectrum")).to_have_count(2)
    page.get_by_test_id("spectra-beside").click()
    spectra.until("v => v.image > 0 && !v.reduced")
    spectra.until("v => v.kind === 'spectra'", cell=1)
    expect(page.get_by_test_id("spectrum")).to_have_count(2, timeout=SLOW)
    ds = image
    origin, spacing = [float(v) for v in ds.ImagePositionPatient], [float(v) for v in ds.PixelSpacing]

    def colour(x: float, y: float) -> tuple[int, int, int]:
        column, row = (x - origin[0]) / spacing[1], (y - origin[1]) / spacing[0]
        across, down = spectra.place(round(column), round(row))
        red, green, blue = (int(v) for v in spectra.picture()[int(down), int(across)])
        return red, green, blue

    def yellow(x: float, y: float) -> int:
        """Pixels of a spectrum in the upper half of the voxel whose middle is there."""
        corners = [
            spectra.place(round((x + dx - origin[0]) / spacing[1]), round((y + dy - origin[1]) / spacing[0]))
            for dx, dy in ((-9, -9), (9, -1))
        ]
        (left, top), (right, bottom) = ((int(a), int(b)) for a, b in corners)
        part = spectra.picture()[top:bottom, left:right].astype(int)
        return int((part[:, :, 0] - part[:, :, 2] > 60).sum())

    def lies_there() -> None:
        # One scale for all: five sixths of the greatest go up there, two sixths do not.
        assert yellow(0, 10) > 4
        assert yellow(0, -10) == 0
        # The last voxel (row 2, column 3) is blue, the first orange, those between only framed.
        red, _, blue = colour(20 + 3, 10 + 3)
        assert blue > red + 20
        red, _, blue = colour(-20 + 3, -10 + 3)
        assert red > blue + 20
        red, green, blue = colour(0 + 3, -10 + 3)
        assert red == green == blue

    soon(lies_there)


def _two_dimensions(ds: Dataset) -> None:
    """Sixteen lines of 512 points: two peaks that precess in both dimensions."""
    column, line = np.arange(512) / 2000, np.arange(16)[:, None] / 400
    signal = sum(
        size * np.exp(2j * np.pi * (across * column + up * line) - 20 * column - 30 * line)
        for across, up, size in ((330.0, 75.0, 11), (200.0, -110.0, 8))
    )
    ds.DataPointRows, ds.SpectralWidth = 16, [2000.0, 400.0]
    ds.SignalDomainRows = "TIME"
    ds[0x5600, 0x0020].value = np.stack([signal.real, signal.imag], axis=2).astype("<f4").tobytes()


def test_two_dimensions_as_lines_and_as_a_map(spectra: Viewer, shelf: RunningServer) -> None:
    """A line is the transform of that line, the map that of both dimensions, as numpy has them."""
    ds = variant(MADE, generate_uid(), _two_dimensions)
    store(shelf, ds)
    spectra.open(str(ds.StudyInstanceUID))
    page = spectra.page
    for number in (0, 5):
        page.get_by_test_id("spectra-line").select_option(str(number))
        ppm, line = transformed(ds, number)
        tells(page, 2.0, ppm, line.real, rel=1e-4)
    page.get_by_test_id("spectra-line").select_option("map")
    values = np.frombuffer(ds[0x5600, 0x0020].value, "<f4")
    both = abs(np.fft.fftshift(np.fft.fft2((values[0::2] + 1j * values[1::2]).reshape(16, 512))))
    ups = 4.7 - np.fft.fftshift(np.fft.fftfreq(16, 1 / 400)) / float(ds.TransmitterFrequency)
    plot = page.get_by_test_id("spectrum-map")
    expect(plot).to_be_visible(timeout=SLOW)
    box, margin = plot.bounding_box(), json.loads(plot.get_attribute("data-margin") or "")
    high, low = (float(end) for end in (plot.get_attribute("data-range") or "").split())
    assert box is not None
    width = box["width"] - margin["left"] - margin["right"]
    height = box["height"] - margin["top"] - margin["bottom"]
    for row, column in (np.unravel_index(both.argmax(), both.shape), (3, 300), (12, 290)):
        x = box["x"] + margin["left"] + (high - ppm[column]) / (high - low) * width
        # High ppm is below: the first row is the lowest band.
        page.mouse.move(x, box["y"] + margin["top"] + (16 - row - 0.5) / 16 * height)
        soon(map_tells, page, ppm, ups, both, int(row), int(column))


def map_tells(page: Page, ppm: Any, ups: Any, both: Any, row: int, column: int) -> None:
    """Under the pointer are that row and column, within one, of the map."""
    cursor = page.get_by_test_id("map-cursor")
    place, up, value = cursor.evaluate("c => [c.dataset.place, c.dataset.up, c.dataset.value].map(Number)")
    found = int(np.argmin(abs(ppm - place)))
    assert abs(found - column) <= 1
    assert up == pytest.approx(ups[row], abs=1e-9)
    assert value == pytest.approx(both[row, found], rel=1e-4)


HOSTILE: tuple[tuple[Callable[[Dataset], None], str], ...] = (
    (lambda ds: setattr(ds, "Rows", 0), "does not say how many voxels"),
    (lambda ds: setattr(ds, "DataPointColumns", 4294967295), "does not say how many voxels"),
    (lambda ds: setattr(ds, "SpectralWidth", -1.0), "spectral width cannot be"),
    (lambda ds: setattr(ds[0x5600, 0x0020], "value", b"\0" * 64), "end within the first frame"),
    (lambda ds: setattr(ds, "TransmitterFrequency", 0.0), ""),
)


def test_hostile_spectra_have_a_sentence_in_place(spectra: Viewer, shelf: RunningServer) -> None:
    """Counts and widths that cannot be, data that end; without a frequency the axis is in Hz."""
    study = generate_uid()
    objects = [variant(MADE, study, change) for change, _ in HOSTILE]
    for ds in objects:
        store(shelf, ds)
    spectra.open(study)
    for ds, (_, words) in zip(objects, HOSTILE, strict=True):
        spectra.series(str(ds.SeriesInstanceUID)).click()
        uid = str(ds.SeriesInstanceUID)
        spectra.until("(v, uid) => v.seriesInstanceUID === uid && v.kind === 'spectra'", arg=uid)
        if words:
            expect(spectra.page.get_by_test_id("spectra-failed")).to_contain_text(words, timeout=SLOW)
        else:
            facts = spectra.page.get_by_test_id("spectra-facts")
            expect(facts).to_contain_text("the axis is in Hz", timeout=SLOW)
