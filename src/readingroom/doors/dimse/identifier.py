"""Identifiers: reading one into a `Query` or a `Selection`, writing a `Match` as one. PS3.4 C.2.2, C.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from readingroom.dataset import AnswerWriter, read_identifier, write_dataset
from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, Key, Level, Query, Selection, Tag
from readingroom.standard import levels
from readingroom.standard.sop_classes import PATIENT_ROOT_FIND, PATIENT_ROOT_GET, PATIENT_ROOT_MOVE

_QUERY_LEVEL = 0x00080052
_CHARACTER_SET = 0x00080005
_TIMEZONE = 0x00080201
_ABOUT_THE_QUESTION = frozenset({_QUERY_LEVEL, _CHARACTER_SET, _TIMEZONE, levels.RETRIEVE_AE_TITLE})
_FIRST_OF_A_DATA_SET = 0x00040000  # Orthanc asks for group 0002 at the level IMAGE; no answer may hold it
_PATIENT_ROOT = frozenset({PATIENT_ROOT_FIND, PATIENT_ROOT_MOVE, PATIENT_ROOT_GET})


class Unreadable(Invalid):
    """The Identifier is no Data Set in the Transfer Syntax of its presentation context."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a C-FIND Identifier asks for: every element of it comes back in each answer.

    unsupported: some key is not supported at this level "for existence and/or matching" (PS3.4
    C.4.1.1.4), so that answers are FF01.
    """

    elements: Attributes
    level: Level
    character_sets: tuple[str, ...]
    unsupported: bool


def read_query(raw: bytes, transfer_syntax_uid: str, sop_class_uid: str) -> tuple[Query, Wanted]:
    """The Query in a C-FIND Identifier, and how to answer it. Raises Unreadable, Invalid."""
    elements = _elements(raw, transfer_syntax_uid)
    level = _level(elements, sop_class_uid)
    asked = {
        tag: attribute
        for tag, attribute in elements.items()
        if tag not in _ABOUT_THE_QUESTION and tag >= _FIRST_OF_A_DATA_SET
    }
    keys = tuple(_keys(asked))
    wanted = Wanted(
        elements=asked,
        level=level,
        character_sets=_character_sets(elements.get(_CHARACTER_SET)),
        unsupported=any(_is_unsupported(tag, level, keys) for tag in asked),
    )
    returned = frozenset(tag for tag in asked if levels.level_of().get(tag, level) <= level)
    return Query(level, keys, returned), wanted


def read_selection(raw: bytes, transfer_syntax_uid: str, sop_class_uid: str) -> Selection:
    """The Selection in a C-MOVE or C-GET Identifier: unique keys only (PS3.4 C.4.2.1.4).

    Raises Unreadable, Invalid.
    """
    elements = _elements(raw, transfer_syntax_uid)
    level = _level(elements, sop_class_uid)
    uids = {at: _texts(elements.get(levels.UNIQUE_KEY[at])) for at in Level}
    if not uids[level]:
        raise Invalid(f"A retrieval at the level {level.name} names its {level.name.lower()}.")
    for at in Level:
        if at < level and len(uids[at]) > 1:
            raise Invalid(f"Above the level {level.name} only one value may be named.")
    return Selection(
        patient_ids=uids[Level.PATIENT],
        study_instance_uids=uids[Level.STUDY] if level >= Level.STUDY else (),
        series_instance_uids=uids[Level.SERIES] if level >= Level.SERIES else (),
        sop_instance_uids=uids[Level.IMAGE] if level >= Level.IMAGE else (),
    )


def answer_writer(wanted: Wanted, ae_title: str, transfer_syntax_uid: str) -> AnswerWriter:
    """What writes a match as an answer: what was asked, empty where unknown.

    Its text is in the character set of the request where that has every character, because the asker can
    read that one, else in Unicode (PS3.4 C.4.1.1.3.2: the SCP may answer in another than the asked one).
    """
    unique = levels.UNIQUE_KEY[wanted.level]
    varying = {tag: asked.vr for tag, asked in wanted.elements.items()}
    return AnswerWriter(
        {
            _QUERY_LEVEL: Attribute("CS", (wanted.level.name,)),
            levels.RETRIEVE_AE_TITLE: Attribute("AE", (ae_title,)),
        },
        varying | {unique: levels.vr_of(unique)},
        transfer_syntax_uid,
        wanted.character_sets,
    )


def failed_uids(uids: list[str], transfer_syntax_uid: str) -> bytes:
    """Failed SOP Instance UID List (0008,0058), PS3.4 C.4.2.1.4.2."""
    return write_dataset({0x00080058: Attribute("UI", tuple(uids))}, transfer_syntax_uid)


def _elements(raw: bytes, transfer_syntax_uid: str) -> dict[Tag, Attribute]:
    try:
        return read_identifier(raw, transfer_syntax_uid)
    except Invalid as error:
        raise Unreadable(error.sentence, **error.facts) from error


def _level(elements: Attributes, sop_class_uid: str) -> Level:
    said = _texts(elements.get(_QUERY_LEVEL))
    try:
        level = Level["IMAGE" if said[:1] == ("INSTANCE",) else said[0]]
    except (IndexError, KeyError):
        raise Invalid(
            "The Identifier needs a Query/Retrieve Level: PATIENT, STUDY, SERIES or IMAGE."
        ) from None
    if level is Level.PATIENT and sop_class_uid not in _PATIENT_ROOT:
        raise Invalid("The Study Root model has no level PATIENT.")
    return level


def _texts(attribute: Attribute | None) -> tuple[str, ...]:
    if attribute is None:
        return ()
    return tuple(text for value in attribute.values if (text := str(value).strip()))


def _is_unsupported(tag: Tag, level: Level, keys: Iterable[Key]) -> bool:
    """Whether a key belongs to a lower level, or is looked for in one instance of many only."""
    at = levels.level_of().get(tag)
    if at is None:
        return level < Level.IMAGE and any(key.path[0] == tag for key in keys)
    return at > level


def _character_sets(attribute: Attribute | None) -> tuple[str, ...]:
    """All values: an empty first one stands for the default repertoire (PS3.3 C.12.1.1.2)."""
    return tuple(str(value).strip() for value in attribute.values) if attribute else ()


def _keys(elements: Attributes, path: tuple[Tag, ...] = ()) -> Iterator[Key]:
    """Every element that has a value, those inside sequences too."""
    for tag, attribute in elements.items():
        if attribute.vr == "SQ":
            for item in attribute.values[:1]:
                if isinstance(item, Mapping):
                    yield from _keys(item, (*path, tag))
        elif values := _texts(attribute):
            yield Key((*path, tag), attribute.vr, values)
