"""Presentation states of tests/data, on every clone; the numbers are those of TRUTH.csv of made objects."""

from __future__ import annotations

import numpy as np
import pytest

from readingroom.pixels import Array
from readingroom.render import Presentation, read_state, render
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import REPOSITORY
from tests.kit.states import ReadSource

STATES = REPOSITORY / "tests" / "data" / "states"


def picture(name: str) -> Array:
    source = ReadSource(read_image(STATES / "base-wedge.dcm"))
    presentation = Presentation(state=read_state(attributes_of(read_image(STATES / f"{name}.dcm"))))
    attributes = source.whole_attributes()
    return render(source.decoded(1), source.description, attributes, presentation, 1, source).pixels


@pytest.mark.ps("3.3 C.10.6")
def test_corners_when_turned() -> None:
    shown = picture("rotate-90").astype(int)
    assert shown.shape == (96, 64)
    corners = [shown[0, 0], shown[0, -1], shown[-1, -1], shown[-1, 0]]
    wanted = np.array([2900, 2150, 2450, 350]) / 4095 * 255  # through the window 2048, 4096
    assert np.abs(corners - wanted).max() <= 1


@pytest.mark.ps("3.3 C.7.6.11")
def test_a_circle_is_left_open() -> None:
    """P-Value 20000 of 65535 outside of the 2629 pixels to be seen, of which few are of that grey, too."""
    shut = np.count_nonzero(picture("shutter-circular") == round(20000 / 65535 * 255))
    assert 64 * 96 - 2629 <= shut <= 64 * 96 - 2629 + 50


@pytest.mark.ps("3.3 C.10.7")
def test_the_higher_layer_lies_in_front() -> None:
    shown = picture("layers").astype(int)
    for (x, y), color in (((35, 35), (0, 255, 0)), ((25, 25), (0, 255, 0)), ((45, 45), (255, 0, 0))):
        assert np.abs(shown[y, x] - color).max() <= 3
