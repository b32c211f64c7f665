"""Key object selections on the screen: stacks, stars, rejection notes; TRUTH.csv of made/key-objects."""

from __future__ import annotations

import copy
import io
from typing import Any

import httpx
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_truth_values import truth

FOLDER = "made/key-objects"
MINE = "2.25.61150612"
NAMES = sorted(path.stem for path in (shared_data() / FOLDER).glob("*.dcm"))
SELECTIONS = [name for name in NAMES if name.startswith("ko-")]
CT_SELECTIONS = [name for name in SELECTIONS if "frame" not in name]


def document(name: str) -> Dataset:
    """One of the selections; those about the phantom in a copy of its study."""
    return mine_of(pydicom.dcmread(shared_data() / FOLDER / f"{name}.dcm"))


def mine_of(ds: Dataset) -> Dataset:
    """The same in a study of its own: no other test finds slices hidden. Others as they are."""
    if ds.PatientID != "RRSYN-1-CTPHANTOM":
        return ds

    def rename(part: Dataset) -> None:
        for element in part:
            if element.VR == "SQ":
                for item in element.value:
                    rename(item)
            elif element.keyword == "StudyInstanceUID":
                element.value = UID(f"{MINE}.50")
            elif element.keyword in ("SeriesInstanceUID", "SOPInstanceUID", "ReferencedSOPInstanceUID"):
                element.value = UID(f"{element.value}.50")

    rename(ds)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


STUDY = f"{MINE}.50"
XA_STUDY = document("ko-single-frame").StudyInstanceUID
SLICES = {
    ds.SOPInstanceUID: ds
    for ds in map(
        mine_of, map(pydicom.dcmread, sorted((shared_data() / "made/ct-phantom/axial").glob("*.dcm")))
    )
}
AXIAL = next(iter(SLICES.values())).SeriesInstanceUID
REJECTED = {
    truth(f"{FOLDER}/{name}.dcm", "axial InstanceNumber to hide")
    for name in NAMES
    if name.startswith("reject-") and "quality-issue" not in name
}


@pytest.fixture(scope="module", autouse=True)
def phantom(shelf: RunningServer) -> None:
    """The copy of the study, with all its selections and rejection notes."""
    for ds in (*SLICES.values(), *map(document, NAMES)):
        if ds.StudyInstanceUID == STUDY:
            posted(shelf, ds)


def number_shown(viewer: Viewer) -> int:
    """Instance Number of the image."""
    return int(SLICES[viewer.viewport()["sopInstanceUID"]].InstanceNumber)


def numbers_of(viewer: Viewer) -> list[int]:
    """Instance Numbers from the first image of the stack to the last."""
    found = []
    count = viewer.viewport()["images"]
    viewer.press("Home")
    for place in range(1, count + 1):
        viewer.until("(v, place) => v.image === place && !v.awaited", arg=place)
        found.append(number_shown(viewer))
        viewer.press("ArrowDown")
    return found


def test_selections_hang_as_stacks_and_their_images_have_stars(page: Page, shelf: RunningServer) -> None:
    """Title and images in their order; stars in corner, rail and track; the filter by its key."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    viewer.until("(v, count) => v.images === count", arg=len(SLICES) - len(REJECTED))
    starred: set[int] = set()
    for name in CT_SELECTIONS:
        ds = document(name)
        _, title, count, _ = truth(f"{FOLDER}/{name}.dcm", "title; referenced instances")
        expected = truth(f"{FOLDER}/{name}.dcm", "axial InstanceNumbers")
        assert len(expected) == count
        starred |= set(expected)
        viewer.series(ds.SeriesInstanceUID).click()
        viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=ds.SeriesInstanceUID)
        seen = [number for number in expected if number not in REJECTED]
        assert numbers_of(viewer) == seen, name
        expect(page.get_by_test_id("keys")).to_contain_text(title)
        expect(page.get_by_test_id("flag-key")).to_contain_text("★")
    starred -= REJECTED
    titles = {name: truth(f"{FOLDER}/{name}.dcm", "title; referenced instances")[1] for name in CT_SELECTIONS}
    of_first = [
        titles[name] for name in CT_SELECTIONS if 1 in truth(f"{FOLDER}/{name}.dcm", "axial InstanceNumbers")
    ]
    assert len(of_first) == 3
    viewer.series(AXIAL).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=AXIAL)
    expect(viewer.series(AXIAL).get_by_test_id("series-keys")).to_have_text(f"★ {len(starred)}")
    expect(page.locator("[data-key]")).to_have_count(len(starred))
    # One image in three selections says how many more there are, and the titles of all.
    viewer.press("Home")
    viewer.until("v => v.image === 1 && !v.awaited")
    assert number_shown(viewer) == 1
    expect(page.get_by_test_id("flag-key")).to_contain_text("+2")
    said = page.get_by_test_id("flag-key").get_attribute("title") or ""
    assert all(title in said for title in of_first), said
    viewer.press("Shift+k")
    viewer.until("(v, count) => v.images === count && v.image > 0", arg=len(starred))
    assert numbers_of(viewer) == sorted(starred)
    page.reload()
    viewer.until("(v, count) => v.images === count && v.image > 0", arg=len(starred))
    viewer.press("Shift+k")
    viewer.until("(v, count) => v.images === count", arg=len(SLICES) - len(REJECTED))
    viewer.press("Control+z")
    viewer.until("(v, count) => v.images === count", arg=len(starred))


def test_rejected_images_are_hidden_with_a_note_and_can_be_shown(page: Page, shelf: RunningServer) -> None:
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    viewer.until("(v, count) => v.images === count", arg=len(SLICES) - len(REJECTED))
    assert not REJECTED & set(numbers_of(viewer))
    expect(page.get_by_test_id("flag-hidden")).to_contain_text(str(len(REJECTED)))
    note = page.get_by_test_id("keys-hidden")
    for name in NAMES:
        if name.startswith("reject-") and "quality-issue" not in name:
            expect(note).to_contain_text(truth(f"{FOLDER}/{name}.dcm", "title; referenced instances")[1])
    issue = truth(f"{FOLDER}/reject-quality-issue.dcm", "quality issue, not hidden")
    viewer.press("Home")
    viewer.press("ArrowDown", issue - 1)
    viewer.until("(v, place) => v.image === place", arg=issue)
    assert number_shown(viewer) == issue
    expect(page.get_by_test_id("flag-quality")).to_contain_text("Quality Issue: Motion blur")
    page.get_by_test_id("keys-rejected").click()
    viewer.until("(v, count) => v.images === count", arg=len(SLICES))
    viewer.press("End")
    viewer.press("ArrowUp")
    viewer.until("(v, place) => v.image === place", arg=len(SLICES) - 1)
    assert number_shown(viewer) == 39
    expect(page.get_by_test_id("flag-rejected")).to_have_text("Rejected for Quality Reasons")


def test_frames_are_selected_one_by_one(page: Page, shelf: RunningServer) -> None:
    viewer = Viewer(page, shelf.url)
    viewer.open(XA_STUDY)
    for name in ("ko-single-frame", "ko-frames-3-5"):
        uid = document(name).SeriesInstanceUID
        expected = truth(f"{FOLDER}/{name}.dcm", "title; referenced instances")[3]
        viewer.series(uid).click()
        viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=uid)
        found = []
        for place in range(1, len(expected) + 1):
            found.append(viewer.until("(v, place) => v.image === place && !v.awaited", arg=place)["frame"])
            viewer.press("ArrowDown")
        assert found == expected
    # In the run itself the frames that either of them names are the key images.
    run = document("ko-single-frame").CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    viewer.series(run.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=run.SeriesInstanceUID)
    expect(page.locator("[data-key]")).to_have_count(3)
    viewer.press("Shift+k")
    viewer.until("v => v.images === 3 && v.image > 0")
    viewer.press("Home")
    frames = []
    for place in (1, 2, 3):
        frames.append(viewer.until("(v, place) => v.image === place && !v.awaited", arg=place)["frame"])
        viewer.press("ArrowDown")
    assert frames == [3, 5, 7]


def posted(server: RunningServer, ds: Dataset) -> None:
    file = io.BytesIO()
    ds.save_as(file)
    answer = httpx.post(
        f"{server.url}/dicom-web/studies",
        content=file.getvalue(),
        headers={"content-type": "application/dicom"},
        timeout=60,
    )
    assert answer.status_code in (200, 202), answer.text


def test_selections_of_nothing_say_so(page: Page, shelf: RunningServer) -> None:
    """References to what is not here, none at all, text that is markup; the images of the study as ever."""

    def mine(name: str, number: int) -> Any:
        ds = copy.deepcopy(document(name))
        ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(MINE), UID(f"{MINE}.{number}")
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{MINE}.{number}.1")
        return ds

    image = copy.deepcopy(next(iter(SLICES.values())))
    image.StudyInstanceUID, image.SeriesInstanceUID = UID(MINE), UID(f"{MINE}.1")
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = UID(f"{MINE}.1.1")
    absent, empty = mine("ko-of-interest", 2), mine("ko-for-surgery", 3)
    for item in absent.ContentSequence:
        if item.ValueType == "IMAGE":
            item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = f"{MINE}.99"
        if item.ValueType == "TEXT":
            item.TextValue = "<script>alert(1)</script>"
    del empty.ContentSequence
    for ds in (image, absent, empty):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)
    viewer.series(f"{MINE}.2").click()
    said = page.get_by_test_id("key-objects")
    expect(said).to_contain_text("<script>alert(1)</script>", timeout=SLOW)
    expect(said).to_contain_text("none of which is an image that is here")
    viewer.series(f"{MINE}.3").click()
    expect(said).to_contain_text("It names no image.")
    viewer.series(f"{MINE}.1").click()
    viewer.until("v => v.images === 1 && v.error === ''")
