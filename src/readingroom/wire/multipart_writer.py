"""multipart/related and multipart/byteranges by the book (RFC 2046 5.1.1, RFC 2387; PS3.18 8.6.1.2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from .accept import MULTIPART
from .media_type import MediaType

# A chunk below this size travels together with the delimiter before it; a larger one is not worth copying.
_JOINED = 4 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its header fields and its body.

    content_type: as it stands in the part, with transfer-syntax where there is one. body: chunks whose
    lengths add up to `length`. location: Content-Location, an absolute or relative URI.
    """

    content_type: str
    body: Iterable[bytes]
    length: int | None = None
    location: str | None = None
    more_headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def head(self, boundary: str) -> bytes:
        """The delimiter and the header fields up to the empty line."""
        lines = [f"--{boundary}", f"Content-Type: {self.content_type}"]
        if self.length is not None:
            lines.append(f"Content-Length: {self.length}")
        if self.location is not None:
            lines.append(f"Content-Location: {self.location}")
        lines += [f"{name}: {value}" for name, value in self.more_headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def new_boundary() -> str:
    """A boundary of 36 characters, 128 bits of them random: no body contains it, by any odds that count."""
    return "RR--" + secrets.token_hex(16)


def related(part_type: str, boundary: str, transfer_syntax: str | None = None) -> str:
    """The Content-Type of a multipart/related payload whose parts have `part_type` (PS3.18 8.7.4)."""
    parameters = {"type": part_type, "boundary": boundary}
    if transfer_syntax is not None:
        parameters["transfer-syntax"] = transfer_syntax
    return str(MediaType(MULTIPART, parameters))


def write_parts(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    """The payload, one chunk for each chunk of a body with all delimiters in between joined to them.

    A part is asked for only when the one before it has been taken, so a caller may open files as it goes.
    Raises ValueError when a body does not have the length its header promised.
    """
    head = b""
    for part in parts:
        head += part.head(boundary)
        length = 0
        for chunk in part.body:
            length += len(chunk)
            if len(chunk) > _JOINED:
                if head:
                    yield head
                yield chunk
            else:
                yield head + chunk
            head = b""
        if part.length is not None and length != part.length:
            raise ValueError(f"a part of {part.length} bytes turned out to have {length}")
        head += b"\r\n"
    yield head + _close(boundary)


def length_of_parts(parts: Sequence[Part], boundary: str) -> int | None:
    """Bytes that `write_parts` will give, without touching a body; None when a part's length is unknown."""
    total = len(_close(boundary))
    for part in parts:
        if part.length is None:
            return None
        total += len(part.head(boundary)) + part.length + 2
    return total


def _close(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode("ascii")
