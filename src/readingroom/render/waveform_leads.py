"""The twelve leads of an ECG, found by their codes (PS3.16 CID 3001), and how they stand on paper."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from .waveform import Channel, MultiplexGroup

LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RHYTHM: Final = "II"
_NUMBERS: Final = {
    "1": "I", "2": "II", "61": "III", "62": "aVR", "63": "aVL", "64": "aVF",
    "3": "V1", "4": "V2", "5": "V3", "6": "V4", "7": "V5", "8": "V6",
}  # fmt: skip
_PREFIXES: Final = {"MDC": "2:", "SCPECG": "5.6.3-9-"}
_BY_NAME: Final = {lead.lower(): lead for lead in LEADS}


class LeadLayout(Enum):
    """Rows by columns; 3x4 has lead II as a rhythm strip below."""

    THREE_BY_FOUR = "3x4"
    SIX_BY_TWO = "6x2"
    TWELVE_BY_ONE = "12x1"

    @property
    def columns(self) -> int:
        """How many leads stand side by side."""
        return int(self.value.split("x")[1])


def lead_of(channel: Channel) -> str | None:
    """One of LEADS by the source's code, else by what it means or the label; None for another channel."""
    prefix = _PREFIXES.get(channel.source.scheme, "\0")
    if channel.source.value.startswith(prefix):
        return _NUMBERS.get(channel.source.value.removeprefix(prefix))
    for name in (channel.source.meaning, channel.label):
        words = name.lower().removeprefix("lead").split()
        if words and words[0] in _BY_NAME:
            return _BY_NAME[words[0]]
    return None


def twelve_leads(group: MultiplexGroup) -> Mapping[str, int] | None:
    """The place in the group (from 0) of each of LEADS; None when one is missing."""
    places = {lead_of(channel): at for at, channel in reversed(list(enumerate(group.channels)))}
    found: dict[str, int] = {lead: places[lead] for lead in LEADS if lead in places}
    return found if len(found) == len(LEADS) else None
