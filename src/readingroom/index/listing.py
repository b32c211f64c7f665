"""The study list: a page of it in any order, and how many there are, among a million.

Unlike the general search of `finding` it asks indexes first how many rows can meet the conditions, and then
either fetches these by key or walks the index of the order; pages begin at their place in that index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, tuple_

from readingroom.model import Level

from .conditions import check, clause, unindexed
from .finding import Found
from .narrowing import FEW, candidates, few, first_of, resolved
from .record import Computed, Kept
from .schema import study
from .search_statement import Condition, Sorting, Test, sortable, source

_NEWEST = (Sorting("study.study_date", True), Sorting("study.study_time", True))


def list_studies(
    connection: Connection,
    conditions: Sequence[Condition],
    *,
    order: Sequence[Sorting] = (),
    limit: int,
    after: tuple[Any, ...] = (),
    computed: Computed | None = None,
) -> Iterator[Found]:
    """Studies that meet all conditions, in the asked order or the newest first.

    after: `Found.place` to go on behind. computed: attributes that are made from the counts of a row.
    """
    order = tuple(order) or _NEWEST
    conditions = resolved(connection, conditions)
    keys = few(connection, conditions)
    if keys is not None:
        statement = _sorted_few(order, keys, conditions, after, limit)
    else:
        first = (order[0].column,)
        led = (clause(c) if c.columns == first and c.test is not Test.LISTS else check(c) for c in conditions)
        statement = _in_order(order).where(*led).limit(limit)
        if after:
            statement = statement.where(_after(order, study.c.id, after))
    rows = connection.execute(statement)
    names = tuple(map(str, rows.keys()))
    for row in rows:
        counts = dict(zip(names, row, strict=True))
        kept = Kept((counts["attributes"],), computed or {}, counts)
        yield Found(counts["id"], kept, counts, None, tuple(row[-1 - len(order) :]))


def count_studies(connection: Connection, conditions: Sequence[Condition], most: int) -> tuple[int, bool]:
    """How many studies meet all conditions, looking at few more than `most` rows, and whether that is all.

    Otherwise there are at least so many; more than `most` when it is `most`.
    """
    conditions = resolved(connection, conditions)
    possible = few(connection, conditions)
    is_all = possible is not None
    if possible is None:
        enough = most + FEW // 5 if conditions else most
        some = (candidates(conditions) or [select(study.c.id)])[0]
        looked_at, possible = first_of(connection, some, enough + 1)
        is_all = looked_at <= enough
        if not conditions:
            return min(looked_at, most), is_all
    met = select(study.c.id).where(study.c.id.in_(possible), *map(check, conditions)).limit(most + 1)
    number = int(connection.execute(select(func.count()).select_from(met.subquery())).scalar_one())
    return min(number, most), is_all and number <= most


def _sorted_few(
    order: tuple[Sorting, ...],
    keys: Select[Any],
    conditions: Sequence[Condition],
    after: tuple[Any, ...],
    limit: int,
) -> Select[Any]:
    """Studies among those keys. Only keys and what is sorted by are sorted: the rows themselves are wide."""
    sorts = [unindexed(sortable(sorting.column)) for sorting in order]
    ids = select(study.c.id).where(study.c.id.in_(keys), *map(check, conditions))
    if after:
        ids = ids.where(_after(order, unindexed(study.c.id), after))
    ids = ids.order_by(*_directions(order, sorts)).limit(limit)
    whole = _in_order(order).where(study.c.id.in_(ids)).order_by(None)
    return whole.order_by(*_directions(order, sorts))


def _after(
    order: Sequence[Sorting], own_id: ColumnElement[int], place: tuple[Any, ...]
) -> ColumnElement[bool]:
    """Rows behind `place` in the order."""
    found = [*(sortable(sorting.column) for sorting in order), own_id]
    is_descending = order[0].descending
    if all(sorting.descending == is_descending for sorting in order):
        here, there = tuple_(*found), tuple_(*map(literal, place))
        return here < there if is_descending else here > there  # SQLite begins at that place of the index
    clauses = []
    fixed: list[ColumnElement[bool]] = []
    for one, sorting, value in zip(found, order, place, strict=False):
        clauses.append(and_(*fixed, one < value if sorting.descending else one > value))
        fixed.append(one == value)
    beyond_id = own_id < place[-1] if is_descending else own_id > place[-1]
    return or_(*clauses, and_(*fixed, beyond_id))


def _in_order(order: tuple[Sorting, ...]) -> Select[Any]:
    """All studies in that order; what `Found.place` is made of comes last: sort values and id."""
    sorts = [sortable(sorting.column) for sorting in order]
    places = (*(found.label(f"sort_{n}") for n, found in enumerate(sorts)), study.c.id.label("place_id"))
    return source(Level.STUDY).add_columns(*places).order_by(*_directions(order, sorts))


def _directions(order: Sequence[Sorting], sorts: Sequence[ColumnElement[Any]]) -> list[Any]:
    directions = [
        found.desc() if s.descending else found.asc() for found, s in zip(sorts, order, strict=True)
    ]
    return [*directions, study.c.id.desc() if order[0].descending else study.c.id.asc()]
