"""Whether an image is to be seen without its mask (PS3.3 C.7.6.10, C.8.19.7)."""

from __future__ import annotations

from typing import Final

from readingroom.model import Attributes

from .numbers import first_decimal, items, text

_MASKS, _VIEWING_MODE = 0x00286100, 0x00281090
_DISPLAYED, _START, _STOP = 0x00089458, 0x00082142, 0x00082143
_MOST_ITEMS: Final = 100_000


def may_subtract(attributes: Attributes, frame_number: int, is_wanted: bool | None = None) -> bool:
    """Whether an image says how to subtract, and `own_mask` may do so for this frame."""
    if is_wanted is False or not items(attributes, _MASKS):
        return False
    return bool(is_wanted) or _viewing_mode(attributes, frame_number) == "SUB"


def _viewing_mode(attributes: Attributes, frame_number: int) -> str:
    for item in items(attributes, _DISPLAYED)[:_MOST_ITEMS]:
        start, stop = first_decimal(item, _START, 1), first_decimal(item, _STOP, float("inf"))
        if start <= frame_number <= stop and (mode := text(item, _VIEWING_MODE).upper()):
            return mode
    return text(attributes, _VIEWING_MODE).upper()
