"""Whether the peer of an association may do what it asks."""

from __future__ import annotations

from readingroom.access import NetworkPolicy
from readingroom.association import Association
from readingroom.errors import Refused
from readingroom.model import Right


def require(policy: NetworkPolicy, assoc: Association, right: Right) -> None:
    """Raises Refused when the calling AE title lacks the right."""
    if right not in policy.rights(assoc.calling):
        raise Refused(f"{assoc.calling.strip()} may not {right.value} here.", peer=assoc.peer)
