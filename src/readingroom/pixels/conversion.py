"""What can be made of what, and what the header then says; answered without touching pixel data."""

from __future__ import annotations

from dataclasses import replace

from . import jpeg_2000, jpeg_ls
from .decoders import DECODABLE
from .description import PixelDescription
from .native import Buffer
from .syntaxes import (
    ALSO_VALID_AS,
    ALWAYS_LOSSY,
    JPEG_2000_FORMS,
    JPEG_LS_NEAR,
    JPEG_XL,
    NATIVE_FORMS,
    VIDEO_FORMS,
)
from .writers import ENCODABLE, WRITERS, misfit, of_whole_bytes, space_kept


def keeps_codestream(source_uid: str, target_uid: str) -> bool:
    """Whether frames stored in one syntax are already legal in the other as they are."""
    is_native = source_uid in NATIVE_FORMS
    return (source_uid == target_uid and not is_native) or target_uid in ALSO_VALID_AS.get(source_uid, ())


def can_transcode(source_uid: str, target_uid: str) -> bool:
    """Whether there is a way between two syntaxes at all; `obstacle` answers for one image."""
    if source_uid == target_uid or keeps_codestream(source_uid, target_uid):
        return True
    return source_uid in DECODABLE and target_uid in ENCODABLE


def obstacle(description: PixelDescription, transfer_syntax_uid: str) -> str | None:
    """Why frames so described cannot be given in that syntax, as a sentence; None when they can.

    Known without touching pixel data. What is broken or of a rare coding (arithmetic JPEG) shows only when
    it is decoded.
    """
    source = description.transfer_syntax_uid
    if source == transfer_syntax_uid or keeps_codestream(source, transfer_syntax_uid):
        return None
    if source in VIDEO_FORMS:
        return "Video is given as it is stored, or as MP4."
    if source not in DECODABLE:
        return f"Frames in transfer syntax {source} cannot be decoded."
    return misfit(description, transfer_syntax_uid)


def description_after(description: PixelDescription, transfer_syntax_uid: str) -> PixelDescription:
    """What the Image Pixel Module must say once every frame is transcoded.

    Known from the description alone, so a header can be written before the first frame is decoded.
    Colour is by pixel, not halved in chroma. It becomes RGB where the source is lossy, was colour
    transformed by JPEG 2000 or is of a video range (YBR_PARTIAL), and keeps its space (YBR_FULL) where that
    is the only lossless way; JPEG 2000 writes RGB as YBR_RCT or YBR_ICT, JPEG Baseline as YBR_FULL_422.
    Cells of 12 bits become cells of 16.
    """
    if keeps_codestream(description.transfer_syntax_uid, transfer_syntax_uid):
        return replace(description, transfer_syntax_uid=transfer_syntax_uid)
    described = of_whole_bytes(description)
    is_small = described.bits_allocated <= 8 or transfer_syntax_uid not in NATIVE_FORMS
    after = replace(
        described,
        transfer_syntax_uid=transfer_syntax_uid,
        photometric_interpretation=_space_after(description, transfer_syntax_uid),
        planar_configuration=0,
        pixel_vr="OB" if is_small else "OW",
    )
    if description.bits_allocated == 1 or description.is_float:
        return after
    return replace(after, high_bit=description.bits_stored - 1)


def was_lossy(data: Buffer, description: PixelDescription) -> bool:
    """Whether the codestream of a frame shows that something was lost.

    False says nothing sure of JPEG 2000: a reversible codestream may have been cut.
    """
    uid = description.transfer_syntax_uid
    if uid in ALWAYS_LOSSY:
        return True
    if uid == JPEG_LS_NEAR:
        return jpeg_ls.near_of(data) > 0
    if uid in JPEG_2000_FORMS:
        return jpeg_2000.is_irreversible(data)
    return uid == JPEG_XL  # which of its modes was used cannot be read cheaply


def _space_after(description: PixelDescription, transfer_syntax_uid: str) -> str:
    kept = space_kept(description)
    writer = WRITERS.get(transfer_syntax_uid)
    if description.samples_per_pixel == 1 or writer is None:
        return kept
    return writer.colour if kept == "RGB" or writer.colour == "YBR_FULL_422" else kept
