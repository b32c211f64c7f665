"""Headers become descriptions, or clear errors before anything is allocated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.model import Attribute
from readingroom.pixels import PixelDescription, decode_frame
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

LITTLE = "1.2.840.10008.1.2.1"
BIG = "1.2.840.10008.1.2.2"


def header(**changed: Any) -> dict[int, Attribute]:
    """The Image Pixel Module of a CT, with some values changed or (None) left out."""
    values = {
        "samples": (0x00280002, "US", 1),
        "photometric": (0x00280004, "CS", "MONOCHROME2"),
        "frames": (0x00280008, "IS", "3"),
        "rows": (0x00280010, "US", 512),
        "columns": (0x00280011, "US", 256),
        "allocated": (0x00280100, "US", 16),
        "stored": (0x00280101, "US", 12),
        "high": (0x00280102, "US", 11),
        "sign": (0x00280103, "US", 1),
    }
    return {
        tag: Attribute(vr, (changed.get(name, value),))
        for name, (tag, vr, value) in values.items()
        if changed.get(name, value) is not None
    }


def test_reads_the_image_pixel_module() -> None:
    d = PixelDescription.of(header(), LITTLE)
    assert (d.rows, d.columns, d.bits_stored, d.high_bit, d.number_of_frames) == (512, 256, 12, 11, 3)
    assert d.cell.name == "int16"
    assert d.decoded_bytes == 512 * 256 * 2


def test_absent_bits_follow_from_bits_allocated() -> None:
    d = PixelDescription.of(header(stored=None, high=None, sign=None, photometric=None, frames="x"), LITTLE)
    assert (d.bits_stored, d.high_bit, d.pixel_representation) == (16, 15, 0)
    assert (d.photometric_interpretation, d.number_of_frames) == ("MONOCHROME2", 1)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"rows": 0}, Invalid),
        ({"rows": None}, Invalid),
        ({"columns": -5}, Invalid),
        ({"columns": 70000}, Invalid),
        ({"rows": "many"}, Invalid),
        ({"allocated": None}, Invalid),
        ({"stored": 17}, Invalid),
        ({"stored": 0}, Invalid),
        ({"high": 16}, Invalid),
        ({"high": 5}, Invalid),
        ({"rows": 65535, "columns": 65535}, Invalid),
        ({"samples": 2}, Unsupported),
        ({"samples": 0}, Unsupported),
        ({"samples": 65535}, Unsupported),
        ({"allocated": 24}, Unsupported),
    ],
)
def test_impossible_headers_are_refused(changed: dict[str, Any], kind: type[ReadingRoomError]) -> None:
    with pytest.raises(kind):
        PixelDescription.of(header(**changed), LITTLE)


@pytest.mark.ps("3.5 8.1.1")
def test_single_bit_frames_share_bytes() -> None:
    d = PixelDescription(LITTLE, 11, 13, bits_allocated=1, bits_stored=1, high_bit=0)
    assert d.native_bits == 143
    assert d.native_extent(1) == (0, 18, 0)
    assert d.native_extent(2) == (17, 19, 7)
    assert d.native_extent(8) == (125, 18, 1)
    with pytest.raises(Invalid):
        d.native_extent(0)


@pytest.mark.ps("3.5 7.3")
def test_small_big_endian_cells_lie_in_words() -> None:
    d = PixelDescription(BIG, 3, 3, pixel_vr="OW")
    assert d.native_extent(1) == (0, 10, 0)
    assert d.native_extent(2) == (8, 10, 8)
    assert replace(d, pixel_vr="OB").native_extent(2) == (9, 9, 0)


@pytest.mark.ps("3.3 C.7.6.3.1.2")
def test_halved_chroma_takes_two_samples_a_pixel() -> None:
    d = PixelDescription(LITTLE, 4, 6, 3, "YBR_FULL_422")
    assert d.native_bits == 4 * 6 * 2 * 8


@pytest.mark.parametrize("name", ["rows-0", "rows-65535-tiny-data"])
def test_hostile_sizes_are_refused(name: str) -> None:
    ds = read_image(shared_data() / "made" / "hostile" / f"{name}.dcm")
    with pytest.raises(Invalid):
        description_of(ds)


def test_a_claim_of_two_billion_frames_allocates_nothing() -> None:
    """TRUTH.csv: 2 frames exist, frame 3 gives an error."""
    ds = read_image(shared_data() / "made" / "hostile" / "frames-claimed-2147483647.dcm")
    d = description_of(ds)
    assert d.number_of_frames == 2147483647
    for number in (1, 2):
        data, bit = frame_bytes(ds, d, number)
        assert decode_frame(data, d, bit_offset=bit).values.shape == (16, 16)
    for number in (3, 2147483647):
        data, bit = frame_bytes(ds, d, number)
        with pytest.raises(Invalid):
            decode_frame(data, d, bit_offset=bit)


def test_video_says_so() -> None:
    ds = read_image(shared_data() / "video" / "h264-high-4.1.dcm")
    with pytest.raises(Unsupported) as caught:
        decode_frame(b"", PixelDescription.of(attributes_of(ds), "1.2.840.10008.1.2.4.102"))
    assert caught.value.facts == {"uid": "1.2.840.10008.1.2.4.102"}


odd = st.one_of(
    st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=4), st.binary(max_size=4), st.none()
)


@given(
    st.dictionaries(
        st.sampled_from(["samples", "frames", "rows", "columns", "allocated", "stored", "high", "sign"]), odd
    )
)
def test_any_header_is_a_description_or_one_of_our_errors(changed: dict[str, Any]) -> None:
    try:
        d = PixelDescription.of(header(**changed), LITTLE)
    except ReadingRoomError:
        return
    assert 0 < d.decoded_bytes <= 512 << 20
    assert d.number_of_frames >= 1
