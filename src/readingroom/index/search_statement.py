"""From conditions on rows to the text of an SQL statement.

Making a statement takes longer than asking for some rows, so its text is made once for each shape of a
question; the values go beside it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy import Integer as SqlInteger
from sqlalchemy.dialects import sqlite

from readingroom.model import Level

from .schema import instance, patient, series, study, study_modality


class Test(Enum):
    """How a column is compared."""

    IS = "is"
    """Equal to one of the values."""
    LIKE = "like"
    """Meets one of the patterns with * and ?; nothing else is special."""
    BETWEEN = "between"
    """From values[0] to values[1], both included, as text; an empty bound is open. Empty columns fail."""
    LISTS = "lists"
    """A backslash-joined column holds one of the values."""
    HOLDS = "holds"
    """Contains each of the values anywhere."""
    CONTAINS = "contains"
    """Meets one of the folded patterns with * and ? when it is folded itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """columns: "table.column" names of which at least one must meet the test."""

    columns: tuple[str, ...]
    test: Test
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorting:
    """A column to sort by, as "table.column"."""

    column: str
    descending: bool = False


Parameters = dict[str, Any]

TABLES = {"patient": patient, "study": study, "series": series, "instance": instance}
OWN = {Level.PATIENT: patient, Level.STUDY: study, Level.SERIES: series, Level.IMAGE: instance}
FOLDED = re.compile(r"\w+\.(name_\w+|referring|words)")
"""Columns that are folded already."""
_NUMBERS = {"series.number", "instance.number"}
_PREFIX_INDEXED = {
    f"{table}.name_{group}"
    for table in ("patient", "study")
    for group in ("alphabetic", "ideographic", "phonetic")
}
FEW = 1000
"""Rows that are sooner fetched by key and sorted than met on a walk."""
_MODALITIES = ("study.modalities",)
_STUDY_COUNTS = (
    study.c.uid, study.c.modalities, study.c.body_parts, study.c.sop_classes, study.c.source,
    study.c.series_count, study.c.instance_count, study.c.received_last,
)  # fmt: skip
_ZERO: ColumnElement[int] = literal_column("0")
_DIALECT = sqlite.dialect(paramstyle="named")


def text_of(statement: Executable) -> str:
    """The statement as the driver takes it, with a mapping of parameters."""
    return str(statement.compile(dialect=_DIALECT))  # type: ignore[attr-defined]


def _named(parameter: str) -> BindParameter[Any]:
    return bindparam(parameter)


def shape_of(conditions: Sequence[Condition]) -> tuple[tuple[Condition, ...], Parameters]:
    """The conditions with names of parameters for values, and the parameters.

    Open bounds stay empty.
    """
    shapes, parameters = [], {}
    for number, condition in enumerate(conditions):
        names = []
        for at, value in enumerate(condition.values):
            if condition.test is Test.BETWEEN and not value:
                names.append("")
                continue
            names.append(f"c{number}_{at}")
            parameters[names[-1]] = _compared(condition, value)
        shapes.append(replace(condition, values=tuple(names)))
    return tuple(shapes), parameters


def _compared(condition: Condition, value: str) -> str:
    match condition.test:
        case Test.LIKE | Test.CONTAINS:
            return escape_glob(value)
        case Test.LISTS if condition.columns != _MODALITIES:
            return f"\\{value}\\"
    return value


def escape_glob(pattern: str) -> str:
    """A DICOM pattern for GLOB, where only the opening bracket means something more."""
    return pattern.replace("[", "[[]")


def column(name: str) -> ColumnElement[Any]:
    """The column "table.column"; raises KeyError when there is none."""
    if name == "study.date_and_time":
        return study.c.study_date + study.c.study_time
    table, _, field = name.partition(".")
    return TABLES[table].c[field]


def sortable(name: str) -> ColumnElement[Any]:
    """The column as it is sorted: numbers kept as text sort as numbers."""
    found = column(name)
    return cast(found, SqlInteger) if name in _NUMBERS else found


def _compare(name: str, shape: Condition) -> ColumnElement[bool]:
    found, values = column(name), [_named(value) if value else None for value in shape.values]
    match shape.test:
        case Test.IS:
            return found == values[0] if len(values) == 1 else found.in_(values)
        case Test.LIKE:
            return or_(*(found.op("GLOB")(value) for value in values))
        case Test.CONTAINS:
            folded = found if FOLDED.fullmatch(name) else func.folded(found)
            return or_(*(folded.op("GLOB")(value) for value in values))
        case Test.BETWEEN:
            low, high = values
            parts = [found != literal_column("''")]
            parts += [found >= low] if low is not None else []
            parts += [found <= high] if high is not None else []
            return and_(*parts)
        case Test.HOLDS:
            return and_(*(func.instr(found, value) > _ZERO for value in values))
        case Test.LISTS:
            joined = literal_column("'\\'").concat(found).concat(literal_column("'\\'"))
            return or_(*(func.instr(joined, value) > _ZERO for value in values))


def clause(shape: Condition) -> ColumnElement[bool]:
    """What rows must meet."""
    if not shape.values:
        return false()
    if shape.test is Test.LISTS and shape.columns == _MODALITIES:
        # A table of its own, so that a modality nobody has costs nothing (contract: backend-stack 4).
        wanted = [_named(value) for value in shape.values]
        chosen = select(study_modality.c.study_pk).where(study_modality.c.modality.in_(wanted))
        return study.c.id.in_(chosen)
    return or_(*(_compare(name, shape) for name in shape.columns))


def prefixes_of(condition: Condition, shape: Condition) -> Parameters:
    """The bounds between which an index finds what the patterns of a condition may meet; {} for none."""
    prefixes = [re.split(r"[*?]", pattern, maxsplit=1)[0] for pattern in condition.values]
    indexed = condition.test is Test.LIKE and set(condition.columns) <= _PREFIX_INDEXED
    if not (indexed and prefixes and all(prefixes)):
        return {}
    bounds: Parameters = {}
    for name, prefix in zip(shape.values, prefixes, strict=True):
        last = ord(prefix[-1]) + 1  # the next prefix in the order of code points
        if last > sys.maxunicode:
            return {}
        after = chr(0xE000 if 0xD800 <= last <= 0xDFFF else last)
        bounds |= {f"{name}_low": prefix, f"{name}_high": prefix[:-1] + after}
    return bounds


def _keys(shape: Condition) -> Any:
    """Ids of the rows that meet a condition, by the index of its columns and `prefixes_of`."""
    own_id = TABLES[shape.columns[0].partition(".")[0]].c.id
    parts = []
    for name in shape.columns:
        found = column(name)
        told = found != literal_column("''")  # as the partial indexes say it
        for value in shape.values:
            low, high = _named(f"{value}_low"), _named(f"{value}_high")
            meets = and_(told, found >= low, found < high, found.op("GLOB")(_named(value)))
            parts.append(select(own_id).where(meets))
    return union_all(*parts)


@lru_cache(64)
def probe_text(shape: Condition) -> str:
    """Counts the rows that meet a condition, up to one more than `FEW`."""
    some = _keys(shape).limit(literal_column(str(FEW + 1))).offset(_ZERO)
    return text_of(select(func.count()).select_from(some.subquery()))


def source(level: Level) -> Select[Any]:
    """All that is told of a row, without its place in an order."""
    if level is Level.PATIENT:
        return select(patient)
    if level is Level.STUDY:
        return select(study.c.id, study.c.attributes, *_STUDY_COUNTS)
    statement = select(series).add_columns(
        study.c.attributes.label("study_attributes"), study.c.uid.label("study_uid")
    )
    if level is Level.SERIES:
        return statement.join(study, study.c.id == series.c.study_pk)
    return (
        select(instance)
        .add_columns(
            series.c.attributes.label("series_attributes"),
            study.c.attributes.label("study_attributes"),
            series.c.uid.label("series_uid"),
            study.c.uid.label("study_uid"),
        )
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
    )


def _after(order: Sequence[Sorting], own_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Rows behind a place in the order, parameters p0, p1...: the first differing column decides."""
    clauses = []
    fixed: list[ColumnElement[bool]] = []
    for number, sorting in enumerate(order):
        found, value = sortable(sorting.column), _named(f"p{number}")
        beyond = found < value if sorting.descending else found > value
        clauses.append(and_(*fixed, beyond))
        fixed.append(found == value)
    last = _named(f"p{len(order)}")
    beyond_id = own_id < last if order[0].descending else own_id > last
    return or_(*clauses, and_(*fixed, beyond_id))


@dataclass(frozen=True, slots=True)
class Question:
    """The shape of a search. few: numbers of the conditions that lead it, because few rows meet them."""

    level: Level
    order: tuple[Sorting, ...]
    shapes: tuple[Condition, ...] = ()
    few: frozenset[int] = frozenset()
    goes_on: bool = False
    is_part: bool = False


@lru_cache(256)
def search_text(question: Question) -> str:
    """Rows in their order; last comes what a place in it is made of: sort values and id.

    Parameters: those of the conditions, `p0`... of the place to go on behind, and of a part, `limit` (-1 for
    none) and `offset`.
    """
    own_id, order = OWN[question.level].c.id, question.order
    sorts = [sortable(sorting.column) for sorting in order]
    places = (*(found.label(f"sort_{n}") for n, found in enumerate(sorts)), own_id.label("place_id"))
    directions = [
        found.desc() if s.descending else found.asc() for found, s in zip(sorts, order, strict=True)
    ]
    last = own_id.desc() if order[0].descending else own_id.asc()
    statement = source(question.level).add_columns(*places).order_by(*directions, last)
    for number, shape in enumerate(question.shapes):
        is_few = number in question.few
        own = TABLES[shape.columns[0].partition(".")[0]].c.id
        statement = statement.where(own.in_(_keys(shape)) if is_few else clause(shape))
    if question.goes_on:
        statement = statement.where(_after(order, own_id))
    if question.is_part:
        limit, offset = (bindparam(name, type_=SqlInteger) for name in ("limit", "offset"))
        statement = statement.limit(limit).offset(offset)
    return text_of(statement)


@lru_cache(64)
def count_text(level: Level, shapes: tuple[Condition, ...]) -> str:
    """How many rows meet the conditions."""
    statement = source(level).where(*map(clause, shapes))
    return text_of(statement.with_only_columns(func.count(), maintain_column_froms=True))


def names_of(cursor: Any) -> tuple[str, ...]:
    """The names of a driver's result columns."""
    return tuple(described[0] for described in cursor.description)
