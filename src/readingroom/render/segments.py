"""Segmentations in the colours of their segments (PS3.3 C.8.20.2, A.51)."""

from __future__ import annotations

import colorsys
from typing import Final

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array, Frame

from .lab import rgb_of_lab
from .numbers import first_decimal, items, text
from .read_shutter import read_lab

_CLASS, _TYPE, _LARGEST = 0x00080016, 0x00620001, 0x0062000E
_SEGMENTS, _NUMBER, _REFERENCED, _LAB = 0x00620002, 0x00620004, 0x0062000B, 0x0062000D
_CLASSES: Final = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})
_GOLDEN: Final = 0.6180339887498949


def is_label_map(attributes: Attributes) -> bool:
    """Whether its pixels are names, which cannot be averaged."""
    return text(attributes, _CLASS) in _CLASSES and text(attributes, _TYPE).upper() == "LABELMAP"


def segment_colours(frame: Frame, attributes: Attributes) -> Array | None:
    """A grey frame of a segmentation as it is to be seen, None for everything else.

    attributes: of this frame, functional groups laid over. BINARY and FRACTIONAL: uint8 from black to white,
    or RGB to the Recommended Display CIELab Value of the frame's segment. LABELMAP: RGB, each label in its
    colour; one without is black when it is 0, else has one of its own.
    """
    if text(attributes, _CLASS) not in _CLASSES or frame.values.ndim != 2 or frame.values.dtype.kind != "u":
        return None
    if frame.photometric_interpretation != "MONOCHROME2":
        return None
    kind = text(attributes, _TYPE).upper()
    recommended = _recommended(attributes)
    if kind == "LABELMAP":
        highest = int(frame.values.max(initial=0))
        if highest > 0xFFFF:
            return None
        table = [recommended.get(label) or _own(label) for label in range(highest + 1)]
        return np.array(table, np.uint8)[frame.values]
    largest = 1.0 if kind == "BINARY" else first_decimal(attributes, _LARGEST, 0)
    if kind not in ("BINARY", "FRACTIONAL") or largest <= 0:
        return None
    share = np.clip(frame.values / largest, 0, 1)
    color = recommended.get(int(first_decimal(attributes, _REFERENCED, 0)))
    if color is None:
        return np.asarray(np.rint(share * 255).astype(np.uint8))
    return np.asarray(np.rint(share[..., None] * np.array(color)).astype(np.uint8))


def _recommended(attributes: Attributes) -> dict[int, tuple[int, int, int]]:
    found = {}
    for segment in items(attributes, _SEGMENTS)[:0x10000]:
        lab = read_lab(segment, _LAB)
        if lab is not None:
            found[int(first_decimal(segment, _NUMBER, -1))] = rgb_of_lab(lab)
    return found


def _own(label: int) -> tuple[int, int, int]:
    """Black for 0; neighbours are far apart in hue."""
    if label == 0:
        return 0, 0, 0
    red, green, blue = colorsys.hsv_to_rgb(label * _GOLDEN % 1, 0.75, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)
