"""How long each frame of a multi-frame image is shown (PS3.3 C.7.6.5)."""

from __future__ import annotations

from math import isfinite

from readingroom.model import Attributes, Tag

_FRAME_TIME, _FRAME_TIME_VECTOR = 0x00181063, 0x00181065
_CINE_RATE, _DISPLAY_RATE = 0x00180040, 0x00082144
_OTHERWISE = 100.0
_LONGEST = 60_000.0


def frame_durations(attributes: Attributes, count: int) -> list[float]:
    """Milliseconds of each of `count` frames.

    By Frame Time Vector, whose increments lie before each frame, so that the last one lasts as long as the
    one before; else Frame Time, Recommended Display Frame Rate or Cine Rate; else a tenth of a second.
    """
    vector = _numbers(attributes, _FRAME_TIME_VECTOR)
    if len(vector) == count > 1 and all(0 < step <= _LONGEST for step in vector[1:]):
        return [*vector[1:], vector[-1]]
    for tag, is_rate in ((_FRAME_TIME, False), (_DISPLAY_RATE, True), (_CINE_RATE, True)):
        value = next(iter(_numbers(attributes, tag)), 0.0)
        milliseconds = 1000 / value if is_rate and value > 0 else value
        if 0 < milliseconds <= _LONGEST:
            return [milliseconds] * count
    return [_OTHERWISE] * count


def _numbers(attributes: Attributes, tag: Tag) -> list[float]:
    attribute = attributes.get(tag)
    found: list[float] = []
    for value in attribute.values if attribute is not None else ():
        try:
            number = float(value)
        except (TypeError, ValueError):
            return []
        if not isfinite(number):
            return []
        found.append(number)
    return found
