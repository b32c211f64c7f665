"""One child of the supervisor: a receiver, the web server, a preparer, or the one that does jobs.

Children are forked from a process of their own that has read all modules (multiprocessing's fork server,
nursery.py), never from the supervisor.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from types import FrameType
from typing import TYPE_CHECKING, Any

from setproctitle import setproctitle

from .encoding import settings_from_json
from .logs import configure
from .settings import DicomSettings, ListenerSettings, Settings

if TYPE_CHECKING:
    from readingroom.access import Certificates
    from readingroom.association import AcceptorSettings

log = logging.getLogger("readingroom.process")

_DRAIN_SECONDS = 20.0


_PARENT_SECONDS = 1.0
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to do.

    settings: as `settings_to_json` writes them. sockets: numbers of the listening sockets of a receiver.
    places: of the files that all receivers share. alive: of a pipe that closes when the supervisor ends.
    """

    role: str
    number: int
    settings: str
    sockets: tuple[int, ...]
    places: tuple[int, ...]
    alive: int


def make_ready() -> None:
    """Let the fork server read its modules while others do something else."""
    _CONTEXT.set_forkserver_preload(["readingroom.app.nursery"])
    forkserver.ensure_running()


def start(order: Order) -> BaseProcess:
    """A running child."""
    make_ready()
    child = _CONTEXT.Process(target=_Begun(order), name=f"{order.role}-{order.number}")
    child.start()
    return child


class _Begun:
    """An order on its way: file descriptors have other numbers in the child."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def __reduce__(self) -> tuple[Any, ...]:
        order = self._order
        fds = [[DupFd(fd) for fd in some] for some in (order.sockets, order.places, (order.alive,))]
        return _arrive, (order.role, order.number, order.settings, *fds)

    def __call__(self) -> None:
        _run(self._order)


def _arrive(role: str, number: int, settings: str, *fds: list[Any]) -> _Begun:
    sockets, places, (alive,) = (tuple(fd.detach() for fd in some) for some in fds)
    return _Begun(Order(role, number, settings, sockets, places, alive))


def _run(order: Order) -> None:
    """Do it until SIGTERM comes or the supervisor is gone."""
    os.setsid()  # Ctrl C reaches only the supervisor, which ends its children in order
    role = order.role
    setproctitle(f"readingroom {role} {order.number}")
    settings = settings_from_json(order.settings)
    configure(settings.log.level, f"{role}-{order.number}")
    threading.Thread(target=_follow_supervisor, args=(order.alive, os.getppid()), daemon=True).start()
    if role == "receiver":
        _receive(settings, [socket.socket(fileno=number) for number in order.sockets], order.places)
    elif role == "web":
        from .web import serve_web

        serve_web(settings)
    elif role == "preparer":
        _prepare(settings)
    elif role == "jobs":
        _do_jobs(settings)
    else:
        sys.exit(f"{role!r} is not a kind of process")


def _follow_supervisor(alive: int, parent: int) -> None:
    """End when the supervisor has ended, in whatever way: its end of the pipe is closed then.

    Also with the process we were forked from: the supervisor hears of our end through it, and then takes
    us for dead.
    """
    while os.getppid() == parent and not select.select([alive], [], [], _PARENT_SECONDS)[0]:
        pass
    log.warning("the supervisor is gone; ending")
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_event() -> threading.Event:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    return stopping


def _receive(settings: Settings, sockets: list[socket.socket], places: Sequence[int]) -> None:
    """Serve the listeners of the settings on `sockets`, in the same order.

    places: files that all receivers share, for associations and for requests that wait.
    """
    from readingroom.association import ENDLESS, Acceptor, Places
    from readingroom.doors.dimse import DimseDoor, DimseSettings, Wishes

    from .settings import dicom_listeners
    from .wiring import build, certificates_of, identification_of, lines_of, settle

    stopping = _stop_event()
    house = build(settings, "receiver")
    dicom = settings.dicom
    door = DimseDoor(
        house.archive,
        house.query,
        house.policy,
        DimseSettings(
            dicom.ae_title,
            frozenset(dicom.private_sop_classes),
            dicom.max_pdu,
            dicom.associate_seconds,
            house.certificates.client,
            dicom.commitment_retry_seconds,
            house.blobs.slot,
            fetch_announced=dicom.fetch_announced,
            lines=lines_of(settings),
            move_waiting_seconds=dicom.move_waiting_seconds,
        ),
        identification_of(settings, house.gate),
        house.journal.tell,
    )
    seats = Places(dicom.max_associations or ENDLESS, dicom.max_per_address or ENDLESS, places[0])
    benches = Places(dicom.max_waiting, file=places[1])
    door.reporter.start()
    acceptors = []
    for listener, sock in zip(dicom_listeners(dicom), sockets, strict=True):
        acceptor = Acceptor(
            [sock],
            _acceptor_settings(dicom, listener, certificates_of(settings, listener.tls_clients)),
            door.policy_of(Wishes(listener.transfer_syntaxes, listener.prefer_implicit_le)),
            door.services,
            hooks=door.hooks,
            otherwise=door.otherwise,
            seats=seats,
            benches=benches,
        )
        acceptor.start()
        acceptors.append(acceptor)
        with_tls = " with TLS" if listener.tls else ""
        log.info("receiving on %s as %s%s", listener.address, ", ".join(listener.ae_titles), with_tls)
    settle()
    stopping.wait()
    with ThreadPoolExecutor(len(acceptors)) as ending:  # they drain at the same time
        list(ending.map(lambda acceptor: acceptor.stop(_DRAIN_SECONDS), acceptors))
    door.reporter.stop()
    house.close()


def _acceptor_settings(
    dicom: DicomSettings, listener: ListenerSettings, certificates: Certificates
) -> AcceptorSettings:
    from readingroom.association import AcceptorSettings, Limits

    return AcceptorSettings(
        ae_titles=frozenset() if "*" in listener.ae_titles else frozenset(listener.ae_titles),
        max_pdu=dicom.max_pdu,
        artim_seconds=dicom.artim_seconds,
        max_half_open=dicom.max_half_open,
        waiting_seconds=dicom.waiting_seconds,
        limits=Limits(
            idle_seconds=dicom.idle_seconds,
            stall_seconds=dicom.stall_seconds,
            send_seconds=dicom.send_seconds,
            max_dataset_in_memory=dicom.max_identifier_bytes,
        ),
        response_seconds=dicom.response_seconds,
        tls=certificates.server if listener.tls else None,
    )


def _prepare(settings: Settings) -> None:
    from readingroom.prepare import Preparer

    from .wiring import build

    stopping = _stop_event()
    house = build(settings, "preparer")
    Preparer(house.database, house.archive, house.tier, settings.prepare.quiet_seconds).run(stopping)
    house.close()


def _do_jobs(settings: Settings) -> None:
    from .job_process import do_jobs
    from .wiring import build

    stopping = _stop_event()
    house = build(settings, "jobs")
    do_jobs(house, stopping)
    house.close()
    logging.shutdown()
    os._exit(0)  # a job under way waits in a thread that never ends, so that DBOS takes it up again
