"""JPEG 2000 and HTJ2K: header checks, boxes, colour transform, sign, fewer resolution levels."""

from __future__ import annotations

from dataclasses import replace
from struct import pack

import imagecodecs
import numpy as np
import pytest

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import Frame, PixelDescription, decode_frame, encode_frame
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

J2K = "1.2.840.10008.1.2.4.90"
J2K_LOSSY = "1.2.840.10008.1.2.4.91"
HTJ2K = "1.2.840.10008.1.2.4.201"
GREY = PixelDescription(J2K, 40, 56, bits_allocated=16, bits_stored=12, high_bit=11)
VALUES = (np.add.outer(np.arange(40) * 60, np.arange(56) * 30) % 4096).astype(np.uint16)


def j2k(values: np.ndarray = VALUES, **options: object) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(values, **{"codecformat": "j2k", "reversible": True, **options}))


def siz(**changed: int) -> bytes:
    """The codestream with some 32 bit numbers of SIZ overwritten."""
    data = bytearray(j2k())
    at = data.find(b"\xff\x51") + 6
    places = ("x1", "y1", "x0", "y0", "tile_x", "tile_y", "tile_x0", "tile_y0")
    for name, value in changed.items():
        data[at + 4 * places.index(name) : at + 4 * places.index(name) + 4] = pack(">L", value)
    return bytes(data)


@pytest.mark.parametrize("kind", ["j2k", "jp2"])
def test_bare_and_boxed_codestreams(kind: str) -> None:
    assert np.array_equal(decode_frame(j2k(codecformat=kind), GREY).values, VALUES)


def test_boxes_without_a_codestream_are_refused() -> None:
    data = j2k(codecformat="jp2")
    for broken in (data[:40], data[:12], data[:12] + bytes(400), data[:12] + pack(">L4s", 8, b"free") * 999):
        with pytest.raises(Invalid):
            decode_frame(broken, GREY)


@pytest.mark.parametrize(
    "changed",
    [
        {"x1": 60000, "y1": 60000},
        {"x1": 57},
        {"x1": 0},
        {"x0": 56},
        {"x1": 0xFFFFFFFF, "x0": 0xFFFFFFFF - 56},
        {"tile_x": 0},
        {"tile_x0": 1},
        {"tile_x": 1, "tile_y": 1, "y1": 65000, "x1": 65000},
    ],
)
def test_sizes_that_are_not_the_described_ones_never_reach_the_codec(changed: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        decode_frame(siz(**changed), GREY)


def test_the_description_decides_the_size() -> None:
    with pytest.raises(Invalid, match="codestream holds 40 x 56"):
        decode_frame(j2k(), replace(GREY, rows=41))
    with pytest.raises(Invalid, match="components"):
        decode_frame(j2k(), PixelDescription(J2K, 40, 56, 3, "RGB"))
    with pytest.raises(Invalid, match="bits"):
        decode_frame(j2k(), PixelDescription(J2K, 40, 56))


def test_an_army_of_tiles_is_refused() -> None:
    values = np.zeros((300, 300), np.uint16)
    data = bytearray(j2k(values))
    at = data.find(b"\xff\x51") + 22
    data[at : at + 8] = pack(">LL", 1, 1)
    with pytest.raises(Invalid, match="90000 tiles"):
        decode_frame(bytes(data), replace(GREY, rows=300, columns=300))


def test_subsampled_components_are_unsupported() -> None:
    data = bytearray(j2k(np.zeros((40, 56, 3), np.uint8)))
    at = data.find(b"\xff\x51") + 40
    data[at + 4] = 2  # XRsiz of the second component
    with pytest.raises(Unsupported):
        decode_frame(bytes(data), PixelDescription(J2K, 40, 56, 3, "YBR_FULL"))


@pytest.mark.ps("3.5 8.2.4")
@pytest.mark.parametrize(
    ("transformed", "label"),
    [
        (True, "YBR_RCT"),
        (True, "RGB"),
        (True, "YBR_FULL"),
        (False, "YBR_RCT"),
        (False, "YBR_ICT"),
        (False, "RGB"),
    ],
)
def test_colour_comes_out_as_rgb(transformed: bool, label: str) -> None:
    values = np.random.default_rng(3).integers(0, 256, (40, 56, 3), np.uint8)
    frame = decode_frame(j2k(values, mct=transformed), PixelDescription(J2K, 40, 56, 3, label))
    assert frame.photometric_interpretation == "RGB"
    assert np.array_equal(frame.values, values)


def test_untransformed_ybr_stays_ybr() -> None:
    values = np.random.default_rng(3).integers(0, 256, (40, 56, 3), np.uint8)
    frame = decode_frame(j2k(values, mct=False), PixelDescription(J2K, 40, 56, 3, "YBR_FULL"))
    assert frame.photometric_interpretation == "YBR_FULL"
    assert np.array_equal(frame.values, values)


def test_signed_by_codestream_or_by_header_is_signed() -> None:
    """Two copies of a Toshiba CT whose header and codestream disagree; -2048 is outside the patient."""
    frames = []
    for name in ("TOSHIBA_J2K_SIZ0_PixRep1.dcm", "TOSHIBA_J2K_SIZ1_PixRep0.dcm"):
        ds = read_image(shared_data() / "malformed" / name)
        d = description_of(ds)
        frames.append(decode_frame(frame_bytes(ds, d, 1)[0], d).values)
        assert frames[-1].dtype == np.int16
        assert frames[-1].min() == -2048
    assert np.array_equal(*frames)


@pytest.mark.parametrize("uid", [J2K, HTJ2K])
@pytest.mark.parametrize("reduce", [1, 2, 3, 99])
@pytest.mark.parametrize("kind", ["u1", "u2", "i2", "rgb"])
def test_fewer_levels_keep_the_brightness(uid: str, reduce: int, kind: str) -> None:
    """The mean of a ramp stays, but for its samples lying at block corners: half a step in each direction."""
    rows, columns, samples = 70, 90, 3 if kind == "rgb" else 1
    bits, signed = (16, kind == "i2") if kind in ("u2", "i2") else (8, False)
    scale = 20 if bits == 16 else 1
    ramp = np.add.outer(np.arange(rows), np.arange(columns)) * scale - (1500 if signed else 0)
    values = np.stack([ramp, ramp // 2, 200 - ramp], -1) if samples == 3 else ramp
    d = PixelDescription(
        uid,
        rows,
        columns,
        samples,
        "RGB" if samples == 3 else "MONOCHROME2",
        0,
        bits,
        bits,
        bits - 1,
        int(signed),
    )
    values = values.astype(d.cell)
    data = j2k(values) if uid == J2K else encode_frame(Frame(values, d.photometric_interpretation), d, uid)
    small = decode_frame(data, d, reduce=reduce).values
    step = 1 << min(reduce, 2)  # the third level of 70 x 90 is one that Pillow cannot leave out
    assert small.shape[:2] == (-(-rows // step), -(-columns // step))
    assert small.dtype == d.cell
    assert abs(float(small.mean()) - float(values.mean())) <= 1.1 * scale * step


@pytest.mark.parametrize(("bits", "sign"), [(12, 0), (12, 1), (10, 0), (6, 0)])
def test_fewer_levels_of_odd_depths_keep_their_scale(bits: int, sign: int) -> None:
    """A flat picture is the same at every level."""
    allocated = 8 if bits <= 8 else 16
    d = PixelDescription(J2K, 64, 64, 1, "MONOCHROME2", 0, allocated, bits, bits - 1, sign)
    value = -700 if sign else 37
    data = j2k(np.full((64, 64), value, d.cell), bitspersample=bits)
    for reduce in (0, 1, 2):
        small = decode_frame(data, d, reduce=reduce).values
        assert small.shape == (64 >> reduce, 64 >> reduce)
        assert small.dtype == d.cell
        assert np.unique(small).tolist() == [value]


def test_htj2k_overshoot_is_clipped() -> None:
    """HTJ2K_08_RGB.dcm, irreversible: OpenJPH wraps 657 samples of it around, so it is not used to decode."""
    ds = read_image(shared_data() / "transfer-syntaxes" / "htj2k" / "HTJ2K_08_RGB.dcm")
    d = description_of(ds)
    data, _ = frame_bytes(ds, d, 1)
    lossless = read_image(shared_data() / "transfer-syntaxes" / "htj2k" / "HTJ2KLossless_08_RGB.dcm")
    truth = decode_frame(
        frame_bytes(lossless, description_of(lossless), 1)[0], description_of(lossless)
    ).values
    difference = np.abs(decode_frame(data, d).values.astype(int) - truth)
    assert difference.max() < 64
    assert np.abs(imagecodecs.htj2k_decode(data).astype(int) - truth).max() > 200


@pytest.mark.parametrize("cut", [4, 20, 60, 90])
def test_cut_off_headers_are_refused(cut: int) -> None:
    with pytest.raises(Invalid):
        decode_frame(j2k()[:cut], GREY)
