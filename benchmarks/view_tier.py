"""A 256 pixel picture of a 2048 pixel image: bytes and time from the view tier, beside decoding all of it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from readingroom.pixels import (
    Frame,
    PixelDescription,
    decode_frame,
    decode_smaller,
    description_after,
    encode_frame,
    resolution_ends,
    spare_resolutions,
)
from readingroom.render import Presentation, render

from .run import Session

_RPCL = "1.2.840.10008.1.2.4.202"
_FORMS = {
    "Explicit VR Little Endian": "1.2.840.10008.1.2.1",
    "RLE Lossless": "1.2.840.10008.1.2.5",
    "JPEG Lossless SV1": "1.2.840.10008.1.2.4.70",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "JPEG 2000 lossless": "1.2.840.10008.1.2.4.90",
    "HTJ2K RPCL": _RPCL,
}
_SMALL = 256


def first_paint(session: Session) -> None:
    """In this process, file in the page cache: read, decode, draw 256 pixels of a made radiograph."""
    for side in (2048, 4096):
        description, values = _radiograph(side)
        print(f"{side} x {side}, 12 in 16 bits; medians of {session.rounds}")
        for name, uid in _FORMS.items():
            with tempfile.NamedTemporaryFile() as file:
                stream = encode_frame(Frame(values, "MONOCHROME2"), description, uid)
                file.write(stream)
                file.flush()
                _measure(name, Path(file.name), description_after(description, uid), session.rounds)


def _measure(name: str, path: Path, description: PixelDescription, rounds: int) -> None:
    size = path.stat().st_size
    reduce = spare_resolutions(description, _SMALL, _SMALL)

    def by_whole() -> None:
        _draw(decode_frame(path.read_bytes(), description, reduce=reduce), description)

    def by_all_levels() -> None:
        _draw(decode_frame(path.read_bytes(), description), description)

    def by_beginning() -> None:
        with path.open("rb") as file:
            _draw(decode_smaller(os.pread(file.fileno(), end, 0), description, reduce), description)

    print(
        f"  {name:26} {size / 1e6:7.2f} MB, whole frame and picture {_median(by_all_levels, rounds):7.1f} ms"
    )
    if description.transfer_syntax_uid.endswith(".90"):
        print(f"  {'':26} {'':10}  fewer levels decoded   {_median(by_whole, rounds):7.1f} ms")
    if description.transfer_syntax_uid == _RPCL:
        end = resolution_ends(path.read_bytes())[-1 - reduce]
        print(
            f"  {'':26} {end / 1e6:7.3f} MB ({100 * end / size:.1f} %), beginning of the frame"
            f" {_median(by_beginning, rounds):5.1f} ms"
        )


def _draw(frame: Frame, description: PixelDescription) -> None:
    picture = render(frame, description, {}, Presentation(viewport=(_SMALL, _SMALL)))
    assert picture.pixels.shape[:2] == (_SMALL, _SMALL)


def _median(work: Callable[[], None], rounds: int) -> float:
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def _radiograph(side: int) -> tuple[PixelDescription, np.ndarray]:
    """Slow shapes, an edge and the noise of a detector."""
    y, x = np.mgrid[:side, :side] / side
    shape = 1500 + 900 * np.sin(9 * x) * np.cos(7 * y) + 500 * ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.1)
    noise = np.random.default_rng(1).normal(0, 9, (side, side))
    values = np.clip(shape + noise, 0, 4095).astype("<u2")
    description = PixelDescription(
        "1.2.840.10008.1.2.1", side, side, bits_allocated=16, bits_stored=12, high_bit=11
    )
    return description, values


BY_HAND = {"first-paint": first_paint}
