"""How a presentation state, or a part of one, makes greys (PS3.3 C.11.1, C.11.8, C.11.35)."""

from __future__ import annotations

from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes

from .lookup_table import LookupTable
from .modality import Rescale
from .numbers import decimals, exactly, items, text
from .scope import read_scope
from .state import GreyStage, ScopedModality, ScopedVoi
from .window import VoiFunction, Window

_MODALITY_LUT, _INTERCEPT, _SLOPE = 0x00283000, 0x00281052, 0x00281053
_VARIABLE_LUT: Final = 0x00283001
_SOFTCOPY_VOI, _VOI_LUT = 0x00283110, 0x00283010
_CENTER, _WIDTH, _FUNCTION = 0x00281050, 0x00281051, 0x00281056
_MOST_ITEMS: Final = 100_000


def read_grey_stage(attributes: Attributes) -> GreyStage:
    """The Modality LUT Macro, one of all images or one of some each, and the Softcopy VOI LUT Sequence.

    Raises Invalid for a broken one.
    """
    some = [_variable(item) for item in items(attributes, _VARIABLE_LUT)[:_MOST_ITEMS]]
    one = _modality(attributes)
    return GreyStage(
        (*some, *([] if one is None else [ScopedModality((), one)])),
        tuple(_voi(item) for item in items(attributes, _SOFTCOPY_VOI)[:_MOST_ITEMS]),
    )


def _variable(item: Attributes) -> ScopedModality:
    scope, modality = read_scope(item), _modality(item)
    if not scope or modality is None:
        raise Invalid(
            "An Item of the Variable Modality LUT Sequence lacks images or a LUT.", tag=_VARIABLE_LUT
        )
    return ScopedModality(scope, modality)


def _modality(attributes: Attributes) -> Rescale | LookupTable | None:
    table = items(attributes, _MODALITY_LUT)
    if table:
        return LookupTable.of(table[0], input_is_signed=False)
    if _SLOPE not in attributes and _INTERCEPT not in attributes:
        return None
    (slope,), (intercept,) = (
        exactly(attributes, _SLOPE, 1, "Rescale Slope"),
        exactly(attributes, _INTERCEPT, 1, "Rescale Intercept"),
    )
    if slope == 0:
        raise Invalid("A Rescale Slope of 0 would make every pixel equal.", tag=_SLOPE)
    return Rescale(slope, intercept)


def _voi(item: Attributes) -> ScopedVoi:
    scope = read_scope(item)
    table = items(item, _VOI_LUT)
    if table:
        return ScopedVoi(scope, LookupTable.of(table[0], input_is_signed=False))
    centers, widths = decimals(item, _CENTER), decimals(item, _WIDTH)
    if not centers or not widths:
        raise Invalid("An Item of the Softcopy VOI LUT Sequence has neither window nor table.", tag=_CENTER)
    name = text(item, _FUNCTION).upper() or "LINEAR"
    if name not in VoiFunction.__members__:
        raise Invalid(f"VOI LUT Function “{name[:16]}” is none of the standard.", tag=_FUNCTION)
    return ScopedVoi(scope, Window(centers[0], widths[0], VoiFunction(name)))
