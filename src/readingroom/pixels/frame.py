"""One decoded frame."""

from __future__ import annotations

from dataclasses import dataclass

from .cells import Array


@dataclass(frozen=True, slots=True)
class Frame:
    """The stored values of one frame and the colour space they are in.

    values: (rows, columns) or (rows, columns, 3), native byte order, sign extended; may be read-only.
    photometric_interpretation: of `values`. It differs from the Data Set's where decoding changes it:
    chroma is always full size (YBR_FULL_422 becomes YBR_FULL), the JPEG 2000 colour transforms are undone
    by the codec (YBR_RCT and YBR_ICT become RGB), and a JPEG codestream that says it is RGB or YCbCr
    overrules a label that contradicts it.
    """

    values: Array
    photometric_interpretation: str
