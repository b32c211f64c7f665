"""Who may do what: users and their passwords, sessions, API tokens; AE titles, their rights and certificates.

It answers "who is this" and "may they"; it never speaks HTTP or DICOM, and no secret leaves it except the
one that was just made. Secrets are stored as hashes only.
"""

from .caller import ANYBODY, Caller, Role
from .certificates import Certificates, Clients, TlsFiles
from .gate import Gate
from .identity import Identification, IdentityKind, IdentityRule, TokenRules, user_rights
from .network import Denial, NetworkPolicy

__all__ = [
    "ANYBODY",
    "Caller",
    "Certificates",
    "Clients",
    "Denial",
    "Gate",
    "Identification",
    "IdentityKind",
    "IdentityRule",
    "NetworkPolicy",
    "Role",
    "TlsFiles",
    "TokenRules",
    "user_rights",
]
