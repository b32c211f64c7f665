"""A structured report as one HTML page that needs nothing beside itself (PS3.3 C.17, A.35)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from readingroom.model import Attributes
from readingroom.standard.sop_classes import storage_classes

from .markup import date_shown, datetime_shown, name_shown, safe, shown, time_shown
from .numbers import items, text
from .page import CLOSED, bounded, definitions, identity, joined, opened
from .read_report import Code, ContentItem, read_code
from .report_values import Link, code_shown, value_shown

_OBSERVED: Final = 0x0040A032
_OBSERVERS, _PREDECESSORS = 0x0040A073, 0x0040A360
_RELATIONSHIPS: Final = {
    "HAS CONCEPT MOD": "of this",
    "HAS OBS CONTEXT": "context",
    "HAS ACQ CONTEXT": "acquisition",
    "HAS PROPERTIES": "property",
    "INFERRED FROM": "inferred from",
    "SELECTED FROM": "selected from",
}


def write_report(attributes: Attributes, report: ContentItem, link: Link) -> str:
    """The page, without scripts, all text of the object escaped.

    attributes: of the object. report: its tree, of `read_report`. link: URLs of what it refers to. Raises
    Invalid when the page would be longer than 32 million characters.
    """
    return bounded(_page(attributes, report, link))


def _page(attributes: Attributes, report: ContentItem, link: Link) -> Iterator[str]:
    title = _title(attributes, report)
    yield from opened(title)
    yield f"<header><h1>{code_shown(report.name) if report.name else shown(title)}</h1>{_when(report)}\n"
    yield from definitions((*identity(attributes), *_flags(attributes)))
    yield "</header>\n<main>\n"
    targets = frozenset(item.target for item in report.walk() if item.target)
    here = frozenset(item.position for item in report.walk() if item.position in targets)
    yield from _Body(here, link).children(report, 2)
    yield f"</main>{CLOSED}"


def _title(attributes: Attributes, report: ContentItem) -> str:
    name = report.name
    kind = storage_classes().get(text(attributes, 0x00080016), "Report").removesuffix(" Storage")
    return (name.meaning or name.value if name else "") or kind


def _flags(attributes: Attributes) -> Iterator[tuple[str, str]]:
    yield "Content of", joined(attributes, (0x00080023, date_shown), (0x00080033, time_shown))
    yield "Preliminary flag", joined(attributes, (0x0040A496, str))
    yield "Completion flag", joined(attributes, (0x0040A491, str), (0x0040A492, str))
    yield "Verification flag", joined(attributes, (0x0040A493, str))
    for observer in items(attributes, _OBSERVERS):
        known = joined(observer, (0x0040A030, datetime_shown), (0x0040A075, name_shown), (0x0040A027, str))
        code = read_code(observer, 0x0040A088)
        yield "Verified by", known + (f", {code_shown(code)}" if code else "")
    if earlier := sum(1 for _ in _instances(items(attributes, _PREDECESSORS))):
        yield "Replaces", f"{earlier} earlier document{'s' if earlier > 1 else ''}"


def _instances(studies: tuple[Attributes, ...]) -> Iterator[Attributes]:
    for study in studies:
        for series in items(study, 0x00081115):
            yield from items(series, 0x00081199)


class _Body:
    """The tree as sections and lists. targets: positions that items by reference point to."""

    def __init__(self, targets: frozenset[str], link: Link) -> None:
        self.targets = targets
        self.link = link

    def children(self, parent: ContentItem, level: int) -> Iterator[str]:
        """What is below an item, in its order: containers as sections, runs of others as lists."""
        for is_section, run in groupby(parent.children, _is_section):
            if not is_section:
                yield "<ul>\n"
            for item in run:
                yield from self.section(item, level) if is_section else self.line(item, level)
            if not is_section:
                yield "</ul>\n"

    def section(self, item: ContentItem, level: int) -> Iterator[str]:
        tag = f"h{min(level, 6)}"
        yield f"<section{self.anchor(item)}><{tag}>{_relation(item)}"
        yield f"{_named(item.name) or shown('(untitled)')}</{tag}>{_when(item)}\n"
        yield from self.children(item, level + 1)
        yield "</section>\n"

    def line(self, item: ContentItem, level: int) -> Iterator[str]:
        yield f"<li{self.anchor(item)}>{_relation(item)}"
        if item.target:
            yield self.reference(item.target)
        else:
            yield f"{_named(item.name)}: " if item.name else ""
            yield from value_shown(item, self.link)
            yield _when(item)
        if item.children:
            yield "\n"
            yield from self.children(item, level)
        yield "</li>\n"

    def reference(self, position: str) -> str:
        if position in self.targets:
            return f'<a href="#item-{position}">item {position}</a>'
        return f'<span class="none">item {position}, which is not in this report</span>'

    def anchor(self, item: ContentItem) -> str:
        return f' id="item-{item.position}"' if item.position in self.targets else ""


def _is_section(item: ContentItem) -> bool:
    return item.value_type == "CONTAINER" and not item.target


def _named(name: Code | None) -> str:
    return code_shown(name) if name else ""


def _relation(item: ContentItem) -> str:
    words = _RELATIONSHIPS.get(item.relationship, "")
    return f'<span class="rel">{words}</span> ' if words else ""


def _when(item: ContentItem) -> str:
    words = datetime_shown(text(item.attributes, _OBSERVED))
    return f' <span class="when">{safe(words)}</span>' if words else ""
