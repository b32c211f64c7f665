"""The stream cut into fragments: wherever the network cuts it, and whatever it claims."""

from __future__ import annotations

import contextlib
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.association import PduFault
from readingroom.association.receiver import ControlPdu, Fragments, Receiver
from tests.kit.associations import ABORT, RELEASE_RQ, pdata

LAST_DATA, DATA, LAST_COMMAND, COMMAND = 2, 0, 3, 1


class Feed:
    """Delivers the chunks one by one, as a socket would."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = [chunk for chunk in chunks if chunk]

    def __call__(self, view: memoryview) -> int:
        if not self.chunks:
            return 0
        chunk, rest = self.chunks[0][: len(view)], self.chunks[0][len(view) :]
        self.chunks[:1] = [rest] if rest else []
        view[: len(chunk)] = chunk
        return len(chunk)


def read_all(receiver: Receiver) -> list[tuple[int, bool, bytes] | tuple[int, bytes]]:
    """Every message part put together: (context ID, is command, bytes), or (PDU type, body)."""
    found: list[tuple[int, bool, bytes] | tuple[int, bytes]] = []
    part = b""
    while True:
        item = receiver.next()
        if item is None:
            if not receiver.more():
                return found
        elif isinstance(item, ControlPdu):
            found.append((item.kind, item.body))
            if not item.body:
                return found
        else:
            part += b"".join(map(bytes, item.pieces))
            if item.last:
                found.append((item.context_id, item.is_command, part))
                part = b""


STREAM = (
    pdata((1, LAST_COMMAND, b"command"))
    + pdata((1, DATA, b"first "))
    + pdata((1, DATA, b"second "), (1, DATA, b""), (1, LAST_DATA, b"third"))
    + pdata((3, COMMAND, b"other "), (3, LAST_COMMAND, b"command"), (3, LAST_DATA, b"its data"))
    + pdata((5, LAST_COMMAND, b""))
    + RELEASE_RQ
    + ABORT
)
CONTENT = [
    (1, True, b"command"),
    (1, False, b"first second third"),
    (3, True, b"other command"),
    (3, False, b"its data"),
    (5, True, b""),
    (5, bytes(4)),
    (7, bytes(4)),
]


@pytest.mark.ps("3.8 9.3.5")
@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_the_content_does_not_depend_on_where_the_network_cuts(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert read_all(Receiver(Feed(chunks))) == CONTENT


def test_byte_by_byte() -> None:
    assert read_all(Receiver(Feed([STREAM[at : at + 1] for at in range(len(STREAM))]))) == CONTENT


def test_fragments_of_one_receive_come_together() -> None:
    feed = Feed([pdata((1, DATA, b"a" * 100)) * 7 + pdata((1, LAST_DATA, b"z"))])
    receiver = Receiver(feed)
    assert receiver.next() is None
    assert receiver.more()
    item = receiver.next()
    assert isinstance(item, Fragments)
    assert [len(piece) for piece in item.pieces] == [100] * 7 + [1]
    assert item.last


def test_a_command_in_the_middle_of_a_data_set_is_not_taken_for_data() -> None:
    receiver = Receiver(Feed([pdata((1, DATA, b"data"), (1, COMMAND, b"command"), (3, COMMAND, b"other"))]))
    receiver.more()
    items = [receiver.next() for _ in range(3)]
    assert [(one.context_id, one.is_command) for one in items if isinstance(one, Fragments)] == [
        (1, False),
        (1, True),
        (3, True),
    ]


def test_a_pdu_longer_than_the_buffer_streams_through() -> None:
    long = bytes(range(256)) * 4096  # 1 MiB
    receiver = Receiver(Feed([pdata((1, LAST_DATA, long))]), buffer_bytes=4096, max_control=1024)
    assert read_all(receiver) == [(1, False, long)]


def test_pieces_are_views_of_one_buffer() -> None:
    receiver = Receiver(Feed([pdata((1, LAST_DATA, b"abc"))]))
    receiver.more()
    item = receiver.next()
    assert isinstance(item, Fragments)
    assert item.pieces[0].obj is receiver._buffer


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (struct.pack(">BxI", 4, 0xFFFFFFFF), "claims 4294967295"),
        (struct.pack(">BxI", 4, 1001), "claims 1001"),
        (struct.pack(">BxI", 4, 0), "without presentation data value"),
        (struct.pack(">BxI", 4, 5) + bytes(5), "without presentation data value"),
        (struct.pack(">BxIIBB", 4, 6, 0, 1, 0), "0 bytes does not fit"),
        (struct.pack(">BxIIBB", 4, 6, 1, 1, 0), "1 bytes does not fit"),
        (struct.pack(">BxIIBB", 4, 6, 3, 1, 0), "3 bytes does not fit"),
        (struct.pack(">BxIIBB", 4, 10, 0xFFFFFFFF, 1, 0), "4294967295 bytes does not fit"),
        (struct.pack(">BxIIBB", 4, 9, 2, 1, 0) + bytes(3), "too short for a presentation data value"),
        (struct.pack(">BxI", 1, 0xFFFFFFFF), "01H claims 4294967295"),
        (struct.pack(">BxI", 7, 501), "07H claims 501"),
    ],
)
def test_lengths_that_lie_are_refused_before_anything_is_read(raw: bytes, words: str) -> None:
    receiver = Receiver(Feed([raw]), max_pdu=1000, max_control=500)
    receiver.more()
    with pytest.raises(PduFault, match=words) as caught:
        read_all(receiver)
    assert caught.value.reason == 6


def test_an_unknown_type_is_reported_from_its_header() -> None:
    receiver = Receiver(Feed([b"GET / HTTP/1.1\r\n"]))
    receiver.more()
    assert receiver.next() == ControlPdu(ord("G"), b"")


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=20))
def test_noise_ends_in_a_defined_way(chunks: list[bytes]) -> None:
    receiver = Receiver(Feed(chunks), buffer_bytes=256, max_pdu=4096, max_control=128)
    with contextlib.suppress(PduFault):
        read_all(receiver)


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 3), st.binary(max_size=30)), min_size=1, max_size=8
    ),
    st.integers(0, 200),
    st.binary(min_size=1, max_size=3),
)
def test_damaged_pdus_end_in_a_defined_way(
    values: list[tuple[int, int, bytes]], at: int, damage: bytes
) -> None:
    raw = bytearray(pdata(*values) * 2 + RELEASE_RQ)
    raw[at : at + len(damage)] = damage
    receiver = Receiver(Feed([bytes(raw[:50]), bytes(raw[50:])]), buffer_bytes=512, max_control=128)
    with contextlib.suppress(PduFault):
        read_all(receiver)
