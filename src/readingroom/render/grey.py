"""Monochrome frames to 8 bit greys: modality, VOI, presentation (PS3.4 N.2, PS3.3 C.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription

from .lookup_table import LookupTable
from .modality import Rescale, modality_transform
from .numbers import decimals, text
from .reference import in_scope
from .state import GreyStage, PresentationState
from .voi import apply_window, stored_lookup_table, stored_windows, window_over
from .window import Window

_PADDING: Final = 0x00280120
_PADDING_LIMIT: Final = 0x00280121
_PRESENTATION_LUT_SHAPE: Final = 0x20500020
_BLOCK: Final = 65536
"""Values looked up at a time, so that numpy's index buffer stays in the cache: 40 % faster on a mammogram."""


@dataclass(frozen=True, slots=True)
class GreyScale:
    """Everything between a stored value and its grey.

    presentation: the Presentation LUT of a state; palette: of a pseudo-colour or blending state, it takes
    the place of the greys.
    """

    modality: Rescale | LookupTable
    voi: Window | LookupTable
    is_inverted: bool
    presentation: LookupTable | None = None
    palette: Palette | None = None

    def greys(self, values: Array) -> Array:
        """`values` to uint8 greys of the same shape, or RGB with one axis more; not-a-number is black."""
        with np.errstate(over="ignore", invalid="ignore"):
            modality_values = self.modality.apply(values)
            if isinstance(self.voi, Window):
                shown = apply_window(modality_values, self.voi)
            else:
                shown = self.voi.apply(modality_values) / self.voi.brightest
        shown = np.nan_to_num(shown, nan=0.0)
        if self.presentation is not None:
            shown = self.presentation.over_unit(shown)
        if self.is_inverted:
            shown = 1 - shown
        if self.palette is not None:
            last = len(self.palette.colours) - 1
            return np.asarray(self.palette.colours[np.rint(shown * last).astype(np.int64)])
        greys: Array = np.rint(shown * 255).astype(np.uint8)
        return greys


def grey_scale(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    window: Window | LookupTable | None,
    said: Rescale | LookupTable | None = None,
) -> GreyScale:
    """Choose the transformation of one frame.

    attributes: of this frame, functional groups laid over. said: a Modality LUT instead of the image's own.
    The VOI stage is the caller's window or table, else the
    VOI LUT Sequence, else the first valid stored window, else `_default_window`. White and black are
    swapped for MONOCHROME1 and for Presentation LUT Shape INVERSE, once when an object says both, as DX
    does (PS3.3 C.8.11.3.1.2).
    """
    modality = said or modality_transform(attributes, description)
    voi = window
    if isinstance(voi, LookupTable) and _may_be_negative(modality, description):
        voi = voi.read_as_signed()
    if voi is None:
        voi = stored_lookup_table(attributes, _may_be_negative(modality, description))
    if voi is None:
        voi = next(iter(stored_windows(attributes)), None)
    if voi is None:
        voi = _default_window(frame.values, description, attributes, modality)
    inverse = text(attributes, _PRESENTATION_LUT_SHAPE).upper() == "INVERSE"
    return GreyScale(modality, voi, frame.photometric_interpretation == "MONOCHROME1" or inverse)


def difference_scale(
    differences: Array,
    description: PixelDescription,
    attributes: Attributes,
    window: Window | None,
    is_logarithmic: bool,
) -> GreyScale:
    """The transformation of what an image subtracts itself.

    Its windows and tables are for stored values, so differences get a window of their own: no difference is
    the middle grey, the largest, either way, black or white. Rescale Slope and Intercept apply, a Modality
    LUT Sequence does not. is_logarithmic: a table made the values, and nothing of the Modality LUT applies.
    """
    modality = Rescale() if is_logarithmic else modality_transform(attributes, description)
    if isinstance(modality, LookupTable):
        modality = Rescale()
    largest = float(np.abs(differences).max(initial=0)) * abs(modality.slope) or 1.0
    chosen = window or window_over(modality.intercept - largest, modality.intercept + largest)
    inverse = text(attributes, _PRESENTATION_LUT_SHAPE).upper() == "INVERSE"
    return GreyScale(modality, chosen, description.photometric_interpretation == "MONOCHROME1" or inverse)


def state_scale(
    description: PixelDescription,
    state: PresentationState,
    stage: GreyStage,
    image: tuple[str, int],
    is_subtracted: bool,
    window: Window | None = None,
) -> GreyScale:
    """The transformation a presentation state asks for; what it leaves out is the identity (PS3.4 N.2.1).

    image: SOP Instance UID and frame number. The image's own Modality LUT, VOI, Presentation LUT Shape and
    even MONOCHROME1 count for nothing. is_subtracted: the values are differences of stored ones.
    window: the caller's, it wins.
    """
    modality = stage.modality_for(image) or Rescale()
    if isinstance(modality, LookupTable) and (description.is_signed or is_subtracted):
        modality = modality.read_as_signed()
    chosen = (one.voi for one in stage.vois if in_scope(one.scope, *image))
    voi: Window | LookupTable | None = window or next(chosen, None)
    if isinstance(voi, LookupTable) and (is_subtracted or _may_be_negative(modality, description)):
        voi = voi.read_as_signed()
    table = state.presentation_lut
    return GreyScale(
        modality,
        voi or _identity(modality, description, is_subtracted),
        table is True,
        table if isinstance(table, LookupTable) else None,
    )


def render_grey(values: Array, scale: GreyScale) -> Array:
    """All greys, or colours, of a frame: uint8 (rows, columns) or (rows, columns, 3).

    Values of at most 16 bits go through one table over those that occur. Numpy work, it holds the GIL in
    steps of a block.
    """
    if values.dtype.kind == "f" or values.dtype.itemsize > 2:
        return scale.greys(values)
    low, high = int(values.min()), int(values.max())
    cell = np.dtype(f"u{values.dtype.itemsize}")
    occurring = np.arange(low, high + 1)
    shown = scale.greys(occurring)
    table = np.zeros((1 << 8 * cell.itemsize, *shown.shape[1:]), np.uint8)
    table[occurring.astype(values.dtype).view(cell)] = shown
    flat = np.ascontiguousarray(values).view(cell).reshape(-1)
    greys = np.empty((flat.size, *shown.shape[1:]), np.uint8)
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        np.take(table, flat[block], axis=0, out=greys[block], mode="clip")
    return greys.reshape(*values.shape, *shown.shape[1:])


def _identity(modality: Rescale | LookupTable, description: PixelDescription, is_subtracted: bool) -> Window:
    """The window over every value there can be, which an absent VOI LUT stands for."""
    if isinstance(modality, LookupTable):
        return window_over(0, modality.brightest)
    if description.is_float:
        return window_over(0, 1)
    span = (1 << description.bits_stored) - 1
    low = -span if is_subtracted else -(span + 1) // 2 if description.is_signed else 0
    high = span if is_subtracted else low + span
    ends = sorted(end * modality.slope + modality.intercept for end in (low, high))
    return window_over(*ends)


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


def padding_range(values: Array, attributes: Attributes) -> tuple[int, int] | None:
    """Least and greatest stored value that is Pixel Padding (PS3.3 C.7.5.1.1.2); None for none."""
    padding = decimals(attributes, _PADDING)
    if not padding or values.dtype.kind == "f":
        return None
    limit = (decimals(attributes, _PADDING_LIMIT) or padding)[0]
    low, high = sorted((_as_stored(padding[0], values), _as_stored(limit, values)))
    return low, high


def _without_padding(values: Array, attributes: Attributes) -> Array:
    ends = padding_range(values, attributes)
    return values if ends is None else values[(values < ends[0]) | (values > ends[1])]


def _as_stored(padding: float, values: Array) -> int:
    """A padding value written as US beside signed pixels, or the other way round, as it was meant."""
    bits = values.dtype.itemsize * 8
    whole = int(padding)
    if values.dtype.kind == "i" and whole >= 1 << (bits - 1):
        return whole - (1 << bits)
    return whole + (1 << bits) if values.dtype.kind == "u" and whole < 0 else whole
