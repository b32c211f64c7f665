"""The view tier: HTJ2K renditions of stored objects, made ahead, in a folder of their own.

Lossless, RPCL, TLM (Transfer Syntax 1.2.840.10008.1.2.4.202, PS3.5 10.18). A file here is named as the blob
it is made from, and may be removed at any time: it is made again when it is asked for. Nothing here is an
object of the archive.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from readingroom.errors import Invalid, NotFound, Unavailable, Unsupported
from readingroom.index import Database, keeping
from readingroom.model import StoredInstance
from readingroom.objects import OpenFrames
from readingroom.pixels import (
    Frame,
    decode_smaller,
    description_after,
    encode_frame,
    has_resolutions,
    obstacle,
    smaller,
    spare_resolutions,
    was_lossy,
)

from .rendition_file import RenditionReader, RenditionWriter
from .view_orders import is_making

HTJ2K_RPCL: Final = "1.2.840.10008.1.2.4.202"
VALID_AS: Final = frozenset({HTJ2K_RPCL, "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.203"})
"""Transfer syntaxes under which a rendition may be given: it is HTJ2K lossless, and HTJ2K, too."""
_DECODED_WRONG: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in ("51", "53", "55"))
"""Lossy JPEG that browsers decode wrongly or not at all."""
_USED_EVERY: Final = 600.0
_ABANDONED_AFTER: Final = 3600.0
_MISSED_EVERY: Final = 600.0
_MOST_MISSED: Final = 10_000
_LEFT_FREE: Final = 2_000_000_000
"""Bytes of the disk that renditions leave to originals."""
_DOWN_TO: Final = 0.9
_SUFFIX, _PART = ".htj2k", ".part"


class ViewTier:
    """Renditions below `folder`, at most `max_bytes` in all; the least recently used go first.

    Every process may read; one at a time makes. max_bytes 0: the tier is switched off, nothing is kept.
    """

    def __init__(self, database: Database, folder: Path, max_bytes: int) -> None:
        self._database = database
        self._folder = folder
        self._max_bytes = max_bytes
        self._total: int | None = None
        self._lock = threading.Lock()
        self._missed: dict[str, float] = {}

    @property
    def is_on(self) -> bool:
        """Whether renditions are kept."""
        return self._max_bytes > 0

    def has(self, stored: StoredInstance) -> bool:
        """Whether there is a rendition of it."""
        return self.is_on and self._path(stored.blob).is_file()

    def codestream(self, stored: StoredInstance, frames: OpenFrames, number: int, reduce: int = 0) -> bytes:
        """Frame `number` (from 1) in HTJ2K, with `reduce` resolutions fewer; the same bytes each time.

        Made at once where there is no rendition, which is then made ahead again. Raises NotFound, Invalid,
        Unsupported as `OpenFrames.decoded` and `pixels.encode_frame` do.
        """
        stream = self._read(stored, number, reduce)
        if stream is None:
            stream = made_at_once(frames, number)
            self._miss(stored, frames)
        return smaller(stream, reduce) if reduce else stream

    def ready(self, stored: StoredInstance, frames: OpenFrames, number: int, reduce: int) -> bytes | None:
        """The same where it was made ahead; else None, and the rendition is made ahead again."""
        stream = self._read(stored, number, reduce)
        if stream is None:
            self._miss(stored, frames)
            return None
        return smaller(stream, reduce) if reduce else stream

    def smaller_frame(
        self, stored: StoredInstance, frames: OpenFrames, number: int, reduce: int
    ) -> Frame | None:
        """The frame with up to `reduce` resolutions fewer, decoded from a part of its rendition; or None.

        frames: the object itself, which describes it.
        """
        if not has_resolutions(frames.description):
            return None
        reduce = min(reduce, spare_resolutions(frames.description, 1, 1))
        stream = self._read(stored, number, reduce)
        if stream is None:
            return None
        return decode_smaller(stream, description_after(frames.description, HTJ2K_RPCL), reduce)

    def make(
        self, stored: StoredInstance, frames: OpenFrames, is_over: Callable[[], bool] = lambda: False
    ) -> bool:
        """Make the rendition where it is missing and makes sense; False when `is_over` stopped it.

        Frame by frame, never more than one in memory. Of what `why_none` names nothing is made, nor of what
        cannot be decoded. Raises Unavailable when it cannot be written.
        """
        if not self.is_on or self.has(stored):
            return True
        path = self._path(stored.blob)
        part = path.with_suffix(_PART)
        try:
            if why_none(frames) is not None:
                return True
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                if not self._write(RenditionWriter(file), frames, is_over):
                    return not is_over()
            self._make_room(part.stat().st_size)
            part.replace(path)
        except (Invalid, NotFound, Unsupported):
            return True  # a broken frame, or one of a coding that is not read: the original is all there is
        except OSError as error:
            raise Unavailable(f"A rendition cannot be written: {error.strerror}.") from error
        finally:
            with contextlib.suppress(OSError):  # it was renamed, or what failed is being told already
                part.unlink()
        return True

    def remove(self, blob: str) -> None:
        """Forget the rendition of a blob; harmless where there is none."""
        self._path(blob).unlink(missing_ok=True)
        self._total = None

    def sweep(self, exists: Callable[[str], bool]) -> None:
        """Remove what was left half written, and the renditions of blobs that are gone.

        exists: whether the archive has a blob.
        """
        if not self._folder.is_dir():
            return
        for path in self._folder.glob(f"*/*/*{_PART}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                    path.unlink()
        for path in self._folder.glob(f"*/*/*{_SUFFIX}"):
            if not self.is_on or not exists(str(path.relative_to(self._folder).with_suffix(".dcm"))):
                path.unlink(missing_ok=True)
        self._total = None
        self._make_room(0)

    def _write(self, writer: RenditionWriter, frames: OpenFrames, is_over: Callable[[], bool]) -> bool:
        """Whether all frames were written; else it was stopped or has no room."""
        for number in range(1, frames.count + 1):
            if is_over() or writer.size > self._allowed(writer.size):
                return False
            writer.add(made_at_once(frames, number))
        writer.finish()
        return True

    def _read(self, stored: StoredInstance, number: int, reduce: int) -> bytes | None:
        if not self.is_on:
            return None
        path = self._path(stored.blob)
        try:
            with path.open("rb") as file:
                reader = RenditionReader(file)
                if not 1 <= number <= reader.count or not 0 <= reduce <= reader.levels:
                    return None
                if time.time() - os.fstat(file.fileno()).st_mtime > _USED_EVERY:
                    os.utime(file.fileno())
                return reader.read(number, reduce)
        except FileNotFoundError:
            return None
        except Invalid:
            path.unlink(missing_ok=True)  # damaged: it is made again
            return None

    def _miss(self, stored: StoredInstance, frames: OpenFrames) -> None:
        """Have the series' renditions made again; each process says so now and then for a series.

        What is being made, or is there by now, was not missed: else its real loss would go unheard after.
        """
        ref = stored.ref
        now, key = time.monotonic(), ref.series_instance_uid
        if not self.is_on or now - self._missed.get(key, -_MISSED_EVERY) < _MISSED_EVERY:
            return
        with self._database.reading() as connection:
            if not keeping.has_view(connection, ref.study_instance_uid, key) or is_making(connection):
                return
        if self.has(stored):
            return
        if len(self._missed) >= _MOST_MISSED:
            self._missed.clear()
        self._missed[key] = now
        if why_none(frames) is not None:
            return
        with contextlib.suppress(Unavailable), self._database.writing() as connection:
            keeping.drop_view(connection, ref.study_instance_uid, key)

    def _make_room(self, coming: int) -> None:
        """Remove the least recently used until `coming` bytes fit."""
        with self._lock:
            if self._total is None:
                self._total = sum(size for _, size, _ in self._all())
            most = self._allowed(self._total + coming)
            if self._total + coming > most:
                for _, size, path in sorted(self._all()):
                    if self._total + coming <= most * _DOWN_TO:
                        break
                    path.unlink(missing_ok=True)
                    self._total -= size
            self._total += coming

    def _allowed(self, total: int) -> float:
        """How many bytes renditions may have, when they have `total`: less where the disk is nearly full."""
        free = shutil.disk_usage(self._folder).free if self._folder.is_dir() else _LEFT_FREE
        return min(self._max_bytes, max(0, total + free - _LEFT_FREE))

    def _all(self) -> Iterator[tuple[float, int, Path]]:
        """When last used, bytes and path of every rendition."""
        for path in self._folder.glob(f"*/*/*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path

    def _path(self, blob: str) -> Path:
        slot, shelf, name = blob.split("/")
        return (self._folder / slot / shelf / name).with_suffix(_SUFFIX)


def why_none(frames: OpenFrames) -> str | None:
    """Why an object gets no rendition, as a sentence; None when it does. Raises Invalid for broken ones.

    Lossless originals do where HTJ2K can hold them; of lossy ones only those that browsers decode wrongly,
    since the rendition would be larger than the original and no better.
    """
    description = frames.description
    uid = description.transfer_syntax_uid
    if uid == HTJ2K_RPCL:
        return "It is stored so."
    if (why := obstacle(description, HTJ2K_RPCL)) is not None:
        return why
    if uid not in _DECODED_WRONG and was_lossy(frames.stored(1), description):
        return "It was compressed with loss, and browsers decode it as it is."
    return None


def made_at_once(frames: OpenFrames, number: int) -> bytes:
    """Frame `number` as its rendition has it, byte by byte, made now.

    Raises NotFound, Invalid, Unsupported as `OpenFrames.decoded` and `pixels.encode_frame` do.
    """
    return encode_frame(frames.decoded(number), frames.description, HTJ2K_RPCL)
