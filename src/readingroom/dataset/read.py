"""Data Sets into attributes: nested, private, ambiguous and all (PS3.5 chapters 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from readingroom.errors import Invalid
from readingroom.model import Attribute, Tag

from .dictionary import KNOWN, SHORT, is_private_creator, vr_of
from .encoding import (
    ITEM,
    ITEM_END,
    MAX_DEPTH,
    PIXEL_TAGS,
    SEQUENCE_END,
    UNDEFINED,
    Buffer,
    encoding_of,
)
from .head import Head, actual_encoding, is_zero
from .inflate import inflated
from .scope import DEFAULT, NOTICED, Scope
from .text import CharacterSet
from .values import BYTES, NUMBERS, SWAP_WIDTH, decode_values, swap_bytes
from .walk import (
    BIG,
    LITTLE,
    Header,
    Order,
    Short,
    holds_fragments,
    is_implicit_inside,
    order_inside,
    read_header,
    skip_fragments,
)

BULK_ABOVE: Final = 1024
"""Bytes above which a binary value stays a reference."""
LOOKED_AT: Final = 1 << 20
"""As `bulk_above` for those who look at values: the largest palette has 128 KiB, an overlay seldom more."""
_NUMBERS_ABOVE: Final = 1 << 20
_MOST_ELEMENTS: Final = 5_000_000
_SHORT: Final = 64
"""Bytes of a value up to which its attribute is remembered."""

_SHORT_VRS: Final = frozenset(SHORT.values())


@dataclass(frozen=True, slots=True)
class BulkValue:
    """A value that was left where it is.

    offset, length: in bytes from the start of the buffer that was read; from the start of the inflated
    Data Set when it is deflated. is_encapsulated: the bytes are fragments with their Item headers,
    without the Sequence Delimitation Item. is_big_endian: the bytes are to be swapped, see `bulk_bytes`.
    """

    vr: str
    offset: int
    length: int
    is_encapsulated: bool = False
    is_big_endian: bool = False


DataSet: TypeAlias = dict[Tag, Attribute | BulkValue]
"""A Data Set read with references; Items inside of SQ attributes are of the same kind."""


def bulk_bytes(buffer: Buffer, value: BulkValue) -> bytes:
    """The bytes of a value that was left in `buffer`, in little endian order."""
    data = bytes(buffer[value.offset : value.offset + value.length])
    return swap_bytes(data, SWAP_WIDTH.get(value.vr, 1)) if value.is_big_endian else data


def read_dataset(
    buffer: Buffer,
    transfer_syntax_uid: str,
    *,
    start: int = 0,
    bulk_above: int = BULK_ABOVE,
) -> DataSet:
    """Read the whole Data Set from `start` to the end of `buffer`.

    Pixel data, binary values longer than `bulk_above` bytes and arrays of numbers longer than 1 MiB
    become BulkValue. Group lengths are left out. A value whose length does not fit its VR, and a sequence
    of known length that is broken inside, become UN. Raises Invalid when the Data Set is truncated or its
    structure broken.
    """
    encoding = encoding_of(transfer_syntax_uid)
    if encoding.deflated:
        with inflated(buffer, start) as whole:
            return _read_plain(whole, transfer_syntax_uid, 0, bulk_above)
    return _read_plain(buffer, transfer_syntax_uid, start, bulk_above)


def read_identifier(data: bytes, transfer_syntax_uid: str) -> dict[Tag, Attribute]:
    """Read a small Data Set with every value in place: an Identifier, an Event Report, a film box."""
    dataset = read_dataset(data, transfer_syntax_uid, bulk_above=len(data) if len(data) < UNDEFINED else 0)
    return {tag: one for tag, one in dataset.items() if isinstance(one, Attribute)}


def read_attributes(head: Head, tags: Iterable[Tag] | None = None) -> dict[Tag, Attribute]:
    """Decode the elements a head collected, or those of `tags` that it has.

    Raises Invalid when a sequence among them is broken.
    """
    big, implicit = head.encoding.big_endian, head.encoding.implicit
    order = BIG if big else LITTLE
    scope = Scope(None)
    for tag, (_, raw) in head.elements.items():
        if tag in NOTICED or is_private_creator(tag):
            scope.notice(tag, decode_values(vr_of(tag), raw, big, DEFAULT) or ())
    attributes: DataSet = {}
    for tag in head.elements if tags is None else tags:
        if tag not in head.elements:
            continue
        vr, raw = head.elements[tag]
        named = vr or scope.known_vr(tag)
        values = decode_values(named, raw, big, scope.charset) if named in _SHORT_VRS else None
        if values is not None:
            attributes[tag] = Attribute(named, values)
            continue
        reader = Reader(raw, bulk_above=len(raw))
        reader.element(attributes, Header(tag, vr, 0, len(raw), False), len(raw), order, implicit, scope, 0)
        reader.settle()
    return {tag: one for tag, one in attributes.items() if isinstance(one, Attribute)}


def _read_plain(buffer: Buffer, uid: str, start: int, bulk_above: int) -> DataSet:
    encoding = actual_encoding(buffer, encoding_of(uid), start)
    reader = Reader(buffer, bulk_above)
    order = BIG if encoding.big_endian else LITTLE
    try:
        dataset, _ = reader.elements(start, len(buffer), order, encoding.implicit, Scope(None), 0, False)
    except Short as short:
        raise Invalid("The Data Set is truncated: its last element is not whole.") from short
    reader.settle()
    return dataset


def _attribute(vr: str, raw: bytes, big: bool, charset: CharacterSet) -> Attribute:
    values = decode_values(vr, raw, big, charset)
    return Attribute("UN", (raw,)) if values is None else Attribute(vr, values)


_short_attribute = lru_cache(4096)(_attribute)
"""The objects of a series say the same in most of their elements."""


class Reader:
    """One pass over a buffer. Positions only grow; depth and the number of elements are bounded."""

    def __init__(self, buffer: Buffer, bulk_above: int) -> None:
        self.buffer = buffer
        self.bulk_above = bulk_above
        self.count = 0
        # Elements that are US or SS, whose Pixel Representation may still be to come.
        self.pending: list[tuple[DataSet, Tag, bytes, bool, Scope]] = []

    def settle(self) -> None:
        """Give the elements that are US or SS their VR (PS3.3 C.7.6.3.1.1)."""
        for dataset, tag, raw, big, scope in self.pending:
            vr = "SS" if scope.is_signed() else "US"
            dataset[tag] = self.attribute(vr, raw, big, scope)
        self.pending.clear()

    def elements(
        self,
        position: int,
        end: int,
        order: Order,
        implicit: bool,
        scope: Scope,
        depth: int,
        is_open: bool,
    ) -> tuple[DataSet, int]:
        """The elements from `position` to `end`, or to the Item Delimitation Item when `is_open`."""
        buffer, big = self.buffer, order.big
        short = {} if implicit else SHORT
        dataset: DataSet = {}
        while position < end:
            self.count += 1
            if position + 8 <= end:
                group, element, letters, length = order.explicit(buffer, position)
                vr = short.get(letters)
                after = position + 8 + length
                # The ordinary case, kept short: a whole element of a known VR without a 32-bit length.
                if vr is not None and after <= end:
                    if element:
                        tag = group << 16 | element
                        raw = bytes(buffer[position + 8 : after])
                        decode = _short_attribute if length <= _SHORT else _attribute
                        dataset[tag] = attribute = decode(vr, raw, big, scope.charset)
                        if tag in NOTICED or (group & 1 and 0x10 <= element <= 0xFF):
                            scope.notice(tag, attribute.values)
                    position = after
                    continue
            header = read_header(buffer, position, end, order, implicit)
            tag = header.tag
            if tag == ITEM_END and is_open:
                return dataset, header.value_at
            if tag == SEQUENCE_END and is_open:
                return dataset, position  # an Item without its delimiter; the sequence sees its own
            if tag in (ITEM_END, SEQUENCE_END):
                position = header.value_at
            elif tag == 0 and depth == 0 and is_zero(buffer, position, end):
                return dataset, end
            else:
                position = self.element(dataset, header, end, order, implicit, scope, depth)
        if self.count > _MOST_ELEMENTS:
            raise Invalid(f"The Data Set has more than {_MOST_ELEMENTS} elements.")
        return dataset, position

    def element(
        self,
        dataset: DataSet,
        header: Header,
        end: int,
        order: Order,
        implicit: bool,
        scope: Scope,
        depth: int,
    ) -> int:
        """Decode one element of any kind into `dataset`; the position after it."""
        tag, vr, at, length = header.tag, header.vr, header.value_at, header.length
        if tag == 0 or tag >> 16 == 0xFFFE:
            raise Invalid(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) where an element should start.", tag=tag)
        if length == UNDEFINED:
            if holds_fragments(tag, vr):
                after = skip_fragments(self.buffer, at, end, order)
                dataset[tag] = BulkValue(vr or "OB", at, after - 8 - at, is_encapsulated=True)
                return after
            items, after = self.items(header, end, order, implicit, scope, depth)
            dataset[tag] = Attribute("SQ", items)
            return after
        after = at + length
        if after > end:
            raise Short(after)
        if not tag & 0xFFFF:
            return after
        if not vr or vr == "UN" or vr.encode() not in KNOWN:
            vr, order = scope.known_vr(tag), LITTLE if vr == "UN" else order
        if vr == "SQ":
            dataset[tag] = self._closed_sequence(header, after, order, implicit, scope, depth)
        elif tag in PIXEL_TAGS or (length > self.bulk_above and self._is_bulk(vr, length)):
            dataset[tag] = BulkValue(vr, at, length, is_big_endian=order.big and vr in SWAP_WIDTH)
        else:
            raw = bytes(self.buffer[at:after])
            if vr == "US or SS":
                self.pending.append((dataset, tag, raw, order.big, scope))
                vr = "US"  # until it is settled; keeps the order of the elements
            dataset[tag] = attribute = self.attribute(vr, raw, order.big, scope)
            if tag in NOTICED or is_private_creator(tag):
                scope.notice(tag, attribute.values)
        return after

    def attribute(self, vr: str, raw: bytes, big: bool, scope: Scope) -> Attribute:
        """One value field decoded; UN when it does not fit its VR."""
        return _attribute(vr, raw, big, scope.charset)

    def items(
        self, header: Header, end: int, order: Order, implicit: bool, scope: Scope, depth: int
    ) -> tuple[tuple[DataSet, ...], int]:
        """The Items of a sequence, and the position after it. Of known length: up to `end`."""
        if depth >= MAX_DEPTH:
            raise Invalid(f"Sequences are nested deeper than {MAX_DEPTH}.", tag=header.tag)
        order = order_inside(self.buffer, header, order)
        items: list[DataSet] = []
        position = header.value_at
        while position < end:
            if position + 8 > end:
                raise Short(position + 8)
            group, element, length = order.implicit(self.buffer, position)
            tag = group << 16 | element
            position += 8
            if tag == SEQUENCE_END:
                return tuple(items), position
            if tag != ITEM:
                raise Invalid(f"({group:04X},{element:04X}) where an Item should start.", tag=header.tag)
            is_open = length == UNDEFINED
            stop = end if is_open else position + length
            if stop > end:
                if header.length == UNDEFINED:
                    raise Short(stop)
                stop = end  # the Item claims more than its sequence has; read what is there
            inside = is_implicit_inside(self.buffer, position, stop, header.vr, implicit)
            item, position = self.elements(position, stop, order, inside, Scope(scope), depth + 1, is_open)
            items.append(item)
        if header.length == UNDEFINED:
            raise Short(end + 8)
        return tuple(items), position

    def _closed_sequence(
        self, header: Header, after: int, order: Order, implicit: bool, scope: Scope, depth: int
    ) -> Attribute | BulkValue:
        """A sequence of known length; when it is broken inside, its bytes as UN."""
        pending = len(self.pending)
        try:
            items, _ = self.items(header, after, order, implicit, scope, depth)
        except (Short, Invalid):
            if depth or self.count > _MOST_ELEMENTS:
                raise
            del self.pending[pending:]
            if header.length > self.bulk_above:
                return BulkValue("UN", header.value_at, header.length)
            return Attribute("UN", (bytes(self.buffer[header.value_at : after]),))
        return Attribute("SQ", items)

    def _is_bulk(self, vr: str, length: int) -> bool:
        return vr in BYTES or (vr in NUMBERS and length > _NUMBERS_ABOVE)
