"""QIDO-RS, the Search transaction (PS3.18 10.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice

from pydicom.datadict import tag_for_keyword
from starlette.requests import Request
from starlette.responses import Response

from readingroom.model import Attribute, Attributes, Key, Level, Match, Packed, Tag
from readingroom.standard import levels
from readingroom.wire import (
    DICOM_XML,
    JsonChoice,
    JsonObject,
    Part,
    choose,
    dump_dicom_json,
    encoded,
    new_boundary,
    related,
    to_dicom_json,
    to_native_xml,
    write_parts,
)

from .addresses import Addresses
from .fragments import Fragments
from .media_types import METADATA_OFFERS
from .negotiation import acceptable, content_coding, not_acceptable
from .search_parameters import read_search
from .services import Services
from .streaming import streamed

_STUDY, _SERIES, _INSTANCE = (levels.UNIQUE_KEY[level] for level in (Level.STUDY, Level.SERIES, Level.IMAGE))
_CHARACTER_SET, _RETRIEVE_URL = 0x00080005, 0x00081190
_UNICODE = Attribute("CS", ("ISO_IR 192",))
"""Of every answer, whatever the objects are written in: JSON and XML are UTF-8."""
_UNICODE_JSON: JsonObject = {"vr": _UNICODE.vr, "Value": _UNICODE.values}
_UID_NAMES = tuple(f"{tag:08X}" for tag in (_STUDY, _SERIES, _INSTANCE))
_NOTHING: JsonObject = {}
_WORTH_CODING = 4096
_LITERAL = "The fuzzymatching parameter is not supported. Only literal matching has been performed."
_ALWAYS = {
    Level.STUDY: """StudyDate StudyTime AccessionNumber InstanceAvailability ModalitiesInStudy
        ReferringPhysicianName TimezoneOffsetFromUTC PatientName PatientID PatientBirthDate PatientSex
        StudyInstanceUID StudyID NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances""",
    Level.SERIES: """Modality TimezoneOffsetFromUTC SeriesDescription SeriesInstanceUID SeriesNumber
        NumberOfSeriesRelatedInstances PerformedProcedureStepStartDate PerformedProcedureStepStartTime
        RequestAttributesSequence InstanceAvailability StudyInstanceUID""",
    Level.IMAGE: """SOPClassUID SOPInstanceUID InstanceAvailability TimezoneOffsetFromUTC InstanceNumber Rows
        Columns BitsAllocated NumberOfFrames AvailableTransferSyntaxUID StudyInstanceUID SeriesInstanceUID""",
}
"""What every answer of a level carries when it is known: PS3.18 tables 10.6.3-3 to 10.6.3-5, and the UIDs."""


@cache
def _always(level: Level) -> frozenset[Tag]:
    return frozenset(int(tag_for_keyword(word) or 0) for word in _ALWAYS[level].split())


def search_studies(services: Services, request: Request) -> Response:
    """/studies"""
    return _search(services, request, Level.STUDY, Level.STUDY)


def search_series(services: Services, request: Request) -> Response:
    """/series and /studies/{study}/series: those of all studies tell of their study too (10.6.3.3.2)."""
    return _search(services, request, Level.SERIES, _outermost(request))


def search_instances(services: Services, request: Request) -> Response:
    """/instances below nothing, a study, a series, or both (10.6.3.3.3)."""
    return _search(services, request, Level.IMAGE, _outermost(request))


def _outermost(request: Request) -> Level:
    """The highest level that the path leaves open, and the answers therefore describe."""
    if "study" not in request.path_params:
        return Level.STUDY
    return Level.SERIES if "series" not in request.path_params else Level.IMAGE


def _search(services: Services, request: Request, level: Level, outermost: Level) -> Response:
    offer = choose(acceptable(request), METADATA_OFFERS)
    if offer is None:
        raise not_acceptable("Search results are given as DICOM JSON or XML.", METADATA_OFFERS)
    search = read_search(request.query_params, level, _within(request.path_params), services.most_results)
    services.archive.indexer.flush()
    most = (search.query.limit or 1) - 1
    matches = services.query.find(search.query)
    found = list(islice(matches, most))
    is_cut = next(matches, None) is not None
    headers = {"vary": "Accept, Accept-Encoding", "cache-control": "no-store"}
    left = None
    if search.count:
        # A number of our own: the standard tells only what is left, and that only when something is.
        total = services.query.count(search.query)
        headers["x-total-count"] = str(total)
        left = max(total - search.query.offset - len(found), 0)
    warnings = list(_warnings(request, search.query.fuzzy, is_cut, left))
    if warnings:
        headers["warning"] = ", ".join(warnings)
    if not found:
        return Response(status_code=204, headers=headers)
    shown = search.asked.union(*map(_always, [at for at in Level if outermost <= at <= level]))
    addresses = Addresses(request)
    chosen = None if search.query.returns_all else shown
    if offer.media_type == DICOM_XML:
        return _as_xml((_answer(match, chosen, addresses) for match in found), headers)
    body = _json(found, chosen, addresses, services.fragments)
    return _as_json(body, offer.media_type, headers, content_coding(request))


def _within(path: Mapping[str, str]) -> list[Key]:
    return [
        Key((tag,), "UI", (path[name],))
        for name, tag in (("study", _STUDY), ("series", _SERIES))
        if name in path
    ]


def _warnings(request: Request, fuzzy: bool, is_cut: bool, left: int | None) -> Iterator[str]:
    """Warning header fields, PS3.18 8.3.4.2 and 8.3.4.4; RFC 7234 5.5 for their form.

    left: how many more there are, None when they were not counted.
    """
    agent = request.url.netloc or "-"
    if fuzzy:
        yield f'299 {agent} "{_LITERAL}"'
    if is_cut:
        number = f"{left} " if left else ""
        yield f'299 {agent} "There are {number}additional results that can be requested."'


def _answer(match: Match, shown: frozenset[Tag] | None, addresses: Addresses) -> Attributes:
    known = match.attributes
    found = ((tag, known.get(tag)) for tag in (known if shown is None else shown))
    answer = {tag: attribute for tag, attribute in found if attribute is not None}
    url = addresses.of(*(_uid(known, tag) for tag in (_STUDY, _SERIES, _INSTANCE)))
    answer[_CHARACTER_SET] = _UNICODE
    answer[_RETRIEVE_URL] = Attribute("UR", (url,))
    return answer


def _json(
    found: Sequence[Match], shown: frozenset[Tag] | None, addresses: Addresses, fragments: Fragments
) -> bytes:
    """The answers as an array of DICOM JSON, straight from the index's own form where they come in it."""
    if shown is None:
        return dump_dicom_json(to_dicom_json(_answer(match, None, addresses)) for match in found)
    below = JsonChoice(tag for tag in shown if _CHARACTER_SET < tag < _RETRIEVE_URL)
    above = JsonChoice(tag for tag in shown if tag > _RETRIEVE_URL)

    def made(match: Match) -> bytes:
        known = match.attributes
        if not isinstance(known, Packed):
            return dump_dicom_json(to_dicom_json(_answer(match, shown, addresses)))
        first, rest = below.model(known), above.model(known)
        url = addresses.of(*map(_shown_uid, (rest, rest, first), _UID_NAMES))
        address = {"vr": "UR", "Value": (url,)}
        return dump_dicom_json({"00080005": _UNICODE_JSON, **first, "00081190": address, **rest})

    form = (found[0].level, shown, addresses.root)
    rows = [fragments.of(form, match.attributes, partial(made, match)) for match in found]
    return b"[" + b",".join(rows) + b"]"


def _shown_uid(model: JsonObject, name: str) -> str | None:
    values = model.get(name, _NOTHING).get("Value")
    return values[0] if values else None


def _uid(attributes: Attributes, tag: Tag) -> str | None:
    attribute = attributes.get(tag)
    return attribute.first if attribute else None


def _as_json(body: bytes, media_type: str, headers: dict[str, str], coding: str | None) -> Response:
    headers["content-type"] = media_type
    if coding is not None and len(body) > _WORTH_CODING:
        body = encoded(body, coding)
        headers["content-encoding"] = coding
    return Response(body, headers=headers)


def _as_xml(answers: Iterable[Attributes], headers: dict[str, str]) -> Response:
    boundary = new_boundary()
    documents = map(to_native_xml, answers)
    parts = (Part(DICOM_XML, [document], len(document)) for document in documents)
    return streamed(write_parts(parts, boundary), headers | {"content-type": related(DICOM_XML, boundary)})
