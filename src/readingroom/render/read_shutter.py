"""Reading the Display Shutter and Bitmap Display Shutter Modules (PS3.3 C.7.6.11, C.7.6.15)."""

from __future__ import annotations

from readingroom.errors import Invalid
from readingroom.model import Attributes

from .annotation import Lab
from .numbers import decimals, exactly, first_decimal
from .overlay import GROUPS
from .shutter import Shutter

_SHAPE = 0x00181600
_EDGES = (0x00181602, 0x00181604, 0x00181606, 0x00181608)
_CENTER, _RADIUS, _VERTICES = 0x00181610, 0x00181612, 0x00181620
_GREY, _GROUP, _LAB = 0x00181622, 0x00181623, 0x00181624


def read_shutter(attributes: Attributes) -> Shutter | None:
    """The shutter of an image or a presentation state, None without Shutter Shape.

    Raises Invalid for an unknown shape and for a shape whose numbers are missing.
    """
    stored = attributes.get(_SHAPE)
    shapes = {str(value).strip(" \0").upper() for value in stored.values if value} if stored else set()
    if not shapes:
        return None
    if not shapes <= {"RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"}:
        raise Invalid("A Shutter Shape is none of the standard.", tag=_SHAPE)
    rectangle = circle = group = None
    polygon: tuple[tuple[int, int], ...] = ()
    if "RECTANGULAR" in shapes:
        left, right, upper, lower = (int(exactly(attributes, tag, 1, "A shutter edge")[0]) for tag in _EDGES)
        rectangle = (left, right, upper, lower)
    if "CIRCULAR" in shapes:
        row, column = exactly(attributes, _CENTER, 2, "Center of Circular Shutter")
        (radius,) = exactly(attributes, _RADIUS, 1, "Radius of Circular Shutter")
        circle = (int(row), int(column), int(radius))
    if "POLYGONAL" in shapes:
        polygon = _polygon(attributes)
    if "BITMAP" in shapes:
        group = int(first_decimal(attributes, _GROUP, 0))
        if group not in GROUPS:
            raise Invalid("Shutter Overlay Group must be a repeating group 60xx.", tag=_GROUP)
    grey = int(first_decimal(attributes, _GREY, 0))
    return Shutter(rectangle, circle, polygon, group, min(max(grey, 0), 0xFFFF), read_lab(attributes, _LAB))


def read_lab(attributes: Attributes, tag: int) -> Lab | None:
    """A CIELab value, None when absent or not three numbers of 16 bits."""
    lab = [int(value) for value in decimals(attributes, tag)]
    if len(lab) != 3 or not all(0 <= value <= 0xFFFF for value in lab):
        return None
    return lab[0], lab[1], lab[2]


def _polygon(attributes: Attributes) -> tuple[tuple[int, int], ...]:
    numbers = [int(number) for number in decimals(attributes, _VERTICES)]
    if len(numbers) < 6 or len(numbers) % 2 or len(numbers) > 20_000:
        raise Invalid("A polygonal shutter needs pairs of row and column, at least three.", tag=_VERTICES)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
