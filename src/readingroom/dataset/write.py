"""Attributes into a Data Set's bytes, strictly by PS3.5: answers, Identifiers, and what we make."""

from __future__ import annotations

import zlib
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from struct import Struct, error, pack
from typing import Any, Final

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, Tag

from .dictionary import LONG, SHORT
from .encoding import ITEM, MAX_DEPTH, PIXEL_TAGS, UNDEFINED, encoding_of
from .text import UTF_8, CharacterSet, TextKind, character_set
from .values import BYTES, NUMBERS, SWAP_WIDTH, TEXT_KIND, swap_bytes

_CHARACTER_SET: Final = 0x00080005
_SHORT_VRS: Final = frozenset(SHORT.values())
_VRS: Final = _SHORT_VRS | frozenset(LONG.values())
_PLAIN: Final = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
)
"""VRs whose values are text."""
_IN_CHARACTER_SET: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
LARGEST_SHORT: Final = 0xFFFE


class Unfit(Exception):
    """A text has characters that the character set lacks."""


def write_dataset(
    attributes: Attributes, transfer_syntax_uid: str, charset: Sequence[str] | None = None
) -> bytes:
    """Encode a Data Set: sorted tags, even lengths, sequences of known length, no group lengths.

    charset: Specific Character Set to prefer, such as the one of the request that is answered; when it
    lacks a character, Latin 1 and then Unicode are taken. None: the one among the attributes, or Unicode.
    Specific Character Set is written as used, at the top level only. A value too long for a 16-bit length
    is written as UN (PS3.5 6.2.2). Raises Invalid for a value that does not fit its VR, an attribute that
    has no place in a Data Set, and pixel data under an encapsulated syntax.
    """
    encoding = encoding_of(transfer_syntax_uid)
    if encoding.encapsulated and not PIXEL_TAGS.isdisjoint(attributes):
        raise Invalid("Pixel data cannot be encapsulated here; encode its frames first.")
    data = b""
    for candidate in _candidates(attributes, charset):
        try:
            data = ElementWriter(encoding.implicit, encoding.big_endian, candidate).dataset(attributes)
            break
        except Unfit:
            continue
    return _deflated(data) if encoding.deflated else data


def _deflated(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = squeezer.compress(data) + squeezer.flush()
    return data + b"\0" * (len(data) & 1)


def _candidates(attributes: Attributes, charset: Sequence[str] | None) -> Iterable[CharacterSet]:
    own = attributes.get(_CHARACTER_SET)
    if charset is None:
        return (character_set(tuple(map(str, own.values)) if own else ()), UTF_8)
    return (character_set(tuple(charset)), character_set(("ISO_IR 100",)), UTF_8)


def padding(vr: str) -> bytes:
    """What makes a value even (PS3.5 6.2)."""
    return b"\0" if vr == "UI" or vr in BYTES else b" "


class ElementWriter:
    """Encodes under one encoding and one character set."""

    def __init__(self, implicit: bool, big: bool, charset: CharacterSet) -> None:
        order = ">" if big else "<"
        self.implicit, self.big, self.order, self.charset = implicit, big, order, charset
        self.implicit_header = Struct(order + "HHI").pack
        self.short_header = Struct(order + "HH2sH").pack
        self.long_header = Struct(order + "HH2sHI").pack

    def dataset(self, attributes: Attributes, depth: int = 0) -> bytes:
        if depth > MAX_DEPTH:
            raise Invalid(f"Sequences are nested deeper than {MAX_DEPTH}.")
        own = {tag: one for tag, one in attributes.items() if tag & 0xFFFF and tag != _CHARACTER_SET}
        if depth == 0 and self.charset.terms:
            own[_CHARACTER_SET] = Attribute("CS", self.charset.terms)
        return b"".join([self.element(tag, own[tag], depth) for tag in sorted(own)])

    def element(self, tag: Tag, attribute: Attribute, depth: int = 0) -> bytes:
        """One element. Raises Invalid, Unfit."""
        if not isinstance(attribute, Attribute) or attribute.vr not in _VRS:
            raise Invalid(f"{attribute!r:.80} is no attribute that can be written.", tag=tag)
        if not 4 <= tag >> 16 < 0xFFFE:
            raise Invalid(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) has no place in a Data Set.", tag=tag)
        vr = attribute.vr
        if vr == "SQ":
            value = b"".join([self._item(item, tag, depth) for item in attribute.values])
        else:
            try:
                value = self._value(vr, attribute.values)
            except (error, TypeError, ValueError, OverflowError) as wrong:
                raise Invalid(f"{attribute.values!r:.80} is no value of VR {vr}.", tag=tag) from wrong
        if len(value) & 1:
            value += padding(vr)
        if len(value) >= UNDEFINED:
            raise Invalid("A value is too long for any Data Set.", tag=tag)
        if vr in _SHORT_VRS and len(value) > LARGEST_SHORT and not self.implicit:
            # UN is little endian everywhere.
            value = swap_bytes(value, SWAP_WIDTH.get(vr, 1)) if self.big else value
            vr = "UN"
        return self.header(tag, vr, len(value)) + value

    def header(self, tag: Tag, vr: str, length: int) -> bytes:
        """The bytes before a value; vr and length fit each other."""
        group, element = tag >> 16, tag & 0xFFFF
        if self.implicit:
            return self.implicit_header(group, element, length)
        if vr in _SHORT_VRS:
            return self.short_header(group, element, vr.encode(), length)
        return self.long_header(group, element, vr.encode(), 0, length)

    def mark(self, tag: Tag, length: int = 0) -> bytes:
        """An Item or delimiter, which has no VR in any encoding."""
        return self.implicit_header(tag >> 16, tag & 0xFFFF, length)

    def _item(self, item: Any, tag: Tag, depth: int) -> bytes:
        if not isinstance(item, Mapping):
            raise Invalid("A sequence holds Items only.", tag=tag)
        content = self.dataset(item, depth + 1)
        return self.mark(ITEM, len(content)) + content

    def _value(self, vr: str, values: tuple[Any, ...]) -> bytes:
        if not values:
            return b""
        letter = NUMBERS.get(vr)
        if letter is not None:
            return pack(f"{self.order}{len(values)}{letter}", *values)
        if vr in BYTES:
            (value,) = values
            data = bytes(memoryview(value))
            return swap_bytes(data, SWAP_WIDTH.get(vr, 1)) if self.big else data
        if vr == "AT":
            words = [word for value in values for word in divmod(value, 0x10000)]
            return pack(f"{self.order}{len(words)}H", *words)
        text = "\\".join(_text(vr, value) for value in values)
        if text.isascii() or vr not in _IN_CHARACTER_SET:
            return text.encode("ascii", "replace")
        encoded = self.charset.encode(text, TEXT_KIND.get(vr, TextKind.VALUES))
        if encoded is None:
            raise Unfit
        return encoded


class AnswerWriter:
    """Many Data Sets of the same attributes, such as the answers to one query: what they share is done once.

    constant: attributes of every answer. varying: the others, with the VR to write where one is absent or
    empty. charset: Specific Character Set to use where it has every character, else Unicode. The bytes are
    those of `write_dataset`. Raises Invalid as that does.
    """

    def __init__(
        self,
        constant: Attributes,
        varying: Mapping[Tag, str],
        transfer_syntax_uid: str,
        charset: Sequence[str] = (),
    ) -> None:
        self._encoding = encoding_of(transfer_syntax_uid)
        self._forms = [
            self._form(character_set(terms), constant, varying) for terms in (tuple(charset), UTF_8.terms)
        ]

    def write(self, attributes: Attributes) -> bytes:
        """One answer: the varying attributes among these, and the constant ones."""
        found = [attributes.get(tag) for tag in self._forms[0].tags]
        for form in self._forms:
            try:
                data = form.write(found)
                break
            except Unfit:
                continue
        return _deflated(data) if self._encoding.deflated else data

    def _form(self, charset: CharacterSet, constant: Attributes, varying: Mapping[Tag, str]) -> _Form:
        writer = ElementWriter(self._encoding.implicit, self._encoding.big_endian, charset)
        fixed = {tag: one for tag, one in constant.items() if tag not in varying}
        if charset.terms:
            fixed[_CHARACTER_SET] = Attribute("CS", charset.terms)
        return _Form(
            writer, fixed, {tag: vr for tag, vr in varying.items() if tag & 0xFFFF and tag != _CHARACTER_SET}
        )


class _Form:
    """The encoding of an answer in one character set: `tags` in order, and what stands before each."""

    def __init__(self, writer: ElementWriter, fixed: Attributes, varying: Mapping[Tag, str]) -> None:
        self._writer = writer
        self.tags = tuple(sorted(varying))
        self._empty = [writer.element(tag, Attribute(varying[tag])) for tag in self.tags]
        self._vrs = [varying[tag] for tag in self.tags]
        before: list[list[Tag]] = [[] for _ in (*self.tags, None)]
        for tag in sorted(fixed):
            before[bisect(self.tags, tag)].append(tag)
        self._before = [b"".join([writer.element(tag, fixed[tag]) for tag in tags]) for tags in before]

    def write(self, found: Sequence[Attribute | None]) -> bytes:
        """found: the attributes of `tags`, in their order."""
        writer = self._writer
        pieces = []
        for tag, attribute, empty, vr, before in zip(
            self.tags, found, self._empty, self._vrs, self._before, strict=False
        ):
            if before:
                pieces.append(before)
            if attribute is None or not attribute.values:
                pieces.append(empty)
                continue
            values = attribute.values
            value = values[0]
            if not (vr in _PLAIN and attribute.vr == vr and len(values) == 1 and type(value) is str):
                pieces.append(writer.element(tag, attribute))
            elif value.isascii() and len(value) < LARGEST_SHORT:  # what nearly all are
                if len(value) & 1:
                    value += "\0" if vr == "UI" else " "
                pieces += (writer.header(tag, vr, len(value)), value.encode())
            else:
                pieces.append(writer.element(tag, attribute))
        pieces.append(self._before[-1])
        return b"".join(pieces)


def _text(vr: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if vr == "DS" and isinstance(value, float):
        return _decimal_string(value)
    if vr in ("DS", "IS") and isinstance(value, int):
        return str(value)
    raise TypeError(vr)


def _decimal_string(value: float) -> str:
    """As many digits as 16 characters hold (PS3.5 table 6.2-1, DS)."""
    for digits in range(17, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 16:
            shortest = repr(value)
            return shortest if len(shortest) <= 16 else text
    raise ValueError(value)
