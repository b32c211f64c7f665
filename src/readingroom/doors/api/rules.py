"""Rules for what arrives, for administrators."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Role
from readingroom.errors import Invalid
from readingroom.exchange import Listed
from readingroom.model import Level, Rule

from .answers import instant, json_answer, read_object
from .services import ApiServices, caller_of

_LEVELS = {"study": Level.STUDY, "series": Level.SERIES, "instance": Level.IMAGE}
_WORDS = {level: word for word, level in _LEVELS.items()}


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/rules"""
    caller_of(request, Role.ADMINISTRATOR)
    return json_answer({"rules": [_listed(one) for one in services.rules.all()]})


def add(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/rules"""
    caller_of(request, Role.ADMINISTRATOR)
    rule = _read(body)
    services.rules.add(rule)
    return json_answer(_told(rule), 201)


def change(services: ApiServices, request: Request, body: bytes) -> Response:
    """PUT /api/rules/{name}"""
    caller_of(request, Role.ADMINISTRATOR)
    rule = _read(body)
    services.rules.change(request.path_params["name"], rule)
    return json_answer(_told(rule))


def remove(services: ApiServices, request: Request) -> Response:
    """DELETE /api/rules/{name}"""
    caller_of(request, Role.ADMINISTRATOR)
    services.rules.remove(request.path_params["name"])
    return Response(status_code=204)


def try_out(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/rules/try: what a rule would do with what is here; nothing is done."""
    caller_of(request, Role.ADMINISTRATOR)
    return json_answer({"trials": [asdict(trial) for trial in services.rules.try_out(_read(body))]})


def _listed(one: Listed) -> dict[str, Any]:
    resting = [
        {
            "study_uid": rest.study_uid or None,
            "series_uid": rest.series_uid or None,
            "until": instant(rest.until),
            "why": rest.why,
        }
        for rest in one.resting
    ]
    return _told(one.rule) | {"resting": resting, "damage": one.damage}


def _told(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "level": _WORDS[rule.level],
        "keys": rule.keys,
        "send_to": rule.send_to,
        "notify": rule.notify,
        "prepare": rule.prepare,
        "quiet_seconds": rule.quiet_seconds,
        "enabled": rule.is_enabled,
    }


def _read(body: bytes) -> Rule:
    asked = read_object(body)
    if unknown := asked.keys() - _listed(Listed(Rule("", Level.STUDY))).keys():
        raise Invalid(f"A rule has no {', '.join(sorted(unknown))}.")
    level = _LEVELS.get(asked.get("level", "study"))
    if level is None:
        raise Invalid(f"level is one of {', '.join(_LEVELS)}.")
    name, quiet = asked.get("name", ""), asked.get("quiet_seconds", 30.0)
    prepare, enabled = asked.get("prepare", False), asked.get("enabled", True)
    if not isinstance(name, str) or type(quiet) not in (int, float):
        raise Invalid("name is a string, quiet_seconds a number.")
    if type(prepare) is not bool or type(enabled) is not bool:
        raise Invalid("prepare and enabled are true or false.")
    keys, send_to, notify = (_strings(asked, field) for field in ("keys", "send_to", "notify"))
    return Rule(name, level, keys, send_to, notify, prepare, float(quiet), enabled)


def _strings(asked: dict[str, Any], name: str) -> tuple[str, ...]:
    values = asked.get(name, [])
    if not isinstance(values, list) or len(values) > 100 or not all(isinstance(v, str) for v in values):
        raise Invalid(f"{name} is a list of strings.")
    return tuple(values)
