"""A sheet of paper in millimetres: what is to be drawn, before it is known in which form."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from readingroom.pixels import Array

Ink = tuple[int, int, int]


class Anchor(Enum):
    """Which end of a line of words stands at its place."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Stroke:
    """Lines of one ink. name: a word for what they are. lines: each (n, 2), x right and y down, in mm."""

    name: str
    lines: tuple[Array, ...]
    width: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text on its base line at (x, y); size: height of the face in mm."""

    text: str
    x: float
    y: float
    size: float
    ink: Ink
    anchor: Anchor = Anchor.START


@dataclass(slots=True)
class Sheet:
    """width, height: mm. What comes later lies above. Text holds only what can be printed.

    breaks: y at which a page may end, where a form has pages; running: what stands on each of several.
    """

    width: float
    height: float
    title: str
    marks: list[Stroke | Words] = field(default_factory=list)
    breaks: list[float] = field(default_factory=list)
    running: str = ""

    def stroke(self, name: str, lines: list[Array], width: float, ink: Ink) -> None:
        """Add lines, if there are any."""
        if lines:
            self.marks.append(Stroke(name, tuple(lines), width, ink))

    def write(
        self, text: str, x: float, y: float, size: float, ink: Ink, anchor: Anchor = Anchor.START
    ) -> None:
        """Add a line of text, a question mark for each letter that cannot be printed."""
        shown = "".join(letter if letter.isprintable() else "?" for letter in text)
        if shown:
            self.marks.append(Words(shown, x, y, size, ink, anchor))
