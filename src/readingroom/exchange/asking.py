"""C-FIND to a node: the same `Query` and `Match` as for our own archive. PS3.4 C.4.1."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from types import TracebackType

from readingroom.association import Association, AssociationEnded, ExtendedNegotiation, Response, Responses
from readingroom.dataset import read_identifier, write_dataset
from readingroom.errors import Unsupported
from readingroom.journal import ABOUT
from readingroom.model import Attribute, Attributes, Key, Level, Match, Node, Query, Tag
from readingroom.standard import levels, statuses
from readingroom.standard.sop_classes import PATIENT_ROOT_FIND, STUDY_ROOT_FIND
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE

from .calling import Cancelled, Ourselves, RequestFailed, log, never, outcome_words
from .keys import identifier_of, with_wildcards

PLAIN = (EXPLICIT_LE, IMPLICIT_LE)
_SUPPORTED_PARTLY = 0xFF01
_RELATIONAL = b"\1"  # PS3.4 C.5.1.1: the first byte of the application information
_MOST_BRANCHES = 20000  # studies, or series of one study, that one query is asked below
_LONGEST_FAREWELL = 10.0  # seconds in which a peer may still send what it had on its way when we cancelled


def find(
    us: Ourselves,
    node: Node,
    query: Query,
    *,
    patient_root: bool = False,
    relational: bool = False,
    is_cancelled: Callable[[], bool] = never,
) -> Iterator[Match]:
    """Ask a node once, and yield its answers as they come; nothing is ever asked a second time.

    query: keys (PS3.4 C.2.2.2; below sequences too), `returned`, `limit` and `offset`; the rest of Query
    is ours alone and left out. A limit is kept by C-CANCEL. A level whose parents are not named is reached
    by asking from the top, level by level (drilling down), and the answers carry what the levels above
    said; relational: leave that to the node. It is proposed (PS3.4 C.5.1.1), and asked whatever is answered,
    because many nodes do it without agreeing to it.
    The node's `query_charset` and `wildcards` are obeyed. Raises RequestFailed for every status but
    success, pending and warnings, Unsupported where the node has no C-FIND, Invalid for a value that no
    Identifier can hold, Cancelled, AssociationEnded.
    """
    with Asker(
        us, node, patient_root=patient_root, relational=relational, is_cancelled=is_cancelled
    ) as asker:
        asked = asker.find(query) if relational else asker.drill_down(query)
        yield from asked


class Asker:
    """An association for queries; use it in a `with` block. Opening it raises AssociationEnded."""

    def __init__(
        self,
        us: Ourselves,
        node: Node,
        *,
        patient_root: bool = False,
        relational: bool = False,
        is_cancelled: Callable[[], bool] = never,
    ) -> None:
        self._node = node
        self._top = Level.PATIENT if patient_root else Level.STUDY
        self._model = PATIENT_ROOT_FIND if patient_root else STUDY_ROOT_FIND
        self._is_cancelled = is_cancelled
        proposed = [ExtendedNegotiation(self._model, _RELATIONAL)] if relational else []
        requestor = us.requestor(node, [(self._model, PLAIN)], extended=proposed)
        self._assoc: Association = requestor.open()

    def find(self, query: Query) -> Iterator[Match]:
        """One C-FIND, as it is given; the answers as they come. Raises as the function `find`."""
        if query.limit == 0:
            return
        context = self._assoc.context_for(self._model)
        asked = with_wildcards(query, self._node.wildcards)
        self._assoc.notes[ABOUT] = asked
        charset = self._node.query_charset
        identifier = write_dataset(identifier_of(asked), context.transfer_syntax, charset)
        responses = self._assoc.find(context, identifier)
        left, skipped, told = query.limit, 0, False
        try:
            for response in responses:
                if self._is_cancelled():
                    raise Cancelled
                if not response.is_pending:
                    self._judge(response)
                    return
                if response.status == _SUPPORTED_PARTLY and not told:
                    log.info("%s does not support every key that was asked", self._assoc.peer)
                    told = True
                if skipped < query.offset:
                    skipped += 1
                    continue
                yield Match(query.level, read_identifier(response.data, context.transfer_syntax))
                if left is not None:
                    left -= 1
                    if not left:
                        return
        finally:
            self._leave(responses)

    def _judge(self, response: Response) -> None:
        """The final response of a query that we did not cancel."""
        if not statuses.is_done(response.status):
            raise RequestFailed(statuses.FIND, response, self._assoc.peer)
        if response.status != statuses.SUCCESS:
            log.warning(
                "%s ended C-FIND with a warning: %s",
                self._assoc.peer,
                outcome_words(statuses.FIND, response),
            )

    def _leave(self, responses: Responses) -> None:
        """Cancel what is unfinished, and pass over what was on its way; a peer that goes on is aborted."""
        if responses.final is not None or self._assoc.is_over:
            return
        deadline = time.monotonic() + _LONGEST_FAREWELL
        try:
            responses.cancel()
            for _ in responses:
                if time.monotonic() > deadline:
                    self._assoc.abort()
                    return
        except AssociationEnded as error:  # nothing more was wanted of it
            log.info("%s", error.sentence)

    # ── level by level

    def drill_down(self, query: Query) -> Iterator[Match]:
        """The query asked so that a node without relational queries can answer it (PS3.4 C.4.1.3.1.1).

        Keys and returned attributes are asked at their own level, beginning at the highest that has any;
        every answer is asked further below. Attributes of no known level belong to the level asked.
        """
        start = self._start(query)
        if start is query.level:
            yield from self.find(query)
            return
        found = self._below(query, start, _named(query, start))
        stop = None if query.limit is None else query.offset + query.limit
        with contextlib.closing(found):
            yield from itertools.islice(found, query.offset, stop)

    def _below(self, query: Query, level: Level, known: Mapping[Level, str]) -> Generator[Match, None, None]:
        own = Query(
            level,
            keys=(*_naming(known), *(key for key in query.keys if self._is_asked(query, key.path[0], level))),
            returned=frozenset(tag for tag in query.returned if self._is_asked(query, tag, level)),
        )
        if level is query.level:
            yield from self.find(own)
            return
        # all answers first: one operation at a time (PS3.7 D.3.3.3)
        for match in self._all(own):
            uid = match.attributes.get(levels.UNIQUE_KEY[level])
            if uid is None or not uid.values:
                log.warning("%s answered without a %s", self._assoc.peer, level.name.lower())
                continue
            inner = self._below(query, Level(level + 1), {**known, level: str(uid.first)})
            for below in inner:
                yield replace(below, attributes=_merged(match.attributes, below.attributes))

    def _all(self, query: Query) -> list[Match]:
        matches = list(itertools.islice(self.find(query), _MOST_BRANCHES + 1))
        if len(matches) > _MOST_BRANCHES:
            raise Unsupported(f"More than {_MOST_BRANCHES} answers to drill into; ask for less at a time.")
        return matches

    def _start(self, query: Query) -> Level:
        """The highest level that must be asked: the one below those that are named and no more."""
        for level in Level:
            if level < self._top:
                continue
            if level is query.level or not self._is_only_named(query, level):
                return level
        return query.level

    def _is_only_named(self, query: Query, level: Level) -> bool:
        unique = levels.UNIQUE_KEY[level]
        keys = [key for key in query.keys if self._is_asked(query, key.path[0], level)]
        returned = {tag for tag in query.returned if self._is_asked(query, tag, level)}
        return (
            len(keys) == 1
            and keys[0].path == (unique,)
            and len(keys[0].values) == 1
            and not returned - {unique}
            and not set(keys[0].values[0]) & set("*?")
        )

    def _is_asked(self, query: Query, tag: Tag, level: Level) -> bool:
        """Whether the attribute is asked at the level; the top level asks for what is above it too."""
        own = max(levels.level_of().get(tag, query.level), self._top)
        return min(own, query.level) == level

    def __enter__(self) -> Asker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # a generator that is closed early, and a failure status, leave the association usable
        orderly = kind is None or issubclass(kind, GeneratorExit | RequestFailed | Cancelled)
        with contextlib.suppress(AssociationEnded) if not orderly or kind else contextlib.nullcontext():
            self._assoc.__exit__(None if orderly else kind, error, trace)


def _named(query: Query, below: Level) -> dict[Level, str]:
    """The unique keys of the levels above that one."""
    uniques = {levels.UNIQUE_KEY[level]: level for level in Level if level < below}
    return {
        uniques[key.tag]: key.values[0] for key in query.keys if len(key.path) == 1 and key.tag in uniques
    }


def _naming(known: Mapping[Level, str]) -> Iterator[Key]:
    for level, uid in known.items():
        tag = levels.UNIQUE_KEY[level]
        yield Key((tag,), levels.vr_of(tag), (uid,))


def _merged(above: Attributes, below: Attributes) -> dict[Tag, Attribute]:
    """What the level below says, and what only the level above says."""
    merged = dict(above)
    merged.update((tag, one) for tag, one in below.items() if one.values or tag not in merged)
    return merged
