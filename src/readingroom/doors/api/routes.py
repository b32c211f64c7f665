"""The routes of the viewer's interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from readingroom.errors import Invalid, ReadingRoomError
from readingroom.wire import Operation

from . import events
from .actions import ACTIONS, Action
from .answers import told
from .services import ApiServices


def operations() -> list[Operation]:
    """Everything below /api, for the OpenAPI document."""
    return [action.operation for action in ACTIONS]


def routes(services: ApiServices) -> list[Route]:
    """All routes below /api. The caller is expected in `request.state.caller`, None when nobody is known."""
    return [
        Route(action.operation.path, _endpoint(services, action), methods=[action.operation.method])
        for action in ACTIONS
    ]


def _endpoint(services: ApiServices, action: Action) -> Callable[[Request], Any]:
    if action.handler is events.stream:
        return _live(services)
    return _with_body(services, action) if action.most_bytes else _plain(services, action)


def _plain(services: ApiServices, action: Action) -> Callable[[Request], Response]:
    handler: Any = action.handler

    def answer(request: Request) -> Response:
        try:
            response: Response = handler(services, request)
            return response
        except ReadingRoomError as error:
            return told(error)

    return answer


def _with_body(services: ApiServices, action: Action) -> Callable[[Request], Awaitable[Response]]:
    handler: Any = action.handler

    async def answer(request: Request) -> Response:
        try:
            body = await _small_body(request, action.most_bytes)
            response: Response = await run_in_threadpool(handler, services, request, body)
            return response
        except ReadingRoomError as error:
            return told(error)

    return answer


def _live(services: ApiServices) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await events.stream(services, request)

    return answer


async def _small_body(request: Request, most: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Invalid(f"That is too much: at most {most} bytes are read here.")
    return body
