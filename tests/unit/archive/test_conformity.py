"""Objects that hold the content of another class are refused, those that lack something kept and told of.

Which attributes an object needs comes from PS3.3; `dciodvfy` judges the same objects independently in
tests/conformance/test_store_scp.py.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pydicom.datadict import dictionary_keyword, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from readingroom.archive.conformity import find_mismatch
from readingroom.dataset import read_head, read_rest
from readingroom.errors import Conflict
from readingroom.standard import contents, levels
from readingroom.standard.sop_classes import storage_classes

CT, ECG, TEXT_SR, PDF = (
    "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.9.1.1", "1.2.840.10008.5.1.4.1.1.88.11",
    "1.2.840.10008.5.1.4.1.1.104.1",
)  # fmt: skip
SYNTAXES = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"]
PIXELS = {
    "Rows": 2, "Columns": 2, "BitsAllocated": 8, "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2", "PixelData": bytes(4),
}  # fmt: skip


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def judged(sop_class: str, uid: str = SYNTAXES[1], **values: object) -> tuple[str, ...] | None:
    """The keywords that are missing in an object of these attributes."""
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = uid == SYNTAXES[0], uid != SYNTAXES[2]
    ds = item(SOPClassUID=sop_class, **values)
    if "PixelData" in ds:
        ds["PixelData"].VR = "OB"
    write_dataset(out, ds)
    raw, wanted, noted = out.getvalue(), levels.wanted_tags(), contents.content_tags()
    head = read_head(raw, uid, wanted, to_note=noted)
    found = find_mismatch(sop_class, read_rest(raw, head, wanted, to_note=noted))
    return tuple(map(dictionary_keyword, found.tags)) if found else None


@pytest.mark.parametrize("uid", SYNTAXES)
def test_what_is_whole_matches(uid: str) -> None:
    assert judged(CT, uid, **PIXELS) is None
    assert judged(ECG, uid, WaveformSequence=[item(SamplingFrequency="500")]) is None
    assert judged(TEXT_SR, uid, ValueType="CONTAINER", ConceptNameCodeSequence=[item(CodeValue="1")]) is None
    assert judged(PDF, uid, EncapsulatedDocument=b"%PDF") is None


@pytest.mark.parametrize("uid", SYNTAXES)
@pytest.mark.parametrize("sop_class", [CT, ECG, TEXT_SR, PDF])
def test_a_header_alone_does_not_match_but_contradicts_nothing(sop_class: str, uid: str) -> None:
    assert judged(sop_class, uid, Modality="OT", PatientName="Doe^John")


@pytest.mark.ps("3.3 C.7.6.3")
@pytest.mark.parametrize("keyword", PIXELS)
def test_an_image_that_lacks_something_does_not_match(keyword: str) -> None:
    assert judged(CT, **{name: value for name, value in PIXELS.items() if name != keyword}) == (keyword,)


def test_empty_is_missing() -> None:
    assert judged(CT, **PIXELS | {"PixelData": b""}) == ("PixelData",)
    assert judged(ECG, WaveformSequence=[]) == ("WaveformSequence",)


@pytest.mark.ps("3.3 C.10.9")
def test_the_content_of_another_class_does_not_help() -> None:
    with pytest.raises(Conflict, match="waveform"):
        judged(ECG, **PIXELS)
    with pytest.raises(Conflict, match="image"):
        judged(CT, ValueType="CONTAINER", EncapsulatedDocument=b"%PDF")


@pytest.mark.ps("3.5 A.6")
def test_pixels_that_are_elsewhere_are_pixels() -> None:
    values = {name: value for name, value in PIXELS.items() if name != "PixelData"}
    assert judged(CT, **values, PixelDataProviderURL="https://example.org/jpip") is None


@pytest.mark.parametrize("sop_class", ["1.2.3.4", "1.3.12.2.1107.5.9.1", "1.2.840.10008.5.1.4.1.1.66"])
def test_private_unknown_and_raw_objects_are_not_judged(sop_class: str) -> None:
    assert judged(sop_class, Modality="OT") is None


def test_the_table_names_classes_of_the_standard() -> None:
    table = Path(contents.__file__).with_name("sop_class_contents.csv")
    with table.open(newline="", encoding="utf-8") as rows:
        listed = {row["sop_class_uid"]: row for row in csv.DictReader(rows)}
    assert len(listed) > 100
    assert set(listed) <= set(storage_classes())
    kinds = {
        "Image Storage": "image",
        "Waveform Storage": "waveform",
        "Encapsulated": "encapsulated document",
    }
    for uid, row in listed.items():
        name = UID(uid).name  # by pydicom's dictionary, PS3.6 A
        for word, kind in kinds.items():
            assert word not in name or row["content"] == kind, name


def test_every_attribute_of_the_table_is_of_the_standard() -> None:
    for tag in contents.content_tags():
        assert tag_for_keyword(dictionary_keyword(tag)) == tag
