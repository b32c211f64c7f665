"""Content codings of whole bodies (RFC 9110 8.4.1, 12.5.3)."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import imagecodecs

GZIP, BROTLI = "gzip", "br"

_GZIP_LEVEL, _BROTLI_LEVEL = 1, 3


def choose_coding(accepted: str, offered: Sequence[str] = (GZIP, BROTLI)) -> str | None:
    """The coding an Accept-Encoding header likes best, among equals the first offered; None for none."""
    weights: dict[str, float] = {}
    for piece in accepted.lower().split(","):
        name, _, parameter = piece.partition(";")
        key, _, weight = parameter.replace(" ", "").partition("=")
        weights[name.strip().removeprefix("x-")] = _weight(weight) if key == "q" else 1.0
    anything = weights.get("*", 0.0)
    best = max(offered, key=lambda name: weights.get(name, anything), default=None)
    return best if best is not None and weights.get(best, anything) > 0 else None


def encoded(body: bytes, coding: str) -> bytes:
    """The body in one of the codings above; brotli of imagecodecs, both release the GIL."""
    if coding == BROTLI:
        return bytes(imagecodecs.brotli_encode(body, level=_BROTLI_LEVEL))
    return gzip.compress(body, _GZIP_LEVEL)


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0
