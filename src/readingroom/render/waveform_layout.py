"""Where the channels of a waveform object stand on the paper, and in which scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log10
from typing import Final

from .waveform import Channel, MultiplexGroup
from .waveform_leads import LEADS, RHYTHM, LeadLayout, lead_of, twelve_leads
from .waveform_trace import extent

PAPER_SPEED: Final = 25.0
"""mm/s"""
PAPER_GAIN: Final = 10.0
"""mm/mV"""
SPAN: Final = 250.0
"""Width in mm that a row of traces takes: 10 s of ECG."""
_PAPER_CLASSES: Final = tuple(f"1.2.840.10008.5.1.4.1.1.9.{number}" for number in ("1.", "2.", "3."))
"""ECG, hemodynamic and electrophysiology waveforms are drawn at paper speed and gain (PS3.4 B.5)."""
_MILLIVOLTS: Final = {"V": 1000.0, "mV": 1.0, "uV": 1e-3, "nV": 1e-6}
_FASTEST = 200.0
_MOST_ROWS = 24
_MOST_STRIPS = 32


@dataclass(frozen=True, slots=True)
class Scale:
    """mm_per_unit: of the channel's values. middle: the value on the row's base line."""

    mm_per_unit: float
    middle: float = 0.0
    is_paper: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a channel in its place.

    group, number: the channel as annotations name it, from 1. begin, end: seconds. left: mm from where
    traces begin. takes_all: what is said of all channels of the group is shown here.
    """

    channel: Channel
    group: int
    number: int
    name: str
    row: int
    left: float
    begin: float
    end: float
    scale: Scale
    takes_all: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """cells: in rows of row_height mm. left_out: sentences about what is not shown."""

    cells: tuple[Cell, ...]
    rows: int
    row_height: float
    speed: float
    gain: float | None
    left_out: tuple[str, ...] = ()


def plan_for(groups: Sequence[MultiplexGroup], sop_class_uid: str, layout: LeadLayout) -> Plan:
    """A 12-lead ECG in `layout`, 10 s of the longest group that has the leads; all else as strips."""
    is_paper = sop_class_uid.startswith(_PAPER_CLASSES)
    complete = [group for group in groups if is_paper and twelve_leads(group) is not None]
    if complete:
        group = max(complete, key=lambda group: group.channels[0].seconds)
        return _of_leads(group, layout, len(groups) - 1)
    return _of_strips(groups, is_paper)


def _of_leads(group: MultiplexGroup, layout: LeadLayout, others: int) -> Plan:
    places = twelve_leads(group) or {}
    height = {LeadLayout.THREE_BY_FOUR: 40.0, LeadLayout.SIX_BY_TWO: 25.0, LeadLayout.TWELVE_BY_ONE: 20.0}
    rows, seconds = len(LEADS) // layout.columns, SPAN / PAPER_SPEED / layout.columns
    gain = _paper_gain([group.channels[place] for place in places.values()], 2 * height[layout])
    has_rhythm = layout is LeadLayout.THREE_BY_FOUR

    def cell(lead: str, row: int, column: int, share: int) -> Cell:
        channel, begin = group.channels[places[lead]], group.start + column * seconds
        takes_all = row == (rows if has_rhythm else 0)
        scale = _paper_scale(channel, gain)
        left, end = column * seconds * PAPER_SPEED, begin + seconds * share
        return Cell(
            channel,
            group.number,
            places[lead] + 1,
            lead,
            row,
            left,
            begin,
            end,
            scale or Scale(1.0),
            takes_all,
        )

    cells = [cell(lead, at % rows, at // rows, 1) for at, lead in enumerate(LEADS)]
    if has_rhythm:
        cells.append(cell(RHYTHM, rows, 0, layout.columns))
    left_out = []
    if (whole := group.channels[0].seconds) > seconds * layout.columns:
        left_out.append(f"the first {seconds * layout.columns:g} s of {whole:g} s")
    if others:
        left_out.append(f"multiplex group {group.number} of {others + 1}")
    return Plan(tuple(cells), rows + has_rhythm, height[layout], PAPER_SPEED, gain, tuple(left_out))


def _of_strips(groups: Sequence[MultiplexGroup], is_paper: bool) -> Plan:
    named = [(group, at) for group in groups for at in range(len(group.channels))]
    shown = named[:_MOST_STRIPS]
    channels = [group.channels[at] for group, at in shown]
    begin = min(channel.start for channel in channels)
    seconds = max(max(channel.start + channel.seconds for channel in channels) - begin, 1e-9)
    blocks, speed = 1, _round_down(SPAN / seconds * (1 + 1e-9))
    if is_paper:
        needed = ceil(seconds * PAPER_SPEED / SPAN - 1e-6)
        if needed * len(shown) <= max(_MOST_ROWS, len(shown)):
            blocks, speed = needed, PAPER_SPEED
        speed = min(speed, PAPER_SPEED)
    speed = min(speed, _FASTEST)
    row_height = 40.0 if len(shown) * blocks <= 4 else 30.0
    paper = [channel for channel in channels if is_paper and _millivolts(channel)]
    gain = _paper_gain(paper, 2 * row_height) if paper else None
    scales = [_scale(channel, gain, row_height) for channel in channels]
    cells = []
    for block in range(blocks):
        start = begin + block * SPAN / speed
        for at, (group, place) in enumerate(shown):
            name = lead_of(channels[at]) or channels[at].name
            row = block * len(shown) + at
            end = start + SPAN / speed
            cells.append(
                Cell(
                    channels[at], group.number, place + 1, name, row, 0.0, start, end, scales[at], place == 0
                )
            )
    told = (f"{len(shown)} of {len(named)} channels",) if len(named) > len(shown) else ()
    return Plan(tuple(cells), len(shown) * blocks, row_height, speed, gain, told)


def _millivolts(channel: Channel) -> float:
    """What one unit of the channel is in mV, 0 when it is no voltage."""
    return _MILLIVOLTS.get(channel.units, 0.0)


def _paper_gain(channels: Sequence[Channel], room: float) -> float:
    """10 mm/mV, halved until the greatest swing fits `room` mm."""
    swing = max((abs(high - low) * _millivolts(channel) for channel, (low, high) in _extents(channels)))
    gain = PAPER_GAIN
    while swing * gain > room:
        gain /= 2
    return gain


def _extents(channels: Sequence[Channel]) -> list[tuple[Channel, tuple[float, float]]]:
    return [(channel, extent(channel)) for channel in channels]


def _paper_scale(channel: Channel, gain: float) -> Scale | None:
    millivolts = _millivolts(channel)
    return Scale(millivolts * gain, is_paper=True) if millivolts else None


def _scale(channel: Channel, gain: float | None, room: float) -> Scale:
    paper = _paper_scale(channel, gain) if gain is not None else None
    if paper is not None:
        return paper
    low, high = extent(channel)
    if high <= low:
        return Scale(1.0, low)
    scale = _round_down((room - 8) / (high - low))
    step = 5 / scale  # the base line is a thick one of the grid: a round value stands there
    return Scale(scale, round((low + high) / 2 / step) * step)


def _round_down(number: float) -> float:
    """The greatest 1, 2 or 5 times a power of ten, or 25 times one, that is not above."""
    if not 0 < number < inf:
        return 1.0
    power = 10.0 ** floor(log10(number))
    return power * max(digit for digit in (1.0, 2.0, 2.5, 5.0) if digit * power <= number or digit == 1.0)
