"""The marker segments before the first scan of a JPEG or JPEG-LS codestream (ITU T.81 B, T.87 C).

Read before any codec is called: what a header claims must be what the Data Set describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from readingroom.errors import Invalid

from .description import PixelDescription
from .native import Buffer

SOF_JPEG_LS: Final = 0xF7
_SOI, _SOS, _DHP, _APP0, _APP14 = 0xD8, 0xDA, 0xDE, 0xE0, 0xEE
_FRAME_HEADERS: Final = frozenset({*range(0xC0, 0xD0), SOF_JPEG_LS}) - {0xC4, 0xC8, 0xCC}
_MAX_HEADER_BYTES: Final = 4 * 1024 * 1024
_MAX_SCANS: Final = 128
"""More scans than any real progressive image has: each costs a pass over the whole picture."""


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What the frame header says.

    process: the low byte of its marker, 0xC0 to 0xCF, SOF_JPEG_LS or that of a hierarchy. sampling:
    (horizontal, vertical) factor of each component. adobe_transform: of the Adobe APP14 segment: 0 RGB,
    1 YCbCr, None absent.
    """

    process: int
    precision: int
    rows: int
    columns: int
    identifiers: tuple[int, ...]
    sampling: tuple[tuple[int, int], ...]
    adobe_transform: int | None
    has_jfif: bool

    @property
    def is_hierarchical(self) -> bool:
        """Whether frames build on each other (annex J); the header is then that of the whole."""
        return self.process == _DHP

    @property
    def has_halved_chroma(self) -> bool:
        """Whether the components differ in size."""
        return len(set(self.sampling)) > 1

    def check(self, description: PixelDescription) -> None:
        """Raise Invalid unless codestream and Data Set tell of the same image."""
        if (self.rows, self.columns) != (description.rows, description.columns):
            raise Invalid(
                f"The codestream holds {self.rows} x {self.columns} pixels, the header of the object says"
                f" {description.rows} x {description.columns}."
            )
        if len(self.identifiers) != description.samples_per_pixel:
            raise Invalid(
                f"The codestream has {len(self.identifiers)} components, the header of the object says"
                f" {description.samples_per_pixel}."
            )
        if not 2 <= self.precision <= 8 * description.cell.itemsize:
            raise Invalid(
                f"Samples of {self.precision} bits do not fit in Bits Allocated {description.bits_allocated}."
            )


def read_jpeg_header(data: Buffer) -> JpegHeader:
    """Read up to the first scan. Raises Invalid when there is no frame header before it."""
    view = memoryview(data)
    if bytes(view[:2]) != b"\xff\xd8":
        raise Invalid("The frame is not a JPEG codestream: it has no SOI marker.")
    adobe: int | None = None
    jfif = False
    at = 2
    while at + 4 <= min(len(view), _MAX_HEADER_BYTES):
        if view[at] != 0xFF:
            raise Invalid("The JPEG codestream is broken: a marker was expected.")
        marker = view[at + 1]
        if marker == 0xFF:  # fill byte, T.81 B.1.1.2
            at += 1
            continue
        if marker == _SOS:
            break
        (length,) = unpack_from(">H", view, at + 2)
        segment = view[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            break
        if marker in _FRAME_HEADERS:
            return _frame_header(marker, segment, adobe, jfif)
        if marker == _DHP:  # the size of the whole; a frame header in all but the marker (T.81 B.3.2)
            return _frame_header(marker, segment, adobe, jfif)
        if marker == _APP14 and bytes(segment[:5]) == b"Adobe" and len(segment) >= 12:
            adobe = segment[11]
        jfif |= marker == _APP0 and bytes(segment[:5]) == b"JFIF\0"
        at += 2 + length
    raise Invalid("The JPEG codestream has no frame header.")


def check_scans(data: bytes) -> None:
    """Raise Invalid when there are more scans than any honest image has."""
    if data.count(b"\xff\xda") > _MAX_SCANS:
        raise Invalid(f"The JPEG codestream has more than {_MAX_SCANS} scans.")


def _frame_header(marker: int, segment: memoryview, adobe: int | None, jfif: bool) -> JpegHeader:
    if len(segment) < 6 or len(segment) < 6 + 3 * segment[5]:
        raise Invalid("The frame header of the JPEG codestream is cut off.")
    precision, rows, columns, count = unpack_from(">BHHB", segment)
    components = [(segment[6 + 3 * k], segment[7 + 3 * k]) for k in range(count)]
    return JpegHeader(
        process=marker,
        precision=precision,
        rows=rows,
        columns=columns,
        identifiers=tuple(identifier for identifier, _ in components),
        sampling=tuple((factors >> 4, factors & 15) for _, factors in components),
        adobe_transform=adobe,
        has_jfif=jfif,
    )
