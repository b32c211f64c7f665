"""Waveform Sequence (PS3.3 C.10.9): multiplex groups, channels, samples as physical values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array

from .companding import A_LAW, MU_LAW
from .numbers import decimals, first_decimal, items, text

_SEQUENCE, _DATA, _PADDING = 0x54000100, 0x54001010, 0x5400100A
_BITS_ALLOCATED, _INTERPRETATION = 0x54001004, 0x54001006
_CHANNELS, _SAMPLES, _FREQUENCY, _LABEL = 0x003A0005, 0x003A0010, 0x003A001A, 0x003A0020
_TIME_OFFSET = 0x00181068  # Multiplex Group Time Offset, ms
_DEFINITIONS, _CHANNEL_LABEL, _SOURCE = 0x003A0200, 0x003A0203, 0x003A0208
_SENSITIVITY, _UNITS, _CORRECTION, _BASELINE = 0x003A0210, 0x003A0211, 0x003A0212, 0x003A0213
_TIME_SKEW, _SAMPLE_SKEW = 0x003A0214, 0x003A0215
_CODE, _SCHEME, _MEANING = 0x00080100, 0x00080102, 0x00080104
_INTEGERS: Final = {
    (8, "SB"): "<i1", (8, "UB"): "<u1", (8, "MB"): "<u1", (8, "AB"): "<u1",
    (16, "SS"): "<i2", (16, "US"): "<u2", (32, "SL"): "<i4", (32, "UL"): "<u4",
    (64, "SV"): "<i8", (64, "UV"): "<u8",
}  # fmt: skip
_COMPANDED: Final = {"MB": MU_LAW, "AB": A_LAW}
_MOST_GROUPS, _MOST_CHANNELS = 64, 512
_GREATEST: Final = 1e12


@dataclass(frozen=True, slots=True)
class Code:
    """One Item of a code sequence (PS3.3 8.8)."""

    value: str = ""
    scheme: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a multiplex group.

    stored: its samples as integers, a view into those of the group. padding: the stored value that stands
    for no sample. units: UCUM; "" when the object tells none, values are then stored ones. frequency: in Hz.
    start: time of the first sample in seconds from the acquisition, skew and group offset included.
    """

    label: str
    source: Code
    units: str
    stored: Array
    frequency: float
    start: float
    scale: float = 1.0
    baseline: float = 0.0
    padding: int | None = None
    interpretation: str = "SS"

    @property
    def name(self) -> str:
        """The Channel Label, else what the source's code means; never empty."""
        return self.label or self.source.meaning or self.source.value or "?"

    @property
    def seconds(self) -> float:
        """How long the samples last."""
        return len(self.stored) / self.frequency

    def values(self, start: int = 0, stop: int | None = None) -> Array:
        """Samples from start up to stop as float64 in `units`; NaN where there is padding.

        sample x sensitivity x correction factor + baseline (C.10.9.1.4.3 to 5); companded ones are expanded
        to 16 bits before (ITU-T G.711).
        """
        part = self.stored[start:stop]
        table = _COMPANDED.get(self.interpretation)
        linear = part if table is None else table[part]
        values: Array = linear.astype(np.float64) * self.scale + self.baseline
        if self.padding is not None:
            values[part == self.padding] = np.nan
        return values


@dataclass(frozen=True, slots=True)
class MultiplexGroup:
    """Channels that were sampled together. number: from 1, as annotations refer to it. start: seconds."""

    number: int
    label: str
    frequency: float
    start: float
    channels: tuple[Channel, ...]


def read_waveforms(attributes: Attributes) -> tuple[MultiplexGroup, ...]:
    """The multiplex groups of a waveform object, in their order; their bulk values must be in place.

    Raises Invalid when there is none or one is broken, Unsupported for more groups or channels than are read
    and for a Waveform Sample Interpretation that is none of PS3.3 C.10.9.1.5.
    """
    found = items(attributes, _SEQUENCE)
    if not found:
        raise Invalid("The object has no Waveform Sequence.", tag=_SEQUENCE)
    if len(found) > _MOST_GROUPS:
        raise Unsupported(f"More than {_MOST_GROUPS} multiplex groups.", tag=_SEQUENCE)
    return tuple(_group(number, item) for number, item in enumerate(found, 1))


def _group(number: int, item: Attributes) -> MultiplexGroup:
    channels, samples = (_whole(item, tag) for tag in (_CHANNELS, _SAMPLES))
    if channels > _MOST_CHANNELS:
        raise Unsupported(f"More than {_MOST_CHANNELS} channels in a multiplex group.", tag=_CHANNELS)
    frequency = first_decimal(item, _FREQUENCY, 0.0)
    if not 1e-6 <= frequency <= 1e9:
        raise Invalid(f"A Sampling Frequency of {frequency:g} Hz.", tag=_FREQUENCY)
    definitions = items(item, _DEFINITIONS)
    if len(definitions) != channels:
        told = f"{len(definitions)} channels are defined, Number of Waveform Channels says {channels}."
        raise Invalid(told, tag=_DEFINITIONS)
    interpretation = text(item, _INTERPRETATION).upper()
    kind = _INTEGERS.get((int(first_decimal(item, _BITS_ALLOCATED, 0)), interpretation))
    if kind is None:
        told = f"Samples of the interpretation “{interpretation[:16]}” in the bits that are allocated."
        raise Unsupported(told, tag=_INTERPRETATION)
    data = _samples(item, np.dtype(kind), samples, channels)
    start = first_decimal(item, _TIME_OFFSET, 0.0) / 1000
    padding = _padding(item, np.dtype(kind))
    read = tuple(
        _channel(definition, data[:, at], frequency, start, padding, interpretation)
        for at, definition in enumerate(definitions)
    )
    return MultiplexGroup(number, text(item, _LABEL), frequency, start, read)


def _whole(item: Attributes, tag: int) -> int:
    """A count that must be at least 1."""
    number = int(first_decimal(item, tag, 0))
    if number < 1:
        raise Invalid("A multiplex group needs channels and samples.", tag=tag)
    return number


def _samples(item: Attributes, kind: np.dtype[np.generic], samples: int, channels: int) -> Array:
    """Samples by channels; the byte that makes the length even is left over."""
    attribute = item.get(_DATA)
    data = attribute.first if attribute is not None else None
    if not isinstance(data, bytes | bytearray | memoryview):
        raise Unsupported("Waveform Data is missing, or longer than what is read at once.", tag=_DATA)
    needed = samples * channels * kind.itemsize
    if len(data) < needed:
        raise Invalid(f"Waveform Data has {len(data)} bytes where {needed} are needed.", tag=_DATA)
    read: Array = np.frombuffer(data, kind, samples * channels).reshape(samples, channels)
    return read


def _padding(item: Attributes, kind: np.dtype[np.generic]) -> int | None:
    attribute = item.get(_PADDING)
    value = attribute.first if attribute is not None else None
    if not isinstance(value, bytes | bytearray | memoryview) or len(value) < kind.itemsize:
        return None
    return int(np.frombuffer(value, kind, 1)[0])


def _channel(
    item: Attributes, stored: Array, frequency: float, start: float, padding: int | None, interpretation: str
) -> Channel:
    units = code_of(item, _UNITS)
    skew = first_decimal(item, _TIME_SKEW, 0.0) + first_decimal(item, _SAMPLE_SKEW, 0.0) / frequency
    has_sensitivity = bool(decimals(item, _SENSITIVITY))
    scale = first_decimal(item, _SENSITIVITY, 1.0) * first_decimal(item, _CORRECTION, 1.0)
    baseline = first_decimal(item, _BASELINE, 0.0)
    if max(abs(scale), abs(baseline), abs(start + skew)) > _GREATEST:
        raise Invalid("A channel's sensitivity, baseline or time is beyond all measure.", tag=_DEFINITIONS)
    return Channel(
        label=text(item, _CHANNEL_LABEL),
        source=code_of(item, _SOURCE),
        units=units.value if has_sensitivity else "",
        stored=stored,
        frequency=frequency,
        start=start + skew,
        scale=scale,
        baseline=baseline,
        padding=padding,
        interpretation=interpretation,
    )


def code_of(item: Attributes, tag: int) -> Code:
    """The first Item of a code sequence; an empty code when there is none."""
    for found in items(item, tag)[:1]:
        return Code(text(found, _CODE), text(found, _SCHEME), text(found, _MEANING))
    return Code()
