"""Jobs: what was ordered, how far it is, what failed; ordering, cancelling, restarting.

Jobs name patients: who may send and not read sees, and changes, what he ordered himself.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller, Role
from readingroom.errors import Invalid, Refused
from readingroom.model import ItemState, Job, JobState, Priority, Selection

from .answers import instant, json_answer, read_object
from .services import ApiServices, caller_of

MOST_LISTED = 500
_MOST_FAILURES = 200
MOST_UIDS = 10_000


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/jobs"""
    only = _whose(_watcher(request))
    asked = request.query_params
    states = [_one_of(JobState, word, "state") for word in asked.get("state", "").split(",") if word]
    limit = _number(asked.get("limit", "100"), "limit", MOST_LISTED)
    before = _number(asked["before"], "before") if "before" in asked else None
    found = services.jobs.list(states, asked.get("node", ""), before, limit, ordered_by=only)
    return json_answer(
        {
            "jobs": [_told(job) for job in found],
            "counts": services.jobs.counts(ordered_by=only),
            "next": found[-1].id if len(found) == limit else None,
        }
    )


def one(services: ApiServices, request: Request) -> Response:
    """GET /api/jobs/{id}"""
    job = _seen_by(services, _watcher(request), request)
    bad = services.jobs.items(job.id, (ItemState.FAILED, ItemState.WARNING), _MOST_FAILURES)
    failures = [{"key": item.key, "state": item.state.value, "words": item.words} for item in bad]
    return json_answer(_told(job) | {"failures": failures})


def order(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/jobs"""
    caller = caller_of(request, Role.SENDER)
    asked = read_object(body)
    selection = Selection(
        study_instance_uids=_uids(asked, "studies"),
        series_instance_uids=_uids(asked, "series"),
        sop_instance_uids=_uids(asked, "instances"),
    )
    number = services.orders.place(
        _word(asked, "kind"),
        selection,
        node=_word(asked, "node"),
        source=_word(asked, "source"),
        priority=_priority(asked.get("priority", "normal")),
        ordered_by=caller.name,
    )
    return json_answer(_told(services.jobs.find(number)), 201)


def cancel(services: ApiServices, request: Request) -> Response:
    """POST /api/jobs/{id}/cancel"""
    _seen_by(services, caller_of(request, Role.SENDER), request)
    services.jobs.cancel(_path(request))
    return json_answer(_told(services.jobs.find(_path(request))))


def restart(services: ApiServices, request: Request) -> Response:
    """POST /api/jobs/{id}/restart: what failed or was left; a job that rests is tried now."""
    _seen_by(services, caller_of(request, Role.SENDER), request)
    services.jobs.restart(_path(request))
    return json_answer(_told(services.jobs.find(_path(request))))


def prioritise(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/jobs/{id}/priority"""
    _seen_by(services, caller_of(request, Role.SENDER), request)
    services.jobs.prioritise(_path(request), _priority(read_object(body).get("priority")))
    return json_answer(_told(services.jobs.find(_path(request))))


def seen(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/jobs/seen"""
    caller = caller_of(request, Role.SENDER)
    numbers = read_object(body).get("jobs")
    if (
        not isinstance(numbers, list)
        or not all(type(n) is int for n in numbers)
        or len(numbers) > MOST_LISTED
    ):
        raise Invalid(f"jobs is a list of at most {MOST_LISTED} job numbers.")
    services.jobs.see(numbers, ordered_by=_whose(caller))
    return Response(status_code=204)


def _watcher(request: Request) -> Caller:
    """Who asks: a reader, or a sender. Raises as `caller_of`."""
    caller: Caller | None = request.state.caller
    is_sender = caller is not None and caller.is_a(Role.SENDER)
    return caller_of(request, Role.SENDER if is_sender else Role.READER)


def _whose(caller: Caller) -> str:
    """By whom the jobs have to be ordered that the caller sees; empty for by anybody."""
    return "" if caller.is_a(Role.READER) else caller.name


def _seen_by(services: ApiServices, caller: Caller, request: Request) -> Job:
    """The job of the path. Raises NotFound, Refused when the caller does not see it."""
    job = services.jobs.find(_path(request))
    if _whose(caller) not in ("", job.order.ordered_by):
        raise Refused(f"{caller.display_name} did not order job {job.id}, and is not a reader.")
    return job


def _told(job: Job) -> dict[str, Any]:
    asked = job.order
    return {
        "id": job.id,
        "kind": asked.kind,
        "node": asked.node,
        "source": asked.parameters.get("source", ""),
        "subject": asked.subject,
        "priority": asked.priority.name.lower(),
        "ordered_by": asked.ordered_by,
        "state": job.state.value,
        "run": job.run,
        "attempts": job.attempts,
        "items": {state.value: count for state, count in job.counts.items()},
        "total": job.total,
        "words": job.words,
        "created_at": _time(job.created),
        "started_at": _time(job.started),
        "ended_at": _time(job.ended),
        "next_try_at": _time(job.next_try),
        "cancelling": job.is_cancelling,
        "seen": job.is_seen,
    }


def _time(seconds: float) -> str | None:
    return instant(seconds) if seconds else None


def _word(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise Invalid(f"{name} is a string.")
    return value


def _uids(asked: dict[str, Any], name: str) -> tuple[str, ...]:
    values = asked.get(name, [])
    fits = isinstance(values, list) and len(values) <= MOST_UIDS
    if not fits or not all(isinstance(v, str) and 0 < len(v) <= 64 and " " not in v for v in values):
        raise Invalid(f"{name} is a list of at most {MOST_UIDS} UIDs.")
    return tuple(values)


def _priority(word: Any) -> Priority:
    found = next((p for p in Priority if p.name.lower() == word), None)
    if found is None:
        raise Invalid("priority is high, normal or low.")
    return found


def _one_of(kind: type[JobState], word: str, name: str) -> JobState:
    try:
        return kind(word)
    except ValueError:
        raise Invalid(f"{name} is one of {', '.join(state.value for state in kind)}.") from None


def _number(text: str, name: str, most: int = 1 << 62) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Invalid(f"{name} is a number from 1 to {most}.")
    return int(text)


def _path(request: Request) -> int:
    return _number(request.path_params["job"], "The number of a job")
