"""Palette Color Lookup Tables, plain and segmented (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes

from .cells import Array
from .tables import MAX_ENTRIES, table_bytes, table_descriptor, table_entries

_DESCRIPTORS: Final = (0x00281101, 0x00281102, 0x00281103)
_DATA: Final = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED: Final = (0x00281221, 0x00281222, 0x00281223)
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Palette:
    """Three tables from stored value to colour.

    colours: uint8 (entries, 3); tables of 16 bits keep their upper byte. first: the stored value of
    entry 0; smaller values take the first entry, larger than the table the last.
    """

    colours: Array
    first: int

    @classmethod
    def of(cls, attributes: Attributes) -> Palette:
        """Read the Palette Color Lookup Table Module. Raises Invalid when a table is absent or broken.

        Tolerated as other readers do: tables of fewer entries than described, 8 bit entries kept in 16
        bit words, and 16 bit tables that hold 8 bit values.
        """
        tables = [_table(attributes, channel) for channel in range(3)]
        first = {table_first for _, table_first in tables}
        if len(first) > 1:
            raise Invalid("The palettes of red, green and blue begin at different values.")
        length = min(len(table) for table, _ in tables)
        colours = np.stack([table[:length] for table, _ in tables], axis=1)
        return cls(colours, first.pop())

    def apply(self, values: Array) -> Array:
        """The colours of stored values: uint8 (rows, columns, 3)."""
        last = len(self.colours) - 1
        return np.take(self.colours, np.clip(values.astype(np.int32) - self.first, 0, last), axis=0)


def _table(attributes: Attributes, channel: int) -> tuple[Array, int]:
    descriptor = table_descriptor(attributes, _DESCRIPTORS[channel])
    plain = table_bytes(attributes, _DATA[channel])
    segmented = table_bytes(attributes, _SEGMENTED[channel])
    if plain:
        table = table_entries(plain, descriptor)
    elif segmented:
        table = _expand(segmented, descriptor.bits)[: descriptor.entries]
    else:
        raise Invalid("A Palette Color Lookup Table is missing.", tag=_DATA[channel])
    if table.size == 0:
        raise Invalid("A Palette Color Lookup Table is empty.", tag=_DATA[channel])
    if table.dtype.itemsize == 2:
        table = table >> 8 if int(table.max()) > 255 else table
    return table.astype(np.uint8), descriptor.first


def _expand(data: bytes, bits: int) -> Array:
    """Expand a segmented table (C.7.9.2): discrete, linear and indirect segments, at most 65536 entries."""
    size = 2 if bits > 8 else 1
    words = np.frombuffer(data[: len(data) // size * size], f"<u{size}").tolist()
    table: list[int] = []
    _segments(words, 0, None, table, size)
    return np.array(table, f"<u{size}")


def _segments(words: list[int], at: int, count: int | None, table: list[int], size: int) -> None:
    """Append to `table` the entries of `count` segments, or of all, from word `at` on.

    count: given inside an indirect segment, where another indirect one is not allowed. Every segment
    must add an entry, which bounds the work by the length of the table.
    """
    done = 0
    while at + 1 < len(words) and (count is None or done < count):
        opcode, length = words[at : at + 2]
        if opcode == _DISCRETE and length == 0:
            return  # padding
        before = len(table)
        if opcode == _DISCRETE:
            table.extend(words[at + 2 : at + 2 + length])
            at += 2 + length
        elif opcode == _LINEAR and table and at + 2 < len(words):
            table.extend(_line(table[-1], words[at + 2], length))
            at += 3
        elif opcode == _INDIRECT and count is None:
            # A byte offset of 32 bits: its lower word first, both little endian.
            offset = words[at + 2 : at + 2 + 4 // size]
            target = sum(word << (8 * size * k) for k, word in enumerate(offset)) // size
            _segments(words, target, length, table, size)
            at += 2 + 4 // size
        else:
            raise Invalid("A segmented palette has an unknown, nested or misplaced segment.")
        if not before < len(table) <= MAX_ENTRIES:
            raise Invalid("A segmented palette has an empty segment or more than 65536 entries.")
        done += 1


def _line(start: int, end: int, length: int) -> list[int]:
    """`length` entries from just after `start` up to `end`."""
    steps = np.arange(1, length + 1)
    return [int(value) for value in np.rint(start + steps * (end - start) / max(1, length))]
