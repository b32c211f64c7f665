"""One image over another: blending presentation states (PS3.3 C.11.14, PS3.4 N.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from readingroom.errors import Invalid, NotFound, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, Palette, PixelDescription

from .functional_groups import attributes_of_frame
from .grey import GreyScale, render_grey, state_scale
from .numbers import decimals, text
from .presentation import Presentation
from .reference import ImageReference
from .source import Shown, Source
from .state import Blending, PresentationState

_SOP_INSTANCE, _FRAME_OF_REFERENCE = 0x00080018, 0x00200052
_POSITION, _ORIENTATION, _SPACING, _THICKNESS = 0x00200032, 0x00200037, 0x00280030, 0x00180050
_MOST_TRIES: Final = 200
_PARALLEL: Final = 1e-3


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
    over, grid = _partner(attributes, description, blending, places[0], source)
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
        values, is_inside = _sampled(values, *grid)
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


def _partner(
    attributes: Attributes,
    description: PixelDescription,
    blending: Blending,
    place: int,
    source: Source | None,
) -> tuple[Shown, tuple[Array, Array] | None]:
    """The superimposed frame for an underlying one; where its pixels are in it, None for one to one."""
    plane = _plane(attributes)
    for reference, number in _candidates(blending, place) if source is not None else ():
        assert source is not None
        found = source.image(reference, number)
        if found is None:
            continue
        other = _plane(attributes_of_frame(found.attributes, number))
        if plane is None or other is None:
            is_paired = len(blending.superimposed) == len(blending.underlying)
            is_same = found.frame.values.shape == (description.rows, description.columns)
            if is_paired and is_same and reference == blending.superimposed[place]:
                return found, None
        elif _lies_in(plane, other, found.attributes):
            return found, _grid(plane, other, description, found.frame.values.shape)
    raise NotFound("No image to superimpose lies in the plane of this one.")


def _candidates(blending: Blending, place: int) -> Iterator[tuple[ImageReference, int]]:
    """Superimposed frames, those at the same place of the list first."""
    count = len(blending.superimposed)
    tries = 0
    for at in sorted(range(count), key=lambda at: abs(at - place)):
        reference = blending.superimposed[at]
        for number in reference.frame_numbers or (1,):
            if tries == _MOST_TRIES:
                raise Unsupported(f"A match among more than {_MOST_TRIES} images to superimpose.")
            tries += 1
            yield reference, number


def _plane(attributes: Attributes) -> tuple[str, Array, Array, Array] | None:
    """Frame of reference, position of the first pixel, steps along a column and along a row, mm."""
    position, orientation = decimals(attributes, _POSITION), decimals(attributes, _ORIENTATION)
    spacing = decimals(attributes, _SPACING)
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    along_row, along_column = np.array(orientation[:3]), np.array(orientation[3:])
    frame = text(attributes, _FRAME_OF_REFERENCE)
    return frame, np.array(position), along_column * spacing[0], along_row * spacing[1]


def _lies_in(
    plane: tuple[str, Array, Array, Array], other: tuple[str, Array, Array, Array], attributes: Attributes
) -> bool:
    """Whether two planes are one, to half a slice."""
    normals = [np.cross(one[3], one[2]) for one in (plane, other)]
    lengths = [float(np.linalg.norm(normal)) for normal in normals]
    if plane[0] != other[0] or min(lengths) == 0:
        return False
    normal = normals[0] / lengths[0]
    if abs(abs(float(np.dot(normal, normals[1] / lengths[1]))) - 1) > _PARALLEL:
        return False
    thickness = (*decimals(attributes, _THICKNESS), 0.0)[0]
    return abs(float(np.dot(normal, other[1] - plane[1]))) <= max(thickness / 2, 0.01)


def _grid(
    plane: tuple[str, Array, Array, Array],
    other: tuple[str, Array, Array, Array],
    description: PixelDescription,
    shape: tuple[int, ...],
) -> tuple[Array, Array] | None:
    """Rows and columns in the other image of every pixel of this one; None when they are the same."""
    _, origin, down, across = plane
    _, other_origin, other_down, other_across = other
    steps = np.stack([other_down, other_across], axis=1)
    to_other = np.linalg.pinv(steps)
    start = to_other @ (origin - other_origin)
    per_row, per_column = to_other @ down, to_other @ across
    is_same = np.allclose([*start, *per_row, *per_column], [0, 0, 1, 0, 0, 1], atol=1e-4)
    if is_same and shape == (description.rows, description.columns):
        return None
    rows = np.arange(description.rows)[:, None]
    columns = np.arange(description.columns)
    return (
        start[0] + per_row[0] * rows + per_column[0] * columns,
        start[1] + per_row[1] * rows + per_column[1] * columns,
    )


def _sampled(values: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Values between pixels, bilinear: (float32 values, whether each lies in the image)."""
    height, width = values.shape
    is_inside = (rows >= -0.5) & (rows <= height - 0.5) & (columns >= -0.5) & (columns <= width - 0.5)
    y, x = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    y0, x0 = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    dy, dx = (y - y0).astype(np.float32), (x - x0).astype(np.float32)
    upper = values[y0, x0] * (1 - dx) + values[y0, x1] * dx
    lower = values[y1, x0] * (1 - dx) + values[y1, x1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, np.float32), is_inside
