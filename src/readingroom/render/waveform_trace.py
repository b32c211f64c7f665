"""The samples of a channel as lines: time and value, thinned where more lie in a place than can be seen."""

from __future__ import annotations

from math import ceil, floor
from typing import Final

import numpy as np

from readingroom.pixels import Array

from .waveform import Channel

_COLUMNS_PER_MM: Final = 20
_DENSEST: Final = 40
"""Samples in a millimetre up to which each is drawn."""
_BLOCK: Final = 1 << 20


def trace(channel: Channel, begin: float, end: float, mm_per_second: float) -> Array:
    """(n, 2) of seconds and physical value for begin <= time < end; NaN values are gaps.

    Above 40 samples to the millimetre there are two points for each twentieth of one, its least and its
    greatest value, so that no peak is lost.
    """
    first = min(max(0, ceil((begin - channel.start) * channel.frequency - 1e-6)), len(channel.stored))
    last = min(max(first, ceil((end - channel.start) * channel.frequency - 1e-6)), len(channel.stored))
    per_column = channel.frequency / mm_per_second / _COLUMNS_PER_MM
    if per_column * _COLUMNS_PER_MM <= _DENSEST:
        times = channel.start + np.arange(first, last) / channel.frequency
        return np.column_stack((times, channel.values(first, last)))
    return _thinned(channel, first, last, per_column)


def _thinned(channel: Channel, first: int, last: int, per_column: float) -> Array:
    columns = ceil((last - first) / per_column)
    edges = first + np.floor(np.arange(columns + 1) * per_column).astype(np.int64)
    edges[-1] = last
    at_once = max(1, floor(_BLOCK / per_column))
    pieces = [
        _extremes(channel, edges[at : min(at + at_once, columns) + 1]) for at in range(0, columns, at_once)
    ]
    extremes = np.concatenate(pieces) if pieces else np.empty((0, 2))
    times = channel.start + edges[:-1] / channel.frequency
    return np.column_stack((np.repeat(times, 2), extremes.reshape(-1)))


def _extremes(channel: Channel, edges: Array) -> Array:
    """Least and greatest value between neighbouring edges: (n, 2), NaN where all is padding."""
    values = channel.values(int(edges[0]), int(edges[-1]))
    starts = edges[:-1] - edges[0]
    return np.column_stack((np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)))


def extent(channel: Channel) -> tuple[float, float]:
    """The least and the greatest value; (0, 0) when all is padding."""
    least, greatest = np.inf, -np.inf
    for at in range(0, len(channel.stored), _BLOCK):
        values = channel.values(at, at + _BLOCK)
        least = float(np.fmin.reduce(values, initial=least))
        greatest = float(np.fmax.reduce(values, initial=greatest))
    return (least, greatest) if least <= greatest else (0.0, 0.0)


def unbroken(points: Array) -> list[Array]:
    """The runs of points whose values are numbers."""
    is_there = np.isfinite(points[:, 1])
    if is_there.all():
        return [points] if len(points) else []
    ends = np.flatnonzero(np.diff(np.concatenate(([0], is_there.astype(np.int8), [0]))))
    return [points[start:stop] for start, stop in zip(ends[::2], ends[1::2], strict=True)]
