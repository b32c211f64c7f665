"""What who asks chose."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid

from .answers import json_answer, read_object
from .services import ApiServices, caller_of

MOST_BYTES = 262144


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/preferences"""
    chosen = services.preferences.of(caller_of(request).name, _version(request))
    return json_answer({"preferences": dict(chosen.values), "version": chosen.version})


def change(services: ApiServices, request: Request, body: bytes) -> Response:
    """PATCH /api/preferences {"preferences": {NAME: VALUE}}"""
    caller = caller_of(request)
    asked = read_object(body)
    changed = asked.get("preferences")
    if asked.keys() != {"preferences"} or not isinstance(changed, dict):
        raise Invalid("Choices are changed by {preferences: {NAME: VALUE}}.")
    chosen = services.preferences.change(caller.name, changed)
    return json_answer({"preferences": dict(chosen.values), "version": chosen.version})


def _version(request: Request) -> int:
    text = request.query_params.get("after", "0")
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise Invalid("after is a version that was told before.", parameter="after")
    return int(text)
