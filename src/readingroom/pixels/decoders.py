"""Which plug reads which transfer syntax (PS3.5 annex A)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from readingroom.errors import Unsupported

from . import deflated, jpeg, jpeg_2000, jpeg_ls, jpeg_xl, native, rle
from .description import PixelDescription
from .frame import Frame
from .native import Buffer
from .syntaxes import (
    DEFLATED_FRAMES,
    ENCAPSULATED_UNCOMPRESSED,
    JPEG_2000_FORMS,
    JPEG_FORMS,
    JPEG_LS_FORMS,
    JPEG_XL_FORMS,
    NATIVE_FORMS,
    RLE_LOSSLESS,
)

_DECODERS: Final[dict[str, Callable[[Buffer, PixelDescription], Frame]]] = {
    **dict.fromkeys(NATIVE_FORMS, native.decode),
    ENCAPSULATED_UNCOMPRESSED: native.decode,
    **dict.fromkeys(JPEG_FORMS, jpeg.decode),
    **dict.fromkeys(JPEG_2000_FORMS, jpeg_2000.decode),
    **dict.fromkeys(JPEG_LS_FORMS, jpeg_ls.decode),
    **dict.fromkeys(JPEG_XL_FORMS, jpeg_xl.decode),
    RLE_LOSSLESS: rle.decode,
    DEFLATED_FRAMES: deflated.decode,
}


DECODABLE: Final = frozenset(_DECODERS)
"""Transfer syntaxes whose frames `decode_frame` reads; video is read by `decode_video_frame`."""


def decode_frame(
    data: Buffer, description: PixelDescription, *, bit_offset: int = 0, reduce: int = 0
) -> Frame:
    """Decode one frame into stored values.

    data: the bytes of exactly this frame: its fragments joined, or the part of native Pixel Data that
    `PixelDescription.native_extent` names. bit_offset: where single bit frames start in the first byte.
    reduce: halve the size up to this many times where the codec can do so cheaply (JPEG 2000 and HTJ2K);
    the shape of the answer tells what was done, ceil(rows / 2**n).

    Nothing is allocated before the codestream's own header agrees with the description. Raises Invalid
    for data that are cut off, broken or contradict the description, Unsupported for a transfer syntax we
    do not decode (video among them). Runs in any thread; only numpy work and the reduced decoding of
    plain JPEG 2000 hold the GIL.
    """
    uid = description.transfer_syntax_uid
    if uid in NATIVE_FORMS:
        return native.decode(data, description, bit_offset)
    if uid in JPEG_2000_FORMS:
        return jpeg_2000.decode(data, description, reduce)
    decode = _DECODERS.get(uid)
    if decode is None:
        raise Unsupported(f"Frames in transfer syntax {uid} cannot be decoded.", uid=uid)
    return decode(data, description)
