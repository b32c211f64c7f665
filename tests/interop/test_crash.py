"""kill -9 while objects arrive: what was acknowledged is there afterwards, and nothing half is."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pydicom
import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset

from readingroom.association import AssociationEnded
from tests.kit.compare import Part10, read_part10
from tests.kit.network import Peer, identifier
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, run_command
from tests.kit.tiny import EXPLICIT_LE, SECONDARY_CAPTURE, tiny_series

ROUNDS = 30
SENDERS = 4
ROOT = "2.25.99"


@dataclass
class Sender:
    """One association that stores as fast as it can until it breaks."""

    peer: Peer
    root: str
    acknowledged: dict[str, Part10] = field(default_factory=dict)
    other: list[int] = field(default_factory=list)

    def run(self) -> None:
        contexts = [(SECONDARY_CAPTURE, (EXPLICIT_LE,))]
        with suppress(AssociationEnded, OSError), self.peer.requestor(contexts).open() as assoc:
            context = assoc.context_for(SECONDARY_CAPTURE)
            for part in tiny_series(self.root, 1_000_000):
                answer = assoc.store(context, part.sop_class_uid, part.sop_instance_uid, part.dataset)
                if answer.status == 0:
                    self.acknowledged[part.sop_instance_uid] = part
                else:
                    self.other.append(answer.status)


def store_until_killed(server: RunningServer, number: int, *, whole: bool, seconds: float) -> list[Sender]:
    """Four associations store; after that time everything, or only one receiver, is killed."""
    senders = [Sender(Peer(server.dicom_port), f"{ROOT}.{number}.{n}") for n in range(SENDERS)]
    threads = [threading.Thread(target=sender.run, daemon=True) for sender in senders]
    for thread in threads:
        thread.start()
    wait_until(lambda: all(len(one.acknowledged) > 3 for one in senders), 20.0, "objects are acknowledged")
    time.sleep(seconds)
    if whole:
        server.kill()
    else:
        for pid in server.receivers():
            os.kill(pid, signal.SIGKILL)
    for thread in threads:
        thread.join(60.0)
        assert not thread.is_alive()
    return senders


def found_by_c_find(server: RunningServer, root: str) -> set[str]:
    answers = Peer(server.dicom_port).find(
        identifier("IMAGE", StudyInstanceUID=f"{root}.0.1", SOPInstanceUID="")
    )
    return {str(read_dataset(DicomBytesIO(raw), False, True).SOPInstanceUID) for raw in answers}


def check_round(server: RunningServer, client: httpx.Client, senders: list[Sender]) -> None:
    """Every acknowledged object is found, and comes back with the same bytes."""
    accept = [(SECONDARY_CAPTURE, (EXPLICIT_LE,))]
    for sender in senders:
        assert sender.other == []
        mine = sender.acknowledged.keys()
        # The successor of each killed receiver adopts what that one left, one after the other.
        with suppress(AssertionError):
            wait_until(lambda: mine <= found_by_c_find(server, sender.root), 20.0, "adoption")  # noqa: B023
        lost = mine - found_by_c_find(server, sender.root)
        assert not lost, f"{len(lost)} acknowledged objects are not found: {sorted(lost)[:5]}"
        fetched = Peer(server.dicom_port).get(
            identifier("STUDY", StudyInstanceUID=f"{sender.root}.0.1"), accept
        )
        for uid, part in sender.acknowledged.items():
            assert fetched.objects[uid].dataset == part.dataset, uid
    sender = random.choice(senders)
    study = client.get(f"/studies/{sender.root}.0.1/instances", params={"limit": 100000})
    told = {one["00080018"]["Value"][0] for one in study.json()}
    assert set(sender.acknowledged) <= told


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "data", "--accept-any-ae", "--no-login")
    running.start()
    yield running
    running.stop()


def halves(server: RunningServer) -> list[Path]:
    return sorted(server.data.rglob("*.part"))


def test_no_acknowledged_object_is_lost(server: RunningServer) -> None:
    """Thirty rounds; in every third only the receivers die, and the supervisor starts them again."""
    random.seed(20261121)
    kept = 0
    for number in range(ROUNDS):
        whole = number % 3 != 2
        senders = store_until_killed(server, number, whole=whole, seconds=random.uniform(0.0, 0.6))
        if whole:
            server.start()
        else:
            wait_until(server.echo, 30.0, "a receiver is back")
        with httpx.Client(base_url=server.dicomweb, timeout=60.0) as client:
            check_round(server, client, senders)
        kept += sum(len(sender.acknowledged) for sender in senders)
        assert halves(server) == []
    assert kept > ROUNDS * SENDERS * 4
    code, said = run_command(server.data, "verify")
    assert code == 0, said
    assert "0 with a fault" in said


@pytest.fixture
def stopped(tmp_path: Path) -> RunningServer:
    """A server that was stopped after it had taken 40 objects."""
    running = RunningServer(tmp_path / "data", "--accept-any-ae", "--no-login")
    running.start()
    parts = list(tiny_series(f"{ROOT}.1", 40))
    assert set(Peer(running.dicom_port).send(parts)) == {0}
    running.stop()
    return running


def objects(server: RunningServer) -> list[Path]:
    found = sorted(path for path in (server.data / "objects").rglob("*.dcm"))
    assert len(found) == 40
    return found


def test_verify_finds_a_flipped_byte_and_a_missing_file(stopped: RunningServer) -> None:
    assert run_command(stopped.data, "verify")[0] == 0
    flipped, missing = objects(stopped)[3], objects(stopped)[7]
    uid, gone = (pydicom.dcmread(path).SOPInstanceUID for path in (flipped, missing))
    raw = bytearray(flipped.read_bytes())
    raw[-20] ^= 1
    flipped.write_bytes(raw)
    missing.unlink()
    code, said = run_command(stopped.data, "verify")
    assert code == 1, said
    assert "2 with a fault" in said
    assert any(uid in line and "SHA-256" in line for line in said.splitlines()), said
    assert any(gone in line for line in said.splitlines()), said


def test_the_index_is_rebuilt_from_the_files(stopped: RunningServer) -> None:
    sent = {read_part10(path).sop_instance_uid for path in objects(stopped)}
    for path in stopped.data.glob("index.sqlite*"):
        path.unlink()
    code, said = run_command(stopped.data, "verify", "--rebuild")
    assert code == 0, said
    assert "40 objects are in the index again" in said
    stopped.start()
    try:
        assert found_by_c_find(stopped, f"{ROOT}.1") == sent
    finally:
        stopped.stop()


def test_a_rebuilt_index_says_what_the_old_one_said(stopped: RunningServer) -> None:
    """Rows by UID, beside what only the first arrival knew (its origin)."""
    before = _rows(stopped.data / "index.sqlite")
    assert run_command(stopped.data, "verify", "--rebuild")[0] == 0
    assert _rows(stopped.data / "index.sqlite") == before


def _rows(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("select uid, number, sop_class, sha256, blob, attributes from instance")
        studies = connection.execute("select uid, instance_count, series_count, modalities from study")
        return sorted(itertools.chain(rows, studies), key=repr)
