"""Refusing a request: the status that fits, the reason as Error Comment. PS3.7 C.4, C.5; PS3.4 C.4."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from readingroom.association import Association, Command, Context
from readingroom.errors import ReadingRoomError
from readingroom.exchange import related_fields

from .statuses import status_of

log = logging.getLogger("readingroom.dimse")

NO_SUCH_INSTANCE = 0x0112
NO_SUCH_SOP_CLASS = 0x0118
NO_SUCH_ACTION = 0x0123

_COMMENT = 64  # LO, PS3.7 E.1


@contextmanager
def failures_answered(assoc: Association, context: Context, command: Command) -> Iterator[None]:
    """Whatever ends a query or retrieval is its final response, with the related fields of PS3.4 C.4."""
    try:
        yield
    except ReadingRoomError as error:
        if assoc.is_over:
            raise
        status = status_of(assoc, context, command, error)
        assoc.respond(context, command, status, **related_fields(error))


def refuse(assoc: Association, context: Context, command: Command, error: ReadingRoomError) -> None:
    """Answer with the status of what a provider raised; raises it again when there is nobody to answer."""
    if assoc.is_over:
        raise error
    refuse_with(assoc, context, command, status_of(assoc, context, command, error), error.sentence)


def refuse_with(assoc: Association, context: Context, command: Command, status: int, sentence: str) -> None:
    """Answer with that status."""
    log.warning("%s for %s refused with %04XH: %s", command.name, assoc.peer, status, sentence)
    assoc.respond(context, command, status, error_comment=sentence[:_COMMENT])
