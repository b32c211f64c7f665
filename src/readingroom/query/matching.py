"""Attribute matching, PS3.4 C.2.2.2, as pure functions of one attribute and one key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from readingroom.model import (
    Attribute,
    Attributes,
    Key,
    PersonName,
    date_key,
    datetime_key,
    normalise_name,
    range_end,
    split_range,
    time_key,
)

WILDCARD_VRS = frozenset({"AE", "CS", "IS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
"""VRs in whose keys * and ? are wildcards (C.2.2.2.4); of IS, too, as query_keys.csv has the numbers of
series and instances, because no IS holds these characters."""

RANGE_VRS: Mapping[str, Callable[[str], str]] = {"DA": date_key, "TM": time_key, "DT": datetime_key}
"""VRs whose keys may be ranges (C.2.2.2.5), and how their values are compared."""

EMPTY = ("",)
"""The values of a key that only an absent or empty attribute meets (C.2.2.2.7)."""

_NUMBER_VRS = frozenset({"IS", "DS", "US", "SS", "UL", "SL", "FL", "FD", "UV", "SV"})


def matches(attributes: Attributes, keys: Sequence[Key]) -> bool:
    """Whether a Data Set meets all keys.

    Keys inside the same sequence must be met by one and the same Item (C.2.2.2.6). An attribute with
    several values matches when one of them does (C.2.2.2.1).
    """
    nested: dict[int, list[Key]] = {}
    for key in keys:
        if len(key.path) > 1:
            nested.setdefault(key.path[0], []).append(key)
        elif not _matches_attribute(attributes.get(key.tag), key):
            return False
    for tag, inner in nested.items():
        sequence = attributes.get(tag)
        items = sequence.values if sequence else ()
        deeper = [Key(key.path[1:], key.vr, key.values) for key in inner]
        if not any(matches(item, deeper) for item in items if isinstance(item, Mapping)):
            return False
    return True


def is_wild(value: str, vr: str) -> bool:
    """Whether the key value holds wildcards that count for this VR."""
    return vr in WILDCARD_VRS and ("*" in value or "?" in value)


@lru_cache(maxsize=512)
def pattern(value: str) -> re.Pattern[str]:
    """The regular expression for a pattern with * and ?."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in value)
    return re.compile("".join(parts), re.DOTALL)


def _matches_attribute(attribute: Attribute | None, key: Key) -> bool:
    if all(value == "*" and key.vr in WILDCARD_VRS for value in key.values):
        return True  # universal, as long as nothing else is asked
    if key.values == EMPTY:
        return attribute is None or not any(str(value).strip() for value in attribute.values)
    if attribute is None:
        return False
    return any(_matches_value(stored, wanted, key.vr) for stored in attribute.values for wanted in key.values)


def _matches_value(stored: Any, wanted: str, vr: str) -> bool:
    if vr == "PN":
        return matches_name(str(stored), wanted)
    if vr in RANGE_VRS:
        return _matches_instant(str(stored), wanted, vr)
    text = str(stored).strip()
    if is_wild(wanted, vr):
        return pattern(wanted.strip()).fullmatch(text) is not None
    if vr in _NUMBER_VRS:
        return _same_number(stored, wanted)
    return text == wanted.strip()


def matches_name(stored: str, wanted: str) -> bool:
    """Names compare without case and accents; a key without "=" may meet any component group."""
    groups = PersonName.parse(stored)
    stored_groups = (groups.alphabetic, groups.ideographic, groups.phonetic)
    if "=" in wanted:
        wanted_groups = wanted.split("=")[:3]
        return all(
            _matches_group(have, want)
            for have, want in zip(stored_groups, wanted_groups, strict=False)
            if want.strip("*^ ")
        )
    return any(_matches_group(have, wanted) for have in stored_groups if have)


def _matches_group(stored: str, wanted: str) -> bool:
    have, want = normalise_name(stored), normalise_name(wanted)
    if "*" in want or "?" in want:
        return pattern(want).fullmatch(have) is not None
    return have == want


def _matches_instant(stored: str, wanted: str, vr: str) -> bool:
    form = RANGE_VRS[vr]
    have = form(stored)
    if not have:
        return False
    ends = split_range(wanted)
    if ends is None:
        return have == form(wanted)
    low, high = form(ends[0]), form(ends[1])
    return (not low or have >= low) and (not high or have <= range_end(high))


def _same_number(stored: Any, wanted: str) -> bool:
    try:
        return float(stored) == float(wanted)
    except (TypeError, ValueError):
        return str(stored).strip() == wanted.strip()
