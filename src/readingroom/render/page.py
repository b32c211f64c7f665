"""What the HTML pages of reports and summaries have in common: head, style, who and when, their bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

from .markup import date_shown, name_shown, safe, shown, time_shown
from .numbers import text

CLOSED: Final = "</body></html>\n"
_MOST_LETTERS: Final = 32_000_000
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


def bounded(pieces: Iterable[str]) -> str:
    """The page in one piece. Raises Invalid when it would be longer than 32 million characters."""
    kept, letters = [], 0
    for piece in pieces:
        kept.append(piece)
        letters += len(piece)
        if letters > _MOST_LETTERS:
            raise Invalid(f"The page would have more than {_MOST_LETTERS} characters.")
    return "".join(kept)


def opened(title: str) -> Iterator[str]:
    """The beginning of a page that needs nothing beside itself, as far as its body."""
    yield '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="same-origin">'
    yield f"<title>{safe(title)}</title><style>{_STYLE}</style></head><body>\n"


def definitions(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Terms, and what is known under them as HTML; those of which nothing is known are left out."""
    yield "<dl>\n"
    for term, words in rows:
        if words:
            yield f"<dt>{term}</dt><dd>{words}</dd>\n"
    yield "</dl>"


def identity(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    """Patient, study and series, as rows for `definitions`."""
    return (
        ("Patient", joined(attributes, (0x00100010, name_shown), (0x00100020, str))),
        ("Born, sex", joined(attributes, (0x00100030, date_shown), (0x00100040, str))),
        ("Referring physician", joined(attributes, (0x00080090, name_shown))),
        ("Study", joined(attributes, (0x00081030, str), (0x00080020, date_shown), (0x00080030, time_shown))),
        ("Study ID", joined(attributes, (0x00200010, str))),
        ("Accession number", joined(attributes, (0x00080050, str))),
        ("Series", joined(attributes, (0x0008103E, str), (0x00200011, str))),
        ("Made by", joined(attributes, (0x00080070, str), (0x00081090, str), (0x00181000, str))),
    )


def joined(attributes: Attributes, *parts: tuple[Tag, Callable[[str], str]]) -> str:
    """The values that are there, each by its function, as HTML with commas between."""
    found = []
    for tag, as_shown in parts:
        words = text(attributes, tag)
        if words:
            found.append(shown(as_shown(words)))
    return ", ".join(found)
