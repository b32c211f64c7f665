"""JPEG XL: the header is read before libjxl is, in boxes and bare, recompressed JPEG too."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import PixelDescription, decode_frame

LOSSLESS, RECOMPRESSED, ANY = (f"1.2.840.10008.1.2.4.{number}" for number in (110, 111, 112))


@pytest.mark.parametrize("boxed", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(8, 8), (45, 67), (64, 128), (600, 9), (1, 1)])
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("samples", [1, 3])
def test_lossless(samples: int, bits: int, rows: int, columns: int, boxed: bool) -> None:
    allocated = 8 if bits == 8 else 16
    label = "RGB" if samples == 3 else "MONOCHROME2"
    d = PixelDescription(LOSSLESS, rows, columns, samples, label, 0, allocated, bits, bits - 1)
    values = np.random.default_rng(bits).integers(0, 1 << bits, d.shape).astype(d.cell)
    data = imagecodecs.jpegxl_encode(values, lossless=True, effort=1, bitspersample=bits, usecontainer=boxed)
    frame = decode_frame(bytes(data), d)
    assert frame.photometric_interpretation == label
    assert np.array_equal(frame.values, values)
    for wrong in (replace(d, rows=rows + 1), replace(d, columns=columns + 1)):
        with pytest.raises(Invalid, match="codestream holds"):
            decode_frame(bytes(data), wrong)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_recompressed_jpeg_looks_like_the_jpeg(mode: str) -> None:
    """libjxl rounds once, at the end, libjpeg before and after the colour transform: within 5 levels."""
    dice = np.random.default_rng(4).integers(0, 256, (9, 12, 3), np.uint8)
    picture = Image.fromarray(dice).resize((67, 45)).convert(mode)
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=92, subsampling=0)
    data = bytes(imagecodecs.jpegxl_encode_jpeg(jpeg.getvalue()))
    label = "YBR_FULL_422" if mode == "RGB" else "MONOCHROME2"
    d = PixelDescription(RECOMPRESSED, 45, 67, 3 if mode == "RGB" else 1, label)
    frame = decode_frame(data, d)
    assert np.abs(frame.values.astype(int) - np.asarray(Image.open(jpeg))).max() <= 5
    assert frame.photometric_interpretation == ("RGB" if mode == "RGB" else "MONOCHROME2")


def test_lossy_is_near() -> None:
    ramp = np.add.outer(np.arange(90), np.arange(120)).astype(np.uint8)
    data = bytes(imagecodecs.jpegxl_encode(ramp, lossless=False, distance=1.0))
    d = PixelDescription(ANY, 90, 120)
    assert np.abs(decode_frame(data, d).values.astype(int) - ramp).max() <= 8


def test_what_we_do_not_read_is_said() -> None:
    d = PixelDescription(ANY, 40, 40)
    movie = np.zeros((3, 40, 40), np.uint8)
    animation = bytes(imagecodecs.jpegxl_encode(movie, lossless=True))
    with pytest.raises((Unsupported, Invalid)):
        decode_frame(animation, d)
    floats = bytes(imagecodecs.jpegxl_encode(np.zeros((40, 40), np.float32), lossless=True))
    with pytest.raises(Unsupported, match="floating"):
        decode_frame(floats, d)
    for planes in (2, 4, 40):
        many = np.zeros((planes, 40, 40), np.uint8)
        extra = bytes(imagecodecs.jpegxl_encode(many, lossless=True, planar=True, photometric="GRAY"))
        with pytest.raises(Unsupported, match="extra channels"):
            decode_frame(extra, d)
    colour = bytes(imagecodecs.jpegxl_encode(np.zeros((40, 40, 3), np.uint8), lossless=True))
    with pytest.raises(Invalid, match="decodes to"):
        decode_frame(colour, d)


@pytest.mark.parametrize("data", [b"", b"\xff\x0a", b"\xff\xd8\xff", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99)])
def test_no_codestream_is_invalid(data: bytes) -> None:
    with pytest.raises(Invalid):
        decode_frame(data, PixelDescription(ANY, 40, 40))


def test_a_codestream_cut_off_is_invalid() -> None:
    values = np.random.default_rng(1).integers(0, 256, (40, 40), np.uint8)
    data = bytes(imagecodecs.jpegxl_encode(values, lossless=True))
    for cut in (20, len(data) // 2, len(data) - 20):
        with pytest.raises(Invalid):
            decode_frame(data[:cut], PixelDescription(LOSSLESS, 40, 40))
