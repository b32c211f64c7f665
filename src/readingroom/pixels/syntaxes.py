"""Transfer syntaxes of pixel data by family, and what each says of loss (PS3.5 A, PS3.3 C.7.6.1.1.5)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_JPEG_FAMILY: Final = "1.2.840.10008.1.2.4."

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
DEFLATED_LITTLE: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
ENCAPSULATED_UNCOMPRESSED: Final = "1.2.840.10008.1.2.1.98"
DEFLATED_FRAMES: Final = "1.2.840.10008.1.2.8.1"
RLE_LOSSLESS: Final = "1.2.840.10008.1.2.5"
JPEG_BASELINE: Final = _JPEG_FAMILY + "50"
JPEG_EXTENDED: Final = _JPEG_FAMILY + "51"
JPEG_LOSSLESS: Final = _JPEG_FAMILY + "57"
JPEG_LOSSLESS_SV1: Final = _JPEG_FAMILY + "70"
JPEG_LS_LOSSLESS: Final = _JPEG_FAMILY + "80"
JPEG_LS_NEAR: Final = _JPEG_FAMILY + "81"
JPEG_2000_LOSSLESS: Final = _JPEG_FAMILY + "90"
JPEG_2000: Final = _JPEG_FAMILY + "91"
JPEG_XL_LOSSLESS: Final = _JPEG_FAMILY + "110"
JPEG_XL_RECOMPRESSION: Final = _JPEG_FAMILY + "111"
JPEG_XL: Final = _JPEG_FAMILY + "112"
HTJ2K_LOSSLESS: Final = _JPEG_FAMILY + "201"
HTJ2K_LOSSLESS_RPCL: Final = _JPEG_FAMILY + "202"
HTJ2K: Final = _JPEG_FAMILY + "203"

NATIVE_FORMS: Final = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED_LITTLE, EXPLICIT_BIG})
"""Pixel data are not encapsulated."""
JPEG_FORMS: Final = frozenset(f"{_JPEG_FAMILY}{process}" for process in (*range(50, 67), 70))
JPEG_LS_FORMS: Final = frozenset({JPEG_LS_LOSSLESS, JPEG_LS_NEAR})
JPEG_2000_FORMS: Final = frozenset(f"{_JPEG_FAMILY}{number}" for number in (90, 91, 92, 93, 201, 202, 203))
JPEG_XL_FORMS: Final = frozenset({JPEG_XL_LOSSLESS, JPEG_XL_RECOMPRESSION, JPEG_XL})
VIDEO_FORMS: Final = frozenset(
    f"{_JPEG_FAMILY}{number}{part}" for number in range(100, 109) for part in ("", ".1")
)
"""MPEG-2, MPEG-4 AVC/H.264 and HEVC: all frames are one stream (PS3.5 8.2.5 to 8.2.8)."""

_JPEG_LOSSLESS_FORMS: Final = frozenset(f"{_JPEG_FAMILY}{process}" for process in (57, 58, 65, 66, 70))

ALWAYS_LOSSY: Final = (JPEG_FORMS - _JPEG_LOSSLESS_FORMS) | VIDEO_FORMS | {JPEG_XL_RECOMPRESSION}
"""Whatever is stored so has lost something; other syntaxes may or may not: see `was_lossy`."""

ALSO_VALID_AS: Final = MappingProxyType(
    {
        JPEG_BASELINE: frozenset({JPEG_EXTENDED}),
        JPEG_LOSSLESS_SV1: frozenset({JPEG_LOSSLESS}),
        JPEG_LS_LOSSLESS: frozenset({JPEG_LS_NEAR}),
        JPEG_2000_LOSSLESS: frozenset({JPEG_2000}),
        HTJ2K_LOSSLESS_RPCL: frozenset({HTJ2K_LOSSLESS, HTJ2K}),
        HTJ2K_LOSSLESS: frozenset({HTJ2K}),
        JPEG_XL_LOSSLESS: frozenset({JPEG_XL}),
        JPEG_XL_RECOMPRESSION: frozenset({JPEG_XL}),
    }
)
"""Codestreams that are also legal in a wider syntax, as they are."""

_METHODS: Final = (
    ("ISO_10918_1", JPEG_FORMS | {JPEG_XL_RECOMPRESSION}),
    ("ISO_14495_1", JPEG_LS_FORMS),
    ("ISO_15444_15", frozenset({HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, HTJ2K})),
    ("ISO_15444_1", JPEG_2000_FORMS),
    ("ISO_18181_1", JPEG_XL_FORMS),
    ("ISO_13818_2", frozenset(uid for uid in VIDEO_FORMS if uid.split(".")[7] in ("100", "101"))),
    ("ISO_23008_2", frozenset(uid for uid in VIDEO_FORMS if uid.split(".")[7] in ("107", "108"))),
    ("ISO_14496_10", VIDEO_FORMS),
)


def compression_method(transfer_syntax_uid: str) -> str:
    """The Defined Term of Lossy Image Compression Method, empty where nothing can be lost (C.7.6.1.1.5.1)."""
    return next((term for term, forms in _METHODS if transfer_syntax_uid in forms), "")
