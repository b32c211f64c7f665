"""Objects that a test makes, given to a server that runs (PS3.18 10.5)."""

from __future__ import annotations

import io
from collections.abc import Iterable

import httpx
from pydicom.dataset import Dataset

from .server import RunningServer


def store(server: RunningServer, datasets: Iterable[Dataset]) -> None:
    """Send them by STOW-RS; AssertionError when one is not taken. The answer comes when they are indexed."""
    store_files(server, map(_file, datasets))


def _file(ds: Dataset) -> bytes:
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def store_files(server: RunningServer, files: Iterable[bytes]) -> None:
    """The same for files as they are, also those that pydicom would not write."""
    boundary = "stow-boundary"
    body = io.BytesIO()
    for file in files:
        body.write(f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode())
        body.write(file + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    answer = httpx.post(
        f"{server.dicomweb}/studies",
        content=body.getvalue(),
        headers={"Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}'},
        timeout=60.0,
    )
    assert answer.status_code == 200, answer.text
