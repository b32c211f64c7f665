"""Structured reports as HTML pages with links to what they refer to (PS3.18 10.4.1.1.3, 9.4.4)."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

from readingroom.model import Attributes, Selection, StoredInstance
from readingroom.render import read_report, referenced_instances, write_report
from readingroom.standard.contents import CONTENTS, content_of

from .addresses import Addresses
from .media_types import JPEG
from .services import Services

_MOST_LINKS = 10_000


def report_page(services: Services, request: Request, attributes: Attributes) -> str:
    """The page of a report. Raises Invalid for one that is none."""
    report = read_report(attributes)
    wanted = referenced_instances(report)[:_MOST_LINKS]
    found = services.archive.instances(Selection(sop_instance_uids=wanted))
    here = {stored.ref.sop_instance_uid: _url(request, stored) for stored in found}
    return write_report(attributes, report, lambda _, instance: here.get(instance))


def _url(request: Request, stored: StoredInstance) -> str | None:
    """Where an instance can be looked at, by the service that was asked; None when it cannot."""
    is_report = content_of(stored.sop_class_uid) is CONTENTS["document"]
    if not stored.number_of_frames and not is_report:
        return None
    if "study" in request.path_params:
        return f"{Addresses(request).of_instance(stored.ref)}/rendered"
    ref = stored.ref
    query = {
        "requestType": "WADO",
        "studyUID": ref.study_instance_uid,
        "seriesUID": ref.series_instance_uid,
        "objectUID": ref.sop_instance_uid,
        "contentType": "text/html" if is_report else JPEG,
    }
    return f"{request.url.path}?{urlencode(query)}"
