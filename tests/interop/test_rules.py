"""Rules: what arrives is sent on, once, when it is complete, to nobody it came from; also across kill -9."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest

from readingroom.dataset import write_file_meta
from tests.kit.dcmtk import Storescp, storescp
from tests.kit.network import Peer
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny

ROOT = "1.2.826.0.1.3680043.8.498.78"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "room", "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def pacs(room: RunningServer, tmp_path: Path) -> Iterator[Storescp]:
    """A destination, known as "pacs" with the AE title PACS."""
    with storescp(tmp_path / "pacs", ae_title="PACS") as peer:
        room.add_node("pacs", "PACS", peer.port)
        yield peer


def arrived(peer: Storescp) -> set[str]:
    return {str(pydicom.dcmread(path).SOPInstanceUID) for path in peer.files()}


def objects(study: int, count: int, patient: str, first: int = 0) -> list[Any]:
    uid = f"{ROOT}.{study}"
    return [
        tiny(f"{uid}.9.{n}", f"{uid}.0", f"{uid}.1", number=n, patient=patient)
        for n in range(first, first + count)
    ]


def uids(parts: list[Any]) -> set[str]:
    return {part.sop_instance_uid for part in parts}


def jobs(room: RunningServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{room.url}/api/jobs", timeout=60.0).json()["jobs"]
    return found


def test_a_complete_series_that_meets_the_keys_is_sent_once(room: RunningServer, pacs: Storescp) -> None:
    Peer(room.dicom_port).send(objects(1, 3, "OLD"))
    room.run(
        "rule", "add", "wanted", "--level", "series", "-k", "PatientID=W*", "--to", "pacs", "--quiet", "2"
    )
    assert "wanted" in room.run("rule", "list")
    wanted, other = objects(2, 5, "WANTED"), objects(3, 5, "OTHER")
    Peer(room.dicom_port).send(wanted[:3] + other)
    time.sleep(1.0)
    Peer(room.dicom_port).send(wanted[3:])
    assert arrived(pacs) == set(), "it was not complete yet"
    wait_until(lambda: arrived(pacs) == uids(wanted), 60.0, "the series has been sent")
    later = objects(2, 2, "WANTED", first=5)
    Peer(room.dicom_port).send(later)
    wait_until(lambda: arrived(pacs) == uids(wanted) | uids(later), 60.0, "what came later is sent too")
    time.sleep(3.0)
    told = jobs(room)
    assert [(one["kind"], one["node"], one["total"]) for one in told] == [
        ("send", "pacs", 2),
        ("send", "pacs", 5),
    ]
    assert told[0]["ordered_by"] == "rule wanted"


def test_instances_are_sent_as_they_come_and_never_back(room: RunningServer, pacs: Storescp) -> None:
    room.run("rule", "add", "all", "--level", "instance", "--to", "pacs", "--prepare")
    from_pacs, from_ct = objects(4, 3, "X"), objects(5, 3, "Y")
    Peer(room.dicom_port, calling="PACS").send(from_pacs)
    Peer(room.dicom_port, calling="CT1").send(from_ct)
    wait_until(lambda: arrived(pacs) == uids(from_ct), 60.0, "what CT1 sent has been sent on")
    wait_until(lambda: all(one["state"] == "done" for one in jobs(room)), 60.0, "all jobs are done")
    time.sleep(2.0)
    assert arrived(pacs) == uids(from_ct)
    assert {one["kind"] for one in jobs(room)} == {"send", "prepare"}
    tried = room.run("rule", "try", "all")
    assert "not back to pacs" in tried
    assert "6 would be treated" in tried


def test_kill_9_while_a_study_waits_for_quiet_neither_forgets_nor_repeats(
    room: RunningServer, pacs: Storescp
) -> None:
    room.run("rule", "add", "studies", "--to", "pacs", "--quiet", "3")
    study = objects(6, 40, "Z")
    Peer(room.dicom_port).send(study)
    time.sleep(1.5)
    room.kill()
    room.start()
    wait_until(lambda: len(arrived(pacs)) > 5, 60.0, "it is being sent")
    room.kill()
    room.start()
    wait_until(lambda: arrived(pacs) == uids(study), 60.0, "the study has been sent")
    wait_until(lambda: jobs(room)[0]["state"] == "done", 60.0, "the job is done")
    assert len(jobs(room)) == 1


def damage(room: RunningServer, name: str, column: str, value: object) -> None:
    """Write into the row of a rule what no program of ours would."""
    with sqlite3.connect(room.data / "index.sqlite", timeout=30) as connection:
        assert connection.execute(f"update rule set {column} = ? where name = ?", (value, name)).rowcount == 1
    connection.close()


def add(room: RunningServer, name: str, level: str, *keys: str) -> None:
    """A rule that sends to the node pacs."""
    rule = {"name": name, "level": level, "keys": keys, "send_to": ["pacs"], "quiet_seconds": 0.5}
    answer = httpx.post(f"{room.url}/api/rules", json=rule, timeout=60.0)
    assert answer.status_code == 201, answer.text


def listed(room: RunningServer) -> dict[str, dict[str, Any]]:
    """The rules as the interface tells them, by name."""
    answer = httpx.get(f"{room.url}/api/rules", timeout=60.0)
    assert answer.status_code == 200, answer.text
    return {rule["name"]: rule for rule in answer.json()["rules"]}


def failures(room: RunningServer, name: str) -> list[str]:
    """What the event log says of a rule that could not be followed."""
    answer = httpx.get(f"{room.url}/api/log?kind=rule&outcome=failed", timeout=60.0).json()
    return [e["sentence"] for e in answer["events"] if f"The rule {name} could not" in e["sentence"]]


def test_a_damaged_row_stops_only_its_rule(room: RunningServer, pacs: Storescp) -> None:
    """Every column that could be damaged; each is told of, the last rule acts, the repaired ones do later."""
    wrong = {
        "level": "NONE",
        "keys": '["',
        "send_to": '[["pacs"]]',
        "notify": "null",
        "quiet_seconds": "soon",
    }
    for name in (*wrong, "sound"):
        add(room, name, "instance")
    whole = listed(room)
    for column, value in wrong.items():
        damage(room, column, column, value)
    study = objects(8, 3, "F")
    Peer(room.dicom_port).send(study)
    wait_until(lambda: arrived(pacs) == uids(study), 60.0, "the sound rule has sent the study")
    wait_until(lambda: all(failures(room, name) for name in wrong), 60.0, "the log tells of each")
    assert all("row in the index is damaged" in failures(room, name)[0] for name in wrong)
    told = listed(room)
    assert told.keys() == whole.keys()
    for name in wrong:
        assert "damaged" in told[name]["damage"]
    assert (told["sound"]["damage"], told["sound"]["resting"]) == ("", [])
    assert "damaged" in room.run("rule", "list")
    assert {one["ordered_by"] for one in jobs(room)} == {"rule sound"}
    room.run("rule", "remove", "level")
    for name in wrong.keys() - {"level"}:
        answer = httpx.put(f"{room.url}/api/rules/{name}", json=whole[name], timeout=60.0)
        assert answer.status_code == 200, answer.text
    acting = {f"rule {name}" for name in whole.keys() - {"level"}}
    wait_until(
        lambda: {one["ordered_by"] for one in jobs(room)} == acting, 60.0, "they act on what came meanwhile"
    )
    assert not any(rule["damage"] or rule["resting"] for rule in listed(room).values())


def test_what_rests_is_told_and_rests_through_a_restart(room: RunningServer, pacs: Storescp) -> None:
    """Keys that cannot be asked: of one rule for anything, of the other when a study is looked at."""
    for name, level in (("whole", "instance"), ("study", "study")):
        add(room, name, level)
    asked, seen = listed(room), dict[str, dict[str, Any]]()
    assert [rule["resting"] for rule in asked.values()] == [[], []]
    damage(room, "whole", "keys", '["NoSuchThing=1"]')
    damage(room, "study", "keys", '["NoSuchThing=1"]')
    Peer(room.dicom_port).send(objects(4, 2, "R"))

    def both_rest() -> bool:
        seen.update(listed(room))
        return all(rule["resting"] for rule in seen.values())

    wait_until(both_rest, 60.0, "both rest")
    (whole,), (place,) = seen["whole"]["resting"], seen["study"]["resting"]
    assert (whole["study_uid"], whole["series_uid"]) == (None, None)
    assert place["study_uid"] == f"{ROOT}.4.0"
    assert "NoSuchThing" in whole["why"]
    repaired = httpx.put(f"{room.url}/api/rules/whole", json=asked["whole"], timeout=60.0)
    assert repaired.status_code == 200, repaired.text
    assert listed(room)["whole"]["resting"] == []
    wait_until(lambda: len(arrived(pacs)) == 2, 60.0, "the repaired rule acts at once")
    room.stop()
    before = told_by_log(room.data)
    room.start()
    wait_until(lambda: len(told_by_log(room.data)) > len(before), 90.0, "it is tried again")
    assert told_by_log(room.data)[: len(before) + 1] == [*before, before[-1] + 1], "it did not begin anew"


def told_by_log(data: Path) -> list[int]:
    """How often the rule "study" had failed, by the events of the log in the order of writing."""
    with sqlite3.connect(data / "index.sqlite", timeout=30) as connection:
        found = connection.execute("select facts from event where kind = 'rule' order by id").fetchall()
    connection.close()
    return [facts["failures"] for (row,) in found if (facts := json.loads(row))["rule"] == "study"]


def test_rules_ask_who_sent_it(room: RunningServer, pacs: Storescp) -> None:
    """The AE title that called, with wildcards; what came from others, or by the web, is not meant."""
    key = "SendingApplicationEntityTitle"
    add(room, "at-once", "instance", f"{key}=CT*")
    for level in ("study", "series"):
        add(room, level, level, f"{key}=MR1\\CT2", "PatientID=A")
    parts, by_web = objects(6, 4, "A"), objects(7, 1, "A")[0]
    for title, part in zip(("CT1", "CT2", "ct1", "XCT"), parts, strict=True):
        assert Peer(room.dicom_port, calling=title).send([part]) == [0]
    head = write_file_meta(
        by_web.sop_class_uid, by_web.sop_instance_uid, by_web.transfer_syntax_uid,
        implementation_class_uid="1.2.3", implementation_version_name="KIT",
    )  # fmt: skip
    answer = httpx.post(
        f"{room.dicomweb}/studies",
        content=head + by_web.dataset, headers={"content-type": "application/dicom"}, timeout=60.0,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text

    def ordered() -> dict[str, int]:
        totals: dict[str, int] = {}
        for one in jobs(room):
            totals[one["ordered_by"]] = totals.get(one["ordered_by"], 0) + one["total"]
        return totals

    wanted = {"rule at-once": 2, "rule study": 1, "rule series": 1}
    wait_until(lambda: ordered() == wanted, 60.0, f"what the CTs sent: {wanted}")
    wait_until(lambda: arrived(pacs) == uids(parts[:2]), 60.0, "they are there")
    assert ordered() == wanted
    for asked, count in (("CT*", 2), ("MR1", 0), ("*", 5), ("CT?\\XCT", 3)):
        rule = {"name": "x", "level": "instance", "keys": [f"{key}={asked}"], "send_to": ["pacs"]}
        trials = httpx.post(f"{room.url}/api/rules/try", json=rule, timeout=60.0).json()["trials"]
        assert len(trials) == count, asked


def test_rules_by_the_interface(room: RunningServer, pacs: Storescp) -> None:
    rule = {"name": "ct", "level": "series", "keys": ["Modality=CT"], "send_to": ["pacs"], "quiet_seconds": 1}
    assert httpx.post(f"{room.url}/api/rules", json=rule, timeout=60.0).status_code == 201
    assert httpx.post(f"{room.url}/api/rules", json=rule, timeout=60.0).status_code == 409
    (told,) = httpx.get(f"{room.url}/api/rules", timeout=60.0).json()["rules"]
    usual = {"notify": [], "prepare": False, "enabled": True, "resting": [], "damage": ""}
    assert told == rule | {"quiet_seconds": 1.0} | usual
    off = told | {"enabled": False}
    assert httpx.put(f"{room.url}/api/rules/ct", json=off, timeout=60.0).json()["enabled"] is False
    part = objects(7, 1, "A")[0]
    Peer(room.dicom_port).send([part])
    time.sleep(3.0)
    assert jobs(room) == []
    (trial,) = httpx.post(f"{room.url}/api/rules/try", json=told | {"keys": []}, timeout=60.0).json()[
        "trials"
    ]
    assert (trial["series_uid"], trial["send_to"]) == (f"{ROOT}.7.1", ["pacs"])
    wrong: list[tuple[dict[str, Any], str, str | None]] = [
        ({"level": "patient"}, "level", None),
        ({"keys": ["Modality"]}, "says no value", "keys"),
        ({"keys": ["Modality=CT", "NoSuchThing=1"]}, "NoSuchThing", "keys"),
        ({"level": "study", "keys": ["SOPClassUID=1.2"]}, "SOPClassUID says nothing of a study", "keys"),
        ({"name": " "}, "needs a name", "name"),
        ({"send_to": []}, "does nothing", "send_to"),
        ({"quiet_seconds": -1}, "seconds", "quiet_seconds"),
        ({"colour": "red"}, "colour", None),
    ]
    for change, words, field in wrong:
        answer = httpx.post(f"{room.url}/api/rules", json=told | {"name": "bad"} | change, timeout=60.0)
        assert (answer.status_code, words in answer.text) == (400, True), (change, answer.text)
        assert answer.json().get("field") == field
        assert answer.json().get("key") == (change["keys"][-1] if field == "keys" else None)
    assert httpx.delete(f"{room.url}/api/rules/ct", timeout=60.0).status_code == 204
    assert httpx.delete(f"{room.url}/api/rules/ct", timeout=60.0).status_code == 404


def test_modality_of_a_study_is_one_of_its_modalities(room: RunningServer, pacs: Storescp) -> None:
    """As a C-FIND at that level takes it; the whole study goes, whatever else is in it."""
    room.run("rule", "add", "all", "--level", "study", "-k", "Modality=CT", "--to", "pacs", "--quiet", "1")
    mixed, other = objects(8, 4, "MIXED"), objects(9, 2, "OTHER")
    ct = tiny(f"{ROOT}.8.9.9", f"{ROOT}.8.0", f"{ROOT}.8.2", patient="MIXED")
    mixed.append(replace(ct, dataset=ct.dataset.replace(b"CS\x02\0OT", b"CS\x02\0CT")))
    Peer(room.dicom_port).send(other + mixed)
    wait_until(lambda: arrived(pacs) == uids(mixed), 60.0, "the whole study has been sent")
    time.sleep(3.0)
    assert arrived(pacs) == uids(mixed)


def test_keys_that_the_index_does_not_keep_are_read_from_the_objects(
    room: RunningServer, pacs: Storescp
) -> None:
    """Conversion Type (0008,0064) is indexed at no level."""
    keys = ["ConversionType=WSD"]
    wanted = {"name": "wsd", "level": "instance", "keys": keys, "notify": ["pacs"], "send_to": ["pacs"]}
    other = wanted | {"name": "sd", "keys": ["ConversionType=SD"]}
    for rule in (wanted, other):
        httpx.post(f"{room.url}/api/rules", json=rule | {"notify": []}, timeout=60.0).raise_for_status()
    parts = objects(8, 2, "A")
    Peer(room.dicom_port, calling="CT1").send(parts)
    wait_until(lambda: arrived(pacs) == uids(parts), 60.0, "they have been sent on")
    assert {one["ordered_by"] for one in jobs(room)} == {"rule wsd"}
    Peer(room.dicom_port, calling="PACS").send(objects(9, 1, "B"))
    tried = httpx.post(f"{room.url}/api/rules/try", json=wanted, timeout=60.0).json()["trials"]
    assert sorted((one["send_to"], one["notify"], one["left_out"]) for one in tried) == [
        ([], [], ["pacs"]),
        (["pacs"], ["pacs"], []),
        (["pacs"], ["pacs"], []),
    ]
    assert httpx.post(f"{room.url}/api/rules/try", json=other, timeout=60.0).json()["trials"] == []
