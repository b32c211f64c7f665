"""The DICOM File Meta Information (PS3.10 7.1): read tolerantly, written strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from struct import pack, unpack_from
from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Tag

from .dictionary import LONG, SHORT
from .encoding import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, UNDEFINED, Buffer

_GROUP_LENGTH: Final = 0x00020000
_VERSION: Final = 0x00020001
_SOP_CLASS: Final = 0x00020002
_SOP_INSTANCE: Final = 0x00020003
_TRANSFER_SYNTAX: Final = 0x00020010
_IMPLEMENTATION: Final = 0x00020012
_IMPLEMENTATION_VERSION: Final = 0x00020013
_SOURCE_AE_TITLE: Final = 0x00020016

_FIRST_GROUPS: Final = (0x0002, 0x0004, 0x0008)
# Leading zeros in a component break PS3.5 9.1, but such UIDs exist and we must name them as they are.
_UID_RULE: Final = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class FileMeta:
    """What stands before the Data Set of a file.

    dataset_offset: where the Data Set starts, in bytes from the start of the buffer.
    transfer_syntax_uid: as written, or guessed when `is_guessed`.
    elements: the raw values of group 0002, padding included.
    oddities: what was not as PS3.10 wants it, each as a sentence.
    """

    dataset_offset: int
    transfer_syntax_uid: str
    is_guessed: bool
    elements: Mapping[Tag, bytes]
    oddities: tuple[str, ...]

    def text(self, tag: Tag) -> str:
        """The value of one attribute of group 0002 without padding, "" when absent."""
        return self.elements.get(tag, b"").decode("latin-1").strip(" \0")

    @property
    def sop_class_uid(self) -> str:
        """Media Storage SOP Class UID (0002,0002), "" when absent."""
        return self.text(_SOP_CLASS)

    @property
    def sop_instance_uid(self) -> str:
        """Media Storage SOP Instance UID (0002,0003), "" when absent."""
        return self.text(_SOP_INSTANCE)


def read_file_meta(buffer: Buffer) -> FileMeta:
    """Read preamble, prefix and File Meta Information at the start of `buffer`.

    The buffer may be only the beginning of a file. Tolerates a missing preamble or meta information, a
    wrong or missing group length, and meta information in another encoding than Explicit VR Little
    Endian; without a Transfer Syntax UID the encoding is guessed from the first element. Raises Invalid
    when it is not DICOM at all or the meta information is cut off.
    """
    start, oddities = _find_start(buffer)
    elements, offset = _read_group_2(buffer, start, oddities)
    uid = elements.get(_TRANSFER_SYNTAX, b"").decode("latin-1").strip(" \0")
    if uid:
        return FileMeta(offset, uid, False, elements, tuple(oddities))
    oddities.append("No Transfer Syntax UID: guessed from the first element.")
    guess = guess_transfer_syntax(buffer, offset, any_group=bool(elements))
    if guess is None:
        raise Invalid("This is not a DICOM file: neither a DICM prefix nor a plausible first element.")
    return FileMeta(offset, guess, True, elements, tuple(oddities))


def guess_transfer_syntax(buffer: Buffer, start: int = 0, *, any_group: bool = False) -> str | None:
    """Guess the encoding of a Data Set from its first element: Implicit LE, Explicit LE or Explicit BE.

    The value length must be plausible, and the group 0008 (or 0002, 0004) unless `any_group` is allowed
    because something else already says that this is DICOM. None when nothing fits.
    """
    if len(buffer) < start + 8:
        return None
    head = bytes(buffer[start : start + 8])
    little, big = unpack_from("<H", head)[0], unpack_from(">H", head)[0]
    if not any_group and little not in _FIRST_GROUPS and big not in _FIRST_GROUPS:
        return None
    if head[4:6] in SHORT or head[4:6] in LONG:
        return EXPLICIT_LITTLE if little < big else EXPLICIT_BIG
    # A first element of more than 64 KiB is no first element.
    length = unpack_from("<I", head, 4)[0]
    if little < big and (length <= 0xFFFF or (any_group and length == UNDEFINED)):
        return IMPLICIT_LITTLE
    return None


def _find_start(buffer: Buffer) -> tuple[int, list[str]]:
    """Where group 0002, or else the Data Set, begins."""
    if bytes(buffer[128:132]) == b"DICM":
        return 132, []
    if bytes(buffer[:4]) == b"DICM":
        return 4, ["No preamble before the DICM prefix."]
    if guess_transfer_syntax(buffer, 0) is None and guess_transfer_syntax(buffer, 128) is not None:
        return 128, ["No DICM prefix after the preamble."]
    return 0, ["No preamble and no DICM prefix."]


def _read_group_2(buffer: Buffer, start: int, oddities: list[str]) -> tuple[dict[Tag, bytes], int]:
    """The elements of group 0002 from `start` on and the position after them."""
    elements: dict[Tag, bytes] = {}
    position, announced_end, claimed_end = start, -1, 0
    size = len(buffer)
    odd = False
    while position + 8 <= size and position != announced_end:
        order = "<" if unpack_from("<H", buffer, position)[0] == 2 else ">"
        group, element = unpack_from(order + "HH", buffer, position)
        if group != 2:
            break
        value_at, length, is_standard = _meta_element(buffer, position, order)
        odd = odd or not is_standard or order == ">"
        if value_at + length > size:
            raise Invalid("The file is truncated inside its meta information.")
        value = bytes(buffer[value_at : value_at + length])
        position = value_at + length
        if element == 0 and length == 4:
            claimed_end = end = position + unpack_from(order + "I", value)[0]
            # Believed only when something other than group 0002 starts there.
            announced_end = end if end <= size - 2 and unpack_from("<H", buffer, end)[0] != 2 else -1
        elements[0x00020000 | element] = value
    if position + 8 > size and claimed_end > size:
        raise Invalid("The file is truncated inside its meta information.")
    if not elements:
        oddities.append("No File Meta Information.")
    elif position != announced_end:
        oddities.append("The File Meta Information Group Length is wrong or missing.")
    if odd:
        oddities.append("The File Meta Information is not in Explicit VR Little Endian.")
    return elements, position


def _meta_element(buffer: Buffer, position: int, order: str) -> tuple[int, int, bool]:
    """(value position, value length, whether the VR is explicit) of one element of group 0002."""
    vr = bytes(buffer[position + 4 : position + 6])
    if vr in SHORT:
        return position + 8, unpack_from(order + "H", buffer, position + 6)[0], True
    if vr in LONG:
        if position + 12 > len(buffer):
            raise Invalid("The file is truncated inside its meta information.")
        return position + 12, unpack_from(order + "I", buffer, position + 8)[0], True
    return position + 8, unpack_from(order + "I", buffer, position + 4)[0], False


def write_file_meta(
    sop_class_uid: str,
    sop_instance_uid: str,
    transfer_syntax_uid: str,
    *,
    implementation_class_uid: str,
    implementation_version_name: str,
    source_ae_title: str | None = None,
) -> bytes:
    """Preamble, prefix and File Meta Information for a Data Set that follows (PS3.10 table 7.1-1).

    Explicit VR Little Endian with a right group length. Raises Invalid for a UID that is not 1 to
    64 digits and dots, an implementation version name or AE title that breaks PS3.5 table 6.2-1.
    """
    body = bytearray(_long_element(_VERSION, b"\0\1"))
    body += _uid_element(_SOP_CLASS, sop_class_uid)
    body += _uid_element(_SOP_INSTANCE, sop_instance_uid)
    body += _uid_element(_TRANSFER_SYNTAX, transfer_syntax_uid)
    body += _uid_element(_IMPLEMENTATION, implementation_class_uid)
    body += _name_element(_IMPLEMENTATION_VERSION, b"SH", implementation_version_name)
    if source_ae_title:
        body += _name_element(_SOURCE_AE_TITLE, b"AE", source_ae_title)
    group_length = pack("<HH2sHI", 2, 0, b"UL", 4, len(body))
    return b"".join((bytes(128), b"DICM", group_length, body))


def _long_element(tag: Tag, value: bytes) -> bytes:
    return pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"OB", 0, len(value)) + value


def _uid_element(tag: Tag, uid: str) -> bytes:
    if len(uid) > 64 or not _UID_RULE.fullmatch(uid):
        raise Invalid(f"{uid!r} is not a UID (PS3.5 9.1).", tag=tag)
    value = uid.encode()
    return _short_element(tag, b"UI", value + b"\0" * (len(value) & 1))


def _name_element(tag: Tag, vr: bytes, text: str) -> bytes:
    fits = 1 <= len(text) <= 16 and text.isascii() and text.isprintable() and "\\" not in text
    if not fits or not text.strip():
        raise Invalid(f"{text!r} is not 1 to 16 characters of the default repertoire.", tag=tag)
    value = text.encode()
    return _short_element(tag, vr, value + b" " * (len(value) & 1))


def _short_element(tag: Tag, vr: bytes, value: bytes) -> bytes:
    return pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value
