"""CIELab as DICOM writes it, to sRGB (PS3.3 C.10.7.1.1, IEC 61966-2-1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from .annotation import Lab

_WHITE_D50: Final = np.array([0.9642, 1.0, 0.8249])
_TO_LINEAR: Final = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
"""XYZ seen under D50 to linear sRGB, whose D65 is adapted by Bradford's matrix."""


def rgb_of_lab(lab: Lab) -> tuple[int, int, int]:
    """L* 0 to 100, a* and b* -128 to 127, each over 16 bits; colours beyond sRGB are cut."""
    lightness = lab[0] / 655.35
    a, b = lab[1] / 257 - 128, lab[2] / 257 - 128
    middle = (lightness + 16) / 116
    steps = np.array([middle + a / 500, middle, middle - b / 200])
    xyz = np.where(steps > 6 / 29, steps**3, (steps - 4 / 29) * 3 * (6 / 29) ** 2) * _WHITE_D50
    linear = np.clip(_TO_LINEAR @ xyz, 0, 1)
    encoded = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    red, green, blue = (int(value) for value in np.rint(encoded * 255))
    return red, green, blue
