"""Signing in and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller
from readingroom.errors import Invalid, Unavailable, Unknown

from .answers import json_answer, told
from .services import ApiServices

COOKIE = "rr_session"


def login(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/login {"user", "password"}: a session cookie, or 401, or 429 while somebody guesses."""
    name, password = _credentials(body)
    address = request.client.host if request.client else ""
    try:
        caller = services.gate.check_password(name, password, address)
    except Unavailable as error:
        answer = told(error, 429)
        answer.headers["retry-after"] = str(error.facts["retry_after"])
        return answer
    if caller is None:
        return told(Unknown("That name and password do not belong together."))
    answer = json_answer({"user": _shown(caller)})
    answer.set_cookie(
        COOKIE,
        services.gate.open_session(caller, address),
        httponly=True,
        samesite="strict",
        secure=services.secure_cookie,
        path="/",
    )
    return answer


def logout(services: ApiServices, request: Request) -> Response:
    """POST /api/logout: the session ends here, whatever the browser does with the cookie."""
    secret = request.cookies.get(COOKIE)
    if secret:
        services.gate.close_session(secret)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def who(services: ApiServices, request: Request) -> Response:
    """GET /api/session: who is signed in, and to what; 401 with the same facts when nobody is."""
    caller: Caller | None = request.state.caller
    facts: dict[str, Any] = {"login_required": services.login_required, "server": asdict(services.server)}
    if caller is None:
        return told(Unknown(), **facts)
    usual = {"hidden_classes": list(services.hidden_classes)}
    return json_answer({"user": _shown(caller), **facts, **usual})


def _shown(caller: Caller) -> dict[str, Any]:
    return {
        "name": caller.name,
        "display_name": caller.display_name,
        "roles": sorted(role.value for role in caller.roles),
    }


def _credentials(body: bytes) -> tuple[str, str]:
    try:
        said = orjson.loads(body)
        name, password = said["user"], said["password"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Invalid('Signing in takes {"user": NAME, "password": PASSWORD} as JSON.') from None
    if not isinstance(name, str) or not isinstance(password, str):
        raise Invalid("Name and password are text.")
    return name, password
