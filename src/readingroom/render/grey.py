"""Monochrome frames to 8 bit greys: modality, VOI, presentation (PS3.4 N.2, PS3.3 C.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, PixelDescription

from .lookup_table import LookupTable
from .modality import Rescale, modality_transform
from .numbers import decimals, text
from .voi import apply_window, stored_lookup_table, stored_windows, window_over
from .window import Window

_PADDING: Final = 0x00280120
_PADDING_LIMIT: Final = 0x00280121
_PRESENTATION_LUT_SHAPE: Final = 0x20500020
_BLOCK: Final = 65536
"""Values looked up at a time, so that numpy's index buffer stays in the cache: 40 % faster on a mammogram."""


@dataclass(frozen=True, slots=True)
class GreyScale:
    """Everything between a stored value and its grey."""

    modality: Rescale | LookupTable
    voi: Window | LookupTable
    is_inverted: bool

    def greys(self, values: Array) -> Array:
        """`values` to uint8 greys of the same shape; not-a-number is black."""
        with np.errstate(over="ignore", invalid="ignore"):
            modality_values = self.modality.apply(values)
            if isinstance(self.voi, Window):
                shown = apply_window(modality_values, self.voi)
            else:
                shown = self.voi.apply(modality_values) / float((1 << self.voi.bits) - 1)
        if self.is_inverted:
            shown = 1 - shown
        greys: Array = np.rint(np.nan_to_num(shown, nan=0.0) * 255).astype(np.uint8)
        return greys


def grey_scale(
    frame: Frame, description: PixelDescription, attributes: Attributes, window: Window | None
) -> GreyScale:
    """Choose the transformation of one frame.

    attributes: of this frame, functional groups laid over. The VOI stage is the caller's window, else the
    VOI LUT Sequence, else the first valid stored window, else `_default_window`. White and black are
    swapped for MONOCHROME1 and for Presentation LUT Shape INVERSE, once when an object says both, as DX
    does (PS3.3 C.8.11.3.1.2).
    """
    modality = modality_transform(attributes, description)
    voi: Window | LookupTable | None = window
    if voi is None:
        voi = stored_lookup_table(attributes, _may_be_negative(modality, description))
    if voi is None:
        voi = next(iter(stored_windows(attributes)), None)
    if voi is None:
        voi = _default_window(frame.values, description, attributes, modality)
    inverse = text(attributes, _PRESENTATION_LUT_SHAPE).upper() == "INVERSE"
    return GreyScale(modality, voi, frame.photometric_interpretation == "MONOCHROME1" or inverse)


def render_grey(values: Array, scale: GreyScale) -> Array:
    """All greys of a frame: uint8 (rows, columns).

    Values of at most 16 bits go through one table over those that occur. Numpy work, it holds the GIL in
    steps of a block.
    """
    if values.dtype.kind == "f" or values.dtype.itemsize > 2:
        return scale.greys(values)
    low, high = int(values.min()), int(values.max())
    cell = np.dtype(f"u{values.dtype.itemsize}")
    table = np.zeros(1 << 8 * cell.itemsize, np.uint8)
    occurring = np.arange(low, high + 1)
    table[occurring.astype(values.dtype).view(cell)] = scale.greys(occurring)
    flat = np.ascontiguousarray(values).view(cell).reshape(-1)
    greys = np.empty(flat.shape, np.uint8)
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        np.take(table, flat[block], out=greys[block], mode="clip")
    return greys.reshape(values.shape)


def _may_be_negative(modality: Rescale | LookupTable, description: PixelDescription) -> bool:
    if isinstance(modality, LookupTable):
        return False
    return description.is_signed or modality.intercept < 0 or modality.slope < 0


def _default_window(
    values: Array, description: PixelDescription, attributes: Attributes, modality: Rescale | LookupTable
) -> Window:
    """What an object without VOI is shown with.

    Up to 8 unsigned bits without a Modality LUT were made for a screen: their whole range. Everything
    else: from the smallest to the largest value of this frame, Pixel Padding left out.
    """
    if description.bits_stored <= 8 and not description.is_signed and modality == Rescale():
        return window_over(0, (1 << description.bits_stored) - 1)
    kept = _without_padding(values, attributes)
    if kept.dtype.kind == "f":
        kept = kept[np.isfinite(kept)]
    if kept.size == 0:
        kept = np.zeros(1, values.dtype)
    ends = np.array([kept.min(), kept.max()], kept.dtype)
    if isinstance(modality, LookupTable):
        ends = np.unique(kept)
    with np.errstate(over="ignore", invalid="ignore"):  # a window over infinite values is refused as Invalid
        shown = modality.apply(ends)
    return window_over(float(shown.min()), float(shown.max()))


def _without_padding(values: Array, attributes: Attributes) -> Array:
    """The values that are no Pixel Padding (PS3.3 C.7.5.1.1.2); a range when a limit is given."""
    padding = decimals(attributes, _PADDING)
    if not padding or values.dtype.kind == "f":
        return values
    limit = (decimals(attributes, _PADDING_LIMIT) or padding)[0]
    low, high = sorted((_as_stored(padding[0], values), _as_stored(limit, values)))
    return values[(values < low) | (values > high)]


def _as_stored(padding: float, values: Array) -> int:
    """A padding value written as US beside signed pixels, or the other way round, as it was meant."""
    bits = values.dtype.itemsize * 8
    whole = int(padding)
    if values.dtype.kind == "i" and whole >= 1 << (bits - 1):
        return whole - (1 << bits)
    return whole + (1 << bits) if values.dtype.kind == "u" and whole < 0 else whole
