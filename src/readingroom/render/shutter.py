"""Display shutters: what is not to be seen (PS3.3 C.7.6.11, C.7.6.15, C.7.6.27)."""

from __future__ import annotations

from dataclasses import dataclass

from .annotation import Lab


@dataclass(frozen=True, slots=True)
class Shutter:
    """What is left open; given shapes are intersected.

    rectangle: left, right, upper and lower edge in columns and rows from 1. circle: row, column, radius.
    polygon: (row, column) vertices. group: the overlay whose bits close. grey: P-Value of 16 bits of
    what is closed; lab: its colour.
    """

    rectangle: tuple[int, int, int, int] | None = None
    circle: tuple[int, int, int] | None = None
    polygon: tuple[tuple[int, int], ...] = ()
    group: int | None = None
    grey: int = 0
    lab: Lab | None = None
