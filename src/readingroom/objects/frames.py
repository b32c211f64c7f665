"""The frames of an object: where they lie, as stored, decoded, and in another transfer syntax."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from readingroom.dataset import (
    LOOKED_AT,
    Buffer,
    Head,
    index_frames,
    inflated,
    read_dataset,
    read_head,
    read_rest,
)
from readingroom.errors import NotFound, Unsupported
from readingroom.model import Attribute, Attributes, FrameIndex, StoredInstance
from readingroom.pixels import (
    QUALITY,
    VIDEO_FORMS,
    Frame,
    PixelDescription,
    decode_frame,
    decode_video_frame,
    transcode_frame,
)
from readingroom.standard.transfer_syntaxes import DEFLATED_LE, UNCOMPRESSED

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Layout:
    """What has to be known of an object to read its frames; stored objects never change."""

    head: Head
    attributes: Attributes
    description: PixelDescription
    index: FrameIndex | None


class OpenFrames:
    """The frames of one open instance, counted from 1."""

    def __init__(self, buffer: Buffer, stored: StoredInstance, layout: Layout) -> None:
        self._buffer = buffer
        self._stored = stored
        self._layout = layout

    @property
    def attributes(self) -> Attributes:
        """The object's attributes, bulk values left out."""
        return self._layout.attributes

    @property
    def description(self) -> PixelDescription:
        """How its frames are stored."""
        return self._layout.description

    @property
    def count(self) -> int:
        """How many frames there really are."""
        index = self._layout.index
        if index is not None:
            return len(index.frames)
        pixel = self._layout.head.pixel
        bits = self.description.native_bits
        there = (pixel.length or 0) * 8 // bits if pixel is not None and bits else 0
        return min(there, self.description.number_of_frames)

    def stored(self, number: int) -> bytes:
        """The frame's bytes as stored, fragments joined. Raises NotFound, Invalid."""
        return self._read(number)[0]

    def decoded(self, number: int, reduce: int = 0) -> Frame:
        """The frame's stored values; see `pixels.decode_frame`, for video `pixels.decode_video_frame`."""
        if self.description.transfer_syntax_uid in VIDEO_FORMS:
            if not 1 <= number <= self.description.number_of_frames:
                raise NotFound(f"This video has {self.description.number_of_frames} frames, not {number}.")
            return decode_video_frame(self.video(), self.description, number)
        data, bit_offset = self._read(number)
        return decode_frame(data, self.description, bit_offset=bit_offset, reduce=reduce)

    def transcoded(self, number: int, transfer_syntax_uid: str, quality: int = QUALITY) -> bytes:
        """The frame in another transfer syntax, plain little endian samples for Explicit VR Little Endian.

        `pixels.obstacle` and `pixels.description_after` tell beforehand whether and as what; quality is that
        of `pixels.encode_frame`. Raises NotFound, Invalid, Unsupported.
        """
        data, bit_offset = self._read(number)
        return transcode_frame(
            data, self.description, transfer_syntax_uid, bit_offset=bit_offset, quality=quality
        )

    def video(self) -> Iterator[bytes]:
        """The stream of a video in pieces of at most 1 MiB; for `pixels.video_as_mp4`."""
        index = self._layout.index
        for pieces in index.frames if index is not None else ():
            for start, length in pieces:
                for at in range(start, start + length, _PIECE):
                    yield bytes(self._buffer[at : min(at + _PIECE, start + length)])

    @property
    def stored_length(self) -> int:
        """Bytes of all frames as they are stored."""
        index = self._layout.index
        if index is None:
            return (self.description.native_bits * self.count + 7) // 8
        return sum(length for pieces in index.frames for _, length in pieces)

    def _read(self, number: int) -> tuple[bytes, int]:
        """(bytes, bit offset of the first sample) of one frame."""
        if not 1 <= number <= self.count:
            raise NotFound(f"This object has {self.count} frames, not {number}.")
        index = self._layout.index
        if index is not None:
            pieces = index.frames[number - 1]
            return b"".join(self._buffer[at : at + length] for at, length in pieces), 0
        pixel = self._layout.head.pixel
        assert pixel is not None
        offset, length, bit = self.description.native_extent(number)
        start = pixel.offset + offset
        return bytes(self._buffer[start : start + length]), bit


def read_layout(buffer: Buffer, stored: StoredInstance, known: FrameIndex | None = None) -> Layout:
    """What has to be known of an object to read its frames.

    buffer: its whole file. known: its frame index, where that was recorded. Raises Unsupported when it has
    no pixel data, Invalid when they cannot be understood.
    """
    uid, start = stored.transfer_syntax_uid, stored.dataset_offset
    head = read_head(buffer, uid, frozenset(), start=start)
    if known is None:
        head = read_rest(buffer, head, start=start)
    if head.pixel is None:
        raise Unsupported("This object holds no image.", uid=stored.ref.sop_instance_uid)
    read = read_dataset(buffer, uid, start=start, bulk_above=LOOKED_AT)
    attributes = {tag: value for tag, value in read.items() if isinstance(value, Attribute)}
    # Which of the three pixel data elements it is, and its VR, belong to the description.
    attributes[head.pixel.tag] = Attribute(head.pixel.vr)
    description = PixelDescription.of(attributes, uid)
    index = None if uid in UNCOMPRESSED else known or index_frames(buffer, head, attributes)
    return Layout(head, attributes, description, index)


@contextlib.contextmanager
def open_frames(buffer: Buffer, stored: StoredInstance, layout: Layout) -> Iterator[OpenFrames]:
    """The frames of the object whose whole file is `buffer`, while the block lasts."""
    if stored.transfer_syntax_uid == DEFLATED_LE:
        with inflated(buffer, stored.dataset_offset) as plain:
            yield OpenFrames(plain, stored, layout)
    else:
        yield OpenFrames(buffer, stored, layout)
