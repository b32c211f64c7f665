"""RLE Lossless against pydicom's own decoder, and segments that are not as they should be."""

from __future__ import annotations

from struct import pack

import numpy as np
import pytest
from pydicom.pixels.decoders.rle import _rle_decode_frame

from readingroom.errors import Invalid, ReadingRoomError
from readingroom.pixels import Frame, PixelDescription, decode_frame, encode_frame

RLE = "1.2.840.10008.1.2.5"


def rle_frame(*segments: bytes) -> bytes:
    offsets = [64 + sum(map(len, segments[:k])) for k in range(len(segments))]
    return pack("<16L", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


@pytest.mark.ps("3.5 G.3.2")
def test_literal_replicate_and_no_operation_runs() -> None:
    segment = bytes([2, 7, 8, 9, 0x80, 0xFE, 5])  # three literals, nothing, three times 5
    assert decode_frame(rle_frame(segment), PixelDescription(RLE, 2, 3)).values.tolist() == [
        [7, 8, 9],
        [5, 5, 5],
    ]


@pytest.mark.ps("3.5 G.2")
@pytest.mark.parametrize(("samples", "bits"), [(1, 8), (1, 16), (1, 32), (3, 8), (3, 16), (3, 32)])
def test_what_we_write_pydicom_reads(samples: int, bits: int) -> None:
    d = PixelDescription(
        RLE, 9, 257, samples, "RGB" if samples == 3 else "MONOCHROME2", 0, bits, bits, bits - 1
    )
    dice = np.random.default_rng(bits * samples)
    values = dice.integers(0, 1 << bits, d.shape, d.cell)
    values[:, :200] = values[:, :1]  # long runs, longer than the 128 of one
    data = encode_frame(Frame(values, d.photometric_interpretation), d, RLE)
    planar = np.frombuffer(_rle_decode_frame(data, 9, 257, samples, bits), d.cell)
    expected = values.transpose(2, 0, 1) if samples == 3 else values
    assert np.array_equal(planar.reshape(expected.shape), expected)
    assert np.array_equal(decode_frame(data, d).values, values)


@pytest.mark.ps("3.5 G.3.1")
def test_no_run_crosses_a_row() -> None:
    d = PixelDescription(RLE, 4, 10)
    data = encode_frame(Frame(np.zeros((4, 10), np.uint8), "MONOCHROME2"), d, RLE)
    assert data[64:] == bytes([0xF7, 0]) * 4


@pytest.mark.parametrize("surplus", [b"\x20", b"\0", b"\x80", b"\x00\x09", b"\xf0\x01"])
def test_padding_after_a_full_segment_is_tolerated(surplus: bytes) -> None:
    """leadtools-flowers-8-mono2-rle.dcm ends in 0x20: a run announced, nothing in it."""
    frame = decode_frame(rle_frame(bytes([0xFD, 9]) + surplus), PixelDescription(RLE, 2, 2))
    assert frame.values.tolist() == [[9, 9], [9, 9]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(63),
        bytes(64),
        rle_frame(bytes([0xFE, 9])),
        rle_frame(bytes([0xFD, 9]), bytes([0xFD, 9])),
        rle_frame(),
        pack("<16L", 1, 4000, *[0] * 14) + bytes([0xFD, 9]),
        pack("<16L", 1, 4, *[0] * 14) + bytes([0xFD, 9]),
        pack("<16L", 0xFFFFFFFF, *[64] * 15),
    ],
)
def test_broken_frames_are_refused(data: bytes) -> None:
    with pytest.raises(ReadingRoomError):
        decode_frame(data, PixelDescription(RLE, 2, 2))


def test_a_short_segment_among_good_ones_is_named() -> None:
    full, short = bytes([0xFD, 9]), bytes([0xFF, 9])
    d = PixelDescription(RLE, 2, 2, bits_allocated=16, bits_stored=16, high_bit=15)
    with pytest.raises(Invalid):
        decode_frame(rle_frame(full, short), d)
