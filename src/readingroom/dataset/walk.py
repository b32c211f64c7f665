"""Stepping over elements without reading them: headers, nested sequences, fragments (PS3.5 7.1, 7.5, A.4)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final, NamedTuple

from readingroom.errors import Invalid
from readingroom.model import Tag

from .dictionary import LONG, SHORT
from .encoding import (
    ITEM,
    ITEM_END,
    MAX_DEPTH,
    PIXEL_TAGS,
    SEQUENCE_END,
    UNDEFINED,
    Buffer,
)

_Unpack = Callable[[Buffer, int], tuple[Any, ...]]


class Order(NamedTuple):
    """Unpackers of one byte order. A pair is group and element, a word 16 bit, a length 32 bit."""

    big: bool
    pair: _Unpack
    explicit: _Unpack
    """group, element, VR letters, 16-bit length"""
    implicit: _Unpack
    """group, element, 32-bit length"""
    length: _Unpack


LITTLE: Final = Order(
    False,
    Struct("<HH").unpack_from,
    Struct("<HH2sH").unpack_from,
    Struct("<HHI").unpack_from,
    Struct("<I").unpack_from,
)
BIG: Final = Order(
    True,
    Struct(">HH").unpack_from,
    Struct(">HH2sH").unpack_from,
    Struct(">HHI").unpack_from,
    Struct(">I").unpack_from,
)


class Short(Exception):
    """The buffer ends before `needed`; the caller knows whether more is to come or it is truncated."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class Header(NamedTuple):
    """One element header. vr is "" where the stream does not say it; length may be UNDEFINED."""

    tag: Tag
    vr: str
    value_at: int
    length: int
    is_odd: bool


def read_header(buffer: Buffer, position: int, end: int, order: Order, implicit: bool) -> Header:
    """The element header at `position`. Raises Short when it reaches past `end`, Invalid when hopeless."""
    if position + 8 > end:
        raise Short(position + 8)
    if implicit:
        group, element, length = order.implicit(buffer, position)
        return Header(group << 16 | element, "", position + 8, length, False)
    group, element, letters, length = order.explicit(buffer, position)
    tag = group << 16 | element
    vr = SHORT.get(letters)
    if vr is not None:
        return Header(tag, vr, position + 8, length, False)
    vr = LONG.get(letters)
    if vr is not None:
        if position + 12 > end:
            raise Short(position + 12)
        return Header(tag, vr, position + 12, order.length(buffer, position + 8)[0], False)
    return _odd_header(buffer, position, end, order, tag, letters)


def read_mark(buffer: Buffer, position: int, end: int, order: Order) -> Header:
    """The Item or delimiter at `position`, which has no VR in any encoding. Raises Short."""
    if position + 8 > end:
        raise Short(position + 8)
    group, element, length = order.implicit(buffer, position)
    return Header(group << 16 | element, "", position + 8, length, False)


def _odd_header(buffer: Buffer, position: int, end: int, order: Order, tag: Tag, letters: bytes) -> Header:
    """An element of an explicit VR stream whose VR letters are none of ours."""
    if tag >> 16 == 0xFFFE:
        return Header(tag, "", position + 8, order.length(buffer, position + 4)[0], False)
    if not is_letters(letters):
        # Some writers fall back to implicit VR inside an explicit stream.
        length = order.length(buffer, position + 4)[0]
        if length != UNDEFINED and position + 8 + length > end:
            short = order.explicit(buffer, position)[3]
            if _is_header(buffer, position + 8 + short, end, order, tag):
                return Header(tag, "", position + 8, short, True)
        return Header(tag, "", position + 8, length, True)
    vr = letters.decode("ascii")
    short = order.explicit(buffer, position)[3]
    # New VRs are to have the long form (PS3.5 6.2.2); writers of nonsense letters mostly use the short one.
    if short == 0 and position + 12 <= end and not _is_header(buffer, position + 8, end, order, tag):
        length = order.length(buffer, position + 8)[0]
        if length == UNDEFINED or position + 12 + length <= end:
            return Header(tag, vr, position + 12, length, True)
    return Header(tag, vr, position + 8, short, True)


def is_letters(letters: bytes) -> bool:
    """True when the two bytes could be a VR, known or not."""
    return b"A" <= letters[:1] <= b"Z" and b"A" <= letters[1:] <= b"Z"


def _is_header(buffer: Buffer, position: int, end: int, order: Order, after: Tag) -> bool:
    """True when an explicit header of a tag greater than `after` seems to stand at `position`."""
    if position == end:
        return True
    if position + 8 > end:
        return False
    group, element, letters, _ = order.explicit(buffer, position)
    return group << 16 | element > after and (letters in SHORT or letters in LONG)


def holds_fragments(tag: Tag, vr: str) -> bool:
    """True when an element of undefined length holds fragments (PS3.5 A.4), not items of a sequence."""
    return tag in PIXEL_TAGS or vr in {"OB", "OW", "OF", "OD", "OL", "OV"}


def is_implicit_inside(buffer: Buffer, position: int, end: int, vr: str, implicit: bool) -> bool:
    """Whether the Item content at `position` is implicit VR.

    vr: of the sequence; UN means implicit (PS3.5 6.2.2 note 5), but some writers keep explicit VR, and
    some write implicit items in explicit streams: the first element's VR letters tell.
    """
    if position + 8 > end:
        return implicit
    letters = bytes(buffer[position + 4 : position + 6])
    if vr == "UN":
        return letters not in SHORT and letters not in LONG
    if implicit:
        return True
    return not is_letters(letters) and bytes(buffer[position : position + 2]) not in (
        b"\xfe\xff",
        b"\xff\xfe",
    )


def order_inside(buffer: Buffer, header: Header, order: Order) -> Order:
    """The byte order of the Items of a sequence: UN is little endian (PS3.5 6.2.2) in any stream."""
    if (
        order.big
        and header.vr == "UN"
        and bytes(buffer[header.value_at : header.value_at + 2]) == b"\xfe\xff"
    ):
        return LITTLE
    return order


def skip_undefined(buffer: Buffer, header: Header, end: int, order: Order, implicit: bool) -> tuple[int, int]:
    """(end of the value, position after its Sequence Delimitation Item) of an undefined length element.

    Raises Short when `end` comes first, Invalid when the structure is broken.
    """
    if holds_fragments(header.tag, header.vr):
        after = skip_fragments(buffer, header.value_at, end, order)
    else:
        after = _skip_sequence(buffer, header, end, order, implicit)
    return after - 8, after


def skip_fragments(buffer: Buffer, position: int, end: int, order: Order) -> int:
    """The position after the Sequence Delimitation Item that ends the fragments from `position` on."""
    unpack = order.implicit
    while position + 8 <= end:
        group, element, length = unpack(buffer, position)
        tag = group << 16 | element
        position += 8
        if tag == ITEM and length != UNDEFINED:
            position += length
        elif tag == SEQUENCE_END:
            return position
        else:
            raise Invalid(
                f"Broken fragments: ({group:04X},{element:04X}) where an Item should start.", tag=tag
            )
    raise Short(max(position, end + 1))


def _skip_sequence(buffer: Buffer, header: Header, end: int, order: Order, implicit: bool) -> int:
    """Iterative, so that nesting costs no stack. One entry of `open_` per open sequence or Item.

    An entry is (is an Item, implicit, VR of the sequence).
    """
    order = order_inside(buffer, header, order)
    open_ = [(False, implicit, header.vr)]
    position = header.value_at
    while True:
        is_item, implicit, vr = open_[-1]
        if is_item:
            inner = read_header(buffer, position, end, order, implicit)
            position = inner.value_at
            if inner.tag == ITEM_END:
                open_.pop()
            elif inner.tag == SEQUENCE_END:  # an Item without its delimiter
                open_.pop()
                open_.pop()
            elif inner.length != UNDEFINED:
                position += inner.length
            elif holds_fragments(inner.tag, inner.vr):
                position = skip_fragments(buffer, position, end, order)
            else:
                open_.append((False, implicit, inner.vr))
        else:
            if position + 8 > end:
                raise Short(position + 8)
            group, element, length = order.implicit(buffer, position)
            tag = group << 16 | element
            position += 8
            if tag == SEQUENCE_END:
                open_.pop()
            elif tag != ITEM:
                raise Invalid(
                    f"Broken sequence ({header.tag >> 16:04X},{header.tag & 0xFFFF:04X}): "
                    f"({group:04X},{element:04X}) where an Item should start.",
                    tag=header.tag,
                )
            elif length == UNDEFINED:
                open_.append((True, is_implicit_inside(buffer, position, end, vr, implicit), vr))
            else:
                position += length
        if position > end:
            raise Short(position)
        if not open_:
            return position
        if len(open_) > 2 * MAX_DEPTH:
            raise Invalid(f"Sequences are nested deeper than {MAX_DEPTH}.", tag=header.tag)
