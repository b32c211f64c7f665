"""Planes and slabs through a volume, by linear interpolation between voxels (PS3.3 C.7.6.2; LPS, mm)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .presentation import Picture
from .voi import apply_window
from .volume_geometry import Grid
from .window import Window

MOST_SIDE: Final = 2048
"""Rows or columns of a cut."""
MOST_SAMPLES: Final = 60_000_000
"""Places in a volume that one cut may look at."""
_BLOCK: Final = 1 << 16
_NOTHING: Final = -32768


class Slab(Enum):
    """What becomes of the samples through the thickness of a slab."""

    MIP = "mip"
    MINIP = "minip"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Volume:
    """Stored values (slices, rows, columns) on a grid; modality value = value * slope + intercept."""

    values: Array
    grid: Grid
    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Cut:
    """A plane: centre of its first pixel, unit vectors along a row and along a column, square pixels; mm.

    Raises Invalid for vectors that are none or not at right angles, and for what is too large.
    """

    position: Array
    row: Array
    column: Array
    spacing: float
    size: tuple[int, int]
    """Rows, columns."""
    slab: float = 0.0
    mode: Slab = Slab.MIP

    def __post_init__(self) -> None:
        lengths = [float(np.linalg.norm(one)) for one in (self.row, self.column)]
        if any(abs(one - 1) > 1e-3 for one in lengths) or abs(float(self.row @ self.column)) > 1e-3:
            raise Invalid("A plane has two directions of length 1 at right angles.", parameter="orientation")
        if not self.spacing > 0 or not 0 <= self.slab < float("inf"):
            raise Invalid("spacing must be above 0 and slab at least 0 mm.", parameter="spacing")
        if min(self.size) < 1 or max(self.size) > MOST_SIDE:
            raise Invalid(
                f"{self.size[1]} x {self.size[0]} pixels: 1 to {MOST_SIDE} are drawn.", parameter="size"
            )

    @property
    def normal(self) -> Array:
        """Unit vector at right angles to the plane."""
        return np.asarray(np.cross(self.row, self.column))


def covering(
    grid: Grid, row: Array, column: Array, spacing: float
) -> tuple[tuple[int, int], Array, tuple[float, float]]:
    """Size and first pixel of a plane in the middle of a volume that shows all of it.

    And from where to where the volume reaches along the plane's normal, in mm.
    """
    columns, rows = grid.size[1], grid.size[0]
    ends = (
        (-0.5, columns - 0.5),
        (-0.5, rows - 0.5),
        (-grid.reach, float(grid.places[-1]) + grid.reach),
    )
    corners = np.array([(c, r, k) for c in ends[0] for r in ends[1] for k in ends[2]])
    points = grid.origin + corners @ grid.steps.T
    normal = np.cross(row, column)
    lows = [float((points @ axis).min()) for axis in (row, column, normal)]
    highs = [float((points @ axis).max()) for axis in (row, column, normal)]
    counts = [
        max(int(np.ceil((high - low) / spacing - 1e-6)), 1) for low, high in zip(lows, highs, strict=True)
    ]
    first = [
        (low + high) / 2 - (count - 1) / 2 * spacing
        for low, high, count in zip(lows[:2], highs[:2], counts[:2], strict=True)
    ]
    middle = (lows[2] + highs[2]) / 2
    position = first[0] * row + first[1] * column + middle * normal
    return (counts[1], counts[0]), np.asarray(position), (lows[2], highs[2])


def finest(grid: Grid) -> float:
    """The smallest distance between voxels, mm."""
    return float(np.linalg.norm(grid.steps, axis=0).min())


def reslice(volume: Volume, cut: Cut) -> Array:
    """Modality values on the plane, float32 (rows, columns); NaN where the volume says nothing.

    A slab is sampled so that no voxel is stepped over. Raises Invalid for more than `MOST_SAMPLES`.
    """
    depths = _depths(cut, finest(volume.grid))
    rows, columns = cut.size
    if rows * columns * len(depths) > MOST_SAMPLES:
        raise Invalid(
            f"{columns} x {rows} pixels through {len(depths)} places are too much at once; ask for fewer or "
            "larger pixels or a thinner slab.",
            parameter="slab",
        )
    found = np.empty(rows * columns, np.float32)
    inverse = np.linalg.inv(volume.grid.steps)
    along = [inverse @ (one * cut.spacing) for one in (cut.row, cut.column)]
    origin = inverse @ (cut.position - volume.grid.origin)
    through = inverse @ cut.normal
    for begin in range(0, rows * columns, _BLOCK):
        at = np.arange(begin, min(begin + _BLOCK, rows * columns))
        plane = origin + np.outer(at % columns, along[0]) + np.outer(at // columns, along[1])
        found[begin : begin + len(at)] = _through(volume, plane, depths, through, cut.mode)
    return (found * np.float32(volume.slope) + np.float32(volume.intercept)).reshape(rows, columns)


def _depths(cut: Cut, least: float) -> Array:
    count = int(np.ceil(cut.slab / least)) + 1 if cut.slab else 1
    return np.linspace(-cut.slab / 2, cut.slab / 2, count) if count > 1 else np.zeros(1)


def _through(volume: Volume, plane: Array, depths: Array, through: Array, mode: Slab) -> Array:
    """Stored values at places (n, 3) in voxels, joined over the depths of a slab."""
    if len(depths) == 1:
        return _sampled(volume, plane)
    # A negative slope turns stored values round: the highest modality value is the lowest stored one.
    highest = (mode is Slab.MIP) == (volume.slope >= 0)
    total = np.zeros(len(plane), np.float32)
    count = np.zeros(len(plane), np.float32)
    best = np.full(len(plane), np.nan, np.float32)
    for depth in depths:
        values = _sampled(volume, plane + depth * through)
        if mode is Slab.AVERAGE:
            known = ~np.isnan(values)
            total[known] += values[known]
            count += known
        else:
            best = np.fmax(best, values) if highest else np.fmin(best, values)
    if mode is not Slab.AVERAGE:
        return best
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / count)


def _sampled(volume: Volume, places: Array) -> Array:
    """Stored values between voxels, float32; NaN beyond the volume, in gaps and where slices are missing."""
    grid, (rows, columns) = volume.grid, volume.grid.size
    below, above, share, known = _between(grid, places[:, 2])
    known &= (places[:, 0] >= -0.5) & (places[:, 0] <= columns - 0.5)
    known &= (places[:, 1] >= -0.5) & (places[:, 1] <= rows - 0.5)
    found = np.full(len(places), np.nan, np.float32)
    if not known.any():
        return found
    column, column_share = _split(places[known, 0], columns)
    row, row_share = _split(places[known, 1], rows)
    flat, size = volume.values.reshape(-1), rows * columns
    right, down = min(1, columns - 1), columns * min(1, rows - 1)
    layers = []
    for layer in (below[known], above[known]):
        base = layer * size + row * columns + column
        upper = _mix(flat[base], flat[base + right], column_share)
        lower = _mix(flat[base + down], flat[base + down + right], column_share)
        layers.append(_mix(upper, lower, row_share))
    found[known] = _mix(layers[0], layers[1], share[known])
    return found


def _split(at: Array, count: int) -> tuple[Array, Array]:
    """The voxel before a place and the share of the one behind it; the last pair at the edges."""
    inside = np.clip(at, 0, count - 1)
    first = np.minimum(inside.astype(np.int64), max(count - 2, 0))
    return first, (inside - first).astype(np.float32)


def _mix(a: Array, b: Array, share: Array) -> Array:
    first = a.astype(np.float32)
    return np.asarray(first + (b.astype(np.float32) - first) * share)


def _between(grid: Grid, at: Array) -> tuple[Array, Array, Array, Array]:
    """The slices before and behind each place, the share of the latter, and where anything is known."""
    last = len(grid.places) - 1
    slot = np.clip(np.searchsorted(grid.places, at, "right") - 1, 0, last - 1)
    here, there = grid.places[slot], grid.places[slot + 1]
    share = np.clip((at - here) / (there - here), 0, 1).astype(np.float32)
    below, above = grid.order[slot], grid.order[slot + 1]
    known = (at >= -grid.reach) & (at <= grid.places[-1] + grid.reach)
    is_gap = np.isin(slot, list(grid.gaps)) | (below < 0) | (above < 0)
    near_below = is_gap & (at - here <= grid.reach) & (below >= 0)
    near_above = is_gap & (there - at <= grid.reach) & (above >= 0)
    known &= ~is_gap | near_below | near_above
    below, above = np.where(near_above, above, below), np.where(near_below, below, above)
    return np.maximum(below, 0), np.maximum(above, 0), share, known


def drawn(values: Array, window: Window, inverted: bool = False) -> Picture:
    """The cut as a screen shows it: greys by a window, black where nothing is known."""
    greys = apply_window(np.nan_to_num(values, nan=0.0), window)
    greys = np.round((1 - greys if inverted else greys) * 255).astype(np.uint8)
    greys[np.isnan(values)] = 0
    return Picture(greys, window)


def in_16_bits(values: Array, low: float, high: float, slope: float) -> tuple[bytes, float, float]:
    """Signed 16-bit values, little endian, -32768 where nothing is known; and slope and intercept.

    low, high: between which all values lie. The slope is the one given where all fits, else a larger one.
    """
    slope = abs(slope) if slope else 1.0
    slope = max(slope, (high - low) / 65534) if (high - low) / slope > 65534 else slope
    intercept = low + 32767 * slope
    codes = np.clip(np.round((np.nan_to_num(values, nan=low) - intercept) / slope), -32767, 32767)
    codes[np.isnan(values)] = _NOTHING
    return codes.astype("<i2").tobytes(), slope, intercept
