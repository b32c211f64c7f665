"""What the door needs to know of the configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DimseSettings:
    """ae_title: ours. private_sop_classes: storage UIDs accepted beside the known ones, "*" for all.

    max_pdu: for the associations we open ourselves, bytes.
    """

    ae_title: str
    private_sop_classes: frozenset[str] = frozenset()
    max_pdu: int = 1 << 20
