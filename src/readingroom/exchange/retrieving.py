"""C-GET and C-MOVE requests one after the other, their answers and their progress. PS3.4 C.4.2, C.4.3."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from readingroom.association import Association, AssociationEnded, Response, Responses
from readingroom.dataset import read_identifier, write_dataset
from readingroom.errors import Invalid, Unsupported
from readingroom.model import Node, Origin, OriginKind
from readingroom.standard import statuses
from readingroom.standard.sop_classes import STUDY_ROOT_GET, STUDY_ROOT_MOVE, storage_classes

from .asking import PLAIN
from .calling import Ourselves, log, outcome_words
from .keepers import Keeper
from .keys import unique_identifier
from .outcomes import Counters, Failure, Report
from .planning import Request
from .receiving import MOST_CLASSES, Receiver, contexts_to_receive, roles_to_receive

_FAILED_UIDS = 0x00080058
_LONGEST_FAREWELL = 60.0  # seconds for sub-operations that were under way when it was cancelled


@dataclass(slots=True)
class Answer:
    """How a node answered one request.

    sent: sub-operations that it says succeeded, also with a warning. failed: those it names. status: of
    the final response, None when there was none. refused: what came and we did not keep, and why.
    """

    request: Request
    words: str
    status: int | None = None
    is_transient: bool = False
    sent: int = 0
    failed: frozenset[str] = frozenset()
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        """Whether anything failed, by what the node says."""
        return self.status != statuses.SUCCESS or bool(self.failed)

    def failure_of(self, uid: str) -> Failure:
        """Why that instance is not here."""
        if uid in self.refused:
            return Failure(uid, self.refused[uid])
        if uid not in self.failed and self.status == statuses.SUCCESS:
            return Failure(uid, "the node says that it was sent, but it did not come", self.status)
        return Failure(uid, self.words, self.status, self.is_transient)


class Retrieval:
    """Makes the requests of one task. Nothing is raised once an association stands: answers tell."""

    def __init__(
        self,
        us: Ourselves,
        node: Node,
        keeper: Keeper | None,
        report: Report,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._us = us
        self._node = node
        self._keeper = keeper
        self._report = report
        self._is_cancelled = is_cancelled
        self._done = Counters(0)
        self._present = Counters(0)
        self._told = Counters(0)
        self._later = 0
        self._came = 0
        self._responses: Responses | None = None
        self._cancelled_at: float | None = None

    def get(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """C-GET of each, on one association; the objects go to the keeper."""
        assert self._keeper is not None
        if not requests:
            return
        classes = _classes(requests, self._node.blacklisted_sop_classes)
        origin = Origin(OriginKind.DIMSE, self._node.ae_title, self._node.host, self._us.ae_title)
        receiver = Receiver(self._keeper, origin, self._arrived)
        requestor = self._us.requestor(
            self._node,
            [(STUDY_ROOT_GET, PLAIN), *contexts_to_receive(classes)],
            roles=roles_to_receive(classes),
            services=dict.fromkeys(classes, receiver),
            hooks=receiver.hooks,
        )
        for answer in self._on_one(requestor.open, requests, statuses.GET, ""):
            answer.refused = receiver.refused
            yield answer

    def move(self, requests: Sequence[Request], destination: str) -> Iterator[Answer]:
        """C-MOVE of each to an AE title, on one association."""
        if requests:
            requestor = self._us.requestor(self._node, [(STUDY_ROOT_MOVE, PLAIN)])
            yield from self._on_one(requestor.open, requests, statuses.MOVE, destination)

    def _on_one(
        self,
        open: Callable[[], Association],
        requests: Sequence[Request],
        operation: str,
        destination: str,
    ) -> Iterator[Answer]:
        ended: AssociationEnded | None = None
        answers: list[Answer] = []
        try:
            with open() as assoc:
                for at, request in enumerate(requests):
                    if self._is_cancelled():
                        return
                    self._later = sum(len(one.expected or ()) for one in requests[at + 1 :])
                    answers.append(self._one(assoc, request, operation, destination))
                    yield answers[-1]
        except AssociationEnded as error:
            log.warning("%s", error.sentence)
            ended = error
        for request in requests[len(answers) :] if ended else ():
            yield Answer(request, ended.sentence, None, True)  # type: ignore[union-attr]

    def _one(self, assoc: Association, request: Request, operation: str, destination: str) -> Answer:
        model = STUDY_ROOT_GET if operation == statuses.GET else STUDY_ROOT_MOVE
        try:
            context = assoc.context_for(model)
        except Unsupported as error:
            other = "move" if operation == statuses.GET else "get"
            raise Unsupported(
                f"{error.sentence}: it has no {operation}; change how to fetch from it to {other!r}.",
                peer=assoc.peer,
            ) from None
        identifier = write_dataset(unique_identifier(request.level, request.uids), context.transfer_syntax)
        if operation == statuses.GET:
            responses = assoc.get(context, identifier)
        else:
            responses = assoc.move(context, identifier, destination)
        self._responses, self._cancelled_at, self._came = responses, None, 0
        self._present = Counters(len(request.expected or ()))
        for response in responses:
            self._count(response)
            self._check_cancelled(assoc)
        self._responses = None
        assert responses.final is not None
        self._done, self._present = self._sum(), Counters(0)
        return _judged(request, operation, responses.final, assoc, context.transfer_syntax)

    def _count(self, response: Response) -> None:
        command = response.command
        numbers = (
            command.number_of_completed_suboperations,
            command.number_of_failed_suboperations,
            command.number_of_warning_suboperations,
        )
        if any(number is not None for number in numbers):
            remaining = command.number_of_remaining_suboperations or 0
            self._present = Counters(remaining, *(number or 0 for number in numbers))
            self._tell()

    def _arrived(self, assoc: Association) -> None:
        """A C-STORE of our C-GET is done; not every node tells of it by a pending response."""
        self._came += 1
        present = self._present
        if self._came > present.completed + present.failed + present.warning:
            self._present = replace(
                present, completed=present.completed + 1, remaining=max(0, present.remaining - 1)
            )
            self._tell()
        self._check_cancelled(assoc)

    def _tell(self) -> None:
        counters = self._sum()
        if counters != self._told:
            self._told = counters
            self._report(counters)

    def _check_cancelled(self, assoc: Association) -> None:
        if self._responses is None or self._responses.final is not None or not self._is_cancelled():
            return
        now = time.monotonic()
        if self._cancelled_at is None:
            self._cancelled_at = now
            self._responses.cancel()
        elif now - self._cancelled_at > _LONGEST_FAREWELL:
            assoc.abort()

    def _sum(self) -> Counters:
        done, present = self._done, self._present
        return replace(
            present,
            remaining=present.remaining + self._later,
            completed=done.completed + present.completed,
            failed=done.failed + present.failed,
            warning=done.warning + present.warning,
        )


def _classes(requests: Sequence[Request], unwanted: frozenset[str]) -> list[str]:
    """The classes that may come; where a node does not say them, as many others as there is room for."""
    classes = dict.fromkeys(uid for one in requests for uid in sorted(one.sop_classes))
    if any(not one.sop_classes for one in requests):
        classes |= dict.fromkeys(storage_classes())
    return [uid for uid in classes if uid not in unwanted][:MOST_CLASSES]


def _judged(
    request: Request, operation: str, final: Response, assoc: Association, transfer_syntax_uid: str
) -> Answer:
    command = final.command
    answer = Answer(
        request,
        f"{assoc.peer} answered {operation} with {outcome_words(operation, final)}",
        final.status,
        statuses.is_transient(final.status),
        (command.number_of_completed_suboperations or 0) + (command.number_of_warning_suboperations or 0),
        _failed_uids(final, transfer_syntax_uid),
    )
    if answer.is_bad:
        log.warning("%s", answer.words)
    return answer


def _failed_uids(final: Response, transfer_syntax_uid: str) -> frozenset[str]:
    """Failed SOP Instance UID List (0008,0058) of the final response. PS3.4 C.4.2.1.4.2."""
    if not final.data:
        return frozenset()
    try:
        failed = read_identifier(final.data, transfer_syntax_uid).get(_FAILED_UIDS)
    except Invalid as error:
        log.warning("the list of failed instances cannot be read: %s", error.sentence)
        return frozenset()
    return frozenset(str(uid).strip() for uid in failed.values if uid) if failed else frozenset()
