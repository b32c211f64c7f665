"""Named queries: which patients, studies, series and instances meet a list of conditions.

The query room says in `Condition`s what it can leave to the database; what a condition means is exact, so
that it need not be checked again. Rows come straight from the driver: between it and us they would take
more time than in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from readingroom.model import InstanceRef, Level, Selection, StoredInstance

from .record import Computed, Kept
from .schema import instance, series, study
from .search_statement import (
    FEW,
    Condition,
    Parameters,
    Question,
    Sorting,
    count_text,
    names_of,
    prefixes_of,
    probe_text,
    search_text,
    shape_of,
    sortable,
    text_of,
)


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


_DUMPED = {
    Level.PATIENT: ("attributes",),
    Level.STUDY: ("attributes",),
    Level.SERIES: ("attributes", "study_attributes"),
    Level.IMAGE: ("attributes", "series_attributes", "study_attributes"),
}
_DEFAULT_ORDER: dict[Level, tuple[Sorting, ...]] = {
    Level.PATIENT: (Sorting("patient.name_alphabetic"),),
    Level.STUDY: (Sorting("study.study_date", True), Sorting("study.study_time", True)),
    Level.SERIES: (Sorting("series.number"),),
    Level.IMAGE: (Sorting("instance.number"),),
}


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
    with closing(connection.connection.cursor()) as cursor:
        shapes, parameters = shape_of(conditions)
        few = _led_by(cursor, conditions, shapes, parameters)
        parameters |= {f"p{number}": value for number, value in enumerate(after)}
        parameters |= {"limit": -1 if limit is None else limit, "offset": offset}
        is_part = limit is not None or offset > 0
        question = Question(level, order, shapes, few, bool(after), is_part)
        cursor.execute(search_text(question), parameters)
        names = names_of(cursor)
        dumped = itemgetter(*map(names.index, _DUMPED[level])) if level > Level.STUDY else None
        text, made = names.index("attributes"), computed or {}
        places = -1 - len(order)
        for row in iter(cursor.fetchone, None):
            counts: Mapping[str, Any] = dict(zip(names, row, strict=True))
            texts = dumped(row) if dumped else (row[text],)
            pk = counts["id"]
            signature: tuple[Any, ...] | None = row
            if level is Level.PATIENT:
                counts, signature = patient_counts(connection, pk), None
            stored = stored_instance(counts) if level is Level.IMAGE else None
            yield Found(pk, Kept(texts, made, counts, signature), counts, stored, row[places:])


def _led_by(
    cursor: Any, conditions: Sequence[Condition], shapes: Sequence[Condition], parameters: Parameters
) -> frozenset[int]:
    """Numbers of the conditions whose index tells that few rows meet them; adds the bounds they need.

    Otherwise the rows are walked in their order until enough are found, which is quick only for what many
    rows meet.
    """
    few = set()
    for number, (condition, shape) in enumerate(zip(conditions, shapes, strict=True)):
        bounds = prefixes_of(condition, shape)
        if not bounds:
            continue
        asked = bounds | {name: parameters[name] for name in shape.values}
        if cursor.execute(probe_text(shape), asked).fetchone()[0] <= FEW:
            few.add(number)
            parameters |= bounds
    return frozenset(few)


def count(connection: Connection, level: Level, conditions: Sequence[Condition]) -> int:
    """How many rows meet all conditions."""
    shapes, parameters = shape_of(conditions)
    with closing(connection.connection.cursor()) as cursor:
        return int(cursor.execute(count_text(level, shapes), parameters).fetchone()[0])


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
    """What `StoredInstance` is made of, in its order."""
    own = instance.c
    return (
        study.c.uid.label("study_uid"), series.c.uid.label("series_uid"), own.uid, own.sop_class,
        own.transfer_syntax, own.blob, own.size, own.dataset_offset, own.pixel_offset, own.frames, own.sha256,
    )  # fmt: skip


def stored_instance(row: Mapping[str, Any]) -> StoredInstance:
    """The instance that a row with study_uid and series_uid describes."""
    return StoredInstance(
        ref=InstanceRef(row["study_uid"], row["series_uid"], row["uid"]),
        sop_class_uid=row["sop_class"],
        transfer_syntax_uid=row["transfer_syntax"],
        blob=row["blob"],
        size=row["size"],
        dataset_offset=row["dataset_offset"],
        pixel_offset=row["pixel_offset"],
        number_of_frames=row["frames"],
        sha256=row["sha256"],
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
    if all(len(values) == 1 for values in given.values()):
        names = {name: values[0] for name, values in given.items()}
        with closing(connection.connection.cursor()) as cursor:
            rows = cursor.execute(_selecting_one(tuple(names)), names).fetchall()
    else:
        rows = connection.execute(_selecting(tuple(given)), given).all()
    return [StoredInstance(InstanceRef(*row[:3]), *row[3:]) for row in rows]


@cache
def _selecting_one(given: tuple[str, ...]) -> str:
    """The statement for one value of each, as the driver takes it: that alone is four times as fast."""
    return text_of(_selecting(given, is_one=True))


@cache
def _selecting(given: tuple[str, ...], *, is_one: bool = False) -> Select[Any]:
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
        value: BindParameter[Any] = bindparam(name, expanding=not is_one)
        statement = statement.where(own[name] == value if is_one else own[name].in_(value))
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
    return stored_instance(row._asdict()) if row else None
