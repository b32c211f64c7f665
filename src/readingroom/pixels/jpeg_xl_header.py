"""The first bits of a JPEG XL image (ISO/IEC 18181-1 clause 9 and D, 18181-2 clause 9)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from readingroom.errors import Invalid, Unsupported

from .description import PixelDescription
from .native import Buffer

_CONTAINER: Final = b"\0\0\0\x0cJXL \r\n\x87\n"
_CODESTREAM: Final = b"\xff\x0a"
_HEAD_BYTES: Final = 64
_MOST_BOXES: Final = 64
_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(frozen=True, slots=True)
class JpegXlHeader:
    """The size, and the depth of integer samples."""

    rows: int
    columns: int
    precision: int

    def check(self, description: PixelDescription) -> None:
        """Raise Invalid unless codestream and Data Set tell of the same image."""
        if (self.rows, self.columns) != (description.rows, description.columns):
            raise Invalid(
                f"The codestream holds {self.rows} x {self.columns} pixels, the header of the object says"
                f" {description.rows} x {description.columns}."
            )
        if self.precision > 8 * description.cell.itemsize:
            raise Invalid(
                f"Samples of {self.precision} bits do not fit in Bits Allocated {description.bits_allocated}."
            )


def read_jpeg_xl_header(data: Buffer) -> JpegXlHeader:
    """Read the head of a bare or boxed codestream.

    Raises Invalid when it is not one, Unsupported for animations, previews, extra channels and floating
    point samples.
    """
    bits = _Bits(_head_of_codestream(data))
    rows, columns = _size(bits)
    if bits.read(1):  # all_default: 8 bits, nothing extra
        return JpegXlHeader(rows, columns, 8)
    if bits.read(1):  # extra_fields
        bits.read(3)  # orientation
        if bits.read(1):
            _size(bits)  # intrinsic size
        if bits.read(2):
            raise Unsupported("JPEG XL images with a preview or an animation cannot be decoded.")
    if bits.read(1):
        raise Unsupported("JPEG XL images of floating point samples cannot be decoded.")
    precision = bits.choose((8, 0), (10, 0), (12, 0), (1, 6))
    bits.read(1)  # whether words of 16 bits suffice
    if bits.choose((0, 0), (1, 0), (2, 4), (1, 12)):
        # Each costs the memory of a whole plane, and a few bytes can claim thousands.
        raise Unsupported("JPEG XL images with extra channels cannot be decoded.")
    return JpegXlHeader(rows, columns, precision)


class _Bits:
    """Bits from the lowest of each byte on."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise Invalid("The JPEG XL codestream is cut off.")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value

    def choose(self, *choices: tuple[int, int]) -> int:
        """U32: two bits choose an offset and how many bits are added to it."""
        offset, count = choices[self.read(2)]
        return offset + self.read(count)


def _size(bits: _Bits) -> tuple[int, int]:
    """(rows, columns) of a SizeHeader (D.2)."""
    small = bits.read(1)
    rows = _side(bits, small)
    ratio = bits.read(3)
    if not ratio:
        return rows, _side(bits, small)
    over, under = _RATIOS[ratio - 1]
    return rows, rows * over // under


def _side(bits: _Bits, small: int) -> int:
    if small:
        return (bits.read(5) + 1) * 8
    return bits.choose((1, 9), (1, 13), (1, 18), (1, 30))


def _head_of_codestream(data: Buffer) -> bytes:
    """The bytes after the signature, from the boxes of a file around the codestream or without them."""
    view = memoryview(data)
    if bytes(view[:2]) == _CODESTREAM:
        return bytes(view[2:_HEAD_BYTES])
    if bytes(view[:12]) != _CONTAINER:
        raise Invalid("The frame is not a JPEG XL codestream.")
    at = 12
    for _ in range(_MOST_BOXES):
        if at + 16 > len(view):
            break
        length, kind = unpack_from(">L4s", view, at)
        head = 8
        if length == 1:
            (length,) = unpack_from(">Q", view, at + 8)
            head = 16
        if kind in (b"jxlc", b"jxlp"):
            start = at + head + (4 if kind == b"jxlp" else 0)
            stream = bytes(view[start : start + _HEAD_BYTES])
            if stream.startswith(_CODESTREAM):
                return stream[2:]
            break
        if length < head:
            break
        at += length
    raise Invalid("The JPEG XL file holds no codestream.")
