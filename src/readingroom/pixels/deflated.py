"""Deflated Image Frame Compression (PS3.5 A.4.13): native frames through zlib, which releases the GIL."""

from __future__ import annotations

import zlib

from readingroom.errors import Invalid

from .cells import Array
from .description import PixelDescription
from .frame import Frame
from .native import Buffer
from .native import decode as decode_native
from .native import encode as encode_native


def decode(data: Buffer, description: PixelDescription) -> Frame:
    """Inflate one frame, never further than its description needs; see `decode_frame`."""
    needed = (description.native_bits + 7) // 8
    try:
        native = zlib.decompressobj(wbits=-15).decompress(data, needed)
    except zlib.error as error:
        raise Invalid(f"The deflated frame cannot be decoded: {error}") from error
    return decode_native(native, description)


def encode(values: Array, description: PixelDescription) -> bytes:
    """The native little endian frame, deflated and padded to even length by the caller's fragment."""
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(encode_native(values, description)) + deflate.flush()
