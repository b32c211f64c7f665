"""Attribute matching by the examples and rules of PS3.4 C.2.2.2."""

from __future__ import annotations

import pytest

from readingroom.model import Attribute, Key
from readingroom.query import matches

NAME, ID, DATE, TIME, NUMBER = 0x00100010, 0x00100020, 0x00080020, 0x00080030, 0x00200011
VRS = {NAME: "PN", ID: "LO", DATE: "DA", TIME: "TM", NUMBER: "IS"}


def meets(tag: int, stored: str | tuple[str, ...], *wanted: str) -> bool:
    values = (stored,) if isinstance(stored, str) else stored
    attributes = {tag: Attribute(VRS[tag], values)}
    return matches(attributes, [Key((tag,), VRS[tag], wanted)])


@pytest.mark.ps("3.4 C.2.2.2.1")
def test_single_values_are_compared_exactly_but_names_are_not() -> None:
    assert meets(ID, "A1", "A1")
    assert not meets(ID, "A1", "a1")
    assert not meets(ID, "A1", "A")
    assert meets(ID, "A1 ", "A1")
    assert meets(NAME, "Müller^Jörg", "MULLER^JORG")
    assert meets(NAME, "Doe^John^^", "doe^john")
    assert not meets(NAME, "Doe^John", "Doe")


@pytest.mark.ps("3.4 C.2.2.2.4")
@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        ("Buc^Jérôme", "buc*", True),
        ("Buc^Jérôme", "*JEROME", True),
        ("Buc^Jérôme", "b?c^*", True),
        ("Buc^Jérôme", "?uc", False),
        ("Łukasz^Ødegård", "lukasz^odegard", True),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田*", True),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "yamada*", True),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "=山田^太郎", True),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Suzuki=山田^太郎", False),
        ("", "*", True),
        ("", "?*", False),
    ],
)
def test_wildcards_in_names(stored: str, wanted: str, expected: bool) -> None:
    assert meets(NAME, stored, wanted) is expected


@pytest.mark.ps("3.4 C.2.2.2.4")
def test_wildcards_mean_nothing_in_dates_and_numbers_and_brackets_mean_nothing_anywhere() -> None:
    assert not meets(DATE, "20260101", "2026*")
    assert meets(ID, "A[1]", "A[?]")
    assert not meets(ID, "A1", "A[1]*")
    assert not meets(ID, "A.1", "A?1?")


@pytest.mark.ps("3.4 C.2.2.2.5")
@pytest.mark.parametrize(
    ("tag", "stored", "wanted", "expected"),
    [
        (DATE, "20260115", "20260101-20260131", True),
        (DATE, "20260131", "20260101-20260131", True),
        (DATE, "20260201", "20260101-20260131", False),
        (DATE, "20260201", "20260101-", True),
        (DATE, "20251231", "20260101-", False),
        (DATE, "20251231", "-20251231", True),
        (DATE, "2026.01.15", "20260115", True),
        (DATE, "", "-20251231", False),
        (TIME, "101500", "1000-1030", True),
        (TIME, "103059.5", "1000-1030", True),
        (TIME, "103100", "1000-1030", False),
        (TIME, "10:15:00", "1000-1030", True),
    ],
)
def test_ranges(tag: int, stored: str, wanted: str, expected: bool) -> None:
    assert meets(tag, stored, wanted) is expected


@pytest.mark.ps("3.4 C.2.2.2.2")
def test_lists_match_any_of_their_values() -> None:
    assert meets(ID, "B", "A", "B")
    assert not meets(ID, "C", "A", "B")
    assert meets(ID, ("A", "B"), "B")


def test_numbers_are_compared_as_numbers() -> None:
    assert meets(NUMBER, "007", "7")
    assert meets(NUMBER, "+7", "7")
    assert not meets(NUMBER, "70", "7")


@pytest.mark.ps("3.4 C.2.2.2.6")
def test_keys_of_one_sequence_must_be_met_by_one_item() -> None:
    request, scheduled, step = 0x00400275, 0x00400009, 0x00401001
    one = {scheduled: Attribute("SH", ("S1",)), step: Attribute("SH", ("P1",))}
    two = {scheduled: Attribute("SH", ("S2",)), step: Attribute("SH", ("P2",))}
    attributes = {request: Attribute("SQ", (one, two))}

    def both(first: str, second: str) -> bool:
        return matches(
            attributes,
            [Key((request, scheduled), "SH", (first,)), Key((request, step), "SH", (second,))],
        )

    assert both("S1", "P1")
    assert both("S2", "P2")
    assert not both("S1", "P2")


def test_a_missing_attribute_meets_only_the_universal_key() -> None:
    assert not matches({}, [Key((ID,), "LO", ("A",))])
    assert matches({}, [Key((ID,), "LO", ("*",))])
    assert not matches({}, [Key((0x00400275, 0x00400009), "SH", ("S1",))])


@pytest.mark.ps("3.4 C.2.2.2.7")
def test_empty_values() -> None:
    empty = [Key((ID,), "LO", ("",))]
    assert matches({}, empty)
    assert matches({ID: Attribute("LO", ())}, empty)
    assert matches({ID: Attribute("LO", (" ",))}, empty)
    assert not matches({ID: Attribute("LO", ("A",))}, empty)


def test_wildcards_in_numbers_of_series_and_instances() -> None:
    """contract/spec/query_keys.csv, model qido."""
    assert meets(NUMBER, "12", "1*")
    assert not meets(NUMBER, "21", "1?")
    assert meets(NUMBER, "012", "12")
