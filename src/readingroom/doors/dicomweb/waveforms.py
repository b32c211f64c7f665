"""Waveforms on paper, by WADO-RS and WADO-URI."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from readingroom.archive import mapped
from readingroom.errors import Invalid
from readingroom.model import StoredInstance
from readingroom.objects import read_attributes
from readingroom.render import LeadLayout, Sheet, pdf_of, plot_waveforms, png_of, svg_of
from readingroom.standard.contents import content_of

from .negotiation import unchanged
from .services import Services

_SVG, _PNG, _PDF = "image/svg+xml", "image/png", "application/pdf"
WAVEFORM_TYPES = (_SVG, _PNG, _PDF)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def waveform_types(stored: StoredInstance) -> tuple[str, ...]:
    """What a waveform can be drawn as, the most exact first; () for everything else."""
    content = content_of(stored.sop_class_uid)
    return WAVEFORM_TYPES if content is not None and content.name == "waveform" else ()


def answer_waveform(
    services: Services,
    request: Request,
    stored: StoredInstance,
    media_type: str,
    viewport: tuple[int, int] | None = None,
) -> Response:
    """The waveform drawn, or 304. layout=3x4|6x2|12x1 places the leads of a 12-lead ECG; our own parameter.

    viewport: (width, height) in pixels that a PNG is fitted into. Raises Invalid for a broken object.
    """
    layout = _layout(request.query_params.get("layout", LeadLayout.THREE_BY_FOUR.value))
    wish = hashlib.sha256(repr((media_type, layout, viewport)).encode()).hexdigest()[:12]
    etag = f'"{stored.sha256[:32]}-{wish}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    if media_type == _SVG:
        headers["content-security-policy"] = _POLICY
    body = _drawn(_plotted(services, stored, layout), media_type, viewport)
    return Response(body, headers=headers | {"content-type": media_type})


def _plotted(services: Services, stored: StoredInstance, layout: LeadLayout) -> Sheet:
    with services.archive.open(stored) as file, mapped(file) as buffer:
        attributes = read_attributes(buffer, stored)
    return plot_waveforms(attributes, layout)


def _drawn(sheet: Sheet, media_type: str, viewport: tuple[int, int] | None) -> bytes:
    if media_type == _PNG:
        return png_of(sheet, viewport)
    return svg_of(sheet) if media_type == _SVG else pdf_of(sheet)


def _layout(name: str) -> LeadLayout:
    try:
        return LeadLayout(name)
    except ValueError:
        known = ", ".join(layout.value for layout in LeadLayout)
        raise Invalid(f"layout is one of {known}.", parameter="layout") from None
