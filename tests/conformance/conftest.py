"""A server to negotiate with, and what its own program says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.server import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that lets everybody in, one for each file of tests: what is in it must be known."""
    with running_server(tmp_path_factory.mktemp("conformance"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def statement(server: RunningServer) -> str:
    """The output of `readingroom conformance`."""
    return server.run("conformance")
