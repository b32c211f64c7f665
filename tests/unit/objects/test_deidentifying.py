"""Secrets planted in every attribute of PS3.15 table E.1-1, at the top and in Items, are gone afterwards."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

import readingroom.standard
from readingroom.errors import Unsupported
from readingroom.model import InstanceRef, StoredInstance
from readingroom.objects import deidentified

CT = "1.2.840.10008.5.1.4.1.1.2"
KEY = b"a key"
TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")


def table() -> dict[int, str]:
    path = Path(readingroom.standard.__file__).with_name("confidentiality_profile.csv")
    with path.open(newline="", encoding="utf-8") as rows:
        return {int(row["tag"], 16): row["action"] for row in csv.DictReader(rows)}


def planted() -> Dataset:
    """Every attribute of the table that pydicom knows, with a value that can be told from all others."""
    ds = Dataset()
    for tag in table():
        if not dictionary_has_tag(tag) or tag >> 16 < 8 or tag == 0xFFFCFFFC:
            continue
        vr = dictionary_VR(tag).split(" or ")[0]
        plain = {
            "DA": "20231117", "DT": "20231117093147.5", "TM": "093147", "UI": f"1.2.3.4711.{tag}",
            "AS": "047Y", "IS": "4711", "DS": "4711.5", "OB": b"SECRET", "UN": b"SECRET",
        }  # fmt: skip
        if vr in TEXTS:
            ds.add_new(tag, vr, f"SECRET{tag:08X}")
        elif vr in plain:
            ds.add_new(tag, vr, plain[vr])
        elif vr == "SQ":
            item = Dataset()
            item.PatientName, item.CodeMeaning = "SECRETNAME", "SECRETCODE"
            ds.add_new(tag, vr, Sequence([item] if tag not in (0x00081140, 0x00082112) else []))
    return ds


def example(**more: object) -> Dataset:
    ds = planted()
    ds.SOPClassUID, ds.Modality = CT, "CT"
    inner = planted()
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, ds.SOPInstanceUID
    inner.ReferencedImageSequence = Sequence([reference])
    ds.ReferencedSeriesSequence = Sequence([inner])
    ds.MultiFrameSourceSOPInstanceUID = "1.2.3.4711.9"  # not in the table, and yet an instance
    ds.SecondaryReviewerName, ds.ContentDescription, ds.DetectorMode = "SECRETREVIEWER", "SECRET", "SECRET"
    ds.FrameOfReferenceUID = "1.2.840.10008.1.4.1.1"  # well known: nobody's
    block = ds.private_block(0x0029, "SECRET MAKER", create=True)
    block.add_new(0x01, "LO", "SECRETPRIVATE")
    ds.add_new(0x60000010, "US", 8)
    ds.add_new(0x60003000, "OW", b"SECRET")
    ds.add_new(0x00089990, "LO", "SECRETUNKNOWN")
    ds.SeriesNumber, ds.KVP = "3", "120"
    for name, value in more.items():
        setattr(ds, name, value)
    return ds


def cleaned(ds: Dataset, syntax: str = ExplicitVRLittleEndian, key: bytes = KEY) -> tuple[Dataset, bytes]:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    whole = io.BytesIO()
    pydicom.dcmwrite(whole, ds, enforce_file_format=True)
    raw = whole.getvalue()
    start = pydicom.filereader.read_partial(io.BytesIO(raw), stop_when=lambda *_: True).file_meta
    offset = 132 + 12 + start.FileMetaInformationGroupLength
    ref = InstanceRef(ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    stored = StoredInstance(ref, ds.SOPClassUID, syntax, "blob", len(raw), offset, None, 0, "0" * 64)
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        file.flush()
        made = deidentified(file, stored, key)
    with made.data_set.file as rewritten:
        data = rewritten.read()
    told = pydicom.dcmread(io.BytesIO(data), force=True)
    assert made.stored.ref.sop_instance_uid == told.SOPInstanceUID
    assert len(data) == made.data_set.length
    return told, data


@pytest.mark.ps("3.15 E.1.1")
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_no_secret_is_left(syntax: str) -> None:
    ds = example()
    told, data = cleaned(ds, syntax)
    for secret in (b"SECRET", b"1.2.3.4711", b"20231117", b"093147", b"047Y", b"4711"):
        assert secret not in data, [str(e)[:100] for e in told.iterall() if secret.decode() in str(e.value)]
    assert (told.SOPClassUID, told.SeriesNumber, told.KVP, told.Modality) == (CT, 3, 120, "CT")


NEEDED = {0x00700082, 0x00700083, 0x00181078, 0x00181009, 0x30020121, 0x00120022, 0x00102297, 0x00102299}
"""Marked X, but of Type 1 or 2 in some IOD: dciodvfy asks for them."""


@pytest.mark.ps("3.15 E.1.1")
def test_what_the_codes_of_the_table_say() -> None:
    told, _ = cleaned(example())
    for tag, action in table().items():
        if action == "X":
            assert (tag in told) == (tag in NEEDED), f"{tag:08X}"
    assert told.PatientName == ""
    assert told.StudyDate == told.AccessionNumber == ""
    assert told.PatientID.startswith("ANONYMIZED-")
    assert told.PatientIdentityRemoved == "YES"
    assert told.LongitudinalTemporalInformationModified == "REMOVED"
    (code,) = told.DeidentificationMethodCodeSequence
    assert (code.CodeValue, code.CodingSchemeDesignator) == ("113100", "DCM")
    assert told.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"


@pytest.mark.ps("3.15 E.1.1")
def test_uids_stay_consistent_and_follow_from_the_key() -> None:
    first, again, other = cleaned(example())[0], cleaned(example())[0], cleaned(example(), key=b"other")[0]
    inside = first.ReferencedSeriesSequence[0]
    assert inside.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert inside.ReferencedImageSequence[0].ReferencedSOPClassUID == CT
    assert inside.StudyInstanceUID == first.StudyInstanceUID
    assert first.StudyInstanceUID.startswith("2.25.")
    assert first.StudyInstanceUID.is_valid
    assert (first.StudyInstanceUID, first.PatientID) == (again.StudyInstanceUID, again.PatientID)
    assert first.StudyInstanceUID != other.StudyInstanceUID
    assert first.PatientID != other.PatientID
    assert len({first.StudyInstanceUID, first.SeriesInstanceUID, first.SOPInstanceUID}) == 3


@pytest.mark.ps("3.15 E.3")
@pytest.mark.parametrize(
    "sop_class",
    [
        "1.2.840.10008.5.1.4.1.1.88.33",  # Comprehensive SR
        "1.2.840.10008.5.1.4.1.1.88.59",  # Key Object Selection
        "1.2.840.10008.5.1.4.1.1.104.1",  # Encapsulated PDF
        "1.2.840.10008.5.1.4.1.1.9.4.1",  # Basic Voice Audio
        "1.2.3.4",
    ],
)
def test_what_attributes_alone_cannot_make_safe_is_refused(sop_class: str) -> None:
    with pytest.raises(Unsupported):
        cleaned(example(SOPClassUID=sop_class))
