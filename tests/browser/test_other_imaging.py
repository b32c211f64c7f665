"""Eyes, ultrasound, nuclear medicine and hardcopies: what TRUTH.csv says of them, on the screen."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, soon
from .test_truth_values import truth

OCT, FUNDUS = "made/eye/oct.dcm", "made/eye/fundus.dcm"
M_MODE, DOPPLER = "made/geometry/us-m-mode.dcm", "made/geometry/us-spectral-doppler.dcm"
TWO = "made/geometry/us-two-2d-regions.dcm"
DYNAMIC, GATED = "made/nm/dynamic.dcm", "made/nm/gated.dcm"


def header(name: str) -> Any:
    """A file of ../shared/data."""
    return pydicom.dcmread(shared_data() / name)


def hung(viewer: Viewer, name: str) -> dict[str, Any]:
    """Open the study of a file and hang its series."""
    ds = header(name)
    viewer.open(ds.StudyInstanceUID)
    viewer.series(ds.SeriesInstanceUID).click()
    return viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, ds.SeriesInstanceUID)


def test_scans_lie_on_the_fundus(shelf: RunningServer, page: Page) -> None:
    """The line of the scan that is shown is strong; a press on another goes to its scan."""
    viewer = Viewer(page, shelf.url)
    oct_scan = header(OCT)
    lines = truth(OCT, "localiser line")
    viewer.open(oct_scan.StudyInstanceUID)
    viewer.command("fundus beside its scans")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.frame === 1", 1, oct_scan.SeriesInstanceUID)
    viewer.until(
        "(v, uid) => v.seriesInstanceUID === uid && v.image === 1", 0, header(FUNDUS).SeriesInstanceUID
    )

    def bright(line: list[float]) -> float:
        row, left, _, right = line
        x0, y = viewer.place(int(left) + 10, 0, 0)[0], viewer.place(0, 0, 0)[1]
        scale = viewer.viewport(0)["zoom"]
        y += (row - 0.5) * scale
        x1 = x0 + (right - left - 20) * scale
        strip = viewer.picture(0)[round(y) - 1 : round(y) + 2, round(x0) : round(x1)].astype(int)
        return float(strip[:, :, 2].max(0).mean())

    def is_strong(scan: int) -> None:
        strengths = [bright(line) for line in lines]
        assert int(np.argmax(strengths)) == scan, strengths
        assert strengths[scan] > 200 > max(s for i, s in enumerate(strengths) if i != scan)

    for scan in (4, 9):
        row, left, _, right = lines[scan]
        x, y = viewer.place(int((left + right) / 2), int(row), 0)
        box = viewer.box(0)
        page.mouse.click(box["x"] + x, box["y"] + y)
        viewer.until("(v, frame) => v.frame === frame", 1, scan + 1)
        soon(is_strong, scan)
    # What is pointed at in the scan is a ring on its line of the fundus; the other way round a line down it.
    row, left, _, right = lines[9]
    columns = int(oct_scan.Columns)
    scan_box = viewer.box(1)
    x, y = viewer.place(columns // 4, 100, 1)
    page.mouse.move(scan_box["x"] + x, scan_box["y"] + y)

    def has_mark(cell: int, column: float, row: float, reach: float) -> None:
        a, _, _, d, e, f = viewer.viewport(cell)["matrix"]
        x, y = round(a * column + e), round(d * row + f)
        near = viewer.picture(cell)[y - 1 : y + 2, round(x - reach) : round(x + reach) + 1].astype(int)
        assert (abs(near - (0xF0, 0xC3, 0x6A)).sum(-1) < 150).any()

    share = (columns // 4 + 0.5) / columns
    soon(has_mark, 0, left + share * (right - left), row, 6)
    x, y = viewer.place(int(left + 0.75 * (right - left)), int(row), 0)
    page.mouse.move(box["x"] + x, box["y"] + y)
    soon(has_mark, 1, 0.75 * columns, 30, 0.02 * columns * viewer.viewport(1)["zoom"])


def test_a_stereo_pair_hangs_by_its_object(shelf: RunningServer, page: Page) -> None:
    """Left and right of one series, crossed, and as an anaglyph that numpy makes too."""
    study = "2.25.81220063"
    rng = np.random.default_rng(8)
    pictures = [rng.integers(0, 256, (32, 40, 3), np.uint8) for _ in range(2)]
    photos = []
    for n, pixels in enumerate(pictures):
        ds = copy.deepcopy(header(FUNDUS))
        ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(f"{study}.1")
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.1.{n + 1}")
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.InstanceNumber, ds.Rows, ds.Columns = n + 1, 32, 40
        ds.PixelData = pixels.tobytes()
        photos.append(ds)
    pair = Dataset()
    pair.file_meta = FileMetaDataset()
    pair.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pair.SOPClassUID = pair.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.77.1.5.3")
    pair.SOPInstanceUID = pair.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.2.1")
    pair.StudyInstanceUID, pair.SeriesInstanceUID = study, f"{study}.2"
    pair.PatientID, pair.PatientName = photos[0].PatientID, photos[0].PatientName
    pair.Modality, pair.SeriesNumber, pair.InstanceNumber = "SMR", 2, 1
    item = Dataset()
    for keyword, photo in (("LeftImageSequence", photos[1]), ("RightImageSequence", photos[0])):
        reference = Dataset()
        reference.ReferencedSOPClassUID = photo.SOPClassUID
        reference.ReferencedSOPInstanceUID = photo.SOPInstanceUID
        setattr(item, keyword, Sequence([reference]))
    pair.StereoPairsSequence = Sequence([item])
    store(shelf, [*photos, pair])
    viewer = Viewer(page, shelf.url)
    viewer.open_image(study)
    viewer.command("stereo pair side by side")
    for cell, photo in ((0, photos[1]), (1, photos[0])):
        viewer.until("(v, uid) => v.sopInstanceUID === uid && v.columns === 40", cell, photo.SOPInstanceUID)
    viewer.command("stereo pair for crossed")
    viewer.until("(v, uid) => v.sopInstanceUID === uid", 0, photos[0].SOPInstanceUID)
    viewer.command("stereo pair as an anaglyph")
    viewer.until("v => v.seriesInstanceUID.endsWith('anaglyph') && v.image === 1")
    expect(viewer.element(0).get_by_test_id("volume-flag")).to_have_text("Anaglyph", timeout=SLOW)
    weights = np.array([0.299, 0.587, 0.114])
    left, right = (np.rint(pictures[n].astype(float) @ weights) for n in (1, 0))

    def is_mixed() -> None:
        for point in viewer.points([(3, 4), (20, 17), (39, 31)]):
            red, cyan = left[point.row, point.column], right[point.row, point.column]
            assert np.allclose(point.stored, (red, cyan, cyan), atol=1), point

    soon(is_mixed)


def test_ultrasound_says_what_a_pixel_measures(shelf: RunningServer, page: Page) -> None:
    """Excursion and period of the M-mode by the probe; regions with their scales; the spectrum's velocity."""
    viewer = Viewer(page, shelf.url)
    hung(viewer, M_MODE)
    pixels = header(M_MODE).pixel_array
    track = pixels.argmax(0)

    def at(column: int, row: int) -> dict[str, Any]:
        x, y = viewer.place(column, row)
        found = page.evaluate("([x, y]) => window.readingRoom.probe('viewport-0', x, y).calibrated", [x, y])
        return {axis: (round(found[axis]["value"], 6), found[axis]["unit"]) for axis in ("x", "y")}

    low, high = int(track.argmin()), int(track.argmax())
    depths = [at(c, int(track[c]))["y"] for c in (low, high)]
    assert [unit for _, unit in depths] == ["cm", "cm"]
    # A pixel is 0.03 cm: the row of the brightest pixel is half a pixel off at most, at both ends.
    assert abs(depths[1][0] - depths[0][0] - truth(M_MODE, "peak-to-peak")) <= 0.061
    period = round(truth(M_MODE, "period") / 0.006)
    assert at(100 + period, 10)["x"] == (round(0.006 * (100 + period), 6), "s")
    assert np.abs(track[: 400 - period] - track[period:]).max() <= 1
    viewer.command("ultrasound regions")
    viewer.press("\\")
    expect(page.get_by_test_id("region")).to_have_text("M-mode, tissue ↔ 0.006 s, ↕ 0.03 cm a pixel")
    hung_uid = header(DOPPLER).SeriesInstanceUID
    viewer.series(hung_uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, hung_uid)
    expect(page.get_by_test_id("region")).to_contain_text("Spectrum, PW Doppler ↔ 0.005 s, ↕ 0.8 cm/s")
    seconds, speed = truth(DOPPLER, "seconds per pixel")
    here, there = at(100, 60), at(300, 160)
    assert np.isclose(there["x"][0] - here["x"][0], 200 * seconds)
    assert np.isclose(there["y"][0] - here["y"][0], 100 * speed)
    assert (here["x"][1], here["y"][1]) == ("s", "cm/s")
    assert here["y"][0] == 0  # the baseline
    # Both regions of the third one are outlined: the colour of the line is on the screen at their edges.
    viewer.series(header(TWO).SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, header(TWO).SeriesInstanceUID)
    expect(page.get_by_test_id("region")).to_have_count(2)

    def are_outlined() -> None:
        picture = viewer.picture().astype(int)
        for column in (10, 191, 210, 391):
            x, y = viewer.place(column, 100)
            x -= 0.5 * viewer.viewport()["zoom"]
            near = picture[round(y), round(x) - 2 : round(x) + 3]
            assert (abs(near - (0x8C, 0xB8, 0xE8)).sum(1) < 150).any(), (column, near.tolist())

    soon(are_outlined)
    page.get_by_test_id("regions-shown").click()


def test_frames_of_nuclear_medicine_are_named(shelf: RunningServer, page: Page) -> None:
    """Phases and times of the dynamic study, slots and pace of the gated one; vectors that are too short."""
    viewer = Viewer(page, shelf.url)
    dynamic = header(DYNAMIC)
    hung(viewer, DYNAMIC)
    counts = truth(DYNAMIC, "left region")
    corner = page.get_by_test_id("corner-bottom-left")
    viewer.press("ArrowDown", 12)
    viewer.until("v => v.frame === 13 && !v.awaited")
    expect(corner).to_contain_text("Phase 2")
    start = f"{truth(DYNAMIC, 'start time of frame 13'):g}"
    alone = re.compile(rf"(^|[^\d.]){re.escape(start)} s")
    expect(corner).to_contain_text(alone, use_inner_text=True)
    assert viewer.points([(18, 24)])[0].stored == counts[12]
    # Each phase is a run of its own in the rail.
    uid = str(dynamic.SeriesInstanceUID)
    viewer.series(f"{uid}#r2").click()
    report = viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, f"{uid}#r2")
    assert (report["images"], report["frame"]) == (12, 13)
    gated = header(GATED)
    viewer.series(str(gated.SeriesInstanceUID)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", 0, str(gated.SeriesInstanceUID))
    diastole, systole, *_ = truth(GATED, "ED frame")
    assert diastole == 1
    viewer.press("ArrowDown", systole - 1)
    expect(corner).to_contain_text(f"slot {systole} of 16")
    # 60 beats a minute in 16 slots.
    expect(page.get_by_test_id("cine-rate")).to_have_text("16 / s")
    short = copy.deepcopy(gated)
    short.StudyInstanceUID, short.SeriesInstanceUID = UID("2.25.81220064"), UID("2.25.81220064.1")
    short.SOPInstanceUID = short.file_meta.MediaStorageSOPInstanceUID = UID("2.25.81220064.1.1")
    short.TimeSlotVector = [1, 2, 3]
    store(shelf, [short])
    report = viewer.open_image("2.25.81220064")
    assert report["images"] == 16
    flag = page.get_by_test_id("volume-flag")
    expect(flag).to_have_text("frames not told apart")
    expect(flag).to_have_attribute("title", "What tells its 16 frames apart is there for 3 of them only.")


def test_hardcopies_are_images(shelf: RunningServer, page: Page) -> None:
    """Retired classes, drawn as what they are."""
    viewer = Viewer(page, shelf.url)
    for name in ("grayscale", "colour"):
        file = f"made/secondary/hardcopy-{name}.dcm"
        hung(viewer, file)
        viewer.one_to_one()
        viewer.until("v => !v.awaited")
        assert viewer.points([(50, 35)])[0].stored == truth(file, "pixel 50,35")
