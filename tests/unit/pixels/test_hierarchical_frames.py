"""Hierarchical JPEG: written here by ITU T.81 annexes H and J, and by the reference software of JPEG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from readingroom.errors import Invalid, Unsupported
from readingroom.pixels import Array, PixelDescription, decode_frame

PROCESS_28 = "1.2.840.10008.1.2.4.65"
WRITTEN_ELSEWHERE = Path(__file__).parents[2] / "data" / "hierarchical"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def frame_header(marker: int, values: Array, bits: int) -> bytes:
    """Of SOF and DHP (B.2.2, B.3.2)."""
    rows, columns, count = values.shape
    body = bytes([bits]) + rows.to_bytes(2, "big") + columns.to_bytes(2, "big") + bytes([count])
    return segment(marker, body + b"".join(bytes([number + 1, 0x11, 0]) for number in range(count)))


TABLE = segment(0xC4, bytes([0, 0, 0, 0, 0, 17, *[0] * 11, *range(17)]))
"""Each category has its number in five bits (B.2.4.2)."""


def coded(differences: Array, restart: int = 0) -> bytes:
    """Category and additional bits of each, components in turn (H.1.2.2)."""
    units = differences.reshape(differences.shape[0] * differences.shape[1], -1)
    intervals = np.split(units, range(restart, len(units), restart)) if restart else [units]
    out = b""
    for number, interval in enumerate(intervals):
        out += bytes([0xFF, 0xD0 + (number - 1) % 8]) if number else b""
        bits = "".join(coded_one(int(one)) for one in interval.ravel())
        bits += "1" * (-len(bits) % 8)
        out += int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return out


def coded_one(difference: int) -> str:
    one = (difference + 0x8000) % 0x10000 - 0x8000  # modulo 2^16
    category = 16 if one == -0x8000 else abs(one).bit_length()
    additional = one if one > 0 else one + (1 << category) - 1
    return f"{category:05b}" + (f"{additional:0{category}b}" if 0 < category < 16 else "")


def scan(count: int, predictor: int) -> bytes:
    body = bytes([count]) + b"".join(bytes([number + 1, 0]) for number in range(count))
    return segment(0xDA, body + bytes([predictor, 0, 0]))


def first_frame(values: Array, bits: int) -> bytes:
    """Process 14 with the left neighbour as predictor (H.1.2.1)."""
    wide = values.astype(int)
    predicted = np.zeros_like(wide)
    predicted[:, 1:] = wide[:, :-1]
    predicted[1:, 0] = wide[:-1, 0]
    predicted[0, 0] = 1 << bits - 1
    return frame_header(0xC3, values, bits) + scan(values.shape[2], 1) + coded(wide - predicted)


def enlarged(values: Array, horizontal: int, vertical: int) -> Array:
    """J.1.1.2, sample by sample."""
    wide = values.astype(int)
    if horizontal:
        rows, columns, count = wide.shape
        out = np.zeros((rows, 2 * columns, count), int)
        for column in range(columns):
            out[:, 2 * column] = wide[:, column]
            out[:, 2 * column + 1] = (wide[:, column] + wide[:, min(column + 1, columns - 1)]) // 2
        wide = out
    return enlarged(wide.transpose(1, 0, 2), 1, 0).transpose(1, 0, 2) if vertical else wide


def hierarchy(levels: list[Array], expansions: list[tuple[int, int]], bits: int, restart: int = 0) -> bytes:
    """levels: the smallest picture first."""
    out = b"\xff\xd8" + frame_header(0xDE, levels[-1], bits) + TABLE + first_frame(levels[0], bits)
    for before, values, (horizontal, vertical) in zip(levels[:-1], levels[1:], expansions, strict=True):
        reference = enlarged(before, horizontal, vertical)[: values.shape[0], : values.shape[1]]
        if horizontal or vertical:
            out += segment(0xDF, bytes([horizontal << 4 | vertical]))
        if restart:
            out += segment(0xDD, restart.to_bytes(2, "big"))
        out += frame_header(0xC7, values, bits) + scan(values.shape[2], 0)
        out += coded(values.astype(int) - reference, restart)
    return out + b"\xff\xd9"


def picture(rows: int, columns: int, count: int, bits: int) -> Array:
    values = np.random.default_rng(rows * columns).integers(0, 1 << bits, (rows, columns, count))
    values[0, 0], values[-1, -1] = 0, (1 << bits) - 1
    return np.asarray(values)


def description(values: Array, bits: int, **more: int) -> PixelDescription:
    rows, columns, count = values.shape
    return PixelDescription(
        PROCESS_28, rows, columns, count, "MONOCHROME2" if count == 1 else "RGB",
        bits_allocated=8 if bits <= 8 else 16, bits_stored=bits, high_bit=bits - 1, **more,
    )  # fmt: skip


def cases() -> Iterator[tuple[str, list[Array], list[tuple[int, int]], int, int]]:
    for bits in (2, 8, 12, 16):
        whole = picture(21, 35, 1, bits)
        yield f"{bits} bits", [whole[::2, ::2], whole], [(1, 1)], bits, 0
    whole = picture(19, 13, 3, 8)
    yield "three levels in colour", [whole[::4, ::4], whole[::2, ::2], whole], [(1, 1), (1, 1)], 8, 0
    yield "only wider", [whole[:, ::2], whole], [(1, 0)], 8, 0
    yield "only higher", [whole[::2], whole], [(0, 1)], 8, 0
    yield "as large, better", [whole // 16 * 16, whole], [(0, 0)], 8, 0
    yield "restarts", [whole[::2, ::2], whole], [(1, 1)], 8, 2 * 13
    yield "the first alone", [whole], [], 8, 0


CASES = list(cases())


@pytest.mark.row("VIEW-DISP-02")
@pytest.mark.ps("3.5 8.2.1")
@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_written_by_the_standard(case: tuple[str, list[Array], list[tuple[int, int]], int, int]) -> None:
    _, levels, expansions, bits, restart = case
    values = levels[-1]
    frame = decode_frame(hierarchy(levels, expansions, bits, restart), description(values, bits))
    assert np.array_equal(frame.values.reshape(values.shape), values)


def test_signed_samples() -> None:
    values = picture(16, 18, 1, 12)
    signed = np.where(values >= 2048, values - 4096, values)[..., 0]
    frame = decode_frame(
        hierarchy([values[::2, ::2], values], [(1, 1)], 12), description(values, 12, pixel_representation=1)
    )
    assert np.array_equal(frame.values, signed)


@pytest.mark.parametrize(("name", "bits", "count"), [("grey-12", 12, 1), ("colour-8", 8, 3)])
def test_written_by_the_reference_software(name: str, bits: int, count: int) -> None:
    """`jpeg -y 2 -p -h -c` of libjpeg 0.0~git20220805 (thorfdbg).

    It enlarges both ways at once with one rounding, where T.81 has one each way: now and then one level.
    """
    row, column = np.mgrid[0:18, 0:23]
    planes = [
        (row * 37 + column * 53 + row * column % 11 * 29 + number * 71) % (1 << bits - 2) * 4
        for number in range(count)
    ]
    wanted = np.stack(planes, -1).repeat(2, 0).repeat(2, 1)
    stream = (WRITTEN_ELSEWHERE / f"{name}.jpg").read_bytes()
    made = decode_frame(stream, description(wanted, bits)).values.reshape(wanted.shape).astype(int)
    assert np.abs(made - wanted).max() <= 1
    assert np.mean(made == wanted) > 0.9


def test_what_is_not_read_says_so() -> None:
    """Broken hierarchies are Invalid, other processes Unsupported."""
    whole = picture(12, 10, 1, 8)
    sound, about = hierarchy([whole[::2, ::2], whole], [(1, 1)], 8), description(whole, 8)
    second = sound.index(b"\xff\xc7")
    for stream, kind in (
        (sound.replace(b"\xff\xc7", b"\xff\xc5"), Unsupported),  # differences of the DCT
        (sound.replace(b"\xff\xc7", b"\xff\xcf"), Unsupported),  # arithmetic coding
        (sound.replace(b"\xff\xc3", b"\xff\xc1"), Unsupported),
        (sound.replace(b"\xff\xdf\0\3\x11", b"\xff\xdf\0\3\x01"), Invalid),  # too narrow
        (sound[:second] + b"\xff\xd9", Invalid),
        (sound[: second - 30], Invalid),
        (sound.replace(b"\xff\xdf\0\3\x11", b"\xff\xdf\0\4\x11\x11"), Invalid),
        (sound[:2] + sound[2:].replace(b"\xff\xc7", b"\xff\xc7\0\x04\0\0", 1), Invalid),
    ):
        with pytest.raises(kind):
            decode_frame(stream, about)
    with pytest.raises(Invalid):
        decode_frame(sound, description(picture(13, 10, 1, 8), 8))
