"""Radiotherapy objects that are broken, contradictory or empty: a sentence, and the rest unharmed."""

from __future__ import annotations

import io
import re
import warnings

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store, store_files

from .pages import SLOW, Viewer

RT_IMAGE = "1.2.840.10008.5.1.4.1.1.481.1"


class Study:
    """Copies of made objects in a study of their own; everything they name is renamed alike."""

    def __init__(self) -> None:
        self.uids: dict[str, str] = {}
        self.objects: list[Dataset] = []

    def uid(self, old: str) -> str:
        return self.uids.setdefault(old, generate_uid())

    def add(self, name: str, series: str = "") -> Dataset:
        """A copy of an object; series: one of its own, by a name."""
        ds = dcmread(shared_data() / "made" / name)
        for element in ds.iterall():
            if element.VR == "UI" and isinstance(element.value, str) and element.value.startswith("2.25."):
                element.value = self.uid(element.value)
        if series:
            ds.SeriesInstanceUID = self.uid(series)
            ds.SOPInstanceUID = generate_uid()
        ds.PatientID, ds.PatientName = "RT-HOSTILE", "Hostile^Radiotherapy"
        ds.SeriesDescription = series or ds.SeriesDescription
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        self.objects.append(ds)
        return ds


def contour(points: object, kind: str = "CLOSED_PLANAR") -> Dataset:
    ds = Dataset()
    ds.ContourGeometricType = kind
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # NaN is no decimal string
        ds.ContourData = points
    ds.NumberOfContourPoints = len(points) // 3  # type: ignore[arg-type]
    return ds


def portal(study: Study) -> None:
    """An RT Image of 200 x 200 pixels at 1600 mm with jaws."""
    ds = study.add("rt/rtplan.dcm", "portal")
    for keyword in ("BeamSequence", "FractionGroupSequence", "DoseReferenceSequence", "PatientSetupSequence"):
        if keyword in ds:
            delattr(ds, keyword)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID(RT_IMAGE)
    ds.Modality = "RTIMAGE"
    ds.Rows = ds.Columns = 200
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelData = bytes(200 * 200)
    ds["PixelData"].VR = "OW"
    ds.ImagePlanePixelSpacing, ds.RTImagePosition = [1.6, 1.6], [-160, 160]
    ds.RadiationMachineSAD, ds.RTImageSID = 1000, 1600
    pairs = []
    for kind, places in (("ASYMX", [-50, 30]), ("ASYMY", [-20, 40])):
        device = Dataset()
        device.RTBeamLimitingDeviceType, device.LeafJawPositions = kind, places
        device.NumberOfLeafJawPairs = 1
        pairs.append(device)
    exposure = Dataset()
    exposure.BeamLimitingDeviceSequence = Sequence(pairs)
    ds.ExposureSequence = Sequence([exposure])


@pytest.fixture(scope="module")
def hostile(shelf: RunningServer) -> Study:
    """On the server: three slices, and around them what should not be."""
    study = Study()
    for path in sorted((shared_data() / "made/ct-phantom/axial").glob("*.dcm"))[14:17]:
        study.add(str(path.relative_to(shared_data() / "made")))
    structures = study.add("rt/rtstruct.dcm")
    rois = structures.ROIContourSequence
    rois[0].ContourSequence = Sequence(
        [contour([0, 0, 45]), contour([0, 0, 45] * 2), contour([0, 0, 45] * 30)]
    )
    rois[1].ContourSequence.extend([contour([1e9, 0, 45, 1, 1, 45, 2, 2, 45]), contour([1, 2])])
    rois[2].ContourSequence[0].ContourData = []
    many = np.stack(
        [np.tile([-40.0, 40.0], 25_000), np.tile(np.linspace(-40, 40, 25_000), 2), np.full(50_000, 45)]
    )
    rois[3].ContourSequence = Sequence([contour([f"{v:.1f}" for v in many.T.ravel()])])
    # Explicit VR has no room for more than 64 kB of decimal strings.
    structures.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    rois[5].ContourSequence.insert(0, contour([0, 0, 45, 30, 0, 45, 30, 30, 60, 0, 30, 45]))
    rois[5].ContourSequence.insert(0, contour(["NaN", 0, 45, 1, 1, 45, 2, 2, 45]))
    elsewhere = study.add("rt/rtstruct.dcm", "elsewhere")
    for element in elsewhere.iterall():
        if element.keyword in (
            "FrameOfReferenceUID",
            "ReferencedFrameOfReferenceUID",
            "ReferencedSOPInstanceUID",
        ):
            element.value = generate_uid()
    empty = study.add("rt/rtstruct.dcm", "no structures")
    del empty.StructureSetROISequence, empty.ROIContourSequence, empty.RTROIObservationsSequence
    for name, change in (
        ("no scaling", {"DoseGridScaling": 0}),
        ("offsets", {"GridFrameOffsetVector": [0, 3]}),
    ):
        ds = study.add("rt/rtdose.dcm", name)
        for keyword, value in change.items():
            setattr(ds, keyword, value)
    bins = study.add("rt/rtdose.dcm", "bins")
    bins.DVHSequence[0].DVHNumberOfBins = 5
    falling = study.add("rt/rtdose.dcm", "falling")
    falling.decompress(generate_instance_uid=False)
    frames = falling.pixel_array[::-1]
    z = [float(v) for v in falling.GridFrameOffsetVector]
    falling.ImagePositionPatient[2] = float(falling.ImagePositionPatient[2]) + z[-1]
    falling.GridFrameOffsetVector = [-v for v in z]
    falling.PixelData = frames.tobytes()
    against = study.add("rt/rtdose.dcm", "contradicts")
    table = against.DVHSequence[0]
    table.DVHMinimumDose, table.DVHMeanDose = 30, 20
    table.DVHData = [*table.DVHData[:-1], 2 * float(table.DVHData[1])]
    bare = study.add("rt/rtplan.dcm", "bare plan")
    for element in list(bare):
        if element.tag.group in (0x300A, 0x300C, 0x300E):
            del bare[element.tag]
    bare.RTPlanLabel = "<img src=x>"
    portal(study)
    store(shelf, study.objects)
    store_files(shelf, [overflow(study)])
    return study


def overflow(study: Study) -> bytes:
    """Circles of 9000 points: explicit VR has no room for them, they are written as UN (PS3.5 6.2.2)."""
    ds = study.add("rt/rtstruct.dcm", "overflow")
    study.objects.remove(ds)
    angle = np.linspace(0, 2 * np.pi, 9000, endpoint=False)
    circles = [np.c_[30 * np.cos(angle), 30 * np.sin(angle), np.full(9000, z)] for z in (45, 48)]
    ds.ROIContourSequence[0].ContourSequence = Sequence(
        [contour([f"{v:.3f}" for v in circle.ravel()]) for circle in circles]
    )
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        ds.save_as(file, enforce_file_format=True)
    assert b"UN\0\0" in file.getvalue()
    return file.getvalue()


def test_what_is_broken_says_so_and_the_rest_is_drawn(
    page: Page, shelf: RunningServer, hostile: Study
) -> None:
    """One study with all of it."""
    viewer = Viewer(page, shelf.url)
    viewer.open(hostile.objects[0].StudyInstanceUID)
    viewer.series(hostile.objects[0].SeriesInstanceUID).click()
    viewer.until("v => v.images === 3 && v.image > 0")
    viewer.press("\\")
    sets = page.get_by_test_id("structures")
    expect(sets).to_have_count(4, timeout=SLOW)
    first = sets.filter(has=page.get_by_test_id("structures-broken"))
    first.get_by_test_id("structures-on").click()
    expect(first.get_by_test_id("structures-broken")).to_contain_text(
        "4 contours cannot be drawn", timeout=SLOW
    )
    expect(first.get_by_test_id("structures-broken")).to_contain_text("1 closed contour lies in no plane")
    # Two circles of 3 mm: written as UN they are read as what they are.
    whole = page.get_by_test_id("structure-volume").filter(has_text=f"{np.pi * 900 * 6 / 1000:.1f} cm³")
    expect(whole).to_have_count(1, timeout=SLOW)
    expect(first.get_by_test_id("structure").nth(4).get_by_test_id("structure-volume")).to_contain_text(
        "14.2"
    )
    expect(page.get_by_test_id("structures-empty")).to_be_visible()
    expect(page.get_by_test_id("structures-nowhere").first).to_contain_text("frame of reference")

    doses = page.get_by_test_id("dose")
    expect(doses).to_have_count(5)
    for name, sentence in (("no scaling", "no scaling"), ("offsets", "where each of its planes lies")):
        dose = of_series(page, hostile, name)
        dose.get_by_test_id("dose-on").click()
        expect(dose.get_by_test_id("dose-words")).to_contain_text(sentence, timeout=SLOW)
    falling = of_series(page, hostile, "falling")
    falling.get_by_test_id("dose-on").click()
    expect(falling.get_by_test_id("dose-maximum")).to_contain_text("43.8 Gy", timeout=SLOW)
    report = viewer.viewport()
    place, spacing = report["place"]["position"], report["place"]["spacing"]
    x, y = viewer.place(60, 48)
    said = page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y)", [report["id"], x, y])["said"]
    assert f"dose {25 + 0.2 * (place[0] + 60 * spacing[1]):.4g} Gy" in said
    of_series(page, hostile, "bins").get_by_test_id("dvh-open").click()
    expect(page.get_by_test_id("dvh-source")).to_be_visible()
    page.get_by_test_id("dvh-source").get_by_role("radio").first.click()
    expect(page.get_by_test_id("dvh-words").first).to_contain_text("another number of bins")
    page.keyboard.press("Escape")
    of_series(page, hostile, "contradicts").get_by_test_id("dvh-open").click()
    said = page.get_by_test_id("dvh-words")
    expect(said.filter(has_text="its volumes rise with the dose")).to_have_count(1, timeout=SLOW)
    expect(said.filter(has_text="do not follow one another")).to_have_count(1)
    page.keyboard.press("Escape")

    viewer.series(hostile.uid("bare plan")).click()
    expect(page.get_by_test_id("plan-view")).to_contain_text("<img src=x", timeout=SLOW)
    viewer.series(hostile.uid("portal")).click()
    viewer.until("v => v.columns === 200")
    expect(page.get_by_test_id("scale-bar")).to_have_attribute(
        "data-l", re.compile(r"^\d cm at the isocentre$")
    )
    # Jaws at -50 .. 30 and -20 .. 40 mm are 1 mm a pixel at the isocentre, which is at 100.5.
    picture = viewer.picture().astype(int)
    rows, columns = np.nonzero(np.abs(picture - (240, 195, 106)).max(axis=2) < 50)
    a, _, _, d, e, f = viewer.viewport()["matrix"]
    found = [
        (columns.min() + 0.5 - e) / a,
        (columns.max() + 0.5 - e) / a,
        (rows.min() + 0.5 - f) / d,
        (rows.max() + 0.5 - f) / d,
    ]
    assert np.allclose(found, [50.5, 130.5, 60.5, 120.5], atol=0.5)


def of_series(page: Page, study: Study, name: str) -> Locator:
    """The dose of a series in the panel."""
    return page.locator(f'[data-testid="dose"][data-series-uid="{study.uid(name)}"]')
