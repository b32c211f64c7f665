"""Whether slices make a volume, and how its voxels lie in the patient (PS3.3 C.7.6.2; LPS, mm).

What is odd is found and told: nothing here straightens, doubles or fills in. The viewer has the same rules
(viewer/core/volume-geometry.ts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from readingroom.errors import Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array

from .functional_groups import attributes_of_frame, macro_of_frame
from .numbers import decimals

_POSITION, _ORIENTATION, _SPACING = 0x00200032, 0x00200037, 0x00280030
_PLANE_POSITION, _PLANE_ORIENTATION = 0x00209113, 0x00209116
_POSITION_IN_VOLUME, _ORIENTATION_IN_VOLUME = 0x00209301, 0x00209302
_PLANE_POSITION_IN_VOLUME, _PLANE_ORIENTATION_IN_VOLUME = 0x0020930E, 0x0020930F
_FEWEST: Final = 3
_SAME_PLACE: Final = 0.005
"""mm: two slices nearer to each other lie at one place."""
_PARALLEL: Final = 0.999975
"""Cosine of the angle between directions that are still one, about 0.4 degrees."""
_UNEVEN_SHARE, _UNEVEN_MM = 0.05, 0.03
"""By so much of a step, and mm, a slice may lie beside its slot: positions are written with few digits."""
_MISSING_SHARE: Final = 0.25
"""More often wide than this and the distances are unequal rather than slices missing."""
_GAP: Final = 3
"""Of unequal distances, so many times the usual one is a gap."""
_TILT: Final = 0.2
"""Degrees from which a gantry tilt is one."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The plane of one frame: centre of its first pixel, steps along a row and along a column; mm."""

    position: Array
    along_row: Array
    along_column: Array
    size: tuple[int, int]
    """Rows, columns."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader must know of a volume. kind: tilt, missing, gap, unequal, duplicate."""

    kind: str
    sentence: str
    facts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where voxels lie.

    steps: (3, 3), its columns lead from a voxel to the next along a row, along a column and from slot to
    slot; the third is oblique with a gantry tilt. order: the slice in each slot, -1 where one is missing.
    places: of slots in units of the third step. gaps: slots after which nothing is known. reach: how far
    slices beside nothing count beyond their centres, in units of the third step.
    """

    origin: Array
    steps: Array
    size: tuple[int, int]
    order: Array
    places: Array
    gaps: frozenset[int]
    reach: float


def slice_of(attributes: Attributes, frame_number: int, size: tuple[int, int]) -> Slice:
    """The plane of a frame, from 1: in the patient, else in its Volume Frame of Reference (PS3.3 C.8.24.3.3).

    Raises Unsupported when the object does not say where it lies.
    """
    here = attributes_of_frame(attributes, frame_number)
    position = decimals(_macro(attributes, frame_number, _PLANE_POSITION), _POSITION)
    orientation = decimals(_macro(attributes, frame_number, _PLANE_ORIENTATION), _ORIENTATION)
    if not position or not orientation:
        position = decimals(_macro(attributes, frame_number, _PLANE_POSITION_IN_VOLUME), _POSITION_IN_VOLUME)
        turned = _macro(attributes, frame_number, _PLANE_ORIENTATION_IN_VOLUME)
        orientation = decimals(turned, _ORIENTATION_IN_VOLUME)
    spacing = decimals(here, _SPACING)
    row, column = np.array(orientation[:3]), np.array(orientation[3:6])
    lengths = [float(np.linalg.norm(one)) if len(one) == 3 else 0.0 for one in (row, column)]
    if len(position) != 3 or min(lengths) < 0.5:
        raise Unsupported("This series makes no volume: its images do not say where they lie.")
    if len(spacing) != 2 or min(spacing) <= 0:
        raise Unsupported("This series makes no volume: its images do not say how large a pixel is.")
    along = row / lengths[0] * spacing[1], column / lengths[1] * spacing[0]
    return Slice(np.array(position), *along, size)


def _macro(attributes: Attributes, frame_number: int, tag: int) -> Attributes:
    return next(iter(macro_of_frame(attributes, frame_number, tag)), attributes)


def geometry_of(slices: Sequence[Slice]) -> tuple[Grid, tuple[Finding, ...]]:
    """The grid of the slices, in any order, and what is odd about it. Raises Unsupported, naming why."""
    _refuse(slices)
    first = slices[0]
    normal = _unit(np.cross(first.along_row, first.along_column))
    depths = np.array([float((one.position - first.position) @ normal) for one in slices])
    sign = 1.0 if depths[-1] >= 0 else -1.0
    ordered = sorted(range(len(slices)), key=lambda at: (sign * depths[at], at))
    kept = [
        at
        for number, at in enumerate(ordered)
        if not number or abs(depths[at] - depths[ordered[number - 1]]) > _SAME_PLACE
    ]
    if len(kept) < _FEWEST:
        raise Unsupported(f"This series makes no volume: it has {len(kept)} places, {_FEWEST} are needed.")
    if len(ordered) - len(kept) > len(kept) // 2:
        raise Unsupported("This series makes no volume: it has several images at each place.")
    distances = np.abs(depths[kept] - depths[kept[0]])
    slots, is_even, usual, findings = _laid_out(distances)
    step = (slices[kept[-1]].position - slices[kept[0]].position) / slots[-1]
    _refuse_shifted([slices[at] for at in kept], slots, step)
    if len(ordered) > len(kept):
        count = len(ordered) - len(kept)
        findings.append(Finding("duplicate", f"{count} images lie where another one does.", {"count": count}))
    tilt = math.degrees(math.acos(min(abs(float(_unit(step) @ normal)), 1.0)))
    if tilt > _TILT:
        findings.append(
            Finding("tilt", f"The gantry was tilted by {tilt:.1f}°: slices are sheared.", {"degrees": tilt})
        )
    order = np.full(round(slots[-1]) + 1 if is_even else len(kept), -1)
    order[np.round(slots).astype(int) if is_even else slice(None)] = kept
    places = np.arange(len(order), dtype=float) if is_even else slots
    gaps = frozenset(int(one.facts["after"]) - 1 for one in findings if one.kind == "gap")
    steps = np.stack([first.along_row, first.along_column, step], axis=1)
    reach = 0.5 * usual / float(np.linalg.norm(step)) * abs(float(_unit(step) @ normal)) ** -1
    grid = Grid(slices[kept[0]].position, steps, first.size, order, places, gaps, reach)
    return grid, tuple(findings)


def _refuse(slices: Sequence[Slice]) -> None:
    if len(slices) < _FEWEST:
        raise Unsupported(f"This series makes no volume: it has {len(slices)} images of {_FEWEST} at least.")
    first = slices[0]
    if any(one.size != first.size for one in slices):
        raise Unsupported("This series makes no volume: its images differ in rows or columns.")
    row, column = _unit(first.along_row), _unit(first.along_column)
    normal = _unit(np.cross(row, column))
    for one in slices:
        for own, other in ((one.along_row, first.along_row), (one.along_column, first.along_column)):
            if abs(np.linalg.norm(own) - np.linalg.norm(other)) > 1e-3 * np.linalg.norm(other):
                raise Unsupported("This series makes no volume: its pixels differ in size.")
        if (
            float(_unit(one.along_row) @ row) < _PARALLEL
            or float(_unit(np.cross(one.along_row, one.along_column)) @ normal) < _PARALLEL
        ):
            raise Unsupported("This series makes no volume: its images are not parallel.")


def _laid_out(distances: Array) -> tuple[Array, bool, float, list[Finding]]:
    """Slots (whole where distances are even but for missing slices), whether they are, the usual distance."""
    apart = np.diff(distances)
    usual = float(np.sort(apart)[(len(apart) - 1) // 2])
    slots = np.round(distances / usual)
    step = float(distances[-1] / slots[-1])
    allowed = max(_UNEVEN_MM, _UNEVEN_SHARE * step)
    is_on_grid = bool(np.all(np.abs(distances - slots * step) <= allowed)) and len(set(slots)) == len(slots)
    jumps = [at for at in range(len(apart)) if slots[at + 1] - slots[at] > 1]
    if is_on_grid and len(jumps) <= _MISSING_SHARE * len(apart):
        return slots, True, step, [_missing(slots, at, step) for at in jumps]
    least, most = float(apart.min()), float(apart.max())
    findings = [
        Finding("unequal", f"Slices are {least:.4g} to {most:.4g} mm apart.", {"least": least, "most": most}),
        *(
            Finding(
                "gap",
                f"Between slice {at + 1} and {at + 2} are {apart[at]:.4g} mm: nothing is filled in there.",
                {"after": at + 1, "width": float(apart[at])},
            )
            for at in range(len(apart))
            if apart[at] > _GAP * usual
        ),
    ]
    return distances / (distances[-1] / (len(distances) - 1)), False, usual, findings


def _missing(slots: Array, at: int, step: float) -> Finding:
    count, after = int(slots[at + 1] - slots[at]) - 1, int(slots[at]) + 1
    what = f"Slice {after + 1} is" if count == 1 else f"Slices {after + 1} to {after + count} are"
    facts = {"after": after, "count": count, "width": (count + 1) * step}
    return Finding("missing", f"{what} missing: nothing is filled in there.", facts)


def _refuse_shifted(kept: Sequence[Slice], slots: Array, step: Array) -> None:
    """Every slice must lie on the line from the first to the last."""
    first = kept[0]
    across, down = float(np.linalg.norm(first.along_row)), float(np.linalg.norm(first.along_column))
    allowed = max(0.1, 0.1 * min(across, down))
    for one, slot in zip(kept, slots, strict=True):
        beside = one.position - (first.position + slot * step)
        if max(abs(beside @ first.along_row) / across, abs(beside @ first.along_column) / down) > allowed:
            raise Unsupported("This series makes no volume: its images are shifted against each other.")


def _unit(vector: Array) -> Any:
    return vector / np.linalg.norm(vector)
