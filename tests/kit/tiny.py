"""Small valid objects in any number, encoded once and changed by their UIDs only."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .compare import Part10

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
EXPLICIT_LE = "1.2.840.10008.1.2.1"


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One element in Explicit VR Little Endian (PS3.5 7.1.2)."""
    value += (b"\0" if vr in ("UI", "OB") else b" ") * (len(value) % 2)
    group, number = tag >> 16, tag & 0xFFFF
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return struct.pack("<HH2sHI", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), len(value)) + value


def tiny(
    uid: str, study: str, series: str, *, patient: str = "TINY", number: int = 1, date: str = "20240102",
    name: str = "", pixels: bytes = bytes(64),
) -> Part10:  # fmt: skip
    """A Secondary Capture image of 8 by 8 pixels, of about 600 bytes."""
    us = struct.Struct("<H").pack
    dataset = b"".join(
        (
            element(0x00080016, "UI", SECONDARY_CAPTURE.encode()),
            element(0x00080018, "UI", uid.encode()),
            element(0x00080020, "DA", date.encode()),
            element(0x00080030, "TM", b"101112"),
            element(0x00080050, "SH", f"A{patient}".encode()),
            element(0x00080060, "CS", b"OT"),
            element(0x00080064, "CS", b"WSD"),
            element(0x00080090, "PN", b"Doctor^Some"),
            element(0x00081030, "LO", b"Tiny study"),
            element(0x00100010, "PN", (name or f"Tiny^{patient}").encode()),
            element(0x00100020, "LO", patient.encode()),
            element(0x00100030, "DA", b"19700101"),
            element(0x00100040, "CS", b"O"),
            element(0x0020000D, "UI", study.encode()),
            element(0x0020000E, "UI", series.encode()),
            element(0x00200010, "SH", b"1"),
            element(0x00200011, "IS", b"1"),
            element(0x00200013, "IS", str(number).encode()),
            element(0x00280002, "US", us(1)),
            element(0x00280004, "CS", b"MONOCHROME2"),
            element(0x00280010, "US", us(8)),
            element(0x00280011, "US", us(8)),
            element(0x00280100, "US", us(8)),
            element(0x00280101, "US", us(8)),
            element(0x00280102, "US", us(7)),
            element(0x00280103, "US", us(0)),
            element(0x7FE00010, "OB", pixels),
        )
    )
    return Part10(SECONDARY_CAPTURE, uid, EXPLICIT_LE, dataset)


def tiny_series(root: str, count: int, *, first: int = 1) -> Iterator[Part10]:
    """One series below the UID `root`, each image with pixels of its own."""
    for number in range(first, first + count):
        pixels = number.to_bytes(8, "little") * 8
        yield tiny(f"{root}.{number}", f"{root}.0.1", f"{root}.0.2", number=number, pixels=pixels)
