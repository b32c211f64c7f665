"""The main header of a JPEG 2000 codestream (ITU T.800 annex A, T.814 for high throughput)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from readingroom.errors import Invalid, Unsupported

from .description import PixelDescription
from .native import Buffer

_SIGNATURE: Final = b"\0\0\0\x0cjP  "
_START: Final = b"\xff\x4f\xff\x51"
_CAP, _COD, _SOT = 0xFF50, 0xFF52, 0xFF90
_MAX_BOXES: Final = 64
_MAX_SEGMENTS: Final = 4096
_MAX_TILES: Final = 65535


@dataclass(frozen=True, slots=True)
class Jpeg2000Header:
    """What SIZ, CAP and COD say.

    precisions, signs and steps: one entry a component; a step (XRsiz, YRsiz) other than (1, 1) is a
    subsampled component. has_colour_transform: the multiple component transform is applied.
    """

    rows: int
    columns: int
    tiles: int
    precisions: tuple[int, ...]
    signs: tuple[bool, ...]
    steps: tuple[tuple[int, int], ...]
    is_high_throughput: bool
    is_reversible: bool
    has_colour_transform: bool
    levels: int

    @property
    def precision(self) -> int:
        """Bits of the widest component."""
        return max(self.precisions)

    def check(self, description: PixelDescription) -> None:
        """Raise Invalid unless codestream and Data Set tell of the same image."""
        if (self.rows, self.columns) != (description.rows, description.columns):
            raise Invalid(
                f"The codestream holds {self.rows} x {self.columns} pixels, the header of the object says"
                f" {description.rows} x {description.columns}."
            )
        if len(self.precisions) != description.samples_per_pixel:
            raise Invalid(
                f"The codestream has {len(self.precisions)} components, the header of the object says"
                f" {description.samples_per_pixel}."
            )
        if self.precision > 8 * description.cell.itemsize:
            raise Invalid(
                f"Samples of {self.precision} bits do not fit in Bits Allocated {description.bits_allocated}."
            )
        if set(self.steps) != {(1, 1)} or len(set(zip(self.precisions, self.signs, strict=True))) > 1:
            raise Unsupported("JPEG 2000 components of different size or depth cannot be decoded.")


def codestream_of(data: Buffer) -> bytes:
    """The codestream without the boxes of a JP2 file around it, which DICOM forbids (PS3.5 A.4.4).

    Without them no colour specification or palette of the file can meddle with the decoding.
    """
    stream = bytes(data)
    if not stream.startswith(_SIGNATURE):
        return stream
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(stream):
            break
        length, kind = unpack_from(">L4s", stream, at)
        header = 8
        if length == 1 and at + 16 <= len(stream):
            (length,) = unpack_from(">Q", stream, at + 8)
            header = 16
        if kind == b"jp2c":
            return stream[at + header : at + length if length else None]
        if length < header:
            break
        at += length
    raise Invalid("The JP2 file holds no codestream.")


def read_jpeg_2000_header(stream: bytes) -> Jpeg2000Header:
    """Read the main header of a bare codestream. Raises Invalid when it is not one or is cut off."""
    if not stream.startswith(_START):
        raise Invalid("The frame is not a JPEG 2000 codestream.")
    segments = _segments(stream)
    siz, cod = segments.get(0xFF51, b""), segments.get(_COD, b"")
    if len(siz) < 36 or len(cod) < 10:
        raise Invalid("The main header of the JPEG 2000 codestream is incomplete.")
    x1, y1, x0, y0, tile_x, tile_y, tile_x0, tile_y0, count = unpack_from(">8LH", siz, 2)
    if len(siz) < 36 + 3 * count or count == 0:
        raise Invalid("The main header of the JPEG 2000 codestream is incomplete.")
    if not (tile_x and tile_y and x0 < x1 and y0 < y1 and tile_x0 <= x0 and tile_y0 <= y0):
        raise Invalid("The image or tile size in the JPEG 2000 codestream is impossible.")
    tiles = -(-(x1 - tile_x0) // tile_x) * -(-(y1 - tile_y0) // tile_y)
    if tiles > _MAX_TILES:
        raise Invalid(f"The JPEG 2000 codestream has {tiles} tiles; {_MAX_TILES} are allowed.")
    parts = [tuple(siz[36 + 3 * k : 39 + 3 * k]) for k in range(count)]
    return Jpeg2000Header(
        rows=y1 - y0,
        columns=x1 - x0,
        tiles=tiles,
        precisions=tuple((depth & 0x7F) + 1 for depth, _, _ in parts),
        signs=tuple(depth >= 0x80 for depth, _, _ in parts),
        steps=tuple((step_x, step_y) for _, step_x, step_y in parts),
        is_high_throughput=_CAP in segments,
        is_reversible=cod[9] == 1,
        has_colour_transform=cod[4] == 1,
        levels=cod[5],
    )


def _segments(stream: bytes) -> dict[int, bytes]:
    """The bodies of the first segment of each marker in the main header."""
    found: dict[int, bytes] = {}
    at = 2
    for _ in range(_MAX_SEGMENTS):
        if at + 4 > len(stream):
            break
        marker, length = unpack_from(">HH", stream, at)
        if marker == _SOT or marker < 0xFF00 or length < 2:
            break
        found.setdefault(marker, stream[at + 4 : at + 2 + length])
        at += 2 + length
    return found
