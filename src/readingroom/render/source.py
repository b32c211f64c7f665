"""What a presentation state may want beside the frame it is shown with."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from readingroom.model import Attributes
from readingroom.pixels import Array, Frame, PixelDescription

from .reference import ImageReference


class Shown(NamedTuple):
    """A decoded frame with what describes it."""

    frame: Frame
    description: PixelDescription
    attributes: Attributes
    frame_number: int


class Source(Protocol):
    """The object a frame is from, and the way to others. All raise what reading a frame raises."""

    @property
    def count(self) -> int:
        """How many frames there are."""

    def decoded(self, number: int) -> Frame:
        """Another frame of the object, from 1, in full size."""

    def cells(self, number: int) -> Array:
        """A frame with all bits allocated, those beside the stored ones too."""

    def whole_attributes(self) -> Attributes:
        """All attributes of the object, large overlays too."""

    def series(self, study_instance_uid: str, series_instance_uid: str) -> tuple[ImageReference, ...]:
        """The images of a series that are here, all frames of each."""

    def attributes_of(self, reference: ImageReference) -> Attributes | None:
        """The attributes of another image, None when it is not here; nothing is decoded."""

    def image(self, reference: ImageReference, frame_number: int) -> Shown | None:
        """A frame of another image, None when it is not here."""
