"""From what went wrong to the status that says so: PS3.7 annex C, PS3.4 B.2.3, C.4.1.1.4, C.4.2.1.5."""

from __future__ import annotations

from readingroom.association import Association, Command, CommandField, Context, failure_status
from readingroom.errors import (
    Conflict,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
    Unsupported,
)
from readingroom.exchange import REPORT_STATUSES, STORE_STATUSES, Empty, Missing

from .identifier import Unreadable

SUCCESS = 0x0000
PENDING = 0xFF00
PENDING_WITH_UNSUPPORTED_KEYS = 0xFF01
CANCELLED = 0xFE00
SUB_OPERATIONS_FAILED = 0xB000
DESTINATION_UNKNOWN = 0xA801
CANNOT_PERFORM_SUB_OPERATIONS = 0xA702
NOT_AUTHORISED = 0x0124

_FIND: dict[type[Exception], int] = {
    Invalid: 0xA900,  # Identifier does not match SOP class
    Unreadable: 0xC000,  # unable to process
    Conflict: 0xA900,
    NotFound: 0xA900,
    Unsupported: 0x0122,
    Refused: NOT_AUTHORISED,
    Unavailable: 0xA700,
}
_RETRIEVE = _FIND | {NotFound: DESTINATION_UNKNOWN, Unavailable: 0xA701}
_NORMALIZED: dict[type[Exception], int] = {  # PS3.7 10.1, where a service has nothing else to say
    NotFound: 0x0112,  # no such SOP instance
    Conflict: 0x0119,  # class-instance conflict
    Unsupported: 0x0118,  # no such SOP class
    Refused: NOT_AUTHORISED,
    Unavailable: 0x0213,  # resource limitation
}
_ACTION: dict[type[Exception], int] = {
    Missing: 0x0120,
    Empty: 0x0121,
    Invalid: 0x0115,  # invalid argument value
    Refused: NOT_AUTHORISED,
    Unavailable: 0x0213,  # resource limitation
}
_CREATE: dict[type[Exception], int] = {
    Missing: 0x0120,
    Empty: 0x0121,
    Invalid: 0x0106,  # invalid attribute value
    Refused: NOT_AUTHORISED,
    Unavailable: 0x0110,  # what follows from it could not be ordered
}

TABLES: dict[int, dict[type[Exception], int]] = {
    CommandField.C_STORE_RQ: STORE_STATUSES,
    CommandField.C_FIND_RQ: _FIND,
    CommandField.C_MOVE_RQ: _RETRIEVE,
    CommandField.C_GET_RQ: _RETRIEVE,
    CommandField.N_ACTION_RQ: _NORMALIZED | _ACTION,
    CommandField.N_EVENT_REPORT_RQ: {**_NORMALIZED, **REPORT_STATUSES},
    CommandField.N_CREATE_RQ: _NORMALIZED | _CREATE,
}


def status_of(assoc: Association, context: Context, command: Command, error: Exception) -> int:
    """The status for an error that a provider raised; a bug is 0110 or C001."""
    table = TABLES.get(command.command_field or 0, {})
    for kind in type(error).__mro__:
        if kind in table:
            return table[kind]
    return failure_status(assoc, context, command, error)
