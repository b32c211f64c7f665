"""Stored prints as films, standalone overlays by themselves and over their image; numpy made the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon

pytestmark = [pytest.mark.row("VIEW-DISP-01"), pytest.mark.ps("3.3 A.40"), pytest.mark.ps("3.3 A.12")]

STUDY = "2.25.7700190"
PRINT, OVERLAY = "1.2.840.10008.5.1.1.27", "1.2.840.10008.5.1.4.1.1.8"
ROWS, COLUMNS = 64, 96


def image() -> Dataset:
    """A Hardcopy Grayscale image: a ramp along its columns."""
    ds = pydicom.dcmread(shared_data() / "made" / "secondary" / "hardcopy-grayscale.dcm")
    own(ds, 1, ds.SOPClassUID)
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.PixelData = ramp().tobytes()
    return ds


def ramp() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.tile(np.linspace(20, 210, COLUMNS).astype(np.uint8), (ROWS, 1))


def own(ds: Dataset, number: int, sop_class: str, study: str = STUDY) -> Dataset:
    """In the study of this test, a series of its own."""
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{study}.{number}.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = study, f"{study}.{number}", number
    ds.PatientName, ds.PatientID, ds.StudyDate, ds.StudyTime = "FILM^<b>", "RRFILM", "20250115", "100000"
    ds.PatientBirthDate = ds.PatientSex = ""
    if not hasattr(ds, "file_meta"):
        ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def reference(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.1.29", uid
    return item


def printed(number: int = 2) -> Dataset:
    """A film on its side: the image, the image reversed, one that is nowhere, and one place left white."""
    ds = own(Dataset(), number, PRINT)
    ds.Modality = "HC"
    film = Dataset()
    film.ImageDisplayFormat, film.FilmOrientation, film.FilmSizeID = "STANDARD\\2,2", "LANDSCAPE", "14INX17IN"
    film.BorderDensity, film.EmptyImageDensity = "BLACK", "WHITE"
    ds.FilmBoxContentSequence = Sequence([film])
    ds.ImageBoxContentSequence = Sequence()
    for position, (uid, polarity) in enumerate(
        [(f"{STUDY}.1.1", "NORMAL"), (f"{STUDY}.1.1", "REVERSE"), ("2.25.404", "NORMAL")], 1
    ):
        box = Dataset()
        box.ImageBoxPosition, box.Polarity = position, polarity
        box.ReferencedImageSequence = Sequence([reference(uid)])
        ds.ImageBoxContentSequence.append(box)
    note = Dataset()
    note.AnnotationPosition, note.TextString = 1, "<img src=x onerror=alert(1)> 2025"
    ds.AnnotationContentSequence = Sequence([note])
    return ds


def marks() -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A frame of 20 x 30 with a diagonal."""
    bits = np.zeros((20, 30), bool)
    bits[[0, -1], :] = bits[:, [0, -1]] = True
    bits[np.arange(20), np.arange(20)] = True
    return bits


def overlay(number: int, bits: np.ndarray[Any, np.dtype[np.bool_]], cut: int = 0) -> Dataset:
    """Standalone, over row 11 and column 21 of the image (from 1)."""
    ds = own(Dataset(), number, OVERLAY)
    ds.Modality, ds.OverlayNumber = "OT", 1
    ds.ReferencedImageSequence = Sequence([reference(f"{STUDY}.1.1")])
    ds.add_new(0x60000010, "US", bits.shape[0])
    ds.add_new(0x60000011, "US", bits.shape[1])
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [11, 21])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    packed = packed[: len(packed) - cut]
    ds.add_new(0x60003000, "OB", packed + b"\0" * (len(packed) % 2))
    return ds


GREYS = """(img, places) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
    canvas.getContext('2d').drawImage(img, 0, 0);
    return [canvas.width, canvas.height, ...places.map(([x, y]) =>
        canvas.getContext('2d').getImageData(x, y, 1, 1).data[0])];
}"""


@pytest.fixture(scope="module")
def print_shop(shelf: RunningServer) -> RunningServer:
    empty = own(Dataset(), 3, PRINT)
    empty.Modality = "HC"
    store(shelf, [image(), printed(), empty, overlay(4, marks()), overlay(5, marks(), cut=40)])
    return shelf


def test_a_stored_print_is_a_film(page: Page, print_shop: RunningServer) -> None:
    viewer = Viewer(page, print_shop.url)
    viewer.open_image(STUDY)
    viewer.series(f"{STUDY}.2").click()
    film = page.get_by_test_id("film")
    expect(film).to_have_attribute("data-format", "STANDARD\\2,2", timeout=SLOW)
    cells = film.get_by_test_id("film-cell")
    expect(cells).to_have_count(4)
    sheet = film.locator(".film").bounding_box()
    assert sheet is not None
    assert sheet["width"] / sheet["height"] == pytest.approx(17 / 14, rel=0.01)
    boxes = [one.bounding_box() or {} for one in cells.all()]
    places = [
        ((b["x"] - sheet["x"]) / sheet["width"], (b["y"] - sheet["y"]) / sheet["height"]) for b in boxes
    ]
    assert places == [pytest.approx(p, abs=0.01) for p in ((0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5))]
    expect(cells.nth(2).get_by_test_id("film-absent")).to_be_visible(timeout=SLOW)
    assert cells.nth(3).evaluate("c => getComputedStyle(c).backgroundColor") == "rgb(255, 255, 255)"
    assert film.locator(".film").evaluate("f => getComputedStyle(f).backgroundColor") == "rgb(0, 0, 0)"
    expect(film.get_by_test_id("film-words")).to_have_text("<img src=x onerror=alert(1)> 2025")
    picture = cells.nth(0).locator("img")
    page.wait_for_function("() => document.querySelector('[data-testid=film-image] img')?.naturalWidth > 0")
    at = [(5, 30), (50, 30), (90, 30)]
    found = picture.evaluate(GREYS, at)
    # what is made for a printer are P-values already: shown as they are
    assert found == [COLUMNS, ROWS, *(int(ramp()[y, x]) for x, y in at)]
    assert cells.nth(1).locator("img").evaluate("i => getComputedStyle(i).filter") == "invert(1)"
    cells.nth(0).get_by_test_id("film-image").click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", cell=1, arg=f"{STUDY}.1.1")
    viewer.series(f"{STUDY}.3").click()
    expect(page.get_by_test_id("films-none")).to_contain_text("It names no image.", timeout=SLOW)


def test_an_overlay_stands_alone_and_over_its_image(page: Page, print_shop: RunningServer) -> None:
    viewer = Viewer(page, print_shop.url)
    viewer.open_image(STUDY)
    viewer.series(f"{STUDY}.5").click()
    expect(page.get_by_test_id("overlay-broken")).to_have_text("Its data end early.", timeout=SLOW)
    viewer.series(f"{STUDY}.4").click()
    plane = page.get_by_test_id("overlay-plane")
    expect(plane).to_be_visible(timeout=SLOW)
    found = plane.evaluate(
        """c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]
                .filter((_, i) => i % 4 === 0)"""
    )
    assert np.array_equal(np.array(found).reshape(20, 30) > 0, marks())
    page.get_by_test_id("show-on-images").click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=f"{STUDY}.1.1")
    viewer.one_to_one()
    over = np.zeros((ROWS, COLUMNS), bool)
    over[10:30, 20:50] = marks()

    def lies_there() -> None:
        x, y = (int(v) for v in viewer.place(0, 0))
        shown = viewer.picture()[y : y + ROWS, x : x + COLUMNS]
        assert np.array_equal((shown == (0x9F, 0xD6, 0xA6)).all(axis=2), over)

    soon(lies_there)
