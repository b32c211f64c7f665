"""Many instances to one node: the settings of the node obeyed, every outcome told. PS3.4 annex B."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from readingroom.association import AssociationEnded, Response, TimedOut
from readingroom.errors import ReadingRoomError
from readingroom.model import Node, OnStoreFailure, StoredInstance
from readingroom.standard import statuses

from .calling import Ourselves, log, never, outcome_words
from .outcomes import Counters, Failure, Report, unheard
from .outgoing import Outgoing
from .sending import Objects, contexts_for, fit_on_associations

_MOST_IN_VAIN = 3
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it.

    stored: instances that the node took, those with a warning included. warnings: what it remarked.
    failures: each instance that it did not take. untried: SOP Instance UIDs that were not sent, after a
    failure with `on_store_failure` abort, or because it was cancelled. Sending again what is in failures
    and untried completes it.
    """

    stored: int
    warnings: tuple[Failure, ...] = ()
    failures: tuple[Failure, ...] = ()
    untried: tuple[str, ...] = ()
    cancelled: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the node has everything."""
        return not self.failures and not self.untried


Outcome = Callable[[StoredInstance, Failure | None], None]
"""Told of each instance whenever it was tried: None when the node has it."""


def untold(stored: StoredInstance, failure: Failure | None) -> None:
    pass


def send(
    us: Ourselves,
    node: Node,
    objects: Objects,
    instances: Iterable[StoredInstance],
    *,
    retries: int = 0,
    pause: float = 10.0,
    report: Report = unheard,
    told: Outcome = untold,
    is_cancelled: Callable[[], bool] = never,
) -> Sent:
    """C-STORE the instances to a node, on as many associations as their presentation contexts need.

    Each goes in its stored form where the node takes that, else uncompressed; private elements are not
    touched. A warning counts as stored. What fails for out of resources (A7xx) or the network is sent
    again up to `retries` times after `pause` seconds each, by default never. An answer that takes too long
    ends the whole task. Raises nothing for what the node or the network does: the result tells.
    Raises Cancelled when it was cancelled before its first instance.
    """
    task = _Task(us, node, objects, list(instances), report, told, is_cancelled)
    with us.line(node, is_cancelled):
        for attempt in range(retries + 1):
            if attempt and not task.rest(pause):
                break
            task.run()
            if not task.goes_on:
                break
    return task.result()


class _Task:
    """What is still to be sent, and what became of the rest."""

    def __init__(
        self,
        us: Ourselves,
        node: Node,
        objects: Objects,
        instances: Sequence[StoredInstance],
        report: Report,
        told: Outcome,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._us = us
        self._node = node
        self._objects = objects
        self._report = report
        self._told = told
        self._is_cancelled = is_cancelled
        self._waiting: list[StoredInstance] = list(instances)
        self._stored = 0
        self._warnings: list[Failure] = []
        self._failed: list[tuple[StoredInstance, Failure]] = []
        self._ended = False

    @property
    def goes_on(self) -> bool:
        """Whether another attempt may help: something failed that need not fail again."""
        return not self._ended and any(failure.is_transient for _, failure in self._failed)

    def rest(self, seconds: float) -> bool:
        """Wait, then take up again what may succeed now; False when it was cancelled meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._is_cancelled():
                return False
            time.sleep(min(_LOOK_EVERY, seconds))
        log.info("sending %d instances to %s again", len(self._failed), self._node.name)
        self._waiting += [stored for stored, failure in self._failed if failure.is_transient]
        self._failed = [one for one in self._failed if not one[1].is_transient]
        return True

    def run(self) -> None:
        """Try everything that waits once."""
        one_each = self._node.one_association_per_object
        groups = [[one] for one in self._waiting] if one_each else fit_on_associations(self._waiting)
        in_vain = 0
        for group in groups:
            if self._is_over():
                return
            try:
                self._send_group(group)
                in_vain = 0
            except AssociationEnded as error:
                in_vain += 1
                if isinstance(error, TimedOut) or in_vain >= _MOST_IN_VAIN or not one_each:
                    self._give_up(error)
                    return
                for stored in group:
                    self._failure(stored, Failure(_uid(stored), error.sentence, None, True))

    def _send_group(self, group: Sequence[StoredInstance]) -> None:
        """Raises AssociationEnded when there is no association, or the node has gone silent."""
        requestor = self._us.requestor(self._node, contexts_for(group))
        with Outgoing(requestor.open, self._objects) as outgoing:
            for stored in group:
                if self._is_over():
                    break
                self._send(outgoing, stored)
            if self._ended:
                outgoing.abort()

    def _send(self, outgoing: Outgoing, stored: StoredInstance) -> None:
        try:
            self._judge(stored, outgoing.store(stored))
        except TimedOut:
            raise
        except AssociationEnded as error:
            self._failure(stored, Failure(_uid(stored), error.sentence, None, True))
        except ReadingRoomError as error:
            self._failure(stored, Failure(_uid(stored), error.sentence))

    def _judge(self, stored: StoredInstance, response: Response) -> None:
        status, uid = response.status, _uid(stored)
        words = outcome_words(statuses.STORE, response)
        if not statuses.is_done(status):
            self._failure(stored, Failure(uid, words, status, statuses.is_transient(status)))
            return
        if status != statuses.SUCCESS:
            log.warning("%s took %s: %s", self._node.name, uid, words)
            self._warnings.append(Failure(uid, words, status))
        self._waiting.remove(stored)
        self._stored += 1
        self._told(stored, None)
        self._report(self._counters())

    def _failure(self, stored: StoredInstance, failure: Failure) -> None:
        log.warning("%s did not take %s: %s", self._node.name, failure.uid, failure.words)
        self._waiting.remove(stored)
        self._failed.append((stored, failure))
        if self._node.on_store_failure is OnStoreFailure.ABORT:
            self._ended = True
        self._told(stored, failure)
        self._report(self._counters())

    def _give_up(self, error: AssociationEnded) -> None:
        """The node cannot be had: nothing that waits will get there now."""
        for stored in list(self._waiting):
            self._failure(stored, Failure(_uid(stored), error.sentence, None, True))

    def _is_over(self) -> bool:
        return self._ended or self._is_cancelled()

    def _counters(self) -> Counters:
        warned = len(self._warnings)
        return Counters(len(self._waiting), self._stored - warned, len(self._failed), warned)

    def result(self) -> Sent:
        """The end of it."""
        return Sent(
            self._stored,
            tuple(self._warnings),
            tuple(failure for _, failure in self._failed),
            tuple(map(_uid, self._waiting)),
            bool(self._waiting) and self._is_cancelled(),
        )


def _uid(stored: StoredInstance) -> str:
    return stored.ref.sop_instance_uid
