"""Hostile bytes: never anything but Invalid (or Unsupported), never a hang, never much memory."""

from __future__ import annotations

import contextlib
import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readingroom.dataset import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    FRAME_TAGS,
    IMPLICIT_LITTLE,
    index_frames,
    inflated,
    read_attributes,
    read_dataset,
    read_file_meta,
    read_head,
    read_rest,
    transcode,
)
from readingroom.errors import Invalid, Unsupported
from tests.unit.dataset.samples import SYNTAXES, UNDEFINED, element, item, real_files, sequence_end

JPEG = "1.2.840.10008.1.2.4.50"
ALL = (*SYNTAXES, DEFLATED, JPEG)
WANTED = FRAME_TAGS | {0x00080060, 0x00100010, 0x00081110, 0x00091001, 0x00280120}


def survive(data: bytes, uid: str, start: int = 0) -> None:
    """Run every reader; whatever is raised but a clear refusal fails the test."""
    size = 0

    def count(chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)

    def head_and_frames() -> None:
        head = read_head(data, uid, WANTED, start=start)
        attempt(lambda: read_attributes(head))
        attempt(lambda: read_rest(data, head, WANTED, start=start))
        if not head.encoding.deflated and head.pixel is not None:
            attempt(lambda: index_frames(data, head))

    attempt(head_and_frames)
    attempt(lambda: read_head(data, uid, WANTED, start=start, size=-1))
    attempt(lambda: read_head(data, uid, WANTED, start=start, size=len(data) + 100))
    attempt(lambda: read_dataset(data, uid, start=start))
    for target in SYNTAXES:
        attempt(lambda target=target: transcode(data, uid, target, count, start=start))  # type: ignore[misc]
    assert uid == DEFLATED or size <= 3 * (4 * len(data) + 1000)


def attempt(reading: Callable[[], object]) -> None:
    with contextlib.suppress(Invalid, Unsupported):
        reading()


@given(st.binary(max_size=300), st.sampled_from(ALL))
def test_any_bytes(data: bytes, uid: str) -> None:
    survive(data, uid)
    attempt(lambda: read_file_meta(data))
    attempt(lambda: read_file_meta(bytes(128) + b"DICM" + data))


# fmt: off
TAGS = st.sampled_from([
    0, 0x00080005, 0x00080060, 0x00081110, 0x00090010, 0x00091001, 0x00280010, 0x00280103, 0x00280120,
    0x00283002, 0x00880200, 0x7FE00001, 0x7FE00010, 0xFFFCFFFC, 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD,
])
# fmt: on
VRS = st.sampled_from(["CS", "US", "SQ", "UN", "OB", "OW", "PN", "UT", "FD", "AT", "XX", "\0\0", "LO"])
LIES = st.sampled_from([None, None, None, 0, 1, 7, 0xFFFE, UNDEFINED, UNDEFINED, 0x7FFFFFFF])


@st.composite
def streams(draw: st.DrawFn, uid: str, depth: int = 0) -> bytes:
    """Elements that look right, with lengths that may lie."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        tag, vr, lie = draw(TAGS), draw(VRS), draw(LIES)
        value = draw(st.binary(max_size=9))
        if depth < 3 and vr in ("SQ", "UN", "OB") and draw(st.booleans()):
            inner = draw(st.sampled_from([uid, IMPLICIT_LITTLE]))
            items = [
                item(inner, draw(streams(inner, depth + 1)), closed=draw(st.booleans())) for _ in range(2)
            ]
            value = b"".join(items) + draw(st.sampled_from([b"", sequence_end(inner)]))
        if lie is not None and uid != IMPLICIT_LITTLE and vr not in ("SQ", "UN", "OB", "OW", "UT"):
            lie &= 0xFFFF
        parts.append(element(uid, tag, vr, value, lie))
    return b"".join(parts)


@pytest.mark.parametrize("uid", SYNTAXES)
@settings(max_examples=150)
@given(st.data())
def test_streams_that_look_right(uid: str, data: st.DataObject) -> None:
    stream = data.draw(streams(uid))
    survive(stream, uid)
    squeezed = zlib.compressobj(wbits=-15)
    survive(squeezed.compress(stream) + squeezed.flush(), DEFLATED)


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        kind = chance.randrange(5)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\xfe\xff\x00\xe0"])
        elif kind == 2:
            del changed[at : at + chance.randint(1, 9)]
        elif kind == 3:
            changed[at:at] = chance.randbytes(chance.randint(1, 9))
        else:
            del changed[max(at, 150) :]
        if not changed:
            return b""
    return bytes(changed)


def test_mutations_of_real_files() -> None:
    chance = random.Random(20240607)
    files = [path for _, path in real_files() if path.stat().st_size < 60_000]
    longest = 0.0
    for path in chance.sample(files, 120):
        data = path.read_bytes()
        for _ in range(4):
            broken = mutated(data, chance)
            started = time.perf_counter()
            with contextlib.suppress(Invalid):
                meta = read_file_meta(broken)
                survive(broken, meta.transfer_syntax_uid, meta.dataset_offset)
            longest = max(longest, time.perf_counter() - started)
    assert longest < 20


@pytest.mark.parametrize("uid", SYNTAXES)
def test_a_claim_of_four_gigabytes_takes_no_memory(uid: str) -> None:
    data = element(uid, 0x00081110, "UN", b"", 0xFFFFFFFE)
    data = element(uid, 0x00080060, "CS", b"CT") + data
    tracemalloc.start()
    survive(data, uid)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_many_empty_items_take_linear_time() -> None:
    items = item(EXPLICIT_LITTLE, b"") * 200_000
    data = element(EXPLICIT_LITTLE, 0x00081110, "SQ", items + sequence_end(EXPLICIT_LITTLE), UNDEFINED)
    started = time.perf_counter()
    dataset = read_dataset(data, EXPLICIT_LITTLE)
    assert len(dataset[0x00081110].values) == 200_000  # type: ignore[union-attr]
    read_head(data, EXPLICIT_LITTLE, WANTED)
    assert time.perf_counter() - started < 20


def test_openings_without_closings_end_soon() -> None:
    start = struct.pack("<HH2sHI", 8, 0x1110, b"SQ", 0, UNDEFINED) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, UNDEFINED
    )
    for count in (100, 10_000, 100_000):
        data = start * count
        with pytest.raises(Invalid):
            read_head(data, EXPLICIT_LITTLE, WANTED)
        with pytest.raises(Invalid):
            read_dataset(data, EXPLICIT_LITTLE)
        with pytest.raises(Invalid):
            transcode(data, EXPLICIT_LITTLE, EXPLICIT_BIG, lambda _: None)


def test_a_bomb_beyond_the_limit_is_refused() -> None:
    squeezer = zlib.compressobj(wbits=-15)
    bomb = squeezer.compress(bytes(8 << 20)) + squeezer.flush()
    tracemalloc.start()
    with pytest.raises(Invalid, match="more than"), inflated(bomb, limit=7 << 20):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_million_fragments_are_counted_not_kept() -> None:
    value = item(JPEG, b"") * 1_100_000 + sequence_end(JPEG)
    data = element(JPEG, 0x7FE00010, "OB", value, UNDEFINED)
    head = read_head(data, JPEG, WANTED)
    with pytest.raises(Invalid, match="fragments"):
        index_frames(data, head)
