"""What rendering may want of an object beside the frame that is shown, and of other objects."""

from __future__ import annotations

from readingroom.archive import Archive, mapped
from readingroom.model import Attributes, Selection, StoredInstance
from readingroom.objects import OpenFrames, of_whole_cells, read_attributes
from readingroom.pixels import Array, Frame, decode_frame
from readingroom.render import ImageReference, Shown

from .frames import FrameReader


class StoredSource:
    """`render.Source` over an open instance of the archive."""

    def __init__(
        self, archive: Archive, reader: FrameReader, stored: StoredInstance, frames: OpenFrames
    ) -> None:
        self._archive = archive
        self._reader = reader
        self._stored = stored
        self._frames = frames

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self._frames.count

    def decoded(self, number: int) -> Frame:
        """Another frame of the object, from 1, in full size."""
        return self._frames.decoded(number)

    def cells(self, number: int) -> Array:
        """A frame with all bits allocated."""
        return decode_frame(self._frames.stored(number), of_whole_cells(self._frames.description)).values

    def whole_attributes(self) -> Attributes:
        """All attributes of the object, large overlays too."""
        with self._archive.open(self._stored) as file, mapped(file) as buffer:
            return read_attributes(buffer, self._stored)

    def series(self, study_instance_uid: str, series_instance_uid: str) -> tuple[ImageReference, ...]:
        """The images of a series that are here, in their order, all frames of each."""
        return series_images(self._archive, study_instance_uid, series_instance_uid)

    def attributes_of(self, reference: ImageReference) -> Attributes | None:
        """The attributes of another image, None when it is not here."""
        found = self._found(reference)
        if found is None or not found.number_of_frames:
            return None
        with self._reader.open(found) as frames:
            return frames.attributes

    def _found(self, reference: ImageReference) -> StoredInstance | None:
        named = (reference.sop_instance_uid,)
        series = (reference.series_instance_uid,) if reference.series_instance_uid else ()
        found = self._archive.instances(Selection(series_instance_uids=series, sop_instance_uids=named))
        return found[0] if found else None

    def image(self, reference: ImageReference, frame_number: int) -> Shown | None:
        """A frame of another image, None when it is not here."""
        found = self._found(reference)
        if found is None or not 1 <= frame_number <= found.number_of_frames:
            return None
        with self._reader.open(found) as frames:
            frame = frames.decoded(frame_number)
            return Shown(frame, frames.description, frames.attributes, frame_number)


def series_images(
    archive: Archive, study_instance_uid: str, series_instance_uid: str
) -> tuple[ImageReference, ...]:
    """References to the images of a series that are here, in their order, with all their frames."""
    found = archive.instances(
        Selection(study_instance_uids=(study_instance_uid,), series_instance_uids=(series_instance_uid,))
    )
    return tuple(
        ImageReference(
            stored.sop_class_uid,
            stored.ref.sop_instance_uid,
            tuple(range(1, stored.number_of_frames + 1)),
            series_instance_uid,
            study_instance_uid,
        )
        for stored in found
        if stored.number_of_frames
    )
