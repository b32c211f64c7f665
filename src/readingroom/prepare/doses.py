"""What must be looked for in all pixels of an RT Dose."""

from __future__ import annotations

from typing import Final

from readingroom.errors import ReadingRoomError
from readingroom.model import StoredInstance

from .frames import FrameReader

_MOST_PIXELS: Final = 100_000_000


def highest_value(frames: FrameReader, stored: StoredInstance) -> float | None:
    """The highest stored value of all frames; None without pixels, with broken ones or above 100 million."""
    highest: float | None = None
    if not stored.number_of_frames:
        return None
    try:
        with frames.open(stored) as opened:
            d = opened.description
            if d.rows * d.columns * opened.count > _MOST_PIXELS:
                return None
            for number in range(1, opened.count + 1):
                value = float(opened.decoded(number).values.max())
                highest = value if highest is None else max(highest, value)
    except ReadingRoomError:  # the rest of the object can be told all the same
        return None
    return highest
