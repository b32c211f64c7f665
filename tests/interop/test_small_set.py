"""The small set of tests/data goes in and comes out whole; this runs on every clone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pydicom
import pytest

from tests.kit.compare import dataset_differences
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import REPOSITORY
from tests.kit.web import ANY_SYNTAX, instance_url, parts

FILES = sorted((REPOSITORY / "tests" / "data").rglob("*.dcm"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("small"), "--accept-any-ae", "--no-login") as server:
        with httpx.Client(base_url=server.dicomweb, timeout=60.0) as client:
            for path in FILES:
                answer = client.post(
                    "/studies",
                    content=path.read_bytes(),
                    headers={"content-type": "application/dicom", "accept": "application/dicom+json"},
                )
                # rows-0 has no pixels: kept with a warning (PS3.18 10.5.3.1)
                assert answer.status_code == (202 if path.stem == "rows-0" else 200), (path, answer.text)
        yield server


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.parent.name + "/" + path.stem))
def test_what_was_stored_is_found_and_comes_back(house: RunningServer, path: Path) -> None:
    raw = path.read_bytes()
    uid = str(pydicom.dcmread(io.BytesIO(raw), stop_before_pixels=True).SOPInstanceUID)
    with httpx.Client(base_url=house.dicomweb, timeout=60.0) as client:
        url = instance_url(client, uid)
        assert url is not None
        ((_, body),) = parts(client.get(url, headers={"accept": ANY_SYNTAX}))
        assert dataset_differences(raw, body) == []
        metadata = client.get(url + "/metadata")
        assert metadata.status_code == 200
        assert json.loads(metadata.content)[0]["00080018"]["Value"] == [uid]
        for resource in ("rendered", "thumbnail", "frames/1"):
            assert client.get(f"{url}/{resource}").status_code in (200, 400, 404, 406)
