"""RT Plans and RT Ion Plans in short (PS3.3 C.8.8.9 to C.8.8.16, C.8.8.24 to C.8.8.27)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readingroom.model import Attributes, Tag

from .numbers import decimals, items, text
from .summary import (
    Block,
    Cell,
    Column,
    Heading,
    Reader,
    Table,
    facts,
    measured,
    number,
    person,
    referenced,
    table,
    when,
)
from .summary import words as said

_PRESCRIPTION, _GROUPS, _BEAMS, _ION_BEAMS = 0x300A0010, 0x300A0070, 0x300A00B0, 0x300A03A2
_POINTS, _ION_POINTS = 0x300A0111, 0x300A03A8
_GROUP_BEAMS, _GROUP_BEAM, _METERSET, _BEAM_DOSE = 0x300C0004, 0x300C0006, 0x300A0086, 0x300A0084
_BEAM_NUMBER, _UNIT = 0x300A00C0, 0x300A00B3
_ENERGY, _ENERGY_UNIT, _GANTRY, _TURN, _COUCH = 0x300A0114, 0x300A0015, 0x300A011E, 0x300A011F, 0x300A0122
_COLLIMATOR, _ISOCENTER, _SURFACE, _RADIATION = 0x300A0120, 0x300A012C, 0x300A0130, 0x300A00C6
_SETUPS, _FIXATION, _APPLICATIONS, _CHANNELS, _SOURCES = (
    0x300A0180,
    0x300A0190,
    0x300A0230,
    0x300A0280,
    0x300A0210,
)
_MOST_LAYERS: Final = 200


def plan_summary(attributes: Attributes) -> Iterator[Block]:
    """Label, intent, prescription, fraction groups, beams, setup, brachytherapy."""
    yield facts(
        (
            ("Plan label", said(0x300A0002)(attributes)),
            ("Name", said(0x300A0003)(attributes)),
            ("Description", said(0x300A0004)(attributes)),
            ("Planned", when(0x300A0006, 0x300A0007)(attributes)),
            ("Intent", said(0x300A000A)(attributes)),
            ("Geometry", said(0x300A000C)(attributes)),
            ("Treatment site", said(0x300A000B)(attributes)),
            ("Protocol", said(0x300A0009)(attributes)),
            ("Approval", said(0x300E0002)(attributes)),
            ("Reviewed by", person(0x300E0008)(attributes)),
            ("Reviewed", when(0x300E0004, 0x300E0005)(attributes)),
            ("Brachytherapy", said(0x300A0200, 0x300A0202)(attributes)),
            *referenced(attributes, 0x300C0060, "Structure set"),
            *referenced(attributes, 0x300C0080, "Dose"),
        )
    )
    yield from _section("Prescription", table(_PRESCRIBED, items(attributes, _PRESCRIPTION)))
    yield from _section("Fraction groups", table(_FRACTIONS, items(attributes, _GROUPS)))
    yield from _beams(attributes)
    yield from _section("Patient setup", table(_POSITIONED, items(attributes, _SETUPS)))
    yield from _section("Application setups", table(_APPLIED, items(attributes, _APPLICATIONS)))
    yield from _section("Sources", table(_RADIOACTIVE, items(attributes, _SOURCES)))


def _section(heading: str, found: Table | None) -> Iterator[Block]:
    if found is not None:
        yield Heading(heading)
        yield found


def _beams(attributes: Attributes) -> Iterator[Block]:
    """One table; meterset and dose are from the fraction groups, with one column pair for each group."""
    groups = items(attributes, _GROUPS)[:20]
    more: list[Column] = []
    for group in groups:
        of = f" of group {text(group, 0x300A0071)}" if len(groups) > 1 else ""
        given = {text(beam, _GROUP_BEAM): beam for beam in items(group, _GROUP_BEAMS)}
        more.append((f"Meterset{of}", _given(given, _METERSET)))
        more.append((f"Beam dose, Gy{of}", _given(given, _BEAM_DOSE)))
    beams = (*items(attributes, _BEAMS), *items(attributes, _ION_BEAMS))
    yield from _section("Beams", table((*_FIELDS[:5], *more, *_FIELDS[5:]), beams))


def _given(beams: dict[str, Attributes], tag: Tag) -> Reader:
    def read(beam: Attributes) -> str:
        there = beams.get(text(beam, _BEAM_NUMBER))
        unit = text(beam, _UNIT) if tag == _METERSET else ""
        return measured(decimals(there, tag)[:1], unit) if there is not None else ""

    return read


def control_points(beam: Attributes) -> tuple[Attributes, ...]:
    """Of a beam of either kind."""
    return items(beam, _POINTS) or items(beam, _ION_POINTS)


def energies(beam: Attributes, points: tuple[Attributes, ...]) -> str:
    """The energies that occur, in their order; MV for photons and MeV for others unless it is said."""
    values = dict.fromkeys(value for point in points for value in decimals(point, _ENERGY)[:1])
    units = dict.fromkeys(filter(None, (text(point, _ENERGY_UNIT) for point in points)))
    usual = "MV" if text(beam, _RADIATION) == "PHOTON" else "MeV"
    unit = ", ".join("MeV" if unit == "MEV" else unit for unit in units) or usual
    return measured(list(values)[:_MOST_LAYERS], unit)


def angles(tag: Tag, points: tuple[Attributes, ...]) -> str:
    """Where an axis begins, and where it ends if it moves."""
    found = [value for point in points for value in decimals(point, tag)[:1]]
    if not found:
        return ""
    ends = found[:1] if found[-1] == found[0] else [found[0], found[-1]]
    return " to ".join(f"{measured([round(end, 3)])}°" for end in ends)


def _gantry(beam: Attributes) -> str:
    points = control_points(beam)
    turns = {text(point, _TURN) for point in points} - {"", "NONE"}
    return " ".join(filter(None, (angles(_GANTRY, points), ", ".join(sorted(turns)))))


def _first(tag: Tag, unit: str = "") -> Reader:
    """Of the first control point that says it."""
    points = control_points
    return lambda beam: next((measured(decimals(p, tag)[:3], unit) for p in points(beam) if tag in p), "")


def _points(beam: Attributes) -> str:
    stated = decimals(beam, 0x300A0110)
    return measured(stated[:1]) or str(len(control_points(beam)))


def _fixed(setup: Attributes) -> str:
    return ", ".join(filter(None, (text(one, 0x300A0192) for one in items(setup, _FIXATION)[:50])))


def _doses(reference: Attributes) -> str:
    """Doses that are set, each with its name."""
    named = (
        ("minimum", 0x300A0025), ("maximum", 0x300A0027), ("limit", 0x300A002B), ("maximum", 0x300A002C),
        ("whole volume", 0x300A002A), ("warning at", 0x300A0022), ("delivery maximum", 0x300A0023),
    )  # fmt: skip
    found = ((name, measured(decimals(reference, tag)[:1], "Gy")) for name, tag in named)
    return ", ".join(f"{name} {dose}" for name, dose in found if dose)


_PRESCRIBED: Final[tuple[Column, ...]] = (
    ("No.", number(0x300A0012)),
    ("Type", said(0x300A0020)),
    ("Of", said(0x300A0014)),
    ("Description", said(0x300A0016)),
    ("ROI", number(0x30060084)),
    ("Prescribed", number(0x300A0026, "Gy")),
    ("Other doses", _doses),
    ("Point, mm", number(0x300A0018)),
)
_FRACTIONS: Final[tuple[Column, ...]] = (
    ("Group", number(0x300A0071)),
    ("Description", said(0x300A0072)),
    ("Fractions planned", number(0x300A0078)),
    ("Beams", number(0x300A0080)),
    ("Brachytherapy setups", number(0x300A00A0)),
)
_FIELDS: Final[tuple[Column, ...]] = (
    ("No.", number(_BEAM_NUMBER)),
    ("Name", said(0x300A00C2)),
    ("Type", said(0x300A00C4)),
    ("Radiation", said(0x300A00C6, 0x300A0308)),
    ("Energy", lambda beam: energies(beam, control_points(beam))),
    ("Gantry", _gantry),
    ("Collimator", lambda beam: angles(_COLLIMATOR, control_points(beam))),
    ("Couch", lambda beam: angles(_COUCH, control_points(beam))),
    ("Control points", _points),
    ("Isocentre, mm", _first(_ISOCENTER)),
    ("SSD", _first(_SURFACE, "mm")),
    ("Delivery", said(0x300A00CE)),
    ("Machine", said(0x300A00B2)),
    ("Description", said(0x300A00C3)),
)
_POSITIONED: Final[tuple[Column, ...]] = (
    ("No.", number(0x300A0182)),
    ("Position", said(0x00185100)),
    ("Technique", said(0x300A01B0)),
    ("Description", said(0x300A01B2)),
    ("Fixation", _fixed),
)
_APPLIED: Final[tuple[Column, ...]] = (
    ("No.", number(0x300A0234)),
    ("Name", said(0x300A0236)),
    ("Type", said(0x300A0232)),
    ("Total reference air kerma, µGy", number(0x300A0250)),
    ("Channels", lambda setup: Cell(str(len(items(setup, _CHANNELS)) or ""))),
)
_RADIOACTIVE: Final[tuple[Column, ...]] = (
    ("No.", number(0x300A0212)),
    ("Isotope", said(0x300A0226)),
    ("Type", said(0x300A0214)),
    ("Half-life, days", number(0x300A0228)),
)
