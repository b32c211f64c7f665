"""Broken and hostile objects: each says what is wrong in its place, and all others stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .pages import SLOW, Viewer
from .samples import CT_HEAD, WHOLE_J2K, files, series_of, study_of

SENTENCES = {
    "rows-0": r"how many rows|no rows|no images",
    "rows-65535-tiny-data": r"ends after 0 % of the image|65,?535|longer|shorter|ends",
}
"""What cannot be drawn, and what its viewport says of it. All others are images or reports and are shown."""
REPORTS = {
    "sr-by-reference-loop": ["see item 1.4.2", "see item 1.4.1"],
    "sr-cycle-1": ["see the other report", "Replaces"],
    "sr-cycle-2": ["see the other report", "Replaces"],
}
"""Reports that refer in circles, and what they say once each."""


@dataclass
class Broken:
    """Series by what they are."""

    good: Path
    hostile: dict[str, Path] = field(default_factory=dict)
    mixed: str = ""
    """A study of one series: five of six objects are broken in their own ways."""
    mixed_series: str = ""
    lost: str = ""
    """A study of five slices, the pixel data of the third end early."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    data, folder = shared_data(), tmp_path_factory.mktemp("broken")
    made = Broken(files(data, CT_HEAD)[0])
    made.hostile = {p.stem: p for p in files(data, "made/hostile")}
    first = pydicom.dcmread(made.good)
    made.mixed, made.mixed_series = generate_uid(), generate_uid()
    for number in range(1, 7):
        ds = pydicom.dcmread(data / WHOLE_J2K if number == 3 else made.good)
        ds.PatientName, ds.PatientID, ds.Modality = "MIXED", "MIXED", "CT"
        ds.StudyInstanceUID, ds.SeriesInstanceUID = made.mixed, made.mixed_series
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = first.SOPClassUID
        ds.InstanceNumber, ds.ImagePositionPatient = number, [0, 0, 5 * number]
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        if number == 2:
            ds.PixelData = ds.PixelData[: len(ds.PixelData) * 61 // 100]
        elif number == 3:
            ds.PixelData = encapsulate([next(generate_frames(ds.PixelData, number_of_frames=1))[:90]])
        elif number == 4:
            del ds.PixelData
        elif number == 5:
            del ds.Rows
        elif number == 6:
            ds.Columns = 0
        ds.save_as(folder / f"{number}.dcm")
    made.hostile["mixed"] = folder
    made.lost, made.hostile["lost"] = generate_uid(), folder / "lost"
    (folder / "lost").mkdir()
    for number, path in enumerate(_five_slices(), 1):
        _slice_of_lost(path, made.lost, folder / "lost" / f"{number}.dcm", whole=number != 3)
    return made


def _five_slices() -> list[Path]:
    """The lowest of the head, one above the other."""
    by_height = {float(_header(p).ImagePositionPatient[2]): p for p in files(shared_data(), CT_HEAD)}
    return [by_height[z] for z in sorted(by_height)[:5]]


def _slice_of_lost(path: Path, study: str, out: Path, whole: bool) -> None:
    ds = pydicom.dcmread(path)
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID = study, f"{study[:60]}.1", "LOST"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    if not whole:
        ds.PixelData = ds.PixelData[: len(ds.PixelData) // 4 * 2]
    ds.save_as(out)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, broken: Broken) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("hostile")
    everything = [broken.good, *broken.hostile.values()]
    command_line(folder / "data", "import", *map(str, everything), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def viewer(page: Page, server: RunningServer, watch: Watch) -> Viewer:
    """Requests for what is broken fail: thumbnails and frames."""
    watch.allow(
        r"Failed to load resource: the server responded with a status of 4\d\d .*/(thumbnail|frames/\d+)"
    )
    return Viewer(page, server.url)


@pytest.mark.row("VIEW-DISP-01")
def test_hostile_objects_leave_the_rest_working(
    viewer: Viewer, server: RunningServer, broken: Broken
) -> None:
    page, hostile = viewer.page, {k: v for k, v in broken.hostile.items() if v.is_file()}
    studies = list(dict.fromkeys([study_of(broken.good), *map(study_of, hostile.values())]))
    viewer.open_image(*studies)
    said = {}
    for name, path in hostile.items():
        viewer.series(series_of(path)).click()
        viewer.until(
            "(v, uid) => v.seriesInstanceUID === uid && (v.image > 0 || v.error || v.kind === 'report')",
            arg=series_of(path),
        )
        said[name] = viewer.viewport()["error"]
        for words in REPORTS.get(name, []):
            expect(viewer.element().get_by_text(words)).to_have_count(1, timeout=SLOW)
        if name in SENTENCES:
            expect(viewer.element().get_by_test_id("viewport-error")).to_contain_text("The tags can be read.")
        elif name not in REPORTS and viewer.viewport()["sopInstanceUID"] == str(_header(path).SOPInstanceUID):
            has_the_value(viewer, path)
    for name, sentence in said.items():
        assert bool(sentence) == (name in SENTENCES), (name, sentence)
        assert re.search(SENTENCES.get(name, ""), sentence), (name, sentence)
    viewer.series(series_of(broken.good)).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=series_of(broken.good))
    has_the_value(viewer, broken.good)
    policy = page.request.get(server.url).headers["content-security-policy"]
    assert "script-src" in policy or "default-src" in policy
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy


@pytest.mark.row("VIEW-DISP-01")
def test_an_object_with_fewer_frames_than_it_says(viewer: Viewer, broken: Broken) -> None:
    """2 of 2,147,483,647 frames are there: two are drawn, one question finds out about the rest."""
    asked: list[str] = []
    viewer.page.on("request", lambda r: asked.append(r.url) if "/frames/" in r.url else None)
    viewer.open_image(study_of(broken.hostile["frames-claimed-2147483647"]))
    viewer.press("ArrowDown")
    viewer.until("v => v.image === 2 && !v.error")
    viewer.press("ArrowDown")
    told = viewer.element().get_by_test_id("viewport-error")
    expect(told).to_contain_text("Image 3 cannot be drawn.", timeout=SLOW)
    viewer.press("End")
    expect(told).to_contain_text(re.compile(r"Image 100.?000 cannot be drawn"), timeout=SLOW)
    viewer.press("Home")
    viewer.until("v => v.image === 1 && !v.error")
    assert len(asked) < 20


@pytest.mark.row("VIEW-DISP-01")
def test_broken_images_of_a_good_series_are_named(viewer: Viewer, broken: Broken) -> None:
    page = viewer.page
    viewer.open(broken.mixed)
    viewer.until("v => v.image === 1 && !v.error")
    has_the_value(viewer, broken.good)
    expect(viewer.series(broken.mixed_series).get_by_test_id("series-broken")).to_have_attribute(
        "title", "5 of 6 images cannot be drawn", timeout=SLOW
    )
    track = viewer.element().get_by_test_id("position-track")
    expect(track.locator("i:not(.bad)")).to_have_attribute("data-span", "1-1")
    expect(track.locator("i.bad")).to_have_attribute("data-span", "2-4")
    page.keyboard.press("\\")
    images, objects = page.get_by_test_id("broken-image"), page.get_by_test_id("broken-object")
    expect(images).to_have_count(3)
    expect(images.nth(0)).to_contain_text("Its pixel data ends early: 0 of 1 frames are whole.")
    expect(images.nth(1)).to_contain_text(re.compile(r"Image 3.*(ends early|decoded|codestream)", re.S))
    expect(images.nth(2)).to_contain_text("Image 4")
    expect(objects).to_have_count(2)
    expect(objects.nth(0)).to_contain_text("Object 5")
    expect(objects.nth(0)).to_contain_text("how many rows")
    expect(objects.nth(1)).to_contain_text("how many columns")
    images.nth(0).click()
    expect(viewer.element().get_by_test_id("viewport-error")).to_contain_text("Image 2 cannot be drawn.")
    objects.nth(1).click()
    page.get_by_test_id("tag-search").fill("0020,0013")
    number = page.locator('[data-testid="tag-line"][data-tag="0020,0013"]')
    expect(number).to_contain_text("6", timeout=SLOW)
    page.get_by_test_id("tag-object").select_option(index=1)
    expect(number).to_contain_text("5")
    # The track scrolls: its top is the first image.
    box = track.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 1)
    page.mouse.down()
    expect(viewer.element().get_by_test_id("viewport-error")).to_contain_text("Image 4 cannot be drawn.")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 1)
    page.mouse.up()
    viewer.until("v => v.image === 1 && !v.error")
    has_the_value(viewer, broken.good)


@pytest.mark.row("VIEW-DISP-01")
def test_a_slice_that_cannot_be_read_is_named_and_never_filled_in(viewer: Viewer, broken: Broken) -> None:
    """The volume is made of the others; where the slice is missing the plane has no value, beside it one."""
    page = viewer.page
    viewer.open_image(broken.lost)
    viewer.press("Shift+X")
    page.wait_for_function("() => window.readingRoom.volume()?.failed === 1", timeout=SLOW)
    volume = page.evaluate("window.readingRoom.volume()")
    assert (volume["loaded"], volume["total"]) == (4, 5)
    assert "Slice 3 cannot be read: the volume stops there." in volume["findings"]
    expect(page.get_by_test_id("volume-note")).to_contain_text("Slice 3 cannot be read")
    x, y, _ = volume["crosshair"]
    values = {}
    for number, path in enumerate(_five_slices(), 1):
        z = float(_header(path).ImagePositionPatient[2])
        page.evaluate("([x, y, z]) => window.readingRoom.moveCrosshair(x, y, z)", [x, y, z])
        viewer.until("(v, z) => Math.abs(v.place.position[2] - z) < 0.01 && !v.reduced", arg=z)
        middle = [viewer.viewport()["id"], viewer.viewport()["width"] / 2, viewer.viewport()["height"] / 2]
        values[number] = page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y)", middle)
    assert [n for n, value in values.items() if value is None] == [3]


def _header(path: Path) -> pydicom.Dataset:
    return pydicom.dcmread(path, stop_before_pixels=True, force=True)


def has_the_value(viewer: Viewer, path: Path) -> None:
    """The middle of the image: stored value as pydicom's, bits above High Bit cut off."""
    ds = pydicom.dcmread(path, force=True)
    if ds.PhotometricInterpretation != "MONOCHROME2" or "same-uid" in path.name:
        return
    column, row = ds.Columns // 2, ds.Rows // 2
    report = viewer.viewport()
    x, y = viewer.place(column, row)
    probe = viewer.page.evaluate("([id, x, y]) => window.readingRoom.probe(id, x, y)", [report["id"], x, y])
    pixels = ds.pixel_array if "NumberOfFrames" not in ds else _first_frame(ds)
    assert probe["stored"] == int(pixels[row, column]), path.name


def _first_frame(ds: pydicom.Dataset) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.frombuffer(ds.PixelData, np.uint8, ds.Rows * ds.Columns).reshape(ds.Rows, ds.Columns)
