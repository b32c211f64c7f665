"""DIMSE statuses in words: PS3.7 annex C, PS3.4 B.2.3 (C-STORE), C.4.1.1.4 to C.4.3.1.4 (query/retrieve).

Who answers chooses a status at its own door; here everybody reads what a peer answered.
"""

from __future__ import annotations

from collections.abc import Mapping

STORE, FIND, MOVE, GET = "C-STORE", "C-FIND", "C-MOVE", "C-GET"

SUCCESS = 0x0000
CANCELLED = 0xFE00

_ANY_SERVICE = {
    0x0000: "success",
    0x0001: "success, with something the peer wants to be known",
    0x0105: "no such attribute",
    0x0106: "invalid attribute value",
    0x0107: "some attributes were not recognized",
    0x0110: "processing failure",
    0x0111: "duplicate SOP instance",
    0x0112: "no such SOP instance",
    0x0113: "no such event type",
    0x0114: "no such argument",
    0x0115: "invalid argument value",
    0x0116: "attribute value out of range",
    0x0117: "invalid SOP instance",
    0x0118: "no such SOP class",
    0x0119: "the SOP instance is of another SOP class",
    0x0120: "missing attribute",
    0x0121: "missing attribute value",
    0x0122: "SOP class not supported",
    0x0123: "no such action",
    0x0124: "not authorised",
    0x0210: "duplicate invocation",
    0x0211: "unrecognized operation",
    0x0212: "mistyped argument",
    0x0213: "resource limitation",
    0xFE00: "cancelled",
    0xFFFF: "an answer without a status",
}
_STORE = {
    0xA700: "refused: out of resources",
    0xA900: "data set does not match SOP class",
    0xB000: "stored, with coercion of data elements",
    0xB006: "stored, but elements were discarded",
    0xB007: "stored, although the data set does not match its SOP class",
    0xC000: "cannot understand",
}
_FIND = {
    0xA700: "refused: out of resources",
    0xA900: "Identifier does not match SOP class",
    0xB001: "the limit of answers is reached, there are more",
    0xC000: "unable to process",
    0xFF00: "matches are continuing",
    0xFF01: "matches are continuing; some optional keys are not supported",
}
_RETRIEVE = {
    0xA700: "refused: out of resources",
    0xA701: "refused: out of resources, unable to calculate the number of matches",
    0xA702: "refused: out of resources, unable to perform sub-operations",
    0xA801: "refused: move destination unknown",
    0xA900: "Identifier does not match SOP class",
    0xB000: "sub-operations complete, one or more failures or warnings",
    0xC000: "unable to process",
    0xFF00: "sub-operations are continuing",
}
_WORDS: Mapping[str, Mapping[int, str]] = {STORE: _STORE, FIND: _FIND, MOVE: _RETRIEVE, GET: _RETRIEVE}

_FAMILY = {0xA700: (0xA700,), 0xA900: (0xA900,), 0xC000: (0xC000,)}


def status_words(operation: str, status: int) -> str:
    """What a status means, with its code: "refused: out of resources (A700H)".

    operation: "C-STORE" and so on. A7xx, A9xx and Cxxx mean what their first code means, where no code of
    their own is known.
    """
    table = _ANY_SERVICE | dict(_WORDS.get(operation, {}))
    for code in (status, *_FAMILY.get(status & 0xFF00, ()), *_FAMILY.get(status & 0xF000, ())):
        if code in table:
            return f"{table[code]} ({status:04X}H)"
    return f"{'a warning' if is_warning(status) else 'a failure'} of the peer's own ({status:04X}H)"


def is_warning(status: int) -> bool:
    """Whether it was done, with a remark. PS3.7 C.3."""
    return status & 0xF000 == 0xB000 or status in (0x0001, 0x0107, 0x0116)


def is_done(status: int) -> bool:
    """Success, or success with a warning."""
    return status == SUCCESS or is_warning(status)


def is_transient(status: int) -> bool:
    """Whether the same request may succeed later: out of resources (A7xx), resource limitation (0213)."""
    return status & 0xFF00 == 0xA700 or status == 0x0213
