"""Range requests (RFC 9110 14.1.2, 14.2): which bytes are asked for."""

from __future__ import annotations

import re

_SET = re.compile(r"\s*bytes\s*=\s*(.*)\Z", re.IGNORECASE)
_ONE = re.compile(r"\s*(\d{0,19})\s*-\s*(\d{0,19})\s*\Z", re.ASCII)
_MOST_RANGES = 64


def parse_range(header: str | None, size: int) -> tuple[range, ...] | None:
    """The byte positions a Range header asks for, of a body of `size` bytes.

    None: no such header, another unit, or one that breaks the syntax; serve the whole body (RFC 9110 14.2).
    Empty: well formed, but nothing in it can be satisfied; answer 416. Otherwise in the order asked,
    clipped to the body; ranges that overlap or touch are merged, so that nobody is sent a byte twice.
    """
    found = _SET.match(header) if header else None
    if found is None:
        return None
    specs = [spec for spec in found[1].split(",") if spec.strip()]
    if not specs or len(specs) > _MOST_RANGES:
        return None
    wanted: list[range] = []
    for spec in specs:
        one = _ONE.match(spec)
        if one is None or not (one[1] or one[2]):
            return None
        piece = _clip(one[1], one[2], size)
        if piece is None:
            return None
        if piece:
            wanted.append(piece)
    return _merged(wanted)


def content_range(piece: range, size: int) -> str:
    """The Content-Range of one piece (RFC 9110 14.4)."""
    return f"bytes {piece.start}-{piece.stop - 1}/{size}"


def unsatisfied_range(size: int) -> str:
    """The Content-Range that goes with 416."""
    return f"bytes */{size}"


def _clip(first: str, last: str, size: int) -> range | None:
    if not first:
        return range(max(0, size - int(last)), size)
    start, stop = int(first), int(last) + 1 if last else size
    if last and stop <= start:
        return None
    return range(start, min(stop, size))


def _merged(pieces: list[range]) -> tuple[range, ...]:
    """Join each piece to an earlier one that it overlaps or touches, keeping the order of first mention."""
    result: list[range] = []
    for piece in pieces:
        touching = [r for r in result if piece.start <= r.stop and r.start <= piece.stop]
        if not touching:
            result.append(piece)
            continue
        whole = range(
            min(piece.start, *(r.start for r in touching)), max(piece.stop, *(r.stop for r in touching))
        )
        at = result.index(touching[0])
        result = [r for r in result if r not in touching]
        result.insert(at, whole)
    return tuple(result)
