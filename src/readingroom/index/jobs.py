"""Jobs and their items: what is ordered, how far it is, what became of each item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, true, update

from readingroom.model import ItemState, Job, JobItem, JobState, NewJob, Priority

from .schema import job, job_item

_IDLE = (JobState.WAITING.value, JobState.RESTING.value)
_OVER = tuple(state.value for state in JobState if state.is_over)


def add_job(connection: Connection, order: NewJob, at: float) -> int:
    """Keep an order; the number of its job."""
    row = {
        "kind": order.kind,
        "node": order.node,
        "subject": order.subject,
        "parameters": orjson.dumps(dict(order.parameters)).decode(),
        "priority": order.priority.value,
        "ordered_by": order.ordered_by,
        "state": JobState.WAITING.value,
        "run": 1,
        "created": at,
    }
    key = connection.execute(insert(job), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def add_failed_job(connection: Connection, order: NewJob, keys: Sequence[str], words: str, at: float) -> int:
    """Keep what failed elsewhere as a job, so that it is seen and can be restarted; the number of the job."""
    number = add_job(connection, order, at)
    put_items(connection, number, keys)
    fail_waiting(connection, number, words)
    end_job(connection, number, JobState.FAILED, words, at)
    return number


def find_job(connection: Connection, number: int) -> Job | None:
    """The job with that number."""
    row = connection.execute(select(job).where(job.c.id == number)).one_or_none()
    return None if row is None else _job(row)


def list_jobs(
    connection: Connection,
    *,
    states: Iterable[JobState] = (),
    node: str = "",
    ordered_by: str = "",
    before: int | None = None,
    limit: int = 100,
) -> list[Job]:
    """Jobs, the newest first; before: only older ones than that number."""
    statement = select(job).order_by(job.c.id.desc()).limit(limit)
    if wanted := [state.value for state in states]:
        statement = statement.where(job.c.state.in_(wanted))
    if node:
        statement = statement.where(job.c.node == node)
    if ordered_by:
        statement = statement.where(job.c.ordered_by == ordered_by)
    if before is not None:
        statement = statement.where(job.c.id < before)
    return [_job(row) for row in connection.execute(statement)]


def count_jobs(connection: Connection, ordered_by: str = "") -> dict[str, int]:
    """Numbers of jobs by state, and under "alerts" the failed ones that nobody has looked at."""
    counts: dict[str, int] = {state.value: 0 for state in JobState}
    mine = job.c.ordered_by == ordered_by if ordered_by else true()
    by_state = select(job.c.state, func.count()).where(mine).group_by(job.c.state)
    for state, number in connection.execute(by_state):
        counts[state] = number
    unseen = and_(job.c.state == JobState.FAILED.value, job.c.is_seen == 0, mine)
    alerts = select(func.count()).select_from(job).where(unseen)
    return counts | {"alerts": int(connection.execute(alerts).scalar_one())}


def next_due(connection: Connection, at: float, without: Collection[str]) -> Job | None:
    """Whose turn it is: the first that waits, or has rested, and that the engine has not taken.

    without: nodes whose jobs are left out.
    """
    waiting = and_(job.c.state == JobState.WAITING.value, job.c.enqueued < job.c.run)
    rested = and_(job.c.state == JobState.RESTING.value, job.c.next_try <= at)
    statement = select(job).where(or_(waiting, rested), job.c.node.not_in(without))
    row = connection.execute(statement.order_by(job.c.priority, job.c.id).limit(1)).one_or_none()
    return None if row is None else _job(row)


def busy_jobs(connection: Connection) -> list[Job]:
    """Jobs that the engine has taken, and that neither rest nor are over."""
    taken = and_(job.c.state == JobState.WAITING.value, job.c.enqueued == job.c.run)
    busy = or_(job.c.state == JobState.RUNNING.value, taken)
    return [_job(row) for row in connection.execute(select(job).where(busy))]


def open_jobs(connection: Connection, kind: str) -> list[Job]:
    """Jobs of that kind that are not over, nor about to be cancelled, in the order they were given."""
    still = and_(job.c.kind == kind, job.c.state.not_in(_OVER), job.c.is_cancelling == 0)
    return [_job(row) for row in connection.execute(select(job).where(still).order_by(job.c.id))]


def change_untaken(connection: Connection, number: int, parameters: Mapping[str, str]) -> bool:
    """Give a job that the engine has not taken yet other parameters; False when it has."""
    untaken = and_(job.c.id == number, job.c.state == JobState.WAITING.value, job.c.enqueued == 0)
    values = {"parameters": orjson.dumps(dict(parameters)).decode()}
    return bool(connection.execute(update(job).where(untaken).values(values)).rowcount)


def waiting_keys(connection: Connection, number: int) -> set[str]:
    """The keys of a job's items that nothing has become of yet."""
    waiting = and_(job_item.c.job_id == number, job_item.c.state == ItemState.WAITING.value)
    return set(connection.execute(select(job_item.c.key).where(waiting)).scalars())


def take_job(connection: Connection, number: int) -> Job | None:
    """The engine takes this run of the job, after a rest a new one; None when it was cancelled meanwhile."""
    here = and_(job.c.id == number, job.c.state.in_(_IDLE))
    run = case((job.c.state == JobState.RESTING.value, job.c.run + 1), else_=job.c.run)
    values = {"state": JobState.WAITING.value, "run": run, "enqueued": run, "next_try": 0.0}
    if not connection.execute(update(job).where(here).values(values)).rowcount:
        return None
    return find_job(connection, number)


def begin_job(connection: Connection, number: int, at: float) -> bool:
    """It runs; the first time counts as its start. False when it was cancelled meanwhile."""
    here = and_(job.c.id == number, job.c.state.in_((JobState.WAITING.value, JobState.RUNNING.value)))
    started = case((job.c.started == 0, at), else_=job.c.started)
    values = {"state": JobState.RUNNING.value, "started": started, "next_try": 0.0, "words": ""}
    return bool(connection.execute(update(job).where(here).values(values)).rowcount)


def rest_job(connection: Connection, number: int, words: str, attempts: int, next_try: float) -> None:
    """It rests until then, unless it is to be cancelled."""
    here = and_(job.c.id == number, job.c.is_cancelling == 0)
    values = {"state": JobState.RESTING.value, "words": words, "attempts": attempts, "next_try": next_try}
    connection.execute(update(job).where(here).values(values))


def end_job(connection: Connection, number: int, state: JobState, words: str, at: float) -> None:
    """It is over."""
    values = {"state": state.value, "words": words, "ended": at, "next_try": 0.0, "is_cancelling": 0}
    connection.execute(update(job).where(job.c.id == number).values(values))


def cancel_job(connection: Connection, number: int, at: float) -> bool:
    """End it at once when nobody works on it, else let whoever does know; whether it ended by this."""
    idle = and_(job.c.id == number, job.c.state.in_(_IDLE))
    ended = {"state": JobState.CANCELLED.value, "ended": at, "next_try": 0.0}
    if connection.execute(update(job).where(idle).values(ended)).rowcount:
        return True
    running = and_(job.c.id == number, job.c.state == JobState.RUNNING.value)
    connection.execute(update(job).where(running).values(is_cancelling=1))
    return False


def hurry_job(connection: Connection, number: int, at: float) -> bool:
    """Let a job that rests go on at its next turn, with all its attempts; False when it does not rest."""
    resting = and_(job.c.id == number, job.c.state == JobState.RESTING.value)
    return bool(connection.execute(update(job).where(resting).values(next_try=at, attempts=0)).rowcount)


def restart_job(connection: Connection, number: int) -> bool:
    """Let an ended job try again what is not done; False when it is not over."""
    over = and_(job.c.id == number, job.c.state.in_(_OVER))
    values = {
        "state": JobState.WAITING.value, "run": job.c.run + 1, "attempts": 0, "words": "", "ended": 0.0,
        "is_cancelling": 0, "is_seen": 0,
    }  # fmt: skip
    if not connection.execute(update(job).where(over).values(values)).rowcount:
        return False
    failed = and_(job_item.c.job_id == number, job_item.c.state == ItemState.FAILED.value)
    connection.execute(update(job_item).where(failed).values(state=ItemState.WAITING.value, words=""))
    _recount(connection, number)
    return True


def prioritise_job(connection: Connection, number: int, priority: Priority) -> None:
    """Change its turn; what already runs is not interrupted."""
    connection.execute(update(job).where(job.c.id == number).values(priority=priority.value))


def see_jobs(connection: Connection, numbers: Sequence[int], ordered_by: str = "") -> None:
    """Somebody has looked at these failures."""
    mine = job.c.ordered_by == ordered_by if ordered_by else true()
    connection.execute(update(job).where(job.c.id.in_(numbers), mine).values(is_seen=1))


def forget_jobs(connection: Connection, before: float) -> int:
    """Drop jobs that ended before then; how many."""
    over = and_(job.c.state.in_(_OVER), job.c.ended < before)
    return connection.execute(delete(job).where(over)).rowcount


def put_items(connection: Connection, number: int, keys: Sequence[str]) -> None:
    """What there is to do, once."""
    rows = [
        {"job_id": number, "position": at, "key": key, "state": ItemState.WAITING.value}
        for at, key in enumerate(keys)
    ]
    if rows:
        connection.execute(insert(job_item), rows)
    _recount(connection, number)


def items_of(
    connection: Connection,
    number: int,
    states: Iterable[ItemState] = (),
    *,
    limit: int = 1000,
    offset: int = 0,
) -> list[JobItem]:
    """Items of a job in their order."""
    statement = select(job_item).where(job_item.c.job_id == number).order_by(job_item.c.position)
    if wanted := [state.value for state in states]:
        statement = statement.where(job_item.c.state.in_(wanted))
    rows = connection.execute(statement.limit(limit).offset(offset))
    return [JobItem(row.key, ItemState(row.state), row.words) for row in rows]


def settle_items(connection: Connection, number: int, items: Sequence[JobItem]) -> None:
    """Write what became of these items."""
    for item in items:
        here = and_(job_item.c.job_id == number, job_item.c.key == item.key)
        connection.execute(update(job_item).where(here).values(state=item.state.value, words=item.words))
    _recount(connection, number)


def fail_waiting(connection: Connection, number: int, words: str) -> None:
    """Give up what still waits."""
    waiting = and_(job_item.c.job_id == number, job_item.c.state == ItemState.WAITING.value)
    connection.execute(update(job_item).where(waiting).values(state=ItemState.FAILED.value, words=words))
    _recount(connection, number)


def _recount(connection: Connection, number: int) -> None:
    states = select(job_item.c.state, func.count()).where(job_item.c.job_id == number)
    found = {row[0]: row[1] for row in connection.execute(states.group_by(job_item.c.state))}
    values = {state.value: found.get(state.value, 0) for state in ItemState}
    connection.execute(update(job).where(job.c.id == number).values(values))


def _job(row: Row[Any]) -> Job:
    order = NewJob(
        kind=row.kind,
        node=row.node,
        subject=row.subject,
        parameters=orjson.loads(row.parameters),
        priority=Priority(row.priority),
        ordered_by=row.ordered_by,
    )
    return Job(
        id=row.id,
        order=order,
        state=JobState(row.state),
        run=row.run,
        attempts=row.attempts,
        counts={state: getattr(row, state.value) for state in ItemState},
        words=row.words,
        created=row.created,
        started=row.started,
        ended=row.ended,
        next_try=row.next_try,
        is_cancelling=bool(row.is_cancelling),
        is_seen=bool(row.is_seen),
    )
