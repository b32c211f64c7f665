"""JPEG: baseline, extended, progressive and lossless (ITU T.81), by libjpeg-turbo in imagecodecs (no GIL).

The codec is always told to leave the components alone; what they are is decided here.
"""

from __future__ import annotations

import imagecodecs
import numpy as np

from readingroom.errors import Unsupported

from .cells import Array, cells_of, clipped_values, stored_values
from .codec_errors import told_as_invalid
from .description import PixelDescription
from .frame import Frame
from .jpeg_header import JpegHeader, check_scans, read_jpeg_header
from .jpeg_hierarchical import decode_hierarchical
from .native import Buffer

_LOSSLESS = 0xC3
_READ = frozenset({0xC0, 0xC1, 0xC2, _LOSSLESS})
_RGB_IDENTIFIERS = (0x52, 0x47, 0x42)


def decode(data: Buffer, description: PixelDescription) -> Frame:
    """Decode one JPEG frame; see `decode_frame`. Arithmetic coding is Unsupported."""
    stream = bytes(data)
    header = read_jpeg_header(stream)
    if not header.is_hierarchical and header.process not in _READ:
        raise Unsupported("Arithmetic coded JPEG cannot be decoded; store it decompressed.")
    header.check(description)
    check_scans(stream)
    if header.is_hierarchical:
        samples = decode_hierarchical(stream, header.precision, description.shape)
        return Frame(stored_values(samples, description), _lossless_space(description))
    # The same space in and out: no conversion, whatever the codestream says.
    untouched = "RGB" if description.samples_per_pixel == 3 else "GRAYSCALE"
    with told_as_invalid("JPEG"):
        samples = imagecodecs.jpeg8_decode(stream, colorspace=untouched, outcolorspace=untouched)
        samples = samples.reshape(description.shape)
    if header.process == _LOSSLESS:
        return Frame(stored_values(samples, description), _lossless_space(description))
    return Frame(clipped_values(samples, description, header.precision), _space(header, description))


def encode_lossless(values: Array, description: PixelDescription) -> bytes:
    """The frame as JPEG Lossless, Process 14, Selection Value 1, without a colour transform.

    Selection Value 1 is legal in the syntax that leaves the choice open, too, and read by everybody.
    """
    cells = cells_of(values, description)
    space = "RGB" if description.samples_per_pixel == 3 else "GRAYSCALE"
    fewest = 2 if description.bits_allocated == 8 else 9  # the codec tells bytes from words by it
    precision = description.bits_allocated if description.is_signed else max(fewest, description.bits_stored)
    return bytes(
        imagecodecs.jpeg8_encode(
            cells,
            lossless=True,
            predictor=1,
            bitspersample=precision,
            colorspace=space,
            outcolorspace=space,
        )
    )


def misfit_lossless(description: PixelDescription) -> str | None:
    """Why this image cannot be JPEG Lossless, or None."""
    if description.is_float or description.bits_allocated not in (8, 16):
        return "JPEG Lossless is written for samples of 8 and 16 bits."
    return None


def encode_baseline(values: Array, description: PixelDescription, quality: int) -> bytes:
    """The frame as JPEG Baseline: 8 bit grey, or RGB to YBR_FULL_422. Lossy.

    quality: 1 to 100 in libjpeg's sense.
    """
    if description.samples_per_pixel == 1:
        return bytes(imagecodecs.jpeg8_encode(values, level=quality))
    return bytes(
        imagecodecs.jpeg8_encode(
            values, level=quality, colorspace="RGB", outcolorspace="YCbCr", subsampling="422"
        )
    )


def misfit_baseline(description: PixelDescription) -> str | None:
    """Why this image cannot be JPEG Baseline, or None."""
    if description.is_float or description.is_signed or description.bits_allocated != 8:
        return "JPEG Baseline holds unsigned samples of 8 bits."
    return _misfit_lossy(description)


def encode_extended(values: Array, description: PixelDescription, quality: int) -> bytes:
    """The frame as JPEG Extended (Process 4) of 12 bits. Lossy."""
    cells = values.astype(np.uint16, copy=False)
    return bytes(imagecodecs.jpeg8_encode(cells, level=quality, bitspersample=12))


def misfit_extended(description: PixelDescription) -> str | None:
    """Why this image cannot be JPEG Extended of 12 bits, or None."""
    is_grey = description.samples_per_pixel == 1 and not description.is_signed
    if not is_grey or description.bits_allocated != 16 or description.bits_stored > 12:
        return "JPEG Extended is written for unsigned grey samples of up to 12 bits."
    return _misfit_lossy(description)


def _misfit_lossy(description: PixelDescription) -> str | None:
    if description.photometric_interpretation == "PALETTE COLOR":
        return "Palette colours are indices: lossy compression would make other colours of them."
    return None


def _lossless_space(description: PixelDescription) -> str:
    label = description.photometric_interpretation
    return "YBR_FULL" if label == "YBR_FULL_422" else label


def _space(header: JpegHeader, description: PixelDescription) -> str:
    """What the components are: the codestream's own word first, then the label of the Data Set.

    PS3.5 8.2.1 asks the two to agree. Halved chroma or a JFIF segment prove YCbCr; an Adobe segment and
    the identifiers "RGB" say which it is.
    """
    label = description.photometric_interpretation
    if description.samples_per_pixel == 1:
        return label
    if header.adobe_transform == 1 or header.has_halved_chroma or header.has_jfif:
        return "YBR_FULL"
    if header.adobe_transform == 0 or header.identifiers == _RGB_IDENTIFIERS:
        return "RGB"
    return "YBR_FULL" if label.startswith("YBR") else label
