"""What is on disk is checked, and the report is sent until it is taken: the real index, blobs and network."""

from __future__ import annotations

import errno
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive, Indexer, confirm
from readingroom.association import Association, Command, CommandField, Context
from readingroom.blobs import LocalBlobs
from readingroom.errors import Conflict, NotFound, Unavailable
from readingroom.exchange import PUSH_MODEL, CommitmentRequest, Ourselves, Reporter
from readingroom.exchange.commitment_check import check, report_of
from readingroom.exchange.commitment_messages import CommitmentReport, read_report
from readingroom.index import Database, commitments
from readingroom.index.commitments import CHECKED, REPORTED, REQUESTED, SCP, UNREPORTED, Failure, SopReference
from readingroom.model import Origin, OriginKind, Selection, StoredInstance
from readingroom.nodes import NodeBook
from tests.kit.associations import Answering, serving, until
from tests.kit.ports import free_port
from tests.kit.tiny import SECONDARY_CAPTURE, tiny

ORIGIN = Origin(OriginKind.DIMSE, "CT1", "127.0.0.1", "ROOM")
CT = "1.2.840.10008.5.1.4.1.1.2"


class Rooms:
    """An archive of its own, as one process has it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = Database(root / "index.sqlite")
        self.database.migrate()
        self.blobs = LocalBlobs.claim(root / "objects", "receiver")
        self.archive = Archive(self.database, self.blobs, Indexer(self.database, self.blobs))
        self.policy = NetworkPolicy(self.database, True)
        self.reporters: list[Reporter] = []

    def close(self) -> None:
        for reporter in self.reporters:
            reporter.stop()
        self.archive.indexer.close()
        self.blobs.close()
        self.database.close()

    def put(self, uid: str, study: str = "2.25.1") -> SopReference:
        part = tiny(uid, study, f"{study}.1")
        receiving = self.archive.receive(ORIGIN)
        receiving.announce(part.sop_class_uid, uid, part.transfer_syntax_uid)
        receiving.write([part.dataset])
        receiving.finish().wait(10)
        return SopReference(SECONDARY_CAPTURE, uid)

    def stored(self, uid: str) -> list[StoredInstance]:
        return self.archive.instances(Selection(sop_instance_uids=(uid,)))

    def path(self, stored: StoredInstance) -> Path:
        return self.root / "objects" / stored.blob

    def reporter(self, owner: str = "receiver-0", retry_seconds: float = 0.05) -> Reporter:
        made = Reporter(self.archive, self.policy, Ourselves("ROOM"), owner, retry_seconds)
        self.reporters.append(made)
        return made

    def asked(self, *instances: SopReference, peer: str = "ASKER", **claim: object) -> int:
        with self.database.writing() as connection:
            return commitments.add(
                connection, SCP, REQUESTED, peer, "OURS", "2.25.7", instances, time.time(), **claim
            )  # type: ignore[arg-type]

    def row(self, pk: int) -> commitments.Commitment:
        with self.database.reading() as connection:
            row = commitments.find(connection, pk)
        assert row is not None
        return row


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    made = Rooms(tmp_path)
    yield made
    made.close()


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def test_confirming_what_is_sound(rooms: Rooms) -> None:
    rooms.put("2.25.2")
    (stored,) = rooms.stored("2.25.2")
    confirm(rooms.blobs, stored)


@pytest.mark.parametrize("at", [-1, 400, 600])
def test_confirming_what_is_damaged(rooms: Rooms, at: int) -> None:
    rooms.put("2.25.2")
    (stored,) = rooms.stored("2.25.2")
    flip(rooms.path(stored), at)
    with pytest.raises(Conflict, match="SHA-256"):
        confirm(rooms.blobs, stored)


def test_confirming_what_cannot_be_read(rooms: Rooms) -> None:
    rooms.put("2.25.2")
    (stored,) = rooms.stored("2.25.2")
    path = rooms.path(stored)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0"))
    with pytest.raises(Conflict, match=r"1\.2\.840\.10008\.1\.2\.2"):
        confirm(rooms.blobs, stored)
    path.write_bytes(raw[:200])
    with pytest.raises(Conflict):
        confirm(rooms.blobs, stored)
    path.write_bytes(b"")
    with pytest.raises(Conflict):
        confirm(rooms.blobs, stored)
    path.unlink()
    path.mkdir()
    with pytest.raises(Conflict, match="cannot be read"):
        confirm(rooms.blobs, stored)
    path.rmdir()
    with pytest.raises(NotFound):
        confirm(rooms.blobs, stored)


def test_no_telling_without_file_descriptors(rooms: Rooms) -> None:
    rooms.put("2.25.2")
    (stored,) = rooms.stored("2.25.2")
    lowest = os.open("/dev/null", os.O_RDONLY)
    os.close(lowest)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(Unavailable) as caught:
            confirm(rooms.blobs, stored)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert os.strerror(errno.EMFILE) in caught.value.sentence


def test_one_sound_copy_is_enough(rooms: Rooms) -> None:
    """The same instance under two studies: somebody's mistake, but both are kept."""
    named = rooms.put("2.25.2", "2.25.1")
    rooms.put("2.25.2", "2.25.9")
    first, second = rooms.stored("2.25.2")
    flip(rooms.path(first), -1)
    assert check(rooms.archive, [named]) == []
    flip(rooms.path(second), -1)
    assert check(rooms.archive, [named]) == [Failure(*named, 0x0110)]
    other = SopReference(CT, "2.25.2")
    assert check(rooms.archive, [other]) == [Failure(*other, 0x0119)]


def test_more_instances_than_one_look_up_takes(rooms: Rooms) -> None:
    named = rooms.put("2.25.2")
    unknown = [SopReference(CT, f"2.25.3.{number}") for number in range(1200)]
    failures = check(rooms.archive, [*unknown, named])
    assert failures == [Failure(*one, 0x0112) for one in unknown]


def test_every_instance_is_in_one_list_or_the_other(rooms: Rooms) -> None:
    one, two = SopReference(CT, "1.1"), SopReference(CT, "1.2")
    pk = rooms.asked(one, two)
    with rooms.database.writing() as connection:
        commitments.checked(connection, pk, [Failure(*two, 0x0112)], 1.0)
    told = report_of(rooms.row(pk))
    assert told == CommitmentReport("2.25.7", (one,), (Failure(*two, 0x0112),))


# ── reporting


class Peer:
    """Who asked: takes reports on associations that come to it."""

    def __init__(self, rooms: Rooms, *statuses: int) -> None:
        self.rooms = rooms
        self.statuses = list(statuses)
        self.rude = False
        self.told: list[CommitmentReport] = []
        self.calling: list[str] = []
        self.service = Answering({CommandField.N_EVENT_REPORT_RQ}, self.take)

    def take(self, assoc: Association, context: Context, command: Command, data: bytes) -> None:
        self.told.append(read_report(data, context.transfer_syntax))
        self.calling.append(assoc.calling)
        assert command.event_type_id == self.told[-1].event_type
        assoc.respond(context, command, self.statuses.pop(0) if self.statuses else 0)
        if self.rude:
            assoc.abort()


@pytest.fixture
def peer(rooms: Rooms) -> Iterator[Peer]:
    made = Peer(rooms)
    with serving({PUSH_MODEL: made.service}, scp_roles={PUSH_MODEL}) as served:
        NodeBook(rooms.database).add("asker", "ASKER", "127.0.0.1", served.port)
        yield made


def test_a_request_left_by_a_dead_process_is_taken_up(rooms: Rooms, peer: Peer) -> None:
    """Its successor has its name: it need not wait for the claim to lapse."""
    named = rooms.put("2.25.2")
    pk = rooms.asked(named, claimed_by="receiver-0", claimed_until=time.time() + 60)
    rooms.reporter().start()
    until(lambda: rooms.row(pk).state == REPORTED, 60.0)
    assert peer.told == [CommitmentReport("2.25.7", (named,))]
    assert peer.calling == ["OURS"], "the AE title that had been called"


def test_the_claim_of_another_process_is_respected(rooms: Rooms, peer: Peer) -> None:
    pk = rooms.asked(rooms.put("2.25.2"), claimed_by="receiver-1", claimed_until=time.time() + 2.5)
    rooms.reporter().start()
    time.sleep(1.5)
    assert rooms.row(pk).state == REQUESTED
    until(lambda: rooms.row(pk).state == REPORTED, 60.0)  # it has lapsed


def test_several_processes_share_the_work(rooms: Rooms, peer: Peer) -> None:
    named = rooms.put("2.25.2")
    for number in range(3):
        rooms.reporter(f"receiver-{number}").start()
    keys = [rooms.asked(named) for _ in range(6)]
    until(lambda: all(rooms.row(pk).state == REPORTED for pk in keys), 30.0)
    assert len(peer.told) == 6


def test_tries_and_giving_up(rooms: Rooms, peer: Peer) -> None:
    peer.statuses = [0x0110] * 4
    pk = rooms.asked(rooms.put("2.25.2"))
    rooms.reporter(retry_seconds=0.01).start()
    until(lambda: rooms.row(pk).state == UNREPORTED, 30.0)
    assert len(peer.told) == 4
    assert "0110" in rooms.row(pk).sentence


def test_a_peer_that_aborts_after_it_has_taken_the_report(rooms: Rooms, peer: Peer) -> None:
    peer.rude = True
    pk = rooms.asked(rooms.put("2.25.2"))
    rooms.reporter().start()
    until(lambda: rooms.row(pk).state == REPORTED, 30.0)
    assert len(peer.told) == 1
    assert rooms.row(pk).instances == ()


def test_an_unknown_node_is_given_up_too(rooms: Rooms) -> None:
    pk = rooms.asked(rooms.put("2.25.2"), peer="STRANGER")
    rooms.reporter(retry_seconds=0.01).start()
    until(lambda: rooms.row(pk).state == UNREPORTED, 30.0)
    assert "STRANGER is not a known node" in rooms.row(pk).sentence


def test_stopping_leaves_the_rest_to_the_next(rooms: Rooms) -> None:
    NodeBook(rooms.database).add("asker", "ASKER", "127.0.0.1", free_port())
    pk = rooms.asked(rooms.put("2.25.2"))
    first = rooms.reporter(retry_seconds=1000.0)
    first.start()
    until(lambda: rooms.row(pk).tries == 1, 60.0)
    first.stop()
    row = rooms.row(pk)
    assert (row.state, row.failures) == (CHECKED, ())
    with rooms.database.reading() as connection:
        assert commitments.is_due(connection, time.time() + 1001), "nobody claims it"


def test_a_request_that_cannot_be_kept_is_not_accepted(rooms: Rooms) -> None:
    """Raised before anybody is told of success."""
    reporter = rooms.reporter()
    reporter.start()
    request = CommitmentRequest("2.25.7", (SopReference(CT, "1.2"),))
    with serving() as served, served.requestor().open() as assoc:
        until(lambda: served.established)
        with rooms.database.writing() as connection:
            connection.exec_driver_sql("alter table commitment rename to elsewhere")
        try:
            with pytest.raises(Unavailable):
                reporter.accept(served.established[0], request)
        finally:
            with rooms.database.writing() as connection:
                connection.exec_driver_sql("alter table elsewhere rename to commitment")
        assert assoc.echo().status == 0
