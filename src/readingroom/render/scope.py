"""Reading references to images (PS3.3 tables 10-3, 10-4)."""

from __future__ import annotations

from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes

from .numbers import decimals, items, text
from .reference import ImageReference, Scope

_SERIES, _IMAGES, _SERIES_UID = 0x00081115, 0x00081140, 0x0020000E
_CLASS, _INSTANCE, _FRAMES = 0x00081150, 0x00081155, 0x00081160
_MOST: Final = 100_000


def read_scope(item: Attributes) -> Scope:
    """The Referenced Image Sequence of an Item. Raises Invalid for a reference without UID."""
    return tuple(_reference(reference, "", "") for reference in items(item, _IMAGES)[:_MOST])


def read_images(attributes: Attributes, study_instance_uid: str = "") -> tuple[ImageReference, ...]:
    """All images of the Referenced Series Sequence, in their order. Raises Invalid as `read_scope`."""
    found: list[ImageReference] = []
    for series in items(attributes, _SERIES):
        uid = text(series, _SERIES_UID)
        images = items(series, _IMAGES)[: _MOST - len(found)]
        found.extend(_reference(image, uid, study_instance_uid) for image in images)
    return tuple(found)


def _reference(item: Attributes, series: str, study: str) -> ImageReference:
    uid = text(item, _INSTANCE)
    if not uid:
        raise Invalid("A reference to an image without SOP Instance UID.", tag=_INSTANCE)
    frames = tuple(int(number) for number in decimals(item, _FRAMES))
    return ImageReference(text(item, _CLASS), uid, frames, series, study)
