"""A `Sheet` as SVG, PNG and PDF."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .lettering import measure, written
from .presentation import MAX_PICTURE_PIXELS
from .sheet import Anchor, Sheet, Stroke, Words

_FACES: Final = "DejaVu Sans, Noto Sans, Liberation Sans, Arial, sans-serif"
_DENSITY: Final = 8.0
"""Pixels for a millimetre when no size is asked for, so that the grid falls on whole pixels."""
_TALLEST: Final = 297.0
_PAGE, _RUNNING_HEAD, _FOOT, _MARGIN = 210.0, 13.0, 8.0, 15.0
"""mm: the highest sheet that is one page; height of pages of a higher one, room on them above and below."""
_SMOOTHED: Final = 24_000_000
"""Pixels up to which a picture is drawn at twice its size and reduced."""


def svg_of(sheet: Sheet) -> bytes:
    """An SVG 1.1 document whose user unit is the millimetre; text is escaped."""
    size = f'width="{sheet.width:g}mm" height="{sheet.height:g}mm"'
    box = f'viewBox="0 0 {sheet.width:g} {sheet.height:g}"'
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="{_FACES}">\n'
        f"<title>{escape(sheet.title)}</title>\n"
        '<rect width="100%" height="100%" fill="#fff"/>\n'
    ]
    parts += [_svg_stroke(mark) if isinstance(mark, Stroke) else _svg_words(mark) for mark in sheet.marks]
    return "".join([*parts, "</svg>\n"]).encode()


def _svg_stroke(stroke: Stroke) -> str:
    way = "".join(
        "M" + "L".join(f"{x:.3f},{y:.3f}" for x, y in line.tolist()) for line in stroke.lines if len(line)
    )
    style = f'stroke="{_hex(stroke.ink)}" stroke-width="{stroke.width:g}" stroke-linejoin="round"'
    return f'<path class="{escape(stroke.name)}" fill="none" {style} d="{way}"/>\n'


def _svg_words(words: Words) -> str:
    place = f'x="{words.x:.3f}" y="{words.y:.3f}" font-size="{words.size:g}" fill="{_hex(words.ink)}"'
    anchor = f' text-anchor="{words.anchor.value}"' if words.anchor is not Anchor.START else ""
    return f"<text {place}{anchor}>{escape(words.text)}</text>\n"


def _hex(ink: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*ink)


def png_of(sheet: Sheet, viewport: tuple[int, int] | None = None) -> bytes:
    """A PNG fitted into viewport (width, height in pixels); 8 pixels to the millimetre without one.

    Raises Invalid for a viewport in which nothing can be drawn, or of more than MAX_PICTURE_PIXELS.
    """
    density = _DENSITY
    if viewport is not None:
        density = min(viewport[0] / sheet.width, viewport[1] / sheet.height)
    width, height = round(sheet.width * density), round(sheet.height * density)
    if min(width, height) < 1 or width * height > MAX_PICTURE_PIXELS:
        raise Invalid(f"A picture of {width} by {height} pixels.", parameter="viewport")
    times = 2 if width * height <= _SMOOTHED else 1
    image = Image.new("RGB", (width * times, height * times), "white")
    pen = ImageDraw.Draw(image)
    for mark in sheet.marks:
        if isinstance(mark, Stroke):
            _draw(pen, mark, density * times)
        else:
            _letter(image, mark, density * times)
    if times > 1:
        image = image.reduce(times)
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(density * 25.4, density * 25.4))
    return file.getvalue()


def _draw(pen: ImageDraw.ImageDraw, stroke: Stroke, density: float) -> None:
    width = max(1, round(stroke.width * density))
    for line in stroke.lines:
        if len(line) > 1:
            pen.line([(x, y) for x, y in (line * density).tolist()], stroke.ink, width, joint="curve")


def _letter(image: Image.Image, words: Words, density: float) -> None:
    size = round(words.size * density)
    if size < 3:
        return
    letters = Image.fromarray(written([words.text], size))
    left = words.x * density - (measure([words.text], size)[0] if words.anchor is Anchor.END else 0)
    image.paste(words.ink, (round(left), round(words.y * density - size * 0.95)), letters)


def pdf_of(sheet: Sheet) -> bytes:
    """A PDF in lines and letters, in millimetres; the same bytes each time.

    One page of the sheet's size, or, of a sheet higher than A4, pages of 210 mm that end at its breaks.
    """
    file = io.BytesIO()
    page = Canvas(file, invariant=1, pageCompression=1)
    page.setTitle(sheet.title)
    parts = _parts(sheet)
    for number, (top, bottom) in enumerate(parts):
        height = sheet.height if len(parts) == 1 else _PAGE
        head = _RUNNING_HEAD if number else 0.0
        page.setPageSize((sheet.width * mm, height * mm))
        page.setLineJoin(1)
        page.saveState()
        if len(parts) > 1:
            window = page.beginPath()
            window.rect(0, (height - head - (bottom - top)) * mm, sheet.width * mm, (bottom - top) * mm)
            page.clipPath(window, stroke=0)
        for mark in sheet.marks:
            if _reaches(mark, top, bottom):
                _put(page, mark, height - head + top)
        page.restoreState()
        if len(parts) > 1:
            _put(page, Words(sheet.running, _MARGIN, 9.0 if number else 207.0, 3.6, (0, 0, 0)), height)
            told = f"page {number + 1} of {len(parts)}"
            _put(page, Words(told, sheet.width - 7.0, 207.0, 3.0, (0, 0, 0), Anchor.END), height)
        page.showPage()
    page.save()
    return file.getvalue()


def _parts(sheet: Sheet) -> list[tuple[float, float]]:
    """Top and bottom of each page, in the sheet."""
    parts, top = [], 0.0
    while sheet.height > _TALLEST and sheet.height - top > (
        room := _PAGE - _FOOT - (_RUNNING_HEAD if top else 0)
    ):
        bottom = max((one for one in sheet.breaks if top < one <= top + room), default=top + room)
        parts.append((top, bottom))
        top = bottom
    return [*parts, (top, sheet.height)]


def _reaches(mark: Stroke | Words, top: float, bottom: float) -> bool:
    if isinstance(mark, Words):
        return top <= mark.y - mark.size / 2 < bottom
    ends = [(float(line[:, 1].min()), float(line[:, 1].max())) for line in mark.lines if len(line)]
    return any(low <= bottom and high >= top for low, high in ends)


def _put(page: Canvas, mark: Stroke | Words, height: float) -> None:
    """height: mm from y = 0 of the sheet down to the lower edge of the page."""
    color = [part / 255 for part in mark.ink]
    if isinstance(mark, Stroke):
        page.setStrokeColorRGB(*color)
        page.setLineWidth(mark.width * mm)
        page.drawPath(_pdf_path(page, mark.lines, height))
        return
    page.setFillColorRGB(*color)
    page.setFont(_pdf_face(), mark.size * mm)
    put = page.drawRightString if mark.anchor is Anchor.END else page.drawString
    put(mark.x * mm, (height - mark.y) * mm, mark.text)


def _pdf_path(page: Canvas, lines: tuple[Array, ...], height: float) -> object:
    path = page.beginPath()
    for line in lines:
        points = (np.array([0.0, height]) + line * np.array([1.0, -1.0])) * mm
        for at, (x, y) in enumerate(points.tolist()):
            (path.lineTo if at else path.moveTo)(x, y)
    return path


@cache
def _pdf_face() -> str:
    """A face of this machine with many letters, else one that every reader of PDF has, with Latin-1."""
    for name in ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular"):
        try:
            pdfmetrics.registerFont(TTFont(name, str(ImageFont.truetype(f"{name}.ttf").path)))
        except (OSError, TTFError):
            continue
        return name
    return "Helvetica"
