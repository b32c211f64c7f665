"""Orders for jobs, checked before they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readingroom import index
from readingroom.archive import Archive
from readingroom.errors import Invalid, NotFound
from readingroom.index import Condition, Test, keeping
from readingroom.jobs import JobBook
from readingroom.model import Level, NewJob, Node, PersonName, Priority, Selection

_PATIENT_NAME, _DESCRIPTION = 0x00100010, 0x00081030
_LISTS = {
    "studies": "study_instance_uids",
    "series": "series_instance_uids",
    "instances": "sop_instance_uids",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What an order of this kind needs beside its selection."""

    node: bool
    source: bool = False
    is_here: bool = True


KINDS = {
    "send": Kind(node=True),
    "commit": Kind(node=True),
    "fetch": Kind(node=True, is_here=False),
    "notify": Kind(node=True),
    "forward": Kind(node=True, source=True, is_here=False),
    "verify": Kind(node=False),
    "prepare": Kind(node=False),
}


class Orders:
    """Takes orders for the jobs of one archive."""

    def __init__(self, archive: Archive, book: JobBook) -> None:
        self._archive = archive
        self._book = book

    def place(
        self,
        kind: str,
        selection: Selection,
        *,
        node: str = "",
        source: str = "",
        priority: Priority = Priority.NORMAL,
        ordered_by: str = "",
    ) -> int:
        """Keep an order; the number of its job.

        node, source: names of known nodes, for the kinds that need them. Raises Invalid for an order that
        makes no sense, NotFound for an unknown node or when nothing of the selection is here.
        """
        wanted = KINDS.get(kind)
        if wanted is None:
            raise Invalid(f"There are no jobs of the kind {kind!r}; there are {', '.join(KINDS)}.")
        for name, is_needed, what in ((node, wanted.node, "node"), (source, wanted.source, "source")):
            if bool(name) != is_needed:
                raise Invalid(f"A job of the kind {kind} needs {'a' if is_needed else 'no'} {what}.")
            if name:
                find_node(self._archive, name)
        if selection.is_empty:
            raise Invalid("Say which studies, series or instances.")
        if wanted.is_here:
            self._archive.indexer.flush()
            if not self._archive.instances(selection):
                raise NotFound("Nothing of that is here.")
        elif not selection.study_instance_uids:
            raise Invalid(f"A job of the kind {kind} names studies.")
        parameters = {name: " ".join(getattr(selection, field)) for name, field in _LISTS.items()}
        order = NewJob(
            kind=kind,
            node=node,
            subject=subject_of(self._archive, self._studies(selection)),
            parameters={name: value for name, value in parameters.items() if value} | _given(source=source),
            priority=priority,
            ordered_by=ordered_by,
        )
        return self._book.order(order)

    def _studies(self, selection: Selection) -> list[str]:
        here = [stored.ref.study_instance_uid for stored in self._archive.instances(selection)]
        return list(dict.fromkeys(here)) or list(selection.study_instance_uids)


def subject_of(archive: Archive, study_uids: Sequence[str]) -> str:
    """Whose and which study that is, as far as the index knows, for people; of several the first."""
    if not study_uids:
        return ""
    with archive.database.reading() as connection:
        condition = Condition(("study.uid",), Test.IS, tuple(study_uids[:1]))
        found = next(index.find(connection, Level.STUDY, [condition]), None)
    if found is None:
        return "1 study" if len(study_uids) == 1 else f"{len(study_uids)} studies"
    name = PersonName.parse(_first(found.attributes.get(_PATIENT_NAME)))
    words = [
        ", ".join(filter(None, name.alphabetic.split("^")[:2])),
        _first(found.attributes.get(_DESCRIPTION)),
    ]
    told = " · ".join(filter(None, words)) or "a study"
    return told if len(study_uids) == 1 else f"{told}, and {len(study_uids) - 1} more"


def selection_of(order: NewJob) -> Selection:
    """What an order that `place` made is about."""
    lists = {field: tuple(order.parameters.get(name, "").split()) for name, field in _LISTS.items()}
    return Selection(**lists)


def find_node(archive: Archive, name: str) -> Node:
    """The node of that name as it is now. Raises NotFound."""
    with archive.database.reading() as connection:
        found = next((node for node in keeping.nodes(connection) if node.name == name), None)
    if found is None:
        raise NotFound(f"There is no node {name}; add it with `readingroom node add`.")
    return found


def _first(attribute: object) -> str:
    value = getattr(attribute, "first", None)
    return str(value) if value else ""


def _given(**words: str) -> dict[str, str]:
    return {name: word for name, word in words.items() if word}
