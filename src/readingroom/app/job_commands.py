"""`readingroom job`: order durable jobs and see what becomes of them; a running server does them."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from readingroom.errors import Invalid, Unavailable
from readingroom.exchange import Orders
from readingroom.jobs import JobBook
from readingroom.model import ItemState, Job, JobState, Priority, Selection

from . import settings as configuration
from .options import DEFAULT_DATA, Data, SettingsFile, out
from .wiring import build, open_database

job = App(name="job", help="Durable jobs: send, forward, fetch, verify, prepare; a running server does them.")


@job.command(name="order")
def job_order(
    kind: str,
    *,
    node: Annotated[str, Parameter(help="The node it is for: send to, fetch from, forward to.")] = "",
    source: Annotated[str, Parameter(help="forward: the node that sends.")] = "",
    study: Annotated[tuple[str, ...], Parameter(help="Study Instance UID; may be given again.")] = (),
    series: Annotated[tuple[str, ...], Parameter(help="Series Instance UID; may be given again.")] = (),
    instance: Annotated[tuple[str, ...], Parameter(help="SOP Instance UID; may be given again.")] = (),
    priority: Annotated[str, Parameter(help="high, normal or low.")] = "normal",
    wait: Annotated[
        bool, Parameter(negative="", help="Wait until it is over; exit 1 when it failed.")
    ] = False,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Order a job: send, forward, fetch, verify or prepare.

    Example: readingroom job order send --node PACS --study 1.2.3 --wait
    """
    house = build(configuration.load(data, file=settings), "import")
    try:
        book = JobBook(house.database)
        number = Orders(house.archive, book).place(
            kind,
            Selection((), study, series, instance),
            node=node,
            source=source,
            priority=_priority(priority),
            ordered_by="command line",
        )
        out.print(f"job {number}")
        if wait:
            _wait(book, number)
    finally:
        house.close()


@job.command(name="list")
def job_list(
    *,
    state: Annotated[tuple[str, ...], Parameter(help="Only jobs in this state; may be given again.")] = (),
    node: str = "",
    limit: int = 50,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """The newest jobs."""
    with open_database(configuration.load(data, file=settings)) as database:
        found = JobBook(database).list([_state(word) for word in state], node, limit=limit)
    table = Table("job", "kind", "node", "what", "state", "items", "ordered", "why", box=None)
    for one in found:
        table.add_row(*_row(one))
    out.print(table if found else "There are no jobs.")


@job.command(name="show")
def job_show(number: int, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """One job, with every item that failed and why."""
    with open_database(configuration.load(data, file=settings)) as database:
        book = JobBook(database)
        one = book.find(number)
        bad = book.items(number, (ItemState.FAILED, ItemState.WARNING), limit=10_000)
    out.print(" · ".join(filter(None, _row(one))))
    for item in bad:
        out.print(f"{item.state.value} {item.key} {item.words}", markup=False)


@job.command(name="cancel")
def job_cancel(number: int, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """End a job; what is done stays done."""
    with open_database(configuration.load(data, file=settings)) as database:
        JobBook(database).cancel(number)


@job.command(name="restart")
def job_restart(number: int, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Try again what failed or was left of a job that is over; try now one that waits for its next try."""
    with open_database(configuration.load(data, file=settings)) as database:
        JobBook(database).restart(number)


@job.command(name="priority")
def job_priority(
    number: int, priority: str, *, data: Data = DEFAULT_DATA, settings: SettingsFile = None
) -> None:
    """Change whose turn is first: high, normal or low."""
    with open_database(configuration.load(data, file=settings)) as database:
        JobBook(database).prioritise(number, _priority(priority))


def _wait(book: JobBook, number: int) -> None:
    told = ""
    while not (one := book.find(number)).state.is_over:
        line = f"{one.state.value} {_items(one)} {one.words}".strip()
        if line != told:
            out.print(line, markup=False)
            told = line
        time.sleep(0.3)
    out.print(f"{one.state.value} {_items(one)} {one.words}".strip(), markup=False)
    if one.state is not JobState.DONE:
        raise Unavailable(f"Job {number} is {one.state.value}; `readingroom job show {number}` says why.")


def _row(one: Job) -> tuple[str, ...]:
    asked = one.order
    ordered = datetime.fromtimestamp(one.created).strftime("%Y-%m-%d %H:%M")
    return (
        str(one.id),
        asked.kind,
        asked.node,
        asked.subject,
        one.state.value,
        _items(one),
        ordered,
        one.words,
    )


def _items(one: Job) -> str:
    failed = one.counts[ItemState.FAILED]
    ended = one.total - one.counts[ItemState.WAITING]
    return f"{ended} of {one.total}" + (f", {failed} failed" if failed else "") if one.total else ""


def _priority(word: str) -> Priority:
    found = next((p for p in Priority if p.name.lower() == word), None)
    if found is None:
        raise Invalid(f"{word!r} is no priority: high, normal or low.")
    return found


def _state(word: str) -> JobState:
    try:
        return JobState(word)
    except ValueError:
        raise Invalid(f"{word!r} is no state: {', '.join(state.value for state in JobState)}.") from None
