"""JPEG XL (PS3.5 8.2.15, ISO/IEC 18181-1), by libjxl in imagecodecs, which releases the GIL."""

from __future__ import annotations

import imagecodecs

from readingroom.errors import Invalid

from .cells import Array, clipped_values, packed
from .codec_errors import told_as_invalid
from .description import PixelDescription
from .frame import Frame
from .jpeg_xl_header import read_jpeg_xl_header
from .native import Buffer


def decode(data: Buffer, description: PixelDescription) -> Frame:
    """Decode one JPEG XL frame; see `decode_frame`. Colour is RGB, whatever the codestream kept it in."""
    stream = bytes(data)
    header = read_jpeg_xl_header(stream)
    header.check(description)
    with told_as_invalid("JPEG XL"):
        samples = imagecodecs.jpegxl_decode(stream, index=0, keeporientation=True, numthreads=1)
    if samples.shape != description.shape or samples.dtype.kind != "u":
        raise Invalid(f"The JPEG XL codestream decodes to {samples.shape}, not to {description.shape}.")
    photometric = description.photometric_interpretation if description.samples_per_pixel == 1 else "RGB"
    return Frame(clipped_values(samples, description, header.precision), photometric)


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame as lossless JPEG XL, RGB or grey."""
    fewest = 1 if description.cell.itemsize == 1 else 9  # the codec tells bytes from words by it
    return bytes(
        imagecodecs.jpegxl_encode(
            packed(values),
            lossless=True,
            effort=3,
            bitspersample=max(fewest, description.bits_stored),
            usecontainer=False,
            numthreads=1,
        )
    )


def misfit(description: PixelDescription) -> str | None:
    """Why this image cannot be lossless JPEG XL, or None (PS3.5 table 8.2.15-1)."""
    if description.is_float or description.is_signed or description.bits_stored > 16:
        return "JPEG XL is written for unsigned samples of up to 16 bits."
    if description.photometric_interpretation in ("YBR_FULL", "YBR_FULL_422"):
        return "JPEG XL is written for grey and RGB images."
    return None
