"""Region, pixel aspect ratio, flips and scale: from the frame's raster to the picture's."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .numbers import decimals
from .presentation import MAX_PICTURE_PIXELS, Presentation, Region

_SPACINGS: Final = (0x00280030, 0x00181164, 0x00182010)
"""Pixel Spacing, Imager Pixel Spacing, Nominal Scanned Pixel Spacing: row distance, column distance."""
_PIXEL_ASPECT_RATIO: Final = 0x00280034
_MOST_OBLONG: Final = 20.0


def aspect_ratio(attributes: Attributes) -> float:
    """Height of a pixel over its width; 1 when nothing, or nothing sensible, is said.

    Spacings come first, as Pixel Aspect Ratio is only for objects without (PS3.3 C.7.6.3.1.7).
    """
    for tag in (*_SPACINGS, _PIXEL_ASPECT_RATIO):
        pair = decimals(attributes, tag)
        if len(pair) >= 2 and min(pair[:2]) > 0:
            ratio = pair[0] / pair[1]
            return ratio if 1 / _MOST_OBLONG <= ratio <= _MOST_OBLONG else 1.0
    return 1.0


def picture_size(
    description: PixelDescription, attributes: Attributes, presentation: Presentation
) -> tuple[int, int]:
    """Width and height of the picture in pixels.

    Raises Invalid when the region leaves the image or the picture would exceed MAX_PICTURE_PIXELS.
    """
    region = _region(description, presentation)
    ratio = aspect_ratio(attributes) if presentation.keeps_aspect else 1.0
    width = region.width * max(1.0, 1 / ratio)
    height = region.height * max(1.0, ratio)
    if presentation.viewport:
        scale = min(presentation.viewport[0] / width, presentation.viewport[1] / height)
        width, height = width * scale, height * scale
    size = max(1, round(width)), max(1, round(height))
    if size[0] * size[1] > MAX_PICTURE_PIXELS:
        raise Invalid(f"A picture of {size[0]} x {size[1]} pixels is too large; ask for a smaller viewport.")
    return size


def spare_levels(description: PixelDescription, attributes: Attributes, presentation: Presentation) -> int:
    """How often decoding may halve the frame and still have the resolution of the picture.

    For the `reduce` of `pixels.decode_frame`. None where averaging stored values means nothing: palette
    indices and single bits.
    """
    if description.photometric_interpretation == "PALETTE COLOR" or description.bits_allocated == 1:
        return 0
    region = _region(description, presentation)
    width, height = picture_size(description, attributes, presentation)
    levels = 0
    while region.width >> (levels + 1) >= width and region.height >> (levels + 1) >= height:
        levels += 1
    return levels


def place(
    raster: Array, description: PixelDescription, attributes: Attributes, presentation: Presentation
) -> Array:
    """Cut, flip and scale a uint8 raster, (rows, columns) or (rows, columns, 3).

    The raster may be smaller than the description, decoded with fewer resolution levels; the region is
    in pixels of the description either way. Shrinking averages over an area, enlarging is bicubic.
    Pillow releases the GIL while it scales.
    """
    size = picture_size(description, attributes, presentation)
    region = _region(description, presentation)
    down, across = raster.shape[0] / description.rows, raster.shape[1] / description.columns
    box = (
        region.left * across,
        region.top * down,
        min((region.left + region.width) * across, raster.shape[1]),
        min((region.top + region.height) * down, raster.shape[0]),
    )
    if size == (raster.shape[1], raster.shape[0]) and box == (0, 0, *size):
        placed = raster
    else:
        shrinks = size[0] <= box[2] - box[0] and size[1] <= box[3] - box[1]
        method = Image.Resampling.HAMMING if shrinks else Image.Resampling.BICUBIC
        image = Image.fromarray(np.ascontiguousarray(raster))
        placed = np.asarray(image.resize(size, method, box=box, reducing_gap=2.0))
    if presentation.is_flipped_horizontally:
        placed = placed[:, ::-1]
    return placed[::-1] if presentation.is_flipped_vertically else placed


def _region(description: PixelDescription, presentation: Presentation) -> Region:
    region = presentation.region or Region(0, 0, description.columns, description.rows)
    if region.left + region.width > description.columns or region.top + region.height > description.rows:
        raise Invalid(f"The region leaves the image of {description.columns} x {description.rows} pixels.")
    return region
