"""Metadata of instances, series and studies as ready DICOM JSON (PS3.18 10.4.1.1.2, annex F)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import imagecodecs
import orjson
from cachetools import LRUCache

from readingroom.archive import Archive, mapped
from readingroom.dataset import BulkValue, DataSet, read_dataset
from readingroom.errors import Invalid, NotFound, Unavailable
from readingroom.index import Database, SeriesState, keeping
from readingroom.model import Attribute, Attributes, InstanceRef, Selection, StoredInstance, Tag
from readingroom.standard.levels import AVAILABLE_TRANSFER_SYNTAX_UID
from readingroom.wire import BulkData, JsonObject, dump_dicom_json, format_path, to_dicom_json

_LEVEL = 4  # of libdeflate, which is twice as fast as zlib and smaller
_REMEMBERED = 16 << 20


@dataclass(frozen=True, slots=True)
class Ready:
    """Metadata as they are kept: bulk data URIs without scheme and host.

    series: a gzip stream of a JSON array for each. version: changes with the content.
    """

    version: str
    series: tuple[bytes, ...] = ()
    plain: bytes | None = None

    def body(self) -> bytes:
        """One JSON array, not compressed."""
        if self.plain is not None:
            return self.plain
        arrays = [bytes(imagecodecs.gzip_decode(one)) for one in self.series]
        if len(arrays) == 1:
            return arrays[0]
        pieces: list[bytes | memoryview] = []
        for array in arrays:
            if len(array) > 2:
                pieces += [b"," if pieces else b"[", memoryview(array)[1:-1]]  # megabytes, copied once
        return b"".join([*(pieces or [b"["]), b"]"])


def attributes_of_instance(archive: Archive, stored: StoredInstance, root: str) -> Attributes:
    """All attributes of one instance, bulk values as `BulkData` with URIs below `root`.

    An object whose Data Set cannot be read to its end tells what the index knows: its UIDs.
    """
    ref = stored.ref
    prefix = (
        f"{root}/studies/{ref.study_instance_uid}/series/{ref.series_instance_uid}"
        f"/instances/{ref.sop_instance_uid}/bulkdata/"
    )
    try:
        with archive.open(stored) as file, mapped(file) as buffer:
            read = read_dataset(buffer, stored.transfer_syntax_uid, start=stored.dataset_offset)
        attributes = dict(_named(read, prefix, ()))
    except Invalid:
        attributes = _uids(stored)
    attributes[AVAILABLE_TRANSFER_SYNTAX_UID] = Attribute("UI", (stored.transfer_syntax_uid,))
    return attributes


class Metadata:
    """Answers with prepared bytes when they are of the present version, else makes and keeps them.

    root: what bulk data URIs start with where they are kept, such as "/dicom-web". They go out as URLs
    (PS3.18 F.2.2): a client outside of a browser has nothing to resolve another reference against.
    """

    def __init__(self, database: Database, archive: Archive, root: str) -> None:
        self._database = database
        self._archive = archive
        self._root = root
        self._compressed: LRUCache[tuple[str, str], bytes] = LRUCache(_REMEMBERED, len)
        self._lock = threading.Lock()

    def body(self, ready: Ready, root: str) -> bytes:
        """The JSON array with bulk data URLs below `root`, such as "https://pacs.example/dicom-web"."""
        return ready.body().replace(_uris_below(self._root), _uris_below(root))

    def compressed(self, ready: Ready, root: str) -> bytes:
        """The same as one gzip stream; those asked for last are remembered."""
        key = (ready.version, root)
        with self._lock:
            known = self._compressed.get(key)
        if known is None:
            known = _gzipped(self.body(ready, root))
            with self._lock:
                if len(known) <= self._compressed.maxsize:
                    self._compressed[key] = known
        return known

    def series(self, study_uid: str, series_uid: str) -> Ready:
        """One series. Raises NotFound."""
        with self._database.reading() as connection:
            state = keeping.find_series(connection, study_uid, series_uid)
            if state is None:
                raise NotFound("There is no such series here.", series_instance_uid=series_uid)
            kept = keeping.prepared_metadata(connection, state)
        version = f"{state.pk}-{state.version}"
        if kept is None:
            kept = self._make(state)
            with contextlib.suppress(Unavailable):  # made again for who asks next
                self._keep(state, kept)
        return Ready(version, (kept,))

    def study(self, study_uid: str) -> Ready:
        """All series of one study in one array. Raises NotFound."""
        with self._database.reading() as connection:
            states = keeping.series_of_study(connection, study_uid)
        if not states:
            raise NotFound("There is no such study here.", study_instance_uid=study_uid)
        parts = [self.series(study_uid, state.series_uid) for state in states]
        versions = "+".join(part.version for part in parts)
        return Ready(versions, tuple(one for part in parts for one in part.series))

    def instance(self, ref: InstanceRef) -> Ready:
        """One instance, as an array of one. Raises NotFound."""
        stored = self._one(ref)
        return Ready(stored.sha256[:32], plain=dump_dicom_json([self._model(stored)]))

    def attributes(self, ref: InstanceRef) -> Attributes:
        """One instance's attributes, bulk values as URIs. Raises NotFound."""
        return attributes_of_instance(self._archive, self._one(ref), self._root)

    def prepare(self, state: SeriesState) -> None:
        """Make a series' metadata and keep them. Raises Unavailable."""
        self._keep(state, self._make(state))

    def _keep(self, state: SeriesState, compressed: bytes) -> None:
        with self._database.writing() as connection:
            keeping.keep_metadata(connection, state, compressed)

    def _make(self, state: SeriesState) -> bytes:
        instances = self._archive.instances(
            Selection(study_instance_uids=(state.study_uid,), series_instance_uids=(state.series_uid,))
        )
        return _gzipped(self._array(instances))

    def _array(self, instances: Sequence[StoredInstance]) -> bytes:
        return b"[" + b",".join(dump_dicom_json(self._model(stored)) for stored in instances) + b"]"

    def _model(self, stored: StoredInstance) -> JsonObject:
        """One object that cannot be told in JSON must not cost the others: its UIDs are told."""
        try:
            return to_dicom_json(attributes_of_instance(self._archive, stored, self._root))
        except Invalid:
            return to_dicom_json(_uids(stored))

    def _one(self, ref: InstanceRef) -> StoredInstance:
        found = self._archive.instances(
            Selection(
                study_instance_uids=(ref.study_instance_uid,),
                series_instance_uids=(ref.series_instance_uid,),
                sop_instance_uids=(ref.sop_instance_uid,),
            )
        )
        if not found:
            raise NotFound("There is no such instance here.", sop_instance_uid=ref.sop_instance_uid)
        return found[0]


def _gzipped(body: bytes) -> bytes:
    return bytes(imagecodecs.gzip_encode(body, level=_LEVEL))


def _uris_below(root: str) -> bytes:
    """How such URIs begin in JSON; nothing but a member's name can stand so there, with its quotes."""
    return b'"BulkDataURI":' + orjson.dumps(root + "/")[:-1]


def _named(read: DataSet | Mapping[Tag, Any], prefix: str, outer: tuple[int, ...]) -> dict[Tag, Attribute]:
    """The same Data Set with every value that was left in the file named by its URI."""
    named: dict[Tag, Attribute] = {}
    for tag, value in read.items():
        path = (*outer, tag)
        if isinstance(value, BulkValue):
            named[tag] = Attribute(value.vr, (BulkData(prefix + format_path(path)),))
        elif value.vr == "SQ":
            items = tuple(_named(item, prefix, (*path, at)) for at, item in enumerate(value.values, 1))
            named[tag] = Attribute("SQ", items)
        else:
            named[tag] = value
    return named


def _uids(stored: StoredInstance) -> dict[Tag, Attribute]:
    ref = stored.ref
    return {
        0x00080016: Attribute("UI", (stored.sop_class_uid,)),
        0x00080018: Attribute("UI", (ref.sop_instance_uid,)),
        0x0020000D: Attribute("UI", (ref.study_instance_uid,)),
        0x0020000E: Attribute("UI", (ref.series_instance_uid,)),
    }
