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
NOTHING: Final = -32768
"""Code of 16 bits where a volume says nothing."""


class Slab(Enum):
    """What becomes of the samples through the thickness of a slab."""

    MIP = "mip"
    MINIP = "minip"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Volume:
    """Stored values (slices, rows, columns) on a grid; modality value = value * slope + intercept.

    hole: the stored value that is none (Pixel Padding); beside it the nearest voxel counts, never a mixture.
    """

    values: Array
    grid: Grid
    slope: float = 1.0
    intercept: float = 0.0
    hole: float | None = None


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
    step: float | None = None
    """mm between the layers of a slab; None: so that no voxel is stepped over."""

    def __post_init__(self) -> None:
        lengths = [float(np.linalg.norm(one)) for one in (self.row, self.column)]
        if any(abs(one - 1) > 1e-3 for one in lengths) or abs(float(self.row @ self.column)) > 1e-3:
            raise Invalid("A plane has two directions of length 1 at right angles.", parameter="orientation")
        if not self.spacing > 0 or not 0 <= self.slab < float("inf"):
            raise Invalid("spacing must be above 0 and slab at least 0 mm.", parameter="spacing")
        if self.step is not None and not self.step > 0:
            raise Invalid("step must be above 0 mm.", parameter="step")
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

    A slab has layers from face to face, so near that no voxel is stepped over; with a step, those whose
    middle lies in it, one through its middle. Raises Invalid for more than `MOST_SAMPLES`.
    """
    rows, columns = cut.size
    layers = _layers(cut, finest(volume.grid))
    if rows * columns * layers > MOST_SAMPLES:
        raise Invalid(
            f"{columns} x {rows} pixels through {layers} places are too much at once; ask for fewer or "
            "larger pixels or a thinner slab.",
            parameter="slab",
        )
    depths = _depths(cut, layers)
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


def _layers(cut: Cut, least: float) -> int:
    if cut.step is not None:
        return 2 * int(min(cut.slab / 2 / cut.step + 1e-6, MOST_SAMPLES)) + 1
    return int(np.ceil(cut.slab / least)) + 1 if cut.slab else 1


def _depths(cut: Cut, layers: int) -> Array:
    """mm from the middle of the slab."""
    if cut.step is not None:
        return (np.arange(layers) - layers // 2) * cut.step
    return np.linspace(-cut.slab / 2, cut.slab / 2, layers) if layers > 1 else np.zeros(1)


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
        corners = [flat[base], flat[base + right], flat[base + down], flat[base + down + right]]
        upper = _mix(corners[0], corners[1], column_share)
        lower = _mix(corners[2], corners[3], column_share)
        mixed = _mix(upper, lower, row_share)
        layers.append(
            mixed if volume.hole is None else _beside(corners, mixed, volume.hole, column_share, row_share)
        )
    between = share[known]
    found[known] = _mix(layers[0], layers[1], between)
    if volume.hole is not None:
        one_is_none = np.isnan(layers[0]) | np.isnan(layers[1])
        found[known] = np.where(one_is_none, np.where(between < 0.5, layers[0], layers[1]), found[known])
    return found


def _beside(corners: list[Array], mixed: Array, hole: float, across: Array, along: Array) -> Array:
    """Where one of four neighbours is none the nearest of them, NaN when that is none."""
    upper = np.where(across < 0.5, corners[0], corners[1])
    lower = np.where(across < 0.5, corners[2], corners[3])
    nearest = np.where(along < 0.5, upper, lower)
    is_beside = np.any([corner == hole for corner in corners], axis=0)
    return np.where(is_beside, np.where(nearest == hole, np.nan, nearest), mixed).astype(np.float32)


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


def codes_of(low: float, high: float, step: float) -> tuple[float, float]:
    """Slope and intercept of signed 16-bit codes for values from low to high.

    The slope is the step where all fits, else a larger one; with step 0 as small as fits.
    """
    least = (high - low) / 65534
    slope = max(abs(step), least) or 1.0
    return slope, low + 32767 * slope


def in_16_bits(values: Array, low: float, high: float, step: float) -> tuple[bytes, float, float]:
    """Signed 16-bit values, little endian, -32768 where nothing is known; and slope and intercept.

    low, high: between which all values lie. step: see `codes_of`.
    """
    slope, intercept = codes_of(low, high, step)
    codes = np.clip(np.round((np.nan_to_num(values, nan=low) - intercept) / slope), -32767, 32767)
    codes[np.isnan(values)] = NOTHING
    return codes.astype("<i2").tobytes(), slope, intercept
