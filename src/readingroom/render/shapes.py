"""Graphic Objects as paths in picture coordinates (PS3.3 C.10.5.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, pi
from typing import Final

import numpy as np

from readingroom.pixels import Array

from .annotation import Point, Units
from .geometry import Placement

_MOST_ROUND: Final = 720


def located(points: Sequence[Point], units: Units, placed: Placement) -> Array:
    """Points as picture coordinates, (n, 2)."""
    array = np.array(points, np.float64).reshape(-1, 2)
    return placed.display_to_picture(array) if units is Units.DISPLAY else placed.to_picture(array)


def path_of(kind: str, points: Array) -> Array:
    """The line of a POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE through located points, (n, 2).

    Circles are round in the picture, whatever the shape of the image's pixels. How INTERPOLATED curves run
    between their points is left to us: centripetal Catmull-Rom, closed where the last point is the first.
    """
    if kind == "CIRCLE":
        radius = hypot(*(points[1] - points[0]))
        return ellipse(points[0], np.array([radius, 0.0]), np.array([0.0, radius]))
    if kind == "ELLIPSE":
        center = (points[0] + points[1]) / 2
        return ellipse(center, (points[1] - points[0]) / 2, (points[3] - points[2]) / 2)
    return curve(points) if kind == "INTERPOLATED" else points


def ellipse(center: Array, half: Array, other_half: Array) -> Array:
    """A closed path about `center` with two half axes, each x, y."""
    around = 2 * pi * max(hypot(*half), hypot(*other_half))
    steps = int(min(max(around, 16), _MOST_ROUND))
    angle = np.linspace(0, 2 * pi, steps + 1)[:, None]
    return np.asarray(center + half * np.cos(angle) + other_half * np.sin(angle))


def curve(points: Array) -> Array:
    """A smooth path through the points."""
    moves = np.hypot(*np.diff(points, axis=0).T) > 1e-9
    points = points[np.concatenate([[True], moves])]
    if len(points) < 3:
        return points
    is_closed = bool(np.allclose(points[0], points[-1]))
    before = points[-2] if is_closed else 2 * points[0] - points[1]
    after = points[1] if is_closed else 2 * points[-1] - points[-2]
    knots = np.vstack([before, points, after])
    p0, p1, p2, p3 = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    # Knot distances are square roots of lengths, so that the curve makes no loops (Barry and Goldman).
    t1 = np.sqrt(np.hypot(*(p1 - p0).T))[:, None] + 1e-9
    t2 = t1 + np.sqrt(np.hypot(*(p2 - p1).T))[:, None] + 1e-9
    t3 = t2 + np.sqrt(np.hypot(*(p3 - p2).T))[:, None] + 1e-9
    steps = 24 if len(points) < 2000 else 4
    pieces = []
    for share in np.linspace(0, 1, steps, endpoint=False):
        t = t1 + (t2 - t1) * share
        a1 = p0 * (t1 - t) / t1 + p1 * t / t1
        a2 = p1 * (t2 - t) / (t2 - t1) + p2 * (t - t1) / (t2 - t1)
        a3 = p2 * (t3 - t) / (t3 - t2) + p3 * (t - t2) / (t3 - t2)
        b1 = a1 * (t2 - t) / t2 + a2 * t / t2
        b2 = a2 * (t3 - t) / (t3 - t1) + a3 * (t - t1) / (t3 - t1)
        pieces.append(b1 * (t2 - t) / (t2 - t1) + b2 * (t - t1) / (t2 - t1))
    return np.vstack([np.stack(pieces, axis=1).reshape(-1, 2), points[-1:]])
