"""What the door needs to know of the configuration."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from readingroom.exchange import Lines


@dataclass(frozen=True, slots=True)
class DimseSettings:
    """ae_title: ours. private_sop_classes: storage UIDs accepted beside the known ones, "*" for all.

    max_pdu, associate_seconds, tls, lines: for the associations we open ourselves; see
    `exchange.Ourselves`. move_waiting_seconds: the longest that a C-MOVE waits for a place at its
    destination, 0 for ever.
    commitment_retry_seconds: rest before the report of a storage commitment is tried again, each further
    time six times longer. process_name: one that only this process has, and its successor again.
    fetch_announced: fetch what an availability notification says is online elsewhere.
    """

    ae_title: str
    private_sop_classes: frozenset[str] = frozenset()
    max_pdu: int = 1 << 20
    associate_seconds: float = 40.0
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    commitment_retry_seconds: float = 10.0
    process_name: str = "receiver"
    fetch_announced: bool = True
    lines: Lines | None = None
    move_waiting_seconds: float = 300.0
