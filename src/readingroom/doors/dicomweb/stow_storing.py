"""What one Store request brings, on its way into the archive in constant memory (PS3.18 10.5.1.4)."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from readingroom.archive import Archive, Arrival, Receiving
from readingroom.dataset import read_file_meta
from readingroom.errors import Conflict, Invalid, ReadingRoomError, Unavailable
from readingroom.model import Attributes, InstanceRef, Origin, Outcome, OutcomeKind, StoredInstance
from readingroom.wire import (
    DICOM_JSON,
    DICOM_XML,
    MULTIPART,
    ZIP,
    MediaType,
    ReceivedPart,
    boundary_of,
    from_native_xml,
    load_dicom_json,
    parse_media_type,
    read_parts,
    read_zip,
)

from .media_types import DICOM, OCTETS
from .statuses import BadMediaType, TooLarge
from .stow_bulk import BulkParts
from .stow_metadata import compose, names_of

_BEGINNING = 4096
_STORABLE = frozenset({DICOM, OCTETS, ""})
_METADATA = frozenset({DICOM_JSON, DICOM_XML})
_ALSO_METADATA = {"application/json": DICOM_JSON, "application/xml": DICOM_XML, "text/xml": DICOM_XML}
_MOST_METADATA = 32 << 20
_MOST_PIECES = 2_000_000
_AT_ONCE = 2
"""Objects of a request that are made safe while the next one comes in."""
_NO_OBJECTS = ("DICOMDIR", ".DS_Store", "Thumbs.db")


class Storing:
    """The instances of one request, and what became of each.

    outcomes: in the order of the request; instances of metadata at the end of it. broken: what ended the
    request before its end.
    """

    def __init__(self, archive: Archive, origin: Origin, study: str | None) -> None:
        self.outcomes: list[Outcome] = []
        self.broken: ReadingRoomError | None = None
        self._archive = archive
        self._origin = origin
        self._study = study
        self._metadata: list[Attributes] = []
        self._metadata_bytes = 0
        self._securing = ThreadPoolExecutor(_AT_ONCE, "stow")
        self._secured: deque[tuple[Receiving, bytes, Future[Arrival]]] = deque()

    def take(self, media: MediaType, body: Iterator[bytes]) -> None:
        """Store all there is. A request that breaks off keeps what came whole before.

        Raises BadMediaType for a payload of another kind.
        """
        root = (media.get("type") or DICOM).lower() if media.name == MULTIPART else media.name
        if root not in _STORABLE | _METADATA | _ALSO_METADATA.keys() and media.name != ZIP:
            taken = (MULTIPART, *sorted(_STORABLE | _METADATA), ZIP)
            raise BadMediaType(f"{root} cannot be stored here.", acceptable=", ".join(taken))
        with self._securing, BulkParts() as bulk:
            try:
                self._take_payload(media, root, body, bulk)
            except (Invalid, Unavailable) as error:
                self.broken = error
            finally:
                self._settle()
            self._take_described(bulk)
        self._archive.indexer.flush()

    def _take_payload(self, media: MediaType, root: str, body: Iterator[bytes], bulk: BulkParts) -> None:
        if media.name == MULTIPART:
            for part in read_parts(body, boundary_of(media)):
                if root in _STORABLE:
                    self._take_object_part(part)
                else:
                    self._take_part(part, bulk)
        elif media.name == ZIP:
            self._take_zip(body)
        elif root in _STORABLE:
            self._take_object(body)
        else:
            self._read_metadata(root, body)

    def _take_object_part(self, part: ReceivedPart) -> None:
        name = part.headers.get("content-type", "").partition(";")[0].strip().lower()
        if name in _STORABLE:
            self._take_object(part.chunks())
        else:
            self._refuse("", "", BadMediaType())

    def _take_part(self, part: ReceivedPart, bulk: BulkParts) -> None:
        """Metadata, an object beside them, or bulk data, which say where they belong."""
        location = part.headers.get("content-location", "").strip()
        media = parse_media_type(part.headers.get("content-type", "") or OCTETS)
        if media.name in _METADATA or (media.name in _ALSO_METADATA and not location):
            self._read_metadata(media.name, part.chunks())
        elif media.name == DICOM:
            self._take_object(part.chunks())
        else:
            bulk.add(location, media, part.chunks())

    # ------------------------------------------------------------------------------------- objects

    def _take_object(self, chunks: Iterator[bytes], *, is_alone: bool = False) -> None:
        """Errors of the object end in its outcome; those of the request's own form go up.

        is_alone: what is wrong with the bytes' form is wrong with this object only.
        """
        beginning = b""
        failure: ReadingRoomError | None = None
        receiving = self._archive.receive(self._origin)
        try:
            for chunk in chunks:
                if len(beginning) < _BEGINNING:
                    beginning += chunk[:_BEGINNING]
                if failure is None:
                    failure = _write(receiving, chunk)
        except Invalid as error:
            if not is_alone:
                receiving.abandon()
                raise
            failure = failure or error
        except BaseException:
            receiving.abandon()
            raise
        if failure is not None:
            receiving.abandon()
            self._settle()
            self._refuse(*_said_to_be(beginning), failure)
            return
        securing = self._securing.submit(receiving.secure, self._check_study)
        self._secured.append((receiving, beginning, securing))
        self._settle(_AT_ONCE)

    def _settle(self, waiting: int = 0) -> None:
        """Hand objects that are safe to the index, in the order of the request, until only some wait."""
        while len(self._secured) > waiting:
            receiving, beginning, securing = self._secured.popleft()
            try:
                arrival = securing.result()
            except ReadingRoomError as error:
                receiving.abandon()
                self._refuse(*_said_to_be(beginning), error)
            else:
                receiving.deliver(arrival)
                self._stored(arrival)

    def _stored(self, arrival: Arrival) -> None:
        stored = arrival.stored
        assert stored is not None
        warnings = (arrival.mismatch.sentence,) if arrival.mismatch else ()
        self.outcomes.append(Outcome(OutcomeKind.STORED, stored.sop_class_uid, stored.ref, warnings=warnings))

    def _check_study(self, stored: StoredInstance) -> None:
        if self._study is not None and stored.ref.study_instance_uid != self._study:
            raise Conflict(
                f"The object belongs to study {stored.ref.study_instance_uid}, not to {self._study}.",
                uid=stored.ref.sop_instance_uid,
            )

    def _refuse(self, sop_class: str, sop_instance: str, error: ReadingRoomError) -> None:
        self._archive.refuse(self._origin, sop_instance, error)
        ref = InstanceRef("", "", sop_instance) if sop_instance else None
        self.outcomes.append(Outcome(OutcomeKind.FAILED, sop_class, ref, error))

    def _take_zip(self, body: Iterator[bytes]) -> None:
        """A ZIP has its list of files at the end: it waits on disk."""
        with tempfile.TemporaryFile() as file:
            for chunk in body:
                try:
                    file.write(chunk)
                except OSError as error:
                    raise Unavailable(f"The ZIP file cannot be kept: {error.strerror}.") from error
            for member in read_zip(file):
                if not member.name.startswith("__MACOSX/") and not member.name.endswith(_NO_OBJECTS):
                    self._take_object(member.chunks(), is_alone=True)

    # ------------------------------------------------------------------------------------ metadata

    def _read_metadata(self, name: str, chunks: Iterator[bytes]) -> None:
        """Metadata are held in memory, all of a request together within a bound."""
        document = bytearray()
        for chunk in chunks:
            self._metadata_bytes += len(chunk)
            if self._metadata_bytes > _MOST_METADATA:
                raise TooLarge(f"More than {_MOST_METADATA} bytes of metadata; send the objects in several.")
            document += chunk
        is_json = _ALSO_METADATA.get(name, name) == DICOM_JSON
        if sum(map(document.count, b"{[," if is_json else b"<=")) > _MOST_PIECES:
            raise TooLarge("More values in the metadata than any object has; send the objects in several.")
        self._metadata += load_dicom_json(bytes(document)) if is_json else [from_native_xml(bytes(document))]

    def _take_described(self, bulk: BulkParts) -> None:
        """The instances of the metadata, now that their bulk data are here."""
        for metadata in self._metadata:
            try:
                failure = self._compose(metadata, bulk)
            except ReadingRoomError as error:
                failure = error
            if failure is not None:
                self._refuse(*names_of(metadata), failure)
        for location in bulk.unused():
            self._refuse("", "", Invalid(f"Bulk data at “{location[:200]}” belong to no metadata."))

    def _compose(self, metadata: Attributes, bulk: BulkParts) -> ReadingRoomError | None:
        composed = compose(metadata, bulk)
        receiving = self._archive.receive(self._origin)
        try:
            receiving.announce(
                composed.sop_class_uid, composed.sop_instance_uid, composed.transfer_syntax_uid
            )
            for chunk in composed.chunks:
                receiving.write([chunk])
        except BaseException:
            receiving.abandon()
            raise
        try:
            self._stored(receiving.finish(self._check_study))
        except ReadingRoomError as error:
            receiving.abandon()
            return error
        return None


def _write(receiving: Receiving, chunk: bytes) -> ReadingRoomError | None:
    try:
        receiving.write([chunk])
    except ReadingRoomError as error:
        return error
    return None


def _said_to_be(beginning: bytes) -> tuple[str, str]:
    """SOP class and instance by the File Meta Information of an object that was not stored."""
    try:
        meta = read_file_meta(beginning)
    except ReadingRoomError:
        return "", ""
    return meta.sop_class_uid, meta.sop_instance_uid
