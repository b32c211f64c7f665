"""Houses to knock at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from readingroom.model import Origin, OriginKind
from tests.kit.shared_data import shared_data
from tests.unit.doors.dicomweb.house import FILES, House, application, close, engines, serving


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with FILES in it; tests that change it use `empty` instead."""
    data = shared_data()
    services = engines(tmp_path_factory.mktemp("house"))
    stored, paths = {}, {}
    for name, file in FILES.items():
        path = data / file
        with path.open("rb") as stream:
            services.archive.ingest(stream, Origin(OriginKind.IMPORT, "test"))
        stored[name] = pydicom.dcmread(path)
        paths[name] = path
    services.archive.indexer.flush()
    app = application(services)
    with serving(app) as client:
        yield House(services.archive, services, app, client, stored, paths)
    close(services)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[House]:
    """A house without any object, which remembers pictures as a real one does."""
    services = engines(tmp_path, 1 << 22)
    app = application(services)
    with serving(app) as client:
        yield House(services.archive, services, app, client, {}, {})
    close(services)
