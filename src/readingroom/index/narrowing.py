"""Which few studies can meet the conditions at all, where an index tells.

A list of a hundred among a million is quick in two ways: by walking an index in the asked order when many
rows meet the conditions, and by fetching by key when few can. Asking each index for `FEW` + 1 keys tells
which way it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import Connection, Select, false, func, select, text, union_all

from readingroom.model import fold

from .conditions import between_prefixes, clause, like, literal_start
from .schema import study, study_modality, study_search
from .search_statement import Condition, Test, column
from .wording import literals, needle, trigrams

FEW = 10_000
"""Rows that are sooner fetched by key and sorted than met on a walk through a million."""
_MOST_TRIGRAMS = 40
_MOST_BEGINNINGS = 400
_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.study_terms USING fts5vocab('main', 'study_search', 'row')"
)
_TERMS = "SELECT term FROM temp.study_terms WHERE term >= :low AND term < :high LIMIT :most"
Beginnings = dict[str, list[str]]
"""Entries of the full-text index by a blank and the letter that they begin with."""
_BY_PREFIX = {
    *(f"{table}.name_{group}" for table in ("study",) for group in ("alphabetic", "ideographic", "phonetic")),
    *("study.patient_id", "study.accession_number", "study.description"),
}
_BY_VALUE = {
    *("study.uid", "study.patient_id", "study.accession_number"),
    *("study.birth_date", "study.study_date", "study.source", "study.received_last"),
}
_SEARCHED = {
    *("study.name_alphabetic", "study.name_ideographic", "study.name_phonetic", "study.referring"),
    *("study.patient_id", "study.accession_number", "study.description", "study.body_parts"),
}
"""What `words` is made of, as far as patterns are compared with it."""


def resolved(connection: Connection, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Patterns for a source become the sources that meet them: there are few of these."""
    return tuple(
        _by_sources(connection, one)
        if one.test is Test.CONTAINS and one.columns == ("study.source",)
        else one
        for one in conditions
    )


def _by_sources(connection: Connection, condition: Condition) -> Condition:
    patterns = [value.replace("[", "[[]") for value in condition.values]
    known = distinct(connection, "study", "source")
    meeting = tuple(one for one in known if any(fnmatchcase(fold(one), pattern) for pattern in patterns))
    return Condition(condition.columns, Test.IS, meeting)


def distinct(connection: Connection, table: str, field: str, most: int = 1000) -> list[str]:
    """The values of an indexed column, each found by one step in its index."""
    statement = text(
        f"WITH RECURSIVE found(one) AS (SELECT min({field}) FROM {table} UNION ALL "  # noqa: S608
        f"SELECT (SELECT min({field}) FROM {table} WHERE {field} > one) FROM found WHERE one IS NOT NULL) "
        "SELECT one FROM found WHERE one IS NOT NULL LIMIT :most"
    )
    return list(connection.execute(statement, {"most": most}).scalars())


def few(connection: Connection, conditions: Sequence[Condition]) -> Select[Any] | None:
    """Keys among which are all rows that meet the conditions; None when no index finds few enough."""
    for keys in candidates(conditions, _beginnings(connection, conditions)):
        number, found = first_of(connection, keys, FEW + 1)
        if number <= FEW:
            return found
    return None


def first_of(connection: Connection, keys: Select[Any], most: int) -> tuple[int, Select[Any]]:
    """How many keys there are, counted to `most`, and those as a list that is not looked for again."""
    some = keys.limit(most).subquery()
    number, listed = connection.execute(select(func.count(), func.json_group_array(some.c[0]))).one()
    return int(number), select(func.json_each(listed).table_valued("value").c.value)


def candidates(conditions: Sequence[Condition], beginnings: Beginnings | None = None) -> list[Select[Any]]:
    """Keys by one index each, those first that usually find the fewest."""
    found: list[Select[Any]] = []
    for condition in conditions:
        own = set(condition.columns)
        if condition.test is Test.IS and own <= _BY_VALUE and condition.values:
            found.append(select(study.c.id).where(clause(condition)))
        elif condition.test is Test.LIKE and own <= _BY_PREFIX:
            found += _by_prefix(condition)
    found += _by_words(conditions, beginnings or {})
    found += _by_modality(conditions)
    found += [
        select(study.c.id).where(clause(condition))
        for condition in conditions
        if condition.test is Test.BETWEEN and set(condition.columns) <= _BY_VALUE
    ]
    return found


def _by_prefix(condition: Condition) -> list[Select[Any]]:
    prefixes = [literal_start(value) for value in condition.values]
    if not all(prefixes):
        return []
    parts = [
        select(study.c.id.label("id")).where(
            between_prefixes(column(name), prefix), like(column(name), value)
        )
        for name in condition.columns
        for value, prefix in zip(condition.values, prefixes, strict=True)
    ]
    return [select(union_all(*parts).subquery().c.id)]


def _beginnings(connection: Connection, conditions: Sequence[Condition]) -> Beginnings:
    """For words of one letter: the entries of the full-text index that begin with them.

    The index knows three characters and a blank with a letter are two. Where too many entries begin so, the
    letter is met often enough on a walk.
    """
    found: Beginnings = {}
    for condition in conditions:
        for short in condition.values if condition.test is Test.HOLDS else ():
            if len(short) == 2 and short.strip():
                connection.exec_driver_sql(_VOCABULARY)
                within = {"low": short, "high": short + chr(sys.maxunicode), "most": _MOST_BEGINNINGS + 1}
                terms = connection.execute(text(_TERMS), within).scalars().all()
                if len(terms) <= _MOST_BEGINNINGS:
                    found[short] = list(terms)
    return found


def _by_words(conditions: Sequence[Condition], beginnings: Beginnings) -> list[Select[Any]]:
    """By the full text: everything that `words` must hold, in one question."""
    terms = [term for condition in conditions if (term := _term(condition))]
    if not all(beginnings.values()):
        return [select(study.c.id).where(false())]
    terms += [f"({' OR '.join(map(_quoted, entries))})" for entries in beginnings.values()]
    if not terms:
        return []
    asked = " AND ".join(terms)
    return [select(study_search.c.rowid.label("id")).where(study_search.c.study_search.match(asked))]


def _term(condition: Condition) -> str:
    """What the full text is asked because of a condition; empty when it cannot tell."""
    own = set(condition.columns)
    if condition.test is Test.HOLDS and own == {"study.words"}:
        return _all_of(condition.values)
    if condition.test in (Test.CONTAINS, Test.LIKE) and own <= _SEARCHED:
        return _any_of([literals(fold(value)) for value in condition.values])
    if condition.test is Test.LISTS and own <= {"study.modalities"}:
        return _any_of([[f"{needle(value).rstrip()} "] for value in condition.values])
    return ""


def _all_of(needles: Sequence[str]) -> str:
    return " AND ".join(map(_quoted, trigrams(needles)[:_MOST_TRIGRAMS]))


def _quoted(entry: str) -> str:
    return f'"{entry.replace(chr(34), 2 * chr(34))}"'


def _any_of(choices: Sequence[Sequence[str]]) -> str:
    terms = [_all_of(needles) for needles in choices]
    return "(" + " OR ".join(f"({term})" for term in terms) + ")" if terms and all(terms) else ""


def _by_modality(conditions: Sequence[Condition]) -> list[Select[Any]]:
    """By the table of modalities, which is ordered by date: both together where both are asked."""
    asked = next((c for c in conditions if c.test is Test.LISTS and c.columns == ("study.modalities",)), None)
    if asked is None:
        return []
    own = study_modality.c
    keys = select(own.study_pk.label("id")).where(own.modality.in_(asked.values))
    for condition in conditions:
        if condition.columns != ("study.study_date",):
            continue
        if condition.test is Test.BETWEEN:
            low, high = condition.values
            keys = keys.where(own.study_date != "")
            keys = keys.where(own.study_date >= low) if low else keys
            keys = keys.where(own.study_date <= high) if high else keys
        elif condition.test is Test.IS:
            keys = keys.where(own.study_date.in_(condition.values))
    return [keys]
