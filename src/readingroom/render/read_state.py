"""From the attributes of a presentation state object to a `PresentationState` (PS3.3 A.33)."""

from __future__ import annotations

from typing import Final

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Palette

from .lookup_table import LookupTable
from .numbers import decimals, exactly, first_decimal, items, text
from .overlay import read_activations, read_overlays
from .read_advanced_blending import read_advanced_blending
from .read_annotations import read_annotations, read_layers
from .read_grey_stage import read_grey_stage
from .read_mask import read_masks
from .read_shutter import read_shutter
from .reference import ImageReference
from .scope import read_images, read_scope
from .state import (
    STATE_CLASSES,
    Blending,
    DisplayedArea,
    GreyStage,
    PresentationState,
    SizeMode,
    StateKind,
)

_SOP_CLASS, _SOP_INSTANCE, _STUDY = 0x00080016, 0x00080018, 0x0020000D
_PRESENTATION_LUT, _SHAPE = 0x20500010, 0x20500020
_AREAS, _TOP_LEFT, _BOTTOM_RIGHT, _MODE = 0x0070005A, 0x00700052, 0x00700053, 0x00700100
_SPACING, _ASPECT, _MAGNIFICATION = 0x00700101, 0x00700102, 0x00700103
_FLIP, _ROTATION = 0x00700041, 0x00700042
_BLENDING, _POSITION, _OPACITY = 0x00700402, 0x00700405, 0x00700403
_ICC_PROFILE, _PALETTE = 0x00282000, 0x00281101
_VOLUMETRIC: Final = frozenset(f"1.2.840.10008.5.1.4.1.1.11.{number}" for number in (6, 7, 9, 10, 11))
_GREY: Final = frozenset({StateKind.GRAYSCALE, StateKind.XA_XRF_GRAYSCALE, StateKind.VARIABLE_MODALITY})
_MOST_ITEMS: Final = 100_000


def read_state(attributes: Attributes) -> PresentationState:
    """Read a presentation state of one of `STATE_CLASSES`.

    Raises Unsupported for another SOP class, Invalid for a state that refers to nothing, or has a
    transformation, area, shutter, overlay or graphic that cannot be carried out.
    """
    uid = text(attributes, _SOP_CLASS)
    if uid not in STATE_CLASSES:
        raise Unsupported(why_not_applied(uid), uid=uid)
    kind = StateKind(uid)
    blending = _blending(attributes) if kind is StateKind.BLENDING else None
    advanced = read_advanced_blending(attributes) if kind is StateKind.ADVANCED_BLENDING else None
    images = blending.underlying + blending.superimposed if blending else read_images(attributes)
    if advanced is not None:
        images = advanced.geometry.images
    elif not images:
        raise Invalid("The presentation state refers to no image.")
    has_no_greys = blending or advanced or kind is StateKind.COLOR
    grey = GreyStage() if has_no_greys else read_grey_stage(attributes)
    has_palette = kind in (StateKind.PSEUDO_COLOR, StateKind.BLENDING)
    return PresentationState(
        kind=kind,
        sop_instance_uid=text(attributes, _SOP_INSTANCE),
        images=images,
        grey=grey,
        presentation_lut=_presentation_lut(attributes) if kind in _GREY else False,
        masks=read_masks(attributes) if kind in _GREY | {StateKind.PSEUDO_COLOR} else (),
        shutter=read_shutter(attributes),
        overlays=read_overlays(attributes),
        activations=read_activations(attributes),
        areas=tuple(_area(item) for item in items(attributes, _AREAS)[:_MOST_ITEMS]),
        rotation=_rotation(attributes),
        is_flipped=_is_flipped(attributes),
        layers=read_layers(attributes),
        annotations=read_annotations(attributes),
        palette=Palette.of(attributes) if has_palette else None,
        blending=blending,
        advanced=advanced,
        icc_profile=_icc_profile(attributes),
    )


def why_not_applied(sop_class_uid: str) -> str:
    """What to tell who asks for a presentation state of a class that is none of ours."""
    if sop_class_uid in _VOLUMETRIC:
        return (
            "A volumetric presentation state is a view of a volume, computed from many images; pictures here "
            "are of single images. Ask for the images it names."
        )
    return "This object is no presentation state we apply."


def _presentation_lut(attributes: Attributes) -> LookupTable | bool:
    table = items(attributes, _PRESENTATION_LUT)
    if table:
        return LookupTable.of(table[0], input_is_signed=False)
    shape = text(attributes, _SHAPE).upper()
    if shape not in ("", "IDENTITY", "INVERSE"):
        raise Invalid(f"Presentation LUT Shape “{shape[:16]}” is none of the standard.", tag=_SHAPE)
    return shape == "INVERSE"


def _area(item: Attributes) -> DisplayedArea:
    left, top = exactly(item, _TOP_LEFT, 2, "Displayed Area Top Left Hand Corner")
    right, bottom = exactly(item, _BOTTOM_RIGHT, 2, "Displayed Area Bottom Right Hand Corner")
    mode = text(item, _MODE).upper() or "SCALE TO FIT"
    if mode not in {known.value for known in SizeMode}:
        raise Invalid(f"Presentation Size Mode “{mode[:16]}” is none of the standard.", tag=_MODE)
    magnification = first_decimal(item, _MAGNIFICATION, 1.0)
    pair = decimals(item, _SPACING) or decimals(item, _ASPECT) or (1.0, 1.0)
    if len(pair) != 2 or min(pair) <= 0 or not 1 / 100 <= pair[0] / pair[1] <= 100:
        raise Invalid("The spacing or aspect ratio of the displayed pixels must be two numbers above 0.")
    if mode == "TRUE SIZE" and not decimals(item, _SPACING):
        raise Invalid("TRUE SIZE needs Presentation Pixel Spacing.", tag=_SPACING)
    if not 0 < magnification <= 1000:
        raise Invalid("Presentation Pixel Magnification Ratio must be above 0.", tag=_MAGNIFICATION)
    return DisplayedArea(
        read_scope(item),
        (int(left), int(top)),
        (int(right), int(bottom)),
        SizeMode(mode),
        (pair[0], pair[1]),
        magnification,
    )


def _rotation(attributes: Attributes) -> int:
    rotation = first_decimal(attributes, _ROTATION, 0)
    if rotation not in (0, 90, 180, 270):
        raise Invalid(f"Image Rotation {rotation:g} is none of 0, 90, 180 and 270.", tag=_ROTATION)
    return int(rotation)


def _is_flipped(attributes: Attributes) -> bool:
    flip = text(attributes, _FLIP).upper() or "N"
    if flip not in ("Y", "N"):
        raise Invalid("Image Horizontal Flip must be Y or N.", tag=_FLIP)
    return flip == "Y"


def _icc_profile(attributes: Attributes) -> bytes:
    attribute = attributes.get(_ICC_PROFILE)
    value = attribute.first if attribute is not None else b""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def _blending(attributes: Attributes) -> Blending:
    sides: dict[str, tuple[tuple[ImageReference, ...], GreyStage]] = {}
    for item in items(attributes, _BLENDING)[:3]:
        study = text(item, _STUDY)
        sides[text(item, _POSITION).upper()] = (read_images(item, study), read_grey_stage(item))
    if set(sides) != {"UNDERLYING", "SUPERIMPOSED"} or not all(images for images, _ in sides.values()):
        raise Invalid("A blending state needs images to underlie and images to superimpose.", tag=_BLENDING)
    (opacity,) = exactly(attributes, _OPACITY, 1, "Relative Opacity")
    if not 0 <= opacity <= 1:
        raise Invalid("Relative Opacity must be from 0 to 1.", tag=_OPACITY)
    (under, under_stage), (over, over_stage) = sides["UNDERLYING"], sides["SUPERIMPOSED"]
    return Blending(under, over, under_stage, over_stage, opacity)
