"""Live events: what arrives while somebody looks at the list (text/event-stream)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from readingroom.errors import ReadingRoomError

from .answers import told
from .services import ApiServices, caller_of

_EVERY_SECONDS = 1.0
_BEAT_EVERY = 15


async def stream(services: ApiServices, request: Request) -> Response:
    """GET /api/events: a `study` event for each study that changed, a comment now and then."""
    try:
        caller_of(request)
    except ReadingRoomError as error:
        return told(error)

    async def events() -> AsyncIterator[bytes]:
        seen = await run_in_threadpool(services.changes.newest)
        yield b"retry: 3000\n\n"
        quiet = 0
        # A client that has gone is seen by StreamingResponse, which cancels this; asking here too would take
        # the message from it, and a second reader at the start of a stream is told "disconnected" at once.
        while True:
            changed, seen = await run_in_threadpool(services.changes.since, seen)
            for study in changed:
                yield b"event: study\ndata: " + orjson.dumps(study) + b"\n\n"
            quiet = 0 if changed else quiet + 1
            if quiet >= _BEAT_EVERY:
                quiet = 0
                yield b": still here\n\n"
            await asyncio.sleep(_EVERY_SECONDS)

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events(), headers=headers, media_type="text/event-stream")
