"""Specific Character Set, against ../shared/data/made and pydicom."""

from __future__ import annotations

import csv

import pydicom.charset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.dataset import TextKind, character_set, fitting_character_set
from tests.kit.shared_data import REPOSITORY
from tests.kit.true_names import names

KANJI = ("", "ISO 2022 IR 87")


@pytest.mark.ps("3.3 C.12.1.1.2")
def test_the_made_names() -> None:
    assert len(names()) == 25
    for file, (terms, text, raw, *_) in names().items():
        decoded = character_set(terms).decode(raw, TextKind.NAMES)
        assert (decoded.text.rstrip(" "), decoded.is_damaged) == (text, False), file


@pytest.mark.ps("3.5 6.1.2.5")
def test_the_made_names_written_again() -> None:
    for file, (terms, text, raw, *_) in names().items():
        charset = character_set(terms)
        encoded = charset.encode(text, TextKind.NAMES)
        assert encoded is not None, file
        assert charset.decode(encoded, TextKind.NAMES) == (text, False), file
        # Where Latin 1 has a letter we write that; the file's maker switched to Latin 2 for the whole run.
        if file != "charsets/iso-2022-ir-100-and-101.dcm":
            assert encoded == raw.rstrip(b" "), file


def test_every_term_of_the_requirements_is_known() -> None:
    with (REPOSITORY / "contract" / "spec" / "charsets.csv").open(newline="") as table:
        terms = [row["defined_term"] for row in csv.DictReader(table)]
    assert len(terms) == 16
    for term in terms:
        assert not character_set((term,)).is_unknown, term


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        (("ISO-IR 100",), ("ISO_IR 100",)),
        (("iso_ir 144",), ("ISO_IR 144",)),
        (("ISO IR 13",), ("ISO_IR 13",)),
        (("ISO_IR 87",), ("ISO 2022 IR 87",)),
        (("", "ISO2022IR87"), ("", "ISO 2022 IR 87")),
        (("ISO 2022 IR 6", "ISO 2022 IR 149"), ("", "ISO 2022 IR 149")),
        (("ISO_IR 100", "ISO_IR 144"), ("ISO 2022 IR 100", "ISO 2022 IR 144")),
        (("UTF-8",), ("ISO_IR 192",)),
        (("ISO_IR 6",), ()),
        (("",), ()),
        ((), ()),
    ],
)
def test_spellings(written: tuple[str, ...], standard: tuple[str, ...]) -> None:
    charset = character_set(written)
    assert (charset.terms, charset.is_unknown) == (standard, False)


def test_unknown_terms() -> None:
    charset = character_set(("KLINGON",))
    assert charset.is_unknown
    assert charset.decode(b"abc") == ("abc", False)


SINGLE = {
    "ISO_IR 100": "Größe é", "ISO_IR 101": "Dvořák", "ISO_IR 109": "Ĉapelo", "ISO_IR 110": "Ģirts",
    "ISO_IR 144": "Люк", "ISO_IR 126": "Διον", "ISO_IR 138": "שרון", "ISO_IR 148": "Şule ğ",
    "ISO_IR 166": "ทดสอบ", "ISO_IR 192": "王^🦴", "GB18030": "試验€", "GBK": "張镕",
}  # fmt: skip


@pytest.mark.parametrize("term", SINGLE)
def test_single_sets_as_pydicom(term: str) -> None:
    raw = character_set((term,)).encode(SINGLE[term])
    assert raw is not None
    codec = pydicom.charset.convert_encodings(term)
    assert pydicom.charset.decode_bytes(raw, codec, set()) == SINGLE[term]
    assert character_set((term,)).decode(raw) == (SINGLE[term], False)


def test_multibyte_characters_may_contain_a_backslash_code() -> None:
    charset = character_set(("GB18030",))
    raw = "誠\\実".encode("gb18030")
    assert raw.count(b"\\") == 2
    assert charset.decode(raw).text == "誠\\実"


def test_the_first_set_returns_at_delimiters() -> None:
    charset = character_set(("ISO 2022 IR 100", "ISO 2022 IR 144"))
    raw = b"\x1b-L\xbb\\\xe4^\xe4\r\n\xe4"
    assert charset.decode(raw, TextKind.VALUES).text == "Л\\ä^ä\r\nä"
    assert charset.decode(b"\x1b-L\xbb^\xe4", TextKind.VALUES).text == "Л^ф"
    assert charset.decode(b"\x1b-L\xbb^\xe4", TextKind.NAMES).text == "Л^ä"
    assert charset.decode(b"\x1b-L\xbb\\\xe4", TextKind.TEXT).text == "Л\\ф"


def test_the_escape_is_given_back_before_delimiters() -> None:
    charset = character_set(KANJI)
    raw = charset.encode("山田^太郎\\東", TextKind.NAMES)
    assert raw == b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B\\\x1b$BEl\x1b(B"


def test_escapes_announced_but_not_used() -> None:
    charset = character_set(("", "ISO 2022 IR 149"))
    assert charset.decode("홍길동".encode("euc_kr")) == ("홍길동", True)


@pytest.mark.parametrize(
    ("terms", "raw", "text"),
    [
        ((), "é".encode(), "é"),
        ((), b"\xe9", "é"),
        ((), b"\x93quoted\x94", "“quoted”"),
        (("ISO_IR 192",), b"M\xfcller", "Müller"),
        (("ISO_IR 192",), "Mü".encode() + b"\xff", "Mü\ufffd"),
        (("ISO_IR 100",), "Müller".encode(), "Müller"),
        (("ISO_IR 100",), "山田".encode(), "山田"),
        (("ISO_IR 100",), b"Dvo\x9a\x80", "Dvoš€"),
        (("ISO_IR 144",), "Люкceмбypг".encode(), "Люкceмбypг"),
        (("ISO_IR 13",), "ヤマダ".encode(), "ヤマダ"),
        (("ISO_IR 127",), b"a\xa1", "a\ufffd"),
        (KANJI, b"a\x1b", "a\ufffd"),
        (KANJI, b"\x1b$zab", "ab"),
        (KANJI, b"\x1b$B\x7e\x7ea", "\ufffd\ufffda"),
    ],
)
def test_bad_bytes_are_flagged(terms: tuple[str, ...], raw: bytes, text: str) -> None:
    assert character_set(terms).decode(raw) == (text, True)


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (("ISO_IR 101",), "PÓŁTORAK"),
        (("ISO_IR 144",), "ТАТА"),
        (("ISO_IR 13",), "ﾃｱ"),
        (("ISO_IR 166",), "ยก"),
    ],
)
def test_what_could_be_utf_8_by_chance_is_read_as_declared(terms: tuple[str, ...], text: str) -> None:
    raw = text.encode({"ISO_IR 101": "iso8859_2", "ISO_IR 144": "iso8859_5", "ISO_IR 13": "shift_jis",
                       "ISO_IR 166": "iso8859_11"}[terms[0]])  # fmt: skip
    raw.decode("utf-8")  # it is UTF-8 too
    assert character_set(terms).decode(raw) == (text, False)


def test_what_readers_would_take_for_utf_8_is_not_encoded_in_latin_1() -> None:
    assert character_set(("ISO_IR 100",)).encode("Ã©") is None
    assert character_set(("ISO_IR 100",)).encode("\x80") is None


def test_what_a_set_lacks_is_not_encoded() -> None:
    assert character_set(("ISO_IR 100",)).encode("山") is None
    assert character_set(()).encode("é") is None
    assert character_set(("ISO_IR 13",)).encode("¥") is None
    assert character_set(("ISO_IR 13",)).encode("山") is None


def test_an_answer_the_asker_can_read() -> None:
    latin, kanji = ("ISO_IR 100",), KANJI
    assert fitting_character_set(["plain"], [latin]).terms == ()
    assert fitting_character_set(["Größe", "x"], [latin, kanji]).terms == latin
    assert fitting_character_set(["山田^太郎"], [latin, kanji]).terms == kanji
    assert fitting_character_set(["山é"], [latin, kanji]).terms == ("ISO_IR 192",)


# fmt: off
TERMS = st.lists(st.sampled_from([
    "", "ISO_IR 100", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 159", "ISO 2022 IR 149",
    "ISO 2022 IR 58", "ISO 2022 IR 144", "ISO_IR 192", "GB18030", "GBK", "ISO_IR 166", "nonsense",
]), max_size=4).map(tuple)
# fmt: on
ESCAPES = st.sampled_from(
    [b"\x1b", b"\x1b$B", b"\x1b$(D", b"\x1b$)C", b"\x1b(B", b"\x1b-L", b"\x1b)I", b"\\"]
)


@given(TERMS, st.lists(st.one_of(st.binary(max_size=8), ESCAPES)).map(b"".join), st.sampled_from(TextKind))
def test_no_bytes_raise(terms: tuple[str, ...], raw: bytes, kind: TextKind) -> None:
    character_set(terms).decode(raw, kind)


@given(
    TERMS,
    st.text(st.characters(exclude_characters="\x1b", exclude_categories=["Cs"])),
    st.sampled_from(TextKind),
)
def test_what_is_encoded_is_decoded(terms: tuple[str, ...], text: str, kind: TextKind) -> None:
    charset = character_set(terms)
    raw = charset.encode(text, kind)
    if raw is not None:
        assert charset.decode(raw, kind) == (text, False)


def test_long_text_takes_linear_time() -> None:
    charset = character_set(KANJI)
    raw = b"\x1b$B;3\x1b(B" + b"a\\\n" * 300_000 + b"\x1b" * 100_000
    assert len(charset.decode(raw).text) == 1 + 900_000 + 100_000
