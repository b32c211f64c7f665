"""What the connectivity doctor finds, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from readingroom.errors import ReadingRoomError
from readingroom.standard.sop_classes import name_of


class Outcome(Enum):
    """How a step ended."""

    FINE = "fine"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at.

    name: of `STEPS`. said: what happened, for people. remedy: what likely helps, "" where nothing is
    needed. seconds: how long it took. accepted: storage classes to transfer syntaxes (UIDs), of the step
    "contexts" only. services: the same of service classes.
    """

    name: str
    outcome: Outcome
    said: str
    remedy: str = ""
    seconds: float = 0.0
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As JSON; described in docs/api.md."""
        facts: dict[str, Any] = {
            "name": self.name,
            "outcome": self.outcome.value,
            "said": self.said,
            "remedy": self.remedy,
            "seconds": round(self.seconds, 4),
        }
        if self.name == "contexts":
            facts["accepted"] = _classes(self.accepted)
            facts["services"] = _classes(self.services)
        return facts


STEPS = (
    "name", "connection", "tls", "association", "echo", "find", "move", "get", "commitment", "contexts",
)  # fmt: skip
"""The names of all steps, in their order."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where our server takes calls: the address it is bound to, such as 0.0.0.0, and the port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a step found, before it is timed and named."""

    said: str
    outcome: Outcome = Outcome.FINE
    remedy: str = ""
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _classes(found: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [
        {"uid": uid, "name": name_of(uid), "transfer_syntaxes": list(taken)} for uid, taken in found.items()
    ]


def sentence(error: ReadingRoomError) -> str:
    """What an error says, with a full stop."""
    words = error.sentence
    return words if words.endswith((".", "!", "?")) else words + "."
