"""De-identification by the Basic Application Level Confidentiality Profile (PS3.15 annex E)."""

from __future__ import annotations

import hashlib
import hmac
import mmap
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any, Final, TypeAlias

from readingroom.dataset import Buffer, BulkValue, DataSet, read_dataset, transcode, vr_of
from readingroom.errors import Unsupported
from readingroom.model import Attribute, Attributes, InstanceRef, StoredInstance, Tag
from readingroom.standard.confidentiality import EDITION, PROFILE_CODE, Action, action_of
from readingroom.standard.contents import CONTENTS, content_of
from readingroom.standard.sop_classes import storage_classes
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, UNCOMPRESSED

from .image_pixel import hides_overlays
from .transcoding import Rewritten
from .whole import MOST_BYTES

_IN_MEMORY: Final = 1 << 25
_STUDY, _SERIES, _INSTANCE, _PATIENT_ID = 0x0020000D, 0x0020000E, 0x00080018, 0x00100020
_BURNED_IN, _IMAGE_TYPE = 0x00280301, 0x00080008
_PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_OF_THE_STANDARD: Final = "1.2.840.10008."
_DUMMY: Final = "ANONYMIZED"
_DUMMIES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), _DUMMY),
    "AS": "000Y",
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "UR": "http://anonymized.invalid",
    **dict.fromkeys(("DS", "IS"), "0"),
    **dict.fromkeys(("FD", "FL"), 0.0),
    **dict.fromkeys(("AT", "SL", "SS", "SV", "UL", "US", "UV"), 0),
}
_BURNS_IN: Final = (
    "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture, all of them
    "1.2.840.10008.5.1.4.1.1.3.1",  # Ultrasound Multi-frame
    "1.2.840.10008.5.1.4.1.1.6.1",  # Ultrasound
    "1.2.840.10008.5.1.4.1.1.77.1.1.1",  # Video Endoscopic
    "1.2.840.10008.5.1.4.1.1.77.1.2.1",  # Video Microscopic
    "1.2.840.10008.5.1.4.1.1.77.1.4.1",  # Video Photographic
)
"""Classes, and those below them, whose pixels often show names when Burned In Annotation does not say NO."""
_VOICES: Final = frozenset({"1.2.840.10008.5.1.4.1.1.9.4.1", "1.2.840.10008.5.1.4.1.1.9.4.2"})
_TEXTS: Final = frozenset({CONTENTS["document"].name, CONTENTS["encapsulated document"].name})
_CAPTURED: Final = frozenset({"SCREEN SAVE", "SCREEN_SAVE", "DOSE_INFO"})

Made: TypeAlias = Attribute | None


@dataclass(frozen=True, slots=True)
class Deidentified:
    """An object without identity: its Data Set, and how that would be stored.

    stored: with the new UIDs; its Data Set begins at 0 of `data_set.file`.
    """

    stored: StoredInstance
    data_set: Rewritten


def why_not_deidentified(stored: StoredInstance, attributes: Attributes) -> str | None:
    """Why the profile alone cannot make an object safe to give away, as a sentence; None when it can.

    It cleans attributes, not pixels, sound or free text: those take the options of PS3.15 E.3, which are not
    done here. attributes: Burned In Annotation, Image Type and the overlays' are looked at.
    """
    uid, content = stored.sop_class_uid, content_of(stored.sop_class_uid)
    if uid not in storage_classes():
        return "Objects of a SOP class that is not known cannot be de-identified."
    if content is not None and content.name in _TEXTS:
        return "Reports and documents hold text that may name people; they are not de-identified."
    if uid in _VOICES:
        return "A voice identifies; audio is not de-identified."
    if not stored.number_of_frames:
        return None
    said = _first(attributes, _BURNED_IN)
    if said == "YES":
        return "Burned In Annotation is YES: the pixels may show who it is."
    if said != "NO" and _is_likely_to_show_names(stored, attributes):
        return "Pixels of this kind often show names, and Burned In Annotation does not say NO."
    if hides_overlays(attributes):
        return "Overlays lie in unused bits of the pixels and may show who it is."
    return None


def deidentified(file: IO[bytes], stored: StoredInstance, key: bytes) -> Deidentified:
    """The object under new UIDs, without what the profile protects.

    file: the whole stored object. key: the installation's; the same key gives the same new UIDs and Patient
    ID, so that references still meet and studies stay together, and nobody without it can tell the old from
    the new. What is uncompressed comes in Explicit VR Little Endian, else the transfer syntax stays. The
    caller closes the file.

    Raises Unsupported where `why_not_deidentified` has a reason, Invalid when the object cannot be read.
    """
    syntax = EXPLICIT_LE if stored.transfer_syntax_uid in UNCOMPRESSED else stored.transfer_syntax_uid
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 the caller closes it
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
            new_uids = _write(buffer, stored, syntax, target.write, key)
        length = target.tell()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    ref = InstanceRef(*(new_uids(uid) for uid in (
        stored.ref.study_instance_uid, stored.ref.series_instance_uid, stored.ref.sop_instance_uid
    )))  # fmt: skip
    described = replace(
        stored, ref=ref, transfer_syntax_uid=syntax, size=length, dataset_offset=0, pixel_offset=None
    )
    return Deidentified(described, Rewritten(target, length))


def _write(
    buffer: Buffer, stored: StoredInstance, syntax: str, write: Callable[[bytes], object], key: bytes
) -> Callable[[str], str]:
    source, start = stored.transfer_syntax_uid, stored.dataset_offset
    read = read_dataset(buffer, source, start=start, bulk_above=MOST_BYTES)
    known = {tag: value for tag, value in read.items() if isinstance(value, Attribute)}
    if (why := why_not_deidentified(stored, known)) is not None:
        raise Unsupported(why)
    cleaning = _Cleaning(key)
    looked_at = {tag: value for tag, value in read.items() if not _passes(tag, value)}
    made = cleaning.data_set(looked_at)
    without = frozenset(looked_at.keys() - made.keys())
    instead = {tag: new for tag, new in made.items() if new != read.get(tag)} | _marks(
        cleaning.patient_id(known)
    )
    transcode(buffer, source, syntax, write, start=start, instead=instead, without=without)
    return cleaning.uid


def _passes(tag: Tag, value: Attribute | BulkValue) -> bool:
    """Whether it is left to the stream: pixels, and what is as long and nothing that the profile protects."""
    return isinstance(value, BulkValue) and action_of(tag) is Action.KEEP


def _marks(patient_id: Made) -> dict[Tag, Attribute]:
    """What says that identity was removed, and how (E.1.1; PS3.3 C.7.1.1)."""
    value, scheme, meaning = PROFILE_CODE
    code = {
        0x00080100: Attribute("SH", (value,)),
        0x00080102: Attribute("SH", (scheme,)),
        0x00080104: Attribute("LO", (meaning,)),
    }
    marks = {
        0x00120062: Attribute("CS", ("YES",)),
        0x00120063: Attribute("LO", (f"Basic Application Level, {EDITION}",)),
        0x00120064: Attribute("SQ", (code,)),
        0x00280303: Attribute("CS", ("REMOVED",)),
    }
    return marks if patient_id is None else marks | {_PATIENT_ID: patient_id}


class _Cleaning:
    """One pass over a Data Set; what it makes follows from the key alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def uid(self, old: str) -> str:
        """The new UID that always stands for the old one; those of the standard itself stay (E.1.1)."""
        if not old or old.startswith(_OF_THE_STANDARD):
            return old
        made = bytearray(self._digest("uid", old)[:16])
        made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80  # a UUID of version 8, PS3.5 B.2
        return f"2.25.{int.from_bytes(made, 'big')}"

    def patient_id(self, known: Attributes) -> Made:
        """A Patient ID that keeps patients apart; None when the object has none."""
        old = _first(known, _PATIENT_ID)
        if _PATIENT_ID not in known:
            return None
        return Attribute("LO", (f"{_DUMMY}-{self._digest('patient', old)[:5].hex().upper()}",) if old else ())

    def data_set(self, data: DataSet) -> dict[Tag, Attribute]:
        """What stays of a Data Set or Item."""
        made = {}
        for tag, value in data.items():
            new = self._attribute(tag, value)
            if new is not None:
                made[tag] = new
        return made

    def _attribute(self, tag: Tag, value: Attribute | BulkValue) -> Made:
        match action_of(tag):
            case Action.REMOVE:
                return None
            case Action.EMPTY:
                return Attribute(value.vr, ())
            case Action.DUMMY:
                return self._dummy(tag, value)
            case Action.UID:
                return self._new_uids(value)
            case Action.KEEP:
                return self._kept(tag, value)

    def _kept(self, tag: Tag, value: Attribute | BulkValue) -> Made:
        if isinstance(value, BulkValue):
            if tag in _PIXELS:
                return None  # a picture in a sequence: nobody says that no name is in it
            raise Unsupported("A value is too long to be looked through.", tag=tag)
        if value.vr == "SQ":
            return Attribute("SQ", tuple(self.data_set(item) for item in value.values))
        if value.vr == "UN" and vr_of(tag) != "UN":
            return None  # what does not have its own form may be anything
        return value

    def _new_uids(self, value: Attribute | BulkValue) -> Made:
        if not isinstance(value, Attribute):
            return None
        return Attribute("UI", tuple(self.uid(str(one).strip()) for one in value.values))

    def _dummy(self, tag: Tag, value: Attribute | BulkValue) -> Attribute:
        """A value of that VR that says nothing; an empty one stays empty."""
        if isinstance(value, Attribute) and (not value.values or value.values == ("",)):
            return Attribute(value.vr, ())
        if isinstance(value, Attribute) and value.vr == "SQ":
            return Attribute("SQ", tuple(self._dummies(item) for item in value.values))
        if value.vr == "UI" and isinstance(value, Attribute):
            return self._new_uids(value) or value
        return Attribute(value.vr, (_DUMMIES.get(value.vr, b"\0\0"),))

    def _dummies(self, item: DataSet) -> dict[Tag, Attribute]:
        return {
            tag: self._dummy(tag, value)
            for tag, value in item.items()
            if action_of(tag) is not Action.REMOVE and not isinstance(value, BulkValue)
        }

    def _digest(self, *words: str) -> bytes:
        return hmac.new(self._key, "\0".join(words).encode(), hashlib.sha256).digest()


def _is_likely_to_show_names(stored: StoredInstance, attributes: Attributes) -> bool:
    uid = stored.sop_class_uid
    image_type = {str(value).strip().upper() for value in _values(attributes, _IMAGE_TYPE)}
    return any(uid == one or uid.startswith(one + ".") for one in _BURNS_IN) or bool(image_type & _CAPTURED)


def _values(attributes: Attributes, tag: Tag) -> Iterable[Any]:
    attribute = attributes.get(tag)
    return attribute.values if attribute is not None else ()


def _first(attributes: Attributes, tag: Tag) -> str:
    return next((str(value).strip() for value in _values(attributes, tag)), "")
