"""One frame as a presentation state wants it, up to its raster (PS3.4 N.2)."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription, to_rgb

from .advanced_blending import advanced_blended
from .blending import blended
from .depth import eight_bits
from .geometry import aspect_ratio
from .grey import GreyScale, difference_scale, render_grey, state_scale
from .mask import mask_for, subtracted
from .numbers import text
from .overlay import Overlay, read_overlays
from .presentation import Presentation
from .read_mask import own_mask
from .read_shutter import read_shutter
from .reference import in_scope
from .shutter import close
from .source import Source
from .state import PresentationState, StateKind
from .window import Window

_SOP_INSTANCE = 0x00080018
_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})


def shown_by_state(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation,
    state: PresentationState,
    frame_number: int,
    source: Source | None,
) -> tuple[Array, Window | None]:
    """The raster, uint8 grey or RGB, and the window that made its greys.

    Order: mask, Modality LUT, VOI, Presentation LUT or palette, colour profile, shutter. Raises Invalid for
    a state that is not for this frame, or not for images of its kind, NotFound without a partner to blend.
    """
    image = (text(attributes, _SOP_INSTANCE), frame_number)
    if not in_scope(state.images, *image):
        raise Invalid("The presentation state is not for this image or frame.", uid=state.sop_instance_uid)
    window, scale = None, None
    if state.kind is StateKind.COLOR:
        raster = converted(_colors(frame, description, attributes), state.icc_profile)
    elif state.advanced is not None:
        raster = advanced_blended(
            frame, description, attributes, presentation, state.advanced, frame_number, source
        )
        raster = converted(raster, state.icc_profile)
    elif state.blending is not None:
        raster, scale = blended(
            frame, description, attributes, presentation, state, state.blending, frame_number, source
        )
        raster = converted(raster, state.icc_profile)
    else:
        raster, scale = _greys(frame, description, presentation, state, image, source)
    if scale is not None and isinstance(scale.voi, Window):
        window = scale.voi
    if state.shutter is not None:
        group = state.shutter.group
        closed = None if group is None else _closed(group, state, description, frame_number, source)
        raster = close(raster, state.shutter, description, aspect_ratio(attributes), closed)
    return raster, window


class Differences(NamedTuple):
    """What a mask leaves of a frame: float64 (rows, columns). is_logarithmic: a table made the values."""

    values: Array
    is_logarithmic: bool


def own_differences(
    frame: Frame,
    attributes: Attributes,
    presentation: Presentation,
    frame_number: int,
    source: Source | None,
) -> Differences | None:
    """A frame without the mask that its image itself names; None where it is shown as it is stored.

    Raises Invalid for a broken mask when it is asked for.
    """
    if source is None or frame.values.ndim != 2 or frame.photometric_interpretation not in _GREY:
        return None
    found = own_mask(attributes, frame_number, source.count, presentation.subtracts)
    if found is None:
        return None
    known = {frame_number: frame.values}
    values = subtracted(*found, lambda number: _values(number, known, source))
    return Differences(values, bool(found[0].log_tables))


def shown_differences(
    differences: Differences,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation,
) -> tuple[Array, Window | None]:
    """Their greys, uint8, and the window that made them."""
    window = presentation.window or presentation.difference_window
    scale = difference_scale(differences.values, description, attributes, window, differences.is_logarithmic)
    return render_grey(differences.values, scale), scale.voi if isinstance(scale.voi, Window) else None


def own_shutter(
    raster: Array,
    description: PixelDescription,
    attributes: Attributes,
    frame_number: int,
    source: Source | None,
) -> Array:
    """The raster behind the image's own shutter, if it has one. Raises Invalid for a broken one."""
    shutter = read_shutter(attributes)
    if shutter is None:
        return raster
    closed = None
    if shutter.group is not None and source is not None:
        overlay = read_overlays(source.whole_attributes()).get(shutter.group)
        closed = None if overlay is None else over_image(overlay, description, frame_number, source)
    return close(raster, shutter, description, aspect_ratio(attributes), closed)


def converted(rgb: Array, icc_profile: bytes) -> Array:
    """RGB of a profile's colour space as sRGB, unchanged without one. Raises Invalid for a broken profile."""
    if not icc_profile:
        return rgb
    try:
        profile = ImageCms.getOpenProfile(io.BytesIO(icc_profile))
        image = Image.fromarray(np.ascontiguousarray(rgb), "RGB")
        made = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"), ImageCms.Intent.PERCEPTUAL
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise Invalid("The ICC profile is broken, or not one for RGB.") from error
    return np.asarray(made)


def overlays_of(
    groups: frozenset[int], state: PresentationState, source: Source | None
) -> dict[int, Overlay]:
    """The overlays of these groups, the state's own before those of the image."""
    found = {group: overlay for group, overlay in state.overlays.items() if group in groups}
    if source is not None and not groups <= set(found):
        stored = read_overlays(source.whole_attributes())
        found = {group: overlay for group, overlay in stored.items() if group in groups} | found
    return found


def over_image(
    overlay: Overlay, description: PixelDescription, frame_number: int, source: Source | None
) -> Array | None:
    """An overlay's plane in the image's raster: bool (rows, columns); None where it has none."""
    if overlay.position is not None:
        return overlay.plane_in(source.cells(frame_number)) if source is not None else None
    plane = overlay.plane(frame_number)
    if plane is None:
        return None
    whole = np.zeros((description.rows, description.columns), bool)
    top, left = max(0, overlay.row - 1), max(0, overlay.column - 1)
    cut = plane[top - overlay.row + 1 :, left - overlay.column + 1 :]
    cut = cut[: max(0, description.rows - top), : max(0, description.columns - left)]
    whole[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return whole


def _greys(
    frame: Frame,
    description: PixelDescription,
    presentation: Presentation,
    state: PresentationState,
    image: tuple[str, int],
    source: Source | None,
) -> tuple[Array, GreyScale]:
    if frame.values.ndim != 2 or frame.photometric_interpretation not in _GREY:
        raise Invalid("This presentation state is for grey images.", uid=state.sop_instance_uid)
    values = frame.values
    masked = mask_for(state.masks, *image, source.count if source else 1)
    if masked is not None and source is not None:
        known = {image[1]: values}
        values = subtracted(*masked, lambda number: _values(number, known, source))
    scale = state_scale(description, state, state.grey, image, masked is not None, presentation.window)
    if state.kind is StateKind.PSEUDO_COLOR and state.palette is not None:
        scale = with_palette(scale, state.palette, state.icc_profile)
    return render_grey(values, scale), scale


def with_palette(scale: GreyScale, palette: Palette, icc_profile: bytes) -> GreyScale:
    """The same transformation with the palette, made sRGB, in the place of greys."""
    colours = converted(palette.colours[None], icc_profile)[0]
    return GreyScale(scale.modality, scale.voi, scale.is_inverted, None, Palette(colours, palette.first))


def _values(number: int, known: dict[int, Array], source: Source) -> Array:
    if number not in known:
        known[number] = source.decoded(number).values
    return known[number]


def _colors(frame: Frame, description: PixelDescription, attributes: Attributes) -> Array:
    if frame.photometric_interpretation == "PALETTE COLOR" and frame.values.ndim == 2:
        return Palette.of(attributes).apply(frame.values)
    if frame.values.ndim != 3:
        raise Invalid("A colour presentation state is for colour images.")
    return eight_bits(to_rgb(frame, description.bits_stored), description)


def _closed(
    group: int,
    state: PresentationState,
    description: PixelDescription,
    frame_number: int,
    source: Source | None,
) -> Array | None:
    overlay = overlays_of(frozenset({group}), state, source).get(group)
    if overlay is None:
        raise Invalid(f"The bitmap shutter's overlay {group:04X} is missing.", uid=state.sop_instance_uid)
    return over_image(overlay, description, frame_number, source)
