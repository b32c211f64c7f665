"""JPEG-LS, lossless and near-lossless (ITU T.87), by CharLS in imagecodecs, which releases the GIL."""

from __future__ import annotations

from typing import Final

import imagecodecs
import numpy as np

from readingroom.errors import Invalid

from .cells import Array, cells_of, clipped_values, stored_values
from .codec_errors import told_as_invalid
from .description import PixelDescription
from .frame import Frame
from .jpeg_header import SOF_JPEG_LS, read_jpeg_header
from .native import Buffer

_EOI: Final = b"\xff\xd9"


def decode(data: Buffer, description: PixelDescription) -> Frame:
    """Decode one JPEG-LS frame; see `decode_frame`."""
    stream = bytes(data)
    header = read_jpeg_header(stream)
    if header.process != SOF_JPEG_LS:
        raise Invalid("The frame is a JPEG but not a JPEG-LS codestream.")
    header.check(description)
    # CharLS refuses a codestream without EOI, and spends seconds on some that are cut off.
    if not stream.rstrip(b"\0").endswith(_EOI):
        stream += _EOI
    with told_as_invalid("JPEG-LS"):
        cells = imagecodecs.jpegls_decode(stream).reshape(description.shape)
    label = description.photometric_interpretation
    photometric = "YBR_FULL" if label == "YBR_FULL_422" else label
    if header.precision > description.bits_stored and not description.is_signed and near_of(stream):
        # Near-lossless samples may overshoot the stored bits: dropping bits would make white black.
        return Frame(clipped_values(cells, description, header.precision), photometric)
    return Frame(stored_values(cells, description), photometric)


def near_of(data: Buffer) -> int:
    """NEAR of the first scan: how far off a sample may be, 0 when lossless (T.87 C.2.3)."""
    stream = bytes(data[: 1 << 16])
    at = stream.find(b"\xff\xda")
    if at < 0 or at + 5 > len(stream):
        return 0
    place = at + 5 + 2 * stream[at + 4]
    return stream[place] if place < len(stream) else 0


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame as lossless JPEG-LS; colour is interleaved by sample, without a transform."""
    return _without_spiff(bytes(imagecodecs.jpegls_encode(cells_of(values, description))))


def encode_near(values: Array, description: PixelDescription, quality: int) -> bytes:
    """The frame as near-lossless JPEG-LS, no sample further off than NEAR = (100 - quality) / 5, at least 1.

    Values within NEAR of an end of the stored range are first moved away from it, where a sample that
    overshoots would leave the stored bits or change its sign; those may be off by twice NEAR.
    """
    near = max(1, (100 - quality) // 5)
    stored = description.bits_stored
    if description.is_signed:
        low, high = -(1 << (stored - 1)) + near, (1 << (stored - 1)) - 1 - near
    else:  # the codec itself stays within whole cells
        low, high = 0, (1 << stored) - 1 - (near if stored < description.bits_allocated else 0)
    values = np.clip(values, low, max(low, high))
    return _without_spiff(bytes(imagecodecs.jpegls_encode(cells_of(values, description), level=near)))


def misfit(description: PixelDescription) -> str | None:
    """Why this image cannot be lossless JPEG-LS, or None."""
    if description.is_float or description.bits_allocated not in (8, 16):
        return "JPEG-LS is written for samples of 8 and 16 bits."
    return None


def misfit_near(description: PixelDescription) -> str | None:
    """Why this image cannot be near-lossless JPEG-LS, or None."""
    if description.photometric_interpretation == "PALETTE COLOR":
        return "Palette colours are indices: lossy compression would make other colours of them."
    if description.bits_stored < 8:
        return "Samples of fewer than 8 bits are not compressed with loss."
    return misfit(description)


def _without_spiff(stream: bytes) -> bytes:
    """The codestream without the SPIFF directory CharLS writes: DICOM has its own header."""
    while stream[2:4] == b"\xff\xe8":
        stream = stream[:2] + stream[4 + int.from_bytes(stream[4:6], "big") :]
    return stream
