"""DICOM JSON beside pydicom's own over all shared data, and the rules of PS3.18 annex F one by one."""

from __future__ import annotations

import base64
import math
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pydicom
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.model import Attribute
from readingroom.wire import (
    BulkData,
    beyond,
    dump_dicom_json,
    format_path,
    from_dicom_json,
    load_dicom_json,
    parse_path,
    to_dicom_json,
)
from tests.kit.shared_data import shared_data
from tests.unit.wire.pydicom_bridge import attributes_of

DEEP = "sequence-depth-100.dcm"
pytestmark = pytest.mark.filterwarnings("ignore")  # pydicom warns of what is wrong in the files


@cache
def readable() -> list[tuple[Path, pydicom.Dataset]]:
    read = []
    for path in sorted(shared_data().rglob("*.dcm")):
        if path.name in (DEEP, "badVR.dcm"):  # pydicom itself cannot tell badVR.dcm's IS of "1A"
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read.append((path, pydicom.dcmread(path, force=True)))
    return read


def without_group_lengths(model: Any) -> Any:
    """pydicom's model as F.2.2 and F.2.5 have it: no group lengths, null where it writes ""."""
    told = {}
    for tag, attribute in model.items():
        if tag.endswith("0000"):
            continue
        values = attribute.get("Value")
        if attribute["vr"] == "SQ" and values:
            attribute = attribute | {"Value": [without_group_lengths(item) for item in values]}
        elif values:
            attribute = attribute | {"Value": [None if value == "" else value for value in values]}
        if attribute.get("Value") == []:
            attribute = {"vr": attribute["vr"]}
        told[tag] = attribute
    return told


@pytest.mark.ps("3.18 F.2")
def test_equals_pydicom_on_all_shared_data() -> None:
    compared = 0
    for path, ds in readable():
        ours = orjson.loads(dump_dicom_json(to_dicom_json(attributes_of(ds))))
        theirs = without_group_lengths(ds.to_json_dict(bulk_data_threshold=1 << 40))
        assert ours == theirs, path
        compared += 1
    assert compared > 700


@pytest.mark.ps("3.18 F.2")
def test_pydicom_reads_back_what_we_write() -> None:
    for path, ds in readable()[::7]:
        again = pydicom.Dataset.from_json(dump_dicom_json(to_dicom_json(attributes_of(ds))).decode())
        assert to_dicom_json(attributes_of(again)) == to_dicom_json(attributes_of(ds)), path


def numbers_as_numbers(attributes: Any) -> Any:
    """Attributes with IS and DS compared by value and lone group lengths gone."""
    told = {}
    for tag, attribute in attributes.items():
        values = attribute.values
        if tag & 0xFFFF == 0:
            continue
        if attribute.vr == "SQ":
            values = tuple(numbers_as_numbers(item) for item in values)
        elif attribute.vr in ("IS", "DS"):
            values = tuple(f"{float(v):.12g}" if v else v for v in values)  # DS holds 16 characters
        elif attribute.vr == "PN":
            values = tuple(v.rstrip("= ") for v in values)
        if attribute.vr in ("FL", "FD"):
            values = tuple("nan" if math.isnan(v) else v for v in values)
        told[tag] = (attribute.vr, values)
    return told


@pytest.mark.ps("3.18 F.2")
def test_reads_pydicoms_json() -> None:
    for path, ds in readable()[::3]:
        theirs = ds.to_json(bulk_data_threshold=1 << 40).encode()
        if b"NaN" in theirs:  # not JSON; pydicom writes it all the same
            continue
        (read,) = load_dicom_json(theirs)
        assert numbers_as_numbers(read) == numbers_as_numbers(attributes_of(ds)), path


RULES = [
    pytest.param(
        "PN",
        ("Wang^XiaoDong=王^小東=",),
        {"Value": [{"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小東"}]},
        id="name groups",
    ),
    pytest.param("PN", ("=山田", ""), {"Value": [{"Ideographic": "山田"}, None]}, id="no alphabetic"),
    pytest.param("IS", ("5", "-007", "+3", " 2 "), {"Value": [5, -7, 3, 2]}, id="IS are numbers"),
    pytest.param("IS", ("1_000", "12a", "٣"), {"Value": ["1_000", "12a", "٣"]}, id="bad IS stay strings"),
    pytest.param("DS", ("0.5", "1e-3", ".25", "3."), {"Value": [0.5, 0.001, 0.25, 3.0]}, id="DS are numbers"),
    pytest.param("DS", ("nan", "1e999", "1,5"), {"Value": ["nan", "1e999", "1,5"]}, id="bad DS stay strings"),
    pytest.param("AT", (0x00100010, 0x7FE0000A), {"Value": ["00100010", "7FE0000A"]}, id="AT in hex"),
    pytest.param("LO", ("a", "", "b"), {"Value": ["a", None, "b"]}, id="null for an empty position"),
    pytest.param("LO", (), {}, id="nothing for an empty attribute"),
    pytest.param("LO", ("",), {}, id="nothing for one empty value"),
    pytest.param("SQ", (), {}, id="empty sequence"),
    pytest.param(
        "SQ",
        ({}, {0x00080060: Attribute("CS", ("CT",))}),
        {"Value": [{}, {"00080060": {"vr": "CS", "Value": ["CT"]}}]},
        id="items, an empty one too",
    ),
    pytest.param("OW", (b"\x01\x02",), {"InlineBinary": "AQI="}, id="inline binary"),
    pytest.param("OB", (b"",), {}, id="empty binary"),
    pytest.param("UV", (2**64 - 1, 5), {"Value": ["18446744073709551615", 5]}, id="beyond 2**53 as string"),
    pytest.param(
        "FD",
        (math.nan, math.inf, -math.inf, 1.5),
        {"Value": ["NaN", "Infinity", "-Infinity", 1.5]},
        id="what JSON numbers lack",
    ),
    pytest.param(
        "OB", (BulkData("../bulkdata/7FE00010"),), {"BulkDataURI": "../bulkdata/7FE00010"}, id="bulk data"
    ),
]


@pytest.mark.ps("3.18 F.2.3")
@pytest.mark.parametrize(("vr", "values", "told"), RULES)
def test_rule(vr: str, values: tuple[Any, ...], told: dict[str, Any]) -> None:
    model = to_dicom_json({0x00091001: Attribute(vr, values)})
    assert orjson.loads(dump_dicom_json(model)) == {"00091001": {"vr": vr} | told}


@pytest.mark.ps("3.18 F.2.2")
def test_order_and_what_is_left_out() -> None:
    attributes = {
        tag: Attribute("UL", (1,)) for tag in (0x7FE00010, 0x00100000, 0x00020000, 0x00020010, 0x00080008)
    }
    assert list(to_dicom_json(attributes)) == ["00080008", "7FE00010"]


def test_bulk_data_by_size_and_place() -> None:
    inner = {0x00091001: Attribute("UN", (b"x" * 100,)), 0x00091002: Attribute("OB", (b"y",))}
    attributes = {
        0x00400260: Attribute("SQ", ({}, inner)),
        0x7FE00010: Attribute("OW", (b"\0\0",)),
        0x00420011: Attribute("OB", (b"z" * 10,)),
    }
    model = to_dicom_json(attributes, beyond(64, "../1.2.3/bulkdata/"))
    assert model["7FE00010"] == {"vr": "OW", "BulkDataURI": "../1.2.3/bulkdata/7FE00010"}
    assert model["00420011"]["InlineBinary"] == base64.b64encode(b"z" * 10).decode()
    item = model["00400260"]["Value"][1]
    assert item["00091001"]["BulkDataURI"] == "../1.2.3/bulkdata/00400260/2/00091001"
    assert "InlineBinary" in item["00091002"]


def test_paths_go_there_and_back() -> None:
    path = (0x54000100, 2, 0x54001010)
    assert format_path(path) == "54000100/2/54001010"
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    "text", ["", "7FE0001", "7FE00010/", "7FE00010/0/00100010", "../7FE00010", "7FE00010/1", "7FE00010\n"]
)
def test_no_path(text: str) -> None:
    with pytest.raises(Invalid):
        parse_path(text)


def test_text_that_utf8_cannot_hold_is_still_told() -> None:
    model = to_dicom_json({0x00081030: Attribute("LO", ("ab\udcffc",))})
    assert orjson.loads(dump_dicom_json([model])) == [{"00081030": {"vr": "LO", "Value": ["ab?c"]}}]


@pytest.mark.parametrize(
    ("told", "attribute"),
    [
        (
            {"vr": "PN", "Value": [{"Alphabetic": "A^B", "Phonetic": "C"}, None]},
            Attribute("PN", ("A^B==C", "")),
        ),
        ({"vr": "PN", "Value": ["A^B"]}, Attribute("PN", ("A^B",))),
        (
            {"vr": "DS", "Value": [0.1, 1 / 3, 1e-300 / 3, 5]},
            Attribute("DS", ("0.1", "0.33333333333333", "3.333333333e-301", "5")),
        ),
        ({"vr": "IS", "Value": ["07", 8, None]}, Attribute("IS", ("07", "8", ""))),
        ({"vr": "US", "Value": [3.0, "4"]}, Attribute("US", (3, 4))),
        ({"vr": "FD", "Value": ["-Infinity"]}, Attribute("FD", (-math.inf,))),
        ({"vr": "SQ", "Value": [None, {}]}, Attribute("SQ", ({}, {}))),
        ({"vr": "OB", "BulkDataURI": "http://x/y"}, Attribute("OB", (BulkData("http://x/y"),))),
        ({"vr": "OB", "InlineBinary": "AQ\nI="}, Attribute("OB", (b"\x01\x02",))),
        ({"vr": "LO"}, Attribute("LO")),
    ],
)
def test_reading(told: dict[str, Any], attribute: Attribute) -> None:
    assert from_dicom_json({"0009100a": told}) == {0x0009100A: attribute}
    assert all(len(v) <= 16 for v in attribute.values if attribute.vr == "DS")


BAD = [
    b"", b"{", b"7", b"[1]", b'{"0010": {"vr": "PN"}}', b'{"PatientName": {"vr": "PN"}}',
    b'{"00100010": "A"}', b'{"00100010": {"Value": ["A"]}}', b'{"00100010": {"vr": "XX"}}',
    b'{"00100010": {"vr": "PN", "Value": "A"}}', b'{"00100010": {"vr": "PN", "Value": [7]}}',
    b'{"00100010": {"vr": "PN", "Value": [{"Alphabetic": 7}]}}',
    b'{"00280010": {"vr": "US", "Value": ["x"]}}', b'{"00280010": {"vr": "US", "Value": [1.5]}}',
    b'{"00280010": {"vr": "US", "Value": [true]}}', b'{"00280010": {"vr": "US", "Value": [null]}}',
    b'{"00280010": {"vr": "US", "Value": ["Infinity"]}}',
    b'{"7FE00010": {"vr": "OW", "Value": [1]}}', b'{"7FE00010": {"vr": "OW", "InlineBinary": "!"}}',
    b'{"7FE00010": {"vr": "OW", "InlineBinary": 1}}', b'{"7FE00010": {"vr": "OW", "BulkDataURI": 1}}',
    b'{"00081030": {"vr": "LO", "Value": [1]}}', b'{"00081030": {"vr": "LO", "InlineBinary": "AQI="}}',
    b'{"00400260": {"vr": "SQ", "Value": [1]}}', b'{"00280009": {"vr": "AT", "Value": ["x"]}}',
    b'{"00400260": {"vr": "SQ", "Value": [' * 140 + b"{}" + b"]}}" * 140,
    b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("payload", BAD)
def test_bad_json_is_invalid(payload: bytes) -> None:
    with pytest.raises(Invalid):
        load_dicom_json(payload)


def test_a_hundred_nested_sequences_there_and_back() -> None:
    """Deeper than orjson writes; more than 128, as in files, are refused."""
    attributes = attributes_of(pydicom.dcmread(shared_data() / "made" / "hostile" / DEEP, force=True))
    told = dump_dicom_json(to_dicom_json(attributes))
    assert told.count(b'"vr":"SQ"') >= 100
    (back,) = load_dicom_json(told)
    assert dump_dicom_json(to_dicom_json(back)) == told
    for _ in range(30):
        attributes = {0x00081032: Attribute("SQ", (attributes,))}
    with pytest.raises(Invalid, match="nested"):
        to_dicom_json(attributes)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["vr", "Value", "InlineBinary", "BulkDataURI", "00100010", "0040A730", "x"]),
            inner | st.sampled_from(["SQ", "PN", "OB", "US", "DS", "AT"]),
            max_size=4,
        )
    ),
    max_leaves=30,
)


@example({"00100010": {"vr": []}})
@given(ANY_JSON)
def test_fuzz_reader_gives_attributes_or_invalid(tree: Any) -> None:
    try:
        read = from_dicom_json(tree)
    except Invalid:
        return
    assert from_dicom_json(orjson.loads(dump_dicom_json(to_dicom_json(read)))).keys() <= read.keys()
