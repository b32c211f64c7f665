"""Instance Availability Notification in both roles. PS3.4 annex R, contract/spec/dimse_behaviour.md 9.

The peer is pynetdicom, as SCU and as SCP. Statuses are those of PS3.7 10.1.5.1.6 and of that section.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE, evt

from tests.kit.committing import references
from tests.kit.compare import Part10
from tests.kit.dcmqrscp import dcmqrscp
from tests.kit.network import Peer
from tests.kit.orthanc import running_orthanc
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.tiny import SECONDARY_CAPTURE, tiny

AVAILABILITY = "1.2.840.10008.5.1.4.33"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
STUDY, SERIES, ONE, TWO = "2.25.78", "2.25.78.1", "2.25.78.1.1", "2.25.78.1.2"
PATIENCE = 120.0


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that has a study of two instances, and that knows the node PACS."""
    folder = tmp_path_factory.mktemp("availability")
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        running.add_node("pacs", "PACS", free_port())
        parts = [tiny(uid, STUDY, SERIES) for uid in (ONE, TWO)]
        assert set(Peer(running.dicom_port).send(parts)) == {0}
        wait_until(lambda: prepared(running) == 2, PATIENCE, "the series is prepared")
        time.sleep(1.1)  # every receiver has read the list of nodes again
        yield running


def notice(*instances: tuple[str, str, str], study: str = STUDY, series: str = SERIES) -> Dataset:
    """instances: (UID, Instance Availability, Retrieve AE Title)."""
    items = references([(SECONDARY_CAPTURE, uid) for uid, _, _ in instances])
    for item, (_, availability, title) in zip(items, instances, strict=True):
        item.InstanceAvailability, item.RetrieveAETitle = availability, title
    one = Dataset()
    one.SeriesInstanceUID = series
    one.ReferencedSOPSequence = items
    ds = Dataset()
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.StudyInstanceUID = study
    ds.ReferencedSeriesSequence = [one]
    return ds


def both(availability: str) -> Dataset:
    return notice((ONE, availability, "PACS"), (TWO, availability, "PACS"))


def create(
    room: RunningServer,
    information: Dataset | None,
    *,
    syntax: str = EXPLICIT,
    uid: str | None = "2.25.1",
    calling: str = "PACS",
) -> Any:
    """N-CREATE; the command set of the response."""
    received: list[Any] = []
    ae = AE(calling)
    ae.add_requested_context(AVAILABILITY, syntax)
    handlers = [(evt.EVT_DIMSE_RECV, lambda event: received.append(event.message.command_set))]
    assoc = ae.associate(HOST, room.dicom_port, ae_title=room.ae_title, evt_handlers=handlers)
    assert assoc.is_established
    assert [context.transfer_syntax[0] for context in assoc.accepted_contexts] == [syntax]
    assoc.send_n_create(information, AVAILABILITY, uid)
    assoc.release()
    (answer,) = received
    return answer


def ask(room: RunningServer, question: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(room.data / "index.sqlite", timeout=30) as connection:
        return connection.execute(question, values).fetchall()


def prepared(room: RunningServer, series: str = SERIES) -> int:
    """How many of metadata and thumbnail are there, ready."""
    of_series = "(select id from series where uid = ?)"
    found = ask(room, f"select 1 from series_metadata where series_pk in {of_series}", series)
    return len(found) + len(ask(room, f"select 1 from thumbnail where series_pk in {of_series}", series))


def events(room: RunningServer, kind: str, subject: str) -> list[tuple[str, str]]:
    return ask(room, "select peer, sentence from event where kind = ? and subject = ?", kind, subject)


@pytest.mark.row("DIMSE-IAN-SCP-01")
@pytest.mark.ps("3.4 R.3.2.1")
@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
@pytest.mark.parametrize("availability", ["ONLINE", "NEARLINE", "OFFLINE", "UNAVAILABLE"])
def test_notices_are_accepted_and_written_down(room: RunningServer, availability: str, syntax: str) -> None:
    series = generate_uid()
    told = notice(("2.25.5", availability, "PACS"), series=series)
    answer = create(room, told, syntax=syntax)
    assert answer.Status == 0x0000
    ((peer, sentence),) = events(room, "availability", series)
    assert peer == "PACS"
    assert f"1 {availability}" in sentence
    assert STUDY in sentence


def without(keyword: str) -> Callable[[Dataset], None]:
    return lambda place: delattr(place, keyword)


def empty(keyword: str) -> Callable[[Dataset], None]:
    return lambda place: setattr(place, keyword, [] if place[keyword].VR == "SQ" else None)


DEPTHS = {
    "StudyInstanceUID": 0,
    "ReferencedSeriesSequence": 0,
    "SeriesInstanceUID": 1,
    "ReferencedSOPSequence": 1,
    "ReferencedSOPClassUID": 2,
    "ReferencedSOPInstanceUID": 2,
    "InstanceAvailability": 2,
    "RetrieveAETitle": 2,
}


@pytest.mark.row("DIMSE-IAN-SCP-01")
@pytest.mark.ps("3.4 R.3.2.1.1")
@pytest.mark.parametrize(("change", "status"), [(without, 0x0120), (empty, 0x0121)])
@pytest.mark.parametrize("keyword", DEPTHS)
def test_notices_that_lack_something(
    room: RunningServer, keyword: str, change: Callable[[str], Callable[[Dataset], None]], status: int
) -> None:
    told = place = both("UNAVAILABLE")
    if DEPTHS[keyword] > 0:
        place = place.ReferencedSeriesSequence[0]
    if DEPTHS[keyword] > 1:
        place = place.ReferencedSOPSequence[1]
    change(keyword)(place)
    before = prepared(room)
    answer = create(room, told)
    assert answer.Status == status
    assert keyword in answer.ErrorComment
    assert prepared(room) == before, "nothing follows from a notice that is refused"


@pytest.mark.row("DIMSE-IAN-SCP-01")
def test_other_refusals(room: RunningServer) -> None:
    assert create(room, both("SOMEWHERE")).Status == 0x0106
    assert create(room, None).Status == 0x0120
    room.run(
        *("node", "add", "reader", "--ae-title", "READER", "--host", HOST, "--port", "4", "--right", "query")
    )
    time.sleep(1.1)
    assert create(room, both("ONLINE"), calling="READER").Status == 0x0124


@pytest.mark.ps("3.7 10.1.5.1.4")
def test_a_notice_without_uid_is_given_one(room: RunningServer) -> None:
    assert create(room, both("NEARLINE"), uid="2.25.4").AffectedSOPInstanceUID == "2.25.4"
    assert create(room, both("NEARLINE"), uid=None).AffectedSOPInstanceUID


@pytest.mark.row("DIMSE-IAN-SCP-01")
@pytest.mark.row("DIMSE-IAN-SCP-02")
@pytest.mark.parametrize("table", ["event", "job"])
def test_what_follows_cannot_be_ordered(tmp_path: Path, table: str) -> None:
    """A table is gone: 0110, and once it is back, success; nothing followed from what was refused."""
    with running_server(tmp_path, "--accept-any-ae", "--no-login") as room:
        room.add_node("pacs", "PACS", free_port())
        time.sleep(1.1)  # every receiver has read the list of nodes again
        ask(room, f"alter table {table} rename to elsewhere")
        assert create(room, both("ONLINE")).Status == 0x0110
        ask(room, f"alter table elsewhere rename to {table}")
        assert (jobs(room, "pacs"), events(room, "availability", SERIES)) == ([], [])
        assert create(room, both("ONLINE")).Status == 0x0000
        assert len(jobs(room, "pacs")) == 1


@pytest.mark.row("DIMSE-IAN-SCP-02")
def test_fetching_can_be_switched_off(tmp_path: Path) -> None:
    off = {"READINGROOM__DICOM__FETCH_ANNOUNCED": "false"}
    with running_server(tmp_path, "--accept-any-ae", "--no-login", settings=off) as room:
        room.add_node("pacs", "PACS", free_port())
        time.sleep(1.1)  # every receiver has read the list of nodes again
        assert create(room, both("ONLINE")).Status == 0
        ((peer, sentence),) = events(room, "fetchable", SERIES)
        assert (peer, sentence) == ("PACS", f"2 instances of study {STUDY} can be fetched from pacs.")
        assert jobs(room, "pacs") == []


@pytest.mark.row("DIMSE-IAN-SCP-02")
@pytest.mark.row("DIMSE-IAN-SCP-03")
def test_unavailable_drops_what_was_prepared_and_online_orders_it_again(room: RunningServer) -> None:
    time.sleep(3.0)  # the preparer has come to rest
    assert create(room, notice((TWO, "UNAVAILABLE", "PACS"))).Status == 0
    assert prepared(room) == 0
    for nothing in ("NEARLINE", "OFFLINE"):
        assert create(room, both(nothing)).Status == 0
    time.sleep(3.0)
    assert prepared(room) == 0, "only ONLINE orders anything"
    assert create(room, both("ONLINE")).Status == 0
    wait_until(lambda: prepared(room) == 2, PATIENCE, "the series is prepared again")
    assert events(room, "fetchable", SERIES) == [], "everything is here already"


@pytest.mark.row("DIMSE-IAN-SCP-02")
def test_what_was_deleted_here_is_not_fetched_back(room: RunningServer) -> None:
    asked = {"study": STUDY, "series": SERIES, "instance": TWO}
    deleted = httpx.post(f"{room.url}/api/deleted", json=asked, timeout=30.0).json()
    try:
        assert create(room, both("ONLINE")).Status == 0
        assert events(room, "fetchable", SERIES) == []
    finally:
        restored = httpx.post(f"{room.url}/api/deleted/{deleted['id']}/restore", timeout=30.0)
    assert restored.status_code == 200


@pytest.mark.row("DIMSE-IAN-SCP-02")
@pytest.mark.parametrize("peer", ["orthanc", "dcmqrscp"])
def test_what_is_not_here_is_fetched_and_prepared(room: RunningServer, tmp_path: Path, peer: str) -> None:
    """Another archive has three instances, we have one of them: two are fetched, once."""
    study = f"2.25.79.{len(peer)}"
    series = f"{study}.1"
    parts = [tiny(f"{series}.{number}", study, series, number=number) for number in (1, 2, 3)]
    with archive_with(parts, peer, tmp_path) as (title, port):
        room.add_node(peer, title, port)
        time.sleep(1.1)  # every receiver has read the list of nodes again
        assert Peer(room.dicom_port).send(parts[:1]) == [0]
        told = notice(
            *((part.sop_instance_uid, "ONLINE", title) for part in parts), study=study, series=series
        )
        assert create(room, told, calling=title).Status == 0
        assert create(room, told, calling=title).Status == 0
        wait_until(lambda: stored(room, series) == 3, PATIENCE, "the others have come")
        wait_until(lambda: prepared(room, series) == 2, PATIENCE, "the series is prepared")
        wait_until(
            lambda: [one["state"] for one in jobs(room, peer)] == ["done"], PATIENCE, "one job is done"
        )
        (job,) = jobs(room, peer)
        assert (job["kind"], job["total"], job["items"]["done"]) == ("fetch", 2, 2)
        assert job["ordered_by"] == f"notice of {title}"
        said = [sentence for _, sentence in events(room, "fetchable", series)]
        assert said[0] == f"2 instances of study {study} will be fetched from {peer} by job {job['id']}."
        before = len(said)
        assert create(room, told, calling=title).Status == 0
        assert len(events(room, "fetchable", series)) == before, "everything is here already"
    assert len(jobs(room, peer)) == 1


@pytest.mark.row("DIMSE-IAN-SCP-02")
def test_what_a_job_is_to_bring_is_not_ordered_again(room: RunningServer) -> None:
    """PACS is down, so that its job rests; NOBODY is no node; OFFLINE and NEARLINE order nothing."""
    series = "2.25.78.2"
    one, two, three = (f"{series}.{number}" for number in (1, 2, 3))
    told = notice(
        *((one, "ONLINE", "PACS"), (two, "ONLINE", "PACS"), (three, "ONLINE", "NOBODY")),
        *((f"{series}.4", "NEARLINE", "PACS"), (f"{series}.5", "OFFLINE", "PACS")),
        series=series,
    )
    already = len(jobs(room, "pacs"))
    assert create(room, told).Status == 0
    (job, *_) = new = jobs(room, "pacs")
    assert len(new) == already + 1
    study = f"instances of study {STUDY}"
    assert events(room, "fetchable", series) == [
        ("PACS", f"2 {study} will be fetched from pacs by job {job['id']}."),
        (
            "NOBODY",
            f"1 {study} cannot be fetched: NOBODY is not a known node; add it with `readingroom node add`.",
        ),
    ]
    wait_until(lambda: jobs(room, "pacs")[0]["state"] == "resting", PATIENCE, "the job rests")
    again = notice((one, "ONLINE", "PACS"), (three, "ONLINE", "NOBODY\\PACS"), series=series)
    assert create(room, again).Status == 0
    assert [sentence for _, sentence in events(room, "fetchable", series)][2:] == [
        f"1 {study} are being fetched already.",
        f"1 {study} will be fetched from pacs by job {job['id'] + 1}.",
    ]
    assert len(jobs(room, "pacs")) == already + 2
    for made in jobs(room, "pacs"):
        httpx.post(f"{room.url}/api/jobs/{made['id']}/cancel", timeout=30.0)


@contextmanager
def archive_with(parts: list[Part10], peer: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Another archive that has these objects: its AE title and port."""
    if peer == "orthanc":
        with running_orthanc(folder) as orthanc:
            assert set(Peer(orthanc.dicom_port, orthanc.ae_title).send(parts)) == {0}
            orthanc.add_modality("room", "READINGROOM", free_port())
            yield orthanc.ae_title, orthanc.dicom_port
    else:
        with dcmqrscp(folder) as running:
            assert set(Peer(running.port, "QRSCP").send(parts)) == {0}
            yield "QRSCP", running.port


def stored(room: RunningServer, series: str) -> int:
    """How many instances of a series the index has."""
    of_series = "(select id from series where uid = ?)"
    return len(ask(room, f"select 1 from instance where series_pk in {of_series}", series))


def jobs(room: RunningServer, node: str) -> list[dict[str, Any]]:
    """Those for a node, the newest first."""
    found: list[dict[str, Any]] = httpx.get(f"{room.url}/api/jobs?node={node}", timeout=30.0).json()["jobs"]
    return found


# ── as SCU


@contextmanager
def subscriber(port: int, status: int = 0x0000) -> Iterator[list[Any]]:
    """An SCP of notifications; the requests it got."""
    got: list[Any] = []

    def take(event: Any) -> tuple[int, Dataset]:
        got.append((event.request.AffectedSOPInstanceUID, event.attribute_list))
        return status, event.attribute_list

    ae = AE("SUBSCRIBER")
    ae.add_supported_context(AVAILABILITY, [EXPLICIT, IMPLICIT])
    server = ae.start_server((HOST, port), block=False, evt_handlers=[(evt.EVT_N_CREATE, take)])
    try:
        yield got
    finally:
        server.shutdown()


@pytest.mark.ps("3.4 R.3.2.1.2")
def test_a_subscriber_is_told(room: RunningServer) -> None:
    port = free_port()
    room.add_node("subscriber", "SUBSCRIBER", port)
    with subscriber(port) as got:
        code, said = run_command(
            room.data, "notify", "subscriber", "--study", STUDY, "--availability", "nearline"
        )
    assert (code, "2 instances are NEARLINE" in said) == (0, True), said
    ((uid, told),) = got
    assert uid.is_valid
    expected = notice((ONE, "NEARLINE", room.ae_title), (TWO, "NEARLINE", room.ae_title))
    assert told == expected
    with subscriber(port, 0x0110) as got:
        code, said = run_command(room.data, "notify", "subscriber", "--instance", ONE)
    assert (code, "0110" in said) == (1, True), said
    assert len(got) == 1
    code, said = run_command(room.data, "notify", "subscriber", "--study", STUDY, "--availability", "here")
    assert (code, "UNAVAILABLE" in said) == (1, True), said


@pytest.mark.ps("3.2 N.5")
def test_the_statement_says_so(room: RunningServer) -> None:
    said = room.run("conformance")
    assert "\n| Instance Availability Notification | 1 | yes | yes |" in said
    statuses = said.partition("### N-CREATE")[2].partition("###")[0]
    for status in ("0000", "0106", "0110", "0118", "0120", "0121", "0124"):
        assert f"| {status} |" in statuses
