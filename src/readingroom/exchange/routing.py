"""Rules for what arrives order jobs by themselves. This follows the index; ingest knows nothing of it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pydicom.datadict import keyword_for_tag

from readingroom.archive import Archive
from readingroom.errors import Invalid, ReadingRoomError
from readingroom.index import FAILED, Connection, Event, EventFilter, events, jobs, keeping, rules
from readingroom.index.rules import Arrived, Pending, StoredRule
from readingroom.model import Attribute, Key, Level, Match, NewJob, Query, Rule
from readingroom.query import QueryEngine, matches
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
_MOST_RESTS = 1000

SENDER = 0x00020017
"""Sending Application Entity Title: as a key of a rule, the AE title that an object came from by DICOM."""

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


@dataclass(frozen=True, slots=True)
class Resting:
    """What a rule failed at and leaves alone for a while; until: seconds since the epoch.

    study_uid, series_uid: of the place; both empty when it is the whole rule. why: as the event log has it.
    """

    study_uid: str
    series_uid: str
    until: float
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule and how it is; damage: what of its row cannot be read, empty for a sound one."""

    rule: Rule
    resting: tuple[Resting, ...] = ()
    damage: str = ""


class RuleBook:
    """The rules of one archive, as people change them."""

    def __init__(self, archive: Archive, query: QueryEngine) -> None:
        self._archive = archive
        self._query = query

    def all(self) -> list[Listed]:
        """All rules by name, damaged ones too: they can be changed and removed as the others."""
        with self._archive.database.reading() as connection:
            found = rules.all_rules(connection)
            rests = _rests_told(connection, found, now := time.time())
        return [Listed(one.rule, _resting(rests, one, now), one.damage) for one in found]

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
            trials = (self._trial(connection, rule, match, titles) for match in found)
            return [trial for trial in trials if trial is not None]

    def _trial(
        self, connection: Connection, rule: Rule, match: Match, titles: dict[str, str]
    ) -> Trial | None:
        study, series, sop = (_uid(match, tag) for tag in (_STUDY, _SERIES, _IMAGE))
        here = _from_senders(rule, rules.arrived_in(connection, Pending(study, series, 0)))
        callers = {one.caller for one in here if not sop or one.sop_uid == sop}
        if not callers:
            return None
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
    """Of what a rule, as it was then, failed at, so many times; until: seconds since the epoch."""

    rule: Rule
    failures: int = 0
    until: float = float("-inf")
    why: str = ""


_Rests = dict[tuple[int, Pending | None], _Rest]


class Router:
    """Does what the rules say; one per installation, called again and again.

    What is ordered, and what a rule has looked at, are written in one transaction: after a crash nothing is
    ordered twice or forgotten. tell: takes an event for each time that a rule could not be followed; what it
    failed at rests, ever longer, while other rules and other studies go on. These events are where the rests
    are kept: a Router that begins goes on with them, and `RuleBook` tells of them. clock: seconds since the
    epoch.
    """

    def __init__(
        self,
        archive: Archive,
        query: QueryEngine,
        tell: Callable[[Event], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._archive = archive
        self._database = archive.database
        self._query = query
        self._tell = tell
        self._clock = clock
        self._rests: _Rests | None = None

    def route(self) -> int:
        """Look at everything new; the number of jobs ordered."""
        with self._database.reading() as connection:
            known = [one for one in rules.all_rules(connection) if one.rule.is_enabled or one.damage]
            if self._rests is None:
                self._rests = _rests_told(connection, known, self._clock())
        present = {stored.pk: stored.rule for stored in known}
        self._rests = {key: rest for key, rest in self._rests.items() if present.get(key[0]) == rest.rule}
        return sum(self._guarded(stored, None, partial(self._look, stored)) for stored in known)

    def _guarded(self, stored: StoredRule, place: Pending | None, follow: Callable[[], int]) -> int:
        """What `follow` orders; nothing while it rests because it failed."""
        assert self._rests is not None
        key, now = (stored.pk, place), self._clock()
        rest = self._rests.get(key, _Rest(stored.rule))
        if now < rest.until:
            return 0
        try:
            ordered = follow()
        except Exception as error:
            log.warning("the rule %s could not be followed", stored.rule.name, exc_info=error)
            seconds = min(_FIRST_REST * 2**rest.failures, _LONGEST_REST)
            self._rests[key] = rested = _Rest(stored.rule, rest.failures + 1, now + seconds)
            self._tell(_failure(stored, place, error, rested))
            return 0
        self._rests.pop(key, None)
        return ordered

    def _look(self, stored: StoredRule) -> int:
        if stored.damage:
            raise Invalid(stored.damage)
        with self._database.reading() as connection:
            new = rules.arrived_since(connection, stored.seen, _AT_ONCE)
        sent = _from_senders(stored.rule, new)
        ordered = 0
        if stored.rule.level is Level.IMAGE:
            if new:
                orders = list(self._orders(stored.rule, self._meeting(stored.rule, sent)))
                with self._database.writing() as connection:
                    self._order(connection, orders)
                    rules.have_seen(connection, stored.pk, new[-1].pk)
                ordered = len(orders)
            return ordered
        if new:
            with self._database.writing() as connection:
                rules.await_quiet(connection, stored.pk, _places(stored.rule, sent))
                rules.have_seen(connection, stored.pk, new[-1].pk)
        with self._database.reading() as connection:
            quiet = rules.quiet_places(connection, stored.pk, time.time() - stored.rule.quiet_seconds)
        return sum(self._guarded(stored, place, partial(self._treat, stored, place)) for place in quiet)

    def _treat(self, stored: StoredRule, place: Pending) -> int:
        with self._database.reading() as connection:
            new = _from_senders(stored.rule, rules.arrived_in(connection, place))
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
        if not new:
            return []
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


def _failure(stored: StoredRule, place: Pending | None, error: Exception, rest: _Rest) -> Event:
    """With what `_rests_told` has to know of it."""
    rule = stored.rule
    if isinstance(error, ReadingRoomError):
        words = error.sentence
    else:
        words = f"{type(error).__name__}: {error}"
    where = f" for study {place.study_uid}" if place else ""
    sentence = f"The rule {rule.name} could not be followed{where}; it is tried again."
    subject = (place.series_uid or place.study_uid) if place else ""
    facts = {
        "rule": rule.name, "key": stored.pk, "as_it_was": _fingerprint(stored),
        "study": place.study_uid if place else "", "series": place.series_uid if place else "",
        "first": place.first if place else 0, "failures": rest.failures, "until": rest.until,
    }  # fmt: skip
    now = time.time()
    return Event(now, RULE_EVENT, "", subject, sentence, outcome=FAILED, private=words, facts=facts)


def _fingerprint(stored: StoredRule) -> str:
    return hashlib.sha256(repr((stored.rule, stored.damage)).encode()).hexdigest()[:16]


def _rests_told(connection: Connection, known: Iterable[StoredRule], now: float) -> _Rests:
    """What these rules failed at lately, as they are now; one that was changed begins anew."""
    by_key, rests = {stored.pk: stored for stored in known}, _Rests()
    asked = EventFilter(since=now - _LONGEST_REST, kinds=(RULE_EVENT,), outcome=FAILED)
    for event in events.list_events(connection, asked, _MOST_RESTS):  # the newest first
        facts = event.facts
        stored = by_key.get(facts.get("key", 0))
        if stored is None or facts.get("as_it_was") != _fingerprint(stored):
            continue
        study = facts["study"]
        place = Pending(study, facts["series"], facts["first"]) if study else None
        rests.setdefault(
            (stored.pk, place), _Rest(stored.rule, facts["failures"], facts["until"], event.sentence)
        )
    return rests


def _resting(rests: _Rests, stored: StoredRule, now: float) -> tuple[Resting, ...]:
    return tuple(
        Resting(place.study_uid if place else "", place.series_uid if place else "", rest.until, rest.why)
        for (pk, place), rest in rests.items()
        if pk == stored.pk and rest.until > now
    )


def _senders(rule: Rule) -> list[Key]:
    """The keys that ask who sent it, which no Data Set tells."""
    return [read_key(words) for words in rule.keys if _asks_sender(words)]


def _asks_sender(words: str) -> bool:
    try:
        return read_key(words).path == (SENDER,)
    except Invalid:
        return False  # found out when the other keys are asked


def _from_senders(rule: Rule, new: Sequence[Arrived]) -> list[Arrived]:
    """Those that came from the AE titles which the rule asks for."""
    keys = _senders(rule)
    return [one for one in new if matches({SENDER: Attribute("AE", (one.caller,))}, keys)]


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
    keys = tuple(key for key in map(read_key, rule.keys) if key.path != (SENDER,))
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
