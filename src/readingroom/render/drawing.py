"""Lines and areas on a canvas, their edges smooth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from readingroom.pixels import Array

from .canvas import Canvas, Ink

_MOST_DASHED: Final = 1_000_000.0
"""Pixels of dashed line in one graphic, after which it is drawn solid."""
_FINE: Final = 4_000_000


def fill(canvas: Canvas, path: Array, ink: Ink, opacity: float = 1.0, stipple: bytes = b"") -> None:
    """The inside of a closed path (n, 2) in picture coordinates, x, y from the left top corner.

    stipple: 32 rows of 32 bits, first bit highest, that say where ink is laid.
    """
    path = _cut_to(path, canvas.size)
    box = _box(path, 0.0, canvas.size) if len(path) > 2 else None
    if box is None:
        return
    left, top, right, bottom = box
    fineness = _fineness(right - left, bottom - top)
    drawn = Image.new("L", ((right - left) * fineness, (bottom - top) * fineness))
    ImageDraw.Draw(drawn).polygon(_at(path, box, fineness), fill=255)
    coverage = np.asarray(drawn.reduce(fineness) if fineness > 1 else drawn)
    if stipple:
        bits = np.unpackbits(np.frombuffer(stipple, np.uint8)).reshape(32, 32)
        rows, columns = np.arange(top, bottom) % 32, np.arange(left, right) % 32
        coverage = coverage * bits[rows][:, columns]
    canvas.lay(coverage, ink, opacity, (left, top))


def stroke(
    canvas: Canvas, paths: Sequence[Array], width: float, ink: Ink, opacity: float = 1.0, dashes: int = 0
) -> None:
    """Lines along open paths (n, 2) in picture coordinates, laid on together.

    width: in pixels. dashes: a pattern of 32 bits, first bit highest, each as long as the line is wide;
    0 draws solid.
    """
    pieces = [piece for path in paths for piece in _segments(path, canvas.size, width)]
    if not pieces:
        return
    segments = np.array(pieces)
    length = float(np.hypot(*(segments[:, 2:4] - segments[:, :2]).T).sum())
    canvas.spend(length * max(width, 1.0) ** 2)
    if dashes and length <= _MOST_DASHED:
        segments = np.array(list(_dashed(segments, width, dashes)) or np.empty((0, 5)))
    box = _box(segments[:, :4].reshape(-1, 2), width, canvas.size)
    if box is None:
        return
    left, top, right, bottom = box
    fineness = _fineness(right - left, bottom - top, length * width)
    drawn = Image.new("L", ((right - left) * fineness, (bottom - top) * fineness))
    pen, thick = ImageDraw.Draw(drawn), width * fineness
    ends = _at(segments[:, :4].reshape(-1, 2), box, fineness)
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        _line(pen, start, end, thick)
    canvas.lay(np.asarray(drawn.reduce(fineness) if fineness > 1 else drawn), ink, opacity, (left, top))


def _line(
    pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], thick: float
) -> None:
    """A line with round ends, so that lines that meet leave no notch."""
    along = np.subtract(end, start)
    length = float(np.hypot(*along))
    half = thick / 2
    if length > 0:
        across = np.array([-along[1], along[0]]) / length * half
        corners = [start + across, end + across, end - across, start - across]
        pen.polygon([(float(x), float(y)) for x, y in corners], fill=255)
    if thick >= 3:
        for x, y in (start, end):
            pen.ellipse((x - half + 0.5, y - half + 0.5, x + half - 0.5, y + half - 0.5), fill=255)


def _segments(path: Array, size: tuple[int, int], width: float) -> Iterator[tuple[float, ...]]:
    """Segments x0, y0, x1, y1 and the length of path before each, cut to the picture (Liang and Barsky)."""
    if len(path) < 2:
        return
    reach = width + 2
    start, step = path[:-1], path[1:] - path[:-1]
    before = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
    enter, leave = np.zeros(len(start)), np.ones(len(start))
    for axis in (0, 1):
        with np.errstate(divide="ignore", invalid="ignore"):
            low = (-reach - start[:, axis]) / step[:, axis]
            high = (size[axis] + reach - start[:, axis]) / step[:, axis]
        still = step[:, axis] == 0
        inside = (start[:, axis] >= -reach) & (start[:, axis] <= size[axis] + reach)
        first = np.where(still, np.where(inside, 0.0, 2.0), np.minimum(low, high))
        last = np.where(still, np.where(inside, 1.0, -1.0), np.maximum(low, high))
        enter, leave = np.maximum(enter, first), np.minimum(leave, last)
    for k in np.flatnonzero(enter <= leave):
        (x0, y0), (x1, y1) = start[k] + step[k] * enter[k], start[k] + step[k] * leave[k]
        yield x0, y0, x1, y1, before[k] + float(np.hypot(*(step[k] * enter[k])))


def _dashed(segments: Array, width: float, dashes: int) -> Iterator[tuple[float, ...]]:
    bits = [bool(dashes >> (31 - k) & 1) for k in range(32)]
    for x0, y0, x1, y1, before in segments:
        length = float(np.hypot(x1 - x0, y1 - y0))
        at = 0.0
        while at < length:
            number = floor((before + at) / width + 1e-9)
            end = min(length, (number + 1) * width - before)
            end = max(end, at + 1e-6)
            if bits[number % 32]:
                a, b = at / length, end / length
                yield x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b, 0.0
            at = end


def _box(points: Array, width: float, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    if len(points) == 0:
        return None
    (x0, y0), (x1, y1) = points.min(axis=0) - width, points.max(axis=0) + width
    left, top = max(0, floor(x0)), max(0, floor(y0))
    right, bottom = min(size[0], ceil(x1)), min(size[1], ceil(y1))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _fineness(width: int, height: int, inked: float = 0.0) -> int:
    """Drawn pixels across one of the picture, fewer for what is large."""
    for fineness in (4, 2):
        if max(width * height, inked) * fineness**2 <= _FINE * fineness:
            return fineness
    return 1


def _at(points: Array, box: tuple[int, int, int, int], fineness: int) -> list[tuple[float, float]]:
    """Picture coordinates as Pillow counts: whole numbers are the centres of pixels."""
    moved = (points - box[:2]) * fineness - 0.5
    return [(float(x), float(y)) for x, y in moved]


def _cut_to(path: Array, size: tuple[int, int]) -> Array:
    """A closed path cut to just beyond the picture (Sutherland and Hodgman); as it is when inside."""
    margin = 16.0
    if len(path) and path.min() >= -margin and (path.max(axis=0) <= np.array(size) + margin).all():
        return path
    for axis in (0, 1):
        for edge, sign in ((-margin, 1.0), (size[axis] + margin, -1.0)):
            if len(path) == 0:
                return path
            following = np.roll(path, -1, axis=0)
            here, there = (path[:, axis] - edge) * sign, (following[:, axis] - edge) * sign
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(here == there, 0.0, here / (here - there))[:, None]
            crossing = path + (following - path) * share
            pairs = np.stack([path, crossing], axis=1)
            kept = np.stack([here >= 0, (here >= 0) != (there >= 0)], axis=1)
            path = pairs.reshape(-1, 2)[kept.reshape(-1)]
    return path
