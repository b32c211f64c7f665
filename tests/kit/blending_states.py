"""Advanced blending states and the images they blend, as golden and browser tests make them."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.sequence import Sequence

from readingroom.pixels import Array
from tests.kit.images import read_image
from tests.kit.states import folder

SIDE = 64
"""Rows and columns of `image` where the values fill it."""
WINDOW = (500.5, 1001)
"""0 to 1000 are 0 to 255."""
HOT = np.stack([np.arange(256), np.full(256, 40), 255 - np.arange(256)], axis=1)
"""Colours of `palette`."""


def image(
    stored: Array, number: int, spacing: float = 1.8, at: tuple[float, float, float] = (0, 0, 0)
) -> Dataset:
    """A CT image whose stored values are its modality values; at: mm of its first pixel, x, y, z."""
    ds = copy.deepcopy(read_image(folder() / "base-ct.dcm"))
    ds.SOPInstanceUID, ds.SeriesInstanceUID = f"1.2.3.{number}", f"1.2.4.{number}"
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.Rows, ds.Columns = stored.shape
    ds.PixelSpacing, ds.ImagePositionPatient = [spacing, spacing], list(at)
    ds.RescaleSlope, ds.RescaleIntercept = 1, 0
    ds.WindowCenter, ds.WindowWidth = WINDOW
    ds.PixelData = np.rint(stored).astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    ds["PixelData"].is_undefined_length = False
    return ds


def item(**values: Any) -> Dataset:
    """An Item of a sequence, by keyword."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def palette() -> Sequence:
    """A Palette Color Lookup Table Sequence of `HOT`."""
    made = Dataset()
    for channel, color in enumerate(("Red", "Green", "Blue")):
        setattr(made, f"{color}PaletteColorLookupTableDescriptor", [256, 0, 8])
        made[f"{color}PaletteColorLookupTableDescriptor"].VR = "US"
        setattr(made, f"{color}PaletteColorLookupTableData", HOT[:, channel].astype(np.uint8).tobytes())
    return Sequence([made])


def step(mode: str, *inputs: int, **more: Any) -> Dataset:
    """An Item of the Blending Display Sequence."""
    numbers = Sequence([item(BlendingInputNumber=number) for number in inputs])
    return item(BlendingMode=mode, BlendingDisplayInputSequence=numbers, **more)


def state(images: list[Dataset], steps: list[Dataset], **more: dict[int, Any]) -> Dataset:
    """Inputs from 1, each a whole series. more: a keyword, and its value for some inputs."""
    inputs = []
    for number, ds in enumerate(images, 1):
        one = item(
            BlendingInputNumber=number,
            StudyInstanceUID=ds.StudyInstanceUID, SeriesInstanceUID=ds.SeriesInstanceUID,
            GeometryForDisplay="TRUE" if number == 1 else "FALSE", TimeSeriesBlending="FALSE",
        )  # fmt: skip
        for keyword, values in more.items():
            if number in values:
                setattr(one, keyword, values[number])
        inputs.append(one)
    return item(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.11.8", SOPInstanceUID="1.2.9", PixelPresentation="TRUE_COLOR",
        AdvancedBlendingSequence=Sequence(inputs), BlendingDisplaySequence=Sequence(steps),
    )  # fmt: skip
