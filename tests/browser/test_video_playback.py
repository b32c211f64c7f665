"""Chromium plays what we make of video and cine: it starts, lasts as it should, and seeks to a frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pydicom
import pytest
from playwright.sync_api import Page

from tests.kit.images import read_image
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .conftest import Watch

COUNTERS = ("mpeg2-counter", "h264-counter", "hevc-counter")
CINE = "transfer-syntaxes/encapsulated/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm"
pytestmark = [pytest.mark.row("VIEW-DISP-03"), pytest.mark.ps("3.18 8.7.4")]

PLAY = """async (url) => {
    const video = Object.assign(document.createElement('video'), { muted: true, preload: 'auto', src: url });
    window.video = video;
    document.body.append(video);
    await new Promise((done, fail) => {
        video.oncanplay = done;
        video.onerror = () => fail(new Error(video.error.message));
    });
    return { state: video.readyState, seconds: video.duration, size: [video.videoWidth, video.videoHeight] };
}"""
"""Load a video: HTMLMediaElement.readyState, duration and size."""

SEEK = """async ([seconds, places]) => {
    const video = window.video;
    await new Promise(done => { video.onseeked = done; video.currentTime = seconds; });
    await new Promise(done => video.requestVideoFrameCallback(done) && setTimeout(done, 500));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return places.map(([x, y]) => context.getImageData(x, y, 1, 1).data[1]);
}"""
"""Greens of the frame at a time, at image points."""


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the counters and an ultrasound cine."""
    folder = tmp_path_factory.mktemp("cinema")
    paths = [*(shared_data() / "made" / "video" / f"{name}.dcm" for name in COUNTERS), shared_data() / CINE]
    command_line(folder / "data", "import", *map(str, paths), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(autouse=True)
def _no_icon(watch: Watch) -> None:
    """The page is none of the viewer's."""
    watch.allow("favicon.ico")


def played(page: Page, server: RunningServer, ds: pydicom.Dataset) -> dict[str, Any]:
    uids = {
        "requestType": "WADO",
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
        "contentType": "video/mp4",
    }
    page.goto(f"{server.url}/health")
    found: dict[str, Any] = page.evaluate(PLAY, f"{server.url}/wado?{urlencode(uids)}")
    return found


@pytest.mark.parametrize("name", COUNTERS)
def test_video_plays_and_seeks_to_the_frame(name: str, page: Page, cinema: RunningServer) -> None:
    """TRUTH.csv: frame f shows f - 1 in 8 bits, blocks at x = 40 + 60 k, y = 40 to 135, highest first."""
    ds = pydicom.dcmread(shared_data() / "made" / "video" / f"{name}.dcm", stop_before_pixels=True)
    found = played(page, cinema, ds)
    step = float(ds.FrameTime) / 1000
    assert found["state"] >= 2
    assert found["size"] == [ds.Columns, ds.Rows]
    assert found["seconds"] == pytest.approx(int(ds.NumberOfFrames) * step, abs=step)
    places = [[40 + 60 * k + 24, 90] for k in range(8)]
    for frame in (30, 7, 40):
        greens = page.evaluate(SEEK, [(frame - 0.5) * step, places])
        assert int("".join("1" if green > 128 else "0" for green in greens), 2) == frame - 1, frame


def test_a_cine_keeps_its_own_times(page: Page, cinema: RunningServer) -> None:
    """8 frames with a Frame Time Vector; the last is shown as long as the others are on average."""
    ds = read_image(shared_data() / CINE)
    found = played(page, cinema, ds)
    steps = [float(value) / 1000 for value in ds.FrameTimeVector[1:]]
    assert found["state"] >= 2
    assert found["size"] == [ds.Columns, ds.Rows]
    assert found["seconds"] == pytest.approx(sum(steps) * 8 / 7, abs=max(steps))
