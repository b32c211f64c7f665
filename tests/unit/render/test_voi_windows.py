"""VOI by the formulas of the standard; stored windows that break its rules."""

from __future__ import annotations

import math

import numpy as np
import pytest

from readingroom.errors import Invalid
from readingroom.model import Attribute
from readingroom.render import VoiFunction, Window, apply_window, stored_windows

LINEAR, EXACT, SIGMOID = VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT, VoiFunction.SIGMOID


def grey(value: float, window: Window) -> float:
    return float(apply_window(np.array([value]), window)[0])


@pytest.mark.ps("3.3 C.11.2.1.2.1")
@pytest.mark.parametrize(
    ("center", "width", "value", "expected"),
    [
        (2048, 4096, 0, 0),
        (2048, 4096, 4095, 1),
        (2048, 1, 2047, 0),
        (2048, 1, 2048, 1),
        (2048, 1, 2047.5, 0),
        (0, 100, -50, 0),
        (0, 100, 49, 1),
        (0, 100, -0.5, 0.5),
        (0, 1, -1, 0),
        (0, 1, 0, 1),
    ],
)
def test_linear_examples_of_the_standard(center: float, width: float, value: float, expected: float) -> None:
    assert grey(value, Window(center, width)) == pytest.approx(expected)


@pytest.mark.ps("3.3 C.11.2.1.3.2")
@pytest.mark.parametrize(
    ("center", "width", "value", "expected"),
    [
        (2048, 4096, 0, 0),
        (2048, 4096, 4096, 1),
        (0, 100, -50, 0),
        (0, 100, 50, 1),
        (0, 0.5, 0, 0.5),
        (0, 0.5, 0.125, 0.75),
    ],
)
def test_linear_exact(center: float, width: float, value: float, expected: float) -> None:
    assert grey(value, Window(center, width, EXACT)) == pytest.approx(expected)


@pytest.mark.ps("3.3 C.11.2.1.3.1")
@pytest.mark.parametrize("value", [-1e9, -40.0, 0.0, 12.5, 40.0, 400.0, 1e9])
def test_sigmoid(value: float) -> None:
    exponent = -4 * (value - 40) / 80
    expected = 1 / (1 + math.exp(exponent)) if exponent < 700 else 0.0
    assert grey(value, Window(40, 80, SIGMOID)) == pytest.approx(expected, abs=1e-12)


def test_whole_numbers_and_float32_keep_their_shape_and_kind() -> None:
    values = np.array([[0, 1], [2, 3]])
    assert apply_window(values.astype(np.int16), Window(2, 4)).dtype == np.float64
    shown = apply_window(values.astype(np.float32), Window(2, 4))
    assert (shown.dtype, shown.shape) == (np.float32, (2, 2))


@pytest.mark.ps("3.3 C.11.2.1.2.1")
@pytest.mark.parametrize(
    ("width", "function"),
    [
        (0.5, LINEAR),
        (0, LINEAR),
        (-1, LINEAR),
        (0, EXACT),
        (-3, EXACT),
        (0, SIGMOID),
        (math.nan, LINEAR),
        (math.inf, EXACT),
    ],
)
def test_impossible_windows_are_refused(width: float, function: VoiFunction) -> None:
    with pytest.raises(Invalid):
        Window(40, width, function)
    with pytest.raises(Invalid):
        Window(math.nan, 400, function)


def stored(
    center: tuple[str, ...], width: tuple[str, ...], function: str | None = None
) -> tuple[Window, ...]:
    attributes = {0x00281050: Attribute("DS", center), 0x00281051: Attribute("DS", width)}
    if function is not None:
        attributes[0x00281056] = Attribute("CS", (function,))
    return stored_windows(attributes)


def test_stored_windows() -> None:
    assert stored(("40", " 600 "), ("400", "1600")) == (Window(40, 400), Window(600, 1600))
    assert stored(("40",), ("400",), "SIGMOID") == (Window(40, 400, SIGMOID),)
    assert stored(("40",), ("0.5",), "LINEAR_EXACT") == (Window(40, 0.5, EXACT),)
    assert stored(("40",), ("400",), "LOGARITHMIC") == (Window(40, 400),)


def test_stored_windows_that_break_a_rule_are_left_out() -> None:
    assert stored(("40", "600"), ("0", "1600")) == (Window(600, 1600),)
    assert stored(("40",), ("-400",)) == ()
    assert stored(("40", "50"), ("400",)) == (Window(40, 400),)
    assert stored(("forty",), ("400",)) == ()
    assert stored(("NaN",), ("1e999",)) == ()
    assert stored((), ()) == ()
    assert stored_windows({}) == ()
