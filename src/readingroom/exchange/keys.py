"""Query keys as people write them, and Identifiers made of them. PS3.4 C.2.2.2, C.4.1.1.3."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from readingroom.errors import Invalid
from readingroom.model import Attribute, Key, Level, Query, Tag
from readingroom.standard import levels

SEARCH_BOX = frozenset({"PatientName", "PatientID", "AccessionNumber", "StudyDescription"})
"""The keys that a search box asks as *value* (contract/spec web_client_auth.md section 5)."""

_QUERY_LEVEL = 0x00080052
_CHARACTER_SET = 0x00080005
_NUMBER = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?\Z")
_STEP = re.compile(r"\[\d*\]\Z")
_WILD = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})  # PS3.4 C.2.2.2.4, free text
_INTEGERS = frozenset({"SL", "SS", "SV", "UL", "US", "UV"})
_REALS = frozenset({"FD", "FL"})
_BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})

_USUAL = {
    Level.PATIENT: "PatientName PatientID PatientBirthDate PatientSex",
    Level.STUDY: """PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime
        AccessionNumber StudyID StudyDescription ReferringPhysicianName ModalitiesInStudy
        NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances""",
    Level.SERIES: """SeriesInstanceUID Modality SeriesNumber SeriesDescription SeriesDate SeriesTime
        BodyPartExamined NumberOfSeriesRelatedInstances""",
    Level.IMAGE: "SOPInstanceUID SOPClassUID InstanceNumber NumberOfFrames Rows Columns",
}


def usual_keys(level: Level) -> frozenset[Tag]:
    """What is worth asking back at a level when the asker has no wishes."""
    return frozenset(_tag(word) for word in _USUAL[level].split())


def read_key(words: str) -> Key:
    """A key as on the command line; without a value it asks for the attribute (universal matching).

    "PatientName=DOE*", "0010,0010=DOE*", "StudyDate=20240101-", "ModalitiesInStudy=CT\\MR", and below a
    sequence "RequestAttributesSequence.ScheduledProcedureStepID=7" or "(0040,0275)[0].0040,0009=7".
    Raises Invalid.
    """
    place, _, value = words.partition("=")
    path = tuple(_tag(step) for step in place.strip().split("."))
    for tag in path[:-1]:
        if levels.vr_of(tag) != "SQ":
            raise Invalid(f"{_name(tag)} is no sequence; nothing stands below it.", tag=tag)
    vr = levels.vr_of(path[-1])
    values = tuple(value.split("\\")) if value else ()
    if values and (vr in _BULK or vr == "SQ"):
        raise Invalid(f"{_name(path[-1])} has no values that a query can hold.", tag=path[-1])
    key = Key(path, vr, values)
    for text in values:
        _value(key, text)
    return key


def question(level: Level, keys: Iterable[str | Key], *, returned: Collection[Tag] = ()) -> Query:
    """A Query of keys as `read_key` takes them. Raises Invalid."""
    read = [read_key(key) if isinstance(key, str) else key for key in keys]
    asked_back = {key.tag for key in read if not key.values and len(key.path) == 1}
    return Query(
        level,
        keys=tuple(key for key in read if key.values or len(key.path) > 1),
        returned=frozenset(returned) | asked_back,
    )


def with_wildcards(query: Query, keywords: Collection[str]) -> Query:
    """The query with *value* for these keys, where the value has no wildcard of its own."""

    def wild(key: Key) -> Key:
        if len(key.path) > 1 or key.vr not in _WILD or keyword_for_tag(key.tag) not in keywords:
            return key
        return replace(key, values=tuple(v if set(v) & set("*?") or not v else f"*{v}*" for v in key.values))

    return replace(query, keys=tuple(map(wild, query.keys)))


def identifier_of(query: Query) -> dict[Tag, Attribute]:
    """The Identifier that asks this, its unique key included. Raises Invalid."""
    elements: dict[Tag, Any] = {tag: Attribute(levels.vr_of(tag)) for tag in query.returned}
    elements.setdefault(levels.UNIQUE_KEY[query.level], Attribute(_vr_of_unique(query.level)))
    for key in query.keys:
        item = elements
        for tag in key.path[:-1]:
            outer = item.get(tag)
            if outer is None or not outer.values:
                outer = item[tag] = Attribute("SQ", ({},))
            item = outer.values[0]
        item[key.tag] = Attribute(key.vr, tuple(_value(key, text) for text in key.values))
    elements[_QUERY_LEVEL] = Attribute("CS", (query.level.name,))
    elements.pop(_CHARACTER_SET, None)  # the encoder writes the one it used
    return elements


def unique_identifier(level: Level, uids: Mapping[Level, Collection[str]]) -> dict[Tag, Attribute]:
    """The Identifier of a retrieval: unique keys only. PS3.4 C.4.2.1.4, C.4.3.1.4."""
    elements = {_QUERY_LEVEL: Attribute("CS", (level.name,))}
    for at, values in uids.items():
        elements[levels.UNIQUE_KEY[at]] = Attribute(_vr_of_unique(at), tuple(values))
    return elements


def _vr_of_unique(level: Level) -> str:
    return "LO" if level is Level.PATIENT else "UI"


def _value(key: Key, text: str) -> Any:
    try:
        if key.vr in _INTEGERS:
            return int(text)
        if key.vr in _REALS:
            return float(text)
        if key.vr == "AT":
            return _tag(text)
    except ValueError:
        raise Invalid(f"{text!r} is no value of {_name(key.tag)} ({key.vr}).", tag=key.tag) from None
    return text


def _tag(words: str) -> Tag:
    step = _STEP.sub("", words.strip())
    number = _NUMBER.match(step)
    tag = int(number[1] + number[2], 16) if number else tag_for_keyword(step)
    if tag is None:
        raise Invalid(f"{words!r} is neither a keyword of PS3.6 nor a tag like 0010,0010.")
    return tag


def _name(tag: Tag) -> str:
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
