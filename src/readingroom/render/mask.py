"""Subtraction of mask frames, as angiography does it (PS3.3 C.7.6.10, PS3.4 N.2.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from readingroom.errors import Invalid
from readingroom.pixels import Array

from .reference import in_scope
from .shutter import inside
from .state import Mask

ValuesOf = Callable[[int], Array]
"""The stored values of a frame of the same object, by number from 1."""


def mask_for(
    masks: Sequence[Mask], sop_instance_uid: str, frame_number: int, frame_count: int
) -> tuple[Mask, tuple[int, ...], tuple[int, ...]] | None:
    """The first mask that applies to a frame, its mask frames and the contrast frames to average.

    None where the frame is shown as it is: no mask is for it, or the frames it takes are not there.
    """
    for mask in masks:
        if not in_scope(mask.scope, sop_instance_uid, frame_number):
            continue
        if mask.applicable and not any(first <= frame_number <= last for first, last in mask.applicable):
            continue
        wanted = _mask_frames(mask, frame_number)
        contrast = tuple(range(frame_number, frame_number + mask.averaging))
        if all(1 <= number <= frame_count for number in (*wanted, *contrast)):
            return mask, wanted, contrast
    return None


def subtracted(
    mask: Mask, mask_frames: Sequence[int], contrast_frames: Sequence[int], values_of: ValuesOf
) -> Array:
    """Mean contrast minus mean, shifted mask: float64 (rows, columns), in stored values, or in those of the
    mask's tables where it has any.

    What stays visible of the mask is not taken away (Mask Visibility Percentage, PS3.3 C.11.19).

    Raises Invalid for frames that are not grey.
    """

    def through_table(number: int) -> Array:
        for one in mask.log_tables:
            if not one.applicable or any(first <= number <= last for first, last in one.applicable):
                return one.table.apply(values_of(number))
        return values_of(number)

    taken = _placed(_mean(mask_frames, through_table), mask, contrast_frames[0]) * (1 - mask.visibility)
    return np.asarray(_mean(contrast_frames, through_table) - taken)


def _placed(values: Array, mask: Mask, frame_number: int) -> Array:
    """The mask as it is to lie under a contrast frame."""
    if not mask.shifts:
        return _shifted(values, *mask.shift)
    placed = values.copy()
    for one in mask.shifts:
        if one.applicable and not any(first <= frame_number <= last for first, last in one.applicable):
            continue
        for shift, polygon in one.regions:
            moved = _shifted(values, *shift)
            rows, columns = values.shape
            is_in = inside(polygon, (rows, columns), (columns, rows)) if polygon else np.True_
            placed = np.where(is_in, moved, placed)
    return placed


def _mask_frames(mask: Mask, frame_number: int) -> tuple[int, ...]:
    if mask.operation == "AVG_SUB":
        return mask.frames
    if mask.operation == "REV_TID":
        first = mask.applicable[0][0]
        return ((first - mask.tid_offset) - (frame_number - first),)
    return (frame_number - mask.tid_offset,)


def _mean(numbers: Sequence[int], values_of: ValuesOf) -> Array:
    total: Array | None = None
    for number in numbers:
        values = values_of(number)
        if values.ndim != 2:
            raise Invalid("Only grey images can be subtracted.")
        total = values.astype(np.float64) if total is None else total + values
    assert total is not None
    return total / len(numbers)


def _shifted(values: Array, down: float, left: float) -> Array:
    """The values moved: a positive row offset to lower rows, a positive column offset to the left
    (PS3.3 C.7.6.10.1.2). What moves in from outside repeats the edge; fractions are bilinear."""
    if down == left == 0:
        return values
    rows, columns = values.shape
    y = np.clip(np.arange(rows) - down, 0, rows - 1)
    x = np.clip(np.arange(columns) + left, 0, columns - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, rows - 1), np.minimum(x0 + 1, columns - 1)
    dy, dx = (y - y0)[:, None], x - x0
    upper = values[y0][:, x0] * (1 - dx) + values[y0][:, x1] * dx
    lower = values[y1][:, x0] * (1 - dx) + values[y1][:, x1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy)
