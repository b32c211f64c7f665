"""Keys told at one offset from UTC, rows at another: by the calendar (PS3.4 C.2.2.2.5, PS3.3 C.12.1.1.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.model import Attribute, Key
from readingroom.query import matches
from readingroom.query.timezone import moved, with_neighbours

OFFSET, DATE, TIME, ACQUIRED = 0x00080201, 0x00080020, 0x00080030, 0x0008002A


def row(date: str, clock: str, offset: str = "", acquired: str = "") -> dict[int, Attribute]:
    said = {DATE: ("DA", date), TIME: ("TM", clock), OFFSET: ("SH", offset), ACQUIRED: ("DT", acquired)}
    return {tag: Attribute(vr, (value,)) for tag, (vr, value) in said.items() if value}


def meets(
    stored: dict[int, Attribute], zone: str, date: str = "", clock: str = "", acquired: str = ""
) -> bool:
    told = {DATE: ("DA", date), TIME: ("TM", clock), ACQUIRED: ("DT", acquired)}
    keys = [Key((tag,), vr, (value,)) for tag, (vr, value) in told.items() if value]
    return matches(moved(stored, keys, zone), keys)


@pytest.mark.ps("3.4 C.2.2.2.5")
def test_a_moment_is_found_by_the_clock_of_the_asker() -> None:
    late = row("20261231", "233000", "-0500")  # 04:30 UTC of New Year's Day
    assert meets(late, "+0000", date="20270101")
    assert not meets(late, "+0000", date="20261231")
    assert meets(late, "+0000", date="20270101", clock="0430-0431")
    assert meets(late, "+0530", clock="100000")
    assert meets(late, "-0500", date="20261231", clock="23-")
    assert meets(late, "+0000", date="20270101-")
    assert not meets(late, "+0000", date="-20261231")


def test_what_tells_no_offset_is_compared_as_it_stands() -> None:
    assert meets(row("20261231", "233000"), "+0900", date="20261231", clock="233000")
    assert meets(row("20261231", "", "-0500"), "+0900", date="20261231")
    assert meets(row("20261231", "233000", "gone"), "+0900", date="20261231")


def test_an_offset_of_the_value_goes_before_that_of_the_object() -> None:
    ours = row("", "", "+0900", acquired="20260101120000.5-0100")
    assert meets(ours, "+0100", acquired="20260101140000.5")
    assert meets(row("", "", "+0900", acquired="20260101120000"), "+0000", acquired="20260101030000")


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("20240301", ("20240229", "20240302")),
        ("20240101-20240131", ("20231231", "20240201")),
        ("20240101-", ("20231231", "")),
        ("-20240131", ("", "20240201")),
        ("99999999", ("", "")),
    ],
)
def test_neighbouring_days(value: str, days: tuple[str, str]) -> None:
    assert with_neighbours(value) == days


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=8), st.text(max_size=8))
def test_whatever_rows_hold_is_compared(date: str, clock: str, offset: str, zone: str) -> None:
    meets(row(date, clock, offset, clock), zone, date="20200101", clock="12", acquired="2020")
