"""One stored instance onto an association: as stored when the peer takes that, else transcoded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import BinaryIO, Protocol

from readingroom.association import Association, Context, FileRange, Response, Source, StreamSource
from readingroom.errors import Unsupported
from readingroom.journal import STUDY
from readingroom.model import StoredInstance
from readingroom.objects import transcoded
from readingroom.pixels import WRITTEN_WITH_LOSS, can_transcode, keeps_codestream
from readingroom.standard.transfer_syntaxes import DEFLATED_LE, EXPLICIT_LE, IMPLICIT_LE, UNCOMPRESSED

FAILED_STATUS = 0xC000
_MOST_CONTEXTS = 128


class Objects(Protocol):
    """Where the bytes of instances are: our archive, or files."""

    def open(self, stored: StoredInstance) -> BinaryIO:
        """The whole Part 10 file. Raises NotFound."""


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


def fit_on_associations(instances: Iterable[StoredInstance]) -> list[list[StoredInstance]]:
    """The instances in groups, each of which needs at most 128 presentation contexts; order is kept within.

    All of one class are in one group.
    """
    by_class: dict[str, list[StoredInstance]] = {}
    for stored in instances:
        by_class.setdefault(stored.sop_class_uid, []).append(stored)
    groups: list[list[StoredInstance]] = []
    room: list[int] = []
    for alike in by_class.values():
        cost = 1 + len({one.transfer_syntax_uid for one in alike} - {EXPLICIT_LE})
        for at, left in enumerate(room):
            if cost <= left:
                groups[at] += alike
                room[at] -= cost
                break
        else:
            groups.append(list(alike))
            room.append(_MOST_CONTEXTS - cost)
    return groups


def send_instance(
    assoc: Association,
    objects: Objects,
    stored: StoredInstance,
    originator: tuple[str, int] | None = None,
) -> int:
    """`store_instance`, for those who need only the status."""
    return store_instance(assoc, objects, stored, originator).status


def store_instance(
    assoc: Association,
    objects: Objects,
    stored: StoredInstance,
    originator: tuple[str, int] | None = None,
) -> Response:
    """C-STORE one instance, and what the peer answered.

    originator: AE title and message ID of the C-MOVE it belongs to. Raises AssociationEnded when the
    association is gone, Unsupported when the peer takes no form we can make of this object.
    """
    context = _choose(assoc, stored)
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(objects.open(stored))
        data: Source
        if context.transfer_syntax == stored.transfer_syntax_uid:
            data = FileRange(file.fileno(), stored.dataset_offset, stored.size - stored.dataset_offset)
            if data.length % 2 and stored.transfer_syntax_uid == DEFLATED_LE:
                data = _Padded(data)
        else:
            made = transcoded(file, stored, context.transfer_syntax)
            closing.enter_context(made.file)
            data = StreamSource(made.file, made.length)
        assoc.notes[STUDY] = stored.ref.study_instance_uid
        return assoc.store(
            context,
            stored.sop_class_uid,
            stored.ref.sop_instance_uid,
            data,
            move_originator=originator,
        )


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
    source = stored.transfer_syntax_uid
    as_it_is = [uid for uid in by_syntax if keeps_codestream(source, uid)]
    by_codec = [uid for uid in by_syntax if can_transcode(source, uid) and uid not in WRITTEN_WITH_LOSS]
    for uid in (source, *as_it_is, *UNCOMPRESSED, *by_codec):
        if uid in by_syntax:
            return by_syntax[uid]
    raise Unsupported(
        f"{assoc.peer} takes {stored.sop_class_uid} in no form that can be made from "
        f"{stored.transfer_syntax_uid}.",
        peer=assoc.peer,
    )
