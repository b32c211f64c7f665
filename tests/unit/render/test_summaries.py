"""Summaries of radiotherapy objects beside TRUTH.csv, pydicom and planimetry of our own."""

from __future__ import annotations

import csv
import json
import re
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from pydicom import dcmread

from readingroom.model import Attribute, Attributes
from readingroom.render import SUMMARISED, roi_names, write_summary
from tests.kit.reports import parse_page, read_file, words_of
from tests.kit.shared_data import shared_data

RT = "1.2.840.10008.5.1.4.1.1.481."
FILES = [
    *(f"made/rt/{name}.dcm" for name in ("rtdose", "rtstruct", "rtplan", "rtionplan", "rt-beams-record")),
    *(f"objects/rt/{name}.dcm" for name in ("RTDOSE", "rtdose", "rtplan", "rtstruct")),
    *(f"objects/rt/dicompyler/{name}.dcm" for name in ("rtplan", "rtss")),
]


def truths(name: str, kind: str) -> list[tuple[str, object]]:
    """What TRUTH.csv knows of a file: words and value."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if (row["file"], row["kind"]) == (f"rt/{name}", kind)]
    assert rows
    return [(row["what is known"], json.loads(row["value"])) for row in rows]


def page_of(name: str, **more: object) -> Element:
    return parse_page(write_summary(read_file(shared_data() / name), lambda *_: None, **more))  # type: ignore[arg-type]


def rows_of(page: Element, heading: str) -> list[dict[str, str]]:
    """The table below a heading, each row by its columns."""
    body = next(page.iter("main"))
    at = next(n for n, one in enumerate(body) if one.tag == "h2" and "".join(one.itertext()) == heading)
    table = next(one for one in body[at:] if one.tag == "table")
    columns = ["".join(one.itertext()) for one in table.iter("th")]
    cells = [["".join(cell.itertext()) for cell in row.iter("td")] for row in table.iter("tr")]
    return [dict(zip(columns, row, strict=True)) for row in cells if row]


def facts_of(page: Element) -> dict[str, str]:
    terms = ["".join(one.itertext()) for one in page.iter("dt")]
    return dict(zip(terms, ("".join(one.itertext()) for one in page.iter("dd")), strict=True))


def first(words: str) -> float:
    found = re.search(r"-?\d+(\.\d+)?", words)
    assert found, words
    return float(found[0])


@pytest.mark.ps("3.3 C.8.8.6")
def test_volumes_of_structures() -> None:
    """Planimetry of TRUTH.csv; the ring's inner contours are holes."""
    page = page_of("made/rt/rtstruct.dcm")
    rows = {row["Name"].removeprefix("■ "): row for row in rows_of(page, "Regions of interest")}
    for known, value in truths("rtstruct.dcm", "roi volume"):
        name = known.split()[2].rstrip(":")
        if name == "ring":
            assert abs(first(rows[name]["Volume"]) - value) < 0.002, name  # type: ignore[operator]
            continue
        _, planimetry, contours = value  # type: ignore[misc]
        assert abs(first(rows[name]["Volume"]) - planimetry) < 0.001, name
        assert rows[name]["Contours"] == f"{contours} CLOSED_PLANAR"
        assert rows[name]["Planes"] == f"{contours}, 3 mm apart"
    assert rows["isocentre"]["Contours"] == "1 POINT"
    assert rows["isocentre"]["Volume"] == ""
    ds = dcmread(shared_data() / "made/rt/rtstruct.dcm")
    types = [one.RTROIInterpretedType for one in ds.RTROIObservationsSequence]
    assert [row["Interpreted type"] for row in rows.values()] == types
    colors = ["#{:02x}{:02x}{:02x}".format(*map(int, roi.ROIDisplayColor)) for roi in ds.ROIContourSequence]
    assert [one.attrib["style"] for one in page.iter("span") if "style" in one.attrib] == [
        f"color:{color}" for color in colors
    ]


def test_planes_need_not_be_axial() -> None:
    """The same contours turned in space have the same volumes."""
    turn = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
    ds = dcmread(shared_data() / "made/rt/rtstruct.dcm")
    attributes = read_file(shared_data() / "made/rt/rtstruct.dcm")
    for roi, turned in zip(ds.ROIContourSequence, attributes[0x30060039].values, strict=True):
        for contour, item in zip(roi.ContourSequence, turned[0x30060040].values, strict=True):
            points = np.array(contour.ContourData, float).reshape(-1, 3) @ turn
            item[0x30060050] = Attribute("DS", tuple(map(str, points.reshape(-1))))
    plain = rows_of(page_of("made/rt/rtstruct.dcm"), "Regions of interest")
    found = rows_of(parse_page(write_summary(attributes, lambda *_: None)), "Regions of interest")
    for before, after in zip(plain[:7], found[:7], strict=True):
        assert abs(first(before["Volume"]) - first(after["Volume"])) <= 0.002


@pytest.mark.ps("3.3 C.8.8.4")
def test_dose_volume_histogram() -> None:
    """Analytic values of TRUTH.csv, for a histogram in bins of 0.5 Gy."""
    attributes = read_file(shared_data() / "made/rt/rtstruct.dcm")
    page = page_of("made/rt/rtdose.dcm", names=roi_names(attributes), largest=44000)
    (row,) = rows_of(page, "Dose-volume histograms")
    name = row["Region"].removeprefix("■ ").split()[0]
    values = next(value for known, value in truths("rtdose.dcm", "dvh") if known.startswith(f"{name}:"))
    least, mean, largest, d95, d50, d5, _ = values  # type: ignore[misc]
    assert [row["Minimum"], row["Maximum"]] == [f"{least} Gy", f"{largest} Gy"]
    assert row["Mean"].startswith(f"{mean} Gy (")
    assert abs(first(row["Mean"].split("(")[1]) - mean) < 0.01
    for column, value in (("D95", d95), ("D50", d50), ("D5", d5)):
        assert abs(first(row[column]) - value) < 0.05, column
    facts = facts_of(page)
    assert (facts["Dose type"], facts["Units"], facts["Summation"]) == ("PHYSICAL", "GY", "PLAN")
    assert facts["Grid"] == "48 columns, 48 rows, 32 planes; 4 by 4 mm, planes 4 mm apart"
    assert facts["Highest dose in the grid"] == "44 Gy"
    (curve,) = [one for one in page.iter() if one.tag.endswith("path") and one.attrib.get("stroke-width")]
    places = [tuple(map(float, pair.split())) for pair in curve.attrib["d"].lstrip("M").split("L")]
    dose, percent = (places[48][0] - places[0][0]), places[48][1]
    assert dose / (places[-1][0] - places[0][0]) == pytest.approx(24 / 80.5, abs=0.001)
    top, bottom = places[0][1], places[-1][1]
    assert (bottom - percent) / (bottom - top) == pytest.approx(8.4739 / 14.137, abs=0.002)


def test_differential_histograms_are_summed_up() -> None:
    item: Attributes = {
        0x30040001: Attribute("CS", ("DIFFERENTIAL",)),
        0x30040002: Attribute("CS", ("GY",)),
        0x30040052: Attribute("DS", ("2",)),
        0x30040054: Attribute("CS", ("CM3",)),
        0x30040058: Attribute("DS", ("0.5", "0", "0.5", "3", "0.5", "1")),
    }
    dose = {
        0x00080016: Attribute("UI", (f"{RT}2",)),
        0x30040050: Attribute("SQ", (item, {**item, 0x30040058: Attribute("DS", ("1",))})),
    }
    page = parse_page(write_summary(dose, lambda *_: None))
    (row,) = rows_of(page, "Dose-volume histograms")
    assert (row["Volume"], row["D95"], row["D50"]) == ("4 ml", "1.067 Gy", "1.667 Gy")
    assert "(1.750)" in row["Mean"]
    assert "A histogram was left out: DVH Data must be pairs" in words_of(page)


def curves_of(page: Element) -> list[list[tuple[float, float]]]:
    """Points of the curves of all charts, in their own pixels."""
    paths = [one for one in page.iter() if one.tag.endswith("path") and one.attrib.get("stroke-width")]
    return [
        [tuple(map(float, pair.split())) for pair in path.attrib["d"].lstrip("M").split("L")]  # type: ignore[misc]
        for path in paths
    ]


@pytest.mark.ps("3.3 C.8.8.4.3")
def test_natural_and_differential_histograms_are_drawn() -> None:
    """A density of 6 / dose per Gy in four bins from 1 to 9 Gy: natural, in volumes of bins, the same."""
    edges = np.array([1.0, 2.0, 4.0, 6.0, 9.0])
    volumes = 6 * np.log(edges[1:] / edges[:-1])
    per_u = volumes / (edges[:-1] ** -1.5 - edges[1:] ** -1.5)
    pages = []
    for kind, units, values in (("NATURAL", "PER_U", per_u), ("DIFFERENTIAL", "CM3", volumes)):
        data = [(1.0, 0.0), *zip(np.diff(edges), values, strict=True)]
        item: Attributes = {
            0x30040001: Attribute("CS", (kind,)),
            0x30040002: Attribute("CS", ("GY",)),
            0x30040054: Attribute("CS", (units,)),
            0x30040058: Attribute("DS", tuple(repr(float(one)) for pair in data for one in pair)),
        }
        endless = {**item, 0x30040058: Attribute("DS", ("1", "2"))} if units == "PER_U" else item
        dose = {
            0x00080016: Attribute("UI", (f"{RT}2",)),
            0x30040050: Attribute("SQ", (item, endless) if units == "PER_U" else (item,)),
        }
        page = parse_page(write_summary(dose, lambda *_: None))
        (row,) = rows_of(page, "Dose-volume histograms")
        assert row["Stored as"] == f"{kind}, 5 bins"
        assert first(row["Volume"]) == pytest.approx(volumes.sum(), rel=1e-4)
        half = np.interp(volumes.sum() / 2, np.cumsum(volumes), edges[1:])
        assert first(row["D50"]) == pytest.approx(half, abs=0.002)
        assert ("endless" in words_of(page)) == (units == "PER_U")
        cumulative, differential = curves_of(page)
        left, bottom = cumulative[0][0], cumulative[-1][1]
        top = cumulative[0][1]
        shares = [(bottom - y) / (bottom - top) for _, y in cumulative]
        wanted = [1.0, 1.0, *(1 - np.cumsum(volumes) / volumes.sum())]
        assert shares == pytest.approx(wanted, abs=0.001)
        density = volumes / np.diff(edges)
        heights = [bottom - y for _, y in differential][1:]
        assert heights == pytest.approx(density / density.max() * max(heights), abs=0.2)
        assert max(heights) == pytest.approx(bottom - top, abs=0.2)
        places = [(x - left) for x, _ in differential][1:]
        middles = (edges[1:] + edges[:-1]) / 2
        assert np.ptp(np.diff(places) / np.diff(middles)) < 0.2  # the same pixels to the Gy everywhere
        pages.append((cumulative, differential))
    assert pages[0][0] == pages[1][0]
    assert pages[0][1] == pages[1][1]


@pytest.mark.ps("3.3 C.8.8.14")
@pytest.mark.parametrize(
    "name", ["made/rt/rtplan.dcm", "objects/rt/rtplan.dcm", "objects/rt/dicompyler/rtplan.dcm"]
)
def test_plans_as_pydicom_reads_them(name: str) -> None:
    ds, page = dcmread(shared_data() / name), page_of(name)
    assert facts_of(page)["Plan label"] == ds.RTPlanLabel
    given = {int(one.ReferencedBeamNumber): one for one in ds.FractionGroupSequence[0].ReferencedBeamSequence}
    rows = rows_of(page, "Beams")
    for row, beam in zip(rows, ds.BeamSequence, strict=True):
        point = beam.ControlPointSequence[0]
        assert (row["Name"], row["Type"], row["Radiation"]) == (
            beam.BeamName,
            beam.BeamType,
            beam.RadiationType,
        )
        assert first(row["Energy"]) == point.NominalBeamEnergy
        assert first(row["Gantry"]) == pytest.approx(float(point.GantryAngle), abs=0.001)
        assert first(row["Couch"]) == pytest.approx(float(point.PatientSupportAngle), abs=0.001)
        assert first(row["Meterset"]) == pytest.approx(
            float(given[int(beam.BeamNumber)].BeamMeterset), rel=1e-6
        )
        assert int(row["Control points"]) == len(beam.ControlPointSequence)
    (group,) = rows_of(page, "Fraction groups")
    assert int(group["Fractions planned"]) == ds.FractionGroupSequence[0].NumberOfFractionsPlanned
    doses = [one.get("TargetPrescriptionDose") for one in ds.DoseReferenceSequence]
    shown = [row["Prescribed"] for row in rows_of(page, "Prescription")]
    assert [first(words) if words else None for words in shown] == pytest.approx(doses)
    assert rows_of(page, "Patient setup")[0]["Position"] == ds.PatientSetupSequence[0].PatientPosition


def test_plans_and_records_of_the_truth() -> None:
    ((_, plan),) = truths("rtplan.dcm", "plan")
    gantry, metersets, fractions, prescribed, isocenter = plan  # type: ignore[misc]
    page = page_of("made/rt/rtplan.dcm")
    beams = rows_of(page, "Beams")
    assert [first(row["Gantry"]) for row in beams] == gantry
    assert [first(row["Meterset"]) for row in beams] == metersets
    assert {row["Isocentre, mm"] for row in beams} == {", ".join(f"{part:g}" for part in isocenter)}
    assert first(rows_of(page, "Fraction groups")[0]["Fractions planned"]) == fractions
    assert first(rows_of(page, "Prescription")[0]["Prescribed"]) == prescribed
    ((_, ions),) = truths("rtionplan.dcm", "plan")
    for row in rows_of(page_of("made/rt/rtionplan.dcm"), "Beams"):
        assert row["Energy"] == ", ".join(f"{energy:g}" for energy in ions[0]) + " MeV"  # type: ignore[index]
    ((_, record),) = truths("rt-beams-record.dcm", "record")
    rows = rows_of(page_of("made/rt/rt-beams-record.dcm"), "Beams")
    assert [[first(row[f"Meterset {word}"]) for row in rows] for word in ("specified", "delivered")] == record
    assert {row["Verified"] for row in rows} == {"VERIFIED"}


@pytest.mark.parametrize("name", FILES)
def test_pages_are_valid_and_need_nothing(name: str) -> None:
    page = page_of(name)
    assert not list(page.iter("script"))
    assert [one for one in page.iter() if "src" in one.attrib or "href" in one.attrib] == []
    assert read_file(shared_data() / name)[0x00080016].first in SUMMARISED


def test_hostile_text_is_escaped_and_cycles_of_bad_values_are_survived() -> None:
    evil = "<script>alert(1)</script>"
    for number in range(2, 10):
        ds: Attributes = {0x00080016: Attribute("UI", (f"{RT}{number}",))}
        for tag in (0x300A0002, 0x30060002, 0x30040006, 0x00081070, 0x00081030):
            ds[tag] = Attribute("LO", (evil,))  # type: ignore[index]
        item: Attributes = {
            tag: Attribute("DS", ("x", "1e999", "")) for tag in (0x30060050, 0x30060022, 0x300A00C0)
        }
        item = {**item, 0x30060026: Attribute("LO", (evil,)), 0x300A00C2: Attribute("LO", (evil,))}
        for tag in (0x30060020, 0x30060039, 0x300A00B0, 0x300A03A2, 0x30080020, 0x30040050, 0x300A0070):
            ds[tag] = Attribute("SQ", (item, {}, item))  # type: ignore[index]
        page = write_summary(ds, lambda *_: None)
        assert "<script" not in page
        parse_page(page)


def test_contours_that_fit_no_plane_have_no_volume() -> None:
    def contour(*points: float) -> Attributes:
        data = Attribute("DS", tuple(map(str, points)))
        return {0x30060042: Attribute("CS", ("CLOSED_PLANAR",)), 0x30060050: data}

    flat, upright = contour(0, 0, 0, 9, 0, 0, 9, 9, 0), contour(0, 0, 5, 9, 0, 5, 9, 0, 9)
    for contours in ((flat,), (flat, upright), (contour(*[1.0] * 9),) * 2):
        ds = {
            0x00080016: Attribute("UI", (f"{RT}3",)),
            0x30060020: Attribute("SQ", ({0x30060022: Attribute("IS", ("1",))},)),
            0x30060039: Attribute(
                "SQ", ({0x30060084: Attribute("IS", ("1",)), 0x30060040: Attribute("SQ", contours)},)
            ),
        }
        (row,) = rows_of(parse_page(write_summary(ds, lambda *_: None)), "Regions of interest")
        assert "Volume" not in row
