"""`readingroom delete`, `deleted`, `restore` and `purge`: also while the server runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from readingroom.archive import Lifecycle
from readingroom.errors import Invalid, NotFound
from readingroom.model import Deletion

from . import settings as configuration
from .options import DEFAULT_DATA, Data, SettingsFile, out
from .settings import Settings
from .wiring import build

_BY = "command line"
_MOST = 10_000
Which = Annotated[str, Parameter(help="ID from `readingroom deleted`, or the UID of what was deleted.")]


def add_to(app: App) -> None:
    """Put the commands on the command line."""
    for command in (delete, deleted, restore, purge):
        app.command(command)


def delete(
    study: Annotated[str, Parameter(help="Study Instance UID.")],
    *,
    series: Annotated[str, Parameter(help="Only this series of it: Series Instance UID.")] = "",
    instance: Annotated[str, Parameter(help="Only this instance of the series: SOP Instance UID.")] = "",
    reason: Annotated[str, Parameter(help="Why; shown in `readingroom deleted`.")] = "",
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Take a study, a series or an instance out of everybody's sight; `restore` brings it back.

    Nothing is removed from the disk until it is purged: by `purge`, or by itself after
    `archive.purge_after_days`. What is sent again after this is new, and is seen.
    Example: readingroom delete 1.2.840.1 --series 1.2.840.1.2 --reason "wrong patient"
    """
    with _lifecycle(configuration.load(data, file=settings)) as lifecycle:
        told = lifecycle.delete(study, series, instance, by=_BY, why=reason)
        due = lifecycle.purged_at(told)
    until = "until it is purged" if due is None else f"until {_time(due)}"
    out.print(f"{_what(told)} deleted; `readingroom restore {told.key}` brings it back {until}.")


def deleted(
    *,
    uid: Annotated[str, Parameter(help="Only what was deleted under this UID.")] = "",
    limit: int = 50,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """List what is deleted and can be restored, the newest first."""
    with _lifecycle(configuration.load(data, file=settings)) as lifecycle:
        found = lifecycle.deletions(limit=limit, uid=uid)
        due = {one.key: lifecycle.purged_at(one) for one in found}
    if not found:
        out.print("Nothing is deleted.")
        return
    table = Table("ID", "what", "patient", "deleted", "by", "why", "purged", box=None, pad_edge=False)
    for one in found:
        at = due[one.key]
        goes = "now" if one.is_purging else "when told to" if at is None else _time(at)
        patient = " ".join(filter(None, (one.patient_name, one.patient_id)))
        table.add_row(one.key, _what(one), patient, _time(one.at), one.deleted_by, one.reason, goes)
    out.print(table)


def restore(which: Which, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Bring back what was deleted, as it was.

    Of an instance that was stored again meanwhile both contents are kept; the one that came last counts.
    Example: readingroom restore 1.2.840.1
    """
    with _lifecycle(configuration.load(data, file=settings)) as lifecycle:
        for one in _chosen(lifecycle, which):
            out.print(f"{_what(lifecycle.restore(one.key, by=_BY))} restored.")


def purge(
    which: Which,
    *,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask.")] = False,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Remove the files of what was deleted from the disk, for good. Nothing brings them back.

    Example: readingroom purge 18799b5ee3a0f1c2 --yes
    """
    with _lifecycle(configuration.load(data, file=settings)) as lifecycle:
        found = _chosen(lifecycle, which)
        if not yes:
            _ask(found)
        for one in found:
            out.print(f"{_what(lifecycle.purge(one.key, by=_BY))} purged.")


@contextmanager
def _lifecycle(settings: Settings) -> Iterator[Lifecycle]:
    house = build(settings, "command")
    try:
        yield house.lifecycle
    finally:
        house.close()


def _chosen(lifecycle: Lifecycle, which: str) -> Sequence[Deletion]:
    """The newest first, so that what was stored between two deletions ends where it was."""
    found = lifecycle.deletions(limit=_MOST, uid=which)
    if found:
        return found
    try:
        return [lifecycle.find(which)]
    except NotFound:
        words = f"Nothing deleted has the ID or UID {which}; `readingroom deleted` lists what there is."
        raise NotFound(words) from None


def _ask(found: Sequence[Deletion]) -> None:
    if not sys.stdin.isatty():
        raise Invalid("Files would be removed for good: say --yes.")
    for one in found:
        out.print(f"{_what(one)}, {one.byte_count / 1e6:.1f} MB")
    if input("Remove these files for good? Type yes: ").strip().lower() != "yes":
        raise Invalid("Nothing was purged.")


def _what(one: Deletion) -> str:
    count = f"{one.instance_count} instance" + ("s" if one.instance_count != 1 else "")
    return f"{one.level} {one.uid} ({count})"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
