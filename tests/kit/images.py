"""Images read by pydicom and handed to our rooms as their own nouns."""

from __future__ import annotations

import warnings
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.multival import MultiValue

from readingroom.model import Attribute, Attributes
from readingroom.pixels import PixelDescription

_BULK = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})


def read_image(path: Path) -> Dataset:
    """Read a file as pydicom does, without its warnings about what is odd in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path, force=True)
        ds.decode()
    return ds


def attributes_of(ds: Dataset) -> Attributes:
    """The Data Set as model.Attributes; pixel data is there, without its value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {int(element.tag): _attribute(element) for element in ds if element.VR != "UN"}


def _attribute(element: object) -> Attribute:
    vr, value = str(element.VR), element.value  # type: ignore[attr-defined]
    if int(element.tag) in _BULK:  # type: ignore[attr-defined]
        return Attribute(vr)
    if vr == "SQ":
        return Attribute(vr, tuple(attributes_of(item) for item in value))
    if value is None or (isinstance(value, (str, bytes)) and not value):
        return Attribute(vr)
    values = tuple(value) if isinstance(value, (MultiValue, list, tuple)) else (value,)
    if isinstance(values[0], (int, float)) and vr not in ("IS", "DS", "AT"):
        return Attribute(vr, values)
    if vr in ("IS", "DS"):
        return Attribute(vr, tuple(getattr(v, "original_string", None) or str(v) for v in values))
    return Attribute(vr, tuple(v if isinstance(v, bytes) else str(v) for v in values))


def transfer_syntax_of(ds: Dataset) -> str:
    """The transfer syntax of a read file, Implicit VR Little Endian when it does not say."""
    meta = getattr(ds, "file_meta", None)
    return str(meta.get("TransferSyntaxUID", "1.2.840.10008.1.2")) if meta else "1.2.840.10008.1.2"


def description_of(ds: Dataset) -> PixelDescription:
    """The description of a read file's frames."""
    return PixelDescription.of(attributes_of(ds), transfer_syntax_of(ds))


def frame_bytes(ds: Dataset, description: PixelDescription, number: int) -> tuple[bytes, int]:
    """The bytes of frame `number` (from 1) and the bit in the first of them where it starts."""
    if "PixelData" not in ds:
        whole = ds.get("FloatPixelData") or ds["DoubleFloatPixelData"].value
    else:
        whole = ds.PixelData
        if ds["PixelData"].is_undefined_length:
            frames = generate_frames(whole, number_of_frames=description.number_of_frames)
            return next(frame for k, frame in enumerate(frames, 1) if k == number), 0
    offset, length, bit = description.native_extent(number)
    return whole[offset : offset + length], bit
