"""Frames written, and taken from one transfer syntax into another."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from readingroom.errors import Invalid, Unsupported

from .cells import Array
from .colour import to_rgb
from .conversion import keeps_codestream
from .decoders import decode_frame
from .description import PixelDescription
from .frame import Frame
from .native import Buffer
from .writers import WRITERS, misfit, of_whole_bytes, space_kept

QUALITY: Final = 90
"""How well lossy encoders keep a picture unless told otherwise: 1 to 100, in the sense of JPEG encoders."""


def encode_frame(
    frame: Frame, description: PixelDescription, transfer_syntax_uid: str, quality: int = QUALITY
) -> bytes:
    """Encode one frame; lossless but for `WRITTEN_WITH_LOSS`, where `quality` (1 to 100) counts.

    The result is described by `description_after(description, transfer_syntax_uid)`. Not padded to even
    length. Raises Unsupported for what `obstacle` names, Invalid when the values have not the described
    shape.
    """
    if (why := misfit(description, transfer_syntax_uid)) is not None:
        raise Unsupported(why, uid=transfer_syntax_uid)
    if frame.values.shape != description.shape:
        raise Invalid(f"A frame of shape {frame.values.shape} is not as described: {description.shape}.")
    writer = WRITERS[transfer_syntax_uid]
    described = of_whole_bytes(description)
    if description.samples_per_pixel == 1:
        return writer.encode(frame.values, described, quality)
    space = "RGB" if writer.colour == "YBR_FULL_422" else space_kept(description)
    return writer.encode(
        _in_space(frame, description, space), replace(described, photometric_interpretation=space), quality
    )


def transcode_frame(
    data: Buffer,
    description: PixelDescription,
    transfer_syntax_uid: str,
    *,
    bit_offset: int = 0,
    quality: int = QUALITY,
) -> bytes:
    """One frame in another transfer syntax; errors as for decoding and encoding.

    A codestream that is legal in the wider syntax is passed on as it is (`keeps_codestream`).
    """
    if keeps_codestream(description.transfer_syntax_uid, transfer_syntax_uid):
        return bytes(data)
    frame = decode_frame(data, description, bit_offset=bit_offset)
    return encode_frame(frame, description, transfer_syntax_uid, quality)


def _in_space(frame: Frame, description: PixelDescription, space: str) -> Array:
    if frame.photometric_interpretation == space:
        return frame.values
    if space != "RGB":
        raise Invalid(
            f"The codestream holds {frame.photometric_interpretation}, the header of the object says {space}."
        )
    return to_rgb(frame, description.bits_stored)
