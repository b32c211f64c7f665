"""A stored object's Data Set in another transfer syntax (PS3.5 annex A)."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from readingroom.dataset import Buffer, NewPixels, transcode
from readingroom.errors import Unsupported
from readingroom.model import Attribute, StoredInstance, Tag
from readingroom.pixels import PixelDescription, description_after
from readingroom.standard.transfer_syntaxes import EXPLICIT_BE, EXPLICIT_LE, UNCOMPRESSED

from .frames import OpenFrames, open_frames, read_layout

_IN_MEMORY = 1 << 25


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A Data Set in another form: an open temporary file, rewound, and its length in bytes."""

    file: tempfile.SpooledTemporaryFile[bytes]
    length: int


def transcoded(file: BinaryIO, stored: StoredInstance, transfer_syntax_uid: str) -> Rewritten:
    """The Data Set, without File Meta Information, in one of the uncompressed transfer syntaxes.

    file: the whole stored object. Frames are decoded one after the other, and what is made goes to disk
    beyond 32 MiB, so that memory stays small. Private elements stay as they are. The caller closes the
    file. Raises Unsupported for another target or pixel data that cannot be decoded, Invalid for an object
    that cannot be read.
    """
    if transfer_syntax_uid not in UNCOMPRESSED:
        raise Unsupported(f"Objects are not rewritten in {transfer_syntax_uid}.", uid=transfer_syntax_uid)
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 the caller closes it
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
            _write(buffer, stored, transfer_syntax_uid, target)
        length = target.tell()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return Rewritten(target, length)


def _write(buffer: Buffer, stored: StoredInstance, uid: str, target: IO[bytes]) -> None:
    source, start = stored.transfer_syntax_uid, stored.dataset_offset
    if source in UNCOMPRESSED or not stored.number_of_frames:
        transcode(buffer, source, uid, target.write, start=start)
        return
    if uid == EXPLICIT_BE:
        raise Unsupported("Compressed pixel data are given in little endian order only.", uid=uid)
    layout = read_layout(buffer, stored)
    after = description_after(layout.description, EXPLICIT_LE)
    with open_frames(buffer, stored, layout) as frames:
        bits = after.native_bits * frames.count
        if after.native_bits % 8 and frames.count > 1:
            raise Unsupported("Compressed frames that do not fill whole bytes are not rewritten.", uid=uid)
        length = (bits + 15) // 16 * 2
        pixels = NewPixels(after.pixel_vr, length, _native(frames, length))
        transcode(buffer, source, uid, target.write, start=start, instead=_described(after), pixels=pixels)


def _native(frames: OpenFrames, length: int) -> Iterator[bytes]:
    """Every frame as plain samples, and the padding byte when the whole is odd (PS3.5 8.1.1)."""
    written = 0
    for number in range(1, frames.count + 1):
        frame = frames.transcoded(number, EXPLICIT_LE)
        written += len(frame)
        yield frame
    yield bytes(length - written)


def _described(after: PixelDescription) -> dict[Tag, Attribute]:
    """The attributes of the Image Pixel Module that decompression changes (PS3.3 C.7.6.3)."""
    described = {
        0x00280004: Attribute("CS", (after.photometric_interpretation,)),
        0x00280102: Attribute("US", (after.high_bit,)),
    }
    if after.samples_per_pixel > 1:
        described[0x00280006] = Attribute("US", (after.planar_configuration,))
    return described
