"""What to do by itself with objects that arrive."""

from __future__ import annotations

from dataclasses import dataclass

from .level import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """When something of that level has arrived that meets the keys, send it and prepare it.

    level: IMAGE acts on each instance as it comes; SERIES and STUDY act when nothing new came to it for
    quiet_seconds. keys: as on the command line, "Modality=CT", "StationName=CT1"; all must hold. send_to:
    names of nodes; never back to the node that an object came from. notify: names of nodes that are told by
    Instance Availability Notification. prepare: make its metadata and thumbnail at once.
    """

    name: str
    level: Level
    keys: tuple[str, ...] = ()
    send_to: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    prepare: bool = False
    quiet_seconds: float = 30.0
    is_enabled: bool = True
