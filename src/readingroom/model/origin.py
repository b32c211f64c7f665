"""Where an object or a request came from; written into the index and the event log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class OriginKind(Enum):
    """The door by which it came in."""

    DIMSE = "dimse"
    STOW = "stow"
    IMPORT = "import"
    MADE = "made"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brought it: the calling AE title or user, the network address, and the AE title it was sent to."""

    kind: OriginKind
    caller: str = ""
    address: str = ""
    called: str = ""
