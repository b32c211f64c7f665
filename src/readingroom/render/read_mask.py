"""Masks of presentation states, and those of images themselves (PS3.3 C.7.6.10, C.11.13, C.11.19)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

from .functional_groups import macro_of_frame
from .lookup_table import LookupTable
from .mask import mask_for
from .numbers import decimals, exactly, first_decimal, items, text
from .scope import read_scope
from .state import LogTable, Mask, PixelShift
from .viewing_mode import may_subtract

_MASKS, _VIEWING_MODE = 0x00286100, 0x00281090
_OPERATION, _RANGE, _MASK_FRAMES = 0x00286101, 0x00286102, 0x00286110
_AVERAGING, _SHIFT, _TID_OFFSET = 0x00286112, 0x00286114, 0x00286120
_VISIBILITY = 0x00289478
_SHIFTS, _REGIONS, _VERTICES, _SHIFT_RANGE = 0x00289501, 0x00289502, 0x00289503, 0x00289506
_TABLES, _TABLE_RANGE, _TABLE_FUNCTION = 0x00289422, 0x00289507, 0x00289474
_FRAME_SHIFTS, _ITEM_ID = 0x00289415, 0x00289416
_MOST_ITEMS: Final = 100_000
_MOST_SHIFTS: Final = 100


def read_masks(attributes: Attributes) -> tuple[Mask, ...]:
    """The masks of a state that recommends subtraction; without that a mask is only there to be had.

    Raises Invalid for an operation, frame, shift or range that cannot be carried out.
    """
    if text(attributes, _VIEWING_MODE).upper() not in ("SUB", ""):
        return ()
    return _masks(attributes)


def own_mask(
    attributes: Attributes, frame_number: int, frame_count: int, is_wanted: bool | None = None
) -> tuple[Mask, tuple[int, ...], tuple[int, ...]] | None:
    """What an image subtracts itself from a frame, as `mask_for` answers; None to show it as it is stored.

    is_wanted: None follows Recommended Viewing Mode, that of the Frame Display Sequence over that of the Mask
    Module (PS3.3 C.8.19.7); True and False go over both. In enhanced objects a Frame Pixel Shift goes over
    the shift of the mask, and TO_LOG tables are used. Raises Invalid for a broken mask when it is wanted;
    one that is only recommended then counts as none.
    """
    if not may_subtract(attributes, frame_number, is_wanted):
        return None
    try:
        masks = tuple(_shifted_by_frame(mask, attributes, frame_number) for mask in _masks(attributes))
    except Invalid:
        if is_wanted:
            raise
        return None
    found = mask_for(masks, "", frame_number, frame_count)
    if found is None:
        return None
    mask, taken, contrast = found
    return replace(mask, log_tables=_own_tables(attributes, (*taken, *contrast))), taken, contrast


def _shifted_by_frame(mask: Mask, attributes: Attributes, frame_number: int) -> Mask:
    for item in macro_of_frame(attributes, frame_number, _FRAME_SHIFTS):
        if mask.item_id is not None and first_decimal(item, _ITEM_ID, -1) == mask.item_id:
            return replace(mask, shift=_shift(item))
    return mask


def _own_tables(attributes: Attributes, frames: Iterable[int]) -> tuple[LogTable, ...]:
    found = []
    for number in frames:
        for item in macro_of_frame(attributes, number, _TABLES):
            with suppress(Invalid):
                if text(item, _TABLE_FUNCTION).upper() == "TO_LOG":
                    found.append(LogTable(((number, number),), LookupTable.of(item, input_is_signed=False)))
    return tuple(found)


def _masks(attributes: Attributes) -> tuple[Mask, ...]:
    visible = first_decimal(attributes, _VISIBILITY, 0) / 100
    if not 0 <= visible <= 1:
        raise Invalid("Mask Visibility Percentage must be from 0 to 100.", tag=_VISIBILITY)
    shared = _tables(attributes)
    masks = (_mask(item, visible, shared) for item in items(attributes, _MASKS)[:_MOST_ITEMS])
    return tuple(mask for mask in masks if mask.operation != "NONE")


def _mask(item: Attributes, visible: float, tables: tuple[LogTable, ...]) -> Mask:
    operation = text(item, _OPERATION).upper()
    if operation not in ("NONE", "AVG_SUB", "TID", "REV_TID"):
        raise Invalid(f"Mask Operation “{operation[:16]}” is none of the standard.", tag=_OPERATION)
    frames = tuple(int(number) for number in decimals(item, _MASK_FRAMES))
    if operation == "AVG_SUB" and (not frames or min(frames) < 1):
        raise Invalid("A mask to be averaged needs Mask Frame Numbers from 1.", tag=_MASK_FRAMES)
    if len(frames) > 1000:
        raise Invalid("A mask of more than 1000 frames.", tag=_MASK_FRAMES)
    averaging = int(first_decimal(item, _AVERAGING, 1))
    if not 1 <= averaging <= 1000:
        raise Invalid("Contrast Frame Averaging must be from 1 to 1000.", tag=_AVERAGING)
    applicable = _ranges(item, _RANGE, "Applicable Frame Range")
    if operation == "REV_TID" and not applicable:
        raise Invalid("REV_TID needs an Applicable Frame Range.", tag=_RANGE)
    return Mask(
        scope=read_scope(item),
        operation=operation,
        frames=frames,
        applicable=applicable,
        averaging=averaging,
        tid_offset=int(first_decimal(item, _TID_OFFSET, 1)),
        shift=_shift(item),
        visibility=visible,
        shifts=tuple(_pixel_shift(one) for one in items(item, _SHIFTS)[:_MOST_SHIFTS]),
        log_tables=_tables(item) or tables,
        item_id=next(iter(decimals(item, _ITEM_ID)), None),
    )


def _tables(attributes: Attributes) -> tuple[LogTable, ...]:
    """Pixel Intensity Relationship LUTs, which X-rays are subtracted behind (PS3.4 N.2.5)."""
    return tuple(
        LogTable(_ranges(item, _TABLE_RANGE, "LUT Frame Range"), LookupTable.of(item, input_is_signed=False))
        for item in items(attributes, _TABLES)[:_MOST_SHIFTS]
        if text(item, _TABLE_FUNCTION).upper() in ("TO_LOG", "")
    )


def _shift(item: Attributes) -> tuple[float, float]:
    shift = decimals(item, _SHIFT) or (0.0, 0.0)
    if len(shift) != 2 or max(map(abs, shift)) > 0xFFFF:
        raise Invalid("Mask Sub-pixel Shift must be two numbers.", tag=_SHIFT)
    return shift[0], shift[1]


def _pixel_shift(item: Attributes) -> PixelShift:
    regions = []
    for region in items(item, _REGIONS)[:_MOST_SHIFTS]:
        exactly(region, _SHIFT, 2, "Mask Sub-pixel Shift")
        numbers = [int(number) for number in decimals(region, _VERTICES)]
        if numbers and (len(numbers) < 6 or len(numbers) % 2 or len(numbers) > 20_000):
            raise Invalid("A region of a pixel shift needs three vertices or more.", tag=_VERTICES)
        regions.append((_shift(region), tuple(zip(numbers[::2], numbers[1::2], strict=True))))
    return PixelShift(_ranges(item, _SHIFT_RANGE, "Pixel Shift Frame Range"), tuple(regions))


def _ranges(item: Attributes, tag: Tag, name: str) -> tuple[tuple[int, int], ...]:
    ends = [int(number) for number in decimals(item, tag)]
    if len(ends) % 2 or any(first > last for first, last in zip(ends[::2], ends[1::2], strict=True)):
        raise Invalid(f"{name} must be pairs of first and last frame.", tag=tag)
    return tuple(zip(ends[::2], ends[1::2], strict=True))
