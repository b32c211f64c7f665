"""The view tier of a running server: made by jobs, over kill -9; read by dicomweb-client and OpenJPEG."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom.uid import generate_uid

from tests.kit.compare import Part10, read_part10
from tests.kit.network import Peer
from tests.kit.ports import wait_until
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer, running_server
from tests.kit.wavelet import low_band

RPCL = "1.2.840.10008.1.2.4.202"
MR = "mr-series/adc/"
SETTINGS = {
    "READINGROOM__PREPARE__VIEW_BYTES": "1000000000",
    "READINGROOM__PREPARE__VIEW_SECONDS": "1",
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("tiered")
    with running_server(folder, "--accept-any-ae", "--no-login", settings=SETTINGS) as running:
        yield running


@cache
def mr() -> list[str]:
    return sorted(name for name in storable() if name.startswith(MR))


def renditions(room: RunningServer) -> dict[str, int]:
    """When each was written."""
    found = (room.data / "view").rglob("*.htj2k")
    return {str(path): path.stat().st_mtime_ns for path in found}


def ordered(room: RunningServer) -> list[dict[str, Any]]:
    found = httpx.get(f"{room.url}/api/jobs", timeout=30.0).json()["jobs"]
    return [job for job in found if job["ordered_by"] == "view tier"]


def all_done(room: RunningServer, jobs: int) -> bool:
    found = ordered(room)
    return len(found) >= jobs and all(job["state"] == "done" for job in found)


@pytest.mark.row("WEB-WADO-RS-04")
@pytest.mark.ps("3.18 10.4.1.1.5", "3.5 10.18")
def test_what_was_made_ahead_is_read_by_others(room: RunningServer) -> None:
    names = mr()[:-1]
    assert set(Peer(room.dicom_port).send([storable()[name] for name in names])) == {0}
    wait_until(lambda: all_done(room, 1), 120.0, "the study is prepared")
    (job,) = ordered(room)
    assert (job["kind"], job["priority"], job["total"]) == ("prepare", "low", 1)
    made = renditions(room)
    assert len(made) == len(names)
    web = DICOMwebClient(room.dicomweb)
    for name in names[::5]:
        ds = pydicom.dcmread(path_of(name))
        uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
        url = f"{room.dicomweb}/studies/{uids[0]}/series/{uids[1]}/instances/{uids[2]}/frames/1"
        # dicomweb-client's table of media types lacks HTJ2K: its session asks, its parser takes the parts.
        accept = f'multipart/related; type="image/jphc"; transfer-syntax={RPCL}'
        (frame,) = web._decode_multipart_message(web._http_get(url, headers={"Accept": accept}), stream=False)
        np.testing.assert_array_equal(by_openjpeg(frame), ds.pixel_array)
        small = httpx.get(
            f"{url}?viewport=64,64",
            headers={"accept": f"image/jphc; transfer-syntax={RPCL}"},
            timeout=60.0,
        )
        assert small.status_code == 200
        wanted = ds.pixel_array
        while max(wanted.shape) > 127:
            wanted = low_band(wanted)
        np.testing.assert_array_equal(by_openjpeg(small.content), wanted)

    # One more image, and only that is made; the study's counts know nothing of the tier.
    assert Peer(room.dicom_port).send([storable()[mr()[-1]]]) == [0]
    wait_until(lambda: all_done(room, 2), 120.0, "the study that grew is prepared again")
    now = renditions(room)
    assert len(now) == len(mr())
    assert made.items() <= now.items(), "what was there is as it was"
    (study,) = web.search_for_studies(
        search_filters={"StudyInstanceUID": ds.StudyInstanceUID}, fields=["NumberOfStudyRelatedInstances"]
    )
    assert study["00201208"]["Value"] == [len(mr())]


def by_openjpeg(stream: bytes) -> np.ndarray:
    """Samples of signed 16 bits, which Pillow gives with 32768 added."""
    with Image.open(io.BytesIO(stream), formats=["JPEG2000"]) as image:
        return np.asarray(image).astype(int) - 32768


def noisy(number: int, study: str, series: str) -> Part10:
    """A radiograph of 1024 x 1024 pixels."""
    ds = pydicom.dcmread(path_of(mr()[0]))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.Rows = ds.Columns = 1024
    ds.InstanceNumber = number
    noise = np.random.default_rng(number).integers(0, 900, (1024, 1024))
    ds.PixelData = noise.astype("<u2").tobytes()
    file = io.BytesIO()
    ds.save_as(file)
    return read_part10(file.getvalue())


def test_kill_9_while_they_are_made_costs_nothing(room: RunningServer) -> None:
    study, series = generate_uid(), generate_uid()
    before, jobs = len(renditions(room)), len(ordered(room))
    count = 24
    assert set(Peer(room.dicom_port).send([noisy(n, study, series) for n in range(count)])) == {0}
    wait_until(lambda: len(renditions(room)) > before, 120.0, "some are made")
    room.kill()
    assert before < len(renditions(room)) < before + count, "it was killed in the middle"
    room.start()
    wait_until(lambda: all_done(room, jobs + 1), 180.0, "the rest is made after the restart")
    assert len(renditions(room)) == before + count
    assert not list(Path(room.data / "view").rglob("*.part"))
    assert len(ordered(room)) == jobs + 1, "it is one job, taken up again"
