"""Which plug reads and writes which transfer syntax (PS3.5 annex A), and the three verbs over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from readingroom.errors import Invalid, Unsupported

from . import deflated, jpeg, jpeg_2000, jpeg_ls, native, rle
from .cells import Array
from .colour import to_rgb
from .description import PixelDescription
from .frame import Frame
from .native import Buffer

EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS_SV1: Final = "1.2.840.10008.1.2.4.70"
JPEG_LS_LOSSLESS: Final = "1.2.840.10008.1.2.4.80"
HTJ2K_LOSSLESS: Final = "1.2.840.10008.1.2.4.201"
RLE_LOSSLESS: Final = "1.2.840.10008.1.2.5"
ENCAPSULATED_UNCOMPRESSED: Final = "1.2.840.10008.1.2.1.98"
DEFLATED_FRAMES: Final = "1.2.840.10008.1.2.8.1"

_NATIVE: Final = frozenset(
    {
        "1.2.840.10008.1.2",
        EXPLICIT_LITTLE,
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
    }
)
_JPEG: Final = frozenset(f"1.2.840.10008.1.2.4.{process}" for process in (*range(50, 67), 70))
_JPEG_2000: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (90, 91, 92, 93, 201, 202, 203))

_DECODERS: Final[dict[str, Callable[[Buffer, PixelDescription], Frame]]] = {
    **dict.fromkeys(_NATIVE, native.decode),
    ENCAPSULATED_UNCOMPRESSED: native.decode,
    **dict.fromkeys(_JPEG, jpeg.decode),
    **dict.fromkeys(_JPEG_2000, jpeg_2000.decode),
    JPEG_LS_LOSSLESS: jpeg_ls.decode,
    "1.2.840.10008.1.2.4.81": jpeg_ls.decode,
    RLE_LOSSLESS: rle.decode,
    DEFLATED_FRAMES: deflated.decode,
}
_ENCODERS: Final[dict[str, Callable[[Array, PixelDescription], bytes]]] = {
    **dict.fromkeys(_NATIVE - {"1.2.840.10008.1.2.2"}, native.encode),
    JPEG_BASELINE: jpeg.encode_baseline,
    JPEG_LOSSLESS_SV1: jpeg.encode_lossless,
    JPEG_LS_LOSSLESS: jpeg_ls.encode,
    HTJ2K_LOSSLESS: jpeg_2000.encode_high_throughput,
    RLE_LOSSLESS: rle.encode,
    DEFLATED_FRAMES: deflated.encode,
}

DECODABLE: Final = frozenset(_DECODERS)
"""Transfer syntaxes whose frames can be decoded."""
ENCODABLE: Final = frozenset(_ENCODERS)
"""Transfer syntaxes a frame can be written in."""


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
    if uid in _NATIVE:
        return native.decode(data, description, bit_offset)
    if uid in _JPEG_2000:
        return jpeg_2000.decode(data, description, reduce)
    decode = _DECODERS.get(uid)
    if decode is None:
        raise Unsupported(f"Frames in transfer syntax {uid} cannot be decoded.", uid=uid)
    return decode(data, description)


def encode_frame(frame: Frame, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
    """Encode one frame; lossless except for JPEG Baseline.

    The result is described by `description_after(description, transfer_syntax_uid)`. Not padded to even
    length. Raises Unsupported for samples or transfer syntaxes we do not write, Invalid when the values
    have not the described shape.
    """
    encode = _ENCODERS.get(transfer_syntax_uid)
    if encode is None:
        raise Unsupported(
            f"Frames cannot be written in transfer syntax {transfer_syntax_uid}.", uid=transfer_syntax_uid
        )
    if frame.values.shape != description.shape:
        raise Invalid(f"A frame of shape {frame.values.shape} is not as described: {description.shape}.")
    space = "RGB" if transfer_syntax_uid == JPEG_BASELINE else _space_kept(description)
    if description.samples_per_pixel == 1:
        return encode(frame.values, description)
    return encode(
        _in_space(frame, description, space), replace(description, photometric_interpretation=space)
    )


def transcode_frame(data: Buffer, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
    """Decode one frame and encode it in another transfer syntax; errors as for the two."""
    return encode_frame(decode_frame(data, description), description, transfer_syntax_uid)


def description_after(description: PixelDescription, transfer_syntax_uid: str) -> PixelDescription:
    """What the Image Pixel Module must say once every frame is transcoded.

    Known from the description alone, so a header can be written before the first frame is decoded.
    Colour is by pixel, not halved in chroma. It becomes RGB where the source is lossy or was colour
    transformed by JPEG 2000, and keeps its space (YBR_FULL) where that is the only lossless way; HTJ2K
    writes RGB as YBR_RCT, JPEG Baseline as YBR_FULL_422.
    """
    after = replace(
        description,
        transfer_syntax_uid=transfer_syntax_uid,
        photometric_interpretation=_space_after(description, transfer_syntax_uid),
        planar_configuration=0,
        pixel_vr="OB" if description.bits_allocated <= 8 else "OW",
    )
    if description.bits_allocated in (1, 12) or description.is_float:
        return after
    return replace(after, high_bit=description.bits_stored - 1)


def _space_kept(description: PixelDescription) -> str:
    """The colour space in which values of `description` are handed to an encoder."""
    label = description.photometric_interpretation
    if description.samples_per_pixel == 1:
        return label
    lossy_or_transformed = description.transfer_syntax_uid in (_JPEG | _JPEG_2000) - {
        "1.2.840.10008.1.2.4.57",
        JPEG_LOSSLESS_SV1,
    }
    return "RGB" if lossy_or_transformed else "YBR_FULL" if label == "YBR_FULL_422" else label


def _space_after(description: PixelDescription, transfer_syntax_uid: str) -> str:
    kept = _space_kept(description)
    if description.samples_per_pixel == 3 and transfer_syntax_uid == JPEG_BASELINE:
        return "YBR_FULL_422"
    if kept == "RGB" and transfer_syntax_uid == HTJ2K_LOSSLESS:
        return "YBR_RCT"
    return kept


def _in_space(frame: Frame, description: PixelDescription, space: str) -> Array:
    if frame.photometric_interpretation == space:
        return frame.values
    if space != "RGB":
        raise Invalid(
            f"The codestream holds {frame.photometric_interpretation}, the header of the object says {space}."
        )
    return to_rgb(frame, description.bits_stored)
