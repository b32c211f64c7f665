"""Video and cine: a stored stream as it is, everything else as an MP4 file (PS3.18 8.7.4)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from readingroom.model import StoredInstance
from readingroom.render import Presentation

from .media_types import CODESTREAM_TYPE, MP4, PLAYED_AS_STORED, video_types
from .negotiation import unchanged
from .ranges import answer_ranges
from .services import Services
from .streaming import CHUNK

_MP4_BOX = b"ftyp"
"""How a file of the MP4 container begins, after the length of the box (ISO/IEC 14496-12 4.3)."""


def cine_types(stored: StoredInstance) -> tuple[str, ...]:
    """What the frames of an image can be played as: MP4 for more than one; () for video."""
    is_still = not CODESTREAM_TYPE.get(stored.transfer_syntax_uid, "").startswith("video/")
    return (MP4,) if is_still and stored.number_of_frames > 1 else ()


def answer_video(
    services: Services,
    request: Request,
    stored: StoredInstance,
    media_type: str,
    presentation: Presentation,
) -> Response:
    """The video, whole or in ranges: players seek by them. presentation: of frames that are no video."""
    wish = "" if video_types(stored) else hashlib.sha256(repr(presentation).encode()).hexdigest()[:12]
    etag = f'"{stored.sha256[:32]}-{media_type.replace("/", "-")}{wish and "-"}{wish}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    if media_type != MP4 or _is_mp4_already(services, stored):
        return _stored(services, request, stored, media_type, headers)
    with services.videos.open(stored, presentation) as file:
        length = os.fstat(file.fileno()).st_size

    def read(start: int, stop: int) -> Iterator[bytes]:
        with services.videos.open(stored, presentation) as file:  # made anew if it had to go meanwhile
            file.seek(start)
            while start < stop and (piece := file.read(min(CHUNK, stop - start))):
                start += len(piece)
                yield piece

    return answer_ranges(request, read, length, headers, media_type)


def _is_mp4_already(services: Services, stored: StoredInstance) -> bool:
    if stored.transfer_syntax_uid not in PLAYED_AS_STORED:
        return False
    with services.frames.open(stored) as frames:
        return next(frames.video(), b"")[4:8] == _MP4_BOX


def _stored(
    services: Services, request: Request, stored: StoredInstance, media_type: str, headers: dict[str, str]
) -> Response:
    with services.frames.open(stored) as frames:
        length = frames.stored_length

    def read(start: int, stop: int) -> Iterator[bytes]:
        at = 0
        with services.frames.open(stored) as frames:
            for piece in frames.video():
                if at < stop and start < at + len(piece):
                    yield piece[max(0, start - at) : stop - at]
                at += len(piece)

    return answer_ranges(request, read, length, headers, media_type)
