"""What a Data Set must say once its pixel data are in another form (PS3.3 C.7.6.3, C.7.6.1.1.5)."""

from __future__ import annotations

from dataclasses import replace

from readingroom.model import Attribute, Attributes, Tag
from readingroom.pixels import (
    WRITTEN_WITH_LOSS,
    PixelDescription,
    compression_method,
    description_after,
    was_lossy,
)

from .frames import Layout, OpenFrames

_PHOTOMETRIC, _PLANAR = 0x00280004, 0x00280006
_BITS_ALLOCATED, _HIGH_BIT = 0x00280100, 0x00280102
_LOSSY, _RATIO, _METHOD = 0x00282110, 0x00282112, 0x00282114


def described(layout: Layout, uid: str) -> dict[Tag, Attribute]:
    """The attributes of the Image Pixel Module that change."""
    after = description_after(layout.description, uid)
    changed = {
        _PHOTOMETRIC: Attribute("CS", (after.photometric_interpretation,)),
        _BITS_ALLOCATED: Attribute("US", (after.bits_allocated,)),
    }
    if not hides_overlays(layout.attributes):
        changed[_HIGH_BIT] = Attribute("US", (after.high_bit,))
    if after.samples_per_pixel > 1:
        changed[_PLANAR] = Attribute("US", (after.planar_configuration,))
    return changed


def after_loss(layout: Layout, frames: OpenFrames, new_length: int | None, uid: str) -> dict[Tag, Attribute]:
    """Lossy Image Compression, and a ratio and a method for each loss in order; empty where there was none.

    new_length: bytes of the new frames, when these are compressed. What the object already says of earlier
    losses is kept; of a loss it keeps silent about, its own codestream tells. uid: of the new form.
    """
    native = layout.description.native_bits / 8 * frames.count
    attributes = layout.attributes
    ratios, methods = _texts(attributes, _RATIO), _texts(attributes, _METHOD)
    source = layout.description.transfer_syntax_uid
    lost = _texts(attributes, _LOSSY) == ["01"]
    if was_lossy(frames.stored(1), layout.description):
        lost = True
        if compression_method(source) not in methods:
            ratios.append(_ratio(native, frames.stored_length))
            methods.append(compression_method(source))
    changed: dict[Tag, Attribute] = {}
    if uid in WRITTEN_WITH_LOSS and new_length:
        lost = True
        ratios.append(_ratio(native, new_length))
        methods.append(compression_method(uid))
    if lost:
        changed[_LOSSY] = Attribute("CS", ("01",))
        if ratios:
            changed[_RATIO] = Attribute("DS", tuple(ratios))
        if methods:
            changed[_METHOD] = Attribute("CS", tuple(methods))
    return changed


def hides_overlays(attributes: Attributes) -> bool:
    """Whether overlays lie in bits of the pixel cells, as was done before 2004 (PS3.5 8.1.2)."""
    groups = (0x60000000 + (number << 17) for number in range(16))
    bits = (attributes.get(group | 0x0100) for group in groups)  # 1 for an overlay with data of its own
    return any(attribute is not None and attribute.first not in (None, 0, 1) for attribute in bits)


def of_whole_cells(description: PixelDescription) -> PixelDescription:
    """The description under which the bits beside the stored ones survive, too."""
    bits = description.bits_allocated
    return replace(description, bits_stored=bits, high_bit=bits - 1, pixel_representation=0)


def _texts(attributes: Attributes, tag: Tag) -> list[str]:
    attribute = attributes.get(tag)
    return [] if attribute is None else [str(value) for value in attribute.values if value is not None]


def _ratio(native: float, compressed: int) -> str:
    """Original to compressed size, such as "8.31" for 8.31:1."""
    return f"{native / max(1, compressed):.2f}"[:16]
