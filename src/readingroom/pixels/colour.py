"""Colour spaces of decoded frames (PS3.3 C.7.6.3.1.2)."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from readingroom.errors import Unsupported

from .cells import Array
from .frame import Frame

_TO_RGB: Final = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)
"""Rows R, G, B over columns Y, Cb - half, Cr - half: ITU-R BT.601, the inverse of C.7.6.3.1.2."""


def to_rgb(frame: Frame, bits_stored: int) -> Array:
    """The frame in RGB with the same sample type; (rows, columns, 3).

    Takes RGB, YBR_FULL (4:2:2 too, its chroma is full size by now), and YBR_PARTIAL_422 and _420, whose
    luma spans 16 to 235 of 8 bits. YBR_RCT and YBR_ICT only label codestreams: decoding undid them, and
    values under that label are taken as RGB. Palette Color is not here but in `Palette`. Raises
    Unsupported for the retired ARGB, HSV and CMYK. Results differ from exact arithmetic by at most 1.
    """
    space, values = frame.photometric_interpretation, frame.values
    if space in ("RGB", "YBR_RCT", "YBR_ICT"):
        return values
    if space in ("YBR_FULL", "YBR_FULL_422"):
        if values.dtype == np.uint8 and bits_stored == 8:
            # Holds the GIL only to copy in and out.
            return np.asarray(Image.fromarray(np.ascontiguousarray(values), "YCbCr").convert("RGB"))
        return _converted(values, bits_stored, 0.0, 1.0, 1.0)
    if space in ("YBR_PARTIAL_422", "YBR_PARTIAL_420"):
        return _converted(values, bits_stored, 16.0, 255 / 219, 255 / 224)
    raise Unsupported(f"Photometric Interpretation {space or 'without a value'} cannot be shown in colour.")


def _converted(values: Array, bits_stored: int, foot: float, luma: float, chroma: float) -> Array:
    scale = float(1 << (bits_stored - 8)) if bits_stored >= 8 else 1 / (1 << (8 - bits_stored))
    centred = values.astype(np.float32) - np.array([foot * scale, 128 * scale, 128 * scale], np.float32)
    centred *= np.array([luma, chroma, chroma], np.float32)
    rgb = centred @ _TO_RGB.T
    clipped: Array = np.clip(np.rint(rgb), 0, (1 << bits_stored) - 1).astype(values.dtype)
    return clipped
