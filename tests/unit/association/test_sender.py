"""Messages cut for a peer, read back by pynetdicom's PDU reader."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.pdu import P_DATA_TF

from readingroom.association import AssociationEnded, FileRange, PduFault, StreamSource
from readingroom.association.sender import Sender

COMMAND = b"command set!"


class Line:
    """Keeps what is sent, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def __call__(self, buffers: Sequence[bytes | memoryview]) -> None:
        self.writes.append(b"".join(buffers))

    def pdus(self) -> list[bytes]:
        raw, found = b"".join(self.writes), []
        while raw:
            kind, length = struct.unpack_from(">BxI", raw)
            assert kind == 4
            found.append(raw[: length + 6])
            raw = raw[length + 6 :]
        return found

    def values(self) -> list[tuple[int, int, bytes]]:
        """(context ID, message control header, fragment), as pynetdicom reads them."""
        found = []
        for raw in self.pdus():
            pdu = P_DATA_TF()
            pdu.decode(raw)
            for item in pdu.presentation_data_value_items:
                value = item.presentation_data_value
                found.append((item.presentation_context_id, value[0], bytes(value[1:])))
        return found


def check(line: Line, data: bytes, peer_max: int) -> None:
    values = line.values()
    assert all(cid == 7 for cid, _, _ in values)
    assert all(len(pdu) - 6 <= peer_max for pdu in line.pdus() if peer_max)
    commands = [value for value in values if value[1] & 1]
    fragments = values[len(commands) :]
    assert b"".join(raw for _, _, raw in commands) == COMMAND
    assert b"".join(raw for _, _, raw in fragments) == data
    for part in (commands, fragments):
        assert [control & 2 for _, control, _ in part] == [0] * (len(part) - 1) + [2]
        assert all(len(raw) % 2 == 0 for _, _, raw in part[:-1])  # PS3.8 9.3.5.1: even


@pytest.mark.ps("3.8 D.1")
@given(
    st.binary(max_size=500), st.integers(16, 120) | st.just(0), st.sampled_from(["bytes", "file", "stream"])
)
def test_every_length_and_every_maximum(data: bytes, peer_max: int, kind: str) -> None:
    line = Line()
    if kind == "bytes":
        Sender(line, peer_max).message(7, COMMAND, data)
    elif kind == "stream":
        Sender(line, peer_max).message(7, COMMAND, StreamSource(io.BytesIO(data), len(data)))
    else:
        with tempfile.TemporaryFile() as file:
            file.write(b"head" + data + b"tail")
            file.flush()
            Sender(line, peer_max).message(7, COMMAND, FileRange(file.fileno(), 4, len(data)))
    check(line, data, peer_max)


@pytest.mark.parametrize("peer_max", [4096, 16384, 131072, 1 << 20, 0, 0xFFFFFFFF])
def test_three_megabytes_from_a_file(tmp_path: Path, peer_max: int) -> None:
    data = os.urandom(3_000_001)
    (tmp_path / "file").write_bytes(data)
    line = Line()
    with (tmp_path / "file").open("rb") as file:
        Sender(line, peer_max).message(7, COMMAND, FileRange(file.fileno(), 0, len(data)))
    check(line, data, peer_max)
    assert max(map(len, line.writes)) <= 1 << 18


def test_command_and_small_data_set_leave_in_one_write_but_in_two_pdus(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 2000)
    with (tmp_path / "file").open("rb") as file:
        for data in (b"x" * 2000, FileRange(file.fileno(), 0, 2000)):
            line = Line()
            Sender(line, 16384).message(7, COMMAND, data)
            assert len(line.writes) == 1
            assert len(line.pdus()) == 2


def test_no_data_set_is_not_an_empty_data_set() -> None:
    line = Line()
    Sender(line, 0).message(1, COMMAND)
    assert line.values() == [(1, 3, COMMAND)]
    Sender(line, 0).message(1, COMMAND, b"")
    assert line.values()[1:] == [(1, 3, COMMAND), (1, 2, b"")]


def test_a_source_that_ends_early_ends_the_association() -> None:
    with pytest.raises(AssociationEnded, match="shorter than it was said to be"):
        Sender(Line(), 0).message(1, COMMAND, StreamSource(io.BytesIO(b"abc"), 4))
    with tempfile.TemporaryFile() as file, pytest.raises(AssociationEnded, match="shorter than it was said"):
        Sender(Line(), 0).message(1, COMMAND, FileRange(file.fileno(), 0, 4))


def test_a_maximum_without_room_is_refused() -> None:
    with pytest.raises(PduFault):
        Sender(Line(), 8)


def test_one_of_many_waits_for_nothing_but_company(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes fast leaves together and in order; after a pause and at the end nothing is held back."""
    now = [100.0]
    monkeypatch.setattr("readingroom.association.sender.time.monotonic", lambda: now[0])
    line = Line()
    sender = Sender(line, 0)
    sender.one_of_many(7, COMMAND, b"first!")
    assert len(line.values()) == 2  # nobody waits for the first one
    for _ in range(3):
        sender.one_of_many(7, COMMAND, b"fast")
    assert len(line.values()) == 2
    now[0] += 1.0
    sender.one_of_many(7, COMMAND, b"slow")
    assert [raw for _, kind, raw in line.values() if not kind & 1] == [b"first!", *[b"fast"] * 3, b"slow"]
    sender.one_of_many(7, COMMAND, b"held")
    sender.message(7, COMMAND)
    assert [raw for _, kind, raw in line.values()][-3:] == [COMMAND, b"held", COMMAND]
    assert len(line.writes) == 4


def test_many_do_not_pile_up() -> None:
    line = Line()
    sender = Sender(line, 16384)
    for _ in range(200):
        sender.one_of_many(7, COMMAND, bytes(1000))
    sender.message(7, COMMAND)
    assert max(map(len, line.writes)) < 40_000
    assert len(line.values()) == 401
