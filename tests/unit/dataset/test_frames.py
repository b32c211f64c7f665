"""Where frames lie, against pydicom and by hand."""

from __future__ import annotations

import struct
from typing import Any

import pydicom
import pytest
from pydicom.encaps import generate_frames

from readingroom.dataset import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    FRAME_TAGS,
    IMPLICIT_LITTLE,
    encoding_of,
    index_frames,
    inflated,
    read_file_meta,
    read_head,
)
from readingroom.errors import Invalid
from readingroom.model import Attribute
from tests.kit.shared_data import shared_data
from tests.unit.dataset.samples import UNDEFINED, element, item, sequence_end, whole_files

JPEG, RLE, VIDEO = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.102"
J2K, JPEG_XL = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.110"

# Rows 0, Rows 65535 with 256 bytes, no Rows, a Number of Frames that is no number, pixel data without bytes.
NOT_UNDERSTOOD = {
    "made/hostile/rows-0.dcm",
    "made/hostile/rows-65535-tiny-data.dcm",
    "malformed/badVR.dcm",
    "malformed/dwv-test_no-number-rows.dcm",
    "malformed/meta_missing_tsyntax.dcm",
    "malformed/nested_priv_SQ.dcm",
    "objects/nm/NM-NmIm-Siemens-s1-1.dcm",
}


def frames_of(data: bytes, uid: str, start: int = 0) -> list[bytes]:
    head = read_head(data, uid, FRAME_TAGS, start=start)
    if head.pixel is None:
        return []
    if encoding_of(uid).deflated:
        with inflated(data, start) as whole:
            data = bytes(whole)
    index = index_frames(data, head)
    return [b"".join(data[at : at + length] for at, length in pieces) for pieces in index.frames]


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_frames_of_all_real_files_equal_pydicom() -> None:
    refused, compared = set(), 0
    for name, path in whole_files():
        if "deflate-64mib" in name or "frames-claimed" in name:
            continue
        data = path.read_bytes()
        meta = read_file_meta(data)
        try:
            mine = frames_of(data, meta.transfer_syntax_uid, meta.dataset_offset)
        except Invalid:
            refused.add(name)
            continue
        if mine:
            ds = pydicom.dcmread(path, force=True)
            assert _equal(mine, _frames_by_pydicom(ds, len(mine))), name
            compared += 1
    assert refused == NOT_UNDERSTOOD
    assert compared > 650


def _frames_by_pydicom(ds: Any, count: int) -> list[bytes]:
    keyword = next(one for one in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if one in ds)
    value, number = ds[keyword].value, int(ds.get("NumberOfFrames", 1) or 1)
    if ds[keyword].is_undefined_length:
        tables = None
        if "ExtendedOffsetTable" in ds:
            tables = (ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths)
        if _is_video(ds):
            number = 1
        return list(generate_frames(value, number_of_frames=number, extended_offsets=tables))
    samples = 2 if ds.get("PhotometricInterpretation") == "YBR_FULL_422" else ds.get("SamplesPerPixel", 1)
    bits = ds.Rows * ds.Columns * samples * ds.BitsAllocated
    assert count == number
    return [value[i * bits // 8 : -(-(i + 1) * bits // 8)] for i in range(number)]


def _is_video(ds: Any) -> bool:
    # 1.2.840.10008.1.2.4.100 to .108
    uid = ds.file_meta.get("TransferSyntaxUID", "")
    return uid.startswith("1.2.840.10008.1.2.4.10") and len(uid) > 22


def _equal(mine: list[bytes], theirs: list[bytes]) -> bool:
    """Equal but for the byte that makes an encapsulated frame even."""
    pairs = zip(mine, theirs, strict=False)
    return len(mine) == len(theirs) and all(a == b or (a == b[:-1] and b[-1] == 0) for a, b in pairs)


def attributes(uid: str, frames: int, **numbers: int) -> bytes:
    order = ">" if uid == EXPLICIT_BIG else "<"

    def number(tag: int, value: int) -> bytes:
        return element(uid, tag, "US", struct.pack(order + "H", value))

    photometric = b"YBR_FULL_422" if numbers.get("samples") == 3 else b"MONOCHROME2 "
    return (
        number(0x00280002, numbers.get("samples", 1))
        + element(uid, 0x00280004, "CS", photometric)
        + element(uid, 0x00280008, "IS", str(frames).encode())
        + number(0x00280010, numbers.get("rows", 2))
        + number(0x00280011, numbers.get("columns", 2))
        + number(0x00280100, numbers.get("bits", 8))
    )


def native(frames: int, value: bytes, uid: str = EXPLICIT_LITTLE, **numbers: int) -> list[bytes]:
    data = attributes(uid, frames, **numbers) + element(uid, 0x7FE00010, "OW", value)
    return frames_of(data, uid)


@pytest.mark.ps("3.5 8.1.1")
@pytest.mark.parametrize("uid", [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG])
def test_native_frames(uid: str) -> None:
    assert native(2, b"abcdefgh", uid) == [b"abcd", b"efgh"]
    odd = b"".join(bytes([number]) * 9 for number in range(3)) + b"\0"
    assert native(3, odd, uid, rows=3, columns=3) == [bytes([number]) * 9 for number in range(3)]
    assert native(1, b"ab" * 4 + b"\0\0", uid, bits=16) == [b"ab" * 4]
    assert native(2, b"abcdefgh" * 2, uid, samples=3) == [b"abcdefgh", b"abcdefgh"]


def test_frames_of_single_bits_get_every_byte_they_touch() -> None:
    # Three frames of 3 x 3 bits: bits 0-8, 9-17, 18-26.
    assert native(3, b"abcd", rows=3, columns=3, bits=1) == [b"ab", b"bc", b"cd"]
    assert native(2, b"abcd", rows=4, columns=4, bits=1) == [b"ab", b"cd"]


def test_only_frames_that_exist_are_indexed() -> None:
    assert native(2147483647, b"abcdefgh" + b"ijk ") == [b"abcd", b"efgh", b"ijk "]
    assert native(0, b"abcd") == [b"abcd"]
    path = shared_data() / "made" / "hostile" / "frames-claimed-2147483647.dcm"
    data = path.read_bytes()
    meta = read_file_meta(data)
    assert len(frames_of(data, meta.transfer_syntax_uid, meta.dataset_offset)) == 2


@pytest.mark.parametrize(
    ("frames", "value", "numbers"),
    [
        (1, b"ab", {}),
        (1, b"", {}),
        (1, b"abcd", {"rows": 0}),
        (1, b"abcd", {"bits": 0}),
        (1, b"abcd", {"samples": 0}),
        (2_000_000, bytes(2_000_000), {"rows": 1, "columns": 1}),
    ],
)
def test_native_pixels_that_cannot_be(frames: int, value: bytes, numbers: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        native(frames, value, **numbers)


def test_missing_attributes() -> None:
    data = element(EXPLICIT_LITTLE, 0x7FE00010, "OW", b"abcd")
    with pytest.raises(Invalid, match=r"\(0028,0010\)"):
        frames_of(data, EXPLICIT_LITTLE)
    head = read_head(data[:0], EXPLICIT_LITTLE, FRAME_TAGS)
    with pytest.raises(Invalid, match="no pixel data"):
        index_frames(data, head)
    given = {0x00280010: Attribute("US", (2,)), 0x00280011: Attribute("US", (2,))}
    given[0x00280100] = Attribute("US", (8,))
    pixel = read_head(data, EXPLICIT_LITTLE, frozenset())
    assert index_frames(data, pixel, given).frames == (((12, 4),),)


def encapsulated(
    frames: int, *fragments: bytes, table: tuple[int, ...] = (), uid: str = JPEG, before: bytes = b""
) -> list[bytes]:
    value = item(uid, struct.pack(f"<{len(table)}I", *table))
    value += b"".join(item(uid, one) for one in fragments) + sequence_end(uid)
    return frames_of(attributes(uid, frames) + before + element(uid, 0x7FE00010, "OB", value, UNDEFINED), uid)


A, B, C = b"\xff\xd8\xffaaaaa", b"\xff\xd8\xffbbb", b"\xff\xd8\xffcc\xff\xd9\0"


@pytest.mark.ps("3.5 A.4")
def test_one_fragment_per_frame_without_a_table() -> None:
    assert encapsulated(3, A, B, b"anything") == [A, B, b"anything"]


def test_a_basic_offset_table() -> None:
    table = (0, 8 + len(A) + 8 + 2)
    assert encapsulated(2, A, b"aa", B, b"bb", table=table) == [A + b"aa", B + b"bb"]


def test_a_table_that_does_not_fit_is_passed_over() -> None:
    second = 8 + len(A)
    assert encapsulated(3, A, B, b"xx", table=(0, second)) == [A, B, b"xx"]
    third = second + 8 + 2
    assert encapsulated(2, A, b"aa", B, b"bb", table=(second, third)) == [A + b"aa", B + b"bb"]
    assert encapsulated(2, A, b"aa", B, b"bb", table=(0, third + 1)) == [A + b"aa", B + b"bb"]
    assert encapsulated(2, A, b"aa", B, b"bb", table=(third, 0)) == [A + b"aa", B + b"bb"]


def test_a_single_frame_takes_all_fragments() -> None:
    assert encapsulated(1, A, b"aa", B) == [A + b"aa" + B]
    assert encapsulated(1, A, b"aa", table=(0,)) == [A + b"aa"]


def test_the_byte_that_makes_it_even_is_left_out() -> None:
    assert encapsulated(1, C) == [C[:-1]]
    assert encapsulated(2, A, C) == [A, C[:-1]]


def test_boundaries_by_codestreams() -> None:
    assert encapsulated(2, A, b"aa", B, b"bb") == [A + b"aa", B + b"bb"]
    assert encapsulated(2, A, b"aa", B, b"bb", table=(0,)) == [A + b"aa", B + b"bb"]
    assert encapsulated(2, A, b"aa", B, table=(0, 7)) == [A + b"aa", B]
    first, second = b"\xff\x4f\xff\x51aaaa", b"\xff\x4f\xff\x51bbbb"
    assert encapsulated(2, first, b"aa", second, uid=J2K) == [first + b"aa", second]
    bare, boxed = b"\xff\x0aaaaa", b"\0\0\0\x0cJXL \r\n"
    assert encapsulated(2, bare, b"aa", boxed, uid=JPEG_XL) == [bare + b"aa", boxed]
    assert encapsulated(2, first, bare, second, uid=J2K) == [first + bare, second]


def test_a_thumbnail_inside_is_no_frame() -> None:
    end = b"aaa\xff\xd9\0"
    assert encapsulated(2, A, B, end, C) == [A + B + end[:-1], C[:-1]]


def test_fewer_frames_than_claimed() -> None:
    assert encapsulated(5, A, B) == [A, B]
    assert encapsulated(5, b"rle1", b"rle2", uid=RLE) == [b"rle1", b"rle2"]
    assert encapsulated(5, A, B, table=(0, 8 + len(A))) == [A, B]


def test_empty_fragments_do_not_count() -> None:
    assert encapsulated(2, A, b"", B) == [A, B]


def extended(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)


@pytest.mark.ps("3.3 C.7.6.3.1.8")
def test_an_extended_offset_table() -> None:
    tables = element(JPEG, 0x7FE00001, "OV", extended(0, 8 + len(A)))
    lengths = element(JPEG, 0x7FE00002, "OV", extended(len(A), len(B) - 1))
    assert encapsulated(2, A, B, before=tables + lengths) == [A, B[:-1]]
    assert encapsulated(2, A, B, before=tables) == [A, B]
    wrong = element(JPEG, 0x7FE00001, "OV", extended(0, 1 << 60))
    assert encapsulated(2, A, B, before=wrong + lengths) == [A, B]
    absurd = element(JPEG, 0x7FE00002, "OV", extended(1 << 60, 0))
    assert encapsulated(2, A, B, before=tables + absurd) == [A, B]


def test_video_is_one_stream() -> None:
    assert encapsulated(60, b"mpeg", b"more", uid=VIDEO) == [b"mpegmore"]


@pytest.mark.parametrize(
    "fragments",
    [(), (b"",), (b"xx", b"yy", b"zz"), (A, B, C, A + b"\xff\xd9", C), (b"aa", A, B)],
)
def test_frames_that_cannot_be_told_apart(fragments: tuple[bytes, ...]) -> None:
    with pytest.raises(Invalid):
        encapsulated(2, *fragments)


def test_broken_fragments() -> None:
    whole = attributes(JPEG, 2) + element(
        JPEG, 0x7FE00010, "OB", item(JPEG, b"") + item(JPEG, A) + sequence_end(JPEG), UNDEFINED
    )
    start = len(attributes(JPEG, 2)) + 12
    for length in range(start, len(whole)):
        with pytest.raises(Invalid):
            frames_of(whole[:length], JPEG)
    nothing = attributes(JPEG, 2) + element(JPEG, 0x7FE00010, "OB", sequence_end(JPEG), UNDEFINED)
    with pytest.raises(Invalid):
        frames_of(nothing, JPEG)
