"""YBR to RGB by the equations of the standard, written out here in float64."""

from __future__ import annotations

import numpy as np
import pytest

from readingroom.errors import Unsupported
from readingroom.pixels import Frame, to_rgb


@pytest.mark.ps("3.3 C.7.6.3.1.2")
@pytest.mark.parametrize(("dtype", "bits"), [(np.uint8, 8), (np.uint16, 16), (np.uint16, 12)])
def test_full_range(dtype: type, bits: int) -> None:
    ybr = np.random.default_rng(bits).integers(0, 1 << bits, (64, 64, 3)).astype(dtype)
    y, cb, cr = (ybr[..., k].astype(float) - (0 if k == 0 else 1 << (bits - 1)) for k in range(3))
    exact = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], -1)
    exact = np.clip(exact, 0, (1 << bits) - 1)
    rgb = to_rgb(Frame(ybr, "YBR_FULL"), bits)
    assert rgb.dtype == dtype
    assert np.abs(rgb - exact).max() <= 1.01


@pytest.mark.ps("3.3 C.7.6.3.1.2")
@pytest.mark.parametrize(
    ("ybr", "rgb"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        ((81, 90, 240), (254, 0, 0)),
        ((145, 54, 34), (0, 255, 1)),
        ((41, 240, 110), (0, 0, 255)),
    ],
)
@pytest.mark.parametrize("label", ["YBR_PARTIAL_420", "YBR_PARTIAL_422"])
def test_partial_range(label: str, ybr: tuple[int, ...], rgb: tuple[int, ...]) -> None:
    """The 8 bit codes of the primaries in ITU-R BT.601."""
    shown = to_rgb(Frame(np.array([[ybr]], np.uint8), label), 8)[0, 0].astype(int)
    assert np.abs(shown - rgb).max() <= 2


def test_rgb_and_undone_transforms_pass() -> None:
    values = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    for label in ("RGB", "YBR_RCT", "YBR_ICT"):
        assert to_rgb(Frame(values, label), 8) is values


@pytest.mark.parametrize("label", ["CMYK", "HSV", "ARGB", "", "MONOCHROME2"])
def test_other_spaces_are_unsupported(label: str) -> None:
    with pytest.raises(Unsupported):
        to_rgb(Frame(np.zeros((2, 2, 3), np.uint8), label), 8)
