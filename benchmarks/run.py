"""The servers under test, interleaved rounds, and the table of what came out."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.server import RunningServer, descendants, resident_kib

from .load import CALLING

OURS, NODELAY, STOCK = "ours", "Orthanc", "Orthanc as installed"


@dataclass(frozen=True)
class Target:
    """A server under test, whichever it is."""

    name: str
    dicom_port: int
    ae_title: str
    dicomweb: str
    server: RunningServer | RunningOrthanc

    def pids(self) -> list[int]:
        """Its processes."""
        if isinstance(self.server, RunningServer):
            return [self.server.pid, *descendants(self.server.pid)]
        return [self.server.process.pid]

    def add_destination(self, ae_title: str, port: int) -> None:
        """Make a C-MOVE destination known to it."""
        if isinstance(self.server, RunningServer):
            self.server.add_node(ae_title.lower(), ae_title, port)
            time.sleep(1.5)  # running receivers read the nodes again each second
        else:
            self.server.add_modality(ae_title.lower(), ae_title, port)


class Session:
    """One run: its folder, how many rounds, and the servers as each measure needs them."""

    def __init__(self, folder: Path, rounds: int, studies: int, *, profile: bool = False) -> None:
        self.folder = folder
        self.rounds = rounds
        self.studies = studies
        self._profile = profile
        self._count = 0

    @cached_property
    def _py_spy(self) -> str | None:
        return shutil.which("py-spy") if self._profile else None

    @contextlib.contextmanager
    def targets(self, *names: str) -> Iterator[list[Target]]:
        """Empty servers, all running together and idle but for the one that is measured."""
        self._count += 1
        with contextlib.ExitStack() as stack:
            yield [self._start(name, stack) for name in names]
        shutil.rmtree(self.folder / str(self._count), ignore_errors=True)

    def _start(self, name: str, stack: contextlib.ExitStack) -> Target:
        folder = self.folder / str(self._count) / name.replace(" ", "-").lower()
        if name == OURS:
            server = RunningServer(
                folder / "data",
                "--accept-any-ae",
                "--no-login",
                settings={
                    "READINGROOM__LOG__LEVEL": "warning",
                    "READINGROOM__DICOM__MAX_PER_ADDRESS": "64",
                    "READINGROOM__PREPARE__VIEW_BYTES": "20000000000",  # the default, which tests switch off
                },
            )
            stack.callback(server.stop)
            server.start()
            return Target(name, server.dicom_port, server.ae_title, server.dicomweb, server)
        variables = {"TCP_NODELAY": "1"} if name == NODELAY else {}
        running = running_orthanc(folder, known=[CALLING, "STORESCU"], variables=variables)
        orthanc = stack.enter_context(running)
        return Target(name, orthanc.dicom_port, orthanc.ae_title, orthanc.dicomweb, orthanc)

    def interleaved(
        self,
        targets: list[Target],
        measure: Callable[[Target], float],
        *,
        rounds: int | None = None,
        warm: bool = True,
    ) -> dict[str, list[float]]:
        """Measure each target in turn, round after round; seconds by name. One round first does not count."""
        times: dict[str, list[float]] = {target.name: [] for target in targets}
        for number in range((rounds or self.rounds) + warm):
            order = targets if number % 2 else targets[::-1]
            for target in order:
                with self._watched(target):
                    seconds = measure(target)
                if number or not warm:
                    times[target.name].append(seconds)
        return times

    @contextlib.contextmanager
    def _watched(self, target: Target) -> Iterator[None]:
        """py-spy over our receivers while ours is measured."""
        if self._py_spy is None or not isinstance(target.server, RunningServer):
            yield
            return
        out = Path(f"/tmp/rr-profile-{time.time():.0f}.txt")
        process = subprocess.Popen(
            [self._py_spy, "record", "-s", "-p", str(target.server.pid), "-d", "8", "-f", "raw",
             "-o", str(out)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        yield
        process.wait()
        print(f"profile: {out}")


def report(
    what: str,
    times: Mapping[str, list[float]],
    *,
    items: int = 1,
    unit: str = "/s",
    goal: float | None = None,
) -> None:
    """One line a target: median, spread, and how many times ours is faster."""
    ours = statistics.median(times[OURS])
    for name, values in times.items():
        median = statistics.median(values)
        spread = f"{min(values):.4g} to {max(values):.4g} s"
        rate = f"{items / median:8.1f}{unit}" if items > 1 else f"{median * 1000:8.2f} ms"
        ratio = (
            "" if name == OURS else f"   ours is {median / ours:.2f}x" + (f" (goal {goal}x)" if goal else "")
        )
        print(f"{what:34} {name:22} {rate}   ({len(values)} rounds, {spread}){ratio}", flush=True)


@contextlib.contextmanager
def peak_memory(target: Target, kind: str = "VmRSS") -> Iterator[dict[str, float]]:
    """MiB resident while it is open: the sum of all processes and the largest one, at their peaks.

    kind: which memory counts, as in `resident_kib`.
    """
    found = {"sum": 0.0, "largest": 0.0, "receivers": 0.0}
    over = threading.Event()
    receivers = set(target.server.receivers()) if isinstance(target.server, RunningServer) else set()

    def watch() -> None:
        while not over.wait(0.02):
            each = {pid: resident_kib(pid, kind) / 1024 for pid in target.pids()}
            found["sum"] = max(found["sum"], sum(each.values()))
            found["largest"] = max(found["largest"], *each.values())
            mine = [size for pid, size in each.items() if pid in receivers]
            found["receivers"] = max(found["receivers"], *mine, 0.0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


_connections: dict[str, http.client.HTTPConnection] = {}


def get_timed(url: str, **headers: str) -> float:
    """Seconds of one GET, body read to its end, on a connection that is kept, as a viewer keeps it.

    By http.client, whose own share is small. AssertionError unless it is answered with 200.
    """
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        return _get(url, parts.netloc, target, headers)
    except http.client.RemoteDisconnected:  # it had rested for longer than the server keeps connections
        _connections.pop(parts.netloc).close()
        return _get(url, parts.netloc, target, headers)


def _get(url: str, place: str, target: str, headers: dict[str, str]) -> float:
    connection = _connections.get(place)
    if connection is None:
        connection = _connections[place] = http.client.HTTPConnection(place, timeout=300.0)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    start = time.perf_counter()
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - start
    assert answer.status == 200, f"{url}: {answer.status} {body[:300]!r}"
    if answer.will_close:
        _connections.pop(place).close()
    return seconds
