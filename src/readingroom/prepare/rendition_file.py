"""The file of one object's HTJ2K rendition: its frames' codestreams, and where their resolutions end.

    codestreams, one after the other, each without its end marker
    a record for each frame: offset, then end and CRC-32 of the bytes up to there for each resolution, CRC-32
    MAGIC, number of resolutions, number of frames, offset of the first record, CRC-32

A frame, or the beginning of one, is read by two small reads however large the file is. The CRCs let nothing
be served that a power cut or a failing disk left behind.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from struct import Struct
from typing import BinaryIO, Final
from zlib import crc32

from readingroom.errors import Invalid
from readingroom.pixels import END_OF_CODESTREAM, resolution_ends

_MAGIC: Final = b"RRHTJ2K1"
_TAIL: Final = Struct(">8sLQQL")
_CRC: Final = Struct(">L")


class RenditionWriter:
    """Writes the frames in order into a new file, then `finish`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._records: list[bytes] = []
        self._resolutions = 0
        self.size = 0

    def add(self, stream: bytes) -> None:
        """The next frame. Raises Unsupported, Invalid for a codestream whose resolutions cannot be found."""
        ends = resolution_ends(stream)
        self._resolutions = self._resolutions or len(ends)
        if len(ends) != self._resolutions or stream[ends[-1] :] != END_OF_CODESTREAM:
            raise Invalid("The frames of one object are not written alike.")
        self._records.append(_record(self.size, stream, ends))
        self._file.write(memoryview(stream)[: ends[-1]])
        self.size += ends[-1]

    def finish(self) -> None:
        """Write the records and have everything on disk."""
        tail = _TAIL.pack(_MAGIC, self._resolutions, len(self._records), self.size, 0)[: -_CRC.size]
        self._file.write(b"".join([*self._records, tail, _CRC.pack(crc32(tail))]))
        self._file.flush()
        os.fdatasync(self._file.fileno())


class RenditionReader:
    """Reads frames of a finished file. Raises Invalid, here and below, for a file that is damaged."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file.fileno()
        end = os.fstat(self._file).st_size
        tail = os.pread(self._file, _TAIL.size, max(0, end - _TAIL.size))
        if len(tail) != _TAIL.size or _CRC.unpack(tail[-_CRC.size :])[0] != crc32(tail[: -_CRC.size]):
            raise Invalid("The rendition is damaged.")
        magic, self._resolutions, self.count, self._records, _ = _TAIL.unpack(tail)
        if magic != _MAGIC:
            raise Invalid("The rendition is of another version.")

    @property
    def levels(self) -> int:
        """Resolutions above the lowest."""
        return int(self._resolutions) - 1

    def read(self, number: int, reduce: int = 0) -> bytes:
        """Frame `number` (from 1): the whole codestream, or what `pixels.smaller` needs of it.

        reduce: of at most `levels`.
        """
        form = Struct(f">Q{2 * self._resolutions}LL")
        record = os.pread(self._file, form.size, self._records + (number - 1) * form.size)
        if len(record) != form.size or _CRC.unpack(record[-4:])[0] != crc32(record[:-4]):
            raise Invalid("The rendition is damaged.")
        offset, *pairs = form.unpack(record)[:-1]
        end, crc = pairs[2 * (self.levels - reduce)], pairs[2 * (self.levels - reduce) + 1]
        stream = os.pread(self._file, end, offset)
        if len(stream) != end or crc32(stream) != crc:
            raise Invalid("The rendition is damaged.")
        return stream if reduce else stream + END_OF_CODESTREAM


def _record(offset: int, stream: bytes, ends: Sequence[int]) -> bytes:
    numbers, crc, start = [], 0, 0
    for end in ends:
        crc, start = crc32(memoryview(stream)[start:end], crc), end
        numbers += [end, crc]
    record = Struct(f">Q{len(numbers)}L").pack(offset, *numbers)
    return record + _CRC.pack(crc32(record))
