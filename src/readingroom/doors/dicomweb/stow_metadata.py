"""Metadata and bulk data put together to the object that they describe (PS3.18 10.5.2, 8.7.3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from struct import pack, unpack_from

from readingroom.dataset import write_dataset
from readingroom.errors import Conflict, Invalid, Unsupported
from readingroom.model import Attribute, Attributes, Tag
from readingroom.pixels import compression_method, read_codestream_form
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE
from readingroom.wire import BINARY_VRS, PIXEL_DATA, BulkData

from .media_types import (
    CODESTREAM_TYPE,
    DEFLATED_FRAMES,
    HEVC,
    JPEG,
    MP4,
    MPEG,
    OCTETS,
    OTHER_NAMES,
    RLE_LOSSLESS,
    is_encapsulated,
)
from .statuses import BadMediaType
from .stow_bulk import BulkPart, BulkParts

_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_TRANSFER_SYNTAX, _AVAILABLE_TRANSFER_SYNTAX = 0x00020010, 0x00083002
_PIXELS, _OFFSETS, _OFFSET_LENGTHS = 0x7FE00010, 0x7FE00001, 0x7FE00002
_SAMPLES, _PHOTOMETRIC, _PLANAR, _FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
_ROWS, _COLUMNS, _ALLOCATED, _STORED, _HIGH_BIT, _SIGN = (
    0x00280010,
    0x00280011,
    *range(0x00280100, 0x00280104),
)
_LOSSY, _METHOD = 0x00282110, 0x00282114

_LONG_VRS = BINARY_VRS | {"SQ", "SV", "UC", "UR", "UT", "UV"}  # PS3.5 7.1.2: lengths of 32 bits
_SHORT_VRS = frozenset(
    {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST"}
    | {"TM", "UI", "UL", "US"}
)
_NEVER_BULK = frozenset({0x00080005, _SOP_CLASS, _SOP_INSTANCE})
_LONGEST_SHORT, _LONGEST = 0xFFFE, 0xFFFFFFFE
_HEADER_BYTES = 1 << 22
_MOST_IN_ITEMS = 64 << 20
_NAMES = {
    other.lower(): name for name in CODESTREAM_TYPE.values() for other in (name, *OTHER_NAMES.get(name, ()))
}
_WITH_HEADER = frozenset({JPEG, "image/jls", "image/jp2", "image/jpx", "image/jphc"})
_DEFAULTS = {
    "image/dicom-rle": RLE_LOSSLESS,
    "image/jxl": "1.2.840.10008.1.2.4.110",
    "application/x-deflate": DEFLATED_FRAMES,
    MPEG: "1.2.840.10008.1.2.4.100",
    MP4: "1.2.840.10008.1.2.4.102",
    HEVC: "1.2.840.10008.1.2.4.107",
}
"""What a codestream without a readable header is when nobody says so (PS3.18 table 8.7.3-5)."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A Data Set to be stored. chunks: its bytes in the transfer syntax, at most about 1 MiB at once."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    chunks: Iterator[bytes]


def names_of(metadata: Attributes) -> tuple[str, str]:
    """SOP Class and SOP Instance UID as they stand there, "" when missing."""
    return _text(metadata, _SOP_CLASS), _text(metadata, _SOP_INSTANCE)


def compose(metadata: Attributes, bulk: BulkParts) -> Composed:
    """The instance that the metadata describe, with its bulk data in place.

    Explicit VR Little Endian, unless the pixel data came as codestreams: then these are encapsulated, one
    fragment a frame, in the transfer syntax that the part, the metadata or the codestream names; what is
    missing of the Image Pixel Description is read from a JPEG or JPEG 2000 codestream. Raises Invalid for
    bulk data that did not come and values that cannot be encoded, Conflict where pixel data and description
    differ, Unsupported for a media type of bulk data that is not kept.
    """
    own = {tag: one for tag, one in metadata.items() if tag >> 16 != 2 and tag != _AVAILABLE_TRANSFER_SYNTAX}
    syntax = EXPLICIT_LE
    streams: dict[Tag, Iterator[bytes]] = {}
    for tag, attribute in tuple(own.items()):
        uri = _uri(attribute)
        if uri is None:
            continue
        _check_place(tag, attribute)
        del own[tag]
        parts = bulk.find(uri)
        if tag == _PIXELS and _holds_codestreams(parts[0]):
            syntax = _codestream_syntax(parts, metadata, own, bulk)
            streams[tag] = _encapsulated(parts, bulk)
        else:
            part = _single(tag, parts)
            if tag in PIXEL_DATA:
                _check_length(own, part)
            streams[tag] = _element(tag, _native_vr(tag, attribute.vr, own), part, bulk)
    if _PIXELS in streams:
        own.pop(_OFFSETS, None)
        own.pop(_OFFSET_LENGTHS, None)
    room = [_MOST_IN_ITEMS]
    encoded = write_dataset({tag: _filled(tag, one, bulk, room) for tag, one in own.items()}, EXPLICIT_LE)
    sop_class, sop_instance = names_of(own)
    return Composed(sop_class, sop_instance, syntax, _spliced(encoded, streams))


# --------------------------------------------------------------------------------------- uncompressed


def _uri(attribute: Attribute) -> str | None:
    value = attribute.first
    return value.uri if isinstance(value, BulkData) else None


def _check_place(tag: Tag, attribute: Attribute) -> None:
    """Bulk data go where a value may stand, and never for what tells how to read the rest."""
    has_place = 8 <= tag >> 16 < 0xFFFE and tag & 0xFFFF and tag not in _NEVER_BULK
    if not has_place or attribute.vr == "SQ" or attribute.vr not in _SHORT_VRS | _LONG_VRS:
        raise Invalid(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {attribute.vr} cannot be bulk data.", tag=tag)


def _single(tag: Tag, parts: list[BulkPart]) -> BulkPart:
    if len(parts) > 1:
        raise Conflict("Several parts for one value; only codestreams come frame by frame.", tag=tag)
    if tag in PIXEL_DATA and parts[0].media.name != OCTETS:
        raise BadMediaType(
            f"Pixel data in {parts[0].media.name} cannot be stored: it is no form of Bulkdata (PS3.18 tables "
            "8.7.3-4 and 8.7.3-5). Send the samples as application/octet-stream, or a codestream.",
            acceptable=", ".join((OCTETS, *dict.fromkeys(CODESTREAM_TYPE.values()))),
        )
    return parts[0]


def _native_vr(tag: Tag, vr: str, own: Attributes) -> str:
    """PS3.5 8.2, A.2: pixels of more than 8 bits are words."""
    if tag != _PIXELS:
        return vr
    return "OB" if vr == "OB" and _number(own, _ALLOCATED, 8) <= 8 else "OW"


def _check_length(own: Attributes, part: BulkPart) -> None:
    """Fewer bytes than the description says are not that image; missing descriptions are judged elsewhere."""
    rows, columns, bits = (_number(own, tag, 0) for tag in (_ROWS, _COLUMNS, _ALLOCATED))
    samples = 2 if _text(own, _PHOTOMETRIC) == "YBR_FULL_422" else _number(own, _SAMPLES, 1)
    needed = (rows * columns * samples * _frames(own) * bits + 7) // 8
    if part.length < needed:
        raise Conflict(
            f"The image has {needed} bytes, the part of its pixel data {part.length}.", tag=_PIXELS
        )


def _filled(tag: Tag, attribute: Attribute, bulk: BulkParts, room: list[int]) -> Attribute:
    """The attribute with bulk data in its Items, which are held in memory.

    room: bytes left for that. The depth is bounded by who read the metadata.
    """
    uri = _uri(attribute)
    if uri is not None:
        _check_place(tag, attribute)
        part = _single(_PIXELS, bulk.find(uri))
        room[0] -= part.length
        if room[0] < 0:
            raise Unsupported(f"More than {_MOST_IN_ITEMS} bytes of bulk data in Sequences of one object.")
        vr = attribute.vr if attribute.vr in BINARY_VRS else "UN"
        return Attribute(vr, (b"".join(bulk.chunks(part)),))
    if attribute.vr != "SQ":
        return attribute
    return Attribute(
        "SQ",
        tuple(
            {inner: _filled(inner, one, bulk, room) for inner, one in item.items()}
            if isinstance(item, Mapping)
            else item
            for item in attribute.values
        ),
    )


def _element(tag: Tag, vr: str, part: BulkPart, bulk: BulkParts) -> Iterator[bytes]:
    """One element of the top level, as PS3.5 7.1.2 writes it."""
    length = part.length + part.length % 2
    if length > _LONGEST:
        raise Unsupported("Values of 4 GiB and more have no place in a Data Set.", tag=tag)
    return _element_bytes(tag, vr, length, part, bulk)


def _element_bytes(tag: Tag, vr: str, length: int, part: BulkPart, bulk: BulkParts) -> Iterator[bytes]:
    if vr not in _LONG_VRS and length > _LONGEST_SHORT:
        vr = "UN"
    layout = "<HH2s2xI" if vr in _LONG_VRS else "<HH2sH"
    yield pack(layout, tag >> 16, tag & 0xFFFF, vr.encode("ascii"), length)
    yield from bulk.chunks(part)
    if part.length % 2:
        yield b"\0" if vr in BINARY_VRS or vr == "UI" else b" "


def _spliced(encoded: bytes, streams: Mapping[Tag, Iterator[bytes]]) -> Iterator[bytes]:
    """The encoded Data Set with the streamed elements at their places, by tag."""
    waiting = sorted(streams)
    at = given = 0
    while at < len(encoded) and waiting:
        group, element, vr = unpack_from("<HH2s", encoded, at)
        while waiting and waiting[0] < group << 16 | element:
            yield encoded[given:at]
            given = at
            yield from streams[waiting.pop(0)]
        is_long = vr.decode("ascii") in _LONG_VRS
        at += (
            12 + unpack_from("<I", encoded, at + 8)[0]
            if is_long
            else 8 + unpack_from("<H", encoded, at + 6)[0]
        )
    yield encoded[given:]
    for tag in waiting:
        yield from streams[tag]


# ----------------------------------------------------------------------------------------- compressed


def _type_of(part: BulkPart) -> str:
    return _NAMES.get(part.media.name, part.media.name)


def _syntax_said(part: BulkPart) -> str:
    said = part.media.get("transfer-syntax") or ""
    return "" if said == "*" else said


def _holds_codestreams(part: BulkPart) -> bool:
    """octet-stream is uncompressed unless it names another transfer syntax (PS3.18 8.7.3.3)."""
    if part.media.name == OCTETS:
        said = _syntax_said(part)
        return said in CODESTREAM_TYPE and is_encapsulated(said)
    return _type_of(part) in CODESTREAM_TYPE.values()


def _codestream_syntax(
    parts: list[BulkPart], metadata: Attributes, own: dict[Tag, Attribute], bulk: BulkParts
) -> str:
    """The transfer syntax of encapsulated frames; `own` then describes them."""
    name, said = _type_of(parts[0]), _syntax_said(parts[0])
    if {_type_of(part) for part in parts} != {name} or {_syntax_said(part) for part in parts} != {said}:
        raise Conflict("The frames of one object came in different forms.", tag=_PIXELS)
    if name == OCTETS:
        name = CODESTREAM_TYPE[said]
    if said and CODESTREAM_TYPE.get(said) != name:
        raise Conflict(f"Transfer syntax {said} is not of {name} (PS3.18 table 8.7.3-5).", tag=_PIXELS)
    if not name.startswith("video/") and len(parts) != _frames(own):
        raise Conflict(
            f"The object has {_frames(own)} frames, {len(parts)} came; one part each.", tag=_PIXELS
        )
    by_header = _describe(own, bulk.beginning(parts[0], _HEADER_BYTES)) if name in _WITH_HEADER else ""
    in_metadata = _text(metadata, _TRANSFER_SYNTAX) or _text(metadata, _AVAILABLE_TRANSFER_SYNTAX)
    if not said and CODESTREAM_TYPE.get(in_metadata) == name:
        said = in_metadata
    syntax = said or by_header or _DEFAULTS[name]
    if by_header and CODESTREAM_TYPE.get(by_header) != name and name != "image/jpx":
        raise Conflict(f"The codestream is not {name} but {CODESTREAM_TYPE[by_header]}.", tag=_PIXELS)
    return syntax


def _describe(own: dict[Tag, Attribute], beginning: bytes) -> str:
    """Add what is missing of the Image Pixel Description (PS3.18 10.5.2); answers the codestream's syntax."""
    form = read_codestream_form(beginning)
    for tag, there in ((_ROWS, form.rows), (_COLUMNS, form.columns), (_SAMPLES, form.samples_per_pixel)):
        if tag in own and _number(own, tag, there) != there:
            raise Conflict(
                f"The codestream is {form.columns} x {form.rows}, the metadata say otherwise.", tag=tag
            )
        own.setdefault(tag, Attribute("US", (there,)))
    if form.samples_per_pixel > 1:
        own.setdefault(_PLANAR, Attribute("US", (0,)))
    own.setdefault(_PHOTOMETRIC, Attribute("CS", (form.photometric_interpretation,)))
    own.setdefault(_ALLOCATED, Attribute("US", (8 if form.bits_stored <= 8 else 16,)))
    own.setdefault(_STORED, Attribute("US", (form.bits_stored,)))
    own.setdefault(_HIGH_BIT, Attribute("US", (_number(own, _STORED, form.bits_stored) - 1,)))
    own.setdefault(_SIGN, Attribute("US", (int(form.is_signed),)))
    if form.is_lossy:
        own.setdefault(_LOSSY, Attribute("CS", ("01",)))
        own.setdefault(_METHOD, Attribute("CS", (compression_method(form.transfer_syntax_uid),)))
    return form.transfer_syntax_uid


def _encapsulated(parts: list[BulkPart], bulk: BulkParts) -> Iterator[bytes]:
    """Pixel Data with one fragment a part and a Basic Offset Table (PS3.5 A.4)."""
    sizes = [part.length + part.length % 2 for part in parts]
    if max(sizes) > _LONGEST:
        raise Unsupported("A frame of 4 GiB and more has no place in a Data Set.", tag=_PIXELS)
    if not min(sizes):
        raise Conflict("A frame of the pixel data is empty.", tag=_PIXELS)
    offsets = [0, *accumulate(8 + size for size in sizes[:-1])]
    table = pack(f"<{len(offsets)}I", *offsets) if offsets[-1] <= _LONGEST else b""
    return _fragments(table, parts, bulk)


def _fragments(table: bytes, parts: list[BulkPart], bulk: BulkParts) -> Iterator[bytes]:
    yield b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0" + pack("<I", len(table)) + table
    for part in parts:
        yield b"\xfe\xff\0\xe0" + pack("<I", part.length + part.length % 2)
        yield from bulk.chunks(part)
        yield b"\0" * (part.length % 2)
    yield b"\xfe\xff\xdd\xe0\0\0\0\0"


# -------------------------------------------------------------------------------------------- values


def _text(attributes: Attributes, tag: Tag) -> str:
    value = attributes[tag].first if tag in attributes else None
    return value.strip(" \0") if isinstance(value, str) else ""


def _number(attributes: Attributes, tag: Tag, otherwise: int) -> int:
    value = attributes[tag].first if tag in attributes else None
    return value if isinstance(value, int) else otherwise


def _frames(attributes: Attributes) -> int:
    text = _text(attributes, _FRAMES)
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not int(text):
        raise Invalid(f"“{text[:20]}” is no Number of Frames.", tag=_FRAMES)
    return int(text)
