"""RT Structure Sets in short (PS3.3 C.8.8.5, C.8.8.6, C.8.8.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readingroom.model import Attributes

from .contours import Contours, read_contours
from .numbers import decimals, items, text
from .summary import Block, Cell, Column, Heading, Note, facts, measured, number, referenced, table, when
from .summary import words as said

_ROIS, _CONTOURS, _OBSERVATIONS = 0x30060020, 0x30060039, 0x30060080
_NUMBER, _NAME, _REFERENCED, _COLOR = 0x30060022, 0x30060026, 0x30060084, 0x3006002A
_MOST_ROIS: Final = 2000


def structures_summary(attributes: Attributes) -> Iterator[Block]:
    """The set, and each ROI with colour, interpreted type, contours and volume."""
    yield facts(
        (
            ("Structure set label", said(0x30060002)(attributes)),
            ("Name", said(0x30060004)(attributes)),
            ("Description", said(0x30060006)(attributes)),
            ("Drawn", when(0x30060008, 0x30060009)(attributes)),
            ("Approval", said(0x300E0002)(attributes)),
            *referenced(attributes, 0x300C0002, "Plan"),
        )
    )
    found = {text(roi, _REFERENCED): roi for roi in items(attributes, _CONTOURS)[:_MOST_ROIS]}
    drawn = {key: read_contours(roi) for key, roi in found.items()}
    observed = {text(one, _REFERENCED): one for one in items(attributes, _OBSERVATIONS)}
    columns: tuple[Column, ...] = (
        ("No.", number(_NUMBER)),
        ("Name", lambda roi: Cell(text(roi, _NAME), _color(found.get(text(roi, _NUMBER))))),
        ("Interpreted type", lambda roi: text(observed.get(text(roi, _NUMBER), {}), 0x300600A4)),
        ("Contours", lambda roi: _counted(drawn.get(text(roi, _NUMBER)))),
        ("Planes", lambda roi: _planes(drawn.get(text(roi, _NUMBER)))),
        ("Volume", lambda roi: _volume(drawn.get(text(roi, _NUMBER)))),
        ("Volume as stored", number(0x3006002C, "ml")),
        ("Made by", said(0x30060036)),
        ("Description", said(0x30060028)),
    )
    rois = table(columns, items(attributes, _ROIS)[:_MOST_ROIS])
    if rois is None:
        return
    yield Heading("Regions of interest")
    yield rois
    if any(one.volume is not None for one in drawn.values()):
        yield Note(
            "Volume: the sum of the areas of the closed contours times the usual distance between their"
            " planes; a contour inside of another one is a hole."
        )


def roi_names(attributes: Attributes) -> dict[int, tuple[str, tuple[int, int, int] | None]]:
    """Name and colour of each ROI of a structure set, by ROI Number."""
    colors = {text(roi, _REFERENCED): _color(roi) for roi in items(attributes, _CONTOURS)[:_MOST_ROIS]}
    named = {}
    for roi in items(attributes, _ROIS)[:_MOST_ROIS]:
        for key in decimals(roi, _NUMBER)[:1]:
            named[int(key)] = (text(roi, _NAME), colors.get(text(roi, _NUMBER)))
    return named


def _color(roi: Attributes | None) -> tuple[int, int, int] | None:
    parts = [int(part) for part in decimals(roi, _COLOR)] if roi is not None else []
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        return None
    return parts[0], parts[1], parts[2]


def _counted(drawn: Contours | None) -> str:
    if drawn is None:
        return ""
    return ", ".join(f"{count} {kind}" for kind, count in drawn.kinds)


def _planes(drawn: Contours | None) -> str:
    if drawn is None or not drawn.planes:
        return ""
    return f"{drawn.planes}" + (f", {measured([drawn.spacing])} mm apart" if drawn.spacing else "")


def _volume(drawn: Contours | None) -> str:
    return "" if drawn is None or drawn.volume is None else f"{drawn.volume:.3f} ml"
