"""Hierarchical JPEG (ITU T.81 annex J): a small picture, then differences to it enlarged, frame by frame.

Process 28, all of it lossless. libjpeg-turbo knows no hierarchies, but it reads each frame by itself once the
header of differences, which have the Huffman codes of samples, is that of Process 14 of 16 bits with the left
neighbour as predictor: that adds them up modulo 2^16, and is taken back here. Those of the DCT cannot be
read so: their first coefficients have no prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from
from typing import Final

import imagecodecs
import numpy as np

from readingroom.errors import Invalid, Unsupported

from .cells import Array
from .codec_errors import told_as_invalid

_SOI, _EOI, _SOS, _DRI, _DHP, _EXP = 0xD8, 0xD9, 0xDA, 0xDD, 0xDE, 0xDF
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS, _DIFFERENCES = 0xC3, 0xC7
_MOST_FRAMES: Final = 32
_MOST_SAMPLES: Final = 1 << 26


@dataclass(slots=True)
class _Part:
    """One frame: tables before it, its marker and header, the rest. expansion: horizontal, vertical."""

    tables: bytes
    process: int
    header: bytes
    body: bytearray
    expansion: tuple[bool, bool]
    restart: int

    @property
    def size(self) -> tuple[int, int, int]:
        """Rows, columns, components."""
        rows, columns, count = unpack_from(">xHHB", self.header)
        return rows, columns, count


def decode_hierarchical(stream: bytes, precision: int, shape: tuple[int, ...]) -> Array:
    """The samples of the last frame: int32 of `shape`, (rows, columns) or (rows, columns, components).

    precision, shape: what the hierarchy says of itself (DHP). Raises Invalid for a broken hierarchy,
    Unsupported for frames that are not lossless and Huffman coded, for components of different sizes or not
    all in every frame, for a point transform of differences, and for very large pictures.
    """
    rows, columns, count = (*shape, 1)[:3]
    if rows * columns * count > _MOST_SAMPLES:
        raise Unsupported(f"Hierarchical JPEG is read up to {_MOST_SAMPLES} samples.")
    picture: Array | None = None
    for part in _parts(stream):
        if part.size[2] != count or len(part.header) < 6 + 3 * count:
            raise Unsupported("Hierarchical JPEG is read with all components in every frame.")
        if len({part.header[7 + 3 * number] for number in range(count)}) > 1:
            raise Unsupported("Hierarchical JPEG is read with components of one size.")
        if not (0 < part.size[0] <= rows and 0 < part.size[1] <= columns):
            raise Invalid("A frame of the hierarchical JPEG is empty, or larger than the picture.")
        if part.process != (_LOSSLESS if picture is None else _DIFFERENCES):
            raise Unsupported("Hierarchical JPEG is read where all frames are lossless and Huffman coded.")
        if picture is None:
            picture = _decoded(part, part.header, bytes(part.body))
            continue
        for before, after, is_doubled in zip(
            picture.shape, part.size, reversed(part.expansion), strict=False
        ):
            if before << is_doubled not in (after, after + is_doubled):
                raise Invalid("A frame of the hierarchical JPEG does not have the size its expansion gives.")
        enlarged = _enlarged(picture, part.expansion)[: part.size[0], : part.size[1]]
        picture = (enlarged + _differences(part)) & 0xFFFF
    if picture is None or picture.shape[:2] != (rows, columns):
        raise Invalid("The hierarchical JPEG is cut off before its last frame.")
    if precision < 16:  # who enlarges by another rule, as the reference software does, is beyond by one
        picture = np.clip(np.where(picture >= 0x8000, picture - 0x10000, picture), 0, (1 << precision) - 1)
    return picture.reshape(shape)


def _parts(stream: bytes) -> Iterator[_Part]:
    """The frames in their order. Tables hold until they are replaced, whatever frame they stood in."""
    tables, part, expansion, restart, found = bytearray(), None, (False, False), 0, 0
    for marker, segment, data in _segments(stream):
        if marker in _FRAMES:
            if part is not None:
                yield part
            found += 1
            if found > _MOST_FRAMES:
                raise Invalid(f"A hierarchical JPEG of more than {_MOST_FRAMES} frames.")
            part = _Part(bytes(tables), marker, segment, bytearray(), expansion, restart)
            expansion = (False, False)
        elif marker == _EXP:
            if len(segment) != 1:
                raise Invalid("The expansion of the hierarchical JPEG is broken.")
            expansion = (bool(segment[0] >> 4), bool(segment[0] & 15))
        elif marker == _SOS:
            if part is None:
                raise Invalid("The hierarchical JPEG has a scan before its first frame.")
            part.body += _written(marker, segment) + data
        elif marker != _DHP and not 0xE0 <= marker <= 0xEF:
            if marker == _DRI and len(segment) == 2:
                (restart,) = unpack_from(">H", segment)
                if part is not None and not part.body:
                    part.restart = restart
            tables += _written(marker, segment)
            if part is not None:
                part.body += _written(marker, segment)
    if part is not None:
        yield part


def _segments(stream: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, segment and, of scans, the coded data after it with their restart markers."""
    at = 2
    while at + 4 <= len(stream):
        if stream[at] != 0xFF:
            raise Invalid("The JPEG codestream is broken: a marker was expected.")
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            return
        (length,) = unpack_from(">H", stream, at + 2)
        end = at + 2 + length
        if marker in _BARE or length < 2 or end > len(stream):
            raise Invalid("The JPEG codestream is cut off or broken.")
        segment, at = stream[at + 4 : end], end
        if marker == _SOS:
            at = _end_of_data(stream, at)
        yield marker, segment, stream[end:at]


def _end_of_data(stream: bytes, at: int) -> int:
    """Where the next marker is that is no restart; after FF, 0 is no marker (T.81 B.1.1.5)."""
    while (at := stream.find(b"\xff", at)) >= 0 and at + 1 < len(stream):
        if stream[at + 1] != 0 and not 0xD0 <= stream[at + 1] <= 0xD7:
            return at
        at += 2
    return len(stream)


def _written(marker: int, segment: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(segment) + 2).to_bytes(2, "big") + segment


def _decoded(part: _Part, header: bytes, body: bytes) -> Array:
    """Samples of a frame by itself: int32, (rows, columns, components)."""
    alone = b"\xff\xd8" + part.tables + _written(_LOSSLESS, header) + body + b"\xff\xd9"
    space = "RGB" if part.size[2] == 3 else "GRAYSCALE"
    with told_as_invalid("JPEG"):
        samples = imagecodecs.jpeg8_decode(alone, colorspace=space, outcolorspace=space)
        return np.asarray(samples.reshape(part.size).astype(np.int32))


def _differences(part: _Part) -> Array:
    """Of a frame, modulo 2^16: int32 (rows, columns, components)."""
    sixteen = bytes([16]) + part.header[1:]
    sums = _decoded(part, sixteen, _predicted(bytes(part.body)))
    differences = np.diff(sums, axis=1, prepend=0)
    # The first column is predicted from above, the first sample, also of a restart, from the middle.
    differences[:, 0] = np.diff(sums[:, 0], axis=0, prepend=0x8000)
    if part.restart:
        lines = part.restart // part.size[1]
        if lines * part.size[1] != part.restart:
            raise Unsupported("A restart interval within a line of differences.")
        differences[::lines, 0] = sums[::lines, 0] - 0x8000
    return differences


def _predicted(body: bytes) -> bytes:
    """The scans of lossless differences, which have no predictor, with the left neighbour as theirs."""
    written = bytearray()
    for marker, segment, data in _segments(b"\xff\xd8" + body):
        if marker == _SOS:
            if len(segment) < 4 or segment[-3] != 0 or segment[-1] & 15:
                raise Unsupported("Differences with a predictor or a point transform.")
            segment = segment[:-3] + b"\1" + segment[-2:]
        written += _written(marker, segment) + data
    return bytes(written)


def _enlarged(picture: Array, expansion: tuple[bool, bool]) -> Array:
    """Twice as wide, then twice as high, as is said (T.81 J.1.1.2).

    Between two samples comes half their sum, rounded down; the last column and row are repeated.
    """
    for axis, is_doubled in ((1, expansion[0]), (0, expansion[1])):
        if is_doubled:
            first = np.moveaxis(picture, axis, 0)
            after = np.concatenate([first[1:], first[-1:]])
            both = np.stack([first, (first + after) >> 1], axis=1)
            picture = np.moveaxis(both.reshape(-1, *first.shape[1:]), 0, axis)
    return picture
