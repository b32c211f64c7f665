"""What real peers sent, recorded and damaged, played to a live acceptor: it answers or aborts, and lives."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pynetdicom import AE

from readingroom.association import VERIFICATION, AcceptorSettings, Limits
from tests.kit.associations import (
    CT,
    STUDY_FIND,
    Answering,
    Served,
    StoreService,
    associate_rq,
    command_set,
    pdata,
    serving,
    until,
)

ROUNDS = int(os.environ.get("READINGROOM_FUZZ_ROUNDS", "150"))
SETTINGS = AcceptorSettings(
    max_associations=4,
    artim_seconds=1.0,
    limits=Limits(idle_seconds=0.6, stall_seconds=0.6, max_dataset_in_memory=1 << 20, send_seconds=2.0),
)


def record(port: int, call: Callable[[int], None]) -> bytes:
    """Everything the caller sends through a relay to the acceptor."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def relay() -> None:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))

            def back() -> None:
                with contextlib.suppress(OSError):
                    while chunk := far.recv(65536):
                        near.sendall(chunk)
                    near.shutdown(socket.SHUT_WR)

            answers = threading.Thread(target=back)
            answers.start()
            with near, far:
                while chunk := near.recv(65536):
                    heard.extend(chunk)
                    far.sendall(chunk)
                far.shutdown(socket.SHUT_WR)
                answers.join()

        thread = threading.Thread(target=relay)
        thread.start()
        call(listener.getsockname()[1])
        thread.join()
    return bytes(heard)


def storescu(sample: Path) -> Callable[[int], None]:
    return lambda port: _run("storescu", "-aec", "ROOM", "127.0.0.1", str(port), str(sample))


def findscu(port: int) -> None:
    _run("findscu", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientID", "127.0.0.1", str(port))


def pynetdicom_echo(port: int) -> None:
    ae = AE()
    ae.add_requested_context(VERIFICATION)
    assoc = ae.associate("127.0.0.1", port)
    assoc.send_c_echo()
    assoc.release()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def answer_find(assoc: object, context: object, command: object, data: bytes) -> None:
    assoc.respond(context, command, 0xFF00, data)  # type: ignore[attr-defined]
    assoc.respond(context, command, 0)  # type: ignore[attr-defined]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The smallest CT object, made by DCMTK itself."""
    dump = tmp_path / "sample.dump"
    dump.write_text(
        f"(0008,0016) UI [{CT}]\n(0008,0018) UI [1.2.3.4.5]\n(0010,0020) LO [1]\n(0020,000d) UI [1.2.3]\n"
        "(0020,000e) UI [1.2.3.0]\n(0028,0002) US 1\n(0028,0004) CS [MONOCHROME2]\n(0028,0010) US 2\n"
        "(0028,0011) US 2\n(0028,0100) US 16\n(0028,0101) US 16\n(0028,0102) US 15\n(0028,0103) US 0\n"
        "(7fe0,0010) OW 0001\\0002\\0003\\0004\n"
    )
    out = tmp_path / "sample.dcm"
    _run("dump2dcm", str(dump), str(out))
    return out


def damage(raw: bytes, chance: random.Random) -> bytes:
    """One to three of: other bytes, a length turned huge, a piece left out, twice, cut off, or moved."""
    out = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(out))
        size = chance.randint(1, 40)
        kind = chance.randrange(7)
        if kind == 0:
            out[at] = chance.randrange(256)
        elif kind == 1:
            out[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
        elif kind == 2:
            del out[at : at + size]
        elif kind == 3:
            out[at:at] = out[at : at + size]
        elif kind == 4:
            del out[max(at, 1) :]
        elif kind == 5:
            out[at:at] = chance.randbytes(size)
        else:
            piece = out[at : at + size]
            del out[at : at + size]
            to = chance.randrange(len(out) + 1)
            out[to:to] = piece
        if not out:
            return b"\1"
    return bytes(out)


def pdus_of(raw: bytes) -> list[bytes]:
    """The recording cut at its PDUs, as its sender wrote them."""
    found = []
    while raw:
        length = 6 + struct.unpack_from(">BxI", raw)[1]
        found.append(raw[:length])
        raw = raw[length:]
    return found


def play(room: Served, raw: bytes, chance: random.Random) -> None:
    with socket.create_connection(("127.0.0.1", room.port), 5) as sock:
        sock.settimeout(0.05)
        with contextlib.suppress(OSError):
            while raw:
                size = chance.choice([1, 7, 100, 100_000])
                sock.sendall(raw[:size])
                raw = raw[size:]
            if chance.random() < 0.5:
                sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass


def resident() -> int:
    """Bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(
    shutil.which("storescu") is None and not os.environ.get("CI"), reason="DCMTK is not installed"
)
@pytest.mark.parametrize("peer", ["storescu", "findscu", "pynetdicom"])
def test_damaged_recordings(peer: str, sample: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = StoreService()
    services = {CT: store, STUDY_FIND: Answering({0x20}, answer_find)}
    call = {"storescu": storescu(sample), "findscu": findscu, "pynetdicom": pynetdicom_echo}[peer]
    seed = int(os.environ.get("READINGROOM_FUZZ_SEED", "20240229"))
    with serving(services, SETTINGS) as room:
        recording = record(room.port, call)
        parts = pdus_of(recording)
        assert parts[0][0] == 1
        assert parts[-1][0] == 5
        for number in range(ROUNDS):
            chance = random.Random(f"{seed} {peer} {number}")
            if number % 2:  # damage after a sound A-ASSOCIATE-RQ reaches deeper
                raw = parts[0] + damage(b"".join(parts[1:]), chance)
            else:
                raw = damage(recording, chance)
            play(room, raw, chance)
            if number % 10 == 9:
                room.echo()
        room.echo()
        until(lambda: room.acceptor.active == 0)
        abandoned = sum(sink.abandoned for sink in store.sinks)
        assert len(store.stored) + abandoned == len(store.sinks), "each data set was performed or abandoned"
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR], "no fault of our own"


def test_hostile_claims_cost_no_memory() -> None:
    """Forty peers at once: 4 GiB PDUs, endless commands, endless data for a request nobody serves."""

    def flood(room: Served, first: bytes, chunk: bytes, count: int) -> None:
        with socket.create_connection(("127.0.0.1", room.port), 5) as sock, contextlib.suppress(OSError):
            sock.sendall(first)
            for _ in range(count):
                sock.sendall(chunk)

    request = associate_rq(CT)
    unserved = command_set((2, CT), (0x0100, 0x7777), (0x0110, 1), (0x0800, 1))
    attacks = [
        (struct.pack(">BxI", 1, 0xFFFFFFF0), bytes(65536), 200),
        (request + struct.pack(">BxI", 4, 0xFFFFFFF0), bytes(65536), 200),
        (request, pdata((1, 1, bytes(60000))), 200),
        (request + pdata((1, 3, unserved)), pdata((1, 0, bytes(60000))), 200),
        (request, pdata((1, 1, b"")) * 5000, 200),
    ]
    settings = AcceptorSettings(max_associations=10, limits=Limits(idle_seconds=2, stall_seconds=2))
    with serving({CT: StoreService()}, settings) as room:
        room.echo()
        before = resident()
        threads = [threading.Thread(target=flood, args=(room, *attacks[at % 5])) for at in range(40)]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        room.echo()
        assert time.monotonic() - started < 10
        highest = resident()
        while any(thread.is_alive() for thread in threads):
            highest = max(highest, resident())
            time.sleep(0.01)
        for thread in threads:
            thread.join()
        assert highest - before < 60 << 20
        room.echo()
