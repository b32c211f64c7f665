"""Chromium plays what we make of video and cine, and the viewer's player shows exact frames of it."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import av
import httpx
import numpy as np
import pydicom
import pydicom.encaps
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from pydicom.uid import generate_uid

from tests.kit.images import read_image
from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data
from tests.kit.stow import store
from tests.kit.videos import long_mpeg2

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


def own(ds: pydicom.Dataset) -> pydicom.Dataset:
    """With UIDs of its own."""
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def pictures(name: str) -> Iterator[av.VideoFrame]:
    """The frames of a counter, as ffmpeg decodes them."""
    ds = pydicom.dcmread(shared_data() / "made" / "video" / f"{name}.dcm")
    _offsets, *fragments = pydicom.encaps.generate_fragments(ds.PixelData)
    with av.open(io.BytesIO(b"".join(fragments))) as container:
        yield from container.decode(video=0)


def as_jpeg() -> pydicom.Dataset:
    """The MPEG-2 counter as frames of JPEG Baseline."""
    ds = own(pydicom.dcmread(shared_data() / "made" / "video" / "mpeg2-counter.dcm"))
    frames = []
    for picture in pictures("mpeg2-counter"):
        file = io.BytesIO()
        picture.to_image().save(file, "JPEG", quality=95)
        frames.append(file.getvalue())
    ds.PixelData = pydicom.encaps.encapsulate(frames)
    ds["PixelData"].is_undefined_length = True
    ds.PhotometricInterpretation = "YBR_FULL_422"
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
    return ds


def with_sound() -> pydicom.Dataset:
    """A counter in MP4 with H.264 and a tone as AAC."""
    ds = own(pydicom.dcmread(shared_data() / "made" / "video" / "h264-counter.dcm"))
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as target:
        video = target.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = ds.Columns, ds.Rows, "yuv420p"
        sound = target.add_stream("aac", rate=48000)
        for number, picture in enumerate(pictures("h264-counter")):
            plain = picture.reformat(format="yuv420p")
            plain.pts, plain.time_base = number, Fraction(1, 25)
            target.mux(video.encode(plain))
        target.mux(video.encode(None))
        tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000).astype(np.float32)
        for at in range(0, 47104, 1024):
            piece = av.AudioFrame.from_ndarray(tone[None, at : at + 1024], format="fltp", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = 48000, at, Fraction(1, 48000)
            target.mux(sound.encode(piece))
        target.mux(sound.encode(None))
    ds.PixelData = pydicom.encaps.encapsulate([file.getvalue()])
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

COPIED = """async () => {
    const [item] = await navigator.clipboard.read();
    const picture = await createImageBitmap(await item.getType('image/png'));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext('2d').drawImage(picture, 0, 0);
    const bit = k => canvas.getContext('2d').getImageData(40 + 60 * k + 24, 90, 1, 1).data[1] > 128;
    return parseInt([0, 1, 2, 3, 4, 5, 6, 7].map(k => bit(k) ? '1' : '0').join(''), 2);
}"""
"""The counter in the picture that was copied."""

WATCHED = """() => {
    window.told = [];
    new MutationObserver(() => {
        const said = document.querySelector('[data-testid=video-converting]')?.innerText;
        const frames = /(\\d+) of \\d+ frames/.exec(said ?? '')?.[1];
        if (frames && window.told.at(-1) !== Number(frames)) window.told.push(Number(frames));
    }).observe(document, { subtree: true, childList: true, characterData: true });
}"""
"""Note each number of frames that the page says while a video is converted."""

ROUND = """() => new Promise(done => {
    const player = document.querySelector('[data-testid=player]');
    const seen = [];
    new MutationObserver((_, watch) => {
        const frame = Number(player.dataset.frame);
        if (frame < seen.at(-1)) { watch.disconnect(); done([...seen, frame]); }
        seen.push(frame);
    }).observe(player, { attributes: true, attributeFilter: ['data-frame'] });
})"""
"""The frames that are shown up to the first that goes back."""

PACE = """video => new Promise(done => {
    const from = [performance.now(), video.currentTime];
    setTimeout(() => done(1000 * (video.currentTime - from[1]) / (performance.now() - from[0])), 500);
})"""
"""Seconds of the video in a second of the clock."""

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
    video = page.get_by_test_id("player").locator("video")
    # The number is there as soon as it is asked for; the picture follows when it is decoded.
    for _ in range(200):
        if video.evaluate(BITS) == frame - 1:
            break
        page.wait_for_timeout(100)
    assert video.evaluate(BITS) == frame - 1


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


@pytest.mark.parametrize("name", COUNTERS)
def test_the_player_at_work(name: str, page: Page, cinema: RunningServer) -> None:
    """A still of the frame that is shown, slow and fast, round and round, the whole screen."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer = player(page, cinema, name)
    box = page.get_by_test_id("player")
    video = box.locator("video")
    play = page.get_by_test_id("video-play")
    page.get_by_test_id("video-slider").fill("24")
    shows(page, 24)
    page.bring_to_front()  # the clipboard is given to the window in front only
    page.get_by_test_id("video-copy").click()
    expect(page.get_by_test_id("notice")).to_have_text("The picture is on the clipboard.", timeout=SLOW)
    assert page.evaluate(COPIED) == 23
    viewer.press("Home")
    shows(page, 1)
    for _ in range(2):
        viewer.press("<")
    expect(page.get_by_test_id("video-speed")).to_have_value("0.25")
    play.click()
    expect(box).to_have_attribute("data-state", "playing")
    assert video.evaluate(PACE) == pytest.approx(0.25, abs=0.06)
    play.click()
    expect(box).to_have_attribute("data-state", "paused")
    for _ in range(4):
        viewer.press(">")
    expect(page.get_by_test_id("video-speed")).to_have_value("2")
    page.get_by_test_id("video-loop").click()
    expect(page.get_by_test_id("video-loop")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("video-slider").fill("30")
    shows(page, 30)
    play.click()
    seen = page.evaluate(ROUND)
    assert seen[:-1] == sorted(seen[:-1])
    assert seen[-1] < 30
    play.click()
    expect(box).to_have_attribute("data-state", "paused")
    # Where it stands when it is stopped, the number may be one frame behind: a step brings both together.
    viewer.press("Home")
    shows(page, 1)
    page.get_by_test_id("video-full").click()
    page.wait_for_function("() => document.fullscreenElement?.dataset.testid === 'player'", timeout=SLOW)
    viewer.press("Home")
    shows(page, 1)
    page.get_by_test_id("video-full").click()
    page.wait_for_function("() => document.fullscreenElement === null", timeout=SLOW)


SILENT = """() => {
    const ask = HTMLVideoElement.prototype.requestVideoFrameCallback;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (told) {
        const heard = (now, facts) => window.silent ? ask.call(this, heard) : told(now, facts);
        return ask.call(this, heard);
    };
    document.addEventListener('pause', () => { window.silent = false; }, true);
}"""
"""While `silent` is set and the video plays, nobody is told of frames: a browser may leave some out."""

BEHIND = """() => {
    const player = document.querySelector('[data-testid=player]');
    const video = player.querySelector('video');
    return Math.floor(video.currentTime / video.duration * 40) + 1 - Number(player.dataset.frame) > 4;
}"""
"""The video is frames further than the number that is told."""


AGREES = f"""() => {{
    const player = document.querySelector('[data-testid=player]');
    return ({BITS})(player.querySelector('video')) === Number(player.dataset.frame) - 1;
}}"""
"""The number that is told is that of the picture."""


def test_a_video_that_is_stopped_tells_the_frame_that_is_seen(page: Page, cinema: RunningServer) -> None:
    """Although the browser told nothing of the last frames: the counter in the picture is the number."""
    page.add_init_script(f"({SILENT})()")
    player(page, cinema, "h264-counter")
    box, play = page.get_by_test_id("player"), page.get_by_test_id("video-play")
    page.get_by_test_id("video-loop").click()
    page.get_by_test_id("video-speed").select_option("0.5")
    page.get_by_test_id("video-speed").blur()
    for _ in range(2):
        play.click()
        expect(box).to_have_attribute("data-state", "playing", timeout=SLOW)
        page.evaluate("() => { window.silent = true; }")
        page.wait_for_function(BEHIND, timeout=SLOW)
        play.click()
        expect(box).to_have_attribute("data-state", "paused", timeout=SLOW)
        page.wait_for_function(AGREES, timeout=SLOW)


def test_sound_is_off_until_it_is_wanted(page: Page, cinema: RunningServer) -> None:
    """H.264 in MP4 with a tone of one second (PS3.5 8.2.7: sound may be in the stream)."""
    ds = with_sound()
    store(cinema, [ds])
    viewer = Viewer(page, cinema.url)
    viewer.open(ds.StudyInstanceUID)
    shows(page, 1)
    video = page.get_by_test_id("player").locator("video")
    sound = page.get_by_test_id("video-sound")
    expect(sound).to_have_accessible_name("Sound on")
    assert video.evaluate("v => v.muted")
    sound.click()
    expect(sound).to_have_accessible_name("Sound off")
    assert not video.evaluate("v => v.muted")
    page.get_by_test_id("video-play").click()
    page.wait_for_function(
        "() => document.querySelector('[data-testid=player] video').webkitAudioDecodedByteCount > 0",
        timeout=SLOW,
    )
    sound.click()
    assert video.evaluate("v => v.muted")


@pytest.mark.parametrize("is_patient", [True, False], ids=["directly", "behind a hasty proxy"])
def test_how_far_the_conversion_is(is_patient: bool, page: Page, cinema: RunningServer, watch: Watch) -> None:
    """Frames counted on the page while MPEG-2 becomes H.264, even where a proxy gives up (504) meanwhile."""
    watch.allow("status of 504")
    ds = long_mpeg2(100)
    store(cinema, [ds])
    rendered = re.compile("/rendered.accept=video")
    asking: list[threading.Thread] = []

    def give_up(route: Route) -> None:
        if asking:
            return route.continue_()
        wish = threading.Thread(target=httpx.get, args=(route.request.url,), kwargs={"timeout": 120.0})
        wish.start()
        asking.append(wish)
        conversion = route.request.url.replace("/dicom-web/", "/api/").partition("/rendered")[0]
        while httpx.get(f"{conversion}/conversion").json()["state"] == "none":
            pass
        return route.fulfill(status=504, body="The server took too long.")

    if not is_patient:
        page.route(rendered, give_up)
    page.add_init_script(f"({WATCHED})()")
    viewer = Viewer(page, cinema.url)
    viewer.open(ds.StudyInstanceUID)
    box = page.get_by_test_id("player")
    expect(box).to_have_attribute("data-frames", "100", timeout=SLOW)
    told = page.evaluate("() => window.told")
    assert told == sorted(told)
    assert told
    assert told[0] < 100
    assert bool(asking) is not is_patient
    viewer.press("End")
    expect(box).to_have_attribute("data-frame", "100", timeout=SLOW)
    for wish in asking:
        wish.join()


def test_frames_of_jpeg_are_played_as_images(page: Page, cinema: RunningServer) -> None:
    """The MPEG-2 counter as multi-frame JPEG Baseline: a stack with cine, each frame by its own counter."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ds = as_jpeg()
    store(cinema, [ds])
    viewer = Viewer(page, cinema.url)
    shown = viewer.open_image(ds.StudyInstanceUID)
    assert (shown["kind"], shown["images"]) == ("images", 40)

    def counter() -> int:
        found = viewer.points([(40 + 60 * k + 24, 90) for k in range(8)])
        return int("".join("1" if one.stored[1] > 128 else "0" for one in found), 2)

    for key, frame in (("ArrowDown", 2), ("PageDown", 12), ("ArrowUp", 11), ("End", 40), ("Home", 1)):
        viewer.press(key)
        viewer.until("(v, frame) => v.image === frame && !v.awaited", arg=frame)
        assert counter() == frame - 1, key
    rate = page.get_by_test_id("cine-rate")
    expect(rate).to_have_text("30 / s")
    viewer.press(">")
    expect(rate).not_to_have_text("30 / s")
    viewer.press("Space")
    viewer.until("v => v.image > 5")
    viewer.until("v => v.image < 5")  # round and round
    viewer.press("Space")
    frame = viewer.until("v => !v.awaited")["image"]
    assert counter() == frame - 1
    page.bring_to_front()  # the clipboard is given to the window in front only
    viewer.press("Shift+C")
    expect(page.get_by_test_id("notice")).to_have_text("The picture is on the clipboard.", timeout=SLOW)
    assert page.evaluate(CLIPBOARD) == [shown["width"], shown["height"]]
    viewer.command("Full screen")
    page.wait_for_function("() => document.fullscreenElement !== null", timeout=SLOW)


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
