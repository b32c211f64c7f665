"""Every encoder's output, read back by decoders that are not ours: gdcm, dcmtk, Pillow, ffmpeg."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import av
import gdcm
import numpy as np
import pytest
from av.codec import CodecContext
from PIL import Image
from pydicom import dcmread
from pydicom.pixels import pixel_array

from readingroom.pixels import (
    Frame,
    PixelDescription,
    decode_frame,
    description_after,
    encode_frame,
    to_rgb,
    transcode_frame,
)
from tests.unit.pixels.test_encoded_frames import (
    BASELINE,
    HTJ2K,
    JPEG_LS,
    KINDS,
    LITTLE,
    RLE,
    SV1,
    image,
    written,
)

PROCESS_14 = "1.2.840.10008.1.2.4.57"
EXTENDED = "1.2.840.10008.1.2.4.51"
NEAR = "1.2.840.10008.1.2.4.81"
J2K = "1.2.840.10008.1.2.4.90"
J2K_LOSSY = "1.2.840.10008.1.2.4.91"
RPCL = "1.2.840.10008.1.2.4.202"
ANY_HTJ2K = "1.2.840.10008.1.2.4.203"


def smooth(d: PixelDescription) -> np.ndarray:
    """A picture lossy codecs like: slow waves over most of the stored range."""
    rows, columns = np.mgrid[: d.rows, : d.columns]
    wave = np.sin(rows / 17) * np.cos(columns / 23) / 2.2 + 0.5
    low = -(1 << (d.bits_stored - 1)) if d.is_signed else 0
    plane = low + wave * ((1 << d.bits_stored) - 1)
    values = np.stack([plane, plane[::-1], plane[:, ::-1]], -1) if d.samples_per_pixel == 3 else plane
    return values.astype(d.cell)


def by_gdcm(path: Path, d: PixelDescription) -> np.ndarray:
    """The decoded frame as gdcm hands it out, colour by pixel."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    raw = reader.GetImage().GetBuffer().encode("utf-8", errors="surrogateescape")
    return np.frombuffer(raw, d.cell).reshape(d.shape)


def by_ffmpeg(data: bytes, d: PixelDescription) -> np.ndarray:
    """The frame by ffmpeg's native JPEG 2000 decoder, which moves samples to the top of 16 bits."""
    context = CodecContext.create("jpeg2000", "r")
    (frame,) = [*context.decode(av.Packet(data)), *context.decode(None)]
    samples = frame.to_ndarray()
    return samples >> (16 - d.bits_stored) if samples.dtype == np.uint16 else samples


def file_of(values: np.ndarray, d: PixelDescription, uid: str, folder: Path) -> Path:
    data = encode_frame(Frame(values, d.photometric_interpretation), d, uid)
    return written(data, description_after(d, uid), folder / "x.dcm")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("uid", [RLE, SV1, PROCESS_14, JPEG_LS, J2K])
def test_gdcm_reads_what_we_write(uid: str, kind: tuple[int, ...], tmp_path: Path) -> None:
    values, d = image(*kind)
    read = by_gdcm(file_of(values, d, uid, tmp_path), d)
    if d.is_signed:  # gdcm may leave the bits above the stored ones unset
        shift = d.cell.itemsize * 8 - d.bits_stored
        read = (read << shift) >> shift
    assert np.array_equal(read, values)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind[3]])
def test_ffmpeg_reads_our_jpeg_2000(kind: tuple[int, ...]) -> None:
    values, d = image(*kind)
    data = encode_frame(Frame(values, d.photometric_interpretation), d, J2K)
    assert np.array_equal(by_ffmpeg(data, d), values)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind[3]])
@pytest.mark.parametrize("uid", [HTJ2K, RPCL, ANY_HTJ2K])
def test_openjpeg_reads_our_htj2k(uid: str, kind: tuple[int, ...]) -> None:
    """OpenJPH writes, OpenJPEG (of Pillow) reads."""
    values, d = image(*kind)
    data = encode_frame(Frame(values, d.photometric_interpretation), d, uid)
    assert np.array_equal(np.asarray(Image.open(BytesIO(data))), values)


def test_dcmtk_reads_our_process_14(tmp_path: Path) -> None:
    for kind in KINDS:
        values, d = image(*kind)
        path = file_of(values, d, PROCESS_14, tmp_path)
        subprocess.run(["dcmdjpeg", path, tmp_path / "y.dcm"], check=True)
        assert np.array_equal(pixel_array(dcmread(tmp_path / "y.dcm"), raw=True), values)


@pytest.mark.ps("3.5 10.18")
@pytest.mark.parametrize(("rows", "columns"), [(33, 47), (64, 65), (300, 200), (1, 900), (1100, 700)])
def test_rpcl_is_as_the_standard_wants_it(rows: int, columns: int) -> None:
    """RPCL, TLM, one tile-part a resolution, the lowest at most 64 pixels wide and high."""
    d = PixelDescription(LITTLE, rows, columns, 1, "MONOCHROME2", 0, 16, 12, 11)
    data = encode_frame(Frame(smooth(d), "MONOCHROME2"), d, RPCL)
    cod = data.index(b"\xff\x52")
    assert data[cod + 5] == 2  # RPCL, T.800 table A.16
    levels = data[cod + 9]
    assert -(-max(rows, columns) // 2**levels) <= 64
    assert b"\xff\x55" in data[: data.index(b"\xff\x90")]
    at, parts = data.index(b"\xff\x90"), 0
    while data[at : at + 2] == b"\xff\x90":
        parts += 1
        at += int.from_bytes(data[at + 6 : at + 10], "big")
    assert parts == levels + 1
    assert np.array_equal(decode_frame(data, description_after(d, RPCL)).values, smooth(d))


def test_the_head_of_rpcl_is_a_small_picture() -> None:
    """The prefix that ends with tile-part n decodes to the picture at n levels less, as the whole does."""
    d = PixelDescription(LITTLE, 512, 400, 1, "MONOCHROME2", 0, 16, 12, 11)
    data = encode_frame(Frame(smooth(d), "MONOCHROME2"), d, RPCL)
    after = description_after(d, RPCL)
    at = data.index(b"\xff\x90")
    at += int.from_bytes(data[at + 6 : at + 10], "big")
    levels = data[data.index(b"\xff\x52") + 9]
    small = decode_frame(data[:at] + b"\xff\xd9", after, reduce=levels).values
    assert max(small.shape) <= 64
    assert np.array_equal(small, decode_frame(data, after, reduce=levels).values)


@pytest.mark.parametrize("quality", [90, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_near_lossless_keeps_its_promise_in_other_decoders(
    kind: tuple[int, ...], quality: int, tmp_path: Path
) -> None:
    """NEAR of the scan header bounds every error, twice NEAR at the ends of the range (see `encode_near`)."""
    values, d = image(*kind)
    data = encode_frame(Frame(values, d.photometric_interpretation), d, NEAR, quality)
    near = data[data.find(b"\xff\xda") + 5 + 2 * d.samples_per_pixel]
    assert near == (100 - quality) // 5
    path = written(data, description_after(d, NEAR), tmp_path / "x.dcm")
    subprocess.run(["dcmdjpls", path, tmp_path / "y.dcm"], check=True)
    for read in (
        pixel_array(dcmread(tmp_path / "y.dcm"), raw=True),
        decode_frame(data, description_after(d, NEAR)).values,
    ):
        error = np.abs(read.astype(int) - values)
        low, high = (-(1 << (d.bits_stored - 1)), (1 << (d.bits_stored - 1)) - 1)
        if not d.is_signed:
            low, high = 0, (1 << d.bits_stored) - 1
        inside = (values >= low + near) & (values <= high - near)
        assert 0 < error[inside].max() <= near
        assert error.max() <= 2 * near


@pytest.mark.parametrize("kind", KINDS)
def test_lossy_jpeg_2000_in_other_decoders(kind: tuple[int, ...], tmp_path: Path) -> None:
    """The error is about what `encode_lossy` says (0.2 * 11 at quality 90); gdcm sees the same picture."""
    d = image(*kind)[1]
    values = smooth(d)
    data = encode_frame(Frame(values, d.photometric_interpretation), d, J2K_LOSSY, 90)
    after = description_after(d, J2K_LOSSY)
    assert after.photometric_interpretation == ("YBR_ICT" if d.samples_per_pixel == 3 else "MONOCHROME2")
    ours = decode_frame(data, after).values
    assert 0 < np.sqrt(((ours.astype(float) - values) ** 2).mean()) <= 3.3
    read = by_gdcm(written(data, after, tmp_path / "x.dcm"), d)
    assert np.abs(read.astype(int) - ours).max() <= 1


def test_jpeg_extended_in_dcmtk(tmp_path: Path) -> None:
    d = PixelDescription(LITTLE, 64, 81, 1, "MONOCHROME2", 0, 16, 12, 11)
    path = file_of(smooth(d), d, EXTENDED, tmp_path)
    subprocess.run(["dcmdjpeg", path, tmp_path / "y.dcm"], check=True)
    assert np.abs(dcmread(tmp_path / "y.dcm").pixel_array.astype(int) - smooth(d)).max() <= 24


def test_colour_baseline_in_gdcm(tmp_path: Path) -> None:
    d = PixelDescription(LITTLE, 65, 81, 3, "RGB")
    data = encode_frame(Frame(smooth(d), "RGB"), d, BASELINE, 95)
    after = description_after(d, BASELINE)
    ours = decode_frame(data, after)
    assert np.abs(to_rgb(ours, 8).astype(int) - smooth(d)).max() <= 6
    written(data, after, tmp_path / "x.dcm")
    subprocess.run(["dcmdjpeg", tmp_path / "x.dcm", tmp_path / "y.dcm"], check=True)
    assert np.abs(pixel_array(dcmread(tmp_path / "y.dcm")).astype(int) - smooth(d)).max() <= 7


@pytest.mark.parametrize(("stored", "allocated"), [(1, 1), (7, 8), (10, 16), (20, 32), (24, 32)])
def test_odd_depths_in_jpeg_2000(stored: int, allocated: int) -> None:
    for sign in (0, 1) if stored > 1 else (0,):
        d = PixelDescription(LITTLE, 33, 47, 1, "MONOCHROME2", 0, allocated, stored, stored - 1, sign)
        low = -(1 << (stored - 1)) if sign else 0
        values = np.random.default_rng(1).integers(low, low + (1 << stored), d.shape).astype(d.cell)
        data = encode_frame(Frame(values, "MONOCHROME2"), d, J2K)
        siz = data[data.index(b"\xff\x51") + 40]
        assert (siz & 0x7F) + 1 == stored  # the depth is that of the header (PS3.5 8.2.4)
        assert bool(siz & 0x80) == bool(sign)
        assert np.array_equal(decode_frame(data, description_after(d, J2K)).values, values)
        if stored <= 8 and not sign:
            assert np.array_equal(np.asarray(Image.open(BytesIO(data))) >> (8 - stored), values)


def test_a_wider_syntax_keeps_the_codestream() -> None:
    values, d = image(1, 16, 12, 0)
    for narrow, wide in (
        (SV1, PROCESS_14),
        (JPEG_LS, NEAR),
        (J2K, J2K_LOSSY),
        (RPCL, HTJ2K),
        (HTJ2K, ANY_HTJ2K),
    ):
        data = encode_frame(Frame(values, "MONOCHROME2"), d, narrow)
        stored = description_after(d, narrow)
        assert transcode_frame(data, stored, wide) == data
        assert decode_frame(data, description_after(stored, wide)).values.tolist() == values.tolist()
