"""Which presentation contexts are accepted, and in which roles: functions of their arguments.

PS3.8 9.3.3.2 (results), PS3.7 D.3.3.4 (roles).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .items import ContextResult, ExtendedNegotiation, ProposedContext, RoleSelection
from .pdu import AssociateAccept, AssociateRequest

_NOT_SIGNIFICANT = (
    "1.2.840.10008.1.2"  # a context that is not accepted carries a transfer syntax all the same
)
ACCEPTED, USER_REJECTION, NO_REASON, ABSTRACT_SYNTAX, TRANSFER_SYNTAXES = range(5)

Supported = Mapping[str, Sequence[str]]
"""Abstract syntax to the transfer syntaxes accepted for it, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context.

    requestor_is_scu, requestor_is_scp: the roles of the side that requested the association.
    """

    id: int
    abstract_syntax: str
    transfer_syntax: str
    requestor_is_scu: bool = True
    requestor_is_scp: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The policy's yes: what the A-ASSOCIATE-AC says.

    identity_response: the server's answer where the requestor asked for one (PS3.7 D.3.3.7.2), None when its
    user identity was not looked at. notes: what the association's own notes begin with.
    """

    results: tuple[ContextResult, ...]
    roles: tuple[RoleSelection, ...] = ()
    extended: tuple[ExtendedNegotiation, ...] = ()
    identity_response: bytes | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """The policy's no: what the A-ASSOCIATE-RJ says (PS3.8 table 9-21), and in `why` what only we say, to
    ourselves."""

    result: int
    source: int
    reason: int
    why: str = field(default="", compare=False)


UNKNOWN_CALLING = Rejection(1, 1, 3)
UNKNOWN_CALLED = Rejection(1, 1, 7)
NOT_ALLOWED = Rejection(1, 1, 1)
UNSUPPORTED_APPLICATION_CONTEXT = Rejection(1, 1, 2)
UNSUPPORTED_VERSION = Rejection(1, 2, 2)
CONGESTION = Rejection(2, 3, 1)
LIMIT_EXCEEDED = Rejection(2, 3, 2)


def negotiate(
    request: AssociateRequest,
    supported: Supported,
    *,
    otherwise: Callable[[str], Sequence[str]] = lambda uid: (),
    allow_scp: Callable[[str], bool] = lambda uid: False,
) -> Accepted:
    """Answer every presentation context that the request offers.

    supported: the first of its transfer syntaxes that is offered is taken; an abstract syntax may come in
    several contexts. otherwise: the transfer syntaxes for an abstract syntax that is not in `supported`
    (unknown and private storage classes), empty to refuse it. allow_scp: whether the requestor may be
    the SCP of that SOP class (storage for C-GET, commitment results); as SCU it always may.
    """
    results = []
    taken: set[str] = set()
    for offered in request.contexts:
        wanted = supported.get(offered.abstract_syntax) or otherwise(offered.abstract_syntax)
        results.append(_answer(offered, wanted))
        if results[-1].result == ACCEPTED:
            taken.add(offered.abstract_syntax)
    roles = {
        role.sop_class_uid: RoleSelection(
            role.sop_class_uid, role.scu, role.scp and allow_scp(role.sop_class_uid)
        )
        for role in request.user.roles
        if role.sop_class_uid in taken
    }
    return Accepted(tuple(results), tuple(roles.values()))


def _answer(offered: ProposedContext, wanted: Sequence[str]) -> ContextResult:
    if not wanted:
        return ContextResult(offered.id, ABSTRACT_SYNTAX, _NOT_SIGNIFICANT)
    for uid in wanted:
        if uid in offered.transfer_syntaxes:
            return ContextResult(offered.id, ACCEPTED, uid)
    return ContextResult(offered.id, TRANSFER_SYNTAXES, _NOT_SIGNIFICANT)


def agreed_contexts(
    offered: Iterable[ProposedContext],
    proposed_roles: Iterable[RoleSelection],
    results: Iterable[ContextResult],
    answered_roles: Iterable[RoleSelection],
) -> dict[int, Context]:
    """The accepted contexts by their id, as both sides understand them.

    A role is agreed when it was proposed and answered with 1; without an answer the default holds: the
    association requestor is SCU. PS3.7 D.3.3.4.
    """
    asked = {role.sop_class_uid: role for role in proposed_roles}
    given = {role.sop_class_uid: role for role in answered_roles}
    abstract = {context.id: context.abstract_syntax for context in offered}
    contexts = {}
    for result in results:
        uid = abstract.get(result.id)
        if uid is None or result.result != ACCEPTED:
            continue
        scu, scp = True, False
        if uid in asked and uid in given:
            scu, scp = asked[uid].scu and given[uid].scu, asked[uid].scp and given[uid].scp
        contexts[result.id] = Context(result.id, uid, result.transfer_syntax, scu, scp)
    return contexts


def contexts_of_accept(request: AssociateRequest, accept: AssociateAccept) -> dict[int, Context]:
    """agreed_contexts of a request and the A-ASSOCIATE-AC that answers it."""
    return agreed_contexts(request.contexts, request.user.roles, accept.results, accept.user.roles)
