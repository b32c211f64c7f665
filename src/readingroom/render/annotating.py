"""Overlays, graphics and text of a presentation state on its picture, layer by layer (PS3.3 C.10.7)."""

from __future__ import annotations

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .canvas import Canvas
from .geometry import Placement, place
from .presentation import Presentation
from .softcopy import over_image, overlays_of
from .source import Source
from .state import PresentationState

_SOP_INSTANCE = 0x00080018


def annotated(
    pixels: Array,
    description: PixelDescription,
    attributes: Attributes,
    placed: Placement,
    presentation: Presentation,
    state: PresentationState,
    frame_number: int,
    source: Source | None,
) -> Array:
    """The picture with everything drawn that the state has for this frame; the lowest layer first."""
    canvas = Canvas(pixels, presentation.is_grey)
    shutter = state.shutter.group if state.shutter else None
    groups = frozenset(group for group in state.activations if group != shutter)
    overlays = overlays_of(groups, state, source) if groups else {}
    names = {*state.layers, *state.activations.values()}
    for name in sorted(names, key=lambda name: state.layers[name].order if name in state.layers else 0):
        layer = state.layers.get(name)
        for group, overlay in overlays.items():
            if state.activations[group] != name:
                continue
            plane = over_image(overlay, description, frame_number, source)
            if plane is not None:
                bits = place(plane.astype(np.uint8) * 255, description, placed)
                canvas.lay(bits, canvas.ink(layer))
    return canvas.pixels
