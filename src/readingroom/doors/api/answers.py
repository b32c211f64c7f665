"""Answers in JSON, and errors as problem details."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response

from readingroom.errors import Invalid, ReadingRoomError
from readingroom.wire import problem


def json_answer(value: Any, status: int = 200) -> Response:
    """The value as JSON that nobody may keep: lists change and sessions end."""
    return Response(orjson.dumps(value), status, {"cache-control": "no-store"}, media_type="application/json")


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises Invalid."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Invalid("A JSON object is expected.")
    return found


def told(error: ReadingRoomError, status: int | None = None, **members: Any) -> Response:
    """The error as problem details; without a Basic challenge, which opens the browser's own dialog."""
    answer = problem(error, challenge="Session")
    body = orjson.loads(answer.body) | members
    if status is not None:
        body["status"] = status
    return Response(orjson.dumps(body), status or answer.status, dict(answer.headers))


def instant(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
