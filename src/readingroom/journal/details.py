"""What a question or a selection asks for, in words: public ones, and those that may name a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pydicom.datadict import keyword_for_tag

from readingroom.model import Key, Query, Selection
from readingroom.standard import levels

ABOUT = "about"
"""Where the notes of an association keep what the request that is performed asks for."""

STUDY = "study"
"""Where they keep the Study Instance UID of the object that is answered, or was sent, next."""

REFUSAL = "refusal"
"""Where they keep why the object that is answered next is refused, or warned of, in whole."""

MOST_STUDIES = 10
"""Of the studies that an event is about, how many it names."""

_PATIENT_GROUP = 0x0010
_HARMLESS = frozenset({"UI", "CS", "DA", "TM", "DT", "IS", "AE", "US"})
_UID = re.compile(r"[0-9.]{1,64}")
_MOST = 8
_STUDY_UID = levels.UNIQUE_KEY[levels.STUDY]


@dataclass(frozen=True, slots=True)
class Details:
    """What is asked for, in words and UIDs.

    subject: the UIDs. public, private: words; private ones are dropped when names are switched off.
    studies: the studies that are named, at most `MOST_STUDIES`.
    """

    subject: str = ""
    public: str = ""
    private: str = ""
    studies: tuple[str, ...] = ()


def details_of(about: object) -> Details:
    """The details of a Query or a Selection; empty ones for anything else."""
    if isinstance(about, Query):
        return _of_query(about)
    if isinstance(about, Selection):
        return _of_selection(about)
    return Details()


def _of_query(query: Query) -> Details:
    """Values of the patient's attributes, of names and of free text are private, UIDs and dates are not."""
    uniques = {levels.UNIQUE_KEY[level] for level in levels.UNIQUE_KEY}
    uids = [key.values[0] for key in query.keys if key.path[-1] in uniques and key.vr == "UI"]
    public = [f"{_name(key)}={_values(key)}" if _is_public(key) else _name(key) for key in query.keys[:_MOST]]
    private = [f"{_name(key)}={_values(key)}" for key in query.keys[:_MOST] if not _is_public(key)]
    asked = f"level {query.level.name}"
    if public:
        asked += f", keys {', '.join(public)}"
    studies = [uid for key in query.keys if key.path == (_STUDY_UID,) for uid in key.values]
    return Details(_few(list(map(only_uid, uids))), asked, ", ".join(private), some_uids(studies))


def _of_selection(selection: Selection) -> Details:
    deepest = selection.sop_instance_uids or selection.series_instance_uids or selection.study_instance_uids
    private = f"PatientID={_few(selection.patient_ids)}" if selection.patient_ids else ""
    return Details(_few(list(map(only_uid, deepest))), "", private, some_uids(selection.study_instance_uids))


def only_uid(text: str) -> str:
    """The UID; a peer may write anything where it belongs, a patient's name too."""
    return text if not text or _UID.fullmatch(text) else "no UID"


def some_uids(texts: Iterable[str]) -> tuple[str, ...]:
    """The first of them that are UIDs, each once; what is none is left out."""
    return tuple(islice(dict.fromkeys(filter(_UID.fullmatch, texts)), MOST_STUDIES))


def _is_public(key: Key) -> bool:
    if key.vr == "UI" and not all(map(_UID.fullmatch, key.values)):
        return False
    return key.vr in _HARMLESS and all(tag >> 16 != _PATIENT_GROUP for tag in key.path)


def _name(key: Key) -> str:
    return keyword_for_tag(key.tag) or f"({key.tag >> 16:04X},{key.tag & 0xFFFF:04X})"


def _values(key: Key) -> str:
    return _few(key.values)


def _few(values: list[str] | tuple[str, ...]) -> str:
    """At most three of them."""
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""
    return "\\".join(value[:64] for value in values[:3]) + more
