"""Hangings as JSON, both ways, as the viewer sends and the index keeps them. Strict: anybody sends them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from readingroom.errors import Invalid
from readingroom.model import Cell, Hanging, HangingCondition, Screen, Selector, Show
from readingroom.model.hanging import (
    ATTRIBUTES,
    COUNTED,
    LONGEST_NAME,
    MOST_CONDITIONS,
    MOST_FALLBACKS,
    MOST_SCREENS,
    MOST_SIDE,
    PLANES,
    ROLES,
    SEQUENCES,
    TESTS,
)

_T = TypeVar("_T")
_LONGEST: Final = 64
_MOST_VALUES: Final = 50
_MOST_STUDIES: Final = 20
_MODES: Final = ("max", "min", "mean")


def hanging_from_json(value: Any) -> Hanging:
    """The hanging that a JSON value says. Raises Invalid with a sentence that names the place."""
    asked = _members(value, "A hanging", {"name", "conditions", "screens", "linked"})
    conditions = _list(asked.get("conditions", []), "conditions", MOST_CONDITIONS, _condition)
    screens = _list(asked.get("screens"), "screens", MOST_SCREENS, _screen)
    if not screens:
        raise Invalid("A hanging has at least one screen.")
    return Hanging(named(asked.get("name")), conditions, screens, _flag(asked, "linked"))


def hanging_to_json(hanging: Hanging) -> dict[str, Any]:
    """As `hanging_from_json` reads it; what is as usual is left out of cells."""
    return {
        "name": hanging.name,
        "conditions": [
            {"attribute": c.attribute, "test": c.test, "values": list(c.values)} for c in hanging.conditions
        ],
        "screens": [
            {
                "role": screen.role,
                "rows": screen.rows,
                "columns": screen.columns,
                "cells": [
                    {
                        "pick": [_unusual(s, Selector()) for s in cell.pick],
                        "show": _unusual(cell.show, Show()),
                    }
                    for cell in screen.cells
                ],
            }
            for screen in hanging.screens
        ],
        "linked": hanging.linked,
    }


def named(value: Any) -> str:
    """A name of a hanging or a session. Raises Invalid."""
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A name has 1 to {LONGEST_NAME} printable characters.")
    return name


def _unusual(value: Any, usual: Any) -> dict[str, Any]:
    told = {name: getattr(value, name) for name in value.__slots__}
    return {
        name: list(v) if isinstance(v, tuple) else v for name, v in told.items() if v != getattr(usual, name)
    }


def _condition(value: Any, where: str) -> HangingCondition:
    asked = _members(value, where, {"attribute", "test", "values"})
    attribute = _one_of(asked, "attribute", ATTRIBUTES, where)
    test = _one_of(asked, "test", TESTS, where)
    values = _list(asked.get("values", []), f"{where}.values", _MOST_VALUES, _text)
    if (test == "any") == bool(values) or any(not v for v in values):
        raise Invalid(f"{where}: values are texts, at least one, and none for any.")
    if (test == "at_least") != (attribute in COUNTED):
        raise Invalid(f"{where}: {' and '.join(COUNTED)} are asked for with at_least, and only they.")
    if test == "at_least" and not (len(values) == 1 and values[0].isdecimal() and 0 < int(values[0]) <= 20):
        raise Invalid(f"{where}: at_least has one number from 1 to {_MOST_STUDIES}.")
    return HangingCondition(attribute, test, values)


def _screen(value: Any, where: str) -> Screen:
    asked = _members(value, where, {"role", "rows", "columns", "cells"})
    rows, columns = (_whole(asked.get(side), f"{where}.{side}", 1, MOST_SIDE) for side in ("rows", "columns"))
    cells = _list(asked.get("cells"), f"{where}.cells", rows * columns, _cell)
    if len(cells) != rows * columns:
        raise Invalid(f"{where}: {rows} rows of {columns} take {rows * columns} cells, not {len(cells)}.")
    return Screen(rows, columns, cells, _one_of(asked, "role", ROLES, where))


def _cell(value: Any, where: str) -> Cell:
    asked = _members(value, where, {"pick", "show"})
    pick = _list(asked.get("pick", []), f"{where}.pick", MOST_FALLBACKS, _selector)
    return Cell(pick, _show(asked.get("show", {}), f"{where}.show"))


def _selector(value: Any, where: str) -> Selector:
    asked = _members(value, where, set(Selector.__slots__))
    texts = {
        name: _text(asked.get(name, ""), f"{where}.{name}")
        for name in ("modality", "description", "body_part", "laterality", "view")
    }
    contrast, number = asked.get("contrast"), asked.get("number")
    if contrast not in (True, False, None):
        raise Invalid(f"{where}.contrast is true, false or null.")
    return Selector(
        study=_whole(asked.get("study", 0), f"{where}.study", 0, _MOST_STUDIES),
        orientation=_one_of(asked, "orientation", ("", *PLANES), where),
        contrast=contrast,
        number=None if number is None else _whole(number, f"{where}.number", -(2**31), 2**31 - 1),
        place=_whole(asked.get("place", 1), f"{where}.place", 1, 1000),
        sequence=_one_of(asked, "sequence", ("", *SEQUENCES), where),
        like=_whole(asked.get("like", 0), f"{where}.like", 0, MOST_SIDE**2),
        **texts,
    )


def _show(value: Any, where: str) -> Show:
    asked = _members(value, where, set(Show.__slots__))
    window, slab = asked.get("window"), asked.get("slab")
    if window is not None:
        if not _numbers(window, 2) or window[1] <= 0:
            raise Invalid(f"{where}.window is a centre and a width over 0.")
        window = (float(window[0]), float(window[1]))
    if slab is not None:
        if not (isinstance(slab, list) and len(slab) == 2 and slab[0] in _MODES and _numbers(slab[1:], 1)):
            raise Invalid(f"{where}.slab is one of {', '.join(_MODES)} and a thickness in mm.")
        if not 0 <= slab[1] <= 1000:
            raise Invalid(f"{where}.slab is at most 1000 mm thick.")
        slab = (slab[0], float(slab[1]))
    return Show(
        window=window,
        slab=slab,
        preset=_one_of(asked, "preset", ("", "acquired", "full"), where),
        size=_one_of(asked, "size", ("", "fit", "true"), where),
        plane=_one_of(asked, "plane", ("", *PLANES, "3d"), where),
        over=_text(asked.get("over", ""), f"{where}.over"),
        tiles=_whole(asked.get("tiles", 1), f"{where}.tiles", 1, 8),
        cine=_flag(asked, "cine"),
        flip=_one_of(asked, "flip", ("", "h", "v"), where),
        inverted=_flag(asked, "inverted"),
        colour=_text(asked.get("colour", ""), f"{where}.colour"),
        justify=_one_of(asked, "justify", ("", "left", "right"), where),
    )


def _members(value: Any, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(f"{where} is an object.")
    if unknown := value.keys() - known:
        raise Invalid(f"{where} has no {', '.join(sorted(unknown))[:_LONGEST]}.")
    return value


def _list(value: Any, where: str, most: int, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(f"{where} is a list of at most {most}.")
    return tuple(read(one, f"{where}[{i}]") for i, one in enumerate(value))


def _one_of(asked: Mapping[str, Any], name: str, known: tuple[str, ...], where: str) -> str:
    value = asked.get(name, "")
    if value not in known:
        raise Invalid(f"{where}.{name} is one of {', '.join(filter(None, known))}.")
    return str(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise Invalid(f"{where} is a text of at most {_LONGEST} printable characters.")
    return value.strip()


def _whole(value: Any, where: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Invalid(f"{where} is a whole number from {least} to {most}.")
    return value


def _flag(asked: Mapping[str, Any], name: str) -> bool:
    value = asked.get(name, False)
    if type(value) is not bool:
        raise Invalid(f"{name} is true or false.")
    return value


def _numbers(value: Any, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(type(v) in (int, float) and math.isfinite(v) and abs(v) < 1e9 for v in value)
    )
