"""Presentation states of ../shared/data/made/gsps on their images, read by pydicom."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydicom import Dataset

from readingroom.model import Attributes
from readingroom.objects import of_whole_cells
from readingroom.pixels import Array, Frame, PixelDescription, decode_frame
from readingroom.render import (
    ImageReference,
    Picture,
    Presentation,
    PresentationState,
    Shown,
    read_state,
    render,
)
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data


class ReadSource:
    """`render.Source` over a read file."""

    def __init__(self, ds: Dataset) -> None:
        self.ds = ds
        self.description: PixelDescription = description_of(ds)

    @property
    def count(self) -> int:
        return self.description.number_of_frames

    def decoded(self, number: int) -> Frame:
        data, bit = frame_bytes(self.ds, self.description, number)
        return decode_frame(data, self.description, bit_offset=bit)

    def cells(self, number: int) -> Array:
        data, bit = frame_bytes(self.ds, self.description, number)
        return decode_frame(data, of_whole_cells(self.description), bit_offset=bit).values

    def whole_attributes(self) -> Attributes:
        return attributes_of(self.ds)

    def series(self, study_instance_uid: str, series_instance_uid: str) -> tuple[ImageReference, ...]:
        here = [ds for ds in bases().values() if ds.SeriesInstanceUID == series_instance_uid]
        return tuple(
            ImageReference(
                ds.SOPClassUID, ds.SOPInstanceUID, tuple(range(1, int(ds.get("NumberOfFrames", 1)) + 1))
            )
            for ds in here
        )

    def attributes_of(self, reference: ImageReference) -> Attributes | None:
        other = bases().get(reference.sop_instance_uid)
        return None if other is None else attributes_of(other)

    def image(self, reference: ImageReference, frame_number: int) -> Shown | None:
        other = bases().get(reference.sop_instance_uid)
        if other is None:
            return None
        source = ReadSource(other)
        return Shown(source.decoded(frame_number), source.description, attributes_of(other), frame_number)


def folder() -> Path:
    """../shared/data/made/gsps, or the test is skipped."""
    return shared_data() / "made" / "gsps"


@cache
def bases() -> dict[str, Dataset]:
    """The images by SOP Instance UID."""
    found = [read_image(path) for path in sorted(folder().glob("base-*.dcm"))]
    return {str(ds.SOPInstanceUID): ds for ds in found}


def state(name: str) -> PresentationState:
    """The state of that file name."""
    return read_state(attributes_of(read_image(folder() / f"{name}.dcm")))


def image_of(shown: PresentationState) -> Dataset:
    """The first image it is for."""
    return bases()[shown.images[0].sop_instance_uid]


def picture(name: str, frame_number: int = 1, **wishes: object) -> Picture:
    """The state's first image as it wants it. wishes: of `Presentation`."""
    applied = state(name)
    ds = image_of(applied)
    source = ReadSource(ds)
    presentation = Presentation(state=applied, **wishes)  # type: ignore[arg-type]
    frame = source.decoded(frame_number)
    return render(frame, source.description, attributes_of(ds), presentation, frame_number, source)
