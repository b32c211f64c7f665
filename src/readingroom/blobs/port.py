"""The port: what the archive asks of a place for bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol


class BlobWriter(Protocol):
    """One blob being written; nothing of it can be seen until `commit` has returned."""

    size: int

    @property
    def key(self) -> str:
        """What `commit` will return, once everything is written."""

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
        """Append all pieces in order. Raises Unavailable when the disk is full or fails."""

    def peek(self) -> BinaryIO:
        """What was written so far, for reading before it is committed."""

    def commit(self) -> str:
        """Make the blob durable (bytes and name survive a power cut) and return its key.

        The key is unsettled until `BlobStore.settle` is called with it. Raises Unavailable.
        """

    def discard(self) -> None:
        """Throw away what was written; harmless after `commit` or a second time."""


class BlobStore(Protocol):
    """put (as `create` and `commit`), open, open_range, remove, walk; the ledger of unsettled keys; notes."""

    def create(self) -> BlobWriter:
        """Begin a new blob. Raises Unavailable when there is no room."""

    def open(self, key: str) -> BinaryIO:
        """The whole blob, seekable. Raises NotFound."""

    def open_range(self, key: str, start: int, length: int) -> bytes:
        """`length` bytes from `start`, fewer at the end of the blob. Raises NotFound."""

    def remove(self, key: str) -> None:
        """Delete the blob; a missing one is no error."""

    def remove_all(self, keys: Iterable[str]) -> None:
        """Delete these blobs, so that no power cut brings one back; missing ones are no error."""

    def walk(self) -> Iterator[str]:
        """Every committed key, in no promised order."""

    def modified(self, key: str) -> float:
        """When the blob was written, in seconds since the epoch. Raises NotFound."""

    def settle(self, keys: Iterable[str]) -> None:
        """Tell that the index durably knows these keys (or that they were removed)."""

    def unsettled(self) -> list[str]:
        """Committed keys of earlier runs of this writer that were never settled; for adoption at start.

        Blobs that were not committed when that run ended are gone when this returns.
        """

    def forget_marks(self) -> None:
        """All that `unsettled` named is settled now."""

    def keep_note(self, name: str, content: bytes) -> None:
        """Make a small file durable beside the blobs, in the place of one of that name.

        For what has to outlive the index: it is there in full or not at all. Raises Unavailable.
        """

    def read_note(self, name: str) -> bytes:
        """Raises NotFound."""

    def notes(self) -> list[str]:
        """The names of all notes, sorted."""

    def drop_note(self, name: str) -> None:
        """Delete the note durably; a missing one is no error. Raises Unavailable."""

    def close(self) -> None:
        """End this run; when all is settled, the next start has nothing to look through."""
