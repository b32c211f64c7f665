"""Waveform Annotation Sequence (PS3.3 C.10.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readingroom.model import Attributes

from .numbers import decimals, items, text
from .waveform import MultiplexGroup, code_of

_SEQUENCE, _TEXT = 0x0040B020, 0x00700006
_NAME, _CONCEPT, _NUMBER, _UNITS = 0x0040A043, 0x0040A168, 0x0040A30A, 0x004008EA
_CHANNELS, _RANGE, _POSITIONS, _OFFSETS = 0x0040A0B0, 0x0040A130, 0x0040A132, 0x0040A138
_MOST, _MOST_TIMES, _LONGEST = 2000, 200, 80


@dataclass(frozen=True, slots=True)
class WaveformAnnotation:
    """Words about a waveform. times: in seconds from the acquisition, () when it is about all of it.

    channels: pairs (multiplex group, channel), from 1; channel 0 stands for all of the group.
    is_range: the times are pairs of begin and end, else points.
    """

    words: str
    channels: tuple[tuple[int, int], ...]
    times: tuple[float, ...] = ()
    is_range: bool = False


def read_waveform_annotations(
    attributes: Attributes, groups: Sequence[MultiplexGroup]
) -> tuple[WaveformAnnotation, ...]:
    """The annotations that say something, at most 2000, each with at most 200 times and 80 letters.

    Sample positions count from 1; time offsets are seconds from the group's start.
    """
    found = (_annotation(item, groups) for item in items(attributes, _SEQUENCE)[:_MOST])
    return tuple(annotation for annotation in found if annotation.words)


def _annotation(item: Attributes, groups: Sequence[MultiplexGroup]) -> WaveformAnnotation:
    numbers = [int(number) for number in decimals(item, _CHANNELS)]
    channels = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    named = [group for group in groups if channels and group.number == channels[0][0]]
    group = (named or list(groups))[0]
    positions = decimals(item, _POSITIONS)[:_MOST_TIMES]
    times = tuple(group.start + (position - 1) / group.frequency for position in positions)
    if not times:
        times = tuple(group.start + offset for offset in decimals(item, _OFFSETS)[:_MOST_TIMES])
    is_range = text(item, _RANGE).upper() in ("SEGMENT", "MULTISEGMENT")
    return WaveformAnnotation(_words(item), channels, times, is_range)


def _words(item: Attributes) -> str:
    numbers = " ".join(f"{number:g}" for number in decimals(item, _NUMBER)[:4])
    units = code_of(item, _UNITS).value if numbers else ""
    concept = code_of(item, _CONCEPT)
    pieces = (code_of(item, _NAME).meaning, concept.meaning or concept.value, text(item, _TEXT))
    words = " ".join(piece for piece in (*pieces, numbers, units) if piece)
    return " ".join(words.split())[:_LONGEST]
