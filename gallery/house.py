"""A server with studies, people, nodes and jobs in it, as a small department has them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pydicom
from playwright.sync_api import BrowserContext

from tests.kit.compare import read_part10
from tests.kit.network import Peer
from tests.kit.orthanc import running_orthanc
from tests.kit.ports import free_port
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

_SETS = (
    "ct-series/head-5mm",
    "ct-series/head-scout",
    "mr-series/adc",
    "mr-series/t1-sagittal",
    "made/ct-phantom",
    "made/petct",
    "made/mammo",
    "made/nm",
    "made/charsets",
    "made/veterinary",
    "made/dental",
    "made/visible",
    "made/waveforms",
    "made/sr",
    "made/enhanced",
    "made/rt",
    "made/seg",
    "made/gsps",
    "made/key-objects",
    "made/registration",
    "made/slide",
    "made/documents",
    "made/video",
    "made/spectroscopy",
    "made/eye",
    "made/secondary",
)
_FILES = (
    "objects/us/GREYSCALE_IMAGE.dcm",
    "transfer-syntaxes/jpeg/RG2_JPLY_fixed.dcm",
    "made/hostile/rows-65535-tiny-data.dcm",
)


@dataclass(frozen=True)
class House:
    """The server, and the studies that screens open: UID by the name of their folder."""

    server: RunningServer
    studies: dict[str, str]

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.server.url

    def viewer(self, *names: str) -> str:
        """The address that opens these."""
        return f"{self.url}/viewer?StudyInstanceUIDs=" + ",".join(self.studies[name] for name in names)

    def log_in(self, context: BrowserContext) -> None:
        """As the administrator."""
        answer = context.request.post(
            f"{self.url}/api/login", data={"user": "admin", "password": self.server.password()}
        )
        assert answer.ok, answer.text()


@contextmanager
def furnished(folder: Path) -> Iterator[House]:
    """It runs until the end of the block."""
    server = RunningServer(
        folder / "data", "--accept-any-ae", settings={"READINGROOM__PREPARE__VIEW_BYTES": "1000000000"}
    )
    server.start()
    try:
        with running_orthanc(folder / "orthanc", known=[server.ae_title]) as orthanc:
            server.add_node("city-hospital", orthanc.ae_title, orthanc.dicom_port)
            server.add_node("teleradiology", "TELERAD", free_port())
            studies = _fill(server)
            _work(server, studies)
            yield House(server, studies)
    finally:
        server.stop()


def _fill(server: RunningServer) -> dict[str, str]:
    data = shared_data()
    found = {}
    for name in (*_SETS, *_FILES):
        place = data / name
        files = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
        parts = [
            read_part10(file)
            for file in files
            if file.suffix in ("", ".dcm") and file.exists() and not file.name.startswith("reject-")
        ]
        if not parts:
            continue
        Peer(server.dicom_port).send(parts)
        found[name] = str(pydicom.dcmread(files[0], specific_tags=["StudyInstanceUID"]).StudyInstanceUID)
    time.sleep(5.0)
    return found


def _work(server: RunningServer, studies: dict[str, str]) -> None:
    """Two jobs: one that arrives, one whose node does not answer; and something deleted."""
    with httpx.Client(base_url=server.url, timeout=60.0) as client:
        client.post("/api/login", json={"user": "admin", "password": server.password()}).raise_for_status()
        for node, name in (("city-hospital", "ct-series/head-5mm"), ("teleradiology", "mr-series/adc")):
            asked = {"kind": "send", "node": node, "studies": [studies[name]]}
            client.post("/api/jobs", json=asked)
        gone = {"study": studies["made/charsets"], "reason": "Sent under the wrong name"}
        client.post("/api/deleted", json=gone).raise_for_status()
