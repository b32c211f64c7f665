"""WADO-RS: metadata (PS3.18 10.4.1.1.2), ready bytes in JSON, or XML made of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Unsupported
from readingroom.model import InstanceRef
from readingroom.prepare import Ready
from readingroom.wire import (
    DICOM_XML,
    Part,
    choose,
    load_dicom_json,
    new_boundary,
    related,
    to_native_xml,
    write_parts,
)

from .media_types import METADATA_OFFERS
from .negotiation import acceptable, takes_gzip, unchanged
from .services import Services
from .streaming import streamed


def retrieve_metadata(services: Services, request: Request) -> Response:
    """/studies/{study}/metadata, .../series/{series}/metadata, .../instances/{instance}/metadata"""
    offer = choose(acceptable(request), METADATA_OFFERS)
    if offer is None:
        raise Unsupported("Metadata are given as application/dicom+json or application/dicom+xml.")
    path = request.path_params
    ready = _ready(services, path["study"], path.get("series"), path.get("instance"))
    zipped = ready.compressed if takes_gzip(request) and not offer.multipart else None
    etag = f'"{ready.version}{"-xml" if offer.multipart else "" if zipped is None else "-gzip"}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept, Accept-Encoding", "cache-control": "private, no-cache"}
    if offer.media_type == DICOM_XML:
        return _as_xml(ready.body(), headers)
    headers["content-type"] = offer.media_type
    if zipped is not None:
        return Response(zipped, headers=headers | {"content-encoding": "gzip"})
    return Response(ready.body(), headers=headers)


def _ready(services: Services, study: str, series: str | None, instance: str | None) -> Ready:
    if series is None:
        return services.metadata.study(study)
    if instance is None:
        return services.metadata.series(study, series)
    return services.metadata.instance(InstanceRef(study, series, instance))


def _as_xml(json: bytes, headers: dict[str, str]) -> Response:
    """One document for each instance; numbers of IS and DS are written as JSON gave them."""
    boundary = new_boundary()
    documents = map(to_native_xml, load_dicom_json(json))
    parts = (Part(DICOM_XML, [document], len(document)) for document in documents)
    return streamed(write_parts(parts, boundary), headers | {"content-type": related(DICOM_XML, boundary)})
