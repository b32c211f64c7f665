"""Bulk data of a Store transaction, waiting on disk for the metadata that name them (PS3.18 8.6.1.2)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from readingroom.errors import Invalid, Unavailable
from readingroom.wire import MediaType

_IN_MEMORY = 1 << 24
_CHUNK = 1 << 20
_FRAME = re.compile(r"(.+)/frames/([1-9][0-9]{0,8})\Z")


@dataclass(frozen=True, slots=True)
class BulkPart:
    """One part. location: its Content-Location. offset, length: in bytes, in the file of all parts."""

    location: str
    media: MediaType
    offset: int
    length: int


class BulkParts:
    """All bulk data of one request in one temporary file; a context, which removes it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 closed by __exit__
        self._end = 0
        self._parts: dict[str, list[BulkPart]] = {}
        self._frames: dict[str, dict[int, BulkPart]] = {}
        self._used: set[str] = set()

    def __enter__(self) -> BulkParts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, location: str, media: MediaType, chunks: Iterator[bytes]) -> None:
        """Keep a part; one that breaks off is forgotten. Raises Unavailable when there is no room."""
        offset = self._end
        self._file.seek(offset)
        length = 0
        for chunk in chunks:
            try:
                self._file.write(chunk)
            except OSError as error:
                raise Unavailable(f"The bulk data cannot be kept: {error.strerror}.") from error
            length += len(chunk)
        self._end = offset + length
        part = BulkPart(location, media, offset, length)
        self._parts.setdefault(location, []).append(part)
        frame = _FRAME.match(location)
        if frame:
            self._frames.setdefault(frame[1], {})[int(frame[2])] = part

    def find(self, uri: str) -> list[BulkPart]:
        """The parts that a BulkDataURI names: those at it, else its frames in order ("…/frames/3").

        Raises Invalid when there are none; a URI elsewhere is never fetched.
        """
        found = self._parts.get(uri) if uri else None
        if not found:
            frames = self._frames.get(uri, {})
            found = [frames[number] for number in sorted(frames)]
            if not found or sorted(frames) != list(range(1, len(frames) + 1)):
                raise Invalid(f"No part of the request has the Content-Location “{uri[:200]}”.")
        self._used.update(part.location for part in found)
        return found

    def unused(self) -> list[str]:
        """Content-Location of every part that no metadata named."""
        return [
            location for location, parts in self._parts.items() for _ in parts if location not in self._used
        ]

    def beginning(self, part: BulkPart, most: int) -> bytes:
        """The first bytes of a part."""
        self._file.seek(part.offset)
        return self._file.read(min(part.length, most))

    def chunks(self, part: BulkPart) -> Iterator[bytes]:
        """The bytes of a part."""
        for at in range(0, part.length, _CHUNK):
            self._file.seek(part.offset + at)
            yield self._file.read(min(_CHUNK, part.length - at))
