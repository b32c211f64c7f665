"""The Modality LUT: from stored values to what the modality means, HU for CT (PS3.3 C.11.1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .functional_groups import attributes_of_frame
from .lookup_table import LookupTable
from .numbers import decimals
from .viewing_mode import may_subtract

_SEQUENCE: Final = 0x00283000
_INTERCEPT: Final = 0x00281052
_SLOPE: Final = 0x00281053


@dataclass(frozen=True, slots=True)
class Rescale:
    """Modality value = stored value * slope + intercept."""

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, values: Array) -> Array:
        """`values` in modality units, float64 (float32 for float32)."""
        if values.dtype != np.float32:
            values = values.astype(np.float64)
        slope, intercept = values.dtype.type(self.slope), values.dtype.type(self.intercept)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(values * slope + intercept)


def modality_transform(attributes: Attributes, description: PixelDescription) -> Rescale | LookupTable:
    """The Modality LUT of a frame, the identity when there is none.

    A broken LUT counts as none, and then Rescale Slope and Intercept are looked for. A Rescale Slope of
    0, which would make every pixel equal, counts as 1.
    """
    sequence = attributes.get(_SEQUENCE)
    if sequence is not None and sequence.vr == "SQ" and sequence.values:
        with suppress(Invalid):
            return LookupTable.of(sequence.first, description.is_signed)
    slope = (decimals(attributes, _SLOPE) or (1.0,))[0]
    intercept = (decimals(attributes, _INTERCEPT) or (0.0,))[0]
    return Rescale(slope or 1.0, intercept)


def value_range(
    attributes: Attributes,
    description: PixelDescription,
    frame_number: int = 1,
    subtracts: bool | None = False,
) -> tuple[float, float] | None:
    """Smallest and largest modality value that Bits Stored can give; None for colour and float pixels.

    subtracts: as of `Presentation`; where a mask may be taken away, the differences there can be count.
    """
    if description.samples_per_pixel > 1 or description.is_float:
        return None
    modality = modality_transform(attributes_of_frame(attributes, frame_number), description)
    if may_subtract(attributes, frame_number, subtracts):
        modality = Rescale() if isinstance(modality, LookupTable) else modality
        ends = modality.apply(np.array([-1, 1]) * ((1 << description.bits_stored) - 1))
        return float(ends.min()), float(ends.max())
    if isinstance(modality, LookupTable):
        return float(modality.entries.min()), float(modality.entries.max())
    bits = description.bits_stored
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if description.is_signed else (0, (1 << bits) - 1)
    ends = modality.apply(np.array([low, high]))
    return float(ends.min()), float(ends.max())
