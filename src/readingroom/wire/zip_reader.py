"""ZIP files that were sent: what is in them, piece by piece, within limits (APPNOTE.TXT 4.3)."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from
from typing import BinaryIO

from readingroom.errors import Invalid

_CHUNK = 1 << 20
_END, _END_64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_END_LENGTH, _END_64_LENGTH, _LOCATOR_LENGTH = 22, 56, 20
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """directory: bytes of the list of files. growth: bytes unpacked for each byte sent, beyond `free`.

    Deflate cannot pack tighter than 1:1032; images that are nearly blank come near it.
    """

    directory: int = 16 << 20
    growth: int = 200
    free: int = 1 << 30


class ZipMember:
    """One file: its `name`, and its bytes to be read once with `chunks` before the next file is asked for."""

    def __init__(self, name: str, chunks: Iterator[bytes]) -> None:
        self.name = name
        self._chunks = chunks

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces; raises Invalid when the file is broken, encrypted or unpacks without end."""
        return self._chunks


def read_zip(file: BinaryIO, limits: ZipLimits | None = None) -> Iterator[ZipMember]:
    """The files of a ZIP in its order, folders left out. Raises Invalid when it is none or too large."""
    limits = limits or ZipLimits()
    size = file.seek(0, os.SEEK_END)
    _check_directory(file, size, limits.directory)
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise Invalid(f"This is not a ZIP file that can be read: {error}.") from None
    left = [limits.free + size * limits.growth]
    with archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield ZipMember(entry.filename, _unpacked(archive, entry, left))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: list[int]) -> Iterator[bytes]:
    if entry.flag_bits & _ENCRYPTED:
        raise Invalid(f"“{entry.filename[:80]}” in the ZIP file is encrypted; send it without a password.")
    try:
        with archive.open(entry) as source:
            while chunk := source.read(_CHUNK):
                left[0] -= len(chunk)
                if left[0] < 0:
                    raise Invalid("The ZIP file unpacks to far more than it is; send it in several.")
                yield chunk
    except _BROKEN as error:
        raise Invalid(f"“{entry.filename[:80]}” in the ZIP file is broken: {error}.") from None


def _check_directory(file: BinaryIO, size: int, most: int) -> None:
    """The list of files is read whole: its length is looked at before, as `zipfile` will find it."""
    tail_length = min(size, _LONGEST_COMMENT + _END_LENGTH + _LOCATOR_LENGTH + _END_64_LENGTH)
    file.seek(size - tail_length)
    tail = file.read(tail_length)
    at = tail.rfind(_END)
    if at < 0 or at + _END_LENGTH > len(tail):
        raise Invalid("This is not a ZIP file: it has no end of central directory.")
    (length,) = unpack_from("<I", tail, at + 12)
    locator, end_64 = at - _LOCATOR_LENGTH, at - _LOCATOR_LENGTH - _END_64_LENGTH
    if end_64 >= 0 and tail.startswith(_LOCATOR, locator) and tail.startswith(_END_64, end_64):
        (length,) = unpack_from("<Q", tail, end_64 + 40)
    if length > most:
        raise Invalid("The ZIP file lists too many files; send it in several.")
