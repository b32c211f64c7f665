"""Hanging protocols of everybody and of each: kept, shared, given as objects, taken from objects."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from readingroom.archive import Archive
from readingroom.dataset import DataSet, read_dataset, read_file_meta
from readingroom.errors import Conflict, Invalid, NotFound, Refused
from readingroom.index import Database, StoredHanging, hangings
from readingroom.model import Attribute, Attributes, Hanging, Selection, Tag
from readingroom.objects import Imported, Maker, hanging_object, read_hanging
from readingroom.standard.hanging import HANGING_PROTOCOL
from readingroom.standard.implementation import NON_PATIENT_STUDY

from .hanging_form import hanging_from_json, hanging_to_json

MOST: Final = 200
LONGEST: Final = 131072
"""Bytes of one hanging as JSON."""
MOST_STORED: Final = 500


@dataclass(frozen=True, slots=True)
class KeptHanging:
    """A hanging with its key. damage: why its row cannot be read; it then has no screens."""

    pk: int
    shared: bool
    hanging: Hanging
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an object says, not kept yet. notes: sentences about what could not be taken over."""

    hanging: Hanging
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A Hanging Protocol object in the archive."""

    sop_instance_uid: str
    name: str
    description: str


class HangingBook:
    """Each sees and changes their own; everybody's are seen by all and changed by who `may_share`."""

    def __init__(self, database: Database, archive: Archive) -> None:
        self._database = database
        self._archive = archive

    def of(self, owner: str) -> list[KeptHanging]:
        """One's own in their order, then everybody's."""
        with self._database.reading() as connection:
            return [_kept(row) for row in hangings.seen_by(connection, owner)]

    def add(self, owner: str, hanging: Hanging, *, shared: bool, may_share: bool) -> KeptHanging:
        """Raises Refused where sharing is not allowed, Conflict when the name is taken."""
        new = StoredHanging(0, _owner(owner, shared, may_share), hanging.name, _body(hanging))
        with self._database.writing() as connection:
            return _kept(hangings.add(connection, new, MOST))

    def change(self, owner: str, pk: int, hanging: Hanging, *, shared: bool, may_share: bool) -> KeptHanging:
        """Raises NotFound, and as `add`."""
        with self._database.writing() as connection:
            self._own(hangings.find(connection, pk), owner, may_share)
            changed = StoredHanging(pk, _owner(owner, shared, may_share), hanging.name, _body(hanging))
            hangings.change(connection, changed)
        return KeptHanging(pk, shared, hanging)

    def remove(self, owner: str, pk: int, *, may_share: bool) -> None:
        """Raises NotFound, Refused."""
        with self._database.writing() as connection:
            self._own(hangings.find(connection, pk), owner, may_share)
            hangings.remove(connection, pk)

    def put_in_order(self, owner: str, pks: Sequence[int], *, may_share: bool) -> None:
        """The first is asked first where two are equally good."""
        with self._database.writing() as connection:
            hangings.put_in_order(connection, owner, pks)
            if may_share:
                hangings.put_in_order(connection, "", pks)

    def object_of(self, owner: str, pk: int) -> tuple[str, bytes]:
        """Name and Part 10 file of a new Hanging Protocol object. Raises NotFound, Conflict."""
        with self._database.reading() as connection:
            row = hangings.find(connection, pk)
        if row.owner not in (owner, ""):
            raise NotFound("There is no such hanging.")
        kept = _kept(row)
        if kept.damage:
            raise Conflict(kept.damage)
        maker = Maker(f"2.25.{uuid.uuid4().int}", owner, time.strftime("%Y%m%d%H%M%S"), kept.shared)
        return kept.hanging.name, hanging_object(kept.hanging, maker, _body(kept.hanging))

    def read_object(self, file: bytes) -> Taken:
        """What a Part 10 file of anybody says. Raises Invalid with a sentence."""
        meta = read_file_meta(file)
        if meta is None:
            raise Invalid("This is no DICOM file.")
        return _taken(read_dataset(file, meta.transfer_syntax_uid, start=meta.dataset_offset))

    def stored(self) -> list[StoredObject]:
        """Hanging Protocol objects in the archive."""
        found = self._archive.instances(_all_stored())[:MOST_STORED]
        told = []
        for one in found:
            attributes = self._archive.read_attributes(one)
            name, description = (_words(attributes, tag) for tag in (0x00720002, 0x00720004))
            told.append(StoredObject(one.ref.sop_instance_uid, name, description))
        return told

    def read_stored(self, sop_instance_uid: str) -> Taken:
        """As `read_object`, of one in the archive. Raises NotFound, Invalid."""
        selection = Selection(
            study_instance_uids=(NON_PATIENT_STUDY,),
            series_instance_uids=(HANGING_PROTOCOL,),
            sop_instance_uids=(sop_instance_uid,),
        )
        found = self._archive.instances(selection)
        if not found:
            raise NotFound("There is no such hanging protocol here.")
        return _taken(self._archive.read_attributes(found[0]))

    @staticmethod
    def _own(row: StoredHanging, owner: str, may_share: bool) -> None:
        if row.owner == "" and not may_share:
            raise Refused("Hangings of everybody are changed by administrators.")
        if row.owner not in (owner, ""):
            raise NotFound("There is no such hanging.")


def _all_stored() -> Selection:
    return Selection(study_instance_uids=(NON_PATIENT_STUDY,), series_instance_uids=(HANGING_PROTOCOL,))


def _owner(owner: str, shared: bool, may_share: bool) -> str:
    if shared and not may_share:
        raise Refused("Hangings are shared by administrators.")
    return "" if shared else owner


def _body(hanging: Hanging) -> str:
    body = orjson.dumps(hanging_to_json(hanging)).decode()
    if len(body) > LONGEST:
        raise Invalid(f"This hanging is {len(body)} characters long; at most {LONGEST} are kept.")
    return body


def _kept(row: StoredHanging) -> KeptHanging:
    try:
        return KeptHanging(row.pk, row.owner == "", hanging_from_json(orjson.loads(row.body)))
    except (Invalid, orjson.JSONDecodeError) as error:
        damage = f"Its row in the index is damaged: {error}"
        return KeptHanging(row.pk, row.owner == "", Hanging(row.name, (), ()), damage)


def _taken(attributes: Attributes | DataSet) -> Taken:
    """Our own export is taken whole when its standard attributes still say the same."""
    whole = {tag: value for tag, value in attributes.items() if isinstance(value, Attribute)}
    imported = read_hanging(whole)
    own = _own_whole(imported)
    if own is not None:
        return Taken(own, ())
    # Read back through the form: what others write may be too long for us.
    return Taken(hanging_from_json(hanging_to_json(imported.hanging)), tuple(imported.notes))


def _own_whole(imported: Imported) -> Hanging | None:
    if not imported.whole:
        return None
    try:
        own = hanging_from_json(orjson.loads(imported.whole))
        again = hanging_object(own, Maker("2.25.1", "", "20000101000000", shared=False), "")
    except (Invalid, Conflict, orjson.JSONDecodeError):
        return None
    meta = read_file_meta(again)
    assert meta is not None
    said = read_dataset(again, meta.transfer_syntax_uid, start=meta.dataset_offset)
    same = read_hanging({tag: value for tag, value in said.items() if isinstance(value, Attribute)}).hanging
    return own if same == imported.hanging else None


def _words(attributes: Attributes, tag: Tag) -> str:
    found = attributes.get(tag)
    return str(found.first or "").strip() if isinstance(found, Attribute) else ""
