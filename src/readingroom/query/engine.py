"""`find`: from a Query to Matches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from readingroom import index
from readingroom.index import Database, Found
from readingroom.model import Attribute, Attributes, Level, Match, Query, StoredInstance, Tag
from readingroom.standard import levels

from .compiling import compile_query
from .matching import matches

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
            )
            found: Iterator[Match] = (self._match(connection, query, row) for row in rows)
            if not exact:
                found = (match for match in found if matches(match.attributes, plan.remaining))
                stop = None if query.limit is None else query.offset + query.limit
                found = itertools.islice(found, query.offset, stop)
            yield from found

    def count(self, query: Query) -> int:
        """How many matches there are, limit and offset left aside."""
        plan = compile_query(query)
        if plan.remaining:
            return sum(1 for _ in self.find(Query(query.level, query.keys, text=query.text)))
        with self._database.reading() as connection:
            return index.count(connection, query.level, plan.conditions)

    def _match(self, connection: index.Connection, query: Query, row: Found) -> Match:
        attributes: dict[Tag, Attribute] = row.attributes | _computed(query.level, row)
        missing = query.returned and query.returned - levels.level_of().keys() - attributes.keys()
        if missing:
            instance = row.stored or index.first_instance(connection, query.level, row.pk)
            if instance is not None:
                own = self._read_attributes(instance)
                attributes.update((tag, own[tag]) for tag in missing if tag in own)
        facts = {name: row.counts[name] for name in _FACTS if name in row.counts}
        return Match(query.level, attributes, row.place, facts)


_ONLINE = Attribute("CS", ("ONLINE",))
_FACTS = ("source", "received_last", "frame_count", "sop_classes", "transfer_syntaxes")


def _computed(level: Level, row: Found) -> dict[Tag, Attribute]:
    counts = row.counts
    if level is Level.PATIENT:
        return {
            levels.NUMBER_OF_PATIENT_RELATED_STUDIES: _number(counts["study_count"]),
            levels.NUMBER_OF_PATIENT_RELATED_SERIES: _number(counts["series_count"]),
            levels.NUMBER_OF_PATIENT_RELATED_INSTANCES: _number(counts["instance_count"]),
        }
    if level is Level.STUDY:
        return {
            levels.INSTANCE_AVAILABILITY: _ONLINE,
            levels.MODALITIES_IN_STUDY: _list("CS", counts["modalities"]),
            levels.SOP_CLASSES_IN_STUDY: _list("UI", counts["sop_classes"]),
            levels.NUMBER_OF_STUDY_RELATED_SERIES: _number(counts["series_count"]),
            levels.NUMBER_OF_STUDY_RELATED_INSTANCES: _number(counts["instance_count"]),
        }
    if level is Level.SERIES:
        return {
            levels.INSTANCE_AVAILABILITY: _ONLINE,
            levels.NUMBER_OF_SERIES_RELATED_INSTANCES: _number(counts["instance_count"]),
        }
    return {
        levels.INSTANCE_AVAILABILITY: _ONLINE,
        levels.AVAILABLE_TRANSFER_SYNTAX_UID: _list("UI", counts["transfer_syntax"]),
    }


def _number(value: int) -> Attribute:
    return Attribute("IS", (str(value),))


def _list(vr: str, joined: str) -> Attribute:
    return Attribute(vr, tuple(filter(None, joined.split("\\"))))
