"""From the depth of stored colours to that of screens."""

from __future__ import annotations

import numpy as np

from readingroom.pixels import Array, PixelDescription


def eight_bits(rgb: Array, description: PixelDescription) -> Array:
    """Colour samples of any depth in proportion: the largest stored value is 255."""
    if rgb.dtype == np.uint8 and description.bits_stored == 8:
        return rgb
    largest = (1 << description.bits_stored) - 1
    return np.rint(np.clip(rgb, 0, largest) * (255 / largest)).astype(np.uint8)
