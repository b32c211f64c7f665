"""Attributes that a Data Set has to have: type 1 of PS3.5 7.4.1."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydicom.datadict import keyword_for_tag

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

_UID = re.compile(r"[0-9A-Za-z._-]{1,64}")  # tolerant: objects with letters in their UIDs are kept too


class Missing(Invalid):
    """A mandatory attribute is missing."""


class Empty(Invalid):
    """A mandatory attribute has no value."""


def mandatory_items(attributes: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    """The Items of a sequence, at least one. Raises Missing, Empty, Invalid."""
    values = _values(attributes, tag)
    items = tuple(value for value in values if isinstance(value, Mapping))
    if len(items) < len(values):
        raise Invalid(f"{_name(tag)} is not a sequence of Items.", tag=tag)
    return items


def mandatory_text(attributes: Attributes, tag: Tag) -> str:
    """The first value without padding. Raises Missing, Empty."""
    value = str(_values(attributes, tag)[0]).strip(" \0")
    if not value:
        raise Empty(f"{_name(tag)} has no value.", tag=tag)
    return value


def mandatory_uid(attributes: Attributes, tag: Tag) -> str:
    """A UID. Raises Missing, Empty, and Invalid for what is none."""
    value = mandatory_text(attributes, tag)
    if _UID.fullmatch(value) is None:
        raise Invalid(f"{_name(tag)} is not a UID: {value[:70]!r}.", tag=tag)
    return value


def _values(attributes: Attributes, tag: Tag) -> tuple[object, ...]:
    attribute = attributes.get(tag)
    if attribute is None:
        raise Missing(f"{_name(tag)} is missing.", tag=tag)
    if not attribute.values:
        raise Empty(f"{_name(tag)} has no value.", tag=tag)
    return attribute.values


def _name(tag: Tag) -> str:
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
