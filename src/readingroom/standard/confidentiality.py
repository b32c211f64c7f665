"""The Basic Application Level Confidentiality Profile, PS3.15 table E.1-1 (2026c), column Basic Profile.

confidentiality_profile.csv has every line of the table but those of whole groups, which the rules here
stand for: private attributes, curves (50xx) and overlays (60xx) are removed.
"""

from __future__ import annotations

import csv
from enum import Enum
from functools import cache
from pathlib import Path

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR

EDITION = "PS3.15 2026c"
PROFILE_CODE = ("113100", "DCM", "Basic Application Confidentiality Profile")
"""Code Value, Coding Scheme Designator, Code Meaning: De-identification Method Code Sequence (CID 7050)."""


class Action(Enum):
    """What is done with an attribute that is there."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    """Replaced by a value that says nothing, in a sequence every value of its Items."""
    UID = "U"
    KEEP = "K"
    """As it is; in the Items of a sequence every attribute is dealt with by its own action."""


_OF_CODE = {
    "X": Action.REMOVE,
    "Z": Action.EMPTY,
    "X/Z": Action.EMPTY,
    "D": Action.DUMMY,
    "Z/D": Action.DUMMY,
    "X/D": Action.DUMMY,
    "X/Z/D": Action.DUMMY,
    "U": Action.UID,
    "X/Z/U*": Action.KEEP,
}
"""Where the table lets the IOD decide, what every Type allows: a value that is there may always be a dummy,
and one that is Type 2 or 3 may be empty. Sequences that may be removed are: a dummy Item would mislead."""

_ELSE = {
    # Optional wherever it is, and a dummy of the graphics (D) would be drawn.
    0x00700001: Action.REMOVE,
    # X, but Type 1 or 1C of an IOD (PS3.3 C.11.10, C.8.22.4, 10.29, C.34.8, C.7.2.3), Z, but Type 1.
    **dict.fromkeys((0x00700082, 0x00700083, 0x00181078, 0x00181009, 0x30020121, 0x00120022), Action.DUMMY),
    0x300A0611: Action.DUMMY,
    # X, but Type 2C of animals; and the role that only a person who is named may have.
    **dict.fromkeys((0x00102297, 0x00102299), Action.EMPTY),
    0x00102298: Action.REMOVE,
}


@cache
def _table() -> dict[int, Action]:
    path = Path(__file__).with_name("confidentiality_profile.csv")
    with path.open(newline="", encoding="utf-8") as rows:
        return {int(row["tag"], 16): _action(row) for row in csv.DictReader(rows)} | _ELSE


def _action(row: dict[str, str]) -> Action:
    code, tag = row["action"], int(row["tag"], 16)
    if code in ("X/D", "X/Z/D") and dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
        return Action.REMOVE
    return _OF_CODE[code]


_NAMES_KINDS = frozenset(
    {
        *(0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x0008010D, 0x00080117, 0x00080118),
        *(0x0008040E, 0x00081150, 0x0008115A, 0x00083002, 0x00340003, 0x04000010, 0x04000510),
        *(0x30100052, 0x30100053),
    }
)
"""Attributes of VR UI whose values name SOP classes, transfer syntaxes, coding schemes and the like."""


def action_of(tag: int) -> Action:
    """What the profile does with an attribute.

    Beyond the table: what PS3.6 does not know is removed, a UID that names a thing is replaced, names of
    persons, dates and date-times are emptied, free text becomes a dummy (E.1.1: whatever else may identify).
    """
    group = tag >> 16
    if group & 1 or group & 0xFF00 in (0x5000, 0x6000):
        return Action.REMOVE
    found = _table().get(tag)
    if found is not None:
        return found
    if not dictionary_has_tag(tag):
        return Action.REMOVE
    vr = dictionary_VR(tag)
    if vr == "UI" and tag not in _NAMES_KINDS:
        return Action.UID
    if vr in ("LT", "ST", "UT") or dictionary_keyword(tag).endswith(("Comment", "Comments", "Description")):
        return Action.DUMMY
    return Action.EMPTY if vr in ("PN", "DA", "DT") else Action.KEEP
