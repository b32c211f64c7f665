"""Media types with their parameters (RFC 9110 8.3.1, 5.6.6), read tolerantly, written strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from readingroom.errors import Invalid

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_NAME = re.compile(r"[^\s/;,=\"]+/[^\s/;,=\"]+\Z")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_LONGEST = 16384


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or a range of them.

    name: "type/subtype" in lower case, "*" allowed for either. parameters: names in lower case, values
    unquoted and as written; where a name is repeated the first counts.
    """

    name: str
    parameters: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def __str__(self) -> str:
        parts = [self.name, *(f"{key}={_written(value)}" for key, value in self.parameters.items())]
        return "; ".join(parts)

    def get(self, parameter: str) -> str | None:
        """The value of a parameter, None when it is not given."""
        return self.parameters.get(parameter)


def parse_media_type(text: str) -> MediaType:
    """Read one Content-Type; raises Invalid when there is no type/subtype in it."""
    pieces = split_outside_quotes(text[:_LONGEST], ";")
    name = next(pieces, "").lower()
    if not _NAME.match(name):
        raise Invalid(f"“{name[:80]}” is not a media type.")
    parameters: dict[str, str] = {}
    for piece in pieces:
        key, equals, value = piece.partition("=")
        if equals:
            parameters.setdefault(key.strip().lower(), unquote(value.strip()))
    return MediaType(name, parameters)


def split_outside_quotes(text: str, separator: str) -> Iterator[str]:
    """The stripped pieces of `text` between separators that stand outside quoted strings."""
    start, quoted, escaped = 0, False, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def unquote(value: str) -> str:
    """A parameter's value without its quotes; a missing end quote is forgiven."""
    if not value.startswith('"'):
        return value
    inner = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r"\\(.)", r"\1", inner)


def _written(value: str) -> str:
    # A type parameter comes out quoted, as RFC 2387 wants it, since "/" is no token character; UIDs go bare,
    # since some clients look for transfer-syntax=1.2... literally.
    if _TOKEN.match(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
