"""Whether the peer of an association may do what it asks."""

from __future__ import annotations

from readingroom.access import NetworkPolicy, user_rights
from readingroom.association import Association
from readingroom.errors import Refused
from readingroom.model import Right

from .admission import CALLER


def require(policy: NetworkPolicy, assoc: Association, right: Right) -> None:
    """Raises Refused when the calling AE title, or the user behind it, lacks the right."""
    if right not in policy.rights(assoc.calling):
        raise Refused(f"{assoc.calling.strip()} may not {right.value} here.", peer=assoc.peer)
    caller = assoc.notes.get(CALLER)
    if caller is not None and right not in user_rights(caller):
        raise Refused(f"{caller.display_name} may not {right.value} here.", peer=assoc.peer)
