"""Delete, restore and purge, for whoever may.

The index says what is deleted. Beside the blobs each deletion has a note that names its files, who deleted
them, when and why: an index that is made anew from the files learns it from there. The note is written
after the deletion is in the index and goes before it leaves it, so that none outlives what it tells of; one
that is missing is written again by `tidy`. A purge is decided in the index first, then files go, then
rows: one that was cut short is taken up again by `tidy`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

import orjson

from readingroom.blobs import BlobStore
from readingroom.errors import Invalid, NotFound, ReadingRoomError
from readingroom.index import Connection, Database, Event, deleting, events, known_blobs
from readingroom.model import Deletion

log = logging.getLogger("readingroom.archive")

_SUFFIX = ".deletion.json"
_LONGEST_REASON = 500
_AT_ONCE = 500
_DAY = 86400.0
_BLOBS = "blobs"


class Lifecycle:
    """What administrators do with what is stored; every act is in the event log.

    names_in_log: whether the log may tell patient names, and reasons, which may hold them.
    purge_after_days: after which `purge_due` purges what is deleted; 0 for never.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        *,
        names_in_log: bool = True,
        purge_after_days: float = 0.0,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._names = names_in_log
        self.purge_after_days = purge_after_days

    def delete(
        self,
        study: str,
        series: str = "",
        instance: str = "",
        *,
        by: str,
        why: str = "",
        address: str = "",
    ) -> Deletion:
        """Take a study, a series of it or an instance of that out of everybody's sight; files stay.

        What is stored there afterwards is new and is seen. Raises NotFound when nothing is there, Invalid
        for an instance without its series or a reason of more than 500 characters, Unavailable.
        """
        if instance and not series:
            raise Invalid("An instance is named with its series.")
        why = " ".join(why.split())
        if len(why) > _LONGEST_REASON:
            raise Invalid(f"A reason has at most {_LONGEST_REASON} characters.")
        with self._database.writing() as connection:
            at = time.time()
            wanted = Deletion(f"{time.time_ns():016x}", study, series, instance, by, at, why)
            told = deleting.delete_path(connection, wanted)
            self._tell(connection, "delete", told, by, address, "It can be restored until it is purged.")
        with self._database.writing() as connection:  # after the commit, and before anybody restores it
            if held := deleting.blobs_of(connection, told.key):
                self._note(told, held)
        return told

    def deletions(self, *, limit: int = 100, before: str = "", uid: str = "") -> list[Deletion]:
        """What is deleted, the newest first; before: only those before that key; uid: only of that object."""
        with self._database.reading() as connection:
            return deleting.deletions(connection, limit=limit, before=before, uid=uid)

    def count(self) -> int:
        """How many deletions there are."""
        with self._database.reading() as connection:
            return deleting.count_deletions(connection)

    def find(self, key: str) -> Deletion:
        """Raises NotFound."""
        with self._database.reading() as connection:
            return deleting.find_deletion(connection, key)

    def restore(self, key: str, *, by: str, address: str = "") -> Deletion:
        """Put all of a deletion back as it was.

        Of an instance that was stored again meanwhile, what came last is its content and the rest are its
        revisions. Raises NotFound, also for what is being purged, and Unavailable.
        """
        with self._database.writing() as connection:
            told = deleting.restore(connection, key, time.time())
            self._tell(connection, "restore", told, by, address, "")
            # Gone before the rows are back: a rebuild must never delete again what was restored. Should
            # this transaction fail, `tidy` writes it again.
            self._blobs.drop_note(key + _SUFFIX)
        return told

    def purge(self, key: str, *, by: str, address: str = "", why: str = "") -> Deletion:
        """Remove the files and rows of a deletion for good. Raises NotFound, Unavailable.

        Once it has begun it is finished, by the next `tidy` when this process does not live to.
        why: a sentence for the event log.
        """
        with self._database.writing() as connection:
            told = deleting.begin_purge(connection, key)
            words = f"Its files are removed for good. {why}".rstrip()
            self._tell(connection, "purge", told, by, address, words)
        self._finish_purge(told)
        return told

    def purged_at(self, told: Deletion) -> float | None:
        """When it is purged by itself, in seconds since the epoch; None for never."""
        return told.at + self.purge_after_days * _DAY if self.purge_after_days else None

    def purge_due(self) -> int:
        """Purge what was deleted long enough ago; how many deletions that were."""
        if not self.purge_after_days:
            return 0
        before = time.time() - self.purge_after_days * _DAY
        with self._database.reading() as connection:
            due = deleting.deletions(connection, limit=-1, until=before)
        done = 0
        for told in reversed(due):
            try:
                self.purge(told.key, by="", why=f"It was deleted {_days(told.at)} days ago.")
            except NotFound:
                continue  # somebody restored or purged it meanwhile
            done += 1
        return done

    def tidy(self) -> None:
        """Finish what a process that died has left: purges, and notes that were not written.

        Nobody's deletion is undone: one of which the index knows nothing stays a note, until the index is
        made anew from the files.
        """
        with self._database.writing() as connection:
            every = {told.key: told for told in deleting.deletions(connection, limit=-1)}
            noted = {name.removesuffix(_SUFFIX) for name in self._blobs.notes() if name.endswith(_SUFFIX)}
            for key in every.keys() - noted:
                self._note(every[key], deleting.blobs_of(connection, key))
        for told in every.values():
            if told.is_purging:
                self._finish_purge(told)
        for key, (told, held) in self.noted().items():
            if key in every or not told.is_purging:
                continue
            self._remove(held)
            self._blobs.drop_note(key + _SUFFIX)

    def noted(self) -> Mapping[str, tuple[Deletion, list[str]]]:
        """The deletions that have notes, with their blobs, by key and in order of time."""
        found = {}
        for name in self._blobs.notes():
            if not name.endswith(_SUFFIX):
                continue
            try:
                told, held = _read_note(self._blobs.read_note(name))
            except NotFound:
                continue  # restored this very moment
            except (ValueError, TypeError, KeyError) as error:
                log.error("the note %s of a deletion cannot be read: %s", name, error)
                continue
            found[told.key] = (told, held)
        return found

    def delete_again(self, told: Deletion, held: list[str]) -> None:
        """Delete what a note names, after an index was made anew that found those blobs."""
        try:
            with self._database.writing() as connection:
                deleting.delete_blobs(connection, told, held)
        except NotFound:
            log.warning("of the deletion %s nothing is left on disk", told.key)

    def _finish_purge(self, told: Deletion) -> None:
        with self._database.reading() as connection:
            held = deleting.blobs_of(connection, told.key)
        self._note(replace(told, is_purging=True), held)
        self._remove(held)
        with self._database.writing() as connection:
            deleting.end_purge(connection, told.key)
        self._blobs.drop_note(told.key + _SUFFIX)

    def _remove(self, held: list[str]) -> None:
        """Remove files; those that the index has for what is not deleted are never among them."""
        for some in (held[at : at + _AT_ONCE] for at in range(0, len(held), _AT_ONCE)):
            with self._database.reading() as connection:
                needed = known_blobs(connection, some, with_deleted=False)
            self._blobs.remove_all([blob for blob in some if blob not in needed])

    def _note(self, told: Deletion, held: list[str]) -> None:
        try:
            self._blobs.keep_note(told.key + _SUFFIX, orjson.dumps(asdict(told) | {_BLOBS: held}))
        except ReadingRoomError as error:
            # The deletion is in the index and holds; only an index made anew could not know of it yet.
            log.error("%s It is tried again.", error.sentence)

    def _tell(
        self, connection: Connection, kind: str, told: Deletion, by: str, address: str, words: str
    ) -> None:
        size = f"{told.instance_count} instances of {told.series_count} series"
        sentence = " ".join(filter(None, (f"{told.level.capitalize()} with {size}.", words)))
        if self._names:
            sentence = " ".join((sentence, *_private(told)))
        facts = {"studies": [told.study_instance_uid], "deletion": told.key, "instances": told.instance_count}
        if told.series_instance_uid:
            facts["series"] = told.series_instance_uid
        event = Event(time.time(), kind, by, told.uid, sentence, address=address, facts=facts)
        events.add_events(connection, [event])


def _days(at: float) -> int:
    return int((time.time() - at) / _DAY)


def _private(told: Deletion) -> Iterator[str]:
    if told.patient_name or told.patient_id:
        yield f"Patient {told.patient_name} ({told.patient_id})."
    if told.reason:
        yield f"Reason: {told.reason}"


def _read_note(content: bytes) -> tuple[Deletion, list[str]]:
    """Raises ValueError, TypeError or KeyError for what is no note of a deletion."""
    said = orjson.loads(content)
    held = said.pop(_BLOBS)
    return Deletion(**said | {"modalities": tuple(said["modalities"])}), held
