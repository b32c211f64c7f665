"""The OpenAPI document tells of every route that is registered, and of no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import jsonschema_rs
import pytest
from starlette.routing import BaseRoute, Mount, Route

from readingroom.app import settings, web
from readingroom.app.openapi import document
from readingroom.app.wiring import build
from readingroom.doors.api import SCHEMAS
from readingroom.model import Node
from readingroom.wire import openapi_path

PAGES = {"/", "/viewer", "/login", "/jobs", "/nodes", "/rules", "/log", "/deleted", "/hangings", "/sessions"}
"""Of the viewer: HTML for people, no interface."""
PREFIXES = ("/dicom-web", "/dicomweb", "/wado-rs", "/rs")
URI_PATHS = ("/wado", "/aet/wado")
Pairs = set[tuple[str, str]]


def registered(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Route):
            methods = (route.methods or set()) - {"HEAD"}
            yield from ((method, openapi_path(prefix + route.path)) for method in methods)
        elif isinstance(route, Mount):
            yield from registered(route.routes, prefix + route.path)


def described(told: dict[str, Any]) -> Pairs:
    return {(method.upper(), path) for path, item in told["paths"].items() for method in item}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    house = build(
        settings.load(tmp_path_factory.mktemp("house"), flags={"http": {"wado_uri_path": URI_PATHS[1]}}),
        "web",
    )
    try:
        yield {(method, path) for method, path in registered(web.routes(house)) if path not in PAGES}
    finally:
        house.close()


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found: dict[str, Any] = document(PREFIXES, URI_PATHS)
    return found


def test_the_document_is_the_routes(real: Pairs, told: dict[str, Any]) -> None:
    first, *others = PREFIXES
    below = {(method, path.removeprefix(first)) for method, path in real if path.startswith(f"{first}/")}
    assert len(below) > 20
    for other in others:  # the same under every prefix, described once
        assert {(m, p.removeprefix(other)) for m, p in real if p.startswith(f"{other}/")} == below
    assert described(told) == {
        (method, path) for method, path in real if not path.startswith(tuple(f"{other}/" for other in others))
    }


def test_it_is_openapi_and_every_schema_is_one(told: dict[str, Any]) -> None:
    """Each reference leads somewhere, and each schema is of draft 2020-12."""
    assert told["openapi"].startswith("3.1")
    schemas = told["components"]["schemas"]
    for one in schemas.values():
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **one})
    responses = told["components"]["responses"]
    for place, kind, name in references(told):
        assert place == "components"
        assert name in {"schemas": schemas, "responses": responses}[kind]


def references(node: Any) -> Iterator[list[str]]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix("#/").split("/")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_operations_have_names_of_their_own(told: dict[str, Any]) -> None:
    names = [one["operationId"] for item in told["paths"].values() for one in item.values()]
    assert len(names) == len(set(names))


def test_a_node_is_described_as_it_is() -> None:
    assert set(SCHEMAS["Node"]["properties"]) == {field.name for field in fields(Node)}
