"""Hanging protocols: of who asks, and everybody's."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller, Role
from readingroom.errors import Invalid, NotFound
from readingroom.reading import KeptHanging, Taken, hanging_from_json, hanging_to_json

from .answers import json_answer, read_object
from .services import ApiServices, caller_of

MOST_BYTES = 262144
MOST_OBJECT_BYTES = 8 << 20
DICOM = "application/dicom"
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z.-]+")


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/hangings"""
    caller = caller_of(request)
    return json_answer({"hangings": [_told(one) for one in services.hangings.of(caller.name)]})


def add(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/hangings {hanging, shared}"""
    caller = caller_of(request)
    hanging, shared = _read(body)
    kept = services.hangings.add(caller.name, hanging, shared=shared, may_share=_shares(caller))
    return json_answer(_told(kept), 201)


def change(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/hangings/{hanging} {hanging, shared}"""
    caller = caller_of(request)
    hanging, shared = _read(body)
    kept = services.hangings.change(
        caller.name, _number(request), hanging, shared=shared, may_share=_shares(caller)
    )
    return json_answer(_told(kept))


def remove(services: ApiServices, request: Request) -> Response:
    """DELETE /api/hangings/{hanging}"""
    caller = caller_of(request)
    services.hangings.remove(caller.name, _number(request), may_share=_shares(caller))
    return Response(status_code=204)


def order(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/hangings/order {hangings: [ID]}"""
    caller = caller_of(request)
    asked = read_object(body).get("hangings")
    if not isinstance(asked, list) or len(asked) > 1000 or not all(type(pk) is int for pk in asked):
        raise Invalid("An order is {hangings: [ID]}.")
    services.hangings.put_in_order(caller.name, asked, may_share=_shares(caller))
    return listing(services, request)


def as_object(services: ApiServices, request: Request) -> Response:
    """GET /api/hangings/{hanging}/dicom: a new Hanging Protocol object."""
    caller = caller_of(request)
    name, file = services.hangings.object_of(caller.name, _number(request))
    safe = _NOT_IN_NAMES.sub("-", name).strip(".-") or "hanging"
    headers = {"content-disposition": f'attachment; filename="{safe}.dcm"', "cache-control": "no-store"}
    return Response(file, headers=headers, media_type=DICOM)


def read(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/hangings/read: what a Hanging Protocol object says; nothing is kept."""
    caller_of(request)
    return json_answer(_taken(services.hangings.read_object(body)))


def stored(services: ApiServices, request: Request) -> Response:
    """GET /api/hangings/stored: Hanging Protocol objects in the archive."""
    caller_of(request)
    found = [
        {"sop_instance_uid": one.sop_instance_uid, "name": one.name, "description": one.description}
        for one in services.hangings.stored()
    ]
    return json_answer({"stored": found})


def read_stored(services: ApiServices, request: Request) -> Response:
    """GET /api/hangings/stored/{instance}: what that one says."""
    caller_of(request)
    return json_answer(_taken(services.hangings.read_stored(request.path_params["instance"])))


def _shares(caller: Caller) -> bool:
    return caller.is_a(Role.ADMINISTRATOR)


def _number(request: Request) -> int:
    text = request.path_params["hanging"]
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise NotFound("There is no such hanging.")
    return int(text)


def _read(body: bytes) -> tuple[Any, bool]:
    asked = read_object(body)
    shared = asked.get("shared", False)
    if asked.keys() - {"hanging", "shared"} or type(shared) is not bool:
        raise Invalid("A hanging is kept by {hanging, shared}.")
    return hanging_from_json(asked.get("hanging")), shared


def _told(kept: KeptHanging) -> dict[str, Any]:
    return {
        "id": kept.pk,
        "shared": kept.shared,
        "hanging": hanging_to_json(kept.hanging),
        "damage": kept.damage,
    }


def _taken(taken: Taken) -> dict[str, Any]:
    return {"hanging": hanging_to_json(taken.hanging), "notes": list(taken.notes)}
