"""A Data Element outside of any encoding (PS3.5 section 7): tag, VR and decoded values."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Tag: TypeAlias = int
"""(gggg,eeee) as gggg << 16 | eeee: Patient's Name is 0x00100010."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its VR and its values.

    vr: two letters, PS3.5 table 6.2-1.
    values: one entry per value, empty for a zero-length attribute. Text, PN (all component groups,
    "Alphabetic=Ideographic=Phonetic"), dates, times, UIDs, IS and DS are str without padding, as stored;
    binary numbers are int or float; AT is a Tag; SQ holds Attributes, one per Item; OB and its kin hold
    one bytes value in little endian order.
    """

    vr: str
    values: tuple[Any, ...] = ()

    @property
    def first(self) -> Any:
        """The first value, or None when there is none."""
        return self.values[0] if self.values else None


Attributes: TypeAlias = Mapping[Tag, Attribute]
"""A Data Set or an Item, in any order; whoever encodes it sorts by tag."""


class Packed(Mapping[Tag, Attribute]):
    """Attributes in a form from which those that are wanted can be taken without making an `Attribute`.

    signature: what all of them were made from: where it is the same, so are they. None when none is known.
    """

    signature: Hashable | None = None

    @abstractmethod
    def chosen(self, wanted: Sequence[tuple[Tag, str]]) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """Of those that are there: name, VR and values, in the order wanted. wanted: each tag and its name,
        the eight hexadecimal digits in capitals."""
