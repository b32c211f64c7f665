"""Area, pixel shape, turns and scale: from the frame's raster to the picture's (PS3.3 C.10.4, C.10.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .numbers import decimals, text
from .presentation import MAX_PICTURE_PIXELS, Presentation, Region
from .reference import in_scope
from .segments import is_label_map
from .state import DisplayedArea, PresentationState, SizeMode
from .viewing_mode import may_subtract

_SPACINGS: Final = (0x00280030, 0x00181164, 0x00182010)
"""Pixel Spacing, Imager Pixel Spacing, Nominal Scanned Pixel Spacing: row distance, column distance."""
_PIXEL_ASPECT_RATIO: Final = 0x00280034
_SOP_INSTANCE: Final = 0x00080018
_MOST_OBLONG: Final = 20.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lies in its picture.

    left, top, width, height: what is shown, in pixels of the image, its left top corner 0, 0; it may reach
    beyond the image. turns: quarters clockwise; flips come after. size: width and height of the picture.
    area: left, top, width, height of what DISPLAY units count in.
    """

    left: float
    top: float
    width: float
    height: float
    size: tuple[int, int]
    area: tuple[float, float, float, float]
    turns: int = 0
    is_flipped_horizontally: bool = False
    is_flipped_vertically: bool = False

    @property
    def unturned_size(self) -> tuple[int, int]:
        """The picture's size before it is turned."""
        return (self.size[1], self.size[0]) if self.turns % 2 else self.size

    def to_picture(self, points: Array) -> Array:
        """Image coordinates (n, 2) as picture coordinates, both x, y from the left top corner."""
        shown = (np.asarray(points, np.float64) - (self.left, self.top)) / (self.width, self.height)
        return self._turned(shown) * self.size

    def display_to_picture(self, points: Array) -> Array:
        """Fractions of the displayed area as picture coordinates."""
        left, top, width, height = self.area
        return self.to_picture(self._unturned(np.asarray(points, np.float64)) * (width, height) + (left, top))

    def _turned(self, shares: Array) -> Array:
        for _ in range(self.turns):
            shares = np.stack([1 - shares[:, 1], shares[:, 0]], axis=1)
        return self._flipped(shares)

    def _unturned(self, shares: Array) -> Array:
        shares = self._flipped(shares)
        for _ in range(self.turns):
            shares = np.stack([shares[:, 1], 1 - shares[:, 0]], axis=1)
        return shares

    def _flipped(self, shares: Array) -> Array:
        x, y = shares[:, 0], shares[:, 1]
        x = 1 - x if self.is_flipped_horizontally else x
        return np.stack([x, 1 - y if self.is_flipped_vertically else y], axis=1)


def aspect_ratio(attributes: Attributes) -> float:
    """Height of a pixel over its width; 1 when nothing, or nothing sensible, is said.

    Spacings come first, as Pixel Aspect Ratio is only for objects without (PS3.3 C.7.6.3.1.7).
    """
    for tag in (*_SPACINGS, _PIXEL_ASPECT_RATIO):
        pair = decimals(attributes, tag)
        if len(pair) >= 2 and min(pair[:2]) > 0:
            ratio = pair[0] / pair[1]
            return ratio if 1 / _MOST_OBLONG <= ratio <= _MOST_OBLONG else 1.0
    return 1.0


def placement(
    description: PixelDescription, attributes: Attributes, presentation: Presentation, frame_number: int = 1
) -> Placement:
    """Where the image lies in the picture that is asked for.

    With a presentation state: its displayed area, rotation and flip first; a region is then of the picture
    that makes (PS3.18 8.3.5.1). Raises Invalid when the region leaves the image or that picture, or the
    picture would exceed MAX_PICTURE_PIXELS.
    """
    state = presentation.state
    area = _area_of(state, attributes, frame_number)
    shown = (0.0, 0.0, float(description.columns), float(description.rows))
    if area is not None:
        (left, right), (top, bottom) = (
            sorted(pair) for pair in zip(area.top_left, area.bottom_right, strict=True)
        )
        shown = (left - 1.0, top - 1.0, right - left + 1.0, bottom - top + 1.0)
    scale = _scale(area, attributes, presentation)
    turns = state.rotation // 90 if state else 0
    is_flipped = state is not None and state.is_flipped
    whole = Placement(*shown, (1, 1), shown, turns, is_flipped)
    if presentation.region is not None:
        shown = _cut(whole, scale, presentation, presentation.region)
    size = _size(shown[2] * scale[0], shown[3] * scale[1], turns, presentation.viewport)
    across = is_flipped != presentation.is_flipped_horizontally
    return Placement(*shown, size, whole.area, turns, across, presentation.is_flipped_vertically)


def picture_size(
    description: PixelDescription, attributes: Attributes, presentation: Presentation, frame_number: int = 1
) -> tuple[int, int]:
    """Width and height of the picture in pixels. Raises Invalid as `placement` does."""
    return placement(description, attributes, presentation, frame_number).size


def spare_levels(
    description: PixelDescription, attributes: Attributes, presentation: Presentation, frame_number: int = 1
) -> int:
    """How often decoding may halve the frame and still have the resolution of the picture.

    For the `reduce` of `pixels.decode_frame`. None where averaging stored values means nothing: palette
    indices, labels and single bits; and none for masks and overlays in the pixel cells, read in full.
    """
    if description.photometric_interpretation == "PALETTE COLOR" or description.bits_allocated == 1:
        return 0
    if is_label_map(attributes):
        return 0
    state = presentation.state
    if state is not None and (state.masks or state.blending or state.advanced):
        return 0
    if state is None and may_subtract(attributes, frame_number, presentation.subtracts):
        return 0
    placed = placement(description, attributes, presentation, frame_number)
    width, height = placed.unturned_size
    levels = 0
    while placed.width >= width << (levels + 1) and placed.height >= height << (levels + 1):
        levels += 1
    return levels


def place(raster: Array, description: PixelDescription, placed: Placement, border: int = 0) -> Array:
    """Cut, scale, turn and flip a uint8 raster, (rows, columns) or (rows, columns, 3).

    The raster may be smaller than the description, decoded with fewer resolution levels. Where the picture
    reaches beyond the image it is `border`. Shrinking averages over an area, enlarging is bicubic. Pillow
    releases the GIL while it scales.
    """
    width, height = placed.unturned_size
    down, across = raster.shape[0] / description.rows, raster.shape[1] / description.columns
    left, right = max(0.0, placed.left), min(float(description.columns), placed.left + placed.width)
    top, bottom = max(0.0, placed.top), min(float(description.rows), placed.top + placed.height)
    inside = (right - left, bottom - top)
    if min(inside) <= 0:
        return np.full((placed.size[1], placed.size[0], *raster.shape[2:]), border, np.uint8)
    x0, x1 = _span(left - placed.left, right - placed.left, width / placed.width, width)
    y0, y1 = _span(top - placed.top, bottom - placed.top, height / placed.height, height)
    box = (left * across, top * down, right * across, bottom * down)
    cut = _scaled(raster, box, (x1 - x0, y1 - y0))
    if cut.shape[:2] != (height, width):
        whole = np.full((height, width, *raster.shape[2:]), border, np.uint8)
        whole[y0:y1, x0:x1] = cut
        cut = whole
    turned = np.rot90(cut, -placed.turns)
    turned = turned[:, ::-1] if placed.is_flipped_horizontally else turned
    return turned[::-1] if placed.is_flipped_vertically else turned


def _span(start: float, end: float, scale: float, most: int) -> tuple[int, int]:
    first = min(round(start * scale), most - 1)
    return first, min(max(round(end * scale), first + 1), most)


def _scaled(raster: Array, box: tuple[float, float, float, float], size: tuple[int, int]) -> Array:
    left, top, right, bottom = box
    is_whole = all(edge.is_integer() for edge in box)
    if is_whole and (float(size[0]), float(size[1])) == (right - left, bottom - top):
        return raster[int(top) : int(bottom), int(left) : int(right)]
    shrinks = size[0] <= right - left and size[1] <= bottom - top
    method = Image.Resampling.HAMMING if shrinks else Image.Resampling.BICUBIC
    fitted = (left, top, min(right, raster.shape[1]), min(bottom, raster.shape[0]))
    image = Image.fromarray(np.ascontiguousarray(raster))
    return np.asarray(image.resize(size, method, box=fitted, reducing_gap=2.0))


def _area_of(
    state: PresentationState | None, attributes: Attributes, frame_number: int
) -> DisplayedArea | None:
    uid = text(attributes, _SOP_INSTANCE)
    areas = state.areas if state else ()
    return next((area for area in areas if in_scope(area.scope, uid, frame_number)), None)


def _scale(
    area: DisplayedArea | None, attributes: Attributes, presentation: Presentation
) -> tuple[float, float]:
    """Picture pixels for one image pixel, across and down, before a viewport."""
    ratio = aspect_ratio(attributes) if area is None else area.pixel_size[0] / area.pixel_size[1]
    if not presentation.keeps_aspect:
        ratio = 1.0
    screen = presentation.screen_spacing
    if area is not None and area.mode is SizeMode.TRUE_SIZE and screen and presentation.viewport is None:
        return area.pixel_size[1] / screen, area.pixel_size[0] / screen
    if area is not None and area.mode is SizeMode.MAGNIFY:
        return area.magnification, area.magnification * ratio
    return max(1.0, 1 / ratio), max(1.0, ratio)


def _size(width: float, height: float, turns: int, viewport: tuple[int, int] | None) -> tuple[int, int]:
    if turns % 2:
        width, height = height, width
    if viewport:
        scale = min(viewport[0] / width, viewport[1] / height)
        width, height = width * scale, height * scale
    size = max(1, round(width)), max(1, round(height))
    if size[0] * size[1] > MAX_PICTURE_PIXELS:
        raise Invalid(f"A picture of {size[0]} x {size[1]} pixels is too large; ask for a smaller viewport.")
    return size


def _cut(
    whole: Placement, scale: tuple[float, float], presentation: Presentation, region: Region
) -> tuple[float, float, float, float]:
    """The part of the image under a region; of a state, the region is one of the picture it makes."""
    left, top, width, height = whole.area
    if presentation.state is None:
        if region.left + region.width > width or region.top + region.height > height:
            raise Invalid(f"The region leaves the image of {width:g} x {height:g} pixels.")
        return float(region.left), float(region.top), float(region.width), float(region.height)
    across, down = width * scale[0], height * scale[1]
    if whole.turns % 2:
        across, down = down, across
    if region.left + region.width > round(across) or region.top + region.height > round(down):
        raise Invalid(f"The region leaves the displayed area of {round(across)} x {round(down)} pixels.")
    corners = np.array([[region.left, region.top], [region.left + region.width, region.top + region.height]])
    shares = whole._unturned(corners / (across, down))
    (x0, y0), (x1, y1) = shares.min(axis=0), shares.max(axis=0)
    return left + x0 * width, top + y0 * height, (x1 - x0) * width, (y1 - y0) * height
