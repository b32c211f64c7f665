"""What the elements of one Data Set or Item must know of each other and of those around them."""

from __future__ import annotations

from typing import Any, Final

from readingroom.model import Tag

from .dictionary import is_private_creator, private_vr, vr_of
from .text import CharacterSet, character_set

CHARACTER_SET: Final = 0x00080005
BITS_ALLOCATED: Final = 0x00280100
PIXEL_REPRESENTATION: Final = 0x00280103
_LUT_DESCRIPTOR: Final = 0x00283002
NOTICED: Final = frozenset({CHARACTER_SET, BITS_ALLOCATED, PIXEL_REPRESENTATION, _LUT_DESCRIPTOR})
"""Attributes on which others depend, beside private creators."""

DEFAULT: Final = character_set(())


class Scope:
    """One Data Set or Item while it is read; `parent` is the one around it."""

    __slots__ = ("bits_allocated", "charset", "creators", "lut_entries", "parent", "pixel_representation")

    def __init__(self, parent: Scope | None) -> None:
        self.parent = parent
        self.charset: CharacterSet = parent.charset if parent else DEFAULT
        self.pixel_representation: int | None = None
        self.bits_allocated: int | None = None
        self.lut_entries: int | None = None
        self.creators: dict[int, str] = {}

    def notice(self, tag: Tag, values: tuple[Any, ...]) -> None:
        """Remember an attribute on which others depend: one of `NOTICED` or a private creator."""
        if tag == CHARACTER_SET:
            self.charset = character_set(tuple(map(str, values)))
        elif not values:
            return
        elif is_private_creator(tag):
            self.creators[tag >> 16 << 8 | tag & 0xFF] = str(values[0])
        elif not isinstance(values[0], int):
            return
        elif tag == PIXEL_REPRESENTATION:
            self.pixel_representation = values[0]
        elif tag == BITS_ALLOCATED:
            self.bits_allocated = values[0]
        else:
            self.lut_entries = values[0]

    def is_signed(self) -> bool:
        """Pixel Representation of this Data Set or the nearest one around it that has it."""
        scope: Scope | None = self
        while scope is not None:
            if scope.pixel_representation is not None:
                return scope.pixel_representation == 1
            scope = scope.parent
        return False

    def known_vr(self, tag: Tag) -> str:
        """The VR of an element whose stream does not say it, by the dictionaries; UN when they do not.

        "US or SS" stays, since Pixel Representation may still be to come: see `is_signed`.
        """
        if tag & 0x10000 and tag & 0xFF00:
            creator = self.creators.get(tag >> 16 << 8 | tag >> 8 & 0xFF)
            return private_vr(tag, creator) if creator else "UN"
        vr = vr_of(tag)
        if " or " not in vr or vr == "US or SS":
            return vr
        if vr == "US or OW":
            return "US" if self.lut_entries == 1 else "OW"
        return "OW"  # PS3.5 A.1: always in Implicit VR
