"""Chromium plays what we make of video and cine, and the viewer's player shows exact frames of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pydicom
import pydicom.encaps
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.uid import generate_uid

from tests.kit.images import read_image
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .conftest import Watch
from .pages import SLOW, Viewer

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


def no_video() -> pydicom.Dataset:
    """A video of no frames whose stream is none, in a study of its own."""
    ds = pydicom.dcmread(shared_data() / "made" / "video" / "h264-counter.dcm")
    for keyword, uid in (("StudyInstanceUID", "1"), ("SeriesInstanceUID", "2"), ("SOPInstanceUID", "3")):
        setattr(ds, keyword, f"2.25.7700170.{uid}")
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.NumberOfFrames = 0
    ds.PixelData = pydicom.encaps.encapsulate([b"no video at all "])
    ds["PixelData"].is_undefined_length = True
    return ds


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the counters and an ultrasound cine."""
    folder = tmp_path_factory.mktemp("cinema")
    paths = [*(shared_data() / "made" / "video" / f"{name}.dcm" for name in COUNTERS), shared_data() / CINE]
    no_video().save_as(folder / "none.dcm")
    paths.append(folder / "none.dcm")
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


BITS = """(video) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext('2d').drawImage(video, 0, 0);
    const bit = k => canvas.getContext('2d').getImageData(40 + 60 * k + 24, 90, 1, 1).data[1] > 128;
    return parseInt([0, 1, 2, 3, 4, 5, 6, 7].map(k => bit(k) ? '1' : '0').join(''), 2);
}"""
"""The counter that is on the screen (TRUTH.csv)."""

CLIPBOARD = """async () => {
    const [item] = await navigator.clipboard.read();
    const picture = await createImageBitmap(await item.getType('image/png'));
    return [picture.width, picture.height];
}"""
"""The size of the picture that was copied."""


def player(page: Page, server: RunningServer, name: str) -> Viewer:
    """The viewer with one of the counters, its first frame shown."""
    ds = pydicom.dcmread(shared_data() / "made" / "video" / f"{name}.dcm", stop_before_pixels=True)
    viewer = Viewer(page, server.url)
    viewer.open(ds.StudyInstanceUID)
    viewer.series(ds.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=ds.SeriesInstanceUID)
    shows(page, 1)
    return viewer


def shows(page: Page, frame: int) -> None:
    """Wait until the player says that frame, and see that it is the one on the screen."""
    expect(page.get_by_test_id("player")).to_have_attribute("data-frame", str(frame), timeout=SLOW)
    assert page.get_by_test_id("player").locator("video").evaluate(BITS) == frame - 1


@pytest.mark.parametrize("name", COUNTERS)
def test_the_player_goes_frame_by_frame(name: str, page: Page, cinema: RunningServer) -> None:
    """By arrows, ends, the slider and the number of frames; playing it leads to the last."""
    viewer = player(page, cinema, name)
    box = page.get_by_test_id("player")
    expect(box).to_have_attribute("data-frames", "40")
    viewer.press("ArrowDown", 6)
    shows(page, 7)
    viewer.press("PageDown")
    shows(page, 17)
    viewer.press("ArrowUp")
    shows(page, 16)
    viewer.press("End")
    shows(page, 40)
    page.get_by_test_id("video-slider").fill("23")
    shows(page, 23)
    viewer.press("Home")
    shows(page, 1)
    page.get_by_test_id("video-speed").select_option("4")
    page.get_by_test_id("video-speed").blur()
    viewer.press("Space")
    expect(box).to_have_attribute("data-state", "playing")
    expect(box).to_have_attribute("data-state", "paused", timeout=SLOW)
    shows(page, 40)
    assert box.locator("video").evaluate("v => [v.muted, v.playbackRate]") == [True, 4]


def test_stills_of_video_and_of_images(page: Page, cinema: RunningServer, tmp_path: Path) -> None:
    """To the clipboard and as a file, at the size of the video; of an image what its viewport shows."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer = player(page, cinema, "h264-counter")
    page.bring_to_front()  # the clipboard is given to the window in front only
    viewer.press("Shift+C")
    expect(page.get_by_test_id("notice")).to_have_text("The picture is on the clipboard.", timeout=SLOW)
    size = page.get_by_test_id("player").locator("video").evaluate("v => [v.videoWidth, v.videoHeight]")
    assert page.evaluate(CLIPBOARD) == size
    with page.expect_download() as coming:
        page.get_by_test_id("video-still").click()
    coming.value.save_as(tmp_path / "still.png")
    with Image.open(tmp_path / "still.png") as still:
        greens = [still.convert("RGB").getpixel((40 + 60 * k + 24, 90))[1] for k in range(8)]  # type: ignore[index]
        assert list(still.size) == size
    assert [green > 128 for green in greens] == [False] * 8  # frame 1 shows 0
    ds = read_image(shared_data() / CINE)  # JPEG frames: a cine of images, no video
    viewer.open_image(ds.StudyInstanceUID)
    viewer.press("Space")
    viewer.until("v => v.image > 2")
    viewer.press("Space")
    page.bring_to_front()  # the clipboard is given to the window in front only
    viewer.press("Shift+C")
    expect(page.get_by_test_id("notice")).to_have_text("The picture is on the clipboard.", timeout=SLOW)
    shown = viewer.viewport()
    assert page.evaluate(CLIPBOARD) == [shown["width"], shown["height"]]


def test_a_video_that_is_none_says_why(
    page: Page, cinema: RunningServer, tmp_path: Path, watch: Watch
) -> None:
    """No frames, and bytes that are no video: the server's words, "Try again", and the file."""
    watch.allow("status of 400")
    ds = no_video()
    viewer = Viewer(page, cinema.url)
    viewer.open(ds.StudyInstanceUID)
    fault = page.get_by_test_id("kind-fault")
    for _ in range(2):
        expect(fault).to_contain_text("The video cannot be decoded", timeout=SLOW)
        fault.get_by_test_id("try-again").click()
    expect(fault).to_contain_text("The video cannot be decoded", timeout=SLOW)
    with page.expect_download() as coming:
        fault.get_by_test_id("document-save").click()
    coming.value.save_as(tmp_path / "again.dcm")
    assert pydicom.dcmread(tmp_path / "again.dcm").SOPInstanceUID == ds.SOPInstanceUID


def test_a_video_among_stills_has_a_card_of_its_own(page: Page, cinema: RunningServer) -> None:
    """Endoscopes store both in one series."""
    video = pydicom.dcmread(shared_data() / "made" / "video" / "h264-counter.dcm")
    still = pydicom.dcmread(shared_data() / "made" / "visible" / "vl-endoscopic.dcm")
    study, series = generate_uid(), generate_uid()
    for ds in (video, still):
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = study, series, "ES"
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    store(cinema, [video, still])
    viewer = Viewer(page, cinema.url)
    shown = viewer.open_image(study)
    assert (shown["images"], shown["sopInstanceUID"]) == (1, still.SOPInstanceUID)
    card = page.get_by_test_id("series").filter(has_text="Video")
    card.click(timeout=SLOW)
    viewer.until("v => v.kind === 'video'")
    shows(page, 1)
    page.reload()
    viewer.until("v => v.kind === 'video'")
    shows(page, 1)
