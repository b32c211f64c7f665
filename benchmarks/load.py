"""The load: our own Requestor, in processes of its own, against whoever listens.

pynetdicom and DCMTK's storescu are slower than either server, so they would measure themselves.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from readingroom.association import (
    Acceptor,
    AcceptorSettings,
    Association,
    Command,
    CommandField,
    Context,
    DataSink,
    FileRange,
    Limits,
    Requestor,
    RoleSelection,
    Timeouts,
    negotiate,
)
from readingroom.standard.sop_classes import STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE
from tests.kit.compare import Part10
from tests.kit.network import identifier
from tests.kit.ports import HOST

_FORK = multiprocessing.get_context("fork")  # the objects are inherited, not copied through a pipe
CALLING = "KIT"


def _requestor(port: int, called: str, contexts: Any, **more: Any) -> Requestor:
    patient = Timeouts(connect=60.0, associate=300.0, response=300.0)
    return Requestor(HOST, port, CALLING, called, contexts, timeouts=patient, **more)


def store(port: int, called: str, shares: Sequence[Sequence[Part10]]) -> float:
    """C-STORE every share on an association of its own, all at once; seconds until all are answered."""
    if len(shares) == 1:
        return _in_process(_send, port, called, shares[0])
    barrier = _FORK.Barrier(len(shares) + 1)
    queue = _FORK.Queue()
    children = [
        _FORK.Process(target=_send_together, args=(port, called, share, barrier, queue)) for share in shares
    ]
    for child in children:
        child.start()
    barrier.wait(60.0)
    start = time.perf_counter()
    ends = [queue.get(timeout=600.0) for _ in children]
    for child in children:
        child.join()
    assert all(ends), "a sender failed"
    return max(ends) - start


def store_file(port: int, called: str, sop_class: str, sop_instance: str, path: Path) -> float:
    """C-STORE of one bare Data Set in Explicit VR Little Endian, read as it is sent; seconds."""
    return _in_process(_send_file, port, called, sop_class, sop_instance, path)


def _send_file(port: int, called: str, sop_class: str, sop_instance: str, path: Path) -> float:
    with (
        path.open("rb") as file,
        _requestor(port, called, [(sop_class, (EXPLICIT_LE,))]).open() as assoc,
    ):
        data = FileRange(file.fileno(), 0, path.stat().st_size)
        start = time.perf_counter()
        answer = assoc.store(assoc.context_for(sop_class), sop_class, sop_instance, data)
        assert answer.status == 0, f"{answer.status:04X}"
        return time.perf_counter() - start


def _send_together(port: int, called: str, share: Sequence[Part10], barrier: Any, queue: Any) -> None:
    try:
        with _open_store(port, called, share) as assoc:
            barrier.wait(60.0)
            _send_all(assoc, share)
        queue.put(time.perf_counter())
    except BaseException:
        queue.put(0.0)
        raise


def _send(port: int, called: str, share: Sequence[Part10]) -> float:
    with _open_store(port, called, share) as assoc:
        start = time.perf_counter()
        _send_all(assoc, share)
    return time.perf_counter() - start  # the release counts: ours makes what it took findable then


def _open_store(port: int, called: str, share: Sequence[Part10]) -> Association:
    contexts = dict.fromkeys((part.sop_class_uid, part.transfer_syntax_uid) for part in share)
    return _requestor(port, called, [(uid, (syntax,)) for uid, syntax in contexts]).open()


def _send_all(assoc: Association, share: Sequence[Part10]) -> None:
    contexts = {(c.abstract_syntax, c.transfer_syntax): c for c in assoc.contexts.values()}
    for part in share:
        context = contexts[part.sop_class_uid, part.transfer_syntax_uid]
        answer = assoc.store(context, part.sop_class_uid, part.sop_instance_uid, part.dataset)
        assert answer.status == 0, f"{answer.status:04X}"


class _Counted:
    """A data set that is counted and forgotten."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, pieces: list[memoryview]) -> None:
        self.size += sum(map(len, pieces))

    def abandon(self) -> None:
        pass


class _CountingStore:
    """C-STORE SCP that keeps nothing: the receiving end must not be the bottleneck."""

    operations: Collection[int] = frozenset({CommandField.C_STORE_RQ})

    def __init__(self) -> None:
        self.count = self.size = 0

    def sink(self, assoc: Association, context: Context, command: Command) -> DataSink | None:
        return _Counted()

    def perform(
        self, assoc: Association, context: Context, command: Command, data: bytes | DataSink | None
    ) -> None:
        assert isinstance(data, _Counted)
        self.count += 1
        self.size += data.size
        assoc.respond(context, command, 0)


def find(port: int, called: str, **keys: str) -> float:
    """C-FIND of studies; seconds until the final response, divided by nothing: all answers count."""
    return _in_process(_find, port, called, keys)


def _find(port: int, called: str, keys: dict[str, str]) -> float:
    with _requestor(port, called, [(STUDY_ROOT_FIND, (EXPLICIT_LE,))]).open() as assoc:
        context = assoc.context_for(STUDY_ROOT_FIND)
        start = time.perf_counter()
        answers = list(assoc.find(context, identifier("STUDY", **keys)))
        seconds = time.perf_counter() - start
    assert answers[-1].status == 0, hex(answers[-1].status)
    assert len(answers) > 300, len(answers)
    return seconds


def together(port: int, called: str, shares: Sequence[Sequence[Part10]], askers: int) -> float:
    """Every share on an association of its own and as many askers, all at once; seconds until all are done.

    Opening counts: a server may let some wait until others have gone. Each asker makes ten queries.
    """
    barrier = _FORK.Barrier(len(shares) + askers + 1)
    queue = _FORK.Queue()
    children = [
        *(_FORK.Process(target=_send_soon, args=(port, called, s, barrier, queue)) for s in shares),
        *(_FORK.Process(target=_ask_together, args=(port, called, barrier, queue)) for _ in range(askers)),
    ]
    for child in children:
        child.start()
    barrier.wait(120.0)
    start = time.perf_counter()
    ends = [queue.get(timeout=600.0) for _ in children]
    for child in children:
        child.join()
    assert all(ends), "a sender or an asker failed"
    return max(ends) - start


def _send_soon(port: int, called: str, share: Sequence[Part10], barrier: Any, queue: Any) -> None:
    try:
        barrier.wait(120.0)
        with _open_store(port, called, share) as assoc:
            _send_all(assoc, share)
        queue.put(time.perf_counter())
    except BaseException:
        queue.put(0.0)
        raise


def _ask_together(port: int, called: str, barrier: Any, queue: Any) -> None:
    try:
        barrier.wait(120.0)
        with _requestor(port, called, [(STUDY_ROOT_FIND, (EXPLICIT_LE,))]).open() as assoc:
            context = assoc.context_for(STUDY_ROOT_FIND)
            for number in range(10):
                keys = identifier("STUDY", PatientName=f"MILLER{number}*", StudyInstanceUID="")
                *_, last = assoc.find(context, keys)
                assert last.status == 0, hex(last.status)
        queue.put(time.perf_counter())
    except BaseException:
        queue.put(0.0)
        raise


def get(port: int, called: str, study: str, sop_class: str, count: int) -> float:
    """C-GET of a study; seconds until the final response."""
    return _in_process(_get, port, called, study, sop_class, count)


def _get(port: int, called: str, study: str, sop_class: str, count: int) -> float:
    service = _CountingStore()
    requestor = _requestor(
        port, called, [(STUDY_ROOT_GET, (EXPLICIT_LE,)), (sop_class, (EXPLICIT_LE,))],
        roles=[RoleSelection(sop_class, scu=False, scp=True)], services={sop_class: service},
    )  # fmt: skip
    with requestor.open() as assoc:
        start = time.perf_counter()
        last = list(assoc.get(assoc.context_for(STUDY_ROOT_GET), identifier("STUDY", StudyInstanceUID=study)))
        seconds = time.perf_counter() - start
    assert (last[-1].status, service.count) == (0, count), (hex(last[-1].status), service.count)
    return seconds


def move(port: int, called: str, study: str, destination: str, count: int) -> float:
    """C-MOVE of a study to a running `Sink`; seconds until the final response."""
    return _in_process(_move, port, called, study, destination, count)


def _move(port: int, called: str, study: str, destination: str, count: int) -> float:
    with _requestor(port, called, [(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        context = assoc.context_for(STUDY_ROOT_MOVE)
        start = time.perf_counter()
        last = list(assoc.move(context, identifier("STUDY", StudyInstanceUID=study), destination))[-1]
        seconds = time.perf_counter() - start
    assert (last.status, last.command.number_of_completed_suboperations) == (0, count), hex(last.status)
    return seconds


class Sink:
    """A C-MOVE destination in a process of its own, which counts and forgets."""

    def __init__(self, sop_class: str) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._process = _FORK.Process(target=_sink, args=(self._listener, sop_class), daemon=True)
        self._process.start()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join()
        self._listener.close()


def _sink(listener: socket.socket, sop_class: str) -> None:
    service = _CountingStore()
    settings = AcceptorSettings(limits=Limits(idle_seconds=0))
    supported = {sop_class: (EXPLICIT_LE,)}
    with Acceptor(
        [listener], settings, lambda request, _: negotiate(request, supported), {sop_class: service}
    ):
        while True:
            time.sleep(3600)


def _in_process(work: Callable[..., float], *arguments: Any) -> float:
    """Run in a child, so that the sender's memory and interpreter are its own."""
    queue = _FORK.Queue()

    def run() -> None:
        try:
            queue.put(work(*arguments))
        except BaseException as error:
            queue.put(error if isinstance(error, Exception) else RuntimeError(repr(error)))
            raise

    child = _FORK.Process(target=run)
    child.start()
    result = queue.get(timeout=900.0)
    child.join()
    with suppress(ValueError):
        child.close()
    if isinstance(result, BaseException):
        raise result
    return float(result)
