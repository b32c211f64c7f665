"""Rules, what has arrived since each of them last looked, and what waits to be complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.exc import IntegrityError

from readingroom.errors import Conflict, NotFound
from readingroom.model import Level, Rule

from .identities import highest_ids
from .schema import instance, rule, rule_pending, series, study


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule with its key; seen: the newest instance that it has looked at.

    damage: what of its row cannot be read, empty for a sound one. Then `rule` has the name and does nothing.
    """

    pk: int
    rule: Rule
    seen: int
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One instance as routing sees it. caller: the AE title it came from, empty for the web and files."""

    pk: int
    study_uid: str
    series_uid: str
    sop_uid: str
    caller: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A series, or a study (series_uid empty), whose instances from `first` on wait for quiet."""

    study_uid: str
    series_uid: str
    first: int


def add_rule(connection: Connection, new: Rule) -> None:
    """It acts on what arrives from now on. Raises Conflict for a name that is taken."""
    newest = highest_ids(connection)["instance"]
    try:
        connection.execute(insert(rule), _columns(new) | {"seen": newest})
    except IntegrityError as error:
        raise Conflict(f"There is a rule {new.name} already.") from error


def change_rule(connection: Connection, name: str, new: Rule) -> None:
    """Raises NotFound, Conflict for a new name that is taken."""
    try:
        changed = connection.execute(update(rule).where(rule.c.name == name), _columns(new)).rowcount
    except IntegrityError as error:
        raise Conflict(f"There is a rule {new.name} already.") from error
    if not changed:
        raise NotFound(f"There is no rule {name}.")


def remove_rule(connection: Connection, name: str) -> None:
    """Raises NotFound."""
    if not connection.execute(delete(rule).where(rule.c.name == name)).rowcount:
        raise NotFound(f"There is no rule {name}.")


def all_rules(connection: Connection) -> list[StoredRule]:
    """All rules by name."""
    return [_stored(row) for row in connection.execute(select(rule).order_by(rule.c.name))]


def arrived_since(connection: Connection, pk: int, limit: int) -> list[Arrived]:
    """Instances that came after that one, in the order they came."""
    statement = _arrivals().where(instance.c.id > pk).order_by(instance.c.id).limit(limit)
    return [_arrived(row) for row in connection.execute(statement)]


def arrived_in(connection: Connection, place: Pending) -> list[Arrived]:
    """What is new in a series or study, in the order it came."""
    statement = _arrivals().where(study.c.uid == place.study_uid, instance.c.id >= place.first)
    if place.series_uid:
        statement = statement.where(series.c.uid == place.series_uid)
    return [_arrived(row) for row in connection.execute(statement.order_by(instance.c.id))]


def have_seen(connection: Connection, pk: int, newest: int) -> None:
    """The rule has looked at everything up to that instance."""
    connection.execute(update(rule).where(rule.c.id == pk).values(seen=newest))


def await_quiet(connection: Connection, pk: int, places: Sequence[Pending]) -> None:
    """Remember places in which something new came; the first new instance of each stands."""
    if places:
        rows = [
            {"rule_id": pk, "study_uid": p.study_uid, "series_uid": p.series_uid, "first": p.first}
            for p in places
        ]
        connection.execute(insert_or_ignore(rule_pending).on_conflict_do_nothing(), rows)


def quiet_places(connection: Connection, pk: int, before: float) -> list[Pending]:
    """Waiting places of a rule to which nothing came since then."""
    waiting = select(rule_pending).where(rule_pending.c.rule_id == pk)
    by_study = waiting.join(study, study.c.uid == rule_pending.c.study_uid).where(
        rule_pending.c.series_uid == "", study.c.received_last < before
    )
    by_series = (
        waiting.join(study, study.c.uid == rule_pending.c.study_uid)
        .join(series, and_(series.c.study_pk == study.c.id, series.c.uid == rule_pending.c.series_uid))
        .where(series.c.received_last < before)
    )
    found = [*connection.execute(by_study), *connection.execute(by_series)]
    return [Pending(row.study_uid, row.series_uid, row.first) for row in found]


def treated(connection: Connection, pk: int, place: Pending) -> None:
    """The place need not be waited for any more."""
    here = and_(
        rule_pending.c.rule_id == pk,
        rule_pending.c.study_uid == place.study_uid,
        rule_pending.c.series_uid == place.series_uid,
    )
    connection.execute(delete(rule_pending).where(here))


def _arrivals() -> Any:
    return (
        select(
            instance.c.id,
            instance.c.uid,
            instance.c.origin,
            series.c.uid.label("series_uid"),
            study.c.uid.label("study_uid"),
        )
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
    )


def _arrived(row: Row[Any]) -> Arrived:
    kind, _, rest = row.origin.partition("|")
    caller = rest.partition("|")[0] if kind in ("dimse", "adopted") else ""
    return Arrived(row.id, row.study_uid, row.series_uid, row.uid, caller)


def _columns(new: Rule) -> dict[str, Any]:
    return {
        "name": new.name,
        "level": new.level.name,
        "keys": orjson.dumps(new.keys).decode(),
        "send_to": orjson.dumps(new.send_to).decode(),
        "notify": orjson.dumps(new.notify).decode(),
        "prepare": int(new.prepare),
        "quiet_seconds": new.quiet_seconds,
        "is_enabled": int(new.is_enabled),
    }


def _stored(row: Row[Any]) -> StoredRule:
    """SQLite takes anything into any column, and other programs write into this file, too."""
    try:
        told = Rule(
            row.name,
            Level[row.level],
            keys=_strings(row, "keys"),
            send_to=_strings(row, "send_to"),
            notify=_strings(row, "notify"),
            prepare=bool(row.prepare),
            quiet_seconds=float(row.quiet_seconds),
            is_enabled=bool(row.is_enabled),
        )
    except (KeyError, TypeError, ValueError) as error:
        damage = f"Its row in the index is damaged: {type(error).__name__}: {error}."
        return StoredRule(row.id, Rule(str(row.name), Level.STUDY, is_enabled=False), row.seen, damage)
    return StoredRule(row.id, told, row.seen)


def _strings(row: Row[Any], name: str) -> tuple[str, ...]:
    values = orjson.loads(getattr(row, name))
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} is no list of strings")
    return tuple(values)
