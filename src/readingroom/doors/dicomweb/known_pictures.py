"""Pictures that were asked for a moment ago, answered without asking the index again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from readingroom.prepare import PictureKey

from .negotiation import unchanged
from .services import Services

_MOST = 4096
_LONGEST = 2048
"""Bytes of a request that is remembered: what nobody understands is ignored in it, and may be long."""
_Asked: TypeAlias = tuple[str, bytes, tuple[bytes, ...]]


class PictureAnswer(Response):
    """One picture. key: by which it is remembered."""

    def __init__(self, body: bytes, headers: Mapping[str, str], key: PictureKey) -> None:
        super().__init__(body, headers=dict(headers))
        self.key = key


class KnownPictures:
    """What requests were answered with, by all of them that counts.

    It holds as long as nothing at all was committed to the index since before the answer was made, so what
    was deleted, replaced or is new is never overlooked. Who may see it is asked before, every time. The
    pictures themselves are kept, and forgotten, by `Pictures`.
    """

    def __init__(self, services: Services) -> None:
        self._version = services.archive.database.version
        self._remembered = services.pictures.remembered
        self._known: dict[_Asked, tuple[int, PictureKey, list[tuple[bytes, bytes]]]] = {}

    def version(self) -> int | None:
        """To be asked for before an answer is made that is to be kept."""
        return self._version()

    def find(self, request: Request) -> Response | None:
        """The answer, also 304, when it is known; quick enough for the event loop."""
        known = self._known.get(_asked(request))
        if known is None or known[0] != self._version():
            return None
        _, key, headers = known
        body = self._remembered(key)
        if body is None:
            return None
        same = unchanged(request, next(value for name, value in headers if name == b"etag").decode())
        return same or _Again(body, headers)

    def keep(self, request: Request, version: int | None, answer: Response) -> None:
        """Remember an answer, if it is a picture. version: of before it was made."""
        if version is None or not isinstance(answer, PictureAnswer) or "warning" in answer.headers:
            return  # warnings name the host that was called
        if len(request.scope["query_string"]) + sum(map(len, _asked(request)[2])) > _LONGEST:
            return
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[_asked(request)] = (version, answer.key, answer.raw_headers)


class _Again(Response):
    """The same headers as before with the same body."""

    def __init__(self, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code, self.body, self.raw_headers = 200, body, list(headers)
        self.background = None


def _asked(request: Request) -> _Asked:
    scope = request.scope
    accepted = tuple(value for name, value in scope["headers"] if name == b"accept")
    return scope["path"], scope["query_string"], accepted
