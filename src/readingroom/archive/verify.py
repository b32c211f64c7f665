"""Is what we stored still what we stored?"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass

from readingroom.blobs import BlobStore
from readingroom.dataset import read_file_meta
from readingroom.errors import Conflict, Invalid, NotFound, ReadingRoomError, Unavailable
from readingroom.index import Database, deleting, every_instance, every_revision
from readingroom.model import StoredInstance

from .adopt import read_record
from .ingest import hash_from
from .lifecycle import Lifecycle

_FOR_NOW = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ETIMEDOUT})


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that was looked at; `fault` is None when it is sound."""

    blob: str
    sop_instance_uid: str
    fault: str | None


def confirm(blobs: BlobStore, stored: StoredInstance) -> None:
    """Read one object from disk and compare it with what the index says of it.

    Raises NotFound when its bytes are gone, Conflict when they are not those that were stored or cannot be
    read, Unavailable when there is no telling at present.
    """
    try:
        with blobs.open(stored.blob) as file:
            meta = read_file_meta(file.read(stored.dataset_offset))
            found = hash_from(file, stored.dataset_offset)
    except (NotFound, Unavailable):
        raise
    except Invalid as error:
        raise Conflict(f"{stored.blob} has lost its File Meta Information.", blob=stored.blob) from error
    except OSError as error:
        if error.errno in _FOR_NOW:
            raise Unavailable(f"{stored.blob} cannot be opened now: {error.strerror}.") from error
        raise Conflict(f"{stored.blob} cannot be read: {error.strerror}.", blob=stored.blob) from error
    if found != stored.sha256:
        raise Conflict(
            f"{stored.blob}: the SHA-256 is another one than when it was stored.", blob=stored.blob
        )
    if meta.transfer_syntax_uid != stored.transfer_syntax_uid:
        raise Conflict(f"{stored.blob} says {meta.transfer_syntax_uid} now.", blob=stored.blob)


def verify(database: Database, blobs: BlobStore) -> Iterator[Finding]:
    """Read every object again and compare it with its SHA-256 and with its row in the index.

    Revisions and what is deleted are compared with their hash. Files that no row names are reported too,
    and notes of deletions that the index does not know.
    """
    seen = set()
    with database.reading() as connection:
        for stored in every_instance(connection):
            seen.add(stored.blob)
            yield Finding(stored.blob, stored.ref.sop_instance_uid, _fault(blobs, stored))
    with database.reading() as connection:
        for blob, sha256, offset in every_revision(connection):
            seen.add(blob)
            yield Finding(blob, "", _hash_fault(blobs, blob, offset, sha256))
    with database.reading() as connection:
        for blob, uid, sha256, offset in deleting.every_deleted(connection):
            seen.add(blob)
            yield Finding(blob, uid, _hash_fault(blobs, blob, offset, sha256))
        known = {told.key for told in deleting.deletions(connection, limit=-1)}
    for key, (told, _) in Lifecycle(database, blobs).noted().items():
        if key not in known:
            yield Finding(f"note of the deletion {key}", told.uid, "The index does not know that deletion.")
    for blob in blobs.walk():
        if blob not in seen:
            yield Finding(blob, "", "No row of the index names this file.")


def _hash_fault(blobs: BlobStore, blob: str, offset: int, sha256: str) -> str | None:
    try:
        with blobs.open(blob) as file:
            found = hash_from(file, offset)
    except (ReadingRoomError, OSError) as error:
        return str(error)
    return None if found == sha256 else f"Its SHA-256 is {found}, it was stored with {sha256}."


def _fault(blobs: BlobStore, stored: StoredInstance) -> str | None:
    fault = _hash_fault(blobs, stored.blob, stored.dataset_offset, stored.sha256)
    if fault is not None:
        return fault
    try:
        read = read_record(blobs, stored.blob).stored
    except ReadingRoomError as error:
        return f"It cannot be read: {error.sentence}"
    return None if read == stored else f"The index says {stored}, the file says {read}."
