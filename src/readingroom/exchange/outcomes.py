"""What became of many instances: progress while it goes on, and every failure with its reason in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counters:
    """The four numbers of sub-operations (PS3.7 9.1.3.1.6 and following), over all requests of one task."""

    remaining: int
    completed: int = 0
    failed: int = 0
    warning: int = 0


Report = Callable[[Counters], None]
"""Told after each sub-operation."""


def unheard(counters: Counters) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One instance that did not get there.

    uid: SOP Instance UID; where a node would not say which instances failed, the UID of their series or
    study. words: why, with the peer's status where it gave one. status: that status. is_transient: whether
    the same may succeed later (out of resources, network).
    """

    uid: str
    words: str
    status: int | None = None
    is_transient: bool = False
