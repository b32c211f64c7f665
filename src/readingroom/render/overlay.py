"""Overlay planes: bitmaps over an image (PS3.3 C.9.2, PS3.5 8.1.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag
from readingroom.pixels import Array

from .numbers import decimals, text

GROUPS: Final = tuple(0x6000 + 2 * number for number in range(16))
_ROWS, _COLUMNS, _FRAMES, _TYPE, _ORIGIN, _FIRST_FRAME = 0x10, 0x11, 0x15, 0x40, 0x50, 0x51
_BITS_ALLOCATED, _BIT_POSITION, _DATA, _ACTIVATION = 0x0100, 0x0102, 0x3000, 0x1001
_MOST_PIXELS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Overlay:
    """One plane. row, column: of the image pixel under its first bit, from 1 and perhaps outside.

    first_frame: of the image, from 1, that its first frame lies over; one without frames lies over all.
    kind: G for graphics, R for a region of interest. data: the bits, first bit lowest. position: of the
    bit in each pixel cell where the plane has no data of its own but hides beside the stored bits.
    """

    group: int
    rows: int
    columns: int
    row: int = 1
    column: int = 1
    frames: int = 0
    first_frame: int = 1
    kind: str = "G"
    data: bytes = field(default=b"", repr=False)
    position: int | None = None

    def plane(self, frame_number: int) -> Array | None:
        """The plane over one frame: bool (rows, columns), None where there is none."""
        at = frame_number - self.first_frame if self.frames else 0
        if self.position is not None or not 0 <= at < max(1, self.frames):
            return None
        size = self.rows * self.columns
        first, bit = divmod(at * size, 8)
        packed = np.frombuffer(self.data, np.uint8)[first : first + (bit + size + 7) // 8]
        bits = np.unpackbits(packed, bitorder="little")[bit : bit + size]
        return bits.reshape(self.rows, self.columns).astype(bool)

    def plane_in(self, cells: Array) -> Array | None:
        """The plane that hides in the bits of whole pixel cells: bool (rows, columns); none in colours."""
        if cells.ndim != 2:
            return None
        return (cells.view(f"u{cells.dtype.itemsize}") >> np.uint8(self.position or 0)) & 1 > 0


def read_overlays(attributes: Attributes) -> dict[int, Overlay]:
    """All overlays of a Data Set, by group. Raises Invalid for one that is broken.

    In objects from before 2004 a plane without data lies in the pixel cells, as Overlay Bits Allocated
    equal to the image's and an Overlay Bit Position outside of the stored bits tell.
    """
    overlays = {}
    for group in GROUPS:
        if _tag(group, _ROWS) in attributes and _tag(group, _COLUMNS) in attributes:
            overlay = _read(attributes, group)
            if overlay is not None:
                overlays[group] = overlay
    return overlays


def read_activations(attributes: Attributes) -> dict[int, str]:
    """Overlay Activation Layer by group, those that name a layer (PS3.3 C.11.7)."""
    named = {group: text(attributes, _tag(group, _ACTIVATION)) for group in GROUPS}
    return {group: layer for group, layer in named.items() if layer}


def _read(attributes: Attributes, group: int) -> Overlay | None:
    rows, columns = (_whole(attributes, group, element, 0) for element in (_ROWS, _COLUMNS))
    frames = _whole(attributes, group, _FRAMES, 0)
    if rows < 1 or columns < 1 or rows * columns > _MOST_PIXELS or frames < 0:
        raise Invalid(f"Overlay {group:04X} cannot have {rows} rows and {columns} columns.", tag=group << 16)
    origin = decimals(attributes, _tag(group, _ORIGIN)) or (1.0, 1.0)
    stored = attributes.get(_tag(group, _DATA))
    data = stored.first if stored is not None else None
    position = None
    if isinstance(data, bytes | bytearray | memoryview):
        data = bytes(data)
        if len(data) * 8 < rows * columns * max(1, frames):
            raise Invalid(f"Overlay {group:04X} has fewer bits than its rows and columns.", tag=group << 16)
    elif _whole(attributes, group, _BITS_ALLOCATED, 1) > 1:
        data, position = b"", _whole(attributes, group, _BIT_POSITION, 0)
        if not 0 <= position < 32:
            raise Invalid(f"Overlay {group:04X} has no bit {position}.", tag=group << 16)
    else:
        return None
    return Overlay(
        group,
        rows,
        columns,
        int(origin[0]),
        int((*origin, 1.0)[1]),
        frames,
        _whole(attributes, group, _FIRST_FRAME, 1),
        text(attributes, _tag(group, _TYPE)) or "G",
        data,
        position,
    )


def _whole(attributes: Attributes, group: int, element: int, absent: int) -> int:
    return int((decimals(attributes, _tag(group, element)) or (absent,))[0])


def _tag(group: int, element: int) -> Tag:
    return group << 16 | element
