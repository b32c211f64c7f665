"""`readingroom rule`: what to do by itself with objects that arrive; a running server does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from readingroom.errors import Conflict, Invalid, NotFound
from readingroom.exchange import RuleBook
from readingroom.model import Level, Rule

from . import settings as configuration
from .options import DEFAULT_DATA, Data, SettingsFile, out
from .wiring import House, build, open_database

rule = App(name="rule", help="Rules: when something that meets KEYS arrives, send, notify, prepare.")
_LEVELS = {"study": Level.STUDY, "series": Level.SERIES, "instance": Level.IMAGE}


@rule.command(name="add")
def rule_add(
    name: str,
    *,
    level: Annotated[
        str, Parameter(help="study, series (when they are complete) or instance (at once).")
    ] = "study",
    key: Annotated[
        tuple[str, ...], Parameter(name=("--key", "-k"), help="KEYWORD=VALUE; all must hold.")
    ] = (),
    to: Annotated[tuple[str, ...], Parameter(help="A node to send to; may be given again.")] = (),
    notify: Annotated[tuple[str, ...], Parameter(help="A node to notify that it is here.")] = (),
    prepare: Annotated[bool, Parameter(negative="", help="Make metadata and thumbnails at once.")] = False,
    quiet: Annotated[
        float, Parameter(help="Seconds without anything new until it counts as complete.")
    ] = 30.0,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Add a rule; it acts on what arrives from now on.

    Example: readingroom rule add ct-to-pacs --level series -k Modality=CT --to PACS
    """
    if level not in _LEVELS:
        raise Invalid(f"{level!r} is no level: {', '.join(_LEVELS)}.")
    new = Rule(name, _LEVELS[level], key, to, notify, prepare, quiet)
    house = _house(data, settings)
    try:
        RuleBook(house.archive, house.query).add(new)
    finally:
        house.close()


@rule.command(name="list")
def rule_list(*, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """All rules."""
    house = _house(data, settings)
    try:
        found = RuleBook(house.archive, house.query).all()
    finally:
        house.close()
    table = Table("rule", "level", "when", "send to", "notify", "prepare", "quiet", "", box=None)
    for listed in found:
        one, state = listed.rule, "" if listed.rule.is_enabled else "disabled"
        if listed.damage or listed.resting:
            state = listed.damage or "rests"
        table.add_row(
            one.name, one.level.name.lower(), " ".join(one.keys), " ".join(one.send_to), " ".join(one.notify),
            "yes" if one.prepare else "", f"{one.quiet_seconds:g} s", state,
        )  # fmt: skip
    out.print(table if found else "There are no rules.")


@rule.command(name="try")
def rule_try(name: str, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """What a rule would do with what is here already; nothing is done."""
    house = _house(data, settings)
    try:
        book = RuleBook(house.archive, house.query)
        trials = book.try_out(_find(book, name))
    finally:
        house.close()
    for one in trials:
        back = f" (not back to {', '.join(one.left_out)})" if one.left_out else ""
        place = "/".join(filter(None, (one.study_uid, one.series_uid, one.sop_uid)))
        out.print(f"{one.subject}  {place} → {', '.join(one.send_to) or 'nobody'}{back}", markup=False)
    out.print(f"{len(trials)} would be treated.")


@rule.command(name="enable")
def rule_enable(name: str, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Let a rule act again, also on what came while it was disabled."""
    _switch(name, True, _house(data, settings))


@rule.command(name="disable")
def rule_disable(name: str, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Keep a rule, but let it rest."""
    _switch(name, False, _house(data, settings))


@rule.command(name="remove")
def rule_remove(name: str, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Remove a rule."""
    house = _house(data, settings)
    try:
        RuleBook(house.archive, house.query).remove(name)
    finally:
        house.close()


def _house(data: Path, settings: Path | None) -> House:
    loaded = configuration.load(data, file=settings)
    open_database(loaded).close()
    return build(loaded, "import")


def _find(book: RuleBook, name: str) -> Rule:
    for one in book.all():
        if one.rule.name == name:
            if one.damage:
                raise Conflict(f"{one.damage} Remove the rule, or write it anew.")
            return one.rule
    raise NotFound(f"There is no rule {name}.")


def _switch(name: str, on: bool, house: House) -> None:
    try:
        book = RuleBook(house.archive, house.query)
        book.change(name, replace(_find(book, name), is_enabled=on))
    finally:
        house.close()
