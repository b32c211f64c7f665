"""Pixel Data that is not encapsulated: cells in little or big endian order (PS3.5 8.1.1, annex D).

Numpy work: it holds the GIL for about 0.1 ms per megabyte.
"""

from __future__ import annotations

import numpy as np

from readingroom.errors import Invalid

from .cells import Array, cells_of, stored_values
from .description import EXPLICIT_BIG, PixelDescription
from .frame import Frame

Buffer = bytes | bytearray | memoryview


def decode(data: Buffer, description: PixelDescription, bit_offset: int = 0) -> Frame:
    """Decode one native frame; see `decode_frame`."""
    photometric = description.photometric_interpretation
    needed = (bit_offset + description.native_bits + 7) // 8
    if len(data) < needed:
        raise Invalid(f"The frame has {len(data)} bytes, its description needs {needed}.")
    if description.is_pair_swapped:
        padded = bytes(data) + b"\0" * (len(data) % 2)
        data = np.frombuffer(padded, np.uint16).byteswap().tobytes()
    data, bit_offset = memoryview(data)[bit_offset // 8 :], bit_offset % 8
    if description.bits_allocated == 1:
        return Frame(unpack_bits(data, description, bit_offset), photometric)
    if description.bits_allocated == 12:
        return Frame(_unpack_12(data, description), photometric)
    cells = _cells(data, description)
    if description.samples_per_pixel == 1:
        return Frame(_values(cells[: description.rows * description.columns], description), photometric)
    if photometric in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        full = description.rows * description.columns * 3
        photometric = "YBR_FULL" if photometric == "YBR_FULL_422" else photometric
        if len(cells) < full:  # some writers label full size chroma 4:2:2
            return Frame(_values(_widen_chroma(cells, description), description), photometric)
    return Frame(_values(interleave(cells, description), description), photometric)


def encode(values: Array, description: PixelDescription) -> bytes:
    """The frame in Explicit or Implicit VR Little Endian, colour by pixel (Planar Configuration 0).

    values: stored values, (rows, columns) or (rows, columns, 3). Single bit frames are packed from the
    lowest bit, the last byte filled with 0; joining frames that do not fill their last byte is the
    caller's matter.
    """
    if description.bits_allocated == 1:
        return np.packbits(values.reshape(-1) != 0, bitorder="little").tobytes()
    if description.is_float:
        return values.astype(f"<f{description.cell.itemsize}", copy=False).tobytes()
    return cells_of(values, description).tobytes()


def encode_big(values: Array, description: PixelDescription) -> bytes:
    """The frame in Explicit VR Big Endian; cells up to 8 bits are for OB, which is not swapped."""
    data = encode(values, description)
    size = description.cell.itemsize
    return data if size == 1 else np.frombuffer(data, f"<u{size}").astype(f">u{size}").tobytes()


def interleave(cells: Array, description: PixelDescription, planes: bool | None = None) -> Array:
    """Flat colour cells as (rows, columns, 3), whatever the Planar Configuration (PS3.3 C.7.6.3.1.3)."""
    rows, columns, samples = description.rows, description.columns, description.samples_per_pixel
    cells = cells[: rows * columns * samples]
    if planes is None:
        planes = description.planar_configuration == 1
    if not planes:
        return cells.reshape(rows, columns, samples)
    return np.ascontiguousarray(cells.reshape(samples, rows, columns).transpose(1, 2, 0))


def unpack_bits(data: Buffer, description: PixelDescription, bit_offset: int = 0) -> Array:
    """Single bit cells as bytes 0 and 1, the lowest bit of each byte first (PS3.5 8.1.1)."""
    count = description.rows * description.columns
    packed = np.frombuffer(data, np.uint8, count=(bit_offset + count + 7) // 8)
    bits = np.unpackbits(packed, count=bit_offset + count, bitorder="little")
    return bits[bit_offset:].reshape(description.rows, description.columns)


def _cells(data: memoryview, description: PixelDescription) -> Array:
    order = ">" if description.transfer_syntax_uid == EXPLICIT_BIG else "<"
    size = description.cell.itemsize
    kind = "f" if description.is_float else "u"
    cells = np.frombuffer(data[: len(data) // size * size], f"{order}{kind}{size}")
    return cells.astype(cells.dtype.newbyteorder("="), copy=False)


def _values(cells: Array, description: PixelDescription) -> Array:
    shaped = cells.reshape(description.shape)
    return shaped if description.is_float else stored_values(shaped, description)


def _widen_chroma(cells: Array, description: PixelDescription) -> Array:
    """Y Y Cb Cr per two columns to Y Cb Cr per column; a chroma pair is sited on the first of the two.

    PS3.3 C.7.6.3.1.2. Both columns get the same chroma, as pydicom and dcmtk do.
    """
    rows, columns = description.rows, description.columns
    pairs = (columns + 1) // 2
    quads = cells[: rows * pairs * 4].reshape(rows, pairs, 4)
    wide = np.empty((rows, pairs, 2, 3), cells.dtype)
    wide[..., 0] = quads[..., :2]
    wide[..., 1] = quads[..., 2:3]
    wide[..., 2] = quads[..., 3:4]
    return wide.reshape(rows, pairs * 2, 3)[:, :columns]


def _unpack_12(data: Buffer, description: PixelDescription) -> Array:
    """Two 12 bit cells in three bytes, the retired packing of ACR-NEMA and early DICOM."""
    count = description.rows * description.columns
    triples = np.frombuffer(bytes(data[: (count * 3 + 1) // 2]) + b"\0" * 2, np.uint8)
    triples = triples[: (count + 1) // 2 * 3].reshape(-1, 3).astype(np.uint16)
    cells = np.empty((len(triples), 2), np.uint16)
    cells[:, 0] = triples[:, 0] | (triples[:, 1] & 0x0F) << 8
    cells[:, 1] = triples[:, 1] >> 4 | triples[:, 2] << 4
    return stored_values(cells.reshape(-1)[:count].reshape(description.shape), description)
