"""RT treatment records in short (PS3.3 C.8.8.17 to C.8.8.23, C.8.8.26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readingroom.model import Attributes

from .numbers import items
from .plan_summary import angles, energies
from .summary import Block, Column, Heading, facts, number, referenced, table, when
from .summary import words as said

_SESSION_BEAMS, _ION_BEAMS, _APPLICATIONS = 0x30080020, 0x30080021, 0x30080110
_GROUPS, _MEASURED, _CALCULATED = 0x30080220, 0x300800E0, 0x30080050


def record_summary(attributes: Attributes) -> Iterator[Block]:
    """What was delivered: session, beams or channels, and for a summary record the fractions."""
    yield facts(
        (
            ("Treated", when(0x30080250, 0x30080251)(attributes)),
            ("Operators", said(0x00081070)(attributes)),
            ("Fraction group", number(0x300C0022)(attributes)),
            ("Fractions planned", number(0x300A0078)(attributes)),
            ("First treatment", when(0x30080054, 0)(attributes)),
            ("Last treatment", when(0x30080056, 0)(attributes)),
            ("Treatment status", said(0x30080200, 0x30080202)(attributes)),
            *referenced(attributes, 0x300C0002, "Plan"),
        )
    )
    for heading, columns, sequence in _SECTIONS:
        if (found := table(columns, items(attributes, sequence))) is not None:
            yield Heading(heading)
            yield found


def _points(beam: Attributes) -> tuple[Attributes, ...]:
    return items(beam, 0x30080040) or items(beam, 0x30080041)


_DELIVERED: Final[tuple[Column, ...]] = (
    ("Fraction", number(0x30080022)),
    ("Beam", number(0x300C0006)),
    ("Name", said(0x300A00C2)),
    ("Type", said(0x300A00C4)),
    ("Radiation", said(0x300A00C6)),
    ("Energy", lambda beam: energies(beam, _points(beam))),
    ("Gantry", lambda beam: angles(0x300A011E, _points(beam))),
    ("Couch", lambda beam: angles(0x300A0122, _points(beam))),
    ("Meterset specified", number(0x30080032)),
    ("Meterset delivered", number(0x30080036)),
    ("Ended", said(0x3008002A)),
    ("Verified", said(0x3008002C)),
    ("Control points", number(0x300A0110)),
)
_CHANNELS: Final[tuple[Column, ...]] = (
    ("Fraction", number(0x30080022)),
    ("Setup", number(0x300C000C)),
    ("Type", said(0x300A0232)),
    ("Channels", lambda setup: str(len(items(setup, 0x30080130)) or "")),
    ("Air kerma specified, µGy", number(0x300A0250)),
    ("Ended", said(0x3008002A)),
    ("Verified", said(0x3008002C)),
)
_FRACTIONS: Final[tuple[Column, ...]] = (
    ("Group", number(0x300C0022)),
    ("Type", said(0x30080224)),
    ("Fractions planned", number(0x300A0078)),
    ("Fractions delivered", number(0x3008005A)),
)
_DOSES: Final[tuple[Column, ...]] = (
    ("Dose reference", number(0x300C0051)),
    ("Description", said(0x300A0016)),
    ("Cumulative dose, Gy", number(0x30080052)),
)
_SECTIONS: Final = (
    ("Beams", _DELIVERED, _SESSION_BEAMS),
    ("Ion beams", _DELIVERED, _ION_BEAMS),
    ("Application setups", _CHANNELS, _APPLICATIONS),
    ("Fraction groups", _FRACTIONS, _GROUPS),
    ("Measured doses", _DOSES, _MEASURED),
    ("Calculated doses", _DOSES, _CALCULATED),
)
