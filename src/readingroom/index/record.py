"""One instance on its way into the index, and the compact form in which attributes are kept there."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from readingroom.model import Attribute, Attributes, Origin, StoredInstance, Tag


@dataclass(frozen=True, slots=True)
class Record:
    """A stored instance with the attributes of its four levels and how it came.

    levels: Attributes of patient, study, series and instance, in that order. received: seconds since the
    epoch.
    """

    stored: StoredInstance
    levels: tuple[Attributes, Attributes, Attributes, Attributes]
    origin: Origin
    received: float


def dump(attributes: Attributes) -> str:
    """Attributes as JSON text: {"00100010": ["PN", ["Doe^John"]]}; bytes become {"b": base64}."""
    return orjson.dumps(_plain(attributes)).decode()


def load(text: str) -> dict[Tag, Attribute]:
    """The inverse of `dump`."""
    return _rich(orjson.loads(text))


def _plain(attributes: Attributes) -> dict[str, list[Any]]:
    return {
        f"{tag:08X}": [attribute.vr, [_plain_value(value) for value in attribute.values]]
        for tag, attribute in attributes.items()
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    return value


def _rich(plain: Mapping[str, list[Any]]) -> dict[Tag, Attribute]:
    return {
        int(tag, 16): Attribute(vr, tuple(_rich_value(value) for value in values))
        for tag, (vr, values) in plain.items()
    }


def _rich_value(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["b"]) if "b" in value else _rich(value)
    return value
