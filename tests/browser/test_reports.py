"""Reports and measurements: texts against dsrdump, jumps and marks against TRUTH.csv, paper, and bad ones."""

from __future__ import annotations

import io
import re
import subprocess
from typing import Any

import numpy as np
import pydicom
import pypdf
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .conftest import Watch
from .pages import SLOW, Viewer, soon
from .test_truth_values import truth

SELECTED, MACHINE = (0xFF, 0xF3, 0xC4), (0xC3, 0xB1, 0xF5)


def open_report(page: Page, url: str, name: str) -> Viewer:
    """Hang a report of ../shared/data in the first viewport."""
    ds = pydicom.dcmread(shared_data() / name, stop_before_pixels=True)
    viewer = Viewer(page, url)
    viewer.open(ds.StudyInstanceUID)
    viewer.series(ds.SeriesInstanceUID).click()
    expect(page.get_by_test_id("report")).to_be_visible(timeout=SLOW)
    return viewer


def nearby(viewer: Viewer, column: float, row: float, cell: int = 1) -> set[tuple[int, ...]]:
    """Colours within two CSS pixels of an image point (the corner of the first pixel is 0, 0)."""
    x, y = viewer.place(0, 0, cell)
    right, down = viewer.place(1, 0, cell), viewer.place(0, 1, cell)
    at = x + (column - 0.5) * (right[0] - x), y + (row - 0.5) * (down[1] - y)
    picture = viewer.picture(cell)
    around = picture[int(at[1]) - 2 : int(at[1]) + 3, int(at[0]) - 2 : int(at[0]) + 3]
    return {tuple(int(v) for v in one) for one in around.reshape(-1, 3)}


def is_marked(
    viewer: Viewer, colour: tuple[int, int, int], column: float, row: float, so: bool = True
) -> None:
    """Wait until that colour is near an image point of the second viewport, or is not."""

    def check() -> None:
        found = nearby(viewer, column, row)
        assert any(np.abs(np.subtract(colour, one)).max() < 24 for one in found) == so, (column, row, found)

    soon(check)


@pytest.mark.row("VIEW-DISP-05")
def test_measurement_groups_jump_to_their_images(page: Page, shelf: RunningServer) -> None:
    name = "made/sr/tid1500.dcm"
    viewer = open_report(page, shelf.url, name)
    report = page.get_by_test_id("report")
    table = page.get_by_test_id("report-groups")
    heads = table.locator("thead th").all_inner_texts()
    # As the object codes them in UCUM: mm3, mm, [hnsf'U].
    units = {"Volume": "mm³", "Diameter": "mm", "Attenuation Coefficient": "Hounsfield unit"}
    for n, sphere in enumerate(("air", "fat", "soft", "bone", "dense"), 1):
        row = table.locator("tbody > tr").nth(n - 1)
        expect(row).to_contain_text(f"sphere {sphere}")
        cells = dict(zip(heads, row.locator("td").all_inner_texts(), strict=True))
        for what in ("Volume", "Diameter", "Attenuation Coefficient"):
            number = truth(name, f"sphere {sphere} {what}")
            shown, unit = cells[what].strip().split("\n")[0].split(maxsplit=1)
            assert float(shown) == pytest.approx(number, abs=0.006, rel=6e-6), (what, shown)
            assert unit == units[what], cells
    # Row 3: a CIRCLE at 29.5/62.5 (sr/dump/tid1500.txt) on the image that its item names.
    ds = pydicom.dcmread(shared_data() / name)
    groups = [c for c in ds.ContentSequence if c.ConceptNameCodeSequence[0].CodeValue == "126010"]
    group = groups[0].ContentSequence[2]
    circle = next(c for c in group.ContentSequence if c.ValueType == "SCOORD")
    image = circle.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    page.get_by_test_id("report-row").nth(2).click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", 1, image)
    expect(table.locator("tbody > tr").nth(2)).to_have_class("on")
    cx, cy, px, py = circle.GraphicData
    radius = float(np.hypot(px - cx, py - cy))
    page.mouse.move(5, 5)
    for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        is_marked(viewer, SELECTED, cx + across * radius, cy + down * radius)
    is_marked(viewer, SELECTED, cx, cy, so=False)
    page.get_by_test_id("report-marks").click()
    is_marked(viewer, SELECTED, cx - radius, cy, so=False)
    # Found in the document.
    page.get_by_test_id("report-search").fill("SPHERE")
    expect(page.get_by_test_id("report-hits")).to_have_text("1 of 5")
    assert report.locator("mark").count() == 5


def test_cad_marks_are_toggled(page: Page, shelf: RunningServer) -> None:
    viewer = open_report(page, shelf.url, "made/sr/mammography-cad.dcm")
    page.locator('[data-testid="report-mark"]').first.click()
    viewer.until("v => v.image > 0", 1)
    page.get_by_test_id("viewport-1").click(position={"x": 5, "y": 200})
    column, row = truth("made/sr/mammography-cad.dcm", "lcc")
    edge = (column - 5, row)
    is_marked(viewer, MACHINE, *edge)
    viewer.press("d")
    expect(page.get_by_test_id("report-marks")).to_have_text("Show marks")
    is_marked(viewer, MACHINE, *edge, so=False)
    viewer.press("d")
    expect(page.get_by_test_id("report-marks")).to_have_text("Hide marks")
    is_marked(viewer, MACHINE, *edge)
    expect(page.get_by_test_id("report")).to_contain_text("Mammographic breast mass")
    # The panel of the image has a switch for each report.
    viewer.press("\\")
    switch = page.get_by_test_id("marks-shown")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.get_by_test_id("marks-count")).to_have_text("1")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    is_marked(viewer, MACHINE, *edge, so=False)


def test_the_paper_has_the_report_alone(page: Page, shelf: RunningServer) -> None:
    name = "made/sr/basic-text.dcm"
    open_report(page, shelf.url, name)
    said = subprocess.run(
        ["dsrdump", "+U8", "+Pl", "-Ph", str(shared_data() / name)],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    texts = [part for one in re.findall(r'TEXT:[^=]*="(.*)">', said) for part in one.split(r"\r\n")]
    assert texts
    for text in texts:
        expect(page.get_by_test_id("report")).to_contain_text(text)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper = page.locator(".printout")
    expect(paper).to_be_visible()
    for text in texts:
        expect(paper).to_contain_text(text)
    expect(page.get_by_test_id("viewer")).to_be_hidden()
    ink = paper.locator("h1").evaluate("e => getComputedStyle(e).color")
    assert ink == "rgb(0, 0, 0)"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(paper).to_have_count(0)


def test_dose_reports_have_totals(page: Page, shelf: RunningServer) -> None:
    name = "objects/sr/dose/CT-RDSR-Siemens_Flash-TAP-SS.dcm"
    store(shelf, [pydicom.dcmread(shared_data() / name)])
    open_report(page, shelf.url, name)
    said = subprocess.run(
        ["dsrdump", "-Er", "-Ec", "-Ev", "-Ei", str(shared_data() / name)],
        capture_output=True,
        check=True,
        text=True,
        errors="replace",
    ).stdout
    total = re.search(r'"CT Dose Length Product Total"\)="([\d.]+)" \((.+?),', said)
    assert total is not None
    dose = page.get_by_test_id("report-dose")
    whole = dose.locator("tr", has_text="CT Dose Length Product Total").locator("td, th").all_inner_texts()
    assert " ".join(whole).split()[-2:] == [total[1], total[2]], whole
    events = said.count('"CT Acquisition")')
    counted = dose.locator("tr", has_text="CT Acquisition").locator("td, th").all_inner_texts()
    assert " ".join(counted).split()[-2:] == [str(events), "events"], counted
    rows = page.get_by_test_id("report-groups").filter(has_text="CT Acquisition").locator("tbody > tr")
    expect(rows).to_have_count(events)


def printed(page: Page) -> list[str]:
    """The text of each A4 page as pypdf reads it from the browser's own PDF."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    for sheet in paper.pages:
        assert abs(float(sheet.mediabox.width) - 595) < 2
        assert abs(float(sheet.mediabox.height) - 842) < 2
    return [" ".join(sheet.extract_text().split()) for sheet in paper.pages]


def test_wide_dose_tables_are_whole_on_paper(page: Page, shelf: RunningServer) -> None:
    """Each number of the table on the screen is on paper, inside the page; who it is about on each page."""
    name = "objects/sr/dose/RF-RDSR-GE.dcm"
    ds = pydicom.dcmread(shared_data() / name)
    store(shelf, [ds])
    open_report(page, shelf.url, name)
    table = page.get_by_test_id("report-groups").first
    columns = table.locator("thead th").count()
    assert columns > 20
    cells = table.locator("tbody > tr").first.locator("td").all_inner_texts()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 1000})  # 178 mm
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.printout .rtable')]
            .filter(t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length"""
    )
    assert cut == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    sheets = printed(page)
    assert len(sheets) > 1
    for sheet in sheets:
        assert str(ds.PatientID) in sheet
    said = "".join("".join(sheets).split())
    for cell in cells:
        assert "".join(cell.split()) in said, cell


def base(modality: str, sop_class: str, study: str) -> Dataset:
    """An object of that class with a head and nothing else."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = (
        ds.SOPClassUID,
        ds.SOPInstanceUID,
    )
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, generate_uid()
    ds.PatientName, ds.PatientID, ds.Modality = "Hostile^Report", "HR-1", modality
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.InstanceNumber = "20250101", "1000", "", 1
    ds.SeriesNumber = 1
    return ds


def code(value: str, meaning: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return Sequence([item])


def content(kind: str, name: str, **more: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    if kind:
        item.ValueType = kind
    item.ConceptNameCodeSequence = code("1", name)
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


@pytest.fixture
def bad(shelf: RunningServer) -> str:
    """A study with a hostile report; its Study Instance UID."""
    study = generate_uid()
    ds = base("SR", "1.2.840.10008.5.1.4.1.1.88.33", study)
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = code("1", "<img src=x onerror=alert(1)>")
    circle = Dataset()
    circle.RelationshipType, circle.ReferencedContentItemIdentifier = "INFERRED FROM", [1, 1]
    lost = Dataset()
    lost.ReferencedSOPClassUID, lost.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", generate_uid()
    ds.ContentSequence = Sequence(
        [
            content("CONTAINER", "Circle", ContentSequence=Sequence([circle])),
            content("TEXT", "Words", TextValue="<script>alert(2)</script><b>bold</b>"),
            content("", "Without type"),
            content("IMAGE", "Gone", ReferencedSOPSequence=Sequence([lost])),
            content("SCOORD", "Nowhere", GraphicType="POINT", GraphicData=[1.0, 1.0]),
            *(content("TEXT", "Many", TextValue=f"line {n}") for n in range(10_000)),
        ]
    )
    store(shelf, [ds])
    return study


def test_hostile_reports_say_what_is_wrong(page: Page, shelf: RunningServer, bad: str, watch: Watch) -> None:
    """Its view does not come at first either."""
    watch.allow("Failed to load resource|net::ERR_FAILED")
    page.route("**/assets/view-*.js", lambda route: route.abort())
    Viewer(page, shelf.url).open(bad)
    expect(page.get_by_test_id("kind-fault")).to_contain_text("could not be fetched", timeout=SLOW)
    page.unroute("**/assets/view-*.js")
    page.get_by_test_id("kind-again").click()
    report = page.get_by_test_id("report")
    expect(report).to_be_visible(timeout=SLOW)
    expect(report.locator("h1")).to_have_text("<img src=x onerror=alert(1)>")
    expect(report).to_contain_text("<script>alert(2)</script><b>bold</b>")
    assert report.locator("img, script, b").count() == 0
    expect(report).to_contain_text("item 1.1, which contains it")
    expect(report).to_contain_text("It has no value type and is not shown.")
    expect(report).to_contain_text("line 9999", timeout=SLOW)
    page.get_by_test_id("report-image").click()
    expect(page.get_by_text("What the report names is not in the open studies.")).to_be_visible()
    page.get_by_test_id("report-mark").click()
    expect(page.get_by_text("The report does not say on which image this is.")).to_be_visible()


def holding(**values: Any) -> Sequence:
    """A sequence of one item."""
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return Sequence([item])


EYES: dict[str, tuple[str, Any, list[tuple[str, str]]]] = {
    "78.1": (
        "RightLensSequence",
        holding(
            SpherePower=-3.25,
            CylinderSequence=holding(CylinderPower=-1.25, CylinderAxis=95.0),
            AddNearSequence=holding(AddPower=2.0, ViewingDistance=40.0),
        ),
        [("00460014", "-3.25 D"), ("00460014", "95 °"), ("00460014", "2 D"), ("00460014", "40 cm")],
    ),
    "78.3": (
        "KeratometryRightEyeSequence",
        holding(
            SteepKeratometricAxisSequence=holding(
                RadiusOfCurvature=7.62, KeratometricPower=44.29, KeratometricAxis=88.0
            ),
            FlatKeratometricAxisSequence=holding(
                RadiusOfCurvature=7.81, KeratometricPower=43.21, KeratometricAxis=178.0
            ),
        ),
        [("00460074", "7.62 mm"), ("00460074", "44.29 D"), ("00460080", "178 °"), ("00460080", "43.21 D")],
    ),
    "78.4": (
        "SubjectiveRefractionRightEyeSequence",
        holding(SpherePower=0.75, PrismSequence=holding(HorizontalPrismPower=1.5, HorizontalPrismBase="IN")),
        [("00460097", "0.75 D"), ("00460028", "1.5 Δ"), ("00460028", "IN")],
    ),
    "78.5": (
        "VisualAcuityRightEyeSequence",
        holding(DecimalVisualAcuity=0.8, ViewingDistance=600.0),
        [("00460122", "0.8"), ("00460122", "600 cm")],
    ),
    "78.7": (
        "OphthalmicAxialMeasurementsRightEyeSequence",
        holding(
            OphthalmicAxialLengthMeasurementsSequence=holding(
                OphthalmicAxialLengthMeasurementsTotalLengthSequence=holding(OphthalmicAxialLength=23.75)
            ),
            LensThickness=4.5,
            AnteriorChamberDepth=3.25,
        ),
        [("00221019", "23.75 mm"), ("00221130", "4.5 mm"), ("00221131", "3.25 mm")],
    ),
    "78.8": (
        "IntraocularLensCalculationsRightEyeSequence",
        holding(
            TargetRefraction=-0.25,
            IOLPowerSequence=Sequence(
                [
                    *holding(IOLPower=21.5, PredictedRefractiveError=-0.125),
                    *holding(IOLPower=22.0, PredictedRefractiveError=-0.5),
                ]
            ),
        ),
        [("00221037", "-0.25 D"), ("00221090", "21.5"), ("00221090", "-0.125"), ("00221090", "22")],
    ),
}
"""By the end of the class: the sequence of the right eye, and what stands where in the document."""


def test_every_class_of_eye_measurements_has_its_numbers(page: Page, shelf: RunningServer) -> None:
    study = generate_uid()
    objects = {}
    for number, (end, (keyword, values, _)) in enumerate(EYES.items(), 1):
        ds = base("OT", f"1.2.840.10008.5.1.4.1.1.{end}", study)
        ds.SeriesNumber, ds.SeriesDescription = number, f"eye {end}"
        setattr(ds, keyword, values)
        objects[end] = ds
    store(shelf, objects.values())
    viewer = Viewer(page, shelf.url)
    viewer.open(study)
    paper = page.get_by_test_id("measurements")
    missing = []
    for end, ds in objects.items():
        viewer.series(ds.SeriesInstanceUID).click()
        expect(paper.locator("h1")).to_have_text(f"eye {end}", timeout=SLOW)
        for tag, words in EYES[end][2]:
            there = " ".join(paper.locator(f'[data-tag="{tag}"]').all_inner_texts()).replace("\xa0", " ")
            if words not in " ".join(there.split()):
                missing.append(f"{end} {tag}: {words} in {there}")
    assert not missing, "\n".join(missing)


def test_eye_measurements_are_tables(page: Page, shelf: RunningServer) -> None:
    study = generate_uid()
    refraction = base("AR", "1.2.840.10008.5.1.4.1.1.78.2", study)
    for eye, sphere in (("Right", -1.25), ("Left", 2.5)):
        one, cylinder = Dataset(), Dataset()
        cylinder.CylinderPower, cylinder.CylinderAxis = -0.75, 170.0
        one.SpherePower, one.CylinderSequence = sphere, Sequence([cylinder])
        setattr(refraction, f"Autorefraction{eye}EyeSequence", Sequence([one]))
    refraction.DistancePupillaryDistance = 62.5
    field = base("OPV", "1.2.840.10008.5.1.4.1.1.80.1", study)
    field.SeriesNumber, field.MeasurementLaterality = 2, "R"
    points = [(-9.0, 9.0, 28.0), (9.0, 9.0, 35.0), (-9.0, -9.0, 0.0), (9.0, -9.0, 14.0)]
    field.VisualFieldTestPointSequence = Sequence([])
    for x, y, seen in points:
        point = Dataset()
        point.VisualFieldTestPointXCoordinate, point.VisualFieldTestPointYCoordinate = x, y
        point.StimulusResults, point.SensitivityValue = "SEEN", seen
        field.VisualFieldTestPointSequence.append(point)
    empty = base("LEN", "1.2.840.10008.5.1.4.1.1.78.1", study)
    empty.SeriesNumber = 3
    store(shelf, [refraction, field, empty])
    viewer = Viewer(page, shelf.url)
    viewer.open(study)
    paper = page.get_by_test_id("measurements")
    viewer.series(refraction.SeriesInstanceUID).click()
    for tag, words in (("00460050", "-1.25 D"), ("00460052", "2.5 D"), ("00460060", "62.5 mm")):
        expect(paper.locator(f'[data-tag="{tag}"]')).to_contain_text(words, timeout=SLOW)
    expect(paper.locator('[data-tag="00460050"]')).to_contain_text("170 °")
    viewer.series(field.SeriesInstanceUID).click()
    drawn = page.get_by_test_id("field-point")
    expect(drawn).to_have_count(4, timeout=SLOW)
    for n, (_, _, seen) in enumerate(points):
        assert drawn.nth(n).get_attribute("data-grey") == str(round(seen / 35 * 255))
        expect(drawn.nth(n)).to_have_text(f"{seen:g}")
    boxes = [drawn.nth(n).bounding_box() for n in range(4)]
    assert boxes[0] is not None
    assert boxes[3] is not None
    assert boxes[0]["x"] < boxes[3]["x"]
    assert boxes[0]["y"] < boxes[3]["y"]  # y counts upwards
    viewer.series(empty.SeriesInstanceUID).click()
    expect(page.get_by_test_id("measurements-note")).to_have_text("It holds no measurements.", timeout=SLOW)
