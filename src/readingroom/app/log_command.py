"""`readingroom log`: what happened, newest last, filtered, followed, or as CSV and JSON lines."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import orjson
from cyclopts import App, Group, Parameter

from readingroom.errors import Invalid
from readingroom.index import FAILED, WARNING, Event, EventFilter
from readingroom.journal import LogBook, shown, to_csv

from . import settings as configuration
from .options import DEFAULT_DATA, Data, SettingsFile, out
from .wiring import open_database

_WHICH = Group("Which")
_FORM = Group("Form")
_LOOK_EVERY = 1.0
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_COLOURS = {FAILED: "red", WARNING: "yellow"}


def add_to(app: App) -> None:
    """Make the command known."""
    app.command(log)


def log(
    *,
    since: Annotated[
        str, Parameter(group=_WHICH, help="An age such as 90s, 15m, 2h, 3d, or a time: 2026-01-31T14:00.")
    ] = "",
    until: Annotated[str, Parameter(group=_WHICH, help="The same, for the end.")] = "",
    kind: Annotated[
        tuple[str, ...],
        Parameter(group=_WHICH, negative="", help="association, C-STORE, login, job, ... Again for more."),
    ] = (),
    peer: Annotated[str, Parameter(group=_WHICH, help="AE title, user or address.")] = "",
    outcome: Annotated[str, Parameter(group=_WHICH, help="done, warning or failed.")] = "",
    text: Annotated[
        str, Parameter(group=_WHICH, help="Words in the sentence, the subject or the peer.")
    ] = "",
    limit: Annotated[int, Parameter(group=_WHICH, help="How many, the newest; 0 for all.")] = 100,
    follow: Annotated[
        bool, Parameter(group=_FORM, negative="", help="Go on with what happens, until Ctrl C.")
    ] = False,
    csv: Annotated[bool, Parameter(group=_FORM, negative="", help="CSV with all columns.")] = False,
    json: Annotated[bool, Parameter(group=_FORM, negative="", help="One JSON object a line.")] = False,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Show the event log: associations, requests, refusals, sign-ins, changes, failed jobs.

    Examples: readingroom log --since 2h --outcome failed
              readingroom log --kind C-STORE --peer CT1 --csv > stored.csv
    """
    if csv and json:
        raise Invalid("Choose one of --csv and --json.")
    wanted = EventFilter(_moment(since), _moment(until), kind, peer, outcome, text)
    with open_database(configuration.load(data, file=settings)) as database:
        book = LogBook(database)
        seen = book.last()
        found = [event for event in book.all(wanted, limit or None) if event.id <= seen]
        _print(reversed(found), csv=csv, json=json, heads=True)
        while follow:
            time.sleep(_LOOK_EVERY)
            new = book.after(wanted, seen)
            _print(new, csv=csv, json=json, heads=False)
            seen = max((event.id for event in new), default=seen)


def _print(events: Iterable[Event], *, csv: bool, json: bool, heads: bool) -> None:
    if csv:
        lines = to_csv(events)
        if not heads:
            next(lines)
        sys.stdout.writelines(lines)
    elif json:
        sys.stdout.writelines(orjson.dumps(shown(event)).decode() + "\n" for event in events)
    else:
        for event in events:
            out.print(_line(event), style=_COLOURS.get(event.outcome), markup=False, soft_wrap=True)
    sys.stdout.flush()


def _line(event: Event) -> str:
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    about = f"{event.subject}: " if event.subject else ""
    peer = "@".join(part for part in (event.peer, event.address) if part)
    return f"{moment}  {event.outcome:<7}  {event.kind:<12}  {peer:<24}  {about}{event.sentence}"


def _moment(text: str) -> float | None:
    """Seconds since the epoch of an age or of a time, which is local without an offset. Raises Invalid."""
    if not text:
        return None
    if age := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text):
        return time.time() - float(age[1]) * _UNITS[age[2]]
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except (ValueError, OverflowError, OSError):
        raise Invalid(f"{text!r} is no age such as 2h and no time such as 2026-01-31T14:00.") from None
