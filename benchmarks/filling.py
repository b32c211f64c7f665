"""Objects into the servers under test before something is asked of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from readingroom.dataset import write_file_meta
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tests.kit.compare import Part10
from tests.kit.ports import wait_until
from tests.kit.server import cpu_seconds

from . import load, objects
from .run import Target


def store(target: Target, parts: list[Part10], ways: int) -> float:
    """C-STORE them on so many associations at once; seconds."""
    return load.store(target.dicom_port, target.ae_title, objects.split(parts, ways))


def study_uid(part: Part10) -> str:
    """The study of an object that `objects.ct_study` made."""
    return part.sop_instance_uid.rsplit(".", 2)[0] + ".0"


def series_uid(study: str) -> str:
    """The first series of such a study."""
    return study.removesuffix(".0") + ".2.1"


def settled(target: Target, study: str, count: int) -> None:
    """Until the server says that it has all of the study."""

    def there() -> bool:
        answer = httpx.get(f"{target.dicomweb}/studies/{study}/instances?limit=10000", timeout=120.0)
        return answer.status_code == 200 and len(answer.json()) == count

    wait_until(there, 60.0, "the study is complete")


def rested(targets: Sequence[Target], most_seconds: float = 240.0) -> None:
    """Until the servers do nothing by themselves: ours makes thumbnails and metadata of what came."""
    time.sleep(3.0)
    until = time.monotonic() + most_seconds
    pids = [pid for target in targets for pid in target.pids()]
    while time.monotonic() < until:
        before = sum(map(cpu_seconds, pids))
        time.sleep(2.0)
        if sum(map(cpu_seconds, pids)) - before < 0.2:
            return
    print(f"not at rest after {most_seconds:.0f} s", flush=True)


def part10_bytes(part: Part10) -> bytes:
    """The object as a file (PS3.10 7)."""
    meta = write_file_meta(
        part.sop_class_uid, part.sop_instance_uid, part.transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )  # fmt: skip
    return meta + part.dataset
