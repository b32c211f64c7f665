"""One child of the supervisor: a receiver, the web server, or a preparer."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType

from .encoding import settings_from_json
from .logs import configure
from .settings import Settings

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
        _receive(settings, [socket.socket(fileno=number) for number in order["sockets"]])
    elif role == "web":
        from .web import serve_web

        serve_web(settings)
    elif role == "preparer":
        _prepare(settings)
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


def _receive(settings: Settings, listeners: list[socket.socket]) -> None:
    from readingroom.association import Acceptor, AcceptorSettings, Limits
    from readingroom.doors.dimse import DimseDoor, DimseSettings

    from .wiring import build

    stopping = _stop_event()
    house = build(settings, "receiver")
    dicom = settings.dicom
    door = DimseDoor(
        house.archive,
        house.query,
        house.policy,
        DimseSettings(dicom.ae_title, frozenset(dicom.private_sop_classes), dicom.max_pdu),
    )
    acceptor = Acceptor(
        listeners,
        AcceptorSettings(
            ae_titles=frozenset({dicom.ae_title}),
            max_pdu=dicom.max_pdu,
            artim_seconds=dicom.artim_seconds,
            max_associations=dicom.max_associations,
            max_associations_per_address=dicom.max_per_address,
            max_half_open=dicom.max_half_open,
            limits=Limits(idle_seconds=dicom.idle_seconds, max_dataset_in_memory=dicom.max_identifier_bytes),
        ),
        door.decide,
        door.services,
        hooks=door.hooks,
        otherwise=door.otherwise,
    )
    acceptor.start()
    log.info("receiving on %s as %s", dicom.address, dicom.ae_title)
    stopping.wait()
    acceptor.stop(_DRAIN_SECONDS)
    house.close()


def _prepare(settings: Settings) -> None:
    from readingroom.prepare import Preparer

    from .wiring import build

    stopping = _stop_event()
    house = build(settings, "preparer")
    Preparer(house.database, house.archive, settings.prepare.quiet_seconds).run(stopping)
    house.close()


if __name__ == "__main__":
    main()
