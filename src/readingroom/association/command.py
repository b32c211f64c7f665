"""Command sets: Implicit VR Little Endian, group 0000, written and read by hand. PS3.7 6.3.1, annex E."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .faults import MessageFault

_ELEMENT = struct.Struct("<HHI")
_US = struct.Struct("<HHIH")
_UL = struct.Struct("<HHII")
_TAIL = struct.Struct("<HHIH HHIH HHIH HHIH")

NO_DATA_SET = 0x0101
"""Command Data Set Type: no data set follows. PS3.7 E.1."""
DATA_SET = 0x0001
MEDIUM, HIGH, LOW = 0, 1, 2
"""Priority. PS3.7 E.1."""


class CommandField(IntEnum):
    """PS3.7 E.1; a response has the request's value + 8000H."""

    C_STORE_RQ = 0x0001
    C_STORE_RSP = 0x8001
    C_GET_RQ = 0x0010
    C_GET_RSP = 0x8010
    C_FIND_RQ = 0x0020
    C_FIND_RSP = 0x8020
    C_MOVE_RQ = 0x0021
    C_MOVE_RSP = 0x8021
    C_ECHO_RQ = 0x0030
    C_ECHO_RSP = 0x8030
    N_EVENT_REPORT_RQ = 0x0100
    N_EVENT_REPORT_RSP = 0x8100
    N_GET_RQ = 0x0110
    N_GET_RSP = 0x8110
    N_SET_RQ = 0x0120
    N_SET_RSP = 0x8120
    N_ACTION_RQ = 0x0130
    N_ACTION_RSP = 0x8130
    N_CREATE_RQ = 0x0140
    N_CREATE_RSP = 0x8140
    N_DELETE_RQ = 0x0150
    N_DELETE_RSP = 0x8150
    C_CANCEL_RQ = 0x0FFF


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """The elements of a command set by keyword; None is absent. PS3.7 table E.1-1.

    Attribute identifiers and offending elements are tags as numbers, group first.
    """

    command_field: int
    affected_sop_class_uid: str | None = None
    requested_sop_class_uid: str | None = None
    message_id: int | None = None
    message_id_being_responded_to: int | None = None
    move_destination: str | None = None
    priority: int | None = None
    command_data_set_type: int = NO_DATA_SET
    status: int | None = None
    offending_element: tuple[int, ...] | None = None
    error_comment: str | None = None
    error_id: int | None = None
    affected_sop_instance_uid: str | None = None
    requested_sop_instance_uid: str | None = None
    event_type_id: int | None = None
    attribute_identifier_list: tuple[int, ...] | None = None
    action_type_id: int | None = None
    number_of_remaining_suboperations: int | None = None
    number_of_completed_suboperations: int | None = None
    number_of_failed_suboperations: int | None = None
    number_of_warning_suboperations: int | None = None
    move_originator_application_entity_title: str | None = None
    move_originator_message_id: int | None = None

    def __repr__(self) -> str:
        present = [
            f"{name}={value!r}"
            for name, _ in _ELEMENTS.values()
            if (value := getattr(self, name)) is not None
        ]
        return f"{self.name}({', '.join(present)})"

    @property
    def has_data(self) -> bool:
        """Whether a data set follows."""
        return self.command_data_set_type != NO_DATA_SET

    @property
    def is_response(self) -> bool:
        """Whether this answers a request."""
        return self.command_field >= 0x8000

    @property
    def name(self) -> str:
        """For people: "C-STORE-RQ"."""
        try:
            return CommandField(self.command_field).name.replace("_", "-")
        except ValueError:
            return f"command {self.command_field:04X}H"


_ELEMENTS: dict[int, tuple[str, str]] = {
    0x0002: ("affected_sop_class_uid", "UI"),
    0x0003: ("requested_sop_class_uid", "UI"),
    0x0100: ("command_field", "US"),
    0x0110: ("message_id", "US"),
    0x0120: ("message_id_being_responded_to", "US"),
    0x0600: ("move_destination", "AE"),
    0x0700: ("priority", "US"),
    0x0800: ("command_data_set_type", "US"),
    0x0900: ("status", "US"),
    0x0901: ("offending_element", "AT"),
    0x0902: ("error_comment", "LO"),
    0x0903: ("error_id", "US"),
    0x1000: ("affected_sop_instance_uid", "UI"),
    0x1001: ("requested_sop_instance_uid", "UI"),
    0x1002: ("event_type_id", "US"),
    0x1005: ("attribute_identifier_list", "AT"),
    0x1008: ("action_type_id", "US"),
    0x1020: ("number_of_remaining_suboperations", "US"),
    0x1021: ("number_of_completed_suboperations", "US"),
    0x1022: ("number_of_failed_suboperations", "US"),
    0x1023: ("number_of_warning_suboperations", "US"),
    0x1030: ("move_originator_application_entity_title", "AE"),
    0x1031: ("move_originator_message_id", "US"),
}
"""Element number in group 0000 to field and VR, ascending. PS3.7 table E.1-1."""


def read_command(raw: bytes) -> Command:
    """Read a command set. Retired and unknown elements of group 0000 are passed over.

    MessageFault: cut elements, another group, a number of the wrong length, no Command Field.
    """
    values: dict[str, Any] = {}
    at, end = 0, len(raw)
    while at < end:
        if end - at < 8:
            raise MessageFault("an element of the command set is cut short")
        group, element, length = _ELEMENT.unpack_from(raw, at)
        at += 8
        if group or length > end - at:
            raise MessageFault(f"element ({group:04X},{element:04X}) does not fit the command set")
        known = _ELEMENTS.get(element)
        if known is not None:
            values[known[0]] = _READERS[known[1]](raw[at : at + length])
        at += length
    if "command_field" not in values:
        raise MessageFault("a command set without Command Field (0000,0100)")
    return Command(**values)


def _read_us(value: bytes) -> int:
    if len(value) != 2:
        raise MessageFault(f"a US element of the command set has {len(value)} bytes")
    return value[0] | value[1] << 8


def _read_at(value: bytes) -> tuple[int, ...]:
    if len(value) % 4:
        raise MessageFault(f"an AT element of the command set has {len(value)} bytes")
    numbers = struct.unpack(f"<{len(value) // 2}H", value)
    return tuple(group << 16 | element for group, element in zip(numbers[::2], numbers[1::2], strict=True))


def _read_text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip("\0 ")


_READERS: dict[str, Callable[[bytes], Any]] = {
    "US": _read_us,
    "AT": _read_at,
    "UI": _read_text,
    "AE": _read_text,
    "LO": _read_text,
}


def write_command(command: Command) -> bytes:
    """The command set with its group length, elements ascending. PS3.7 6.3.1."""
    parts = []
    for element, (name, vr) in _ELEMENTS.items():
        value = getattr(command, name)
        if value is not None:
            parts.append(_write(element, vr, value))
    body = b"".join(parts)
    return _UL.pack(0, 0, 4, len(body)) + body


def _write(element: int, vr: str, value: Any) -> bytes:
    if vr == "US":
        return _US.pack(0, element, 2, value)
    if vr == "AT":
        raw = b"".join(struct.pack("<HH", tag >> 16, tag & 0xFFFF) for tag in value)
    else:
        raw = value.encode("ascii", "replace")
        if vr == "LO":
            raw = raw[:64]
        if len(raw) & 1:
            raw += b"\0" if vr == "UI" else b" "
    return _ELEMENT.pack(0, element, len(raw)) + raw


def write_brief_response(request: Command, status: int) -> bytes:
    """A C-STORE or C-ECHO response without optional elements, the same bytes as write_command's, faster."""
    sop_class = _padded(request.affected_sop_class_uid)
    tail = _TAIL.pack(
        *(0, 0x0100, 2, request.command_field | 0x8000),
        *(0, 0x0120, 2, request.message_id),
        *(0, 0x0800, 2, NO_DATA_SET),
        *(0, 0x0900, 2, status),
    )
    body = _ELEMENT.pack(0, 0x0002, len(sop_class)) + sop_class + tail
    if request.affected_sop_instance_uid is not None:
        instance = _padded(request.affected_sop_instance_uid)
        body += _ELEMENT.pack(0, 0x1000, len(instance)) + instance
    return _UL.pack(0, 0, 4, len(body)) + body


def _padded(uid: str | None) -> bytes:
    raw = (uid or "").encode("ascii", "replace")
    return raw + b"\0" if len(raw) & 1 else raw


def response_to(request: Command, status: int, has_data: bool, **elements: Any) -> Command:
    """The response that belongs to a request: its SOP class and instance, its message ID.

    The requested SOP class and instance of an N-service request come back as affected ones. PS3.7 10.3.
    Only C-STORE and the N-services name an instance.
    """
    values: dict[str, Any] = {
        "affected_sop_class_uid": request.affected_sop_class_uid or request.requested_sop_class_uid,
        "affected_sop_instance_uid": request.affected_sop_instance_uid or request.requested_sop_instance_uid,
    }
    if has_data and request.command_field == CommandField.N_EVENT_REPORT_RQ:
        values["event_type_id"] = request.event_type_id
    elif has_data and request.command_field == CommandField.N_ACTION_RQ:
        values["action_type_id"] = request.action_type_id
    return Command(
        command_field=request.command_field | 0x8000,
        message_id_being_responded_to=request.message_id,
        command_data_set_type=DATA_SET if has_data else NO_DATA_SET,
        status=status,
        **(values | elements),
    )


REQUIRED: dict[int, tuple[str, ...]] = {
    CommandField.C_STORE_RQ: ("affected_sop_class_uid", "affected_sop_instance_uid"),
    CommandField.C_GET_RQ: ("affected_sop_class_uid",),
    CommandField.C_FIND_RQ: ("affected_sop_class_uid",),
    CommandField.C_MOVE_RQ: ("affected_sop_class_uid", "move_destination"),
    CommandField.C_ECHO_RQ: ("affected_sop_class_uid",),
    CommandField.N_EVENT_REPORT_RQ: ("affected_sop_class_uid", "affected_sop_instance_uid", "event_type_id"),
    CommandField.N_GET_RQ: ("requested_sop_class_uid", "requested_sop_instance_uid"),
    CommandField.N_SET_RQ: ("requested_sop_class_uid", "requested_sop_instance_uid"),
    CommandField.N_ACTION_RQ: ("requested_sop_class_uid", "requested_sop_instance_uid", "action_type_id"),
    CommandField.N_CREATE_RQ: ("affected_sop_class_uid",),
    CommandField.N_DELETE_RQ: ("requested_sop_class_uid", "requested_sop_instance_uid"),
}
"""What a request must carry beside its message ID. PS3.7 9.3, 10.3."""
