"""What a caller asks of a picture, and the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .state import PresentationState
from .window import Window

MAX_PICTURE_PIXELS: Final = 100_000_000
"""A larger picture is refused before anything is allocated."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the image in its own pixels: the left top pixel is 0, 0. Raises Invalid when empty."""

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.left < 0 or self.top < 0 or self.width < 1 or self.height < 1:
            raise Invalid("A region needs a corner inside the image, a width and a height.")


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a frame.

    window: instead of what is stored; ignored for colour. region: the part to show. viewport: (width,
    height) in pixels that the picture is scaled to fit, up or down, keeping its shape; None keeps the
    stored size. is_inverted: swap black and white. flips apply after the region is cut.
    keeps_aspect: stretch the coarser axis so that pixels of the picture are square.

    state: a presentation state to apply; `window` still wins over its VOI. It says which area is shown and
    how it is turned; a region is then of the picture it makes, in pixels, and flips come on top of its own.
    screen_spacing: mm from pixel to pixel on the screen, for TRUE SIZE. draws_annotations: False leaves
    out graphics, text and overlays. is_grey: True keeps a grey image grey, layers are drawn in their grey.
    overlays, shows_shutter: without a state, the image's own; overlays are named by their groups.
    subtracts: without a state, whether the image's own mask is taken away; None where it recommends so.
    difference_window: of frames that are, instead of one over their values; `window` wins.
    """

    window: Window | None = None
    region: Region | None = None
    viewport: tuple[int, int] | None = None
    is_inverted: bool = False
    is_flipped_horizontally: bool = False
    is_flipped_vertically: bool = False
    keeps_aspect: bool = True
    state: PresentationState | None = None
    screen_spacing: float | None = None
    draws_annotations: bool = True
    is_grey: bool = False
    overlays: frozenset[int] = frozenset()
    shows_shutter: bool = False
    subtracts: bool | None = None
    difference_window: Window | None = None

    def __post_init__(self) -> None:
        if self.viewport and not (
            min(self.viewport) >= 1 and self.viewport[0] * self.viewport[1] <= MAX_PICTURE_PIXELS
        ):
            raise Invalid(f"A viewport of {self.viewport[0]} x {self.viewport[1]} pixels is not possible.")


@dataclass(frozen=True, slots=True)
class Picture:
    """Ready for a screen.

    pixels: uint8, (height, width) grey or (height, width, 3) RGB. window: the window that made the greys,
    None for colour and where a VOI LUT did. is_subtracted: whether they are differences to a mask.
    """

    pixels: Array
    window: Window | None
    is_subtracted: bool = False
