"""Objects in: one way for every door.

`Archive.receive` gives a `Receiving`, which takes the bytes as they come (C-STORE after `announce`, STOW-RS
and import as whole files) and ends in an `Arrival`: safe on disk, on its way into the index. What is wrong
with an object is found before it is made safe, so that never half an object is in the store.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import mmap
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from readingroom.blobs import BlobStore, BlobWriter
from readingroom.dataset import (
    LOOKED_AT,
    Head,
    index_frames,
    read_attributes,
    read_dataset,
    read_file_meta,
    read_head,
    read_rest,
    write_file_meta,
)
from readingroom.errors import Conflict, Invalid, Unavailable, Unsupported
from readingroom.index import FAILED, Database, Event, Record, events, select_instances
from readingroom.model import (
    Attribute,
    Attributes,
    FrameIndex,
    InstanceRef,
    Origin,
    OriginKind,
    Selection,
    StoredInstance,
    Tag,
)
from readingroom.standard import levels
from readingroom.standard.contents import content_tags
from readingroom.standard.implementation import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    NON_PATIENT_STUDY,
)
from readingroom.standard.sop_classes import NON_PATIENT_CLASSES

from .conformity import find_mismatch
from .indexer import Arrival, Indexer

log = logging.getLogger("readingroom.archive")

_HEAD_BYTES = 1 << 17
_CHUNK = 1 << 20
_SMALL = 1 << 14
"""Objects up to this size wait for the index in memory: opening them again costs more than all the rest."""
_DEEPEST = 16
_UID = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_NUMBER_OF_FRAMES = 0x00280008
_NAMES = {
    _SOP_CLASS: "SOP Class UID",
    _SOP_INSTANCE: "SOP Instance UID",
    _STUDY: "Study Instance UID",
    _SERIES: "Series Instance UID",
}
_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
Pieces = Sequence[bytes | bytearray | memoryview]


class Receiving:
    """One object while it arrives; ends with `finish`, with `secure` and `deliver`, or with `abandon`.

    The first bytes of the file stay in memory, where the head of the Data Set is read; most objects are
    described without touching the file again.
    """

    def __init__(
        self, writer: BlobWriter, blobs: BlobStore, deliver: Callable[[Arrival], None], origin: Origin
    ) -> None:
        self._writer = writer
        self._blobs = blobs
        self._deliver = deliver
        self._origin = origin
        self._announced: tuple[str, str] | None = None
        self._transfer_syntax_uid = ""
        self._dataset_offset = 0
        self._head = bytearray()
        self._held = bytearray()

    def announce(self, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> None:
        """Say what the peer says it sends (C-STORE); File Meta Information is written for it.

        Raises Invalid for UIDs that are none.
        """
        self._announced = (sop_class_uid, sop_instance_uid)
        self._begin(sop_class_uid, sop_instance_uid, transfer_syntax_uid)

    def write(self, pieces: Pieces) -> None:
        """The next bytes, in order. Raises Unavailable when they cannot be kept."""
        if self._transfer_syntax_uid:
            self._keep(pieces)
            return
        for piece in pieces:
            self._held += piece
        if len(self._held) >= _HEAD_BYTES:
            self._begin_file()

    def finish(self, check: Callable[[StoredInstance], None] | None = None) -> Arrival:
        """Check the object, make it safe and hand it to the index. Raises as `secure`."""
        arrival = self.secure(check)
        self.deliver(arrival)
        return arrival

    def secure(self, check: Callable[[StoredInstance], None] | None = None) -> Arrival:
        """Check the object and make it safe; any thread may, `deliver` has to follow.

        check: raises what the caller has against the object (STOW-RS: it belongs to another study).
        Raises Invalid when it cannot be understood, Conflict when it is not what was announced, lacks the
        UIDs that name it or contradicts its SOP class, Unavailable when it cannot be kept. Then nothing
        of it remains.
        """
        try:
            if not self._transfer_syntax_uid:
                self._begin_file()
            head = self._read_head()
            stored = self._describe(head)
            if check is not None:
                check(stored)
            mismatch = find_mismatch(stored.sop_class_uid, head)
            self._writer.commit()
        except BaseException:
            self._writer.discard()
            raise
        received, origin, blobs = time.time(), self._origin, self._blobs
        whole = bytes(self._head) if self._writer.size <= _SMALL else None

        def complete() -> Record:
            with io.BytesIO(whole) if whole is not None else blobs.open(stored.blob) as file:
                return make_record(stored, head, file, origin, received)

        if mismatch is not None:
            log.warning("%s from %s: %s", stored.ref.sop_instance_uid, origin.caller, mismatch.sentence)
        return Arrival(stored.blob, complete, stored, mismatch)

    def deliver(self, arrival: Arrival) -> None:
        """Hand what is safe to the index; of one object that comes twice, the last delivered counts."""
        self._deliver(arrival)

    def abandon(self) -> None:
        """Throw away what came."""
        self._writer.discard()

    def _keep(self, pieces: Pieces) -> None:
        if len(self._head) < _HEAD_BYTES:
            for piece in pieces:
                self._head += piece[: _HEAD_BYTES - len(self._head)]
        self._writer.write(pieces)

    def _begin(self, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> None:
        caller = self._origin.caller if self._origin.kind is OriginKind.DIMSE else ""
        meta = write_file_meta(
            sop_class_uid,
            sop_instance_uid,
            transfer_syntax_uid,
            implementation_class_uid=IMPLEMENTATION_CLASS_UID,
            implementation_version_name=IMPLEMENTATION_VERSION_NAME,
            source_ae_title=caller or None,
        )
        self._transfer_syntax_uid = transfer_syntax_uid
        self._dataset_offset = len(meta)
        self._keep([meta])

    def _begin_file(self) -> None:
        """Files are kept byte for byte; only one without File Meta Information is given some."""
        held, self._held = bytes(self._held), bytearray()
        meta = read_file_meta(held)
        if meta.is_guessed:
            head = read_head(
                held, meta.transfer_syntax_uid, frozenset({_SOP_CLASS, _SOP_INSTANCE}),
                start=meta.dataset_offset, size=-1,
            )  # fmt: skip
            self._begin(_uid(head, _SOP_CLASS), _uid(head, _SOP_INSTANCE), meta.transfer_syntax_uid)
            self._keep([held[meta.dataset_offset :]])
        else:
            self._transfer_syntax_uid = meta.transfer_syntax_uid
            self._dataset_offset = meta.dataset_offset
            self._keep([held])

    def _read_head(self) -> Head:
        """Walk the whole object, fragments included, so that a truncated one is found here."""
        start, size = self._dataset_offset, self._writer.size
        wanted, noted = levels.wanted_tags(), content_tags()
        head = read_head(self._head, self._transfer_syntax_uid, wanted, start=start, size=size, to_note=noted)
        if not head.needs_more and (head.pixel is None or head.pixel.end == size):
            return head
        with self._writer.peek() as file, mapped(file) as buffer:
            head = read_head(buffer, self._transfer_syntax_uid, wanted, start=start, to_note=noted)
            return read_rest(buffer, head, wanted, start=start, to_note=noted)

    def _describe(self, head: Head) -> StoredInstance:
        if self._announced is not None:
            for announced, tag in zip(self._announced, (_SOP_CLASS, _SOP_INSTANCE), strict=True):
                said = _uid(head, tag)
                if announced != said:
                    raise Conflict(f"The request announces {announced}, the object says {said}.", tag=tag)
        return describe(
            head, self._writer.key, self._writer.size, self._dataset_offset, self._transfer_syntax_uid
        )


class Archive:
    """The archive of one process: its blob store, its index and its indexer.

    tell: takes events and never waits; without it they are written at once.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        indexer: Indexer,
        tell: Callable[[Event], None] | None = None,
    ) -> None:
        self.tell = tell or self._write_event
        self.database = database
        self.blobs = blobs
        self.indexer = indexer

    def receive(self, origin: Origin) -> Receiving:
        """Begin to take in one object. Raises Unavailable when nothing can be kept at present."""
        self.indexer.accepts()
        return Receiving(self.blobs.create(), self.blobs, self.indexer.put, origin)

    def ingest(self, stream: BinaryIO, origin: Origin) -> Arrival:
        """Take in one Part 10 file, or a bare Data Set, from a stream. Raises as `Receiving.finish`."""
        receiving = self.receive(origin)
        try:
            while chunk := stream.read(_CHUNK):
                receiving.write([chunk])
        except BaseException:
            receiving.abandon()
            raise
        return receiving.finish()

    def refuse(self, origin: Origin, subject: str, error: Exception) -> None:
        """Write into the event log that an object was not taken, and why.

        Of C-STORE the door writes it, with the status it answered.
        """
        log.warning("refused %s from %s: %s", subject, origin.caller, error)
        if origin.kind is OriginKind.DIMSE:
            return
        sentence = f"Not taken: {type(error).__name__}."
        self.tell(
            Event(
                time.time(), "refused", origin.caller, subject, sentence,
                outcome=FAILED, address=origin.address, private=str(error),
            )
        )  # fmt: skip

    def _write_event(self, event: Event) -> None:
        """What keeps objects out may keep events out too: then the program's own log alone has it."""
        try:
            with self.database.writing() as connection:
                whole = replace(event, sentence=f"{event.sentence} {event.private}".rstrip())
                events.add_events(connection, [whole])
        except Unavailable as unavailable:
            log.error("%s", unavailable.sentence)

    def instances(self, selection: Selection) -> list[StoredInstance]:
        """The selected instances in order of study, series and instance number."""
        with self.database.reading() as connection:
            return select_instances(connection, selection)

    def open(self, stored: StoredInstance) -> BinaryIO:
        """The instance's Part 10 file. Raises NotFound when its bytes are gone."""
        return self.blobs.open(stored.blob)

    def read_attributes(self, stored: StoredInstance) -> Attributes:
        """The instance's whole Data Set without pixels and other values beyond 1 MiB. Raises as `open`."""
        with self.open(stored) as file, mapped(file) as buffer:
            read = read_dataset(
                buffer, stored.transfer_syntax_uid, start=stored.dataset_offset, bulk_above=LOOKED_AT
            )
        return {tag: value for tag, value in read.items() if isinstance(value, Attribute)}


@contextlib.contextmanager
def mapped(file: BinaryIO) -> Iterator[bytes | mmap.mmap]:
    """The whole file as a buffer: mapped where that is possible, read where it is not."""
    try:
        buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # in memory, or empty
        file.seek(0)
        yield file.read()
        return
    try:
        yield buffer
    finally:
        with contextlib.suppress(BufferError):  # a reader's view outlives us; the map goes with it
            buffer.close()


def hash_from(file: BinaryIO, offset: int) -> str:
    """SHA-256 of a file from `offset` on, in hexadecimal.

    Read in pieces, since the pages of a mapped file count as our memory.
    """
    digest = hashlib.sha256()
    file.seek(offset)
    while piece := file.read(_CHUNK):
        digest.update(piece)
    return digest.hexdigest()


def describe(
    head: Head, blob: str, size: int, dataset_offset: int, transfer_syntax_uid: str
) -> StoredInstance:
    """What a walk over an object tells of it, the hash left empty. Raises Conflict when UIDs are missing."""
    sop_class = _uid(head, _SOP_CLASS)
    if sop_class == _MEDIA_DIRECTORY:
        raise Unsupported("A DICOMDIR describes files; import the files themselves.")
    pixel = head.pixel
    if sop_class in NON_PATIENT_CLASSES:
        ref = InstanceRef(NON_PATIENT_STUDY, sop_class, _uid(head, _SOP_INSTANCE))
    else:
        ref = InstanceRef(_uid(head, _STUDY), _uid(head, _SERIES), _uid(head, _SOP_INSTANCE))
    return StoredInstance(
        ref=ref,
        sop_class_uid=sop_class,
        transfer_syntax_uid=transfer_syntax_uid,
        blob=blob,
        size=size,
        dataset_offset=dataset_offset,
        pixel_offset=None if pixel is None or head.encoding.deflated else pixel.offset,
        number_of_frames=_frames(head),
        sha256="",
    )


def make_record(
    stored: StoredInstance, head: Head, file: BinaryIO, origin: Origin, received: float
) -> Record:
    """The index record of a stored object; reads its whole file once for its hash."""
    digest = hash_from(file, stored.dataset_offset)
    frames = _frame_index(file, head, stored)
    ref = stored.ref
    attributes = read_attributes(head) | {
        _STUDY: Attribute("UI", (ref.study_instance_uid,)),
        _SERIES: Attribute("UI", (ref.series_instance_uid,)),
    }
    by_level = levels.stored_tags()
    return Record(
        stored=replace(stored, sha256=digest),
        levels=tuple(_only(attributes, by_level[level]) for level in sorted(by_level)),  # type: ignore[arg-type]
        origin=origin,
        received=received,
        frames=frames,
    )


def _frame_index(file: BinaryIO, head: Head, stored: StoredInstance) -> FrameIndex | None:
    """Of encapsulated multi-frame pixel data; what is wrong with them is told to whoever asks for frames."""
    if head.pixel is None or not head.pixel.is_encapsulated or stored.number_of_frames < 2:
        return None
    try:
        with mapped(file) as buffer:
            return index_frames(buffer, head, read_attributes(head))
    except Invalid:
        return None


def _only(attributes: Attributes, tags: frozenset[Tag]) -> dict[Tag, Attribute]:
    """Those attributes that the index can hold: a sequence nested absurdly deep stays in the object only."""
    return {
        tag: attribute
        for tag, attribute in attributes.items()
        if tag in tags and (attribute.vr != "SQ" or _depth(attribute) <= _DEEPEST)
    }


def _depth(attribute: Attribute) -> int:
    """How deep the sequence is nested, counted without recursion, at most one more than is allowed."""
    level, items = 0, list(attribute.values)
    while items and level <= _DEEPEST:
        level += 1
        items = [
            inner
            for item in items
            for nested in item.values()
            if nested.vr == "SQ"
            for inner in nested.values
        ]
    return level


def _uid(head: Head, tag: Tag) -> str:
    raw = head.elements.get(tag, ("", b""))[1].strip(b" \0")
    if _UID.fullmatch(raw) is None:
        said = f"{raw[:70]!r} is not one" if raw else "there is none"
        raise Conflict(f"The object needs a {_NAMES[tag]}: {said}.", tag=tag)
    return raw.decode("ascii")


def _frames(head: Head) -> int:
    if head.pixel is None:
        return 0
    said = head.elements.get(_NUMBER_OF_FRAMES, ("", b""))[1].split(b"\\")[0].strip(b" \0")
    return max(1, int(said)) if said.isdigit() and len(said) < 10 else 1
