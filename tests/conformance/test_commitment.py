"""Storage commitment in both roles. PS3.4 annex J; contract/spec/dimse_behaviour.md section 8.

Peers: pynetdicom and Orthanc, each as SCU and as SCP. Statuses and failure reasons come from PS3.7 annex C
and PS3.3 C.14.
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from tests.kit.committing import PUSH_MODEL, WELL_KNOWN, Asker, Committer, action_information
from tests.kit.compare import Part10
from tests.kit.network import Peer
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.ports import free_port, wait_until
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.tiny import SECONDARY_CAPTURE, tiny_series

CT = "1.2.840.10008.5.1.4.1.1.2"
PATIENCE = 120.0
ROOT = "2.25.77"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a list of known nodes, which tries reports again soon."""
    settings = {
        "READINGROOM__DICOM__COMMITMENT_RETRY_SECONDS": "0.2",
        "READINGROOM__JOBS__FIRST_REST_SECONDS": "0.2",
        "READINGROOM__JOBS__ATTEMPTS": "2",
    }
    folder = tmp_path_factory.mktemp("commitment")
    with running_server(folder, "--accept-any-ae", "--no-login", settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def asker_port(room: RunningServer) -> int:
    """Where `room` believes that the node ASKER listens."""
    port = free_port()
    room.add_node("asker", "ASKER", port)
    return port


@pytest.fixture
def asker(room: RunningServer, asker_port: int) -> Asker:
    return Asker("ASKER", room.dicom_port)


_numbers = iter(range(1, 1000))


def store(server: RunningServer, count: int) -> list[Part10]:
    """New objects in one study."""
    parts = list(tiny_series(f"{ROOT}.{next(_numbers)}", count))
    assert set(Peer(server.dicom_port).send(parts)) == {0}
    return parts


def named(parts: Sequence[Part10]) -> list[tuple[str, str]]:
    return [(part.sop_class_uid, part.sop_instance_uid) for part in parts]


def file_of(server: RunningServer, uid: str) -> Path:
    """Where an object lies on disk."""
    with sqlite3.connect(server.data / "index.sqlite") as connection:
        ((blob,),) = connection.execute("select blob from instance where uid = ?", (uid,)).fetchall()
    return server.data / "objects" / str(blob)


def rows(server: RunningServer, transaction_uid: str) -> list[dict[str, Any]]:
    with sqlite3.connect(server.data / "index.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("select * from commitment where transaction_uid = ?", (transaction_uid,))
        return [dict(row) for row in found]


# ── as SCP


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
@pytest.mark.ps("3.4 J.3.3.1")
def test_the_report_comes_on_the_association_that_asked(room: RunningServer, asker: Asker) -> None:
    parts = store(room, 5)
    uid = generate_uid()
    assert asker.ask(named(parts), uid, stay=PATIENCE) == 0x0000
    (told,) = asker.told
    assert told.by_us, "it came on the association of the SCU"
    assert told.event_type == 1
    assert told.information.TransactionUID == uid
    assert told.committed == set(named(parts))
    assert "FailedSOPSequence" not in told.information
    wait_until(lambda: rows(room, uid)[0]["state"] == "reported", PATIENCE, "it is known to be reported")


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
@pytest.mark.ps("3.4 J.3.3.1.2")
def test_the_report_comes_later_to_who_releases_at_once(
    room: RunningServer, asker: Asker, asker_port: int
) -> None:
    parts = store(room, 3)
    with asker.listening(asker_port):
        assert asker.ask(named(parts)) == 0x0000
        wait_until(lambda: asker.told, PATIENCE, "the report comes")
    (told,) = asker.told
    assert not told.by_us
    assert (told.event_type, told.committed) == (1, set(named(parts)))


@pytest.mark.row("DIMSE-COMMIT-SCP-02")
@pytest.mark.ps("3.3 C.14.1.1")
def test_failures_with_their_reasons(room: RunningServer, asker: Asker) -> None:
    """What is damaged or gone on disk is found, whatever the index says."""
    parts = store(room, 5)
    sound, damaged, gone, headless = (part.sop_instance_uid for part in parts[:4])
    path = file_of(room, damaged)
    raw = bytearray(path.read_bytes())
    raw[-9] ^= 1
    path.write_bytes(raw)
    file_of(room, gone).unlink()
    path = file_of(room, headless)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0"))
    other_class, unknown = parts[4].sop_instance_uid, "2.25.404"
    asked = [*named(parts[:4]), (CT, other_class), (SECONDARY_CAPTURE, unknown)]
    assert asker.ask(asked, stay=PATIENCE) == 0x0000
    (told,) = asker.told
    assert told.event_type == 2
    assert told.committed == {(SECONDARY_CAPTURE, sound)}
    assert told.failures == {
        damaged: 0x0110,
        gone: 0x0112,
        headless: 0x0110,
        other_class: 0x0119,
        unknown: 0x0112,
    }


@contextmanager
def no_more_open_files(server: RunningServer) -> Iterator[None]:
    """The receivers keep what they have open and can open nothing else (EMFILE)."""
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in server.receivers()}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        for pid, both in limits.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, both)


@pytest.mark.row("DIMSE-COMMIT-SCP-02")
@pytest.mark.ps("3.3 C.14.1.1")
def test_what_cannot_be_looked_at_now_is_a_resource_limitation(room: RunningServer, asker: Asker) -> None:
    """0213: the objects are there and sound, but no file can be opened; asked again they are committed."""
    parts = store(room, 3)
    assert asker.ask(named(parts), stay=PATIENCE) == 0x0000  # its database connections are open by now
    asker.told.clear()
    with asker.association() as assoc:
        information = action_information(named(parts), generate_uid())
        with no_more_open_files(room):
            status, _ = assoc.send_n_action(information, 1, PUSH_MODEL, WELL_KNOWN)
            assert status.Status == 0x0000
            wait_until(lambda: asker.told, PATIENCE, "the report comes")
    (told,) = asker.told
    assert told.event_type == 2
    assert told.failures == {part.sop_instance_uid: 0x0213 for part in parts}
    asker.told.clear()
    assert asker.ask(named(parts), stay=PATIENCE) == 0x0000
    assert asker.told[0].committed == set(named(parts))


@pytest.mark.row("DIMSE-COMMIT-SCP-02")
def test_a_report_of_failures_alone(room: RunningServer, asker: Asker) -> None:
    assert asker.ask([(CT, "2.25.405")], stay=PATIENCE) == 0x0000
    (told,) = asker.told
    assert (told.event_type, told.committed, told.failures) == (2, set(), {"2.25.405": 0x0112})


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
def test_a_report_that_is_not_taken_is_sent_again(room: RunningServer, asker: Asker, asker_port: int) -> None:
    parts = store(room, 1)
    uid = generate_uid()
    asker.answers = [0x0110, 0x0110, 0x0000]
    with asker.listening(asker_port):
        assert asker.ask(named(parts), uid) == 0x0000
        wait_until(lambda: rows(room, uid)[0]["state"] == "reported", PATIENCE, "it is reported")
    assert len(asker.told) == 3
    assert {told.information.TransactionUID for told in asker.told} == {uid}


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
def test_a_report_is_given_up_after_three_retries(room: RunningServer, asker: Asker, asker_port: int) -> None:
    """Nobody listens, then somebody who does not agree to the roles; a fifth of a second, a second, seven."""
    parts = store(room, 1)
    uid = generate_uid()
    assert asker.ask(named(parts), uid) == 0x0000
    wait_until(lambda: rows(room, uid)[0]["tries"] == 1, PATIENCE, "the first report failed")
    assert "cannot be reached" in rows(room, uid)[0]["sentence"]
    with asker.listening(asker_port, role=False):
        wait_until(lambda: rows(room, uid)[0]["state"] == "unreported", PATIENCE, "it is given up")
    assert rows(room, uid)[0]["tries"] == 3
    assert "does not let us be SCP" in rows(room, uid)[0]["sentence"]
    assert asker.told == []
    with sqlite3.connect(room.data / "index.sqlite") as connection:
        said = connection.execute("select kind, peer, sentence from event where subject = ?", (uid,))
        assert [(kind, peer, text[:25]) for kind, peer, text in said] == [
            ("commitment", "ASKER", "The report was given up: ")
        ]


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
def test_a_report_that_was_given_up_is_an_alert_and_can_be_restarted(
    room: RunningServer, asker: Asker, asker_port: int
) -> None:
    """It tells what is on disk then: one object has gone meanwhile."""
    parts = store(room, 2)
    uid = generate_uid()
    alerts = counts(room)["alerts"]
    assert asker.ask(named(parts), uid) == 0
    wait_until(lambda: rows(room, uid)[0]["state"] == "unreported", PATIENCE, "it is given up")
    assert counts(room)["alerts"] == alerts + 1
    (job, *_) = jobs(room, "asker")
    assert (job["kind"], job["state"], job["items"]["failed"]) == ("report", "failed", 1)
    assert "The report was given up: " in job["words"]
    file_of(room, parts[1].sop_instance_uid).unlink()
    with asker.listening(asker_port):
        room.run("job", "restart", str(job["id"]))
        wait_until(lambda: jobs(room, "asker")[0]["state"] == "done", PATIENCE, "the job is done")
    (told,) = asker.told
    assert (told.information.TransactionUID, told.committed) == (uid, set(named(parts[:1])))
    assert told.failures == {parts[1].sop_instance_uid: 0x0112}
    assert rows(room, uid)[0]["state"] == "reported"
    httpx.post(f"{room.url}/api/jobs/{job['id']}/restart", timeout=30.0).raise_for_status()
    wait_until(lambda: jobs(room, "asker")[0]["state"] == "done", PATIENCE, "there is nothing left to do")
    assert len(asker.told) == 1
    assert counts(room)["alerts"] == alerts


def counts(room: RunningServer) -> dict[str, int]:
    """Jobs by state, and alerts."""
    found: dict[str, int] = httpx.get(f"{room.url}/api/jobs", timeout=30.0).json()["counts"]
    return found


def jobs(room: RunningServer, node: str) -> list[dict[str, Any]]:
    """Those for a node, the newest first."""
    found: list[dict[str, Any]] = httpx.get(f"{room.url}/api/jobs?node={node}", timeout=30.0).json()["jobs"]
    return found


def test_several_requests_on_one_association(room: RunningServer, asker: Asker) -> None:
    """The reports come once the peer is quiet, each with its own Transaction UID."""
    parts = store(room, 3)
    wanted = {str(generate_uid()): part for part in parts}
    with asker.association() as assoc:
        for uid, part in wanted.items():
            information = action_information(named([part]), uid)
            status, _ = assoc.send_n_action(information, 1, PUSH_MODEL, WELL_KNOWN)
            assert status.Status == 0
        wait_until(lambda: len(asker.told) == 3, PATIENCE, "three reports")
    assert {str(told.information.TransactionUID): told.committed for told in asker.told} == {
        uid: set(named([part])) for uid, part in wanted.items()
    }
    assert all(told.by_us for told in asker.told)


def test_a_transaction_uid_that_is_in_use(room: RunningServer, asker: Asker, asker_port: int) -> None:
    """The same request again is the same transaction; another one fails as a duplicate (0131H)."""
    one, two = store(room, 2)
    uid = generate_uid()
    assert asker.ask(named([one]), uid) == 0
    assert asker.ask(named([one]), uid) == 0
    assert len(rows(room, uid)) == 1
    assert asker.ask(named([two]), uid) == 0
    with asker.listening(asker_port):
        wait_until(lambda: len(asker.told) == 2, PATIENCE, "two reports")
    assert sorted((told.event_type, told.failures) for told in asker.told) == [
        (1, {}),
        (2, {two.sop_instance_uid: 0x0131}),
    ]


def changed(information: Dataset, keyword: str, value: object = "remove") -> Dataset:
    place = information if keyword in information else information.ReferencedSOPSequence[0]
    if value == "remove":
        delattr(place, keyword)
    else:
        setattr(place, keyword, value)
    return information


def sample() -> Dataset:
    return action_information([(CT, "1.2.3")])


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
@pytest.mark.ps("3.7 C.5")
@pytest.mark.parametrize(
    ("information", "action_type", "instance", "status"),
    [
        (changed(sample(), "TransactionUID"), 1, WELL_KNOWN, 0x0120),
        (changed(sample(), "ReferencedSOPSequence"), 1, WELL_KNOWN, 0x0120),
        (changed(sample(), "ReferencedSOPInstanceUID"), 1, WELL_KNOWN, 0x0120),
        (changed(sample(), "ReferencedSOPClassUID"), 1, WELL_KNOWN, 0x0120),
        (changed(sample(), "TransactionUID", ""), 1, WELL_KNOWN, 0x0121),
        (changed(sample(), "ReferencedSOPSequence", []), 1, WELL_KNOWN, 0x0121),
        (None, 1, WELL_KNOWN, 0x0120),
        (sample(), 2, WELL_KNOWN, 0x0123),
        (sample(), 1, "1.2.840.10008.1.20.1.2", 0x0112),
    ],
)
def test_requests_that_are_refused(
    asker: Asker, information: Dataset | None, action_type: int, instance: str, status: int
) -> None:
    with asker.association() as assoc:
        answer, _ = assoc.send_n_action(information, action_type, PUSH_MODEL, instance)
        assert answer.Status == status
        assert answer.ErrorComment
        good, _ = assoc.send_n_action(sample(), 1, PUSH_MODEL, WELL_KNOWN)
        assert good.Status == 0
    assert asker.told == []


@pytest.mark.ps("3.7 C.5")
def test_who_may_not_ask(room: RunningServer) -> None:
    room.run(
        *("node", "add", "reader", "--ae-title", "READER", "--host", "127.0.0.1", "--port", "4"),
        *("--right", "query"),
    )
    time.sleep(1.1)  # every receiver has read the list of nodes again
    assert Asker("READER", room.dicom_port).ask([(CT, "1.2.3")]) == 0x0124


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
def test_a_request_survives_kill_9(tmp_path: Path) -> None:
    """Killed between the response to the N-ACTION and the report; the report comes after the restart."""
    port = free_port()
    settings = {"READINGROOM__DICOM__COMMITMENT_RETRY_SECONDS": "2"}
    with running_server(tmp_path, "--accept-any-ae", "--no-login", settings=settings) as room:
        room.add_node("asker", "ASKER", port)
        parts = store(room, 500)
        asker = Asker("ASKER", room.dicom_port)
        uid = generate_uid()
        time.sleep(1.1)  # every receiver has read the list of nodes again
        assert asker.ask([*named(parts), (CT, "2.25.406")], uid) == 0
        room.kill()
        (row,) = rows(room, uid)
        assert row["state"] in ("requested", "checked")
        file_of(room, parts[2].sop_instance_uid).unlink()  # seen only if it is checked after the restart
        with asker.listening(port):
            room.start()
            wait_until(lambda: asker.told, PATIENCE, "the report comes after the restart")
            wait_until(lambda: rows(room, uid)[0]["state"] == "reported", PATIENCE, "it is reported")
        (told,) = asker.told
        assert told.information.TransactionUID == uid
        assert told.event_type == 2
        gone = {"2.25.406": 0x0112}
        if row["state"] == "requested":
            gone[parts[2].sop_instance_uid] = 0x0112
        assert told.failures == gone
        assert len(told.committed) + len(told.failures) == 501
        time.sleep(3.0)
        assert len(asker.told) == 1, "it is told once"


# ── as SCU


@pytest.fixture
def committer(room: RunningServer) -> Iterator[Committer]:
    """Another archive, known to `room` as the node "archive"."""
    port = free_port()
    room.add_node("archive", "ARCHIVE", port)
    with Committer("ARCHIVE", port, back_to=room.dicom_port).running() as running:
        yield running
    room.run("node", "remove", "archive")


def commit(room: RunningServer, parts: Sequence[Part10], *words: str) -> tuple[int, str]:
    chosen = [word for part in parts for word in ("--instance", part.sop_instance_uid)]
    return run_command(room.data, "commit", "archive", *chosen, *words)


@pytest.mark.ps("3.4 J.3.2.1.2")
@pytest.mark.parametrize("same", [True, False], ids=["same-association", "another-association"])
def test_another_archive_commits(room: RunningServer, committer: Committer, same: bool) -> None:
    committer.on_same_association = same
    parts = store(room, 4)
    code, said = commit(room, parts)
    assert (code, "4 committed by archive, 0 not" in said) == (0, True), said
    (asked,) = committer.asked
    found = [(i.ReferencedSOPClassUID, i.ReferencedSOPInstanceUID) for i in asked.ReferencedSOPSequence]
    assert found == named(parts)
    assert committer.responses == [0x0000]
    (row,) = rows(room, str(asked.TransactionUID))
    assert (row["role"], row["state"], row["peer"]) == ("scu", "answered", "ARCHIVE")


@pytest.mark.ps("3.4 J.3.3.1.3")
def test_another_archive_does_not_commit_everything(room: RunningServer, committer: Committer) -> None:
    """One it refuses with a reason, one it does not mention."""
    parts = store(room, 3)

    def report(asked: Dataset) -> tuple[int, Dataset]:
        told = Dataset()
        told.TransactionUID = asked.TransactionUID
        told.ReferencedSOPSequence = [asked.ReferencedSOPSequence[0]]
        told.FailedSOPSequence = [asked.ReferencedSOPSequence[1]]
        told.FailedSOPSequence[0].FailureReason = 0x0213
        return 2, told

    committer.report = report
    code, said = commit(room, parts)
    assert code == 1
    assert "1 committed by archive, 2 not" in said
    refused, unmentioned = (part.sop_instance_uid for part in parts[1:])
    assert any(refused in line and "0213H" in line for line in said.splitlines()), said
    assert any(unmentioned in line and "does not name" in line for line in said.splitlines()), said


def test_another_archive_refuses_the_request(room: RunningServer, committer: Committer) -> None:
    committer.status = 0x0213
    code, said = commit(room, store(room, 1))
    assert code == 1
    assert "0213" in said
    (asked,) = committer.asked
    assert rows(room, str(asked.TransactionUID))[0]["state"] == "refused"


def test_a_report_that_comes_when_nobody_waits_any_more(room: RunningServer, committer: Committer) -> None:
    parts = store(room, 2)
    committer.report = lambda asked: (1, action_information([(CT, "1.2.3")]))  # of another transaction
    code, said = commit(room, parts, "--wait", "2", "--stay", "2")
    assert (code, "has not reported yet" in said) == (1, True), said
    assert committer.responses == [0x0115], "a Transaction UID that is not ours"
    (asked,) = committer.asked
    committer.report = lambda asked: (1, asked)
    committer.tell(asked)
    committer.tell(asked)  # once more is no error
    assert committer.responses[1:] == [0, 0]
    (row,) = rows(room, str(asked.TransactionUID))
    assert (row["state"], row["failures"]) == ("answered", "[]")


@pytest.mark.ps("3.7 10.1.1")
def test_reports_that_are_refused(room: RunningServer, committer: Committer) -> None:
    committer.report = lambda asked: (3, asked)
    committer.tell(sample())
    committer.report = lambda asked: (1, changed(asked, "TransactionUID"))
    committer.tell(sample())
    committer.report = lambda asked: (1, changed(asked, "ReferencedSOPSequence"))
    committer.tell(sample())
    assert committer.responses == [0x0113, 0x0120, 0x0120]


def test_a_request_that_was_given_up_is_an_alert_and_can_be_restarted(room: RunningServer) -> None:
    parts = store(room, 2)
    port = free_port()
    room.add_node("later", "LATER", port)
    wanted = {"kind": "commit", "node": "later", "instances": [part.sop_instance_uid for part in parts]}
    alerts = counts(room)["alerts"]
    number = httpx.post(f"{room.url}/api/jobs", json=wanted, timeout=30.0).json()["id"]
    wait_until(lambda: jobs(room, "later")[0]["state"] == "failed", PATIENCE, "it is given up")
    assert counts(room)["alerts"] == alerts + 1
    with Committer("LATER", port, back_to=room.dicom_port).running() as later:
        room.run("job", "restart", str(number))
        wait_until(lambda: jobs(room, "later")[0]["state"] == "done", PATIENCE, "it is committed")
    (asked,) = later.asked
    assert len(asked.ReferencedSOPSequence) == 2
    assert (jobs(room, "later")[0]["items"]["done"], counts(room)["alerts"]) == (2, alerts)


def test_an_archive_that_is_not_there(room: RunningServer) -> None:
    room.add_node("archive", "ARCHIVE", free_port())
    try:
        code, said = commit(room, store(room, 1))
    finally:
        room.run("node", "remove", "archive")
    assert code == 1
    assert "cannot be reached" in said


# ── Orthanc


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory, room: RunningServer) -> Iterator[RunningOrthanc]:
    with running_orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        running.add_modality("room", room.ae_title, room.dicom_port)
        room.add_node("orthanc", running.ae_title, running.dicom_port)
        yield running


def into_orthanc(orthanc: RunningOrthanc, parts: Sequence[Part10]) -> None:
    assert set(Peer(orthanc.dicom_port, orthanc.ae_title).send(parts)) == {0}


@pytest.mark.row("DIMSE-COMMIT-SCP-01")
@pytest.mark.row("DIMSE-COMMIT-SCP-02")
def test_orthanc_asks_us(room: RunningServer, orthanc: RunningOrthanc) -> None:
    parts = store(room, 3)
    missing = "2.25.407"
    wanted = [*named(parts), (SECONDARY_CAPTURE, missing)]
    asked: Any = orthanc.post(
        "/modalities/room/storage-commitment",
        {"DicomInstances": [{"SOPClassUID": sop_class, "SOPInstanceUID": uid} for sop_class, uid in wanted]},
    )

    def report() -> Any:
        return orthanc.get(f"/storage-commitment/{asked['ID']}")

    wait_until(lambda: report()["Status"] != "Pending", PATIENCE, "Orthanc has been told")
    assert report()["Status"] == "Failure"
    assert {one["SOPInstanceUID"] for one in report()["Success"]} == {part.sop_instance_uid for part in parts}
    (failure,) = report()["Failures"]
    assert (failure["SOPInstanceUID"], failure["FailureReason"]) == (missing, 0x0112)


@pytest.mark.ps("3.4 J.3.2.1.2")
def test_we_ask_orthanc(room: RunningServer, orthanc: RunningOrthanc) -> None:
    """It reports on an association of its own, to our receivers."""
    parts = store(room, 3)
    into_orthanc(orthanc, parts[:2])
    study = str(pydicom.dcmread(file_of(room, parts[0].sop_instance_uid)).StudyInstanceUID)
    code, said = run_command(room.data, "commit", "orthanc", "--study", study)
    assert code == 1
    assert "2 committed by orthanc, 1 not" in said
    assert any(parts[2].sop_instance_uid in line and "0112H" in line for line in said.splitlines()), said
    into_orthanc(orthanc, parts[2:])
    code, said = run_command(room.data, "commit", "orthanc", "--study", study)
    assert (code, "3 committed by orthanc, 0 not" in said) == (0, True), said


@pytest.mark.ps("3.2 N.5")
def test_the_statement_says_so(room: RunningServer) -> None:
    said = room.run("conformance")
    overview = next(line for line in said.splitlines() if line.startswith("| Storage Commitment |"))
    assert overview == "| Storage Commitment | 1 | yes | yes |"
    for reason in ("0110", "0112", "0119", "0131", "0213"):
        assert f"\n| {reason} |" in said.partition("### Storage commitment")[2]
    statuses = said.partition("### N-ACTION")[2].partition("###")[0]
    for status in ("0000", "0112", "0115", "0118", "0120", "0121", "0123", "0124", "0213"):
        assert f"| {status} |" in statuses
