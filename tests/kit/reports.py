"""Structured reports: the files there are, as attributes, and HTML pages as what is read in them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib

from readingroom.dataset import LOOKED_AT, read_dataset, read_file_meta
from readingroom.model import Attribute, Attributes
from readingroom.standard.contents import CONTENTS, content_of

from .shared_data import SHARED_DATA


def report_files() -> list[str]:
    """Path below ../shared/data of every structured report; [] where that is absent."""
    if not SHARED_DATA.is_dir():
        return []
    with (SHARED_DATA / "MANIFEST.csv").open(newline="", encoding="utf-8") as table:
        listed = [row["path"] for row in csv.DictReader(table) if _is_report(row["sop_class_uid"])]
    made = (path for path in sorted((SHARED_DATA / "made").rglob("*.dcm")) if _is_report(_class_of(path)))
    return [*listed, *(str(path.relative_to(SHARED_DATA)) for path in made)]


def _is_report(sop_class_uid: str) -> bool:
    return content_of(sop_class_uid) is CONTENTS["document"]


def _class_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(2048)
    return read_file_meta(head).sop_class_uid if head[128:132] == b"DICM" else ""


def read_file(path: Path) -> Attributes:
    """A whole file as the archive gives it."""
    buffer = path.read_bytes()
    meta = read_file_meta(buffer)
    read = read_dataset(buffer, meta.transfer_syntax_uid, start=meta.dataset_offset, bulk_above=LOOKED_AT)
    return {tag: value for tag, value in read.items() if isinstance(value, Attribute)}


def parse_page(page: str | bytes) -> Element:
    """The document; html5lib.html5parser.ParseError at the first thing that HTML does not allow."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(page)


def words_of(page: Element) -> str:
    """Titles and texts of the body in their order, all white space as single blanks."""
    body = page.find("body")
    assert body is not None
    return " ".join("".join(_words(body)).split())


def _words(element: Element) -> Iterator[str]:
    if "title" in element.attrib:
        yield f" {element.attrib['title']} "
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""
    if element.tag not in ("bdi", "a", "span"):
        yield " "
