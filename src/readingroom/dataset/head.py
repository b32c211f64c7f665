"""The head of a Data Set: wanted elements as raw bytes, found without reading the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from struct import Struct
from typing import Final, TypeAlias

from readingroom.errors import Invalid
from readingroom.model import Tag

from .dictionary import LONG, SHORT
from .encoding import (
    EXTENDED_LENGTHS,
    EXTENDED_OFFSETS,
    ITEM,
    ITEM_END,
    PIXEL_TAGS,
    SEQUENCE_END,
    UNDEFINED,
    Buffer,
    Encoding,
    encoding_of,
)
from .inflate import inflate_chunks, inflated
from .walk import BIG, LITTLE, Header, Short, is_letters, read_header, skip_undefined

Raw: TypeAlias = tuple[str, bytes]
"""(VR as the stream says, "" when it does not; value with padding). A sequence of undefined length is
without its Sequence Delimitation Item."""

_CHARACTER_SET: Final = 0x00080005
_PIXEL_REPRESENTATION: Final = 0x00280103
_ALWAYS: Final = frozenset({_CHARACTER_SET, _PIXEL_REPRESENTATION, EXTENDED_OFFSETS, EXTENDED_LENGTHS})
_TRAILING_PADDING: Final = 0xFFFCFFFC
_STOPS: Final = PIXEL_TAGS | {0, ITEM, ITEM_END, SEQUENCE_END}
"""Tags at which the fast loops hand over."""
_IN_MEMORY: Final = 4 << 20

_EXPLICIT: Final = (Struct("<I2sH").unpack_from, Struct(">I2sH").unpack_from)
_IMPLICIT: Final = Struct("<II").unpack_from
_LENGTH: Final = (Struct("<I").unpack_from, Struct(">I").unpack_from)


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where (Float, Double Float) Pixel Data lies.

    offset: of the first byte of the value. length: of the value, None when it is undefined: then the
    value is fragments. end: position after the element, None while that is not known (see `read_rest`).
    """

    tag: Tag
    vr: str
    offset: int
    length: int | None
    end: int | None

    @property
    def is_encapsulated(self) -> bool:
        """True when the value is a sequence of fragments (PS3.5 A.4)."""
        return self.length is None


@dataclass(frozen=True, slots=True)
class Head:
    """What a walk over the top level of a Data Set found.

    encoding: as it really is, which may differ from what the transfer syntax prescribes.
    elements: the wanted elements that were there.
    noted: tags to be noted that were there and not empty.
    pixel: the pixel data element, None when none was met.
    end: position up to which the Data Set was walked: the first byte of the pixel data element's
    header, or where the buffer was exhausted.
    needed: 0 when the walk came to the pixel data or the end; else so many bytes the buffer must have at
    least for the walk to go on (`read_rest`).
    oddities: what was tolerated, each as a sentence.
    All positions count from the start of the buffer; in a deflated Data Set from the start of the
    inflated bytes.
    """

    transfer_syntax_uid: str
    encoding: Encoding
    elements: Mapping[Tag, Raw]
    pixel: PixelElement | None
    end: int
    needed: int = 0
    oddities: tuple[str, ...] = ()
    noted: frozenset[Tag] = frozenset()

    @property
    def needs_more(self) -> bool:
        """True when the buffer ended before the pixel data and before the end of the Data Set."""
        return self.needed > 0


def read_head(
    buffer: Buffer,
    transfer_syntax_uid: str,
    wanted: frozenset[Tag],
    *,
    start: int = 0,
    size: int | None = None,
    to_note: frozenset[Tag] = frozenset(),
) -> Head:
    """Walk from `start` to the pixel data and collect the `wanted` elements of the top level.

    to_note: elements of which is only told whether they are there, however large they are; none is wanted.

    Specific Character Set, Pixel Representation and the Extended Offset Table are always collected, since
    reading the rest depends on them. size: the length the buffer would have if it were whole; None when
    it is whole, -1 when that is not known. Raises Invalid when the Data Set is truncated (an element
    reaches past `size`) or its structure is broken; a buffer that is only short of `size` yields a Head
    with `needs_more`. For what follows the pixel data, and the fragments in it, go on with `read_rest`.
    """
    encoding = encoding_of(transfer_syntax_uid)
    if encoding.deflated:
        return _read_deflated(buffer, transfer_syntax_uid, wanted, start, size, to_note)
    return _Walk(buffer, actual_encoding(buffer, encoding, start), wanted, start, size, to_note=to_note).head(
        transfer_syntax_uid
    )


def read_rest(
    buffer: Buffer,
    head: Head,
    wanted: frozenset[Tag] = frozenset(),
    *,
    start: int = 0,
    size: int | None = None,
    to_note: frozenset[Tag] = frozenset(),
) -> Head:
    """Go on from where `head` stopped to the end of the Data Set.

    Walks over the pixel data, every fragment included, and gives it its `end`; `wanted` elements after
    it are collected. A head that needed more is completed first. Raises Invalid as `read_head` does, and
    for broken or undelimited fragments. start: where the Data Set begins in `buffer`, asked for only
    when it is deflated: it is then inflated once more, within bounds.
    """
    uid = head.transfer_syntax_uid
    if head.encoding.deflated:
        with inflated(buffer, start) as whole:
            return _Walk(whole, head.encoding, wanted, head.end, None, head, to_note).head(uid, to_end=True)
    return _Walk(buffer, head.encoding, wanted, head.end, size, head, to_note).head(uid, to_end=True)


def actual_encoding(buffer: Buffer, encoding: Encoding, start: int) -> Encoding:
    """The encoding of the first element, which is believed more than the transfer syntax."""
    first = bytes(buffer[start : start + 6])
    if len(first) < 6:
        return encoding
    if not is_letters(first[4:]):
        return encoding._replace(implicit=True, big_endian=False)
    big = encoding.big_endian
    if first[:2] in (b"\0\x08", b"\x08\0"):
        big = first[0] == 0
    return encoding._replace(implicit=False, big_endian=big)


def _read_deflated(
    buffer: Buffer,
    uid: str,
    wanted: frozenset[Tag],
    start: int,
    size: int | None,
    to_note: frozenset[Tag],
) -> Head:
    """Inflate only as much as the walk needs."""
    encoding = encoding_of(uid)
    opened = bytearray()
    needed = 0
    for chunk in inflate_chunks(buffer, start):
        opened += chunk
        if max(needed, len(opened)) > _IN_MEMORY:
            break
        if len(opened) < needed:
            continue
        head = _Walk(opened, encoding, wanted, 0, -1, to_note=to_note).head(uid)
        if not head.needs_more:
            return head
        needed = max(head.needed, 2 * len(opened))
    if size is not None and (size < 0 or size > len(buffer)):
        head = _Walk(opened, encoding, wanted, 0, -1, to_note=to_note).head(uid)
        return replace(head, needed=len(buffer) + 1) if head.needs_more else head
    del opened
    with inflated(buffer, start) as whole:
        return _Walk(whole, encoding, wanted, 0, None, to_note=to_note).head(uid)


@lru_cache(maxsize=64)
def _keys(wanted: frozenset[Tag], to_note: frozenset[Tag], big_endian: bool) -> dict[int, Tag]:
    """What to stop at, as the first four bytes of a header read in the stream's byte order.

    0 stands for the tags that the fast loops leave to the general step.
    """
    tags = {tag: tag for tag in wanted | _ALWAYS}
    tags |= dict.fromkeys((to_note - wanted) | _STOPS, 0)
    if big_endian:
        return tags
    return {tag >> 16 | (tag & 0xFFFF) << 16: key for tag, key in tags.items()}


def _fast_explicit(
    buffer: Buffer, position: int, end: int, big: bool, keys: dict[int, Tag], elements: dict[Tag, Raw]
) -> int:
    """Walk while headers are ordinary; the position of the first element that is not."""
    unpack, unpack_length = _EXPLICIT[big], _LENGTH[big]
    short, long, key_of = SHORT.get, LONG.get, keys.get
    last = end - 12
    while position <= last:
        word, letters, length = unpack(buffer, position)
        vr = short(letters)
        if vr is not None:
            value_at = position + 8
        else:
            vr = long(letters)
            length = unpack_length(buffer, position + 8)[0]
            if vr is None or length == UNDEFINED:
                return position
            value_at = position + 12
        after = value_at + length
        key = key_of(word)
        if key is not None or after > end:
            if not key or after > end:
                return position
            elements[key] = (vr, bytes(buffer[value_at:after]))
        position = after
    return position


def _fast_implicit(
    buffer: Buffer, position: int, end: int, keys: dict[int, Tag], elements: dict[Tag, Raw]
) -> int:
    """As `_fast_explicit`, for Implicit VR Little Endian."""
    unpack, key_of = _IMPLICIT, keys.get
    last = end - 8
    while position <= last:
        word, length = unpack(buffer, position)
        after = position + 8 + length
        key = key_of(word)
        if key is not None or after > end:
            if not key or after > end:
                return position
            elements[key] = ("", bytes(buffer[position + 8 : after]))
        position = after
    return position


def is_zero(buffer: Buffer, start: int, end: int) -> bool:
    """True when only zero bytes stand from `start` to `end`."""
    step = 1 << 16
    return all(not any(buffer[at : min(at + step, end)]) for at in range(start, end, step))


class _Walk:
    """One walk over the top level. Its position only grows, so it ends."""

    def __init__(
        self,
        buffer: Buffer,
        encoding: Encoding,
        wanted: frozenset[Tag],
        start: int,
        size: int | None,
        before: Head | None = None,
        to_note: frozenset[Tag] = frozenset(),
    ) -> None:
        self.buffer = buffer
        self.encoding = encoding
        self.order = BIG if encoding.big_endian else LITTLE
        self.keys = _keys(wanted, to_note, encoding.big_endian)
        self.position = start
        self.end = len(buffer)
        self.size = self.end if size is None else size
        self.elements: dict[Tag, Raw] = dict(before.elements) if before else {}
        self.pixel = before.pixel if before else None
        self.oddities: tuple[str, ...] = before.oddities if before else ()
        self.to_note = to_note
        self.noted = set(before.noted) if before else set()
        self.needed = 0

    def head(self, uid: str, *, to_end: bool = False) -> Head:
        """Walk to the pixel data, or to the end."""
        try:
            self._go(to_end)
        except Short as short:
            self._run_out(short.needed)
        if self.encoding != encoding_of(uid):
            self._note("The Data Set is not encoded as its transfer syntax says.")
        return Head(
            uid, self.encoding, self.elements, self.pixel, self.position, self.needed, self.oddities,
            frozenset(self.noted),
        )  # fmt: skip

    def _go(self, to_end: bool) -> None:
        encoding, end = self.encoding, self.end
        while True:
            if encoding.implicit:
                self.position = _fast_implicit(self.buffer, self.position, end, self.keys, self.elements)
            else:
                self.position = _fast_explicit(
                    self.buffer, self.position, end, encoding.big_endian, self.keys, self.elements
                )
            if self.position >= end:
                if self.position < self.size or self.size < 0:
                    raise Short(self.position + 8)
                return
            header = read_header(self.buffer, self.position, end, self.order, encoding.implicit)
            if header.tag in PIXEL_TAGS and not to_end:
                self.pixel = self._pixel_element(header, None)
                return
            if header.tag == 0 or header.tag >> 16 == 0xFFFE:
                if self._odd_tag(header):
                    return
            else:
                self._step(header)

    def _step(self, header: Header) -> None:
        """Pass one element of any kind."""
        if header.is_odd:
            self._note("Some elements have no valid VR.")
        if header.length == UNDEFINED:
            value_end, after = skip_undefined(
                self.buffer, header, self.end, self.order, self.encoding.implicit
            )
        else:
            value_end = after = header.value_at + header.length
        if after > self.end:
            raise Short(after)
        if header.tag in PIXEL_TAGS:
            self.pixel = self._pixel_element(header, after)
        if header.tag in self.to_note and value_end > header.value_at:
            self.noted.add(header.tag)
        word = header.tag if self.order.big else header.tag >> 16 | (header.tag & 0xFFFF) << 16
        if self.keys.get(word):
            # An undefined length without a VR can only be a sequence.
            vr = header.vr or ("SQ" if header.length == UNDEFINED else "")
            self.elements[header.tag] = (vr, bytes(self.buffer[header.value_at : value_end]))
        self.position = after

    def _pixel_element(self, header: Header, after: int | None) -> PixelElement:
        length = None if header.length == UNDEFINED else header.length
        if length is not None:
            after = header.value_at + length
            if 0 <= self.size < after:
                raise self._truncated()
        return PixelElement(header.tag, header.vr, header.value_at, length, after)

    def _odd_tag(self, header: Header) -> bool:
        """Tags that are no element of a Data Set; True when the Data Set ends here."""
        if header.tag in (ITEM_END, SEQUENCE_END):
            self._note("A stray delimiter stands at the top level.")
            self.position += 8
            return False
        if header.tag == 0 and is_zero(self.buffer, self.position, self.end):
            if self.size < 0 or self.size > self.end:
                raise Short(max(self.size, self.end + 1))
            self._note("Zero bytes follow the Data Set.")
            self.position = self.end
            return True
        group, element = header.tag >> 16, header.tag & 0xFFFF
        raise Invalid(f"({group:04X},{element:04X}) where an element should start.", tag=header.tag)

    def _run_out(self, needed: int) -> None:
        """The buffer ended inside an element: more may follow, or it is padding, or truncated."""
        if self.size < 0 or self.end < self.size:
            if 0 <= self.size < needed:
                raise self._truncated()
            self.needed = needed
        elif is_zero(self.buffer, self.position, self.end):
            self._note("Zero bytes follow the Data Set.")
        elif self.end - self.position >= 8 and self._tag_here() == _TRAILING_PADDING:
            self._note("The trailing padding is cut off.")
        else:
            raise self._truncated()

    def _tag_here(self) -> Tag:
        group, element = self.order.pair(self.buffer, self.position)
        return int(group) << 16 | int(element)

    def _truncated(self) -> Invalid:
        sentence = "The Data Set is truncated"
        if self.end - self.position < 4:
            return Invalid(f"{sentence}: it ends inside the header of an element.")
        tag = self._tag_here()
        return Invalid(f"{sentence}: it ends inside ({tag >> 16:04X},{tag & 0xFFFF:04X}).", tag=tag)

    def _note(self, oddity: str) -> None:
        if oddity not in self.oddities:
            self.oddities += (oddity,)
