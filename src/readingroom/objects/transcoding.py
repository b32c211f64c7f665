"""A stored object's Data Set in another transfer syntax (PS3.5 annex A).

The object is held in memory while it is rewritten; as stored it leaves with constant memory.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

import numpy as np
from pydicom import dcmread
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from readingroom.errors import Invalid, Unsupported
from readingroom.model import StoredInstance
from readingroom.pixels import description_after
from readingroom.standard.transfer_syntaxes import EXPLICIT_BE, EXPLICIT_LE, UNCOMPRESSED

from .frames import open_frames, read_layout

_WIDTHS = {"OW": "u2", "OF": "u4", "OL": "u4", "OD": "u8", "OV": "u8"}
_TABLES = (0x7FE00001, 0x7FE00002, 0x7FE00003)


def transcoded(file: BinaryIO, stored: StoredInstance, transfer_syntax_uid: str) -> bytes:
    """The Data Set, without File Meta Information, in one of the uncompressed transfer syntaxes.

    file: the whole stored object. Private elements stay as they are. Raises Unsupported for another target
    or pixel data that cannot be decoded, Invalid for an object that cannot be read.
    """
    if transfer_syntax_uid not in UNCOMPRESSED:
        raise Unsupported(f"Objects are not rewritten in {transfer_syntax_uid}.", uid=transfer_syntax_uid)
    try:
        dataset = dcmread(file, force=True)
        if stored.number_of_frames and stored.transfer_syntax_uid not in UNCOMPRESSED:
            _decompress(dataset, file, stored)
        source_is_big = stored.transfer_syntax_uid == EXPLICIT_BE
        if source_is_big != (transfer_syntax_uid == EXPLICIT_BE):
            dataset.walk(_swap)
        return _encode(dataset, UID(transfer_syntax_uid))
    except (ValueError, TypeError, AttributeError, KeyError, NotImplementedError, OverflowError) as error:
        raise Invalid(f"The object cannot be rewritten: {error}", uid=stored.ref.sop_instance_uid) from error


def _decompress(dataset: Dataset, file: BinaryIO, stored: StoredInstance) -> None:
    file.seek(0)
    buffer = file.read()
    layout = read_layout(buffer, stored)
    after = description_after(layout.description, EXPLICIT_LE)
    with open_frames(buffer, stored, layout) as frames:
        value = b"".join(frames.transcoded(n, EXPLICIT_LE) for n in range(1, frames.count + 1))
    for tag in _TABLES:
        if tag in dataset:
            del dataset[tag]
    dataset.add_new(0x00280004, "CS", after.photometric_interpretation)
    if after.samples_per_pixel > 1:
        dataset.add_new(0x00280006, "US", after.planar_configuration)
    dataset.add_new(0x00280102, "US", after.high_bit)
    dataset.add_new(0x7FE00010, after.pixel_vr, value + b"\0" * (len(value) % 2))


def _swap(_: Dataset, element: DataElement) -> None:
    """Words of the other byte order; pydicom leaves the bytes of these VRs as they are."""
    width = _WIDTHS.get(element.VR)
    if width and isinstance(element.value, bytes) and len(element.value) % int(width[1]) == 0:
        element.value = np.frombuffer(element.value, width).byteswap().tobytes()


def _encode(dataset: Dataset, uid: UID) -> bytes:
    target = DicomBytesIO()
    target.is_little_endian = uid.is_little_endian
    target.is_implicit_VR = uid.is_implicit_VR
    write_dataset(target, dataset)
    raw: bytes = target.getvalue()
    if not uid.is_deflated:
        return raw
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflate.compress(raw) + deflate.flush()
    return packed + b"\0" * (len(packed) % 2)
