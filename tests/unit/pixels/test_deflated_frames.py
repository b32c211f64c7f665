"""Deflated Image Frame Compression: zlib, and never more than the frame needs."""

from __future__ import annotations

import tracemalloc
import zlib

import numpy as np
import pytest

from readingroom.errors import Invalid
from readingroom.pixels import PixelDescription, decode_frame

DEFLATED = "1.2.840.10008.1.2.8.1"


def deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


def test_inflates_native_cells() -> None:
    d = PixelDescription(DEFLATED, 2, 3, bits_allocated=16, bits_stored=16, high_bit=15)
    frame = decode_frame(deflate(np.arange(6, dtype="<u2").tobytes()) + b"\0", d)
    assert frame.values.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_bomb_opens_no_further_than_the_frame() -> None:
    bomb = deflate(bytes(200 << 20))
    tracemalloc.start()
    frame = decode_frame(bomb, PixelDescription(DEFLATED, 64, 64))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert frame.values.shape == (64, 64)
    assert peak < 4 << 20


@pytest.mark.parametrize("data", [b"", b"\xff\xff\xff", deflate(bytes(10)), deflate(bytes(9999))[:-8]])
def test_broken_or_short_streams_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        decode_frame(data, PixelDescription(DEFLATED, 64, 64))
