"""ZIP files that were sent."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.wire import ZipLimits, read_zip


def packed(*files: tuple[str, bytes], comment: bytes = b"") -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
        archive.comment = comment
    return out


def unpacked(file: io.BytesIO, limits: ZipLimits | None = None) -> list[tuple[str, bytes]]:
    return [(member.name, b"".join(member.chunks())) for member in read_zip(file, limits)]


def test_files_in_order_without_folders() -> None:
    files = (("b/1", b"one"), ("a", bytes(3 << 20)), ("c/", b""), ("e", b""))
    assert unpacked(packed(*files, comment=b"PK")) == [files[0], files[1], files[3]]


def test_a_bomb_stops_at_its_limit() -> None:
    bomb = packed(("zeros", bytes(8 << 20)))
    limits = ZipLimits(growth=10, free=1 << 20)
    pieces: list[bytes] = []
    for member in read_zip(bomb, limits):
        with pytest.raises(Invalid, match="far more"):
            pieces.extend(member.chunks())
    assert 0 < len(b"".join(pieces)) <= limits.free + 10 * len(bomb.getvalue())


def test_a_list_that_is_too_long_is_not_read() -> None:
    many = packed(*((str(n), b"") for n in range(100)))
    with pytest.raises(Invalid, match="too many"):
        unpacked(many, ZipLimits(directory=1000))


def test_a_broken_file_leaves_the_others() -> None:
    noise = os.urandom(5000)
    raw = bytearray(packed(("1", noise), ("2", b"two")).getvalue())
    raw[1000:1100] = bytes(100)
    first, second = None, None
    for member in read_zip(io.BytesIO(bytes(raw))):
        if member.name == "1":
            with pytest.raises(Invalid, match="broken"):
                first = b"".join(member.chunks())
        else:
            second = b"".join(member.chunks())
    assert (first, second) == (None, b"two")


@given(st.data())
def test_anything_else_is_invalid(data: st.DataObject) -> None:
    raw = packed(("1", b"one" * 50), ("2", b"two")).getvalue()
    at = data.draw(st.integers(0, len(raw)))
    hostile = raw[:at] + data.draw(st.binary(max_size=12)) + raw[at + data.draw(st.integers(0, 12)) :]
    try:
        for member in read_zip(io.BytesIO(hostile)):
            try:
                b"".join(member.chunks())
            except Invalid:
                continue
    except Invalid:
        return
