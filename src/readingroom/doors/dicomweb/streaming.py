"""Bodies made while they are sent: the next chunks are read while the last ones leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

CHUNK = 8 << 20
"""Largest piece of a file read at once; an instance smaller than that is one piece."""

_BATCH = 1 << 20
"""Bytes after which what was made is handed on: going to a thread and back costs more than a small object."""
_PATIENCE = 0.1
_SMALL = 1 << 14
"""Neighbours that are smaller together are sent as one, as the separators and headers of parts are."""


class ReadAhead(StreamingResponse):
    """Streams a synchronous iterator from the thread pool, one batch ahead, and closes it in the end.

    Measured with half a megabyte a batch: 580 to 910 MB/s, against 400 to 640 without reading ahead.
    first: what was made of it already.
    """

    def __init__(
        self, first: list[bytes], chunks: Iterator[bytes], headers: Mapping[str, str], status_code: int = 200
    ) -> None:
        super().__init__(iter(()), status_code, dict(headers))
        self._first = first
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        """Send it all; when the client goes away, the batch being made is waited for, not interrupted."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        batch, self._first = self._first, []
        pending = self._read()
        try:
            while batch:
                for chunk in batch:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                batch = await asyncio.shield(pending)
                if batch:
                    pending = self._read()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await self._close(pending)

    def _read(self) -> asyncio.Future[list[bytes]]:
        return asyncio.ensure_future(run_in_threadpool(_next_batch, self._chunks))

    async def _close(self, pending: asyncio.Future[list[bytes]]) -> None:
        with anyio.CancelScope(shield=True):
            await asyncio.gather(pending, return_exceptions=True)
            if (close := getattr(self._chunks, "close", None)) is not None:
                await run_in_threadpool(close)


def _next_batch(chunks: Iterator[bytes]) -> list[bytes]:
    """The next chunks, of about a megabyte or what comes in a tenth of a second; empty at the end."""
    batch, _ = _batch(chunks)
    return batch


def _batch(chunks: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The next batch, and whether it is the last."""
    batch: list[bytes] = []
    size, until = 0, time.monotonic() + _PATIENCE
    while size < _BATCH and (not batch or time.monotonic() < until):
        chunk = next(chunks, None)
        if chunk is None:
            return batch, True
        size += len(chunk)
        if batch and len(batch[-1]) + len(chunk) < _SMALL:
            batch[-1] += chunk
        else:
            batch.append(chunk)
    return batch, False


class HeadOnly(Response):
    """Status and headers of another response, for HEAD."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self.raw_headers = whole.raw_headers
        self.background = whole.background

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send no body."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def streamed(chunks: Iterator[bytes], headers: Mapping[str, str], status_code: int = 200) -> Response:
    """A response whose beginning is made now, so that what fails at once is told by its status.

    What is short is whole by then, and sent at once.
    """
    first, is_all = _batch(chunks)
    if is_all:
        return Response(b"".join(first), status_code, dict(headers))
    return ReadAhead(first, chunks, headers, status_code)
