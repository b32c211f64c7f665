"""Reading a structured report as a tree of Content Items (PS3.3 C.17, A.35)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

from .numbers import decimals, items, text

_VALUE_TYPE, _RELATIONSHIP, _CONTENT = 0x0040A040, 0x0040A010, 0x0040A730
_CONCEPT_NAME, _TARGET = 0x0040A043, 0x0040DB73
_CODE_VALUE, _LONG_CODE, _URN_CODE = 0x00080100, 0x00080119, 0x00080120
_SCHEME, _SCHEME_VERSION, _MEANING = 0x00080102, 0x00080103, 0x00080104
_SOPS, _CLASS, _INSTANCE = 0x00081199, 0x00081150, 0x00081155
_MOST_ITEMS: Final = 200_000
_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class Code:
    """A coded entry (PS3.3 8): what is missing is ""."""

    value: str
    scheme: str
    version: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One Content Item (PS3.3 C.17.3).

    position: "1.2.1", as items are referred to. value_type and relationship: as stored. target: of an item
    by reference the position it points to, else "". attributes: the Item itself, which has the value.
    """

    position: str
    relationship: str
    value_type: str
    name: Code | None
    target: str
    attributes: Attributes
    children: tuple[ContentItem, ...]

    def walk(self) -> Iterator[ContentItem]:
        """This item and all below, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_report(attributes: Attributes) -> ContentItem:
    """The root of a report's tree.

    Raises Invalid when its root is no CONTAINER, or has too many items, or too deep ones.
    """
    if text(attributes, _VALUE_TYPE) != "CONTAINER":
        raise Invalid("It is no structured report: its root is no CONTAINER.", tag=_VALUE_TYPE)
    return _Reader().item(attributes, "1", 1)


def referenced_instances(report: ContentItem) -> tuple[str, ...]:
    """The SOP Instance UIDs that items refer to, each once, in order."""
    found: dict[str, None] = {}
    for item in report.walk():
        for _, instance, _ in read_references(item.attributes):
            found[instance] = None
    return tuple(uid for uid in found if uid)


def read_code(attributes: Attributes, tag: Tag) -> Code | None:
    """The first item of a code sequence, None when there is none."""
    found = items(attributes, tag)
    if not found:
        return None
    item = found[0]
    value = text(item, _CODE_VALUE) or text(item, _LONG_CODE) or text(item, _URN_CODE)
    return Code(value, text(item, _SCHEME), text(item, _SCHEME_VERSION), text(item, _MEANING))


def read_references(attributes: Attributes) -> Iterator[tuple[str, str, Attributes]]:
    """SOP Class UID, SOP Instance UID and Item of each reference, presentation states after their images."""
    for reference in items(attributes, _SOPS):
        for one in (reference, *items(reference, _SOPS)):
            yield text(one, _CLASS), text(one, _INSTANCE), one


class _Reader:
    """Counts while it reads."""

    def __init__(self) -> None:
        self.count = 0

    def item(self, attributes: Attributes, position: str, depth: int) -> ContentItem:
        self.count += 1
        if self.count > _MOST_ITEMS:
            raise Invalid(f"The report has more than {_MOST_ITEMS} content items.", tag=_CONTENT)
        if depth > _DEEPEST:
            raise Invalid(f"The content items are nested deeper than {_DEEPEST}.", tag=_CONTENT)
        below = items(attributes, _CONTENT)
        target = ".".join(f"{number:.0f}" for number in decimals(attributes, _TARGET)[:_DEEPEST])
        return ContentItem(
            position,
            text(attributes, _RELATIONSHIP),
            text(attributes, _VALUE_TYPE),
            read_code(attributes, _CONCEPT_NAME),
            target,
            attributes,
            tuple(self.item(one, f"{position}.{n}", depth + 1) for n, one in enumerate(below, 1)),
        )
