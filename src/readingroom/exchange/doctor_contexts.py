"""Which storage and service classes a node takes, in which transfer syntaxes. PS3.8 9.3.2.2."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from readingroom.association import Association, AssociationEnded
from readingroom.standard.sop_classes import service_classes, storage_classes
from readingroom.standard.transfer_syntaxes import transfer_syntaxes

Contexts: TypeAlias = Sequence[tuple[str, tuple[str, ...]]]

_CONTEXTS = 128  # PS3.8 9.3.2.2: odd numbers of one byte
_WIDE = 32  # contexts with every syntax each: a request of 40 KB, which older nodes still read


@dataclass(frozen=True, slots=True)
class Support:
    """accepted: storage class to transfer syntaxes. services: the same of service classes. associations:
    how many it took. ended: why it stopped before everything was asked. is_whole: whether all was asked."""

    accepted: dict[str, tuple[str, ...]]
    services: dict[str, tuple[str, ...]]
    associations: int
    ended: AssociationEnded | None = None
    is_whole: bool = True


def probe(
    open_with: Callable[[Contexts], Association], *, thorough: bool, is_cancelled: Callable[[], bool]
) -> Support:
    """Ask for every class in all syntaxes at once, then for the accepted ones in each syntax alone.

    A node picks one syntax of those that a context offers, so only the second round, which thorough asks
    for, tells them all. One association at a time.
    """
    survey = _Survey(open_with, is_cancelled)
    syntaxes = tuple(transfer_syntaxes())
    survey.ask(_WIDE, [(uid, syntaxes) for uid in (*service_classes(), *storage_classes())])
    if thorough and survey.is_whole:
        known = {(uid, one) for uid, taken in survey.accepted.items() for one in taken}
        pairs = [(uid, one) for one in syntaxes for uid in survey.accepted if (uid, one) not in known]
        survey.ask(_CONTEXTS, [(uid, (one,)) for uid, one in pairs])
    order = {uid: at for at, uid in enumerate(syntaxes)}
    found = {
        uid: tuple(sorted(taken, key=lambda one: order.get(one, len(order))))
        for uid, taken in survey.accepted.items()
    }
    return Support(
        {uid: taken for uid, taken in found.items() if uid not in service_classes()},
        {uid: taken for uid, taken in found.items() if uid in service_classes()},
        survey.associations,
        survey.ended,
        survey.is_whole,
    )


class _Survey:
    def __init__(
        self, open_with: Callable[[Contexts], Association], is_cancelled: Callable[[], bool]
    ) -> None:
        self._open_with = open_with
        self._is_cancelled = is_cancelled
        self.accepted: dict[str, set[str]] = {}
        self.associations = 0
        self.ended: AssociationEnded | None = None
        self.is_whole = True

    def ask(self, at_once: int, contexts: Collection[tuple[str, tuple[str, ...]]]) -> None:
        for group in _groups(contexts, at_once):
            if self._is_cancelled():
                self.is_whole = False
                return
            try:
                with self._open_with(group) as assoc:
                    self.associations += 1
                    for context in assoc.contexts.values():
                        taken = self.accepted.setdefault(context.abstract_syntax, set())
                        taken.add(context.transfer_syntax)
            except AssociationEnded as error:
                self.ended, self.is_whole = error, False
                return


def _groups(contexts: Collection[tuple[str, tuple[str, ...]]], size: int) -> Iterator[Contexts]:
    every = list(contexts)
    for start in range(0, len(every), size):
        yield every[start : start + size]
