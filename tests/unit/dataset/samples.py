"""Data Sets built by hand for tests, byte by byte from PS3.5 chapter 7, and the real files."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from readingroom.dataset import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from tests.kit.shared_data import shared_data

LONG = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
SYNTAXES = (IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG)
UNDEFINED = 0xFFFFFFFF

# What no reader can read: cut off, or not DICOM (the byte before the first element is one too many).
TRUNCATED = {
    "malformed/MR_truncated.dcm",
    "malformed/rtplan_truncated.dcm",
    "malformed/emri_small_jpeg_2k_lossless_too_short.dcm",
}
NOT_DICOM = {"malformed/no_meta.dcm", "dicomdir/pydicom/TINY_ALPHA/README"}


def element(uid: str, tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """One element; `length` to lie about it."""
    group, number = tag >> 16, tag & 0xFFFF
    length = len(value) if length is None else length
    order = ">" if uid == EXPLICIT_BIG else "<"
    if uid == IMPLICIT_LITTLE:
        return struct.pack("<HHI", group, number, length) + value
    if vr in LONG:
        return struct.pack(order + "HH2sHI", group, number, vr.encode(), 0, length) + value
    return struct.pack(order + "HH2sH", group, number, vr.encode(), length) + value


def item(uid: str, content: bytes, *, closed: bool = True) -> bytes:
    """An Item, with its length or with its delimiter."""
    order = ">" if uid == EXPLICIT_BIG else "<"
    if closed:
        return struct.pack(order + "HHI", 0xFFFE, 0xE000, len(content)) + content
    start = struct.pack(order + "HHI", 0xFFFE, 0xE000, UNDEFINED)
    return start + content + struct.pack(order + "HHI", 0xFFFE, 0xE00D, 0)


def sequence_end(uid: str) -> bytes:
    """The Sequence Delimitation Item."""
    return struct.pack((">" if uid == EXPLICIT_BIG else "<") + "HHI", 0xFFFE, 0xE0DD, 0)


@cache
def real_files() -> tuple[tuple[str, Path], ...]:
    """(name, path) of every DICOM file of ../shared/data."""
    root = shared_data()
    kinds = {".csv", ".md", ".txt", ".png"}
    paths = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in kinds)
    names = [(str(path.relative_to(root)), path) for path in paths]
    return tuple((name, path) for name, path in names if name not in NOT_DICOM)


def whole_files() -> Iterator[tuple[str, Path]]:
    """Those of them that are not truncated."""
    return ((name, path) for name, path in real_files() if name not in TRUNCATED)
