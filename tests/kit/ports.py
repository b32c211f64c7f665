"""Free TCP ports of the loopback, and waiting for something to listen."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HOST = "127.0.0.1"

# Below the ephemeral ports of Linux (32768 up) and macOS (49152 up): a port of those that is free now may be
# the source of some outgoing connection by the time the program under test binds it.
_OURS = range(20000, 32000)
_dice = random.SystemRandom()  # a property test seeds the other one, so two processes would ask for the same
_held: list[int] = []


def free_port() -> int:
    """A port that nothing listens on, kept from all other test processes here while this one lives."""
    while True:
        port = _dice.choice(_OURS)
        if _is_kept(port) and _is_free(port):
            return port


def _is_kept(port: int) -> bool:
    """Whether the port could be taken for this process: the lock on its file ends with the process."""
    folder = Path(tempfile.gettempdir()) / f"readingroom-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    file = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    _held.append(file)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind(("", port))
        except OSError:
            return False
    return True


def wait_until(fact: Callable[[], object], seconds: float, what: str) -> None:
    """Ask every 50 ms until it is so; AssertionError when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


def wait_until_listens(process: subprocess.Popen[bytes], port: int, what: str) -> None:
    """Wait until a program that was just started listens; AssertionError when it ends or takes too long."""
    wait_until(lambda: process.poll() is not None or listens(port), 60.0, f"{what} listens on port {port}")
    assert process.poll() is None, (
        f"{what} ended with {process.returncode} instead of listening on port {port}"
    )


def listens(port: int) -> bool:
    """Whether a connection to that port of the loopback succeeds."""
    try:
        socket.create_connection((HOST, port), 1.0).close()
    except OSError:
        return False
    return True
