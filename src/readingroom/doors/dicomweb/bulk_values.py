"""A value that metadata name by a URI, found again in its file by its path."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from readingroom.archive import Archive, mapped
from readingroom.dataset import BulkValue, bulk_bytes, inflated, read_dataset
from readingroom.errors import NotFound
from readingroom.model import Attribute, StoredInstance
from readingroom.standard.transfer_syntaxes import DEFLATED_LE, EXPLICIT_LE
from readingroom.wire import AttributePath, format_path


@contextlib.contextmanager
def open_bulk_value(archive: Archive, stored: StoredInstance, path: AttributePath) -> Iterator[memoryview]:
    """The value's bytes in little endian order while the block lasts; those of large values are not copied.

    Raises NotFound when there is no binary value at that path, Invalid when the Data Set is broken.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(archive.open(stored))
        buffer: Any = stack.enter_context(mapped(file))
        uid, start = stored.transfer_syntax_uid, stored.dataset_offset
        if uid == DEFLATED_LE:
            buffer, uid, start = stack.enter_context(inflated(buffer, start)), EXPLICIT_LE, 0
        value = _follow(read_dataset(buffer, uid, start=start), path)
        if isinstance(value, BulkValue) and not value.is_big_endian:
            whole = stack.enter_context(memoryview(buffer))
            yield stack.enter_context(whole[value.offset : value.offset + value.length])
        elif isinstance(value, BulkValue):
            yield memoryview(bulk_bytes(buffer, value))
        elif isinstance(value.first, bytes):
            yield memoryview(value.first)
        else:
            raise _missing(path)


def _follow(dataset: Mapping[int, Attribute | BulkValue], path: AttributePath) -> Attribute | BulkValue:
    tag, *inner = path
    value = dataset.get(tag)
    if value is None:
        raise _missing(path)
    if not inner:
        return value
    item, *deeper = inner
    if isinstance(value, BulkValue) or value.vr != "SQ" or item > len(value.values):
        raise _missing(path)
    return _follow(value.values[item - 1], tuple(deeper))


def _missing(path: AttributePath) -> NotFound:
    return NotFound("This object has no bulk data there.", path=format_path(path))
