"""Where each frame of an image lies: native (PS3.5 8.1) and encapsulated (PS3.5 A.4) pixel data."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from struct import unpack
from typing import Any, Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, FrameIndex, Tag

from .encoding import EXTENDED_LENGTHS, EXTENDED_OFFSETS, ITEM, SEQUENCE_END, UNDEFINED, Buffer
from .head import Head, PixelElement
from .read import read_attributes
from .walk import BIG, LITTLE

_SAMPLES: Final = 0x00280002
_PHOTOMETRIC: Final = 0x00280004
_FRAMES: Final = 0x00280008
_ROWS: Final = 0x00280010
_COLUMNS: Final = 0x00280011
_BITS: Final = 0x00280100

_MOST_FRAMES: Final = 1_000_000
_RLE: Final = "1.2.840.10008.1.2.5"
# MPEG-2, MPEG-4 and HEVC: the frames are one stream (PS3.5 A.4.5 and following).
_VIDEO: Final = frozenset(
    f"1.2.840.10008.1.2.4.{number}{part}" for number in range(100, 109) for part in ("", ".1")
)
# How the codestreams of JPEG, JPEG-LS, JPEG 2000 and a JP2 file begin.
_STARTS: Final = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
# JPEG XL, bare and in boxes; the first two bytes may occur anywhere in other codestreams.
_JPEG_XL: Final = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (110, 111, 112))
_JPEG_XL_STARTS: Final = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
_END: Final = b"\xff\xd9"

Piece = tuple[int, int]


def index_frames(buffer: Buffer, head: Head, attributes: Attributes | None = None) -> FrameIndex:
    """Find the frames of the pixel data that `head` met in `buffer`.

    attributes: those that describe the pixels (Rows, Columns, Samples per Pixel, Bits Allocated,
    Photometric Interpretation, Number of Frames); from the head when None, which must then have been
    asked for `FRAME_TAGS`. buffer: the one that was read; of a deflated Data Set the inflated bytes.
    The frames are those that exist: when fewer than Number of Frames claims, the index is shorter.
    Frames of single bits that start inside of a byte get all bytes they touch. Video is one entry, whatever
    the Number of Frames. Raises Invalid when there is no pixel data, its fragments are broken, or the
    frames cannot be told apart.
    """
    if head.pixel is None:
        raise Invalid("This object has no pixel data.")
    known = read_attributes(head, FRAME_TAGS) if attributes is None else attributes
    claimed = max(1, _integer(known, _FRAMES, 1))
    if not head.pixel.is_encapsulated:
        return FrameIndex(_native(head.pixel, known, claimed))
    uid = head.transfer_syntax_uid
    fragments = _read_fragments(buffer, head.pixel.offset, head.encoding.big_endian)
    table, pieces = fragments[0], [piece for piece in fragments[1:] if piece[1]]
    if not pieces:
        raise Invalid("The pixel data has no fragments.", tag=head.pixel.tag)
    if uid in _VIDEO:
        return FrameIndex((tuple(pieces),))
    first = table[0] + table[1]
    frames = (
        ([pieces] if claimed == 1 else None)
        or _by_extended_table(head, pieces, first, claimed)
        or _by_basic_table(buffer, table, pieces, first, claimed)
        or _by_count(uid, pieces, claimed)
        or _by_codestreams(buffer, uid, pieces, claimed)
    )
    return FrameIndex(tuple(_unpadded(buffer, frame) for frame in frames))


FRAME_TAGS: Final[frozenset[Tag]] = frozenset({_SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _BITS})
"""What `index_frames` has to know of an image."""


def _integer(attributes: Attributes, tag: Tag, default: int | None = None) -> int:
    attribute = attributes.get(tag)
    value: Any = attribute.first if attribute else None
    try:
        number = int(value)
    except (TypeError, ValueError):
        if default is not None and value is None:
            return default
        name = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        raise Invalid(f"The pixels cannot be understood: {name} is missing or no number.", tag=tag) from None
    return number


def _native(pixel: PixelElement, attributes: Attributes, claimed: int) -> tuple[tuple[Piece, ...], ...]:
    """Frames follow each other without padding, of single bits even without filling the byte."""
    rows, columns = _integer(attributes, _ROWS), _integer(attributes, _COLUMNS)
    samples, bits = _integer(attributes, _SAMPLES, 1), _integer(attributes, _BITS)
    photometric = attributes.get(_PHOTOMETRIC)
    if samples == 3 and photometric and photometric.first in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        samples = 2  # two luminances share one pair of chrominances (PS3.3 C.7.6.3.1.2)
    size = rows * columns * samples * bits
    if size <= 0:
        raise Invalid("The pixel data cannot be understood: it has no rows, columns, samples or bits.")
    assert pixel.length is not None
    count = min(claimed, pixel.length * 8 // size)
    if not count:
        raise Invalid(
            f"The pixel data is shorter than one frame: {pixel.length} bytes instead of {-(-size // 8)}.",
            tag=pixel.tag,
        )
    _check_count(count)
    starts = ((number * size // 8, -(-(number + 1) * size // 8)) for number in range(count))
    return tuple(((pixel.offset + start, end - start),) for start, end in starts)


def _check_count(count: int) -> None:
    if count > _MOST_FRAMES:
        raise Invalid(f"The pixel data has more than {_MOST_FRAMES} frames or fragments.")


def _read_fragments(buffer: Buffer, position: int, big: bool) -> list[Piece]:
    """Offset and length of every Item's value, the Basic Offset Table first."""
    unpack_item = (BIG if big else LITTLE).implicit
    pieces: list[Piece] = []
    size = len(buffer)
    while position + 8 <= size:
        group, element, length = unpack_item(buffer, position)
        tag = group << 16 | element
        position += 8
        if tag == SEQUENCE_END:
            break
        if tag != ITEM or length == UNDEFINED or position + length > size:
            raise Invalid("The pixel data is broken: a fragment is cut off or no Item.", tag=tag)
        pieces.append((position, length))
        _check_count(len(pieces))
        position += length
    else:
        raise Invalid("The pixel data is truncated: its Sequence Delimitation Item is missing.")
    if not pieces:
        raise Invalid("The pixel data has no Basic Offset Table and no fragments.")
    return pieces


def _by_extended_table(head: Head, pieces: list[Piece], first: int, claimed: int) -> list[list[Piece]] | None:
    """PS3.3 C.7.6.3.1.8: one fragment per frame, with its length before padding."""
    offsets, lengths = (_table(head, tag) for tag in (EXTENDED_OFFSETS, EXTENDED_LENGTHS))
    if len(offsets) != claimed:
        return None
    frames = _at_offsets(offsets, pieces, first)
    if frames is None or len(lengths) != claimed:
        return frames
    for frame, length in zip(frames, lengths, strict=True):
        start, padded = frame[0]
        if len(frame) == 1 and padded - 1 <= length <= padded:
            frame[0] = (start, length)
    return frames


def _table(head: Head, tag: Tag) -> tuple[int, ...]:
    raw = head.elements.get(tag, ("", b""))[1]
    return unpack(f"{'>' if head.encoding.big_endian else '<'}{len(raw) // 8}Q", raw[: len(raw) // 8 * 8])


def _by_basic_table(
    buffer: Buffer, table: Piece, pieces: list[Piece], first: int, claimed: int
) -> list[list[Piece]] | None:
    """PS3.5 A.4: 32-bit offsets from the first byte of the first fragment's Item header."""
    raw = bytes(buffer[table[0] : table[0] + table[1] // 4 * 4])
    offsets = unpack(f"<{len(raw) // 4}I", raw)
    # A table of one entry for many frames is a placeholder, and more entries than frames are none of ours.
    if not offsets or len(offsets) > claimed or (len(offsets) == 1 and claimed > 1):
        return None
    if len(offsets) < claimed == len(pieces):
        return None
    return _at_offsets(offsets, pieces, first)


def _at_offsets(offsets: Sequence[int], pieces: list[Piece], first: int) -> list[list[Piece]] | None:
    """Fragments grouped by the offsets at which frames begin; None when these do not fit the fragments."""
    index_of = {start - 8 - first: index for index, (start, _) in enumerate(pieces)}
    begins = [index_of.get(offset, -1) for offset in offsets]
    if begins[0] != 0 or any(one >= other for one, other in pairwise(begins)):
        return None
    return [pieces[one:other] for one, other in pairwise([*begins, len(pieces)])]


def _by_count(uid: str, pieces: list[Piece], claimed: int) -> list[list[Piece]] | None:
    """One fragment per frame; RLE never has another form (PS3.5 A.4.2)."""
    if len(pieces) == claimed or (uid == _RLE and len(pieces) < claimed):
        return [[piece] for piece in pieces]
    return None


def _by_codestreams(buffer: Buffer, uid: str, pieces: list[Piece], claimed: int) -> list[list[Piece]]:
    """Frames begin where codestreams do."""
    starts = _JPEG_XL_STARTS if uid in _JPEG_XL else _STARTS
    begins = [index for index, piece in enumerate(pieces) if _starts_codestream(buffer, piece, starts)]
    if len(begins) > claimed:
        # A fragment border may fall before a thumbnail inside of a codestream.
        begins = [one for one in begins if one == 0 or _ends_codestream(buffer, pieces[one - 1])]
    if not begins or begins[0] != 0 or len(begins) > claimed:
        raise Invalid(
            f"The frames cannot be told apart: {len(pieces)} fragments for {claimed} frames, no offset "
            f"table that fits, and {len(begins)} of the fragments begin a codestream."
        )
    return [pieces[one:other] for one, other in pairwise([*begins, len(pieces)])]


def _starts_codestream(buffer: Buffer, piece: Piece, starts: tuple[bytes, ...]) -> bool:
    return bytes(buffer[piece[0] : piece[0] + min(8, piece[1])]).startswith(starts)


def _ends_codestream(buffer: Buffer, piece: Piece) -> bool:
    start, length = piece
    return bytes(buffer[start + max(0, length - 16) : start + length]).rstrip(b"\0\xff").endswith(_END)


def _unpadded(buffer: Buffer, frame: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces without the byte that makes the last fragment even, where the codestream tells."""
    start, length = frame[-1]
    if length > 2 and bytes(buffer[start + length - 3 : start + length]) == _END + b"\0":
        return (*frame[:-1], (start, length - 1))
    return tuple(frame)
