"""The tag browser: found, opened, compared, copied; what pydicom reads is the truth."""

from __future__ import annotations

import io
import re
import urllib.request
from pathlib import Path
from typing import Any

import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset

from readingroom.standard.implementation import NON_PATIENT_STUDY
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer

pytestmark = pytest.mark.row("VIEW-DISP-03")

RAW = "1.2.840.10008.5.1.4.1.1.66"
STUDY = "2.25.7700180"


def mammograms() -> list[pydicom.Dataset]:
    """Two views of ../shared/data/made/mammo, each a series."""
    paths = sorted((shared_data() / "made" / "mammo").glob("*.dcm"))
    return [pydicom.dcmread(path) for path in paths[:2]]


def differing(a: pydicom.Dataset, b: pydicom.Dataset) -> set[str]:
    """Tags of the top level that are not the same; pixel data are stored apart and not compared."""
    tags = {elem.tag for elem in a} | {elem.tag for elem in b}
    unlike = {tag for tag in tags if a.get(tag) != b.get(tag) and tag != 0x7FE00010}
    return {f"{tag.group:04X},{tag.element:04X}" for tag in unlike}


def raw_data() -> bytes:
    """A Raw Data object with a private block, beside a secondary capture's study: nobody draws it."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = RAW, f"{STUDY}.1.1", "MR"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = STUDY, f"{STUDY}.1", 1
    ds.PatientName, ds.PatientID, ds.InstanceNumber = "RAW^<b>", "RRRAW", 1
    ds.StudyDate = ds.StudyTime = ds.PatientBirthDate = ds.PatientSex = ""
    block = ds.private_block(0x0029, "READING ROOM TEST", create=True)
    block.add_new(0x01, "OB", bytes(range(48, 58)) * 1000)
    return written(ds)


def note() -> bytes:
    """A second series of that study, so that the rail is not empty: a private class without images."""
    ds = pydicom.dcmread(io.BytesIO(raw_data()))
    ds.SOPClassUID, ds.SOPInstanceUID = "1.3.12.2.1107.5.9.1", f"{STUDY}.2.1"
    ds.SeriesInstanceUID, ds.SeriesNumber = f"{STUDY}.2", 2
    return written(ds)


def written(ds: Dataset) -> bytes:
    """As a file."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def stored(server: RunningServer, content: bytes) -> None:
    """Sent by STOW-RS."""
    request = urllib.request.Request(
        f"{server.url}/dicom-web/studies", content, {"Content-Type": "application/dicom"}, method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def lines(page: Page) -> dict[str, Any]:
    """Tag to the text of its line, of those that are drawn."""
    found: dict[str, Any] = page.get_by_test_id("tag-line").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.dataset.tag, one.innerText]))"
    )
    return found


def test_two_objects_are_found_compared_and_copied(page: Page, shelf: RunningServer) -> None:
    first, second = mammograms()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1440, "height": 1400})
    viewer = Viewer(page, shelf.url)
    viewer.open_image(first.StudyInstanceUID)
    viewer.series(first.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=first.SOPInstanceUID)
    viewer.press("t")
    search = page.get_by_test_id("tag-search")
    for query in ("SOPInstanceUID", "0008,0018", first.SOPInstanceUID):
        search.fill(query)
        line = page.locator('[data-testid="tag-line"][data-tag="0008,0018"]')
        expect(line).to_contain_text(first.SOPInstanceUID, timeout=SLOW)
    line.click()
    expect(page.get_by_test_id("tag-value")).to_have_text(first.SOPInstanceUID)
    page.get_by_test_id("tag-copy-value").click()
    expect(page.get_by_test_id("notice")).to_have_text("The text is on the clipboard.")
    assert page.evaluate("() => navigator.clipboard.readText()") == first.SOPInstanceUID
    search.fill("")
    page.get_by_test_id("tag-compare").click()
    page.get_by_test_id("tag-other-series").select_option(second.SeriesInstanceUID)
    page.get_by_test_id("tag-differences").click()
    page.get_by_test_id("tag-wide").click()
    expected = differing(first, second)
    expect(page.get_by_test_id("tags")).to_have_attribute("data-lines", str(len(expected)), timeout=SLOW)
    page.wait_for_function(
        "count => document.querySelectorAll('[data-testid=tag-line]').length === count", arg=len(expected)
    )
    assert set(lines(page)) == expected
    uids = lines(page)["0008,0018"]
    assert first.SOPInstanceUID in uids
    assert second.SOPInstanceUID in uids


def test_raw_data_is_left_out_of_the_rail_and_read_by_tags(page: Page, shelf: RunningServer) -> None:
    """Hidden at first, reached by the rail's last line; private bytes under their creator, as numbers."""
    for content in (raw_data(), note()):
        stored(shelf, content)
    viewer = Viewer(page, shelf.url)
    viewer.open(STUDY)
    raw = viewer.series(f"{STUDY}.1")
    viewer.series(f"{STUDY}.2").click()
    expect(raw).to_have_count(0)
    page.get_by_test_id("hidden-series").click()
    raw.click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=f"{STUDY}.1")
    expect(page.get_by_test_id("tags")).to_contain_text("READING ROOM TEST", timeout=SLOW)
    assert lines(page)["0029,10xx"].endswith("READING ROOM TEST")
    page.locator('[data-testid="tag-line"][data-tag="0029,1001"]').click()
    expect(page.get_by_test_id("tag-bytes")).to_have_text("10\u202f000 bytes".replace("\u202f", "\u2009"))
    page.get_by_test_id("tag-as-hex").click()
    expect(page.get_by_test_id("tag-value")).to_contain_text("000000  30 31 32 33 34 35 36 37 38 39 30 31")
    page.get_by_test_id("tag-as-text").click()
    expect(page.get_by_test_id("tag-value")).to_contain_text("01234567890123456789")
    page.get_by_test_id("hide-class").uncheck()  # from now on it is in the rail
    expect(page.get_by_test_id("hidden-series")).to_have_count(0)
    expect(raw).to_be_visible()


@pytest.mark.row("VIEW-DISP-10")
def test_classes_are_hidden_by_the_servers_setting(page: Page, tmp_path: Path) -> None:
    """The site hides PDF: not in the rail, nor the next series; in the tag browser; one's own wish is above.

    Raw data, which the setting does not name, is in the rail; CT, which it names, stays: images always do.
    """
    ct = pydicom.dcmread(shared_data() / "made" / "gsps" / "base-ct.dcm")
    pdf = pydicom.dcmread(shared_data() / "made" / "documents" / "pdf-two-pages.dcm")
    for number, ds in enumerate((ct, pdf), 3):
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = STUDY, f"{STUDY}.{number}", number
        ds.PatientName, ds.PatientID = "RAW^<b>", "RRRAW"
    hidden = {"READINGROOM__READING__HIDDEN_CLASSES": f"{pdf.SOPClassUID},{ct.SOPClassUID}"}
    with running_server(tmp_path, "--accept-any-ae", "--no-login", settings=hidden) as server:
        for content in (raw_data(), written(ct), written(pdf)):
            stored(server, content)
        viewer = Viewer(page, server.url)
        viewer.open_image(STUDY)
        shown, raw, left = (viewer.series(f"{STUDY}.{n}") for n in (3, 1, 4))
        expect(shown).to_be_visible()
        expect(raw).to_be_visible()
        expect(left).to_have_count(0)
        expect(page.get_by_test_id("hidden-series")).to_have_text(re.compile("1 hidden"))
        order = []
        for _ in range(3):
            order.append(viewer.viewport()["seriesInstanceUID"])
            viewer.press("ArrowRight")
            viewer.until("(v, was) => v.seriesInstanceUID !== was || was.endsWith('.3')", arg=order[-1])
        assert f"{STUDY}.4" not in order
        viewer.series(f"{STUDY}.3").click()
        viewer.until("v => v.kind === 'images' && v.image > 0")
        viewer.press("t")
        page.get_by_test_id("tag-series").select_option(f"{STUDY}.4")
        title = page.locator('[data-testid="tag-line"][data-tag="0042,0010"]')
        page.get_by_test_id("tag-search").fill("0042,0010")
        expect(title).to_contain_text(pdf.DocumentTitle, timeout=SLOW)
        box = page.get_by_test_id("hide-class")
        expect(box).to_be_checked()
        box.uncheck()
        expect(left).to_be_visible()
        expect(page.get_by_test_id("hidden-series")).to_have_count(0)
        page.reload()
        expect(left).to_be_visible(timeout=SLOW)  # what a person chose stands above the setting


IMPLANT, THREAT = "1.2.840.10008.5.1.4.43.1", "1.2.840.10008.5.1.4.1.1.501.3"


def coded(meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "1", "99RR", meaning
    return item


def implant() -> bytes:
    """A Generic Implant Template with two drawings (PS3.3 C.29.1), without a patient."""
    ds = pydicom.dcmread(io.BytesIO(raw_data()))
    ds.SOPClassUID, ds.SOPInstanceUID = IMPLANT, f"{STUDY}.6.1"
    ds.SeriesInstanceUID, ds.SeriesNumber = f"{STUDY}.6", 6
    ds.Manufacturer, ds.ImplantName, ds.ImplantSize = "Ideal Hips <script>", "Stem 7", "12/14"
    ds.MaterialsCodeSequence = [coded("Titanium")]
    ds.HPGLDocumentSequence = []
    for number, view in ((1, "anterior-posterior"), (2, "lateral")):
        plan = Dataset()
        plan.HPGLDocumentID, plan.HPGLDocumentLabel = number, f"plan {number}"
        plan.ViewOrientationCodeSequence = [coded(view)]
        plan.HPGLDocument = b"IN;PU0,0;PD100,0;PU;"
        ds.HPGLDocumentSequence.append(plan)
    return written(ds)


def threats() -> bytes:
    """A DICOS Threat Detection Report with one alarm."""
    ds = pydicom.dcmread(io.BytesIO(raw_data()))
    ds.SOPClassUID, ds.SOPInstanceUID = THREAT, f"{STUDY}.7.1"
    ds.SeriesInstanceUID, ds.SeriesNumber = f"{STUDY}.7", 7
    ds.AlarmDecision, ds.NumberOfAlarmObjects = "ALARM", 1
    threat, assessment = Dataset(), Dataset()
    threat.PotentialThreatObjectID = 5
    assessment.ThreatCategory, assessment.ATDAssessmentFlag = "EXPLOSIVE", "THREAT"
    assessment.ATDAssessmentProbability = 0.75
    threat.ATDAssessmentSequence = [assessment]
    ds.ThreatSequence = [threat]
    return written(ds)


def test_what_is_not_drawn_says_what_it_is(page: Page, shelf: RunningServer) -> None:
    """Name, maker and drawings of an implant, threats of a DICOS report, makers of private elements."""
    for content in (raw_data(), note(), implant(), threats()):
        stored(shelf, content)
    viewer = Viewer(page, shelf.url)
    told = page.get_by_test_id("object-is")
    viewer.open(NON_PATIENT_STUDY)  # implants have no patient: they stand in one study, by class
    viewer.series(IMPLANT).click()
    expect(told.get_by_role("heading", level=2)).to_have_text("Generic Implant Template", timeout=SLOW)
    facts = [one.split("\n") for one in told.locator("dl > div").all_inner_texts()]
    assert facts == [
        ["Implant Name", "Stem 7"], ["Manufacturer", "Ideal Hips <script>"], ["Implant Size", "12/14"],
    ]  # fmt: skip
    assert told.locator("li").all_inner_texts() == [
        "Drawing 1 · plan 1 · anterior-posterior · 20 bytes",
        "Drawing 2 · plan 2 · lateral · 20 bytes",
        "Titanium",
        "READING ROOM TEST · 1 element",
    ]
    viewer.open(STUDY)
    viewer.series(f"{STUDY}.7").click()
    expect(told.get_by_role("heading", level=2)).to_have_text("DICOS Threat Detection Report")
    expect(told.locator("li").first).to_have_text("Object 5 · EXPLOSIVE, THREAT, 75 %")
    expect(told.locator("dl")).to_contain_text("ALARM")
    viewer.series(f"{STUDY}.2").click()
    expect(told.get_by_role("heading", level=2)).to_have_text("Private CSA Non-Image Storage (Siemens)")
    expect(told.locator("li")).to_have_text("READING ROOM TEST · 1 element")


LARGE = "2.25.7700181"


def large() -> bytes:
    """100 000 elements: a sequence of 20 000 items of four, and another one 200 deep."""
    ds = pydicom.dcmread(io.BytesIO(raw_data()))
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{LARGE}.1.1", LARGE, f"{LARGE}.1"
    ds.ReferencedStudySequence = []
    for number in range(20_000):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.3", f"2.25.{number}"
        item.PatientComments, item.AccessionNumber = f"comment {number}", str(number)
        ds.ReferencedStudySequence.append(item)
    deep = Dataset()
    deep.CodeMeaning = "the bottom"
    for _ in range(40):
        above = Dataset()
        above.ConceptNameCodeSequence = [deep]
        deep = above
    ds.ContentSequence = [deep]
    return written(ds)


def test_large_and_deep_objects_stay_light(page: Page, shelf: RunningServer) -> None:
    """Only what is seen is in the page: 20 000 items open, searched, scrolled to the end."""
    stored(shelf, large())
    viewer = Viewer(page, shelf.url)
    viewer.open(LARGE)
    tags = page.get_by_test_id("tags")
    drawn = page.get_by_test_id("tag-line")
    expect(drawn.first).to_be_visible(timeout=SLOW)
    line = page.locator('[data-testid="tag-line"][data-tag="0008,1110"]')
    line.click()
    expect(line).to_contain_text("20")
    page.get_by_test_id("tag-open-all").click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-testid=tags]').dataset.lines) > 4000", timeout=SLOW
    )
    assert page.evaluate("() => document.querySelectorAll('*').length") < 2500
    tags.focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "() => document.querySelector('[data-testid=tags]').scrollTop > 10000", timeout=SLOW
    )
    assert drawn.count() < 120
    page.get_by_test_id("tag-search").fill("comment 19999")
    expect(tags).to_contain_text("comment 19999", timeout=SLOW)
    assert drawn.count() < 120
