"""A whole Data Set from one encoding into another, byte by byte and without decoding a pixel.

Between Implicit VR Little Endian, Explicit VR Little Endian, Explicit VR Big Endian and deflated
(PS3.5 A.1 to A.3, A.5), in constant memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attribute, Attributes, Tag

from .dictionary import KNOWN, SHORT, is_private_creator
from .encoding import (
    EXTENDED_LENGTHS,
    EXTENDED_OFFSETS,
    ITEM,
    ITEM_END,
    MAX_DEPTH,
    PIXEL_DATA,
    PIXEL_TAGS,
    SEQUENCE_END,
    UNDEFINED,
    Buffer,
    Encoding,
    encoding_of,
)
from .head import Head, is_zero, read_head, read_rest
from .inflate import inflated
from .read import BulkValue, DataSet, Reader, read_attributes
from .scope import BITS_ALLOCATED, CHARACTER_SET, DEFAULT, NOTICED, PIXEL_REPRESENTATION, Scope
from .values import SWAP_WIDTH, decode_values, swap_bytes
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
    read_mark,
    skip_fragments,
    skip_undefined,
)
from .write import LARGEST_SHORT, ElementWriter, Unfit, padding

Write = Callable[[bytes], object]

_TABLES: Final = frozenset({EXTENDED_OFFSETS, EXTENDED_LENGTHS, 0x7FE00003})
_ICON: Final = 0x00880200
_CHUNK: Final = 1 << 20
_BATCH: Final = 1 << 16
_NOTHING: Final[Attributes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NewPixels:
    """Pixel data to stand where the source has its own.

    length: of the value in bytes; None when it is encapsulated. chunks: the value as it is to be
    written, in the target's byte order; encapsulated: every Item, without the Sequence Delimitation Item.
    """

    vr: str
    length: int | None
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What becomes of the top level; see `transcode`."""

    instead: Attributes = field(default_factory=lambda: _NOTHING)
    without: frozenset[Tag] = frozenset()
    pixels: NewPixels | None = None


def transcode(
    buffer: Buffer,
    source: str,
    target: str,
    write: Write,
    *,
    start: int = 0,
    instead: Attributes = _NOTHING,
    pixels: NewPixels | None = None,
    without: frozenset[Tag] = frozenset(),
) -> None:
    """Write the Data Set that begins at `start`, encoded in `source`, as the transfer syntax `target`.

    instead: attributes that replace or join those of the top level. without: those of it that are left out.
    pixels: replaces (7FE0,0010), or is
    added; the Extended Offset Table of the source is then left out. Values keep their bytes but for their
    order; unknown ones become UN, sequences get undefined length, odd lengths padding; group lengths are
    left out, and so is an Icon Image Sequence that is encapsulated when the target is not. A Data Set that
    needs no change is passed on as it is. write: gets at most about 1 MiB at once.

    Raises Unsupported, before anything is written, when the pixel data is encapsulated on one side only
    (a codec's work: give `pixels`); Invalid, perhaps after some was written, when the Data Set is truncated
    or broken.
    """
    wanted = frozenset({BITS_ALLOCATED})
    head = read_head(buffer, source, wanted, start=start)
    _check_pixels(head, target, pixels)
    if encoding_of(target).deflated:
        write = deflating = _Deflating(write)
        _transcode_any(buffer, head, target, write, start, _Changes(instead, without, pixels))
        deflating.finish()
    else:
        _transcode_any(buffer, head, target, write, start, _Changes(instead, without, pixels))


def _check_pixels(head: Head, target: str, pixels: NewPixels | None) -> None:
    if pixels is not None:
        is_encapsulated = pixels.length is None
    elif head.pixel is None:
        return
    else:
        is_encapsulated = head.pixel.is_encapsulated
    if is_encapsulated != encoding_of(target).encapsulated:
        raise Unsupported(
            f"The pixel data is {'' if is_encapsulated else 'not '}encapsulated: {target} takes a codec."
        )


def _transcode_any(
    buffer: Buffer,
    head: Head,
    target: str,
    write: Write,
    start: int,
    changes: _Changes,
) -> None:
    if head.encoding.deflated:
        with inflated(buffer, start) as whole:
            _transcode_plain(whole, head, target, write, 0, changes)
    else:
        _transcode_plain(buffer, head, target, write, start, changes)


def _transcode_plain(
    buffer: Buffer,
    head: Head,
    target: str,
    write: Write,
    start: int,
    changes: _Changes,
) -> None:
    origin, goal = head.encoding, encoding_of(target)
    same = (origin.implicit, origin.big_endian) == (goal.implicit, goal.big_endian)
    if same and changes == _Changes():
        if not origin.deflated:
            read_rest(buffer, head)
        for at in range(start, len(buffer), _CHUNK):
            write(bytes(buffer[at : at + _CHUNK]))
        return
    transcoder = _Transcoder(buffer, origin, goal, write, changes)
    scope = Scope(None)
    for tag, attribute in read_attributes(
        head, (CHARACTER_SET, BITS_ALLOCATED, PIXEL_REPRESENTATION)
    ).items():
        scope.notice(tag, attribute.values)
    try:
        transcoder.top(start, scope)
    except Short as short:
        raise Invalid("The Data Set is truncated: its last element is not whole.") from short


class _Deflating:
    """A `write` that deflates (PS3.5 A.5)."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self._size = 0

    def __call__(self, data: bytes) -> None:
        self._pass(self._squeezer.compress(data))

    def finish(self) -> None:
        self._pass(self._squeezer.flush())
        self._pass(b"\0" * (self._size & 1))

    def _pass(self, data: bytes) -> None:
        if data:
            self._size += len(data)
            self._write(data)


class _Transcoder:
    """One pass over a buffer; what it makes goes out in batches."""

    def __init__(
        self,
        buffer: Buffer,
        origin: Encoding,
        goal: Encoding,
        write: Write,
        changes: _Changes,
    ) -> None:
        self.buffer = buffer
        self.origin, self.goal = origin, goal
        self.write = write
        self.instead = dict(changes.instead)
        self.without = changes.without
        self.pixels = changes.pixels
        self.batch = bytearray()
        self.target = ElementWriter(goal.implicit, goal.big_endian, DEFAULT)

    def top(self, position: int, scope: Scope) -> None:
        """The top level, with what is to be replaced."""
        charset = self.instead.get(CHARACTER_SET)
        if charset is not None:
            scope.notice(CHARACTER_SET, charset.values)
        self.target.charset = scope.charset
        new = sorted(self.instead.keys() | ({PIXEL_DATA} if self.pixels else set()))
        left_out = frozenset(new) | self.without | (_TABLES | PIXEL_TAGS if self.pixels else frozenset())
        order = BIG if self.origin.big_endian else LITTLE
        end = len(self.buffer)
        while position < end:
            if is_zero_padding(self.buffer, position, end):
                break
            header = read_header(self.buffer, position, end, order, self.origin.implicit)
            while new and new[0] <= header.tag:
                self.put_new(new.pop(0))
            keeps = header.tag not in left_out
            position = self.element(header, end, order, self.origin.implicit, scope, 0, keeps)
        for tag in new:
            self.put_new(tag)
        self.flush()

    def put(self, data: bytes) -> None:
        self.batch += data
        if len(self.batch) > _BATCH:
            self.flush()

    def flush(self) -> None:
        if self.batch:
            self.write(bytes(self.batch))
            self.batch.clear()

    def put_new(self, tag: Tag) -> None:
        """One of the attributes that replace or join those of the source."""
        if tag != PIXEL_DATA or self.pixels is None:
            try:
                self.put(self.target.element(tag, self.instead[tag]))
            except Unfit:
                raise Invalid("A new text does not fit the character set of the object.", tag=tag) from None
            return
        length = UNDEFINED if self.pixels.length is None else self.pixels.length + (self.pixels.length & 1)
        self.put(self.target.header(tag, self.pixels.vr, length))
        written = 0
        for chunk in self.pixels.chunks:
            self.put(chunk)
            written += len(chunk)
        if self.pixels.length is None:
            self.put(self.target.mark(SEQUENCE_END))
        elif written == self.pixels.length:
            self.put(b"\0" * (written & 1))
        else:
            raise ValueError(f"{written} bytes of pixel data were given, {self.pixels.length} announced")

    def element(
        self, header: Header, end: int, order: Order, implicit: bool, scope: Scope, depth: int, keeps: bool
    ) -> int:
        """One element; the position after it."""
        tag, at, length = header.tag, header.value_at, header.length
        if tag in (ITEM_END, SEQUENCE_END):
            return at  # stray
        if tag == 0 or tag >> 16 == 0xFFFE:
            raise Invalid(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) where an element should start.", tag=tag)
        if length == UNDEFINED and not keeps:
            return skip_undefined(self.buffer, header, end, order, implicit)[1]
        if length == UNDEFINED and holds_fragments(tag, header.vr):
            return self.fragments(header, end, order)
        after = end if length == UNDEFINED else at + length
        if after > end:
            raise Short(after)
        if not keeps or not tag & 0xFFFF:
            return after
        vr = "SQ" if length == UNDEFINED else self.vr(header, scope)
        if vr == "SQ":
            if tag == _ICON and not self.goal.encapsulated:
                icon: DataSet = {}
                passed = Reader(self.buffer, 0).element(icon, header, end, order, implicit, scope, depth)
                if _has_fragments(icon[tag]):
                    return passed
            return self.sequence(header, after, order, implicit, scope, depth)
        if tag in NOTICED or is_private_creator(tag):
            raw = bytes(self.buffer[at:after])
            scope.notice(tag, decode_values(vr, raw, order.big, DEFAULT) or ())
        cells = scope.bits_allocated if tag == PIXEL_DATA else None
        if vr == "OB" and cells is not None and cells > 8:
            vr = "OW"  # PS3.5 8.2: words are never OB, or nobody would turn them
        self.value(tag, vr, at, length, order.big, 4 if vr == "OW" and cells == 32 else None)
        return after

    def vr(self, header: Header, scope: Scope) -> str:
        """The VR to write: the stream's own where it has one that exists."""
        vr = header.vr
        if vr and vr.encode() in KNOWN:
            return vr
        if vr:
            return "UN"
        vr = scope.known_vr(header.tag)
        if vr == "US or SS":
            return "SS" if scope.is_signed() else "US"
        if header.tag == PIXEL_DATA and scope.bits_allocated is not None and scope.bits_allocated <= 8:
            return "OB"
        return vr

    def value(self, tag: Tag, vr: str, at: int, length: int, big: bool, width: int | None = None) -> None:
        """Header and value of one element, in pieces when it is large.

        width: bytes that turn together, where it is not that of the VR: pixel cells of 32 bits in OW are
        turned whole, as pydicom and GDCM read them.
        """
        stored_as, width = vr, width or SWAP_WIDTH.get(vr, 1)
        if vr.encode() in SHORT and length > LARGEST_SHORT and not self.goal.implicit:
            vr = "UN"
        turns = width > 1 and big != (self.goal.big_endian and vr != "UN")
        self.put(self.target.header(tag, vr, length + (length & 1)))
        for start in range(at, at + length, _CHUNK):
            piece = bytes(self.buffer[start : min(start + _CHUNK, at + length)])
            self.put(swap_bytes(piece, width) if turns else piece)
        if length & 1:
            self.put(padding(stored_as))

    def sequence(
        self, header: Header, end: int, order: Order, implicit: bool, scope: Scope, depth: int
    ) -> int:
        """A sequence, written with undefined length since its length changes; the position after it."""
        if depth >= MAX_DEPTH:
            raise Invalid(f"Sequences are nested deeper than {MAX_DEPTH}.", tag=header.tag)
        order = order_inside(self.buffer, header, order)
        position = header.value_at
        self.put(self.target.header(header.tag, "SQ", UNDEFINED))
        while position < end:
            item = read_mark(self.buffer, position, end, order)
            position = item.value_at
            if item.tag == SEQUENCE_END:
                break
            if item.tag != ITEM:
                raise Invalid(
                    f"Broken sequence ({header.tag >> 16:04X},{header.tag & 0xFFFF:04X}).", tag=header.tag
                )
            position = self.item(header, item, end, order, implicit, Scope(scope), depth)
        else:
            if header.length == UNDEFINED:
                raise Short(end + 8)
        self.put(self.target.mark(SEQUENCE_END))
        return position

    def item(
        self,
        sequence: Header,
        item: Header,
        end: int,
        order: Order,
        implicit: bool,
        scope: Scope,
        depth: int,
    ) -> int:
        position = item.value_at
        stop = end if item.length == UNDEFINED else position + item.length
        if stop > end:
            if sequence.length == UNDEFINED:
                raise Short(stop)
            stop = end  # the Item claims more than its sequence has
        self.put(self.target.mark(ITEM, UNDEFINED))
        implicit = is_implicit_inside(self.buffer, position, stop, sequence.vr, implicit)
        while position < stop:
            header = read_header(self.buffer, position, stop, order, implicit)
            if item.length == UNDEFINED and header.tag == ITEM_END:
                position = header.value_at
                break
            if item.length == UNDEFINED and header.tag == SEQUENCE_END:
                break
            position = self.element(header, stop, order, implicit, scope, depth + 1, True)
        self.put(self.target.mark(ITEM_END))
        return position

    def fragments(self, header: Header, end: int, order: Order) -> int:
        """Encapsulated pixel data passes as it is."""
        if order.big or self.goal.big_endian or self.goal.implicit:
            raise Unsupported("Encapsulated pixel data in this encoding takes a codec.", tag=header.tag)
        after = skip_fragments(self.buffer, header.value_at, end, order)
        self.put(self.target.header(header.tag, header.vr or "OB", UNDEFINED))
        for start in range(header.value_at, after, _CHUNK):
            self.put(bytes(self.buffer[start : min(start + _CHUNK, after)]))
        return after


def _has_fragments(icon: Attribute | BulkValue) -> bool:
    items = icon.values if isinstance(icon, Attribute) and icon.vr == "SQ" else ()
    pixels = [item.get(PIXEL_DATA) for item in items]
    return any(isinstance(one, BulkValue) and one.is_encapsulated for one in pixels)


def is_zero_padding(buffer: Buffer, position: int, end: int) -> bool:
    """True when nothing but zero bytes follows, of which no element consists."""
    return not any(buffer[position : position + 8]) and is_zero(buffer, position, end)
