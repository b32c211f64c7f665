"""The OpenAPI document of all HTTP doors, made from what they register."""

from __future__ import annotations

from dataclasses import replace

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from readingroom import __version__
from readingroom.doors import api, dicomweb
from readingroom.errors import Unknown
from readingroom.wire import ANY_ROLE, Operation, openapi_document, problem

PATH = "/api/openapi.json"

_DESCRIPTION = """Reading Room's HTTP surface: its own interface below /api, DICOMweb and WADO-URI (PS3.18).

The resources below {first} are also at {others}. HEAD comes with every GET. Every error is problem
details (RFC 9457); what is not listed here is 404, another method 405. Requests with a cookie that change
something need our own Origin or none."""
_OWN = (
    Operation("GET", "/health", "Whether the web server answers", ("text/plain",)),
    Operation("GET", "/conformance", "The conformance statement as a page", ("text/html",), role=ANY_ROLE),
    Operation("GET", PATH, "This document", ("application/json",), role=ANY_ROLE, answer={"type": "object"}),
)


def openapi_route(prefixes: tuple[str, ...], uri_paths: tuple[str, ...]) -> Route:
    """The document below /api, for who is signed in. prefixes: of DICOMweb. uri_paths: of WADO-URI."""
    body = orjson.dumps(document(prefixes, uri_paths))

    def answer(request: Request) -> Response:
        if request.state.caller is None:
            told = problem(Unknown(), challenge="Session")
            return Response(told.body, told.status, dict(told.headers))
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    return Route(PATH, answer, methods=["GET"])


def document(prefixes: tuple[str, ...], uri_paths: tuple[str, ...]) -> dict[str, object]:
    """The document as JSON; the first prefix stands for all."""
    first, *others = prefixes
    operations = [
        *api.operations(),
        *(replace(one, path=first + one.path) for one in dicomweb.operations()),
        *map(dicomweb.uri_operation, uri_paths),
        *_OWN,
    ]
    words = _DESCRIPTION.format(first=first, others=", ".join(others))
    schemas = api.SCHEMAS | dicomweb.SCHEMAS
    places = api.PATH_PARAMETERS | dicomweb.PATH_PARAMETERS
    return openapi_document("Reading Room", __version__, words, operations, schemas, places)
