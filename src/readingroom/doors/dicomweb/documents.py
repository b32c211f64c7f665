"""What objects hold beside images and is given as it is: documents (PS3.3 C.24) and video."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response

from readingroom.model import Attributes, StoredInstance
from readingroom.standard.contents import content_of

from .bulk_values import open_bulk_value
from .media_types import video_types
from .negotiation import unchanged
from .ranges import answer_ranges
from .services import Services
from .streaming import CHUNK

_DOCUMENT, _MIME_TYPE, _LENGTH = 0x00420011, 0x00420012, 0x00420015
_PDF = "application/pdf"
_GIVEN = frozenset(
    {_PDF, "text/xml", "application/xml", "model/stl", "application/sla", "model/obj", "model/mtl"}
)
"""What is given under its own name: an object may claim to be anything, a page with scripts among it."""
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def held_types(services: Services, stored: StoredInstance) -> tuple[str, ...]:
    """The media type of the video or document in an object; () when there is none that we give."""
    return video_types(stored) or document_types(services, stored)


def document_types(services: Services, stored: StoredInstance) -> tuple[str, ...]:
    """The media type of the document in an object; () when there is none that we give."""
    content = content_of(stored.sop_class_uid)
    if content is None or content.name != "encapsulated document":
        return ()
    attribute = services.archive.read_attributes(stored).get(_MIME_TYPE)
    name = str(attribute.first).strip().lower() if attribute is not None else ""
    return (name,) if name in _GIVEN else ()


def answer_document(
    services: Services, request: Request, stored: StoredInstance, media_type: str
) -> Response:
    """The document, or the video, whole or in the ranges that are asked for."""
    etag = f'"{stored.sha256[:32]}-{media_type.replace("/", "-")}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    with _content(services, stored) as content:
        length = len(content)

    def read(start: int, stop: int) -> Iterator[bytes]:
        with _content(services, stored) as content:
            for at in range(start, stop, CHUNK):
                yield bytes(content[at : min(at + CHUNK, stop)])

    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    headers["content-security-policy"] = _PDF_POLICY if media_type == _PDF else _POLICY
    return answer_ranges(request, read, length, headers, media_type)


@contextmanager
def _content(services: Services, stored: StoredInstance) -> Iterator[memoryview]:
    if video_types(stored):
        with services.frames.open(stored) as frames:
            yield memoryview(frames.stored(1))
        return
    attributes = services.archive.read_attributes(stored)
    with open_bulk_value(services.archive, stored, (_DOCUMENT,)) as value:
        yield value[: _length(attributes, len(value))]


def _length(attributes: Attributes, there: int) -> int:
    """Encapsulated Document Length tells the document from the byte that makes its value even."""
    attribute = attributes.get(_LENGTH)
    said = attribute.first if attribute is not None else None
    return said if isinstance(said, int) and there - 1 <= said <= there else there
