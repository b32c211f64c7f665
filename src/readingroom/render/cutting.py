"""Where a cut lies: from what is asked in words and numbers to a plane in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .reslice import Cut, Slab, covering, finest
from .volume_geometry import Grid

PLANES: Final = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
}
"""Directions along a row and along a column as usually seen, and along which a position counts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cut as somebody asks for it; mm in the patient (LPS), None for what suits the volume.

    plane: of `PLANES`. orientation: instead of it, directions along a row and along a column, six numbers of
    any length. position: along the normal. center: a point in the middle of the cut. size: columns, rows.
    """

    plane: str = "axial"
    orientation: tuple[float, ...] | None = None
    position: float | None = None
    center: tuple[float, ...] | None = None
    size: tuple[int, int] | None = None
    spacing: float | None = None
    slab: float = 0.0
    mode: Slab = Slab.MIP
    step: float | None = None


def cut_of(grid: Grid, wanted: Wanted) -> Cut:
    """The cut that is wanted of a volume; without more said, all of it through the middle. Raises Invalid."""
    row, column, along = _directions(wanted)
    spacing = finest(grid) if wanted.spacing is None else wanted.spacing
    if not spacing > 0:
        raise Invalid("spacing is above 0 mm.", parameter="spacing")
    size, position, _ = covering(grid, row, column, spacing)
    center = position + _half(size, row, column, spacing)
    if wanted.size is not None:
        size = wanted.size[1], wanted.size[0]
    if wanted.center is not None:
        center = np.array(wanted.center)
    if wanted.position is not None:
        center = center + (wanted.position - float(center @ along)) * along
    first = center - _half(size, row, column, spacing)
    return Cut(first, row, column, spacing, size, wanted.slab, wanted.mode, wanted.step)


def extents(grid: Grid) -> dict[str, tuple[float, float]]:
    """From where to where a volume reaches across each of the usual planes, mm."""
    found = {}
    for name in PLANES:
        row, column, along = _directions(Wanted(name))
        low, high = covering(grid, row, column, finest(grid))[2]
        turned = float(np.cross(row, column) @ along) < 0
        found[name] = (-high, -low) if turned else (low, high)
    return found


def _half(size: tuple[int, int], row: Array, column: Array, spacing: float) -> Array:
    """From the first pixel to the middle."""
    return np.asarray(((size[1] - 1) / 2 * row + (size[0] - 1) / 2 * column) * spacing)


def _directions(wanted: Wanted) -> tuple[Array, Array, Array]:
    if wanted.orientation is None:
        row, column, along = map(np.array, PLANES[wanted.plane])
        return row, column, along
    vectors = np.array(wanted.orientation).reshape(2, 3)
    lengths = np.linalg.norm(vectors, axis=1)
    if lengths.min() == 0:
        raise Invalid("A direction is longer than 0.", parameter="orientation")
    row, column = vectors / lengths[:, None]
    return row, column, np.cross(row, column)
