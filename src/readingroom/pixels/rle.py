"""RLE Lossless (PS3.5 annex G), by imagecodecs, which releases the GIL."""

from __future__ import annotations

from itertools import pairwise
from struct import pack, unpack_from
from typing import Any

import imagecodecs
import numpy as np

from readingroom.errors import Invalid, Unsupported

from .cells import Array, cells_of, packed, stored_values
from .description import PixelDescription
from .frame import Frame
from .native import Buffer, interleave, unpack_bits

_HEADER_BYTES = 64
_MAX_SEGMENTS = 15


def decode(data: Buffer, description: PixelDescription) -> Frame:
    """Decode one RLE frame; see `decode_frame`.

    Raises Invalid when the segments are not as many as the description needs or decode to fewer bytes.
    """
    if description.bits_allocated == 12:
        raise Unsupported("RLE needs pixel cells of whole bytes.")
    photometric = description.photometric_interpretation
    pixels = description.rows * description.columns
    plane = (pixels + 7) // 8 if description.bits_allocated == 1 else pixels
    segments = description.samples_per_pixel * description.cell.itemsize
    _check_header(data, segments)
    cell = np.dtype(f"<u{description.cell.itemsize}")
    flat = _expand(bytes(data), plane, segments, cell)
    if description.bits_allocated == 1:
        return Frame(unpack_bits(flat, description), photometric)
    cells = np.frombuffer(flat, cell)
    if description.samples_per_pixel > 1:
        cells = interleave(cells, description, planes=True)
    values = cells[:pixels].reshape(description.shape) if description.samples_per_pixel == 1 else cells
    if description.is_float:
        return Frame(values.view(description.cell), photometric)
    return Frame(
        stored_values(values, description), "YBR_FULL" if photometric == "YBR_FULL_422" else photometric
    )


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame as RLE Lossless: one segment a byte of a sample, most significant first, row by row."""
    if description.bits_allocated == 1:
        rows = np.packbits(values.reshape(-1) != 0, bitorder="little")[np.newaxis, :]
        return _assemble([_segment(rows)])
    if description.is_float:
        cells = packed(values).view(f"<u{description.cell.itemsize}")
    else:
        cells = cells_of(values, description)
    size = cells.dtype.itemsize
    octets = cells.view(np.uint8).reshape(description.rows, description.columns, -1)
    order = [
        sample * size + byte
        for sample in range(description.samples_per_pixel)
        for byte in reversed(range(size))
    ]
    return _assemble([_segment(octets[:, :, k]) for k in order])


def _segment(octets: Array) -> bytes:
    """One byte plane, (rows, columns), coded row by row: no run crosses a row (G.3.1)."""
    return bytes(imagecodecs.packbits_encode(packed(octets)))


def _expand(data: bytes, plane: int, segments: int, cell: np.dtype[Any]) -> bytes:
    """All segments as little endian samples, plane by plane; `plane` bytes are wanted of each segment."""
    try:
        flat = imagecodecs.dicomrle_decode(data, cell, out=bytearray(plane * segments))
    except (RuntimeError, ValueError):
        flat = _expand_one_by_one(data, plane, segments, cell)
    if len(flat) < plane * segments:
        raise Invalid(
            f"The RLE frame decodes to {len(flat)} bytes, its description needs {plane * segments}."
        )
    return bytes(flat)


def _expand_one_by_one(data: bytes, plane: int, segments: int, cell: np.dtype[Any]) -> bytes:
    """As `_expand`, tolerating a few surplus bytes at the end of a segment.

    Encoders pad a segment to even length with a byte that then begins a run of its own.
    """
    offsets = [*unpack_from(f"<{segments}L", data, 4), len(data)]
    octets = np.empty((segments // cell.itemsize, plane, cell.itemsize), np.uint8)
    for number, (start, end) in enumerate(pairwise(offsets)):
        expanded = _expand_segment(data[start:end], plane)
        if len(expanded) < plane:
            raise Invalid(f"RLE segment {number + 1} decodes to {len(expanded)} of {plane} bytes.")
        sample, byte = divmod(number, cell.itemsize)
        octets[sample, :, cell.itemsize - 1 - byte] = np.frombuffer(expanded, np.uint8, plane)
    return octets.tobytes()


def _expand_segment(segment: bytes, plane: int) -> bytes:
    for surplus in (0, 1):
        try:
            return bytes(imagecodecs.packbits_decode(segment[: len(segment) - surplus], out=plane + 256))
        except (RuntimeError, ValueError):
            continue
    raise Invalid("The RLE codestream cannot be decoded.")


def _assemble(segments: list[bytes]) -> bytes:
    if len(segments) > _MAX_SEGMENTS:
        raise Unsupported("A pixel of more than 15 bytes cannot be coded as RLE.")
    padded = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = [_HEADER_BYTES + sum(map(len, padded[:k])) for k in range(len(padded))]
    header = pack("<16L", len(padded), *offsets, *[0] * (_MAX_SEGMENTS - len(padded)))
    return b"".join([header, *padded])


def _check_header(data: Buffer, segments: int) -> None:
    if len(data) < _HEADER_BYTES:
        raise Invalid("The RLE frame is shorter than its header.")
    count, *offsets = unpack_from("<16L", data)
    if count != segments:
        raise Invalid(f"The RLE frame has {count} segments, its description needs {segments}.")
    used = offsets[:count]
    if used[0] < _HEADER_BYTES or sorted(used) != used or used[-1] > len(data):
        raise Invalid("The offsets of the RLE segments are wrong.")
