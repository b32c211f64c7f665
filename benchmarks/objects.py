"""The objects that are sent: real CT slices under new UIDs, tiny ones, and large ones."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence

from tests.kit.compare import Part10
from tests.kit.real_files import storable
from tests.kit.tiny import tiny

_CT = "ct-series/head-5mm/"


def new_root() -> str:
    """A UID that nobody has used, short enough for two more components (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int >> 40}"


def ct_study(count: int, *, series: int = 1) -> list[Part10]:
    """`count` CT images of 0.5 MB: the slices of ct-series/head-5mm under UIDs of a new study."""
    slices = [part for name, part in storable().items() if name.startswith(_CT)]
    slices = [part for part in slices if len(part.dataset) > 400_000]
    root = new_root()
    found = []
    for number, part in zip(range(1, count + 1), itertools.cycle(slices), strict=False):
        uids = {
            0x0020000D: f"{root}.0",
            0x0020000E: f"{root}.0.{number % series + 1}",
            0x00080018: f"{root}.1.{number}",
        }
        found.append(_renamed(part, uids, number))
    return found


def _renamed(part: Part10, uids: dict[int, str], number: int) -> Part10:
    """The Data Set under other UIDs and instance number, pixel data untouched."""
    import io
    import warnings

    import pydicom
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = DicomBytesIO(part.dataset)
        source.is_little_endian, source.is_implicit_VR = True, part.transfer_syntax_uid == "1.2.840.10008.1.2"
        ds = pydicom.filereader.read_dataset(source, source.is_implicit_VR, True)
        for tag, uid in uids.items():
            ds[tag].value = uid
        ds.InstanceNumber = number
        out = DicomBytesIO(io.BytesIO())
        out.is_little_endian, out.is_implicit_VR = True, False
        write_dataset(out, ds)
    return Part10(part.sop_class_uid, uids[0x00080018], "1.2.840.10008.1.2.1", bytes(out.getvalue()))


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
