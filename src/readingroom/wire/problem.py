"""An error told over HTTP: status and RFC 9457 problem details, the same for every web door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from readingroom.errors import (
    Conflict,
    Invalid,
    NotFound,
    ReadingRoomError,
    Refused,
    Unavailable,
    Unknown,
    Unsupported,
)

PROBLEM_JSON = "application/problem+json"

STATUS_OF_KIND: Mapping[type[ReadingRoomError], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Unknown: HTTPStatus.UNAUTHORIZED,
    Refused: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Unsupported: HTTPStatus.NOT_ACCEPTABLE,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every kind of `readingroom.errors`; a subclass that is not listed answers as its parent."""

_RESERVED = frozenset({"type", "title", "status", "detail", "instance"})
_RETRY_SECONDS = 5
_BUG = "Something went wrong here; the server's log tells more."


@dataclass(frozen=True, slots=True)
class Problem:
    """What to answer: HTTP status, header fields (content type included) and body."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes


def status_of(error: BaseException) -> HTTPStatus:
    """The HTTP status of an error's kind; anything that is not of the tree is a bug, 500."""
    for kind in type(error).__mro__:
        if kind in STATUS_OF_KIND:
            return STATUS_OF_KIND[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    error: BaseException, *, status: HTTPStatus | None = None, challenge: str = 'Basic realm="Reading Room"'
) -> Problem:
    """Tell `error` as problem details; a bug's own words stay in the log.

    status: where the place of the error says more than its kind, such as 415 for a request body that is
    Unsupported. challenge: WWW-Authenticate of a 401. Facts of the error become members of the body; the
    fact `retry_after` (seconds) becomes Retry-After of a 503.
    """
    status = status or status_of(error)
    headers = {"content-type": PROBLEM_JSON, "cache-control": "no-store"}
    members: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    if isinstance(error, ReadingRoomError):
        members["detail"] = _plain("detail", error.sentence)
        members |= {key: _plain(key, fact) for key, fact in error.facts.items() if key not in _RESERVED}
    else:
        members["detail"] = _BUG
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = challenge
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(members.get("retry_after", _RETRY_SECONDS))
    return Problem(status, headers, orjson.dumps(members, default=_text))


def _plain(key: str, fact: object) -> object:
    if key == "tag" and isinstance(fact, int):
        return f"{fact:08X}"
    if isinstance(fact, int) and not -(2**53) < fact < 2**53:
        return str(fact)
    return fact if fact is None or isinstance(fact, int | float) else _text(fact)


def _text(fact: object) -> str:
    """`fact` in words; a lone surrogate, which UTF-8 has no place for, becomes a question mark."""
    return str(fact).encode("utf-8", "replace").decode()
