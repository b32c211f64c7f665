"""The objects that are sent: real CT slices under new UIDs, tiny ones, and large ones."""

from __future__ import annotations

import itertools
import struct
import uuid
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from tests.kit.compare import Part10
from tests.kit.real_files import storable
from tests.kit.tiny import EXPLICIT_LE, element, tiny

_CT = "ct-series/head-5mm/"
_ROOT = "2.25." + "1" * 26
_HEAD = 1 << 16


def new_root() -> str:
    """A UID of 31 characters that nobody has used: room for more components (PS3.5 B.2)."""
    return f"2.25.{10**25 + uuid.uuid4().int % 10**25}"


def ct_study(count: int, *, series: int = 1) -> list[Part10]:
    """`count` CT images of 0.5 MB: the slices of ct-series/head-5mm under UIDs of a new study.

    Study ROOT.0, series ROOT.2.1 to ROOT.2.`series`, instances ROOT.1.10001 on.
    """
    root = new_root()
    found = []
    for number, template in zip(range(1, count + 1), itertools.cycle(_templates()), strict=False):
        head, rest = template.dataset[:_HEAD], template.dataset[_HEAD:]
        for old, new in (
            (f"{_ROOT}.1.10000", f"{_ROOT}.1.{10000 + number}"),
            (f"{_ROOT}.2.1", f"{_ROOT}.2.{number % series + 1}"),
            ("\x20\0\x13\0IS\x06\x0010000 ", f"\x20\0\x13\0IS\x06\0{10000 + number} "),
            (_ROOT, root),
        ):
            head = head.replace(old.encode(), new.encode())
        found.append(Part10(template.sop_class_uid, f"{root}.1.{10000 + number}", EXPLICIT_LE, head + rest))
    return found


@cache
def _templates() -> list[Part10]:
    """The slices in Explicit VR Little Endian with UIDs that are easy to replace."""
    slices = [part for name, part in storable().items() if name.startswith(_CT)]
    return [_template(part) for part in slices if len(part.dataset) > 400_000]


def _template(part: Part10) -> Part10:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = DicomBytesIO(part.dataset)
        is_implicit = part.transfer_syntax_uid == "1.2.840.10008.1.2"
        ds = pydicom.filereader.read_dataset(source, is_implicit, True)
        ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{_ROOT}.0", f"{_ROOT}.2.1"
        ds.SOPInstanceUID, ds.InstanceNumber = f"{_ROOT}.1.10000", 10000
        out = DicomBytesIO()
        out.is_little_endian, out.is_implicit_VR = True, False
        write_dataset(out, ds)
    return Part10(part.sop_class_uid, ds.SOPInstanceUID, EXPLICIT_LE, bytes(out.getvalue()))


def tiny_objects(count: int) -> list[Part10]:
    """`count` objects of about 600 bytes, one study of ten series."""
    root = new_root()
    return [
        tiny(f"{root}.{n}", f"{root}.0", f"{root}.0.{n % 10 + 1}", number=n, patient="TINY")
        for n in range(1, count + 1)
    ]


def large_objects(count: int, size: int = 31 << 20) -> list[Part10]:
    """`count` objects of 31 MB."""
    root = new_root()
    pixels = bytes(range(256)) * (size // 256)
    return [tiny(f"{root}.{n}", f"{root}.0", f"{root}.0.1", number=n, pixels=pixels) for n in range(count)]


_FAMILY = ["MILLER", "GARCIA", "SCHMIDT", "IVANOV", "TANAKA", "OKAFOR", "SILVA", "NOVAK", "KHAN", "LARSEN"]
_GIVEN = ["ANNA", "BRUNO", "CLARA", "DAVID", "ELENA", "FELIX", "GRETA", "HUGO", "IRIS", "JONAS"]


def studies(count: int) -> list[Part10]:
    """`count` studies of one tiny object each, with artificial names, IDs and dates over ten years."""
    root = new_root()
    found = []
    for n in range(count):
        name = f"{_FAMILY[n % 10]}{n // 1000}^{_GIVEN[n // 10 % 10]}"
        date = f"20{10 + n % 10}{n // 10 % 12 + 1:02d}{n // 120 % 28 + 1:02d}"
        uid = f"{root}.{n}"
        found.append(tiny(f"{uid}.1", f"{uid}.2", f"{uid}.3", patient=f"B{n:06d}", name=name, date=date))
    return found


def split(parts: Sequence[Part10], ways: int) -> list[Sequence[Part10]]:
    """The objects dealt out to `ways` associations."""
    return [parts[n::ways] for n in range(ways)]


@dataclass(frozen=True)
class LargeFile:
    """A multi-frame object that lies on disk as a bare Data Set, Explicit VR Little Endian."""

    path: Path
    study: str
    series: str
    sop_class: str
    sop_instance: str


def multi_frame_file(path: Path, frames: int) -> LargeFile:
    """Frames of 512 by 512 cells of 16 bits, each a ramp that begins with its number."""
    root = new_root()
    us = struct.Struct("<H").pack
    grey = "1.2.840.10008.5.1.4.1.1.7.3"  # Multi-frame Grayscale Word Secondary Capture
    found = LargeFile(path, f"{root}.0", f"{root}.0.1", grey, f"{root}.1")
    head = b"".join(
        (
            element(0x00080016, "UI", grey.encode()),
            element(0x00080018, "UI", found.sop_instance.encode()),
            element(0x00080020, "DA", b"20240102"),
            element(0x00080060, "CS", b"OT"),
            element(0x00080064, "CS", b"WSD"),
            element(0x00100010, "PN", b"Large^Object"),
            element(0x00100020, "LO", b"LARGE"),
            element(0x0020000D, "UI", found.study.encode()),
            element(0x0020000E, "UI", found.series.encode()),
            element(0x00280002, "US", us(1)),
            element(0x00280004, "CS", b"MONOCHROME2"),
            element(0x00280008, "IS", str(frames).encode()),
            element(0x00280010, "US", us(512)),
            element(0x00280011, "US", us(512)),
            element(0x00280100, "US", us(16)),
            element(0x00280101, "US", us(16)),
            element(0x00280102, "US", us(15)),
            element(0x00280103, "US", us(0)),
        )
    )
    ramp = np.arange(512 * 512, dtype="<u4")
    with path.open("wb") as file:
        file.write(head + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, frames * 512 * 512 * 2))
        for number in range(frames):
            file.write(((ramp + number) % 4096).astype("<u2").tobytes())
    return found
