"""Whole studies as one ZIP file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from readingroom.errors import Invalid, NotFound
from readingroom.model import Selection, StoredInstance
from readingroom.wire import ZipEntry, write_zip

from .services import ApiServices, caller_of

MOST_STUDIES = 100
_CHUNK = 1 << 18
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z.-]")


def zipped(services: ApiServices, request: Request) -> Response:
    """GET /api/download?study=UID&study=UID: all their objects as they are stored, one folder a series.

    The name of the file says when it was made, not whose it is.
    """
    caller_of(request)
    uids = tuple(dict.fromkeys(request.query_params.getlist("study")))
    if not 0 < len(uids) <= MOST_STUDIES:
        raise Invalid(f"study is given 1 to {MOST_STUDIES} times.")
    stored = services.archive.instances(Selection(study_instance_uids=uids))
    if not stored:
        raise NotFound("There is no such study here.")
    name = f"study-{_safe(uids[0])}" if len(uids) == 1 else f"{len(uids)}-studies"
    headers = {
        "content-disposition": f'attachment; filename="{name}.zip"',
        "cache-control": "private, no-store",
    }
    chunks = write_zip(_entry(services, one, is_alone=len(uids) == 1) for one in stored)
    return StreamingResponse(chunks, headers=headers, media_type="application/zip")


def _entry(services: ApiServices, stored: StoredInstance, *, is_alone: bool) -> ZipEntry:
    ref = stored.ref
    folders = (ref.series_instance_uid,) if is_alone else (ref.study_instance_uid, ref.series_instance_uid)
    path = "/".join(map(_safe, (*folders, ref.sop_instance_uid)))
    return ZipEntry(f"{path}.dcm", _bytes(services, stored), stored.size)


def _bytes(services: ApiServices, stored: StoredInstance) -> Iterator[bytes]:
    with services.archive.open(stored) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _safe(uid: str) -> str:
    return _NOT_IN_NAMES.sub("_", uid).lstrip(".") or "_"
