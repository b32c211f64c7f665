"""What palettes, Modality LUTs and VOI LUTs share: descriptors and entries (PS3.3 C.7.6.3.1.5, C.11.1.1)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

from .cells import Array

MAX_ENTRIES: Final = 65536


class TableDescriptor(NamedTuple):
    """Entries (never 0), the first input mapped as written, bits of an entry."""

    entries: int
    first: int
    bits: int


def table_descriptor(attributes: Attributes, tag: Tag) -> TableDescriptor:
    """Read a LUT Descriptor; 0 entries mean 65536. Raises Invalid when it is not three 16 bit numbers."""
    attribute = attributes.get(tag)
    if attribute is None or len(attribute.values) < 3:
        raise Invalid("A LUT Descriptor is missing or incomplete.", tag=tag)
    try:
        entries, first, bits = (int(value) for value in attribute.values[:3])
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid("A LUT Descriptor is not three numbers.", tag=tag) from error
    if abs(first) > 0xFFFF:
        raise Invalid("The first input of a LUT is beyond 16 bits.", tag=tag)
    return TableDescriptor(entries % MAX_ENTRIES or MAX_ENTRIES, first, bits)


def table_bytes(attributes: Attributes, tag: Tag) -> bytes:
    """The bytes of LUT Data, little endian, whether read as OW or as US values; empty when absent.

    Raises Invalid for data of another kind.
    """
    attribute = attributes.get(tag)
    if attribute is None or not attribute.values:
        return b""
    first = attribute.first
    if isinstance(first, int):
        try:
            return np.array([int(value) & 0xFFFF for value in attribute.values], "<u2").tobytes()
        except (TypeError, ValueError, OverflowError) as error:
            raise Invalid("LUT Data holds what is no number.", tag=tag) from error
    if not isinstance(first, bytes | bytearray | memoryview):
        raise Invalid("LUT Data is neither bytes nor numbers.", tag=tag)
    return bytes(first)


def table_entries(data: bytes, descriptor: TableDescriptor) -> Array:
    """Plain entries, at most as many as described; 8 bit entries may be packed into bytes."""
    if descriptor.bits <= 8 and len(data) < 2 * descriptor.entries:
        return np.frombuffer(data, np.uint8)[: descriptor.entries]
    return np.frombuffer(data[: len(data) // 2 * 2], "<u2")[: descriptor.entries]
