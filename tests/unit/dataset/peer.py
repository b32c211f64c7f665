"""What pydicom, an independent reader, makes of a Data Set, in the words of `readingroom.model`."""

from __future__ import annotations

import io
import warnings
from array import array
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.filewriter import correct_ambiguous_vr

from readingroom.dataset import BulkValue, bulk_bytes
from readingroom.model import Attribute

WIDTH = {"OW": "H", "OF": "I", "OL": "I", "OD": "Q", "OV": "Q"}
PADDING = " \0"


def read(source: Path | bytes) -> Dataset:
    """pydicom's reading, ambiguous VRs corrected."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(file, force=True)
        _ = list(ds.iterall())
        if ds.original_encoding[0]:
            correct_ambiguous_vr(ds, ds.original_encoding[1] is not False)
    return ds


def plain(ds: Dataset) -> dict[int, tuple[str, Any]]:
    """tag -> (VR, values): text stripped, numbers as numbers, bytes in little endian order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {int(one.tag): (str(one.VR), _values(ds, one)) for one in ds if one.tag.element}


def _values(ds: Dataset, element: Any) -> tuple[Any, ...]:
    vr, value = str(element.VR), element.value
    if vr == "SQ":
        return tuple(plain(item) for item in value)
    if value is None or (isinstance(value, str | bytes) and not value):
        return ()
    if isinstance(value, bytes):
        if ds.original_encoding[1] is False and vr in WIDTH and not element.is_undefined_length:
            swapped = array(WIDTH[vr], value)
            swapped.byteswap()
            value = swapped.tobytes()
        return (value,)
    if not isinstance(value, pydicom.multival.MultiValue | list | tuple):
        value = [value]
    return tuple(_one(vr, one) for one in value)


def _one(vr: str, value: Any) -> Any:
    if vr in ("DS", "IS"):
        return getattr(value, "original_string", str(value) if value is not None else "").strip(PADDING)
    if vr == "PN":
        return str(value).rstrip(PADDING)
    if vr == "AT":
        return int(value)
    if isinstance(value, str):
        return str(value).strip(PADDING)
    return value


def ours(buffer: bytes, dataset: Any) -> dict[int, tuple[str, Any]]:
    """The same form from our own reading."""
    result: dict[int, tuple[str, Any]] = {}
    for tag, one in dataset.items():
        if isinstance(one, BulkValue):
            result[tag] = (one.vr, (bulk_bytes(buffer, one),) if one.length else ())
        elif isinstance(one, Attribute) and one.vr == "SQ":
            result[tag] = ("SQ", tuple(ours(buffer, item) for item in one.values))
        else:
            values = tuple(v.strip(PADDING) if isinstance(v, str) else v for v in one.values)
            result[tag] = (one.vr, values)
    return result


def differences(mine: dict[int, Any], theirs: dict[int, Any], path: str = "") -> list[str]:
    """Sentences about every tag on which the two disagree."""
    found = []
    for tag in sorted(mine.keys() | theirs.keys()):
        where = f"{path}({tag >> 16:04X},{tag & 0xFFFF:04X})"
        if tag not in mine or tag not in theirs:
            found.append(f"{where} only in {'ours' if tag in mine else 'pydicom'}")
            continue
        (vr, values), (their_vr, their_values) = mine[tag], theirs[tag]
        if vr != their_vr:
            found.append(f"{where} VR {vr} {their_vr}")
        elif vr == "SQ":
            if len(values) != len(their_values):
                found.append(f"{where} {len(values)} items, {len(their_values)} in pydicom")
            for number, (item, theirs_item) in enumerate(zip(values, their_values, strict=False)):
                found += differences(item, theirs_item, f"{where}[{number}]")
        elif not _same(values, their_values):
            found.append(f"{where} {vr} {values!r:.120} {their_values!r:.120}")
    return found


def _same(values: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    if values == others or (not any(values) and not any(others) and len(values) < 2 and len(others) < 2):
        return True
    both_nan = [a == b or (a != a and b != b) for a, b in zip(values, others, strict=False)]
    return len(values) == len(others) and all(both_nan)
