"""How far the conversion of a video is, for who waits for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import NotFound
from readingroom.model import Selection

from .answers import json_answer
from .services import ApiServices, caller_of


def progress(services: ApiServices, request: Request) -> Response:
    """GET /api/studies/{study}/series/{series}/instances/{instance}/conversion"""
    caller_of(request)
    asked = request.path_params
    selection = Selection(
        study_instance_uids=(asked["study"],),
        series_instance_uids=(asked["series"],),
        sop_instance_uids=(asked["instance"],),
    )
    found = services.archive.instances(selection)
    if not found:
        raise NotFound("There is no such object here.", sop_instance_uid=asked["instance"])
    state = services.videos.conversion(found[0])
    return json_answer(
        {
            "state": state.stage.value,
            "frames_made": state.frames_made,
            "frames": found[0].number_of_frames,
            "fault": state.fault or None,
        }
    )
