"""ZIP files made while they are sent (APPNOTE.TXT 4.4.4: sizes after the data; PS3.18 8.7.3.1)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

ZIP = "application/zip"

_ZIP64 = 1 << 31


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file: its name with "/" between folders, its bytes in chunks and how many they are."""

    name: str
    body: Iterable[bytes]
    length: int


class _Sink(io.RawIOBase):
    """A file that cannot be sought in: what is written waits here until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held.append(bytes(data))
        return len(self.held[-1])

    def take(self) -> bytes:
        held = b"".join(self.held)
        self.held.clear()
        return held


def write_zip(entries: Iterable[ZipEntry]) -> Iterator[bytes]:
    """The archive, a chunk for each chunk of an entry; an entry is asked for when its turn has come.

    Nothing is made smaller: DEFLATE in stored blocks costs hardly more than copying, and unlike plain
    storing it lets a reader that sees the stream only find where an entry ends.
    """
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=0) as archive:
        for entry in entries:
            with archive.open(entry.name, "w", force_zip64=entry.length >= _ZIP64) as file:
                for chunk in entry.body:
                    file.write(chunk)
                    if sink.held:
                        yield sink.take()
    yield sink.take()
