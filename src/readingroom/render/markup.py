"""Text from a DICOM file as HTML: escaped without exception, since it may be hostile."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from readingroom.model import PersonName

# What HTML forbids in text: controls, surrogates, noncharacters; and the controls by which text could
# reorder what stands around it. Written as escapes: they are invisible.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_DATE: Final = re.compile(r"(\d{4})[.-]?(\d\d)[.-]?(\d\d)")
_TIME: Final = re.compile(r"(\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d{1,6})?)?)?")
_DATETIME: Final = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?(\.\d{1,6})?)?([+-]\d\d)?(\d\d)?")


def safe(words: str) -> str:
    """The words as text or as the value of a quoted attribute; what cannot be shown is U+FFFD."""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return escape(_FORBIDDEN.sub("\ufffd", _REORDERING.sub("", words)))


def shown(words: str, title: str = "") -> str:
    """The words as an element of its own, which cannot turn the direction of those around it."""
    return f'<bdi title="{safe(title)}">{safe(words)}</bdi>' if title else f"<bdi>{safe(words)}</bdi>"


def name_shown(value: str) -> str:
    """A person's name in its own order: "Family, Given Middle, Prefix, Suffix (other groups)"."""
    name = PersonName.parse(value)
    groups = [_components(group) for group in (name.alphabetic, name.ideographic, name.phonetic)]
    first, *others = [group for group in groups if group] or [""]
    return f"{first} ({', '.join(others)})" if others else first


def date_shown(value: str) -> str:
    """DA as YYYY-MM-DD; what is none as it is."""
    found = _DATE.fullmatch(value)
    return "-".join(found.groups()) if found else value


def time_shown(value: str) -> str:
    """TM as HH:MM:SS.F to the precision given; what is none as it is."""
    found = _TIME.fullmatch(value)
    if not found:
        return value
    *clock, fraction = found.groups()
    return ":".join(part for part in clock if part) + (fraction or "")


def datetime_shown(value: str) -> str:
    """DT as YYYY-MM-DD HH:MM:SS.F +HH:MM to the precision given; what is none as it is."""
    found = _DATETIME.fullmatch(value)
    if not found:
        return value
    year, month, day, hour, minute, second, fraction, zone, zone_minutes = found.groups()
    date = "-".join(part for part in (year, month, day) if part)
    clock = ":".join(part for part in (hour, minute, second) if part) + (fraction or "")
    return " ".join(part for part in (date, clock, f"{zone}:{zone_minutes or '00'}" if zone else "") if part)


def number_shown(value: float) -> str:
    """The shortest decimal that is the same single precision number."""
    for digits in range(6, 9):
        words = f"{value:.{digits}g}"
        if abs(float(words) - value) <= abs(value) * 2**-25:
            return words
    return f"{value:.9g}"


def _components(group: str) -> str:
    family, given, middle, prefix, suffix = [*(part.strip() for part in group.split("^", 4)), "", "", "", ""][
        :5
    ]
    return ", ".join(part for part in (family, f"{given} {middle}".strip(), prefix, suffix) if part)
