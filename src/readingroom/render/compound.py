"""Compound Graphics: lines with ends, ticks, gaps and labels (PS3.3 C.10.5.1.3, PS3.17 annex YY).

How they look is a recommendation of the standard; where they lie is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, hypot, radians, sin
from typing import Final

import numpy as np

from readingroom.pixels import Array

from .annotation import Compound
from .geometry import Placement
from .shapes import ellipse, located

_HEAD: Final = 8.0
_TICK: Final = 6.0
_END: Final = 5.0


@dataclass(slots=True)
class Parts:
    """What is to be drawn, in picture coordinates: lines, closed areas, and labels with their middle."""

    lines: list[Array] = field(default_factory=list)
    areas: list[Array] = field(default_factory=list)
    labels: list[tuple[str, Array]] = field(default_factory=list)


def parts_of(compound: Compound, placed: Placement, unit: float) -> Parts:
    """The parts of a compound graphic. unit: width of the usual line in pixels, ends and ticks go by it."""
    points = located(compound.points, compound.units, placed)
    parts = Parts()
    if compound.kind == "MULTILINE":
        parts.lines = [points[k : k + 2] for k in range(0, len(points) - 1, 2)]
    elif compound.kind in ("INFINITELINE", "CUTLINE"):
        _endless(parts, compound, points, placed, unit)
    elif compound.kind == "CROSSHAIR":
        _crosshair(parts, compound, points[0], placed)
    elif compound.kind == "ARROW":
        parts.lines = [points]
        parts.areas = [_head(points[0], points[1], unit)]
    elif compound.kind == "RANGELINE":
        across = _across(points) * _END * unit
        parts.lines = [points, *(np.array([end - across, end + across]) for end in points)]
    elif compound.kind in ("RULER", "AXIS"):
        _scale(parts, compound, points, unit)
    else:
        _outline(parts, compound, placed)
    return _rotated(parts, compound, placed)


def _outline(parts: Parts, compound: Compound, placed: Placement) -> None:
    """RECTANGLE and ELLIPSE inside of two corners, in the units of the graphic so that turns hold."""
    (x0, y0), (x1, y1) = compound.points
    if compound.kind == "RECTANGLE":
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
        path = located(corners, compound.units, placed)
    else:
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        center, right, lower = located((middle, (x1, middle[1]), (middle[0], y1)), compound.units, placed)
        path = ellipse(center, right - center, lower - center)
    parts.lines = [path]
    parts.areas = [path] if compound.is_filled else []


def _endless(parts: Parts, compound: Compound, points: Array, placed: Placement, unit: float) -> None:
    """A line through two points to the borders of the picture, with a gap about the rotation point."""
    along = points[1] - points[0]
    length = hypot(*along)
    if length == 0:
        return
    along = along / length
    reach = 2.0 * hypot(*placed.size)
    middle = _pivot(compound, placed)
    middle = points.mean(axis=0) if middle is None else middle
    foot = points[0] + along * float(np.dot(middle - points[0], along))
    half = _screen_length(compound.gap, placed) / 2
    reach += float(hypot(*(foot - np.array(placed.size) / 2)))
    parts.lines = [
        np.array([foot + along * half, foot + along * reach]),
        np.array([foot - along * half, foot - along * reach]),
    ]
    if compound.kind == "CUTLINE":
        across = np.array([-along[1], along[0]])  # the right half-plane, y pointing down
        for side in (points[0], points[1]):
            tip = (side + foot) / 2
            tail = tip + across * 3 * _HEAD * unit
            parts.lines.append(np.array([tail, tip]))
            parts.areas.append(_head(tail, tip, unit))


def _crosshair(parts: Parts, compound: Compound, center: Array, placed: Placement) -> None:
    """Four lines from the gap to the diameter of visibility, or to the borders without one."""
    half = _screen_length(compound.gap, placed) / 2
    reach = _screen_length(compound.diameter, placed) / 2 or 2.0 * hypot(*placed.size)
    for direction in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        along = np.array(direction, np.float64)
        if reach > half:
            parts.lines.append(np.array([center + along * half, center + along * reach]))


def _scale(parts: Parts, compound: Compound, points: Array, unit: float) -> None:
    """A line with ticks: those of the sequence, or of a ruler without any, eleven."""
    across = _across(points)
    near, far = {"TOP": (0.0, 1.0), "BOTTOM": (-1.0, 0.0)}.get(compound.tick_alignment, (-0.5, 0.5))
    side = 1.0 if compound.tick_label_alignment == "TOP" else -1.0
    parts.lines = [points]
    ticks = [(tick.position, tick.label) for tick in compound.ticks] or [(k / 10, "") for k in range(11)]
    for position, label in ticks:
        at = points[0] + (points[1] - points[0]) * position
        parts.lines.append(np.array([at + across * near * _TICK * unit, at + across * far * _TICK * unit]))
        if compound.shows_labels and label:
            parts.labels.append((label, at + across * side * 2.5 * _TICK * unit))


def _rotated(parts: Parts, compound: Compound, placed: Placement) -> Parts:
    """The parts turned counterclockwise, as seen in the image, about the rotation point."""
    pivot = _pivot(compound, placed)
    if pivot is None or not compound.rotation:
        return parts
    mirrored = placed.is_flipped_horizontally != placed.is_flipped_vertically
    angle = radians(-compound.rotation if mirrored else compound.rotation)
    matrix = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])

    def turned(path: Array) -> Array:
        return np.asarray((path - pivot) @ matrix.T + pivot)

    return Parts(
        [turned(line) for line in parts.lines],
        [turned(area) for area in parts.areas],
        [(label, turned(at)) for label, at in parts.labels],
    )


def _pivot(compound: Compound, placed: Placement) -> Array | None:
    if compound.rotation_point is None:
        return None
    return np.asarray(located((compound.rotation_point,), compound.units, placed)[0])


def _screen_length(share: float, placed: Placement) -> float:
    """Gap Length and Diameter of Visibility are fractions of the picture's width; above 1, pixels."""
    return max(0.0, share * placed.size[0] if share <= 1 else share)


def _across(points: Array) -> Array:
    """One pixel at right angles to the line, to the left as one goes along: up for a line to the right."""
    along = points[1] - points[0]
    length = hypot(*along) or 1.0
    return np.array([along[1], -along[0]]) / length


def _head(tail: Array, tip: Array, unit: float) -> Array:
    along = tip - tail
    along = along / (hypot(*along) or 1.0) * _HEAD * unit
    across = np.array([-along[1], along[0]]) * 0.4
    return np.array([tip, tip - along + across, tip - along - across, tip])
