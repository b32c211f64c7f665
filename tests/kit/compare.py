"""Are two Data Sets the same? As pydicom reads them, every element, private ones and pixel data too."""

from __future__ import annotations

import io
import warnings
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
import pydicom.config
from pydicom import DataElement, Dataset
from pydicom.filewriter import write_dataset

_MAGIC = 132


@dataclass(frozen=True)
class Part10:
    """One file: what its File Meta Information says, and its Data Set as bytes.

    sop_class_uid, sop_instance_uid: of the Data Set. "" where nothing readable says it.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    dataset: bytes = field(repr=False)


def read_part10(source: Path | bytes) -> Part10:
    """Split a file by pydicom: where the Data Set begins, and what it says it is."""
    raw = source.read_bytes() if isinstance(source, Path) else source
    offset, syntax = _after_meta(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(io.BytesIO(raw), force=True, stop_before_pixels=True)
        if not syntax:
            implicit, little = ds.original_encoding
            syntax = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1"
            syntax = syntax if little else "1.2.840.10008.1.2.2"
        return Part10(
            str(ds.get("SOPClassUID") or ""), str(ds.get("SOPInstanceUID") or ""), syntax, raw[offset:]
        )


def _after_meta(raw: bytes) -> tuple[int, str]:
    """(where group 0002 ends, transfer syntax) walking elements by their lengths (PS3.10 7.1)."""
    at = _MAGIC if raw[128:132] == b"DICM" else 0
    syntax = ""
    while raw[at : at + 2] == b"\x02\x00":
        vr = raw[at + 4 : at + 6]
        if vr in (b"OB", b"UN"):
            start, length = at + 12, int.from_bytes(raw[at + 8 : at + 12], "little")
        elif vr.isalpha():
            start, length = at + 8, int.from_bytes(raw[at + 6 : at + 8], "little")
        else:
            start, length = at + 8, int.from_bytes(raw[at + 4 : at + 8], "little")
        if raw[at : at + 4] == b"\x02\x00\x10\x00":
            syntax = raw[start : start + length].strip(b"\0 ").decode("ascii", "replace")
        at = start + length
    return at, syntax


def nothing_wrong(wrong: Mapping[str, object]) -> None:
    """Fail with one line for each entry, where there is any."""
    lines = [f"  {name}: {what}" for name, what in wrong.items()]
    assert not lines, f"{len(lines)} are wrong:\n" + "\n".join(lines[:60])


def dataset_differences(one: bytes, other: bytes, *, ignore_vr_of_unknown: bool = True) -> list[str]:
    """What differs between two files' Data Sets, one sentence each; empty when they are the same.

    one, other: whole Part 10 files. An element whose VR is UN on one side only (private elements that
    came in Implicit VR) is compared by its bytes.
    """
    with warnings.catch_warnings(), _unknown_stays_unknown():
        warnings.simplefilter("ignore")
        first, second = (pydicom.dcmread(io.BytesIO(raw), force=True) for raw in (one, other))
        if first.original_encoding[1] != second.original_encoding[1]:
            _swap_words(first)
        return list(_differences(first, second, "", ignore_vr_of_unknown))


@contextmanager
def _unknown_stays_unknown() -> Iterator[None]:
    """Bytes that came as UN have no byte order (PS3.5 6.2.2): pydicom shall not look their VR up."""
    pydicom.config.replace_un_with_known_vr = False
    try:
        yield
    finally:
        pydicom.config.replace_un_with_known_vr = True


def _swap_words(ds: Dataset) -> None:
    """Words in the other byte order (PS3.5 7.3): pydicom gives such values as they lie in the file.

    Pixel cells of 32 bits in OW are one word to pydicom and GDCM and two to DCMTK. The real file of that kind
    (rtdose_expb.dcm) has the grey values of its little endian sibling only when they are one.
    """
    for element in ds.iterall():
        width = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}.get(element.VR, 1)
        if element.tag == 0x7FE00010 and element.VR == "OW" and ds.BitsAllocated == 32:
            width = 4
        if width > 1 and isinstance(element.value, bytes) and len(element.value) % width == 0:
            words = array({2: "H", 4: "I", 8: "Q"}[width], element.value)
            words.byteswap()
            element.value = words.tobytes()


def _differences(one: Dataset, other: Dataset, path: str, loose: bool) -> Iterator[str]:
    for tag in sorted(set(one.keys()) | set(other.keys())):
        place = f"{path}{tag}"
        if tag.element == 0:  # group lengths (retired) are the encoder's business
            continue
        if tag not in one or tag not in other:
            yield f"{place} is only in the {'first' if tag in one else 'second'}"
            continue
        mine, yours = one[tag], other[tag]
        if mine.VR == "SQ" and yours.VR == "SQ":
            if len(mine.value) != len(yours.value):
                yield f"{place} has {len(mine.value)} and {len(yours.value)} items"
            for number, (left, right) in enumerate(zip(mine.value, yours.value, strict=False), 1):
                yield from _differences(left, right, f"{place}[{number}].", loose)
        elif mine.VR != yours.VR and not (loose and "UN" in (mine.VR, yours.VR)):
            if not _both_words(mine, yours):
                yield f"{place} is {mine.VR} and {yours.VR}"
        elif not _same(mine, yours):
            yield f"{place} {mine.VR} is {_short(mine.value)} and {_short(yours.value)}"


def _both_words(mine: DataElement, yours: DataElement) -> bool:
    return {mine.VR, yours.VR} <= {"OB", "OW"} and mine.value == yours.value


def _same(mine: DataElement, yours: DataElement) -> bool:
    if mine.VR != yours.VR:
        return _encoded(mine).rstrip(b"\0 ") == _encoded(yours).rstrip(b"\0 ")
    if isinstance(mine.value, bytes) and isinstance(yours.value, bytes):
        return mine.value == yours.value or _unpadded(mine.value) == _unpadded(yours.value)
    return bool(mine.value == yours.value) or repr(mine.value) == repr(yours.value)


def _unpadded(value: bytes) -> bytes:
    return value[:-1] if len(value) % 2 == 0 and value[-1:] == b"\0" else value


def _encoded(element: DataElement) -> bytes:
    """The value's bytes in Implicit VR Little Endian."""
    if isinstance(element.value, bytes):
        return element.value
    ds = Dataset()
    ds.add(element)
    out = pydicom.filebase.DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, True
    write_dataset(out, ds)
    return bytes(out.getvalue()[8:])


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) < 120 else f"{said[:100]}... ({len(said)} characters)"
