"""A waveform object on millimetre paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array

from .numbers import text
from .sheet import Anchor, Ink, Sheet
from .waveform import read_waveforms
from .waveform_annotation import WaveformAnnotation, read_waveform_annotations
from .waveform_layout import SPAN, Cell, Plan, plan_for
from .waveform_leads import LeadLayout
from .waveform_trace import trace, unbroken

_SOP_CLASS = 0x00080016
_WIDTH, _HEIGHT = 297.0, 210.0
_LEFT, _TOP = 15.0, 35.0
"""Where the paper begins."""
_RIGHT: Final = 290.0
_TRACES: Final = 35.0
_BELOW: Final = 15.0
_FINE: Final[Ink] = (250, 224, 222)
_THICK: Final[Ink] = (236, 178, 174)
_BLACK: Final[Ink] = (0, 0, 0)
_BLUE: Final[Ink] = (20, 60, 160)
_MOST_MARKS, _MOST_WORDS, _WORDS_IN_COLUMN = 200, 15, 5
_WORDS_SIZE, _WORDS_LEADING = 2.0, 2.4


def plot_waveforms(attributes: Attributes, layout: LeadLayout = LeadLayout.THREE_BY_FOUR) -> Sheet:
    """A waveform object as a sheet: paper, calibration pulses, traces, annotations, head, scale.

    ECG, hemodynamic and electrophysiology waveforms stand at 25 mm/s and 10 mm/mV as long as there is room;
    other channels in a scale that is told beside them. attributes: whole, bulk values in place. Raises
    Invalid for a broken object, Unsupported for one that cannot be read.
    """
    groups = read_waveforms(attributes)
    plan = plan_for(groups, text(attributes, _SOP_CLASS), layout)
    annotations = read_waveform_annotations(attributes, groups)
    bottom = _TOP + plan.rows * plan.row_height
    sheet = Sheet(_WIDTH, max(_HEIGHT, bottom + _BELOW), "Waveform")
    sheet.breaks = [_TOP + row * plan.row_height for row in range(1, plan.rows + 1)]
    sheet.running = "   ".join((*_person(attributes), _scale(plan)))
    _rule(sheet, bottom)
    for cell in plan.cells:
        _trace(sheet, cell, plan, bottom)
    unseen = _mark(sheet, plan, [annotation for annotation in annotations if annotation.times])
    _head(sheet, attributes, [annotation.words for annotation in annotations if not annotation.times])
    _foot(sheet, plan, *unseen, bottom)
    return sheet


def _rule(sheet: Sheet, bottom: float) -> None:
    """The paper, its lines 1 mm apart and each fifth thicker."""
    for name, step, width, ink in (("grid-1mm", 1.0, 0.1, _FINE), ("grid-5mm", 5.0, 0.2, _THICK)):
        across = np.arange(_LEFT, _RIGHT + 0.5, step)
        down = np.arange(_TOP, bottom + 0.5, step)
        lines = [np.array([(x, _TOP), (x, bottom)]) for x in across]
        lines += [np.array([(_LEFT, y), (_RIGHT, y)]) for y in down]
        sheet.stroke(name, lines, width, ink)


def _base(cell: Cell, plan: Plan) -> float:
    """The base line of a row, a thick one: as many whole squares above it as below, or one more."""
    top = _TOP + cell.row * plan.row_height
    return top + 5.0 * -(-plan.row_height // 10)


def _trace(sheet: Sheet, cell: Cell, plan: Plan, bottom: float) -> None:
    base, left = _base(cell, plan), _TRACES + cell.left
    top = _TOP + cell.row * plan.row_height
    points = trace(cell.channel, cell.begin, cell.end, plan.speed)
    lines = unbroken(points)

    def placed(line: Array) -> Array:
        x = left + (line[:, 0] - cell.begin) * plan.speed
        y = base - (line[:, 1] - cell.scale.middle) * cell.scale.mm_per_unit
        return np.column_stack((x, np.clip(y, _TOP, bottom)))

    sheet.stroke("trace", [placed(line) for line in lines], 0.25, _BLACK)
    if cell.left:
        sheet.stroke("border", [np.array([(left, base - 4.0), (left, base + 4.0)])], 0.3, _BLACK)
    else:
        sheet.stroke("calibration", [_pulse(base, cell, plan)], 0.25, _BLACK)
    sheet.write(_label(cell, plan), left + 1.0, top + 4.0, 3.4, _BLACK)


def _pulse(base: float, cell: Cell, plan: Plan) -> Array:
    """1 mV where the paper's gain holds, else 10 mm; 5 mm wide."""
    height = plan.gain if cell.scale.is_paper and plan.gain is not None else 10.0
    x = _LEFT + 5.0
    xs = (x, x + 2.5, x + 2.5, x + 7.5, x + 7.5, x + 10.0)
    return np.column_stack((xs, np.array([0.0, 0.0, -height, -height, 0.0, 0.0]) + base))


def _label(cell: Cell, plan: Plan) -> str:
    words = cell.name[:40]
    if not cell.scale.is_paper:
        units = {"": "stored units", "1": "units"}.get(cell.channel.units, cell.channel.units)
        per_centimetre = f"10 mm = {10 / cell.scale.mm_per_unit:g} {units}"
        words += f"   {per_centimetre}, middle {cell.scale.middle:g} {units}"
    if cell.begin and not cell.left:
        words += f"   from {cell.begin:g} s"
    return words


def _mark(sheet: Sheet, plan: Plan, annotations: Sequence[WaveformAnnotation]) -> tuple[int, int]:
    """The annotations that have times, at them. Returns how many lie elsewhere, how many lack their words."""
    shown: set[int] = set()
    wordless: set[int] = set()
    for cell in plan.cells:
        places = sorted(
            (time, at)
            for at, annotation in enumerate(annotations)
            if _is_about(annotation, cell)
            for time in annotation.times
            if cell.begin <= time < cell.end
        )
        base, bottom = _base(cell, plan), _TOP + (cell.row + 1) * plan.row_height
        ends = [0.0] * int((bottom - base - 4.0) // _WORDS_LEADING)
        for time, at in places[:_MOST_MARKS]:
            x, words = _TRACES + cell.left + (time - cell.begin) * plan.speed, annotations[at].words[:32]
            free = next((level for level, end in enumerate(ends) if end <= x), None)
            y = bottom - _WORDS_LEADING * (0 if free is None else len(ends) - 1 - free) - 0.5
            sheet.stroke("annotation", [np.array([(x, base - 6.0), (x, y)])], 0.12, _BLUE)
            shown.add(at)
            if free is None:
                wordless.add(at)
                continue
            ends[free] = x + 1.5 + 0.6 * _WORDS_SIZE * len(words)
            sheet.write(words, x + 0.4, y, _WORDS_SIZE, _BLUE)
    return len(annotations) - len(shown), len(wordless)


def _is_about(annotation: WaveformAnnotation, cell: Cell) -> bool:
    if not annotation.channels:
        return cell.takes_all
    return any(
        group == cell.group and (number == cell.number or (number == 0 and cell.takes_all))
        for group, number in annotation.channels
    )


def _head(sheet: Sheet, attributes: Attributes, words: Sequence[str]) -> None:
    """Patient and study on the left, what is said of the whole waveform on the right."""
    name, key = _person(attributes)
    sheet.write(name, _LEFT, 9.0, 5.0, _BLACK)
    person = [key, _day(text(attributes, 0x00100030)), text(attributes, 0x00100040)]
    clock = text(attributes, 0x00080030)
    moment = " ".join((_day(text(attributes, 0x00080020)), f"{clock[:2]}:{clock[2:4]}" if clock[3:4] else ""))
    study = [moment, text(attributes, 0x00080050), text(attributes, 0x00081030)]
    series = [text(attributes, 0x00080060), text(attributes, 0x0008103E), text(attributes, 0x00080080)]
    for at, pieces in enumerate((person, study, series)):
        line = "   ".join(piece.strip()[:40] for piece in pieces if piece.strip())
        sheet.write(line[:90], _LEFT, 15.5 + 5.0 * at, 3.2, _BLACK)
    for at, word in enumerate(words[:_MOST_WORDS]):
        column, row = divmod(at, _WORDS_IN_COLUMN)
        sheet.write(word[:30], 150.0 + 47.0 * column, 9.0 + 4.5 * row, 3.0, _BLUE)
    if len(words) > _MOST_WORDS:
        sheet.write(f"and {len(words) - _MOST_WORDS} more", 244.0, 31.5, 3.0, _BLUE)


def _person(attributes: Attributes) -> tuple[str, str]:
    """Name and Patient ID."""
    name = " ".join(text(attributes, 0x00100010).split("=")[0].replace("^", " ").split())
    return name[:50] or "(no name)", text(attributes, 0x00100020)[:40]


def _scale(plan: Plan) -> str:
    scale = [f"{plan.speed:g} mm/s"] + ([f"{plan.gain:g} mm/mV"] if plan.gain is not None else [])
    return "   ".join(scale)


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date


def _foot(sheet: Sheet, plan: Plan, unseen: int, wordless: int, bottom: float) -> None:
    """The scale, and what is not on the sheet."""
    sheet.write(_scale(plan), _LEFT, bottom + 6.0, 3.6, _BLACK)
    told = [*plan.left_out]
    told += [f"{unseen} annotations lie elsewhere"] if unseen else []
    told += [f"{wordless} annotations without room for their words"] if wordless else []
    sheet.write("; ".join(told), _TRACES + SPAN, bottom + 6.0, 3.0, _BLACK, Anchor.END)
