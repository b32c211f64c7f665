"""What is deleted is seen by nobody, comes back as it was, and goes for good only when it is purged."""

from __future__ import annotations

import io
import itertools
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from sqlalchemy import event, text

from readingroom.archive import Lifecycle, adopt, rebuild, verify
from readingroom.errors import Invalid, NotFound
from readingroom.index import Database, known_blobs
from readingroom.model import Deletion, Level, OutcomeKind, Query, Selection
from readingroom.query import QueryEngine, StudyEvents

from .test_archive import House, file_of, make

WHO = {"by": "ada", "address": "10.0.0.9"}
STUDY, OTHER = "1.2.3", "1.2.9"


def image(number: int, series: str = "1.2.3.4", study: str = STUDY, **changes: object) -> Dataset:
    """An image whose UID follows from its place."""
    uid = f"{series}.{number}"
    fields = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "SOPInstanceUID": uid}
    return make(**fields, InstanceNumber=str(number), StudyDate="20260102", **changes)


def lifecycle(house: House) -> Lifecycle:
    return Lifecycle(house.database, house.blobs)


def tables(house: House) -> dict[str, list[dict[str, Any]]]:
    """All rows about images, without what counts changes (version) and ids that nobody keeps (patient)."""
    found = {}
    with house.database.reading() as connection:
        for name in ("patient", "study", "study_modality", "series", "instance", "revision"):
            rows = [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            for row in rows:
                row.pop("version", None)
                row.pop("patient_pk", None)
                if name in ("patient", "revision"):
                    row.pop("id")
            found[name] = sorted(rows, key=repr)
    return found


def live(house: House) -> set[str]:
    """SOP Instance UIDs by the query engine and by selection, which must agree."""
    engine = QueryEngine(house.database, lambda _: {})
    asked = {str(match.attributes[0x00080018].first) for match in engine.find(Query(Level.IMAGE))}
    studies = [str(m.attributes[0x0020000D].first) for m in engine.find(Query(Level.STUDY))]
    selected = house.archive.instances(Selection(study_instance_uids=tuple(studies)))
    assert asked == {one.ref.sop_instance_uid for one in selected}
    return asked


def faults(house: House) -> list[str]:
    return [f"{one.blob}: {one.fault}" for one in verify(house.database, house.blobs) if one.fault]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    fill(made)
    yield made
    made.indexer.close()
    made.blobs.close()
    made.database.close()


def fill(house: House) -> None:
    """A study with CT and MR series, the first instance with a revision; another study of that patient."""
    for number in (1, 2, 3):
        house.put(image(number))
    assert house.put(image(1, ImageComments="again")) is OutcomeKind.REVISED
    house.put(image(1, "1.2.3.5", Modality="MR", NumberOfFrames="2", PixelData=bytes(256)))
    house.put(image(1, "1.2.9.1", OTHER))


PATHS = [(STUDY,), (STUDY, "1.2.3.4"), (STUDY, "1.2.3.4", "1.2.3.4.1"), (STUDY, "1.2.3.5", "1.2.3.5.1")]


@pytest.mark.parametrize("path", PATHS)
def test_deleted_is_seen_by_nobody_and_restored_is_as_before(house: House, path: tuple[str, ...]) -> None:
    before, files, seen = tables(house), house.files(), live(house)
    told = lifecycle(house).delete(*path, **WHO, why="wrong  patient\n")
    assert (told.uid, told.deleted_by, told.reason) == (path[-1], "ada", "wrong patient")
    assert (told.patient_name, told.patient_id, told.study_date) == ("Doe^John", "P1", "20260102")
    gone = {uid for uid in seen if uid.startswith(path[-1] + ".") or uid == path[-1]}
    assert gone
    assert live(house) == seen - gone
    assert told.instance_count == len(gone)
    assert house.files() == files
    assert faults(house) == []
    assert lifecycle(house).restore(told.key, **WHO) == told
    assert tables(house) == before
    assert lifecycle(house).deletions() == []
    assert house.blobs.notes() == []
    assert faults(house) == []


def test_counts_and_lists_of_the_parents_follow(house: House) -> None:
    def study() -> dict[str, Any]:
        (row,) = (row for row in tables(house)["study"] if row["uid"] == STUDY)
        names = ("modalities", "series_count", "instance_count", "bytes")
        return {name: row[name] for name in names}

    sizes = {path: path.stat().st_size for path in house.files()}
    mr, third = list(sizes)[4], list(sizes)[2]
    whole = study()
    assert whole == {
        "modalities": "CT\\MR", "series_count": 2, "instance_count": 4, "bytes": sum(list(sizes.values())[:5])
    }  # fmt: skip
    lifecycle(house).delete(STUDY, "1.2.3.5", **WHO)
    assert study() == whole | {
        "modalities": "CT", "series_count": 1, "instance_count": 3, "bytes": whole["bytes"] - sizes[mr]
    }  # fmt: skip
    lifecycle(house).delete(STUDY, "1.2.3.4", "1.2.3.4.3", **WHO)
    assert study()["instance_count"] == 2
    assert study()["bytes"] == whole["bytes"] - sizes[mr] - sizes[third]
    assert {row["modality"] for row in tables(house)["study_modality"]} == {"CT"}


def test_a_patient_goes_with_the_last_study(house: House) -> None:
    rooms = lifecycle(house)
    rooms.delete(STUDY, **WHO)
    assert len(tables(house)["patient"]) == 1
    last = rooms.delete(OTHER, **WHO)
    assert not any(tables(house).values())
    rooms.restore(last.key, **WHO)
    assert [row["patient_id"] for row in tables(house)["patient"]] == ["P1"]


def test_what_is_not_there_cannot_be_deleted_restored_or_purged(house: House) -> None:
    rooms = lifecycle(house)
    for path in ((f"{STUDY}4",), (STUDY, "1.2.9.1"), (STUDY, "1.2.3.4", "1.2.3.5.1")):
        with pytest.raises(NotFound):
            rooms.delete(*path, **WHO)
    with pytest.raises(Invalid):
        rooms.delete(STUDY, "", "1.2.3.4.1", **WHO)
    with pytest.raises(Invalid):
        rooms.delete(STUDY, **WHO, why="x" * 501)
    told = rooms.delete(STUDY, **WHO)
    with pytest.raises(NotFound):
        rooms.delete(STUDY, **WHO)
    rooms.purge(told.key, **WHO)
    for act in (rooms.restore, rooms.purge):
        with pytest.raises(NotFound):
            act(told.key, **WHO)


def test_the_live_list_hears_of_it(house: House) -> None:
    changes = StudyEvents(house.database)
    seen = changes.newest()
    told = lifecycle(house).delete(STUDY, **WHO)
    (study,), seen = changes.since(seen)
    assert (study["study_instance_uid"], study["kind"]) == (STUDY, "removed")
    lifecycle(house).restore(told.key, **WHO)
    (study,), seen = changes.since(seen)
    assert (study["kind"], study["number_of_instances"]) == ("changed", 4)


def test_stored_again_while_deleted_is_new_and_seen_at_once(house: House) -> None:
    told = lifecycle(house).delete(STUDY, **WHO)
    assert house.put(image(2)) is OutcomeKind.STORED
    assert live(house) == {"1.2.3.4.2", "1.2.9.1.1"}
    assert [one.key for one in lifecycle(house).deletions()] == [told.key]


def test_restored_beside_what_came_meanwhile_the_last_is_current_and_all_are_kept(house: House) -> None:
    raw = house.bytes_of("1.2.3.4.1")
    told = lifecycle(house).delete(STUDY, **WHO)
    newest = image(1, ImageComments="a third time")
    house.put(newest)
    house.put(image(8))
    lifecycle(house).restore(told.key, **WHO)
    assert house.bytes_of("1.2.3.4.1") == file_of(newest)
    assert live(house) == {*(f"1.2.3.4.{n}" for n in (1, 2, 3, 8)), "1.2.3.5.1", "1.2.9.1.1"}
    revisions = tables(house)["revision"]
    assert sorted(row["number"] for row in revisions) == [0, 1]
    kept = [(house.root / "objects" / row["blob"]).read_bytes() for row in revisions]
    assert raw in kept
    assert file_of(image(1)) in kept
    assert faults(house) == []


def test_revisions_come_back_though_others_came_meanwhile(house: House) -> None:
    before = len(tables(house)["revision"])
    told = lifecycle(house).delete(STUDY, **WHO)
    assert house.put(image(1, "1.2.9.1", OTHER, ImageComments="other")) is OutcomeKind.REVISED
    lifecycle(house).restore(told.key, **WHO)
    assert len(tables(house)["revision"]) == before + 1
    assert faults(house) == []


def test_deletions_are_listed_the_newest_first_page_by_page_and_by_uid(house: House) -> None:
    rooms = lifecycle(house)
    made = [rooms.delete(*path, **WHO) for path in (PATHS[2], PATHS[1], (OTHER,))]
    assert rooms.deletions() == made[::-1]
    assert rooms.deletions(limit=1, before=made[1].key) == [made[0]]
    assert rooms.count() == 3
    assert rooms.deletions(uid="1.2.3.4") == [made[1]]
    assert rooms.deletions(uid=STUDY) == []
    assert rooms.find(made[0].key) == made[0]
    assert [one.level for one in made] == ["instance", "series", "study"]


@pytest.mark.parametrize("names", [True, False])
def test_every_act_is_in_the_event_log(house: House, names: bool) -> None:
    rooms = Lifecycle(house.database, house.blobs, names_in_log=names)
    told = rooms.delete(STUDY, **WHO, why="belongs to Roe")
    rooms.restore(told.key, **WHO)
    rooms.purge(rooms.delete(STUDY, **WHO).key, **WHO)
    with house.database.reading() as connection:
        rows = connection.execute(
            text("SELECT * FROM event WHERE kind IN ('delete','restore','purge') ORDER BY id")
        ).all()
    assert [row.kind for row in rows] == ["delete", "restore", "delete", "purge"]
    assert {(row.peer, row.address, row.subject) for row in rows} == {("ada", "10.0.0.9", STUDY)}
    said = " ".join(row.sentence for row in rows)
    assert ("Doe^John" in said, "Roe" in said, "P1" in said) == (names, names, names)


def test_purge_removes_rows_and_files_of_the_deletion_and_nothing_else(house: House) -> None:
    other = house.bytes_of("1.2.9.1.1")
    told = lifecycle(house).delete(STUDY, **WHO)
    house.put(image(2))
    lifecycle(house).purge(told.key, **WHO)
    assert live(house) == {"1.2.3.4.2", "1.2.9.1.1"}
    assert len(house.files()) == 2
    assert house.blobs.notes() == []
    assert house.bytes_of("1.2.9.1.1") == other
    assert house.bytes_of("1.2.3.4.2") == file_of(image(2))
    assert faults(house) == []
    with house.database.reading() as connection:
        for name in ("deletion", "deleted_parent", "deleted_content", "frame_index"):
            assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() == 0


def test_what_is_old_enough_is_purged(house: House) -> None:
    rooms = Lifecycle(house.database, house.blobs, purge_after_days=2.0)
    old = rooms.delete(STUDY, **WHO)
    new = rooms.delete(OTHER, **WHO)
    assert rooms.purged_at(new) == new.at + 2 * 86400
    assert lifecycle(house).purged_at(new) is None
    with house.database.writing() as connection:
        connection.execute(text("UPDATE deletion SET at = at - 172800 WHERE key = :key"), {"key": old.key})
    assert lifecycle(house).purge_due() == 0
    assert rooms.purge_due() == 1
    assert rooms.deletions() == [new]
    assert rooms.purge_due() == 0


def test_ids_are_never_given_twice(house: House) -> None:
    """A rule remembers the highest instance that it saw: the next has to be higher, and old ones must not."""
    before = {row["uid"]: row["id"] for row in tables(house)["instance"]}
    told = lifecycle(house).delete(OTHER, **WHO)
    assert told.instance_count == 1
    assert before["1.2.9.1.1"] == max(before.values())
    house.put(image(9))
    now = {row["uid"]: row["id"] for row in tables(house)["instance"]}
    assert now["1.2.3.4.9"] > max(before.values())
    lifecycle(house).restore(told.key, **WHO)
    assert {row["uid"]: row["id"] for row in tables(house)["instance"]}["1.2.9.1.1"] == before["1.2.9.1.1"]


def test_a_crash_does_not_adopt_what_is_deleted(house: House) -> None:
    lifecycle(house).delete(STUDY, **WHO)
    house.kill()
    house.start()
    assert house.blobs.unsettled()
    assert adopt(house.database, house.blobs, house.indexer) == 0
    assert live(house) == {"1.2.9.1.1"}


@pytest.mark.parametrize("index_lost", [False, True])
def test_an_index_made_anew_from_the_files_keeps_deletions(house: House, index_lost: bool) -> None:
    rooms = lifecycle(house)
    rooms.delete(*PATHS[2], **WHO, why="blurred")
    rooms.delete(OTHER, **WHO)
    house.put(image(2, "1.2.9.1", OTHER))
    made, seen = rooms.deletions(), live(house)
    if index_lost:
        house.database.close()
        for file in house.root.glob("index.*"):
            file.unlink()
        house.database = Database(house.root / "index.sqlite")
        house.database.migrate()
        house.indexer._database = house.archive.database = house.database
        assert sum("does not know that deletion" in fault for fault in faults(house)) == 2
    assert rebuild(house.database, house.blobs, house.indexer, lambda _: None)[1] == 0
    rooms = lifecycle(house)
    assert live(house) == seen
    assert rooms.deletions() == made
    assert faults(house) == []
    for one in made:
        rooms.restore(one.key, **WHO)
    assert live(house) == {*(f"1.2.3.4.{n}" for n in (1, 2, 3)), "1.2.3.5.1", "1.2.9.1.1", "1.2.9.1.2"}
    assert len(tables(house)["revision"]) == 1


def test_a_note_that_was_not_written_is_written_by_tidy_and_a_torn_one_harms_nobody(house: House) -> None:
    told = lifecycle(house).delete(STUDY, **WHO)
    (name,) = house.blobs.notes()
    house.blobs.drop_note(name)
    house.blobs.keep_note(f"0{name}", b'{"torn')
    lifecycle(house).tidy()
    assert house.blobs.notes() == sorted([name, f"0{name}"])
    assert list(lifecycle(house).noted()) == [told.key]


def test_any_order_of_acts_loses_and_invents_nothing(tmp_path: Path) -> None:
    """Against a model: content by place, and what each deletion holds."""
    chance = random.Random(20261121)
    house = House(tmp_path)
    rooms = lifecycle(house)
    places = [("1.1", f"1.1.{s}", f"1.1.{s}.{n}") for s in (1, 2) for n in (1, 2)]
    here: dict[tuple[str, str, str], bytes] = {}
    held: dict[str, dict[tuple[str, str, str], bytes]] = {}
    stored = 0
    for _ in range(120):
        act = chance.choice(["put", "put", "delete", "restore", "purge"])
        if act == "put":
            place, stored = chance.choice(places), stored + 1
            series, uid = place[1], place[2]
            raw = file_of(
                make(
                    StudyInstanceUID="1.1", SeriesInstanceUID=series, SOPInstanceUID=uid,
                    ImageComments=str(stored),
                )
            )  # fmt: skip
            house.put(raw)
            here[place] = raw
        elif act == "delete":
            path = chance.choice(places)[: chance.choice([1, 2, 3])]
            moved = {place: raw for place, raw in here.items() if place[: len(path)] == path}
            if not moved:
                with pytest.raises(NotFound):
                    rooms.delete(*path, **WHO)
                continue
            held[rooms.delete(*path, **WHO).key] = moved
            here = {place: raw for place, raw in here.items() if place not in moved}
        elif held:
            key = chance.choice(sorted(held))
            back = held.pop(key)
            if act == "restore":
                rooms.restore(key, **WHO)
                for place, raw in back.items():
                    here[place] = max(here.get(place, raw), raw, key=_number)
            else:
                rooms.purge(key, **WHO)
        assert {place[2]: raw for place, raw in here.items()} == {
            uid: house.bytes_of(uid) for uid in live(house)
        }
        assert {one.key: one.instance_count for one in rooms.deletions()} == {
            k: len(v) for k, v in held.items()
        }
    assert faults(house) == []
    (study,) = tables(house)["study"] or [{"instance_count": 0}]
    assert study["instance_count"] == len(here)
    rebuild(house.database, house.blobs, house.indexer, lambda _: None)
    assert {place[2] for place in here} == live(house)
    assert {one.key for one in lifecycle(house).deletions()} == set(held)
    assert faults(house) == []


def _number(raw: bytes) -> int:
    return int(pydicom.dcmread(io.BytesIO(raw)).ImageComments)


# Killed at any step: a child process does the act and is killed -9 before the nth time that it makes
# something durable (fsync, rename, unlink, commit).


def _die_before(step: int, database: Database) -> None:
    left = itertools.count(1)

    def count() -> None:
        if next(left) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("fsync", "rename", "unlink"):
        setattr(os, name, _counted(getattr(os, name), count))
    event.listen(database.engine, "commit", lambda _: count())


def _counted(real: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def counted(*args: Any, **named: Any) -> Any:
        count()
        return real(*args, **named)

    return counted


def _killed_at(root: Path, step: int, act: Callable[[Lifecycle], object]) -> bool:
    """Do the act in a child; whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            made = House(root)
            _die_before(step, made.database)
            act(Lifecycle(made.database, made.blobs))
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _the_deletion(rooms: Lifecycle) -> Deletion:
    (told,) = rooms.deletions(uid=STUDY)
    return told


ACTS: dict[str, Callable[[Lifecycle], object]] = {
    "delete": lambda rooms: rooms.delete(STUDY, **WHO),
    "restore": lambda rooms: rooms.restore(_the_deletion(rooms).key, **WHO),
    "purge": lambda rooms: rooms.purge(_the_deletion(rooms).key, **WHO),
}


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_step_nothing_is_lost_and_nothing_is_half(tmp_path: Path, act: str) -> None:
    (tmp_path / "template").mkdir()
    template = House(tmp_path / "template")
    fill(template)
    whole = live(template)
    if act != "delete":
        lifecycle(template).delete(STUDY, **WHO)
    deleted = {uid for uid in whole if uid.startswith(STUDY)}
    for room in (template.indexer, template.blobs, template.database):
        room.close()
    for step in itertools.count(1):
        root = tmp_path / f"step-{step}"
        shutil.copytree(template.root, root)
        killed = _killed_at(root, step, ACTS[act])
        house = House(root)
        rooms = lifecycle(house)
        rooms.tidy()
        listed, seen, files = rooms.deletions(), live(house), len(house.files())
        assert faults(house) == [], (act, step)
        assert len(house.blobs.notes()) == len(listed) <= 1
        if listed:
            assert seen == whole - deleted
            assert files == 6
        elif act == "purge":
            assert seen == whole - deleted
            assert files == 1
        else:
            assert seen == whole
            assert files == 6
        rebuild(house.database, house.blobs, house.indexer, lambda _: None)
        assert live(house) == seen
        assert [one.key for one in rooms.deletions()] == [one.key for one in listed]
        with house.database.reading() as connection:
            keys = [str(path.relative_to(root / "objects")) for path in house.files()]
            assert known_blobs(connection, keys) == set(keys)
        for room in (house.indexer, house.blobs, house.database):
            room.close()
        shutil.rmtree(root)
        if not killed:
            assert step > (8 if act == "purge" else 3), "it was killed at some steps"
            assert bool(listed) == (act == "delete")
            return
