"""What a summary of an object consists of, before it is HTML or anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from readingroom.model import Attributes, Tag

from .markup import date_shown, name_shown, number_shown, time_shown
from .numbers import decimals, text

MOST_ROWS: Final = 2000
"""Rows of one table; those beyond are counted, not shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words, plain and unescaped. color: RGB, 0 to 255, shown before them. sop: class and UID of an object
    they stand for."""

    words: str
    color: tuple[int, int, int] | None = None
    sop: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of ours, how something was computed."""

    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what is known under them."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns that are empty in all rows are left out when it is made by `table`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """points: x and y, ascending in x."""

    name: str
    color: tuple[int, int, int] | None
    points: tuple[tuple[float, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over common axes from 0. y_end: the top of the vertical axis."""

    x_name: str
    y_name: str
    y_end: float
    curves: tuple[Curve, ...]


Block: TypeAlias = Heading | Note | Facts | Table | Chart
Reader: TypeAlias = Callable[[Attributes], Cell | str]
Column: TypeAlias = tuple[str, Reader]
"""Its heading, and what a row says under it."""


def table(columns: Sequence[Column], items: Sequence[Attributes]) -> Table | None:
    """A row for each Item, without the columns that would be empty; None without rows."""
    rows = [[_cell(read(item)) for _, read in columns] for item in items[:MOST_ROWS]]
    kept = [at for at in range(len(columns)) if any(row[at].words or row[at].color for row in rows)]
    if not kept:
        return None
    shown = tuple(tuple(row[at] for at in kept) for row in rows)
    return Table(tuple(columns[at][0] for at in kept), shown, max(0, len(items) - MOST_ROWS))


def facts(rows: Iterable[tuple[str, Cell | str]]) -> Facts:
    """The rows that say something."""
    cells = ((term, _cell(said)) for term, said in rows)
    return Facts(tuple((term, cell) for term, cell in cells if cell.words))


def _cell(said: Cell | str) -> Cell:
    return said if isinstance(said, Cell) else Cell(said)


def words(*tags: Tag) -> Callable[[Attributes], str]:
    """Reads the texts of these attributes, with commas between."""
    return lambda item: ", ".join(filter(None, (text(item, tag) for tag in tags)))


def number(tag: Tag, unit: str = "") -> Callable[[Attributes], str]:
    """Reads numbers, a space between, each as short as its value allows."""
    return lambda item: measured(decimals(item, tag)[:16], unit)


def measured(numbers: Sequence[float], unit: str = "") -> str:
    """Numbers and their unit, "" for none."""
    said = ", ".join(map(number_shown, numbers))
    return f"{said} {unit}".strip() if said else ""


def when(date: Tag, time: Tag) -> Callable[[Attributes], str]:
    """Reads date and time."""
    return lambda item: f"{date_shown(text(item, date))} {time_shown(text(item, time))}".strip()


def person(tag: Tag) -> Callable[[Attributes], str]:
    """Reads a person's name."""
    return lambda item: name_shown(text(item, tag))


def referenced(attributes: Attributes, sequence: Tag, name: str) -> tuple[tuple[str, Cell], ...]:
    """A row for each object that a sequence refers to."""
    attribute = attributes.get(sequence)
    found = attribute.values if attribute is not None and attribute.vr == "SQ" else ()
    sops = ((text(item, 0x00081150), text(item, 0x00081155)) for item in found[:100])
    return tuple((name, Cell(sop[1], sop=sop)) for sop in sops if sop[1])
