"""Rules: what arrives is sent on, once, when it is complete, to nobody it came from; also across kill -9."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest

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


def test_a_rule_that_fails_holds_no_other_up_and_tells_so(room: RunningServer, pacs: Storescp) -> None:
    """Two rules are damaged in the database; the third acts, and so do those once they are repaired."""
    for name, level in (("a-broken", "instance"), ("b-broken", "study"), ("c-good", "instance")):
        room.run("rule", "add", name, "--level", level, "--to", "pacs", "--quiet", "1")
    rules = httpx.get(f"{room.url}/api/rules", timeout=60.0).json()["rules"]
    with sqlite3.connect(room.data / "index.sqlite", timeout=30) as connection:
        connection.execute("""update rule set send_to = '[["pacs"]]' where name like '%broken'""")
    study = objects(8, 3, "F")
    Peer(room.dicom_port).send(study)
    wait_until(lambda: arrived(pacs) == uids(study), 60.0, "the good rule has sent the study")

    def told() -> list[str]:
        events = httpx.get(f"{room.url}/api/log?kind=rule&outcome=failed", timeout=60.0).json()["events"]
        return sorted(one["sentence"] for one in events)

    def of(name: str) -> list[str]:
        return [sentence for sentence in told() if f"The rule {name} could not" in sentence]

    wait_until(lambda: of("a-broken") and of("b-broken"), 60.0, "the log says so")
    assert all("TypeError" in sentence for sentence in told())
    assert all(f"study {ROOT}.8.0" in sentence for sentence in of("b-broken"))
    begun = len(told())
    time.sleep(6.0)
    assert len(told()) - begun <= 4, "it is tried ever more rarely"
    assert [one["ordered_by"] for one in jobs(room)] == ["rule c-good"]
    for rule in rules[:2]:
        httpx.put(f"{room.url}/api/rules/{rule['name']}", json=rule, timeout=60.0).raise_for_status()
    wait_until(lambda: len(jobs(room)) == 3, 30.0, "the repaired rules act on what came meanwhile")
    assert {one["ordered_by"] for one in jobs(room)} == {f"rule {rule['name']}" for rule in rules}


def test_rules_by_the_interface(room: RunningServer, pacs: Storescp) -> None:
    rule = {"name": "ct", "level": "series", "keys": ["Modality=CT"], "send_to": ["pacs"], "quiet_seconds": 1}
    assert httpx.post(f"{room.url}/api/rules", json=rule, timeout=60.0).status_code == 201
    assert httpx.post(f"{room.url}/api/rules", json=rule, timeout=60.0).status_code == 409
    (told,) = httpx.get(f"{room.url}/api/rules", timeout=60.0).json()["rules"]
    assert told == rule | {"quiet_seconds": 1.0, "notify": [], "prepare": False, "enabled": True}
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
