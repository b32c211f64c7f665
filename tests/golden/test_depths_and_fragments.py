"""Every depth and sign in odd sizes, in fragments with and without offset table, written by dcmtk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import generate_uid

from readingroom.dataset import FRAME_TAGS, index_frames, read_file_meta, read_head
from readingroom.pixels import Array, decode_frame
from tests.kit.images import description_of, read_image

FRAMES, ROWS, COLUMNS = 3, 35, 41
KINDS = {
    "8": (1, 8, 8, 0), "10": (1, 16, 10, 0), "10 signed": (1, 16, 10, 1), "12": (1, 16, 12, 0),
    "12 signed": (1, 16, 12, 1), "16": (1, 16, 16, 0), "16 signed": (1, 16, 16, 1), "colour": (3, 8, 8, 0),
}  # fmt: skip
"""Samples, Bits Allocated, Bits Stored, Pixel Representation."""
TOOLS = {
    "RLE": ("dcmcrle",),
    "JPEG Lossless SV1": ("dcmcjpeg", "+e1"),
    "JPEG Lossless": ("dcmcjpeg", "+el", "+sv", "6"),
    "JPEG-LS": ("dcmcjpls", "+el"),
}
PIECES = {
    "a fragment each": ("+ff", "+ot"), "no table": ("+ff", "-ot"), "many fragments": ("+fs", "1", "+ot"),
    "many and no table": ("+fs", "1", "-ot"),
}  # fmt: skip


def stored(samples: int, allocated: int, bits: int, sign: int) -> Array:
    """Frames over the whole range."""
    low = -(1 << bits - 1) if sign else 0
    shape = (FRAMES, ROWS, COLUMNS, 3)[: 4 if samples == 3 else 3]
    values = np.random.default_rng(bits).integers(low, low + (1 << bits), shape)
    values[0, 0, 0], values[0, -1, -1] = low, low + (1 << bits) - 1
    return values.astype(f"{'i' if sign else 'u'}{allocated // 8}")


def file_of(values: Array, samples: int, allocated: int, bits: int, sign: int, path: Path) -> Path:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7.3", generate_uid()
    ds.NumberOfFrames, ds.Rows, ds.Columns = FRAMES, ROWS, COLUMNS
    ds.SamplesPerPixel, ds.PhotometricInterpretation = samples, "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, bits, bits - 1, sign
    cells = values.view(f"u{allocated // 8}") & ((1 << bits) - 1) if sign else values
    ds.PixelData = cells.tobytes() + b"\0" * (cells.nbytes % 2)
    ds["PixelData"].VR = "OB" if allocated == 8 else "OW"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.row("VIEW-DISP-02")
@pytest.mark.ps("3.5 A.4")
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_dcmtk_compressed(kind: str, tool: str, tmp_path: Path) -> None:
    values = stored(*KINDS[kind])
    source = file_of(values, *KINDS[kind], tmp_path / "native.dcm")
    for pieces, options in PIECES.items():
        if tool == "RLE" and pieces == "many and no table":
            continue  # where a frame ends cannot be told
        path = tmp_path / "x.dcm"
        subprocess.run([*TOOLS[tool], *options, source, path], check=True, capture_output=True)
        data = path.read_bytes()
        meta = read_file_meta(data)
        index = index_frames(
            data, read_head(data, meta.transfer_syntax_uid, FRAME_TAGS, start=meta.dataset_offset)
        )
        assert len(index.frames) == FRAMES
        assert (max(map(len, index.frames)) > 1) == (pieces.startswith("many"))
        description = description_of(read_image(path))
        for at, parts in enumerate(index.frames):
            frame = b"".join(data[start : start + length] for start, length in parts)
            assert np.array_equal(decode_frame(frame, description).values, values[at]), (pieces, at)
