"""Range headers (RFC 9110 14.1.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.wire import content_range, parse_range, unsatisfied_range


@pytest.mark.parametrize(
    ("header", "pieces"),
    [
        ("bytes=0-499", [range(0, 500)]),
        ("bytes=500-999", [range(500, 1000)]),
        ("bytes=-500", [range(9500, 10000)]),
        ("bytes=9500-", [range(9500, 10000)]),
        ("bytes=0-0,-1", [range(0, 1), range(9999, 10000)]),
        ("Bytes = 0-99999", [range(0, 10000)]),
        ("bytes=-99999", [range(0, 10000)]),
        ("bytes=500-600,601-999", [range(500, 1000)]),
        ("bytes=500-700,601-999", [range(500, 1000)]),
        ("bytes=8-9,0-1,2-3,3-8", [range(0, 10)]),
        ("bytes=8-9,0-1, ,4-5", [range(8, 10), range(0, 2), range(4, 6)]),
        ("bytes=20000-", []),
        ("bytes=-0", []),
        ("bytes=20000-,0-0", [range(0, 1)]),
    ],
)
def test_pieces_of_10000_bytes(header: str, pieces: list[range]) -> None:
    assert parse_range(header, 10000) == tuple(pieces)


@pytest.mark.parametrize(
    "header",
    [
        None, "", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "items=0-5", "bytes=a-b",
        "bytes=1-2-3", "bytes=0-1,x", "bytes=" + "0-0," * 100, "bytes=" + "9" * 40 + "-", "bytes=١-٢",
    ],
)  # fmt: skip
def test_what_is_ignored(header: str | None) -> None:
    assert parse_range(header, 10000) is None


def test_empty_body_has_no_bytes_to_give() -> None:
    assert parse_range("bytes=0-", 0) == ()
    assert parse_range("bytes=-5", 0) == ()


def test_content_range() -> None:
    assert content_range(range(0, 500), 1234) == "bytes 0-499/1234"
    assert unsatisfied_range(1234) == "bytes */1234"


@given(st.text(alphabet="bytes=0123456789-, ", max_size=40), st.integers(0, 50))
def test_fuzz_pieces_lie_inside_and_apart(header: str, size: int) -> None:
    pieces = parse_range("bytes=" + header, size) or ()
    assert all(0 <= piece.start < piece.stop <= size for piece in pieces)
    positions = [at for piece in pieces for at in piece]
    assert len(positions) == len(set(positions))
