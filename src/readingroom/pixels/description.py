"""What the Image Pixel Module says about every frame of an object (PS3.3 C.7.6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes, Tag

MAX_FRAME_BYTES: Final = 512 * 1024 * 1024
"""A frame that would decode to more than this is refused before anything is allocated."""

EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"

_NUMBER_OF_FRAMES: Final = 0x00280008
_FLOAT_PIXEL_DATA: Final = 0x7FE00008
_DOUBLE_FLOAT_PIXEL_DATA: Final = 0x7FE00009
_PIXEL_DATA: Final = 0x7FE00010
_HALVED_CHROMA: Final = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})


@dataclass(frozen=True, slots=True)
class PixelDescription:
    """The shape and coding of each frame; valid once constructed.

    Raises Invalid for what no image can have (zero rows, more bits stored than allocated, a frame larger
    than MAX_FRAME_BYTES) and Unsupported for cells of a size we do not read.

    number_of_frames: as claimed by the header, so never a reason to allocate.
    pixel_vr: OB or OW; it tells whether 8 bit cells of Explicit VR Big Endian are swapped in pairs.
    """

    transfer_syntax_uid: str
    rows: int
    columns: int
    samples_per_pixel: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    planar_configuration: int = 0
    bits_allocated: int = 8
    bits_stored: int = 8
    high_bit: int = 7
    pixel_representation: int = 0
    number_of_frames: int = 1
    is_float: bool = False
    pixel_vr: str = "OW"

    def __post_init__(self) -> None:
        if not (0 < self.rows <= 0xFFFF and 0 < self.columns <= 0xFFFF):
            raise Invalid(f"An image cannot have {self.rows} rows and {self.columns} columns.")
        if self.samples_per_pixel not in (1, 3):
            raise Unsupported(f"Images of {self.samples_per_pixel} samples per pixel cannot be shown.")
        if self.bits_allocated not in ((32, 64) if self.is_float else (1, 8, 12, 16, 32)):
            raise Unsupported(f"Pixel cells of {self.bits_allocated} bits cannot be read.")
        if not 0 < self.bits_stored <= self.high_bit + 1 <= self.bits_allocated:
            raise Invalid(
                f"Bits Stored {self.bits_stored} and High Bit {self.high_bit}"
                f" do not fit in Bits Allocated {self.bits_allocated}."
            )
        if self.samples_per_pixel > 1 and self.bits_allocated in (1, 12):
            raise Unsupported("Colour images need cells of whole bytes.")
        if self.decoded_bytes > MAX_FRAME_BYTES:
            raise Invalid(
                f"A frame of {self.rows} x {self.columns} pixels is beyond the limit of"
                f" {MAX_FRAME_BYTES >> 20} MiB."
            )

    @classmethod
    def of(cls, attributes: Attributes, transfer_syntax_uid: str) -> PixelDescription:
        """Read the Image Pixel Module.

        Tolerant where the intent is plain: absent Bits Stored, High Bit or Pixel Representation follow
        from Bits Allocated, an unreadable Number of Frames counts as 1. Raises Invalid without Rows,
        Columns or Bits Allocated, and for whatever the class refuses.
        """
        is_float = _FLOAT_PIXEL_DATA in attributes or _DOUBLE_FLOAT_PIXEL_DATA in attributes
        samples = _whole(attributes, 0x00280002, 1)
        allocated = _whole(attributes, 0x00280100)
        stored = allocated if is_float else _whole(attributes, 0x00280101, allocated)
        photometric = _text(attributes, 0x00280004) or ("RGB" if samples == 3 else "MONOCHROME2")
        pixel_data = attributes.get(_PIXEL_DATA)
        return cls(
            transfer_syntax_uid=transfer_syntax_uid,
            rows=_whole(attributes, 0x00280010),
            columns=_whole(attributes, 0x00280011),
            samples_per_pixel=samples,
            photometric_interpretation=photometric.upper(),
            planar_configuration=_whole(attributes, 0x00280006, 0),
            bits_allocated=allocated,
            bits_stored=stored,
            high_bit=stored - 1 if is_float else _whole(attributes, 0x00280102, stored - 1),
            pixel_representation=_whole(attributes, 0x00280103, 0),
            number_of_frames=_frames(attributes),
            is_float=is_float,
            pixel_vr="OB" if pixel_data is not None and pixel_data.vr == "OB" else "OW",
        )

    @property
    def is_signed(self) -> bool:
        """Whether stored values are two's complement."""
        return self.is_float or self.pixel_representation == 1

    @property
    def cell(self) -> np.dtype[Any]:
        """The numpy type of one decoded sample in native byte order; 1 bit samples become bytes."""
        size = {1: 1, 8: 1, 12: 2}.get(self.bits_allocated, self.bits_allocated // 8)
        return np.dtype(f"{'f' if self.is_float else 'i' if self.pixel_representation == 1 else 'u'}{size}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns) or (rows, columns, 3)."""
        plane = (self.rows, self.columns)
        return plane if self.samples_per_pixel == 1 else (*plane, self.samples_per_pixel)

    @property
    def decoded_bytes(self) -> int:
        """Bytes of the array a frame decodes to."""
        return self.rows * self.columns * self.samples_per_pixel * self.cell.itemsize

    @property
    def is_pair_swapped(self) -> bool:
        """Whether small cells lie in big endian 16 bit words, so that bytes are swapped in pairs.

        PS3.5 7.3 and A.3: OW in Explicit VR Big Endian.
        """
        return self.transfer_syntax_uid == EXPLICIT_BIG and self.pixel_vr == "OW" and self.bits_allocated <= 8

    @property
    def native_bits(self) -> int:
        """Bits of one frame in native (not encapsulated) Pixel Data, which has no padding between frames.

        PS3.5 8.1.1; chroma of a 4:2:2 photometric interpretation is stored for every second column
        (PS3.3 C.7.6.3.1.2).
        """
        samples = self.rows * self.columns * self.samples_per_pixel
        if self.photometric_interpretation in _HALVED_CHROMA and self.samples_per_pixel == 3:
            samples = self.rows * (self.columns + self.columns % 2) * 2
        return samples * self.bits_allocated

    def native_extent(self, frame_number: int) -> tuple[int, int, int]:
        """Where frame `frame_number` (from 1) lies in native Pixel Data: (byte offset, bytes, bit offset).

        The bit offset is 0 unless frames share a byte (single bit frames) or a swapped byte pair (see
        `is_pair_swapped`); the bytes then include those shared with the neighbours. Raises Invalid for a
        frame number below 1.
        """
        if frame_number < 1:
            raise Invalid("Frames are counted from 1.")
        unit = 16 if self.is_pair_swapped else 8
        first, bit = divmod((frame_number - 1) * self.native_bits, unit)
        return first * unit // 8, -(-(bit + self.native_bits) // unit) * unit // 8, bit


def _whole(attributes: Attributes, tag: Tag, absent: int | None = None) -> int:
    attribute = attributes.get(tag)
    value = None if attribute is None else attribute.first
    if value is None:
        if absent is None:
            raise Invalid(f"Attribute ({tag >> 16:04X},{tag & 0xFFFF:04X}) is missing.", tag=tag)
        return absent
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) is not a number.", tag=tag) from error


def _text(attributes: Attributes, tag: Tag) -> str:
    attribute = attributes.get(tag)
    return "" if attribute is None or attribute.first is None else str(attribute.first).strip(" \0")


def _frames(attributes: Attributes) -> int:
    text = _text(attributes, _NUMBER_OF_FRAMES)
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 12 else 1
