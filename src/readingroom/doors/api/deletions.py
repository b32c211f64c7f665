"""What is deleted, for administrators: deleting, restoring, purging."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Role
from readingroom.errors import Invalid
from readingroom.model import Deletion, PersonName

from .answers import instant, json_answer, read_object
from .services import ApiServices, caller_of

MOST_LISTED = 500
_FIELDS = {"study": "study", "series": "series", "instance": "instance", "reason": "why"}


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/deleted: the newest first."""
    caller_of(request, Role.ADMINISTRATOR)
    said = request.query_params
    limit = _limit(said.get("limit", "100"))
    cursor = said.get("cursor", "")
    found = services.lifecycle.deletions(limit=limit, before=cursor, uid=said.get("uid", ""))
    return json_answer(
        {
            "deleted": [_told(services, one) for one in found],
            "next": found[-1].key if len(found) == limit else None,
            "total": services.lifecycle.count(),
            "purge_after_days": services.lifecycle.purge_after_days,
        }
    )


def one(services: ApiServices, request: Request) -> Response:
    """GET /api/deleted/{deletion}"""
    caller_of(request, Role.ADMINISTRATOR)
    return json_answer(_told(services, services.lifecycle.find(request.path_params["deletion"])))


def delete(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/deleted: delete a study, a series of it, or an instance of that."""
    caller = caller_of(request, Role.ADMINISTRATOR)
    asked = read_object(body)
    if unknown := asked.keys() - _FIELDS.keys():
        raise Invalid(f"A deletion has no {', '.join(sorted(unknown))}.")
    if not all(isinstance(value, str) for value in asked.values()) or not asked.get("study"):
        raise Invalid("study, series, instance and reason are strings, and study must be given.")
    told = services.lifecycle.delete(
        **{_FIELDS[name]: value for name, value in asked.items()}, by=caller.name, address=_address(request)
    )
    answer = json_answer(_told(services, told), 201)
    answer.headers["location"] = f"/api/deleted/{told.key}"
    return answer


def restore(services: ApiServices, request: Request) -> Response:
    """POST /api/deleted/{deletion}/restore"""
    caller = caller_of(request, Role.ADMINISTRATOR)
    key = request.path_params["deletion"]
    told = services.lifecycle.restore(key, by=caller.name, address=_address(request))
    return json_answer(_told(services, told))


def purge(services: ApiServices, request: Request) -> Response:
    """DELETE /api/deleted/{deletion}: remove its files for good."""
    caller = caller_of(request, Role.ADMINISTRATOR)
    services.lifecycle.purge(request.path_params["deletion"], by=caller.name, address=_address(request))
    return Response(status_code=204)


def _told(services: ApiServices, one: Deletion) -> dict[str, Any]:
    name = PersonName.parse(one.patient_name)
    due = services.lifecycle.purged_at(one)
    return {
        "id": one.key,
        "level": one.level,
        "study_instance_uid": one.study_instance_uid,
        "series_instance_uid": one.series_instance_uid,
        "sop_instance_uid": one.sop_instance_uid,
        "deleted_by": one.deleted_by,
        "deleted_at": instant(one.at),
        "reason": one.reason,
        "patient_name": {
            "alphabetic": name.alphabetic,
            "ideographic": name.ideographic,
            "phonetic": name.phonetic,
        },
        "patient_id": one.patient_id,
        "study_date": one.study_date,
        "description": one.description,
        "modalities": list(one.modalities),
        "number_of_series": one.series_count,
        "number_of_instances": one.instance_count,
        "bytes": one.byte_count,
        "purge_at": None if due is None else instant(due),
        "purging": one.is_purging,
    }


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not 1 <= int(text) <= MOST_LISTED:
        raise Invalid(f"limit is a number from 1 to {MOST_LISTED}.")
    return int(text)
