"""Command sets against pynetdicom's, and against noise."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID
from pynetdicom import dimse_messages as messages
from pynetdicom.dimse_primitives import (
    C_ECHO,
    C_FIND,
    C_MOVE,
    C_STORE,
    N_ACTION,
    N_CREATE,
    N_EVENT_REPORT,
    N_GET,
    N_SET,
)
from pynetdicom.dsutils import decode, encode

from readingroom.association import Command, CommandField, MessageFault
from readingroom.association.command import (
    DATA_SET,
    read_command,
    response_to,
    write_brief_response,
    write_command,
)
from tests.kit.associations import element

CT = "1.2.840.10008.5.1.4.1.1.2"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def theirs(message: messages.DIMSEMessage, primitive: object) -> bytes:
    """The command set that pynetdicom writes for a primitive."""
    message.primitive_to_message(primitive)  # type: ignore[arg-type]
    raw = encode(message.command_set, True, True)
    assert raw is not None
    return raw


def store_rq() -> tuple[bytes, Command]:
    primitive = C_STORE()
    primitive.MessageID = 7
    primitive.AffectedSOPClassUID = UID(CT)
    primitive.AffectedSOPInstanceUID = UID("1.2.3.4.5")
    primitive.Priority = 1
    primitive.MoveOriginatorApplicationEntityTitle = "ORIGIN"
    primitive.MoveOriginatorMessageID = 9
    primitive.DataSet = BytesIO(b"x")
    command = Command(
        CommandField.C_STORE_RQ,
        message_id=7,
        affected_sop_class_uid=CT,
        affected_sop_instance_uid="1.2.3.4.5",
        priority=1,
        move_originator_application_entity_title="ORIGIN",
        move_originator_message_id=9,
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.C_STORE_RQ(), primitive), command


def store_rsp() -> tuple[bytes, Command]:
    primitive = C_STORE()
    primitive.MessageIDBeingRespondedTo = 7
    primitive.AffectedSOPClassUID = UID(CT)
    primitive.AffectedSOPInstanceUID = UID("1.2.3.4.5")
    primitive.Status = 0xA700
    primitive.ErrorComment = "disk full"
    primitive.OffendingElement = [0x00080018, 0x7FE00010]
    command = Command(
        CommandField.C_STORE_RSP,
        message_id_being_responded_to=7,
        affected_sop_class_uid=CT,
        affected_sop_instance_uid="1.2.3.4.5",
        status=0xA700,
        error_comment="disk full",
        offending_element=(0x00080018, 0x7FE00010),
    )
    return theirs(messages.C_STORE_RSP(), primitive), command


def echo_rq() -> tuple[bytes, Command]:
    primitive = C_ECHO()
    primitive.MessageID = 65535
    primitive.AffectedSOPClassUID = UID("1.2.840.10008.1.1")
    command = Command(CommandField.C_ECHO_RQ, message_id=65535, affected_sop_class_uid="1.2.840.10008.1.1")
    return theirs(messages.C_ECHO_RQ(), primitive), command


def find_rq() -> tuple[bytes, Command]:
    primitive = C_FIND()
    primitive.MessageID = 1
    primitive.AffectedSOPClassUID = UID(FIND)
    primitive.Priority = 2
    primitive.Identifier = BytesIO(b"x")
    command = Command(
        CommandField.C_FIND_RQ,
        message_id=1,
        affected_sop_class_uid=FIND,
        priority=2,
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.C_FIND_RQ(), primitive), command


def move_rsp() -> tuple[bytes, Command]:
    primitive = C_MOVE()
    primitive.MessageIDBeingRespondedTo = 3
    primitive.AffectedSOPClassUID = UID(FIND)
    primitive.Status = 0xFF00
    primitive.NumberOfRemainingSuboperations = 4
    primitive.NumberOfCompletedSuboperations = 3
    primitive.NumberOfFailedSuboperations = 2
    primitive.NumberOfWarningSuboperations = 1
    command = Command(
        CommandField.C_MOVE_RSP,
        message_id_being_responded_to=3,
        affected_sop_class_uid=FIND,
        status=0xFF00,
        number_of_remaining_suboperations=4,
        number_of_completed_suboperations=3,
        number_of_failed_suboperations=2,
        number_of_warning_suboperations=1,
    )
    return theirs(messages.C_MOVE_RSP(), primitive), command


def move_rq() -> tuple[bytes, Command]:
    primitive = C_MOVE()
    primitive.MessageID = 3
    primitive.AffectedSOPClassUID = UID(FIND)
    primitive.Priority = 0
    primitive.MoveDestination = "ODD"
    primitive.Identifier = BytesIO(b"x")
    command = Command(
        CommandField.C_MOVE_RQ,
        message_id=3,
        affected_sop_class_uid=FIND,
        priority=0,
        move_destination="ODD",
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.C_MOVE_RQ(), primitive), command


def get_rq() -> tuple[bytes, Command]:
    primitive = N_GET()
    primitive.MessageID = 5
    primitive.RequestedSOPClassUID = UID("1.2.840.10008.5.1.1.16")
    primitive.RequestedSOPInstanceUID = UID("1.2.840.10008.5.1.1.17")
    primitive.AttributeIdentifierList = [(0x2110, 0x0010), (0x2110, 0x0020)]
    command = Command(
        CommandField.N_GET_RQ,
        message_id=5,
        requested_sop_class_uid="1.2.840.10008.5.1.1.16",
        requested_sop_instance_uid="1.2.840.10008.5.1.1.17",
        attribute_identifier_list=(0x21100010, 0x21100020),
    )
    return theirs(messages.N_GET_RQ(), primitive), command


def action_rq() -> tuple[bytes, Command]:
    primitive = N_ACTION()
    primitive.MessageID = 5
    primitive.RequestedSOPClassUID = UID("1.2.840.10008.1.20.1")
    primitive.RequestedSOPInstanceUID = UID("1.2.840.10008.1.20.1.1")
    primitive.ActionTypeID = 1
    primitive.ActionInformation = BytesIO(b"x")
    command = Command(
        CommandField.N_ACTION_RQ,
        message_id=5,
        requested_sop_class_uid="1.2.840.10008.1.20.1",
        requested_sop_instance_uid="1.2.840.10008.1.20.1.1",
        action_type_id=1,
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.N_ACTION_RQ(), primitive), command


def event_rq() -> tuple[bytes, Command]:
    primitive = N_EVENT_REPORT()
    primitive.MessageID = 5
    primitive.AffectedSOPClassUID = UID("1.2.840.10008.1.20.1")
    primitive.AffectedSOPInstanceUID = UID("1.2.840.10008.1.20.1.1")
    primitive.EventTypeID = 2
    primitive.EventInformation = BytesIO(b"x")
    command = Command(
        CommandField.N_EVENT_REPORT_RQ,
        message_id=5,
        affected_sop_class_uid="1.2.840.10008.1.20.1",
        affected_sop_instance_uid="1.2.840.10008.1.20.1.1",
        event_type_id=2,
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.N_EVENT_REPORT_RQ(), primitive), command


def set_rsp() -> tuple[bytes, Command]:
    primitive = N_SET()
    primitive.MessageIDBeingRespondedTo = 5
    primitive.AffectedSOPClassUID = UID("1.2.3")
    primitive.AffectedSOPInstanceUID = UID("1.2.3.4")
    primitive.Status = 0x0110
    primitive.ErrorID = 77
    command = Command(
        CommandField.N_SET_RSP,
        message_id_being_responded_to=5,
        affected_sop_class_uid="1.2.3",
        affected_sop_instance_uid="1.2.3.4",
        status=0x0110,
        error_id=77,
    )
    return theirs(messages.N_SET_RSP(), primitive), command


def create_rq() -> tuple[bytes, Command]:
    primitive = N_CREATE()
    primitive.MessageID = 5
    primitive.AffectedSOPClassUID = UID("1.2.840.10008.5.1.4.33")
    primitive.AttributeList = BytesIO(b"x")
    command = Command(
        CommandField.N_CREATE_RQ,
        message_id=5,
        affected_sop_class_uid="1.2.840.10008.5.1.4.33",
        command_data_set_type=DATA_SET,
    )
    return theirs(messages.N_CREATE_RQ(), primitive), command


PAIRS = [
    store_rq,
    store_rsp,
    echo_rq,
    find_rq,
    move_rq,
    move_rsp,
    get_rq,
    action_rq,
    event_rq,
    set_rsp,
    create_rq,
]


@pytest.mark.ps("3.7 6.3.1")
@pytest.mark.parametrize("pair", PAIRS)
def test_command_sets_are_pynetdicoms(pair: object) -> None:
    """Read what it writes; and what we write, it reads as the same elements.

    Command Data Set Type is compared by meaning, any value but 0101H: a data set follows.
    """
    raw, command = pair()  # type: ignore[operator]
    read = read_command(raw)
    assert read.has_data == command.has_data
    kept = {name: getattr(read, name) for name in Command.__dataclass_fields__}
    kept["command_data_set_type"] = command.command_data_set_type
    assert Command(**kept) == command
    ours = decode(BytesIO(write_command(command)), True, True)
    expected = decode(BytesIO(raw), True, True)
    expected.CommandDataSetType = command.command_data_set_type
    assert ours == expected
    assert list(ours.keys()) == sorted(ours.keys())


@given(
    st.integers(0, 65535),
    st.integers(0, 65535),
    st.text("0123456789.", min_size=1, max_size=64),
    st.none() | st.text("0123456789.", min_size=1, max_size=64),
)
def test_the_brief_response_has_the_bytes_of_the_general_one(
    message_id: int, status: int, sop_class: str, instance: str | None
) -> None:
    request = Command(
        CommandField.C_STORE_RQ if instance else CommandField.C_ECHO_RQ,
        message_id=message_id,
        affected_sop_class_uid=sop_class,
        affected_sop_instance_uid=instance,
    )
    assert write_brief_response(request, status) == write_command(response_to(request, status, False))


@pytest.mark.ps("3.7 10.3")
def test_the_response_to_an_n_service_names_what_was_requested_as_affected() -> None:
    request = action_rq()[1]
    response = response_to(request, 0, True, error_comment="as asked")
    assert response.command_field == CommandField.N_ACTION_RSP
    assert response.affected_sop_instance_uid == "1.2.840.10008.1.20.1.1"
    assert response.requested_sop_instance_uid is None
    assert response.action_type_id == 1
    assert response.message_id_being_responded_to == 5
    assert response.message_id is None
    assert response.error_comment == "as asked"
    assert response_to(request, 0, False).action_type_id is None


@pytest.mark.ps("3.7 E.2")
def test_retired_and_unknown_elements_are_passed_over() -> None:
    raw = element(0x0001, bytes(4)) + element(0x0010, b"DICOM V3") + element(0x0100, b"\x30\0")
    assert read_command(raw + element(0x5010, b"")) == Command(CommandField.C_ECHO_RQ)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "without Command Field"),
        (element(0x0110, b"\1\0"), "without Command Field"),
        (element(0x0100, b"\1"), "US element"),
        (element(0x0100, b"\1\0\0\0"), "US element"),
        (element(0x0100, b"\1\0") + element(0x1005, b"\1\0\0"), "AT element"),
        (element(0x0100, b"\1\0")[:-1], "does not fit"),
        (element(0x0100, b"\1\0") + b"\0\0\0", "cut short"),
        (struct.pack("<HHI", 0, 0x0002, 0xFFFFFFFF), "does not fit"),
        (struct.pack("<HHI", 8, 0x0016, 0), "does not fit"),
    ],
)
def test_what_is_no_command_set(raw: bytes, words: str) -> None:
    with pytest.raises(MessageFault, match=words):
        read_command(raw)


@given(st.binary(max_size=200))
def test_noise_is_read_or_refused(noise: bytes) -> None:
    try:
        read_command(noise)
    except MessageFault:
        return


@given(st.sampled_from(PAIRS), st.integers(0, 150), st.binary(min_size=1, max_size=3))
def test_a_damaged_command_set_is_read_or_refused(pair: object, at: int, damage: bytes) -> None:
    raw = bytearray(pair()[0])  # type: ignore[operator]
    raw[at : at + len(damage)] = damage
    try:
        read = read_command(bytes(raw))
    except MessageFault:
        return
    assert repr(read)
    assert write_command(read)


def test_it_shows_what_is_there() -> None:
    command = Command(CommandField.C_ECHO_RQ, message_id=4)
    assert (
        repr(command)
        == "C-ECHO-RQ(command_field=<CommandField.C_ECHO_RQ: 48>, message_id=4, command_data_set_type=257)"
    )
    assert Command(0x7777).name == "command 7777H"
