"""Somebody who asks, once we know who it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a user is for."""

    READER = "reader"
    """May see studies and fetch objects."""
    SENDER = "sender"
    """May store objects."""
    ADMINISTRATOR = "administrator"
    """May do everything, users and nodes included."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A known user."""

    name: str
    display_name: str
    roles: frozenset[Role]

    def is_a(self, role: Role) -> bool:
        """Whether the caller has the role, or is an administrator."""
        return role in self.roles or Role.ADMINISTRATOR in self.roles


ANYBODY = Caller("anybody", "Anybody", frozenset(Role))
"""Who asks when login was switched off."""
