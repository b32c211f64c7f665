"""The routes of the viewer's interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from readingroom.errors import Invalid, ReadingRoomError

from . import doctor, events, jobs, log, nodes, rules, session, studies
from .answers import told
from .services import ApiServices

_MOST_BYTES = 16384
_MOST_ORDER_BYTES = 2 << 20


def routes(services: ApiServices) -> list[Route]:
    """All routes below /api. The caller is expected in `request.state.caller`, None when nobody is known."""

    def bound(handler: Callable[[ApiServices, Request], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                return handler(services, request)
            except ReadingRoomError as error:
                return told(error)

        return answer

    def with_body(
        handler: Callable[[ApiServices, Request, bytes], Response], most: int = _MOST_BYTES
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                body = await _small_body(request, most)
                return await run_in_threadpool(handler, services, request, body)
            except ReadingRoomError as error:
                return told(error)

        return answer

    async def live(request: Request) -> Response:
        return await events.stream(services, request)

    return [
        Route("/api/login", with_body(session.login), methods=["POST"]),
        Route("/api/logout", bound(session.logout), methods=["POST"]),
        Route("/api/session", bound(session.who), methods=["GET"]),
        Route("/api/studies", bound(studies.listing), methods=["GET"]),
        Route("/api/studies/{study}", bound(studies.one), methods=["GET"]),
        Route("/api/nodes", bound(nodes.listing), methods=["GET"]),
        Route("/api/nodes", with_body(nodes.add), methods=["POST"]),
        Route("/api/nodes/examine", with_body(doctor.examine_unsaved), methods=["POST"]),
        Route("/api/nodes/{name}", bound(nodes.one), methods=["GET"]),
        Route("/api/nodes/{name}", with_body(nodes.replace), methods=["PUT"]),
        Route("/api/nodes/{name}", bound(nodes.remove), methods=["DELETE"]),
        Route("/api/nodes/{name}/examine", bound(doctor.examine), methods=["POST"]),
        Route("/api/events", live, methods=["GET"]),
        Route("/api/log", bound(log.listing), methods=["GET"]),
        Route("/api/rules", bound(rules.listing), methods=["GET"]),
        Route("/api/rules", with_body(rules.add), methods=["POST"]),
        Route("/api/rules/try", with_body(rules.try_out), methods=["POST"]),
        Route("/api/rules/{name}", with_body(rules.change), methods=["PUT"]),
        Route("/api/rules/{name}", bound(rules.remove), methods=["DELETE"]),
        Route("/api/jobs", bound(jobs.listing), methods=["GET"]),
        Route("/api/jobs", with_body(jobs.order, _MOST_ORDER_BYTES), methods=["POST"]),
        Route("/api/jobs/seen", with_body(jobs.seen), methods=["POST"]),
        Route("/api/jobs/{job}", bound(jobs.one), methods=["GET"]),
        Route("/api/jobs/{job}/cancel", bound(jobs.cancel), methods=["POST"]),
        Route("/api/jobs/{job}/restart", bound(jobs.restart), methods=["POST"]),
        Route("/api/jobs/{job}/priority", with_body(jobs.prioritise), methods=["PUT"]),
    ]


async def _small_body(request: Request, most: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Invalid(f"That is too much: at most {most} bytes are read here.")
    return body
