"""After a crash: objects that were acknowledged but not indexed come into the index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from readingroom.blobs import BlobStore, LocalBlobs
from readingroom.dataset import read_file_meta, read_head, read_rest
from readingroom.errors import ReadingRoomError, Unavailable
from readingroom.index import Database, Record, clear_images, known_blobs
from readingroom.model import Origin, OriginKind
from readingroom.standard import levels

from .indexer import Arrival, Indexer
from .ingest import describe, make_record, mapped
from .lifecycle import Lifecycle

log = logging.getLogger("readingroom.archive")

_AT_ONCE = 500


def adopt(database: Database, blobs: BlobStore, indexer: Indexer) -> int:
    """Index what earlier runs of this slot left unindexed; returns how many objects that were.

    Every such object was complete when it was committed, so it is indexed like a new one. One that cannot
    be read any more stays where it is, with its shelf's mark, and is reported at each start.
    """
    adopted, failed = _index(database, blobs, indexer, blobs.unsettled())
    if not failed:
        blobs.forget_marks()
    return adopted


def adopt_abandoned_slots(database: Database, root: Path) -> int:
    """Adopt for every slot below `root` that no process has now; returns how many objects that were."""
    adopted = 0
    for slot in LocalBlobs.slots(root):
        try:
            blobs = LocalBlobs(root, slot)
        except Unavailable:
            continue  # its process is alive and does this itself
        indexer = Indexer(database, blobs)
        adopted += adopt(database, blobs, indexer)
        indexer.close()
        blobs.close()
    return adopted


def rebuild(
    database: Database, blobs: LocalBlobs, indexer: Indexer, progress: Callable[[int], None]
) -> tuple[int, int]:
    """Forget all rows about images and make them anew from the files: (indexed, not readable).

    Files are taken in the order in which they were stored, so that of several revisions the newest is
    current again. What is deleted is told by the notes beside the blobs: each deletion is taken in and
    deleted before the rest. Nobody else may write meanwhile.
    """
    lifecycle = Lifecycle(database, blobs)
    lifecycle.tidy()
    with database.writing() as connection:
        clear_images(connection)
    keys = sorted(blobs.walk(), key=lambda key: (blobs.root / key).stat().st_mtime_ns)
    indexed = failed = 0

    def take(some: Sequence[str]) -> None:
        nonlocal indexed, failed
        for group in _groups(some):
            done, not_done = _index(database, blobs, indexer, group)
            indexed += done
            failed += not_done
            progress(indexed)

    deleted: set[str] = set()
    for told, held in lifecycle.noted().values():
        deleted |= (own := set(held))
        take([key for key in keys if key in own])
        lifecycle.delete_again(told, held)
    take([key for key in keys if key not in deleted])
    return indexed, failed


def read_record(blobs: BlobStore, key: str) -> Record:
    """The index record of a stored file, from its bytes alone. Raises Invalid, Conflict, NotFound."""
    with blobs.open(key) as file, mapped(file) as buffer:
        meta = read_file_meta(buffer)
        start, uid, wanted = meta.dataset_offset, meta.transfer_syntax_uid, levels.wanted_tags()
        head = read_rest(buffer, read_head(buffer, uid, wanted, start=start), wanted, start=start)
        stored = describe(head, key, len(buffer), start, uid)
    origin = Origin(OriginKind.ADOPTED, meta.text(0x00020016))
    received = blobs.modified(key)
    with blobs.open(stored.blob) as file:
        return make_record(stored, head, file, origin, received)


def _index(database: Database, blobs: BlobStore, indexer: Indexer, keys: Sequence[str]) -> tuple[int, int]:
    done = failed = 0
    for group in _groups(keys):
        with database.reading() as connection:
            known = known_blobs(connection, group)
        arrivals = []
        for key in group:
            if key not in known:
                arrivals.append(Arrival(key, lambda key=key: read_record(blobs, key)))  # type: ignore[misc]
                indexer.put(arrivals[-1])
        for arrival in arrivals:
            try:
                arrival.wait()
                done += 1
            except (ReadingRoomError, OSError) as error:
                log.error("the object %s cannot be adopted: %s", arrival.blob, error)
                failed += 1
    return done, failed


def _groups(keys: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield list(keys[start : start + _AT_ONCE])
