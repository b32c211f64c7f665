"""Videos that take a server some seconds to convert, made here by ffmpeg (PyAV)."""

from __future__ import annotations

import io

import av
import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import generate_uid

from .shared_data import shared_data

ROWS, COLUMNS = 576, 720


def long_mpeg2(frames: int) -> pydicom.Dataset:
    """MPEG-2 of noise, which no encoder finds easy; everything else as the counter of ../shared/data/made.

    In a study of its own. 200 frames take one quiet core about four seconds to convert.
    """
    ds = pydicom.dcmread(shared_data() / "made" / "video" / "mpeg2-counter.dcm")
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.Rows, ds.Columns, ds.NumberOfFrames = ROWS, COLUMNS, frames
    ds.FrameTime = 40
    ds.PixelData = encapsulate([noise(frames)])
    ds["PixelData"].is_undefined_length = True
    return ds


def noise(frames: int) -> bytes:
    """The stream: four pictures of noise, again and again."""
    dice = np.random.default_rng(1)
    pictures = [dice.integers(0, 256, (ROWS, COLUMNS, 3), dtype=np.uint8) for _ in range(4)]
    out = io.BytesIO()
    with av.open(out, "w", format="mpeg2video") as target:
        stream = target.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, "yuv420p"
        stream.bit_rate = 4_000_000
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(pictures[number % 4], format="rgb24")
            picture.pts = number
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
    return out.getvalue()
