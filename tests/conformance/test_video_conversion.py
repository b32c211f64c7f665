"""How far the conversion of a video is (docs/api.md), for who waits for it.

ffmpeg (PyAV) counts the frames of what came out; the video is noise, so that there is something to wait for.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import av
import httpx
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer, running_server
from tests.kit.stow import store
from tests.kit.videos import long_mpeg2

FRAMES = 160
WAIT = httpx.Timeout(120.0)
pytestmark = [pytest.mark.row("VIEW-DISP-03"), pytest.mark.ps("3.18 8.7.4")]


@pytest.fixture(scope="module")
def video(server: RunningServer) -> pydicom.Dataset:
    ds = long_mpeg2(FRAMES)
    store(server, [ds])
    return ds


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=WAIT) as client:
        yield client


def path_of(ds: pydicom.Dataset) -> str:
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


def state_of(http: httpx.Client, ds: pydicom.Dataset) -> dict[str, Any]:
    answer = http.get(f"/api{path_of(ds)}/conversion")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rendered(http: httpx.Client, ds: pydicom.Dataset) -> httpx.Response:
    return http.get(f"/dicom-web{path_of(ds)}/rendered", headers={"accept": "video/mp4"})


def test_from_nothing_to_a_file_that_plays(http: httpx.Client, video: pydicom.Dataset) -> None:
    """none, then making from frame 0 upwards, then ready; the file has all frames."""
    assert state_of(http, video) == {"state": "none", "frames_made": None, "frames": FRAMES, "fault": None}
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(rendered(http, video)))
    asking.start()
    told = []
    while asking.is_alive():
        told.append(state_of(http, video))
    asking.join()
    states = [one["state"] for one in told]
    assert "making" in states
    assert states == sorted(states, key=["none", "making", "ready"].index)
    made = [one["frames_made"] for one in told if one["frames_made"] is not None]
    assert made == sorted(made)
    assert made[0] < FRAMES / 2, "told from the beginning"
    assert len(set(made)) > 2, "told more than once"
    assert made[-1] < FRAMES
    assert state_of(http, video)["state"] == "ready"
    (answer,) = answers
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in container.decode(video=0)) == FRAMES


def test_what_cannot_be_converted_says_why(server: RunningServer, http: httpx.Client) -> None:
    """The words of /rendered; asked again it is tried again; other objects are none, strangers 404."""
    ds = long_mpeg2(2)
    ds.PixelData = encapsulate([b"no video at all "])
    ds["PixelData"].is_undefined_length = True
    store(server, [ds])
    for _ in range(2):
        refused = rendered(http, ds)
        assert refused.status_code == 400
        state = state_of(http, ds)
        assert (state["state"], state["frames_made"]) == ("failed", None)
        assert state["fault"] == refused.json()["detail"]
    stranger = pydicom.Dataset()
    stranger.StudyInstanceUID, stranger.SeriesInstanceUID = ds.StudyInstanceUID, ds.SeriesInstanceUID
    stranger.SOPInstanceUID = generate_uid()
    assert http.get(f"/api{path_of(stranger)}/conversion").status_code == 404
    stranger.SOPInstanceUID, stranger.StudyInstanceUID = ds.SOPInstanceUID, generate_uid()
    assert http.get(f"/api{path_of(stranger)}/conversion").status_code == 404


def test_a_server_killed_while_it_converts_says_nothing_wrong(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What a dead process left is no conversion; the next who asks gets the video. Only readers may ask."""
    ds = long_mpeg2(FRAMES)
    with running_server(tmp_path_factory.mktemp("killed")) as server:
        for name, role in (("ana", "reader"), ("gate", "sender")):
            server.run("user", "add", name, "--role", role, stdin="correct horse\n")
        ana, gate = (("ana", "correct horse"), ("gate", "correct horse"))
        store_as(server, ds, gate)
        where = f"/api{path_of(ds)}/conversion"
        with httpx.Client(base_url=server.url, timeout=WAIT) as client:
            assert client.get(where).status_code == 401
            assert client.get(where, auth=gate).status_code == 403
            assert client.get(where, auth=ana).json()["state"] == "none"
        with httpx.Client(base_url=server.url, timeout=WAIT, auth=ana) as client:
            asking = threading.Thread(target=cut_off, args=(client, ds))
            asking.start()
            while client.get(where).json()["frames_made"] is None:
                pass
            server.kill()
            asking.join()
        server.start()
        with httpx.Client(base_url=server.url, timeout=WAIT, auth=ana) as client:
            assert client.get(where).json() == {
                "state": "none", "frames_made": None, "frames": FRAMES, "fault": None,
            }  # fmt: skip
            assert rendered(client, ds).status_code == 200
            assert client.get(where).json()["state"] == "ready"


def cut_off(http: httpx.Client, ds: pydicom.Dataset) -> None:
    with pytest.raises(httpx.HTTPError):
        rendered(http, ds)


def store_as(server: RunningServer, ds: pydicom.Dataset, who: tuple[str, str]) -> None:
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    answer = httpx.post(
        f"{server.dicomweb}/studies",
        content=file.getvalue(),
        headers={"content-type": "application/dicom"},
        auth=who,
        timeout=WAIT,
    )
    assert answer.status_code == 200, answer.text
