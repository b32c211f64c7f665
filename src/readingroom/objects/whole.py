"""The attributes of an object that is read as a whole: presentation states, documents."""

from __future__ import annotations

from typing import Final

from readingroom.dataset import Buffer, DataSet, read_dataset
from readingroom.model import Attribute, Attributes, StoredInstance, Tag

MOST_BYTES: Final = 64 << 20
"""Of one value: an overlay of the largest image there can be has 512 MiB, of any sensible one 16."""


def read_attributes(buffer: Buffer, stored: StoredInstance) -> Attributes:
    """All attributes of the object whose whole file is `buffer`, bulk values in place.

    Left out: pixel data, and values longer than MOST_BYTES. Raises Invalid when it cannot be read.
    """
    read = read_dataset(
        buffer, stored.transfer_syntax_uid, start=stored.dataset_offset, bulk_above=MOST_BYTES
    )
    return _in_place(read)


def _in_place(read: DataSet) -> dict[Tag, Attribute]:
    """The Data Set without what was left in the file, in Items too; the depth is bounded by the reader."""
    kept: dict[Tag, Attribute] = {}
    for tag, value in read.items():
        if not isinstance(value, Attribute):
            continue
        if value.vr == "SQ":
            value = Attribute("SQ", tuple(_in_place(item) for item in value.values))
        kept[tag] = value
    return kept
