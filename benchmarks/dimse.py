"""What is measured by DICOM associations; the goals are those of the project's first milestones."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST
from tests.kit.server import RunningServer, resident_kib

from . import load, objects
from .filling import part10_bytes, rested, settled, store, study_uid
from .run import NODELAY, OURS, STOCK, Session, Target, peak_memory, report

CT = "1.2.840.10008.5.1.4.1.1.2"


def store_ct(session: Session) -> None:
    """C-STORE of 500 CT of 0.5 MB at one and at four associations."""
    with session.targets(OURS, NODELAY) as targets:
        for ways, goal in ((1, 2.0), (4, 1.8)):
            times = session.interleaved(targets, lambda t, w=ways: store(t, objects.ct_study(500), w))
            report(f"C-STORE 500 CT, {ways} association(s)", times, items=500, goal=goal)


def store_tiny(session: Session) -> None:
    """C-STORE of 2000 tiny objects at one and at four associations."""
    with session.targets(OURS, NODELAY) as targets:
        for ways, goal in ((1, 2.0), (4, 2.5)):
            times = session.interleaved(targets, lambda t, w=ways: store(t, objects.tiny_objects(2000), w))
            report(f"C-STORE 2000 tiny, {ways} association(s)", times, items=2000, goal=goal)


def store_large(session: Session) -> None:
    """C-STORE of objects of 31 MB, and our memory meanwhile."""
    with session.targets(OURS, NODELAY) as targets:
        times = session.interleaved(targets, lambda t: store(t, objects.large_objects(10), 1))
        report("C-STORE 10 of 31 MB", times, items=10, goal=2.5)
        for target in targets:
            with peak_memory(target) as memory:
                store(target, objects.large_objects(10), 1)
            receivers = f", largest receiver {memory['receivers']:.0f} MiB" if target.name == OURS else ""
            print(
                f"peak resident: {target.name}: all processes {memory['sum']:.0f} MiB{receivers}", flush=True
            )


def storescu(session: Session) -> None:
    """DCMTK's storescu as installed (Nagle on) with 100 CT, against Orthanc as installed."""
    with session.targets(OURS, STOCK) as targets:
        times = session.interleaved(targets, lambda t: _storescu(session, t, 100), rounds=3)
        report("storescu, 100 CT", times, items=100, goal=15.0)


def retrieve(session: Session) -> None:
    """C-GET and C-MOVE of 500 CT."""
    study = objects.ct_study(500)
    uid = study_uid(study[0])
    sink = load.Sink(CT)
    try:
        with session.targets(OURS, NODELAY) as targets:
            for target in targets:
                store(target, study, 1)
                target.add_destination("SINK", sink.port)
                settled(target, uid, len(study))
            times = session.interleaved(targets, lambda t: load.get(t.dicom_port, t.ae_title, uid, CT, 500))
            report("C-GET 500 CT", times, items=500, goal=1.7)
            times = session.interleaved(
                targets, lambda t: load.move(t.dicom_port, t.ae_title, uid, "SINK", 500)
            )
            report("C-MOVE 500 CT", times, items=500, goal=1.7)
    finally:
        sink.close()


def find(session: Session) -> None:
    """C-FIND with about 400 hits among 10,000 studies."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, objects.studies(session.studies), 4)
        rested(targets)
        keys = {"StudyDate": "20100101-20100531", "PatientName": "", "StudyInstanceUID": ""}
        times = session.interleaved(targets, lambda t: load.find(t.dicom_port, t.ae_title, **keys))
        report("C-FIND, 400 of 10,000 studies", times, goal=4.0)


def parallel(session: Session) -> None:
    """Fifty associations at once: forty send ten CT each, ten ask."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, objects.studies(2000), 4)

        def all_at_once(target: Target) -> float:
            shares = objects.split(objects.ct_study(400), 40)
            return load.together(target.dicom_port, target.ae_title, shares, 10)

        report("50 associations, mixed", session.interleaved(targets, all_at_once, rounds=3), items=400)


def memory(session: Session) -> None:
    """Our receivers' resident memory while 100,000 tiny objects arrive; ours alone.

    Pages of the index that they map are the kernel's to take back, so they are told apart.
    """
    with session.targets(OURS) as (target,):
        server = target.server
        assert isinstance(server, RunningServer)
        own = []
        for number in range(1, 11):
            store(target, objects.tiny_objects(10_000), 4)
            allocated, mapped = (
                sum(resident_kib(pid, kind) for pid in server.receivers()) / 1024
                for kind in ("RssAnon", "RssFile")
            )
            own.append(allocated)
            print(f"{number * 10_000} objects: allocated {allocated:.0f} MiB, mapped {mapped:.0f} MiB")
        print(f"growth over the last 90,000: {own[-1] - own[0]:.1f} MiB allocated", flush=True)


BY_DICOM: dict[str, Callable[[Session], None]] = {
    "store-ct": store_ct,
    "store-tiny": store_tiny,
    "store-large": store_large,
    "storescu": storescu,
    "retrieve": retrieve,
    "find": find,
    "parallel": parallel,
    "memory": memory,
}


def _storescu(session: Session, target: Target, count: int) -> float:
    folder = session.folder / "storescu"
    folder.mkdir(exist_ok=True)
    for part in objects.ct_study(count):
        (folder / f"{part.sop_instance_uid}.dcm").write_bytes(part10_bytes(part))
    words = ["-aec", target.ae_title, HOST, str(target.dicom_port), "+sd", str(folder)]
    start = time.perf_counter()
    dcmtk("storescu", *words)
    seconds = time.perf_counter() - start
    for path in folder.iterdir():
        path.unlink()
    return seconds
