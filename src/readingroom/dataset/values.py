"""Value fields to values, by VR (PS3.5 6.2)."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from struct import unpack
from typing import Any, Final

from .text import CharacterSet, TextKind

SWAP_WIDTH: Final = {
    "AT": 2, "FD": 8, "FL": 4, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "SL": 4, "SS": 2, "SV": 8,
    "UL": 4, "US": 2, "UV": 8,
}  # fmt: skip
"""Bytes that change places between the byte orders (PS3.5 7.3); VRs that are not here stay as they are."""

NUMBERS: Final = {
    "FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q",
}  # fmt: skip
"""VRs of binary numbers, with the letter of `struct`."""

BYTES: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs whose value is one string of bytes."""

_PADDING: Final = " \0"

TEXT_KIND: Final = {
    "PN": TextKind.NAMES, "LT": TextKind.TEXT, "ST": TextKind.TEXT, "UT": TextKind.TEXT,
}  # fmt: skip


def swap_bytes(data: bytes, width: int) -> bytes:
    """`data` with every group of `width` bytes reversed; a remainder at the end stays as it is."""
    if width == 1:
        return data
    whole = len(data) - len(data) % width
    swapped = array({2: "H", 4: "I", 8: "Q"}[width], data[:whole])
    swapped.byteswap()
    return swapped.tobytes() + data[whole:]


def decode_values(vr: str, raw: bytes, big: bool, charset: CharacterSet) -> tuple[Any, ...] | None:
    """The values of a value field; None when its length does not fit the VR.

    vr: any but SQ; one that is not known counts as bytes.
    """
    if not raw:
        return ()
    decode = _DECODERS.get(vr)
    if decode is not None:
        return decode(raw, charset)
    letter = NUMBERS.get(vr)
    if letter is not None:
        width = SWAP_WIDTH[vr]
        if len(raw) % width:
            return None
        return unpack(f"{'>' if big else '<'}{len(raw) // width}{letter}", raw)
    if vr == "AT":
        if len(raw) % 4:
            return None
        words = unpack(f"{'>' if big else '<'}{len(raw) // 2}H", raw)
        return tuple(group << 16 | element for group, element in zip(words[::2], words[1::2], strict=True))
    return (swap_bytes(raw, SWAP_WIDTH.get(vr, 1)) if big else raw,)


def _decode_plain(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    """Values of the default repertoire, trimmed on both sides."""
    text = raw.decode("latin-1").strip(_PADDING)
    return _split(text) if "\\" in text else (text,) if text else ()


def _decode_text(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    """Values in the character set, trimmed on both sides."""
    text = charset.decode(raw).text.strip(_PADDING)
    return _split(text) if "\\" in text else (text,) if text else ()


def _decode_names(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    text = charset.decode(raw, TextKind.NAMES).text.rstrip(_PADDING)
    return tuple(one.rstrip(_PADDING) for one in text.split("\\")) if text else ()


def _decode_unlimited(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    text = charset.decode(raw).text.rstrip(_PADDING)
    return tuple(one.rstrip(_PADDING) for one in text.split("\\")) if text else ()


def _decode_paragraph(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    text = charset.decode(raw, TextKind.TEXT).text.rstrip(_PADDING)
    return (text,) if text else ()


def _decode_link(raw: bytes, charset: CharacterSet) -> tuple[str, ...]:
    text = raw.decode("latin-1").rstrip(_PADDING)
    return (text,) if text else ()


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip(_PADDING) for one in text.split("\\"))


_DECODERS: Final[dict[str, Callable[[bytes, CharacterSet], tuple[str, ...]]]] = {
    **dict.fromkeys(("AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI"), _decode_plain),
    **dict.fromkeys(("LO", "SH"), _decode_text),
    **dict.fromkeys(("LT", "ST", "UT"), _decode_paragraph),
    "PN": _decode_names,
    "UC": _decode_unlimited,
    "UR": _decode_link,
}
