"""Several images in one plane blended step by step: advanced blending states (PS3.4 N.2.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from readingroom.errors import Invalid, NotFound
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription, to_rgb

from .co_registered import nearest, partner, sampled
from .depth import eight_bits
from .functional_groups import attributes_of_frame
from .grey import grey_scale, padding_range, render_grey
from .numbers import text
from .presentation import Presentation
from .reference import ImageReference, in_scope
from .source import Shown, Source
from .state import AdvancedBlending, BlendingInput, BlendingStep, ThresholdType
from .window import Window

_SOP_INSTANCE, _SERIES = 0x00080018, 0x0020000E


class _Seen(NamedTuple):
    """float64 RGB (rows, columns, 3) and which pixels are no padding (rows, columns)."""

    colors: Array
    is_visible: Array


def advanced_blended(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation,
    blending: AdvancedBlending,
    frame_number: int,
    source: Source | None,
) -> Array:
    """RGB of a frame of the input with the geometry, and of what lies in its plane in the others.

    Found and resampled as for blending states; an input with nothing in this plane is padding here. Grey
    inputs go through their own Modality LUT, the state's window or table, else their own, and the state's
    palette. Thresholds are on modality values. Raises Invalid for a frame that is not of that input, NotFound
    when an image that may lie in the plane is not here.
    """
    shown = Shown(frame, description, attributes, frame_number)
    geometry = blending.geometry
    references = _references(geometry, source)
    uid = text(attributes, _SOP_INSTANCE)
    places = [at for at, one in enumerate(references) if one.covers(uid, frame_number)]
    if not places:
        raise Invalid("An advanced blending state is shown on the images that give its geometry.")
    known: dict[int, _Seen] = {}

    def of_step(step: BlendingStep) -> _Seen:
        return _blended(step, [seen(number) for number in step.inputs])

    def of_input(number: int) -> _Seen:
        one = blending.inputs[number]
        if one is geometry:
            return _input_seen(one, shown, None, presentation.window)
        return _other_seen(one, shown, (places[0], len(references)), source)

    def seen(number: int) -> _Seen:
        if number not in known:
            known[number] = of_step(blending.steps[number]) if number in blending.steps else of_input(number)
        return known[number]

    last = of_step(blending.last)
    return np.rint(np.where(last.is_visible[..., None], last.colors, 0)).astype(np.uint8)


def _references(one: BlendingInput, source: Source | None) -> tuple[ImageReference, ...]:
    if one.images or source is None:
        return one.images
    return source.series(one.study_instance_uid, one.series_instance_uid)


def _blended(step: BlendingStep, inputs: list[_Seen]) -> _Seen:
    """One step (PS3.4 N.2.6): padding weighs nothing, and is left where all are."""
    weights = [one.is_visible.astype(np.float64) for one in inputs]
    if step.opacity is not None:
        first, second = weights
        both = first * second
        weights = [np.where(both, step.opacity, first), np.where(both, 1 - step.opacity, second)]
    total = np.sum(weights, axis=0)
    colors = sum(weight[..., None] * one.colors for weight, one in zip(weights, inputs, strict=True))
    is_visible = np.any([one.is_visible for one in inputs], axis=0)
    return _Seen(np.asarray(colors / np.where(total > 0, total, 1)[..., None]), is_visible)


def _other_seen(one: BlendingInput, shown: Shown, paired: tuple[int, int], source: Source | None) -> _Seen:
    found = partner(shown.attributes, shown.description, _references(one, source), paired, source)
    if found.shown is None and not found.is_complete:
        raise NotFound("An image to blend, which may lie in the plane of this one, is not here.")
    if found.shown is None:
        shape = shown.frame.values.shape[:2]
        return _Seen(np.zeros((*shape, 3)), np.zeros(shape, bool))
    other = found.shown
    whole = attributes_of_frame(other.attributes, other.frame_number)
    return _input_seen(one, other._replace(attributes=whole), found.grid, None)


def _input_seen(
    one: BlendingInput, shown: Shown, grid: tuple[Array, Array] | None, window: Window | None
) -> _Seen:
    frame, description, attributes, number = shown
    values = frame.values
    is_index = frame.photometric_interpretation == "PALETTE COLOR"
    if values.ndim == 3 or is_index:
        colors = Palette.of(attributes).apply(values) if is_index else to_rgb(frame, description.bits_stored)
        rgb = colors.astype(np.float64) if is_index else eight_bits(colors, description).astype(np.float64)
        if grid is None:
            return _Seen(rgb, np.ones(values.shape[:2], bool))
        moved, is_inside = sampled(rgb, *grid)
        return _Seen(moved.astype(np.float64), is_inside)
    image = (text(attributes, _SOP_INSTANCE), number)
    scoped = (voi.voi for voi in one.stage.vois if in_scope(voi.scope, *image))
    scale = grey_scale(
        frame, description, attributes, window or next(scoped, None), one.stage.modality_for(image)
    )
    scale = replace(scale, palette=one.palette)
    stored, is_inside = values, np.ones(values.shape, bool)
    if grid is not None:
        stored, (values, is_inside) = nearest(values, *grid), sampled(values, *grid)
    is_visible = is_inside & ~_is_padding(stored, attributes)
    modality_values = scale.modality.apply(stored)
    for kind, limits in one.thresholds:
        is_visible = is_visible & _holds(kind, limits, modality_values)
    shades = render_grey(values, scale).astype(np.float64)
    if shades.ndim == 2:
        shades = np.repeat(shades[..., None], 3, axis=2)
    return _Seen(shades, is_visible)


def _is_padding(stored: Array, attributes: Attributes) -> Array:
    ends = padding_range(stored, attributes)
    return np.zeros(stored.shape, bool) if ends is None else (stored >= ends[0]) & (stored <= ends[1])


def _holds(kind: ThresholdType, limits: tuple[float, ...], values: Array) -> Array:
    if kind is ThresholdType.RANGE_INCL:
        return np.asarray((values >= limits[0]) & (values <= limits[1]))
    (limit,) = limits
    compared = {
        ThresholdType.GREATER_OR_EQUAL: values >= limit,
        ThresholdType.LESS_OR_EQUAL: values <= limit,
        ThresholdType.GREATER_THAN: values > limit,
        ThresholdType.LESS_THAN: values < limit,
    }
    return np.asarray(compared[kind])
