"""Display shutters: what is not to be seen (PS3.3 C.7.6.11, C.7.6.15, C.7.6.27)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from readingroom.pixels import Array, PixelDescription

from .annotation import Lab
from .lab import rgb_of_lab


@dataclass(frozen=True, slots=True)
class Shutter:
    """What is left open; given shapes are intersected.

    rectangle: left, right, upper and lower edge in columns and rows from 1. circle: row, column, radius.
    polygon: (row, column) vertices. group: the overlay whose bits close. grey: P-Value of 16 bits of
    what is closed; lab: its colour.
    """

    rectangle: tuple[int, int, int, int] | None = None
    circle: tuple[int, int, int] | None = None
    polygon: tuple[tuple[int, int], ...] = ()
    group: int | None = None
    grey: int = 0
    lab: Lab | None = None


def close(
    raster: Array, shutter: Shutter, description: PixelDescription, ratio: float, closed: Array | None = None
) -> Array:
    """The raster with everything outside of the shutter in the shutter's grey or colour.

    raster: uint8 grey or RGB, perhaps smaller than the description. ratio: height of a pixel over its
    width, as the circle is round on the screen. closed: bool (rows, columns) of the description, what a
    bitmap shutter closes.
    """
    rows, columns = raster.shape[:2]
    row = (np.arange(rows)[:, None] + 0.5) * description.rows / rows + 0.5
    column = (np.arange(columns) + 0.5) * description.columns / columns + 0.5
    is_open = np.ones((rows, columns), bool)
    if shutter.rectangle is not None:
        left, right, upper, lower = shutter.rectangle
        is_open &= (left < column) & (column < right) & (upper < row) & (row < lower)
    if shutter.circle is not None:
        center_row, center_column, radius = shutter.circle
        distance = ((row - center_row) * ratio) ** 2 + (column - center_column) ** 2
        is_open &= distance <= float(radius) ** 2
    if shutter.polygon:
        is_open &= inside(shutter.polygon, (description.rows, description.columns), (columns, rows))
    if closed is not None:
        at_row, at_column = np.rint(row[:, 0] - 1).astype(int), np.rint(column - 1).astype(int)
        is_open &= ~closed[at_row][:, at_column]
    shut = raster.copy()
    if raster.ndim == 2:
        shut[~is_open] = round(shutter.grey * 255 / 65535)
    else:
        shut[~is_open] = rgb_of_lab(shutter.lab) if shutter.lab else round(shutter.grey * 255 / 65535)
    return shut


def inside(polygon: tuple[tuple[int, int], ...], shape: tuple[int, int], size: tuple[int, int]) -> Array:
    """Pixels inside of the polygon, those on its edge included: bool, (height, width).

    polygon: (row, column) of pixels of an image of that shape (rows, columns), counted from 1. size: width
    and height of the raster that is wanted of it.
    """
    across, down = size[0] / shape[1], size[1] / shape[0]
    reach = 4.0 * max(shape)
    vertices = [
        (
            (min(max(column, -reach), reach) - 0.5) * across - 0.5,
            (min(max(row, -reach), reach) - 0.5) * down - 0.5,
        )
        for row, column in polygon
    ]
    drawn = Image.new("L", size)
    ImageDraw.Draw(drawn).polygon(vertices, fill=1, outline=1)
    return np.asarray(drawn) > 0
