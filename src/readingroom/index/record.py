"""One instance on its way into the index, and the compact form in which attributes are kept there."""

from __future__ import annotations

import base64
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from readingroom.model import Attribute, Attributes, FrameIndex, Origin, StoredInstance, Tag

_STRUCTURED = frozenset({"SQ", "OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs whose values are Items or bytes; all others JSON holds as they are (PS3.5 table 6.2-1)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A stored instance with the attributes of its four levels and how it came.

    levels: Attributes of patient, study, series and instance, in that order. received: seconds since the
    epoch. frames: where the frames of encapsulated pixel data lie; None where that follows from the
    description of the pixels, or could not be found out.
    """

    stored: StoredInstance
    levels: tuple[Attributes, Attributes, Attributes, Attributes]
    origin: Origin
    received: float
    frames: FrameIndex | None = None


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
        _tag(tag): Attribute(vr, tuple(map(_rich_value, values) if vr in _STRUCTURED else values))
        for tag, (vr, values) in plain.items()
    }


@lru_cache(4096)
def _tag(digits: str) -> Tag:
    return int(digits, 16)


def _rich_value(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["b"]) if "b" in value else _rich(value)
    return value


def pack_frames(frames: FrameIndex) -> bytes:
    """A frame index in few bytes: number of pieces of each frame, then offset and length of each piece."""
    numbers = array("Q", [len(frames.frames), *(len(pieces) for pieces in frames.frames)])
    for pieces in frames.frames:
        for offset, length in pieces:
            numbers.extend((offset, length))
    return zlib.compress(numbers.tobytes(), 1)


def unpack_frames(packed: bytes) -> FrameIndex:
    """The inverse of `pack_frames`."""
    numbers = array("Q", zlib.decompress(packed))
    count = numbers[0]
    at = 1 + count
    frames = []
    for pieces in numbers[1 : 1 + count]:
        values = numbers[at : at + 2 * pieces]
        frames.append(tuple(zip(values[::2], values[1::2], strict=True)))
        at += 2 * pieces
    return FrameIndex(tuple(frames))
