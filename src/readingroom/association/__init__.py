"""The DICOM network: associations (PS3.8) and DIMSE messages on them (PS3.7), in both roles.

An `Acceptor` answers calls and gives each request to the `Service` registered for its abstract syntax; a
`Requestor` calls and yields the `Association` on which to echo, store, find, move and get. Data sets pass
through as encoded bytes: this room never looks into one, never opens a file by name, knows no archive, no
index and no user. Whom to let in is decided by the policy it is given.
"""

from .acceptor import Acceptor, AcceptorSettings, Policy
from .association import (
    PENDING,
    VERIFICATION,
    Association,
    Hooks,
    Response,
    Responses,
    Service,
    Verification,
    failure_status,
)
from .command import HIGH, LOW, MEDIUM, Command, CommandField, read_command
from .errand import Errand
from .faults import (
    Aborted,
    AssociationEnded,
    MessageFault,
    PduFault,
    Rejected,
    Released,
    TimedOut,
    Unreachable,
    abort_words,
    rejection_words,
)
from .items import (
    CommonExtendedNegotiation,
    ContextResult,
    ExtendedNegotiation,
    ProposedContext,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from .messages import DataSink, Limits
from .negotiation import (
    CONGESTION,
    LIMIT_EXCEEDED,
    NOT_ALLOWED,
    UNKNOWN_CALLED,
    UNKNOWN_CALLING,
    Accepted,
    Context,
    Rejection,
    Supported,
    negotiate,
)
from .pdu import AssociateAccept, AssociateRequest, read_associate_ac, read_associate_rq
from .places import ENDLESS, Places
from .requestor import Requestor, Timeouts, propose
from .sender import FileRange, Source, StreamSource
from .tap import Tap

__all__ = [
    "CONGESTION",
    "ENDLESS",
    "HIGH",
    "LIMIT_EXCEEDED",
    "LOW",
    "MEDIUM",
    "NOT_ALLOWED",
    "PENDING",
    "UNKNOWN_CALLED",
    "UNKNOWN_CALLING",
    "VERIFICATION",
    "Aborted",
    "Accepted",
    "Acceptor",
    "AcceptorSettings",
    "AssociateAccept",
    "AssociateRequest",
    "Association",
    "AssociationEnded",
    "Command",
    "CommandField",
    "CommonExtendedNegotiation",
    "Context",
    "ContextResult",
    "DataSink",
    "Errand",
    "ExtendedNegotiation",
    "FileRange",
    "Hooks",
    "Limits",
    "MessageFault",
    "PduFault",
    "Places",
    "Policy",
    "ProposedContext",
    "Rejected",
    "Rejection",
    "Released",
    "Requestor",
    "Response",
    "Responses",
    "RoleSelection",
    "Service",
    "Source",
    "StreamSource",
    "Supported",
    "Tap",
    "TimedOut",
    "Timeouts",
    "Unreachable",
    "UserIdentity",
    "UserInformation",
    "Verification",
    "abort_words",
    "failure_status",
    "negotiate",
    "propose",
    "read_associate_ac",
    "read_associate_rq",
    "read_command",
    "rejection_words",
]
