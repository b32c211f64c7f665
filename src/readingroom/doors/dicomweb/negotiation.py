"""What a request accepts and which version the client already has."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from readingroom.wire import Acceptable, parse_accept


def acceptable(request: Request) -> tuple[Acceptable, ...]:
    """From the Accept header fields and the accept query parameter."""
    return _parsed(tuple(request.headers.getlist("accept")), tuple(request.query_params.getlist("accept")))


@lru_cache(maxsize=256)
def _parsed(headers: tuple[str, ...], query: tuple[str, ...]) -> tuple[Acceptable, ...]:
    # A viewer sends the same few headers thousands of times.
    return parse_accept(headers, query)


def takes_gzip(request: Request) -> bool:
    """Whether a gzipped body is welcome (RFC 9110 12.5.3)."""
    for coding in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def unchanged(request: Request, etag: str) -> Response | None:
    """304 when the client says it has `etag` (quoted) already."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in tags or "*" in tags:
        return Response(status_code=304, headers={"etag": etag, "vary": "Accept, Accept-Encoding"})
    return None
