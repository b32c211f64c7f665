"""The resolutions of a progressive codestream: where each ends, and smaller images cut from its beginning.

For what `jpeg_2000.encode_progressive` writes (PS3.5 10.18, ITU T.800): one tile, RPCL order, one layer, a
tile-part for each resolution, TLM. The beginning up to the end of a tile-part is then everything an image of
that resolution needs, and with its main header corrected it is a codestream of that size itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from struct import pack, unpack_from
from typing import Final

import imagecodecs

from readingroom.errors import Invalid, Unsupported

from . import jpeg_2000
from .codec_errors import told_as_invalid
from .description import PixelDescription
from .frame import Frame

END_OF_CODESTREAM: Final = b"\xff\xd9"
_START: Final = b"\xff\x4f"
_SIZ, _COD, _QCD, _QCC, _TLM, _SOT = 0xFF51, 0xFF52, 0xFF5C, 0xFF5D, 0xFF55, 0xFF90
_MOVES_PACKETS: Final = {0xFF53: "COC", 0xFF57: "PLM", 0xFF5F: "POC", 0xFF60: "PPM"}
_RPCL: Final = 2
_SOT_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class _Laid:
    """segments: marker and body of each segment of the main header. start: of the first tile-part.
    lengths: of the tile-parts, the lowest resolution first."""

    segments: tuple[tuple[int, bytes], ...]
    start: int
    lengths: tuple[int, ...]

    @property
    def levels(self) -> int:
        return len(self.lengths) - 1


def resolution_ends(stream: bytes) -> tuple[int, ...]:
    """For each resolution, lowest first, how many bytes from the beginning hold it and those below.

    stream: a whole codestream or its beginning. Resolution k of n has ceil(size / 2**(n - 1 - k)) rows and
    columns. Raises Unsupported for a codestream in another order, Invalid for one that is broken.
    """
    laid = _laid(stream)
    return tuple(laid.start + sum(laid.lengths[: k + 1]) for k in range(len(laid.lengths)))


def smaller(stream: bytes, reduce: int) -> bytes:
    """A codestream of its own with `reduce` resolutions fewer, ceil(size / 2**reduce) rows and columns.

    stream: at least the first `resolution_ends(stream)[-1 - reduce]` bytes. What it decodes to is exactly
    what a decoder gives that leaves out these resolutions of the whole. It is RPCL with TLM again. Raises as
    `resolution_ends`, Invalid when bytes or resolutions are missing.
    """
    laid = _laid(stream)
    if not 0 <= reduce <= laid.levels:
        raise Invalid(f"The codestream has {laid.levels} resolutions above its lowest, not {reduce}.")
    kept = laid.lengths[: len(laid.lengths) - reduce]
    if laid.start + sum(kept) > len(stream):
        raise Invalid("The codestream is cut off before the end of this resolution.")
    parts, at = [_START, *(_segment(*one) for one in _reduced(laid, reduce))], laid.start
    for number, length in enumerate(kept):
        if unpack_from(">HHHLB", stream, at) != (_SOT, 10, 0, length, number):
            raise Invalid("A tile-part of the codestream is not where TLM says.")
        parts += [stream[at : at + _SOT_LENGTH - 1], pack(">B", len(kept))]
        parts.append(stream[at + _SOT_LENGTH : at + length])
        at += length
    return b"".join([*parts, END_OF_CODESTREAM])


def decode_smaller(stream: bytes, description: PixelDescription, reduce: int) -> Frame:
    """The frame `description` tells of, of Transfer Syntax .202, in 1 / 2**reduce of its size.

    stream: as for `smaller`. Values beyond Bits Stored, which lower resolutions can have, are clipped.
    """
    step = 1 << reduce
    small = replace(description, rows=-(-description.rows // step), columns=-(-description.columns // step))
    cut = smaller(stream, reduce)
    header = jpeg_2000.checked_header(cut, small)
    with told_as_invalid("JPEG 2000"):
        samples = imagecodecs.jpeg2k_decode(cut).reshape(small.shape)
    return jpeg_2000.frame_of(samples, small, header, is_reduced=bool(reduce))


def has_resolutions(description: PixelDescription) -> bool:
    """Whether lower resolutions mean anything: not of palette indices and single bits."""
    return description.photometric_interpretation != "PALETTE COLOR" and description.bits_allocated > 1


def spare_resolutions(description: PixelDescription, width: int, height: int) -> int:
    """How many resolutions an image fitted into width x height pixels can do without."""
    scale = min(width / description.columns, height / description.rows)
    if scale <= 0 or not has_resolutions(description):
        return 0
    reduce = 0
    while scale * (2 << reduce) <= 1 and reduce < jpeg_2000.levels_of(description):
        reduce += 1
    return reduce


def _laid(stream: bytes) -> _Laid:
    segments, start = [], 2
    for marker, body in _main_header(stream):
        segments.append((marker, body))
        start += 4 + len(body)
        if marker in _MOVES_PACKETS:
            raise Unsupported(f"Resolutions of a codestream with {_MOVES_PACKETS[marker]} are not cut out.")
    bodies = dict(segments)
    siz, cod, tlm = (bodies.get(marker, b"") for marker in (_SIZ, _COD, _TLM))
    if len(siz) < 36 or len(cod) < 10:
        raise Invalid("The main header of the JPEG 2000 codestream is incomplete.")
    width, height, *origin, tile_width, tile_height, tile_x, tile_y = unpack_from(">8L", siz, 2)
    one_tile = not any((*origin, tile_x, tile_y)) and tile_width >= width and tile_height >= height
    has_precincts, layers = cod[0] & 1, unpack_from(">H", cod, 2)[0]
    if not one_tile or has_precincts or cod[1] != _RPCL or layers != 1 or tlm[1:2] != b"\x60":
        raise Unsupported("Resolutions are cut out of codestreams of one tile in RPCL order with TLM only.")
    lengths = tuple(unpack_from(">L", tlm, at)[0] for at in range(4, len(tlm) - 3, 6))
    if len(lengths) != cod[5] + 1 or 6 * len(lengths) + 2 != len(tlm) or min(lengths) < _SOT_LENGTH:
        raise Unsupported("The codestream has not one tile-part for each resolution.")
    return _Laid(tuple(segments), start, lengths)


def _main_header(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each segment before the first tile-part."""
    at = 2
    while at + 4 <= len(stream) and stream.startswith(_START):
        marker, length = unpack_from(">HH", stream, at)
        if marker == _SOT:
            return
        if marker < 0xFF00 or length < 2 or at + 2 + length > len(stream):
            break
        yield marker, stream[at + 4 : at + 2 + length]
        at += 2 + length
    raise Invalid("The main header of the JPEG 2000 codestream is broken or cut off.")


def _reduced(laid: _Laid, reduce: int) -> Iterator[tuple[int, bytes]]:
    """The main header's segments as an image of fewer resolutions has them (T.800 A.5, A.6, A.7)."""
    bands = 1 + 3 * (laid.levels - reduce)
    for marker, body in laid.segments:
        if marker == _SIZ:
            width, height = (-(-side // (1 << reduce)) for side in unpack_from(">2L", body, 2))
            yield marker, body[:2] + pack(">8L", width, height, 0, 0, width, height, 0, 0) + body[34:]
        elif marker == _COD:
            yield marker, body[:5] + pack(">B", laid.levels - reduce) + body[6:]
        elif marker in (_QCD, _QCC):
            begins = 0 if marker == _QCD else (1 if _components(laid) < 257 else 2)
            if body[begins] & 0x1F:
                raise Unsupported("Resolutions are cut out of reversible codestreams only.")
            yield marker, body[: begins + 1 + bands]
        elif marker == _TLM:
            yield marker, body[: 2 + 6 * (len(laid.lengths) - reduce)]
        else:
            yield marker, body


def _components(laid: _Laid) -> int:
    return int(unpack_from(">H", dict(laid.segments)[_SIZ], 34)[0])


def _segment(marker: int, body: bytes) -> bytes:
    return pack(">HH", marker, len(body) + 2) + body
