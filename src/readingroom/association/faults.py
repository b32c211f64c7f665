"""What ends an association early, each with the peer it happened with (`facts["peer"]`).

Unavailable
└── AssociationEnded     it is over; nothing more can be sent or received on it
    ├── Unreachable      no transport connection
    ├── Rejected         A-ASSOCIATE-RJ, in words
    ├── Aborted          A-ABORT, or the transport connection broke
    ├── Released         the peer released it while we still waited for an answer
    └── TimedOut         the peer said nothing for too long
Invalid
├── PduFault             bytes that are no PDU of PS3.8; carries the A-ABORT reason
└── MessageFault         fragments or a command set that are no message of PS3.7
"""

from __future__ import annotations

from readingroom.errors import Invalid, Unavailable


class AssociationEnded(Unavailable):
    """The association is over."""


class Unreachable(AssociationEnded):
    """The peer could not be reached; check its address and that it is running."""


class TimedOut(AssociationEnded):
    """The peer did not answer in time."""


class Released(AssociationEnded):
    """The peer released the association before it had answered."""


class Aborted(AssociationEnded):
    """The association was aborted."""

    def __init__(self, sentence: str | None = None, /, *, source: int = 0, reason: int = 0, **facts: object):
        super().__init__(sentence, source=source, reason=reason, **facts)
        self.source = source
        self.reason = reason


class Rejected(AssociationEnded):
    """The peer rejected the association."""

    def __init__(self, result: int, source: int, reason: int, **facts: object):
        words = rejection_words(result, source, reason)
        super().__init__(
            f"{facts.get('peer', 'The peer')} rejected the association: {words}",
            result=result,
            source=source,
            reason=reason,
            **facts,
        )
        self.result = result
        self.source = source
        self.reason = reason


class PduFault(Invalid):
    """These bytes are no PDU of PS3.8.

    reason: for the A-ABORT PDU, PS3.8 table 9-26: 1 unrecognized PDU, 2 unexpected PDU, 4 unrecognized
    parameter, 5 unexpected parameter, 6 invalid parameter value.
    """

    def __init__(self, sentence: str, /, *, reason: int = 6, **facts: object):
        super().__init__(sentence, reason=reason, **facts)
        self.reason = reason


class MessageFault(Invalid):
    """These fragments make no message of PS3.7."""


_RESULTS = {1: "for good", 2: "for now"}
_REASONS = {  # PS3.8 table 9-21: (source, reason)
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognized",
    (1, 7): "called AE title not recognized",
    (2, 1): "no reason given by its upper layer",
    (2, 2): "protocol version not supported",
    (3, 0): "no reason given by its presentation layer",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}
_ABORT_REASONS = {  # PS3.8 table 9-26, source 2
    0: "no reason given",
    1: "unrecognized PDU",
    2: "unexpected PDU",
    4: "unrecognized PDU parameter",
    5: "unexpected PDU parameter",
    6: "invalid PDU parameter value",
}


def rejection_words(result: int, source: int, reason: int) -> str:
    """The three codes of an A-ASSOCIATE-RJ in words, with the codes. PS3.8 9.3.4."""
    words = _REASONS.get((source, reason), "unknown reason")
    return f"{words}, {_RESULTS.get(result, 'result unknown')} ({result}/{source}/{reason})"


def abort_words(source: int, reason: int) -> str:
    """The codes of an A-ABORT in words. PS3.8 9.3.8."""
    if source == 2:
        return f"by its upper layer: {_ABORT_REASONS.get(reason, 'unknown reason')} (2/{reason})"
    return f"by the application ({source}/{reason})"
