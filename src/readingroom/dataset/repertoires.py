"""The character repertoires of PS3.3 C.12.1.1.2 and how to designate them (PS3.5 6.1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Repertoire:
    """One coded character set behind a code element.

    number: ISO registration number. codec: the Python codec that knows it, in its GR (eighth bit set)
    form; `single_shift` goes before each pair there. escape: what designates it. in_g0: it is designated
    to G0, codes 21 to 7E, instead of G1. width: bytes per character.
    """

    number: int
    codec: str
    escape: bytes
    in_g0: bool = False
    width: int = 1
    single_shift: bytes = b""

    def decode(self, run: bytes) -> tuple[str, bool]:
        """The characters of a run of codes of this repertoire alone, and whether any was no character."""
        if self.in_g0 and self.width == 2:
            pairs = bytes(code | 0x80 for code in run)
            if self.single_shift:
                pairs = b"".join(self.single_shift + pairs[i : i + 2] for i in range(0, len(pairs), 2))
            run = pairs
        try:
            return run.decode(self.codec), False
        except UnicodeDecodeError:
            return run.decode(self.codec, "replace"), True

    def encode(self, char: str) -> bytes | None:
        """The code of one character outside ASCII, None when this repertoire lacks it."""
        try:
            code = char.encode(self.codec)
        except UnicodeEncodeError:
            return None
        if self.single_shift:
            if code[:1] != self.single_shift:
                return None
            code = code[1:]
        if len(code) != self.width or min(code) < 0xA0:
            return None
        return bytes(byte & 0x7F for byte in code) if self.in_g0 else code


ASCII: Final = Repertoire(6, "ascii", b"\x1b(B", in_g0=True)
ROMAJI: Final = Repertoire(14, "ascii", b"\x1b(J", in_g0=True)
"""JIS X 0201 Romaji: ASCII but for the glyphs of 5C and 7E, which DICOM uses as delimiter and as tilde."""
KATAKANA: Final = Repertoire(13, "shift_jis", b"\x1b)I")
KANJI: Final = Repertoire(87, "euc_jp", b"\x1b$B", in_g0=True, width=2)
REPERTOIRES: Final = {
    one.number: one
    for one in (
        ASCII,
        Repertoire(100, "iso8859_1", b"\x1b-A"),
        Repertoire(101, "iso8859_2", b"\x1b-B"),
        Repertoire(109, "iso8859_3", b"\x1b-C"),
        Repertoire(110, "iso8859_4", b"\x1b-D"),
        Repertoire(144, "iso8859_5", b"\x1b-L"),
        Repertoire(127, "iso8859_6", b"\x1b-G"),
        Repertoire(126, "iso8859_7", b"\x1b-F"),
        Repertoire(138, "iso8859_8", b"\x1b-H"),
        Repertoire(148, "iso8859_9", b"\x1b-M"),
        Repertoire(203, "iso8859_15", b"\x1b-b"),
        Repertoire(166, "iso8859_11", b"\x1b-T"),
        KATAKANA,
        KANJI,
        Repertoire(159, "euc_jp", b"\x1b$(D", in_g0=True, width=2, single_shift=b"\x8f"),
        Repertoire(149, "euc_kr", b"\x1b$)C", width=2),
        Repertoire(58, "gb2312", b"\x1b$)A", width=2),
    )
}
BY_ESCAPE: Final = {one.escape: one for one in REPERTOIRES.values()} | {
    ROMAJI.escape: ROMAJI,
    b"\x1b$@": KANJI,  # JIS C 6226-1978, the predecessor
    b"\x1b$(B": KANJI,
}

_TERM: Final = re.compile(r"ISO[ _-]*(2022)?[ _-]*IR[ _-]*(\d+)")
_WHOLE: Final = {"GB18030": "gb18030", "GBK": "gbk", "ISO_IR 192": "utf_8"}
_ALIASES: Final = {"UTF-8": "ISO_IR 192", "UTF8": "ISO_IR 192", "UTF_8": "ISO_IR 192", "GB 18030": "GB18030"}


def canonical_term(term: str) -> str:
    """A value of Specific Character Set as the standard spells it; "" for the default and the unknown.

    Understands the usual misspellings: ISO-IR 100, ISO IR 100, ISO_IR_100, ISO2022IR87, UTF-8, lower case.
    """
    term = term.strip(" \0").upper()
    term = _ALIASES.get(term, term)
    if term in _WHOLE:
        return term
    found = _TERM.fullmatch(term)
    if found is None:
        return ""
    number = int(found[2])
    if number == 192:
        return "ISO_IR 192"
    if number not in REPERTOIRES:
        return ""
    # Multi-byte repertoires exist with code extensions only (table C.12-4).
    extended = bool(found[1]) or REPERTOIRES[number].width == 2
    return f"ISO {'2022 IR' if extended else 'IR'} {number}".replace("ISO IR", "ISO_IR")


def whole_codec(term: str) -> str | None:
    """The Python codec of a term that stands for a whole encoding, without code extensions."""
    return _WHOLE.get(term)
