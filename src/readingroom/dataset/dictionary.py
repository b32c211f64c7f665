"""Which VR an attribute has (PS3.6), and how the VRs are encoded (PS3.5 7.1.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._private_dict import private_dictionaries

from readingroom.model import Tag

# fmt: off
SHORT: Final = {vr.encode(): vr for vr in (
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL", "SS",
    "ST", "TM", "UI", "UL", "US",
)}
"""VRs whose explicit form has a 16-bit value length."""
LONG: Final = {vr.encode(): vr for vr in (
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
)}
"""VRs whose explicit form has two reserved bytes and a 32-bit value length."""
# fmt: on
KNOWN: Final = frozenset(SHORT) | frozenset(LONG)
"""The letters of every VR (PS3.5 table 6.2-1)."""

_VRS: Final[dict[Tag, str]] = {tag: entry[0] for tag, entry in DicomDictionary.items()}


def _repeaters() -> list[tuple[int, int, str]]:
    """(mask, value, VR) of the repeating groups and elements, such as (60xx,3000)."""
    rows = []
    for pattern, entry in RepeatersDictionary.items():
        mask = int("".join("0" if char == "x" else "F" for char in pattern), 16)
        rows.append((mask, int(pattern.replace("x", "0"), 16), entry[0]))
    return rows


_REPEATERS: Final = _repeaters()


@lru_cache(maxsize=4096)
def _vr_of_rare(tag: Tag) -> str:
    group, element = tag >> 16, tag & 0xFFFF
    if element == 0:
        return "UL"
    if group & 1:
        return "LO" if 0x10 <= element <= 0xFF else "UN"
    for mask, value, vr in _REPEATERS:
        if tag & mask == value:
            return vr
    return "UN"


def vr_of(tag: Tag) -> str:
    """The VR of a standard attribute, of a private creator or a group length; UN when unknown.

    Attributes whose VR depends on others answer with the alternatives: "US or SS", "OB or OW",
    "US or OW", "US or SS or OW" (PS3.6 chapter 6); `read` resolves them.
    """
    return _VRS.get(tag) or _vr_of_rare(tag)


@lru_cache(maxsize=4096)
def private_vr(tag: Tag, creator: str) -> str:
    """The VR of a private attribute under its private creator (PS3.5 7.8.1); UN when unknown."""
    known = private_dictionaries.get(creator)
    if known is None:
        return "UN"
    group, element = f"{tag >> 16:04X}", f"{tag & 0xFFFF:04X}"
    for key in (group + element, f"{group}xx{element[2:]}", f"{group[:2]}xxxx{element[2:]}"):
        if key in known:
            return known[key][0]
    return "UN"


def is_private_creator(tag: Tag) -> bool:
    """True for (gggg,0010) to (gggg,00FF) of an odd group (PS3.5 7.8.1)."""
    return bool(tag & 0x10000) and 0x10 <= tag & 0xFFFF <= 0xFF
