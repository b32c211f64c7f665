"""MPEG-2, H.264 and HEVC (PS3.5 8.2.5 to 8.2.8): single frames, and MP4 for browsers.

All frames of an object are one stream. ffmpeg opens it in a process of its own (`video_process`), which costs
about half a second and a copy of the stream on disk; neither the GIL nor the server's memory is involved.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np

from readingroom.errors import Invalid, Unavailable, Unsupported

from .cells import Array
from .description import PixelDescription
from .frame import Frame
from .native import Buffer
from .syntaxes import VIDEO_FORMS

_NO_ROOM = 3  # how the program ends then
_PROGRAM: Final = Path(__file__).with_name("video_process.py")
_FRAME_SECONDS: Final = 60
_MP4_SECONDS: Final = 3600
_LARGEST_GROWTH: Final = 16
_LEAST_ROOM: Final = 1 << 30
_MOST_BYTES: Final = 8 << 30
_TICKS: Final = 90_000


@dataclass(frozen=True, slots=True)
class Mp4:
    """How an MP4 file was made. codec: "h264" or "hevc". copied: the stream is the stored one, unchanged."""

    codec: str
    copied: bool


def decode_video_frame(
    stream: Iterable[Buffer], description: PixelDescription, number: int, seconds: int = _FRAME_SECONDS
) -> Frame:
    """Frame `number` (from 1) of the stream, in RGB.

    stream: its bytes in pieces, in order. All frames before it are decoded. seconds: of processor time.
    Raises Invalid when the stream is broken, not as described, has fewer frames or takes too long,
    Unsupported for what is not video.
    """
    with tempfile.TemporaryDirectory(prefix="readingroom-video-") as folder:
        target = Path(folder) / "frame"
        wanted = {"verb": "frame", "number": number, "bits": description.bits_allocated}
        _run(stream, description, folder, target, wanted, seconds)
        flat = np.fromfile(target, "<u2" if description.bits_allocated > 8 else np.uint8)
    if flat.size != description.rows * description.columns * 3:
        raise Invalid("The video frame has not the described size.")
    values = flat.reshape(description.rows, description.columns, 3)
    if description.bits_allocated > 8:
        values = values >> (16 - description.bits_stored)
    return Frame(values, "RGB")


def video_as_mp4(
    stream: Iterable[Buffer],
    description: PixelDescription,
    target: Path,
    *,
    frame_rate: Fraction | None = None,
    plays: Sequence[str] = ("h264",),
    seconds: int = _MP4_SECONDS,
    progress: Path | None = None,
) -> Mp4:
    """Write the video as an MP4 file whose index comes first, so that a browser can start and seek at once.

    frame_rate: of Frame Time or Cine Rate, for streams that say nothing of it. plays: codecs the viewer
    needs not have converted ("hevc" too where it plays that); a stream in one of them is copied, others
    become H.264, with loss; how many frames are done is then written to `progress` now and then. Sound is
    kept where it is AAC or MP3 and the stream is copied. Takes from half a second for a copy to some times
    the length of the video. Errors as for `decode_video_frame`.
    """
    wanted: dict[str, Any] = {
        "verb": "mp4",
        "plays": list(plays),
        "frame_rate": str(frame_rate) if frame_rate else "",
    }
    wanted["progress"] = str(progress or "")
    with tempfile.TemporaryDirectory(prefix="readingroom-video-", dir=target.parent) as folder:
        answer = _run(stream, description, folder, target, wanted, seconds)
    return Mp4(answer["codec"], answer["copied"])


def pictures_as_mp4(
    pictures: Iterable[tuple[Fraction, Array]],
    target: Path,
    frame_rate: Fraction,
    seconds: int = _MP4_SECONDS,
) -> int:
    """Write pictures as an MP4 file with H.264, with loss; how many there were is returned.

    pictures: seconds from the first, ascending, and uint8 samples, (rows, columns) or (rows, columns, 3) in
    RGB, all of one shape. frame_rate: the usual one. Raises Invalid when the encoder fails or takes longer
    than `seconds` of processor time.
    """
    waiting = iter(pictures)
    first = next(waiting, None)
    if first is None:
        raise Invalid("There are no pictures to make a video of.")
    shape = first[1].shape
    request = {
        "verb": "cine", "target": str(target), "rows": shape[0], "columns": shape[1],
        "samples": 1 if len(shape) == 2 else shape[2], "frame_rate": str(frame_rate),
        "seconds": seconds, "bytes": _MOST_BYTES,
    }  # fmt: skip
    command = [sys.executable, "-I", str(_PROGRAM), json.dumps(request)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        try:
            for time, picture in chain([first], waiting):
                if picture.shape != shape or picture.dtype != np.uint8:
                    raise Invalid("The pictures of a video must have one size.")
                process.stdin.write(struct.pack("<Q", round(time * _TICKS)))
                process.stdin.write(np.ascontiguousarray(picture).data)
            out, error = process.communicate(timeout=seconds)
        except BrokenPipeError:  # it ended early, and says why
            process.stdin = None
            out, error = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        said = error.decode(errors="replace").strip().splitlines()
        _check_room(process.returncode)
        raise Invalid(f"The video cannot be made: {said[-1][:300] if said else process.returncode}")
    return int(json.loads(out)["frames"])


def _run(
    stream: Iterable[Buffer],
    description: PixelDescription,
    folder: str,
    target: Path,
    wanted: dict[str, Any],
    seconds: int,
) -> dict[str, Any]:
    """Hand the request to the process and judge how it ended."""
    if description.transfer_syntax_uid not in VIDEO_FORMS:
        raise Unsupported("This object holds no video.", uid=description.transfer_syntax_uid)
    source = Path(folder) / "stream"
    with source.open("wb") as out:
        for piece in stream:
            out.write(piece)
    room = max(_LEAST_ROOM, _LARGEST_GROWTH * source.stat().st_size)
    request = {
        **wanted,
        "source": str(source),
        "target": str(target),
        "rows": description.rows,
        "columns": description.columns,
        "seconds": seconds,
        "bytes": room,
    }
    command = [sys.executable, "-I", str(_PROGRAM), json.dumps(request)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=4 * seconds + 30, check=False
        )
    except subprocess.TimeoutExpired:
        raise Invalid("The video takes too long to decode.") from None
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    said = done.stderr.decode(errors="replace").strip().splitlines()
    _check_room(done.returncode)
    why = said[-1][:300] if said and done.returncode == 2 else f"its decoder ended with {done.returncode}"
    raise Invalid(f"The video cannot be decoded: {why}")


def _check_room(code: int) -> None:
    if code == _NO_ROOM:
        raise Unavailable("There is no room on the disk to make a video.")
