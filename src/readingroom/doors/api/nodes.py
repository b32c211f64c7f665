"""The book of known nodes: which there are (for senders too), adding, replacing, removing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Role
from readingroom.errors import Invalid
from readingroom.model import Node, OnStoreFailure, RetrieveBy, Right

from .answers import json_answer
from .services import ApiServices, caller_of


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/nodes: all nodes by name. Senders too: who orders a job names the node it is for."""
    caller_of(request, Role.SENDER)
    return json_answer({"nodes": [_shown(node) for node in services.nodes.all()]})


def one(services: ApiServices, request: Request) -> Response:
    """GET /api/nodes/{name}: one node, or 404."""
    caller_of(request, Role.ADMINISTRATOR)
    return json_answer(_shown(services.nodes.find(request.path_params["name"])))


def add(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/nodes: 201 with the node; 409 for a name or an AE title that is taken."""
    caller = caller_of(request, Role.ADMINISTRATOR)
    node = read_node(body)
    services.nodes.on_behalf_of(caller.name).put(node)
    answer = json_answer(_shown(services.nodes.find(node.name.strip())), 201)
    answer.headers["location"] = f"/api/nodes/{quote(node.name.strip(), safe='')}"
    return answer


def replace(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/nodes/{name}: the node as the body says, with defaults for what it leaves out."""
    caller = caller_of(request, Role.ADMINISTRATOR)
    name = request.path_params["name"]
    node = read_node(body, {"name": name})
    said = {field.name: getattr(node, field.name) for field in fields(node)}
    changed = services.nodes.on_behalf_of(caller.name).change(name, **said)
    return json_answer(_shown(changed))


def remove(services: ApiServices, request: Request) -> Response:
    """DELETE /api/nodes/{name}: 204, or 404."""
    caller = caller_of(request, Role.ADMINISTRATOR)
    services.nodes.on_behalf_of(caller.name).remove(request.path_params["name"])
    return Response(status_code=204)


def _shown(node: Node) -> dict[str, Any]:
    return {field.name: _plain(getattr(node, field.name)) for field in fields(node)}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(map(_plain, value))
    return list(value) if isinstance(value, tuple) else value


def read_node(body: bytes, given: Mapping[str, Any] | None = None) -> Node:
    """The node that a body describes; given: members that it need not say. Raises Invalid."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise Invalid("A node is a JSON object; docs/api.md lists its members.")
    values = dict(given or {})
    for key, value in said.items():
        if key not in _MEMBERS:
            raise Invalid(f"A node has no {key!r}; it has {', '.join(_MEMBERS)}.")
        try:
            values[key] = _MEMBERS[key](value)
        except (TypeError, ValueError):
            raise Invalid(f"{key} cannot be {value!r}; see docs/api.md.") from None
    missing = [key for key in ("name", "ae_title", "host", "port") if key not in values]
    if missing:
        raise Invalid(f"The node lacks {', '.join(missing)}.")
    return Node(**values)


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError
    return tuple(value)


_MEMBERS: dict[str, Callable[[Any], Any]] = {
    "name": _exactly(str),
    "ae_title": _exactly(str),
    "host": _exactly(str),
    "port": _exactly(int),
    "rights": lambda value: frozenset(map(Right, _texts(value))),
    "retrieve_by": RetrieveBy,
    "on_store_failure": OnStoreFailure,
    "one_association_per_object": _exactly(bool),
    "most_associations": _exactly(int),
    "blacklisted_sop_classes": lambda value: frozenset(_texts(value)),
    "query_charset": _texts,
    "wildcards": lambda value: frozenset(_texts(value)),
    "timeout": _number,
    "tls": _exactly(bool),
    "allowed_addresses": _texts,
}
