"""Named queries: which patients, studies, series and instances meet a list of conditions.

The query room says in `Condition`s what it can leave to the database; what a condition means is exact, so
that it need not be checked again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
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

from readingroom.model import InstanceRef, Level, Selection, StoredInstance

from .record import Computed, Kept
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


@dataclass(frozen=True, slots=True)
class Found:
    """One row that meets the conditions.

    attributes: of its own and all higher levels, and what was to be computed from the counts. counts:
    numbers and lists by column name.
    stored: only at the IMAGE level. place: sort values and id, to go on behind this row.
    """

    pk: int
    attributes: Kept
    counts: Mapping[str, Any]
    stored: StoredInstance | None
    place: tuple[Any, ...]


_TABLES = {"patient": patient, "study": study, "series": series, "instance": instance}
_OWN = {Level.PATIENT: patient, Level.STUDY: study, Level.SERIES: series, Level.IMAGE: instance}
_NUMBERS = {"series.number", "instance.number"}
_PREFIX_INDEXED = {
    f"{table}.name_{group}"
    for table in ("patient", "study")
    for group in ("alphabetic", "ideographic", "phonetic")
}
_FEW = 1000
"""Rows that are sooner fetched by key and sorted than met on a walk."""
_DUMPED = {
    Level.PATIENT: ("attributes",),
    Level.STUDY: ("attributes",),
    Level.SERIES: ("attributes", "study_attributes"),
    Level.IMAGE: ("attributes", "series_attributes", "study_attributes"),
}
_STUDY_COUNTS = (
    study.c.uid, study.c.modalities, study.c.sop_classes, study.c.source, study.c.series_count,
    study.c.instance_count, study.c.received_last,
)  # fmt: skip
_DEFAULT_ORDER: dict[Level, tuple[Sorting, ...]] = {
    Level.PATIENT: (Sorting("patient.name_alphabetic"),),
    Level.STUDY: (Sorting("study.study_date", True), Sorting("study.study_time", True)),
    Level.SERIES: (Sorting("series.number"),),
    Level.IMAGE: (Sorting("instance.number"),),
}


def column(name: str) -> ColumnElement[Any]:
    """The column "table.column"; raises KeyError when there is none."""
    if name == "study.date_and_time":
        return study.c.study_date + study.c.study_time
    table, _, field = name.partition(".")
    return _TABLES[table].c[field]


def sortable(name: str) -> ColumnElement[Any]:
    """The column as it is sorted: numbers kept as text sort as numbers."""
    found = column(name)
    return cast(found, SqlInteger) if name in _NUMBERS else found


def escape_glob(pattern: str) -> str:
    """A DICOM pattern for GLOB, where only the opening bracket means something more."""
    return pattern.replace("[", "[[]")


def _like(found: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    return found.op("GLOB")(escape_glob(pattern))


def _compare(name: str, condition: Condition) -> ColumnElement[bool]:
    found, values = column(name), condition.values
    match condition.test:
        case Test.IS:
            return found.in_(values)
        case Test.LIKE:
            return or_(*(_like(found, value) for value in values))
        case Test.BETWEEN:
            low, high = values
            parts = [found != ""]
            parts += [found >= low] if low else []
            parts += [found <= high] if high else []
            return and_(*parts)
        case Test.HOLDS:
            return and_(*(func.instr(found, value) > 0 for value in values))
        case Test.LISTS:
            joined = literal_column("'\\'").concat(found).concat(literal_column("'\\'"))
            return or_(*(func.instr(joined, f"\\{value}\\") > 0 for value in values))


def _narrowed(connection: Connection, condition: Condition) -> ColumnElement[bool]:
    """The condition, led by an index of its columns where that tells that few rows meet it.

    Otherwise the rows are walked in their order until enough are found, which is quick only for what many
    rows meet.
    """
    prefixes = [_literal_start(value) for value in condition.values]
    indexed = condition.test is Test.LIKE and set(condition.columns) <= _PREFIX_INDEXED
    if not (indexed and prefixes and all(prefixes)):
        return _clause(condition)
    own_id = _TABLES[condition.columns[0].partition(".")[0]].c.id
    parts = [
        select(own_id).where(_between_prefixes(column(name), prefix), _like(column(name), value))
        for name in condition.columns
        for value, prefix in zip(condition.values, prefixes, strict=True)
    ]
    keys = union_all(*parts)
    probe = select(func.count()).select_from(keys.limit(_FEW + 1).subquery())
    return own_id.in_(keys) if connection.execute(probe).scalar_one() <= _FEW else _clause(condition)


def _literal_start(pattern: str) -> str:
    """What stands before the first wildcard."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def _between_prefixes(found: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Not empty, and from the prefix to before the next one in the order of code points."""
    told = found != literal_column("''")  # as the partial indexes say it
    last = ord(prefix[-1]) + 1
    if last > sys.maxunicode:
        return and_(told, found >= prefix)
    after = prefix[:-1] + chr(0xE000 if 0xD800 <= last <= 0xDFFF else last)
    return and_(told, found >= prefix, found < after)


def _clause(condition: Condition) -> ColumnElement[bool]:
    if condition.test is Test.LISTS and condition.columns == ("study.modalities",):
        # A table of its own, so that a modality nobody has costs nothing (contract: backend-stack 4).
        chosen = select(study_modality.c.study_pk).where(study_modality.c.modality.in_(condition.values))
        return study.c.id.in_(chosen)
    if not condition.values:
        return false()
    return or_(*(_compare(name, condition) for name in condition.columns))


def _source(level: Level) -> Select[Any]:
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


def _after(
    order: Sequence[Sorting], own_id: ColumnElement[int], place: tuple[Any, ...]
) -> ColumnElement[bool]:
    """Rows behind `place` in the order: the first differing column decides."""
    clauses = []
    fixed: list[ColumnElement[bool]] = []
    for sorting, value in zip(order, place, strict=False):
        found = sortable(sorting.column)
        beyond = found < value if sorting.descending else found > value
        clauses.append(and_(*fixed, beyond))
        fixed.append(found == value)
    beyond_id = own_id < place[-1] if order and order[0].descending else own_id > place[-1]
    return or_(*clauses, and_(*fixed, beyond_id))


@lru_cache(256)
def _in_order(level: Level, order: tuple[Sorting, ...]) -> Select[Any]:
    """All rows of a level in that order; making the statement takes longer than asking for one row.

    What `Found.place` is made of comes last: sort values and id.
    """
    own_id = _OWN[level].c.id
    sorts = [sortable(sorting.column) for sorting in order]
    places = (*(found.label(f"sort_{n}") for n, found in enumerate(sorts)), own_id.label("place_id"))
    directions = [
        found.desc() if s.descending else found.asc() for found, s in zip(sorts, order, strict=True)
    ]
    last = own_id.desc() if order[0].descending else own_id.asc()
    return _source(level).add_columns(*places).order_by(*directions, last)


def find(
    connection: Connection,
    level: Level,
    conditions: Sequence[Condition],
    *,
    order: Sequence[Sorting] = (),
    limit: int | None = None,
    offset: int = 0,
    after: tuple[Any, ...] = (),
    computed: Computed | None = None,
) -> Iterator[Found]:
    """Rows of one level that meet all conditions, in the asked or the level's natural order.

    computed: attributes that are made from the counts of a row.
    """
    order = tuple(order) or _DEFAULT_ORDER[level]
    statement = _in_order(level, order)
    if conditions:
        statement = statement.where(*(_narrowed(connection, condition) for condition in conditions))
    if after:
        statement = statement.where(_after(order, _OWN[level].c.id, after))
    if limit is not None:
        statement = statement.limit(limit)
    elif offset:
        statement = statement.limit(-1)
    if offset:
        statement = statement.offset(offset)
    rows = connection.execution_options(yield_per=500).execute(statement)
    names = tuple(map(str, rows.keys()))
    dumped = itemgetter(*_DUMPED[level]) if level > Level.STUDY else None
    for row in rows:
        counts: Mapping[str, Any] = dict(zip(names, row, strict=True))
        texts = dumped(counts) if dumped else (counts["attributes"],)
        pk = counts["id"]
        if level is Level.PATIENT:
            counts = patient_counts(connection, pk)
        stored = stored_instance(row) if level is Level.IMAGE else None
        place = tuple(row[-1 - len(order) :])
        yield Found(pk, Kept(texts, computed or {}, counts), counts, stored, place)


def count(connection: Connection, level: Level, conditions: Sequence[Condition]) -> int:
    """How many rows meet all conditions."""
    statement = (
        _source(level)
        .where(*map(_clause, conditions))
        .with_only_columns(func.count(), maintain_column_froms=True)
    )
    return int(connection.execute(statement).scalar_one())


def patient_counts(connection: Connection, pk: int) -> Mapping[str, Any]:
    """Studies, series and instances of one patient."""
    statement = select(
        func.count().label("study_count"),
        func.coalesce(func.sum(study.c.series_count), 0).label("series_count"),
        func.coalesce(func.sum(study.c.instance_count), 0).label("instance_count"),
    ).where(study.c.patient_pk == pk)
    return dict(connection.execute(statement).one()._mapping)


@cache
def _stored_columns() -> tuple[Any, ...]:
    own = instance.c
    return (
        own.uid, own.sop_class, own.transfer_syntax, own.blob, own.size, own.dataset_offset, own.pixel_offset,
        own.frames, own.sha256, series.c.uid.label("series_uid"), study.c.uid.label("study_uid"),
    )  # fmt: skip


def stored_instance(row: Row[Any]) -> StoredInstance:
    """The instance that a row with study_uid and series_uid describes."""
    return StoredInstance(
        ref=InstanceRef(row.study_uid, row.series_uid, row.uid),
        sop_class_uid=row.sop_class,
        transfer_syntax_uid=row.transfer_syntax,
        blob=row.blob,
        size=row.size,
        dataset_offset=row.dataset_offset,
        pixel_offset=row.pixel_offset,
        number_of_frames=row.frames,
        sha256=row.sha256,
    )


def select_instances(connection: Connection, selection: Selection) -> list[StoredInstance]:
    """The selected instances, by study, series and instance number; an empty selection selects nothing."""
    lists = {
        "patients": selection.patient_ids,
        "studies": selection.study_instance_uids,
        "series": selection.series_instance_uids,
        "instances": selection.sop_instance_uids,
    }
    given = {name: list(values) for name, values in lists.items() if values}
    if not given:
        return []
    rows = connection.execute(_selecting(tuple(given)), given)
    return [stored_instance(row) for row in rows]


@cache
def _selecting(given: tuple[str, ...]) -> Select[Any]:
    """The statement for a selection that has these lists; building it costs more than asking."""
    statement = (
        select(*_stored_columns())
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
        .order_by(
            study.c.id, sortable("series.number"), series.c.id, sortable("instance.number"), instance.c.id
        )
    )
    own = {
        "patients": study.c.patient_id,
        "studies": study.c.uid,
        "series": series.c.uid,
        "instances": instance.c.uid,
    }
    for name in given:
        statement = statement.where(own[name].in_(bindparam(name, expanding=True)))
    return statement


def first_instance(connection: Connection, level: Level, pk: int) -> StoredInstance | None:
    """One instance below the patient, study or series with that key."""
    statement = (
        select(*_stored_columns())
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
        .where({Level.PATIENT: study.c.patient_pk, Level.STUDY: study.c.id}.get(level, series.c.id) == pk)
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return stored_instance(row) if row else None
