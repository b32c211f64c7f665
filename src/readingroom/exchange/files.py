"""DICOM files as instances that can be sent, without taking them into the archive. PS3.10 7.1."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from readingroom.archive import describe, mapped
from readingroom.dataset import read_file_meta, read_head
from readingroom.errors import NotFound
from readingroom.model import StoredInstance
from readingroom.standard import levels


class Files:
    """Opens what `read_file` described: `blob` is the path."""

    def open(self, stored: StoredInstance) -> BinaryIO:
        """The file. Raises NotFound."""
        try:
            return open(stored.blob, "rb")
        except OSError as error:
            raise NotFound(f"{stored.blob} cannot be read: {error.strerror or error}.") from error


def read_file(path: Path) -> StoredInstance:
    """What a file holds; its hash is left out.

    A file without File Meta Information is understood by its first elements. Raises NotFound when it
    cannot be read, Invalid when it is no DICOM object or cut short, Conflict when it lacks the UIDs that
    name it, Unsupported for a DICOMDIR.
    """
    try:
        with path.open("rb") as file, mapped(file) as buffer:
            meta = read_file_meta(buffer)
            syntax, start = meta.transfer_syntax_uid, meta.dataset_offset
            head = read_head(buffer, syntax, levels.wanted_tags(), start=start)
            return describe(head, str(path), len(buffer), start, syntax)
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror or error}.") from error
