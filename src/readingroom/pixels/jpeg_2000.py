"""JPEG 2000 and High-Throughput JPEG 2000 (PS3.5 A.4.4, 10.18), by imagecodecs, which releases the GIL.

OpenJPEG decodes both. OpenJPH would be two to four times faster on high throughput, but crashes the process
on some broken codestreams, hides errors behind half decoded pictures and wraps overshoot of irreversible
codestreams around; so it only encodes. Fewer resolution levels (`reduce`) come from Pillow, also
OpenJPEG, which HOLDS THE GIL while it decodes.
"""

from __future__ import annotations

import os
from io import BytesIO
from math import log10
from typing import Any, Final

import imagecodecs
import numpy as np
from PIL import Image

from readingroom.errors import Unsupported

from .cells import Array, clipped_values, packed, stored_values
from .codec_errors import told_as_invalid
from .description import PixelDescription
from .frame import Frame
from .jpeg_2000_header import Jpeg2000Header, codestream_of, read_jpeg_2000_header
from .native import Buffer

_LARGE: Final = 2_000_000
_PILLOW_PIXELS: Final = 64_000_000
"""Pillow warns of decompression bombs beyond about 89 million pixels."""
_MOST_BITS: Final = 24
"""Up to here OpenJPEG is exact; beyond, what it decodes differs from what was encoded, without an error."""


def decode(data: Buffer, description: PixelDescription, reduce: int = 0) -> Frame:
    """Decode one JPEG 2000 frame, leaving out up to `reduce` resolution levels; see `decode_frame`.

    A codestream whose samples are signed gives signed values even when Pixel Representation says
    otherwise: PS3.5 A.4.4 wants the codestream to be believed.
    """
    stream = codestream_of(data)
    header = checked_header(stream, description)
    reduce = _readable_levels(header, description, min(reduce, header.levels))
    with told_as_invalid("JPEG 2000"):
        if reduce:
            samples = _reduced(stream, header, reduce)
        else:
            samples = imagecodecs.jpeg2k_decode(stream, numthreads=_threads(description))
        samples = samples.reshape(_shape(description, reduce))
    return frame_of(samples, description, header, is_reduced=bool(reduce))


def checked_header(stream: bytes, description: PixelDescription) -> Jpeg2000Header:
    """The header of a bare codestream that agrees with the description and can be decoded exactly."""
    header = read_jpeg_2000_header(stream)
    header.check(description)
    if header.precision > _MOST_BITS:
        raise Unsupported(f"JPEG 2000 samples of more than {_MOST_BITS} bits cannot be decoded exactly.")
    return header


def frame_of(
    samples: Array, description: PixelDescription, header: Jpeg2000Header, *, is_reduced: bool
) -> Frame:
    """Decoded samples as a frame. is_reduced: of a lower resolution, whose samples can overshoot."""
    return Frame(_values(samples, description, header, is_reduced), _space(description, header))


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame as reversible JPEG 2000; RGB, not other colour, goes through the transform to YBR_RCT."""
    return _openjpeg(values, description, reversible=True)


def encode_lossy(values: Array, description: PixelDescription, quality: int) -> bytes:
    """The frame as irreversible JPEG 2000, RGB as YBR_ICT.

    quality: the root of the mean square error is about 0.2 * (101 - quality) stored values.
    """
    error = 0.2 * (101 - quality)
    peak = (1 << description.bits_stored) - 1
    return _openjpeg(values, description, reversible=False, level=max(1, round(20 * log10(peak / error))))


def encode_high_throughput(values: Array, description: PixelDescription) -> bytes:
    """The frame as reversible HTJ2K; RGB, not other colour, goes through the transform to YBR_RCT."""
    samples = packed(values)
    return bytes(imagecodecs.htj2k_encode(samples, reversible=True, rgb=_is_rgb(description)))


def encode_progressive(values: Array, description: PixelDescription) -> bytes:
    """The frame as reversible HTJ2K in RPCL order, one tile-part a resolution, with TLM (PS3.5 10.18).

    The lowest resolution is at most 64 pixels wide and high.
    """
    return bytes(
        imagecodecs.htj2k_encode(
            packed(values),
            reversible=True,
            rgb=_is_rgb(description),
            resolutions=levels_of(description),
            tlm=True,
            tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS,
        )
    )


def levels_of(description: PixelDescription) -> int:
    """The decompositions that `encode_progressive` makes."""
    longer = max(description.rows, description.columns)
    return max(1, (longer - 1).bit_length() - 6)


def misfit(description: PixelDescription) -> str | None:
    """Why this image cannot be lossless JPEG 2000, or None."""
    if description.is_float or description.bits_stored > _MOST_BITS:
        return f"JPEG 2000 is written for integer samples of up to {_MOST_BITS} bits."
    return None


def misfit_lossy(description: PixelDescription) -> str | None:
    """Why this image cannot be lossy JPEG 2000, or None."""
    if description.photometric_interpretation == "PALETTE COLOR":
        return "Palette colours are indices: lossy compression would make other colours of them."
    if not 8 <= description.bits_stored <= 16:
        return "JPEG 2000 with loss is written for samples of 8 to 16 bits."
    return misfit(description)


def misfit_ht(description: PixelDescription) -> str | None:
    """Why this image cannot be HTJ2K, or None."""
    if description.is_float or description.bits_allocated not in (8, 16):
        return "HTJ2K is written for samples of 8 and 16 bits."
    return None


def is_irreversible(data: Buffer) -> bool:
    """Whether the codestream was coded with loss. Raises Invalid for a header that cannot be read."""
    return not read_jpeg_2000_header(codestream_of(data)).is_reversible


def _openjpeg(values: Array, description: PixelDescription, **how: Any) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(
            packed(values),
            codecformat="j2k",
            bitspersample=description.bits_stored,
            mct=_is_rgb(description),
            numthreads=_threads(description),
            **how,
        )
    )


def _is_rgb(description: PixelDescription) -> bool:
    return description.samples_per_pixel == 3 and description.photometric_interpretation == "RGB"


def _values(samples: Array, description: PixelDescription, header: Jpeg2000Header, is_reduced: bool) -> Array:
    if header.signs[0] and description.pixel_representation == 0:
        return samples.astype(f"i{description.cell.itemsize}", copy=False)
    if header.is_reversible and not is_reduced:
        return stored_values(samples, description)
    return clipped_values(samples, description, header.precision)


def _space(description: PixelDescription, header: Jpeg2000Header) -> str:
    label = description.photometric_interpretation
    if description.samples_per_pixel == 3 and (
        header.has_colour_transform or label in ("YBR_RCT", "YBR_ICT")
    ):
        return "RGB"
    return "YBR_FULL" if label == "YBR_FULL_422" else label


def _threads(description: PixelDescription) -> int:
    """Several threads for a large frame: someone waits for it."""
    return min(4, os.cpu_count() or 1) if description.rows * description.columns > _LARGE else 1


def _shape(description: PixelDescription, reduce: int) -> tuple[int, ...]:
    step = 1 << reduce
    return (-(-description.rows // step), -(-description.columns // step), *description.shape[2:])


def _readable_levels(header: Jpeg2000Header, description: PixelDescription, reduce: int) -> int:
    """The most levels up to `reduce` that Pillow can leave out of this image; 0 when it cannot read it.

    Its idea of the reduced size is rounded to nearest where OpenJPEG's is rounded up, and it fails
    where the two differ.
    """
    grey = description.samples_per_pixel == 1 and header.precision <= 16
    colour = header.precision == 8 and not header.signs[0]
    if header.rows * header.columns > _PILLOW_PIXELS or not (grey or colour):
        return 0
    while reduce and any(
        (side + (1 << reduce >> 1)) >> reduce != -(-side >> reduce) for side in (header.rows, header.columns)
    ):
        reduce -= 1
    return reduce


def _reduced(stream: bytes, header: Jpeg2000Header, reduce: int) -> Array:
    with Image.open(BytesIO(stream), formats=["JPEG2000"]) as image:
        image.reduce = reduce  # type: ignore[assignment,method-assign]
        image.load()
        samples = np.asarray(image)
    if header.precision <= 8 or samples.ndim == 3:
        shift, offset = 8 - header.precision, 1 << (header.precision - 1)
    else:
        shift, offset = 16 - header.precision, 1 << (header.precision - 1)
    # Pillow moves samples to the top of its 8 or 16 bits and makes signed ones positive.
    samples = samples >> shift
    if header.signs[0]:
        return (samples.astype(np.int32) - offset).astype(np.int8 if header.precision <= 8 else np.int16)
    return samples
