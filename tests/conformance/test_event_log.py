"""The event log: what DCMTK and pynetdicom did with us is in it, row by row, and no secret is."""

from __future__ import annotations

import csv
import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import generate_uid

from tests.kit.dcmtk import dcmtk, storescp
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.pynetdicom_peer import associated, context_of, find, store
from tests.kit.server import RunningServer, environment, run_command, running_server

STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
SC = "1.2.840.10008.5.1.4.1.1.7"
EXPLICIT = "1.2.840.10008.1.2.1"
PASSWORD, NEW_PASSWORD, WRONG = "first-secret-7Q", "second-secret-8W", "wrong-secret-9E"
PATIENT, PATIENT_ID, BIRTH = "Lovelace^Ada", "ADA-1815", "18151210"

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with users and known nodes only; the log keeps names."""
    with running_server(
        tmp_path_factory.mktemp("log"), settings={"READINGROOM__ACCESS__ADMIN_PASSWORD": PASSWORD}
    ) as running:
        running.add_node("ct1", "CT1", free_port())
        running.add_node("pynetdicom", "PYNETDICOM", free_port())
        yield running


@pytest.fixture(scope="module")
def discreet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose log keeps no names."""
    with running_server(
        tmp_path_factory.mktemp("discreet"),
        "--accept-any-ae",
        "--no-login",
        settings={"READINGROOM__LOG__PATIENT_NAMES": "false"},
    ) as running:
        yield running


def log(server: RunningServer, *words: str) -> Rows:
    """What GET /api/log says, the oldest first; words: as for `readingroom log`."""
    asked = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}
    answer = httpx.get(
        f"{server.url}/api/log", params=asked | {"limit": "1000"}, auth=("admin", PASSWORD), timeout=60
    )
    assert answer.status_code == 200, answer.text
    rows: Rows = answer.json()["events"]
    return rows[::-1]


def eventually(server: RunningServer, *words: str, count: int = 1) -> Rows:
    """The rows, once there are so many: they are written behind the work."""
    found: Rows = []

    def there() -> bool:
        found[:] = log(server, *words)
        return len(found) >= count

    wait_until(there, 60.0, f"{count} rows of {' '.join(words)} are in the log")
    return found


def picture(uid: str = "", **values: Any) -> Dataset:
    """A secondary capture of four pixels."""
    with pydicom.config.disable_value_validation():
        return _picture(uid, values)


def _picture(uid: str, values: Mapping[str, Any]) -> Dataset:
    ds = Dataset()
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.UID(EXPLICIT)
    ds.SOPClassUID, ds.SOPInstanceUID = SC, uid or generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.Modality = PATIENT, PATIENT_ID, BIRTH, "OT"
    ds.Rows = ds.Columns = 2
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelData = 1, "MONOCHROME2", b"\0\1\2\3"
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    ds["PixelData"].VR = "OB"
    return ds


def saved(ds: Dataset, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{ds.SOPInstanceUID}.dcm"
    ds.save_as(path, enforce_file_format=True)
    return path


def here(server: RunningServer, calling: str = "CT1", called: str = "READINGROOM") -> list[str]:
    return ["-aet", calling, "-aec", called, HOST, str(server.dicom_port)]


# Associations


@pytest.mark.row("LOG-01")
def test_an_association_is_accepted_and_released(guarded: RunningServer) -> None:
    before = len(log(guarded, "--peer", "CT1"))
    dcmtk("echoscu", *here(guarded))
    accepted, echo, released = eventually(guarded, "--peer", "CT1", count=before + 3)[before:]
    assert [accepted["kind"], echo["kind"], released["kind"]] == ["association", "C-ECHO", "association"]
    assert {one["address"] for one in (accepted, echo, released)} == {HOST}
    assert accepted["sentence"].startswith("Accepted CT1 as READINGROOM")
    assert accepted["facts"] == {
        "role": "SCP", "calling": "CT1", "called": "READINGROOM", "contexts": 1
    }  # fmt: skip
    assert echo["facts"]["status"] == "0000"
    assert "success" in echo["sentence"].lower()
    assert released["sentence"].startswith("Released after")
    assert 0 <= released["facts"]["seconds"] < 60
    assert {one["outcome"] for one in (accepted, echo, released)} == {"done"}


@pytest.mark.row("LOG-01")
@pytest.mark.parametrize(
    ("calling", "called", "codes"), [("STRANGER", "READINGROOM", "1/1/3"), ("CT1", "NOBODY", "1/1/7")]
)
def test_a_rejection_has_its_reason(guarded: RunningServer, calling: str, called: str, codes: str) -> None:
    out = dcmtk("echoscu", "-v", *here(guarded, calling, called), expect=None)
    assert "Rejected" in out
    (row, *_) = eventually(guarded, "--kind", "association", "--peer", calling, "--text", codes)
    assert row["outcome"] == "failed"
    assert row["sentence"].startswith(f"Rejected {calling} calling {called}")


@pytest.mark.row("LOG-01")
def test_an_abort_is_told_with_who_did_it(guarded: RunningServer) -> None:
    dcmtk("echoscu", "--abort", *here(guarded))
    (row, *_) = eventually(guarded, "--kind", "association", "--text", "Aborted after")
    assert row["outcome"] == "failed"
    assert "aborted the association" in row["sentence"]


# Requests


@pytest.mark.row("LOG-01")
@pytest.mark.row("NET-01")
def test_objects_are_summed_up_and_each_refusal_has_its_row(guarded: RunningServer) -> None:
    good = [picture() for _ in range(3)]
    bad = picture()
    del bad.StudyInstanceUID
    with associated(guarded.dicom_port, [context_of(bad)]) as assoc:
        assert [store(assoc, ds).Status for ds in good] == [0, 0, 0]
        answer = store(assoc, bad)
    assert answer.Status == 0xA900
    refused, total = eventually(guarded, "--kind", "C-STORE", "--peer", "PYNETDICOM", count=2)[-2:]
    assert (refused["subject"], refused["outcome"]) == (bad.SOPInstanceUID, "failed")
    assert "data set does not match SOP class (A900H)" in refused["sentence"].replace("Data", "data")
    assert refused["facts"]["status"] == "A900"
    assert refused["status"] == "data set does not match SOP class (A900H)"
    assert "studies" not in refused["facts"]
    assert total["status"] == ""
    assert total["facts"]["studies"] == [ds.StudyInstanceUID for ds in good]
    assert (total["facts"]["stored"], total["facts"]["refused"], total["outcome"]) == (3, 1, "failed")
    assert total["facts"]["bytes"] > 4 * 100
    (again,) = log(guarded, "--text", str(bad.SOPInstanceUID))
    assert again == refused


@pytest.mark.row("LOG-01")
def test_a_query_tells_level_keys_and_matches(guarded: RunningServer) -> None:
    ds = picture(PatientID="QUERY-1")
    with associated(guarded.dicom_port, [context_of(ds), (STUDY_FIND, [EXPLICIT])]) as assoc:
        assert store(assoc, ds).Status == 0
        found, _ = find(
            assoc, STUDY_FIND, QueryRetrieveLevel="STUDY", PatientID="QUERY-1", StudyInstanceUID=""
        )
    assert len(found) == 1
    (row, *_) = eventually(guarded, "--kind", "C-FIND", "--text", "QUERY-1")
    assert "level STUDY" in row["sentence"].replace("Level", "level")
    assert "1 match" in row["sentence"]
    assert "PatientID=QUERY-1" in row["sentence"]
    assert (row["facts"]["matches"], row["facts"]["status"]) == (1, "0000")


@pytest.mark.row("LOG-01")
def test_a_failed_query_has_its_status_in_words(guarded: RunningServer) -> None:
    with associated(guarded.dicom_port, [(STUDY_FIND, [EXPLICIT])]) as assoc:
        _, answered = find(assoc, STUDY_FIND, PatientID="X")
    assert answered == [0xA900]
    (row, *_) = eventually(guarded, "--kind", "C-FIND", "--outcome", "failed")
    assert "Identifier does not match SOP class (A900H)" in row["sentence"]


@pytest.mark.row("LOG-01")
def test_a_move_tells_destination_and_counters_and_what_we_sent(
    guarded: RunningServer, tmp_path: Path
) -> None:
    ds = picture()
    dcmtk("storescu", "-xe", *here(guarded), saved(ds, tmp_path / "in"))
    with storescp(tmp_path / "out", ae_title="MOVED") as destination:
        guarded.add_node("moved", "MOVED", destination.port)
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={ds.StudyInstanceUID}"]
        wait_until(
            lambda: (
                dcmtk("movescu", "-S", "-aem", "MOVED", *keys, *here(guarded), expect=None) is not None
                and len(destination.files()) == 1
            ),
            60.0,
            "the object was moved",
        )
    row = eventually(guarded, "--kind", "C-MOVE", "--text", "to MOVED")[-1]
    assert row["subject"] == ds.StudyInstanceUID
    assert row["facts"]["destination"] == "MOVED"
    assert row["facts"]["studies"] == [ds.StudyInstanceUID]
    assert (row["facts"]["completed"], row["facts"]["failed"]) == (1, 0)
    (sent, *_) = eventually(guarded, "--kind", "C-STORE", "--peer", "MOVED")
    assert (sent["facts"]["role"], sent["facts"]["stored"]) == ("SCU", 1)
    assert sent["facts"]["studies"] == [ds.StudyInstanceUID]
    ours = eventually(guarded, "--kind", "association", "--peer", "MOVED", count=2)
    assert {one["facts"]["role"] for one in ours} == {"SCU"}


@pytest.mark.row("LOG-01")
def test_an_unknown_destination_is_a_failed_move(guarded: RunningServer) -> None:
    keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3"]
    dcmtk("movescu", "-S", "-aem", "NOWHERE", *keys, *here(guarded), expect=None)
    (row, *_) = eventually(guarded, "--kind", "C-MOVE", "--text", "to NOWHERE")
    assert row["outcome"] == "failed"
    assert "move destination unknown (A801H)" in row["sentence"]


@pytest.mark.row("LOG-01")
def test_the_same_uid_with_other_content_is_told(guarded: RunningServer, tmp_path: Path) -> None:
    ds = picture()
    dcmtk("storescu", "-xe", *here(guarded), saved(ds, tmp_path / "one"))
    ds.PixelData = b"\4\3\2\1"
    dcmtk("storescu", "-xe", *here(guarded), saved(ds, tmp_path / "two"))
    (row,) = eventually(guarded, "--kind", "revised", "--text", str(ds.SOPInstanceUID))
    assert (row["peer"], row["outcome"]) == ("CT1", "warning")
    assert row["facts"] == {"studies": [ds.StudyInstanceUID]}


@pytest.mark.row("LOG-01")
def test_what_we_ask_of_others_is_told_too(guarded: RunningServer, tmp_path: Path) -> None:
    with storescp(tmp_path / "out", ae_title="ECHOED") as peer:
        guarded.run("echo", f"ECHOED@{HOST}:{peer.port}")
    (row,) = eventually(guarded, "--kind", "C-ECHO", "--peer", "ECHOED")
    assert (row["facts"]["role"], row["outcome"]) == ("SCU", "done")
    code, _ = run_command(guarded.data, "echo", f"NOBODY@{HOST}:{free_port()}")
    assert code == 1
    (failed,) = eventually(guarded, "--kind", "association", "--peer", "NOBODY")
    assert failed["outcome"] == "failed"
    assert "No association" in failed["sentence"]


@pytest.mark.row("LOG-01")
def test_what_the_doctor_asks_is_told_too(guarded: RunningServer, tmp_path: Path) -> None:
    """By command, by the interface, and of a node that is not saved: as of any SCU."""
    with storescp(tmp_path / "out", ae_title="PATIENT1") as peer:
        node = {"name": "new", "ae_title": "PATIENT2", "host": HOST, "port": peer.port}
        run_command(guarded.data, "doctor", f"PATIENT1@{HOST}:{peer.port}", "--quick")
        url = f"{guarded.url}/api/nodes"
        with httpx.Client(auth=("admin", PASSWORD), timeout=120) as client:
            assert client.post(f"{url}/examine?quick=true", json=node).status_code == 200
            assert client.post(url, json=node | {"name": "kept", "ae_title": "PATIENT3"}).status_code == 201
            assert client.post(f"{url}/kept/examine?quick=true").status_code == 200
            client.delete(f"{url}/kept")
    for title in ("PATIENT1", "PATIENT2", "PATIENT3"):
        (echo,) = eventually(guarded, "--kind", "C-ECHO", "--peer", title)
        assert (echo["facts"]["role"], echo["outcome"]) == ("SCU", "done")
        told = eventually(guarded, "--kind", "association", "--peer", title, count=4)
        assert {row["facts"]["role"] for row in told} == {"SCU"}
        sentences = " ".join(row["sentence"] for row in told)
        assert "accepted us as READINGROOM" in sentences
        assert "eleased" in sentences


# Users, tokens, nodes; secrets


@pytest.mark.row("LOG-01")
def test_signing_in_and_changes_are_told_and_no_secret_is(guarded: RunningServer, tmp_path: Path) -> None:
    guarded.run("user", "add", "grace", stdin=PASSWORD + "\n")
    guarded.run("user", "passwd", "grace", stdin=NEW_PASSWORD + "\n")
    token = guarded.run("token", "create", "grace", "--purpose", "viewing").strip()
    with httpx.Client(base_url=guarded.url, timeout=60.0) as client:
        assert sign_in(client, "grace", NEW_PASSWORD) == 200
        cookie = client.cookies["rr_session"]
        client.post("/api/logout")
        assert sign_in(client, WRONG, WRONG) == 401  # a password typed where the name belongs
        assert [sign_in(client, "grace", WRONG) for _ in range(8)][-1] in (401, 429)
        client.cookies.clear()
        bearer = {"authorization": f"Bearer {token}"}
        assert client.get("/api/studies", headers=bearer).status_code == 200
        assert (
            client.get("/api/studies", headers={"authorization": "Bearer rr_bad-token-5T"}).status_code == 401
        )
        assert client.get("/api/studies", auth=("admin", PASSWORD)).status_code == 200
    eventually(guarded, "--kind", "login", "--text", "Locked out")
    for kind, peer, text in (
        ("login", "grace", "Signed in"), ("login", "grace", "Signed out"),
        ("login", "grace", "wrong password"), ("login", "grace", "Uses a token"),
        ("login", "admin", "without a session"),
    ):  # fmt: skip
        assert eventually(guarded, "--kind", kind, "--peer", peer, "--text", text)
    assert (
        eventually(guarded, "--kind", "login", "--text", "unknown or has expired")[0]["outcome"] == "failed"
    )
    assert eventually(guarded, "--kind", "login", "--text", "nobody has here")[0]["peer"] == ""
    assert [one["subject"] for one in log(guarded, "--kind", "user")] == ["admin", "grace", "grace"]
    assert [one["subject"] for one in log(guarded, "--kind", "token")] == ["grace"]
    whole = everything(guarded)
    for secret in (PASSWORD, NEW_PASSWORD, WRONG, token, cookie, "rr_bad-token-5T", "$argon2"):
        assert secret not in whole


def sign_in(client: httpx.Client, user: str, password: str) -> int:
    return client.post("/api/login", json={"user": user, "password": password}).status_code


def everything(server: RunningServer) -> str:
    """Every value of the table, as it lies on the disk."""
    with sqlite3.connect(server.data / "index.sqlite") as connection:
        return "\n".join(map(str, connection.execute("SELECT * FROM event")))


@pytest.mark.row("LOG-01")
def test_changes_of_nodes_name_who_made_them(guarded: RunningServer) -> None:
    node = {"name": "ws7", "ae_title": "WS7", "host": "10.9.8.7", "port": 104}
    with httpx.Client(base_url=guarded.url, auth=("admin", PASSWORD), timeout=60.0) as client:
        assert client.post("/api/nodes", json=node).status_code == 201
        assert client.put("/api/nodes/ws7", json=node | {"port": 4242}).status_code == 200
        assert client.delete("/api/nodes/ws7").status_code == 204
    added, changed, removed = eventually(guarded, "--kind", "node", "--text", "ws7", count=3)
    assert {one["peer"] for one in (added, changed, removed)} == {"admin"}
    assert "10.9.8.7" in added["sentence"]
    assert changed["sentence"] == "Changed: port 4242."
    assert removed["sentence"] == "Removed."


# Names of patients switched off


@pytest.mark.row("LOG-01")
def test_without_names_nothing_of_the_patient_is_kept(discreet: RunningServer, tmp_path: Path) -> None:
    ds = picture()
    bad = picture(SOPInstanceUID="2.25.1", StudyInstanceUID=PATIENT)  # no UID, and it would be told in words
    with associated(discreet.dicom_port, [context_of(ds), (STUDY_FIND, [EXPLICIT])]) as assoc:
        assert store(assoc, ds).Status == 0
        store(assoc, bad)
        keys = {"PatientName": PATIENT, "PatientID": PATIENT_ID, "PatientBirthDate": BIRTH}
        find(assoc, STUDY_FIND, QueryRetrieveLevel="STUDY", StudyInstanceUID=ds.StudyInstanceUID, **keys)
        find(assoc, STUDY_FIND, QueryRetrieveLevel=PATIENT_ID, **keys)
    named = tmp_path / f"{PATIENT}.dcm"
    named.write_bytes(b"no DICOM at all")
    run_command(discreet.data, "import", str(named), *("--settings", str(quiet(tmp_path))))
    (row, *_) = eventually(discreet, "--kind", "C-FIND", "--outcome", "done")
    assert row["subject"] == ds.StudyInstanceUID
    assert "keys" in row["sentence"]
    assert "PatientName" in row["sentence"]
    eventually(discreet, "--kind", "C-FIND", "--outcome", "failed")
    eventually(discreet, "--kind", "C-STORE", "--outcome", "failed", count=2)
    eventually(discreet, "--kind", "refused")
    whole = everything(discreet)
    for part in (PATIENT, "Lovelace", PATIENT_ID, BIRTH):
        assert part not in whole


def quiet(folder: Path) -> Path:
    """A settings file as that of the server."""
    path = folder / "quiet.toml"
    path.write_text("[log]\npatient_names = false\n")
    return path


# Failed jobs


@pytest.mark.row("LOG-02")
def test_a_failed_job_is_an_alert_and_in_the_log(discreet: RunningServer) -> None:
    ds = picture()
    with associated(discreet.dicom_port, [context_of(ds)]) as assoc:
        assert store(assoc, ds).Status == 0
    port = free_port()
    discreet.add_node("gone", "GONE", port)
    with storescp_that_refuses(port), httpx.Client(base_url=discreet.url, timeout=60.0) as client:
        order = {"kind": "send", "node": "gone", "studies": [ds.StudyInstanceUID]}
        made = client.post("/api/jobs", json=order)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        wait_until(
            lambda: client.get(f"/api/jobs/{number}").json()["state"] == "failed", 120.0, "the job failed"
        )
        assert client.get("/api/jobs").json()["counts"]["alerts"] >= 1
    (row,) = eventually(discreet, "--kind", "job", "--peer", "gone")
    assert (row["subject"], row["outcome"], row["facts"]["failed"]) == (str(number), "failed", 1)
    assert f"Job {number}, send, failed" in row["sentence"]


def storescp_that_refuses(port: int) -> Any:
    """pynetdicom, which answers each object with C000."""
    from contextlib import contextmanager

    from pynetdicom import AE, evt

    @contextmanager
    def serving() -> Iterator[None]:
        ae = AE("GONE")
        ae.add_supported_context(SC, [EXPLICIT])
        running = ae.start_server(
            (HOST, port), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda event: 0xC000)]
        )
        try:
            yield
        finally:
            running.shutdown()

    return serving()


# The interface


@pytest.mark.row("LOG-01")
def test_the_command_says_what_the_interface_says(guarded: RunningServer) -> None:
    before = len(log(guarded, "--kind", "C-ECHO", "--peer", "CT1"))
    dcmtk("echoscu", *here(guarded))
    rows = eventually(guarded, "--kind", "C-ECHO", "--peer", "CT1", count=before + 1)
    words = ("--kind", "C-ECHO", "--peer", "CT1", "--since", "1h", "--limit", "0")
    assert [orjson.loads(line) for line in guarded.run("log", "--json", *words).splitlines()] == rows
    plain = guarded.run("log", *words).splitlines()
    assert len(plain) == len(rows)
    assert "C-ECHO" in plain[-1]
    assert f"CT1@{HOST}" in plain[-1]
    assert guarded.run("log", "--until", "9d") == ""


@pytest.mark.row("LOG-01")
def test_the_interface_pages_filters_and_exports(guarded: RunningServer) -> None:
    dcmtk("echoscu", *here(guarded))
    with httpx.Client(base_url=guarded.url, auth=("admin", PASSWORD), timeout=60.0) as client:
        wait_until(
            lambda: len(client.get("/api/log", params={"kind": "C-ECHO"}).json()["events"]) > 1, 60.0, "two"
        )
        kinds = {"kind": "C-ECHO,association", "limit": "3"}
        numbers: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = client.get("/api/log", params=kinds | ({"cursor": cursor} if cursor else {})).json()
            numbers += [one["id"] for one in page["events"]]
            cursor = page["next"]
        assert len(numbers) == len(set(numbers)) > 3
        exported = client.get("/api/log", params={"kind": "C-ECHO"}, headers={"accept": "text/csv"})
        assert exported.headers["content-type"].startswith("text/csv")
        assert exported.headers["content-disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(exported.text)))
        assert {row["kind"] for row in rows} == {"C-ECHO"}
        again = client.get("/api/log", params={"kind": "C-ECHO", "format": "csv", "limit": "1"})
        assert len(list(csv.DictReader(io.StringIO(again.text)))) == 1
        for wrong in ("limit=0", "limit=1001", "since=yesterday", "outcome=fine", "cursor=x", "colour=red"):
            assert client.get(f"/api/log?{wrong}").status_code == 400, wrong
        later = client.get("/api/log", params={"since": "2999-01-01T00:00:00Z"}).json()
        assert (later["events"], later["next"]) == ([], None)


@pytest.mark.row("LOG-01")
def test_the_interface_tells_what_was_written_after_a_row(guarded: RunningServer) -> None:
    guarded.add_node("later", "LATER", free_port())
    dcmtk("echoscu", *here(guarded, "LATER"))
    eventually(guarded, "--kind", "C-ECHO", "--peer", "LATER")
    with httpx.Client(base_url=guarded.url, auth=("admin", PASSWORD), timeout=60.0) as client:
        wanted = {"kind": "C-ECHO", "peer": "LATER", "limit": "1000"}
        known = client.get("/api/log", params=wanted).json()
        for _ in range(2):
            dcmtk("echoscu", *here(guarded, "LATER"))
        number, new = known["last"], []

        def both() -> bool:
            nonlocal number
            told = client.get("/api/log", params=wanted | {"limit": "1", "after": str(number)}).json()
            number = told["last"]
            new.extend(told["events"])
            return len(new) == 2

        wait_until(both, 60.0, "both echoes are told")
        listed = client.get("/api/log", params=wanted).json()
        # Two receivers answered: what is listed by time need not have been written in that order.
        assert _by_row([*new, *known["events"]]) == _by_row(listed["events"])
        assert new == _by_row(new)
        assert listed["last"] >= number >= new[-1]["id"] > known["last"]
        everything_else = client.get("/api/log", params={"peer": "nobody", "after": "0"}).json()
        assert everything_else["events"] == []
        assert everything_else["last"] >= listed["last"]
        for wrong in ("after=", "after=-1", "after=x", "after=1&cursor=1,1"):
            assert client.get(f"/api/log?{wrong}").status_code == 400, wrong


def _by_row(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: event["id"])


@pytest.mark.row("LOG-01")
def test_following_tells_what_happens_from_now_on(guarded: RunningServer, tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    words = ["log", "--follow", "--json", "--kind", "C-ECHO", "--peer", "CT1", "--data", str(guarded.data)]
    with told.open("wb") as file:
        program = "from readingroom.app.commands import main; main()"
        process = subprocess.Popen([sys.executable, "-c", program, *words], stdout=file, env=environment())
        try:
            dcmtk("echoscu", *here(guarded))
            wait_until(lambda: told.read_bytes().count(b"\n") > 0, 60.0, "it has begun")
            before = told.read_bytes().count(b"\n")
            dcmtk("echoscu", *here(guarded))
            wait_until(lambda: told.read_bytes().count(b"\n") > before, 60.0, "the new one is told")
        finally:
            process.terminate()
            process.wait(60)
    numbers = [orjson.loads(line)["id"] for line in told.read_bytes().splitlines()]
    assert len(numbers) == len(set(numbers))


@pytest.mark.row("LOG-01")
def test_only_administrators_read_the_log(guarded: RunningServer) -> None:
    guarded.run("user", "add", "reader", stdin=PASSWORD + "\n")
    assert httpx.get(f"{guarded.url}/api/log", timeout=60.0).status_code == 401
    assert httpx.get(f"{guarded.url}/api/log", auth=("reader", PASSWORD), timeout=60.0).status_code == 403


@pytest.mark.row("LOG-01")
def test_names_that_peers_choose_are_harmless_in_the_csv(guarded: RunningServer) -> None:
    """DCMTK calls itself by a formula."""
    dcmtk("echoscu", *here(guarded, "=1+1"), expect=None)
    eventually(guarded, "--kind", "association", "--peer", "=1+1")
    rows = list(csv.DictReader(io.StringIO(guarded.run("log", "--csv", "--peer", "=1+1"))))
    assert {row["peer"] for row in rows} == {"'=1+1"}
