"""Sessions of who asks: what was open and how it was shown."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, NotFound
from readingroom.index import StoredSession

from . import studies
from .answers import instant, json_answer, read_object
from .services import ApiServices, caller_of

MOST_BYTES = 300_000


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/readings: the last used first. A study that is gone is told by its UID alone."""
    caller = caller_of(request)
    found = services.readings.of(caller.name)
    uids = {uid for session in found for uid in session.studies[:_TOLD]}
    known = studies.known(services, uids)
    told = [
        _told(session)
        | {"studies": [known.get(uid) or {"study_instance_uid": uid} for uid in session.studies[:_TOLD]]}
        for session in found
    ]
    return json_answer({"readings": told, "keep_days": services.readings.keep_days})


def one(services: ApiServices, request: Request) -> Response:
    """GET /api/readings/{reading}"""
    caller = caller_of(request)
    session = services.readings.one(caller.name, request.path_params["reading"])
    windows = {str(seat): orjson.loads(state) for seat, state in session.windows.items()}
    return json_answer(_told(session) | {"studies": session.studies, "windows": windows})


def keep_window(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/readings/{reading}/windows/{window} {studies, state}"""
    caller = caller_of(request)
    asked = read_object(body)
    seat = request.path_params["window"]
    if asked.keys() != {"studies", "state"} or not isinstance(asked["studies"], list):
        raise Invalid("A window is kept by {studies, state}.")
    if not seat.isdecimal() or not seat.isascii() or len(seat) > 3:
        raise NotFound("There is no such window.")
    key = request.path_params["reading"]
    services.readings.keep_window(caller.name, key, int(seat), asked["studies"], asked["state"])
    return Response(status_code=204)


def change(services: ApiServices, request: Request, body: bytes) -> Response:
    """PATCH /api/readings/{reading} {name, closed}"""
    caller = caller_of(request)
    asked = read_object(body)
    name, closed = asked.get("name"), asked.get("closed")
    if (
        asked.keys() - {"name", "closed"}
        or not isinstance(name, str | None)
        or not isinstance(closed, bool | None)
    ):
        raise Invalid("A session is changed by {name, closed}.")
    services.readings.change(caller.name, request.path_params["reading"], name, closed)
    return Response(status_code=204)


def remove(services: ApiServices, request: Request) -> Response:
    """DELETE /api/readings/{reading}"""
    caller = caller_of(request)
    services.readings.remove(caller.name, request.path_params["reading"])
    return Response(status_code=204)


_TOLD = 8
"""Studies of a session that a list tells of."""


def _told(session: StoredSession) -> dict[str, Any]:
    return {
        "key": session.key,
        "name": session.name,
        "closed": session.is_closed,
        "created_at": instant(session.created),
        "used_at": instant(session.used),
        "seats": list(session.windows),
    }
