"""Graphics and text of presentation states as values (PS3.3 C.10.5, C.10.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from .reference import Scope

Lab: TypeAlias = tuple[int, int, int]
"""CIELab as DICOM writes it: three times 16 bits (PS3.3 C.10.7.1.1)."""
Point: TypeAlias = tuple[float, float]
"""x (to the right), y (down)."""


class Units(Enum):
    """PIXEL: of the image, its left top corner 0, 0. DISPLAY: fractions of the displayed area."""

    PIXEL = "PIXEL"
    DISPLAY = "DISPLAY"


@dataclass(frozen=True, slots=True)
class Layer:
    """A Graphic Layer. order: higher is nearer to the eye. grey: P-Value of 16 bits. PS3.3 C.10.7."""

    name: str
    order: int
    grey: int | None = None
    lab: Lab | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A Line Style: thickness in unit lines, lab and opacity of what is on and off, dashes."""

    lab: Lab | None = None
    opacity: float = 1.0
    thickness: float = 1.0
    is_dashed: bool = False
    pattern: int = 0xFF00FF00
    off_lab: Lab | None = None
    off_opacity: float = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A Fill Style. is_stippled: `pattern` of 32 rows of 32 bits is laid over it."""

    lab: Lab | None = None
    opacity: float = 1.0
    pattern: bytes = b""
    off_lab: Lab | None = None
    off_opacity: float = 0.0


@dataclass(frozen=True, slots=True)
class Graphic:
    """A Graphic Object. kind: POINT, POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE. compound: see Compound."""

    kind: str
    units: Units
    points: tuple[Point, ...]
    is_filled: bool = False
    line: Line = Line()
    fill: Fill = Fill()
    compound: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A Text Object. box: two opposite corners. anchor: what it is about. lab: of the letters.

    justification: LEFT, CENTER or RIGHT. is_anchor_visible: a line leads from box to anchor.
    """

    text: str
    box: tuple[Point, Point] | None = None
    box_units: Units = Units.PIXEL
    justification: str = "LEFT"
    vertical: str = "TOP"
    anchor: Point | None = None
    anchor_units: Units = Units.PIXEL
    is_anchor_visible: bool = False
    lab: Lab | None = None
    is_bold: bool = False
    is_italic: bool = False
    is_underlined: bool = False
    compound: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick at `position`, from 0 (first point) to 1 (last point)."""

    position: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Compound:
    """A Compound Graphic (PS3.3 C.10.5.1.2). number: Graphics and Texts with it are its substitute."""

    kind: str
    number: int
    units: Units
    points: tuple[Point, ...]
    line: Line = Line()
    fill: Fill = Fill()
    is_filled: bool = False
    rotation: float = 0.0
    rotation_point: Point | None = None
    gap: float = 0.0
    diameter: float = 0.0
    tick_alignment: str = "CENTER"
    tick_label_alignment: str = "BOTTOM"
    shows_labels: bool = False
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """One Item of the Graphic Annotation Sequence: what is drawn in one layer over some images."""

    scope: Scope
    layer: str
    graphics: tuple[Graphic, ...] = ()
    texts: tuple[Text, ...] = ()
    compounds: tuple[Compound, ...] = ()
