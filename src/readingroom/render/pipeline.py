"""One frame to one picture."""

from __future__ import annotations

import numpy as np

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription, to_rgb

from .functional_groups import attributes_of_frame
from .geometry import picture_size, place
from .grey import grey_scale, render_grey
from .presentation import Picture, Presentation
from .window import Window

_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
_AS_STORED = Presentation()


def render(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation = _AS_STORED,
    frame_number: int = 1,
) -> Picture:
    """Render a decoded frame to 8 bits.

    attributes: the whole Data Set (pixel data not needed); frame_number, from 1, picks the functional
    groups. Order: Modality LUT, VOI (see `grey_scale` for which), MONOCHROME1 and Presentation LUT Shape,
    or palette or YBR to RGB; then region, pixel aspect ratio, scale. Overlays, shutters and ICC profiles
    are not applied. Raises Invalid for a region outside the image, a picture too large or a broken
    palette, Unsupported for colour spaces we do not show.
    """
    if presentation.state is not None:
        raise Unsupported("Presentation states are read, but not applied yet.")
    attributes = attributes_of_frame(attributes, frame_number)
    picture_size(description, attributes, presentation)  # refuse before the work, not after it
    raster, window = _raster(frame, description, attributes, presentation)
    if presentation.is_inverted:
        raster = 255 - raster
    return Picture(place(raster, description, attributes, presentation), window)


def _raster(
    frame: Frame, description: PixelDescription, attributes: Attributes, presentation: Presentation
) -> tuple[Array, Window | None]:
    is_index = frame.values.ndim == 2 and frame.values.dtype.kind != "f"
    if frame.photometric_interpretation == "PALETTE COLOR" and is_index:
        return Palette.of(attributes).apply(frame.values), None
    if frame.values.ndim == 3:
        return _eight_bits(to_rgb(frame, description.bits_stored), description), None
    if frame.values.ndim != 2:
        raise Invalid("A frame has rows, columns and perhaps samples.")
    scale = grey_scale(frame, description, attributes, presentation.window)
    return render_grey(frame.values, scale), scale.voi if isinstance(scale.voi, Window) else None


def _eight_bits(rgb: Array, description: PixelDescription) -> Array:
    """Colour samples of any depth in proportion: the largest stored value is 255."""
    if rgb.dtype == np.uint8 and description.bits_stored == 8:
        return rgb
    largest = (1 << description.bits_stored) - 1
    return np.rint(np.clip(rgb, 0, largest) * (255 / largest)).astype(np.uint8)
