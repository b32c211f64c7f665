"""A softcopy presentation state as we understood it (PS3.3 A.33, PS3.4 annex N); `read_state` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from readingroom.pixels import Palette

from .annotation import Annotation, Layer
from .lookup_table import LookupTable
from .modality import Rescale
from .overlay import Overlay
from .reference import ImageReference, Scope, in_scope
from .shutter import Shutter
from .window import Window


class StateKind(Enum):
    """The SOP classes of presentation states that are applied here."""

    GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"
    COLOR = "1.2.840.10008.5.1.4.1.1.11.2"
    PSEUDO_COLOR = "1.2.840.10008.5.1.4.1.1.11.3"
    BLENDING = "1.2.840.10008.5.1.4.1.1.11.4"
    XA_XRF_GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.5"
    ADVANCED_BLENDING = "1.2.840.10008.5.1.4.1.1.11.8"
    VARIABLE_MODALITY = "1.2.840.10008.5.1.4.1.1.11.12"


STATE_CLASSES: Final = frozenset(kind.value for kind in StateKind)
"""SOP Class UIDs `read_state` takes."""


class SizeMode(Enum):
    """Presentation Size Mode (0070,0100)."""

    SCALE_TO_FIT = "SCALE TO FIT"
    TRUE_SIZE = "TRUE SIZE"
    MAGNIFY = "MAGNIFY"


@dataclass(frozen=True, slots=True)
class DisplayedArea:
    """The part of an image to show (PS3.3 C.10.4).

    top_left, bottom_right: (column, row) from 1, both inside the area, in the frame's own raster; which
    corner they are holds after rotation and flip. They may lie outside of the image. pixel_size: height
    and width of a pixel, in mm (spacing) or in proportion (aspect ratio). magnification: picture pixels
    per image pixel of MAGNIFY.
    """

    scope: Scope
    top_left: tuple[int, int]
    bottom_right: tuple[int, int]
    mode: SizeMode = SizeMode.SCALE_TO_FIT
    pixel_size: tuple[float, float] = (1.0, 1.0)
    magnification: float = 1.0


@dataclass(frozen=True, slots=True)
class ScopedVoi:
    """A VOI transformation and the images it is for (PS3.3 C.11.8)."""

    scope: Scope
    voi: Window | LookupTable


@dataclass(frozen=True, slots=True)
class PixelShift:
    """How the mask of some frames moves, region by region (PS3.3 C.11.19.1.2).

    applicable: pairs of first and last frame, empty for all. regions: shift as of `Mask`, and (row, column)
    vertices from 1, empty for the whole frame; the last region that holds a pixel counts.
    """

    applicable: tuple[tuple[int, int], ...]
    regions: tuple[tuple[tuple[float, float], tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class LogTable:
    """A Pixel Intensity Relationship LUT into a space logarithmic to the X-rays (PS3.4 N.2.5).

    applicable: pairs of first and last frame it is for, mask or contrast; empty for all.
    """

    applicable: tuple[tuple[int, int], ...]
    table: LookupTable


@dataclass(frozen=True, slots=True)
class Mask:
    """One Item of the Mask Subtraction Sequence (PS3.3 C.7.6.10, C.11.13).

    operation: AVG_SUB, TID or REV_TID. frames: the mask frames, averaged. applicable: pairs of first and
    last contrast frame, empty for all. averaging: contrast frames averaged from each on. tid_offset:
    from a contrast frame to its mask. shift: (rows, columns) the mask moves; shifts take its place where
    there are any, frames and pixels outside of them are not shifted. visibility: how much of the mask stays
    to be seen, 0 to 1. log_tables: what frames go through first; the first that is for one counts. item_id:
    Subtraction Item ID, by which frames of enhanced objects name it.
    """

    scope: Scope
    operation: str
    frames: tuple[int, ...]
    applicable: tuple[tuple[int, int], ...] = ()
    averaging: int = 1
    tid_offset: int = 1
    shift: tuple[float, float] = (0.0, 0.0)
    visibility: float = 0.0
    shifts: tuple[PixelShift, ...] = ()
    log_tables: tuple[LogTable, ...] = ()
    item_id: float | None = None


@dataclass(frozen=True, slots=True)
class ScopedModality:
    """A Modality LUT and the images it is for (PS3.3 C.11.35)."""

    scope: Scope
    modality: Rescale | LookupTable


@dataclass(frozen=True, slots=True)
class GreyStage:
    """Modality LUTs and VOI; none for an image means identity, whatever it says itself (PS3.4 N.2.1)."""

    modalities: tuple[ScopedModality, ...] = ()
    vois: tuple[ScopedVoi, ...] = ()

    def modality_for(self, image: tuple[str, int]) -> Rescale | LookupTable | None:
        """The first that is for this SOP Instance UID and frame number."""
        return next((one.modality for one in self.modalities if in_scope(one.scope, *image)), None)


@dataclass(frozen=True, slots=True)
class Blending:
    """Two sets of images, one over the other (PS3.3 C.11.14). opacity: of the superimposed, 0 to 1."""

    underlying: tuple[ImageReference, ...]
    superimposed: tuple[ImageReference, ...]
    underlying_stage: GreyStage
    superimposed_stage: GreyStage
    opacity: float


class ThresholdType(Enum):
    """Which values of an input are visible (PS3.3 C.11.33.1.2)."""

    RANGE_INCL = "RANGE_INCL"
    GREATER_OR_EQUAL = "GREATER_OR_EQUAL"
    LESS_OR_EQUAL = "LESS_OR_EQUAL"
    GREATER_THAN = "GREATER_THAN"
    LESS_THAN = "LESS_THAN"


@dataclass(frozen=True, slots=True)
class BlendingInput:
    """One input of an advanced blending state: images, their greys and palette (PS3.3 C.11.33).

    images: empty for the whole series. thresholds: type and values; all must hold. is_geometry: the output
    has the geometry of these images.
    """

    images: tuple[ImageReference, ...]
    series_instance_uid: str
    study_instance_uid: str
    stage: GreyStage = GreyStage()
    palette: Palette | None = None
    thresholds: tuple[tuple[ThresholdType, tuple[float, ...]], ...] = ()
    is_geometry: bool = False


@dataclass(frozen=True, slots=True)
class BlendingStep:
    """inputs: their numbers, also of steps. opacity: of the first of two; None to weigh all equally."""

    inputs: tuple[int, ...]
    opacity: float | None


@dataclass(frozen=True, slots=True)
class AdvancedBlending:
    """Inputs and steps by Blending Input Number; the step without a number is the last (PS3.3 C.11.34)."""

    inputs: Mapping[int, BlendingInput]
    steps: Mapping[int, BlendingStep]
    last: BlendingStep

    @property
    def geometry(self) -> BlendingInput:
        """The input whose images are shown, and in whose pixels."""
        inputs = [self.inputs[number] for number in sorted(self.inputs)]
        return next((one for one in inputs if one.is_geometry), inputs[0])


@dataclass(frozen=True, slots=True)
class PresentationState:
    """How somebody wants images to be shown.

    images: all it is for. presentation_lut: a table, or whether greys are inverted. rotation: clockwise,
    0, 90, 180 or 270 degrees, before the flip about the vertical axis. overlays: those it brings itself,
    by group; activations: which overlays, its own or the image's, are drawn in which layer. icc_profile:
    of its colours. version: "" or what changes with the content, for those who keep pictures.
    """

    kind: StateKind
    sop_instance_uid: str
    images: tuple[ImageReference, ...]
    grey: GreyStage = GreyStage()
    presentation_lut: LookupTable | bool = False
    masks: tuple[Mask, ...] = ()
    shutter: Shutter | None = None
    overlays: Mapping[int, Overlay] = field(default_factory=dict)
    activations: Mapping[int, str] = field(default_factory=dict)
    areas: tuple[DisplayedArea, ...] = ()
    rotation: int = 0
    is_flipped: bool = False
    layers: Mapping[str, Layer] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    palette: Palette | None = None
    blending: Blending | None = None
    advanced: AdvancedBlending | None = None
    icc_profile: bytes = field(default=b"", repr=False)
    version: str = ""
