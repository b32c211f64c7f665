"""Parts of a body (RFC 9110 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response

from readingroom.wire import Part, content_range, new_boundary, parse_range, unsatisfied_range, write_parts

from .streaming import streamed


def answer_ranges(
    request: Request,
    read: Callable[[int, int], Iterator[bytes]],
    length: int,
    headers: dict[str, str],
    media_type: str,
) -> Response:
    """The whole body, or the ranges of it that the client asks for (RFC 9110 14).

    read: gives the bytes from start to stop. headers: must have an etag, for If-Range.
    """
    headers["accept-ranges"] = "bytes"
    is_current = request.headers.get("if-range", headers["etag"]) == headers["etag"]
    pieces = parse_range(request.headers.get("range"), length) if is_current else None
    if pieces is None:
        whole = {"content-type": media_type, "content-length": str(length)}
        return streamed(read(0, length), headers | whole)
    if not pieces:
        return Response(status_code=416, headers=headers | {"content-range": unsatisfied_range(length)})
    if len(pieces) == 1:
        (piece,) = pieces
        one = {"content-type": media_type, "content-length": str(len(piece))}
        one["content-range"] = content_range(piece, length)
        return streamed(read(piece.start, piece.stop), headers | one, 206)
    boundary = new_boundary()
    parts = (
        Part(
            media_type,
            read(piece.start, piece.stop),
            len(piece),
            more_headers={"Content-Range": content_range(piece, length)},
        )
        for piece in pieces
    )
    several = {"content-type": f"multipart/byteranges; boundary={boundary}"}
    return streamed(write_parts(parts, boundary), headers | several, 206)
