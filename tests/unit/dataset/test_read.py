"""Whole Data Sets into attributes, against pydicom and by hand."""

from __future__ import annotations

import struct
import zlib

import pytest

from readingroom.dataset import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    BulkValue,
    bulk_bytes,
    read_attributes,
    read_dataset,
    read_file_meta,
    read_head,
    read_identifier,
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

every_syntax = pytest.mark.parametrize("uid", SYNTAXES)

# Where we and pydicom 3.0.2 part, and the standard is with us:
KNOWN_DIFFERENCES = {
    # An empty component group at the end of a name: pydicom drops it, we keep what is stored.
    "charsets/chrX1.dcm": 1,
    "charsets/chrX2.dcm": 1,
    # TRUTH.csv: pydicom leaves the escapes in; pydicom lacks ISO_IR 203.
    "made/charsets/iso-2022-ir-6-and-58.dcm": 1,
    "made/charsets/iso-ir-203.dcm": 1,
    # UTF-8 under ISO_IR 100: pydicom reads Latin 1 as declared, we what was meant.
    "objects/sr/dose/CT-RDSR-Siemens_Flash-TAP-SS.dcm": 1,
    # UN is little endian (PS3.5 6.2.2) also in a big endian stream; pydicom swaps private ones it knows.
    "transfer-syntaxes/ctimage/CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm": 69,
}


def test_all_real_files_equal_pydicom() -> None:
    compared = 0
    for name, path in whole_files():
        if "deflate-64mib" in name:
            continue
        data = path.read_bytes()
        meta = read_file_meta(data)
        dataset = read_dataset(data, meta.transfer_syntax_uid, start=meta.dataset_offset)
        if meta.transfer_syntax_uid == DEFLATED:
            data = zlib.decompressobj(-15).decompress(data[meta.dataset_offset :])
        found = peer.differences(peer.ours(data, dataset), peer.plain(peer.read(path)))
        assert len(found) == KNOWN_DIFFERENCES.get(name, 0), f"{name}: {found[:5]}"
        compared += 1
    assert compared > 900


def test_the_big_endian_private_values_are_those_of_the_little_endian_twin() -> None:
    folder = shared_data() / "transfer-syntaxes" / "ctimage"
    readings = []
    for end in (
        "BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2",
        "LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2",
    ):
        data = (folder / f"CTImage.dcm_{end}.dcm").read_bytes()
        meta = read_file_meta(data)
        dataset = read_dataset(data, meta.transfer_syntax_uid, start=meta.dataset_offset)
        readings.append(
            {tag: one for tag, one in dataset.items() if tag & 0x10000 and isinstance(one, Attribute)}
        )
    shared = readings[0].keys() & readings[1].keys()
    assert len(shared) > 60
    assert {tag: readings[0][tag] for tag in shared} == {tag: readings[1][tag] for tag in shared}


def test_heads_decode_as_the_whole_does() -> None:
    for name, path in list(whole_files())[::5]:
        if "deflate-64mib" in name:
            continue
        data = path.read_bytes()
        meta = read_file_meta(data)
        whole = read_dataset(data, meta.transfer_syntax_uid, start=meta.dataset_offset, bulk_above=1 << 31)
        wanted = frozenset(tag for tag, one in whole.items() if isinstance(one, Attribute))
        head = read_head(data, meta.transfer_syntax_uid, wanted, start=meta.dataset_offset)
        decoded = read_attributes(head)
        for tag in wanted:
            # A head does not look into UN of private attributes.
            is_unknown = whole[tag].vr == "SQ" and head.elements[tag][0] == "UN"
            if tag < 0x7FE00000 and not is_unknown and not _has_bulk(whole[tag]):
                assert decoded[tag] == whole[tag], f"{name} {tag:08X}"


def _has_bulk(one: object) -> bool:
    if isinstance(one, Attribute) and one.vr == "SQ":
        return any(_has_bulk(inner) for content in one.values for inner in content.values())
    return isinstance(one, BulkValue)


def test_truncated_files_are_refused() -> None:
    for name, path in real_files():
        if name in TRUNCATED:
            data = path.read_bytes()
            meta = read_file_meta(data)
            with pytest.raises(Invalid):
                read_dataset(data, meta.transfer_syntax_uid, start=meta.dataset_offset)


def numbers(uid: str, letters: str, *values: float) -> bytes:
    return struct.pack((">" if uid == EXPLICIT_BIG else "<") + letters, *values)


@every_syntax
@pytest.mark.parametrize(
    ("tag", "vr", "letters", "values"),
    [
        (0x00280010, "US", "H", (512,)),
        (0x00189219, "SS", "2h", (-5, 7)),
        (0x00186020, "SL", "i", (-70000,)),
        (0x00041400, "UL", "I", (1 << 31,)),
        (0x00720082, "SV", "q", (-(1 << 40),)),
        (0x00720083, "UV", "Q", (1 << 63,)),
        (0x00720078, "UL", "2I", (1, 2)),
        (0x00720074, "FD", "d", (0.1,)),
        (0x00720076, "FL", "2f", (0.5, -2.0)),
    ],
)
def test_numbers(uid: str, tag: int, vr: str, letters: str, values: tuple[float, ...]) -> None:
    data = element(uid, tag, vr, numbers(uid, letters, *values))
    assert read_dataset(data, uid) == {tag: Attribute(vr, values)}


@every_syntax
def test_bytes_come_in_little_endian_order(uid: str) -> None:
    data = element(uid, 0x00281201, "OW", numbers(uid, "2H", 1, 2))
    data += element(uid, 0x00720052, "AT", numbers(uid, "2H", 0x10, 0x20))
    data += element(uid, 0x00720065, "OB", b"\1\2")
    data += element(uid, 0x00720067, "OF", numbers(uid, "f", 1.5))
    assert read_dataset(data, uid) == {
        0x00281201: Attribute("OW", (b"\1\0\2\0",)),
        0x00720052: Attribute("AT", (0x00100020,)),
        0x00720065: Attribute("OB", (b"\1\2",)),
        0x00720067: Attribute("OF", (struct.pack("<f", 1.5),)),
    }


@every_syntax
def test_text_is_split_and_freed_of_padding(uid: str) -> None:
    data = element(uid, 0x00080008, "CS", b"ORIGINAL\\ PRIMARY \\\\X ")
    data += element(uid, 0x00080018, "UI", b"1.2.3\0")
    data += element(uid, 0x00081030, "LO", b"    ")
    data += element(uid, 0x00081080, "LO", b" a b \\c")
    data += element(uid, 0x00100010, "PN", b"Doe^J \\ Roe ")
    data += element(uid, 0x001021B0, "LT", b" a\\b  ")
    data += element(uid, 0x00100030, "DA", b"")
    assert read_dataset(data, uid) == {
        0x00080008: Attribute("CS", ("ORIGINAL", "PRIMARY", "", "X")),
        0x00080018: Attribute("UI", ("1.2.3",)),
        0x00081030: Attribute("LO"),
        0x00081080: Attribute("LO", ("a b", "c")),
        0x00100010: Attribute("PN", ("Doe^J", " Roe")),
        0x001021B0: Attribute("LT", (" a\\b",)),
        0x00100030: Attribute("DA"),
    }


@every_syntax
def test_a_length_that_does_not_fit_makes_it_unknown(uid: str) -> None:
    data = element(uid, 0x00280010, "US", b"\1\2\3") + element(uid, 0x00280011, "US", numbers(uid, "H", 5))
    read = read_dataset(data, uid)
    assert read == {0x00280010: Attribute("UN", (b"\1\2\3",)), 0x00280011: Attribute("US", (5,))}


def test_character_sets_go_down_and_stay_there() -> None:
    uid = EXPLICIT_LITTLE
    latin, greek = (
        element(uid, 0x00080005, "CS", b"ISO_IR 100"),
        element(uid, 0x00080005, "CS", b"ISO_IR 126"),
    )
    name = element(uid, 0x00100010, "PN", b"\xe4")
    items = item(uid, name) + item(uid, greek + name) + item(uid, name)
    data = latin + element(uid, 0x00081110, "SQ", items) + name
    read = read_identifier(data, uid)
    texts = [one[0x00100010].values for one in read[0x00081110].values]
    assert texts == [("ä",), ("δ",), ("ä",)]
    assert read[0x00100010].values == ("ä",)


@pytest.mark.ps("3.3 C.7.6.3.1.1")
@pytest.mark.parametrize(("signed", "vr", "value"), [(0, "US", 65535), (1, "SS", -1)])
def test_us_or_ss(signed: int, vr: str, value: int) -> None:
    uid = IMPLICIT_LITTLE
    inner = element(uid, 0x00283000, "SQ", item(uid, element(uid, 0x00283002, "", b"\0\1\xff\xff\x10\0")))
    early = element(uid, 0x00189810, "", b"\xff\xff")  # before Pixel Representation
    data = early + element(uid, 0x00280103, "US", struct.pack("<H", signed)) + inner
    data += element(uid, 0x00280106, "", b"\xff\xff")
    read = read_identifier(data, uid)
    assert read[0x00189810] == read[0x00280106] == Attribute(vr, (value,))
    assert read[0x00283000].values[0][0x00283002] == Attribute(vr, (256, value, 16))
    assert list(read) == [0x00189810, 0x00280103, 0x00283000, 0x00280106]


@pytest.mark.parametrize(("entries", "read"), [(1, Attribute("US", (7,))), (2, Attribute("OW", (b"\7\0",)))])
def test_lut_data_of_one_entry_is_a_number(entries: int, read: Attribute) -> None:
    uid = IMPLICIT_LITTLE
    lut = element(uid, 0x00283002, "", struct.pack("<3H", entries, 0, 16)) + element(
        uid, 0x00283006, "", b"\7\0"
    )
    sequence = element(uid, 0x00283010, "SQ", item(uid, lut))
    assert read_identifier(sequence, uid)[0x00283010].values[0][0x00283006] == read


def test_private_elements_know_their_creator() -> None:
    uid = IMPLICIT_LITTLE
    data = element(uid, 0x00290010, "", b"SIEMENS CSA HEADER")
    data += element(uid, 0x00290011, "", b"NOBODY")
    data += element(uid, 0x00291008, "", b"IMAGE ")
    data += element(uid, 0x00291108, "", b"IMAGE ")
    data += element(uid, 0x00291208, "", b"IMAGE ")
    read = read_identifier(data, uid)
    assert [one.vr for one in read.values()] == ["LO", "LO", "CS", "UN", "UN"]


@pytest.mark.ps("3.5 6.2.2")
def test_unknown_that_is_known() -> None:
    uid, inside = EXPLICIT_BIG, IMPLICIT_LITTLE
    content = element(inside, 0x00280010, "US", struct.pack("<H", 3))
    data = element(uid, 0x00081110, "UN", item(inside, content))
    data += element(uid, 0x00081115, "UN", item(inside, content) + sequence_end(inside), UNDEFINED)
    data += element(uid, 0x00280011, "UN", struct.pack("<H", 4))
    item_read = {0x00280010: Attribute("US", (3,))}
    assert read_dataset(data, uid) == {
        0x00081110: Attribute("SQ", (item_read,)),
        0x00081115: Attribute("SQ", (item_read,)),
        0x00280011: Attribute("US", (4,)),
    }


@every_syntax
def test_large_binary_stays_where_it_is(uid: str) -> None:
    start = b"skip"
    data = start + element(uid, 0x00420011, "OB", bytes(2000))
    words = numbers(uid, "600H", *range(600))
    data += element(uid, 0x00880200, "SQ", item(uid, element(uid, 0x00281201, "OW", words)))
    data += element(uid, 0x7FE00010, "OW", numbers(uid, "H", 513))
    read = read_dataset(data, uid, start=4)
    document, pixels = read[0x00420011], read[0x7FE00010]
    palette = read[0x00880200].values[0][0x00281201]  # type: ignore[union-attr]
    assert isinstance(document, BulkValue)
    assert (document.vr, document.length, document.is_encapsulated) == ("OB", 2000, False)
    assert isinstance(palette, BulkValue)
    assert bulk_bytes(data, palette) == struct.pack("<600H", *range(600))
    assert isinstance(pixels, BulkValue)
    assert bulk_bytes(data, pixels) == b"\1\2"


def test_fragments_stay_where_they_are() -> None:
    uid = "1.2.840.10008.1.2.4.50"
    value = item(uid, b"") + item(uid, b"abcd")
    data = element(uid, 0x7FE00010, "OB", value + sequence_end(uid), UNDEFINED)
    assert read_dataset(data, uid) == {0x7FE00010: BulkValue("OB", 12, 20, is_encapsulated=True)}


def test_a_broken_sequence_of_known_length_becomes_unknown() -> None:
    uid = EXPLICIT_LITTLE
    data = element(uid, 0x00081110, "SQ", b"garbage.") + element(uid, 0x00280010, "US", b"\1\0")
    read = read_dataset(data, uid)
    assert read == {0x00081110: Attribute("UN", (b"garbage.",)), 0x00280010: Attribute("US", (1,))}
    with pytest.raises(Invalid):
        read_dataset(element(uid, 0x00081110, "SQ", b"garbage.", UNDEFINED), uid)


def test_an_item_longer_than_its_sequence_is_read_as_far_as_it_goes() -> None:
    uid = EXPLICIT_LITTLE
    content = element(uid, 0x00280010, "US", b"\1\0")
    value = struct.pack("<HHI", 0xFFFE, 0xE000, len(content) + 50) + content
    read = read_dataset(element(uid, 0x00081110, "SQ", value) + content, uid)
    assert read[0x00081110] == Attribute("SQ", ({0x00280010: Attribute("US", (1,))},))


@every_syntax
def test_nesting_is_bounded(uid: str) -> None:
    for closed in (True, False):
        value = b"" if closed else sequence_end(uid)
        for depth in range(200):
            content = element(uid, 0x00081110, "SQ", value, None if closed else UNDEFINED)
            value = item(uid, content, closed=closed) + (b"" if closed else sequence_end(uid))
            if depth == 100:
                length = None if closed else UNDEFINED
                deep = read_dataset(element(uid, 0x00081110, "SQ", value, length), uid)
                assert deep[0x00081110].vr == "SQ"
        if closed:
            # Closed, it can be passed over: the outermost sequence becomes UN.
            assert read_dataset(element(uid, 0x00081110, "SQ", value), uid)[0x00081110].vr == "UN"
        else:
            with pytest.raises(Invalid, match="nested"):
                read_dataset(element(uid, 0x00081110, "SQ", value, UNDEFINED), uid)


def test_group_lengths_are_left_out() -> None:
    uid = IMPLICIT_LITTLE
    data = element(uid, 0x00080000, "UL", bytes(4)) + element(uid, 0x00080060, "CS", b"CT")
    assert read_dataset(data, uid) == {0x00080060: Attribute("CS", ("CT",))}
