"""WADO-RS: metadata (PS3.18 10.4.1.1.2), ready bytes in JSON, or XML made of them.

Bulk data URIs are URLs by the address that the client called (PS3.18 F.2.2).
"""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from readingroom.model import InstanceRef
from readingroom.prepare import Ready
from readingroom.wire import (
    DICOM_XML,
    GZIP,
    Part,
    choose,
    encoded,
    load_dicom_json,
    new_boundary,
    related,
    to_native_xml,
    write_parts,
)

from .addresses import Addresses
from .media_types import METADATA_OFFERS
from .negotiation import acceptable, content_coding, not_acceptable, unchanged
from .services import Services
from .streaming import streamed


def retrieve_metadata(services: Services, request: Request) -> Response:
    """/studies/{study}/metadata, .../series/{series}/metadata, .../instances/{instance}/metadata"""
    offer = choose(acceptable(request), METADATA_OFFERS)
    if offer is None:
        raise not_acceptable("Metadata are given as DICOM JSON or XML.", METADATA_OFFERS)
    path = request.path_params
    ready = _ready(services, path["study"], path.get("series"), path.get("instance"))
    root = Addresses(request).root
    coding = None if offer.multipart else content_coding(request)
    form = "-xml" if offer.multipart else f"-{coding}" if coding else ""
    etag = f'"{hashlib.sha256(f"{ready.version} {root}".encode()).hexdigest()[:32]}{form}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept, Accept-Encoding", "cache-control": "private, no-cache"}
    if offer.media_type == DICOM_XML:
        return _as_xml(services.metadata.body(ready, root), headers)
    headers["content-type"] = offer.media_type
    if coding is None:
        return Response(services.metadata.body(ready, root), headers=headers)
    headers["content-encoding"] = coding
    if coding == GZIP:
        return Response(services.metadata.compressed(ready, root), headers=headers)
    return Response(encoded(services.metadata.body(ready, root), coding), headers=headers)


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
