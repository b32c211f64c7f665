"""One instance on its way into the index, and the compact form in which attributes are kept there."""

from __future__ import annotations

import base64
import zlib
from array import array
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from readingroom.model import Attribute, Attributes, FrameIndex, Origin, Packed, StoredInstance, Tag

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


Computed: TypeAlias = Mapping[Tag, Callable[[Mapping[str, Any]], Attribute]]
"""How attributes are made from the counts of a row."""


class Kept(Packed):
    """Attributes of one row and the rows above it, each made when it is looked at: most never are.

    dumped: what `dump` made, the row's own first; the first that has a tag counts. computed: attributes
    that count before all. signature: as `Packed` says.
    """

    __slots__ = ("_computed", "_counts", "_dumped", "_parsed", "signature")

    def __init__(
        self,
        dumped: tuple[str, ...],
        computed: Computed,
        counts: Mapping[str, Any],
        signature: Hashable | None = None,
    ) -> None:
        self._dumped = dumped
        self._parsed: tuple[Mapping[str, list[Any]], ...] | None = None
        self._computed, self._counts, self.signature = computed, counts, signature

    @property
    def _layers(self) -> tuple[Mapping[str, list[Any]], ...]:
        if self._parsed is None:
            self._parsed = (orjson.loads(self._dumped[0]), *map(_parsed, self._dumped[1:]))
        return self._parsed

    def get(self, tag: Tag, default: Any = None) -> Any:
        """The attribute, or the default."""
        compute = self._computed.get(tag)
        if compute is not None:
            return compute(self._counts)
        digits = _digits(tag)
        for layer in self._layers:
            found = layer.get(digits)
            if found is not None:
                vr, values = found
                return Attribute(vr, tuple(map(_rich_value, values) if vr in _STRUCTURED else values))
        return default

    def chosen(self, wanted: Sequence[tuple[Tag, str]]) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """As `Packed` says; text and numbers are given as the lists they were kept as."""
        computed, layers = self._computed, self._layers
        for tag, digits in wanted:
            compute = computed.get(tag)
            if compute is not None:
                made = compute(self._counts)
                yield digits, made.vr, made.values
                continue
            for layer in layers:
                found = layer.get(digits)
                if found is not None:
                    vr, values = found
                    yield digits, vr, tuple(map(_rich_value, values)) if vr in _STRUCTURED else values
                    break

    def __getitem__(self, tag: Tag) -> Attribute:
        found: Attribute | None = self.get(tag)
        if found is None:
            raise KeyError(tag)
        return found

    def __contains__(self, tag: object) -> bool:
        if not isinstance(tag, int):
            return False
        digits = _digits(tag)
        return tag in self._computed or any(digits in layer for layer in self._layers)

    def __iter__(self) -> Iterator[Tag]:
        stored = {_tag(digits): None for layer in self._layers for digits in layer}
        return iter(stored | dict.fromkeys(self._computed))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(64)
def _parsed(dumped: str) -> Mapping[str, list[Any]]:
    """Attributes of a higher level: rows of one study come together. Nobody changes them."""
    parsed: dict[str, list[Any]] = orjson.loads(dumped)
    return parsed


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


@lru_cache(4096)
def _digits(tag: Tag) -> str:
    return f"{tag:08X}"


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
