"""C-MOVEs to one destination: as many at once as its node says (dimse_behaviour.md section 7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import pytest
from pydicom import Dataset
from pynetdicom import AE, evt

from tests.kit.network import Peer
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.pynetdicom_peer import associated
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny

STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
STUDY = "2.25.8401.0"
COUNT = 4
KNOWN_WITHIN = 1.5
PATIENCE = 60.0


@pytest.fixture
def study(server: RunningServer) -> str:
    """A study of COUNT small objects."""
    send_study(server)
    return STUDY


def send_study(server: RunningServer) -> None:
    objects = [tiny(f"2.25.8401.{number}", STUDY, "2.25.8401.9") for number in range(1, COUNT + 1)]
    assert set(Peer(server.dicom_port).send(objects)) == {0}


class Gated:
    """A pynetdicom SCP that holds every object until its gate is open, and counts associations."""

    def __init__(self) -> None:
        self.port = free_port()
        self.ae_title = f"GATED{self.port}"
        self.gate = threading.Event()
        self.came = 0
        self.present = 0
        self.most = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Gated:
        ae = AE(self.ae_title)
        ae.maximum_associations = 50
        ae.dimse_timeout = ae.network_timeout = 120
        ae.add_supported_context("1.2.840.10008.5.1.4.1.1.7", [EXPLICIT, IMPLICIT])
        handlers = [
            (evt.EVT_ACCEPTED, lambda _: self._count(1)),
            (evt.EVT_RELEASED, lambda _: self._count(-1)),
            (evt.EVT_ABORTED, lambda _: self._count(-1)),
            (evt.EVT_C_STORE, self._store),
        ]
        self._server = ae.start_server((HOST, self.port), block=False, evt_handlers=handlers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()

    def _count(self, change: int) -> None:
        with self._lock:
            self.came += change > 0
            self.present += change
            self.most = max(self.most, self.present)

    def _store(self, event: evt.Event) -> int:
        assert self.gate.wait(PATIENCE)
        return 0


@pytest.fixture
def gated(server: RunningServer) -> Iterator[Gated]:
    with Gated() as scp:
        add(server, scp, 1)
        yield scp


def add(server: RunningServer, scp: Gated, most: int) -> None:
    words = ["--ae-title", scp.ae_title, "--host", HOST, "--port", str(scp.port)]
    name = f"gated{scp.port}"
    server.run("node", "add", name, *words, "--most-associations", str(most))
    time.sleep(KNOWN_WITHIN)


def statuses(server: RunningServer, to: Gated, cancel_after: int = 0) -> list[Dataset]:
    """Every response to a C-MOVE of the study; C-CANCEL goes out after so many of them."""
    asked = Dataset()
    asked.QueryRetrieveLevel, asked.StudyInstanceUID = "STUDY", STUDY
    came: list[Dataset] = []
    with associated(server.dicom_port, [(STUDY_MOVE, [EXPLICIT])]) as assoc:
        for status, _ in assoc.send_c_move(asked, to.ae_title, STUDY_MOVE, msg_id=7):
            came.append(status)
            if len(came) == cancel_after:
                assoc.send_c_cancel(7, query_model=STUDY_MOVE)
    return came


@pytest.mark.row("DIMSE-MOVE-SCP-01")
def test_one_move_after_the_other_and_commands_too(server: RunningServer, study: str, gated: Gated) -> None:
    """Four C-MOVEs over both receivers and a command of another process: one association at a time."""
    with ThreadPoolExecutor(5) as pool:
        moves = [pool.submit(statuses, server, gated) for _ in range(4)]
        wait_until(lambda: gated.came == 1, PATIENCE, "the first has begun")
        command = pool.submit(server.run, "store", f"gated{gated.port}", "--study", study)
        time.sleep(4.0)
        assert (gated.came, gated.present) == (1, 1)
        gated.gate.set()
        assert [move.result(PATIENCE)[-1].Status for move in moves] == [0] * 4
        assert f"{COUNT} of {COUNT} stored" in command.result(PATIENCE)
    assert (gated.came, gated.most) == (5, 1)


@pytest.mark.row("DIMSE-MOVE-SCP-01")
def test_as_many_as_the_node_says(server: RunningServer, study: str) -> None:
    with Gated() as scp, ThreadPoolExecutor(3) as pool:
        add(server, scp, 2)
        moves = [pool.submit(statuses, server, scp) for _ in range(3)]
        wait_until(lambda: scp.present == 2, PATIENCE, "two have begun")
        time.sleep(1.0)
        assert scp.came == 2
        scp.gate.set()
        assert [move.result(PATIENCE)[-1].Status for move in moves] == [0] * 3
    assert scp.most == 2


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.ps("3.4 C.4.2.3.1")
def test_a_move_that_waits_gives_signs_of_life_and_can_be_cancelled(
    server: RunningServer, study: str, gated: Gated
) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(statuses, server, gated)
        wait_until(lambda: gated.came == 1, PATIENCE, "the first has begun")
        pending, last = statuses(server, gated, cancel_after=1)
        assert (pending.Status, last.Status) == (0xFF00, 0xFE00)
        for one in (pending, last):
            assert (one.NumberOfRemainingSuboperations, one.NumberOfCompletedSuboperations) == (COUNT, 0)
            assert (one.NumberOfFailedSuboperations, one.NumberOfWarningSuboperations) == (0, 0)
        gated.gate.set()
        assert first.result(PATIENCE)[-1].Status == 0
    assert gated.came == 1


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-ASSOC-08")
def test_a_move_waits_no_longer_than_it_is_set(tmp_path: Path) -> None:
    settings = {"READINGROOM__DICOM__MOVE_WAITING_SECONDS": "2"}
    with (
        running_server(tmp_path, "--accept-any-ae", "--no-login", settings=settings) as server,
        Gated() as scp,
        ThreadPoolExecutor(1) as pool,
    ):
        send_study(server)
        add(server, scp, 1)
        first = pool.submit(statuses, server, scp)
        wait_until(lambda: scp.came == 1, PATIENCE, "the first has begun")
        (last,) = statuses(server, scp)
        assert (last.Status, last.NumberOfFailedSuboperations) == (0xA702, COUNT)
        assert "1 transfers" in last.ErrorComment
        scp.gate.set()
        assert first.result(PATIENCE)[-1].Status == 0
        assert scp.came == 1
