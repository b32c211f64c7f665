"""STOW-RS, the Store transaction (PS3.18 10.5), in constant memory."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import anyio.from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller
from readingroom.archive import Archive
from readingroom.index import DONE, FAILED, WARNING, Event
from readingroom.model import Origin, OriginKind, OutcomeKind
from readingroom.wire import parse_media_type

from .services import Services
from .statuses import BadMediaType, TooLarge
from .stow_report import answer_report
from .stow_storing import Storing

_PIECE = 1 << 20


async def store(services: Services, request: Request, caller: Caller) -> Response:
    """POST /studies and /studies/{study}; the work is done in a thread that pulls the body as it comes."""
    body = request.stream()
    return await run_in_threadpool(_store, services, request, caller, body)


def _store(services: Services, request: Request, caller: Caller, body: AsyncIterator[bytes]) -> Response:
    media = parse_media_type(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadMediaType("Send the objects without Content-Encoding.")
    address = request.client.host if request.client else ""
    origin = Origin(OriginKind.STOW, caller.name, address)
    storing = Storing(services.archive, origin, request.path_params.get("study"))
    try:
        storing.take(media, _pull(body, services.most_request_bytes))
    finally:
        _tell(services.archive, origin, storing)
    return answer_report(request, storing.outcomes, storing.broken)


def _tell(archive: Archive, origin: Origin, storing: Storing) -> None:
    """One event for the request; each refusal has one of its own."""
    refused = sum(outcome.kind is OutcomeKind.FAILED for outcome in storing.outcomes)
    warned = sum(bool(outcome.warnings) for outcome in storing.outcomes)
    stored = len(storing.outcomes) - refused
    words = f"{stored} stored, {warned} of them with a warning, {refused} refused."
    private = f"The request broke off: {storing.broken.sentence}" if storing.broken else ""
    archive.tell(
        Event(
            time.time(), "STOW-RS", origin.caller, "", words,
            outcome=FAILED if refused or private or not stored else WARNING if warned else DONE,
            address=origin.address,
            facts={"stored": stored, "warned": warned, "refused": refused},
            private=private,
        )
    )  # fmt: skip


def _pull(body: AsyncIterator[bytes], most: int) -> Iterator[bytes]:
    """The request's body, pulled from the event loop by this worker thread in pieces of about a megabyte.

    Going to the loop and back costs as much as writing what it brings otherwise. What came before a client
    went away is given first.
    """
    went: list[Exception] = []

    async def following() -> bytes:
        pieces: list[bytes] = []
        left = _PIECE
        try:
            while left > 0 and (piece := await anext(body, None)) is not None:
                pieces.append(piece)
                left -= len(piece)
        except Exception as error:  # noqa: BLE001 raised as soon as the pieces are given
            went.append(error)
        return b"".join(pieces) if len(pieces) > 1 else (pieces or [b""])[0]

    size = 0
    while piece := anyio.from_thread.run(following):
        size += len(piece)
        if most and size > most:
            raise TooLarge(f"A request may have {most} bytes at most; send the objects in several.")
        yield piece
        if went:
            raise went[0]
    if went:
        raise went[0]
