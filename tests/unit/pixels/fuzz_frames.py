"""Decodes mutated frames of one codec: codecs are C, so this runs in a process of its own.

`python fuzz_frames.py CODEC SEED SECONDS [FOLDER]`: the last case tried is in FOLDER/CODEC.case when the
process dies. Exits 1 when anything but our own errors came out or a decode took too long.
"""

from __future__ import annotations

import random
import resource
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np

from readingroom.errors import ReadingRoomError
from readingroom.pixels import Frame, PixelDescription, decode_frame, encode_frame

SLOW_SECONDS = 5.0
MEMORY = 3 << 30

RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_12 = "1.2.840.10008.1.2.4.51"
LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
J2K = "1.2.840.10008.1.2.4.90"
HTJ2K = "1.2.840.10008.1.2.4.201"
JPEG_XL = "1.2.840.10008.1.2.4.110"
DEFLATED = "1.2.840.10008.1.2.8.1"
NATIVE = "1.2.840.10008.1.2.1"
CODECS = {
    "native": NATIVE,
    "deflated": DEFLATED,
    "rle": RLE,
    "jpeg": JPEG,
    "jpeg-progressive": JPEG,
    "jpeg-12": JPEG_12,
    "jpeg-lossless": LOSSLESS,
    "jpeg-ls": JPEG_LS,
    "jpeg-2000": J2K,
    "htj2k": HTJ2K,
    "jpeg-xl": JPEG_XL,
}


def starting_points(codec: str) -> list[tuple[bytes, PixelDescription]]:
    """Good small frames of the codec: grey and colour, 8 and 16 bits where it can."""
    uid = CODECS[codec]
    points = []
    for samples, bits in ((1, 8), (1, 16), (3, 8)):
        rows, columns = 37, 41
        description = PixelDescription(
            uid, rows, columns, samples, "RGB" if samples == 3 else "MONOCHROME2", 0, bits, bits, bits - 1
        )
        ramp = np.add.outer(np.arange(rows) * 5, np.arange(columns) * 3)
        values = (np.stack([ramp, ramp * 2, ramp * 3], -1) if samples == 3 else ramp) % (1 << bits)
        data = _coded(codec, values.astype(description.cell), description)
        if data is not None:
            points.append((data, description))
    return points


def _coded(codec: str, values: np.ndarray, description: PixelDescription) -> bytes | None:
    eight = description.bits_allocated == 8
    if codec == "jpeg-2000":
        return bytes(imagecodecs.jpeg2k_encode(values, codecformat="j2k", reversible=True))
    if codec == "jpeg-progressive":
        return _progressive(values) if eight else None
    if codec == "jpeg-12":
        return None if eight else bytes(imagecodecs.jpeg8_encode(values & 0xFFF, bitspersample=12))
    if codec == "jpeg" and not eight:
        return None
    return encode_frame(
        Frame(values, description.photometric_interpretation),
        replace(description, transfer_syntax_uid=NATIVE),
        description.transfer_syntax_uid,
    )


def _progressive(values: np.ndarray) -> bytes:
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(values).save(buffer, "JPEG", progressive=True)
    return buffer.getvalue()


def mutate(data: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or swapped; mostly near the start, where the headers are."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
        if not changed:
            break
        reach = len(changed) if dice.random() < 0.5 else min(len(changed), 160)
        at = dice.randrange(reach)
        kind = dice.randrange(6)
        if kind <= 1:
            changed[at] = dice.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, dice.randrange(256)))
        elif kind == 2:
            changed[at] ^= 1 << dice.randrange(8)
        elif kind == 3:
            del changed[at : at + dice.randrange(1, 9)]
        elif kind == 4:
            changed[at:at] = changed[at : at + dice.randrange(1, 33)]
        else:
            del changed[at:]
    return bytes(changed)


def main(codec: str, seed: int, seconds: float, folder: Path | None) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    dice = random.Random(seed)
    points = starting_points(codec)
    for data, description in points:
        decode_frame(data, description)
    end = time.monotonic() + seconds
    tried = decoded = 0
    slowest = 0.0
    while time.monotonic() < end:
        data, description = dice.choice(points)
        case = mutate(data, dice)
        if folder:
            (folder / f"{codec}.case").write_bytes(case)
        tried += 1
        start = time.perf_counter()
        try:
            frame = decode_frame(case, description, reduce=dice.choice((0, 0, 0, 1, 9)))
            decoded += 1
            assert frame.values.ndim in (2, 3)
        except ReadingRoomError:
            pass
        except Exception:  # noqa: BLE001, whatever it is, it is the finding
            traceback.print_exc()
            print(f"{codec} seed {seed}: case {case.hex()}")
            return 1
        slowest = max(slowest, time.perf_counter() - start)
    print(f"{codec}: {tried} tried, {decoded} decoded, slowest {slowest * 1000:.0f} ms")
    return 1 if slowest > SLOW_SECONDS else 0


if __name__ == "__main__":
    where = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    sys.exit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), where))
