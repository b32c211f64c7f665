"""A stored object's Data Set in another transfer syntax (PS3.5 annex A)."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from readingroom.dataset import Buffer, NewPixels, transcode
from readingroom.errors import Invalid, Unsupported
from readingroom.model import StoredInstance
from readingroom.pixels import QUALITY, PixelDescription, description_after, keeps_codestream, obstacle
from readingroom.standard.transfer_syntaxes import EXPLICIT_BE, EXPLICIT_LE, UNCOMPRESSED

from .fragments import Fragments, encapsulated
from .frames import OpenFrames, open_frames, read_layout
from .image_pixel import after_loss, described, hides_overlays, of_whole_cells

_IN_MEMORY = 1 << 25
_HOLDS_WHOLE_CELLS = frozenset({*UNCOMPRESSED, "1.2.840.10008.1.2.5"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A Data Set in another form: an open temporary file, rewound, and its length in bytes."""

    file: tempfile.SpooledTemporaryFile[bytes]
    length: int


def transcoded(
    file: IO[bytes], stored: StoredInstance, transfer_syntax_uid: str, quality: int = QUALITY
) -> Rewritten:
    """The Data Set, without File Meta Information, in another transfer syntax.

    file: the whole stored object. quality: 1 to 100, for `pixels.WRITTEN_WITH_LOSS` only. Frames are decoded
    one after the other, and what is made goes to disk beyond 32 MiB, so that memory stays small. Private
    elements stay as they are. The Image Pixel Module says what the new frames are, Lossy Image Compression
    and its ratio and method what was lost here or before (PS3.3 C.7.6.1.1.5); SOP Instance UID
    and Image Type stay, so who keeps a lossy form as an object of its own gives it a new UID and makes it
    DERIVED. The caller closes the file.

    Raises Unsupported when there is no way (`pixels.obstacle` tells before), Invalid for an object that
    cannot be read.
    """
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 the caller closes it
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
            _write(buffer, stored, transfer_syntax_uid, target, quality)
        length = target.tell()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return Rewritten(target, length)


def _write(buffer: Buffer, stored: StoredInstance, uid: str, target: IO[bytes], quality: int) -> None:
    source, start = stored.transfer_syntax_uid, stored.dataset_offset
    both_native = source in UNCOMPRESSED and uid in UNCOMPRESSED
    if both_native or not stored.number_of_frames or keeps_codestream(source, uid):
        if uid not in (*UNCOMPRESSED, source) and not stored.number_of_frames:
            raise Unsupported(f"An object without pixel data is never given in {uid} (PS3.5 A.4).", uid=uid)
        transcode(buffer, source, uid, target.write, start=start)
        return
    layout = read_layout(buffer, stored)
    if (why := obstacle(layout.description, uid)) is not None:
        raise Unsupported(why, uid=uid)
    if hides_overlays(layout.attributes):
        if uid not in _HOLDS_WHOLE_CELLS:
            raise Unsupported("Overlays lie in the unused bits of the pixels; this form would lose them.")
        layout = replace(layout, description=of_whole_cells(layout.description))
    with open_frames(buffer, stored, layout) as frames:
        if frames.count < layout.description.number_of_frames:
            raise Invalid(
                f"The object says {layout.description.number_of_frames} frames, {frames.count} are there."
            )
        if uid in UNCOMPRESSED:
            instead = described(layout, uid) | after_loss(layout, frames, None, "")
            pixels = _native(frames, description_after(layout.description, uid), uid)
            transcode(buffer, source, uid, target.write, start=start, instead=instead, pixels=pixels)
            return
        with Fragments() as fragments:
            for number in range(1, frames.count + 1):
                fragments.add(frames.transcoded(number, uid, quality))
            instead = described(layout, uid) | after_loss(layout, frames, fragments.length, uid)
            tables, pixels = encapsulated(fragments)
            instead |= tables
            transcode(buffer, source, uid, target.write, start=start, instead=instead, pixels=pixels)


def _native(frames: OpenFrames, after: PixelDescription, uid: str) -> NewPixels:
    """Every frame as plain samples, and the padding byte when the whole is odd (PS3.5 8.1.1)."""
    length = (after.native_bits * frames.count + 15) // 16 * 2
    order = EXPLICIT_BE if uid == EXPLICIT_BE else EXPLICIT_LE
    return NewPixels(after.pixel_vr, length, _padded(_samples(frames, after, order), length))


def _padded(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    written = 0
    for chunk in chunks:
        written += len(chunk)
        yield chunk
    yield bytes(length - written)


def _samples(frames: OpenFrames, after: PixelDescription, order: str) -> Iterator[bytes]:
    """The frames one after the other; those of single bits share bytes (PS3.5 8.1.1)."""
    if after.native_bits % 8 == 0:
        for number in range(1, frames.count + 1):
            yield frames.transcoded(number, order)
        return
    left, held = 0, 0  # bits of a byte that is not full, and how many
    for number in range(1, frames.count + 1):
        bits = int.from_bytes(frames.transcoded(number, order), "little") << held | left
        held += after.native_bits
        whole, held = divmod(held, 8)
        yield (bits & ((1 << 8 * whole) - 1)).to_bytes(whole, "little")
        left = bits >> 8 * whole
    if held:
        yield bytes([left])
