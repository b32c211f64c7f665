"""The Native DICOM Model beside dcm2xml of dcmtk, and what hostile XML meets."""

from __future__ import annotations

import shutil
import subprocess
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.model import Attribute
from readingroom.wire import BulkData, beyond, from_native_xml, to_native_xml
from tests.kit.shared_data import shared_data
from tests.unit.wire.pydicom_bridge import attributes_of

pytestmark = pytest.mark.filterwarnings("ignore")
NS = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
# dcmtk 3.6.7 writes these differently for reasons of its own: UN for private attributes of implicit files,
# base64 of binary values in big endian order, nothing for encapsulated pixel data.
NOT_COMPARED = {"UN", "OB", "OD", "OF", "OL", "OV", "OW"}
PLAIN = (None, "", "ISO_IR 6", "ISO_IR 100", "ISO_IR 192")


def files() -> Iterator[Path]:
    for folder in ("made/charsets", "made/sr", "made/gsps", "made/rt", "charsets", "objects", "ct-series"):
        yield from sorted((shared_data() / folder).rglob("*.dcm"))[::3]


def read(path: Path) -> pydicom.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)


def dcm2xml(path: Path) -> bytes | None:
    """dcmtk's document, None when it is not XML (it writes invalid character references for some names)."""
    done = subprocess.run(["dcm2xml", "-nat", "-q", "+Eb", "+M", path], capture_output=True, check=True)
    try:
        ET.fromstring(done.stdout)
    except ET.ParseError:
        return None
    return done.stdout


def comparable(attributes: Any) -> dict[int, Any]:
    """What both sides can be held to: public attributes with text and numbers, sequences walked."""
    told: dict[int, Any] = {}
    for tag, attribute in attributes.items():
        if tag >> 16 & 1 or tag & 0xFFFF == 0 or tag >> 16 == 2 or attribute.vr in NOT_COMPARED:
            continue
        values = attribute.values
        if attribute.vr == "SQ":
            values = tuple(comparable(item) for item in values)
        elif attribute.vr in ("FL", "FD"):
            values = tuple(f"{v:.6g}" if attribute.vr == "FL" else f"{v:.12g}" for v in values)
        elif all(isinstance(v, str) for v in values):
            values = tuple(v.strip(" ^=") for v in values)
        told[tag] = (attribute.vr, () if values == ("",) else values)
    return told


@pytest.mark.ps("3.19 A.1")
def test_we_read_what_dcmtk_writes_as_pydicom_reads_the_file() -> None:
    if shutil.which("dcm2xml") is None:
        pytest.fail("dcmtk is not installed; scripts/test installs it")
    compared = 0
    for path in files():
        document = dcm2xml(path)
        ds = read(path)
        # rtdose_rle: dcmtk takes every VR for UN; and it converts no character set to UTF-8
        if document is None or path.name == "rtdose_rle.dcm" or ds.get("SpecificCharacterSet") not in PLAIN:
            continue
        assert comparable(from_native_xml(document)) == comparable(attributes_of(ds)), path
        compared += 1
    assert compared > 50


def without_namespace(element: ET.Element) -> list[Any]:
    attributes = sorted((k.rpartition("}")[2], v) for k, v in element.attrib.items())
    return [
        element.tag.removeprefix(NS),
        attributes,
        (element.text or "").strip(),
        *map(without_namespace, element),
    ]


@pytest.mark.ps("3.19 A.1.5")
@pytest.mark.parametrize("name", ["iso-ir-6.dcm", "iso-ir-100.dcm", "iso-ir-192.dcm"])
def test_document_equals_dcmtks_element_by_element(name: str) -> None:
    path = shared_data() / "made" / "charsets" / name
    document = dcm2xml(path)
    assert document is not None
    ours, theirs = (ET.fromstring(d) for d in (to_native_xml(attributes_of(read(path))), document))
    assert ours.tag == NS + "NativeDicomModel"
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.get("vr") not in NOT_COMPARED]
    assert len(pairs) > 20
    for a, b in pairs:
        assert without_namespace(a) == without_namespace(b)


def there_and_back(attributes: Any) -> Any:
    return from_native_xml(to_native_xml(attributes))


def test_back_again_over_shared_data() -> None:
    for path in files():
        attributes = attributes_of(read(path))
        (again, once) = (there_and_back(there_and_back(attributes)), there_and_back(attributes))
        assert comparable(once) == comparable(attributes), path
        assert to_native_xml(again) == to_native_xml(once), path


@pytest.mark.ps("3.19 A.1.5")
def test_private_attributes_are_named_by_creator() -> None:
    attributes = {
        0x00090010: Attribute("LO", ("ACME",)),
        0x00090011: Attribute("LO", ('B&"B',)),
        0x00091101: Attribute("SH", ("x",)),
        0x00092001: Attribute("SH", ("orphan",)),
    }
    document = to_native_xml(attributes)
    assert b'tag="00090001" privateCreator=\'B&amp;"B\'' in document
    assert there_and_back(attributes) == attributes


def test_private_blocks_are_made_where_creators_are_missing() -> None:
    document = (
        b'<NativeDicomModel><DicomAttribute tag="00090001" vr="SH" privateCreator="ACME">'
        b'<Value number="1">x</Value></DicomAttribute></NativeDicomModel>'
    )
    assert from_native_xml(document) == {
        0x00090010: Attribute("LO", ("ACME",)),
        0x00091001: Attribute("SH", ("x",)),
    }


@pytest.mark.parametrize(
    "attribute",
    [
        Attribute("UT", ("line 1\r\nline 2 <&> ]]>",)),
        Attribute("LO", ("a", "", " b ")),
        Attribute("PN", ("A^B^C^D^E=F=G", "=X")),
        Attribute("AT", (0x00100010,)),
        Attribute("OB", (b"\0\1\2",)),
        Attribute("FD", (0.1, float("inf"))),
        Attribute("SQ", ({}, {0x00080060: Attribute("CS", ("CT",))})),
        Attribute("OW", (BulkData("bulk/1?a=1&b=2"),)),
        Attribute("DA", ()),
    ],
)
def test_there_and_back(attribute: Attribute) -> None:
    assert there_and_back({0x00091001: attribute}) == {0x00091001: attribute}


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert there_and_back({0x00081030: Attribute("LO", ("a\0b\x1b\udcffc",))}) == {
        0x00081030: Attribute("LO", ("a\ufffdb\ufffd\ufffdc",))
    }


def test_bulk_data() -> None:
    document = to_native_xml({0x7FE00010: Attribute("OW", (b"\0\0",))}, beyond(1000, "bulkdata/"))
    assert b'<BulkData uri="bulkdata/7FE00010"/>' in document


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (n + 1, b"&lol%d;" % n * 10) for n in range(1, 9))
    + b"]><NativeDicomModel>&lol9;</NativeDicomModel>"
)
HOSTILE = [
    LAUGHS,
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><NativeDicomModel/>',
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><NativeDicomModel>&e;</NativeDicomModel>',
    b"<NativeDicomModel>&undefined;</NativeDicomModel>",
    b"<NativeDicomModel>",
    b"",
    b"\xff\xfe\0",
    b'<?xml version="1.0" encoding="no-such"?><NativeDicomModel/>',
    b"<Other/>",
    b'<NativeDicomModel><DicomAttribute tag="1" vr="LO"/></NativeDicomModel>',
    b'<NativeDicomModel><DicomAttribute tag="00100010"/></NativeDicomModel>',
    b'<NativeDicomModel><DicomAttribute tag="00280010" vr="US"><Value number="1">x</Value></DicomAttribute>'
    b"</NativeDicomModel>",
    b'<NativeDicomModel><DicomAttribute tag="7FE00010" vr="OB"><InlineBinary>!</InlineBinary>'
    b"</DicomAttribute></NativeDicomModel>",
    b"<NativeDicomModel>" + b'<DicomAttribute tag="00400260" vr="SQ"><Item number="1">' * 200,
]


@pytest.mark.parametrize("document", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_xml_is_invalid(document: bytes) -> None:
    with pytest.raises(Invalid):
        from_native_xml(document)


VRS = ["PN", "SQ", "OB", "US", "LO", "AT"]
TAGS = [
    "DicomAttribute",
    "Value",
    "Item",
    "PersonName",
    "Alphabetic",
    "FamilyName",
    "InlineBinary",
    "BulkData",
]


def as_element(parts: tuple[str, str, list[str]]) -> str:
    name, vr, inner = parts
    content = "".join(inner)
    return f'<{name} tag="00091001" vr="{vr}" number="1" privateCreator="x">{content}</{name}>'


ELEMENTS = st.recursive(
    st.text(max_size=6).map(lambda text: text.replace("<", "").replace("&", "")),
    lambda inner: st.tuples(
        st.sampled_from(TAGS),
        st.sampled_from(["PN", "SQ", "OB", "US", "LO", "AT"]),
        st.lists(inner, max_size=3),
    ).map(as_element),
    max_leaves=15,
)


@given(ELEMENTS)
def test_fuzz_reader_gives_attributes_or_invalid(content: str) -> None:
    try:
        read_attributes = from_native_xml(
            f"<NativeDicomModel>{content}</NativeDicomModel>".encode("utf-8", "replace")
        )
    except Invalid:
        return
    assert there_and_back(there_and_back(read_attributes)) == there_and_back(read_attributes)
