"""From pixel cells, as a codec hands them out, to stored values (PS3.5 8.1.1)."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .description import PixelDescription

Array: TypeAlias = npt.NDArray[Any]


def stored_values(cells: Array, description: PixelDescription) -> Array:
    """Take the bits below High Bit out of each cell and extend the sign.

    cells: integers of any shape, at least Bits Allocated wide; signed ones count as two's complement.
    Bits outside the stored ones are dropped, so old overlays and garbage above High Bit do no harm. The
    answer may be a read-only view of `cells`.
    """
    width = description.cell.itemsize * 8
    cells = cells.astype(f"u{width // 8}", copy=False)
    stored = description.bits_stored
    below = description.high_bit + 1 - stored
    if description.pixel_representation == 1:
        if stored == width:
            return cells.view(description.cell)
        # Shift the sign to the top of the cell and back, arithmetically.
        return (cells << (width - below - stored)).view(description.cell) >> (width - stored)
    if stored == width or description.bits_allocated == 1:
        return cells
    if below:
        cells = cells >> below
    return cells & cells.dtype.type((1 << stored) - 1)


def clipped_values(samples: Array, description: PixelDescription, precision: int) -> Array:
    """The stored values of a lossy codestream of `precision` bits.

    Overshoot beyond Bits Stored is clipped: dropping the upper bits would turn white into black.
    """
    stored = description.bits_stored
    if precision > stored:
        signed = samples.dtype.kind == "i"
        low, high = (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) if signed else (0, (1 << stored) - 1)
        samples = np.clip(samples, low, high)
    width = description.cell.itemsize * 8
    cells = samples.astype(f"u{width // 8}", copy=False)
    if description.pixel_representation == 0 or stored == width:
        return cells.view(description.cell)
    return (cells << (width - stored)).view(description.cell) >> (width - stored)


def cells_of(values: Array, description: PixelDescription) -> Array:
    """The unsigned cells that hold `values`, little endian and contiguous.

    The stored bits start at bit 0: what we write has High Bit = Bits Stored - 1. The bits above are
    copies of the sign, so that readers who take the whole cell for the value are right, too.
    """
    return packed(values).astype(f"<u{description.cell.itemsize}", copy=False)


def packed(values: Array) -> Array:
    """The array in C order, with the strides that codecs expect.

    numpy calls an axis of one element contiguous whatever its stride is; codecs do not.
    """
    return values.copy(order="C") if 1 in values.shape else np.ascontiguousarray(values)
