"""What the door needs to know of the configuration."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DimseSettings:
    """ae_title: ours. private_sop_classes: storage UIDs accepted beside the known ones, "*" for all.

    max_pdu, associate_seconds, tls: for the associations we open ourselves; see `exchange.Ourselves`.
    """

    ae_title: str
    private_sop_classes: frozenset[str] = frozenset()
    max_pdu: int = 1 << 20
    associate_seconds: float = 40.0
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
