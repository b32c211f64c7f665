"""Rules for what arrives order jobs by themselves. This follows the index; ingest knows nothing of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pydicom.datadict import keyword_for_tag

from readingroom.archive import Archive
from readingroom.errors import Invalid, ReadingRoomError
from readingroom.index import FAILED, Connection, Event, jobs, keeping, rules
from readingroom.index.rules import Arrived, Pending, StoredRule
from readingroom.model import Key, Level, Match, NewJob, Query, Rule
from readingroom.query import QueryEngine
from readingroom.standard import levels

from .keys import read_key
from .orders import subject_of

log = logging.getLogger("readingroom.rules")

_AT_ONCE = 2000
_MODALITY = 0x00080060
_STUDY, _SERIES, _IMAGE = (levels.UNIQUE_KEY[level] for level in (Level.STUDY, Level.SERIES, Level.IMAGE))
_LONGEST_QUIET = 86400.0
_FIRST_REST = 5.0
_LONGEST_REST = 600.0

RULE_EVENT = "rule"
"""Kind of the events that tell of a rule that could not be followed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do with something that is here.

    left_out: nodes of the rule, to send to or to notify, that all of it came from.
    """

    study_uid: str
    series_uid: str
    sop_uid: str
    subject: str
    send_to: tuple[str, ...]
    notify: tuple[str, ...]
    left_out: tuple[str, ...]


class RuleBook:
    """The rules of one archive, as people change them."""

    def __init__(self, archive: Archive, query: QueryEngine) -> None:
        self._archive = archive
        self._query = query

    def all(self) -> list[Rule]:
        """All rules by name."""
        with self._archive.database.reading() as connection:
            return [stored.rule for stored in rules.all_rules(connection)]

    def add(self, new: Rule) -> None:
        """It acts on what arrives from now on. Raises Invalid for what cannot be, Conflict for its name."""
        checked(new)
        with self._archive.database.writing() as connection:
            rules.add_rule(connection, new)

    def change(self, name: str, new: Rule) -> None:
        """Raises NotFound, and as `add`."""
        checked(new)
        with self._archive.database.writing() as connection:
            rules.change_rule(connection, name, new)

    def remove(self, name: str) -> None:
        """Raises NotFound."""
        with self._archive.database.writing() as connection:
            rules.remove_rule(connection, name)

    def try_out(self, rule: Rule, limit: int = 100) -> list[Trial]:
        """What the rule would do with what is here already; nothing is done. Raises Invalid."""
        checked(rule)
        found = self._query.find(_asking(rule, limit=limit))
        with self._archive.database.reading() as connection:
            titles = {node.name: node.ae_title for node in keeping.nodes(connection)}
            return [self._trial(connection, rule, match, titles) for match in found]

    def _trial(self, connection: Connection, rule: Rule, match: Match, titles: dict[str, str]) -> Trial:
        study, series, sop = (_uid(match, tag) for tag in (_STUDY, _SERIES, _IMAGE))
        here = rules.arrived_in(connection, Pending(study, series, 0))
        callers = {one.caller for one in here if not sop or one.sop_uid == sop}
        named = dict.fromkeys((*rule.send_to, *rule.notify))
        back = tuple(name for name in named if callers == {titles.get(name)})
        return Trial(
            study,
            series,
            sop,
            subject_of(self._archive, (study,)),
            tuple(name for name in rule.send_to if name not in back),
            tuple(name for name in rule.notify if name not in back),
            back,
        )


@dataclass(frozen=True, slots=True)
class _Rest:
    """Of what a rule, as it was then, failed at, so many times."""

    rule: Rule
    failures: int = 0
    until: float = float("-inf")


class Router:
    """Does what the rules say; one per installation, called again and again.

    What is ordered, and what a rule has looked at, are written in one transaction: after a crash nothing is
    ordered twice or forgotten. tell: takes an event for each time that a rule could not be followed; what it
    failed at rests, ever longer, while other rules and other studies go on.
    """

    def __init__(
        self,
        archive: Archive,
        query: QueryEngine,
        tell: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._database = archive.database
        self._query = query
        self._tell = tell
        self._clock = clock
        self._rests: dict[tuple[int, Pending | None], _Rest] = {}

    def route(self) -> int:
        """Look at everything new; the number of jobs ordered."""
        with self._database.reading() as connection:
            known = [stored for stored in rules.all_rules(connection) if stored.rule.is_enabled]
        present = {stored.pk: stored.rule for stored in known}
        self._rests = {key: rest for key, rest in self._rests.items() if present.get(key[0]) == rest.rule}
        return sum(self._guarded(stored, None, partial(self._look, stored)) for stored in known)

    def _guarded(self, stored: StoredRule, place: Pending | None, follow: Callable[[], int]) -> int:
        """What `follow` orders; nothing while it rests because it failed."""
        key, now = (stored.pk, place), self._clock()
        rest = self._rests.get(key, _Rest(stored.rule))
        if now < rest.until:
            return 0
        try:
            ordered = follow()
        except Exception as error:
            log.warning("the rule %s could not be followed", stored.rule.name, exc_info=error)
            seconds = min(_FIRST_REST * 2**rest.failures, _LONGEST_REST)
            self._rests[key] = _Rest(stored.rule, rest.failures + 1, now + seconds)
            self._tell(_failure(stored.rule, place, error))
            return 0
        self._rests.pop(key, None)
        return ordered

    def _look(self, stored: StoredRule) -> int:
        with self._database.reading() as connection:
            new = rules.arrived_since(connection, stored.seen, _AT_ONCE)
        ordered = 0
        if stored.rule.level is Level.IMAGE:
            if new:
                orders = list(self._orders(stored.rule, self._meeting(stored.rule, new)))
                with self._database.writing() as connection:
                    self._order(connection, orders)
                    rules.have_seen(connection, stored.pk, new[-1].pk)
                ordered = len(orders)
            return ordered
        if new:
            with self._database.writing() as connection:
                rules.await_quiet(connection, stored.pk, _places(stored.rule, new))
                rules.have_seen(connection, stored.pk, new[-1].pk)
        with self._database.reading() as connection:
            quiet = rules.quiet_places(connection, stored.pk, time.time() - stored.rule.quiet_seconds)
        return sum(self._guarded(stored, place, partial(self._treat, stored, place)) for place in quiet)

    def _treat(self, stored: StoredRule, place: Pending) -> int:
        with self._database.reading() as connection:
            new = rules.arrived_in(connection, place)
        orders = list(self._orders(stored.rule, new)) if self._meets(stored.rule, place) else []
        with self._database.writing() as connection:
            self._order(connection, orders)
            rules.treated(connection, stored.pk, place)
        return len(orders)

    def _order(self, connection: Connection, orders: Iterable[NewJob]) -> None:
        for order in orders:
            jobs.add_job(connection, order, time.time())

    def _meeting(self, rule: Rule, new: Sequence[Arrived]) -> list[Arrived]:
        """Those new instances that meet the keys."""
        among = Key((_IMAGE,), "UI", tuple(dict.fromkeys(one.sop_uid for one in new)))
        found = self._query.find(_asking(rule, among))
        places = {tuple(_uid(match, tag) for tag in (_STUDY, _SERIES, _IMAGE)) for match in found}
        return [one for one in new if (one.study_uid, one.series_uid, one.sop_uid) in places]

    def _meets(self, rule: Rule, place: Pending) -> bool:
        """Whether the series or study, as it is now, meets the keys."""
        which = [Key((_STUDY,), "UI", (place.study_uid,))]
        if place.series_uid:
            which.append(Key((_SERIES,), "UI", (place.series_uid,)))
        return next(self._query.find(_asking(rule, *which, limit=1)), None) is not None

    def _orders(self, rule: Rule, new: Sequence[Arrived]) -> Iterator[NewJob]:
        """Jobs for these instances, study by study; to no node that they came from."""
        with self._database.reading() as connection:
            titles = {node.name: node.ae_title for node in keeping.nodes(connection)}
        by_study: dict[str, list[Arrived]] = {}
        for one in new:
            by_study.setdefault(one.study_uid, []).append(one)
        for study, members in by_study.items():
            subject, by = subject_of(self._archive, (study,)), f"rule {rule.name}"
            for kind, names in (("send", rule.send_to), ("notify", rule.notify)):
                for name in names:
                    wanted = [one.sop_uid for one in members if one.caller != titles.get(name)]
                    if wanted:
                        parameters = {"studies": study, "instances": " ".join(wanted)}
                        yield NewJob(kind, name, subject, parameters, ordered_by=by)
            if rule.prepare:
                series = " ".join(dict.fromkeys(one.series_uid for one in members))
                yield NewJob("prepare", "", subject, {"studies": study, "series": series}, ordered_by=by)


def _failure(rule: Rule, place: Pending | None, error: Exception) -> Event:
    if isinstance(error, ReadingRoomError):
        words = error.sentence
    else:
        words = f"{type(error).__name__}: {error}"
    where = f" for study {place.study_uid}" if place else ""
    sentence = f"The rule {rule.name} could not be followed{where}; it is tried again."
    subject = (place.series_uid or place.study_uid) if place else ""
    return Event(time.time(), RULE_EVENT, "", subject, sentence, outcome=FAILED, private=words)


def checked(rule: Rule) -> Rule:
    """The rule, if it can be. Raises Invalid with the member of Rule at fault as `field`, a key as `key`."""
    if not rule.name.strip() or len(rule.name) > 64 or not rule.name.isprintable():
        raise Invalid("A rule needs a name of at most 64 printable characters.", field="name")
    if rule.level is Level.PATIENT:
        raise Invalid("A rule is about studies, series or instances.", field="level")
    if not 0 <= rule.quiet_seconds <= _LONGEST_QUIET:
        raise Invalid(f"Quiet is counted in 0 to {_LONGEST_QUIET:g} seconds.", field="quiet_seconds")
    if not (rule.send_to or rule.notify or rule.prepare):
        raise Invalid("A rule that neither sends nor notifies nor prepares does nothing.", field="send_to")
    for words in rule.keys:
        try:
            _checked_key(words, rule.level)
        except Invalid as error:
            raise Invalid(error.sentence, **error.facts, field="keys", key=words) from None
    return rule


def _checked_key(words: str, level: Level) -> None:
    key = read_key(words)
    if not key.values:
        raise Invalid(f"{words!r} says no value; write KEYWORD=VALUE.")
    if level is Level.STUDY and key.path == (_MODALITY,):
        return  # taken as Modalities in Study, as in a C-FIND
    at = levels.level_of().get(key.path[0])
    if at is not None and at > level:
        name = keyword_for_tag(key.path[0]) or f"({key.path[0]:08X})"
        raise Invalid(f"{name} says nothing of a {level.name.lower()}.", tag=key.tag)


def _asking(rule: Rule, *which: Key, limit: int | None = None) -> Query:
    """What meets the keys. What the index does not keep is asked back, since it is read from the objects."""
    keys = tuple(map(read_key, rule.keys))
    return Query(rule.level, (*keys, *which), returned=frozenset(key.path[0] for key in keys), limit=limit)


def _places(rule: Rule, new: Sequence[Arrived]) -> list[Pending]:
    firsts: dict[tuple[str, str], int] = {}
    for one in new:
        place = (one.study_uid, one.series_uid if rule.level is Level.SERIES else "")
        firsts.setdefault(place, one.pk)
    return [Pending(study, series, first) for (study, series), first in firsts.items()]


def _uid(match: Match, tag: int) -> str:
    attribute = match.attributes.get(tag)
    return str(attribute.first) if attribute and attribute.first else ""
