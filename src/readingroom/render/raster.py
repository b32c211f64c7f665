"""Pictures as files, by imagecodecs, which releases the GIL."""

from __future__ import annotations

import imagecodecs
import numpy as np

from readingroom.errors import Invalid

from .presentation import Picture

_PNG_LEVEL = 3


def encode_jpeg(picture: Picture, quality: int = 90) -> bytes:
    """The picture as JPEG; colour keeps full chroma, as coloured text on ultrasound needs it.

    quality: 1 to 100 in libjpeg's sense, else Invalid is raised; so for a side above 65500 pixels.
    """
    if not 1 <= quality <= 100:
        raise Invalid(f"A JPEG quality of {quality} is outside 1 to 100.")
    if max(picture.pixels.shape) > 65500:
        raise Invalid("A JPEG cannot have more than 65500 rows or columns.")
    pixels = np.ascontiguousarray(picture.pixels)
    if pixels.ndim == 2:
        return bytes(imagecodecs.jpeg8_encode(pixels, level=quality))
    return bytes(
        imagecodecs.jpeg8_encode(
            pixels, level=quality, colorspace="RGB", outcolorspace="YCbCr", subsampling="444"
        )
    )


def encode_png(picture: Picture) -> bytes:
    """The picture as PNG, lossless."""
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(picture.pixels), level=_PNG_LEVEL))
