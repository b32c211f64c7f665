"""The two companded forms of audio samples, ITU-T G.711, as tables from a byte to 16 signed bits."""

from __future__ import annotations

from typing import Final

import numpy as np

from readingroom.pixels import Array


def _mu_law() -> Array:
    code = ~np.arange(256) & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code >> 4) & 7)) - 0x84
    table: Array = np.where(code & 0x80, -size, size).astype(np.int16)
    return table


def _a_law() -> Array:
    code = np.arange(256) ^ 0x55
    step = (code >> 4) & 7
    size = ((code & 0x0F) << 4) + np.where(step > 0, 0x108, 8)
    size = size << np.maximum(step - 1, 0)
    table: Array = np.where(code & 0x80, size, -size).astype(np.int16)
    return table


MU_LAW: Final = _mu_law()
A_LAW: Final = _a_law()
