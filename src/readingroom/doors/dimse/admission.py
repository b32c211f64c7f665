"""Whom we associate with, as which user, and in which transfer syntaxes: our answer to A-ASSOCIATE-RQ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readingroom.access import Caller, Denial, Identification, NetworkPolicy
from readingroom.association import NOT_ALLOWED, UNKNOWN_CALLING, AssociateRequest, Rejection
from readingroom.errors import Unavailable, Unknown
from readingroom.standard.transfer_syntaxes import IMPLICIT_LE

CALLER = "caller"
"""Where the notes of an association keep the user behind it, a `Caller`, when it has one."""

_DENIED = {
    Denial.ADDRESS: NOT_ALLOWED,
    Denial.CALLING: UNKNOWN_CALLING,
    Denial.ADDRESS_OF_NODE: UNKNOWN_CALLING,  # at that address nobody of that title is known
}
_LATER = Rejection(2, 1, 1)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which transfer syntaxes a listener prefers.

    transfer_syntaxes: for storage, the preferred first, "*" for all others in our usual order; empty is
    ("*",). prefer_implicit_le: Implicit VR Little Endian wins wherever it is offered.
    """

    transfer_syntaxes: tuple[str, ...] = ()
    prefer_implicit_le: bool = False

    def for_storage(self, usual: Sequence[str]) -> tuple[str, ...]:
        """What is accepted for a storage class, the preferred first."""
        wanted = self.transfer_syntaxes or ("*",)
        others = [uid for uid in usual if uid not in wanted]
        ordered: list[str] = []
        for uid in wanted:
            ordered += others if uid == "*" else [uid] if uid in usual else []
        return self.for_others(ordered)

    def for_others(self, usual: Sequence[str]) -> tuple[str, ...]:
        """What is accepted where the preferences for storage do not count: queries, objects of a C-GET."""
        if self.prefer_implicit_le and IMPLICIT_LE in usual:
            return (IMPLICIT_LE, *(uid for uid in usual if uid != IMPLICIT_LE))
        return tuple(usual)


def admit(
    policy: NetworkPolicy, identification: Identification | None, request: AssociateRequest, address: str
) -> Caller | Rejection | None:
    """The user behind a request that may associate, None when it names none, else why it may not.

    A wrong user identity is rejected as permanent, by the service user, without a reason (1/1/1): PS3.7
    D.3.3.7 leaves it at a rejection, and PS3.8 table 9-21 has no reason of its own for it.
    """
    denial = policy.denial(request.calling, address)
    if denial is not None:
        refused = _DENIED[denial]
        return Rejection(refused.result, refused.source, refused.reason, denial.value)
    if identification is None:
        return None
    said = request.user.identity
    try:
        if said is None:
            return identification.identify(None, b"", b"", address)
        return identification.identify(said.kind, said.primary, said.secondary, address)
    except Unknown as error:
        return Rejection(NOT_ALLOWED.result, NOT_ALLOWED.source, NOT_ALLOWED.reason, error.sentence)
    except Unavailable as error:
        return Rejection(_LATER.result, _LATER.source, _LATER.reason, error.sentence)
