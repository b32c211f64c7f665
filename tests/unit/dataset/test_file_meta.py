"""File Meta Information: strict out, tolerant in (PS3.10 7.1)."""

from __future__ import annotations

import io
import struct

import pydicom
import pytest

from readingroom.dataset import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    guess_transfer_syntax,
    read_file_meta,
    write_file_meta,
)
from readingroom.errors import Invalid
from tests.kit.shared_data import shared_data

CT = "1.2.840.10008.5.1.4.1.1.2"
INSTANCE = "2.25.1234567890"
FIRST = struct.pack("<HH2sH", 8, 0x60, b"CS", 2) + b"CT"


def written(**changes: str) -> bytes:
    given = {"implementation_class_uid": "2.25.99", "implementation_version_name": "READINGROOM 1"} | changes
    return write_file_meta(CT, INSTANCE, EXPLICIT_LITTLE, **given)  # type: ignore[arg-type]


@pytest.mark.ps("3.10 7.1")
@pytest.mark.parametrize("title", [None, "STORE_SCU", "ODD"])
def test_pydicom_reads_what_we_write(title: str | None) -> None:
    ds = pydicom.dcmread(io.BytesIO(written(source_ae_title=title) + FIRST))
    meta = ds.file_meta
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID) == (CT, INSTANCE)
    assert meta.TransferSyntaxUID == EXPLICIT_LITTLE
    assert (meta.ImplementationClassUID, meta.ImplementationVersionName) == ("2.25.99", "READINGROOM 1")
    assert meta.get("SourceApplicationEntityTitle") == title
    assert meta.FileMetaInformationVersion == b"\0\1"
    assert ds.Modality == "CT"


def test_what_we_write_is_read_back_without_oddities() -> None:
    data = written() + FIRST
    meta = read_file_meta(data)
    assert (meta.sop_class_uid, meta.sop_instance_uid) == (CT, INSTANCE)
    assert (meta.transfer_syntax_uid, meta.is_guessed, meta.oddities) == (EXPLICIT_LITTLE, False, ())
    assert data[meta.dataset_offset :] == FIRST
    assert meta.elements[0x00020002] == CT.encode() + b"\0"
    assert not any(len(value) & 1 for value in meta.elements.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"implementation_class_uid": "1.2.x"},
        {"implementation_class_uid": "1." + "2" * 63},
        {"implementation_version_name": ""},
        {"implementation_version_name": "seventeen letters"},
        {"source_ae_title": "BACK\\SLASH"},
        {"source_ae_title": "ÄRZTE"},
    ],
)
def test_what_breaks_the_standard_is_not_written(changes: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        written(**changes)


def test_a_wrong_group_length_is_passed_over() -> None:
    data = bytearray(written() + FIRST)
    struct.pack_into("<I", data, 132 + 8, 7)
    meta = read_file_meta(data)
    assert data[meta.dataset_offset :] == FIRST
    assert "Group Length" in meta.oddities[0]


@pytest.mark.parametrize("order", ["<", ">"])
def test_meta_information_in_another_encoding(order: str) -> None:
    uid = EXPLICIT_BIG.encode() + b"\0"
    if order == "<":
        element = struct.pack("<HHI", 2, 0x10, len(uid)) + uid
    else:
        element = struct.pack(">HH2sH", 2, 0x10, b"UI", len(uid)) + uid
    meta = read_file_meta(bytes(128) + b"DICM" + element + FIRST)
    assert meta.transfer_syntax_uid == EXPLICIT_BIG
    assert meta.dataset_offset == 132 + len(element)
    assert any("Explicit VR Little Endian" in oddity for oddity in meta.oddities)


@pytest.mark.parametrize(
    ("first", "uid"),
    [
        (struct.pack("<HH2sH", 8, 5, b"CS", 10), EXPLICIT_LITTLE),
        (struct.pack(">HH2sH", 8, 5, b"CS", 10), EXPLICIT_BIG),
        (struct.pack("<HHI", 8, 5, 10), IMPLICIT_LITTLE),
        (struct.pack("<HHI", 8, 5, 1 << 24), None),
        (struct.pack("<HHI", 0x4D42, 0x1234, 10), None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"8\0", None),
    ],
)
def test_guessing(first: bytes, uid: str | None) -> None:
    assert guess_transfer_syntax(first) == uid


def test_no_meta_information_at_all() -> None:
    meta = read_file_meta(FIRST)
    assert (meta.dataset_offset, meta.transfer_syntax_uid, meta.is_guessed) == (0, EXPLICIT_LITTLE, True)
    behind_preamble = read_file_meta(bytes(128) + FIRST)
    assert behind_preamble.dataset_offset == 128


@pytest.mark.parametrize("data", [b"", b"DICM", bytes(200), b"GIF89a and so on", bytes(128) + b"DICM"])
def test_what_is_not_dicom(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_file_meta(data)


def test_cut_inside_the_meta_information() -> None:
    whole = written()
    for length in range(133, len(whole)):
        with pytest.raises(Invalid):
            read_file_meta(whole[:length])


@pytest.mark.parametrize(
    ("name", "uid"),
    [
        ("ExplVR_BigEndNoMeta.dcm", EXPLICIT_BIG),
        ("ExplVR_LitEndNoMeta.dcm", EXPLICIT_LITTLE),
        ("no_meta_group_length.dcm", IMPLICIT_LITTLE),
        ("no-meta-length-test.dcm", EXPLICIT_LITTLE),
        ("meta_missing_tsyntax.dcm", IMPLICIT_LITTLE),
    ],
)
def test_real_files_with_bad_meta(name: str, uid: str) -> None:
    meta = read_file_meta((shared_data() / "malformed" / name).read_bytes())
    assert meta.transfer_syntax_uid == uid
    assert meta.oddities
