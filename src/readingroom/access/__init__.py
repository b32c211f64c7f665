"""Who may do what: users and their passwords, sessions, API tokens; AE titles and their rights.

It answers "who is this" and "may they"; it never speaks HTTP or DICOM, and no secret leaves it except the
one that was just made. Secrets are stored as hashes only.
"""

from .caller import ANYBODY, Caller, Role
from .gate import Gate
from .network import NetworkPolicy

__all__ = ["ANYBODY", "Caller", "Gate", "NetworkPolicy", "Role"]
