"""Instance Availability Notifications as Data Sets, read and written. PS3.4 table R.3.2-1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from readingroom.dataset import read_identifier, write_dataset
from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, StoredInstance, Tag

from .mandatory import mandatory_items, mandatory_text, mandatory_uid

INSTANCE_AVAILABILITY = "1.2.840.10008.5.1.4.33"
"""The SOP class."""

_PERFORMED_PROCEDURE_STEPS: Tag = 0x00081111
_STUDY: Tag = 0x0020000D
_SERIES_SEQUENCE: Tag = 0x00081115
_SERIES: Tag = 0x0020000E
_SOP_SEQUENCE: Tag = 0x00081199
_CLASS_UID: Tag = 0x00081150
_INSTANCE_UID: Tag = 0x00081155
_AVAILABILITY: Tag = 0x00080056
_RETRIEVE_AE_TITLE: Tag = 0x00080054


class Availability(Enum):
    """Instance Availability (0008,0056). PS3.3 C.4.23.1.1."""

    ONLINE = "ONLINE"
    NEARLINE = "NEARLINE"
    OFFLINE = "OFFLINE"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class NoticedInstance:
    """How one instance can be had, and from which AE titles."""

    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    availability: Availability
    retrieve_ae_titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification: instances of one study, by series."""

    study_instance_uid: str
    instances: tuple[NoticedInstance, ...]

    @property
    def series(self) -> dict[str, list[NoticedInstance]]:
        """The instances of each series, in the order they were named."""
        found: dict[str, list[NoticedInstance]] = {}
        for one in self.instances:
            found.setdefault(one.series_instance_uid, []).append(one)
        return found


def notices_of(
    instances: Iterable[StoredInstance], availability: Availability, retrieve_ae_title: str
) -> list[Notice]:
    """What to tell of stored instances: one notice for each study."""
    studies: dict[str, list[NoticedInstance]] = {}
    for stored in instances:
        ref = stored.ref
        studies.setdefault(ref.study_instance_uid, []).append(
            NoticedInstance(
                ref.series_instance_uid,
                stored.sop_class_uid,
                ref.sop_instance_uid,
                availability,
                (retrieve_ae_title,),
            )
        )
    return [Notice(study, tuple(named)) for study, named in studies.items()]


def read_notice(raw: bytes, transfer_syntax_uid: str) -> Notice:
    """Raises Missing, Empty, and Invalid for a value that cannot be.

    Referenced Performed Procedure Step Sequence (type 2) is not asked for: nothing here depends on it.
    """
    attributes = read_identifier(raw, transfer_syntax_uid)
    study = mandatory_uid(attributes, _STUDY)
    found = []
    for series in mandatory_items(attributes, _SERIES_SEQUENCE):
        uid = mandatory_uid(series, _SERIES)
        found += [_read_instance(uid, item) for item in mandatory_items(series, _SOP_SEQUENCE)]
    return Notice(study, tuple(found))


def _read_instance(series_instance_uid: str, item: Attributes) -> NoticedInstance:
    said = mandatory_text(item, _AVAILABILITY)
    try:
        availability = Availability(said)
    except ValueError:
        raise Invalid(f"{said[:16]!r} is no Instance Availability.", tag=_AVAILABILITY) from None
    mandatory_text(item, _RETRIEVE_AE_TITLE)
    titles = tuple(str(value).strip() for value in item[_RETRIEVE_AE_TITLE].values)
    return NoticedInstance(
        series_instance_uid,
        mandatory_uid(item, _CLASS_UID),
        mandatory_uid(item, _INSTANCE_UID),
        availability,
        tuple(title for title in titles if title),
    )


def write_notice(notice: Notice, transfer_syntax_uid: str) -> bytes:
    """The attribute list of the N-CREATE; no performed procedure step is named."""
    series = tuple(
        {_SERIES: Attribute("UI", (uid,)), _SOP_SEQUENCE: _write_instances(named)}
        for uid, named in notice.series.items()
    )
    attributes = {
        _PERFORMED_PROCEDURE_STEPS: Attribute("SQ"),
        _STUDY: Attribute("UI", (notice.study_instance_uid,)),
        _SERIES_SEQUENCE: Attribute("SQ", series),
    }
    return write_dataset(attributes, transfer_syntax_uid)


def _write_instances(named: Sequence[NoticedInstance]) -> Attribute:
    items = tuple(
        {
            _CLASS_UID: Attribute("UI", (one.sop_class_uid,)),
            _INSTANCE_UID: Attribute("UI", (one.sop_instance_uid,)),
            _AVAILABILITY: Attribute("CS", (one.availability.value,)),
            _RETRIEVE_AE_TITLE: Attribute("AE", one.retrieve_ae_titles),
        }
        for one in named
    )
    return Attribute("SQ", items)
