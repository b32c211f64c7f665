"""Servers for each file of interop tests, and their logs where a test fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.dcmtk import Storescp, storescp
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.server import RUNNING, RunningServer, running_server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Add what every running server printed lately to the report of a failed test."""
    report = yield
    if report.failed:
        for server in RUNNING:
            report.sections.append((f"log of the server on {server.data}", server.log_text(6000)))
    return report


@pytest.fixture(scope="module")
def destination(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    """DCMTK's storescp, known to `server` as STORESCP."""
    with storescp(tmp_path_factory.mktemp("storescp"), "+xa") as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, destination: Storescp) -> Iterator[RunningServer]:
    """A server that lets everybody in."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        running.add_node("storescp", destination.ae_title, destination.port)
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with its defaults: login on, known AE titles only."""
    with running_server(tmp_path_factory.mktemp("guarded")) as running:
        yield running


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory, server: RunningServer) -> Iterator[RunningOrthanc]:
    """An Orthanc that knows `server` as "room", and that `server` knows as ORTHANC."""
    folder: Path = tmp_path_factory.mktemp("orthanc")
    with running_orthanc(folder, variables={"TCP_NODELAY": "1"}) as running:
        running.add_modality("room", server.ae_title, server.dicom_port)
        server.add_node("orthanc", running.ae_title, running.dicom_port)
        yield running
