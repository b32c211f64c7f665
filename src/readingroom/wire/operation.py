"""What a web door answers, told as data: the source of its routes, capabilities and OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Schema = Mapping[str, Any]
"""A JSON Schema, draft 2020-12."""

ANY_ROLE: Final = "any"
"""Stands for whatever role: whoever is signed in may."""

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. values: for people, what it may be and what it does."""

    name: str
    values: str
    schema: Schema = field(default_factory=lambda: TEXT)
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one resource.

    path: a URI template as Starlette writes it. media_types: of answers with `status`; where is_multipart,
    also the types of the parts of a multipart/related answer. role: which one a caller needs, "" for none.
    body: schemas of what may be sent, by media type; None for bytes. answer: of the answers in JSON. also:
    media types by other statuses that are no refusals, () for no body. refusals: statuses with problem
    details, without 401, 403 and 503, which any operation can answer.
    """

    method: str
    path: str
    purpose: str
    media_types: Sequence[str] = ()
    is_multipart: bool = False
    role: str = ""
    parameters: Sequence[Parameter] = ()
    body: Mapping[str, Schema | None] = field(default_factory=dict)
    status: int = 200
    answer: Schema | None = None
    also: Mapping[int, Sequence[str]] = field(default_factory=dict)
    refusals: Sequence[int] = ()


def members(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of an object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def listed(items: Schema) -> Schema:
    """The schema of an array."""
    return {"type": "array", "items": items}


def one_of(*words: str) -> Schema:
    """The schema of a string among these."""
    return {"type": "string", "enum": list(words)}


def between(least: int, most: int) -> Schema:
    """The schema of a whole number, both ends included."""
    return {"type": "integer", "minimum": least, "maximum": most}


def or_null(schema: Schema) -> Schema:
    """The schema of that or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def named(name: str) -> Schema:
    """The schema of that name among the document's own."""
    return {"$ref": f"#/components/schemas/{name}"}
