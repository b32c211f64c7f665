"""A question to an archive, ours or a remote one, and one answer to it (PS3.4 C.2.2, C.4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .attribute import Attributes, Tag
from .level import Level


@dataclass(frozen=True, slots=True)
class Key:
    """A matching key.

    path: the tag, or the tags from an outer sequence down to the attribute (sequence matching,
    PS3.4 C.2.2.2.6). vr: of the last tag. values: as the caller wrote them, wildcards and range hyphens
    included; several values mean any of them (list of UID, and the lists that PS3.18 8.3.4.1 and multiple
    value matching allow). A key without values matches everything (universal) and is not a Key at all.
    """

    path: tuple[Tag, ...]
    vr: str
    values: tuple[str, ...]

    @property
    def tag(self) -> Tag:
        """The innermost tag."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by one attribute of the asked level; ties fall back to a stable order of our own."""

    tag: Tag
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    returned: tags the answer must carry beside the keys and the level's own UIDs; `returns_all` asks for
    everything known. limit None means no limit. fuzzy: also match names that sound alike or stand in
    another order (PS3.4 C.2.2.2.1.1); a source that cannot ignores it. text: free words that must all
    occur in names, IDs, birth date, accession number, description, modalities or body parts (our viewer's
    search box).
    combined_datetime: a date key and its time key bound one range in time (PS3.4 C.2.2.2.5.1) instead of
    two independent ones. after: `Match.place` of the last answer already seen; the query goes on behind it.
    timezone: the offset from UTC (+0100) in which keys tell dates and times (PS3.4 C.2.2.2.5); empty when
    they are to be compared as they stand. received_since: objects came after that moment (seconds since the
    epoch); for the study list.
    """

    level: Level
    keys: tuple[Key, ...] = ()
    returned: frozenset[Tag] = frozenset()
    returns_all: bool = False
    limit: int | None = None
    offset: int = 0
    order: tuple[Order, ...] = ()
    fuzzy: bool = False
    text: tuple[str, ...] = ()
    combined_datetime: bool = False
    after: tuple[Any, ...] = ()
    timezone: str = ""
    loose: tuple[Key, ...] = ()
    received_since: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One answer: the asked attributes of one patient, study, series or instance.

    place: where it stands in the asked order, for `Query.after`. facts: what only our own index knows
    beside the attributes: source, received_last (seconds since the epoch), frame_count, and others by name.
    """

    level: Level
    attributes: Attributes
    place: tuple[Any, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
