"""Graphics, text, layers and colours of presentation states where TRUTH.csv says they are."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from readingroom.pixels import Array
from tests.golden.test_presentation_states import truth, truths
from tests.kit.states import folder, picture

TIMES = 10
"""Picture pixels for one of the image, so that a line is thin beside the shapes."""
ROW = re.compile(r"(\d+) ([A-Z]+) filled=(\w+)")
WIDE = {"viewport": (960, 640)}


def drawn(name: str, frame: int = 1, **wishes: Any) -> Array:
    """Where drawing changed the picture: bool (rows, columns)."""
    folder()
    plain = picture(name, frame, draws_annotations=False, **wishes).pixels.astype(int)
    full = picture(name, frame, **wishes).pixels.astype(int)
    if plain.ndim == 2:
        plain = np.repeat(plain[..., None], 3, axis=2)
    if full.ndim == 2:
        full = np.repeat(full[..., None], 3, axis=2)
    return np.abs(full - plain).max(axis=2) > 24


def distance_to(points: Array, x: Array, y: Array) -> Array:
    """From every pixel centre to a line through points."""
    nearest = np.full(np.broadcast(x, y).shape, 1e9)
    for (x0, y0), (x1, y1) in pairwise(points):
        length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9)
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length, 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)))
    return nearest


def shape(kind: str, points: Array, is_filled: bool) -> tuple[Array, Array]:
    """(pixels that must be drawn, pixels that may be), of a picture of 960 x 640."""
    x, y = np.arange(960)[None, :] + 0.5, np.arange(640)[:, None] + 0.5
    if kind == "CIRCLE":
        beyond = np.hypot(x - points[0][0], y - points[0][1]) - np.hypot(*(points[1] - points[0]))
    elif kind == "ELLIPSE":
        center = (points[0] + points[1]) / 2
        a, b = np.abs(points[1] - points[0])[0] / 2, np.abs(points[3] - points[2])[1] / 2
        beyond = (np.hypot((x - center[0]) / a, (y - center[1]) / b) - 1) * min(a, b)
    elif kind == "POINT":
        away = np.hypot(x - points[0][0], y - points[0][1])
        return away < 1, away < 3
    else:
        line = distance_to(points, x, y)
        if not is_filled:
            return line < 0.4, line < 2
        inside = np.zeros((640, 960), bool)
        for (x0, y0), (x1, y1) in pairwise(points):
            with np.errstate(divide="ignore", invalid="ignore"):
                inside ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return inside, inside | (line < 2)
    return (beyond < 0, beyond < 2) if is_filled else (np.abs(beyond) < 0.3, np.abs(beyond) < 2.5)


@pytest.mark.ps("3.3 C.10.5.1.2")
@pytest.mark.parametrize("name", ["graphics-pixel", "graphics-display"])
def test_graphics_lie_where_their_points_are(name: str) -> None:
    """Every pixel of every shape is drawn, and nothing is where no shape is."""
    changed = drawn(name, **WIDE)
    allowed = np.zeros(changed.shape, bool)
    rows = [row for row in truths() if row["file"] == f"gsps/{name}.dcm" and row["kind"] == "graphic"]
    shapes = [(match, row) for row in rows if (match := ROW.match(row["what is known"]))]
    assert len(shapes) == 9
    for match, row in shapes:
        points = np.array(json.loads(row["value"]), float) * TIMES
        kind, is_filled = match[2], match[3] == "Y"
        if kind == "INTERPOLATED":  # runs through its points, how between them is ours to choose
            for x, y in points:
                assert changed[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].any()
            (x0, y0), (x1, y1) = points.min(axis=0).astype(int) - 25, points.max(axis=0).astype(int) + 25
            allowed[y0:y1, x0:x1] = True
            continue
        must, may = shape(kind, points, is_filled)
        assert changed[must].mean() > 0.97, kind
        allowed |= may
    assert not np.any(changed & ~allowed)


@pytest.mark.ps("3.3 C.10.5")
def test_fractions_of_the_displayed_area_are_the_same_places() -> None:
    by_pixel, by_share = (drawn(name, **WIDE) for name in ("graphics-pixel", "graphics-display"))
    assert np.count_nonzero(by_pixel != by_share) < 0.02 * np.count_nonzero(by_pixel)


@pytest.mark.ps("3.3 C.10.7")
def test_the_higher_layer_lies_in_front() -> None:
    (colors,) = truth("layers", "layer")
    shown = picture("layers").pixels.astype(int)
    for (x, y), color in zip(((35, 35), (25, 25), (45, 45)), colors, strict=True):
        assert np.abs(shown[y, x] - color).max() <= 3
    grey = picture("layers", is_grey=True).pixels
    assert grey.ndim == 2
    assert grey[35, 35] == grey[45, 45] == 255  # both layers' grey is 65535


def test_text_of_single_frames() -> None:
    (frames,) = truth("per-frame", "per-frame")[:1]
    wide = {"viewport": (640, 640)}
    assert [number for number in range(1, 9) if drawn("per-frame", number, **wide).any()] == frames


@pytest.mark.ps("3.3 C.10.5.1.1")
def test_text_lies_in_its_box_and_is_justified() -> None:
    changed = drawn("text", **WIDE)
    left = changed[50:150, :]
    columns = np.flatnonzero(left.any(axis=0))
    assert 50 <= columns[0] <= 60
    assert columns[-1] <= 600
    right = np.flatnonzero(changed[300:400, 300:].any(axis=0)) + 300
    assert right[-1] >= 885
    assert right[-1] <= 900
    center = np.flatnonzero(changed[460:540, :].any(axis=0))
    assert abs((center[0] + center[-1]) / 2 - 480) <= 90  # the anchor's line reaches in from the left
    anchored = changed[180:220, :]
    assert anchored.any()
    assert near(changed, 20, 50)  # the visible anchor line ends at its anchor, 20, 50
    red = picture("text", **WIDE).pixels[50:150, 50:600].astype(int)
    assert np.any((red[..., 0] > 240) & (red[..., 1] < 15) & (red[..., 2] < 15))  # the text's own colour


@pytest.mark.ps("3.3 C.10.5.1.3")
def test_compound_graphics_take_the_place_of_their_substitutes() -> None:
    changed = drawn("graphics-compound", **WIDE)
    for x, y in ((5, 5), (14.5, 5), (14.5, 11.9), (60, 5), (70, 8), (5, 30), (45, 30), (50, 40), (75, 47)):
        assert near(changed, x, y), (x, y)
    for x in (2, 12, 50, 90):  # the infinite line through 20, 5 and 30, 10 and the cut line at row 5
        assert near(changed, x, -5 + x / 2) == (0 <= -5 + x / 2 < 64)
        assert near(changed, x, 5)
    assert near(changed, 10, 57.9)  # tip of the arrow
    assert not near(changed, 31, 46)  # a corner of the rectangle, had it not been turned by 15 degrees
    assert near(changed, 28.6, 47.8)
    assert not near(changed, 74, 53)  # the diagonal that stands for the ellipse


def near(changed: Array, x: float, y: float) -> bool:
    """Whether something is drawn within two pixels of an image point."""
    column, row = round(x * TIMES), round(y * TIMES)
    if row < 0:
        return False
    return bool(changed[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3].any())


@pytest.mark.ps("3.3 A.33.2")
def test_a_colour_state() -> None:
    ((width, height),) = truth("colour", "colour")
    shown = picture("colour")
    assert shown.pixels.shape == (height, width, 3)
    plain = picture("colour", draws_annotations=False).pixels.astype(int)
    stored = np.rot90(base_rgb(), -1).astype(int)
    assert np.abs(plain - stored).max() <= 1  # the state's profile is sRGB
    wide = drawn("colour", viewport=(640, 960))
    assert wide[450, 340 + 149 : 340 + 152].any()  # 45, 30 lies at 34, 45 when turned; radius 15
    assert wide[450 - 152 : 450 - 148, 340].any()
    assert not wide[450, 340]


def base_rgb() -> Array:
    return np.asarray(dcmread(folder() / "base-rgb.dcm").pixel_array)


@pytest.mark.ps("3.3 A.33.3")
def test_a_pseudo_colour_state() -> None:
    (points,) = truth("pseudo-colour", "palette")
    shown = picture("pseudo-colour").pixels.astype(int)
    for column, color in points:
        assert np.abs(shown[32, column] - color).max() <= 2, column


@pytest.mark.ps("3.3 A.33.4")
def test_a_blending_state() -> None:
    (points,) = truth("blending", "blending")
    shown = picture("blending").pixels.astype(int)
    for x, y, color in points:
        assert np.abs(shown[y, x] - color).max() <= 3, (x, y)
