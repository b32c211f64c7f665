"""Blobs as files on a local disk, written so that an acknowledged one survives a power cut.

    root/<slot>/<shelf>/<nnnn>-<size>.dcm   a committed blob; its key is this path below root
    root/<slot>/<shelf>/<nnnn>.part         being written; worthless after a crash
    root/<slot>/open-<shelf>          marker: this shelf may hold blobs that the index does not know
    root/notes/<name>                 small files of the rooms above; written aside and renamed

A slot belongs to one process at a time (a lock on root/<slot>/claim), so two never meet in a folder.
A blob gets its name before it is synced: one commit of the file system's journal then carries both. Should
the power fail between the two, the name is there and tells a size that the file has not: it is thrown away.
A shelf holds SHELF_SIZE blobs: its folder stays quick to fsync, and after a crash only marked shelves have
to be looked through, however large the archive is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from readingroom.errors import NotFound, Unavailable

SHELF_SIZE = 1000
_MARK = "open-"
_NOTES = "notes"
_ASIDE = ".part"


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def _size_in(name: str) -> int:
    """The size that a committed blob's name tells, -1 when it tells none."""
    size = name.removesuffix(".dcm").partition("-")[2]
    return int(size) if size.isdigit() else -1


class _Shelf:
    """One folder of blobs and how many of them the index does not know yet."""

    def __init__(self, slot: Path, name: str) -> None:
        self.name = name
        self.path = slot / name
        self.mark = slot / (_MARK + name)
        self.created = 0
        self.unsettled = 0
        self.full = False
        try:
            self.path.mkdir(parents=True)
            self.mark.touch()
            _sync_folder(slot)
            self.descriptor = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise Unavailable(f"No folder can be made in {slot}: {error.strerror}.") from error

    def close(self) -> None:
        os.close(self.descriptor)
        if self.unsettled == 0:
            self.mark.unlink(missing_ok=True)


class _LocalWriter:
    """A file `<n>.part` that becomes `<n>-<size>.dcm` at commit."""

    def __init__(self, store: LocalBlobs, shelf: _Shelf, number: int) -> None:
        self._store = store
        self._shelf = shelf
        self._stem = f"{number:04d}"
        self._part = f"{self._stem}.part"
        self.size = 0
        self._done = False
        try:
            self._file = os.open(
                self._part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o640, dir_fd=shelf.descriptor
            )
        except OSError as error:
            store.release(shelf)
            raise Unavailable(f"No file can be made in {shelf.path}: {error.strerror}.") from error

    @property
    def key(self) -> str:
        """Final only when everything is written."""
        return f"{self._store.slot}/{self._shelf.name}/{self._final}"

    @property
    def _final(self) -> str:
        return f"{self._stem}-{self.size}.dcm"

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
        total = sum(map(len, pieces))
        try:
            written = os.writev(self._file, pieces)
            if written != total:
                self._write_rest(pieces, written)
        except OSError as error:
            raise Unavailable(f"The object cannot be written: {error.strerror}.") from error
        self.size += total

    def _write_rest(self, pieces: Sequence[bytes | bytearray | memoryview], written: int) -> None:
        for piece in pieces:
            view = memoryview(piece)
            if written >= len(view):
                written -= len(view)
                continue
            view = view[written:]
            written = 0
            while view:
                view = view[os.write(self._file, view) :]

    def peek(self) -> BinaryIO:
        return os.fdopen(os.dup(self._file), "rb")

    def commit(self) -> str:
        folder = self._shelf.descriptor
        try:
            os.rename(self._part, self._final, src_dir_fd=folder, dst_dir_fd=folder)
            _sync_data(self._file)
            os.fsync(folder)
        except OSError as error:
            raise Unavailable(f"The object cannot be made safe on disk: {error.strerror}.") from error
        os.close(self._file)
        self._done = True
        return self.key

    def discard(self) -> None:
        if self._done:
            return
        self._done = True
        os.close(self._file)
        for name in (self._part, self._final):  # the rename may have happened before its fsync failed
            try:
                os.unlink(name, dir_fd=self._shelf.descriptor)
            except FileNotFoundError:
                continue
        self._store.release(self._shelf)


class LocalBlobs:
    """The blob store on a local disk; `slot` names this process's own place in it."""

    def __init__(self, root: Path, slot: str) -> None:
        """Raises Unavailable when another process has that slot."""
        self.root = root
        self.slot = slot
        self._folder = root / slot
        self._folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(root)
        self._claim = os.open(self._folder / "claim", os.O_CREAT | os.O_RDWR, 0o640)
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._claim)
            raise Unavailable(f"Another process writes to {self._folder}.") from None
        self._lock = threading.Lock()
        self._shelves: dict[str, _Shelf] = {}
        self._current: _Shelf | None = None
        self.removed: Callable[[str], None] = lambda key: None
        """Told the key of each blob that was removed, so that what was made of it goes, too."""

    @classmethod
    def claim(cls, root: Path, purpose: str) -> LocalBlobs:
        """The first free slot "<purpose>-<n>", ours until this process ends, however it ends."""
        root.mkdir(parents=True, exist_ok=True)
        for number in range(1000):
            try:
                return cls(root, f"{purpose}-{number}")
            except Unavailable:
                continue
        raise Unavailable(f"All slots for {purpose} below {root} are taken.")

    @classmethod
    def claim_all(cls, root: Path) -> LocalBlobs:
        """A slot for a process that must be alone; raises Unavailable while another has any slot."""
        for slot in cls.slots(root):
            cls(root, slot).close()
        return cls.claim(root, "rebuild")

    @staticmethod
    def slots(root: Path) -> list[str]:
        """Every slot that was ever used below `root`."""
        if not root.is_dir():
            return []
        return sorted(entry.name for entry in root.iterdir() if entry.is_dir() and entry.name != _NOTES)

    def create(self) -> _LocalWriter:
        with self._lock:
            shelf = self._current
            if shelf is None:
                shelf = _Shelf(self._folder, f"{time.time_ns():x}")
                self._shelves[shelf.name] = shelf
                self._current = shelf
            number = shelf.created
            shelf.created += 1
            shelf.unsettled += 1
            if shelf.created >= SHELF_SIZE:
                shelf.full = True
                self._current = None
        return _LocalWriter(self, shelf, number)

    def open(self, key: str) -> BinaryIO:
        try:
            return open(self._path(key), "rb")
        except FileNotFoundError:
            if not (self.root / key.partition("/")[0]).is_dir():  # no slot ever goes: its disk is not there
                raise Unavailable("The folder of the stored objects cannot be reached at present.") from None
            raise NotFound(f"The stored object {key} is missing on disk.", blob=key) from None
        except IsADirectoryError:  # damage, which does not pass
            raise
        except OSError as error:
            raise Unavailable(f"The stored object cannot be read now: {error.strerror}.") from error

    def open_range(self, key: str, start: int, length: int) -> bytes:
        with self.open(key) as file:
            return os.pread(file.fileno(), length, start)

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
        self.removed(key)

    def remove_all(self, keys: Iterable[str]) -> None:
        folders = set()
        for key in keys:
            path = self._path(key)
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            folders.add(path.parent)
            self.removed(key)
        for folder in folders:  # also of what was missing: its removal may not be on the disk yet
            with contextlib.suppress(FileNotFoundError):
                _sync_folder(folder)

    def walk(self) -> Iterator[str]:
        for slot in sorted(self.root.iterdir()):
            for shelf in sorted(slot.iterdir()):
                if shelf.is_dir():
                    for name in sorted(os.listdir(shelf)):
                        if name.endswith(".dcm"):
                            yield f"{slot.name}/{shelf.name}/{name}"

    def modified(self, key: str) -> float:
        with self.open(key) as file:
            return os.fstat(file.fileno()).st_mtime

    def settle(self, keys: Iterable[str]) -> None:
        for key in keys:
            slot, name, _ = key.split("/")
            shelf = self._shelves.get(name) if slot == self.slot else None
            if shelf is not None:
                self.release(shelf)

    def release(self, shelf: _Shelf) -> None:
        """One blob of the shelf is settled or was never committed."""
        with self._lock:
            shelf.unsettled -= 1
            finished = shelf.full and shelf.unsettled == 0 and shelf.name in self._shelves
            if finished:
                del self._shelves[shelf.name]
        if finished:
            shelf.close()

    def unsettled(self) -> list[str]:
        keys = []
        for mark in sorted(self._folder.glob(_MARK + "*")):
            name = mark.name.removeprefix(_MARK)
            if name in self._shelves:
                continue
            shelf = self._folder / name
            for entry in sorted(os.listdir(shelf)) if shelf.is_dir() else []:
                if entry.endswith(".part") or (shelf / entry).stat().st_size != _size_in(entry):
                    (shelf / entry).unlink(missing_ok=True)  # never acknowledged
                else:
                    keys.append(f"{self.slot}/{name}/{entry}")
        return keys

    def forget_marks(self) -> None:
        """All that `unsettled` named is settled: earlier shelves need no more looking through."""
        for mark in self._folder.glob(_MARK + "*"):
            if mark.name.removeprefix(_MARK) not in self._shelves:
                mark.unlink(missing_ok=True)

    def keep_note(self, name: str, content: bytes) -> None:
        path = self._note(name)
        aside = path.with_name(f"{name}-{self.slot}{_ASIDE}")
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                _sync_folder(self.root)
            with open(aside, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise Unavailable(f"The note {path} cannot be written: {error.strerror}.") from error

    def read_note(self, name: str) -> bytes:
        try:
            return self._note(name).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"There is no note {name}.") from None

    def notes(self) -> list[str]:
        folder = self.root / _NOTES
        return sorted(n for n in os.listdir(folder) if not n.endswith(_ASIDE)) if folder.is_dir() else []

    def drop_note(self, name: str) -> None:
        path = self._note(name)
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync_folder(path.parent)
        except OSError as error:
            raise Unavailable(f"The note {path} cannot be deleted: {error.strerror}.") from error

    def close(self) -> None:
        with self._lock:
            shelves = list(self._shelves.values())
            self._shelves.clear()
            self._current = None
        for shelf in shelves:
            shelf.close()
        os.close(self._claim)

    def _note(self, name: str) -> Path:
        if not name or "/" in name or name.startswith(".") or name.endswith(_ASIDE):
            raise NotFound(f"{name!r} is not the name of a note.")
        return self.root / _NOTES / name

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if len(parts) != 3 or any(part in ("", ".", "..") for part in parts):
            raise NotFound(f"{key!r} is not the key of a stored object.", blob=key)
        return self.root.joinpath(*parts)
