"""How the series of a study are laid out when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HangingCondition:
    """What a study must be like. attribute: one of ATTRIBUTES. test: one of TESTS.

    values: one of them must pass. "at_least" has one whole number, "any" has none.
    """

    attribute: str
    test: str
    values: tuple[str, ...] = ()


ATTRIBUTES = (
    *("modality", "body_part", "description", "laterality", "view", "procedure", "priors", "comparable"),
    "species",
)
COUNTED = ("priors", "comparable")
"""Earlier studies, and those of them of the same kind and body part."""
SEQUENCES = ("T1", "T2", "FLAIR", "STIR", "PD", "DWI", "ADC", "SWI")
TESTS = ("is", "contains", "words", "at_least", "any")
PLANES = ("ax", "cor", "sag")
ROLES = ("", "current", "prior", "navigation")
MOST_SIDE = 5
"""Rows, and columns, of a grid."""
MOST_SCREENS = 8
MOST_FALLBACKS = 8
MOST_CONDITIONS = 20
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Selector:
    """Which series or image. study: 0 for the one that is opened, n for its nth prior, the newest first.

    Empty texts and None ask for nothing. description: contained, without case. number: Series Number.
    place: 1 for the first that fits, 2 for the second. sequence: of MR, one of SEQUENCES. like: what is most
    like what hangs in that cell of the screen, from 1; 0 asks for nothing.
    """

    study: int = 0
    modality: str = ""
    description: str = ""
    body_part: str = ""
    orientation: str = ""
    laterality: str = ""
    view: str = ""
    contrast: bool | None = None
    number: int | None = None
    place: int = 1
    sequence: str = ""
    like: int = 0


@dataclass(frozen=True, slots=True)
class Show:
    """What is done with it. window: centre and width, in the units of the modality.

    preset: "acquired" or "full". size: "fit", "true" or empty. plane: one of PLANES for a cut through the
    volume, "3d", or empty. over: the modality that is laid over. slab: mode (max, min, mean) and mm.
    flip: "h", "v". justify: the edge of the cell at which the image stands, "left", "right".
    """

    window: tuple[float, float] | None = None
    preset: str = ""
    size: str = ""
    plane: str = ""
    over: str = ""
    slab: tuple[str, float] | None = None
    tiles: int = 1
    cine: bool = False
    flip: str = ""
    inverted: bool = False
    colour: str = ""
    justify: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid. pick: the first selector that finds something holds; () leaves it empty."""

    pick: tuple[Selector, ...] = ()
    show: Show = Show()


@dataclass(frozen=True, slots=True)
class Screen:
    """What hangs in one window. role: which window, see ROLES. cells: rows * columns, in reading order."""

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A hanging protocol: it is for studies that pass all conditions."""

    name: str
    conditions: tuple[HangingCondition, ...]
    screens: tuple[Screen, ...]
    linked: bool = False

    def values_of(self, attribute: str) -> Iterator[str]:
        """Values of the conditions on an attribute that ask for equality."""
        for condition in self.conditions:
            if condition.attribute == attribute and condition.test == "is":
                yield from condition.values

    @property
    def priors(self) -> int:
        """How many prior studies hang, or must be there."""
        hung = [s.study for screen in self.screens for cell in screen.cells for s in cell.pick]
        asked = [int(c.values[0]) for c in self.conditions if c.attribute in COUNTED and c.values]
        return max([0, *hung, *asked])
