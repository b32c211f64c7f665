"""Video of stored instances, for viewers that play MP4."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from readingroom.model import Attributes, StoredInstance, Tag
from readingroom.pixels import video_as_mp4

from .frames import FrameReader

_FRAME_TIME, _RATES = 0x00181063, (0x00082144, 0x00180040)  # Recommended Display Frame Rate, Cine Rate
_FASTEST = 1000


def write_mp4(frames: FrameReader, stored: StoredInstance, target: Path) -> None:
    """Write an instance's video to `target` as MP4 with H.264, copied where it is that, else converted.

    Raises as `FrameReader.open` and `pixels.video_as_mp4`.
    """
    with frames.open(stored) as opened:
        rate = frame_rate(opened.attributes)
        video_as_mp4(opened.video(), opened.description, target, frame_rate=rate)


def frame_rate(attributes: Attributes) -> Fraction | None:
    """Frames in a second by Frame Time, else by the rate it should be shown at (PS3.3 C.7.6.5)."""
    time = _number(attributes, _FRAME_TIME)
    rates = [1000 / time if time else None, *(_number(attributes, tag) for tag in _RATES)]
    return next((rate for rate in rates if rate is not None and rate <= _FASTEST), None)


def _number(attributes: Attributes, tag: Tag) -> Fraction | None:
    """A number above 0; what a DS or IS holds is read exactly."""
    attribute = attributes.get(tag)
    try:
        number = Fraction(str(attribute.first).strip()) if attribute is not None else None
    except (ValueError, ZeroDivisionError):
        return None
    return number if number is not None and number > 0 else None
