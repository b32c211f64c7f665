"""ZIP files made while they are sent, read by Python's own reader and by Info-ZIP."""

from __future__ import annotations

import io
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.wire import ZipEntry, write_zip
from tests.kit.dcmtk import path_of_program

FILES = st.dictionaries(
    st.from_regex(r"[0-9.a-z]{1,20}\Z", fullmatch=True), st.lists(st.binary(max_size=99)), max_size=9
)


@given(files=FILES)
def test_what_goes_in_comes_out(files: dict[str, list[bytes]]) -> None:
    whole = b"".join(write_zip(ZipEntry(n, body, sum(map(len, body))) for n, body in files.items()))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {n: archive.read(n) for n in archive.namelist()} == {n: b"".join(b) for n, b in files.items()}


def test_it_can_be_read_as_a_stream_and_by_unzip(tmp_path: Path) -> None:
    body = [bytes(range(256)) * 4096] * 3
    whole = b"".join(write_zip([ZipEntry("a/b.dcm", body, 3 << 20)]))
    head = 30 + int.from_bytes(whole[26:28], "little") + int.from_bytes(whole[28:30], "little")
    inflater = zlib.decompressobj(-15)  # where the entry ends, the data itself must say
    assert inflater.decompress(whole[head:]) == b"".join(body)
    assert inflater.eof
    (tmp_path / "x.zip").write_bytes(whole)
    told = subprocess.run(
        [path_of_program("unzip"), "-t", tmp_path / "x.zip"], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout
    assert "No errors" in told.stdout


def test_nothing_is_held_back() -> None:
    taken = []

    def entries() -> Iterator[ZipEntry]:
        for number in range(3):
            taken.append(number)
            yield ZipEntry(f"{number}", iter([bytes(1 << 20)] * 8), 8 << 20)

    chunks = write_zip(entries())
    for _ in range(4):
        assert len(next(chunks)) < 3 << 20
    assert taken == [0]


def test_large_entries_have_large_fields() -> None:
    whole = b"".join(write_zip([ZipEntry("big", [b"x"], 1 << 33)]))
    assert b"\x01\x00\x10\x00" in whole[:64]  # the ZIP64 extra field, APPNOTE.TXT 4.5.3
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.read("big") == b"x"


@pytest.mark.parametrize("broken", [RuntimeError("the disk is gone")])
def test_what_breaks_is_told(broken: Exception) -> None:
    def body() -> Iterator[bytes]:
        yield b"x"
        raise broken

    with pytest.raises(RuntimeError, match="disk"):
        list(write_zip([ZipEntry("a", body(), 2)]))
