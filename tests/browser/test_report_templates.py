"""Reports of the templates that no sample has (tests/kit/report_templates.py), each read against dsrdump."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from tests.kit.report_templates import TEMPLATES
from tests.kit.server import RunningServer
from tests.kit.stow import store

from .pages import SLOW, Viewer
from .test_reports import base

UNREAD_BY_DCMTK = {"enhanced-dose"}
"""dsrdump 3.6.7 does not know the class; its numbers are in FACTS."""

FACTS: dict[str, list[tuple[str, str, list[str]]]] = {
    "echo": [
        (
            "section",
            "Findings · Left Ventricle",
            ["Measurement Group · 2D mode", "Measurement Group · M mode"],
        ),
        (
            "row",
            "Mean value chosen",
            ["Left Ventricle Internal End Diastolic Dimension", "4.87", "cm", "Mean"],
        ),
        ("row", "Ejection Fraction", ["61.5", "%", "Method of Disks, Biplane"]),
        ("section", "Findings · Aortic Valve", ["Peak Velocity", "1.37", "m/s", "7.51", "mmHg"]),
    ],
    "obgyn": [
        (
            "section",
            "Summary",
            ["Last Menstrual Period", "2024-05-12", "Estimated Date of Delivery", "2025-02-16"],
        ),
        ("section", "Fetus Summary · A", ["Estimated Weight", "2410", "g", "148", "bpm"]),
        ("section", "Fetal Biometry · A", ["8.82", "8.86", "8.84"]),
        ("row", "8.82", ["Biparietal Diameter", "8.84 cm", "Mean", "249 d", "(35 w 4 d)", "42 %"]),
        ("section", "Fetal Biometry · B", ["8.79"]),
    ],
    "vascular": [("row", "Right", ["87.3 cm/s", "22.4 cm/s", "0.74"]), ("row", "Left", ["93.1 cm/s"])],
    "simplified-echo": [("row", "LVIDd 2D", ["4.72", "cm"]), ("row", "Tricuspid Valve", ["2.41", "m/s"])],
    "hemodynamics": [("section", "Gradient assessment · Aortic Valve", ["1.73", "cm²", "14.5"])],
    "cath-log": [("row", "Heparin 5000 IU", ["2025-01-01 09:55:02", "Drug Administered"])],
    "ivus": [
        ("section", "Vessel · Proximal left anterior descending artery", []),
        ("row", "31.4 %", ["12.1 mm²"]),
    ],
    "ct-cardiac": [("row", "Left anterior descending", ["112.4", "98.3 mm³"])],
    "enhanced-dose": [
        ("total", "Irradiation Event Summary Data", ["2"]),
        ("total", "Dose Area Product Total", ["4521.5", "mGy·cm²"]),
        ("total", "Dose (RP), 2 values", ["187.25", "mGy"]),
        ("row", "102.25 mGy", ["2411.25", "Fluoroscopy", "2025-01-01 10:10:00"]),
        ("section", "Irradiation Details", ["81.5", "kV", "0.3"]),
    ],
    "patient-dose": [("row", "Liver dose", ["12.75 mGy"]), ("row", "Lung dose", ["9.31 mGy"])],
    "radiopharmaceutical-dose": [
        ("total", "Radiopharmaceutical Administration", ["1"]),
        ("row", "Urinary bladder", ["40.61 mGy"]),
    ],
    "colon-cad": [
        ("line", "Colon Overall Assessment", ["C2 - Intermediate Polyp"]),
        ("line", "7.25", ["91.5"]),
    ],
    "breast-imaging": [("section", "Overall Assessment", ["Category 4: Suspicious abnormality"])],
    "implantation-plan": [("row", "Cup", ["Acetabular component", "52 mm"])],
    "spectacles": [
        ("section", "Right Eye Rx", ["-1.75", "-0.5", "170", "2.25"]),
        ("section", "Left Eye Rx", ["-2.25", "-0.75", "15"]),
        ("line", "Distance Pupillary Distance", ["63.5 mm"]),
    ],
    "macular-grid": [("section", "Findings · Right", ["251.5", "µm", "8.62", "mm³"])],
    "acquisition-context": [("section", "Heating conditions", ["37.2", "36.8"])],
    "planned-agent": [("row", "Bolus", ["80 ml", "4.5 ml/s"]), ("row", "Flush", ["30 ml", "3.25 ml/s"])],
    "performed-agent": [("row", "Flush", ["30 ml", "3.25 ml/s"])],
}
"""Words of a row, section, line or row of the totals, and what else a reader looks for in it."""


def test_every_template_is_a_readable_document(page: Page, shelf: RunningServer, tmp_path: Path) -> None:
    study = generate_uid()
    objects = {name: report(name, number, study) for number, name in enumerate(TEMPLATES, 1)}
    assert set(FACTS) == set(TEMPLATES)
    store(shelf, objects.values())
    viewer = Viewer(page, shelf.url)
    viewer.open(study)
    missing = []
    for name, ds in objects.items():
        viewer.series(ds.SeriesInstanceUID).click()
        shown = page.get_by_test_id("report")
        expect(shown.locator("h1")).to_have_text(meaning(TEMPLATES[name][2]), timeout=SLOW)
        viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=ds.SeriesInstanceUID)
        assert page.get_by_test_id("report-note").count() == 0, name
        said = " ".join(shown.inner_text().split())
        missing += [f"{name}: {words}" for words in dumped(ds, tmp_path) if words not in said]
        for kind, which, words in FACTS[name]:
            place = places(shown, kind, which)
            assert place.count() > 0, (name, kind, which)
            there = " ".join(place.first.inner_text().split())
            missing += [f"{name}, {which}: {word}" for word in words if word not in there]
    assert not missing, "\n".join(missing)


def places(shown: Locator, kind: str, which: str) -> Locator:
    """The rows, sections, lines or totals that have these words."""
    if kind == "section":
        heading = re.compile(rf"^\s*{re.escape(which)}\s*$")
        headings = shown.page.locator("h2, h3, h4").filter(has_text=heading)
        return shown.locator(".rsection").filter(has=headings).last
    if kind == "line":
        return shown.locator(".rline").filter(has_text=which)
    rows = shown.get_by_test_id("report-dose") if kind == "total" else shown
    return rows.locator("tbody > tr").filter(has_text=which)


def report(name: str, number: int, study: str) -> Dataset:
    """The template as an object in a series of its own."""
    sop_class, template, root = TEMPLATES[name]
    ds = base("SR", sop_class, study)
    for element in root:
        if element.keyword != "RelationshipType":
            ds[element.tag] = element
    said = Dataset()
    said.MappingResource, said.TemplateIdentifier = "DCMR", template
    ds.ContentTemplateSequence = Sequence([said])
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    ds.ContentDate, ds.ContentTime, ds.SeriesNumber = "20250101", "120000", number
    ds.ReferencedPerformedProcedureStepSequence = ds.PerformedProcedureCodeSequence = Sequence()
    return ds


def meaning(item: Dataset) -> str:
    """Of the concept name."""
    return str(item.ConceptNameCodeSequence[0].CodeMeaning)


def dumped(ds: Dataset, folder: Path) -> list[str]:
    """Names and values of all items that have one, below the root, as dcmtk's dsrdump reads them."""
    sop_name = str(ds.SOPInstanceUID)
    if any(ds.SOPClassUID == TEMPLATES[name][0] for name in UNREAD_BY_DCMTK):
        return []
    ds.save_as(folder / sop_name, enforce_file_format=True)
    done = subprocess.run(
        ["dsrdump", "-Er", "-Ec", "-Ev", "-Ei", "+U8", "+Pl", "-Ph", "+Pc", str(folder / sop_name)],
        capture_output=True,
        check=True,
        text=True,
    )
    found = []
    for line in filter(str.strip, done.stdout.splitlines()[1:]):
        item = re.match(r'\s+<[a-z ]+ (\w+):\([^"]*,"(.*?)"\)=(?:"(.*?)"|\([^"]*,"(.*?)"\))?.*>[^>]*$', line)
        if item is None:
            assert "CONTAINER" in line, line
            continue
        kind, concept, value, code = item.groups()
        # Containers may be rows, and site, mode and whose it is stand in headings without their name.
        if kind != "CONTAINER" and "concept mod" not in line and "obs context" not in line:
            found.append(concept)
        if kind in ("TEXT", "NUM", "CODE"):
            found.append(code if kind == "CODE" else value)
    assert found, done.stdout
    return found
