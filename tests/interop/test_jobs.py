"""Durable jobs against real peers: done, resumed after kill -9, refused, restarted, told by API and CLI."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.kit.committing import Committer
from tests.kit.compare import Part10
from tests.kit.dcmtk import dcmtk, storescp
from tests.kit.network import Peer
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny

ROOT = "1.2.826.0.1.3680043.8.498.77"
MANY = 500
PATIENCE = 300.0


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a study of 500 tiny objects and one of 40 CT slices; jobs try again quickly."""
    quick = {"READINGROOM__JOBS__FIRST_REST_SECONDS": "0.5", "READINGROOM__JOBS__ATTEMPTS": "4"}
    folder = tmp_path_factory.mktemp("room")
    with running_server(folder, "--accept-any-ae", "--no-login", settings=quick) as running:
        many = [tiny(f"{ROOT}.1.{n}", f"{ROOT}.1.0", f"{ROOT}.1.0.1", number=n) for n in range(MANY)]
        Peer(running.dicom_port).send(many)
        yield running


def order(room: RunningServer, **wanted: Any) -> int:
    answer = httpx.post(f"{room.url}/api/jobs", json=wanted, timeout=30.0)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def job(room: RunningServer, number: int) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{room.url}/api/jobs/{number}", timeout=30.0).json()
    return found


def over(room: RunningServer, number: int, seconds: float = PATIENCE) -> dict[str, Any]:
    wait_until(
        lambda: job(room, number)["state"] in ("done", "failed", "cancelled"),
        seconds,
        f"job {number} is over",
    )
    return job(room, number)


@pytest.mark.row("DIMSE-STORE-SCU-04")
def test_a_study_is_sent_and_arrives_as_it_is_kept(room: RunningServer, tmp_path: Path) -> None:
    with storescp(tmp_path / "got") as peer:
        room.add_node("sends", peer.ae_title, peer.port)
        number = order(room, kind="send", node="sends", studies=[f"{ROOT}.1.0"])
        told = over(room, number)
        assert (told["state"], told["total"], told["items"]["done"]) == ("done", MANY, MANY)
        assert told["failures"] == []
        uids = {str(pydicom.dcmread(path).SOPInstanceUID) for path in peer.files()}
        assert uids == {f"{ROOT}.1.{n}" for n in range(MANY)}
    shown = room.run("job", "show", str(number))
    assert "send" in shown
    assert f"{MANY} of {MANY}" in shown


def test_kill_9_in_the_middle_of_sending_costs_nothing(room: RunningServer, tmp_path: Path) -> None:
    """Whatever of ours is killed; the peer ends up with every object once."""
    with running_orthanc(tmp_path, known=["READINGROOM"], variables={"TCP_NODELAY": "1"}) as orthanc:
        room.add_node("killed", orthanc.ae_title, orthanc.dicom_port)
        number = order(room, kind="send", node="killed", studies=[f"{ROOT}.1.0"])
        for share in (0.1, 0.5):
            wait_until(
                lambda share=share: job(room, number)["items"]["done"] >= share * MANY,
                PATIENCE,
                f"{share} is sent",
            )
            room.kill()
            assert 0 < len(noted(room, number)) < MANY, "it was killed in the middle"
            room.start()
        told = over(room, number)
        assert (told["state"], told["items"]["done"], told["run"]) == ("done", MANY, 1)
        instances = orthanc.get("/instances")
        assert isinstance(instances, list)
        assert len(instances) == MANY
    room.run("node", "remove", "killed")


def test_limits_turns_and_nodes_side_by_side(tmp_path: Path) -> None:
    """A slow node takes two at once, the urgent job is next, another node need not wait, one is down."""
    from pynetdicom import AE, evt

    open_now, most_open = 0, 0

    def count(step: int) -> None:
        nonlocal open_now, most_open
        open_now += step
        most_open = max(most_open, open_now)

    def store(event: evt.Event) -> int:
        time.sleep(0.02)
        return 0x0000

    ae = AE("SLOW")
    ae.add_supported_context(tiny("1.2.3", "1.2", "1.2.1").sop_class_uid, ["1.2.840.10008.1.2.1"])
    port, down = free_port(), free_port()
    handlers = [
        (evt.EVT_C_STORE, store),
        (evt.EVT_ACCEPTED, lambda event: count(1)),
        (evt.EVT_RELEASED, lambda event: count(-1)),
        (evt.EVT_ABORTED, lambda event: count(-1)),
    ]
    slow = {"READINGROOM__JOBS__FIRST_REST_SECONDS": "20"}
    study = f"{ROOT}.3.0"
    parts = [tiny(f"{ROOT}.3.{n}", study, f"{study}.1", number=n) for n in range(100)]
    server = ae.start_server((HOST, port), block=False, evt_handlers=handlers)
    with (
        running_server(tmp_path / "room", "--accept-any-ae", "--no-login", settings=slow) as room,
        storescp(tmp_path / "other", ae_title="OTHER") as other,
    ):
        Peer(room.dicom_port).send(parts)
        room.add_node("slow", "SLOW", port)
        room.run("node", "set", "slow", "--most-associations", "2")
        room.add_node("other", "OTHER", other.port)
        room.add_node("down", "DOWN", down)
        wanted = {"kind": "send", "studies": [study]}
        resting = order(room, node="down", **wanted)
        wait_until(lambda: job(room, resting)["state"] == "resting", PATIENCE, "it rests")
        usual = [order(room, node="slow", **wanted) for _ in range(4)]
        urgent = order(room, node="slow", priority="high", **wanted)
        elsewhere = order(room, node="other", **wanted)
        assert over(room, elsewhere)["state"] == "done"
        assert sum(job(room, one)["state"] != "done" for one in usual) >= 2, (
            "it did not wait for the slow node"
        )
        next_try = job(room, resting)["next_try_at"]
        assert next_try, "it rests still"
        ended = {number: over(room, number) for number in (*usual, urgent)}
        assert {one["state"] for one in ended.values()} == {"done"}
        assert ended[urgent]["started_at"] < min(ended[one]["started_at"] for one in usual[2:])
        room.kill()
        with storescp(tmp_path / "down", ae_title="DOWN", port=down) as late:
            room.start()
            told = over(room, resting)
            assert (told["state"], len(late.files())) == ("done", 100)
            assert told["ended_at"] > next_try
    server.shutdown()
    assert most_open == 2, "associations with the slow node at once"


def ask(room: RunningServer, question: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(room.data / "index.sqlite", timeout=30) as connection:
        return connection.execute(question, values).fetchall()


def noted(room: RunningServer, number: int) -> set[str]:
    """The items of a job that our index says are done."""
    rows = ask(room, "select key from job_item where job_id = ? and state = 'done'", number)
    return {key for (key,) in rows}


def test_what_was_noted_before_kill_9_is_not_sent_again(room: RunningServer) -> None:
    """A peer that counts: it gets everything; twice only what it had taken in the last moment."""
    from pynetdicom import AE, evt

    got: list[str] = []

    def store(event: evt.Event) -> int:
        time.sleep(0.005)
        got.append(str(event.request.AffectedSOPInstanceUID))
        return 0x0000

    ae = AE("COUNTS")
    ae.add_supported_context(tiny("1.2.3", "1.2", "1.2.1").sop_class_uid, ["1.2.840.10008.1.2.1"])
    port = free_port()
    server = ae.start_server((HOST, port), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    try:
        room.add_node("counts", "COUNTS", port)
        number = order(room, kind="send", node="counts", studies=[f"{ROOT}.1.0"])
        kills: list[tuple[int, set[str]]] = []
        for share in (0.1, 0.5):
            wait_until(lambda share=share: len(got) >= share * MANY, PATIENCE, f"{share} is sent")
            room.kill()
            kills.append((len(got), noted(room, number)))
            room.start()
        told = over(room, number)
    finally:
        server.shutdown()
    assert (told["state"], told["items"]["done"], told["run"]) == ("done", MANY, 1)
    assert set(got) == {f"{ROOT}.1.{n}" for n in range(MANY)}
    unnoted = 0
    for length, done in kills:
        assert 0 < len(done) < MANY, "it was killed in the middle"
        assert done <= set(got[:length]), "noted, and never sent"
        assert not done & set(got[length:]), "sent again although it was noted"
        unnoted += len(set(got[:length]) - done)
    assert len(got) - MANY <= unnoted < MANY / 2


def test_kill_9_in_the_middle_of_fetching_500(room: RunningServer, tmp_path: Path) -> None:
    """What came before is not asked for again, and nothing is kept twice."""
    study = f"{ROOT}.5.0"
    parts = [tiny(f"{ROOT}.5.{n}", study, f"{study}.1", number=n) for n in range(MANY)]
    of_study = (
        "select instance.uid from instance join series on series.id = instance.series_pk "
        "join study on study.id = series.study_pk where study.uid = ?"
    )
    with running_orthanc(tmp_path, variables={"TCP_NODELAY": "1"}) as orthanc:
        assert set(Peer(orthanc.dicom_port, orthanc.ae_title).send(parts)) == {0}
        orthanc.add_modality("room", room.ae_title, room.dicom_port)
        room.add_node("source", orthanc.ae_title, orthanc.dicom_port)
        number = order(room, kind="fetch", node="source", studies=[study])
        wait_until(lambda: len(ask(room, of_study, study)) > MANY / 10, PATIENCE, "a tenth has come")
        room.kill()
        came = len(ask(room, of_study, study))
        assert 0 < came < MANY, "it was killed in the middle"
        room.start()
        told = over(room, number)
        assert (told["state"], told["total"], told["items"]["done"], told["run"]) == ("done", MANY, MANY, 1)
    kept = [uid for (uid,) in ask(room, of_study, study)]
    assert sorted(kept) == sorted(part.sop_instance_uid for part in parts)
    files = [path for path in (room.data / "objects").rglob("*.dcm") if study.encode() in path.read_bytes()]
    assert len(files) == MANY
    assert ask(room, "select 1 from event where kind in ('revised', 'duplicate uid')") == []
    room.run("node", "remove", "source")


class Forgetful(Committer):
    """Another archive that takes the first request and never reports on it."""

    def _take(self, event: Any) -> tuple[int, None]:
        if self.asked:
            return super()._take(event)
        self.asked.append(event.action_information)
        return 0x0000, None


def test_kill_9_while_500_are_committed_elsewhere(room: RunningServer) -> None:
    """The node has taken the request and not reported; after the restart it is asked under another UID."""
    port = free_port()
    room.add_node("keeper", "KEEPER", port)
    with Forgetful("KEEPER", port, back_to=room.dicom_port).running() as keeper:
        number = order(room, kind="commit", node="keeper", studies=[f"{ROOT}.1.0"])
        wait_until(lambda: keeper.asked, PATIENCE, "it is asked")
        room.kill()
        assert noted(room, number) == set()
        room.start()
        told = over(room, number)
    assert (told["state"], told["items"]["done"], told["run"]) == ("done", MANY, 1), told
    asked = [[str(one.ReferencedSOPInstanceUID) for one in it.ReferencedSOPSequence] for it in keeper.asked]
    assert [len(set(uids)) for uids in asked] == [len(uids) for uids in asked] == [MANY, MANY]
    assert len({str(it.TransactionUID) for it in keeper.asked}) == 2
    rows = ask(room, "select state from commitment where peer = 'KEEPER' order by id")
    assert [state for (state,) in rows] == ["asked", "answered"]


class Slow(Committer):
    """Another archive that reports only when it is let, on an association of its own."""

    allowed = threading.Event()

    def _on_another(self, _assoc: Any, asked: Dataset) -> None:
        self.allowed.wait(PATIENCE)
        self.tell(asked)


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
def test_who_waits_for_a_report_keeps_nobody_from_the_node(room: RunningServer, tmp_path: Path) -> None:
    """The node takes one transfer at a time: while its report is awaited, what is sent to it goes."""
    with storescp(tmp_path / "slow", ae_title="SLOW") as store:
        room.add_node("slow", "SLOW", store.port)
        port = free_port()
        committer = Slow("SLOW", port, on_same_association=False, back_to=room.dicom_port)
        with committer.running():
            room.run("node", "set", "slow", "--port", str(port))
            commit = order(room, kind="commit", node="slow", instances=[f"{ROOT}.1.1"])
            wait_until(lambda: committer.asked, PATIENCE, "it is asked")
            wait_until(lambda: job(room, commit)["state"] == "resting", PATIENCE, "it waits without a place")
            assert "report" in job(room, commit)["words"]
            room.run("node", "set", "slow", "--port", str(store.port))
            sent = order(room, kind="send", node="slow", instances=[f"{ROOT}.1.1"])
            assert over(room, sent)["state"] == "done"
            assert job(room, commit)["state"] in ("resting", "running", "waiting")
            committer.allowed.set()
            told = over(room, commit)
            assert (told["state"], told["items"]["done"], told["attempts"]) == ("done", 1, 0), told
            assert len(committer.asked) == 1


def test_a_node_that_is_down_is_tried_again_and_the_rest_is_told(room: RunningServer, tmp_path: Path) -> None:
    port = free_port()
    room.add_node("late", "LATE", port)
    number = order(room, kind="send", node="late", instances=[f"{ROOT}.1.1", f"{ROOT}.1.2"])
    wait_until(lambda: job(room, number)["state"] == "resting", 60.0, "it rests")
    assert f"LATE@{HOST}:{port}" in job(room, number)["words"]
    told = over(room, number)
    assert told["state"] == "failed"
    assert [one["key"] for one in told["failures"]] == [f"{ROOT}.1.1", f"{ROOT}.1.2"]
    assert httpx.get(f"{room.url}/api/jobs", timeout=60.0).json()["counts"]["alerts"] >= 1
    with storescp(tmp_path / "late", ae_title="LATE", port=port) as peer:
        assert httpx.post(f"{room.url}/api/jobs/{number}/restart", timeout=60.0).json()["state"] == "waiting"
        assert over(room, number)["state"] == "done"
        assert len(peer.files()) == 2


def test_what_rests_is_hurried_and_what_is_cancelled_is_logged(tmp_path: Path) -> None:
    """The next try is minutes away; a person who has switched the node on need not wait for it."""
    port, gone = free_port(), free_port()
    slow = {"READINGROOM__JOBS__FIRST_REST_SECONDS": "500"}
    with running_server(tmp_path / "room", "--accept-any-ae", "--no-login", settings=slow) as room:
        Peer(room.dicom_port).send([tiny(f"{ROOT}.2.1", f"{ROOT}.2.0", f"{ROOT}.2.0.1")])
        room.add_node("late", "LATE", port)
        room.add_node("gone", "GONE", gone)
        numbers = [order(room, kind="send", node=node, studies=[f"{ROOT}.2.0"]) for node in ("late", "gone")]
        for number in numbers:
            wait_until(lambda n=number: job(room, n)["state"] == "resting", 60.0, "it rests")
        with storescp(tmp_path / "late", ae_title="LATE", port=port) as peer:
            room.run("job", "restart", str(numbers[0]))
            assert over(room, numbers[0])["state"] == "done"
            assert len(peer.files()) == 1
        room.run("job", "cancel", str(numbers[1]))
        events = httpx.get(f"{room.url}/api/log?kind=job", timeout=30.0).json()["events"]
        (told,) = [one for one in events if one["subject"] == str(numbers[1])]
        assert (told["peer"], told["outcome"]) == ("gone", "warning")
        assert told["sentence"] == f"Job {numbers[1]}, send, cancelled: 0 of 1 done."
        again = httpx.post(f"{room.url}/api/jobs/{numbers[1]}/restart", timeout=30.0).json()
        assert (again["state"], again["run"]) == ("waiting", 2)


@pytest.mark.row("DIMSE-STORE-SCU-06")
@pytest.mark.row("DIMSE-STORE-SCU-07")
def test_what_a_peer_refuses_is_named_with_its_reason(room: RunningServer) -> None:
    """pynetdicom refuses every third object for good; the others arrive, and a restart sends only those."""
    from pynetdicom import AE, evt

    asked: list[str] = []
    refusing = True

    def store(event: evt.Event) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        asked.append(uid)
        return 0xA900 if refusing and int(uid.rsplit(".", 1)[1]) % 3 == 0 else 0

    ae = AE("PICKY")
    ae.add_supported_context(tiny("1.2.3", "1.2", "1.2.1").sop_class_uid, ["1.2.840.10008.1.2.1"])
    port = free_port()
    server = ae.start_server((HOST, port), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    try:
        room.add_node("picky", "PICKY", port)
        wanted = [f"{ROOT}.1.{n}" for n in range(9)]
        number = order(room, kind="send", node="picky", instances=wanted)
        told = over(room, number)
        assert (told["state"], told["items"]["done"], told["items"]["failed"]) == ("failed", 6, 3)
        assert {one["key"] for one in told["failures"]} == {f"{ROOT}.1.{n}" for n in (0, 3, 6)}
        assert all("A900" in one["words"] for one in told["failures"])
        refusing = False
        asked.clear()
        httpx.post(f"{room.url}/api/jobs/{number}/restart", timeout=60.0).raise_for_status()
        wait_until(lambda: job(room, number)["state"] == "done", 60.0, "the restarted job is done")
        assert sorted(asked) == [f"{ROOT}.1.{n}" for n in (0, 3, 6)]
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, room: RunningServer
) -> Iterator[tuple[RunningOrthanc, list[Part10]]]:
    """An Orthanc with the CT of a head that knows the room and is known to it."""
    study = [part for name, part in storable().items() if name.startswith("ct-series/head-5mm/")]
    with running_orthanc(tmp_path_factory.mktemp("archive"), variables={"TCP_NODELAY": "1"}) as orthanc:
        orthanc.add_modality("room", room.ae_title, room.dicom_port)
        room.add_node("archive", orthanc.ae_title, orthanc.dicom_port)
        Peer(orthanc.dicom_port, ae_title=orthanc.ae_title).send(study)
        yield orthanc, study


def study_of(orthanc: RunningOrthanc) -> str:
    """The Study Instance UID of the one study it has."""
    (study,) = orthanc.get("/studies?expand")  # type: ignore[misc]
    uid: str = study["MainDicomTags"]["StudyInstanceUID"]
    return uid


@pytest.mark.row("DIMSE-GET-SCU-01")
def test_a_study_is_fetched_killed_and_fetched_to_its_end(
    room: RunningServer, archive: tuple[RunningOrthanc, list[Part10]]
) -> None:
    study = study_of(archive[0])
    number = order(room, kind="fetch", node="archive", studies=[study])
    wait_until(lambda: job(room, number)["state"] != "waiting", 60.0, "it has begun")
    room.kill()
    room.start()
    told = over(room, number)
    assert told["state"] == "done", told
    found = httpx.get(f"{room.dicomweb}/studies/{study}/instances?limit=1000", timeout=60.0).json()
    assert {one["00080018"]["Value"][0] for one in found} == {part.sop_instance_uid for part in archive[1]}
    again = over(room, order(room, kind="fetch", node="archive", studies=[study]))
    assert (again["state"], again["words"]) == ("done", "There was nothing to do.")


@pytest.mark.row("DIMSE-MOVE-SCU-03")
@pytest.mark.row("DIMSE-MOVE-SCU-04")
def test_named_instances_that_a_node_does_not_have_are_named_as_failed(
    room: RunningServer, archive: tuple[RunningOrthanc, list[Part10]]
) -> None:
    """One that it has comes, or is here; the others are told, each by its UID."""
    study, there = study_of(archive[0]), archive[1][0].sop_instance_uid
    gone = ["2.25.404.1", "2.25.404.2"]
    number = order(room, kind="fetch", node="archive", studies=[study], instances=[there, *gone])
    told = over(room, number)
    assert told["state"] == "failed", told
    assert {one["key"] for one in told["failures"]} == set(gone)
    assert all("not found there" in one["words"] for one in told["failures"])
    found = httpx.get(f"{room.dicomweb}/studies/{study}/instances?limit=1000", timeout=60.0).json()
    assert there in {one["00080018"]["Value"][0] for one in found}


@pytest.mark.row("DIMSE-MOVE-SCU-04")
def test_one_node_sends_to_another(
    room: RunningServer, archive: tuple[RunningOrthanc, list[Part10]], tmp_path: Path
) -> None:
    study = study_of(archive[0])
    with storescp(tmp_path / "third", ae_title="THIRD") as peer:
        archive[0].add_modality("third", "THIRD", peer.port)
        room.add_node("third", "THIRD", peer.port)
        told = over(room, order(room, kind="forward", source="archive", node="third", studies=[study]))
        assert told["state"] == "done", told
        assert len(peer.files()) == len(archive[1])


@pytest.mark.row("DIMSE-COMMIT-SCP-02")
def test_another_archive_commits_and_says_what_it_lacks(
    room: RunningServer, archive: tuple[RunningOrthanc, list[Part10]]
) -> None:
    """Orthanc as SCP has the CT, but none of the tiny objects."""
    study = study_of(archive[0])
    fetched = over(room, order(room, kind="fetch", node="archive", studies=[study]))
    assert fetched["state"] == "done"
    told = over(room, order(room, kind="commit", node="archive", studies=[study]))
    assert (told["state"], told["items"]["done"]) == ("done", len(archive[1])), told
    told = over(room, order(room, kind="commit", node="archive", instances=[f"{ROOT}.1.3"]))
    assert (told["state"], told["items"]["failed"]) == ("failed", 1)
    assert "0112H" in told["failures"][0]["words"]


def test_verifying_finds_a_damaged_object(room: RunningServer, tmp_path: Path) -> None:
    name = "mr-series/adc/"
    files = [path_of(one) for one in storable() if one.startswith(name)]
    dcmtk("storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), *files)
    ds = pydicom.dcmread(files[0], stop_before_pixels=True)
    study, damaged = str(ds.StudyInstanceUID), str(ds.SOPInstanceUID)
    told = over(room, order(room, kind="verify", studies=[study]))
    assert (told["state"], told["items"]["done"]) == ("done", len(files))
    (path,) = [p for p in (room.data / "objects").rglob("*.dcm") if damaged.encode() in p.read_bytes()]
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    told = over(room, order(room, kind="verify", studies=[study]))
    assert (told["state"], told["items"]["failed"]) == ("failed", 1)
    assert told["failures"][0]["key"] == damaged
    told = over(room, order(room, kind="prepare", studies=[f"{ROOT}.1.0"]))
    assert (told["state"], told["total"]) == ("done", 1)


@pytest.mark.parametrize(
    ("wanted", "status", "words"),
    [
        ({"kind": "dance", "studies": ["1.2"]}, 400, "no jobs of the kind"),
        ({"kind": "send", "studies": ["1.2"]}, 400, "needs a node"),
        ({"kind": "send", "node": "nobody", "studies": ["1.2"]}, 404, "There is no node nobody"),
        ({"kind": "verify", "studies": ["1.2.3.4"]}, 404, "Nothing of that is here"),
        ({"kind": "verify"}, 400, "Say which"),
        ({"kind": "verify", "studies": "1.2"}, 400, "list"),
        ({"kind": "verify", "studies": ["1.2"], "priority": "now"}, 400, "high, normal or low"),
    ],
)
def test_orders_that_make_no_sense_are_explained(
    room: RunningServer, wanted: dict[str, Any], status: int, words: str
) -> None:
    answer = httpx.post(f"{room.url}/api/jobs", json=wanted, timeout=60.0)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.text


def test_the_list_is_paged_and_filtered_and_jobs_are_cancelled(room: RunningServer) -> None:
    room.add_node("nowhere", "NOWHERE", free_port())
    numbers = [order(room, kind="send", node="nowhere", instances=[f"{ROOT}.1.{n}"]) for n in range(3)]
    page = httpx.get(f"{room.url}/api/jobs?node=nowhere&limit=2", timeout=60.0).json()
    assert [one["id"] for one in page["jobs"]] == [numbers[2], numbers[1]]
    rest = httpx.get(f"{room.url}/api/jobs?node=nowhere&limit=2&before={page['next']}", timeout=60.0).json()
    assert [one["id"] for one in rest["jobs"]] == [numbers[0]]
    answer = httpx.put(f"{room.url}/api/jobs/{numbers[2]}/priority", json={"priority": "high"}, timeout=60.0)
    assert answer.json()["priority"] == "high"
    for number in numbers:
        httpx.post(f"{room.url}/api/jobs/{number}/cancel", timeout=60.0)
        assert over(room, number)["state"] in ("cancelled", "failed")
    assert "nowhere" in room.run("job", "list", "--node", "nowhere")
    assert httpx.get(f"{room.url}/api/jobs?state=nonsense", timeout=60.0).status_code == 400
    assert httpx.get(f"{room.url}/api/jobs/99999", timeout=60.0).status_code == 404


def test_only_those_who_may_order_jobs(guarded: RunningServer) -> None:
    assert httpx.get(f"{guarded.url}/api/jobs", timeout=60.0).status_code == 401
    guarded.run("user", "add", "eyes", "--role", "reader", stdin="looking at all\n")
    eyes = ("eyes", "looking at all")
    assert httpx.get(f"{guarded.url}/api/jobs", auth=eyes, timeout=60.0).status_code == 200
    answer = httpx.post(
        f"{guarded.url}/api/jobs", auth=eyes, json={"kind": "verify", "studies": ["1.2"]}, timeout=60.0
    )
    assert answer.status_code == 403


def test_who_may_send_and_not_read_sees_what_he_ordered(guarded: RunningServer) -> None:
    guarded.add_node("quiet", "QUIET", free_port())
    people = {}
    for name, role in (("porter", "sender"), ("courier", "sender"), ("doctor", "reader")):
        guarded.run("user", "add", name, "--role", role, stdin=f"{name} at work\n")
        people[name] = httpx.Client(base_url=guarded.url, auth=(name, f"{name} at work"), timeout=30.0)
    porter, courier, doctor = people.values()
    wanted = {"kind": "fetch", "node": "quiet", "studies": ["1.2.3"]}
    made = [one.post("/api/jobs", json=wanted).json()["id"] for one in (porter, porter, courier)]
    mine = porter.get("/api/jobs?node=quiet").json()
    assert [one["id"] for one in mine["jobs"]] == [made[1], made[0]]
    assert sum(mine["counts"][state] for state in ("waiting", "running", "resting", "failed")) == 2
    assert porter.get(f"/api/jobs/{made[0]}").json()["ordered_by"] == "porter"
    assert len(doctor.get("/api/jobs?node=quiet").json()["jobs"]) == 3
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/restart"), ("PUT", "/priority")):
        body = {"priority": "high"} if path == "/priority" else None
        assert porter.request(method, f"/api/jobs/{made[2]}{path}", json=body).status_code == 403
    assert porter.get("/api/jobs/99999").status_code == 404
    assert porter.post(f"/api/jobs/{made[0]}/cancel").json()["state"] in ("cancelled", "running")
    assert doctor.post(f"/api/jobs/{made[1]}/cancel").status_code == 403
    for one, number in ((porter, made[1]), (courier, made[2])):
        one.post(f"/api/jobs/{number}/cancel")
    for one in people.values():
        one.close()
