"""What to ask a node for, so that only what is missing here comes. PS3.4 C.4.2.1.4, C.6.2.1."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from readingroom.errors import Invalid
from readingroom.model import Attributes, Key, Level, Query, Selection
from readingroom.standard import levels

from .asking import Asker
from .calling import log

_STUDY, _SERIES, _INSTANCE = (levels.UNIQUE_KEY[level] for level in (Level.STUDY, Level.SERIES, Level.IMAGE))
_SOP_CLASS = 0x00080016
_AT_ONCE = 100
"""SOP Instance UIDs in one request; a list of UIDs must fit a value of 64 KiB, and peers' patience."""


@dataclass(frozen=True, slots=True)
class RemoteInstance:
    """An instance that a node says it has. sop_class_uid: "" where it does not say."""

    study: str
    series: str
    uid: str
    sop_class_uid: str


@dataclass(frozen=True, slots=True)
class Request:
    """One C-GET or C-MOVE. PS3.4 C.4.2.1.4.

    series: empty at the level STUDY. instances: only at the level IMAGE. expected: what should arrive,
    None where nobody asked. sop_classes: what may arrive.
    """

    level: Level
    study: str
    series: str = ""
    instances: tuple[str, ...] = ()
    expected: frozenset[str] | None = None
    sop_classes: frozenset[str] = frozenset()

    @property
    def uids(self) -> dict[Level, tuple[str, ...]]:
        """The unique keys."""
        lists = {Level.STUDY: (self.study,), Level.SERIES: (self.series,), Level.IMAGE: self.instances}
        return {level: uids for level, uids in lists.items() if level <= self.level}

    @property
    def covers(self) -> Selection:
        """The same in our archive."""
        return Selection(
            study_instance_uids=(self.study,),
            series_instance_uids=(self.series,) if self.series else (),
            sop_instance_uids=self.instances,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests, and how many instances are left out: here already, or of a class that is not wanted.

    absent: SOP Instance UIDs that were asked for by name and are neither here nor listed by the node.
    """

    requests: tuple[Request, ...]
    present: int = 0
    skipped: int = 0
    absent: tuple[str, ...] = ()


def studies_of(selection: Selection) -> tuple[str, ...]:
    """The studies to fetch from. Raises Invalid when it names none."""
    if not selection.study_instance_uids:
        raise Invalid("To fetch, name the study; series and instances are found below it.")
    return selection.study_instance_uids


def list_instances(asker: Asker, selection: Selection) -> Iterator[RemoteInstance]:
    """The selected instances that the node has, found by drilling down study by study."""
    for study in studies_of(selection):
        keys = [Key((_STUDY,), "UI", (study,))]
        if selection.series_instance_uids:
            keys.append(Key((_SERIES,), "UI", selection.series_instance_uids))
        if selection.sop_instance_uids:
            keys.append(Key((_INSTANCE,), "UI", selection.sop_instance_uids))
        query = Query(Level.IMAGE, tuple(keys), returned=frozenset({_SERIES, _INSTANCE, _SOP_CLASS}))
        for match in asker.drill_down(query):
            found = [_text(match.attributes, tag) for tag in (_SERIES, _INSTANCE, _SOP_CLASS)]
            if not found[0] or not found[1]:
                log.warning("a node lists an instance of %s without its UIDs", study)
                continue
            yield RemoteInstance(study, *found)


def classes_of_study(asker: Asker, study: str) -> frozenset[str]:
    """SOP Classes in Study (0008,0062), empty where the node does not say."""
    query = Query(
        Level.STUDY,
        (Key((_STUDY,), "UI", (study,)),),
        returned=frozenset({levels.SOP_CLASSES_IN_STUDY}),
    )
    found: set[str] = set()
    for match in asker.find(query):
        if classes := match.attributes.get(levels.SOP_CLASSES_IN_STUDY):
            found.update(str(uid) for uid in classes.values if uid)
    return frozenset(found)


def plan_requests(
    remote: Sequence[RemoteInstance],
    held: Collection[str],
    unwanted_classes: Collection[str],
    selection: Selection,
) -> Plan:
    """The fewest requests for what is missing: whole studies, else whole series, else instances.

    remote: what is selected and there. held: SOP Instance UIDs that are here.
    """
    skipped = [one for one in remote if one.sop_class_uid in unwanted_classes]
    present = [one for one in remote if one.sop_class_uid not in unwanted_classes and one.uid in held]
    left_out = {one.uid for one in skipped} | {one.uid for one in present}
    whole_studies = not selection.series_instance_uids and not selection.sop_instance_uids
    requests: list[Request] = []
    for study in dict.fromkeys(one.study for one in remote):
        there = [one for one in remote if one.study == study]
        if whole_studies and not any(one.uid in left_out for one in there):
            requests.append(_request(Level.STUDY, there))
            continue
        for series in dict.fromkeys(one.series for one in there):
            inside = [one for one in there if one.series == series]
            missing = [one for one in inside if one.uid not in left_out]
            if len(missing) == len(inside) and not selection.sop_instance_uids:
                requests.append(_request(Level.SERIES, inside))
                continue
            for start in range(0, len(missing), _AT_ONCE):
                requests.append(_request(Level.IMAGE, missing[start : start + _AT_ONCE]))
    return Plan(tuple(requests), len(present), len(skipped))


def _request(level: Level, instances: Sequence[RemoteInstance]) -> Request:
    uids = tuple(one.uid for one in instances)
    return Request(
        level,
        instances[0].study,
        instances[0].series if level >= Level.SERIES else "",
        uids if level is Level.IMAGE else (),
        frozenset(uids),
        frozenset(one.sop_class_uid for one in instances if one.sop_class_uid),
    )


def _text(attributes: Attributes, tag: int) -> str:
    attribute = attributes.get(tag)
    return "" if attribute is None or not attribute.values else str(attribute.first)
