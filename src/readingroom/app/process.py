"""One child of the supervisor: a receiver, the web server, a preparer, or the one that does jobs."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import TYPE_CHECKING

from .encoding import settings_from_json
from .logs import configure
from .settings import DicomSettings, ListenerSettings, Settings

if TYPE_CHECKING:
    from readingroom.access import Certificates
    from readingroom.association import AcceptorSettings

log = logging.getLogger("readingroom.process")

_DRAIN_SECONDS = 20.0


def main() -> None:
    """Do what READINGROOM_PROCESS says until SIGTERM comes or the supervisor is gone."""
    order = json.loads(os.environ["READINGROOM_PROCESS"])
    settings = settings_from_json(order["settings"])
    role = order["role"]
    configure(settings.log.level, f"{role}-{order['number']}")
    threading.Thread(target=_follow_supervisor, args=(order["alive"],), daemon=True).start()
    if role == "receiver":
        _receive(settings, [socket.socket(fileno=number) for number in order["sockets"]], order["places"])
    elif role == "web":
        from .web import serve_web

        serve_web(settings)
    elif role == "preparer":
        _prepare(settings)
    elif role == "jobs":
        _do_jobs(settings)
    else:
        sys.exit(f"{role!r} is not a kind of process")


def _follow_supervisor(alive: int) -> None:
    """End when the supervisor has ended, in whatever way: its end of the pipe is closed then."""
    os.read(alive, 1)
    log.warning("the supervisor is gone; ending")
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_event() -> threading.Event:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    return stopping


def _receive(settings: Settings, sockets: list[socket.socket], places: list[int]) -> None:
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


if __name__ == "__main__":
    main()
