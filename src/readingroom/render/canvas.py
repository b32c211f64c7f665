"""A picture that is drawn upon."""

from __future__ import annotations

from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .annotation import Lab, Layer
from .lab import rgb_of_lab

Ink = tuple[int, int, int]
_WHITE: Final[Ink] = (255, 255, 255)
_MOST_DRAWN: Final = 500_000_000.0


class Canvas:
    """uint8 pixels, grey until the first colour is laid on, then RGB. is_grey: inks become grey instead."""

    def __init__(self, pixels: Array, is_grey: bool) -> None:
        self.pixels = np.array(pixels)
        self._keeps_grey = is_grey and pixels.ndim == 2
        self._left = _MOST_DRAWN + 20.0 * self.size[0] * self.size[1]

    def spend(self, pixels: float) -> None:
        """Note work to be done. Raises Invalid when a state asks for more than a picture is worth."""
        self._left -= pixels
        if self._left < 0:
            raise Invalid("The presentation state has more graphics than can be drawn.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def ink(self, layer: Layer | None, lab: Lab | None = None) -> Ink:
        """The colour to draw with: the object's own, else its layer's, else white.

        On a picture that stays grey: the layer's grey, else the lightness of the colour.
        """
        if self._keeps_grey:
            if layer is not None and layer.grey is not None and lab is None:
                return (_eight(layer.grey),) * 3
            own = lab or (layer.lab if layer else None)
            return (_eight(own[0]),) * 3 if own else _WHITE
        own = lab or (layer.lab if layer else None)
        if own is not None:
            return rgb_of_lab(own)
        return (_eight(layer.grey),) * 3 if layer is not None and layer.grey is not None else _WHITE

    def lay(self, coverage: Array, ink: Ink, opacity: float = 1.0, at: tuple[int, int] = (0, 0)) -> None:
        """Mix `ink` in where uint8 `coverage` (rows, columns) says, its left top corner at x, y.

        What reaches beyond the picture is cut.
        """
        left, top = max(0, at[0]), max(0, at[1])
        right = min(self.size[0], at[0] + coverage.shape[1])
        bottom = min(self.size[1], at[1] + coverage.shape[0])
        if right <= left or bottom <= top or opacity <= 0:
            return
        if self.pixels.ndim == 2 and len(set(ink)) > 1:
            self.pixels = np.repeat(self.pixels[..., None], 3, axis=2)
        self.spend((right - left) * (bottom - top))
        cut = coverage[top - at[1] : bottom - at[1], left - at[0] : right - at[0]]
        part = self.pixels[top:bottom, left:right]
        touched = cut > 0
        share = cut[touched] * (opacity / 255)
        color = np.array(ink[:1] if part.ndim == 2 else ink, np.float64)
        share = share if part.ndim == 2 else share[:, None]
        part[touched] = np.rint(part[touched] * (1 - share) + color * share).astype(np.uint8)


def _eight(value: int) -> int:
    return round(value * 255 / 65535)
