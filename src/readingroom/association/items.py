"""The items inside A-ASSOCIATE PDUs, as values: presentation contexts and user information.

PS3.8 9.3.2, 9.3.3 and annex D; PS3.7 annex D.3.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .faults import PduFault

_HEADER = struct.Struct(">BxH")


@dataclass(frozen=True, slots=True)
class ProposedContext:
    """A presentation context as the requestor offers it. PS3.8 9.3.2.2.

    id: odd, 1 to 255.
    """

    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextResult:
    """The acceptor's answer to one presentation context. PS3.8 9.3.3.2.

    result: 0 accepted, 1 user rejection, 2 no reason, 3 abstract syntax not supported, 4 transfer
    syntaxes not supported; transfer_syntax has no meaning unless it is 0.
    """

    id: int
    result: int
    transfer_syntax: str


@dataclass(frozen=True, slots=True)
class RoleSelection:
    """The roles of the association requestor for one SOP class. PS3.7 D.3.3.4."""

    sop_class_uid: str
    scu: bool
    scp: bool


@dataclass(frozen=True, slots=True)
class ExtendedNegotiation:
    """Service class application information for one SOP class. PS3.7 D.3.3.5."""

    sop_class_uid: str
    application_information: bytes


@dataclass(frozen=True, slots=True)
class CommonExtendedNegotiation:
    """PS3.7 D.3.3.6."""

    sop_class_uid: str
    service_class_uid: str
    related_general_sop_class_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """Who the requestor's user is. PS3.7 D.3.3.7.

    kind: 1 user name, 2 user name and passcode, 3 Kerberos ticket, 4 SAML assertion, 5 JSON web token.
    """

    kind: int
    primary: bytes = field(repr=False)
    secondary: bytes = field(default=b"", repr=False)
    response_requested: bool = False


@dataclass(frozen=True, slots=True)
class UserInformation:
    """The user information item. PS3.7 D.3.3.

    max_length: the longest P-DATA-TF variable field its sender is willing to receive, bytes; 0 no limit.
    async_window: operations invoked, performed; None when not negotiated (then 1, 1).
    identity_response: the server's answer to a user identity, in an A-ASSOCIATE-AC only.
    """

    max_length: int = 0
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    async_window: tuple[int, int] | None = None
    roles: tuple[RoleSelection, ...] = ()
    extended: tuple[ExtendedNegotiation, ...] = ()
    common_extended: tuple[CommonExtendedNegotiation, ...] = ()
    identity: UserIdentity | None = None
    identity_response: bytes | None = None


def walk(body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (item type, start of its value, end of its value); PduFault when an item runs over `end`."""
    while start < end:
        if end - start < 4:
            raise PduFault("an item is cut short")
        kind, length = _HEADER.unpack_from(body, start)
        start += 4
        if length > end - start:
            raise PduFault(f"item {kind:02X}H is longer than what holds it")
        yield kind, start, start + length
        start += length


def item(kind: int, value: bytes) -> bytes:
    """An item or sub-item: type, reserved byte, length, value."""
    if len(value) > 0xFFFF:
        raise PduFault(f"item {kind:02X}H would be longer than 65535 bytes")
    return _HEADER.pack(kind, len(value)) + value


def read_uid(body: bytes, start: int, end: int) -> str:
    """A UID or name; trailing NUL or space is tolerated. PS3.8 annex F."""
    return body[start:end].decode("ascii", "replace").strip("\0 ")


def _counted(body: bytes, start: int, end: int) -> tuple[int, int]:
    """The bounds of a value that has a two-byte length before it."""
    if end - start < 2:
        raise PduFault("a length field is cut short")
    stop = start + 2 + int.from_bytes(body[start : start + 2])
    if stop > end:
        raise PduFault("a value is longer than the item that holds it")
    return start + 2, stop


def _count(value: bytes) -> bytes:
    if len(value) > 0xFFFF:
        raise PduFault("a value would be longer than 65535 bytes")
    return len(value).to_bytes(2) + value


def read_user_information(body: bytes, start: int, end: int) -> UserInformation:
    """Read the sub-items of a user information item; unknown ones are passed over. PS3.8 9.3.1."""
    values: dict[str, object] = {}
    roles: list[RoleSelection] = []
    extended: list[ExtendedNegotiation] = []
    common: list[CommonExtendedNegotiation] = []
    for kind, at, stop in walk(body, start, end):
        if kind == 0x51:
            values["max_length"] = _number(body, at, stop, 4)
        elif kind == 0x52:
            values["implementation_class_uid"] = read_uid(body, at, stop)
        elif kind == 0x53:
            both = _number(body, at, stop, 4)
            values["async_window"] = (both >> 16, both & 0xFFFF)
        elif kind == 0x54:
            roles.append(_read_role(body, at, stop))
        elif kind == 0x55:
            values["implementation_version_name"] = read_uid(body, at, stop)
        elif kind == 0x56:
            first, last = _counted(body, at, stop)
            extended.append(ExtendedNegotiation(read_uid(body, first, last), body[last:stop]))
        elif kind == 0x57:
            common.append(_read_common(body, at, stop))
        elif kind == 0x58:
            values["identity"] = _read_identity(body, at, stop)
        elif kind == 0x59:
            first, last = _counted(body, at, stop)
            values["identity_response"] = body[first:last]
    return UserInformation(
        roles=tuple(roles),
        extended=tuple(extended),
        common_extended=tuple(common),
        **values,  # type: ignore[arg-type]  # each was read as its field's type just above
    )


def _number(body: bytes, start: int, end: int, size: int) -> int:
    if end - start != size:
        raise PduFault(f"a number of {size} bytes has {end - start}")
    return int.from_bytes(body[start:end])


def _read_role(body: bytes, start: int, end: int) -> RoleSelection:
    first, last = _counted(body, start, end)
    if end - last < 2:
        raise PduFault("a role selection has no roles")
    return RoleSelection(read_uid(body, first, last), body[last] == 1, body[last + 1] == 1)


def _read_common(body: bytes, start: int, end: int) -> CommonExtendedNegotiation:
    first, last = _counted(body, start, end)
    sop_class = read_uid(body, first, last)
    first, last = _counted(body, last, end)
    service_class = read_uid(body, first, last)
    related = []
    at, stop = _counted(body, last, end)
    while at < stop:
        first, at = _counted(body, at, stop)
        related.append(read_uid(body, first, at))
    return CommonExtendedNegotiation(sop_class, service_class, tuple(related))


def _read_identity(body: bytes, start: int, end: int) -> UserIdentity:
    if end - start < 2:
        raise PduFault("a user identity is cut short")
    first, last = _counted(body, start + 2, end)
    primary = body[first:last]
    secondary = b""
    if last < end:  # some peers leave out the empty secondary field
        first, last = _counted(body, last, end)
        secondary = body[first:last]
    return UserIdentity(body[start], primary, secondary, body[start + 1] == 1)


def write_user_information(user: UserInformation) -> bytes:
    """The user information item 50H with all its sub-items."""
    parts = [
        item(0x51, user.max_length.to_bytes(4)),
        item(0x52, user.implementation_class_uid.encode("ascii", "replace")),
    ]
    if user.async_window is not None:
        invoked, performed = user.async_window
        parts.append(item(0x53, invoked.to_bytes(2) + performed.to_bytes(2)))
    for role in user.roles:
        parts.append(
            item(0x54, _count(role.sop_class_uid.encode("ascii", "replace")) + bytes([role.scu, role.scp]))
        )
    if user.implementation_version_name:
        parts.append(item(0x55, user.implementation_version_name.encode("ascii", "replace")[:16]))
    for one in user.extended:
        parts.append(
            item(0x56, _count(one.sop_class_uid.encode("ascii", "replace")) + one.application_information)
        )
    for each in user.common_extended:
        related = b"".join(
            _count(uid.encode("ascii", "replace")) for uid in each.related_general_sop_class_uids
        )
        value = _count(each.sop_class_uid.encode("ascii", "replace")) + _count(
            each.service_class_uid.encode("ascii", "replace")
        )
        parts.append(item(0x57, value + _count(related)))
    if user.identity is not None:
        who = user.identity
        head = bytes([who.kind, who.response_requested])
        parts.append(item(0x58, head + _count(who.primary) + _count(who.secondary)))
    if user.identity_response is not None:
        parts.append(item(0x59, _count(user.identity_response)))
    return item(0x50, b"".join(parts))
