"""Who may do what: users and their passwords, sessions, API tokens; AE titles, their rights and certificates;
what each person chose.

It answers "who is this", "may they" and "how do they like it"; it never speaks HTTP or DICOM,
and no secret leaves it except the one that was just made. Secrets are stored as hashes only.
"""

from .caller import ANYBODY, Caller, Role
from .certificates import Certificates, Clients, TlsFiles
from .gate import Gate, decoy
from .identity import Identification, IdentityKind, IdentityRule, TokenRules, user_rights
from .network import Denial, NetworkPolicy
from .preferences import Preferences

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
    "Preferences",
    "Role",
    "TlsFiles",
    "TokenRules",
    "decoy",
    "user_rights",
]
