"""Palettes against pydicom, and what is wrong with tables in the wild."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
import pytest
from pydicom.data import get_palette_files
from pydicom.pixels import apply_color_lut

from readingroom.errors import Invalid
from readingroom.model import Attribute
from readingroom.pixels import Palette, decode_frame
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data


def tables(descriptor: tuple[Any, ...], data: bytes, segmented: bool = False) -> dict[int, Attribute]:
    base = 0x00281221 if segmented else 0x00281201
    return {
        **{0x00281101 + k: Attribute("US", descriptor) for k in range(3)},
        **{base + k: Attribute("OW", (data,)) for k in range(3)},
    }


def reds(palette: Palette, *stored: int, dtype: str = "i4") -> list[int]:
    return palette.apply(np.array([stored], dtype))[0, :, 0].tolist()


@pytest.mark.parametrize(
    "name",
    [
        "pixel-formats/palette/OBXXXX1A.dcm",
        "pixel-formats/palette/OBXXXX1A_rle.dcm",
        "pixel-formats/palette/gdcm-US-ALOKA-16.dcm",
        "pixel-formats/palette/OT-PAL-8-face.dcm",
        "pixel-formats/examples/examples_palette.dcm",
        "objects/seg/seg_image_sm_control_labelmap_palette_color.dcm",
    ],
)
def test_as_pydicom(name: str) -> None:
    ds = read_image(shared_data() / name)
    d = description_of(ds)
    values = decode_frame(frame_bytes(ds, d, 1)[0], d).values
    expected = apply_color_lut(values, ds)
    if expected.dtype == np.uint16 and expected.max() > 255:
        expected = expected >> 8
    assert np.array_equal(Palette.of(attributes_of(ds)).apply(values), expected)


@pytest.mark.parametrize("file", get_palette_files("*.dcm"), ids=lambda path: Path(path).stem)
def test_well_known_palettes_plain_and_segmented(file: Any) -> None:
    ds = read_image(file)
    stored = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(Palette.of(attributes_of(ds)).apply(stored), apply_color_lut(stored, ds))


@pytest.mark.ps("3.3 C.7.6.3.1.5")
def test_values_beyond_the_ends_take_the_ends() -> None:
    palette = Palette.of(tables((3, 10, 8), bytes([5, 6, 7, 0])))
    assert reds(palette, -1000, 9, 10, 11, 12, 13, 70000) == [5, 5, 5, 6, 7, 7, 7]


def test_a_negative_first_value() -> None:
    palette = Palette.of(tables((3, -2, 8), bytes([5, 6, 7, 0])))
    assert reds(palette, -3, -2, -1, 0, 1, dtype="i2") == [5, 5, 6, 7, 7]


@pytest.mark.parametrize(
    ("descriptor", "data", "expected"),
    [
        ((4, 0, 16), pack("<4H", 0, 0x1234, 0xFF00, 0xFFFF), [0, 0x12, 0xFF, 0xFF]),
        ((4, 0, 8), pack("<4H", 0, 1, 200, 255), [0, 1, 200, 255]),  # 8 bit entries in words
        ((4, 0, 16), pack("<4H", 0, 1, 200, 255), [0, 1, 200, 255]),  # called 16 bit, are 8 bit
        ((4, 0, 16), pack("<2H", 0x1000, 0xFFFF), [0x10, 0xFF, 0xFF, 0xFF]),  # fewer than described
    ],
)
def test_entry_widths(descriptor: tuple[int, ...], data: bytes, expected: list[int]) -> None:
    assert reds(Palette.of(tables(descriptor, data)), 0, 1, 2, 3) == expected


def test_no_entries_described_means_65536() -> None:
    """TRUTH.csv: stored 240 is 16 bit 240, so 8 bit 0; where pydicom reads no entry at all."""
    ds = read_image(shared_data() / "made" / "hostile" / "palette-65536-entries.dcm")
    palette = Palette.of(attributes_of(ds))
    assert len(palette.colours) == 65536
    assert reds(palette, 0, 240, 256, 65535) == [0, 0, 1, 255]


@pytest.mark.ps("3.3 C.7.9.2")
def test_discrete_linear_and_indirect_segments() -> None:
    """16 bit: three entries, a line of 4 up to 1024, then both once more; last the line alone, at byte 10."""
    words = [0, 3, 256, 512, 0, 1, 4, 1024, 2, 2, 0, 0, 2, 1, 10, 0]
    palette = Palette.of(tables((18, 0, 16), pack("<16H", *words), segmented=True))
    assert reds(palette, *range(18)) == [1, 2, 0, 1, 2, 3, 4, 1, 2, 0, 1, 2, 3, 4, 4, 4, 4, 4]


@pytest.mark.ps("3.3 C.7.9.2.3")
def test_an_indirect_segment_counts_bytes() -> None:
    """The line begins at byte 6 of 8 bit data, the four bytes of the offset little endian."""
    data = bytes([0, 4, 0, 10, 20, 30, 1, 2, 50, 2, 1, 6, 0, 0, 0, 0])
    palette = Palette.of(tables((8, 0, 8), data, segmented=True))
    assert reds(palette, *range(8)) == [0, 10, 20, 30, 40, 50, 50, 50]


@pytest.mark.parametrize(
    "words",
    [
        [1, 4, 5],  # a line from nowhere
        [0, 1, 9, 1, 4],  # a line without an end
        [0, 1, 9, 3, 1],  # a reserved opcode
        [0, 1, 9, 2, 1, 6, 0],  # indirect to itself
        [0, 1, 9, 2, 65535, 60000, 0],  # indirect beyond the end
        [0, 1, 9, 1, 0, 7],  # an empty line
        [0, 1, 9, *[1, 65535, 7] * 3],  # far too many entries
        [2, 1, 0, 0],
        [],
    ],
)
def test_broken_segments_are_refused(words: list[int]) -> None:
    with pytest.raises(Invalid):
        Palette.of(tables((256, 0, 16), pack(f"<{len(words)}H", *words), segmented=True))


def test_missing_or_contradicting_tables_are_refused() -> None:
    good = tables((2, 0, 8), b"\1\2")
    for tag in list(good):
        with pytest.raises(Invalid):
            Palette.of({k: v for k, v in good.items() if k != tag})
    with pytest.raises(Invalid):
        Palette.of({**good, 0x00281102: Attribute("US", (2, 5, 8))})
    with pytest.raises(Invalid):
        Palette.of({**good, 0x00281102: Attribute("US", ("x", 5, 8))})
