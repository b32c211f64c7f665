"""One small process that starts the others, keeps them alive, and ends them cleanly.

Receivers, web workers and preparers are processes of their own: a slow rendering never stalls a C-STORE,
and a crash of one hurts no other. What a crashed process had acknowledged but not indexed is adopted by
its successor when it claims the same slot of the blob store.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

from readingroom.errors import Unavailable

from .encoding import settings_to_json
from .process import Order, start
from .settings import Settings, dicom_listeners, split_address
from .wiring import certificates_of, token_rules

log = logging.getLogger("readingroom.supervisor")

_STOP_SECONDS = 30.0
_FASTEST_RESTART = 0.3
_SLOWEST_RESTART = 15.0
_HEALTHY_AFTER = 30.0


@dataclass(slots=True)
class _Child:
    """A place for one process; `process` is None while it waits to be started again."""

    role: str
    number: int
    fds: tuple[int, ...] = ()
    process: BaseProcess | None = None
    started: float = 0.0
    delay: float = _FASTEST_RESTART
    again_at: float = field(default=0.0)


def listen(address: str) -> socket.socket:
    """A listening TCP socket that children inherit. Raises Unavailable when the address is taken."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6 and host != "::":  # "::" also takes IPv4 where the system allows it
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise Unavailable(f"{address} cannot be listened on: {error.strerror}.") from error
    sock.listen(512)
    return sock


class Supervisor:
    """Starts and watches the processes of one installation."""

    def __init__(self, settings: Settings) -> None:
        listeners = dicom_listeners(settings.dicom)
        if any(listener.tls for listener in listeners):
            certificates_of(settings).server()  # said now rather than at the first call
        if (tokens := token_rules(settings)) is not None:
            tokens.read_keys()
        self._settings = settings
        self._dicom = [listen(listener.address) for listener in listeners]
        # Without names: their locks and what they hold end with the processes that have them.
        self._places = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  open as long as we are
        self._stopping = False
        # Children hold the reading end: it closes when this process ends in whatever way, and so do they.
        self._alive_read, self._alive_write = os.pipe()
        dicom = tuple(sock.fileno() for sock in self._dicom)
        self._children = [_Child("receiver", n, dicom) for n in range(settings.dicom.receivers)]
        self._children.append(_Child("web", 0))
        self._children += [_Child("preparer", n) for n in range(settings.prepare.workers)]
        self._children.append(_Child("jobs", 0))

    @property
    def dicom_port(self) -> int:
        """The port of the first listener in force, also when port 0 was asked for."""
        return int(self._dicom[0].getsockname()[1])

    def run(self) -> None:
        """Run until SIGTERM or SIGINT, then end every child and return."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        for child in self._children:
            self._start(child)
        while not self._stopping:
            self._watch()
            time.sleep(0.1)
        self._end()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, child: _Child) -> None:
        places = tuple(file.fileno() for file in self._places)
        settings = settings_to_json(self._settings)
        child.process = start(Order(child.role, child.number, settings, child.fds, places, self._alive_read))
        child.started = time.monotonic()

    def _watch(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.again_at:
                    self._start(child)
            elif (code := child.process.exitcode) is not None:
                child.process = None
                lived = now - child.started
                child.delay = (
                    _FASTEST_RESTART if lived > _HEALTHY_AFTER else min(child.delay * 2, _SLOWEST_RESTART)
                )
                child.again_at = now + child.delay
                log.error(
                    "%s %d ended with %s; it starts again in %.1f s",
                    child.role, child.number, code, child.delay,
                )  # fmt: skip

    def _end(self) -> None:
        for sock in self._dicom:
            sock.close()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            process.join(max(0.1, deadline - time.monotonic()))
            if process.exitcode is None:
                log.warning("process %d did not end in time and is killed", process.pid)
                process.kill()
                process.join()
