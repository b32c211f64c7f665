"""What a request accepts and which version the client already has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Unsupported
from readingroom.wire import MULTIPART, Acceptable, MediaType, Offer, choose, choose_coding, parse_accept


def acceptable(request: Request) -> tuple[Acceptable, ...]:
    """From the Accept header fields and the accept query parameter."""
    return _parsed(tuple(request.headers.getlist("accept")), tuple(request.query_params.getlist("accept")))


@lru_cache(maxsize=256)
def _parsed(headers: tuple[str, ...], query: tuple[str, ...]) -> tuple[Acceptable, ...]:
    # A viewer sends the same few headers thousands of times.
    return parse_accept(headers, query)


def choose_fitting(
    wanted: Iterable[Acceptable], offers: Iterable[Offer], fits: Callable[[Offer], bool]
) -> Offer | None:
    """The offer the client likes best among those that turn out to fit; the costly look is taken last."""
    left = list(offers)
    while (offer := choose(wanted, left)) is not None and not fits(offer):
        left.remove(offer)
    return offer


def not_acceptable(sentence: str, offers: Iterable[Offer]) -> Unsupported:
    """406, with what would do (PS3.18 8.7.5)."""
    return Unsupported(sentence, acceptable=", ".join(dict.fromkeys(map(_written, offers))))


def _written(offer: Offer) -> str:
    syntax = {"transfer-syntax": offer.transfer_syntax} if offer.transfer_syntax else {}
    if offer.multipart:
        return str(MediaType(MULTIPART, {"type": offer.media_type} | syntax))
    return str(MediaType(offer.media_type, syntax))


def content_coding(request: Request) -> str | None:
    """How a text may be compressed: gzip or br (RFC 9110 12.5.3)."""
    return choose_coding(request.headers.get("accept-encoding", ""))


def unchanged(request: Request, etag: str) -> Response | None:
    """304 when the client says it has `etag` (quoted) already."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in tags or "*" in tags:
        return Response(status_code=304, headers={"etag": etag, "vary": "Accept, Accept-Encoding"})
    return None
