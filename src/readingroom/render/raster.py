"""Pictures as files, by imagecodecs, which releases the GIL; GIF by Pillow, which chooses its colours."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image

from readingroom.errors import Invalid, Unsupported

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


def encode_gif(picture: Picture) -> bytes:
    """The picture as GIF: greys exactly, colours reduced to 256."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture.pixels)).save(file, "GIF")
    return file.getvalue()


def encode_animation(pictures: Iterator[Picture], milliseconds: Sequence[float]) -> bytes:
    """Pictures of one size as an endless GIF: greys exactly, colours reduced to 256 in each.

    Times are rounded to hundredths of a second; browsers show none shorter than two of them as they are.
    """
    frames = (_indexed(picture) for picture in pictures)
    times = [max(20, round(time / 10) * 10) for time in milliseconds]
    file = io.BytesIO()
    next(frames).save(file, "GIF", save_all=True, append_images=frames, duration=times, loop=0, disposal=1)
    return file.getvalue()


def _indexed(picture: Picture) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(picture.pixels))
    return image if image.mode == "L" else image.convert("P", palette=Image.Palette.ADAPTIVE)


def encode_jp2(picture: Picture, quality: int = 90) -> bytes:
    """The picture as a JPEG 2000 file, lossless at a quality of 100.

    Below that the root of the mean square error is about 0.2 * (101 - quality) grey levels.
    """
    options: dict[str, Any] = {"reversible": True}
    if quality < 100:
        options = {"reversible": False, "level": round(20 * np.log10(255 / (0.2 * (101 - quality))))}
    pixels = np.ascontiguousarray(picture.pixels)
    return bytes(imagecodecs.jpeg2k_encode(pixels, codecformat="jp2", **options))


def encode_webp(picture: Picture, quality: int = 90) -> bytes:
    """The picture as lossy WebP; raises Invalid for a side above 16383 pixels."""
    if max(picture.pixels.shape[:2]) > 16383:
        raise Invalid("A WebP picture cannot have more than 16383 rows or columns.")
    return bytes(imagecodecs.webp_encode(_coloured(picture), level=quality, lossless=False))


def encode_avif(picture: Picture, quality: int = 90) -> bytes:
    """The picture as AVIF; raises Invalid for a side above 65535 pixels."""
    if max(picture.pixels.shape[:2]) > 65535:
        raise Invalid("An AVIF picture cannot have more than 65535 rows or columns.")
    return bytes(imagecodecs.avif_encode(_coloured(picture), level=quality, speed=9))


def with_profile(picture: Picture, media_type: str, icc_profile: bytes, quality: int = 90) -> bytes:
    """The picture as a file that carries an ICC profile; raises Unsupported where we put none into one."""
    options = _WITH_PROFILE.get(media_type)
    if options is None:
        raise Unsupported(
            f"No ICC profile is put into {media_type}; ask for JPEG, PNG, WebP or AVIF.",
            parameter="iccprofile",
            acceptable=", ".join(_WITH_PROFILE),
        )
    if max(picture.pixels.shape[:2]) > 16383:
        raise Invalid("A picture with a profile cannot have more than 16383 rows or columns.")
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture.pixels))
    image.save(file, quality=quality, icc_profile=icc_profile, **options)
    return file.getvalue()


_WITH_PROFILE: dict[str, dict[str, Any]] = {
    "image/jpeg": {"format": "JPEG", "subsampling": 0},
    "image/png": {"format": "PNG", "compress_level": _PNG_LEVEL},
    "image/webp": {"format": "WEBP"},
    "image/avif": {"format": "AVIF", "speed": 9},
}


def _coloured(picture: Picture) -> Any:
    """RGB, as some encoders take nothing else."""
    pixels = picture.pixels
    return np.ascontiguousarray(np.repeat(pixels[:, :, None], 3, 2) if pixels.ndim == 2 else pixels)
