"""Modality and VOI LUT Sequence Items (PS3.3 C.11.1.1, C.11.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array, table_bytes, table_descriptor, table_entries

_DESCRIPTOR: Final = 0x00283002
_DATA: Final = 0x00283006


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A table over whole numbers.

    entries: uint16. first: the input of entry 0; inputs beyond an end take the entry at that end.
    bits: of an entry, so `2**bits - 1` is the brightest output.
    """

    entries: Array = field(repr=False)
    first: int
    bits: int

    @classmethod
    def of(cls, item: Attributes, input_is_signed: bool) -> LookupTable:
        """Read one Item. Raises Invalid when descriptor or data are missing or broken.

        input_is_signed: whether inputs can be negative; the first input is then two's complement even
        when it was written as US. Tolerated: 0 for 65536 entries, fewer entries than described, 8 bit
        entries packed into bytes.
        """
        descriptor = table_descriptor(item, _DESCRIPTOR)
        first, bits = descriptor.first, descriptor.bits
        if input_is_signed and first > 0x7FFF:
            first -= 0x10000
        entries = table_entries(table_bytes(item, _DATA), descriptor)
        if entries.size == 0:
            raise Invalid("A LUT has no entries.", tag=_DATA)
        return cls(entries.astype(np.uint16), first, bits if 8 <= bits <= 16 else 16)

    def read_as_signed(self) -> LookupTable:
        """The same table with its first input as two's complement."""
        return self if self.first <= 0x7FFF else replace(self, first=self.first - 0x10000)

    @property
    def brightest(self) -> float:
        """The largest output an entry can have."""
        return float((1 << self.bits) - 1)

    def over_unit(self, shown: Array) -> Array:
        """Outputs 0..1 for inputs 0..1 spread evenly over all entries (PS3.3 C.11.6.1)."""
        index = np.rint(np.clip(shown, 0, 1) * (len(self.entries) - 1)).astype(np.int64)
        return np.asarray(self.entries[index] / self.brightest)

    def apply(self, values: Array) -> Array:
        """The entries for `values`, of the same shape; fractions are rounded."""
        index = np.rint(values).astype(np.int64) - self.first
        entries: Array = self.entries[np.clip(index, 0, len(self.entries) - 1)]
        return entries
