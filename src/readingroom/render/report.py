"""Structured reports and key object selections as plain text (PS3.3 C.17.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from readingroom.model import Attributes, Tag

from .numbers import text

_CONTENT, _VALUE_TYPE, _RELATIONSHIP, _NAME = 0x0040A730, 0x0040A040, 0x0040A010, 0x0040A043
_SOP_SEQUENCE, _SOP_INSTANCE, _FRAMES = 0x00081199, 0x00081155, 0x00081160
_CODE_VALUES, _SCHEME, _MEANING = (0x00080100, 0x00080119, 0x00080120), 0x00080102, 0x00080104
_DOCUMENT: Final = (
    ("Patient", 0x00100010), ("Patient ID", 0x00100020), ("Birth date", 0x00100030), ("Sex", 0x00100040),
    ("Accession number", 0x00080050), ("Study", 0x00081030), ("Study date", 0x00080020),
    ("Referring physician", 0x00080090), ("Content date", 0x00080023), ("Content time", 0x00080033),
    ("Completion", 0x0040A491), ("Verification", 0x0040A493),
)  # fmt: skip
_PLAIN: Final[Mapping[str, Tag]] = {
    "TEXT": 0x0040A160,
    "DATETIME": 0x0040A120,
    "DATE": 0x0040A121,
    "TIME": 0x0040A122,
    "PNAME": 0x0040A123,
    "UIDREF": 0x0040A124,
}
_NAMES: Final = frozenset({0x00100010, 0x00080090, 0x0040A123})


@dataclass(frozen=True, slots=True)
class _Line:
    """One content item. relationship: to the one it stands in, "" for CONTAINS."""

    depth: int
    relationship: str
    name: str
    value: str
    references: tuple[str, ...]


def report_text(attributes: Attributes) -> str:
    """The document as plain text, two spaces for each level."""
    lines = [_code(attributes, _NAME) or "Report", ""]
    lines += [f"{name}: {said}" for name, said in _facts(attributes)] + [""]
    for line in _lines(attributes):
        before = f"({line.relationship}) " if line.relationship else ""
        words = ": ".join(filter(None, (line.name, " ".join(filter(None, (line.value, *line.references))))))
        lines.append("  " * line.depth + before + words)
    return "\n".join(lines) + "\n"


def _lines(attributes: Attributes) -> Iterator[_Line]:
    """Every content item below the root, in the order they are read; not recursive, trees may be deep."""
    waiting = [(item, 0) for item in reversed(_items(attributes, _CONTENT))]
    while waiting:
        item, depth = waiting.pop()
        kind, relationship = text(item, _VALUE_TYPE), text(item, _RELATIONSHIP)
        yield _Line(
            min(depth, 20),
            "" if relationship == "CONTAINS" else relationship.lower(),
            _code(item, _NAME),
            _value(item, kind),
            tuple(text(one, _SOP_INSTANCE) for one in _items(item, _SOP_SEQUENCE)),
        )
        waiting += [(inner, depth + 1) for inner in reversed(_items(item, _CONTENT))]


def _value(item: Attributes, kind: str) -> str:
    if kind in _PLAIN:
        return _words(item, _PLAIN[kind])
    if kind == "CODE":
        return _code(item, 0x0040A168, whole=True)
    if kind == "NUM":
        measured = next(iter(_items(item, 0x0040A300)), {})
        unit = _code(measured, 0x004008EA)
        return " ".join(filter(None, (text(measured, 0x0040A30A), unit, _code(item, 0x0040A301))))
    if kind in ("SCOORD", "SCOORD3D"):
        return f"{text(item, 0x00700023)} {_all(item, 0x00700022)}"
    if kind == "TCOORD":
        places = (0x0040A132, 0x0040A138, 0x0040A13A)
        return " ".join(filter(None, (text(item, 0x0040A130), *(_all(item, tag) for tag in places))))
    if kind in ("IMAGE", "WAVEFORM", "COMPOSITE"):
        frames = "".join(_all(one, _FRAMES) for one in _items(item, _SOP_SEQUENCE))
        return f"{kind.lower()}{' frames ' + frames if frames else ''}"
    identifier = _all(item, 0x0040DB73)
    return f"see item {identifier.replace(', ', '.')}" if identifier and not kind else ""


def _facts(attributes: Attributes) -> Iterator[tuple[str, str]]:
    for name, tag in _DOCUMENT:
        if words := _words(attributes, tag):
            yield name, words
    for observer in _items(attributes, 0x0040A073):
        who = (_words(observer, 0x0040A075), text(observer, 0x0040A027), text(observer, 0x0040A030))
        yield "Verified by", ", ".join(filter(None, who))


def _code(item: Attributes, tag: Tag, *, whole: bool = False) -> str:
    """The meaning of a coded concept, its value where it has none; with value and scheme when `whole`."""
    code = next(iter(_items(item, tag)), {})
    value = next(filter(None, (text(code, one) for one in _CODE_VALUES)), "")
    meaning = text(code, _MEANING) or value
    return f"{meaning} ({value}, {text(code, _SCHEME)})" if whole and meaning else meaning


def _words(item: Attributes, tag: Tag) -> str:
    words = text(item, tag)
    return words.replace("^", " ").replace("=", " ").strip() if tag in _NAMES else words


def _all(item: Attributes, tag: Tag) -> str:
    attribute = item.get(tag)
    return ", ".join(map(str, attribute.values)) if attribute is not None else ""


def _items(item: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    attribute = item.get(tag)
    return attribute.values if attribute is not None and attribute.vr == "SQ" else ()
