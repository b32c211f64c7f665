"""Events of associations: how each began and ended, each request, and the objects that went over it.

C-STORE is summed up, since there are thousands of them; what was refused or warned of has an event each.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readingroom.association import (
    AssociateRequest,
    Association,
    AssociationEnded,
    Command,
    Context,
    Hooks,
    Rejected,
    Rejection,
    Response,
    rejection_words,
)
from readingroom.index import DONE, FAILED, WARNING, Event
from readingroom.standard import statuses

from .details import ABOUT, MOST_STUDIES, REFUSAL, STUDY, details_of, only_uid, some_uids
from .writer import Tell

_TALLY = "tally"
_SUM_UP_AFTER = 60.0
_KIND = "association"
_STORE = statuses.STORE
_COUNTERS = {
    "number_of_completed_suboperations": "completed",
    "number_of_failed_suboperations": "failed",
    "number_of_warning_suboperations": "warning",
}


@dataclass(slots=True)
class _Tally:
    """What went over an association: since it began, and of C-STORE since it was last summed up."""

    began: float = field(default_factory=time.monotonic)
    requests: Counter[str] = field(default_factory=Counter)
    objects: dict[str, Counter[str]] = field(default_factory=lambda: {"SCP": Counter(), "SCU": Counter()})
    studies: dict[str, dict[str, None]] = field(default_factory=lambda: {"SCP": {}, "SCU": {}})
    summed_up: float = field(default_factory=time.monotonic)
    received: int = 0
    sent: int = 0


class Conversations:
    """Makes events of what the hooks of associations tell. Its hooks fit acceptors and requestors."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    @property
    def hooks(self) -> Hooks:
        """For a requestor as they are; an acceptor's other duties call ours."""
        return Hooks(
            on_established=self.established,
            on_released=self.released,
            on_aborted=self.aborted,
            on_rejected=self.rejected,
            on_answered=self.answered,
            on_concluded=self.concluded,
            on_unopened=self.unopened,
            on_closed=self.closed,
        )

    # ── associations

    def established(self, assoc: Association, user: str = "") -> None:
        """An association begins, whoever asked for it; user: who stands behind it, when it was said."""
        assoc.notes[_TALLY] = _Tally()
        calling, called = assoc.calling.strip(), assoc.called.strip()
        proposed = len(assoc.request_pdu.contexts)
        facts = {"role": _role(assoc), "calling": calling, "called": called, "contexts": len(assoc.contexts)}
        told = f"of {proposed} presentation contexts {len(assoc.contexts)} accepted"
        who = (
            f"{called} accepted us as {calling}" if assoc.is_requestor else f"Accepted {calling} as {called}"
        )
        if user:
            who += f" for the user {user}"
            facts["user"] = user
        self._event(assoc, _KIND, f"{who}; {told}.", facts=facts)

    def released(self, assoc: Association) -> None:
        """The peer asked for release."""
        self._ended(assoc, "Released")

    def aborted(self, assoc: Association, why: AssociationEnded) -> None:
        """It ended in any other way."""
        self._unanswered(assoc, why.sentence)
        self._ended(assoc, "Aborted", outcome=FAILED, why=why.sentence)

    def closed(self, assoc: Association, in_order: bool) -> None:
        """We are done with an association of ours."""
        self._unanswered(assoc, "The association ended before the answer came.")
        self._ended(assoc, "Released" if in_order else "Aborted", outcome=DONE if in_order else FAILED)

    def rejected(self, request: AssociateRequest, address: str, rejection: Rejection) -> None:
        """We let nobody of that kind in."""
        calling, called = request.calling.strip(), request.called.strip()
        words = rejection_words(rejection.result, rejection.source, rejection.reason)
        why = f": {rejection.why}" if rejection.why else ""
        facts = {"role": "SCP", "calling": calling, "called": called, "contexts": len(request.contexts)}
        sentence = f"Rejected {calling} calling {called}: {words}{why}."
        self._tell(
            Event(time.time(), _KIND, calling, "", sentence, outcome=FAILED, address=address, facts=facts)
        )

    def unopened(self, request: AssociateRequest, address: str, error: Exception) -> None:
        """A node that we called did not let us in, or was not there."""
        calling, called = request.calling.strip(), request.called.strip()
        facts = {"role": "SCU", "calling": calling, "called": called, "contexts": len(request.contexts)}
        if isinstance(error, Rejected):
            facts |= {"rejection": f"{error.result}/{error.source}/{error.reason}"}
        sentence = f"No association: {error}."
        self._tell(
            Event(time.time(), _KIND, called, "", sentence, outcome=FAILED, address=address, facts=facts)
        )

    # ── requests

    def answered(
        self, assoc: Association, context: Context, command: Command, status: int, elements: Mapping[str, Any]
    ) -> None:
        """We have given the final answer to a request of the peer."""
        operation = _operation(command)
        comment = str(elements.get("error_comment") or "")
        if operation == _STORE:
            self._stored(assoc, command, status, comment, "SCP")
        else:
            counters = {short: elements[name] for name, short in _COUNTERS.items() if name in elements}
            self._requested(assoc, command, status, comment, counters, assoc.pending, "SCP")

    def concluded(self, assoc: Association, command: Command, final: Response, pending: int) -> None:
        """The peer has given the final answer to a request of ours."""
        said: Command = final.command
        comment = said.error_comment or ""
        if _operation(command) == _STORE:
            self._stored(assoc, command, final.status, comment, "SCU")
        else:
            counters = {
                short: number
                for name, short in _COUNTERS.items()
                if (number := getattr(said, name)) is not None
            }
            self._requested(assoc, command, final.status, comment, counters, pending, "SCU")

    def _stored(self, assoc: Association, command: Command, status: int, comment: str, role: str) -> None:
        tally = _tally(assoc)
        outcome = _outcome(status)
        tally.objects[role][outcome] += 1
        study = assoc.notes.pop(STUDY, None)
        if isinstance(study, str) and len(tally.studies[role]) < MOST_STUDIES:
            tally.studies[role][study] = None
        if outcome != DONE:
            uid = only_uid(command.affected_sop_instance_uid or "")
            private = str(assoc.notes.pop(REFUSAL, "")) or comment
            if uid != (command.affected_sop_instance_uid or ""):
                private += f" It is called {command.affected_sop_instance_uid}."
            facts: dict[str, Any] = {
                "role": role,
                "status": f"{status:04X}",
                "sop_class": only_uid(command.affected_sop_class_uid or ""),
            }
            if isinstance(study, str):
                facts["studies"] = some_uids([study])
            words = statuses.status_words(_STORE, status)
            self._event(assoc, _STORE, f"{_first(role, words)}.", uid, outcome, facts, private)
        now = time.monotonic()
        if now - tally.summed_up > _SUM_UP_AFTER:
            self._sum_up(assoc, tally, now)

    def _requested(
        self,
        assoc: Association,
        command: Command,
        status: int,
        comment: str,
        counters: Mapping[str, int],
        pending: int,
        role: str,
    ) -> None:
        operation = _operation(command)
        _tally(assoc).requests[operation] += 1
        about = details_of(assoc.notes.pop(ABOUT, None))
        words = [about.public] if about.public else []
        facts: dict[str, Any] = {"role": role, "status": f"{status:04X}", **counters}
        if about.studies:
            facts["studies"] = about.studies
        if command.move_destination:
            words.append(f"to {command.move_destination.strip()}")
            facts["destination"] = command.move_destination.strip()
        if operation == statuses.FIND:
            words.append(f"{pending} {'match' if pending == 1 else 'matches'}")
            facts["matches"] = pending
        if counters:
            words.append(", ".join(f"{number} {name}" for name, number in counters.items()))
        words.append(statuses.status_words(operation, status))
        private = ". ".join(part for part in (about.private, comment) if part)
        subject = about.subject or only_uid(
            command.requested_sop_instance_uid or command.affected_sop_instance_uid or ""
        )
        sentence = f"{_first(role, '; '.join(words))}."
        self._event(assoc, operation, sentence, subject, _outcome(status), facts, private)

    # ── the end

    def _unanswered(self, assoc: Association, why: str) -> None:
        command = assoc.unanswered
        if command is None:
            return
        role = "SCU" if assoc.is_requestor else "SCP"
        uid = only_uid(command.affected_sop_instance_uid or "")
        self._event(assoc, _operation(command), _first(role, "no final answer."), uid, FAILED, private=why)

    def _ended(self, assoc: Association, how: str, outcome: str = DONE, why: str = "") -> None:
        tally = _tally(assoc)
        now = time.monotonic()
        self._sum_up(assoc, tally, now)
        seconds = now - tally.began
        requests = ", ".join(f"{count} {name}" for name, count in sorted(tally.requests.items()))
        because = f": {why}" if why else ""
        sentence = f"{how} after {seconds:.1f} s{because}; {requests or 'no requests'}."
        facts = {
            "role": _role(assoc),
            "seconds": round(seconds, 3),
            "received": assoc.data_received,
            "sent": assoc.data_sent,
        }
        self._event(assoc, _KIND, sentence, outcome=outcome, facts=facts)

    def _sum_up(self, assoc: Association, tally: _Tally, now: float) -> None:
        tally.summed_up = now
        moved = {"SCP": assoc.data_received - tally.received, "SCU": assoc.data_sent - tally.sent}
        tally.received, tally.sent = assoc.data_received, assoc.data_sent
        for role, counts in tally.objects.items():
            if not counts:
                continue
            taken, warned, refused = counts[DONE] + counts[WARNING], counts[WARNING], counts[FAILED]
            facts: dict[str, Any] = {
                "role": role, "stored": taken, "warned": warned, "refused": refused, "bytes": moved[role]
            }  # fmt: skip
            if studies := some_uids(tally.studies[role]):
                facts["studies"] = studies
            sentence = f"{taken} stored"
            if warned:
                sentence += f", {warned} of them with a warning"
            if refused:
                sentence += f", {refused} refused"
            sentence += f"; {moved[role]} bytes."
            outcome = FAILED if refused else WARNING if warned else DONE
            tally.requests[_STORE] += taken + refused
            counts.clear()
            tally.studies[role].clear()
            self._event(assoc, _STORE, _first(role, sentence), outcome=outcome, facts=facts)

    def _event(
        self,
        assoc: Association,
        kind: str,
        sentence: str,
        subject: str = "",
        outcome: str = DONE,
        facts: Mapping[str, Any] | None = None,
        private: str = "",
    ) -> None:
        peer = (assoc.called if assoc.is_requestor else assoc.calling).strip()
        self._tell(
            Event(
                time.time(), kind, peer, subject, sentence,
                outcome=outcome, address=assoc.peer_address, facts=facts or {}, private=private,
            )
        )  # fmt: skip


def _tally(assoc: Association) -> _Tally:
    found = assoc.notes.get(_TALLY)
    if found is None:
        found = assoc.notes[_TALLY] = _Tally()
    assert isinstance(found, _Tally)
    return found


def _operation(command: Command) -> str:
    return command.name.removesuffix("-RQ")


def _outcome(status: int) -> str:
    if status == statuses.SUCCESS:
        return DONE
    return WARNING if statuses.is_warning(status) or status == statuses.CANCELLED else FAILED


def _role(assoc: Association) -> str:
    return "SCU" if assoc.is_requestor else "SCP"


def _first(role: str, words: str) -> str:
    """The words as the beginning of a sentence that says who asked."""
    return f"We asked: {words}" if role == "SCU" else words[:1].upper() + words[1:]
