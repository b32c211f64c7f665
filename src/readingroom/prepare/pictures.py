"""Pictures of stored frames: frames + `Presentation` → `render`, and thumbnails kept by series."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from cachetools import LRUCache

from readingroom.archive import Archive, mapped
from readingroom.errors import Invalid, NotFound, ReadingRoomError, Unavailable, Unsupported
from readingroom.index import Database, SeriesState, keeping
from readingroom.model import Attributes, Selection, StoredInstance
from readingroom.objects import OpenFrames, read_attributes
from readingroom.pixels import Frame
from readingroom.render import (
    STATE_CLASSES,
    ColorSpace,
    Picture,
    Presentation,
    PresentationState,
    captioned,
    encode_animation,
    encode_avif,
    encode_gif,
    encode_jp2,
    encode_jpeg,
    encode_png,
    encode_webp,
    frame_durations,
    in_color_space,
    may_subtract,
    picture_size,
    read_state,
    render,
    spare_levels,
    why_not_applied,
    with_profile,
)

from .frames import FrameReader
from .sources import StoredSource
from .view_tier import ViewTier

_LARGE = 1_000_000
"""Pixels from which reading a part of a rendition is faster than decoding the frame."""

THUMBNAIL = 256
"""Pixels along the longer side of a kept thumbnail."""

MOST_ANIMATED = 1000
"""Frames of an animation at most."""
_MOST_ANIMATED_PIXELS = 64_000_000
_MOST_DECODED_PIXELS = 400_000_000


class Form(Enum):
    """How a picture is written."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    JP2 = "image/jp2"
    WEBP = "image/webp"
    AVIF = "image/avif"


_WRITERS: dict[Form, Callable[[Picture, int], bytes]] = {
    Form.JPEG: encode_jpeg,
    Form.PNG: lambda picture, _: encode_png(picture),
    Form.GIF: lambda picture, _: encode_gif(picture),
    Form.JP2: encode_jp2,
    Form.WEBP: encode_webp,
    Form.AVIF: encode_avif,
}


PictureKey: TypeAlias = tuple[str, int, str]
"""What a finished picture is of and how it is written."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a picture becomes a file.

    quality: of lossy forms, 1 to 100. captions: as `render.captioned`. color_space: other than NO, the file
    carries an ICC profile.
    """

    form: Form
    quality: int = 90
    captions: frozenset[str] = frozenset()
    color_space: ColorSpace = ColorSpace.NO


def picture_key(
    stored: StoredInstance, frame_number: int, presentation: Presentation, how: Written
) -> PictureKey:
    """The key of the picture that `Pictures.encoded` makes of the same arguments."""
    way = (how.form, how.quality, sorted(how.captions), how.color_space)
    return stored.sha256, frame_number, repr((presentation, *way))


class Pictures:
    """Renders frames of stored instances and keeps one thumbnail for each series.

    most_remembered: bytes of finished pictures that are kept in memory, those asked for last.
    """

    def __init__(
        self,
        database: Database,
        archive: Archive,
        frames: FrameReader,
        tier: ViewTier,
        most_remembered: int = 0,
    ) -> None:
        self._database = database
        self._archive = archive
        self._frames = frames
        self._tier = tier
        self._remembered: LRUCache[PictureKey, bytes] = LRUCache(most_remembered, len)
        self._lock = threading.Lock()

    def picture(self, stored: StoredInstance, frame_number: int, presentation: Presentation) -> Picture:
        """Frame `frame_number` (from 1) as it is to be shown.

        Raises NotFound for a frame that is not there, Unsupported for an object without an image, Invalid
        for pixel data that cannot be read.
        """
        with self._frames.open(stored) as frames:
            attributes, description = frames.attributes, frames.description
            reduce = spare_levels(description, attributes, presentation, frame_number)
            frame = self._decoded(stored, frames, frame_number, reduce)
            source = StoredSource(self._archive, self._frames, stored, frames)
            return render(frame, description, attributes, presentation, frame_number, source)

    def _decoded(self, stored: StoredInstance, frames: OpenFrames, number: int, reduce: int) -> Frame:
        """The frame with up to `reduce` resolutions fewer, from the view tier where that is faster."""
        description = frames.description
        if reduce and description.rows * description.columns >= _LARGE:
            smaller = self._tier.smaller_frame(stored, frames, number, reduce)
            if smaller is not None:
                return smaller
        try:
            return frames.decoded(number, reduce)
        except Invalid:
            if not reduce:
                raise
            return frames.decoded(number)  # some codestreams can be read in full size only

    def state_of(self, stored: StoredInstance) -> PresentationState:
        """The presentation state that an instance is, for `Presentation.state`.

        Raises Unsupported for an instance of another kind, Invalid for a broken one, NotFound when its
        bytes are gone.
        """
        if stored.sop_class_uid not in STATE_CLASSES:
            raise Unsupported(why_not_applied(stored.sop_class_uid), uid=stored.ref.sop_instance_uid)
        with self._archive.open(stored) as file, mapped(file) as buffer:
            return replace(read_state(read_attributes(buffer, stored)), version=stored.sha256)

    def encoded(
        self, stored: StoredInstance, frame_number: int, presentation: Presentation, how: Written
    ) -> bytes:
        """The picture as a file. Raises Unsupported for a form that cannot carry the profile asked for."""
        key = picture_key(stored, frame_number, presentation, how)
        captions, color_space = how.captions, how.color_space
        known = self.remembered(key)
        if known is not None:
            return known
        picture, profile = self.picture(stored, frame_number, presentation), b""
        if captions or color_space is not ColorSpace.NO:
            with self._frames.open(stored) as frames:
                attributes = frames.attributes
            picture = captioned(picture, attributes, captions) if captions else picture
            is_srgb = presentation.state is not None
            picture, profile = in_color_space(
                picture, attributes, color_space, is_srgb=is_srgb, frame_number=frame_number
            )
        if profile:
            body = with_profile(picture, how.form.value, profile, how.quality)
        else:
            body = _WRITERS[how.form](picture, how.quality)
        with self._lock, contextlib.suppress(ValueError):  # larger than all that may be remembered
            self._remembered[key] = body
        return body

    def remembered(self, key: PictureKey) -> bytes | None:
        """A picture that `encoded` made and that is still in memory."""
        with self._lock:
            return self._remembered.get(key)

    def animated(
        self,
        stored: StoredInstance,
        presentation: Presentation,
        captions: frozenset[str] = frozenset(),
    ) -> bytes:
        """All frames as a GIF that moves at their own times. captions: as `render.captioned`.

        Raises Invalid for more than `MOST_ANIMATED` frames, or pixels in all, and as `picture`.
        """
        count = stored.number_of_frames
        with self._frames.open(stored) as frames:
            attributes = frames.attributes
            size = picture_size(frames.description, attributes, presentation, 1)
            work = count * frames.description.rows * frames.description.columns
        is_too_much = count * size[0] * size[1] > _MOST_ANIMATED_PIXELS or work > _MOST_DECODED_PIXELS
        if count > MOST_ANIMATED or is_too_much:
            raise Invalid(
                f"{count} frames, shown in {size[0]} x {size[1]} pixels, are too much for one animation; ask "
                "for a smaller viewport, or for a frame.",
                parameter="viewport",
            )

        steady = self.with_steady_differences(stored, attributes, presentation)

        def pictures() -> Iterator[Picture]:
            for number in range(1, count + 1):
                picture = self.picture(stored, number, steady)
                yield captioned(picture, attributes, captions) if captions else picture

        return encode_animation(pictures(), frame_durations(attributes, count))

    def with_steady_differences(
        self, stored: StoredInstance, attributes: Attributes, presentation: Presentation
    ) -> Presentation:
        """The presentation with one window for all differences to a mask: that of the middle frame."""
        middle = (stored.number_of_frames + 1) // 2
        if presentation.state or not may_subtract(attributes, middle, presentation.subtracts):
            return presentation
        shown = self.picture(stored, middle, presentation)
        return replace(presentation, difference_window=shown.window) if shown.is_subtracted else presentation

    def thumbnail(self, study_uid: str, series_uid: str) -> bytes:
        """A JPEG of the series' middle image, kept once made. Raises NotFound, Unsupported."""
        with self._database.reading() as connection:
            state = keeping.find_series(connection, study_uid, series_uid)
            if state is None:
                raise NotFound("There is no such series here.", series_instance_uid=series_uid)
            kept = keeping.prepared_thumbnail(connection, state)
        if (jpeg := kept) is None:
            jpeg = self._make_thumbnail(state)
            with contextlib.suppress(Unavailable):  # made again for who asks next
                self._keep_thumbnail(state, jpeg)
        if not jpeg:
            raise Unsupported("Nothing in this series can be drawn.")
        return jpeg

    def prepare(self, state: SeriesState) -> None:
        """Make and keep the thumbnail of a series. Raises Unavailable."""
        self._keep_thumbnail(state, self._make_thumbnail(state))

    def _keep_thumbnail(self, state: SeriesState, jpeg: bytes) -> None:
        with self._database.writing() as connection:
            keeping.keep_thumbnail(connection, state, jpeg)

    def _make_thumbnail(self, state: SeriesState) -> bytes:
        """Empty when none of three tries can be drawn."""
        instances = self._archive.instances(
            Selection(study_instance_uids=(state.study_uid,), series_instance_uids=(state.series_uid,))
        )
        drawable = [stored for stored in instances if stored.number_of_frames]
        jpeg = b""
        for at in dict.fromkeys((len(drawable) // 2, 0, len(drawable) - 1)):
            if not 0 <= at < len(drawable):
                continue
            stored = drawable[at]
            try:
                middle = (stored.number_of_frames + 1) // 2
                shown = Presentation(viewport=(THUMBNAIL, THUMBNAIL))
                jpeg = self.encoded(stored, middle, shown, Written(Form.JPEG, 80))
                break
            except Unavailable:
                raise
            except ReadingRoomError:
                continue  # the next try may be sound; an empty picture says that none was
        return jpeg
