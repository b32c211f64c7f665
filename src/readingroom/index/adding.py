"""Instances into the index, many in one transaction.

What the first object of a study, series or patient said stands; later ones fill what was empty. Counts and
lists (modalities, SOP classes, transfer syntaxes) grow with every object.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from readingroom.model import (
    Attribute,
    Attributes,
    Level,
    OutcomeKind,
    PersonName,
    date_key,
    normalise_name,
    time_key,
)

from .events import WARNING, Event, row_of
from .identities import Identities
from .record import Record, dump, load, pack_frames
from .schema import change, event, frame_index, instance, patient, revision, series, study, study_modality
from .wording import study_words

_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one record; `obsolete` is a blob that is not needed, because it was here already."""

    kind: OutcomeKind
    obsolete: str | None = None


@dataclass(slots=True)
class _Parent:
    """A study or series row while a batch adds to it."""

    pk: int
    row: dict[str, Any]
    instances: int = 0
    frames: int = 0
    bytes: int = 0
    children: int = 0
    classes: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    body_parts: set[str] = field(default_factory=set)
    filled: dict[str, Any] = field(default_factory=dict)
    received: float = 0.0
    version: int = 0


def text(attributes: Attributes, tag: int) -> str:
    """The first value as text without padding, empty when there is none."""
    found = attributes.get(tag)
    value = found.first if found else None
    return "" if value is None else str(value).strip()


def name_columns(name: str) -> dict[str, str]:
    """The three folded component groups of a name, as they are searched."""
    groups = PersonName.parse(name)
    return {
        "name_alphabetic": normalise_name(groups.alphabetic),
        "name_ideographic": normalise_name(groups.ideographic),
        "name_phonetic": normalise_name(groups.phonetic),
    }


def _patient_columns(attributes: Attributes) -> dict[str, Any]:
    return {
        "patient_id": text(attributes, 0x00100020),
        "issuer": text(attributes, 0x00100021),
        **name_columns(text(attributes, 0x00100010)),
        "birth_date": date_key(text(attributes, 0x00100030)),
        "sex": text(attributes, 0x00100040),
    }


def study_columns(patient_level: Attributes, study_level: Attributes) -> dict[str, Any]:
    """What a row of studies says of itself; lists, counts and words come with what is below it."""
    columns = _patient_columns(patient_level) | {
        "study_date": date_key(text(study_level, 0x00080020)),
        "study_time": time_key(text(study_level, 0x00080030)),
        "accession_number": text(study_level, 0x00080050),
        "study_id": text(study_level, 0x00200010),
        "description": text(study_level, 0x00081030),
        "referring": normalise_name(text(study_level, 0x00080090).replace("=", " ")),
    }
    columns["attributes"] = dump({**patient_level, **study_level})
    return columns


def _series_columns(attributes: Attributes) -> dict[str, Any]:
    return {
        "modality": text(attributes, 0x00080060),
        "number": text(attributes, 0x00200011),
        "description": text(attributes, 0x0008103E),
        "series_date": date_key(text(attributes, 0x00080021)),
        "series_time": time_key(text(attributes, 0x00080031)),
        "body_part": text(attributes, 0x00180015),
        "attributes": dump(attributes),
    }


def _instance_row(record: Record, series_pk: int) -> dict[str, Any]:
    stored, attributes = record.stored, record.levels[Level.IMAGE]
    return {
        "uid": stored.ref.sop_instance_uid,
        "series_pk": series_pk,
        "sop_class": stored.sop_class_uid,
        "number": text(attributes, 0x00200013),
        "content_date": date_key(text(attributes, 0x00080023)),
        "content_time": time_key(text(attributes, 0x00080033)),
        "transfer_syntax": stored.transfer_syntax_uid,
        "blob": stored.blob,
        "size": stored.size,
        "dataset_offset": stored.dataset_offset,
        "pixel_offset": stored.pixel_offset,
        "frames": stored.number_of_frames,
        "sha256": stored.sha256,
        "origin": _origin_text(record),
        "received": record.received,
        "attributes": dump(attributes),
    }


def _origin_text(record: Record) -> str:
    origin = record.origin
    return "|".join((origin.kind.value, origin.caller, origin.address, origin.called))


_find_studies = select(study).where(study.c.uid.in_(bindparam("uids", expanding=True)))
_find_series = select(series).where(series.c.study_pk.in_(bindparam("studies", expanding=True)))
_find_series = _find_series.where(series.c.uid.in_(bindparam("uids", expanding=True)))
_find_instances = select(
    instance.c.id, instance.c.uid, instance.c.series_pk, instance.c.sha256, instance.c.blob,
    instance.c.revision, instance.c.transfer_syntax, instance.c.size, instance.c.dataset_offset,
    instance.c.origin, instance.c.received, instance.c.frames,
).where(instance.c.uid.in_(bindparam("uids", expanding=True)))  # fmt: skip
_insert_instance = insert(instance)
_elsewhere = (
    select(instance.c.uid, series.c.uid.label("series_uid"), study.c.uid.label("study_uid"))
    .join(series, series.c.id == instance.c.series_pk)
    .join(study, study.c.id == series.c.study_pk)
    .where(instance.c.uid == bindparam("sop"), instance.c.series_pk != bindparam("series"))
)


class Batch:
    """One transaction's worth of records; used once."""

    def __init__(self, connection: Connection, at: float) -> None:
        self._connection = connection
        self._identities = Identities(connection)
        self._at = at
        self._studies: dict[str, _Parent] = {}
        self._series: dict[tuple[int, str], _Parent] = {}
        self._instances: dict[tuple[int, str], dict[str, Any]] = {}
        self._new: dict[tuple[int, str], dict[str, Any]] = {}
        self._known_sops: set[str] = set()
        self._changed: dict[tuple[str, str], int] = {}
        self._events: list[dict[str, Any]] = []
        self._frames: list[dict[str, Any]] = []

    def add(self, records: Sequence[Record]) -> list[Added]:
        """Write all records and what follows from them; one outcome per record, in order."""
        self._load(records)
        outcomes = [self._add(record) for record in records]
        if self._new:
            self._connection.execute(_insert_instance, list(self._new.values()))
        self._write_parents()
        self._write_changes()
        return outcomes

    def _load(self, records: Sequence[Record]) -> None:
        refs = [record.stored.ref for record in records]
        run = self._connection.execute
        for row in run(_find_studies, {"uids": sorted({ref.study_instance_uid for ref in refs})}):
            self._studies[row.uid] = _parent(row)
        if self._studies:
            pks = [parent.pk for parent in self._studies.values()]
            uids = sorted({ref.series_instance_uid for ref in refs})
            for row in run(_find_series, {"studies": pks, "uids": uids}):
                self._series[row.study_pk, row.uid] = _parent(row)
        for row in run(_find_instances, {"uids": sorted({ref.sop_instance_uid for ref in refs})}):
            self._instances[row.series_pk, row.uid] = dict(row._mapping)
            self._known_sops.add(row.uid)

    def _add(self, record: Record) -> Added:
        ref = record.stored.ref
        parent_study = self._studies.get(ref.study_instance_uid) or self._new_study(record)
        key = (parent_study.pk, ref.series_instance_uid)
        parent_series = self._series.get(key) or self._new_series(record, parent_study)
        place = (parent_series.pk, ref.sop_instance_uid)
        known = self._instances.get(place)
        if known is not None and known["sha256"] == record.stored.sha256:
            # Two copies of one object can also be two rows of one journal: the same blob adopted twice.
            same_blob = known["blob"] == record.stored.blob
            return Added(OutcomeKind.IDENTICAL, None if same_blob else record.stored.blob)
        if known is not None and self._was_current_once(known, record):
            return Added(OutcomeKind.IDENTICAL, record.stored.blob)
        self._fill(parent_study, parent_series, record)
        row = _instance_row(record, parent_series.pk)
        changed = (ref.study_instance_uid, ref.series_instance_uid)
        self._changed[changed] = self._changed.get(changed, 0) + (known is None)
        self._count(parent_study, parent_series, record, known)
        if record.frames is not None:
            self._frames.append({"blob": record.stored.blob, "packed": pack_frames(record.frames)})
        if known is None:
            self._warn_when_elsewhere(record, parent_series)
            row["id"] = self._identities.take(instance)
            self._new[place] = row
            self._instances[place] = row | {"revision": 0}
            self._known_sops.add(ref.sop_instance_uid)
            return Added(OutcomeKind.STORED)
        self._revise(place, known, row, record)
        return Added(OutcomeKind.REVISED)

    def _was_current_once(self, known: dict[str, Any], record: Record) -> bool:
        """Whether this content is an earlier revision: sent once more it changes nothing."""
        if "id" not in known or not known["revision"]:
            return False
        same = select(revision.c.blob).where(
            revision.c.instance_pk == known["id"], revision.c.sha256 == record.stored.sha256
        )
        found = self._connection.execute(same).scalar()
        return found is not None and found != record.stored.blob

    def _new_study(self, record: Record) -> _Parent:
        patient_level, study_level = record.levels[Level.PATIENT], record.levels[Level.STUDY]
        row = study_columns(patient_level, study_level) | {
            "uid": record.stored.ref.study_instance_uid,
            "patient_pk": self._patient(record),
            "source": record.origin.caller,
            "received_first": record.received,
            "received_last": record.received,
        }
        pk = self._insert_one(study, row | {"id": self._identities.take(study)})
        parent = _Parent(pk, row | self._empty())
        self._studies[row["uid"]] = parent
        return parent

    def _patient(self, record: Record) -> int:
        columns = _patient_columns(record.levels[Level.PATIENT])
        number = columns["patient_id"]
        # Objects without a Patient ID belong to nobody else: each such study is a patient of its own.
        key = f"{columns['issuer']}|{number}" if number else f"?{record.stored.ref.study_instance_uid}"
        found = self._connection.execute(select(patient.c.id).where(patient.c.key == key)).scalar()
        if found is not None:
            return int(found)
        row = columns | {"key": key, "attributes": dump(record.levels[Level.PATIENT])}
        return self._insert_one(patient, row)

    def _new_series(self, record: Record, parent_study: _Parent) -> _Parent:
        row = _series_columns(record.levels[Level.SERIES]) | {
            "uid": record.stored.ref.series_instance_uid,
            "study_pk": parent_study.pk,
            "received_last": record.received,
        }
        pk = self._insert_one(series, row | {"id": self._identities.take(series)})
        parent = _Parent(pk, row | self._empty())
        self._series[parent_study.pk, row["uid"]] = parent
        parent_study.children += 1
        return parent

    def _empty(self) -> dict[str, Any]:
        """Versions begin with the time: a series that was deleted and comes anew must not repeat one."""
        return _EMPTY | {"version": int(self._at * 1000)}

    def _insert_one(self, table: Any, row: dict[str, Any]) -> int:
        result = self._connection.execute(insert(table), row)
        key = result.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _fill(self, parent_study: _Parent, parent_series: _Parent, record: Record) -> None:
        """Complete what earlier objects left empty, comparing only while something is empty."""
        patient_level, study_level, series_level, _ = record.levels
        if any(not parent_study.row[name] for name in _STUDY_FILLS):
            merged = _merged(parent_study.row["attributes"], {**patient_level, **study_level})
            if merged is not None:
                columns = study_columns(merged, merged) | {"attributes": dump(merged)}
                parent_study.filled |= columns
                parent_study.row |= columns
        if any(not parent_series.row[name] for name in _SERIES_FILLS):
            merged = _merged(parent_series.row["attributes"], series_level)
            if merged is not None:
                columns = _series_columns(merged)
                parent_series.filled |= columns
                parent_series.row |= columns

    def _count(
        self, parent_study: _Parent, parent_series: _Parent, record: Record, known: dict[str, Any] | None
    ) -> None:
        stored = record.stored
        for parent in (parent_study, parent_series):
            parent.instances += known is None
            parent.frames += stored.number_of_frames - (known["frames"] if known else 0)
            parent.bytes += stored.size
            parent.classes.add(stored.sop_class_uid)
            parent.received = max(parent.received, record.received)
            parent.version += 1
        parent_study.others.add(parent_series.row["modality"])
        parent_study.body_parts.add(parent_series.row["body_part"])
        parent_series.others.add(stored.transfer_syntax_uid)

    def _revise(self, place: _Key, known: dict[str, Any], row: dict[str, Any], record: Record) -> None:
        """Keep the former content as a revision and make the new one current."""
        if place in self._new:  # both came in this very batch: the first is not in its table yet
            self._connection.execute(_insert_instance, self._new.pop(place))
            found = self._connection.execute(_find_instances, {"uids": [place[1]]})
            known = next(dict(r._mapping) for r in found if r.series_pk == place[0])
        names = ("blob", "sha256", "transfer_syntax", "size", "dataset_offset", "origin", "received")
        former = {name: known[name] for name in names}
        self._connection.execute(
            insert(revision), former | {"instance_pk": known["id"], "number": known["revision"]}
        )
        row["revision"] = known["revision"] + 1
        self._connection.execute(update(instance).where(instance.c.id == known["id"]), row)
        self._instances[place] = row | {"id": known["id"]}
        self._note("revised", record, "The same SOP Instance UID arrived with other content; both are kept.")

    def _warn_when_elsewhere(self, record: Record, parent_series: _Parent) -> None:
        sop = record.stored.ref.sop_instance_uid
        if sop not in self._known_sops:
            return
        rows = self._connection.execute(_elsewhere, {"sop": sop, "series": parent_series.pk})
        for row in rows:
            self._note(
                "duplicate uid",
                record,
                f"This SOP Instance UID is also in series {row.series_uid} of study {row.study_uid}.",
            )

    def _note(self, kind: str, record: Record, sentence: str) -> None:
        origin, subject = record.origin, record.stored.ref.sop_instance_uid
        told = Event(
            self._at, kind, origin.caller, subject, sentence, outcome=WARNING, address=origin.address,
            facts={"studies": [record.stored.ref.study_instance_uid]},
        )  # fmt: skip
        self._events.append(row_of(told))

    def _write_parents(self) -> None:
        for parent in self._studies.values():
            if parent.version:
                self._update_study(parent)
        for parent in self._series.values():
            if parent.version:
                row = parent.row
                self._connection.execute(
                    update(series).where(series.c.id == parent.pk),
                    parent.filled
                    | {
                        "sop_classes": _union(row["sop_classes"], parent.classes),
                        "transfer_syntaxes": _union(row["transfer_syntaxes"], parent.others),
                        "instance_count": row["instance_count"] + parent.instances,
                        "frame_count": row["frame_count"] + parent.frames,
                        "bytes": row["bytes"] + parent.bytes,
                        "received_last": parent.received,
                        "version": row["version"] + parent.version,
                    },
                )

    def _update_study(self, parent: _Parent) -> None:
        row = parent.row
        modalities = _union(row["modalities"], parent.others)
        body_parts = _union(row["body_parts"], parent.body_parts)
        lists = {"modalities": modalities, "body_parts": body_parts}
        self._connection.execute(
            update(study).where(study.c.id == parent.pk),
            parent.filled
            | lists
            | {
                "words": study_words(row | lists),
                "sop_classes": _union(row["sop_classes"], parent.classes),
                "series_count": row["series_count"] + parent.children,
                "instance_count": row["instance_count"] + parent.instances,
                "bytes": row["bytes"] + parent.bytes,
                "received_last": parent.received,
                "version": row["version"] + parent.version,
            },
        )
        redated = bool(parent.filled)
        if modalities != row["modalities"] or redated:
            if redated:
                gone = study_modality.delete().where(study_modality.c.study_pk == parent.pk)
                self._connection.execute(gone)
                old: set[str] = set()
            else:
                old = set(row["modalities"].split("\\"))
            rows = [
                {
                    "modality": modality,
                    "study_date": row["study_date"],
                    "study_time": row["study_time"],
                    "study_pk": parent.pk,
                }
                for modality in modalities.split("\\")
                if modality and modality not in old
            ]
            if rows:
                self._connection.execute(insert(study_modality), rows)

    def _write_changes(self) -> None:
        if self._changed:
            self._connection.execute(
                insert(change),
                [
                    {"kind": "stored", "study_uid": s, "series_uid": e, "instances": count, "at": self._at}
                    for (s, e), count in self._changed.items()
                ],
            )
        if self._events:
            self._connection.execute(insert(event), self._events)
        if self._frames:
            self._connection.execute(insert(frame_index), self._frames)


_EMPTY = {
    "modalities": "", "body_parts": "", "sop_classes": "", "transfer_syntaxes": "", "series_count": 0,
    "instance_count": 0, "frame_count": 0, "bytes": 0,
}  # fmt: skip
_STUDY_FILLS = (
    "patient_id", "name_alphabetic", "birth_date", "sex", "study_date", "study_time", "accession_number",
    "study_id", "description", "referring",
)  # fmt: skip
_SERIES_FILLS = ("number", "description", "series_date", "series_time", "body_part")


def _parent(row: Row[Any]) -> _Parent:
    return _Parent(row.id, dict(row._mapping), received=row.received_last)


def _merged(stored: str, new: Attributes) -> dict[int, Attribute] | None:
    """The stored attributes completed by new ones; None when nothing is gained."""
    old = load(stored)
    gained = {
        tag: attribute
        for tag, attribute in new.items()
        if attribute.values and not (tag in old and old[tag].values)
    }
    return old | gained if gained else None


def _union(joined: str, more: Iterable[str]) -> str:
    """A backslash-joined list with more entries, in order of first appearance."""
    known = [part for part in joined.split("\\") if part]
    added = itertools.chain(known, sorted(part for part in more if part and part not in known))
    return "\\".join(added)
