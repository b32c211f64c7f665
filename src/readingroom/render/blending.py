"""One image over another: blending presentation states (PS3.3 C.11.14, PS3.4 N.2.4)."""

from __future__ import annotations

import numpy as np

from readingroom.errors import Invalid, NotFound
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription

from .co_registered import partner, sampled
from .grey import GreyScale, render_grey, state_scale
from .numbers import text
from .presentation import Presentation
from .source import Source
from .state import Blending, PresentationState

_SOP_INSTANCE = 0x00080018


def blended(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation,
    state: PresentationState,
    blending: Blending,
    frame_number: int,
    source: Source | None,
) -> tuple[Array, GreyScale]:
    """RGB of an underlying frame with the superimposed one in its plane laid over it.

    The superimposed image is found by its position in the same frame of reference and resampled into the
    underlying one's pixels, bilinear; images without positions go together by their place in the lists.
    Raises Invalid for a frame that is not an underlying one, NotFound when nothing that is here lies in
    its plane.
    """
    uid = text(attributes, _SOP_INSTANCE)
    places = [at for at, one in enumerate(blending.underlying) if one.covers(uid, frame_number)]
    if not places:
        raise Invalid("A blending state is shown on its underlying images.", uid=state.sop_instance_uid)
    image = (uid, frame_number)
    stage = blending.underlying_stage
    under = state_scale(description, state, stage, image, False, presentation.window)
    grey = render_grey(_grey_values(frame), under).astype(np.float64)[..., None]
    paired = (places[0], len(blending.underlying))
    found = partner(attributes, description, blending.superimposed, paired, source)
    if found.shown is None:
        raise NotFound("No image to superimpose lies in the plane of this one.")
    over, grid = found.shown, found.grid
    scale = state_scale(
        over.description,
        state,
        blending.superimposed_stage,
        (text(over.attributes, _SOP_INSTANCE), over.frame_number),
        False,
    )
    colored = GreyScale(scale.modality, scale.voi, scale.is_inverted, None, _palette(state))
    values = _grey_values(over.frame)
    opacity = np.full((*frame.values.shape, 1), blending.opacity)
    if grid is not None:
        values, is_inside = sampled(values, *grid)
        opacity = opacity * is_inside[..., None]
    color = render_grey(values, colored).astype(np.float64)
    return np.rint(color * opacity + grey * (1 - opacity)).astype(np.uint8), under


def _palette(state: PresentationState) -> Palette:
    if state.palette is None:
        raise Invalid("A blending state needs a palette.", uid=state.sop_instance_uid)
    return state.palette


def _grey_values(frame: Frame) -> Array:
    if frame.values.ndim != 2:
        raise Invalid("Only grey images can be blended.")
    return frame.values
