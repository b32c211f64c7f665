"""The engine answers from the index exactly what the matcher says of every row."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from readingroom.index import Batch, Database, Record
from readingroom.model import (
    Attribute,
    InstanceRef,
    Key,
    Level,
    Order,
    Origin,
    OriginKind,
    Query,
    StoredInstance,
)
from readingroom.query import QueryEngine, StudyEvents, matches
from readingroom.standard import levels

NAMES = ["Buc^Jérôme", "BUCK^Anna", "Müller^Jörg=山田^太郎", "", "Doe^John", "O'Neil[x]^*"]
DATES = ["20260101", "20251231", "", "20260115"]
MODALITIES = ["CT", "MR", "SR"]


def record(number: int) -> Record:
    study, series = f"1.2.{number // 4}", f"1.2.{number // 4}.{number // 2 % 2}"
    patient = {
        0x00100010: Attribute("PN", tuple(filter(None, [NAMES[number // 4 % len(NAMES)]]))),
        0x00100020: Attribute("LO", (f"P{number // 8}",)),
    }
    date = DATES[number // 4 % len(DATES)]
    study_level = {
        0x0020000D: Attribute("UI", (study,)),
        0x00080020: Attribute("DA", (date,) if date else ()),
        0x00080030: Attribute("TM", (f"{number // 4 % 24:02d}3000",)),
        0x00081030: Attribute("LO", (f"Head [{number // 4}]",)),
    }
    series_level = {
        0x0020000E: Attribute("UI", (series,)),
        0x00080060: Attribute("CS", (MODALITIES[number // 2 % 3],)),
        0x00200011: Attribute("IS", (str(number // 2 % 2 + 9),)),
    }
    instance = {
        0x00080018: Attribute("UI", (f"{series}.{number}",)),
        0x00080016: Attribute("UI", ("1.2.840.10008.5.1.4.1.1.2",)),
        0x00200013: Attribute("IS", (str(12 - number % 2),)),
    }
    stored = StoredInstance(
        InstanceRef(study, series, f"{series}.{number}"), "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1",
        f"x/y/{number}", 100, 10, 20, 1, f"{number:064x}",
    )  # fmt: skip
    return Record(
        stored, (patient, study_level, series_level, instance), Origin(OriginKind.DIMSE, "CT1"), 5.0
    )


RECORDS = [record(number) for number in range(96)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    path: Path = tmp_path_factory.mktemp("index") / "index.sqlite"
    with Database(path) as database:
        database.migrate()
        for start in range(0, len(RECORDS), 10):  # several batches: counts must add up across them
            with database.writing() as connection:
                Batch(connection, 1.0).add(RECORDS[start : start + 10])
        yield QueryEngine(database, lambda stored: {})


def uids(engine: QueryEngine, query: Query) -> list[str]:
    return [str(match.attributes[levels.UNIQUE_KEY[query.level]].first) for match in engine.find(query)]


KEYS = [
    Key((0x00100010,), "PN", ("buc*",)),
    Key((0x00100010,), "PN", ("BUC^JEROME",)),
    Key((0x00100010,), "PN", ("*太郎",)),
    Key((0x00100010,), "PN", ("=山田*",)),
    Key((0x00100010,), "PN", ("o'neil[x]*",)),
    Key((0x00100010,), "PN", ("Doe^John", "b*")),
    Key((0x00100010,), "PN", ("山田*", "müll?r*")),
    Key((0x00100010,), "PN", ("buc*", "*john")),
    Key((0x00100020,), "LO", ("P1", "P2")),
    Key((0x00100020,), "LO", ("?1*",)),
    Key((0x00080020,), "DA", ("20260101-",)),
    Key((0x00080020,), "DA", ("-20260101",)),
    Key((0x00080020,), "DA", ("20251231-20260101",)),
    Key((0x00080020,), "DA", ("20260115",)),
    Key((0x00080030,), "TM", ("03-0430",)),
    Key((0x00081030,), "LO", ("Head [[1]*",)),
    Key((0x00081030,), "LO", ("Head [1?]",)),
    Key((0x0020000D,), "UI", ("1.2.3", "1.2.5", "9.9")),
]


@pytest.mark.parametrize("level", [Level.STUDY, Level.SERIES, Level.IMAGE])
@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.tag:08X}-{key.values[0]}")
def test_the_index_decides_as_the_matcher_does(engine: QueryEngine, level: Level, key: Key) -> None:
    expected = {
        str(one.levels[level][levels.UNIQUE_KEY[level]].first)
        for one in RECORDS
        if matches({**one.levels[0], **one.levels[1], **one.levels[2], **one.levels[3]}, [key])
    }
    assert set(uids(engine, Query(level, (key,)))) == expected


def test_pairs_of_keys_must_both_hold(engine: QueryEngine) -> None:
    for first, second in itertools.combinations(KEYS, 2):
        both = set(uids(engine, Query(Level.STUDY, (first, second))))
        one, other = (set(uids(engine, Query(Level.STUDY, (key,)))) for key in (first, second))
        assert both == one & other


@pytest.mark.ps("3.4 C.3.4")
def test_counts_and_lists_of_a_study(engine: QueryEngine) -> None:
    match = next(engine.find(Query(Level.STUDY, (Key((0x0020000D,), "UI", ("1.2.0",)),))))
    assert match.attributes[levels.NUMBER_OF_STUDY_RELATED_INSTANCES].values == ("4",)
    assert match.attributes[levels.NUMBER_OF_STUDY_RELATED_SERIES].values == ("2",)
    assert set(match.attributes[levels.MODALITIES_IN_STUDY].values) == {"CT", "MR"}
    patient = next(engine.find(Query(Level.PATIENT, (Key((0x00100020,), "LO", ("P0",)),))))
    assert patient.attributes[levels.NUMBER_OF_PATIENT_RELATED_STUDIES].values == ("2",)
    assert patient.attributes[levels.NUMBER_OF_PATIENT_RELATED_INSTANCES].values == ("8",)


def test_modalities_in_study_match_any_series(engine: QueryEngine) -> None:
    for modality in MODALITIES:
        expected = {
            one.stored.ref.study_instance_uid
            for one in RECORDS
            if one.levels[2][0x00080060].values == (modality,)
        }
        key = Key((levels.MODALITIES_IN_STUDY,), "CS", (modality,))
        assert set(uids(engine, Query(Level.STUDY, (key,)))) == expected
    assert uids(engine, Query(Level.STUDY, (Key((levels.MODALITIES_IN_STUDY,), "CS", ("XA",)),))) == []


def test_pages_by_offset_and_by_place_are_the_same_list(engine: QueryEngine) -> None:
    for order in ((), (Order(0x00100010),), (Order(0x00080020, True), Order(0x00080030, True))):
        whole = uids(engine, Query(Level.STUDY, order=order))
        assert len(whole) == len(set(whole)) == 24
        by_offset = [
            uid
            for offset in range(0, 24, 7)
            for uid in uids(engine, Query(Level.STUDY, order=order, limit=7, offset=offset))
        ]
        by_place: list[str] = []
        after: tuple[object, ...] = ()
        while page := list(engine.find(Query(Level.STUDY, order=order, limit=7, after=after))):
            by_place += [str(match.attributes[0x0020000D].first) for match in page]
            after = page[-1].place
        assert by_offset == whole
        assert by_place == whole


def test_limit_and_offset_hold_when_rows_are_checked_one_by_one(engine: QueryEngine) -> None:
    key = Key((0x00100010,), "PN", ("=山田*",))
    whole = uids(engine, Query(Level.IMAGE, (key,)))
    assert len(whole) > 4
    assert uids(engine, Query(Level.IMAGE, (key,), limit=3, offset=1)) == whole[1:4]
    assert engine.count(Query(Level.IMAGE, (key,), limit=3)) == len(whole)


def test_series_and_instances_come_in_order_of_their_numbers(engine: QueryEngine) -> None:
    study = Key((0x0020000D,), "UI", ("1.2.0",))
    numbers = [
        int(str(match.attributes[0x00200011].first)) for match in engine.find(Query(Level.SERIES, (study,)))
    ]
    assert numbers == [9, 10]  # as text it would be 10, 9


def test_the_search_box_needs_every_word_somewhere(engine: QueryEngine) -> None:
    found = uids(engine, Query(Level.STUDY, text=("jérôme", "[0]")))
    assert found == ["1.2.0"]
    assert uids(engine, Query(Level.STUDY, text=("jerome", "nothing"))) == []


@pytest.mark.ps("3.4 C.2.2.2.5.1")
def test_a_date_range_and_a_time_range_can_be_one_range(engine: QueryEngine) -> None:
    keys = (
        Key((0x00080020,), "DA", ("20260101-20260115",)),
        Key((0x00080030,), "TM", ("0100-0200",)),
    )
    apart = set(uids(engine, Query(Level.STUDY, keys)))
    together = set(uids(engine, Query(Level.STUDY, keys, combined_datetime=True)))
    expected = set()
    for one in RECORDS:
        date, time = one.levels[1][0x00080020].first, one.levels[1][0x00080030].first
        if date and "202601010100" <= f"{date}{time}" <= "202601150200~":
            expected.add(one.stored.ref.study_instance_uid)
    assert together == expected
    assert apart < together


EDGES = ["Many^A", "Mao^B", "Ma\ud7ff^C", "Ma\ue000^D", "Ma\U0010ffff^E", "=Ma\U0010ffff^F", "==many^G"]


@pytest.mark.parametrize("pattern", ["many*", "m*", "Ma\ud7ff*", "Ma\U0010ffff*", "many^?0*", "man*^g"])
def test_names_by_their_beginning_are_the_same_for_few_and_for_many(tmp_path: Path, pattern: str) -> None:
    """More rows than are led by the index of names, and names at the ends of its ranges."""
    names = [f"Many^{number}" for number in range(1100)] + EDGES
    records = [renamed(record(4 * number), name) for number, name in enumerate(names)]
    key = Key((0x00100010,), "PN", (pattern,))
    expected = {
        one.stored.ref.study_instance_uid
        for one in records
        if matches({**one.levels[0], **one.levels[1]}, [key])
    }
    assert expected
    with Database(tmp_path / "index.sqlite") as database:
        database.migrate()
        with database.writing() as connection:
            Batch(connection, 1.0).add(records)
        engine = QueryEngine(database, lambda stored: {})
        found = uids(engine, Query(Level.STUDY, (key,)))
        assert len(found) == len(set(found))
        assert set(found) == expected
        dates = [match.attributes[0x00080020].first for match in engine.find(Query(Level.STUDY, (key,)))]
        assert dates == sorted(dates, key=lambda date: date or "", reverse=True)
        assert uids(engine, Query(Level.STUDY, (key,), limit=3, offset=1)) == found[1:4]


def renamed(one: Record, name: str) -> Record:
    patient = {**one.levels[0], 0x00100010: Attribute("PN", (name,))}
    return replace(one, levels=(patient, *one.levels[1:]))


def test_changes_are_told_study_by_study(tmp_path: Path) -> None:
    with Database(tmp_path / "index.sqlite") as database:
        database.migrate()
        events = StudyEvents(database)
        assert events.since(events.newest()) == ([], 0)
        with database.writing() as connection:
            Batch(connection, 1.0).add(RECORDS[:6])
        told, last = events.since(0)
        counted = {one["study_instance_uid"]: one["number_of_instances"] for one in told}
        assert counted == {"1.2.0": 4, "1.2.1": 2}
        assert {(one["kind"], one["receiving"]) for one in told} == {("changed", False)}
        assert events.since(last) == ([], last)
