"""Video: single frames against construction and ffmpeg in this process, and MP4 files a browser can play."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import generate_fragments

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import PixelDescription, decode_video_frame, video_as_mp4
from tests.kit.images import description_of
from tests.kit.shared_data import shared_data

MADE = ("mpeg2-counter.dcm", "h264-counter.dcm", "hevc-counter.dcm")
REAL = ("mpeg2-mp-ml.dcm", "mpeg2-mp-hl.dcm", "h264-high-4.1.dcm", "h264-bd-4.1.dcm", "hevc-main-5.1.dcm")
ALL = [*(f"made/video/{name}" for name in MADE), *(f"video/{name}" for name in REAL)]


def stream_of(name: str) -> tuple[list[bytes], PixelDescription]:
    ds = dcmread(shared_data() / name)
    fragments = list(generate_fragments(ds.PixelData))[1:]
    return fragments, description_of(ds)


@pytest.mark.parametrize("name", MADE)
def test_the_counter_says_which_frame_it_is(name: str) -> None:
    """TRUTH.csv: bits at x = 40 + 60 k and the next 47, y 40 to 135, the most significant first."""
    stream, d = stream_of(f"made/video/{name}")
    for number in (1, 2, 23, 40):
        frame = decode_video_frame(stream, d, number)
        assert frame.photometric_interpretation == "RGB"
        assert frame.values.shape == d.shape
        bits = [int(frame.values[60:120, 46 + 60 * k : 80 + 60 * k].mean() > 128) for k in range(8)]
        assert int("".join(map(str, bits)), 2) == number - 1


@pytest.mark.parametrize("name", ALL)
def test_as_ffmpeg_shows_it(name: str) -> None:
    """The Y, Cb, Cr of ffmpeg by the equations of BT.601 or BT.709, computed here in floating point."""
    stream, d = stream_of(name)
    number = 17
    with av.open(BytesIO(b"".join(stream))) as container:
        for _, picture in zip(range(number), container.decode(video=0), strict=False):
            last = picture
    flat = last.reformat(format="yuv420p").to_ndarray()
    luma, chroma = flat[: d.rows], flat[d.rows :].reshape(2, d.rows // 2, d.columns // 2)
    planes = [luma, *chroma.repeat(2, axis=1).repeat(2, axis=2)]
    planes = [plane.astype(float) for plane in planes]
    red, blue = (0.2126, 0.0722) if d.rows >= 720 else (0.299, 0.114)
    y, cb, cr = (planes[0] - 16) / 219, (planes[1] - 128) / 224, (planes[2] - 128) / 224
    r, b = y + 2 * (1 - red) * cr, y + 2 * (1 - blue) * cb
    g = (y - red * r - blue * b) / (1 - red - blue)
    expected = np.clip(np.stack([r, g, b], -1) * 255, 0, 255)
    difference = np.abs(decode_video_frame(stream, d, number).values - expected)
    assert difference.mean() < 1.5
    assert np.percentile(difference, 99) <= 4


@pytest.mark.parametrize("name", ALL)
def test_mp4_plays_in_a_browser(name: str, tmp_path: Path) -> None:
    """H.264 in 4:2:0 of 8 bits, index first, every frame there at its time; H.264 is the stored stream."""
    stream, d = stream_of(name)
    ds = dcmread(shared_data() / name)
    rate = Fraction(1000) / Fraction(str(ds.FrameTime)).limit_denominator(10**6)
    target = tmp_path / "video.mp4"
    made = video_as_mp4(stream, d, target, frame_rate=rate)
    assert made.codec == "h264"
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(target)) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = list(container.decode(video))
    assert len(frames) == d.number_of_frames
    seconds = float(frames[-1].time - frames[0].time)
    assert seconds == pytest.approx((len(frames) - 1) / float(rate), rel=0.02)
    original = [one.to_ndarray(format="gray") for one in decoded_here(stream)]
    shown = [one.to_ndarray(format="gray") for one in frames]
    difference = max(np.abs(a.astype(int) - b).mean() for a, b in zip(original, shown, strict=True))
    assert difference == 0 if made.copied else difference < 3
    assert made.copied == ("h264" in name)


def decoded_here(stream: list[bytes]) -> Iterator[av.VideoFrame]:
    with av.open(BytesIO(b"".join(stream))) as container:
        yield from container.decode(video=0)


def test_raw_frames_that_lean_on_later_ones_keep_their_order(tmp_path: Path) -> None:
    """A raw H.264 stream with B-frames: packets come in another order than pictures, and say no time."""
    raw, d = BytesIO(), PixelDescription("1.2.840.10008.1.2.4.102", 128, 192, 3, "YBR_PARTIAL_420")
    with av.open(raw, "w", format="h264") as container:
        coder = container.add_stream("libx264", rate=25, options={"bf": "3", "b-adapt": "0", "g": "12"})
        coder.width, coder.height, coder.pix_fmt = d.columns, d.rows, "yuv420p"
        for number in range(30):
            picture = np.zeros(d.shape, np.uint8)
            picture[:, number * 6 : number * 6 + 12] = 255
            container.mux(coder.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(coder.encode(None))
    target = tmp_path / "video.mp4"
    made = video_as_mp4([raw.getvalue()], d, target, frame_rate=Fraction(25))
    assert made.copied
    with av.open(str(target)) as container:
        packets = [one for one in container.demux(video=0) if one.size]
    assert [one.pts for one in packets] != sorted(one.pts for one in packets)
    with av.open(str(target)) as container:
        frames = list(container.decode(video=0))
    for number, frame in enumerate(frames):
        bright = np.flatnonzero(frame.to_ndarray(format="gray").mean(axis=0) > 128)
        assert bright[0] == pytest.approx(number * 6, abs=2)
        assert frame.time - frames[0].time == pytest.approx(number / 25)
    assert len(frames) == 30


def test_hevc_is_copied_for_who_plays_it(tmp_path: Path) -> None:
    stream, d = stream_of("video/hevc-main-5.1.dcm")
    made = video_as_mp4(stream, d, tmp_path / "video.mp4", plays=("h264", "hevc"))
    assert (made.codec, made.copied) == ("hevc", True)


def test_a_stream_that_is_not_as_described_is_invalid(tmp_path: Path) -> None:
    stream, d = stream_of("made/video/h264-counter.dcm")
    with pytest.raises(Invalid, match="720 x 1280 pixels, the header of the object says 721"):
        decode_video_frame(stream, replace(d, rows=721), 1)
    with pytest.raises(Invalid, match="fewer than 41 frames"):
        decode_video_frame(stream, d, 41)
    for broken in ([], [b""], [bytes(5000)], [os.urandom(5000)], [b"\xff\xd8\xff\xe0" + bytes(3000)]):
        with pytest.raises(Invalid):
            decode_video_frame(broken, d, 1)
        with pytest.raises(Invalid):
            video_as_mp4(broken, d, tmp_path / "video.mp4")
    with pytest.raises(Unsupported):
        decode_video_frame(stream, replace(d, transfer_syntax_uid="1.2.840.10008.1.2.4.50"), 1)


def test_other_files_are_not_opened() -> None:
    """A playlist in place of a stream must not make ffmpeg read what it names."""
    _, d = stream_of("made/video/h264-counter.dcm")
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    with pytest.raises(Invalid):
        decode_video_frame([playlist, b"ffconcat version 1.0\nfile /etc/passwd\n"], d, 1)


@pytest.mark.parametrize("name", ALL)
def test_mutated_streams_end_in_our_errors(name: str) -> None:
    """Bytes changed at random: a picture or Invalid, never a crash of ours, and soon."""
    stream, d = stream_of(name)
    dice = np.random.default_rng(5)
    for _ in range(3):
        data = np.frombuffer(b"".join(stream)[:60000], np.uint8).copy()
        data[dice.integers(0, len(data), 40)] = dice.integers(0, 256, 40)
        started = time.monotonic()
        with contextlib.suppress(Invalid):
            assert decode_video_frame([data.tobytes()], d, 3).values.shape == d.shape
        assert time.monotonic() - started < 60
