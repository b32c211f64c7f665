"""Saved searches of who asks."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, NotFound
from readingroom.index import SavedSearch

from .answers import json_answer, read_object
from .services import ApiServices, caller_of
from .studies import FILTERS, check_filters


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/searches"""
    caller = caller_of(request)
    return json_answer({"searches": [_told(one) for one in services.searches.of(caller.name)]})


def add(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/searches"""
    caller = caller_of(request)
    return json_answer(_told(services.searches.add(caller.name, *_read(body))), 201)


def change(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/searches/{search}"""
    caller = caller_of(request)
    return json_answer(_told(services.searches.change(caller.name, _number(request), *_read(body))))


def remove(services: ApiServices, request: Request) -> Response:
    """DELETE /api/searches/{search}"""
    caller = caller_of(request)
    services.searches.remove(caller.name, _number(request))
    return Response(status_code=204)


def _number(request: Request) -> int:
    text = request.path_params["search"]
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise NotFound("There is no such saved search.")
    return int(text)


def _told(search: SavedSearch) -> dict[str, Any]:
    return {"id": search.pk, "name": search.name, "filters": search.filters}


def _read(body: bytes) -> tuple[str, dict[str, str]]:
    asked = read_object(body)
    name, filters = asked.get("name"), asked.get("filters")
    if asked.keys() - {"name", "filters"} or not isinstance(name, str) or not isinstance(filters, dict):
        raise Invalid("A saved search is {name, filters}.")
    if unknown := filters.keys() - set(FILTERS) - {"sort"}:
        raise Invalid(f"Studies have no filter {', '.join(sorted(unknown))}.")
    if not all(isinstance(value, str) for value in filters.values()):
        raise Invalid("Filters are text.")
    check_filters(filters)
    return name, filters
