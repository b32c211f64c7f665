"""What no door answers: unknown paths, other methods and bugs, told as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope

from readingroom.wire import PROBLEM_JSON, problem

log = logging.getLogger("readingroom.web")


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    detail = error.detail if error.detail != status.phrase else f"There is no {request.url.path} here."
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        whole = {**request.scope, "root_path": request.scope.get("app_root_path", "")}  # as before a Mount
        allowed = ", ".join(sorted(_methods(request.app.routes, whole)))
        headers["Allow"] = allowed
        detail = f"This is for {allowed}, not for {request.method}."
    if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return Response(status_code=status, headers=headers)
    return _problem(status, detail, headers)


async def _break(request: Request, error: Exception) -> Response:
    log.error("a bug at %s %s: %s", request.method, request.url.path, error, exc_info=error)
    told = problem(error)
    return Response(told.body, told.status, dict(told.headers))


EXCEPTION_HANDLERS: Mapping[Any, Any] = {HTTPException: _refuse, Exception: _break}


def _problem(status: HTTPStatus, detail: str, headers: Mapping[str, str]) -> Response:
    members = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    said = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Response(orjson.dumps(members), status, said | {"cache-control": "no-store"}, PROBLEM_JSON)


def _methods(routes: Iterable[BaseRoute], scope: Scope) -> set[str]:
    """All methods of a path: each has a route of its own, and Starlette tells of the first that fits."""
    found: set[str] = set()
    for route in routes:
        match, below = route.matches(scope)
        if match is Match.NONE:
            continue
        if isinstance(route, Route):
            found |= route.methods or set()
        elif isinstance(route, Mount):
            found |= _methods(route.routes, {**scope, **below})
    return found
