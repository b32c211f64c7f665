"""Operations as an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from .accept import MULTIPART
from .operation import ANY_ROLE, TEXT, WHOLE, Operation, Schema, named
from .problem import PROBLEM_JSON

_BYTES: Schema = {"type": "string", "format": "binary"}
_BYTERANGES = "multipart/byteranges"
_PROBLEM: Schema = {
    "type": "object",
    "properties": {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "parameter": TEXT},
    "required": ["type", "title", "status", "detail"],
}
_SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "rr_session"},
    "basic": {"type": "http", "scheme": "basic"},
    "token": {"type": "http", "scheme": "bearer"},
}
_PATH_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def openapi_path(path: str) -> str:
    """A route's path as OpenAPI writes it, without convertors."""
    return _PATH_PARAMETER.sub(r"{\1}", path)


def openapi_document(
    title: str,
    version: str,
    description: str,
    operations: Iterable[Operation],
    schemas: Mapping[str, Schema],
    path_parameters: Mapping[str, tuple[str, Schema]],
) -> dict[str, Any]:
    """The document. schemas: by the names that `named` refers to. path_parameters: words and schema each.

    HEAD, which comes with every GET, is not listed, nor what no operation answers by itself: 405, and 404
    for other paths.
    """
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(openapi_path(one.path), {})[one.method.lower()] = _operation(one, path_parameters)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": _SCHEMES,
            "responses": {
                "Problem": _answer("What went wrong (RFC 9457)", (PROBLEM_JSON,), named("Problem"))
            },
        },
    }


def _operation(one: Operation, path_parameters: Mapping[str, tuple[str, Schema]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": f"{one.method} {openapi_path(one.path)}",
        "summary": one.purpose,
        "parameters": [*_in_path(one.path, path_parameters), *_in_query(one)],
        "responses": _responses(one),
    }
    if one.role:
        told["description"] = (
            "For whoever is signed in." if one.role == ANY_ROLE else f"For the role {one.role}."
        )
        told["security"] = [{name: []} for name in _SCHEMES]
    if one.body:
        content = {name: {"schema": schema or _BYTES} for name, schema in one.body.items()}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _in_path(path: str, known: Mapping[str, tuple[str, Schema]]) -> Iterator[dict[str, Any]]:
    for name in _PATH_PARAMETER.findall(path):
        words, schema = known[name]
        yield {"name": name, "in": "path", "required": True, "description": words, "schema": schema}


def _in_query(one: Operation) -> Iterator[dict[str, Any]]:
    for parameter in one.parameters:
        yield {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.values,
            "schema": parameter.schema,
        }


def _responses(one: Operation) -> dict[str, Any]:
    done = {one.status: one.media_types, **one.also}
    responses = {
        str(status): _answer(_phrase(status), _content_types(one, status, types), one.answer)
        for status, types in done.items()
    }
    refusals = {*one.refusals, 401, 503, *((403,) if one.role not in ("", ANY_ROLE) else ())} - done.keys()
    return responses | {
        str(status): {"$ref": "#/components/responses/Problem"} for status in sorted(refusals)
    }


def _content_types(one: Operation, status: int, types: Sequence[str]) -> list[str]:
    more = [MULTIPART] if one.is_multipart and types else []
    return [*types, *more, *([_BYTERANGES] if status == HTTPStatus.PARTIAL_CONTENT else [])]


def _answer(words: str, media_types: Sequence[str], json: Schema | None) -> dict[str, Any]:
    if not media_types:
        return {"description": words}
    content = {
        name: {"schema": json if name.endswith("json") and json is not None else _BYTES}
        for name in media_types
    }
    return {"description": words, "content": content}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
