"""Which abstract syntaxes we serve, in which forms, and by whom; negotiation and statement both read it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from readingroom.access import Identification, NetworkPolicy
from readingroom.archive import Archive
from readingroom.association import (
    Accepted,
    AssociateRequest,
    Association,
    AssociationEnded,
    ExtendedNegotiation,
    Hooks,
    Policy,
    Rejection,
    Service,
    Verification,
    negotiate,
)
from readingroom.errors import Unavailable
from readingroom.exchange import Ourselves, Reporter, ReportReceiver
from readingroom.journal import Conversations, Tell, untold
from readingroom.query import QueryEngine
from readingroom.standard import sop_classes as sop
from readingroom.standard import transfer_syntaxes as syntax

from .admission import CALLER, Wishes, admit
from .availability_scp import AvailabilityScp
from .commitment_scp import CommitmentScp
from .extended import agree
from .find_scp import FindScp
from .get_scp import GetScp
from .move_scp import MoveScp
from .settings import DimseSettings
from .statuses import status_of
from .store_scp import StoreScp

log = logging.getLogger("readingroom.dimse")

_PLAIN = (syntax.EXPLICIT_LE, syntax.IMPLICIT_LE, syntax.EXPLICIT_BE)
_LITTLE = (syntax.EXPLICIT_LE, syntax.IMPLICIT_LE)
_SERVICES = {
    sop.VERIFICATION: "Verification",
    sop.PATIENT_ROOT_FIND: "Query",
    sop.STUDY_ROOT_FIND: "Query",
    sop.PATIENT_ROOT_MOVE: "Retrieve by C-MOVE",
    sop.STUDY_ROOT_MOVE: "Retrieve by C-MOVE",
    sop.PATIENT_ROOT_GET: "Retrieve by C-GET",
    sop.STUDY_ROOT_GET: "Retrieve by C-GET",
    sop.STORAGE_COMMITMENT_PUSH_MODEL: "Storage Commitment",
    sop.INSTANCE_AVAILABILITY_NOTIFICATION: "Instance Availability Notification",
}
_SYNTAXES = {sop.INSTANCE_AVAILABILITY_NOTIFICATION: _LITTLE}


@dataclass(frozen=True, slots=True)
class Offer:
    """One abstract syntax we accept: its service and its transfer syntaxes, the preferred first."""

    uid: str
    name: str
    service: str
    transfer_syntaxes: tuple[str, ...]


def offers() -> list[Offer]:
    """Every abstract syntax that is accepted without being configured."""
    found = [
        Offer(uid, sop.name_of(uid), service, _SYNTAXES.get(uid, _PLAIN))
        for uid, service in _SERVICES.items()
    ]
    stored = syntax.keep_stored_form()
    found += [Offer(uid, name, "Storage", stored) for uid, name in sop.storage_classes().items()]
    return found


class DimseDoor:
    """The providers of one receiver process, its association policy and its hooks.

    reporter: does the work of storage commitment; whoever runs the process starts and stops it. tell:
    takes the events of associations and requests.
    """

    def __init__(
        self,
        archive: Archive,
        query: QueryEngine,
        policy: NetworkPolicy,
        settings: DimseSettings,
        identification: Identification | None = None,
        tell: Tell = untold,
    ) -> None:
        self._archive = archive
        self._conversations = Conversations(tell)
        self._policy = policy
        self._identification = identification
        self._settings = settings
        self._supported = {offer.uid: offer.transfer_syntaxes for offer in offers()}
        store = StoreScp(archive, policy)
        find = FindScp(query, archive, policy, settings.ae_title)
        move = MoveScp(archive, policy, settings, self._conversations.hooks)
        get = GetScp(archive, policy)
        self._store = store
        ours = Ourselves(
            settings.ae_title,
            settings.max_pdu,
            settings.lines,
            associate_seconds=settings.associate_seconds,
            tls=settings.tls,
            hooks=self._conversations.hooks,
        )
        self.reporter = Reporter(
            archive, policy, ours, settings.process_name, settings.commitment_retry_seconds
        )
        commitment = CommitmentScp(self.reporter, ReportReceiver(archive.database), policy)
        self.services: Mapping[str, Service] = {
            sop.VERIFICATION: Verification(),
            sop.PATIENT_ROOT_FIND: find,
            sop.STUDY_ROOT_FIND: find,
            sop.PATIENT_ROOT_MOVE: move,
            sop.STUDY_ROOT_MOVE: move,
            sop.PATIENT_ROOT_GET: get,
            sop.STUDY_ROOT_GET: get,
            sop.STORAGE_COMMITMENT_PUSH_MODEL: commitment,
            sop.INSTANCE_AVAILABILITY_NOTIFICATION: AvailabilityScp(
                archive, policy, fetches=settings.fetch_announced
            ),
            **dict.fromkeys(sop.storage_classes(), store),
        }

    @property
    def hooks(self) -> Hooks:
        """What the acceptor tells us."""
        return replace(
            self._conversations.hooks,
            on_established=self._established,
            on_released=self._released,
            on_aborted=self._aborted,
            on_rejected=self._rejected,
            on_error=status_of,
        )

    def otherwise(self, abstract_syntax: str) -> Service | None:
        """The provider for a storage class that only the configuration knows."""
        return self._store if self._configured(abstract_syntax) else None

    def policy_of(self, wishes: Wishes) -> Policy:
        """The association policy of one listener: whom `admit` lets in gets every context we serve."""
        stored = self._stored
        usual = {
            uid: wishes.for_storage(accepted) if uid in stored else wishes.for_others(accepted)
            for uid, accepted in self._supported.items()
        }
        outgoing = wishes.for_others(syntax.always_possible())

        def decide(request: AssociateRequest, address: str) -> Accepted | Rejection:
            caller = admit(self._policy, self._identification, request, address)
            if isinstance(caller, Rejection):
                return caller
            # what it retrieves with C-GET we send on its contexts, in a form that we can make of anything
            retrieved = {role.sop_class_uid for role in request.user.roles if role.scp} & stored.keys()
            answer = negotiate(
                request,
                usual | dict.fromkeys(retrieved, outgoing),
                otherwise=lambda uid: wishes.for_storage(self._configured(uid)),
                allow_scp=lambda uid: uid in stored or uid == sop.STORAGE_COMMITMENT_PUSH_MODEL,
            )
            answer = replace(answer, extended=_extended(request, answer))
            if caller is None:
                return answer
            return replace(answer, identity_response=b"", notes={CALLER: caller})

        return decide

    @property
    def _stored(self) -> Mapping[str, str]:
        return sop.storage_classes()

    def _configured(self, abstract_syntax: str) -> Sequence[str]:
        private = self._settings.private_sop_classes
        if abstract_syntax in private or "*" in private:
            return syntax.keep_stored_form()
        return ()

    def _established(self, assoc: Association) -> None:
        caller = assoc.notes.get(CALLER)
        user = f" for {caller.name}" if caller else ""
        log.info("association from %s%s with %d contexts", assoc.peer, user, len(assoc.contexts))
        if self._policy.is_unknown(assoc.calling):
            log.warning("%s is not a known node; it may associate because accept_any_ae is on", assoc.peer)
        self._conversations.established(assoc, caller.name if caller else "")

    def _released(self, assoc: Association) -> None:
        # Whoever sent objects and says goodbye finds them in the next query, if that is possible at all.
        try:
            self._archive.indexer.flush()
        except Unavailable as error:
            log.warning("%s releases its association: %s", assoc.peer, error.sentence)
        self._conversations.released(assoc)

    def _aborted(self, assoc: Association, why: AssociationEnded) -> None:
        log.warning("association with %s ended: %s", assoc.peer, why)
        self._conversations.aborted(assoc, why)

    def _rejected(self, request: AssociateRequest, address: str, rejection: Rejection) -> None:
        log.warning(
            "rejected %s from %s calling %s: result %d source %d reason %d %s",
            request.calling.strip(), address, request.called.strip(),
            rejection.result, rejection.source, rejection.reason, rejection.why,
        )  # fmt: skip
        self._conversations.rejected(request, address, rejection)


def _extended(request: AssociateRequest, answer: Accepted) -> tuple[ExtendedNegotiation, ...]:
    taken = {result.id for result in answer.results if result.result == 0}
    return tuple(
        agree(request.user.extended, {one.abstract_syntax for one in request.contexts if one.id in taken})
    )
