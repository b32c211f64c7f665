"""How the bytes of a Data Set are laid out under a transfer syntax (PS3.5 annex A)."""

from __future__ import annotations

import mmap
from typing import Final, NamedTuple, TypeAlias

from readingroom.errors import Invalid

Buffer: TypeAlias = bytes | bytearray | memoryview | mmap.mmap
"""Contiguous bytes that can be sliced: what every reader of this room takes."""

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"

UNDEFINED: Final = 0xFFFFFFFF
"""The value length that means "until the delimiter" (PS3.5 7.1.1)."""
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD

PIXEL_DATA: Final = 0x7FE00010
PIXEL_TAGS: Final = frozenset({0x7FE00008, 0x7FE00009, PIXEL_DATA})
"""Float, Double Float and plain Pixel Data."""

EXTENDED_OFFSETS: Final = 0x7FE00001
EXTENDED_LENGTHS: Final = 0x7FE00002
"""Extended Offset Table and its lengths (PS3.3 C.7.6.3.1.8)."""

MAX_DEPTH: Final = 128
"""Sequences nested deeper than this are refused: no object needs it, and readers recurse."""


class Encoding(NamedTuple):
    """The four things a transfer syntax says about bytes.

    encapsulated: Pixel Data is a sequence of fragments (PS3.5 A.4).
    """

    implicit: bool
    big_endian: bool = False
    deflated: bool = False
    encapsulated: bool = False


_PLAIN = {
    IMPLICIT_LITTLE: Encoding(implicit=True),
    EXPLICIT_LITTLE: Encoding(implicit=False),
    EXPLICIT_BIG: Encoding(implicit=False, big_endian=True),
    DEFLATED: Encoding(implicit=False, deflated=True),
    # GE private: Implicit VR Little Endian whose pixels are big endian.
    "1.2.840.113619.5.2": Encoding(implicit=True),
    # JPIP: the pixels are elsewhere, the Data Set is plain or deflated (PS3.5 A.6, A.7).
    "1.2.840.10008.1.2.4.94": Encoding(implicit=False),
    "1.2.840.10008.1.2.4.95": Encoding(implicit=False, deflated=True),
    "1.2.840.10008.1.2.4.204": Encoding(implicit=False),
    "1.2.840.10008.1.2.4.205": Encoding(implicit=False, deflated=True),
}
_ENCAPSULATED = Encoding(implicit=False, encapsulated=True)


def encoding_of(transfer_syntax_uid: str) -> Encoding:
    """The encoding a transfer syntax prescribes.

    Every syntax that is not one of the plain ones is Explicit VR Little Endian with encapsulated pixel
    data (PS3.5 A.4), private ones included. Raises Invalid for an empty UID.
    """
    if not transfer_syntax_uid:
        raise Invalid("No transfer syntax is named.")
    return _PLAIN.get(transfer_syntax_uid, _ENCAPSULATED)
