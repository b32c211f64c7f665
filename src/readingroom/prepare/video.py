"""Video of stored instances, for viewers that play MP4: kept while there is room."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes, StoredInstance, Tag
from readingroom.pixels import VIDEO_FORMS, Array, pictures_as_mp4, video_as_mp4
from readingroom.render import Presentation, attributes_of_frame, stored_windows

from .frames import FrameReader
from .pictures import Pictures

_FRAME_TIME, _RATES = 0x00181063, (0x00082144, 0x00180040)  # Recommended Display Frame Rate, Cine Rate
_FRAME_TIMES, _VOI_LUTS = 0x00181065, 0x00283010
_FASTEST: Final = 1000
_USUAL: Final = Fraction(10)
_MOST_PIXELS: Final = 4_000_000_000
_IDLE_SECONDS: Final = 7 * 86400
_AT_ONCE: Final = 2  # of each process: an encoder takes all processors there are
_PROGRESS: Final = ".frames"
_FAULT: Final = ".fault"
_FORM: Final = 1
"""Raised when files are made in another way, so that old ones are not used."""


class Stage(Enum):
    """Where the file of an instance is."""

    NONE = "none"
    """Nobody has asked for it, or it had to go."""
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    """It was tried in vain; who asks again has it tried again."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How far it is. frames_made: None while nobody makes it or knows. fault: why it failed, or nothing."""

    stage: Stage
    frames_made: int | None = None
    fault: str = ""


class Videos:
    """MP4 files of instances in a folder, made when they are first asked for.

    most_bytes: of all files together, those not used for longest go first; one that is larger is not kept.
    Files not used for a week go, too. Several processes may share the folder.
    """

    def __init__(self, frames: FrameReader, pictures: Pictures, folder: Path, most_bytes: int) -> None:
        self._frames = frames
        self._pictures = pictures
        self._folder = folder
        self._most_bytes = most_bytes
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def open(self, stored: StoredInstance, presentation: Presentation) -> BinaryIO:
        """The file, to be closed by the caller: of a video the stream, of other frames their pictures.

        presentation: of those pictures. Raises Unsupported for one frame or too many pixels, and as
        `FrameReader.open`, `Pictures.picture` and `pixels.video_as_mp4`.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        key = _name(stored, presentation)
        path = self._folder / f"{key}.mp4"
        with contextlib.suppress(FileNotFoundError):
            return self._used(path)
        with (self._folder / f"{key}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second waits for the file of the first
            try:
                with contextlib.suppress(FileNotFoundError):
                    return self._used(path)
                made = self._folder / f"{key}.{os.getpid()}.part"
                fault = self._folder / (key + _FAULT)
                fault.unlink(missing_ok=True)
                try:
                    with self._places:
                        self._make(stored, presentation, made)
                    file = made.open("rb")
                    made.rename(path)
                except (Invalid, Unsupported) as error:
                    fault.write_text(str(error), encoding="utf-8")
                    raise
                finally:
                    made.unlink(missing_ok=True)
                    _progress_of(made).unlink(missing_ok=True)
                self._sweep()
                return file
            finally:
                (self._folder / f"{key}.lock").unlink(missing_ok=True)

    def conversion(self, stored: StoredInstance) -> Conversion:
        """How far its file is, of the usual presentation, whichever process makes it."""
        key = _name(stored, Presentation())
        if (self._folder / f"{key}.mp4").exists():
            return Conversion(Stage.READY)
        if _is_locked(self._folder / f"{key}.lock"):
            return Conversion(Stage.MAKING, self._frames_made(key))
        with contextlib.suppress(FileNotFoundError):
            fault = (self._folder / (key + _FAULT)).read_text(encoding="utf-8")
            return Conversion(Stage.FAILED, fault=fault)
        return Conversion(Stage.NONE)

    def _frames_made(self, key: str) -> int | None:
        for path in self._folder.glob(f"{key}.*{_PROGRESS}"):
            with contextlib.suppress(FileNotFoundError, ValueError):
                return int(path.read_text(encoding="ascii"))
        return None

    def _used(self, path: Path) -> BinaryIO:
        file = path.open("rb")
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
        return file

    def _make(self, stored: StoredInstance, presentation: Presentation, target: Path) -> None:
        with self._frames.open(stored) as opened:
            attributes, description, count = opened.attributes, opened.description, opened.count
            if stored.transfer_syntax_uid in VIDEO_FORMS:
                video_as_mp4(
                    opened.video(),
                    description,
                    target,
                    frame_rate=frame_rate(attributes),
                    progress=_progress_of(target),
                )
                return
        if count < 2:
            raise Unsupported("A single frame makes no video.", uid=stored.ref.sop_instance_uid)
        if count * description.rows * description.columns > _MOST_PIXELS:
            raise Unsupported(f"A video of more than {_MOST_PIXELS} pixels is not made.")
        steady = self._steady(stored, attributes, presentation, count)
        times = frame_times(attributes, count)
        rate = Fraction(count - 1) / (times[-1] or 1)

        def pictures() -> Iterator[tuple[Fraction, Array]]:
            for number in range(1, count + 1):
                yield times[number - 1], self._pictures.picture(stored, number, steady).pixels

        pictures_as_mp4(pictures(), target, rate.limit_denominator(1001))

    def _steady(
        self, stored: StoredInstance, attributes: Attributes, presentation: Presentation, count: int
    ) -> Presentation:
        """The presentation with one window for all where none is stored, so that greys do not flicker."""
        presentation = self._pictures.with_steady_differences(stored, attributes, presentation)
        own = attributes_of_frame(attributes, 1)
        is_steady = bool(presentation.window or presentation.state or presentation.difference_window)
        if is_steady or stored_windows(own) or _VOI_LUTS in own:
            return presentation
        window = self._pictures.picture(stored, (count + 1) // 2, presentation).window
        return presentation if window is None else replace(presentation, window=window)

    def _sweep(self) -> None:
        """Let go what has no room; who reads a file keeps it."""
        found = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        taken, now = 0, time.time()
        for used, size, path in sorted(found, reverse=True):
            taken += size
            is_old = now - used > _IDLE_SECONDS
            if is_old or (taken > self._most_bytes and path.suffix == ".mp4"):
                path.unlink(missing_ok=True)


def _name(stored: StoredInstance, presentation: Presentation) -> str:
    """Of the file, without its ending."""
    wish = "" if stored.transfer_syntax_uid in VIDEO_FORMS else repr(presentation)
    return _key(stored.blob) + hashlib.sha256(f"{_FORM} {wish}".encode()).hexdigest()[:20]


def _is_locked(path: Path) -> bool:
    """Whether a process that lives holds it: the file of one that was killed says nothing."""
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _progress_of(made: Path) -> Path:
    """Where the process that makes the file tells how far it is."""
    return made.with_name(made.name + _PROGRESS)


def remove_videos(folder: Path, blob: str) -> None:
    """Delete what was made of the object with that blob key; who reads a file keeps it."""
    for path in folder.glob(f"{_key(blob)}*"):
        path.unlink(missing_ok=True)


def _key(blob: str) -> str:
    """How names of files begin that are made of one object."""
    return hashlib.sha256(blob.encode()).hexdigest()[:24] + "-"


def frame_rate(attributes: Attributes) -> Fraction | None:
    """Frames in a second by Frame Time, else by the rate it should be shown at (PS3.3 C.7.6.5)."""
    time = _number(attributes, _FRAME_TIME)
    rates = [1000 / time if time else None, *(_number(attributes, tag) for tag in _RATES)]
    return next((rate for rate in rates if rate is not None and rate <= _FASTEST), None)


def frame_times(attributes: Attributes, count: int) -> list[Fraction]:
    """Seconds of each frame from the first: Frame Time Vector, else by `frame_rate`, else 10 in a second."""
    vector = attributes.get(_FRAME_TIMES)
    try:
        steps = [Fraction(str(value).strip()) / 1000 for value in vector.values] if vector else []
    except (ValueError, ZeroDivisionError):
        steps = []
    is_usable = len(steps) == count > 1 and all(Fraction(1, _FASTEST) <= step <= 60 for step in steps[1:])
    if is_usable:
        return list(accumulate(steps[1:], initial=Fraction(0)))
    rate = frame_rate(attributes) or _USUAL
    return [number / rate for number in range(count)]


def _number(attributes: Attributes, tag: Tag) -> Fraction | None:
    """A number above 0; what a DS or IS holds is read exactly."""
    attribute = attributes.get(tag)
    try:
        number = Fraction(str(attribute.first).strip()) if attribute is not None else None
    except (ValueError, ZeroDivisionError):
        return None
    return number if number is not None and number > 0 else None
