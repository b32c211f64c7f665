"""JPEG-LS, lossless and near-lossless (ITU T.87), by CharLS in imagecodecs, which releases the GIL."""

from __future__ import annotations

from typing import Final

import imagecodecs

from readingroom.errors import Invalid, Unsupported

from .cells import Array, cells_of, stored_values
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
    # Near-lossless samples stay inside the codestream's precision, so dropping bits cannot wrap them
    # unless that precision exceeds Bits Stored, where the upper bits are then not part of the value.
    return Frame(stored_values(cells, description), "YBR_FULL" if label == "YBR_FULL_422" else label)


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame as lossless JPEG-LS; colour is interleaved by sample, without a transform."""
    if description.is_float or description.bits_allocated not in (8, 16):
        raise Unsupported("JPEG-LS is written for samples of 8 and 16 bits.")
    return _without_spiff(bytes(imagecodecs.jpegls_encode(cells_of(values, description))))


def _without_spiff(stream: bytes) -> bytes:
    """The codestream without the SPIFF directory CharLS writes: DICOM has its own header."""
    while stream[2:4] == b"\xff\xe8":
        stream = stream[:2] + stream[4 + int.from_bytes(stream[4:6], "big") :]
    return stream
