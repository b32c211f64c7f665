"""Values of interest: which modality values become which greys (PS3.3 C.11.2)."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array

from .lookup_table import LookupTable
from .numbers import decimals, text
from .window import VoiFunction, Window

_CENTER: Final = 0x00281050
_WIDTH: Final = 0x00281051
_FUNCTION: Final = 0x00281056
_SEQUENCE: Final = 0x00283010


def apply_window(values: Array, window: Window) -> Array:
    """Map modality values to display values in 0..1.

    values: any shape, in the units the Modality LUT gives. LINEAR shifts the centre by 0.5 and the width
    by 1, LINEAR_EXACT does not; SIGMOID never quite reaches 0 and 1. The answer is floating.
    PS3.3 C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2.
    """
    values = values if values.dtype.kind == "f" else values.astype(np.float64)
    center, width = values.dtype.type(window.center), values.dtype.type(window.width)
    if window.function is VoiFunction.SIGMOID:
        exponent = np.clip(-4 * ((values - center) / width), -80, 80)
        return np.asarray(1 / (1 + np.exp(exponent)))
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.asarray(np.clip((values - center) / width + 0.5, 0, 1))
    if window.width == 1:
        return np.asarray(values > center - 0.5, values.dtype)
    return np.asarray(np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1))


def stored_windows(attributes: Attributes) -> tuple[Window, ...]:
    """The windows of a Data Set, those that break a rule left out; an unknown function counts as LINEAR.

    For enhanced objects pass what `attributes_of_frame` gives.
    """
    name = text(attributes, _FUNCTION).upper()
    function = VoiFunction(name) if name in VoiFunction.__members__ else VoiFunction.LINEAR
    windows = []
    for center, width in zip_longest(decimals(attributes, _CENTER), decimals(attributes, _WIDTH)):
        if center is None or width is None:
            break
        try:
            windows.append(Window(center, width, function))
        except Invalid:
            continue
    return tuple(windows)


def stored_lookup_table(attributes: Attributes, input_is_signed: bool) -> LookupTable | None:
    """The first usable Item of the VOI LUT Sequence, None when there is none."""
    sequence = attributes.get(_SEQUENCE)
    if sequence is None or sequence.vr != "SQ":
        return None
    for item in sequence.values:
        try:
            return LookupTable.of(item, input_is_signed)
        except Invalid:
            continue
    return None


def window_over(low: float, high: float) -> Window:
    """The LINEAR window that makes `low` black, `high` white and everything between proportional."""
    return Window((low + high + 1) / 2, high - low + 1)
