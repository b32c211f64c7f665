"""Identifiers made and read by pydicom are understood and written (PS3.4 C.2.2.1, C.4)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset as pydicom_write

from readingroom.doors.dimse.identifier import answer_writer, read_query, read_selection
from readingroom.errors import Invalid
from readingroom.model import Attribute, Key, Level, Match
from readingroom.standard.sop_classes import (
    PATIENT_ROOT_FIND,
    STUDY_ROOT_FIND,
    STUDY_ROOT_MOVE,
)

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"


def identifier(uid: str = IMPLICIT, **values: Any) -> bytes:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    target = DicomBytesIO()
    target.is_implicit_VR, target.is_little_endian = uid == IMPLICIT, uid != BIG
    pydicom_write(target, ds)
    return target.getvalue()


@pytest.mark.parametrize("uid", [IMPLICIT, EXPLICIT, BIG])
def test_keys_with_a_value_are_matched_and_empty_ones_returned(uid: str) -> None:
    raw = identifier(
        uid, QueryRetrieveLevel="STUDY", PatientName="Doe*", StudyDate="", ModalitiesInStudy=["CT", "MR"]
    )
    query, wanted = read_query(raw, uid, STUDY_ROOT_FIND)
    assert query.level is Level.STUDY
    assert set(query.keys) == {
        Key((0x00100010,), "PN", ("Doe*",)),
        Key((0x00080061,), "CS", ("CT", "MR")),
    }
    assert set(wanted.elements) == {0x00100010, 0x00080020, 0x00080061}
    assert not wanted.unsupported


def test_keys_inside_a_sequence_keep_their_path() -> None:
    item = Dataset()
    item.ScheduledProcedureStepID = "S1"
    item.RequestedProcedureID = ""
    raw = identifier(QueryRetrieveLevel="SERIES", RequestAttributesSequence=[item])
    query, _ = read_query(raw, IMPLICIT, STUDY_ROOT_FIND)
    assert query.keys == (Key((0x00400275, 0x00400009), "SH", ("S1",)),)


def test_a_key_that_is_not_indexed_is_announced_as_unsupported() -> None:
    raw = identifier(QueryRetrieveLevel="STUDY", StudyDate="", PatientWeight="", KVP="120")
    assert read_query(raw, IMPLICIT, STUDY_ROOT_FIND)[1].unsupported
    raw = identifier(QueryRetrieveLevel="IMAGE", KVP="120")  # read from each instance itself
    assert not read_query(raw, IMPLICIT, STUDY_ROOT_FIND)[1].unsupported


@pytest.mark.ps("3.4 C.4.1.1.4")
def test_a_key_of_a_lower_level_is_announced_as_unsupported() -> None:
    raw = identifier(QueryRetrieveLevel="STUDY", StudyDate="", SeriesDescription="")
    assert read_query(raw, IMPLICIT, STUDY_ROOT_FIND)[1].unsupported


@pytest.mark.ps("3.4 C.6.2.1")
@pytest.mark.parametrize(
    "values",
    [
        {"PatientID": "1"},
        {"QueryRetrieveLevel": "SLICE"},
        {"QueryRetrieveLevel": "PATIENT", "PatientID": "1"},
    ],
)
def test_a_level_that_the_model_has_not_is_invalid(values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_query(identifier(**values), IMPLICIT, STUDY_ROOT_FIND)


def test_patient_root_has_the_patient_level() -> None:
    query, _ = read_query(identifier(QueryRetrieveLevel="PATIENT"), IMPLICIT, PATIENT_ROOT_FIND)
    assert query.level is Level.PATIENT


@pytest.mark.ps("3.4 C.4.2.1.4")
def test_a_retrieval_names_its_level_and_one_value_above() -> None:
    raw = identifier(QueryRetrieveLevel="SERIES", StudyInstanceUID="1.2", SeriesInstanceUID=["1.3", "1.4"])
    selection = read_selection(raw, IMPLICIT, STUDY_ROOT_MOVE)
    assert selection.study_instance_uids == ("1.2",)
    assert selection.series_instance_uids == ("1.3", "1.4")
    for wrong in (
        {"QueryRetrieveLevel": "SERIES", "StudyInstanceUID": "1.2"},
        {"QueryRetrieveLevel": "STUDY"},
        {"QueryRetrieveLevel": "SERIES", "StudyInstanceUID": ["1.2", "1.5"], "SeriesInstanceUID": "1.3"},
    ):
        with pytest.raises(Invalid):
            read_selection(identifier(**wrong), IMPLICIT, STUDY_ROOT_MOVE)


@pytest.mark.parametrize("uid", [IMPLICIT, EXPLICIT, BIG])
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("", "ISO_IR 192"),
        ("ISO_IR 100", "ISO_IR 100"),
        ("ISO_IR 144", "ISO_IR 192"),
        ("ISO_IR 192", "ISO_IR 192"),
        (["", "ISO 2022 IR 100"], ["", "ISO 2022 IR 100"]),
    ],
)
def test_an_answer_can_be_read_by_pydicom_in_a_set_that_was_asked_for(
    uid: str, asked: str | list[str], answered: str | list[str]
) -> None:
    extra = {"SpecificCharacterSet": asked} if asked else {}
    raw = identifier(uid, QueryRetrieveLevel="STUDY", PatientName="", StudyID="", **extra)
    _, wanted = read_query(raw, uid, STUDY_ROOT_FIND)
    match = Match(
        Level.STUDY,
        {
            0x00100010: Attribute("PN", ("Müller^Jörg",)),
            0x0020000D: Attribute("UI", ("1.2.3",)),
            0x00100020: Attribute("LO", ("not asked",)),
        },
    )
    answer = answer_writer(wanted, "READINGROOM", uid).write(match.attributes)
    ds = dcmread(io.BytesIO(_part10(answer, uid)))
    assert ds.PatientName == "Müller^Jörg"
    assert ds.StudyInstanceUID == "1.2.3"
    assert ds.RetrieveAETitle == "READINGROOM"
    assert ds.QueryRetrieveLevel == "STUDY"
    assert ds["StudyID"].is_empty
    assert "PatientID" not in ds
    assert ds.SpecificCharacterSet == answered


def _part10(dataset: bytes, uid: str) -> bytes:
    value = uid.encode() + b"\0" * (len(uid) % 2)
    element = b"\x02\x00\x10\x00UI" + len(value).to_bytes(2, "little") + value
    group = b"\x02\x00\x00\x00UL\x04\x00" + len(element).to_bytes(4, "little")
    return bytes(128) + b"DICM" + group + element + dataset
