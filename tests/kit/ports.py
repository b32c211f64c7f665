"""Free TCP ports of the loopback, and waiting for something to listen."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

HOST = "127.0.0.1"
_given: set[int] = set()


def free_port() -> int:
    """A port that nothing listens on and that was not given before in this run."""
    while True:
        with socket.socket() as sock:
            sock.bind((HOST, 0))
            port = int(sock.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def wait_until(fact: Callable[[], object], seconds: float, what: str) -> None:
    """Ask every 50 ms until it is so; AssertionError when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether a connection to that port of the loopback succeeds."""
    try:
        socket.create_connection((HOST, port), 1.0).close()
    except OSError:
        return False
    return True
