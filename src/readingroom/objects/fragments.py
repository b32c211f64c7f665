"""Frames as the Items of encapsulated Pixel Data (PS3.5 A.4)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import accumulate
from struct import pack
from types import TracebackType

from readingroom.dataset import NewPixels
from readingroom.model import Attribute, Tag

_IN_MEMORY = 1 << 24
_CHUNK = 1 << 20
_ITEM = b"\xfe\xff\x00\xe0"
_LARGEST_OFFSET = 0xFFFFFFFE
_EXTENDED_OFFSETS, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002


class Fragments:
    """Encoded frames, one fragment each, held on disk when they are many: their lengths go before them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 closed by __exit__
        self.lengths: list[int] = []

    def __enter__(self) -> Fragments:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def length(self) -> int:
        """Bytes of all frames, before padding."""
        return sum(self.lengths)

    def add(self, frame: bytes) -> None:
        """The next frame."""
        self._file.write(frame)
        self.lengths.append(len(frame))

    def chunks(self) -> Iterator[bytes]:
        """Every Item but the first, padded to even length."""
        self._file.seek(0)
        for length in self.lengths:
            yield _ITEM + pack("<L", length + length % 2)
            for at in range(0, length, _CHUNK):
                yield self._file.read(min(_CHUNK, length - at))
            yield b"\0" * (length % 2)


def encapsulated(fragments: Fragments) -> tuple[dict[Tag, Attribute], NewPixels]:
    """The pixel data, with a Basic Offset Table, or the Extended one where 32 bits do not suffice.

    Answers the attributes of the Extended Offset Table (PS3.3 C.7.6.3.1.8) and the pixel data.
    """
    sizes = [8 + length + length % 2 for length in fragments.lengths]
    offsets = [0, *accumulate(sizes[:-1])]
    if offsets[-1] <= _LARGEST_OFFSET:
        table = pack(f"<{len(offsets)}L", *offsets)
        return {}, NewPixels("OB", None, _items(table, fragments))
    extended = {
        _EXTENDED_OFFSETS: Attribute("OV", (pack(f"<{len(offsets)}Q", *offsets),)),
        _EXTENDED_LENGTHS: Attribute("OV", (pack(f"<{len(offsets)}Q", *fragments.lengths),)),
    }
    return extended, NewPixels("OB", None, _items(b"", fragments))


def _items(table: bytes, fragments: Fragments) -> Iterator[bytes]:
    yield _ITEM + pack("<L", len(table)) + table
    yield from fragments.chunks()
