"""The head reader: what it finds, where it stops, what it tolerates and what it refuses."""

from __future__ import annotations

import mmap
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest

from readingroom.dataset import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    inflated,
    read_attributes,
    read_file_meta,
    read_head,
    read_rest,
)
from readingroom.errors import Invalid
from readingroom.model import Attribute
from tests.kit.shared_data import shared_data
from tests.unit.dataset import peer
from tests.unit.dataset.samples import (
    SYNTAXES,
    TRUNCATED,
    UNDEFINED,
    element,
    item,
    real_files,
    sequence_end,
    whole_files,
)

MODALITY, NAME, REQUEST, ROWS, PIXELS = 0x00080060, 0x00100010, 0x00400275, 0x00280010, 0x7FE00010
WANTED = frozenset({MODALITY, NAME, REQUEST, ROWS})
JPEG = "1.2.840.10008.1.2.4.50"

every_syntax = pytest.mark.parametrize("uid", SYNTAXES)


def rows(uid: str) -> bytes:
    return struct.pack(">H" if uid == EXPLICIT_BIG else "<H", 512)


def image(uid: str, middle: bytes = b"", pixels: bytes = bytes(20)) -> bytes:
    return (
        element(uid, MODALITY, "CS", b"CT")
        + middle
        + element(uid, ROWS, "US", rows(uid))
        + element(uid, PIXELS, "OW", pixels)
    )


@every_syntax
def test_wanted_elements_and_pixels_are_found(uid: str) -> None:
    data = b"before" + image(uid, element(uid, 0x00080070, "LO", b"other "))
    head = read_head(data, uid, WANTED, start=6)
    vr = (lambda name: "") if uid == IMPLICIT_LITTLE else (lambda name: name)
    assert head.elements == {MODALITY: (vr("CS"), b"CT"), ROWS: (vr("US"), rows(uid))}
    assert head.pixel is not None
    assert (head.pixel.tag, head.pixel.vr, head.pixel.offset) == (PIXELS, vr("OW"), len(data) - 20)
    assert (head.pixel.length, head.pixel.end, head.pixel.is_encapsulated) == (20, len(data), False)
    assert (head.needs_more, head.oddities) == (False, ())


@every_syntax
@pytest.mark.parametrize("vr", ["SQ", "UN"])
@pytest.mark.parametrize("closed", [True, False])
def test_sequences_of_every_form(uid: str, vr: str, closed: bool) -> None:
    inside = IMPLICIT_LITTLE if vr == "UN" else uid
    deep = element(inside, 0x00400008, vr, item(inside, b"", closed=False) + sequence_end(inside), UNDEFINED)
    value = item(inside, deep + element(inside, 0x00400009, "SH", b"ID"), closed=closed)
    value += item(inside, b"", closed=closed)
    data = image(uid, element(uid, REQUEST, vr, value + sequence_end(inside), UNDEFINED))
    head = read_head(data, uid, WANTED)
    assert head.elements[REQUEST][1] == value
    assert head.elements[ROWS][1] == rows(uid)
    closed_form = read_head(image(uid, element(uid, REQUEST, vr, value)), uid, WANTED)
    assert closed_form.elements[REQUEST][1] == value


@every_syntax
def test_an_item_without_its_delimiter_ends_with_the_sequence(uid: str) -> None:
    content = item(uid, element(uid, 0x00400009, "SH", b"ID"), closed=False)[:-8] + sequence_end(uid)
    data = image(uid, element(uid, REQUEST, "SQ", content, UNDEFINED))
    head = read_head(data, uid, WANTED)
    assert head.pixel is not None
    assert head.elements[REQUEST][1] == content[:-8]
    assert read_attributes(head)[REQUEST].values == ({0x00400009: Attribute("SH", ("ID",))},)


def test_unknown_items_may_look_like_letters() -> None:
    uid, length = EXPLICIT_LITTLE, int.from_bytes(b"ZZ", "little")
    content = item(IMPLICIT_LITTLE, element(IMPLICIT_LITTLE, 0x00104000, "LT", b"a" * length), closed=False)
    content += item(uid, element(uid, 0x00400009, "SH", b"ID"), closed=False)
    data = image(uid, element(uid, REQUEST, "UN", content + sequence_end(uid), UNDEFINED))
    head = read_head(data, uid, WANTED)
    assert head.elements[ROWS] == ("US", rows(uid))
    assert [list(one) for one in read_attributes(head)[REQUEST].values] == [[0x00104000], [0x00400009]]


@every_syntax
def test_an_icon_with_its_own_pixels_is_passed_over(uid: str) -> None:
    plain = element(uid, PIXELS, "OB", b"\1\2")
    fragments = element(uid, PIXELS, "OB", item(uid, b"") + item(uid, b"\3\4") + sequence_end(uid), UNDEFINED)
    for content in (plain, fragments):
        icon = item(uid, content, closed=False) + sequence_end(uid)
        data = image(uid, element(uid, 0x00880200, "SQ", icon, UNDEFINED))
        head = read_head(data, uid, WANTED)
        assert head.pixel is not None
        assert head.pixel.offset == len(data) - 20


@every_syntax
def test_a_buffer_that_is_only_the_beginning(uid: str) -> None:
    nested = item(uid, element(uid, 0x00400009, "SH", b"ID"), closed=False) + sequence_end(uid)
    data = image(uid, element(uid, REQUEST, "SQ", nested, UNDEFINED))
    whole = read_head(data, uid, WANTED)
    assert whole.pixel is not None
    for length in range(len(data)):
        head = read_head(data[:length], uid, WANTED, size=len(data))
        assert head.needs_more == (length < whole.pixel.offset), length
        assert not head.needs_more or length < head.needed <= len(data)
        assert read_rest(data, head, WANTED) == read_rest(data, whole, WANTED)
        unknown = read_head(data[:length], uid, WANTED, size=-1)
        assert unknown.needs_more == head.needs_more


@every_syntax
def test_truncation_is_refused(uid: str) -> None:
    nested = item(uid, element(uid, 0x00400009, "SH", b"ID"), closed=False) + sequence_end(uid)
    data = image(uid, element(uid, REQUEST, "SQ", nested, UNDEFINED))
    unnoticed = []
    for length in range(1, len(data)):
        try:
            read_head(data[:length], uid, WANTED)
        except Invalid:
            continue
        unnoticed.append(length)
    # A cut exactly between two elements leaves a shorter, whole Data Set.
    first, rest = len(element(uid, MODALITY, "CS", b"CT")), len(data) - 20
    header = len(element(uid, PIXELS, "OW", b""))
    borders = {first, rest - header - len(element(uid, ROWS, "US", b"12")), rest - header}
    # In big endian the next byte is 0: one trailing zero byte is tolerated.
    borders |= {border + 1 for border in borders | {0} if data[border] == 0}
    assert set(unnoticed) == borders
    with pytest.raises(Invalid, match="truncated"):
        read_head(data[:100], uid, WANTED, size=len(data) - 1)


def test_what_follows_the_pixels_is_found() -> None:
    data = image(EXPLICIT_LITTLE) + element(EXPLICIT_LITTLE, 0xFFFAFFFA, "SQ", b"")
    head = read_head(data, EXPLICIT_LITTLE, WANTED | {0xFFFAFFFA})
    assert 0xFFFAFFFA not in head.elements
    rest = read_rest(data, head, frozenset({0xFFFAFFFA}))
    assert rest.elements[0xFFFAFFFA] == ("SQ", b"")
    assert (rest.end, rest.elements[MODALITY]) == (len(data), ("CS", b"CT"))


def encapsulated(*fragments: bytes, end: bytes = sequence_end(JPEG)) -> bytes:
    value = b"".join(item(JPEG, fragment) for fragment in (b"", *fragments))
    return element(JPEG, MODALITY, "CS", b"CT") + element(JPEG, PIXELS, "OB", value + end, UNDEFINED)


def test_fragments_are_walked_on_demand() -> None:
    data = encapsulated(b"abcd", b"ef") + element(JPEG, 0xFFFCFFFC, "OB", bytes(8))
    head = read_head(data, JPEG, WANTED)
    assert head.pixel is not None
    assert (head.pixel.length, head.pixel.end, head.pixel.is_encapsulated) == (None, None, True)
    rest = read_rest(data, head)
    assert rest.pixel is not None
    assert (rest.pixel.end, rest.pixel.offset, rest.end) == (len(data) - 20, head.pixel.offset, len(data))


@pytest.mark.parametrize(
    "data",
    [
        encapsulated(b"abcd", b"ef", end=b""),
        encapsulated(b"abcd", b"ef")[:-1],
        encapsulated(b"abcd", b"ef")[:-12],
        encapsulated(b"abcd", end=struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)),
        encapsulated(b"abcd", end=struct.pack("<HHI", 0xFFFE, 0xE00D, 0)),
        encapsulated(b"abcd", end=b"\0" * 8),
    ],
)
def test_broken_fragments_are_refused(data: bytes) -> None:
    head = read_head(data, JPEG, WANTED)
    with pytest.raises(Invalid):
        read_rest(data, head)


@every_syntax
@pytest.mark.parametrize("size", [1, 7, 8, 100, 70_000])
def test_trailing_zero_bytes_are_tolerated(uid: str, size: int) -> None:
    data = image(uid)
    head = read_rest(data + bytes(size), read_head(data + bytes(size), uid, WANTED))
    assert head.oddities == ("Zero bytes follow the Data Set.",)
    if size > 11:
        with pytest.raises(Invalid):
            read_rest(data + bytes(size) + b"x", read_head(data, uid, WANTED))


@pytest.mark.parametrize("uid", SYNTAXES[:2])
def test_trailing_padding_is_ordinary(uid: str) -> None:
    data = image(uid) + element(uid, 0xFFFCFFFC, "OB", bytes(30))
    assert read_rest(data, read_head(data, uid, WANTED)).oddities == ()
    cut = data[:-3]
    assert "padding" in read_rest(cut, read_head(cut, uid, WANTED)).oddities[0]


def test_odd_lengths_and_wrong_letters_are_tolerated() -> None:
    uid = EXPLICIT_LITTLE
    middle = element(uid, NAME, "PN", b"Odd")
    middle += struct.pack("<HH2sH", 0x10, 0x20, b"XX", 2) + b"ID"  # no such VR
    middle += struct.pack("<HH2sHI", 0x10, 0x30, b"ZZ", 0, 8) + b"20000101"  # a VR of the future
    middle += struct.pack("<HHI", 0x10, 0x40, 2) + b"M "  # implicit inside explicit
    middle += struct.pack("<HH2sH", 0x10, 0x1010, b"\0\0", 4) + b"001Y"
    head = read_head(image(uid, middle), uid, WANTED | {0x00100020, 0x00100030, 0x00100040})
    assert head.elements[NAME] == ("PN", b"Odd")
    assert head.elements[0x00100020] == ("XX", b"ID")
    assert head.elements[0x00100030] == ("ZZ", b"20000101")
    assert head.elements[0x00100040] == ("", b"M ")
    assert head.elements[ROWS] == ("US", rows(uid))
    assert head.oddities == ("Some elements have no valid VR.",)


@pytest.mark.parametrize("said", SYNTAXES)
@every_syntax
def test_the_first_element_is_believed_more_than_the_transfer_syntax(said: str, uid: str) -> None:
    head = read_head(image(uid), said, WANTED)
    assert head.elements[ROWS][1] == rows(uid)
    assert bool(head.oddities) == (said != uid)


@every_syntax
def test_stray_delimiters(uid: str) -> None:
    head = read_head(image(uid, sequence_end(uid)), uid, WANTED)
    assert head.oddities == ("A stray delimiter stands at the top level.",)
    with pytest.raises(Invalid):
        read_head(image(uid, item(uid, b"")), uid, WANTED)


@every_syntax
def test_deep_nesting(uid: str) -> None:
    value = sequence_end(uid)
    for _ in range(100):
        value = item(uid, element(uid, REQUEST, "SQ", value, UNDEFINED), closed=False) + sequence_end(uid)
    head = read_head(image(uid, element(uid, REQUEST, "SQ", value, UNDEFINED)), uid, WANTED)
    assert head.pixel is not None
    for _ in range(100):
        value = item(uid, element(uid, REQUEST, "SQ", value, UNDEFINED), closed=False) + sequence_end(uid)
    with pytest.raises(Invalid, match="nested"):
        read_head(image(uid, element(uid, REQUEST, "SQ", value, UNDEFINED)), uid, WANTED)


def deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


def test_a_deflated_stream_without_its_end_is_truncated() -> None:
    whole = deflate(bytes(100_000))
    for cut in (whole[:-1], whole[:-3], whole[: len(whole) // 2], b""):
        with pytest.raises(Invalid, match="truncated"), inflated(cut):
            pass
    with inflated(whole + b"\0") as opened:
        assert len(opened) == 100_000


@pytest.mark.ps("3.5 A.5")
def test_deflated() -> None:
    plain = image(EXPLICIT_LITTLE, pixels=bytes(range(256)) * 1000)
    data = b"meta" + deflate(plain)
    head = read_head(data, DEFLATED, WANTED, start=4)
    assert head.elements == read_head(plain, EXPLICIT_LITTLE, WANTED).elements
    assert head.pixel is not None
    assert head.pixel.offset == len(plain) - 256_000
    assert read_rest(data, head, start=4).end == len(plain)
    assert read_head(data[:200], DEFLATED, WANTED, start=4, size=len(data)).pixel == head.pixel
    with pytest.raises(Invalid, match="truncated"):
        read_rest(data[:-9], head, start=4)
    with pytest.raises(Invalid, match="corrupt"):
        read_head(b"\xff" * 50, DEFLATED, WANTED)
    short = read_head(data[:14], DEFLATED, WANTED, start=4, size=len(data))
    assert short.needed == 15


def test_a_deflate_bomb_costs_no_memory() -> None:
    data = (shared_data() / "made" / "hostile" / "deflate-64mib.dcm").read_bytes()
    meta = read_file_meta(data)
    tracemalloc.start()
    head = read_head(data, meta.transfer_syntax_uid, WANTED, start=meta.dataset_offset)
    rest = read_rest(data, head, start=meta.dataset_offset)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rest.pixel is not None
    assert rest.pixel.offset > 64 << 20  # behind 64 MiB of zeros
    assert peak < 16 << 20


def test_any_buffer(tmp_path: Path) -> None:
    data = image(EXPLICIT_LITTLE)
    path = tmp_path / "image"
    path.write_bytes(data)
    expected = read_head(data, EXPLICIT_LITTLE, WANTED)
    assert read_head(bytearray(data), EXPLICIT_LITTLE, WANTED) == expected
    assert read_head(memoryview(data), EXPLICIT_LITTLE, WANTED) == expected
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert read_head(mapped, EXPLICIT_LITTLE, WANTED) == expected
    assert all(
        type(raw) is bytes for _, raw in read_head(bytearray(data), EXPLICIT_LITTLE, WANTED).elements.values()
    )


INDEXED = frozenset(
    {
        0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080020, 0x00080021, 0x00080022, 0x00080030,
        0x00080050, 0x00080060, 0x00080070, 0x00080080, 0x00080090, 0x00081030, 0x0008103E, 0x00081090,
        0x00100010, 0x00100020, 0x00100030, 0x00100040, 0x0020000D, 0x0020000E, 0x00200010, 0x00200011,
        0x00200013, 0x00200052, 0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100,
    }
)  # fmt: skip


def test_heads_of_all_real_files_equal_pydicom() -> None:
    for name, path in whole_files():
        data = path.read_bytes()
        meta = read_file_meta(data)
        head = read_head(data, meta.transfer_syntax_uid, INDEXED, start=meta.dataset_offset)
        ds = peer.read(path)
        for tag in INDEXED:
            assert (tag in head.elements) == (tag in ds), f"{name} {tag:08X}"
            if tag in head.elements and tag in ds._dict:
                raw = ds.get_item(tag)
                if hasattr(raw, "value_tell") and isinstance(raw.value, bytes):
                    assert head.elements[tag][1] == raw.value, f"{name} {tag:08X}"
        pixel = next((tag for tag in (0x7FE00008, 0x7FE00009, PIXELS) if tag in ds), None)
        assert (head.pixel.tag if head.pixel else None) == pixel, name
        assert read_rest(data, head, start=meta.dataset_offset).end >= head.end


def test_truncated_real_files_are_refused() -> None:
    found = 0
    for name, path in real_files():
        if name in TRUNCATED:
            found += 1
            data = path.read_bytes()
            meta = read_file_meta(data)
            head = read_head(
                data[:1500], meta.transfer_syntax_uid, INDEXED, start=meta.dataset_offset, size=-1
            )
            with pytest.raises(Invalid, match="truncated"):
                read_rest(data, head)
    assert found == len(TRUNCATED)
