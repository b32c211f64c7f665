"""Text under Specific Character Set (0008,0005): PS3.3 C.12.1.1.2, PS3.5 6.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from .repertoires import (
    ASCII,
    BY_ESCAPE,
    KATAKANA,
    REPERTOIRES,
    ROMAJI,
    Repertoire,
    canonical_term,
    whole_codec,
)

_ESCAPE: Final = re.compile(rb"(\x1b[\x20-\x2f]+[\x30-\x7e])")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_PAIRS: Final = re.compile(rb"(?:[\x21-\x7e][\x21-\x7e])+")
_CONTROLS: Final = re.compile(rb"[\x80-\x9f]")
_MULTIBYTE_UTF_8: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_SINGLE_BYTE: Final = frozenset(one.codec for one in REPERTOIRES.values() if one.width == 1) - {"ascii"}
_LINE: Final = b"\r\n\f\t"


class TextKind(Enum):
    """What stands in a text value, by the characters before which the first repertoire is restored
    (PS3.5 6.1.2.5.3)."""

    TEXT = _LINE
    """LT, ST, UT: one value."""
    VALUES = _LINE + b"\\"
    """LO, SH, UC: values separated by backslashes."""
    NAMES = _LINE + b"\\^="
    """PN."""


_ASCII: Final = re.compile(rb"[\x00-\x1a\x1c-\x7f]+")
_UP_TO_DELIMITER: Final = {
    kind: re.compile(rb"[\x00-\x1a\x1c-\x7f]*?[%s]|[\x00-\x1a\x1c-\x7f]+" % re.escape(kind.value))
    for kind in TextKind
}


class Decoded(NamedTuple):
    """A decoded text. is_damaged: some bytes were not of the character set; they became U+FFFD, or were
    read by the most likely other set."""

    text: str
    is_damaged: bool


class CharacterSet:
    """What the values of one Specific Character Set attribute mean for text below it. Immutable.

    terms: the values as the standard spells them, fit to be written; () for the default repertoire.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        canonical = [canonical_term(term) for term in terms]
        self.is_unknown = any(
            term.strip(" \0") and not known for term, known in zip(terms, canonical, strict=True)
        )
        self._codec = whole_codec(canonical[0]) if canonical else None
        self._is_extended = False
        self._sets: tuple[Repertoire, ...] = ()
        if self._codec:
            self.terms: tuple[str, ...] = (canonical[0],)
        else:
            self._choose(canonical)

    def _choose(self, canonical: list[str]) -> None:
        several = len(canonical) > 1
        numbers = [int(term.split()[-1]) if term[:3] == "ISO" else 6 for term in canonical]
        self._sets = tuple(REPERTOIRES.get(number, ASCII) for number in numbers)
        self._is_extended = several or any("2022" in term for term in canonical)
        if several:
            self.terms = tuple(f"ISO 2022 IR {number}" for number in numbers)
            if numbers[0] == 6:
                self.terms = ("", *self.terms[1:])
        else:
            self.terms = tuple(term for term in canonical if term and numbers != [6])
        first = self._sets[0] if self._sets else ASCII
        self._g0 = ROMAJI if first is KATAKANA else ASCII
        self._g1 = None if first.in_g0 else first
        if not self._is_extended and self._g1 is not None:
            self._codec = self._g1.codec

    def decode(self, raw: bytes, kind: TextKind = TextKind.VALUES) -> Decoded:
        """The text of a value field, all of its values, padding included. Never raises."""
        if raw.isascii() and b"\x1b" not in raw:
            return Decoded(raw.decode("ascii"), False)
        if self._codec and (b"\x1b" not in raw or not self._sets):
            return _decode_whole(raw, self._codec)
        if self._sets or b"\x1b" in raw:
            return self._decode_extended(raw, kind)
        return Decoded(_guess(raw), True)

    def _decode_extended(self, raw: bytes, kind: TextKind) -> Decoded:
        """Code extension techniques, ISO 2022 (PS3.5 6.1.2.5)."""
        g0, g1 = self._first_sets()
        texts: list[str] = []
        damaged = False
        for run in _ESCAPE.split(raw):
            if run[:1] == b"\x1b" and _ESCAPE.fullmatch(run):
                designated = BY_ESCAPE.get(run)
                if designated is None:
                    damaged = True
                elif designated.in_g0:
                    g0 = designated
                else:
                    g1 = designated
                continue
            position = 0
            while position < len(run):
                is_first = (g0, g1) == self._first_sets()
                text, position, is_bad = self._decode_some(run, position, g0, g1, is_first, kind)
                texts.append(text)
                damaged = damaged or is_bad
                if text and ord(text[-1]) < 0x80 and ord(text[-1]) in kind.value:
                    g0, g1 = self._first_sets()
        return Decoded("".join(texts), damaged)

    def _first_sets(self) -> tuple[Repertoire, Repertoire | None]:
        return (self._g0, self._g1) if self._sets else (ASCII, None)

    def _decode_some(
        self, run: bytes, position: int, g0: Repertoire, g1: Repertoire | None, is_first: bool, kind: TextKind
    ) -> tuple[str, int, bool]:
        """(text, next position, whether damaged) of the longest piece in one repertoire.

        A piece ends with the delimiter that restores the first repertoires, unless they are active.
        """
        high = _HIGH.match(run, position)
        if high and g1 is not None:
            return _moved(g1.decode(high[0]), high.end())
        if high:
            # Code extensions announced, but not used: common with ISO 2022 IR 149.
            announced = next((one for one in self._sets if not one.in_g0), None)
            text = announced.decode(high[0])[0] if announced else _guess(high[0])
            return text, high.end(), True
        pairs = _PAIRS.match(run, position) if g0.width == 2 else None
        if pairs:
            return _moved(g0.decode(pairs[0]), pairs.end())
        if run[position] == 0x1B:
            return "\ufffd", position + 1, True
        if g0.width == 2:
            return chr(run[position]), position + 1, run[position] > 0x20
        plain = (_ASCII if is_first else _UP_TO_DELIMITER[kind]).match(run, position)
        assert plain is not None  # everything else has been matched above
        return plain[0].decode("ascii"), plain.end(), False

    def encode(self, text: str, kind: TextKind = TextKind.VALUES) -> bytes | None:
        """The bytes of a value field without padding, None when a character is outside of the set."""
        if text.isascii():
            return text.encode("ascii")
        if self._codec and self._codec != KATAKANA.codec:
            try:
                raw = text.encode(self._codec)
            except UnicodeEncodeError:
                return None
            # What readers would take for another encoding is not written in this one.
            return None if _decode_whole(raw, self._codec).is_damaged else raw
        if not self._sets:
            return None
        return self._encode_extended(text, kind)

    def _encode_extended(self, text: str, kind: TextKind) -> bytes | None:
        first_g0, first_g1 = self._first_sets()
        g0, g1 = first_g0, first_g1
        out = bytearray()
        for char in text:
            if char.isascii():
                if g0.width == 2:
                    out += first_g0.escape
                    g0 = first_g0
                out += char.encode("ascii")
                if ord(char) in kind.value:
                    g1 = first_g1
                continue
            active = [one for one in (g0, g1) if one is not None and one not in (ASCII, ROMAJI)]
            for one in (*active, *self._sets[1:], *self._sets[:1]):
                code = one.encode(char)
                if code is None:
                    continue
                if one not in active:
                    if g0.width == 2 and not one.in_g0:
                        out += first_g0.escape
                        g0 = first_g0
                    out += one.escape
                    g0, g1 = (one, g1) if one.in_g0 else (g0, one)
                out += code
                break
            else:
                return None
        return bytes(out + first_g0.escape if g0.width == 2 else out)


def _moved(decoded: tuple[str, bool], position: int) -> tuple[str, int, bool]:
    return decoded[0], position, decoded[1]


@lru_cache(maxsize=256)
def character_set(terms: tuple[str, ...]) -> CharacterSet:
    """The character set that the values of Specific Character Set name; () is the default repertoire.

    Unknown terms count as the default repertoire and set `is_unknown`.
    """
    return CharacterSet(terms)


UTF_8: Final = character_set(("ISO_IR 192",))


def fitting_character_set(texts: Iterable[str], readable: Iterable[tuple[str, ...]]) -> CharacterSet:
    """The first of the `readable` character sets that has every character of `texts`.

    The default repertoire when ASCII is enough, Unicode in UTF-8 when none of them fits. For answers: the
    character set of the request is one that the asker can read.
    """
    texts = [text for text in texts if not text.isascii()]
    if not texts:
        return character_set(())
    for terms in readable:
        candidate = character_set(terms)
        if all(candidate.encode(text, TextKind.NAMES) is not None for text in texts):
            return candidate
    return UTF_8


def _decode_whole(raw: bytes, codec: str) -> Decoded:
    """The text of one encoding for all characters, or of the encoding that was most likely meant.

    Wrong terms are common: UTF-8 under the term of a single-byte set, and Latin 1 under ISO_IR 192.
    """
    if codec in _SINGLE_BYTE and (_CONTROLS.search(raw) or codec == "iso8859_1"):
        # No repertoire of ISO 8859 or JIS X 0201 has characters at 80 to 9F, and those of Latin 1 from A0 to
        # BF are signs that do not follow letters; UTF-8 is full of both.
        text = _as_utf_8(raw)
        if text is not None:
            return Decoded(text, True)
        if _CONTROLS.search(raw) and codec == "iso8859_1":
            return Decoded(raw.decode("cp1252", "replace"), True)
    try:
        return Decoded(raw.decode(codec), False)
    except UnicodeDecodeError:
        if codec == "utf_8" and not _MULTIBYTE_UTF_8.search(raw):
            return Decoded(_guess(raw), True)
        return Decoded(raw.decode(codec, "replace"), True)


def _as_utf_8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _guess(raw: bytes) -> str:
    """Bytes beyond ASCII where none are allowed: UTF-8 if they are that, otherwise Latin 1 or its superset
    Windows-1252."""
    text = _as_utf_8(raw)
    if text is None:
        text = raw.decode("cp1252" if _CONTROLS.search(raw) else "latin-1", "replace")
    return text
