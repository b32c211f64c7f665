"""PDUs to and from bytes, against pynetdicom's reader and writer, and against noise."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import pdu as theirs
from pynetdicom import pdu_primitives as prim
from pynetdicom.pdu_primitives import A_ABORT, A_ASSOCIATE
from pynetdicom.presentation import PresentationContext

from readingroom.association import (
    AssociateAccept,
    AssociateRequest,
    CommonExtendedNegotiation,
    ContextResult,
    ExtendedNegotiation,
    PduFault,
    ProposedContext,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from readingroom.association import pdu as ours
from readingroom.association.faults import abort_words, rejection_words

CT = "1.2.840.10008.5.1.4.1.1.2"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
SYNTAXES = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")

REQUEST = AssociateRequest(
    "CALLED",
    "CALLING",
    (ProposedContext(1, CT, SYNTAXES), ProposedContext(3, FIND, SYNTAXES[1:])),
    UserInformation(
        max_length=16382,
        implementation_class_uid="1.2.3.4",
        implementation_version_name="VERSION",
        async_window=(3, 5),
        roles=(RoleSelection(CT, False, True),),
        extended=(ExtendedNegotiation(FIND, b"\1\0\1"),),
        common_extended=(CommonExtendedNegotiation(CT, "1.2.840.10008.4.2", (FIND, CT)),),
        identity=UserIdentity(2, b"user", b"secret", True),
    ),
)


def their_request() -> bytes:
    """The same request as REQUEST, written by pynetdicom."""
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title = "CALLING"
    primitive.called_ae_title = "CALLED"
    contexts = []
    for at, (uid, syntaxes) in enumerate(((CT, SYNTAXES), (FIND, SYNTAXES[1:]))):
        context = PresentationContext()
        context.context_id = 2 * at + 1
        context.abstract_syntax = uid
        context.transfer_syntax = list(syntaxes)
        contexts.append(context)
    primitive.presentation_context_definition_list = contexts
    length = prim.MaximumLengthNotification()
    length.maximum_length_received = 16382
    uid = prim.ImplementationClassUIDNotification()
    uid.implementation_class_uid = "1.2.3.4"
    window = prim.AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = 3
    window.maximum_number_operations_performed = 5
    role = prim.SCP_SCU_RoleSelectionNegotiation()
    role.sop_class_uid, role.scu_role, role.scp_role = CT, False, True
    version = prim.ImplementationVersionNameNotification()
    version.implementation_version_name = "VERSION"
    extended = prim.SOPClassExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = FIND, b"\1\0\1"
    common = prim.SOPClassCommonExtendedNegotiation()
    common.sop_class_uid, common.service_class_uid = CT, "1.2.840.10008.4.2"
    common.related_general_sop_class_identification = [FIND, CT]
    who = prim.UserIdentityNegotiation()
    who.user_identity_type, who.primary_field, who.secondary_field = 2, b"user", b"secret"
    who.positive_response_requested = True
    primitive.user_information = [length, uid, window, role, version, extended, common, who]
    pdu = theirs.A_ASSOCIATE_RQ()
    pdu.from_primitive(primitive)
    return pdu.encode()


@pytest.mark.ps("3.8 9.3.2")
def test_the_request_has_pynetdicoms_bytes() -> None:
    assert REQUEST.encode() == their_request()


@pytest.mark.ps("3.8 9.3.2")
def test_a_request_of_pynetdicom_is_read() -> None:
    assert ours.read_associate_rq(their_request()[6:]) == REQUEST


@pytest.mark.ps("3.8 9.3.3")
def test_pynetdicom_reads_our_accept() -> None:
    accept = AssociateAccept(
        "CALLED",
        "CALLING",
        (ContextResult(1, 0, SYNTAXES[0]), ContextResult(3, 4, SYNTAXES[1])),
        UserInformation(
            max_length=1 << 20,
            implementation_class_uid="1.2.3.4",
            roles=(RoleSelection(CT, False, True),),
            identity_response=b"ticket",
        ),
    )
    raw = accept.encode()
    pdu = theirs.A_ASSOCIATE_AC()
    pdu.decode(raw)
    primitive = pdu.to_primitive()
    results = primitive.presentation_context_definition_results_list
    assert [(one.context_id, one.result) for one in results] == [(1, 0), (3, 4)]
    assert results[0].transfer_syntax == [SYNTAXES[0]]
    kinds = {type(one).__name__: one for one in primitive.user_information}
    assert kinds["MaximumLengthNotification"].maximum_length_received == 1 << 20
    assert kinds["SCP_SCU_RoleSelectionNegotiation"].scp_role is True
    assert kinds["UserIdentityNegotiation"].server_response == b"ticket"
    assert pdu.encode() == raw
    assert ours.read_associate_ac(raw[6:]) == accept


@pytest.mark.ps("3.8 9.3.4")
def test_the_short_pdus_have_pynetdicoms_bytes() -> None:
    release, answer = theirs.A_RELEASE_RQ(), theirs.A_RELEASE_RP()
    assert (ours.release_rq(), ours.release_rp()) == (release.encode(), answer.encode())
    abort = theirs.A_ABORT_RQ()
    primitive = A_ABORT()
    primitive.abort_source = 0
    abort.from_primitive(primitive)
    assert ours.abort(0, 0) == abort.encode()
    reject = theirs.A_ASSOCIATE_RJ()
    reject.result, reject.source, reject.reason_diagnostic = 1, 1, 7
    assert ours.associate_rj(1, 1, 7) == reject.encode()
    assert ours.read_codes(ours.associate_rj(2, 3, 1)[6:]) == (2, 3, 1)


@pytest.mark.ps("3.8 9.3.1")
def test_unknown_items_and_reserved_bytes_are_not_tested() -> None:
    raw = bytearray(REQUEST.encode())
    raw[8:10] = b"\xff\xff"  # reserved
    raw[42:74] = b"\xff" * 32  # reserved
    raw += struct.pack(">BBH", 0xEE, 7, 3) + b"new"
    assert ours.read_associate_rq(bytes(raw[6:])) == REQUEST


def test_a_context_id_that_comes_twice_counts_once() -> None:
    twice = AssociateRequest("A", "B", (ProposedContext(1, CT, SYNTAXES), ProposedContext(1, FIND, SYNTAXES)))
    assert ours.read_associate_rq(twice.encode()[6:]).contexts == (ProposedContext(1, CT, SYNTAXES),)


def test_ae_titles_and_uids_lose_their_padding() -> None:
    raw = bytearray(REQUEST.encode())
    raw[10:26] = b"  CALLED\0\0      "
    assert ours.read_associate_rq(bytes(raw[6:])).called == "CALLED"


def test_ae_titles_of_more_than_16_characters_are_not_sent() -> None:
    with pytest.raises(PduFault, match="more than 16"):
        AssociateRequest("A" * 17, "B", ()).encode()


def test_secrets_do_not_show_in_logs() -> None:
    assert "secret" not in repr(REQUEST)


@pytest.mark.parametrize("cut", [0, 1, 67])
def test_a_cut_request_is_a_fault(cut: int) -> None:
    with pytest.raises(PduFault):
        ours.read_associate_rq(REQUEST.encode()[6 : 6 + cut])


@given(st.binary(max_size=400))
def test_noise_is_read_or_refused(noise: bytes) -> None:
    for read in (ours.read_associate_rq, ours.read_associate_ac):
        for raw in (bytes(68) + noise, noise):
            with contextlib.suppress(PduFault):
                read(raw)


@given(st.integers(6, 600), st.binary(min_size=1, max_size=4))
def test_a_damaged_request_is_read_or_refused(at: int, damage: bytes) -> None:
    raw = bytearray(REQUEST.encode())
    raw[at : at + len(damage)] = damage
    try:
        read = ours.read_associate_rq(bytes(raw[6:]))
    except PduFault:
        return
    assert len(read.contexts) <= 128


@given(
    st.lists(
        st.builds(
            ProposedContext,
            st.integers(1, 255),
            st.text("0123456789.", min_size=1, max_size=64),
            st.lists(st.text("0123456789.", min_size=1, max_size=64), max_size=5).map(tuple),
        ),
        max_size=5,
        unique_by=lambda one: one.id,
    ),
    st.builds(
        UserInformation,
        max_length=st.integers(0, 2**32 - 1),
        implementation_class_uid=st.text("0123456789.", max_size=64),
        async_window=st.none() | st.tuples(st.integers(0, 65535), st.integers(0, 65535)),
        identity=st.none()
        | st.builds(UserIdentity, st.integers(1, 5), st.binary(), st.binary(), st.booleans()),
    ),
)
def test_what_is_written_is_read_again(contexts: list[ProposedContext], user: UserInformation) -> None:
    request = AssociateRequest("CALLED", "CALLING", tuple(contexts), user)
    assert ours.read_associate_rq(request.encode()[6:]) == request


def test_codes_in_words() -> None:
    assert rejection_words(1, 1, 3) == "calling AE title not recognized, for good (1/1/3)"
    assert rejection_words(2, 3, 2) == "local limit exceeded, for now (2/3/2)"
    assert rejection_words(9, 9, 9) == "unknown reason, result unknown (9/9/9)"
    assert abort_words(2, 6) == "by its upper layer: invalid PDU parameter value (2/6)"
    assert abort_words(0, 0) == "by the application (0/0)"
