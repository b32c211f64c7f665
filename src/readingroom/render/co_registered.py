"""Images that lie in the plane of another one, and their pixels there (PS3.3 C.7.6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from readingroom.errors import Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .functional_groups import attributes_of_frame
from .numbers import decimals, text
from .reference import ImageReference
from .source import Shown, Source

_FRAME_OF_REFERENCE = 0x00200052
_FRAMES = 0x00280008
_POSITION, _ORIENTATION, _SPACING, _THICKNESS = 0x00200032, 0x00200037, 0x00280030, 0x00180050
_MOST_TRIES: Final = 1000
_PARALLEL: Final = 1e-3


class Partner(NamedTuple):
    """What lies in a plane, None for nothing. grid: where the pixels of the plane are in it, rows and columns
    from 0; None for one to one. is_complete: every image that might have been looked at was there.
    """

    shown: Shown | None
    grid: tuple[Array, Array] | None
    is_complete: bool


def partner(
    attributes: Attributes,
    description: PixelDescription,
    references: Sequence[ImageReference],
    paired: tuple[int, int],
    source: Source | None,
) -> Partner:
    """The frame among the references that lies in the plane of this one.

    By position in the same frame of reference, to half its slice thickness. paired: the place of this image
    in its own list and the length of that: images without positions go together by place, when the lists
    are of one length. Raises Unsupported after 1000 tries.
    """
    if source is None:
        return Partner(None, None, False)
    plane, (place, length), is_complete = _plane(attributes), paired, True
    for at, number, known in _candidates(references, place, source):
        if known is None:
            is_complete = False
            continue
        other = _plane(attributes_of_frame(known, number))
        if plane is None or other is None:
            if len(references) != length or at != place:
                continue
        elif not _lies_in(plane, other, known):
            continue
        found = source.image(references[at], number)
        if found is None:
            is_complete = False
        elif plane is not None and other is not None:
            return Partner(found, _grid(plane, other, description, found.frame.values.shape), True)
        elif found.frame.values.shape[:2] == (description.rows, description.columns):
            return Partner(found, None, True)
    return Partner(None, None, is_complete)


def _candidates(
    references: Sequence[ImageReference], place: int, source: Source
) -> Iterator[tuple[int, int, Attributes | None]]:
    """Places, frames and attributes, None for what is not here; those at the same place of the list first."""
    tries = 0
    for at in sorted(range(len(references)), key=lambda at: abs(at - place)):
        known = source.attributes_of(references[at])
        count = int((*decimals(known or {}, _FRAMES), 1)[0])
        for number in references[at].frame_numbers or range(1, max(count, 1) + 1):
            if tries == _MOST_TRIES:
                raise Unsupported(f"A match among more than {_MOST_TRIES} images to superimpose.")
            tries += 1
            yield at, number, known


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
    if is_same and shape[:2] == (description.rows, description.columns):
        return None
    rows = np.arange(description.rows)[:, None]
    columns = np.arange(description.columns)
    return (
        start[0] + per_row[0] * rows + per_column[0] * columns,
        start[1] + per_row[1] * rows + per_column[1] * columns,
    )


def nearest(values: Array, rows: Array, columns: Array) -> Array:
    """The values of the pixels next to these places, of the edge beyond it."""
    y = np.clip(np.rint(rows), 0, values.shape[0] - 1).astype(np.int64)
    x = np.clip(np.rint(columns), 0, values.shape[1] - 1).astype(np.int64)
    return np.asarray(values[y, x])


def sampled(values: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Values between pixels, bilinear: (float32 values, whether each lies in the image).

    values: (rows, columns), or with samples.
    """
    height, width = values.shape[:2]
    is_inside = (rows >= -0.5) & (rows <= height - 0.5) & (columns >= -0.5) & (columns <= width - 0.5)
    y, x = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    y0, x0 = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    dy, dx = (y - y0).astype(np.float32), (x - x0).astype(np.float32)
    if values.ndim == 3:
        dy, dx = dy[..., None], dx[..., None]
    upper = values[y0, x0] * (1 - dx) + values[y0, x1] * dx
    lower = values[y1, x0] * (1 - dx) + values[y1, x1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, np.float32), is_inside
