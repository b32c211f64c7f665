"""Data Sets from one encoding into another: pydicom must read the same from both."""

from __future__ import annotations

import io
import mmap
import struct
import tracemalloc
import zlib
from array import array
from functools import cache
from pathlib import Path
from typing import Any

import pydicom
import pytest

from readingroom.dataset import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    NewPixels,
    encoding_of,
    read_dataset,
    read_file_meta,
    transcode,
    write_file_meta,
)
from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attribute
from tests.kit.shared_data import shared_data
from tests.unit.dataset import peer
from tests.unit.dataset.samples import SYNTAXES, UNDEFINED, element, item, sequence_end, whole_files

JPEG = "1.2.840.10008.1.2.4.50"
every_syntax = pytest.mark.parametrize("uid", SYNTAXES)


def transcoded(data: bytes, source: str, target: str, **more: Any) -> bytes:
    out = io.BytesIO()
    transcode(data, source, target, out.write, **more)
    return out.getvalue()


def as_file(data: bytes, uid: str) -> bytes:
    meta = write_file_meta(
        "1.2.840.10008.5.1.4.1.1.7", "2.25.1", uid,
        implementation_class_uid="2.25.2", implementation_version_name="TEST",
    )  # fmt: skip
    return meta + data


def settled(values: dict[int, Any]) -> dict[int, Any]:
    """OB and OW are a choice of the encoding for the same bytes; odd bytes get padding."""
    result: dict[int, Any] = {}
    for tag, (vr, content) in values.items():
        if vr == "SQ":
            result[tag] = (vr, tuple(settled(one) for one in content))
        elif vr in ("OB", "OW", "UN") and content:
            result[tag] = ("bytes", (content[0] + b"\0" * (len(content[0]) & 1),))
        else:
            result[tag] = (vr, content)
    return result


# pydicom swaps private UN of a big endian file, which are little endian; what it reads from ours is right.
SWAPPED_BY_PYDICOM = "BigEndianExplicit"


@cache
def native_files() -> list[tuple[str, Path]]:
    found = []
    for name, path in whole_files():
        meta = read_file_meta(path.read_bytes())
        encoding = encoding_of(meta.transfer_syntax_uid)
        plain = not encoding.encapsulated and "deflate-64mib" not in name
        if plain and SWAPPED_BY_PYDICOM not in name and path.stat().st_size < 3 << 20:
            found.append((name, path))
    return found


@pytest.mark.parametrize("target", [EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED])
def test_pydicom_reads_the_same(target: str) -> None:
    files = native_files()
    assert len(files) > 500
    # One in six for each target; the list is sorted, so every folder is met.
    for name, path in files[len(target) % 3 :: 6]:
        data = path.read_bytes()
        meta = read_file_meta(data)
        new = transcoded(data, meta.transfer_syntax_uid, target, start=meta.dataset_offset)
        before, after = peer.plain(peer.read(path)), peer.plain(peer.read(as_file(new, target)))
        found = peer.differences(settled(after), settled(before))
        if target == EXPLICIT_BIG:
            # pydicom swaps UN that it knows, see test_read: its own mistake.
            found = [one for one in found if _was_explicit(before, one)]
        assert not found, f"{name}: {found[:5]}"


def _was_explicit(before: dict[int, Any], difference: str) -> bool:
    group = int(difference.strip("(")[:4], 16)
    return not group & 1


def raw_values(ds: pydicom.Dataset) -> dict[int, Any]:
    """Undecoded values as pydicom finds them, even; sequences as tuples of Items."""
    values: dict[int, Any] = {}
    for tag in ds._dict:
        one = ds.get_item(tag)
        value = ds[tag].value if one.VR == "SQ" else one.value or b""
        if isinstance(value, pydicom.Sequence):
            values[int(tag)] = tuple(raw_values(inner) for inner in value)
        elif tag.element and isinstance(value, bytes):
            values[int(tag)] = value.rstrip(b"\0 ")
    return values


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_implicit_has_the_same_bytes() -> None:
    for name, path in native_files()[::3]:
        data = path.read_bytes()
        meta = read_file_meta(data)
        if meta.transfer_syntax_uid != EXPLICIT_LITTLE:
            continue
        new = transcoded(data, EXPLICIT_LITTLE, IMPLICIT_LITTLE, start=meta.dataset_offset)
        explicit = pydicom.dcmread(path, force=True)
        implicit = pydicom.dcmread(io.BytesIO(as_file(new, IMPLICIT_LITTLE)))
        expected, found = raw_values(explicit), raw_values(implicit)
        for tag in expected.keys() & found.keys():
            if isinstance(found[tag], tuple) == isinstance(expected[tag], tuple):
                assert found[tag] == expected[tag], f"{name} {tag:08X}"
        # pydicom decodes some at once, and knows no sequence where it knows no VR.
        assert len(expected.keys() ^ found.keys()) <= 2, name


def test_round_trips_give_back_the_values() -> None:
    for name, path in native_files()[::5]:
        data = path.read_bytes()
        meta = read_file_meta(data)
        uid, start = meta.transfer_syntax_uid, meta.dataset_offset
        there = transcoded(data, uid, EXPLICIT_BIG, start=start)
        back = transcoded(there, EXPLICIT_BIG, EXPLICIT_LITTLE)
        whole = 1 << 31
        before = peer.ours(b"", read_dataset(data, uid, start=start, bulk_above=whole))
        after = peer.ours(b"", read_dataset(back, EXPLICIT_LITTLE, bulk_above=whole))
        for values in (before, after):
            for tag in (0x7FE00008, 0x7FE00009, 0x7FE00010):
                values.pop(tag, None)
        found = peer.differences(settled(_without_bulk(after)), settled(_without_bulk(before)))
        assert not found, f"{name}: {found[:5]}"


def _without_bulk(values: dict[int, Any]) -> dict[int, Any]:
    return {
        tag: ("SQ", tuple(map(_without_bulk, content))) if vr == "SQ" else (vr, content)
        for tag, (vr, content) in values.items()
        if tag != 0x7FE00010
    }


@pytest.mark.ps("3.5 A.5")
@every_syntax
def test_pixels_survive_every_way(uid: str) -> None:
    words = array("H", range(1, 3001))
    if uid == EXPLICIT_BIG:
        words.byteswap()
    data = element(uid, 0x00280100, "US", struct.pack(">H" if uid == EXPLICIT_BIG else "<H", 16))
    data += element(uid, 0x7FE00010, "OW", words.tobytes())
    for target in (*SYNTAXES, DEFLATED):
        ds = pydicom.dcmread(io.BytesIO(as_file(transcoded(data, uid, target), target)))
        raw = array("H", ds.PixelData)
        if target == EXPLICIT_BIG:
            raw.byteswap()
        assert list(raw) == list(range(1, 3001))


def test_eight_bit_pixels_become_bytes() -> None:
    data = element(IMPLICIT_LITTLE, 0x00280100, "US", b"\x08\0")
    data += element(IMPLICIT_LITTLE, 0x7FE00010, "OW", b"\1\2\3\4")
    new = transcoded(data, IMPLICIT_LITTLE, EXPLICIT_BIG)
    assert (
        new
        == struct.pack(">HH2sHH", 0x28, 0x100, b"US", 2, 8)
        + struct.pack(">HH2sHI", 0x7FE0, 0x10, b"OB", 0, 4)
        + b"\1\2\3\4"
    )


def test_every_kind_of_element_by_hand() -> None:
    inner = element(EXPLICIT_LITTLE, 0x00080100, "SH", b"odd")
    data = element(EXPLICIT_LITTLE, 0x00080000, "UL", bytes(4))
    data += element(EXPLICIT_LITTLE, 0x00081110, "SQ", item(EXPLICIT_LITTLE, inner))
    data += element(EXPLICIT_LITTLE, 0x00091001, "UN", b"\1\2")
    data += element(EXPLICIT_LITTLE, 0x00280009, "AT", struct.pack("<2H", 0x18, 0x1063))
    data += struct.pack("<HH2sH", 0x28, 0x10, b"XX", 2) + b"\5\6"
    big = EXPLICIT_BIG
    inner = element(big, 0x00080100, "SH", b"odd ")
    expected = element(big, 0x00081110, "SQ", item(big, inner, closed=False) + sequence_end(big), UNDEFINED)
    expected += element(big, 0x00091001, "UN", b"\1\2")
    expected += element(big, 0x00280009, "AT", struct.pack(">2H", 0x18, 0x1063))
    expected += element(big, 0x00280010, "UN", b"\5\6")
    assert transcoded(data, EXPLICIT_LITTLE, big) == expected


def test_a_value_too_long_for_its_vr_becomes_unknown() -> None:
    text = b"a" * 70_000
    data = element(IMPLICIT_LITTLE, 0x00104000, "LT", text)
    new = transcoded(data, IMPLICIT_LITTLE, EXPLICIT_BIG)
    assert new == element(EXPLICIT_BIG, 0x00104000, "UN", text)
    assert transcoded(new, EXPLICIT_BIG, IMPLICIT_LITTLE) == data
    numbers = struct.pack("<20000I", *range(20_000))
    data = element(IMPLICIT_LITTLE, 0x00720078, "UL", numbers)
    new = transcoded(data, IMPLICIT_LITTLE, EXPLICIT_BIG)
    assert new == element(EXPLICIT_BIG, 0x00720078, "UN", numbers)


@every_syntax
def test_the_same_encoding_passes_untouched(uid: str) -> None:
    data = element(uid, 0x00080000, "UL", bytes(4)) + element(uid, 0x00100010, "PN", b"odd") + bytes(10)
    assert transcoded(b"meta" + data, uid, uid, start=4) == data


def encapsulated(*fragments: bytes) -> bytes:
    value = b"".join(item(JPEG, one) for one in (b"", *fragments)) + sequence_end(JPEG)
    return element(JPEG, 0x00080060, "CS", b"CT") + element(JPEG, 0x7FE00010, "OB", value, UNDEFINED)


def test_encapsulated_pixels_need_a_codec() -> None:
    written: list[bytes] = []
    for source, target, data in (
        (JPEG, EXPLICIT_LITTLE, encapsulated(b"ab")),
        (JPEG, IMPLICIT_LITTLE, encapsulated(b"ab")),
        (EXPLICIT_LITTLE, JPEG, element(EXPLICIT_LITTLE, 0x7FE00010, "OW", b"ab")),
    ):
        with pytest.raises(Unsupported):
            transcode(data, source, target, written.append)
    assert not written
    assert transcoded(encapsulated(b"ab"), JPEG, "1.2.840.10008.1.2.4.70") == encapsulated(b"ab")


@every_syntax
def test_new_pixels_take_the_place_of_the_old(uid: str) -> None:
    icon = element(JPEG, 0x7FE00010, "OB", item(JPEG, b"") + sequence_end(JPEG), UNDEFINED)
    data = encapsulated(b"ab")
    head = data[: len(element(JPEG, 0x00080060, "CS", b"CT"))]
    icons = element(JPEG, 0x00880200, "SQ", item(JPEG, icon))
    tables = element(JPEG, 0x7FE00001, "OV", bytes(8)) + element(JPEG, 0x7FE00002, "OV", bytes(8))
    after = element(JPEG, 0xFFFCFFFC, "OB", bytes(2))
    data = head + icons + tables + data[len(head) :] + after
    rows = Attribute("US", (7,))
    new = transcoded(
        data, JPEG, uid,
        instead={0x00280010: rows, 0x00080060: Attribute("CS", ("MR",))},
        pixels=NewPixels("OW", 5, [b"123", b"45"]),
    )  # fmt: skip
    number = struct.pack(">H" if uid == EXPLICIT_BIG else "<H", 7)
    assert new == (
        element(uid, 0x00080060, "CS", b"MR")
        + element(uid, 0x00280010, "US", number)
        + element(uid, 0x7FE00010, "OW", b"12345\0")
        + element(uid, 0xFFFCFFFC, "OB", bytes(2))
    )


def test_new_encapsulated_pixels() -> None:
    data = element(EXPLICIT_LITTLE, 0x00080060, "CS", b"CT")
    value = item(JPEG, b"") + item(JPEG, b"ab")
    new = transcoded(data, EXPLICIT_LITTLE, JPEG, pixels=NewPixels("OB", None, [value]))
    assert new == encapsulated(b"ab")
    with pytest.raises(Unsupported):
        transcoded(data, EXPLICIT_LITTLE, EXPLICIT_BIG, pixels=NewPixels("OB", None, [value]))


def test_broken_data_sets_are_refused() -> None:
    nested = item(EXPLICIT_LITTLE, element(EXPLICIT_LITTLE, 0x00080100, "SH", b"ID"), closed=False)
    data = element(EXPLICIT_LITTLE, 0x00081110, "SQ", nested + sequence_end(EXPLICIT_LITTLE), UNDEFINED)
    for length in range(1, len(data)):
        with pytest.raises(Invalid):
            transcoded(data[:length], EXPLICIT_LITTLE, EXPLICIT_BIG)
        with pytest.raises(Invalid):
            transcoded(data[:length], EXPLICIT_LITTLE, EXPLICIT_LITTLE)


def test_nesting_is_bounded() -> None:
    value = b""
    for _ in range(300):
        value = item(EXPLICIT_LITTLE, element(EXPLICIT_LITTLE, 0x00081110, "SQ", value))
    with pytest.raises(Invalid, match="nested"):
        transcoded(element(EXPLICIT_LITTLE, 0x00081110, "SQ", value), EXPLICIT_LITTLE, EXPLICIT_BIG)


def test_what_passes_untouched_is_checked_first() -> None:
    written: list[bytes] = []
    with pytest.raises(Invalid):
        transcode(encapsulated(b"ab")[:-8], JPEG, JPEG, written.append)
    assert not written


def test_a_huge_object_takes_constant_memory(tmp_path: Path) -> None:
    size = 100 << 20
    path, out = tmp_path / "huge", tmp_path / "out"
    with path.open("wb") as file:
        file.write(element(EXPLICIT_LITTLE, 0x7FE00010, "OW", b"", size))
        file.truncate(12 + size)
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        out.open("wb") as target,
    ):
        tracemalloc.start()
        transcode(mapped, EXPLICIT_LITTLE, EXPLICIT_BIG, target.write)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert out.stat().st_size == 12 + size
    assert peak < 8 << 20


def test_deflated_both_ways() -> None:
    folder = shared_data() / "transfer-syntaxes" / "ctimage"
    path = folder / "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm"
    data = path.read_bytes()
    start = read_file_meta(data).dataset_offset
    plain = transcoded(data, DEFLATED, EXPLICIT_LITTLE, start=start)
    assert plain == zlib.decompress(data[start:], wbits=-15)
    packed = transcoded(plain, EXPLICIT_LITTLE, DEFLATED)
    assert not len(packed) & 1
    assert zlib.decompressobj(-15).decompress(packed) == plain
