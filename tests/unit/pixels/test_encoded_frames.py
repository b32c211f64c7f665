"""What we write, read by others: pydicom's and dcmtk's decoders, Pillow for HTJ2K."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import generate_uid

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import (
    ENCODABLE,
    WRITTEN_WITH_LOSS,
    Frame,
    PixelDescription,
    decode_frame,
    description_after,
    encode_frame,
    obstacle,
    to_rgb,
    transcode_frame,
)
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

LITTLE = "1.2.840.10008.1.2.1"
RLE = "1.2.840.10008.1.2.5"
BASELINE = "1.2.840.10008.1.2.4.50"
SV1 = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
HTJ2K = "1.2.840.10008.1.2.4.201"
KINDS = [(1, 8, 8, 0), (1, 16, 12, 0), (1, 16, 12, 1), (1, 16, 16, 0), (1, 16, 16, 1), (3, 8, 8, 0)]


def image(samples: int, allocated: int, stored: int, sign: int) -> tuple[np.ndarray, PixelDescription]:
    """Noise over the whole range of the stored values, 33 x 47: odd on purpose."""
    label = "RGB" if samples == 3 else "MONOCHROME2"
    d = PixelDescription(LITTLE, 33, 47, samples, label, 0, allocated, stored, stored - 1, sign)
    low = -(1 << (stored - 1)) if sign else 0
    dice = np.random.default_rng(stored)
    return dice.integers(low, low + (1 << stored), d.shape).astype(d.cell), d


def written(data: bytes, d: PixelDescription, path: Path) -> Path:
    """The frame in a minimal file with the header that `description_after` asks for."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
    ds.Rows, ds.Columns, ds.SamplesPerPixel = d.rows, d.columns, d.samples_per_pixel
    ds.PhotometricInterpretation = d.photometric_interpretation
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = d.bits_allocated, d.bits_stored, d.high_bit
    ds.PixelRepresentation = d.pixel_representation
    if d.samples_per_pixel == 3:
        ds.PlanarConfiguration = d.planar_configuration
    ds.PixelData = encapsulate([data]) if d.transfer_syntax_uid != LITTLE else data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OB" if d.transfer_syntax_uid != LITTLE else d.pixel_vr
    ds["PixelData"].is_undefined_length = d.transfer_syntax_uid != LITTLE
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = d.transfer_syntax_uid
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("uid", "plugin"), [(LITTLE, ""), (RLE, "pydicom"), (JPEG_LS, "pyjpegls")])
def test_pydicom_reads_what_we_write(uid: str, plugin: str, kind: tuple[int, ...], tmp_path: Path) -> None:
    values, d = image(*kind)
    path = written(
        encode_frame(Frame(values, d.photometric_interpretation), d, uid),
        description_after(d, uid),
        tmp_path / "x.dcm",
    )
    read = pixel_array(path, raw=True, decoding_plugin=plugin)
    assert read.dtype == values.dtype
    assert np.array_equal(read, values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("uid", "tool"), [(SV1, "dcmdjpeg"), (JPEG_LS, "dcmdjpls"), (RLE, "dcmdrle")])
def test_dcmtk_reads_what_we_write(uid: str, tool: str, kind: tuple[int, ...], tmp_path: Path) -> None:
    values, d = image(*kind)
    path = written(
        encode_frame(Frame(values, d.photometric_interpretation), d, uid),
        description_after(d, uid),
        tmp_path / "x.dcm",
    )
    subprocess.run([tool, path, tmp_path / "y.dcm"], check=True)
    read = pixel_array(dcmread(tmp_path / "y.dcm"), raw=True)
    # dcmtk leaves the bits above High Bit of signed values 0; pydicom extends the sign from there.
    assert np.array_equal(read, values)


def test_jpeg_lossless_is_selection_value_1_without_point_transform() -> None:
    values, d = image(1, 16, 12, 0)
    data = encode_frame(Frame(values, "MONOCHROME2"), d, SV1)
    at = data.find(b"\xff\xda")
    assert data[data.find(b"\xff\xc3") + 4] == 12  # precision
    assert data[at + 7] == 1  # Ss: selection value
    assert data[at + 9] == 0  # Ah, Al: point transform


@pytest.mark.parametrize("kind", [k for k in KINDS if not k[3]])
def test_pillow_reads_our_htj2k(kind: tuple[int, ...]) -> None:
    values, d = image(*kind)
    data = encode_frame(Frame(values, d.photometric_interpretation), d, HTJ2K)
    assert np.array_equal(np.asarray(Image.open(BytesIO(data))), values)
    after = description_after(d, HTJ2K)
    assert after.photometric_interpretation == ("YBR_RCT" if d.samples_per_pixel == 3 else "MONOCHROME2")
    assert np.array_equal(decode_frame(data, after).values, values)


def test_our_own_decoder_reads_signed_htj2k() -> None:
    for kind in KINDS:
        values, d = image(*kind)
        data = encode_frame(Frame(values, d.photometric_interpretation), d, HTJ2K)
        decoded = decode_frame(data, description_after(d, HTJ2K)).values
        assert decoded.dtype == values.dtype
        assert np.array_equal(decoded, values)


def test_baseline_colour_is_halved_ycbcr(tmp_path: Path) -> None:
    """A smooth picture: quality 90 stays within 6 levels; read by dcmtk, too."""
    ramp = np.add.outer(np.arange(64), np.arange(80))
    values = np.stack([ramp, 255 - ramp, ramp // 2 + 60], -1).astype(np.uint8)
    d = PixelDescription(LITTLE, 64, 80, 3, "RGB")
    data = encode_frame(Frame(values, "RGB"), d, BASELINE)
    after = description_after(d, BASELINE)
    assert after.photometric_interpretation == "YBR_FULL_422"
    assert np.abs(to_rgb(decode_frame(data, after), 8).astype(int) - values).max() <= 6
    path = written(data, after, tmp_path / "x.dcm")
    subprocess.run(["dcmdjpeg", path, tmp_path / "y.dcm"], check=True)
    assert np.abs(pixel_array(dcmread(tmp_path / "y.dcm")).astype(int) - values).max() <= 6


@pytest.mark.parametrize("uid", sorted({RLE, LITTLE, "1.2.840.10008.1.2.8.1"}))
def test_single_bits_survive(uid: str) -> None:
    d = PixelDescription(LITTLE, 11, 13, bits_allocated=1, bits_stored=1, high_bit=0)
    values = np.random.default_rng(1).integers(0, 2, (11, 13)).astype(np.uint8)
    data = encode_frame(Frame(values, "MONOCHROME2"), d, uid)
    assert np.array_equal(decode_frame(data, description_after(d, uid)).values, values)


def test_what_a_codec_cannot_hold_is_unsupported() -> None:
    wide = PixelDescription(LITTLE, 4, 4, bits_allocated=32, bits_stored=32, high_bit=31)
    bits = PixelDescription(LITTLE, 4, 4, bits_allocated=1, bits_stored=1, high_bit=0)
    floats = PixelDescription(LITTLE, 4, 4, bits_allocated=32, bits_stored=32, high_bit=31, is_float=True)
    for d in (wide, bits, floats):
        frame = Frame(np.zeros((4, 4), d.cell), "MONOCHROME2")
        for uid in (BASELINE, SV1, JPEG_LS, HTJ2K):
            with pytest.raises(Unsupported):
                encode_frame(frame, d, uid)
    with pytest.raises(Unsupported):
        encode_frame(
            Frame(np.zeros((4, 4), np.uint8), "MONOCHROME2"), PixelDescription(LITTLE, 4, 4), "1.2.3"
        )
    with pytest.raises(Invalid):
        encode_frame(Frame(np.zeros((4, 5), np.uint8), "MONOCHROME2"), PixelDescription(LITTLE, 4, 4), LITTLE)


@pytest.mark.parametrize(
    "name",
    [
        "transfer-syntaxes/wg04/CT1_JPLL",
        "transfer-syntaxes/wg04/US1_J2KR",
        "transfer-syntaxes/pydicom-small/SC_rgb_dcmtk_+eb+cy+np.dcm",
        "transfer-syntaxes/pydicom-small/SC_ybr_full_422_uncompressed.dcm",
        "pixel-formats/color/color-pl.dcm",
        "pixel-formats/color/SC_ybr_full_uncompressed.dcm",
        "transfer-syntaxes/pydicom-small/MR_small_bigendian.dcm",
        "pixel-formats/palette/OBXXXX1A_rle.dcm",
    ],
)
def test_decompressed_files_show_the_same_picture(name: str) -> None:
    """Header by `description_after`, pixels by `transcode_frame`: together they must be the old picture."""
    ds = read_image(shared_data() / name)
    d = description_of(ds)
    data, _ = frame_bytes(ds, d, 1)
    before = decode_frame(data, d)
    for uid in sorted(ENCODABLE - WRITTEN_WITH_LOSS):
        if obstacle(d, uid):
            continue
        after = decode_frame(transcode_frame(data, d, uid), description_after(d, uid))
        if d.samples_per_pixel == 3:
            assert np.array_equal(to_rgb(after, 8), to_rgb(before, 8)), uid
        else:
            assert np.array_equal(after.values, before.values), uid
        label = description_after(d, LITTLE).photometric_interpretation
        assert label in ("MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL")


def test_a_contradicting_codestream_is_not_transcoded_under_a_wrong_label() -> None:
    d = replace(image(3, 8, 8, 0)[1], photometric_interpretation="YBR_FULL")
    with pytest.raises(Invalid, match="RGB"):
        encode_frame(Frame(np.zeros((33, 47, 3), np.uint8), "RGB"), d, LITTLE)
