"""Streaming with read-ahead: order, errors at the start and later, a client that goes away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from readingroom.doors.dicomweb.streaming import HeadOnly, streamed
from readingroom.errors import NotFound
from tests.unit.doors.dicomweb.house import House


async def run(app: Any, spec: str = "2.4", leave_after: int | None = None) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    gone = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if leave_after is not None and len(sent) > leave_after:
            gone.set()
            await asyncio.sleep(10)

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": spec}}
    await app(scope, receive, send)
    return sent


def body(sent: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


LONG = 1 << 20
"""Bytes of a chunk that is sent by itself."""


@pytest.mark.parametrize("spec", ["2.3", "2.4"])
@pytest.mark.parametrize("length", [3, 20_000, 400_000, LONG])
def test_everything_is_sent_in_order(spec: str, length: int) -> None:
    chunks = (bytes([n]) * length for n in range(5))
    sent = asyncio.run(run(streamed(chunks, {"content-type": "a/b"}, 206), spec))
    assert sent[0]["status"] == 206
    assert body(sent) == b"".join(bytes([n]) * length for n in range(5))
    assert not sent[-1].get("more_body")
    assert all(message["more_body"] for message in sent[1:-1])


def test_what_is_short_is_sent_whole_with_its_length() -> None:
    sent = asyncio.run(run(streamed(iter([b"ab", b"c"]), {"content-type": "a/b"})))
    assert [message.get("body") for message in sent] == [None, b"abc"]
    assert (b"content-length", b"3") in sent[0]["headers"]


def test_small_chunks_leave_together() -> None:
    parts = (piece for _ in range(4) for piece in (b"head", bytes(LONG), b"end"))
    sent = asyncio.run(run(streamed(parts, {})))
    assert len([message for message in sent if message.get("body")]) < 12
    assert body(sent) == (b"head" + bytes(LONG) + b"end") * 4


def test_what_comes_slowly_is_not_held_back() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(4):
            yield b"x"
            time.sleep(0.2)

    sent = asyncio.run(run(streamed(chunks(), {})))
    assert [message["body"] for message in sent[1:]] == [b"xx", b"x", b"x", b""]


def test_the_next_chunk_is_read_while_one_is_sent() -> None:
    read: list[int] = []

    def chunks() -> Iterator[bytes]:
        for n in range(3):
            read.append(n)
            yield bytes(LONG)

    seen: list[int] = []

    async def send(message: Any) -> None:
        if message.get("body"):
            ahead = min(len(seen) + 2, 3)
            for _ in range(1000):
                if len(read) == ahead:
                    break
                await asyncio.sleep(0.01)
            seen.append(len(read))

    async def main() -> None:
        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        await streamed(chunks(), {})(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(main())
    assert seen == [2, 3, 3]


def test_what_fails_at_once_is_raised_at_once() -> None:
    def chunks() -> Iterator[bytes]:
        raise NotFound
        yield b""

    with pytest.raises(NotFound):
        streamed(chunks(), {})


def test_what_fails_later_breaks_the_body_off() -> None:
    def chunks() -> Iterator[bytes]:
        yield bytes(LONG)
        raise NotFound

    sent: list[Any] = []

    async def main() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        await streamed(chunks(), {})(scope, None, send)  # type: ignore[arg-type]

    with pytest.raises(NotFound):
        asyncio.run(main())
    assert not any(message.get("more_body") is False for message in sent)


def test_a_client_that_leaves_ends_the_work_and_closes_files() -> None:
    closed = threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                time.sleep(0.01)
                yield bytes(LONG)
        finally:
            closed.set()

    asyncio.run(asyncio.wait_for(run(streamed(chunks(), {}), "2.3", leave_after=3), 5))
    assert closed.is_set()


def test_head_tells_the_same_without_a_body() -> None:
    whole = streamed(iter([b"abc"]), {"content-length": "3", "etag": '"x"'})
    sent = asyncio.run(run(HeadOnly(whole)))
    assert sent[0]["headers"] == whole.raw_headers
    assert body(sent) == b""


def test_the_door_answers_head_without_reading_bodies(house: House) -> None:
    """Seen at the application itself: a server would drop the body in any case."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> None:
        await asyncio.Event().wait()  # the client stays

    scope = {
        "type": "http",
        "method": "HEAD",
        "path": house.url("mr-1", "study"),
        "headers": [(b"accept", b'multipart/related; type="application/dicom"')],
        "query_string": b"",
        "server": ("x", 80),
    }
    asyncio.run(house.app(scope, receive, send))
    assert sent[0]["status"] == 200
    assert body(sent) == b""
