"""What an administrator deletes is here for nobody, by no service, until it is restored.

Peers: dcmtk's findscu, getscu and movescu, dicomweb-client, pynetdicom for commitment, plain HTTP.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass

from tests.kit.committing import Asker
from tests.kit.compare import Part10, read_part10
from tests.kit.dcmtk import Storescp, called, dcmtk, storescp
from tests.kit.network import Peer
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.shared_data import shared_data
from tests.kit.tiny import SECONDARY_CAPTURE, tiny_series

ROOT = "2.25.31"
STUDY, SERIES = f"{ROOT}.0.1", f"{ROOT}.0.2"
OTHER = "2.25.32"
PATIENCE = 120.0
SETTINGS = {"READINGROOM__LOG__PATIENT_NAMES": "false"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server where users sign in, with three images of one study and one of another."""
    with running_server(tmp_path_factory.mktemp("deletion"), "--accept-any-ae", settings=SETTINGS) as running:
        running.run("user", "add", "reader", "--role", "reader", "--role", "sender", stdin="a password\n")
        store(running)
        yield running


def store(server: RunningServer) -> list[Part10]:
    parts = [*tiny_series(ROOT, 3), *tiny_series(OTHER, 1)]
    assert set(Peer(server.dicom_port).send(parts)) == {0}
    return parts


@pytest.fixture(scope="module")
def web(room: RunningServer) -> DICOMwebClient:
    session = create_session_from_user_pass("admin", room.password())
    return DICOMwebClient(room.dicomweb, session=session)


@pytest.fixture(scope="module")
def http(room: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=room.url, auth=("admin", room.password()), timeout=60.0) as client:
        yield client


@pytest.fixture(scope="module")
def destination(room: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    with storescp(tmp_path_factory.mktemp("destination")) as running:
        room.add_node("storescp", running.ae_title, running.port)
        yield running


@pytest.fixture
def whole(http: httpx.Client) -> Iterator[None]:
    """Nothing is deleted, before and after."""
    yield
    for one in http.get("/api/deleted").json()["deleted"]:
        assert http.post(f"/api/deleted/{one['id']}/restore").status_code == 200


def found_by_findscu(server: RunningServer) -> set[str]:
    printed = dcmtk(
        "findscu", "-v", "-S", *called(server.dicom_port), "-k", "QueryRetrieveLevel=IMAGE",
        "-k", f"StudyInstanceUID={STUDY}", "-k", f"SeriesInstanceUID={SERIES}", "-k", "SOPInstanceUID",
    )  # fmt: skip
    answers = printed.split("(Pending)")[1:]
    return {
        f"{ROOT}.{n}" for n in (1, 2, 3) if any(f"[{ROOT}.{n}]" in one.replace("\0", "") for one in answers)
    }


def got_by_getscu(server: RunningServer, folder: Path) -> set[str]:
    folder.mkdir()
    dcmtk(
        "getscu", "-S", "-od", folder, *called(server.dicom_port), "-k", "QueryRetrieveLevel=STUDY",
        "-k", f"StudyInstanceUID={STUDY}",
    )  # fmt: skip
    return {read_part10(path).sop_instance_uid for path in folder.iterdir()}


def moved_by_movescu(server: RunningServer, destination: Storescp) -> set[str]:
    destination.clear()
    dcmtk(
        "movescu", "-S", *called(server.dicom_port), "-aem", destination.ae_title,
        "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}",
    )  # fmt: skip
    return {read_part10(path).sop_instance_uid for path in destination.files()}


def committed(server: RunningServer) -> tuple[set[str], dict[str, int]]:
    """Which of the three images are committed, and why the others are not."""
    asker = Asker("ASKER", server.dicom_port)
    assert asker.ask([(SECONDARY_CAPTURE, f"{ROOT}.{n}") for n in (1, 2, 3)], stay=PATIENCE) == 0x0000
    (told,) = asker.told
    return {uid for _, uid in told.committed}, told.failures


def found_by_qido(web: DICOMwebClient) -> set[str]:
    return {one["00080018"]["Value"][0] for one in web.search_for_instances(STUDY)}


def paths_of(number: int) -> list[str]:
    instance = f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{ROOT}.{number}"
    uri = f"/wado?requestType=WADO&studyUID={STUDY}&seriesUID={SERIES}&objectUID={ROOT}.{number}"
    return [
        instance,
        *(f"{instance}/{what}" for what in ("metadata", "rendered", "thumbnail", "frames/1")),
        uri,
    ]


ALL = {f"{ROOT}.{n}" for n in (1, 2, 3)}


@pytest.mark.row("DIMSE-COMMIT-SCP-02")
@pytest.mark.ps("3.18 8.5")
def test_an_instance_is_gone_for_every_service_and_comes_back(
    room: RunningServer, web: DICOMwebClient, http: httpx.Client, destination: Storescp, tmp_path: Path
) -> None:
    series = f"/dicom-web/studies/{STUDY}/series/{SERIES}"
    before = http.get(f"{series}/metadata", headers={"accept": "application/dicom+json"})
    assert len(before.json()) == 3
    assert all(
        http.get(path).status_code == 200 for path in paths_of(2)
    )  # whatever is kept of it is kept now
    web.delete_instance(STUDY, SERIES, f"{ROOT}.2")
    left = ALL - {f"{ROOT}.2"}
    assert found_by_findscu(room) == left
    assert got_by_getscu(room, tmp_path / "got") == left
    assert moved_by_movescu(room, destination) == left
    assert found_by_qido(web) == left
    assert committed(room) == (left, {f"{ROOT}.2": 0x0112})
    for path in paths_of(2):
        answer = http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert all(http.get(path).status_code == 200 for path in paths_of(1))
    after = http.get(
        f"{series}/metadata",
        headers={"accept": "application/dicom+json", "if-none-match": before.headers["etag"]},
    )
    assert {one["00080018"]["Value"][0] for one in after.json()} == left
    (study,) = web.search_for_studies(search_filters={"StudyInstanceUID": STUDY})
    assert study["00201208"]["Value"] == [2]

    (told,) = http.get("/api/deleted").json()["deleted"]
    assert (told["level"], told["sop_instance_uid"], told["deleted_by"]) == ("instance", f"{ROOT}.2", "admin")
    assert http.post(f"/api/deleted/{told['id']}/restore").status_code == 200
    assert found_by_findscu(room) == found_by_qido(web) == ALL
    assert got_by_getscu(room, tmp_path / "again") == moved_by_movescu(room, destination) == ALL
    assert committed(room) == (ALL, {})
    assert all(http.get(path).status_code == 200 for path in paths_of(2))
    restored = http.get(f"{series}/metadata", headers={"accept": "application/dicom+json"})
    assert restored.json() == before.json()


@pytest.mark.ps("3.18 8.5")
def test_a_study_and_a_series_by_dicomweb(
    room: RunningServer, web: DICOMwebClient, http: httpx.Client, whole: None
) -> None:
    web.delete_series(STUDY, SERIES)
    assert http.get(f"/api/studies/{STUDY}").status_code == 404
    assert web.search_for_studies(search_filters={"StudyInstanceUID": STUDY}) == []
    answer = http.delete(f"/dicom-web/studies/{OTHER}.0.1", params={"reason": "sent twice"})
    assert (answer.status_code, answer.content) == (204, b"")
    own = answer.headers["link"].partition("<")[2].partition(">")[0]
    told = http.get(own).json()
    assert (told["level"], told["reason"], told["number_of_instances"]) == ("study", "sent twice", 1)
    assert http.get("/api/studies").json()["studies"] == []
    listed = http.get("/api/deleted", params={"limit": 1}).json()
    assert (listed["deleted"], listed["total"]) == ([told], 2)
    rest = http.get("/api/deleted", params={"cursor": listed["next"]}).json()
    assert [one["series_instance_uid"] for one in rest["deleted"]] == [SERIES]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/dicom-web/studies/{STUDY}.404", 404),
        (f"/dicom-web/studies/{STUDY}/series/{SERIES}.404", 404),
        (f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/1.2", 404),
        ("/api/deleted/1", 404),
        (f"/dicom-web/studies/{STUDY}?reason={'x' * 501}", 400),
    ],
)
def test_what_cannot_be_deleted_is_told(http: httpx.Client, path: str, status: int) -> None:
    answer = http.delete(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]


def test_only_administrators_may(room: RunningServer) -> None:
    asked = [
        ("DELETE", f"/dicom-web/studies/{STUDY}"),
        ("DELETE", f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{ROOT}.1"),
        ("POST", "/api/deleted"),
        ("GET", "/api/deleted"),
        ("GET", "/api/deleted/1"),
        ("POST", "/api/deleted/1/restore"),
        ("DELETE", "/api/deleted/1"),
    ]
    for auth, status in ((None, 401), (("reader", "a password"), 403)):
        with httpx.Client(base_url=room.url, auth=auth, timeout=60.0) as client:
            for method, path in asked:
                body = b'{"study": "' + STUDY.encode() + b'"}' if method == "POST" else None
                answer = client.request(method, path, content=body)
                assert (answer.status_code, answer.headers["content-type"]) == (
                    status, "application/problem+json"
                ), (method, path)  # fmt: skip


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"study": 1}', b"{}", b'{"study": "1", "why": "x"}'])
def test_a_wrong_order_is_told(http: httpx.Client, body: bytes) -> None:
    assert http.post("/api/deleted", content=body).status_code == 400


def test_stored_again_while_deleted_it_is_here_again(
    room: RunningServer, web: DICOMwebClient, http: httpx.Client, whole: None
) -> None:
    made = http.post("/api/deleted", json={"study": STUDY, "reason": "a test"})
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/deleted/{made.json()['id']}"
    (again, *_) = store(room)[:1]
    assert found_by_qido(web) == ALL
    assert again.sop_instance_uid in found_by_findscu(room)


def test_purged_it_is_gone_from_the_disk_and_the_log_tells_of_all(
    room: RunningServer, web: DICOMwebClient, http: httpx.Client
) -> None:
    files = set((room.data / "objects").rglob("*.dcm"))
    deleted = http.post("/api/deleted", json={"study": f"{OTHER}.0.1"}).json()
    assert set((room.data / "objects").rglob("*.dcm")) == files
    assert http.delete(f"/api/deleted/{deleted['id']}").status_code == 204
    (gone,) = files - set((room.data / "objects").rglob("*.dcm"))
    assert not gone.exists()
    assert http.post(f"/api/deleted/{deleted['id']}/restore").status_code == 404
    assert http.get("/api/deleted").json() == {
        "deleted": [], "next": None, "total": 0, "purge_after_days": 30.0
    }  # fmt: skip
    events = http.get("/api/log", params={"kind": "delete,restore,purge"}).json()["events"]
    assert [one["kind"] for one in events[:2]] == ["purge", "delete"]
    assert {one["kind"] for one in events} == {"purge", "delete", "restore"}
    assert {one["peer"] for one in events} == {"admin"}
    assert events[0]["subject"] == f"{OTHER}.0.1"
    assert "TINY" not in str(events), "names are switched off"


def test_the_command_line_deletes_lists_restores_and_purges(room: RunningServer, web: DICOMwebClient) -> None:
    said = room.run("delete", STUDY, "--series", SERIES, "--reason", "wrong patient")
    key = said.partition("restore ")[2].partition("`")[0]
    assert "3 instances" in said
    assert key
    listed = room.run("deleted")
    assert all(
        word in listed for word in (key, "series", SERIES, "Tiny^TINY", "wrong patient", "command line")
    )
    assert found_by_qido(web) == set()
    code, said = run_command(room.data, "purge", key)
    assert (code, "--yes" in said) == (1, True)
    assert "restored" in room.run("restore", SERIES)
    assert found_by_qido(web) == ALL
    code, said = run_command(room.data, "restore", key)
    assert (code, "Nothing deleted has" in said) == (1, True)
    room.run("delete", STUDY, "--series", SERIES, "--instance", f"{ROOT}.3")
    assert "purged" in room.run("purge", f"{ROOT}.3", "--yes")
    assert "Nothing is deleted" in room.run("deleted")
    assert found_by_qido(web) == ALL - {f"{ROOT}.3"}
    assert room.run("verify").endswith("0 with a fault\n")


def test_what_is_old_enough_goes_by_itself_and_a_rebuild_keeps_the_rest(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data", "--accept-any-ae", "--no-login")
    server.start()
    try:
        store(server)
        for study in (STUDY, f"{OTHER}.0.1"):
            assert httpx.delete(f"{server.dicomweb}/studies/{study}", timeout=60.0).status_code == 204
    finally:
        server.stop()
    with sqlite3.connect(server.data / "index.sqlite") as connection:
        connection.execute("UPDATE deletion SET at = at - 31 * 86400 WHERE study_uid = ?", (STUDY,))
    files = list((server.data / "objects").rglob("*.dcm"))
    assert len(files) == 4
    server.start()
    try:
        wait_until(lambda: sum(path.exists() for path in files) == 1, PATIENCE, "the old one is purged")
        assert httpx.get(f"{server.dicomweb}/instances", timeout=60.0).status_code == 204
    finally:
        server.stop()
    assert "1 objects" in server.run("verify", "--rebuild")
    assert f"{OTHER}.0.1" in server.run("deleted")
    assert "restored" in server.run("restore", f"{OTHER}.0.1")


def test_what_was_made_of_it_goes_with_it(room: RunningServer, http: httpx.Client) -> None:
    """Derived files show the patient as the object does."""
    image = shared_data() / "made/gsps/base-xa.dcm"
    ds = pydicom.dcmread(image)
    dicom = {"content-type": "application/dicom"}
    assert http.post("/dicom-web/studies", content=image.read_bytes(), headers=dicom).status_code == 200
    place = f"/dicom-web/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}"
    url = f"{place}/instances/{ds.SOPInstanceUID}/rendered"
    assert http.get(url, headers={"accept": "video/mp4"}).status_code == 200
    assert list((room.data / "videos").glob("*.mp4"))
    assert http.delete(f"/dicom-web/studies/{ds.StudyInstanceUID}").status_code == 204
    (one,) = http.get("/api/deleted").json()["deleted"]
    assert http.delete(f"/api/deleted/{one['id']}").status_code == 204
    assert not list((room.data / "videos").iterdir())
