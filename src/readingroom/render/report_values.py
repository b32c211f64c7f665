"""The values of Content Items as HTML (PS3.3 C.17.3, C.18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from readingroom.model import Attributes, Tag
from readingroom.standard.sop_classes import storage_classes

from .markup import date_shown, datetime_shown, name_shown, number_shown, safe, shown, time_shown
from .numbers import decimals, items, text
from .read_report import Code, ContentItem, read_code, read_references

Link: TypeAlias = Callable[[str, str], str | None]
"""The URL by which an object is shown, by its SOP Class and SOP Instance UID; None for one without link."""

_TEXT, _DATETIME, _DATE, _TIME, _PERSON, _UID = (
    0x0040A160, 0x0040A120, 0x0040A121, 0x0040A122, 0x0040A123, 0x0040A124,
)  # fmt: skip
_CONCEPT, _CONCEPT_NAME, _UNITS = 0x0040A168, 0x0040A043, 0x004008EA
_MEASURED, _NUMERIC, _QUALIFIER = 0x0040A300, 0x0040A30A, 0x0040A301
_FRAMES, _SEGMENTS, _CHANNELS = 0x00081160, 0x0062000B, 0x0040A0B0
_GRAPHIC, _POINTS, _ORIGIN, _FRAME_OF_REFERENCE = 0x00700023, 0x00700022, 0x00480301, 0x30060024
_RANGE, _SAMPLES, _OFFSETS, _DATETIMES = 0x0040A130, 0x0040A132, 0x0040A138, 0x0040A13A
_TABULATED, _ROWS, _COLUMNS, _CELLS = 0x0040A801, 0x0040A806, 0x0040A807, 0x0040A808
_ROW, _COLUMN = 0x0040A804, 0x0040A805
_SELECTED: Final = range(0x0072005E, 0x00720084)  # Selector AE Value and its kin
_MOST_CELLS: Final = 100_000
_FEW: Final = 6
_NOTHING: Final = '<span class="none">no value</span>'


def code_shown(code: Code) -> str:
    """The meaning, with value, scheme and version as its title."""
    known = ", ".join(part for part in (code.value, code.scheme, code.version) if part)
    return shown(code.meaning or code.value, f"({known})")


def value_shown(item: ContentItem, link: Link) -> Iterator[str]:
    """Pieces of HTML for the value of an item that is no CONTAINER; of a type that is not known, the type."""
    write = _WRITERS.get(item.value_type)
    if write is not None:
        yield from write(item.attributes, link)
    else:
        yield f'<span class="none">{safe(item.value_type) or "no value type"}, which is not shown</span>'


def _words(tag: Tag, as_shown: Callable[[str], str]) -> Callable[[Attributes, Link], Iterator[str]]:
    def write(attributes: Attributes, link: Link) -> Iterator[str]:
        words = text(attributes, tag)
        yield shown(as_shown(words)) if words else _NOTHING

    return write


def _long_text(attributes: Attributes, link: Link) -> Iterator[str]:
    attribute = attributes.get(_TEXT)
    words = "\\".join(str(value) for value in attribute.values) if attribute is not None else ""
    yield f'<bdi class="text">{safe(words)}</bdi>' if words else _NOTHING


def _code(attributes: Attributes, link: Link) -> Iterator[str]:
    code = read_code(attributes, _CONCEPT)
    yield code_shown(code) if code else _NOTHING


def _number(attributes: Attributes, link: Link) -> Iterator[str]:
    measured = items(attributes, _MEASURED)
    for value in measured[:1]:
        yield _measure(text(value, _NUMERIC), read_code(value, _UNITS))
    qualifier = read_code(attributes, _QUALIFIER)
    if not measured and qualifier is None:
        yield _NOTHING
    if qualifier is not None:
        yield f' <span class="none">{code_shown(qualifier)}</span>'


def _measure(number: str, unit: Code | None) -> str:
    words = shown(number) if number else _NOTHING
    if unit is None or (unit.scheme == "UCUM" and unit.value == "1"):
        return words
    # What stands in braces is UCUM's way to say what is counted, not a unit.
    is_symbol = unit.scheme == "UCUM" and not unit.value.startswith("{")
    known = ", ".join(part for part in (unit.value, unit.scheme, unit.version) if part)
    return f"{words} {shown(unit.value if is_symbol else unit.meaning, f'({known}) {unit.meaning}')}"


def _objects(attributes: Attributes, link: Link) -> Iterator[str]:
    written = False
    for sop_class, instance, reference in read_references(attributes):
        yield (", " if written else "") + _object(sop_class, instance, link)
        for name, tag in (("frame", _FRAMES), ("segment", _SEGMENTS)):
            if numbers := decimals(reference, tag):
                yield f", {name} {', '.join(f'{number:.0f}' for number in numbers)}"
        if channels := decimals(reference, _CHANNELS):
            pairs = zip(channels[::2], channels[1::2], strict=False)
            yield f", channel {', '.join(f'{group:.0f}/{channel:.0f}' for group, channel in pairs)}"
        written = True
    if not written:
        yield _NOTHING


def _object(sop_class: str, instance: str, link: Link) -> str:
    name = (storage_classes().get(sop_class) or sop_class or "object").removesuffix(" Storage")
    url = link(sop_class, instance)
    if url is None:
        return shown(name, instance)
    return f'<a href="{safe(url)}" title="{safe(instance)}">{safe(name)}</a>'


def _plane_points(attributes: Attributes, link: Link) -> Iterator[str]:
    yield shown(text(attributes, _GRAPHIC))
    if origin := text(attributes, _ORIGIN):
        yield f" ({safe(origin)})"
    yield from _points(decimals(attributes, _POINTS), 2)


def _space_points(attributes: Attributes, link: Link) -> Iterator[str]:
    yield shown(text(attributes, _GRAPHIC))
    if frame := text(attributes, _FRAME_OF_REFERENCE):
        yield f' in <span title="{safe(frame)}">frame of reference</span>'
    yield from _points(decimals(attributes, _POINTS), 3)


def _points(numbers: tuple[float, ...], size: int) -> Iterator[str]:
    whole = len(numbers) // size
    yield f": <details><summary>{whole} points</summary>" if whole > _FEW else ": "
    for at in range(0, len(numbers), size):
        yield f"({', '.join(map(number_shown, numbers[at : at + size]))}) "
    if whole > _FEW:
        yield "</details>"


def _moments(attributes: Attributes, link: Link) -> Iterator[str]:
    yield shown(text(attributes, _RANGE))
    for name, tag in (("samples", _SAMPLES), ("seconds", _OFFSETS)):
        if tag in attributes:
            yield f": {name} {', '.join(safe(str(value)) for value in attributes[tag].values)}"
    if _DATETIMES in attributes:
        yield f": {', '.join(safe(datetime_shown(str(value))) for value in attributes[_DATETIMES].values)}"


def _table(attributes: Attributes, link: Link) -> Iterator[str]:
    for table in items(attributes, _TABULATED)[:1]:
        rows, columns = _headings(table, _ROWS, _ROW), _headings(table, _COLUMNS, _COLUMN)
        cells: dict[tuple[int, int], str] = {}
        for cell in items(table, _CELLS):
            _place(cell, cells)
        wide, high = sorted({*columns, *(at for _, at in cells)}), sorted({*rows, *(at for at, _ in cells)})
        if len(wide) * len(high) > _MOST_CELLS:
            yield f'<span class="none">a table of {len(high)} rows and {len(wide)} columns</span>'
            continue
        yield "<table><thead><tr><td></td>"
        yield from (f"<th>{columns.get(at, '')}</th>" for at in wide)
        yield "</tr></thead><tbody>"
        for row in high:
            yield f"<tr><th>{rows.get(row, '')}</th>"
            yield from (f"<td>{cells.get((row, at), '')}</td>" for at in wide)
            yield "</tr>"
        yield "</tbody></table>"


def _headings(table: Attributes, sequence: Tag, number: Tag) -> dict[int, str]:
    found = {}
    for item in items(table, sequence):
        name, unit = read_code(item, _CONCEPT_NAME), read_code(item, _UNITS)
        words = code_shown(name) if name else ""
        found[_whole(item, number)] = words + (f" ({code_shown(unit)})" if unit else "")
    return found


def _place(cell: Attributes, cells: dict[tuple[int, int], str]) -> None:
    """One cell, or all of a row or column when only that is named (PS3.3 C.18.10)."""
    row, column = _whole(cell, _ROW), _whole(cell, _COLUMN)
    values = list(_cell_values(cell))
    if row and column:
        cells[row, column] = ", ".join(values)
        return
    for number, value in enumerate(values, 1):
        cells[row or number, column or number] = value


def _cell_values(cell: Attributes) -> Iterator[str]:
    if (code := read_code(cell, _CONCEPT)) is not None:
        yield code_shown(code)
    unit = read_code(cell, _UNITS)
    for tag in sorted(tag for tag in cell if tag in _SELECTED and cell[tag].vr != "SQ"):
        yield from (_measure(str(value), unit) for value in cell[tag].values)
    yield from (shown(name, uid) for name, uid, _ in read_references(cell))
    if (qualifier := read_code(cell, _QUALIFIER)) is not None:
        yield code_shown(qualifier)


def _whole(item: Attributes, tag: Tag) -> int:
    return int((decimals(item, tag) or (0,))[0])


_WRITERS: Final[dict[str, Callable[[Attributes, Link], Iterator[str]]]] = {
    "TEXT": _long_text,
    "NUM": _number,
    "CODE": _code,
    "DATETIME": _words(_DATETIME, datetime_shown),
    "DATE": _words(_DATE, date_shown),
    "TIME": _words(_TIME, time_shown),
    "PNAME": _words(_PERSON, name_shown),
    "UIDREF": _words(_UID, str),
    "COMPOSITE": _objects,
    "IMAGE": _objects,
    "WAVEFORM": _objects,
    "SCOORD": _plane_points,
    "SCOORD3D": _space_points,
    "TCOORD": _moments,
    "TABLE": _table,
}
