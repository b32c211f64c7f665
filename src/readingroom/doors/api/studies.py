"""The study list and one study, as the viewer wants them."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, NotFound
from readingroom.model import Key, Level, Match, Order, PersonName, Query, Tag
from readingroom.standard import levels

from .answers import json_answer, read_object
from .services import ApiServices, caller_of

_RECEIVING_SECONDS = 10.0
_SPAN = re.compile(r"\d{8}(-(\d{8})?)?|-\d{8}", re.ASCII)
MOST_LISTED = 500
_STUDY_UID, _PATIENT_ID, _ISSUER = 0x0020000D, 0x00100020, 0x00100021
SORT: dict[str, Tag] = {
    "patient_name": 0x00100010,
    "patient_id": _PATIENT_ID,
    "study_date": 0x00080020,
    "study_description": 0x00081030,
    "accession_number": 0x00080050,
    "modalities": levels.MODALITIES_IN_STUDY,
    "number_of_instances": levels.NUMBER_OF_STUDY_RELATED_INSTANCES,
    "referring_physician_name": 0x00080090,
    "received_at": levels.RECEIVED,
    "patient_birth_date": 0x00100030,
    "body_parts": levels.BODY_PARTS,
    "source_ae_title": levels.SOURCE,
}
_LOOSE = {
    "name": (0x00100010, "PN"),
    "referring": (0x00080090, "PN"),
    "patient_id": (_PATIENT_ID, "LO"),
    "accession": (0x00080050, "SH"),
    "description": (0x00081030, "LO"),
    "body_part": (0x00180015, "CS"),
    "source": (levels.SOURCE, "AE"),
}
_DATES = {"date": 0x00080020, "birth_date": 0x00100030}
FILTERS = ("text", *_LOOSE, "modality", *_DATES, "receiving")
_PAGING = ("sort", "limit", "cursor")
MOST_COUNTED = 10_000
_LONGEST = 500
_MOST_WORDS = 20


def listing(services: ApiServices, request: Request) -> Response:
    """GET /api/studies: one page of the list, in the asked order."""
    caller_of(request)
    return _page(services, dict(request.query_params), counts=True)


def search(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/studies/search: the same; what is asked stands in no address.

    What would take counting is not told: that is asked for by itself.
    """
    caller_of(request)
    return _page(services, _asked(body, (*FILTERS, *_PAGING)), counts=False)


def count(services: ApiServices, request: Request, body: bytes) -> Response:
    """POST /api/studies/count: how many there are."""
    caller_of(request)
    asked = _asked(body, (*FILTERS, "sort"))
    total, is_all = services.query.count_studies(_query(asked), MOST_COUNTED)
    return json_answer({"total": total, "total_is_all": is_all})


def choices(services: ApiServices, request: Request) -> Response:
    """GET /api/studies/choices: what there is to choose from in filters."""
    caller_of(request)
    modalities, sources = services.query.choices()
    return json_answer({"modalities": modalities, "sources": [one for one in sources if one]})


def _asked(body: bytes, known: tuple[str, ...]) -> dict[str, str]:
    asked = read_object(body)
    if unknown := asked.keys() - set(known):
        raise Invalid(f"Studies have no filter {', '.join(sorted(unknown))}.")
    if not all(isinstance(value, str) for value in asked.values()):
        raise Invalid("All that is asked is text, numbers too.")
    return asked


def _page(services: ApiServices, asked: dict[str, str], *, counts: bool) -> Response:
    cursor = asked.get("cursor")
    limit = _limit(asked.get("limit", "100"))
    query = replace(_query(asked), after=_read_cursor(cursor) if cursor else ())
    matches = list(services.query.list_studies(query, limit + 1))
    more, matches = len(matches) > limit, matches[:limit]
    total: int | None = None
    is_all = False
    if not cursor and not more:
        total, is_all = len(matches), True
    elif not cursor and counts:
        total, is_all = services.query.count_studies(query, MOST_COUNTED)
    return json_answer(
        {
            "studies": [_study(match) for match in matches],
            "next": _write_cursor(matches[-1].place) if more else None,
            "total": total,
            "total_is_all": is_all,
        }
    )


def check_filters(asked: Mapping[str, str]) -> None:
    """Raises Invalid for filters and an order that no list can have."""
    _query(asked)


def _query(asked: Mapping[str, str]) -> Query:
    if any(len(value) > _LONGEST for name, value in asked.items() if name in FILTERS):
        raise Invalid(f"A filter has at most {_LONGEST} characters.")
    words = tuple(asked.get("text", "").split())
    if len(words) > _MOST_WORDS:
        raise Invalid(f"At most {_MOST_WORDS} words are looked for.")
    return Query(
        Level.STUDY,
        keys=tuple(_keys(asked)),
        loose=tuple(
            Key((tag,), vr, (value.strip(),))
            for name, (tag, vr) in _LOOSE.items()
            if (value := asked.get(name, "")).strip()
        ),
        order=_order(asked.get("sort", "-study_date")),
        text=words,
        received_since=time.time() - _RECEIVING_SECONDS if _flag(asked, "receiving") else None,
    )


def _flag(asked: Mapping[str, str], name: str) -> bool:
    value = asked.get(name, "false")
    if value not in ("true", "false"):
        raise Invalid(f"{name} is true or false.")
    return value == "true"


def one(services: ApiServices, request: Request) -> Response:
    """GET /api/studies/{uid}: the study, its series, and other studies of the patient."""
    caller_of(request)
    uid = request.path_params["study"]
    by_study = Key((_STUDY_UID,), "UI", (uid,))
    found = next(services.query.find(Query(Level.STUDY, (by_study,))), None)
    if found is None:
        raise NotFound("There is no such study here.", study_instance_uid=uid)
    series = services.query.find(Query(Level.SERIES, (by_study,)))
    return json_answer(
        _study(found)
        | {
            "series": [_series(match) for match in series],
            "priors": [_study(match) for match in _priors(services, found)],
        }
    )


def known(services: ApiServices, uids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Those of these studies that are here, by UID."""
    if not uids:
        return {}
    by_study = Key((_STUDY_UID,), "UI", tuple(uids))
    found = services.query.find(Query(Level.STUDY, (by_study,)))
    return {_text(match, _STUDY_UID): _study(match) for match in found}


def _priors(services: ApiServices, match: Match) -> list[Match]:
    """Other studies of the same Patient ID and issuer, newest first; none for a patient without an ID."""
    patient_id = _text(match, _PATIENT_ID)
    if not patient_id:
        return []
    same = Key((_PATIENT_ID,), "LO", (patient_id,))
    found = services.query.find(Query(Level.STUDY, (same,), limit=50))
    own = (_text(match, _STUDY_UID), _text(match, _ISSUER))
    return [
        other for other in found if _text(other, _STUDY_UID) != own[0] and _text(other, _ISSUER) == own[1]
    ]


def _keys(asked: Mapping[str, str]) -> list[Key]:
    keys = []
    if modalities := asked.get("modality"):
        wanted = tuple(part.strip() for part in modalities.split(",") if part.strip())
        keys.append(Key((levels.MODALITIES_IN_STUDY,), "CS", wanted))
    for name, tag in _DATES.items():
        if span := asked.get(name):
            if not _SPAN.fullmatch(span):
                raise Invalid(f"{name} is YYYYMMDD, YYYYMMDD-YYYYMMDD, YYYYMMDD- or -YYYYMMDD.")
            keys.append(Key((tag,), "DA", (span,)))
    return keys


def _order(text: str) -> tuple[Order, ...]:
    name = text.lstrip("-")
    if name not in SORT:
        raise Invalid(f"Studies cannot be sorted by {name!r}; there are {', '.join(SORT)}.")
    descending = text.startswith("-")
    first = Order(SORT[name], descending)
    return (first, Order(0x00080030, descending)) if name == "study_date" else (first,)


def _limit(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_LISTED:
        raise Invalid(f"limit is a number from 1 to {MOST_LISTED}.")
    return int(text)


def _write_cursor(place: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[Any, ...]:
    try:
        place = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        place = None
    if not isinstance(place, list) or not place or not all(isinstance(part, str | int) for part in place):
        raise Invalid("That cursor is not one of ours; ask for the first page again.")
    return tuple(place)


def _text(match: Match, tag: Tag) -> str:
    found = match.attributes.get(tag)
    return "" if found is None or found.first is None else str(found.first)


def _number(match: Match, tag: Tag) -> int:
    return int(_text(match, tag) or 0)


def _name(match: Match, tag: Tag) -> dict[str, str]:
    name = PersonName.parse(_text(match, tag))
    return {
        "alphabetic": name.alphabetic,
        "ideographic": name.ideographic,
        "phonetic": name.phonetic,
    }


def _study(match: Match) -> dict[str, Any]:
    received = match.facts["received_last"]
    modalities = match.attributes[levels.MODALITIES_IN_STUDY].values
    return {
        "study_instance_uid": _text(match, _STUDY_UID),
        "patient_name": _name(match, 0x00100010),
        "patient_id": _text(match, _PATIENT_ID),
        "issuer_of_patient_id": _text(match, _ISSUER),
        "patient_birth_date": _text(match, 0x00100030),
        "patient_sex": _text(match, 0x00100040),
        "patient_species": _text(match, 0x00102201),
        "study_date": _text(match, 0x00080020),
        "study_time": _text(match, 0x00080030),
        "accession_number": _text(match, 0x00080050),
        "study_id": _text(match, 0x00200010),
        "study_description": _text(match, 0x00081030),
        "referring_physician_name": _name(match, 0x00080090),
        "modalities": list(modalities),
        "body_parts": [part for part in match.facts["body_parts"].split("\\") if part],
        "number_of_series": _number(match, levels.NUMBER_OF_STUDY_RELATED_SERIES),
        "number_of_instances": _number(match, levels.NUMBER_OF_STUDY_RELATED_INSTANCES),
        "received_at": datetime.fromtimestamp(received, UTC).isoformat(timespec="seconds"),
        "receiving": time.time() - received < _RECEIVING_SECONDS,
        "source_ae_title": match.facts["source"],
    }


def _series(match: Match) -> dict[str, Any]:
    classes = [uid for uid in match.facts["sop_classes"].split("\\") if uid]
    return {
        "series_instance_uid": _text(match, 0x0020000E),
        "modality": _text(match, 0x00080060),
        "series_number": _text(match, 0x00200011),
        "series_description": _text(match, 0x0008103E),
        "body_part_examined": _text(match, 0x00180015),
        "laterality": _text(match, 0x00200060),
        "series_date": _text(match, 0x00080021),
        "series_time": _text(match, 0x00080031),
        "number_of_instances": _number(match, levels.NUMBER_OF_SERIES_RELATED_INSTANCES),
        "number_of_frames": match.facts["frame_count"],
        "sop_class_uids": classes,
        "transfer_syntax_uids": [uid for uid in match.facts["transfer_syntaxes"].split("\\") if uid],
        # Frames are counted only where an object carries pixel data.
        "is_image": match.facts["frame_count"] > 0,
    }
