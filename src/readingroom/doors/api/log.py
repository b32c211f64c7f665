"""The event log, for administrators: filtered, page by page, followed, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from readingroom.access import Role
from readingroom.errors import Invalid
from readingroom.index import EventFilter
from readingroom.journal import shown, to_csv

from .answers import json_answer
from .services import ApiServices, caller_of

MOST_LISTED = 1000
_FILTERS = frozenset({"since", "until", "kind", "peer", "outcome", "text"})
_PARAMETERS = _FILTERS | {"limit", "cursor", "after", "format"}
OUTCOMES = ("done", "warning", "failed")


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/log: a page of events, the newest first, or those after a row; as CSV all that fit."""
    caller_of(request, Role.ADMINISTRATOR)
    said = request.query_params
    unknown = set(said) - _PARAMETERS
    if unknown:
        raise Invalid(f"The log knows no {', '.join(sorted(unknown))}; see docs/api.md.")
    wanted = EventFilter(
        since=_moment("since", said.get("since", "")),
        until=_moment("until", said.get("until", "")),
        kinds=tuple(kind for kind in said.get("kind", "").split(",") if kind),
        peer=said.get("peer", ""),
        outcome=_outcome(said.get("outcome", "")),
        text=said.get("text", ""),
    )
    if _is_csv(request):
        limit = _limit(said["limit"], 1_000_000) if "limit" in said else None
        lines = to_csv(services.log.all(wanted, limit))
        headers = {
            "content-disposition": 'attachment; filename="readingroom-log.csv"',
            "cache-control": "no-store",
        }
        return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")
    limit = _limit(said.get("limit", "100"), MOST_LISTED)
    last = (
        services.log.last()
    )  # before the events are read: what is written meanwhile is told again, not lost
    if "after" in said:
        return json_answer(_following(services, wanted, limit, _row(said), last))
    found = services.log.page(wanted, limit, _read_cursor(said.get("cursor", "")))
    more = f"{found[-1].at!r},{found[-1].id}" if len(found) == limit else None
    return json_answer({"events": [shown(event) for event in found], "next": more, "last": last})


def _following(
    services: ApiServices, wanted: EventFilter, limit: int, row: int, last: int
) -> dict[str, object]:
    """What was written after that row; when there may be more of it, `last` is the last that is told."""
    found = services.log.after(wanted, row, limit)
    told = found[-1].id if found else 0
    return {
        "events": [shown(event) for event in found],
        "next": None,
        "last": told if len(found) == limit else max(last, told),
    }


def _row(said: Mapping[str, str]) -> int:
    if "cursor" in said:
        raise Invalid("after goes on with what comes, cursor with what was: give one of them.")
    text = said["after"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("after is the number of a row, as last tells it.")
    return int(text)


def _is_csv(request: Request) -> bool:
    said = request.query_params.get("format", "")
    if said not in ("", "csv", "json"):
        raise Invalid("format is csv or json.")
    accept = request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower()
    return said == "csv" or (not said and accept == "text/csv")


def _moment(name: str, text: str) -> float | None:
    """Seconds since the epoch; a time without an offset is in UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Invalid(f"{name} is a time such as 2026-01-31T14:00:00Z.") from None


def _outcome(text: str) -> str:
    if text and text not in OUTCOMES:
        raise Invalid(f"outcome is one of {', '.join(OUTCOMES)}.")
    return text


def _limit(text: str, most: int) -> int:
    if not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise Invalid(f"limit is a number from 1 to {most}.")
    return int(text)


def _read_cursor(text: str) -> tuple[float, int] | None:
    if not text:
        return None
    at, _, row = text.partition(",")
    try:
        return float(at), int(row[:18])
    except ValueError:
        raise Invalid("That cursor is not one of ours; ask for the first page again.") from None
