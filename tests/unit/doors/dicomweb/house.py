"""A real archive on a temporary directory, filled through the real ingest, behind the door's routes."""

from __future__ import annotations

import asyncio
import contextlib
import email
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from readingroom.access import ANYBODY, Caller
from readingroom.archive import Archive, Indexer, Lifecycle
from readingroom.blobs import LocalBlobs
from readingroom.doors.dicomweb import RouteTable, Services, routes
from readingroom.index import Database
from readingroom.prepare import FrameReader, Metadata, Pictures, Videos, ViewTier
from readingroom.query import QueryEngine
from tests.kit.ports import free_port

FILES = {
    "mr-1": "mr-series/adc/000000.dcm",
    "mr-2": "mr-series/adc/000001.dcm",
    "mr-3": "mr-series/adc/000002.dcm",
    "rle": "made/ct-phantom/axial/003.dcm",
    "rle-2": "made/ct-phantom/axial/004.dcm",
    "jls": "made/enhanced/ct-two-stacks.dcm",
    "pdf": "objects/encapsulated/OT000000.dcm",
    "sr": "made/sr/basic-text.dcm",
    "video": "made/video/h264-counter.dcm",
    "implicit": "made/charsets/iso-ir-192.dcm",
    "big-endian": "transfer-syntaxes/ctimage/"
    "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm",
    "wave": "made/waveforms/ecg-general.dcm",
}


@dataclass(frozen=True)
class House:
    """The engines, a client at the door, and what was stored by name."""

    archive: Archive
    services: Services
    app: ASGIApp
    client: httpx.Client
    stored: dict[str, pydicom.Dataset]
    paths: dict[str, Path]

    @property
    def base(self) -> str:
        """Scheme and authority by which the client reaches the house."""
        return str(self.client.base_url).rstrip("/")

    def url(self, name: str, level: str = "instance") -> str:
        """The path of a stored object's study, series or instance."""
        ds = self.stored[name]
        url = f"/dicom-web/studies/{ds.StudyInstanceUID}"
        if level != "study":
            url += f"/series/{ds.SeriesInstanceUID}"
        if level == "instance":
            url += f"/instances/{ds.SOPInstanceUID}"
        return url


class AsCaller:
    """Stands in for the gate: says who calls."""

    def __init__(self, inner: ASGIApp, caller: Caller | None) -> None:
        self.inner = inner
        self.caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = self.caller
        await self.inner(scope, receive, send)


def engines(folder: Path, most_remembered: int = 0) -> Services:
    """An empty archive in `folder` and all that the door calls."""
    database = Database(folder / "index.sqlite")
    database.migrate()
    blobs = LocalBlobs(folder / "objects", "test-0")
    archive = Archive(database, blobs, Indexer(database, blobs))
    frames = FrameReader(archive)
    tier = ViewTier(database, folder / "view", 1 << 30)
    pictures = Pictures(database, archive, frames, tier, most_remembered)
    return Services(
        archive=archive,
        lifecycle=Lifecycle(database, blobs),
        query=QueryEngine(database, archive.read_attributes),
        metadata=Metadata(database, archive, "/dicom-web"),
        pictures=pictures,
        frames=frames,
        videos=Videos(frames, pictures, folder / "videos", 1 << 30),
        tier=tier,
        deidentifying_key=b"unit tests",
    )


def application(services: Services, caller: Caller | None = ANYBODY) -> ASGIApp:
    """The door as the house mounts it."""
    return AsCaller(Starlette(routes=[Mount("/dicom-web", app=RouteTable(routes(services)))]), caller)


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[httpx.Client]:
    """A live granian in a thread, and a client of it."""
    port = free_port()
    loop = asyncio.new_event_loop()
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _await(client)
            yield client
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join()


def _await(client: httpx.Client) -> None:
    for _ in range(500):
        try:
            client.get("/")
        except httpx.ConnectError:
            time.sleep(0.01)
        else:
            return
    pytest.fail("the server did not come up")


def close(services: Services) -> None:
    """Let go of the archive's files."""
    services.archive.indexer.close()
    services.archive.blobs.close()
    services.archive.database.close()


def parts_of(response: Any) -> list[tuple[dict[str, str], bytes]]:
    """Header fields and body of each part, by Python's own MIME parser."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {response.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + response.content)
    assert not message.defects
    found: list[tuple[dict[str, str], bytes]] = []
    for part in message.get_payload():
        headers = {name.lower(): str(value) for name, value in part.items()}
        found.append((headers, part.get_payload(decode=True)))
    assert all(len(body) == int(headers["content-length"]) for headers, body in found)
    return found
