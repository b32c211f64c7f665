"""What a storage SCP answers, on our listeners and for what comes back by C-GET alike. PS3.4 B.2.3."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from readingroom.archive import Mismatch
from readingroom.association import Association, Command, Context
from readingroom.errors import (
    Conflict,
    Invalid,
    NotFound,
    ReadingRoomError,
    Refused,
    Unavailable,
    Unsupported,
)
from readingroom.standard import statuses

KEPT_ALTHOUGH_NO_MATCH = 0xB007
_LONGEST_COMMENT = 64  # PS3.7 E.1: Error Comment is LO
_MEDIA_SOP_INSTANCE = 0x00020003


class InvalidInstance(Invalid):
    """The SOP Instance UID of the request is no UID."""


STORE_STATUSES: dict[type[Exception], int] = {
    Conflict: 0xA900,  # data set does not match SOP class, or what was announced
    Invalid: 0xC000,  # cannot understand
    InvalidInstance: 0x0117,  # PS3.7 9.1.1.1.9: the UID violates the rules by which UIDs are made
    Unsupported: 0x0122,  # SOP class not supported
    NotFound: 0xC000,
    Refused: 0x0124,  # not authorized
    Unavailable: 0xA700,  # out of resources
}


class _Begun(Protocol):
    def announce(self, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> None: ...

    def abandon(self) -> None: ...


_B = TypeVar("_B", bound=_Begun)


def announced(receiving: _B, context: Context, command: Command) -> _B:
    """The same, told what the request says. Raises InvalidInstance or Invalid, and abandons it then."""
    try:
        receiving.announce(
            command.affected_sop_class_uid or "",
            command.affected_sop_instance_uid or "",
            context.transfer_syntax,
        )
    except BaseException as error:
        receiving.abandon()
        if isinstance(error, Invalid) and error.facts.get("tag") == _MEDIA_SOP_INSTANCE:
            raise InvalidInstance(error.sentence) from error
        raise
    return receiving


def answer_kept(assoc: Association, context: Context, command: Command, found: Mismatch | None) -> None:
    """Success, or the warning B007 with what is missing.

    B007 is the only warning ever said: elements are neither coerced (B000) nor discarded (B006) here.
    """
    if found is None:
        assoc.respond(context, command, statuses.SUCCESS)
        return
    assoc.respond(
        context,
        command,
        KEPT_ALTHOUGH_NO_MATCH,
        offending_element=found.tags,
        error_comment=comment(found.sentence),
    )


def related_fields(error: ReadingRoomError) -> dict[str, Any]:
    """Error Comment (0000,0902) and, where it is known, Offending Element (0000,0901) for a response."""
    tag = error.facts.get("tag")
    fields: dict[str, Any] = {"error_comment": comment(error.sentence)}
    if isinstance(tag, int):
        fields["offending_element"] = (tag,)
    return fields


def comment(sentence: str) -> str:
    """A sentence as an Error Comment: LO of the default repertoire (PS3.7 C.5.2)."""
    return sentence.encode("ascii", "replace").decode().replace("\\", "/")[:_LONGEST_COMMENT].strip()
