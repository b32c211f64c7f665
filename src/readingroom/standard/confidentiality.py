"""The Basic Application Level Confidentiality Profile, PS3.15 table E.1-1 (2026c), column Basic Profile.

confidentiality_profile.csv has every line of the table but those of whole groups, which the rules here
stand for: private attributes, curves (50xx) and overlays (60xx) are removed.
"""

from __future__ import annotations

import csv
from enum import Enum
from functools import cache
from pathlib import Path

from pydicom.datadict import dictionary_has_tag, dictionary_VR

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

_ELSE = {0x00700001: Action.REMOVE}
"""Graphic Annotation Sequence (D): optional wherever it is, and a dummy would be drawn."""


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


def action_of(tag: int) -> Action:
    """What the profile does with an attribute; what no edition of PS3.6 knows is removed (E.1.1)."""
    group = tag >> 16
    if group & 1 or group & 0xFF00 in (0x5000, 0x6000):
        return Action.REMOVE
    found = _table().get(tag)
    if found is not None:
        return found
    return Action.KEEP if dictionary_has_tag(tag) else Action.REMOVE
