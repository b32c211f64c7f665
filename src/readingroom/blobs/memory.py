"""Blobs in memory: the local store's twin for tests of the rooms above."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from readingroom.errors import NotFound


class _MemoryWriter:
    def __init__(self, store: MemoryBlobs, key: str) -> None:
        self._store = store
        self._bytes = bytearray()
        self.key = key

    @property
    def size(self) -> int:
        return len(self._bytes)

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
        for piece in pieces:
            self._bytes += piece

    def peek(self) -> BinaryIO:
        return io.BytesIO(bytes(self._bytes))

    def commit(self) -> str:
        self._store.blobs[self.key] = bytes(self._bytes)
        self._store.pending.add(self.key)
        return self.key

    def discard(self) -> None:
        self._bytes.clear()


class MemoryBlobs:
    """A dictionary with the port's methods; "durable" as long as the object lives."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.pending: set[str] = set()
        self.kept_notes: dict[str, bytes] = {}
        self._count = 0

    def create(self) -> _MemoryWriter:
        self._count += 1
        return _MemoryWriter(self, f"memory/0/{self._count:04d}.dcm")

    def open(self, key: str) -> BinaryIO:
        try:
            return io.BytesIO(self.blobs[key])
        except KeyError:
            raise NotFound(f"The stored object {key} is missing.", blob=key) from None

    def open_range(self, key: str, start: int, length: int) -> bytes:
        with self.open(key) as file:
            file.seek(start)
            return file.read(length)

    def remove(self, key: str) -> None:
        self.blobs.pop(key, None)
        self.pending.discard(key)

    def remove_all(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.remove(key)

    def walk(self) -> Iterator[str]:
        yield from list(self.blobs)

    def modified(self, key: str) -> float:
        with self.open(key):
            return 0.0

    def settle(self, keys: Iterable[str]) -> None:
        self.pending.difference_update(keys)

    def unsettled(self) -> list[str]:
        return sorted(self.pending)

    def forget_marks(self) -> None:
        self.pending.clear()

    def keep_note(self, name: str, content: bytes) -> None:
        self.kept_notes[name] = content

    def read_note(self, name: str) -> bytes:
        try:
            return self.kept_notes[name]
        except KeyError:
            raise NotFound(f"There is no note {name}.") from None

    def notes(self) -> list[str]:
        return sorted(self.kept_notes)

    def drop_note(self, name: str) -> None:
        self.kept_notes.pop(name, None)

    def close(self) -> None:
        return None
