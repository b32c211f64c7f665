"""The attributes that govern one frame of an enhanced multi-frame object (PS3.3 C.7.6.16)."""

from __future__ import annotations

from typing import Final

from readingroom.model import Attribute, Attributes, Tag

_SHARED: Final = 0x52009229
_PER_FRAME: Final = 0x52009230
_MACROS: Final = (
    0x00289110,  # Pixel Measures
    0x00289132,  # Frame VOI LUT
    0x00289145,  # Pixel Value Transformation
    0x0062000A,  # Segment Identification
)


def attributes_of_frame(attributes: Attributes, frame_number: int) -> Attributes:
    """The Data Set with what the functional groups say of frame `frame_number` (from 1) laid over it.

    Pixel Measures, Frame VOI LUT, Pixel Value Transformation and Segment Identification appear as if they
    stood at the top, per frame over shared; a plain object is returned as it is.
    """
    groups = [
        *_items(attributes, _SHARED)[:1],
        *_items(attributes, _PER_FRAME)[frame_number - 1 : frame_number],
    ]
    overlaid: dict[Tag, Attribute] = {}
    for group in groups:
        for macro in _MACROS:
            for item in _items(group, macro)[:1]:
                overlaid.update(item)
    return {**attributes, **overlaid} if overlaid else attributes


def macro_of_frame(attributes: Attributes, frame_number: int, tag: Tag) -> tuple[Attributes, ...]:
    """The Items of one functional group of a frame, from 1, per frame over shared; () for none."""
    per_frame = _items(attributes, _PER_FRAME)[frame_number - 1 : frame_number]
    for group in (*per_frame, *_items(attributes, _SHARED)[:1]):
        if found := _items(group, tag):
            return found
    return ()


def _items(attributes: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    attribute = attributes.get(tag)
    return attribute.values if attribute is not None and attribute.vr == "SQ" else ()
