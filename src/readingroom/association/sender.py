"""Messages to the peer: a command and its data set as P-DATA-TF PDUs. PS3.8 9.3.5, PS3.7 annex F.

Command and data set never share a PDU (some peers cannot read that), but they leave in one write.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .faults import AssociationEnded, PduFault
from .pdu import DATA_TF

_HEADERS = struct.Struct(">BxIIBB")  # PDU type, PDU length, PDV length, context ID, message control header
_HEADERS_BYTES = 12
_BUFFER = 1 << 18  # fits the processor's own cache: the kernel then reads from there
_SHORTEST = 16
_SOON = 0.002
_HELD_BYTES = 1 << 15

COMMAND, DATA, LAST = 1, 0, 2
"""Message control header bits. PS3.8 E.2."""


class Source(Protocol):
    """A data set that is not in memory: `length` bytes, read once, in order."""

    @property
    def length(self) -> int:
        """Bytes that read_into will deliver in all."""

    def read_into(self, views: list[memoryview]) -> None:
        """Fill the views in order with the next bytes; EOFError when they are not there."""


@dataclass(slots=True)
class FileRange:
    """`length` bytes of an open file from `offset`; its file position is neither used nor moved."""

    fd: int
    offset: int
    length: int

    def read_into(self, views: list[memoryview]) -> None:
        """Fill the views with the next bytes of the range."""
        while views:
            count = os.preadv(self.fd, views, self.offset)
            if not count:
                raise EOFError("the file is shorter than it was said to be")
            self.offset += count
            views = _rest(views, count)


class Readable(Protocol):
    """What a raw or buffered binary file offers."""

    def readinto(self, into: memoryview, /) -> int | None:
        """Read up to len(into) bytes."""


@dataclass(slots=True)
class StreamSource:
    """`length` bytes from the present position of something with readinto()."""

    stream: Readable
    length: int

    def read_into(self, views: list[memoryview]) -> None:
        """Fill the views with the next bytes of the stream."""
        for view in views:
            while view:
                count = self.stream.readinto(view)
                if not count:
                    raise EOFError("the stream is shorter than it was said to be")
                view = view[count:]


def _rest(views: list[memoryview], count: int) -> list[memoryview]:
    for at, view in enumerate(views):
        if count < len(view):
            return [view[count:], *views[at + 1 :]]
        count -= len(view)
    return []


class Sender:
    """Cuts messages for one peer.

    peer_max: the peer's maximum length, bytes of PDU variable field; 0 is no limit (PS3.8 D.1).
    send(buffers): writes them all, in one system call where it can.
    """

    def __init__(self, send: Callable[[Sequence[bytes | memoryview]], None], peer_max: int):
        if 0 < peer_max < _SHORTEST:
            raise PduFault(f"a maximum PDU length of {peer_max} bytes leaves no room for data")
        limit = _BUFFER - _HEADERS_BYTES
        self._fragment = (min(peer_max - 6, limit) if peer_max else limit) & ~1
        self._send = send
        self._buffer: memoryview | None = None
        self._held: list[bytes | memoryview] = []
        self._held_bytes = 0
        self._last_write = 0.0

    def one_of_many(self, context_id: int, command: bytes, data: bytes) -> None:
        """Send a message that others follow: they leave together as long as they come fast.

        Held back at most until the next message, which is always sent when the last write is longer ago
        than two milliseconds: a peer never waits longer for an answer than between two of them.
        """
        self._held += self._framed(context_id, command, COMMAND)
        self._held += self._framed(context_id, data, DATA)
        self._held_bytes += len(command) + len(data)
        if self._held_bytes > _HELD_BYTES or time.monotonic() - self._last_write > _SOON:
            self._write_held()

    def _write_held(self) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        self._send([b"".join(held)])
        self._last_write = time.monotonic()

    def message(self, context_id: int, command: bytes, data: bytes | Source | None = None) -> None:
        """Send a command set and, unless None, its data set.

        AssociationEnded when the source ends early: the message cannot be completed, so the caller aborts.
        """
        if self._held:
            self._write_held()
        head = self._framed(context_id, command, COMMAND)
        if data is None:
            self._send(head)
        elif isinstance(data, bytes):
            self._send([*head, *self._framed(context_id, data, DATA)])
        elif not data.length:
            self._send([*head, *self._framed(context_id, b"", DATA)])
        else:
            self._stream(context_id, b"".join(head), data)

    def _framed(self, context_id: int, value: bytes, kind: int) -> list[bytes | memoryview]:
        size = self._fragment
        if len(value) <= size:
            header = _HEADERS.pack(DATA_TF, len(value) + 6, len(value) + 2, context_id, kind | LAST)
            if len(value) < 4096:  # joining a few bytes is cheaper than another buffer
                return [header + value]
            return [header, value]
        view = memoryview(value)
        buffers: list[bytes | memoryview] = []
        for at in range(0, len(view), size):
            piece = view[at : at + size]
            control = kind | (LAST if at + size >= len(view) else 0)
            buffers.append(_HEADERS.pack(DATA_TF, len(piece) + 6, len(piece) + 2, context_id, control))
            buffers.append(piece)
        return buffers

    def _stream(self, context_id: int, head: bytes, source: Source) -> None:
        left = source.length
        if self._buffer is None:
            self._buffer = memoryview(bytearray(_BUFFER))
        view = self._buffer
        if len(head) + _HEADERS_BYTES + self._fragment > len(view):
            self._send([head])
            head = b""
        at = len(head)
        view[:at] = head
        while True:
            slots: list[memoryview] = []
            while True:  # as many whole PDUs as the buffer holds
                take = self._fragment if left > self._fragment else left
                stop = at + _HEADERS_BYTES + take
                if stop > len(view):
                    break
                left -= take
                control = DATA if left else DATA | LAST
                _HEADERS.pack_into(view, at, DATA_TF, take + 6, take + 2, context_id, control)
                slots.append(view[at + _HEADERS_BYTES : stop])
                at = stop
                if not left or len(slots) == 512:  # IOV_MAX is 1024
                    break
            try:
                source.read_into(slots)
            except (EOFError, OSError) as error:
                raise AssociationEnded(f"the data set could not be read to its end: {error}") from error
            self._send([view[:at]])
            if not left:
                return
            at = 0
