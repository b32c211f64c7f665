"""Bulk data: values that metadata name by a URI instead of carrying them (PS3.18 F.2.6, PS3.19 A.1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from readingroom.errors import Invalid
from readingroom.model import Attribute, Tag

BINARY_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs whose one value is bytes; the only ones that may be inline binary."""

PIXEL_DATA = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""Float, Double Float and plain Pixel Data: bulk data whatever their size."""

DEEPEST = 128
"""Sequences nested deeper than this are refused, as in files; real objects stay below ten."""

_PATH = re.compile(r"[0-9A-Fa-f]{8}(/[1-9][0-9]{0,8}/[0-9A-Fa-f]{8}){0,127}\Z")


@dataclass(frozen=True, slots=True)
class BulkData:
    """Stands as the only value of an Attribute whose real value lies at `uri` (absolute or relative)."""

    uri: str


AttributePath: TypeAlias = tuple[int, ...]
"""Where an attribute stands in a Data Set: tag, or tag, item number (from 1), tag, and so on inwards."""

BulkLocator: TypeAlias = Callable[[AttributePath, Attribute], str | None]
"""Decides whether an attribute's value is left out of metadata: its URI, or None to keep it inline."""


def beyond(limit: int, prefix: str) -> BulkLocator:
    """Name binary values of more than `limit` bytes, and pixel data always, by `prefix` + their path."""

    def locate(path: AttributePath, attribute: Attribute) -> str | None:
        value = attribute.first
        if attribute.vr not in BINARY_VRS or not isinstance(value, bytes) or not value:
            return None
        if len(value) <= limit and not (len(path) == 1 and path[0] in PIXEL_DATA):
            return None
        return prefix + format_path(path)

    return locate


def format_path(path: AttributePath) -> str:
    """An attribute's path as the end of a URI: "7FE00010", "54000100/1/54001010"."""
    return "/".join(f"{step:08X}" if at % 2 == 0 else str(step) for at, step in enumerate(path))


def parse_path(text: str) -> AttributePath:
    """The other way; raises Invalid for anything that `format_path` does not write."""
    if not _PATH.match(text):
        raise Invalid("That is not the address of any bulk data; metadata name them by BulkDataURI.")
    return tuple(int(step, 16 if at % 2 == 0 else 10) for at, step in enumerate(text.split("/")))


def is_told(tag: Tag) -> bool:
    """False for what no web form of a Data Set carries: commands, file meta, group lengths, item marks."""
    return tag >> 16 not in (0x0000, 0x0002, 0xFFFE) and tag & 0xFFFF != 0x0000


def check_depth(outer: AttributePath) -> None:
    """Raises Invalid when an attribute below `outer` lies deeper than DEEPEST."""
    if len(outer) > 2 * DEEPEST:
        raise Invalid(f"Sequences are nested more than {DEEPEST} deep.", tag=outer[0])
