"""What of a message may be shown to strangers: names of things, never a patient's data.

A value is shown only when it is known to be harmless by itself: a registered UID, a number, a term of the
standard, an AE title that we sent. Everything else is told by its length. What is shown is printable ASCII
in one line, whatever the peer sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields

from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import keyword_for_tag

from readingroom.association import Command, UserIdentity
from readingroom.dataset import character_set, read_identifier
from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, Level, Tag
from readingroom.standard.sop_classes import storage_classes
from readingroom.standard.statuses import status_words

_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+\Z")
_VERSION_NAME = re.compile(r"[A-Za-z0-9_. \-]{1,16}\Z")
_QUERY_LEVEL, _CHARACTER_SET = 0x00080052, 0x00080005
_MOST_ELEMENTS = 300
_IDENTITIES = {1: "user name", 2: "user name and passcode", 3: "Kerberos", 4: "SAML", 5: "JSON web token"}
_PRIORITIES = {0: "medium", 1: "high", 2: "low"}
_KEYWORDS = {entry[4].lower(): entry[4] for tag, entry in DicomDictionary.items() if tag < 0x10000}
_TITLES = frozenset({"move_destination", "move_originator_application_entity_title"})
_CLASSES = frozenset({"affected_sop_class_uid", "requested_sop_class_uid"})
_INSTANCES = frozenset({"affected_sop_instance_uid", "requested_sop_instance_uid"})


def hidden(value: str | bytes) -> str:
    """Instead of a value: its length."""
    what = "byte" if isinstance(value, bytes) else "character"
    return f"[{len(value)} {what}{'' if len(value) == 1 else 's'}, masked]"


def named_uid(uid: str) -> str:
    """The UID of a class, syntax or implementation with its name; hidden when it is none (PS3.5 9.1)."""
    if len(uid) > 64 or not _UID.match(uid):
        return hidden(uid)
    name = _name(uid)
    return f"{name} ({uid})" if name else uid


def _name(uid: str) -> str:
    entry = UID_dictionary.get(uid)
    return storage_classes().get(uid) or (entry[0] if entry else "")


def instance_uid(uid: str) -> str:
    """The UID of an instance: it points to a patient unless the standard has registered it."""
    return named_uid(uid) if uid in UID_dictionary else hidden(uid)


def ae_title(title: str, known: Collection[str]) -> str:
    """An AE title when it is one of these."""
    return title if title in known else hidden(title)


def version_name(name: str) -> str:
    """An implementation version name that looks like one."""
    return name if _VERSION_NAME.match(name) else hidden(name)


def identity(who: UserIdentity) -> str:
    """A user identity without what it proves. PS3.7 D.3.3.7."""
    words = f"{_IDENTITIES.get(who.kind, f'type {who.kind}')}: {hidden(who.primary)}"
    if who.secondary:
        words += f", passcode {hidden(who.secondary)}"
    return words + (", answer wanted" if who.response_requested else "")


def tag_words(tag: Tag) -> str:
    """(gggg,eeee) and the keyword of PS3.6."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword_for_tag(tag) or ''}".rstrip()


# ── command sets


def command_lines(command: Command, known: Collection[str]) -> Iterator[str]:
    """Each element of a command set by keyword; known: AE titles that may be shown."""
    for field in fields(command):
        value = getattr(command, field.name)
        if value is not None and field.name != "command_field":
            keyword = _KEYWORDS[field.name.replace("_", "")]
            yield f"{keyword}: {_element(command, field.name, value, known)}"


def _element(command: Command, name: str, value: object, known: Collection[str]) -> str:
    if name == "status" and isinstance(value, int):
        return status_words(command.name.removesuffix("-RSP"), value)
    if name == "priority" and isinstance(value, int):
        return _PRIORITIES.get(value, f"{value}, which is none")
    if name == "command_data_set_type":
        return "a data set follows" if command.has_data else "no data set"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(tag_words(tag) for tag in value[:32]) + ", ..." * (len(value) > 32)
    text = str(value)
    if name in _CLASSES:
        return named_uid(text)
    if name in _INSTANCES:
        return instance_uid(text)
    return ae_title(text, known) if name in _TITLES else hidden(text)


# ── data sets


def data_set_lines(data: bytes, transfer_syntax_uid: str) -> Iterator[str]:
    """Tag, keyword, VR and length of each element; at most 300 of them, sequences indented."""
    try:
        dataset = read_identifier(data, transfer_syntax_uid)
    except Invalid as error:
        yield f"it cannot be read: {error.sentence}"
        return
    lines = _elements(dataset, "")
    for count, line in enumerate(lines):
        if count == _MOST_ELEMENTS:
            yield "further elements are left out"
            return
        yield line


def _elements(dataset: Attributes, indent: str) -> Iterator[str]:
    for tag in sorted(dataset):
        attribute = dataset[tag]
        yield f"{indent}{tag_words(tag)} {attribute.vr} {_value(tag, attribute)}"
        if attribute.vr == "SQ":
            for item in attribute.values:
                yield f"{indent}  Item"
                yield from _elements(item, indent + "    ")


def _value(tag: Tag, attribute: Attribute) -> str:
    values = attribute.values
    if not values:
        return "empty"
    if attribute.vr == "SQ":
        return f"{len(values)} Items"
    texts = tuple(one for one in values if isinstance(one, str))
    if len(texts) == len(values):
        if tag == _QUERY_LEVEL and len(texts) == 1 and texts[0] in Level.__members__:
            return texts[0]
        if tag == _CHARACTER_SET and not character_set(texts).is_unknown:
            return "\\".join(texts)
        return hidden("\\".join(texts))
    if isinstance(values[0], bytes):
        return hidden(values[0])
    return f"[{len(values)} values, masked]"
