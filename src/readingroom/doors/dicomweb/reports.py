"""Structured reports and radiotherapy objects as HTML pages with links to what they refer to (PS3.18
10.4.1.1.3, 9.4.4)."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

from readingroom.archive import mapped
from readingroom.model import Attributes, Selection, StoredInstance
from readingroom.objects import read_attributes
from readingroom.prepare import highest_value
from readingroom.render import (
    RT_DOSE,
    SUMMARISED,
    read_report,
    referenced_instances,
    roi_names,
    write_report,
    write_summary,
)
from readingroom.standard.contents import CONTENTS, content_of

from .addresses import Addresses
from .media_types import JPEG
from .services import Services

_MOST_LINKS = 10_000
_PLAN, _STRUCTURE_SET, _DOSE, _INSTANCE = 0x300C0002, 0x300C0060, 0x300C0080, 0x00081155
_REFERENCES = (_PLAN, _STRUCTURE_SET, _DOSE)


def report_page(services: Services, request: Request, attributes: Attributes) -> str:
    """The page of a report. Raises Invalid for one that is none."""
    report = read_report(attributes)
    wanted = referenced_instances(report)[:_MOST_LINKS]
    found = services.archive.instances(Selection(sop_instance_uids=wanted))
    here = {stored.ref.sop_instance_uid: _url(request, stored) for stored in found}
    return write_report(attributes, report, lambda _, instance: here.get(instance))


def summary_page(services: Services, request: Request, stored: StoredInstance) -> str:
    """The page of an object of a class in `render.SUMMARISED`. Raises Invalid for a broken one."""
    attributes = _whole(services, stored)
    wanted = tuple(uid for sequence in _REFERENCES for uid in _referenced(attributes, sequence))[:_MOST_LINKS]
    found = services.archive.instances(Selection(sop_instance_uids=wanted)) if wanted else []
    here = {one.ref.sop_instance_uid: _url(request, one) for one in found}
    names, largest = {}, None
    if stored.sop_class_uid == RT_DOSE:
        largest = highest_value(services.frames, stored)
        sets = _referenced(attributes, _STRUCTURE_SET)
        for one in found:
            if one.ref.sop_instance_uid in sets:
                names = roi_names(_whole(services, one))
    return write_summary(attributes, lambda _, instance: here.get(instance), names, largest)


def _whole(services: Services, stored: StoredInstance) -> Attributes:
    with services.archive.open(stored) as file, mapped(file) as buffer:
        return read_attributes(buffer, stored)


def _referenced(attributes: Attributes, sequence: int) -> tuple[str, ...]:
    attribute = attributes.get(sequence)
    found = attribute.values if attribute is not None and attribute.vr == "SQ" else ()
    uids = (item.get(_INSTANCE) for item in found)
    return tuple(str(uid.first) for uid in uids if uid is not None and uid.first)


def _url(request: Request, stored: StoredInstance) -> str | None:
    """Where an instance can be looked at, by the service that was asked; None when it cannot."""
    is_page = content_of(stored.sop_class_uid) is CONTENTS["document"] or stored.sop_class_uid in SUMMARISED
    if not stored.number_of_frames and not is_page:
        return None
    if "study" in request.path_params:
        return f"{Addresses(request).of_instance(stored.ref)}/rendered"
    ref = stored.ref
    query = {
        "requestType": "WADO",
        "studyUID": ref.study_instance_uid,
        "seriesUID": ref.series_instance_uid,
        "objectUID": ref.sop_instance_uid,
        "contentType": "text/html" if is_page else JPEG,
    }
    return f"{request.url.path}?{urlencode(query)}"
