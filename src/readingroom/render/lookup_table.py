"""Modality and VOI LUT Sequence Items (PS3.3 C.11.1.1, C.11.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes
from readingroom.pixels import Array

_DESCRIPTOR: Final = 0x00283002
_DATA: Final = 0x00283006
_MAX_ENTRIES: Final = 65536


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A table over whole numbers.

    entries: uint16. first: the input of entry 0; inputs beyond an end take the entry at that end.
    bits: of an entry, so `2**bits - 1` is the brightest output.
    """

    entries: Array
    first: int
    bits: int

    @classmethod
    def of(cls, item: Attributes, input_is_signed: bool) -> LookupTable:
        """Read one Item. Raises Invalid when descriptor or data are missing or broken.

        input_is_signed: whether inputs can be negative; the first input is then two's complement even
        when it was written as US. Tolerated: 0 for 65536 entries, fewer entries than described, 8 bit
        entries packed into bytes.
        """
        descriptor = item.get(_DESCRIPTOR)
        if descriptor is None or len(descriptor.values) < 3:
            raise Invalid("A LUT Descriptor is missing or incomplete.", tag=_DESCRIPTOR)
        try:
            count, first, bits = (int(value) for value in descriptor.values[:3])
        except (TypeError, ValueError) as error:
            raise Invalid("A LUT Descriptor is not three numbers.", tag=_DESCRIPTOR) from error
        count = count % _MAX_ENTRIES or _MAX_ENTRIES
        if input_is_signed and first > 0x7FFF:
            first -= 0x10000
        bits = bits if 8 <= bits <= 16 else 16
        entries = _entries(item.get(_DATA), count, bits)
        if entries.size == 0:
            raise Invalid("A LUT has no entries.", tag=_DATA)
        return cls(entries, first, bits)

    def apply(self, values: Array) -> Array:
        """The entries for `values`, of the same shape; fractions are rounded."""
        index = np.rint(values).astype(np.int64) - self.first
        entries: Array = self.entries[np.clip(index, 0, len(self.entries) - 1)]
        return entries


def _entries(data: Attribute | None, count: int, bits: int) -> Array:
    if data is None or not data.values:
        raise Invalid("LUT Data is missing.", tag=_DATA)
    first: Any = data.first
    if isinstance(first, int):  # read as US or SS
        return np.array(data.values[:count], np.int64).astype(np.uint16)
    raw = bytes(first)
    if bits == 8 and len(raw) < 2 * count:
        return np.frombuffer(raw, np.uint8)[:count].astype(np.uint16)
    return np.frombuffer(raw[: len(raw) // 2 * 2], "<u2")[:count]
