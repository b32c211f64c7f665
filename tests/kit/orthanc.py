"""A real Orthanc with DICOMweb, on free ports, its storage in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from .ports import HOST, free_port, listens, wait_until

_PLUGINS = Path("/usr/share/orthanc/plugins")
_PROGRAM = shutil.which("Orthanc") or "/usr/sbin/Orthanc"


@dataclass(frozen=True)
class RunningOrthanc:
    """Where it answers. modalities: those it knows from the start, by its name for them."""

    http_port: int
    dicom_port: int
    ae_title: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its REST API, without a slash at the end."""
        return f"http://{HOST}:{self.http_port}"

    @property
    def dicomweb(self) -> str:
        """Its DICOMweb service root."""
        return f"{self.url}/dicom-web"

    def add_modality(self, name: str, ae_title: str, port: int) -> None:
        """Make a node known to it."""
        self.put(f"/modalities/{name}", {"AET": ae_title, "Host": HOST, "Port": port})

    def get(self, path: str) -> object:
        """GET of its REST API."""
        return self._answer(httpx.get(self.url + path, timeout=120.0))

    def put(self, path: str, body: object) -> None:
        """PUT of its REST API."""
        self._answer(httpx.put(self.url + path, json=body, timeout=120.0))

    def post(self, path: str, body: object) -> object:
        """POST of its REST API; bytes go as they are, everything else as JSON."""
        if isinstance(body, bytes):
            return self._answer(httpx.post(self.url + path, content=body, timeout=120.0))
        return self._answer(httpx.post(self.url + path, json=body, timeout=120.0))

    def file_of(self, sop_instance_uid: str) -> bytes:
        """The DICOM file that it has of an instance."""
        found = self.post("/tools/lookup", sop_instance_uid.encode())
        assert isinstance(found, list)
        assert len(found) == 1, f"Orthanc has {len(found)} of {sop_instance_uid}"
        return httpx.get(f"{self.url}/instances/{found[0]['ID']}/file", timeout=120.0).content

    def clear(self) -> None:
        """Delete everything it has."""
        for uid in self.get("/patients"):  # type: ignore[attr-defined]
            httpx.delete(f"{self.url}/patients/{uid}", timeout=300.0)

    def log_text(self) -> str:
        """What it printed."""
        return (self.folder / "orthanc.log").read_text(errors="replace")[-8000:]

    @staticmethod
    def _answer(response: httpx.Response) -> object:
        assert response.is_success, f"{response.request.url}: {response.status_code} {response.text[:2000]}"
        return response.json() if response.content[:1] in (b"{", b"[") else response.content


@contextmanager
def running_orthanc(
    folder: Path,
    *,
    ae_title: str = "ORTHANC",
    known: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Iterator[RunningOrthanc]:
    """Orthanc from here to the end of the block.

    It cannot bind to one address, so it is told to answer only the loopback: REST without remote access,
    DICOM only for modalities at 127.0.0.1. known: calling AE titles beside those added later.
    variables: its environment (TCP_NODELAY).
    """
    if not Path(_PROGRAM).exists():
        if os.environ.get("CI"):
            pytest.fail("Orthanc is not installed, and in CI it must be")
        pytest.skip("Orthanc is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    http_port, dicom_port = free_port(), free_port()
    settings = {
        "Name": ae_title,
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(path) for path in [_PLUGINS / "libOrthancDicomWeb.so"] if path.exists()],
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomPort": dicom_port,
        "DicomAet": ae_title,
        "DicomCheckCalledAet": True,
        "DicomCheckModalityHost": True,
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "UnknownSopClassAccepted": True,
        "OverwriteInstances": False,
        "DicomModalities": {title: {"AET": title, "Host": HOST, "Port": 4} for title in ("KIT", *known)},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    configuration = folder / "orthanc.json"
    configuration.write_text(json.dumps(settings | dict(more or {}), indent=1))
    with (folder / "orthanc.log").open("wb") as log:
        process = subprocess.Popen(
            [_PROGRAM, str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(variables or {}),
            cwd=folder,
        )
    orthanc = RunningOrthanc(http_port, dicom_port, ae_title, folder, process)
    try:
        wait_until(lambda: _answers(orthanc), 60.0, "Orthanc answers")
        yield orthanc
    finally:
        process.terminate()
        try:
            process.wait(30.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(orthanc: RunningOrthanc) -> bool:
    code = orthanc.process.poll()
    assert code is None, f"Orthanc ended with {code}:\n{orthanc.log_text()}"
    try:
        there = httpx.get(f"{orthanc.url}/system", timeout=5.0).status_code == 200
    except httpx.HTTPError:
        return False
    return there and listens(orthanc.dicom_port)
