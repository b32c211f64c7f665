"""What a client accepts, and the best of what we can offer it (PS3.18 8.7.4 to 8.7.8; RFC 9110 12.5.1).

Tolerant on purpose: what cannot be read in an Accept header is passed over, as 8.7.7 asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readingroom.errors import Invalid

from .media_type import MediaType, parse_media_type, split_outside_quotes

MULTIPART = "multipart/related"
_MOST_RANGES = 64
_ANY_TRANSFER_SYNTAX = "*"
# A "+" that nobody percent-encoded has become a space on its way through the query string.
_LOST_PLUS = re.compile(r"(?<=/dicom) (?=json|xml)", re.IGNORECASE)
_Q = re.compile(r"(0(\.\d*)?|1(\.0*)?|\.\d+)\Z")


@dataclass(frozen=True, slots=True)
class Acceptable:
    """One media range that a client accepts.

    media_type: of the payload, or of each part when `multipart`; "*/*" and "image/*" are ranges.
    multipart: True for multipart/related, False for a single part, None when either will do ("*/*").
    transfer_syntax: a UID, "*" for any, or None when the client named none.
    q: weight from 0 (not this one) to 1.
    """

    media_type: str
    multipart: bool | None = False
    transfer_syntax: str | None = None
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class Offer:
    """One form in which we can answer.

    by_default: this is also what a range means that names no transfer syntax (PS3.18 tables 8.7.3-2,
    8.7.3-4 and 8.7.3-5); an offer without transfer syntax is always meant.
    """

    media_type: str
    multipart: bool = False
    transfer_syntax: str | None = None
    by_default: bool = True


ANYTHING = (Acceptable("*/*", None),)


def parse_accept(headers: Iterable[str], query: Sequence[str] = ()) -> tuple[Acceptable, ...]:
    """Read the Accept header fields and the values of the `accept` query parameter.

    The query parameter, made for hyperlinks, goes before the header (PS3.18 8.3.3.1); one that says
    nothing readable is passed over. No header at all means that anything is welcome: the standard asks
    for 406 then (8.7.5), which would only punish people who type a URL.
    """
    asked = _ranges(_LOST_PLUS.sub("+", text) for text in query)
    if asked:
        return asked
    headers = tuple(headers)
    if not any(text.strip() for text in headers):
        return ANYTHING
    return _ranges(headers)


def choose(acceptable: Iterable[Acceptable], offers: Iterable[Offer]) -> Offer | None:
    """The offer the client likes best, among equals the first offered; None means 406.

    An offer's weight is that of the most specific range that matches it, so "image/png;q=0, */*" takes
    everything but PNG.
    """
    ranges = tuple(acceptable)
    best: Offer | None = None
    best_q = 0.0
    for offer in offers:
        fitting = [a for a in ranges if _matches(a, offer)]
        q = max(fitting, key=_specificity).q if fitting else 0.0
        if q > best_q:
            best, best_q = offer, q
    return best


def _ranges(texts: Iterable[str]) -> tuple[Acceptable, ...]:
    found: list[Acceptable] = []
    for text in texts:
        for piece in split_outside_quotes(text[:16384], ","):
            if piece and len(found) < _MOST_RANGES:
                try:
                    found.append(_acceptable(parse_media_type(piece)))
                except Invalid:
                    continue
    return tuple(found)


def _acceptable(media: MediaType) -> Acceptable:
    syntax = media.get("transfer-syntax") or None
    q = _weight(media.get("q"))
    if media.name == MULTIPART:
        return Acceptable((media.get("type") or "*/*").strip().lower(), True, syntax, q)
    if media.name in ("*/*", "multipart/*"):
        return Acceptable("*/*", None if media.name == "*/*" else True, syntax, q)
    return Acceptable(media.name, False, syntax, q)


def _weight(text: str | None) -> float:
    return min(float(text), 1.0) if text and _Q.match(text) else 1.0


def _matches(range_: Acceptable, offer: Offer) -> bool:
    if range_.multipart is not None and range_.multipart != offer.multipart:
        return False
    return _type_matches(range_.media_type, offer.media_type) and _syntax_matches(range_, offer)


def _type_matches(range_: str, name: str) -> bool:
    name = name.lower()
    if range_ in ("*/*", "*", name):
        return True
    return range_.endswith("/*") and name.startswith(range_[:-1])


def _syntax_matches(range_: Acceptable, offer: Offer) -> bool:
    if offer.transfer_syntax is None or range_.transfer_syntax == _ANY_TRANSFER_SYNTAX:
        return True
    if range_.transfer_syntax is None:
        return offer.by_default
    return range_.transfer_syntax == offer.transfer_syntax


def _specificity(range_: Acceptable) -> tuple[bool, bool, bool]:
    named = not range_.media_type.endswith("*")
    return (
        named,
        range_.multipart is not None and range_.media_type != "*/*",
        range_.transfer_syntax not in (None, _ANY_TRANSFER_SYNTAX),
    )
