"""What is measured by HTTP: DICOMweb and WADO-URI."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import httpx

from tests.kit.compare import Part10
from tests.kit.ports import wait_until
from tests.kit.server import cpu_seconds

from . import load, objects
from .filling import part10_bytes, rested, series_uid, settled, store, study_uid
from .run import NODELAY, OURS, Session, Target, get_timed, peak_memory, report

DICOM_JSON = "application/dicom+json"
OBJECTS = 'multipart/related; type="application/dicom"'


def metadata(session: Session) -> None:
    """WADO-RS metadata of a study of 500 images and of one of its series."""
    study = objects.ct_study(500, series=2)
    uid = study_uid(study[0])
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, study, 1)
            settled(target, uid, len(study))
        rested(targets)
        json = "application/dicom+json"
        for what, below in (("study", ""), ("series", f"/series/{series_uid(uid)}")):
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
            store(target, many, 4)
            print(
                f"{session.studies} studies into {target.name}: {time.perf_counter() - start:.0f} s",
                flush=True,
            )
        rested(targets)
        questions = {
            "QIDO name prefix": ("PatientName=MILLER3*", 50, 20.0),
            "QIDO without keys": ("", 50, 20.0),
            "QIDO Patient ID": ("PatientID=B004711", 50, 8.0),
            "QIDO date range": ("StudyDate=20120101-20121231", 50, 20.0),
            "QIDO date range ": ("StudyDate=20120101-20121231", 200, 20.0),
        }
        for what, (keys, limit, goal) in questions.items():
            query = "&".join(filter(None, (keys, f"includefield=StudyDescription&limit={limit}")))
            times = session.interleaved(targets, lambda t, q=query: _repeated(f"{t.dicomweb}/studies?{q}", 5))
            report(f"{what}, limit {limit}", times, goal=goal)


def mixed(session: Session) -> None:
    """QIDO-RS for 50 of 2000 studies, again and again, while 500 CT arrive on two associations."""
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, objects.studies(2000), 4)
        slowest: dict[str, list[float]] = {target.name: [] for target in targets}

        def ask_while_storing(target: Target) -> float:
            study = objects.ct_study(500)
            times: list[float] = []
            with ThreadPoolExecutor(1) as thread:
                storing = thread.submit(store, target, study, 2)
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
    uid = study_uid(study[0])
    used: dict[str, int] = {}
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, study, 1)
            settled(target, uid, len(study))
        rested(targets)

        def one(target: Target) -> float:
            total = 0.0
            for _ in range(10):
                at = used[target.name] = used.get(target.name, -1) + 1
                sop = study[at % len(study)].sop_instance_uid
                url = f"{target.dicomweb}/studies/{uid}/series/{series_uid(uid)}/instances/{sop}/rendered"
                total += get_timed(url, accept="image/jpeg")
            return total / 10

        report("/rendered, JPEG", session.interleaved(targets, one), goal=2.0)


def series(session: Session) -> None:
    """WADO-RS of a series of 500 CT as stored: time, and CPU time of the server."""
    study = objects.ct_study(500)
    uid = study_uid(study[0])
    accept = f"{OBJECTS}; transfer-syntax=*"
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, study, 1)
            settled(target, uid, len(study))
        rested(targets)
        spent: dict[str, list[float]] = {target.name: [] for target in targets}

        def fetch(target: Target) -> float:
            before = sum(map(cpu_seconds, target.pids()))
            seconds = get_timed(f"{target.dicomweb}/studies/{uid}/series/{series_uid(uid)}", accept=accept)
            spent[target.name].append(sum(map(cpu_seconds, target.pids())) - before)
            return seconds

        report("WADO-RS series of 500 CT", session.interleaved(targets, fetch), items=500, goal=1.1)
        report("WADO-RS series, CPU time", {name: each[1:] for name, each in spent.items()}, goal=1.5)


def instance(session: Session) -> None:
    """WADO-RS of one small instance among 10,000 studies, each time another."""
    with session.targets(OURS, NODELAY) as targets:
        many = objects.studies(session.studies)
        for target in targets:
            store(target, many, 4)
        rested(targets)
        used: dict[str, int] = {}

        def one(target: Target) -> float:
            times = []
            for _ in range(20):
                at = used[target.name] = (used.get(target.name, 0) + 997) % len(many)
                uid = many[at].sop_instance_uid.removesuffix(".1")
                place = f"studies/{uid}.2/series/{uid}.3/instances/{uid}.1"
                times.append(get_timed(f"{target.dicomweb}/{place}", accept=OBJECTS))
            return statistics.median(times)

        report("WADO-RS instance, 10,000 studies", session.interleaved(targets, one), goal=5.0)


def rendered_again(session: Session) -> None:
    """The same /rendered again and again, and WADO-URI as JPEG: each time another instance, then the same."""
    study = objects.ct_study(120)
    uid = study_uid(study[0])
    with session.targets(OURS, NODELAY) as targets:
        for target in targets:
            store(target, study, 1)
            settled(target, uid, len(study))
        rested(targets)

        def by_rs(target: Target) -> float:
            sop = study[7].sop_instance_uid
            url = f"{target.dicomweb}/studies/{uid}/series/{series_uid(uid)}/instances/{sop}/rendered"
            return statistics.median(get_timed(url, accept="image/jpeg") for _ in range(10))

        report("/rendered, JPEG, the same again", session.interleaved(targets, by_rs), goal=6.0)
        numbers: dict[str, int] = {}

        def by_uri(target: Target) -> float:
            times = []
            for _ in range(10):
                at = numbers[target.name] = numbers.get(target.name, -1) + 1
                times.append(get_timed(_wado_uri(target, uid, study[at % len(study)])))
            return statistics.median(times)

        report("WADO-URI, JPEG", session.interleaved(targets, by_uri), goal=4.0)
        times = session.interleaved(
            targets, lambda t: statistics.median(get_timed(_wado_uri(t, uid, study[7])) for _ in range(10))
        )
        report("WADO-URI, JPEG, the same again", times, goal=4.0)


def _wado_uri(target: Target, uid: str, part: Part10) -> str:
    names = {
        "requestType": "WADO",
        "studyUID": uid,
        "seriesUID": series_uid(uid),
        "objectUID": part.sop_instance_uid,
        "contentType": "image/jpeg",
    }
    place = urlsplit(target.dicomweb)
    return f"{place.scheme}://{place.netloc}/wado?{urlencode(names, safe='/')}"


def stow(session: Session) -> None:
    """STOW-RS of 500 CT of 0.5 MB, ten requests of fifty."""
    with session.targets(OURS, NODELAY) as targets:

        def send(target: Target) -> float:
            study = objects.ct_study(500)
            bodies = [_body(study[at : at + 50]) for at in range(0, len(study), 50)]
            start = time.perf_counter()
            for body in bodies:
                _post(f"{target.dicomweb}/studies", body)
            return time.perf_counter() - start

        report("STOW-RS 500 CT", session.interleaved(targets, send), items=500, goal=2.0)


_BOUNDARY = "reading-room-benchmark"


def _body(parts: list[Part10]) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    pieces = [piece for part in parts for piece in (head, part10_bytes(part), b"\r\n")]
    return b"".join([*pieces, f"--{_BOUNDARY}--".encode()])


def _post(url: str, body: bytes) -> None:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=300.0)
    kind = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
    connection.request("POST", place.path, body, {"content-type": kind, "accept": DICOM_JSON})
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    assert answer.status == 200, f"{answer.status} {told[:300]!r}"


def four_gigabytes(session: Session) -> None:
    """An object of 4 GiB, 8191 frames: stored by C-STORE, its frames and itself fetched; ours alone.

    What is told is the peak of the memory that our processes had allocated (RssAnon).
    """
    with session.targets(OURS) as (target,):
        path = session.folder / "four-gigabytes.dcm"
        part = objects.multi_frame_file(path, 8191)
        with peak_memory(target, "RssAnon") as memory:
            seconds = load.store_file(
                target.dicom_port, target.ae_title, part.sop_class, part.sop_instance, path
            )
        print(f"C-STORE of 4 GiB: {seconds:.1f} s, allocated {_growth(memory)}", flush=True)
        uid, one, sop = part.study, part.series, part.sop_instance
        place = f"{target.dicomweb}/studies/{uid}/series/{one}/instances/{sop}"
        wait_until(lambda: _is_there(f"{place}/metadata"), 120.0, "the object is there")
        for what, below, accept in (
            ("the last frame", "/frames/8191", "application/octet-stream"),
            ("the last frame as JPEG", "/frames/8191/rendered", "image/jpeg"),
            ("the object", "", f"{OBJECTS}; transfer-syntax=*"),
            ("frames 1 to 400 as JPEG 2000", f"/frames/{','.join(map(str, range(1, 401)))}",
             'multipart/related; type="image/jp2"'),
        ):  # fmt: skip
            with peak_memory(target, "RssAnon") as memory:
                seconds = _drained(f"{place}{below}", accept)
            print(f"{what}: {seconds * 1000:.0f} ms, allocated {_growth(memory)}", flush=True)


def _growth(memory: dict[str, float]) -> str:
    return f"at most {memory['sum']:.0f} MiB in all processes, {memory['largest']:.0f} in one"


def _is_there(url: str) -> bool:
    return httpx.get(url, timeout=120.0).status_code == 200


def _drained(url: str, accept: str) -> float:
    """Seconds of a GET whose body is thrown away as it comes."""
    start = time.perf_counter()
    with httpx.stream("GET", url, headers={"accept": accept}, timeout=600.0) as answer:
        size = sum(map(len, answer.iter_raw(1 << 20)))
    assert answer.status_code == 200, answer.status_code
    assert size > 1000, size
    return time.perf_counter() - start


def _repeated(url: str, times: int) -> float:
    """Median seconds of one GET."""
    return statistics.median(get_timed(url, accept="application/dicom+json") for _ in range(times))


BY_WEB: dict[str, Callable[[Session], None]] = {
    "metadata": metadata,
    "qido": qido,
    "mixed": mixed,
    "series": series,
    "instance": instance,
    "rendered": rendered,
    "rendered-again": rendered_again,
    "stow": stow,
    "4gb": four_gigabytes,
}
