"""JPEG and JPEG-LS: what a codestream says of itself, colour, and the arithmetic of the lossless process."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from struct import pack

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import Frame, PixelDescription, decode_frame, encode_frame, to_rgb
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

BASELINE = "1.2.840.10008.1.2.4.50"
LOSSLESS = "1.2.840.10008.1.2.4.70"
HIERARCHICAL = "1.2.840.10008.1.2.4.65"
JPEG_LS = "1.2.840.10008.1.2.4.80"


def jpeg(space: str, **options: object) -> bytes:
    """A red picture of 16 x 24 as Pillow writes it."""
    buffer = BytesIO()
    Image.new("RGB", (24, 16), (220, 30, 40)).save(buffer, "JPEG", quality=95, **options)
    return buffer.getvalue()


def without(data: bytes, marker: int) -> bytes:
    at = data.find(bytes([0xFF, marker]))
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def colour(label: str) -> PixelDescription:
    return PixelDescription(BASELINE, 16, 24, 3, label)


@pytest.mark.ps("3.5 8.2.1")
@pytest.mark.parametrize("label", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_a_jfif_codestream_is_ycbcr_whatever_the_label(label: str, subsampling: str) -> None:
    frame = decode_frame(jpeg("YCbCr", subsampling=subsampling), colour(label))
    assert frame.photometric_interpretation == "YBR_FULL"
    assert np.abs(to_rgb(frame, 8)[8, 12].astype(int) - [220, 30, 40]).max() <= 4


@pytest.mark.parametrize("subsampling", ["4:2:2", "4:2:0"])
def test_halved_chroma_proves_ycbcr_without_jfif(subsampling: str) -> None:
    data = without(jpeg("YCbCr", subsampling=subsampling), 0xE0)
    assert decode_frame(data, colour("RGB")).photometric_interpretation == "YBR_FULL"


def test_a_bare_codestream_is_what_the_label_says() -> None:
    data = without(jpeg("YCbCr", subsampling="4:4:4"), 0xE0)
    assert decode_frame(data, colour("RGB")).photometric_interpretation == "RGB"
    assert decode_frame(data, colour("YBR_FULL_422")).photometric_interpretation == "YBR_FULL"
    assert np.array_equal(
        decode_frame(data, colour("RGB")).values, decode_frame(data, colour("YBR_FULL")).values
    )


def test_an_adobe_marker_overrules_the_label() -> None:
    buffer = BytesIO()
    Image.new("RGB", (24, 16), (220, 30, 40)).save(buffer, "JPEG", quality=95, keep_rgb=True)
    data = buffer.getvalue()
    frame = decode_frame(data, colour("YBR_FULL"))
    assert frame.photometric_interpretation == "RGB"
    assert np.abs(frame.values[8, 12].astype(int) - [220, 30, 40]).max() <= 4


@pytest.mark.parametrize(("transform", "space"), [(0, "RGB"), (1, "YBR_FULL")])
@pytest.mark.parametrize("label", ["RGB", "YBR_FULL"])
def test_an_adobe_marker_decides_where_nothing_else_tells(transform: int, space: str, label: str) -> None:
    bare = without(jpeg("YCbCr", subsampling="4:4:4"), 0xE0)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    frame = decode_frame(bare[:2] + adobe + bare[2:], colour(label))
    assert frame.photometric_interpretation == space
    assert np.array_equal(frame.values, decode_frame(bare, colour(label)).values)


@pytest.mark.parametrize(
    "name",
    [
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_jpeg_lossy_gdcm.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
        "SC_rgb_dcmtk_+eb+cy+n1.dcm",
        "SC_rgb_dcmtk_+eb+cy+n2.dcm",
        "SC_rgb_dcmtk_+eb+cy+np.dcm",
        "SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    ],
)
def test_coloured_bars_keep_their_colours(name: str) -> None:
    """The image comment says it: bars of 10 rows, red, pink, green, ... grey 192, white; sampled mid bar."""
    ds = read_image(shared_data() / "transfer-syntaxes" / "pydicom-small" / name)
    d = description_of(ds)
    rgb = to_rgb(decode_frame(frame_bytes(ds, d, 1)[0], d), 8).astype(int)
    bars = [
        (255, 0, 0),
        (255, 128, 128),
        (0, 255, 0),
        (128, 255, 128),
        (0, 0, 255),
        (128, 128, 255),
        (0, 0, 0),
        (64, 64, 64),
        (192, 192, 192),
        (255, 255, 255),
    ]
    for number, bar in enumerate(bars):
        assert np.abs(rgb[number * 10 + 5, 50] - bar).max() <= 5, (number, rgb[number * 10 + 5, 50])


def _lossless_jpeg(rows: int, columns: int, precision: int, differences: list[int]) -> bytes:
    """A SOF3 codestream of selection value 1 whose differences are given, not made: T.81 H, written here.

    The Huffman table has the 17 categories as codes of 5 bits.
    """
    bits = ""
    for difference in differences:
        category = abs(difference).bit_length()
        bits += f"{category:05b}"
        if 0 < category < 16:
            bits += f"{difference if difference > 0 else difference + (1 << category) - 1:0{category}b}"
    bits += "1" * (-len(bits) % 8)
    body = bytes(int(bits[k : k + 8], 2) for k in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    table = b"\0" + bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    return (
        b"\xff\xd8\xff\xc3"
        + pack(">HBHHB3B", 11, precision, rows, columns, 1, 1, 0x11, 0)
        + b"\xff\xc4"
        + pack(">H", 2 + len(table))
        + table
        + b"\xff\xda"
        + pack(">HB2B3B", 8, 1, 1, 0, 1, 0, 0)
        + body
        + b"\xff\xd9"
    )


@pytest.mark.parametrize(
    ("precision", "differences", "expected"),
    [
        (8, [-76, -180, 76], [52, 128, 204]),  # 52 - 180 is 128 modulo 65536, in the lower 8 bits
        (8, [100, 100, -255], [228, 72, 73]),
        (12, [0, 3000, -2000], [2048, 952, 3048]),
        (16, [0, 32767, 2], [32768, 65535, 1]),
    ],
)
def test_lossless_differences_wrap(precision: int, differences: list[int], expected: list[int]) -> None:
    """T.81 H.1.2.1: modulo 2^16. Some ultrasound scanners rely on it, and decoders that clip show white."""
    data = _lossless_jpeg(1, 3, precision, differences)
    allocated = 8 if precision == 8 else 16
    d = PixelDescription(LOSSLESS, 1, 3, 1, "MONOCHROME2", 0, allocated, precision, precision - 1)
    assert decode_frame(data, d).values.tolist() == [expected]
    assert decode_frame(data, replace(d, transfer_syntax_uid=HIERARCHICAL)).values.tolist() == [expected]


def test_lossy_overshoot_is_clipped_not_wrapped() -> None:
    """wg04 RG3_JPLY: 12 bit codestream, 10 bits stored; some samples decode above 1023."""
    ds = read_image(shared_data() / "transfer-syntaxes" / "wg04" / "RG3_JPLY")
    d = description_of(ds)
    data, _ = frame_bytes(ds, d, 1)
    raw = imagecodecs.jpeg8_decode(data)
    assert raw.max() > 1023
    assert np.array_equal(decode_frame(data, d).values, np.minimum(raw, 1023))


@pytest.mark.parametrize("uid", [BASELINE, JPEG_LS])
@pytest.mark.parametrize("changed", [{"rows": 17}, {"columns": 4000}, {"rows": 20000, "columns": 20000}])
def test_a_codestream_of_another_size_is_refused(uid: str, changed: dict[str, int]) -> None:
    d = PixelDescription(uid, 16, 24)
    values = np.zeros((16, 24), np.uint8)
    data = encode_frame(Frame(values, "MONOCHROME2"), d, uid)
    with pytest.raises(Invalid, match="codestream holds 16 x 24"):
        decode_frame(data, replace(d, **changed))


def test_a_codestream_with_other_components_or_depth_is_refused() -> None:
    grey = imagecodecs.jpeg8_encode(np.zeros((16, 24), np.uint8))
    with pytest.raises(Invalid, match="1 components"):
        decode_frame(grey, colour("YBR_FULL"))
    deep = imagecodecs.jpeg8_encode(np.zeros((16, 24), np.uint16), bitspersample=12)
    with pytest.raises(Invalid, match="12 bits"):
        decode_frame(deep, PixelDescription("1.2.840.10008.1.2.4.51", 16, 24))


@pytest.mark.parametrize("process", [0xC5, 0xC9, 0xCB])
def test_hierarchical_and_arithmetic_coding_are_unsupported(process: int) -> None:
    data = imagecodecs.jpeg8_encode(np.zeros((16, 24), np.uint8))
    data = data.replace(b"\xff\xc0", bytes([0xFF, process]), 1)
    with pytest.raises(Unsupported):
        decode_frame(data, PixelDescription(HIERARCHICAL, 16, 24))


def test_a_thousand_scans_are_refused() -> None:
    data = imagecodecs.jpeg8_encode(np.zeros((16, 24), np.uint8))
    scan = data[data.find(b"\xff\xda") : -2]
    with pytest.raises(Invalid, match="scans"):
        decode_frame(data[:-2] + scan * 1000 + data[-2:], PixelDescription(BASELINE, 16, 24))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\xff\xd8" + b"\xff" * 99, bytes(200)]
)
@pytest.mark.parametrize("uid", [BASELINE, LOSSLESS, JPEG_LS])
def test_what_is_no_codestream_is_refused(uid: str, data: bytes) -> None:
    with pytest.raises(Invalid):
        decode_frame(data, PixelDescription(uid, 16, 24))


def test_a_jpeg_is_not_a_jpeg_ls() -> None:
    data = imagecodecs.jpeg8_encode(np.zeros((16, 24), np.uint8))
    with pytest.raises(Invalid):
        decode_frame(data, PixelDescription(JPEG_LS, 16, 24))


def test_jpeg_ls_without_end_marker_is_read_and_cut_off_fails_at_once() -> None:
    d = PixelDescription(JPEG_LS, 37, 41, bits_allocated=16, bits_stored=16, high_bit=15)
    values = np.add.outer(np.arange(37) * 500, np.arange(41) * 300).astype(np.uint16)
    data = encode_frame(Frame(values, "MONOCHROME2"), d, JPEG_LS).rstrip(b"\0")
    assert data.endswith(b"\xff\xd9")
    assert b"SPIFF" not in data
    assert np.array_equal(decode_frame(data[:-2], d).values, values)
    with pytest.raises(Invalid):
        decode_frame(data[: len(data) // 2], d)
