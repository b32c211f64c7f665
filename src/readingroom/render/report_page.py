"""A structured report as one HTML page that needs nothing beside itself (PS3.3 C.17, A.35)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag
from readingroom.standard.sop_classes import storage_classes

from .markup import date_shown, datetime_shown, name_shown, safe, shown, time_shown
from .numbers import items, text
from .read_report import Code, ContentItem, read_code
from .report_values import Link, code_shown, value_shown

_MOST_LETTERS: Final = 32_000_000
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
_STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;
background:#fff;color:#1b1b1b}
h1{font-size:1.5rem}h2{font-size:1.25rem}h3{font-size:1.1rem}h4,h5,h6{font-size:1rem}
h2,h3,h4,h5,h6{margin:1rem 0 .25rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;border:solid #8886;
border-width:1px 0;padding:.5rem 0}
dt,.rel,.none,.when{color:#5c5c5c}dd{margin:0}
.rel,.when{font-size:.85em}
ul{margin:.1rem 0;padding-left:1.2rem}li{margin:.1rem 0}
section section{border-left:2px solid #8884;padding-left:.8rem}
bdi,a{overflow-wrap:anywhere}.text{white-space:pre-wrap}
details{display:inline}summary{cursor:pointer}
table{border-collapse:collapse}th,td{border:1px solid #8886;padding:.15rem .5rem;text-align:left}
a{color:#0b57a4}
@media (prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}
dt,.rel,.none,.when{color:#a6a6a6}a{color:#8fc1ff}}
@media print{body{font-size:10pt;max-width:none;margin:0;background:#fff;color:#000}
dt,.rel,.none,.when{color:#333}a{color:#000}h1,h2,h3,h4,h5,h6{break-after:avoid}li{break-inside:avoid-page}}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(attributes: Attributes, report: ContentItem, link: Link) -> str:
    """The page, without scripts, all text of the object escaped.

    attributes: of the object. report: its tree, of `read_report`. link: URLs of what it refers to. Raises
    Invalid when the page would be longer than 32 million characters.
    """
    pieces, letters = [], 0
    for piece in _page(attributes, report, link):
        pieces.append(piece)
        letters += len(piece)
        if letters > _MOST_LETTERS:
            raise Invalid(f"The report would have more than {_MOST_LETTERS} characters.")
    return "".join(pieces)


def _page(attributes: Attributes, report: ContentItem, link: Link) -> Iterator[str]:
    title = _title(attributes, report)
    yield '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="same-origin">'
    yield f"<title>{safe(title)}</title><style>{_STYLE}</style></head><body>\n<header>"
    yield f"<h1>{code_shown(report.name) if report.name else shown(title)}</h1>{_when(report)}\n<dl>\n"
    for term, words in _head(attributes):
        yield f"<dt>{term}</dt><dd>{words}</dd>\n"
    yield "</dl></header>\n<main>\n"
    targets = frozenset(item.target for item in report.walk() if item.target)
    here = frozenset(item.position for item in report.walk() if item.position in targets)
    yield from _Body(here, link).children(report, 2)
    yield "</main></body></html>\n"


def _title(attributes: Attributes, report: ContentItem) -> str:
    name = report.name
    kind = storage_classes().get(text(attributes, 0x00080016), "Report").removesuffix(" Storage")
    return (name.meaning or name.value if name else "") or kind


def _head(attributes: Attributes) -> Iterator[tuple[str, str]]:
    """Terms, and what is known under them as HTML."""
    rows = (
        ("Patient", _joined(attributes, (0x00100010, name_shown), (0x00100020, str))),
        ("Born, sex", _joined(attributes, (0x00100030, date_shown), (0x00100040, str))),
        ("Referring physician", _joined(attributes, (0x00080090, name_shown))),
        ("Study", _joined(attributes, (0x00081030, str), (0x00080020, date_shown), (0x00080030, time_shown))),
        ("Study ID", _joined(attributes, (0x00200010, str))),
        ("Accession number", _joined(attributes, (0x00080050, str))),
        ("Series", _joined(attributes, (0x0008103E, str), (0x00200011, str))),
        ("Made by", _joined(attributes, (0x00080070, str), (0x00081090, str), (0x00181000, str))),
        ("Content of", _joined(attributes, (0x00080023, date_shown), (0x00080033, time_shown))),
        ("Preliminary flag", _joined(attributes, (0x0040A496, str))),
        ("Completion flag", _joined(attributes, (0x0040A491, str), (0x0040A492, str))),
        ("Verification flag", _joined(attributes, (0x0040A493, str))),
    )
    yield from ((term, words) for term, words in rows if words)
    for observer in items(attributes, _OBSERVERS):
        known = _joined(observer, (0x0040A030, datetime_shown), (0x0040A075, name_shown), (0x0040A027, str))
        code = read_code(observer, 0x0040A088)
        yield "Verified by", known + (f", {code_shown(code)}" if code else "")
    if earlier := sum(1 for _ in _instances(items(attributes, _PREDECESSORS))):
        yield "Replaces", f"{earlier} earlier document{'s' if earlier > 1 else ''}"


def _instances(studies: tuple[Attributes, ...]) -> Iterator[Attributes]:
    for study in studies:
        for series in items(study, 0x00081115):
            yield from items(series, 0x00081199)


def _joined(attributes: Attributes, *parts: tuple[Tag, Callable[[str], str]]) -> str:
    found = []
    for tag, as_shown in parts:
        words = text(attributes, tag)
        if words:
            found.append(shown(as_shown(words)))
    return ", ".join(found)


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
