"""How frames are written in each transfer syntax, and which images each can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from . import deflated, jpeg, jpeg_2000, jpeg_ls, jpeg_xl, native, rle
from .cells import Array
from .description import PixelDescription
from .syntaxes import (
    DEFLATED_FRAMES,
    ENCAPSULATED_UNCOMPRESSED,
    EXPLICIT_BIG,
    HTJ2K,
    HTJ2K_LOSSLESS,
    HTJ2K_LOSSLESS_RPCL,
    JPEG_2000,
    JPEG_2000_FORMS,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_FORMS,
    JPEG_LOSSLESS,
    JPEG_LOSSLESS_SV1,
    JPEG_LS_LOSSLESS,
    JPEG_LS_NEAR,
    JPEG_XL_FORMS,
    JPEG_XL_LOSSLESS,
    NATIVE_FORMS,
    RLE_LOSSLESS,
)

Encoder = Callable[[Array, PixelDescription, int], bytes]


@dataclass(frozen=True, slots=True)
class Writer:
    """One way to write frames.

    encode: takes values, their description and the quality. misfit: why an image cannot be held, or None.
    colour: the Photometric Interpretation that RGB gets.
    """

    encode: Encoder
    misfit: Callable[[PixelDescription], str | None]
    colour: str = "RGB"


def _lossless(
    encode: Callable[[Array, PixelDescription], bytes],
) -> Callable[[Array, PixelDescription, int], bytes]:
    return lambda values, description, _: encode(values, description)


def _anything(description: PixelDescription) -> str | None:
    return None


WRITERS: Final[dict[str, Writer]] = {
    **dict.fromkeys(NATIVE_FORMS - {EXPLICIT_BIG}, Writer(_lossless(native.encode), _anything)),
    EXPLICIT_BIG: Writer(_lossless(native.encode_big), _anything),
    ENCAPSULATED_UNCOMPRESSED: Writer(_lossless(native.encode), _anything),
    DEFLATED_FRAMES: Writer(_lossless(deflated.encode), _anything),
    RLE_LOSSLESS: Writer(_lossless(rle.encode), _anything),
    JPEG_BASELINE: Writer(jpeg.encode_baseline, jpeg.misfit_baseline, "YBR_FULL_422"),
    JPEG_EXTENDED: Writer(jpeg.encode_extended, jpeg.misfit_extended),
    JPEG_LOSSLESS: Writer(_lossless(jpeg.encode_lossless), jpeg.misfit_lossless),
    JPEG_LOSSLESS_SV1: Writer(_lossless(jpeg.encode_lossless), jpeg.misfit_lossless),
    JPEG_LS_LOSSLESS: Writer(_lossless(jpeg_ls.encode), jpeg_ls.misfit),
    JPEG_LS_NEAR: Writer(jpeg_ls.encode_near, jpeg_ls.misfit_near),
    JPEG_2000_LOSSLESS: Writer(_lossless(jpeg_2000.encode), jpeg_2000.misfit, "YBR_RCT"),
    JPEG_2000: Writer(jpeg_2000.encode_lossy, jpeg_2000.misfit_lossy, "YBR_ICT"),
    HTJ2K_LOSSLESS: Writer(_lossless(jpeg_2000.encode_high_throughput), jpeg_2000.misfit_ht, "YBR_RCT"),
    HTJ2K_LOSSLESS_RPCL: Writer(_lossless(jpeg_2000.encode_progressive), jpeg_2000.misfit_ht, "YBR_RCT"),
    HTJ2K: Writer(_lossless(jpeg_2000.encode_high_throughput), jpeg_2000.misfit_ht, "YBR_RCT"),
    JPEG_XL_LOSSLESS: Writer(_lossless(jpeg_xl.encode), jpeg_xl.misfit),
}

ENCODABLE: Final = frozenset(WRITERS)
"""Transfer syntaxes a frame can be written in."""
WRITTEN_WITH_LOSS: Final = frozenset({JPEG_BASELINE, JPEG_EXTENDED, JPEG_LS_NEAR, JPEG_2000})
"""Those of them in which something is lost, unless the stored codestream is passed on as it is."""


def misfit(description: PixelDescription, transfer_syntax_uid: str) -> str | None:
    """Why an image cannot be written in that syntax, as a sentence; None when it can."""
    writer = WRITERS.get(transfer_syntax_uid)
    if writer is None:
        return f"Frames cannot be written in transfer syntax {transfer_syntax_uid}."
    if description.is_float and transfer_syntax_uid not in NATIVE_FORMS:
        return "Float Pixel Data is never encapsulated (PS3.5 A.4)."
    return writer.misfit(
        replace(of_whole_bytes(description), photometric_interpretation=space_kept(description))
    )


def of_whole_bytes(description: PixelDescription) -> PixelDescription:
    """Cells of 12 bits, a packing that is read only, as cells of 16 bits."""
    return replace(description, bits_allocated=16) if description.bits_allocated == 12 else description


def space_kept(description: PixelDescription) -> str:
    """The colour space in which values of `description` are handed to an encoder."""
    label = description.photometric_interpretation
    if description.samples_per_pixel == 1:
        return label
    untouched = {JPEG_LOSSLESS, JPEG_LOSSLESS_SV1}
    if description.transfer_syntax_uid in (JPEG_FORMS | JPEG_2000_FORMS | JPEG_XL_FORMS) - untouched:
        return "RGB"
    if label.startswith("YBR_PARTIAL"):
        return "RGB"
    return "YBR_FULL" if label == "YBR_FULL_422" else label
