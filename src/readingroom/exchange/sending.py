"""One stored instance onto an association: as stored when the peer takes that, else transcoded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from readingroom.archive import Archive
from readingroom.association import Association, Context, FileRange, Source, StreamSource
from readingroom.errors import Unsupported
from readingroom.model import StoredInstance
from readingroom.objects import transcoded
from readingroom.standard.transfer_syntaxes import DEFLATED_LE, EXPLICIT_LE, IMPLICIT_LE, UNCOMPRESSED

FAILED_STATUS = 0xC000
_MOST_CONTEXTS = 128


def contexts_for(instances: Iterable[StoredInstance]) -> list[tuple[str, tuple[str, ...]]]:
    """Presentation contexts to propose for sending: each class in each stored form, and plain (C-MOVE).

    At most 128 (PS3.8 9.3.2.2); classes come before the second forms of classes.
    """
    forms: dict[str, list[str]] = {}
    for stored in instances:
        known = forms.setdefault(stored.sop_class_uid, [])
        if stored.transfer_syntax_uid not in known:
            known.append(stored.transfer_syntax_uid)
    plain: list[tuple[str, tuple[str, ...]]] = [
        (sop_class, (EXPLICIT_LE, IMPLICIT_LE)) for sop_class in forms
    ]
    stored_forms = [
        (sop_class, (uid,)) for sop_class, uids in forms.items() for uid in uids if uid != EXPLICIT_LE
    ]
    return (plain + stored_forms)[:_MOST_CONTEXTS]


def send_instance(
    assoc: Association,
    archive: Archive,
    stored: StoredInstance,
    originator: tuple[str, int] | None = None,
) -> int:
    """C-STORE one instance; returns the peer's status, 0xC000 when it could not be sent at all.

    originator: AE title and message ID of the C-MOVE it belongs to. Raises AssociationEnded when the
    association is gone, Unsupported when the peer takes no form we can make of this object.
    """
    context = _choose(assoc, stored)
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(archive.open(stored))
        data: Source
        if context.transfer_syntax == stored.transfer_syntax_uid:
            data = FileRange(file.fileno(), stored.dataset_offset, stored.size - stored.dataset_offset)
            if data.length % 2 and stored.transfer_syntax_uid == DEFLATED_LE:
                data = _Padded(data)
        else:
            made = transcoded(file, stored, context.transfer_syntax)
            closing.enter_context(made.file)
            data = StreamSource(made.file, made.length)
        response = assoc.store(
            context,
            stored.sop_class_uid,
            stored.ref.sop_instance_uid,
            data,
            move_originator=originator,
        )
    return response.status


class _Padded:
    """A deflated Data Set of odd length, and the NULL byte that belongs after it (PS3.5 A.5).

    Some senders forget it; DCMTK and Orthanc abort the association when they meet an odd fragment.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = self.length = source.length + 1

    def read_into(self, views: list[memoryview]) -> None:
        """Fill the views; the last byte of all is the NULL."""
        self._left -= sum(map(len, views))
        if not self._left:
            views[-1][-1] = 0
            views = [*views[:-1], views[-1][:-1]]
        self._source.read_into([view for view in views if view])


def _choose(assoc: Association, stored: StoredInstance) -> Context:
    """The accepted context that needs the least change; Unsupported when there is none."""
    fitting = [
        context
        for context in assoc.contexts.values()
        if context.abstract_syntax == stored.sop_class_uid
        and (context.requestor_is_scu if assoc.is_requestor else context.requestor_is_scp)
    ]
    by_syntax = {context.transfer_syntax: context for context in fitting}
    for uid in (stored.transfer_syntax_uid, *UNCOMPRESSED):
        if uid in by_syntax:
            return by_syntax[uid]
    raise Unsupported(
        f"{assoc.peer} takes {stored.sop_class_uid} in no form that can be made from "
        f"{stored.transfer_syntax_uid}.",
        peer=assoc.peer,
    )
