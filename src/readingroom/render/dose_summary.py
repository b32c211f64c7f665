"""RT Dose in short: what it is, its grid, and its dose-volume histograms (PS3.3 C.8.8.3, C.8.8.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from readingroom.errors import Invalid
from readingroom.model import Attributes

from .dose_volume import DoseVolume, read_dose_volume
from .markup import number_shown
from .numbers import decimals, first_decimal, items, text
from .summary import Block, Cell, Chart, Curve, Heading, Note, Table, facts, measured, number, referenced
from .summary import words as said

_SCALING, _UNITS, _OFFSETS, _HISTOGRAMS = 0x3004000E, 0x30040002, 0x3004000C, 0x30040050
_ROWS, _COLUMNS, _FRAMES, _SPACING = 0x00280010, 0x00280011, 0x00280008, 0x00280030
_MOST_HISTOGRAMS: Final = 500
_MOST_POINTS: Final = 400
RoiNames: TypeAlias = Mapping[int, tuple[str, tuple[int, int, int] | None]]
"""Name and colour by ROI Number."""


def dose_summary(attributes: Attributes, names: RoiNames, largest: float | None) -> Iterator[Block]:
    """names: of the structure set it refers to. largest: stored value of the grid, None when not known."""
    scaling = first_decimal(attributes, _SCALING, 1.0)
    unit = _unit(text(attributes, _UNITS))
    most = "" if largest is None else measured([float(f"{largest * scaling:.6g}")], unit)
    yield facts(
        (
            ("Dose type", said(0x30040004)(attributes)),
            ("Units", text(attributes, _UNITS)),
            ("Summation", said(0x3004000A)(attributes)),
            ("Comment", said(0x30040006)(attributes)),
            ("Tissue heterogeneity", said(0x30040014)(attributes)),
            ("Grid", _grid(attributes)),
            ("Dose grid scaling", number(_SCALING)(attributes)),
            ("Highest dose in the grid", most),
            *referenced(attributes, 0x300C0002, "Plan"),
            *referenced(attributes, 0x300C0060, "Structure set"),
        )
    )
    yield from _histograms(attributes, names)


def _unit(units: str) -> str:
    return {"GY": "Gy", "RELATIVE": "(relative)"}.get(units.upper(), "")


def _grid(attributes: Attributes) -> str:
    size = [decimals(attributes, tag)[:1] for tag in (_COLUMNS, _ROWS)]
    if not all(size):
        return ""
    frames = first_decimal(attributes, _FRAMES, 1)
    said = f"{size[0][0]:.0f} columns, {size[1][0]:.0f} rows, {frames:.0f} planes"
    spacing, offsets = decimals(attributes, _SPACING), decimals(attributes, _OFFSETS)
    steps = [second - first for first, second in pairwise(offsets)]
    if len(spacing) == 2:
        said += f"; {number_shown(spacing[1])} by {number_shown(spacing[0])} mm"
    if steps:
        least, most = min(map(abs, steps)), max(map(abs, steps))
        apart = (
            number_shown(least) if most - least < 1e-3 else f"{number_shown(least)} to {number_shown(most)}"
        )
        said += f", planes {apart} mm apart"
    return said


def _histograms(attributes: Attributes, names: RoiNames) -> Iterator[Block]:
    found, broken = [], []
    for item in items(attributes, _HISTOGRAMS)[:_MOST_HISTOGRAMS]:
        try:
            found.append(read_dose_volume(item))
        except Invalid as error:
            broken.append(error.sentence)
    if found or broken:
        yield Heading("Dose-volume histograms")
    if found:
        yield _table(found, names)
        for unit in dict.fromkeys(one.units for one in found):
            yield _chart([one for one in found if one.units == unit], _unit(unit), names)
            yield from _differential([one for one in found if one.units == unit], _unit(unit), names)
        yield Note(
            "Minimum, mean and maximum as they are stored. D95, D50, D5, and the mean in brackets, are read"
            " from the histogram, linear inside of a bin: D95 is what 95 % of the volume receive at least."
        )
    for sentence in dict.fromkeys(broken):
        yield Note(f"A histogram was left out: {sentence}")


def _table(found: list[DoseVolume], names: RoiNames) -> Table:
    columns = ("Region", "Volume", "Minimum", "Mean", "Maximum", "D95", "D50", "D5", "Stored as")
    return Table(columns, tuple(_row(one, names) for one in found))


def _row(one: DoseVolume, names: RoiNames) -> tuple[Cell, ...]:
    unit = _unit(one.units)
    mean = one.mean_dose()
    computed = "" if mean is None else f" ({mean:.3f})"
    volume = {"CM3": "ml", "PERCENT": "%", "PER_U": ""}.get(one.volume_units, one.volume_units.lower())
    said = (
        f"{measured([one.volume])} {volume}",
        measured(_known(one.least), unit),
        measured(_known(one.mean), unit) + computed,
        measured(_known(one.largest), unit),
        *(_at(one, percent, unit) for percent in (95, 50, 5)),
        f"{one.kind}, {len(one.doses) - 1} bins",
    )
    return (_named(one, names), *map(Cell, said))


def _known(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _at(one: DoseVolume, percent: float, unit: str) -> str:
    dose = one.dose_at(percent)
    return "" if dose is None else f"{dose:.3f} {unit}".strip()


def _named(one: DoseVolume, names: RoiNames) -> Cell:
    said, color = [], None
    for key, contribution in one.rois:
        name, own = names.get(key, ("", None))
        color = color or own
        without = "without " if contribution == "EXCLUDED" else ""
        said.append(f"{without}{name} (ROI {key})" if name else f"{without}ROI {key}")
    return Cell(", ".join(said) or "no ROI", color)


def _chart(found: list[DoseVolume], unit: str, names: RoiNames) -> Chart:
    """Percent of each structure's volume."""
    curves = []
    for one in found[:50]:
        percent = one.volumes * (100 / one.volume) if one.volume > 0 else one.volumes
        step = -(-len(one.doses) // _MOST_POINTS)
        cell = _named(one, names)
        points = tuple(zip(one.doses[::step].tolist(), percent[::step].tolist(), strict=True))
        curves.append(Curve(cell.words, cell.color, points))
    return Chart(f"Dose, {unit}" if unit else "Dose", "Volume, %", 100.0, tuple(curves))


def _differential(found: list[DoseVolume], unit: str, names: RoiNames) -> Iterator[Chart]:
    """Those that are not stored as cumulative, bin by bin."""
    curves = []
    for one in found[:50]:
        points = one.per_dose(_MOST_POINTS) if one.kind != "CUMULATIVE" else ()
        if points:
            cell = _named(one, names)
            curves.append(Curve(cell.words, cell.color, points))
    top = max((y for curve in curves for _, y in curve.points), default=0.0)
    if top > 0:
        per = f"Volume, % per {unit}" if unit else "Volume, % per unit"
        yield Chart(f"Dose, {unit}" if unit else "Dose", per, top, tuple(curves))
