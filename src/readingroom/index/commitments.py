"""Storage commitments that are under way: what others asked us, and what we asked others. PS3.4 annex J.

A row that somebody has to work on is claimed by a process for a while, so that no two do the same; the
claim of a process that died lapses, or is dropped by its successor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from .schema import commitment

SCP, SCU = "scp", "scu"
"""Our role: SCP where we were asked to commit, SCU where we asked."""

REQUESTED = "requested"
"""SCP: kept durably and acknowledged; the instances are still to be checked."""
CHECKED = "checked"
"""SCP: the outcome is known and still to be reported."""
REPORTED = "reported"
"""SCP: the peer has taken the report."""
UNREPORTED = "unreported"
"""SCP: given up; the peer took no report in all tries."""
ASKED = "asked"
"""SCU: the request is on its way, or the peer has taken it; no report yet."""
REFUSED = "refused"
"""SCU: the peer did not take the request."""
ANSWERED = "answered"
"""SCU: the report has come."""

_DUE = (REQUESTED, CHECKED)
_ENDED = (REPORTED, UNREPORTED)


class SopReference(NamedTuple):
    """One instance as a commitment names it."""

    sop_class_uid: str
    sop_instance_uid: str


class Failure(NamedTuple):
    """One instance that is not committed, and its Failure Reason (0008,1197)."""

    sop_class_uid: str
    sop_instance_uid: str
    reason: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """One transaction. peer, own_title: AE titles. tries: reports that failed. sentence: what went wrong
    last. created, changed: seconds since the epoch."""

    pk: int
    role: str
    state: str
    peer: str
    own_title: str
    transaction_uid: str
    instances: tuple[SopReference, ...]
    failures: tuple[Failure, ...]
    tries: int
    sentence: str
    created: float
    changed: float


def add(
    connection: Connection,
    role: str,
    state: str,
    peer: str,
    own_title: str,
    transaction_uid: str,
    instances: Sequence[SopReference],
    at: float,
    *,
    failures: Sequence[Failure] = (),
    claimed_by: str = "",
    claimed_until: float = 0.0,
) -> int:
    """Keep a new transaction; its key."""
    values = {
        "role": role,
        "state": state,
        "peer": peer,
        "own_title": own_title,
        "transaction_uid": transaction_uid,
        "instances": _text(instances),
        "failures": _text(failures),
        "next_try": at,
        "claimed_by": claimed_by,
        "claimed_until": claimed_until,
        "created": at,
        "changed": at,
    }
    key = connection.execute(insert(commitment), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def find(connection: Connection, pk: int) -> Commitment | None:
    """The transaction with that key."""
    row = connection.execute(select(commitment).where(commitment.c.id == pk)).one_or_none()
    return None if row is None else _commitment(row)


def under_way(connection: Connection, peer: str, transaction_uid: str) -> Commitment | None:
    """What that peer asked us under that Transaction UID and was not told the outcome of yet."""
    statement = select(commitment).where(
        commitment.c.transaction_uid == transaction_uid,
        commitment.c.role == SCP,
        commitment.c.peer == peer,
        commitment.c.state.in_(_DUE),
    )
    row = connection.execute(statement.order_by(commitment.c.id).limit(1)).one_or_none()
    return None if row is None else _commitment(row)


def asked(connection: Connection, transaction_uid: str) -> Commitment | None:
    """What we asked under that Transaction UID."""
    statement = select(commitment).where(
        commitment.c.transaction_uid == transaction_uid, commitment.c.role == SCU
    )
    row = connection.execute(statement.order_by(commitment.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _commitment(row)


def is_due(connection: Connection, at: float) -> bool:
    """Whether some transaction waits for work that nobody has claimed."""
    statement = select(commitment.c.id).where(*_due(at)).limit(1)
    return connection.execute(statement).scalar() is not None


def claim(
    connection: Connection, owner: str, at: float, until: float, limit: int, without: Collection[str] = ()
) -> list[tuple[int, str]]:
    """Claim transactions that are due: (key, peer), the longest waiting first, at most one for each peer.

    without: peers to leave alone.
    """
    statement = select(commitment.c.id, commitment.c.peer).where(*_due(at))
    statement = statement.where(commitment.c.peer.not_in(without)).order_by(commitment.c.next_try)
    chosen: dict[str, int] = {}
    for row in connection.execute(statement):
        chosen.setdefault(row.peer, row.id)
        if len(chosen) == limit:
            break
    taken = list(chosen.values())
    connection.execute(
        update(commitment).where(commitment.c.id.in_(taken)).values(claimed_by=owner, claimed_until=until)
    )
    return [(pk, peer) for peer, pk in chosen.items()]


def hold(connection: Connection, owner: str, keys: Collection[int], until: float) -> None:
    """Prolong claims."""
    connection.execute(
        update(commitment)
        .where(commitment.c.id.in_(keys), commitment.c.claimed_by == owner)
        .values(claimed_until=until)
    )


def drop_claims(connection: Connection, owner: str) -> None:
    """Forget what that owner had claimed: it is a process that lives no more."""
    connection.execute(
        update(commitment).where(commitment.c.claimed_by == owner).values(claimed_by="", claimed_until=0.0)
    )


def checked(connection: Connection, pk: int, failures: Sequence[Failure], at: float) -> None:
    """Keep the outcome."""
    _change(connection, pk, state=CHECKED, failures=_text(failures), changed=at)


def try_again(connection: Connection, pk: int, sentence: str, at: float, next_try: float) -> None:
    """A report failed: count it and let go until then."""
    _change(
        connection, pk, tries=commitment.c.tries + 1, sentence=sentence, changed=at, next_try=next_try,
        claimed_by="", claimed_until=0.0,
    )  # fmt: skip


def end(connection: Connection, pk: int, state: str, sentence: str, at: float) -> None:
    """Nothing more is to be done: REPORTED, UNREPORTED or REFUSED.

    The list of instances goes with the report: years of them would make the table a large one.
    """
    if state == REPORTED:
        _change(connection, pk, instances="[]")
    _change(connection, pk, state=state, sentence=sentence, changed=at, claimed_by="", claimed_until=0.0)


def answered(connection: Connection, pk: int, failures: Sequence[Failure], at: float) -> None:
    """Keep the report that came."""
    _change(connection, pk, state=ANSWERED, failures=_text(failures), changed=at)


def forget_ended(connection: Connection, before: float) -> None:
    """Forget what others asked and that ended before that time."""
    connection.execute(
        delete(commitment).where(commitment.c.state.in_(_ENDED), commitment.c.changed < before)
    )


def _due(at: float) -> tuple[Any, ...]:
    return (
        commitment.c.state.in_(_DUE),
        commitment.c.next_try <= at,
        commitment.c.claimed_until < at,
    )


def _change(connection: Connection, pk: int, **values: Any) -> None:
    connection.execute(update(commitment).where(commitment.c.id == pk).values(**values))


def _text(rows: Sequence[Any]) -> str:
    return orjson.dumps([list(row) for row in rows]).decode()


def _commitment(row: Row[Any]) -> Commitment:
    return Commitment(
        pk=row.id,
        role=row.role,
        state=row.state,
        peer=row.peer,
        own_title=row.own_title,
        transaction_uid=row.transaction_uid,
        instances=tuple(SopReference(*one) for one in orjson.loads(row.instances or "[]")),
        failures=tuple(Failure(*one) for one in orjson.loads(row.failures or "[]")),
        tries=row.tries,
        sentence=row.sentence,
        created=row.created,
        changed=row.changed,
    )
