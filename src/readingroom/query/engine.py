"""`find`: from a Query to Matches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from readingroom import index
from readingroom.index import Computed, Database, Found
from readingroom.model import Attribute, Attributes, Key, Level, Match, Query, StoredInstance, Tag
from readingroom.standard import levels

from .compiling import Plan, compile_query
from .matching import matches
from .timezone import moved

ReadAttributes = Callable[[StoredInstance], Attributes]
"""Reads the whole Data Set of a stored instance, bulk values left out."""


class QueryEngine:
    """Answers queries from one index.

    read_attributes: reads an instance's own Data Set when a query asks for an attribute that is not
    indexed.
    """

    def __init__(self, database: Database, read_attributes: ReadAttributes) -> None:
        self._database = database
        self._read_attributes = read_attributes

    def find(self, query: Query) -> Iterator[Match]:
        """All matches in the asked order, one at a time; closing the iterator ends the work."""
        plan = compile_query(query)
        exact = not plan.remaining
        with self._database.reading() as connection:
            rows = index.find(
                connection,
                query.level,
                plan.conditions,
                order=plan.order,
                limit=query.limit if exact else None,
                offset=query.offset if exact else 0,
                after=query.after,
                computed=_COMPUTED[query.level],
            )
            unknown = (query.returned | _needed(plan)) - levels.level_of().keys()
            found: Iterator[Match] = (self._match(connection, query.level, row, unknown) for row in rows)
            if not exact:
                found = (match for match in found if _meets(match.attributes, plan.remaining, query))
                stop = None if query.limit is None else query.offset + query.limit
                found = itertools.islice(found, query.offset, stop)
            yield from found

    def count(self, query: Query) -> int:
        """How many matches there are, limit and offset left aside."""
        plan = compile_query(query)
        if plan.remaining:
            return sum(1 for _ in self.find(replace(query, returned=_needed(plan), limit=None, offset=0)))
        with self._database.reading() as connection:
            return index.count(connection, query.level, plan.conditions)

    def list_studies(self, query: Query, limit: int) -> Iterator[Match]:
        """As `find` for studies, by indexes of their own, so that it is quick among a million."""
        plan = compile_query(query)
        if plan.remaining:
            yield from self.find(replace(query, limit=limit))
            return
        with self._database.reading() as connection:
            rows = index.list_studies(
                connection, plan.conditions, order=plan.order, limit=limit, after=query.after,
                computed=_COMPUTED[Level.STUDY],
            )  # fmt: skip
            for row in rows:
                yield self._match(connection, Level.STUDY, row, frozenset())

    def count_studies(self, query: Query, most: int) -> tuple[int, bool]:
        """How many studies match, counted to about `most`, and whether that is all; else at least so many."""
        plan = compile_query(query)
        if plan.remaining:
            found = sum(1 for _ in self.find(replace(query, limit=most + 1, after=())))
            return min(found, most), found <= most
        with self._database.reading() as connection:
            return index.count_studies(connection, plan.conditions, most)

    def choices(self) -> tuple[list[str], list[str]]:
        """The modalities and the sources that studies here have."""
        with self._database.reading() as connection:
            return (
                index.distinct(connection, "study_modality", "modality"),
                index.distinct(connection, "study", "source"),
            )

    def _match(
        self, connection: index.Connection, level: Level, row: Found, unknown: frozenset[Tag]
    ) -> Match:
        """unknown: wanted tags that the index does not keep."""
        attributes: Attributes = row.attributes
        missing = unknown and unknown - attributes.keys()
        if missing:
            instance = row.stored or index.first_instance(connection, level, row.pk)
            if instance is not None:
                own = self._read_attributes(instance)
                attributes = dict(attributes) | {tag: own[tag] for tag in missing if tag in own}
        return Match(level, attributes, row.place, row.counts)


def _needed(plan: Plan) -> frozenset[Tag]:
    """Attributes that the remaining keys are compared with."""
    return frozenset(key.path[0] for key in plan.remaining)


def _meets(attributes: Attributes, keys: Sequence[Key], query: Query) -> bool:
    return matches(moved(attributes, keys, query.timezone) if query.timezone else attributes, keys)


def _number(column: str) -> Callable[[Mapping[str, Any]], Attribute]:
    return lambda counts: Attribute("IS", (str(counts[column]),))


def _list(vr: str, column: str) -> Callable[[Mapping[str, Any]], Attribute]:
    return lambda counts: Attribute(vr, tuple(filter(None, counts[column].split("\\"))))


_ONLINE = Attribute("CS", ("ONLINE",))


def _online(_counts: Mapping[str, Any]) -> Attribute:
    return _ONLINE


_COMPUTED: Mapping[Level, Computed] = {
    Level.PATIENT: {
        levels.NUMBER_OF_PATIENT_RELATED_STUDIES: _number("study_count"),
        levels.NUMBER_OF_PATIENT_RELATED_SERIES: _number("series_count"),
        levels.NUMBER_OF_PATIENT_RELATED_INSTANCES: _number("instance_count"),
    },
    Level.STUDY: {
        levels.INSTANCE_AVAILABILITY: _online,
        levels.MODALITIES_IN_STUDY: _list("CS", "modalities"),
        levels.SOP_CLASSES_IN_STUDY: _list("UI", "sop_classes"),
        levels.NUMBER_OF_STUDY_RELATED_SERIES: _number("series_count"),
        levels.NUMBER_OF_STUDY_RELATED_INSTANCES: _number("instance_count"),
    },
    Level.SERIES: {
        levels.INSTANCE_AVAILABILITY: _online,
        levels.NUMBER_OF_SERIES_RELATED_INSTANCES: _number("instance_count"),
    },
    Level.IMAGE: {
        levels.INSTANCE_AVAILABILITY: _online,
        levels.AVAILABLE_TRANSFER_SYNTAX_UID: _list("UI", "transfer_syntax"),
    },
}
