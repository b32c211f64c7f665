"""Words about patient and technique in a corner of a picture (PS3.18 8.3.5.1.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from readingroom.model import Attributes, Tag

from .numbers import text
from .presentation import Picture

CAPTIONS: Final = ("patient", "technique")
"""What `captioned` can draw, as the standard spells it."""

_PATIENT: Final = (("", 0x00100010), ("", 0x00100020), ("", 0x00100030), ("", 0x00100040))
_TECHNIQUE: Final = (
    ("", 0x00080060),  # Modality
    ("", 0x00080020),  # Study Date
    ("", 0x0008103E),  # Series Description
    ("Image ", 0x00200013),
    ("mm ", 0x00180050),  # Slice Thickness
    ("kV ", 0x00180060),
    ("mA ", 0x00181151),
    ("TR ", 0x00180080),
    ("TE ", 0x00180081),
)
_SMALLEST, _LARGEST, _LINES = 9, 40, 36
_LONGEST = 64


def captioned(picture: Picture, attributes: Attributes, captions: frozenset[str]) -> Picture:
    """The picture with patient (left top) and technique (left bottom) in white with a black rim.

    attributes: with what holds for the frame. Only characters that the bundled font has are drawn; a
    question mark stands for others. captions: of CAPTIONS.
    """
    if not captions:
        return picture
    image = Image.fromarray(np.ascontiguousarray(picture.pixels))
    size = max(_SMALLEST, min(_LARGEST, image.height // _LINES))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    if "patient" in captions:
        _write(draw, font, (size // 2, size // 2), "la", _lines(attributes, _PATIENT))
    if "technique" in captions:
        place = (size // 2, image.height - size // 2)
        _write(draw, font, place, "ld", _lines(attributes, _TECHNIQUE))
    return replace(picture, pixels=np.asarray(image))


def _write(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    place: tuple[int, int],
    anchor: str,
    words: str,
) -> None:
    white, black = (255, 0) if draw.mode == "L" else ((255, 255, 255), (0, 0, 0))
    draw.multiline_text(place, words, white, font, anchor, stroke_width=1, stroke_fill=black)


def _lines(attributes: Attributes, table: tuple[tuple[str, Tag], ...]) -> str:
    found = ((before, _shown(text(attributes, tag), tag)) for before, tag in table)
    return "\n".join(before + words for before, words in found if words)


def _shown(words: str, tag: Tag) -> str:
    if tag == 0x00100010:
        words = words.partition("=")[0].replace("^", " ").strip()
    return "".join(
        letter if letter.isprintable() and ord(letter) < 0x180 else "?" for letter in words[:_LONGEST]
    )
