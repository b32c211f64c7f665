"""Deflated Explicit VR Little Endian (PS3.5 A.5): the stream opened, within bounds."""

from __future__ import annotations

import mmap
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from readingroom.errors import Invalid

from .encoding import Buffer

INFLATE_LIMIT: Final = 2 << 30
"""Bytes a deflated Data Set may open to; more is taken for a bomb."""
_IN_MEMORY: Final = 4 << 20
_CHUNK: Final = 1 << 16


def inflate_chunks(buffer: Buffer, start: int = 0, *, limit: int = INFLATE_LIMIT) -> Iterator[bytes]:
    """The inflated bytes in chunks of at most 64 KiB.

    Ends silently where the buffer ends before the deflated stream does: see `inflated`. Raises Invalid
    when the stream is corrupt or opens to more than `limit` bytes.
    """
    for chunk, _ in _inflate(buffer, start, limit):
        yield chunk


def _inflate(buffer: Buffer, start: int, limit: int) -> Iterator[tuple[bytes, bool]]:
    """(chunk, whether the deflated stream has ended)."""
    # A zlib header (RFC 1950) is not allowed, but written by some: 0x78 begins no sensible raw stream.
    has_header = len(buffer) >= start + 2 and buffer[start] == 0x78 and (0x7800 + buffer[start + 1]) % 31 == 0
    inflator = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    size, total = len(buffer), 0
    position = start
    try:
        while not inflator.eof:
            pending = inflator.unconsumed_tail
            if not pending and position < size:
                pending = bytes(buffer[position : position + _CHUNK])
                position += len(pending)
            chunk = inflator.decompress(pending, _CHUNK)
            if not chunk and not pending:
                return
            total += len(chunk)
            if total > limit:
                raise Invalid(f"The deflated Data Set opens to more than {limit} bytes.")
            yield chunk, inflator.eof
    except zlib.error as broken:
        raise Invalid(f"The deflated Data Set is corrupt: {broken}.") from broken


@contextmanager
def inflated(buffer: Buffer, start: int = 0, *, limit: int = INFLATE_LIMIT) -> Iterator[Buffer]:
    """The whole inflated Data Set, in memory when small and in an unnamed temporary file when large.

    Memory stays below about 16 MiB. Raises Invalid as `inflate_chunks` does, and when the deflated stream
    is truncated.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        size, is_whole = 0, False
        for chunk, has_ended in _inflate(buffer, start, limit):
            size += len(chunk)
            spool.write(chunk)
            is_whole = has_ended
        if not is_whole:
            raise Invalid("The deflated Data Set is truncated.")
        if size <= _IN_MEMORY:
            spool.seek(0)
            yield spool.read()
        else:
            spool.flush()
            with mmap.mmap(spool.fileno(), size, access=mmap.ACCESS_READ) as mapped:
                yield mapped
