"""Native cells of every kind; expected values from pydicom, dcmtk or the standard's own formulas."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from readingroom.errors import Invalid
from readingroom.pixels import PixelDescription, decode_frame
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

LITTLE = "1.2.840.10008.1.2.1"
BIG = "1.2.840.10008.1.2.2"


def described(rows: int, columns: int, **rest: object) -> PixelDescription:
    return PixelDescription(LITTLE, rows, columns, **rest)  # type: ignore[arg-type]


def test_bits_above_high_bit_are_dropped() -> None:
    """TRUTH.csv: stored 900 and HU -124 at row 0 column 0 with intercept -1024, bits 12 to 15 garbage."""
    ds = read_image(shared_data() / "made" / "hostile" / "garbage-above-high-bit.dcm")
    d = description_of(ds)
    data, _ = frame_bytes(ds, d, 1)
    assert int(decode_frame(data, d).values[0, 0]) - 1024 == -124
    assert np.frombuffer(data, "<u2")[0] > 0xFFF


@pytest.mark.ps("3.5 8.1.1")
@pytest.mark.parametrize(
    ("cell", "stored", "high", "sign", "value"),
    [
        (0x0FFF, 12, 11, 1, -1),
        (0xF7FF, 12, 11, 1, 0x7FF),
        (0x0800, 12, 11, 1, -2048),
        (0xFFF0, 12, 15, 1, -1),
        (0x8001, 12, 15, 1, -2048),
        (0x1230, 8, 11, 0, 0x23),
        (0xFFFF, 16, 15, 0, 65535),
        (0xFFFF, 16, 15, 1, -1),
        (0xFFFF, 10, 9, 0, 1023),
    ],
)
def test_stored_bits_are_cut_out_and_signed(cell: int, stored: int, high: int, sign: int, value: int) -> None:
    d = described(1, 1, bits_allocated=16, bits_stored=stored, high_bit=high, pixel_representation=sign)
    values = decode_frame(cell.to_bytes(2, "little"), d).values
    assert values.dtype == ("i2" if sign else "u2")
    assert values[0, 0] == value


def test_planes_and_pixels_give_the_same_image() -> None:
    folder = shared_data() / "pixel-formats" / "color"
    frames = []
    for name in ("color-pl.dcm", "color-px.dcm"):
        ds = read_image(folder / name)
        d = description_of(ds)
        frames.append(decode_frame(frame_bytes(ds, d, 1)[0], d).values)
    assert {read_image(folder / n).PlanarConfiguration for n in ("color-pl.dcm", "color-px.dcm")} == {0, 1}
    assert np.array_equal(*frames)


@pytest.mark.ps("3.3 C.7.6.3.1.2")
def test_halved_chroma_is_widened_with_odd_columns_too() -> None:
    d = described(1, 3, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422")
    frame = decode_frame(bytes([10, 11, 100, 200, 12, 0, 101, 201]), d)
    assert frame.photometric_interpretation == "YBR_FULL"
    assert frame.values.tolist() == [[[10, 100, 200], [11, 100, 200], [12, 101, 201]]]


def test_second_swapped_frame_starts_inside_a_word() -> None:
    """Two frames of 3 bytes 1..6 in big endian words: 01 02 | 03 04 | 05 06, stored byte for byte.

    OW in big endian keeps the first pixel in the low byte of a word, so pairs arrive swapped.
    """
    d = PixelDescription(BIG, 1, 3)
    stored = bytes([2, 1, 4, 3, 6, 5])
    for number, expected in ((1, [1, 2, 3]), (2, [4, 5, 6])):
        offset, length, bit = d.native_extent(number)
        frame = decode_frame(stored[offset : offset + length], d, bit_offset=bit)
        assert frame.values.tolist() == [expected]


def test_single_bit_frames_that_share_bytes() -> None:
    """pydicom-data's liver in 510 x 510: frames begin in the middle of bytes."""
    ds = read_image(shared_data() / "objects" / "seg" / "liver_nonbyte_aligned.dcm")
    d = description_of(ds)
    assert d.native_extent(2)[2] != 0
    for number in (1, 2, 3):
        data, bit = frame_bytes(ds, d, number)
        assert np.array_equal(decode_frame(data, d, bit_offset=bit).values, ds.pixel_array[number - 1])


@pytest.mark.parametrize("cut", [0, 1, 8191])
def test_a_short_frame_is_refused(cut: int) -> None:
    d = described(64, 64, bits_allocated=16, bits_stored=16, high_bit=15)
    with pytest.raises(Invalid, match="8192"):
        decode_frame(bytes(cut), d)


def test_surplus_bytes_do_no_harm() -> None:
    d = described(2, 2)
    assert decode_frame(bytes([1, 2, 3, 4, 5, 6]), d).values.tolist() == [[1, 2], [3, 4]]


def test_packed_12_bit_cells_as_dcmtk_reads_them(tmp_path: Path) -> None:
    """The retired packing, Bits Allocated 12; dcmtk draws the full 12 bit range as 0..255."""
    rows, columns = 5, 7
    values = (np.arange(rows * columns) * 117 % 4096).astype(np.uint16)
    packed = bytearray()
    for first, second in zip(values[0::2], [*values[1::2], 0], strict=False):
        packed += bytes([first & 255, (first >> 8) | (int(second) & 15) << 4, int(second) >> 4])
    data = bytes(packed[: (rows * columns * 12 + 7) // 8])
    d = described(rows, columns, bits_allocated=12, bits_stored=12, high_bit=11)
    decoded = decode_frame(data, d).values
    assert decoded.reshape(-1).tolist() == values.tolist()

    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = rows, columns, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 12, 12, 11, 0
    ds.PixelData = data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OW"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(tmp_path / "packed.dcm", enforce_file_format=True)
    subprocess.run(["dcm2pnm", "-W", tmp_path / "packed.dcm", tmp_path / "packed.pgm"], check=True)
    drawn = np.asarray(Image.open(tmp_path / "packed.pgm"))
    assert np.abs(drawn.astype(int) - np.rint(decoded / 4095 * 255)).max() <= 1


def test_uncompressed_frames_in_fragments() -> None:
    d = PixelDescription("1.2.840.10008.1.2.1.98", 1, 2, bits_allocated=16, bits_stored=16, high_bit=15)
    assert decode_frame(bytes([1, 0, 2, 1]), d).values.tolist() == [[1, 258]]
