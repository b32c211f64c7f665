"""Which content coding a client gets (RFC 9110 12.5.3)."""

from __future__ import annotations

import gzip

import imagecodecs
import pytest

from readingroom.wire import choose_coding, encoded


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("x-gzip", "gzip"), ("*", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"), ("gzip;q=0.5, br", "br"), ("gzip;q=0, br;q=0.000", None),
        ("*;q=0", None), ("gzip;q=0, *", "br"), ("GZIP ; Q=1", "gzip"), ("gzip;q=much", "gzip"),
        (",,;", None),
    ],
)  # fmt: skip
def test_choice(header: str, coding: str | None) -> None:
    assert choose_coding(header) == coding


def test_bodies_come_back() -> None:
    body = b'{"00080005": 1}' * 999
    assert gzip.decompress(encoded(body, "gzip")) == body
    assert imagecodecs.brotli_decode(encoded(body, "br")) == body
