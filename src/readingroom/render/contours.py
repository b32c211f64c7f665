"""The contours of a structure set as areas and volumes (PS3.3 C.8.8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array

from .numbers import decimals, items, text

_CONTOURS, _TYPE, _DATA = 0x30060040, 0x30060042, 0x30060050
_CLOSED: Final = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"})
_PARALLEL: Final = 0.999
_SAME_PLANE: Final = 0.01  # mm
_MOST_IN_PLANE: Final = 200


@dataclass(frozen=True, slots=True)
class Contours:
    """What the contours of one ROI amount to.

    kinds: Contour Geometric Type and how many, in their order. volume: ml, None where it cannot be told;
    spacing: mm between the planes it was computed with.
    """

    kinds: tuple[tuple[str, int], ...]
    planes: int
    volume: float | None
    spacing: float | None


def read_contours(roi: Attributes) -> Contours:
    """Of an Item of the ROI Contour Sequence.

    The volume is the sum of the areas times the usual distance between neighbouring planes. In one plane a
    contour inside of another is a hole, inside of two it is not (even-odd). None without closed contours in
    two parallel planes, or with more than 200 in one.
    """
    kinds: dict[str, int] = {}
    closed = []
    for contour in items(roi, _CONTOURS):
        kind = text(contour, _TYPE).upper() or "without type"
        kinds[kind] = kinds.get(kind, 0) + 1
        numbers = decimals(contour, _DATA)
        if kind in _CLOSED and len(numbers) >= 9 and len(numbers) % 3 == 0:
            closed.append(np.array(numbers).reshape(-1, 3))
    planes = _planes(closed)
    if len(planes) < 2 or max(map(len, planes.values())) > _MOST_IN_PLANE:
        return Contours(tuple(kinds.items()), len(planes), None, None)
    spacing = float(np.median(np.diff(sorted(planes))))
    area = sum(_area(polygons) for polygons in planes.values())
    return Contours(tuple(kinds.items()), len(planes), area * spacing / 1000, spacing)


def _planes(closed: Sequence[Array]) -> dict[float, list[Array]]:
    """Flat polygons, (points, 2) in mm, by the distance of their plane; {} when not parallel."""
    if not closed:
        return {}
    normals = [_normal(points) for points in closed]
    largest = max(normals, key=lambda normal: float(np.linalg.norm(normal)))
    size = float(np.linalg.norm(largest))
    if size == 0:
        return {}
    normal = largest / size
    across = np.cross(normal, np.eye(3)[int(np.argmin(np.abs(normal)))])
    across /= np.linalg.norm(across)
    axes = np.stack([across, np.cross(normal, across)], axis=1)
    planes: dict[float, list[Array]] = {}
    for points, own in zip(closed, normals, strict=True):
        if abs(float(own @ normal)) < _PARALLEL * float(np.linalg.norm(own)):
            return {}
        distance = round(float(points[0] @ normal) / _SAME_PLANE) * _SAME_PLANE
        planes.setdefault(distance, []).append(points @ axes)
    return planes


def _normal(points: Array) -> Array:
    """Perpendicular to the polygon, twice its area long (Newell)."""
    shifted = points - points[0]
    return np.asarray(np.cross(shifted, np.roll(shifted, -1, axis=0)).sum(axis=0))


def _area(polygons: Sequence[Array]) -> float:
    """mm2 of what an odd number of polygons encloses, if they are nested or apart."""
    total = 0.0
    for polygon in polygons:
        around = sum(_is_inside(polygon[0], other) for other in polygons if other is not polygon)
        x, y = (polygon - polygon[0]).T
        area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
        total += -area if around % 2 else area
    return total


def _is_inside(point: Array, polygon: Array) -> bool:
    x, y = polygon.T
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > point[1]) != (next_y > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x + (point[1] - y) / (next_y - y) * (next_x - x)
    return bool(np.count_nonzero(crosses & (point[0] < at)) % 2)
