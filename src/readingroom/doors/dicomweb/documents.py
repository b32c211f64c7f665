"""What objects hold beside images and is given as it is: documents (PS3.3 C.24) and video."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response

from readingroom.model import Attributes, StoredInstance
from readingroom.render import SUMMARISED, Presentation, report_text, rich_text
from readingroom.standard.contents import CONTENTS, content_of
from readingroom.wire import to_native_xml

from .bulk_values import open_bulk_value
from .media_types import video_types
from .negotiation import unchanged
from .parameters import read_presentation
from .ranges import answer_ranges
from .reports import report_page, summary_page
from .services import Services
from .streaming import CHUNK
from .videos import answer_video, cine_types
from .waveforms import answer_waveform, waveform_types

_DOCUMENT, _MIME_TYPE, _LENGTH = 0x00420011, 0x00420012, 0x00420015
_PDF = "application/pdf"
_AS_STORED = Presentation()
HTML, PLAIN, XML, RTF = "text/html", "text/plain", "text/xml", "text/rtf"
_REPORTS = (HTML, PLAIN, XML, RTF)
"""PS3.18 table 8.7.4-1, Text; as XML the object in the Native DICOM Model (PS3.19 A.1)."""
_CHARSETS = re.compile(
    r"utf-8|us-ascii|iso-8859-([1-9]|1[013-6])|windows-125[0-8]|koi8-r|gb18030|shift_jis|euc-(jp|kr)"
)
"""Of IANA's names those that browsers and we know, every one of them a superset of ASCII where it counts."""
_GIVEN = frozenset(
    {_PDF, "text/xml", "application/xml", "model/stl", "application/sla", "model/obj", "model/mtl"}
)
"""What is given under its own name: an object may claim to be anything, a page with scripts among it."""
DOCUMENT_TYPES = tuple(dict.fromkeys((*_REPORTS, *sorted(_GIVEN))))
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def held_types(services: Services, stored: StoredInstance) -> tuple[str, ...]:
    """The media types of the video, cine, waveform or document in an object; () when there is none."""
    played = video_types(stored) or waveform_types(stored)
    return played or (*document_types(services, stored), *cine_types(stored))


def document_types(services: Services, stored: StoredInstance) -> tuple[str, ...]:
    """The media types of the document in an object; () when there is none that we give."""
    content = content_of(stored.sop_class_uid)
    if content is CONTENTS["document"]:
        return _REPORTS
    if stored.sop_class_uid in SUMMARISED:
        return (HTML,)
    if content is not CONTENTS["encapsulated document"]:
        return ()
    attribute = services.archive.read_attributes(stored).get(_MIME_TYPE)
    name = str(attribute.first).strip().lower() if attribute is not None else ""
    return (name,) if name in _GIVEN else ()


def answer_document(
    services: Services,
    request: Request,
    stored: StoredInstance,
    media_type: str,
    charsets: Sequence[str] = (),
    presentation: Presentation = _AS_STORED,
) -> Response:
    """The document, or the video, whole or in the ranges that are asked for; a waveform drawn.

    presentation: of frames that are played. charsets: for a structured report, the preferred first; UTF-8
    where none of them will do.
    """
    if waveform_types(stored):
        viewport = read_presentation(request.query_params).viewport
        return answer_waveform(services, request, stored, media_type, viewport)
    known = [name for name in map(str.lower, charsets) if _CHARSETS.fullmatch(name)]
    is_report = content_of(stored.sop_class_uid) is CONTENTS["document"]  # XML may be a document, too
    if media_type in (HTML, PLAIN, RTF) or (media_type == XML and is_report):
        return _answer_report(services, request, stored, media_type, known)
    if media_type in (*video_types(stored), *cine_types(stored)):
        return answer_video(services, request, stored, media_type, presentation)
    etag = f'"{stored.sha256[:32]}-{media_type.replace("/", "-")}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    headers["content-security-policy"] = _PDF_POLICY if media_type == _PDF else _POLICY
    with _document(services, stored) as content:
        length = len(content)

    def read(start: int, stop: int) -> Iterator[bytes]:
        with _document(services, stored) as content:
            for at in range(start, stop, CHUNK):
                yield bytes(content[at : min(at + CHUNK, stop)])

    return answer_ranges(request, read, length, headers, media_type)


def _written(words: str, media_type: str, charsets: Sequence[str]) -> tuple[bytes, str]:
    """The text in the first charset that can hold it, and its name; a page holds every character in any."""
    for charset in charsets:
        try:
            return words.encode(charset, "xmlcharrefreplace" if media_type == HTML else "strict"), charset
        except UnicodeEncodeError:
            continue
    return words.encode("utf-8", "replace"), "utf-8"


def _answer_report(
    services: Services, request: Request, stored: StoredInstance, media_type: str, charsets: Sequence[str]
) -> Response:
    body, content_type = _said_of_report(services, request, stored, media_type, charsets)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'  # links come and go with what they lead to
    if (same := unchanged(request, etag)) is not None:
        return same
    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    headers["content-security-policy"] = _REPORT_POLICY  # no sandbox: its links carry the cookie
    return Response(body, headers=headers | {"content-type": content_type})


def _said_of_report(
    services: Services, request: Request, stored: StoredInstance, media_type: str, charsets: Sequence[str]
) -> tuple[bytes, str]:
    """Body and Content-Type."""
    if stored.sop_class_uid in SUMMARISED:
        words = summary_page(services, request, stored)
    else:
        attributes = services.archive.read_attributes(stored)
        if media_type == XML:
            return to_native_xml(attributes), f"{XML}; charset=utf-8"
        if media_type == RTF:
            return rich_text(report_text(attributes)), RTF
        words = report_page(services, request, attributes) if media_type == HTML else report_text(attributes)
    body, charset = _written(words, media_type, charsets)
    return body, f"{media_type}; charset={charset}"


@contextmanager
def _document(services: Services, stored: StoredInstance) -> Iterator[memoryview]:
    attributes = services.archive.read_attributes(stored)
    with open_bulk_value(services.archive, stored, (_DOCUMENT,)) as value:
        yield value[: _length(attributes, len(value))]


def _length(attributes: Attributes, there: int) -> int:
    """Encapsulated Document Length tells the document from the byte that makes its value even."""
    attribute = attributes.get(_LENGTH)
    said = attribute.first if attribute is not None else None
    return said if isinstance(said, int) and there - 1 <= said <= there else there
