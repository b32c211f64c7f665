"""Examining a node, for administrators: the steps at once, or each as it is done."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from readingroom.access import Role
from readingroom.errors import Invalid
from readingroom.exchange import Outcome, Step, Trace
from readingroom.model import Node
from readingroom.nodes import checked

from .answers import json_answer
from .nodes import read_node
from .services import ApiServices, caller_of

_YES = {"true": True, "false": False, "1": True, "0": False, "": False}


def examine(services: ApiServices, request: Request) -> Response:
    """POST /api/nodes/{name}/examine: `{steps, failed}`, or an event stream where that is accepted.

    Parameters: `quick`, `trace`, `study`; docs/api.md. 404 for a node that is not known.
    """
    caller_of(request, Role.ADMINISTRATOR)
    return _examined(services, request, services.nodes.find(request.path_params["name"]))


def examine_unsaved(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/nodes/examine: as `examine`, for the node in the body, which need not be known."""
    caller_of(request, Role.ADMINISTRATOR)
    return _examined(services, request, checked(read_node(body)))


def _examined(services: ApiServices, request: Request, node: Node) -> Response:
    trace = Trace() if _flag(request, "trace") else None
    steps = services.doctor.examine(
        node, thorough=not _flag(request, "quick"), study=request.query_params.get("study", ""), trace=trace
    )
    if "text/event-stream" in request.headers.get("accept", ""):
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_events(steps, trace), headers=headers, media_type="text/event-stream")
    done = list(steps)
    return json_answer({"steps": [step.shown() for step in done]} | _end(done, trace))


def _events(steps: Iterator[Step], trace: Trace | None) -> Iterator[bytes]:
    done = []
    for step in steps:
        done.append(step)
        yield b"event: step\ndata: " + orjson.dumps(step.shown()) + b"\n\n"
    yield b"event: end\ndata: " + orjson.dumps(_end(done, trace)) + b"\n\n"


def _end(done: list[Step], trace: Trace | None) -> dict[str, object]:
    facts: dict[str, object] = {"failed": any(step.outcome is Outcome.FAILED for step in done)}
    return facts if trace is None else facts | {"trace": trace.text()}


def _flag(request: Request, name: str) -> bool:
    word = request.query_params.get(name, "").lower()
    if word not in _YES:
        raise Invalid(f"{name} is true or false, not {word!r}.")
    return _YES[word]
