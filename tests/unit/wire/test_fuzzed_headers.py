"""Whatever a header field says, it is read or refused as Invalid, and quickly."""

from __future__ import annotations

import contextlib
import time

from hypothesis import given
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.wire import boundary_of, choose_coding, parse_accept, parse_media_type, parse_range

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "multipart/related",
                "application/dicom",
                "*/*",
                "/",
                ";",
                ",",
                "=",
                '"',
                "\\",
                " ",
                "\t",
                "q=0.5",
            ),
            *(
                "type=",
                "boundary=",
                "boundary=x",
                "bytes=",
                "0-",
                "-1",
                "5-2",
                "1-1",
                "gzip",
                "br",
                "identity",
            ),
            *("transfer-syntax=*", "charset=utf-8", "é", "\0", "\r\n", "1e400", "nan", "9" * 30, "*"),
        ]
    ),
    max_size=20,
).map("".join)


@given(PIECES | st.text(max_size=60))
def test_every_reader(header: str) -> None:
    with contextlib.suppress(Invalid):
        media = parse_media_type(header)
        assert media.name == media.name.strip()
        boundary = boundary_of(media)
        assert 1 <= len(boundary) <= 70  # RFC 2046 5.1.1
    parse_accept((header,), (header,))
    choose_coding(header)
    for piece in parse_range(header, 10_000) or ():
        assert 0 <= piece.start < piece.stop <= 10_000


def test_long_ones_take_no_time() -> None:
    begun = time.process_time()
    for unit in (";", ",", '"', "\\", "a=b;", "multipart/related,", "0-1,", " ", 'a="'):
        header = unit * (60_000 // len(unit))
        for read in (parse_media_type, lambda text: parse_accept((text,)), choose_coding):
            with contextlib.suppress(Invalid):
                read(header)
        parse_range("bytes=" + header, 10_000)
    assert time.process_time() - begun < 5
