"""Query parameters of a search (PS3.18 8.3.4). Raises Invalid, which names the parameter, for bad values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from starlette.datastructures import QueryParams

from readingroom.errors import Invalid
from readingroom.model import Key, Level, Query, Tag, split_range
from readingroom.standard import levels

from .statuses import TooLarge

_NOT_KEYS = frozenset(
    {
        "limit",
        "offset",
        "count",
        "fuzzymatching",
        "includefield",
        "accept",
        "charset",
        "emptyvaluematching",
        "multiplevaluematching",
    }
)
_CHARACTER_SET, _RETRIEVE_URL, _TIMEZONE = 0x00080005, 0x00081190, 0x00080201
_NOT_MATCHED = frozenset({(_CHARACTER_SET,), (_RETRIEVE_URL,), (_TIMEZONE,)})
"""Of the answer, not of what is found; the time zone tells how the dates and times of keys are meant."""
_IN_REQUEST_ATTRIBUTES = frozenset({(0x00400009,), (0x00401001,)})
"""The two IDs of a request as query_keys.csv has them: they live in Request Attributes Sequence."""
_MOST_VALUES = 4096
# VRs whose values hold no comma, so that one separates values (PS3.18 8.3.4.1; ModalitiesInStudy=CT,MR).
_COMMA_LISTS = frozenset({"UI", "CS", "IS", "DS"})
_SINGLE = frozenset({"LT", "ST", "UT", "UR"})
_ALL_OF_THEM = frozenset({"AE", "AS", "AT", "CS", "LO", "PN", "SH", "UC"})
"""VRs of multiple value matching, where each value must be found (PS3.4 C.2.2.2.8)."""
_EMPTY = '""'
"""Empty value matching: the value is two quotation marks (PS3.4 C.2.2.2.7)."""
_DATE = r"(\d{4}[.-]?(0[1-9]|1[0-2])[.-]?(0[1-9]|[12]\d|3[01]))"
_TIME = r"(([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?)"
_DATETIME = r"(\d{4}(\d\d(\d\d(\d\d(\d\d(\d\d(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?)"
_VALID = {
    "UI": re.compile(r"[0-9A-Za-z._-]{1,64}\Z"),
    "DA": re.compile(rf"({_DATE}|{_DATE}-|-{_DATE}|{_DATE}-{_DATE})\Z", re.ASCII),
    "TM": re.compile(rf"({_TIME}|{_TIME}-|-{_TIME}|{_TIME}-{_TIME})\Z", re.ASCII),
    "DT": re.compile(rf"({_DATETIME}|{_DATETIME}-|-{_DATETIME}|{_DATETIME}-{_DATETIME})\Z", re.ASCII),
    "IS": re.compile(r"([+-]?\d{1,12}|(?=.*[*?])[0-9+*?-]{1,16})\Z", re.ASCII),  # query_keys.csv: wildcards
    "DS": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII),
    "AT": re.compile(r"[0-9A-Fa-f]{8}\Z"),
    **dict.fromkeys(("US", "UL", "UV"), re.compile(r"\d{1,20}\Z", re.ASCII)),
    **dict.fromkeys(("SS", "SL", "SV"), re.compile(r"[+-]?\d{1,20}\Z", re.ASCII)),
    **dict.fromkeys(("FL", "FD"), re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)),
}
_RANGES = frozenset({"DA", "TM"})
_OFFSET = re.compile(r"[+-](0\d|1[0-4])[0-5]\d\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Search:
    """A search: the Query, and the tags its answers carry beside what their level always has.

    count: whether the number of all matches is to be told.
    """

    query: Query
    asked: frozenset[Tag]
    count: bool = False


def read_search(parameters: QueryParams, level: Level, within: Iterable[Key], most: int) -> Search:
    """The search that a query string asks for.

    within: keys from the path. most: answers we give at most; the Query asks for one more, to know whether
    something was cut. Parameters that name no attribute are ignored (PS3.18 8.3.4.1). The same attribute
    given again, by keyword or tag, adds values.
    """
    given: dict[tuple[Tag, ...], list[tuple[str, str]]] = {}
    for name, value in parameters.multi_items():
        path = None if name in _NOT_KEYS else read_attribute(name)
        if path is not None:
            given.setdefault(path, []).append((name, value))
    asked = _Asked(_flag(parameters, "emptyvaluematching"), _flag(parameters, "multiplevaluematching"))
    keys = [*within]
    for path, values in given.items():
        if path not in _NOT_MATCHED:
            keys += asked.keys((0x00400275, *path) if path in _IN_REQUEST_ATTRIBUTES else path, values)
    included, everything = _included(parameters.getlist("includefield"))
    told = included | {path[0] for path in given} | {key.path[0] for key in keys}
    limit = _count(parameters, "limit")
    query = Query(
        level=level,
        keys=tuple(keys),
        returned=frozenset(told),
        returns_all=everything,
        limit=min(most if limit is None else limit, most) + 1,
        offset=_count(parameters, "offset") or 0,
        fuzzy=_flag(parameters, "fuzzymatching"),
        timezone=_timezone(given.get((_TIMEZONE,), [])),
    )
    return Search(query, frozenset(told), _flag(parameters, "count"))


def read_attribute(name: str) -> tuple[Tag, ...] | None:
    """The path that "PatientName", "00100010" or "00400275.00400009" names; None when it names nothing."""
    path: list[int] = []
    for step in name.split("."):
        if path and levels.vr_of(path[-1]) not in ("SQ", "UN"):
            return None
        if re.fullmatch(r"[0-9A-Fa-f]{8}", step):
            path.append(int(step, 16))
        elif step and (tag := tag_for_keyword(step)) is not None:
            path.append(int(tag))
        else:
            return None
    return tuple(path)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How values of keys are to be understood."""

    empty: bool
    every: bool

    def keys(self, path: tuple[Tag, ...], given: list[tuple[str, str]]) -> list[Key]:
        """The keys on one attribute, none for universal matching. given: names as written, and values."""
        vr, name = levels.vr_of(path[-1]), given[-1][0]
        values = [piece for _, value in given for piece in _split(vr, value)]
        if not values or "*" in values:
            return []
        if self.empty and _EMPTY in values:
            return [Key(path, vr, ("",))]
        if len(values) > _MOST_VALUES:
            raise TooLarge(f"{name} has more than {_MOST_VALUES} values; ask several times.", parameter=name)
        for value in values:
            _check(vr, name, value)
        if self.every and vr in _ALL_OF_THEM:
            return [Key(path, vr, (value,)) for value in values]
        return [Key(path, vr, tuple(values))]


def _check(vr: str, name: str, value: str) -> None:
    if vr == "SQ":
        raise Invalid(
            f"{name} is a sequence; match what its Items hold: {name}.Attribute=value.", parameter=name
        )
    valid = _VALID.get(vr)
    if valid is not None and not valid.match(value):
        raise Invalid(f"“{value[:80]}” is not a value that {name} ({vr}) can have.", parameter=name)
    ends = split_range(re.sub("[.:]", "", value)) if vr in _RANGES and value.count("-") == 1 else None
    if ends and all(ends) and ends[1] + "~" < ends[0]:
        raise Invalid(f"The range “{value[:80]}” of {name} ends before it begins.", parameter=name)


def _split(vr: str, value: str) -> Iterator[str]:
    if vr in _SINGLE:
        pieces = [value]
    else:
        pieces = re.split(r"[\\,]" if vr in _COMMA_LISTS else r"\\", value)
    return (piece.strip() for piece in pieces if piece.strip())


def _included(values: Iterable[str]) -> tuple[set[Tag], bool]:
    included: set[Tag] = set()
    everything = False
    for name in (name.strip() for value in values for name in value.split(",")):
        if name.lower() == "all":
            everything = True
        elif name and (path := read_attribute(name)) is not None:
            included.add(0x00400275 if path in _IN_REQUEST_ATTRIBUTES else path[0])
    return included, everything


def _timezone(given: list[tuple[str, str]]) -> str:
    """+0100; a plus sign that was not percent-encoded arrives as a space."""
    for name, value in given:
        offset = "+" + value[1:] if value.startswith(" ") else value
        if offset and not _OFFSET.match(offset):
            raise Invalid(f"{name} is an offset from UTC such as +0100.", parameter=name)
        if offset:
            return offset
    return ""


def _count(parameters: QueryParams, name: str) -> int | None:
    text = parameters.get(name)
    if text is None or not text.strip():
        return None
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        raise Invalid(f"{name} is a whole number that is not negative.", parameter=name)
    return int(text)


def _flag(parameters: QueryParams, name: str) -> bool:
    text = parameters.get(name, "false").strip().lower()
    if text not in ("true", "false", ""):
        raise Invalid(f"{name} is true or false.", parameter=name)
    return text == "true"
