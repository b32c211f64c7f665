"""What is measured; the goals are those of the project's first milestone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.kit.compare import Part10
from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST, wait_until
from tests.kit.server import RunningServer, resident_kib

from . import load, objects
from .run import NODELAY, OURS, STOCK, Session, Target, get_timed, peak_memory, report

CT = "1.2.840.10008.5.1.4.1.1.2"


def store_ct(session: Session) -> None:
    """C-STORE of 500 CT of 0.5 MB at one and at four associations."""
    with session.targets(OURS, NODELAY) as targets:
        for ways, goal in ((1, 2.0), (4, 1.8)):
            times = session.interleaved(targets, lambda t, w=ways: _store(t, objects.ct_study(500), w))
            report(f"C-STORE 500 CT, {ways} association(s)", times, items=500, goal=goal)


def store_tiny(session: Session) -> None:
    """C-STORE of 2000 tiny objects at one and at four associations."""
    with session.targets(OURS, NODELAY) as targets:
        for ways, goal in ((1, 2.0), (4, 2.5)):
            times = session.interleaved(targets, lambda t, w=ways: _store(t, objects.tiny_objects(2000), w))
            report(f"C-STORE 2000 tiny, {ways} association(s)", times, items=2000, goal=goal)


def store_large(session: Session) -> None:
    """C-STORE of objects of 31 MB, and our memory meanwhile."""
    with session.targets(OURS, NODELAY) as targets:
        times = session.interleaved(targets, lambda t: _store(t, objects.large_objects(10), 1))
        report("C-STORE 10 of 31 MB", times, items=10, goal=2.5)
        for target in targets:
            with peak_memory(target) as memory:
                _store(target, objects.large_objects(10), 1)
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
    uid = _study_uid(study[0])
    sink = load.Sink(CT)
    try:
        with session.targets(OURS, NODELAY) as targets:
            for target in targets:
                _store(target, study, 1)
                target.add_destination("SINK", sink.port)
                _settled(target, uid, len(study))
            times = session.interleaved(targets, lambda t: load.get(t.dicom_port, t.ae_title, uid, CT, 500))
            report("C-GET 500 CT", times, items=500, goal=1.7)
            times = session.interleaved(
                targets, lambda t: load.move(t.dicom_port, t.ae_title, uid, "SINK", 500)
            )
            report("C-MOVE 500 CT", times, items=500, goal=1.7)
    finally:
        sink.close()


def metadata(session: Session) -> None:
    """WADO-RS metadata of a study of 500 images and of one of its series."""
    study = objects.ct_study(500, series=2)
    uid = _study_uid(study[0])
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            _store(target, study, 1)
            _settled(target, uid, len(study))
        time.sleep(5.0)  # series at rest are prepared after 1.5 s
        json = "application/dicom+json"
        for what, below in (("study", ""), ("series", f"/series/{_series_uid(uid)}")):
            times = session.interleaved(
                targets, lambda t, b=below: get_timed(f"{t.dicomweb}/studies/{uid}{b}/metadata", accept=json)
            )
            report(f"metadata of a {what} of 500 images" if not below else "metadata of one series of 250",
                   times, goal=30.0)  # fmt: skip


def qido(session: Session) -> None:
    """QIDO-RS on 10,000 studies, limit 50."""
    with session.targets(OURS, NODELAY) as targets:
        many = objects.studies(session.studies)
        for target in targets:
            start = time.perf_counter()
            _store(target, many, 4)
            print(
                f"{session.studies} studies into {target.name}: {time.perf_counter() - start:.0f} s",
                flush=True,
            )
        questions = {
            "QIDO name prefix": "PatientName=MILLER3*",
            "QIDO without keys": "",
            "QIDO Patient ID": "PatientID=B004711",
            "QIDO date range": "StudyDate=20120101-20121231",
        }
        fields = "includefield=StudyDescription&limit=50"
        for what, keys in questions.items():
            query = "&".join(filter(None, (keys, fields)))
            times = session.interleaved(targets, lambda t, q=query: _repeated(f"{t.dicomweb}/studies?{q}", 5))
            report(f"{what}, limit 50", times, goal=20.0)


def mixed(session: Session) -> None:
    """QIDO-RS for 50 of 2000 studies, again and again, while 500 CT arrive on two associations."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            _store(target, objects.studies(2000), 4)
        slowest: dict[str, list[float]] = {target.name: [] for target in targets}

        def ask_while_storing(target: Target) -> float:
            study = objects.ct_study(500)
            times: list[float] = []
            with ThreadPoolExecutor(1) as thread:
                storing = thread.submit(_store, target, study, 2)
                while not storing.done():
                    times.append(
                        get_timed(f"{target.dicomweb}/studies?limit=50", accept="application/dicom+json")
                    )
                storing.result()
            slowest[target.name].append(max(times))
            return statistics.median(times)

        report(
            "QIDO while 500 CT arrive: median", session.interleaved(targets, ask_while_storing, warm=False)
        )
        report("QIDO while 500 CT arrive: slowest", slowest)


def rendered(session: Session) -> None:
    """WADO-RS /rendered of one CT as JPEG; each time another instance, so that nothing is remembered."""
    study = objects.ct_study(120)
    uid = _study_uid(study[0])
    used: dict[str, int] = {}
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            _store(target, study, 1)
            _settled(target, uid, len(study))
        time.sleep(4.0)

        def one(target: Target) -> float:
            total = 0.0
            for _ in range(10):
                at = used[target.name] = used.get(target.name, -1) + 1
                sop = study[at % len(study)].sop_instance_uid
                url = f"{target.dicomweb}/studies/{uid}/series/{_series_uid(uid)}/instances/{sop}/rendered"
                total += get_timed(url, accept="image/jpeg")
            return total / 10

        report("/rendered, JPEG", session.interleaved(targets, one), goal=2.0)


def find(session: Session) -> None:
    """C-FIND with about 400 hits among 10,000 studies."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            _store(target, objects.studies(session.studies), 4)
        keys = {"StudyDate": "20100101-20100531", "PatientName": "", "StudyInstanceUID": ""}
        times = session.interleaved(targets, lambda t: load.find(t.dicom_port, t.ae_title, **keys))
        report("C-FIND, 400 of 10,000 studies", times, goal=4.0)


def parallel(session: Session) -> None:
    """Fifty associations at once: forty send ten CT each, ten ask."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            _store(target, objects.studies(2000), 4)

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
            _store(target, objects.tiny_objects(10_000), 4)
            allocated, mapped = (
                sum(resident_kib(pid, kind) for pid in server.receivers()) / 1024
                for kind in ("RssAnon", "RssFile")
            )
            own.append(allocated)
            print(f"{number * 10_000} objects: allocated {allocated:.0f} MiB, mapped {mapped:.0f} MiB")
        print(f"growth over the last 90,000: {own[-1] - own[0]:.1f} MiB allocated", flush=True)


MEASURES: dict[str, Callable[[Session], None]] = {
    "store-ct": store_ct,
    "store-tiny": store_tiny,
    "store-large": store_large,
    "storescu": storescu,
    "retrieve": retrieve,
    "metadata": metadata,
    "qido": qido,
    "mixed": mixed,
    "find": find,
    "parallel": parallel,
    "memory": memory,
    "rendered": rendered,
}


def _store(target: Target, parts: list[Part10], ways: int) -> float:
    return load.store(target.dicom_port, target.ae_title, objects.split(parts, ways))


def _storescu(session: Session, target: Target, count: int) -> float:
    folder = session.folder / "storescu"
    folder.mkdir(exist_ok=True)
    for part in objects.ct_study(count):
        _write(folder / f"{part.sop_instance_uid}.dcm", part)
    words = ["-aec", target.ae_title, HOST, str(target.dicom_port), "+sd", str(folder)]
    start = time.perf_counter()
    dcmtk("storescu", *words)
    seconds = time.perf_counter() - start
    for path in folder.iterdir():
        path.unlink()
    return seconds


def _write(path: Path, part: Part10) -> None:
    from readingroom.dataset import write_file_meta
    from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

    meta = write_file_meta(
        part.sop_class_uid, part.sop_instance_uid, part.transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )  # fmt: skip
    path.write_bytes(meta + part.dataset)


def _study_uid(part: Part10) -> str:
    return part.sop_instance_uid.rsplit(".", 2)[0] + ".0"


def _series_uid(study: str) -> str:
    return study.removesuffix(".0") + ".2.1"


def _settled(target: Target, study: str, count: int) -> None:
    """Until the server says that it has all of the study."""

    def there() -> bool:
        answer = httpx.get(f"{target.dicomweb}/studies/{study}/instances?limit=10000", timeout=120.0)
        return answer.status_code == 200 and len(answer.json()) == count

    wait_until(there, 60.0, "the study is complete")


def _repeated(url: str, times: int) -> float:
    """Median seconds of one GET."""
    return statistics.median(get_timed(url, accept="application/dicom+json") for _ in range(times))
