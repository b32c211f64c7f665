"""The seven PDUs of the DICOM upper layer, to and from bytes. PS3.8 9.3.

Reading tolerates what PS3.8 tells a receiver not to test (reserved fields, unknown items) and answers
everything else that is wrong with PduFault; it never allocates by a length the peer merely claims.
P-DATA-TF is read by `receiver`, piece by piece, and written by `sender`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from .faults import PduFault
from .items import (
    ContextResult,
    ProposedContext,
    UserInformation,
    item,
    read_uid,
    read_user_information,
    walk,
    write_user_information,
)
from .state_table import Event

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"

ASSOCIATE_RQ = 0x01
ASSOCIATE_AC = 0x02
ASSOCIATE_RJ = 0x03
DATA_TF = 0x04
RELEASE_RQ = 0x05
RELEASE_RP = 0x06
ABORT = 0x07

PDU_EVENTS = {
    ASSOCIATE_RQ: Event.ASSOCIATE_RQ_PDU,
    ASSOCIATE_AC: Event.ASSOCIATE_AC_PDU,
    ASSOCIATE_RJ: Event.ASSOCIATE_RJ_PDU,
    DATA_TF: Event.DATA_PDU,
    RELEASE_RQ: Event.RELEASE_RQ_PDU,
    RELEASE_RP: Event.RELEASE_RP_PDU,
    ABORT: Event.ABORT_PDU,
}
"""PDU type to the event of table 9-10; any other type is Event.INVALID_PDU."""

HEADER = struct.Struct(">BxI")
"""PDU type, reserved, PDU length."""

_ASSOCIATE = struct.Struct(">HH16s16s32s")


@dataclass(frozen=True, slots=True)
class AssociateRequest:
    """A-ASSOCIATE-RQ. PS3.8 9.3.2."""

    called: str
    calling: str
    contexts: tuple[ProposedContext, ...]
    user: UserInformation = field(default_factory=UserInformation)
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1

    def encode(self) -> bytes:
        """The whole PDU."""
        items = [item(0x10, self.application_context.encode("ascii", "replace"))]
        for context in self.contexts:
            value = [
                bytes([context.id, 0, 0, 0]),
                item(0x30, context.abstract_syntax.encode("ascii", "replace")),
            ]
            value += [item(0x40, uid.encode("ascii", "replace")) for uid in context.transfer_syntaxes]
            items.append(item(0x20, b"".join(value)))
        items.append(write_user_information(self.user))
        return _associate(ASSOCIATE_RQ, self.protocol_version, self.called, self.calling, items)


@dataclass(frozen=True, slots=True)
class AssociateAccept:
    """A-ASSOCIATE-AC. PS3.8 9.3.3; the AE titles are sent back as they came and not tested."""

    called: str
    calling: str
    results: tuple[ContextResult, ...]
    user: UserInformation = field(default_factory=UserInformation)
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1

    def encode(self) -> bytes:
        """The whole PDU."""
        items = [item(0x10, self.application_context.encode("ascii", "replace"))]
        for result in self.results:
            head = bytes([result.id, 0, result.result, 0])
            items.append(item(0x21, head + item(0x40, result.transfer_syntax.encode("ascii", "replace"))))
        items.append(write_user_information(self.user))
        return _associate(ASSOCIATE_AC, self.protocol_version, self.called, self.calling, items)


def release_rq() -> bytes:
    """A-RELEASE-RQ. PS3.8 9.3.6."""
    return HEADER.pack(RELEASE_RQ, 4) + bytes(4)


def release_rp() -> bytes:
    """A-RELEASE-RP. PS3.8 9.3.7."""
    return HEADER.pack(RELEASE_RP, 4) + bytes(4)


def associate_rj(result: int, source: int, reason: int) -> bytes:
    """A-ASSOCIATE-RJ. PS3.8 9.3.4."""
    return HEADER.pack(ASSOCIATE_RJ, 4) + bytes([0, result, source, reason])


def abort(source: int, reason: int) -> bytes:
    """A-ABORT. PS3.8 9.3.8."""
    return HEADER.pack(ABORT, 4) + bytes([0, 0, source, reason])


def read_associate_rq(body: bytes) -> AssociateRequest:
    """Read the variable field of an A-ASSOCIATE-RQ.

    A presentation context ID that comes twice counts once. PduFault: a cut or overlong item, a
    context without abstract syntax.
    """
    version, called, calling = _read_fixed(body)
    application_context = ""
    contexts: dict[int, ProposedContext] = {}
    user = UserInformation()
    for kind, start, end in walk(body, 68, len(body)):
        if kind == 0x10:
            application_context = read_uid(body, start, end)
        elif kind == 0x20:
            context = _read_proposed(body, start, end)
            contexts.setdefault(context.id, context)
        elif kind == 0x50:
            user = read_user_information(body, start, end)
    return AssociateRequest(called, calling, tuple(contexts.values()), user, application_context, version)


def read_associate_ac(body: bytes) -> AssociateAccept:
    """Read the variable field of an A-ASSOCIATE-AC; PduFault as for the request."""
    version, called, calling = _read_fixed(body)
    application_context = ""
    results: list[ContextResult] = []
    user = UserInformation()
    for kind, start, end in walk(body, 68, len(body)):
        if kind == 0x10:
            application_context = read_uid(body, start, end)
        elif kind == 0x21:
            results.append(_read_result(body, start, end))
        elif kind == 0x50:
            user = read_user_information(body, start, end)
    return AssociateAccept(called, calling, tuple(results), user, application_context, version)


def read_codes(body: bytes) -> tuple[int, int, int]:
    """The last three bytes of an A-ASSOCIATE-RJ (result, source, reason) or A-ABORT (-, source, reason)."""
    if len(body) != 4:
        raise PduFault(f"a PDU of 4 bytes has {len(body)}")
    return body[1], body[2], body[3]


def _read_fixed(body: bytes) -> tuple[int, str, str]:
    if len(body) < 68:
        raise PduFault("an A-ASSOCIATE PDU is cut short")
    version, _, called, calling, _ = _ASSOCIATE.unpack_from(body)
    return version, _read_ae(called), _read_ae(calling)


def _read_ae(value: bytes) -> str:
    return value.decode("ascii", "replace").strip("\0 ")


def _write_ae(title: str) -> bytes:
    raw = title.encode("ascii", "replace")
    if len(raw) > 16:
        raise PduFault(f"AE title {title!r} has more than 16 characters")
    return raw.ljust(16)


def _read_proposed(body: bytes, start: int, end: int) -> ProposedContext:
    if end - start < 4:
        raise PduFault("a presentation context is cut short")
    abstract = ""
    transfer: list[str] = []
    for kind, at, stop in walk(body, start + 4, end):
        if kind == 0x30:
            abstract = read_uid(body, at, stop)
        elif kind == 0x40:
            transfer.append(read_uid(body, at, stop))
    if not abstract:
        raise PduFault("a presentation context has no abstract syntax")
    return ProposedContext(body[start], abstract, tuple(transfer))


def _read_result(body: bytes, start: int, end: int) -> ContextResult:
    if end - start < 4:
        raise PduFault("a presentation context is cut short")
    transfer = ""
    for kind, at, stop in walk(body, start + 4, end):
        if kind == 0x40:
            transfer = read_uid(body, at, stop)
    return ContextResult(body[start], body[start + 2], transfer)


def _associate(kind: int, version: int, called: str, calling: str, items: list[bytes]) -> bytes:
    fixed = _ASSOCIATE.pack(version, 0, _write_ae(called), _write_ae(calling), bytes(32))
    body = fixed + b"".join(items)
    return HEADER.pack(kind, len(body)) + body
