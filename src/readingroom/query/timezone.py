"""Dates and times of rows as clocks at another offset from UTC show them (PS3.4 C.2.2.2.5).

Only objects that tell their own offset, Timezone Offset From UTC (0008,0201), can be adjusted; the values
of all others are compared as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from readingroom.model import Attribute, Attributes, Key, Tag, date_key, split_range, time_key

OFFSET: Tag = 0x00080201

_PAIRS: dict[Tag, Tag] = {
    0x00080012: 0x00080013,
    0x00080020: 0x00080030,
    0x00080021: 0x00080031,
    0x00080022: 0x00080032,
    0x00080023: 0x00080033,
    0x00400244: 0x00400245,
    0x00400250: 0x00400251,
}
"""Date attributes, each with the time attribute of the same moment."""
_DATES = {clock: day for day, clock in _PAIRS.items()}
_DATETIME = re.compile(r"(\d{12,14})(\.\d+)?([+-]\d{4})?\Z", re.ASCII)


def is_moved(key: Key) -> bool:
    """Whether what the key is compared with depends on the time zone."""
    return len(key.path) == 1 and (key.tag in _PAIRS or key.tag in _DATES or key.vr == "DT")


def with_neighbours(value: str) -> tuple[str, str]:
    """The days from the one before a date, or range of dates, to the one after it; open ends stay open.

    Whatever the offset of a row, its own date lies in there when the moved one lies in `value`.
    """
    low, high = split_range(value) or (value, value)
    return _beside(low, -1), _beside(high, 1)


def moved(attributes: Attributes, keys: Sequence[Key], wanted: str) -> Attributes:
    """What the keys are compared with: attributes of a row, dates and times moved to the offset `wanted`."""
    found = {key.path[0]: told for key in keys if (told := attributes.get(key.path[0])) is not None}
    said = attributes.get(OFFSET)
    own = _zone(str(said.first)) if said and said.first else None
    to = _zone(wanted)
    if to is None:
        return found
    for key in filter(is_moved, keys):
        if key.vr == "DT":
            told = attributes.get(key.tag)
            if told is not None:
                found[key.tag] = Attribute("DT", tuple(_moved_datetime(str(v), own, to) for v in told.values))
        elif own is not None:
            found |= _moved_pair(attributes, key.tag, own, to)
    return found


def _moved_pair(attributes: Attributes, tag: Tag, own: tzinfo, to: tzinfo) -> dict[Tag, Attribute]:
    day = _DATES.get(tag, tag)
    date, clock = attributes.get(day), attributes.get(_PAIRS[day])
    if not (date and clock and date.first and clock.first):
        return {}
    digits, dot, fraction = time_key(str(clock.first)).partition(".")
    there = _instant(date_key(str(date.first)) + digits, own)
    if there is None:
        return {}
    text = there.astimezone(to).strftime("%Y%m%d%H%M%S")
    length = max(4, len(digits))  # minutes of an offset may matter where the hour alone was told
    return {
        day: Attribute("DA", (text[:8],)),
        _PAIRS[day]: Attribute("TM", (text[8 : 8 + length] + dot + fraction,)),
    }


def _moved_datetime(value: str, own: tzinfo | None, to: tzinfo) -> str:
    """An offset in the value itself counts before that of the object (PS3.3 C.12.1.1.8)."""
    parts = _DATETIME.match(value.strip())
    if parts is None:
        return value
    at = _zone(parts[3]) if parts[3] else own
    there = _instant(parts[1], at) if at is not None else None
    if there is None:
        return value
    return there.astimezone(to).strftime("%Y%m%d%H%M%S")[: len(parts[1])] + (parts[2] or "")


def _instant(digits: str, at: tzinfo) -> datetime | None:
    """YYYYMMDDHH[MM[SS]] at that offset; None for what no calendar has."""
    form = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(digits))
    if form is None or not "0002" <= digits[:4] <= "9998":
        return None
    try:
        return datetime.strptime(digits, form).replace(tzinfo=at)
    except ValueError:
        return None


def _zone(offset: str) -> tzinfo | None:
    parts = re.fullmatch(r"([+-])(\d{2})(\d{2})", offset.strip(), re.ASCII)
    if parts is None:
        return None
    ahead = timedelta(hours=int(parts[2]), minutes=int(parts[3]))
    if ahead >= timedelta(hours=24):
        return None
    return timezone(-ahead if parts[1] == "-" else ahead)


def _beside(day: str, days: int) -> str:
    there = _instant(date_key(day) + "00", UTC)
    return (there + timedelta(days=days)).strftime("%Y%m%d") if there is not None else ""
