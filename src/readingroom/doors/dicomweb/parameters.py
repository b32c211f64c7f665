"""Query parameters: search keys and rendering wishes (PS3.18 8.3.4, 8.3.5). Raises Invalid for bad values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pydicom.datadict import tag_for_keyword
from starlette.datastructures import QueryParams

from readingroom.errors import Invalid
from readingroom.model import Key, Level, Query, Tag
from readingroom.render import CAPTIONS, Presentation, Region, VoiFunction, Window
from readingroom.standard import levels

_NOT_KEYS = frozenset(
    {
        "limit",
        "offset",
        "fuzzymatching",
        "includefield",
        "accept",
        "charset",
        "emptyvaluematching",
        "multiplevaluematching",
    }
)
_MOST_VALUES = 4096
# VRs whose values hold no comma, so that one separates values (PS3.18 8.3.4.1; ModalitiesInStudy=CT,MR).
_COMMA_LISTS = frozenset({"UI", "CS", "IS", "DS"})
_SINGLE = frozenset({"LT", "ST", "UT", "UR"})
_DATE = r"(\d{4}[.-]?(0[1-9]|1[0-2])[.-]?(0[1-9]|[12]\d|3[01]))"
_TIME = r"(([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?)"
_DATETIME = r"(\d{4}(\d\d(\d\d(\d\d(\d\d(\d\d(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?)"
_NUMBER = re.compile(r"[+-]?(\d{1,9}\.?\d{0,9}|\.\d{1,9})\Z", re.ASCII)
_VALID = {
    "UI": re.compile(r"[0-9A-Za-z._-]{1,64}\Z"),
    "DA": re.compile(rf"({_DATE}|{_DATE}-|-{_DATE}|{_DATE}-{_DATE})\Z"),
    "TM": re.compile(rf"({_TIME}|{_TIME}-|-{_TIME}|{_TIME}-{_TIME})\Z"),
    "DT": re.compile(rf"({_DATETIME}|{_DATETIME}-|-{_DATETIME}|{_DATETIME}-{_DATETIME})\Z"),
    "IS": re.compile(r"[+-]?\d{1,12}\Z"),
    "DS": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """A search: the Query, and the tags its answers carry beside what their level always has."""

    query: Query
    asked: frozenset[Tag]


def read_search(parameters: QueryParams, level: Level, within: Iterable[Key], most: int) -> Search:
    """The search that a query string asks for.

    within: keys from the path. most: answers we give at most; the Query asks for one more, to know whether
    something was cut. Parameters that name no attribute are ignored (PS3.18 8.3.4.1).
    """
    given: dict[tuple[Tag, ...], list[str]] = {}
    for name, value in parameters.multi_items():
        path = None if name in _NOT_KEYS else read_attribute(name)
        if path is not None:
            given.setdefault(path, []).append(value)
    keys = [*within, *(key for path, values in given.items() if (key := _key(path, values)) is not None)]
    included, everything = _included(parameters.getlist("includefield"))
    asked = included | {path[0] for path in given} | {key.path[0] for key in keys}
    limit = _count(parameters, "limit")
    query = Query(
        level=level,
        keys=tuple(keys),
        returned=frozenset(asked),
        returns_all=everything,
        limit=min(most if limit is None else limit, most) + 1,
        offset=_count(parameters, "offset") or 0,
        fuzzy=_flag(parameters, "fuzzymatching"),
    )
    return Search(query, frozenset(asked))


def read_attribute(name: str) -> tuple[Tag, ...] | None:
    """The path that "PatientName", "00100010" or "00400275.00400009" names; None when it names nothing."""
    path = []
    for step in name.split("."):
        if re.fullmatch(r"[0-9A-Fa-f]{8}", step):
            path.append(int(step, 16))
        elif step and (tag := tag_for_keyword(step)) is not None:
            path.append(int(tag))
        else:
            return None
    return tuple(path)


def read_frames(text: str) -> list[int]:
    """A list of frame numbers from 1 that ascend, "1,3,4" (PS3.18 10.4.1.1.6, table 10.4.1-3)."""
    numbers = [item.strip() for item in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,9}", item) and int(item) > 0 for item in numbers):
        raise Invalid(f"“{text[:80]}” is not a list of frame numbers counted from 1.")
    found = [int(item) for item in numbers]
    if any(later <= earlier for earlier, later in pairwise(found)):
        raise Invalid(f"The frame numbers “{text[:80]}” must ascend, each once.")
    return found


def read_presentation(parameters: QueryParams) -> Presentation:
    """window=center,width,shape and viewport=vw,vh[,sx,sy,sw,sh] (PS3.18 8.3.5.1.3, 8.3.5.1.4)."""
    window = parameters.get("window")
    viewport = parameters.get("viewport")
    shown = _viewport(viewport) if viewport else Presentation()
    if not window:
        return shown
    return Presentation(
        window=_window(window),
        region=shown.region,
        viewport=shown.viewport,
        is_flipped_horizontally=shown.is_flipped_horizontally,
        is_flipped_vertically=shown.is_flipped_vertically,
    )


def read_quality(parameters: QueryParams) -> int:
    """quality=1..100; 90 when it is not given."""
    text = parameters.get("quality", "90")
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
        raise Invalid("quality is a number from 1 to 100.")
    return int(text)


def read_annotations(parameters: QueryParams) -> frozenset[str]:
    """annotation=patient,technique (PS3.18 8.3.5.1.1)."""
    names = [name.strip().lower() for text in parameters.getlist("annotation") for name in text.split(",")]
    if not set(filter(None, names)) <= set(CAPTIONS):
        raise Invalid("annotation is patient, technique or both.", parameter="annotation")
    return frozenset(filter(None, names))


def _key(path: tuple[Tag, ...], values: list[str]) -> Key | None:
    vr = levels.vr_of(path[-1])
    single = [piece for value in values for piece in _split(vr, value)]
    if not single or "*" in single:
        return None  # universal matching
    if len(single) > _MOST_VALUES:
        raise Invalid(f"More than {_MOST_VALUES} values for one attribute.", tag=path[-1])
    valid = _VALID.get(vr)
    for value in single:
        if valid is not None and not valid.match(value):
            raise Invalid(f"“{value[:80]}” is not a value that {vr} can have.", tag=path[-1])
    return Key(path, vr, tuple(single))


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
            included.add(path[0])
    return included, everything


def _count(parameters: QueryParams, name: str) -> int | None:
    text = parameters.get(name)
    if text is None or not text.strip():
        return None
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        raise Invalid(f"{name} is a whole number that is not negative.")
    return int(text)


def _flag(parameters: QueryParams, name: str) -> bool:
    text = parameters.get(name, "false").strip().lower()
    if text not in ("true", "false", ""):
        raise Invalid(f"{name} is true or false.")
    return text == "true"


def _numbers(name: str, pieces: list[str]) -> list[float]:
    if not all(_NUMBER.match(piece) for piece in pieces):
        raise Invalid(f"{name} has a value that is not a number.")
    return [float(piece) for piece in pieces]


def _window(text: str) -> Window:
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) not in (2, 3):
        raise Invalid("window is center,width,function.")
    center, width = _numbers("window", pieces[:2])
    shape = (pieces[2] if len(pieces) == 3 else "linear").upper().replace("-", "_")
    if shape not in VoiFunction.__members__:
        raise Invalid("The function of a window is linear, linear-exact or sigmoid.")
    return Window(center, width, VoiFunction[shape])


def _viewport(text: str) -> Presentation:
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) not in (2, 6) or not all(re.fullmatch(r"[0-9]{1,5}", piece) for piece in pieces[:2]):
        raise Invalid("viewport is width,height or width,height,sx,sy,sw,sh.")
    size = (int(pieces[0]), int(pieces[1]))
    if not any(pieces[2:]):
        return Presentation(viewport=size)
    if not all(pieces[4:]):
        raise Invalid("A region of the image needs its width and height: viewport=vw,vh,sx,sy,sw,sh.")
    left, top, width, height = (
        round(n) for n in _numbers("viewport", [piece or "0" for piece in pieces[2:]])
    )
    return Presentation(
        viewport=size,
        region=Region(left, top, abs(width), abs(height)),
        is_flipped_horizontally=width < 0,
        is_flipped_vertically=height < 0,
    )
