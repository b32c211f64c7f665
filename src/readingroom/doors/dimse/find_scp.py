"""C-FIND, PS3.4 C.4.1, in both roots."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import Association, Command, CommandField, Context, DataSink
from readingroom.errors import Invalid
from readingroom.journal import ABOUT
from readingroom.model import Right
from readingroom.query import QueryEngine

from .identifier import answer_writer, read_query
from .refusals import failures_answered
from .rights import require
from .statuses import CANCELLED, PENDING, PENDING_WITH_UNSUPPORTED_KEYS, SUCCESS


class FindScp:
    """Query as SCP: Patient Root and Study Root."""

    operations: Collection[int] = frozenset({CommandField.C_FIND_RQ})

    def __init__(self, query: QueryEngine, archive: Archive, policy: NetworkPolicy, ae_title: str) -> None:
        self._query = query
        self._archive = archive
        self._policy = policy
        self._ae_title = ae_title

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        """Identifiers are small: they are collected in memory."""
        return None

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        """One pending response for each match, then success or cancel."""
        with failures_answered(assoc, context, command):
            require(self._policy, assoc, Right.QUERY)
            if not isinstance(data, bytes):
                raise Invalid("The request has no Identifier.")
            self._answer(assoc, context, command, data)

    def _answer(self, assoc: Association, context: Context, command: Command, data: bytes) -> None:
        question, wanted = read_query(data, context.transfer_syntax, context.abstract_syntax)
        assoc.notes[ABOUT] = question
        self._archive.indexer.flush()
        pending = PENDING_WITH_UNSUPPORTED_KEYS if wanted.unsupported else PENDING
        writer = answer_writer(wanted, self._ae_title, context.transfer_syntax)
        answers = (writer.write(match.attributes) for match in self._query.find(question))
        with closing(answers):
            finished = assoc.respond_to_each(context, command, pending, answers)
        assoc.respond(context, command, SUCCESS if finished else CANCELLED)
