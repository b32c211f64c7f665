"""Text on a canvas."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from readingroom.pixels import Array

from .canvas import Canvas, Ink

_FACES: Final = ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "Arial")
_BOLD_FACES: Final = ("DejaVuSans-Bold", "NotoSans-Bold", "LiberationSans-Bold", "Arial Bold")
_WIDE_FACES: Final = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-zenhei.ttc",
    "msgothic.ttc",
)
_SLANT: Final = 0.2
_LEADING: Final = 1.2
_SMALLEST, _LARGEST = 6, 400

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def measure(lines: list[str], size: int, is_bold: bool = False) -> tuple[int, int]:
    """Width and height of lines of text in pixels."""
    width = max(sum(_length(font, run) for font, run in _runs(line, size, is_bold)) for line in lines)
    return max(1, round(width)), max(1, round(len(lines) * size * _LEADING))


def fitting_size(lines: list[str], box: tuple[float, float], usual: float, is_bold: bool = False) -> int:
    """The size, in pixels, that lets the lines fit a box (width, height), within reason around the usual."""
    size = int(min(max(min(box[1] / len(lines) / _LEADING, 3 * usual), _SMALLEST), _LARGEST))
    width = measure(lines, size, is_bold)[0]
    return max(int(min(size, size * box[0] / width)), min(_SMALLEST, size))


def write(
    canvas: Canvas,
    lines: list[str],
    at: tuple[float, float],
    size: int,
    ink: Ink,
    justification: str = "LEFT",
    turns: int = 0,
    is_bold: bool = False,
    is_italic: bool = False,
    is_underlined: bool = False,
) -> None:
    """Lines of text, the left top corner of what they take at `at`, turned by quarters clockwise."""
    letters = written(lines, size, justification, is_bold, is_underlined)
    if is_italic:
        letters = _slanted(letters)
    canvas.lay(np.rot90(letters, -turns), ink, 1.0, (round(at[0]), round(at[1])))


def written(
    lines: list[str],
    size: int,
    justification: str = "LEFT",
    is_bold: bool = False,
    is_underlined: bool = False,
) -> Array:
    """Lines of text as uint8 coverage (rows, columns) of the size that `measure` tells."""
    width, height = measure(lines, size, is_bold)
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        runs = _runs(line, size, is_bold)
        length = sum(_length(font, run) for font, run in runs)
        left = {"RIGHT": width - length, "CENTER": (width - length) / 2}.get(justification, 0.0)
        base = round(number * size * _LEADING + size * 0.95)
        x = left
        for font, run in runs:
            if isinstance(font, ImageFont.FreeTypeFont):
                pen.text((x, base), run, fill=255, font=font, anchor="ls")
            else:
                pen.text((x, base - size), run, fill=255, font=font)
            x += _length(font, run)
        if is_underlined:
            pen.line((left, base + 2, x, base + 2), fill=255, width=max(1, size // 14))
    return np.asarray(image)


def _slanted(letters: Array) -> Array:
    image = Image.fromarray(letters)
    extra = round(image.height * _SLANT)
    matrix = (1, _SLANT, -extra, 0, 1, 0)
    return np.asarray(image.transform((image.width + extra, image.height), Image.Transform.AFFINE, matrix))


def _runs(line: str, size: int, is_bold: bool) -> list[tuple[Font, str]]:
    """Pieces of a line, each with the first face that has its letters."""
    runs: list[tuple[Font, str]] = []
    for letter in line:
        font = _face_for(letter, size, is_bold)
        if runs and runs[-1][0] is font:
            runs[-1] = (font, runs[-1][1] + letter)
        else:
            runs.append((font, letter))
    return runs


@lru_cache(maxsize=4096)
def _face_for(letter: str, size: int, is_bold: bool) -> Font:
    fonts = _fonts(size, is_bold)
    for font in fonts:
        if letter.isspace() or not isinstance(font, ImageFont.FreeTypeFont):
            return font
        missing = bytes(font.getmask("\U0010fffe"))
        if bytes(font.getmask(letter)) != missing:
            return font
    return fonts[0]


@lru_cache(maxsize=64)
def _fonts(size: int, is_bold: bool) -> tuple[Font, ...]:
    """The faces of this machine, the one Pillow brings at the end: Latin letters are always there."""
    found: list[Font] = []
    names = (*(f"{name}.ttf" for name in (_BOLD_FACES if is_bold else _FACES)), *_WIDE_FACES)
    for name in names:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return (*found, ImageFont.load_default(size))


def _length(font: Font, text: str) -> float:
    return float(font.getlength(text))
