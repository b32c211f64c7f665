"""Presentation contexts and roles: PS3.8 9.3.3.2, PS3.7 D.3.3.4."""

from __future__ import annotations

import pytest

from readingroom.association import (
    AssociateRequest,
    Context,
    ProposedContext,
    RoleSelection,
    UserInformation,
    negotiate,
    propose,
)
from readingroom.association.negotiation import agreed_contexts
from readingroom.errors import Invalid

CT, MR, PRIVATE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.999.1"
IMPLICIT, EXPLICIT, JPEG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"


def request(*offered: tuple[str, tuple[str, ...]], roles: tuple[RoleSelection, ...] = ()) -> AssociateRequest:
    return AssociateRequest("A", "B", propose(offered), UserInformation(roles=roles))


def answers(accepted: object) -> list[tuple[int, int, str]]:
    return [(one.id, one.result, one.transfer_syntax) for one in accepted.results]  # type: ignore[attr-defined]


@pytest.mark.ps("3.8 9.3.3.2")
def test_our_order_of_transfer_syntaxes_decides() -> None:
    asked = request((CT, (IMPLICIT, EXPLICIT, JPEG)))
    assert answers(negotiate(asked, {CT: [JPEG, EXPLICIT, IMPLICIT]})) == [(1, 0, JPEG)]
    assert answers(negotiate(asked, {CT: [IMPLICIT]})) == [(1, 0, IMPLICIT)]


@pytest.mark.ps("3.8 9.3.3.2")
def test_the_reasons_for_no() -> None:
    asked = request((CT, (JPEG,)), (MR, (IMPLICIT,)), (CT, ()))
    results = answers(negotiate(asked, {CT: [EXPLICIT]}))
    assert [(cid, result) for cid, result, _ in results] == [(1, 4), (3, 3), (5, 4)]


def test_one_abstract_syntax_in_several_contexts() -> None:
    asked = request((CT, (IMPLICIT,)), (CT, (JPEG,)), (CT, (IMPLICIT,)))
    assert [one[1] for one in answers(negotiate(asked, {CT: [IMPLICIT, JPEG]}))] == [0, 0, 0]


def test_unknown_classes_by_rule() -> None:
    asked = request((PRIVATE, (IMPLICIT,)), ("1.2.3", (IMPLICIT,)))
    accepted = negotiate(asked, {}, otherwise=lambda uid: [IMPLICIT] if uid.startswith("1.2.999") else ())
    assert [one[1] for one in answers(accepted)] == [0, 3]


@pytest.mark.ps("3.7 D.3.3.4")
def test_roles_are_given_where_they_are_allowed() -> None:
    roles = (
        RoleSelection(CT, False, True),
        RoleSelection(MR, True, True),
        RoleSelection(PRIVATE, True, True),
    )
    asked = request((CT, (IMPLICIT,)), (MR, (IMPLICIT,)), roles=roles)
    accepted = negotiate(asked, {CT: [IMPLICIT], MR: [IMPLICIT]}, allow_scp=lambda uid: uid == CT)
    assert accepted.roles == (RoleSelection(CT, False, True), RoleSelection(MR, True, False))
    agreed = agreed_contexts(asked.contexts, asked.user.roles, accepted.results, accepted.roles)
    assert agreed == {
        1: Context(1, CT, IMPLICIT, requestor_is_scu=False, requestor_is_scp=True),
        3: Context(3, MR, IMPLICIT, requestor_is_scu=True, requestor_is_scp=False),
    }


@pytest.mark.ps("3.7 D.3.3.4")
def test_a_role_that_was_not_answered_or_not_asked_is_the_default_one() -> None:
    offered = (ProposedContext(1, CT, (IMPLICIT,)), ProposedContext(3, MR, (IMPLICIT,)))
    accepted = negotiate(AssociateRequest("A", "B", offered), {CT: [IMPLICIT], MR: [IMPLICIT]})
    agreed = agreed_contexts(
        offered, [RoleSelection(CT, False, True)], accepted.results, [RoleSelection(MR, False, True)]
    )
    assert agreed[1] == Context(1, CT, IMPLICIT, True, False)
    assert agreed[3] == Context(3, MR, IMPLICIT, True, False)
    agreed = agreed_contexts(
        offered, [RoleSelection(CT, True, False)], accepted.results, [RoleSelection(CT, True, True)]
    )
    assert agreed[1] == Context(1, CT, IMPLICIT, True, False)


def test_128_contexts_and_no_more() -> None:
    assert [one.id for one in propose([(CT, (IMPLICIT,))] * 128)] == list(range(1, 256, 2))
    with pytest.raises(Invalid, match="128"):
        propose([(CT, (IMPLICIT,))] * 129)
