"""Many instances to one node, on as many associations as it takes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType

from readingroom.association import Association, AssociationEnded, Response, TimedOut
from readingroom.model import StoredInstance

from .sending import Objects, store_instance

log = logging.getLogger("readingroom.exchange")

_MOST_IN_VAIN = 3


class Outgoing:
    """Sends instances one after the other; an association that the node ends costs none but its own.

    open: makes an association. The first one is made at once, and what it raises is raised. Use it in a
    `with` block, which releases what is open.
    """

    def __init__(
        self, open: Callable[[], Association], objects: Objects, originator: tuple[str, int] | None = None
    ) -> None:
        self._open = open
        self._objects = objects
        self._originator = originator
        self._in_vain = 0
        self._taken = 0
        self._ended: AssociationEnded | None = None
        self._assoc: Association | None = open()

    def send(self, stored: StoredInstance) -> int:
        """`store`, for those who need only the status."""
        return self.store(stored).status

    def store(self, stored: StoredInstance) -> Response:
        """C-STORE one instance; as `store_instance`, raising AssociationEnded too.

        What the node ended a used association for may be its limit of objects or of time: the instance is
        tried once more on a fresh one. After three associations that took nothing the node is left alone,
        and every further call raises what ended the last.
        """
        if self._ended is not None:
            raise self._ended
        was_used = self._taken > 0
        try:
            return self._try(stored)
        except TimedOut:
            raise
        except AssociationEnded as error:
            if not was_used:
                raise
            log.info("%s; trying %s again", error, stored.ref.sop_instance_uid)
        return self._try(stored)

    def abort(self) -> None:
        """Abort the association; nothing more is sent."""
        if self._assoc is not None:
            self._assoc.abort()

    def _try(self, stored: StoredInstance) -> Response:
        try:
            if self._assoc is None:
                self._assoc, self._taken = self._open(), 0
        except AssociationEnded as error:
            self._ended = error
            raise
        try:
            response = store_instance(self._assoc, self._objects, stored, self._originator)
        except AssociationEnded as error:
            self._assoc.close()
            self._assoc = None
            self._in_vain = 0 if self._taken else self._in_vain + 1
            if self._in_vain >= _MOST_IN_VAIN:
                self._ended = error
            raise
        self._taken += 1
        return response

    def __enter__(self) -> Outgoing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._assoc is not None:
            self._assoc.__exit__(kind, error, trace)
