"""The process that opens video: run as a program with a request, never imported by the server.

ffmpeg (by PyAV) is the largest body of C that ever sees foreign bytes here, so it works in a process of its
own with bounded memory, processor time and output; whatever becomes of it, the server lives on.

`python video_process.py REQUEST`: a JSON object with `verb` ("frame", "mp4", or "cine" for pictures that come
by standard input, see `cine`), `source` and `target`
(paths), `rows`, `columns`, `number` (frame, from 1), `bits` (8, or more for words), `frame_rate`
("30000/1001", for raw streams), `plays` (codecs that need no transcoding), `seconds` and `bytes` (limits),
`progress` (a path, or none: how many frames are done is written there while an MP4 file is made).
Prints JSON; exits 2 with a sentence on standard error when the stream is not as described or broken.
"""

from __future__ import annotations

import errno
import json
import resource
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

MEMORY = 3 << 30
_RAW = frozenset({"h264", "hevc", "mpegvideo"})
_PLAIN = frozenset({"yuv420p", "yuvj420p"})
_COPIED_SOUND = frozenset({"aac", "mp3"})
_UNSAID = 2
_HIGH_DEFINITION = 720
TICKS = 90000
_TELL_SECONDS = 0.25
_BT709, _NARROW = 1, 1  # as ITU-T H.273 numbers them


class Unfit(Exception):
    """The stream is not what it should be; the sentence goes to the caller."""


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Do one request."""
    limit(request)
    if request["verb"] == "cine":
        return cine(request)
    options = {"framerate": request["frame_rate"]} if request.get("frame_rate") else {}
    with opened(request["source"], options) as source:
        check(source, request)
        return frame(source, request) if request["verb"] == "frame" else mp4(source, request)


def limit(request: dict[str, Any]) -> None:
    """Bound what this process may use."""
    seconds = int(request["seconds"])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(request["bytes"]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(path: str, options: dict[str, str]) -> InputContainer:
    """The container; only containers and streams that DICOM allows, no protocols beyond files."""
    allowed = "h264,hevc,mpegvideo,mpeg,mpegts,mov,mp4,m4a,3gp,3g2,mj2"
    return av.open(path, options={**options, "protocol_whitelist": "file", "format_whitelist": allowed})


def check(source: InputContainer, request: dict[str, Any]) -> None:
    """The size has to be the described one before a frame is decoded."""
    if not source.streams.video:
        raise Unfit("The stream holds no video.")
    context = source.streams.video[0].codec_context
    if context.name not in ("h264", "hevc", "mpeg2video", "mpeg1video"):
        raise Unfit(f"The stream holds {context.name}, which is no video of DICOM.")
    if (context.height, context.width) != (request["rows"], request["columns"]):
        raise Unfit(
            f"The video has {context.height} x {context.width} pixels, the header of the object says"
            f" {request['rows']} x {request['columns']}."
        )
    context.thread_count = 2


def frames(source: InputContainer, request: dict[str, Any]) -> Iterator[VideoFrame]:
    """The decoded frames, all of the described size."""
    for picture in source.decode(source.streams.video[0]):
        if (picture.height, picture.width) != (request["rows"], request["columns"]):
            raise Unfit("The video changes its size.")
        yield picture


def told(pictures: Iterable[VideoFrame], path: str) -> Iterator[VideoFrame]:
    """The same pictures; how many went by is written to the file now and then."""
    due = time.monotonic()
    for number, picture in enumerate(pictures):
        if path and time.monotonic() >= due:
            with open(path, "w") as out:
                out.write(str(number))
            due = time.monotonic() + _TELL_SECONDS
        yield picture


def frame(source: InputContainer, request: dict[str, Any]) -> dict[str, Any]:
    """One frame as RGB samples, by pixel; of more than 8 bits as little endian words of 16."""
    for number, picture in enumerate(frames(source, request), 1):
        if number == request["number"]:
            wide = request["bits"] > 8
            space = picture.colorspace
            if space == _UNSAID:  # by custom: standard definition is BT.601, high definition BT.709
                is_high = picture.height >= _HIGH_DEFINITION
                space = Colorspace.ITU709 if is_high else Colorspace.ITU601
            shown = picture.reformat(format="rgb48le" if wide else "rgb24", src_colorspace=space)
            with open(request["target"], "wb") as out:
                out.write(shown.to_ndarray().tobytes())
            return {"frames": number}
    raise Unfit(f"The video has fewer than {request['number']} frames.")


def mp4(source: InputContainer, request: dict[str, Any]) -> dict[str, Any]:
    """The video as an MP4 file a browser plays: copied where it can be, else as H.264."""
    stream = source.streams.video[0]
    context = stream.codec_context
    plays = context.name in request["plays"]
    if context.name == "h264":
        plays = plays and context.pix_fmt in _PLAIN
    order = display_order(request) if plays and source.format.name in _RAW else None
    plays = plays and order != []
    with av.open(request["target"], "w", format="mp4", options={"movflags": "faststart"}) as target:
        if plays:
            copy(source, target, order)
        else:
            convert(source, target, request)
    return {"copied": plays, "codec": context.name if plays else "h264"}


def display_order(request: dict[str, Any]) -> list[int]:
    """The place in which each packet of a raw stream, which says nothing of time, is shown.

    Found by decoding it once. Empty when a packet shows nothing, or two.
    """
    places: dict[int, int] = {}
    count = 0
    with opened(request["source"], {}) as source:
        stream = source.streams.video[0]
        for packet in source.demux(stream):
            if packet.size:
                packet.pts = packet.dts = count
                count += 1
            for picture in stream.decode(packet):
                places[int(picture.pts or 0)] = len(places)
    return [places[number] for number in range(count)] if sorted(places) == list(range(count)) else []


def copy(source: InputContainer, target: OutputContainer, order: list[int] | None) -> None:
    """Packets as they are; sound too where a browser plays it. order: see `display_order`."""
    video = source.streams.video[0]
    kept = [video, *(one for one in source.streams.audio if one.codec_context.name in _COPIED_SOUND)]
    new = {one.index: target.add_stream_from_template(one) for one in kept}
    step = int(1 / (video.average_rate or 25) / (video.time_base or Fraction(1, 90000)))
    late = max(number - place for number, place in enumerate(order)) if order else 0
    count = 0
    for packet in source.demux(kept):
        if packet.size == 0:
            continue
        if packet.stream is video and order is not None:
            packet.dts, packet.pts = (count - late) * step, order[count] * step
            count += 1
        packet.stream = new[packet.stream.index]
        target.mux(packet)


def convert(source: InputContainer, target: OutputContainer, request: dict[str, Any]) -> None:
    """Every frame decoded and written as H.264 of 8 bits; sides are made even, as 4:2:0 needs."""
    given = request.get("frame_rate")
    rate = Fraction(given) if given else Fraction(source.streams.video[0].average_rate or 25)
    stream = target.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "18"})
    stream.width, stream.height = request["columns"] // 2 * 2, request["rows"] // 2 * 2
    stream.pix_fmt = "yuv420p"
    for number, picture in enumerate(told(frames(source, request), request.get("progress", ""))):
        plain = picture.reformat(stream.width, stream.height, "yuv420p")
        plain.pts, plain.time_base = number, 1 / rate
        target.mux(stream.encode(plain))
    target.mux(stream.encode(None))


def cine(request: dict[str, Any]) -> dict[str, Any]:
    """Pictures as an MP4 file with H.264.

    Standard input: for each its time in ticks of 1/90000 s, 8 bytes little endian, then rows of 8 bit
    samples, `samples` a pixel (1 grey, 3 RGB). `frame_rate`: the usual one; `rows`, `columns`: of them all. A
    last row or column is cut off where a side is odd.
    """
    rows, columns, samples = (int(request[name]) for name in ("rows", "columns", "samples"))
    usual = Fraction(request["frame_rate"])
    options = {"preset": "veryfast", "crf": "18", "g": str(max(1, min(250, round(usual))))}
    count, shape = 0, (rows, columns) if samples == 1 else (rows, columns, samples)
    with av.open(request["target"], "w", format="mp4", options={"movflags": "faststart"}) as target:
        stream = target.add_stream("libx264", rate=usual, options=options)
        stream.width, stream.height = max(2, columns // 2 * 2), max(2, rows // 2 * 2)
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, TICKS)
        stream.codec_context.time_base = Fraction(1, TICKS)
        stream.codec_context.colorspace = stream.codec_context.color_primaries = _BT709
        stream.codec_context.color_trc, stream.codec_context.color_range = _BT709, _NARROW
        while head := sys.stdin.buffer.read(8):
            flat = sys.stdin.buffer.read(rows * columns * samples)
            if len(flat) < rows * columns * samples:
                raise Unfit("A picture is cut off.")
            picture = np.frombuffer(flat, np.uint8).reshape(shape)[: stream.height, : stream.width]
            taken = VideoFrame.from_ndarray(
                np.ascontiguousarray(picture), format="gray" if samples == 1 else "rgb24"
            )
            plain = taken.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
            (plain.pts,), plain.time_base = struct.unpack("<Q", head), Fraction(1, TICKS)
            target.mux(stream.encode(plain))
            count += 1
        target.mux(stream.encode(None))
    return {"copied": False, "codec": "h264", "frames": count}


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
    except (Unfit, av.FFmpegError, MemoryError, OSError, ValueError) as error:
        sys.stderr.write(str(error) or type(error).__name__)
        sys.exit(3 if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) else 2)
