"""Dates and times (PS3.5 6.2, VR DA, TM, DT) in the form in which they are compared, as text."""

from __future__ import annotations

import re

_OFFSET = re.compile(r"[+-]\d{4}$")


def date_key(text: str) -> str:
    """YYYYMMDD; the full stops of ACR-NEMA dates (2004.01.19) and hyphens of hand-made ones are dropped."""
    return text.strip().replace(".", "").replace("-", "").replace("/", "")


def time_key(text: str) -> str:
    """HHMMSS.FFFFFF to the precision given; the colons of ACR-NEMA times are dropped."""
    return text.strip().replace(":", "")


def datetime_key(text: str) -> str:
    """YYYYMMDDHHMMSS.FFFFFF to the precision given, without the offset from UTC."""
    return _OFFSET.sub("", text.strip())


def range_end(text: str) -> str:
    """The last text that still lies in a time of limited precision: 10 stands for all of 10:59:59."""
    return text + "~" if text else ""


def split_range(text: str) -> tuple[str, str] | None:
    """The two ends of "A-B", "A-" or "-B", either of which may be empty; None when it is no range.

    An offset from UTC such as -0500 at the end of a DT is part of its value, not a second end.
    """
    if "-" not in text:
        return None
    head, _, tail = text.partition("-")
    if re.fullmatch(r"\d{4}(-.*)?", tail) and len(head) > 8 and "-" not in _OFFSET.sub("", text):
        return None
    return head.strip(), tail.strip()
