"""One frame to one picture."""

from __future__ import annotations

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription, to_rgb

from .annotating import annotated, with_own_overlays
from .depth import eight_bits
from .functional_groups import attributes_of_frame
from .geometry import place, placement
from .grey import grey_scale, render_grey
from .presentation import Picture, Presentation
from .segments import segment_colours
from .softcopy import own_differences, own_shutter, shown_by_state, shown_differences
from .source import Source
from .window import Window

_AS_STORED = Presentation()


def render(
    frame: Frame,
    description: PixelDescription,
    attributes: Attributes,
    presentation: Presentation = _AS_STORED,
    frame_number: int = 1,
    source: Source | None = None,
) -> Picture:
    """Render a decoded frame to 8 bits.

    attributes: the whole Data Set (pixel data not needed); frame_number, from 1, picks the functional
    groups. source: where a presentation state finds masks, overlays of the image and images to blend;
    without it there are none.

    Without a state: the image's own mask where it recommends that (see `own_mask`); Modality LUT, VOI (see
    `grey_scale` for which), MONOCHROME1 and Presentation LUT Shape, or palette or YBR to RGB, or segments in
    their colours; the image's own shutter, overlays if asked for; region, pixel shape, scale.
    With one: PS3.4 N.2, see `shown_by_state`, then its area and turns, its overlays, graphics and text.

    Raises Invalid for a region outside the image, a picture too large, a broken palette or a state that is
    not for this frame, Unsupported for colour spaces we do not show.
    """
    attributes = attributes_of_frame(attributes, frame_number)
    placed = placement(description, attributes, presentation, frame_number)  # refuse before the work
    state, is_subtracted = presentation.state, False
    if state is None:
        differences = own_differences(frame, attributes, presentation, frame_number, source)
        if differences is None:
            raster, window = _raster(frame, description, attributes, presentation)
        else:
            is_subtracted = True
            raster, window = shown_differences(differences, description, attributes, presentation)
        if presentation.shows_shutter:
            raster = own_shutter(raster, description, attributes, frame_number, source)
    else:
        raster, window = shown_by_state(
            frame, description, attributes, presentation, state, frame_number, source
        )
    if presentation.is_inverted:
        raster = 255 - raster
    pixels = place(raster, description, placed)
    if state is not None and presentation.draws_annotations:
        pixels = annotated(pixels, description, attributes, placed, presentation, state, frame_number, source)
    elif state is None and presentation.overlays and source is not None:
        pixels = with_own_overlays(pixels, description, placed, presentation.overlays, frame_number, source)
    return Picture(pixels, window, is_subtracted)


def _raster(
    frame: Frame, description: PixelDescription, attributes: Attributes, presentation: Presentation
) -> tuple[Array, Window | None]:
    is_index = frame.values.ndim == 2 and frame.values.dtype.kind != "f"
    if frame.photometric_interpretation == "PALETTE COLOR" and is_index:
        return Palette.of(attributes).apply(frame.values), None
    if frame.values.ndim == 3:
        return eight_bits(to_rgb(frame, description.bits_stored), description), None
    if frame.values.ndim != 2:
        raise Invalid("A frame has rows, columns and perhaps samples.")
    if presentation.window is None and (segments := segment_colours(frame, attributes)) is not None:
        return segments, None
    scale = grey_scale(frame, description, attributes, presentation.window)
    return render_grey(frame.values, scale), scale.voi if isinstance(scale.voi, Window) else None
