"""Volumes out of the frames of a series, kept in memory while there is room, and cuts through them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cachetools import LRUCache

from readingroom.archive import Archive
from readingroom.errors import NotFound, Unsupported
from readingroom.model import Attributes, Selection, StoredInstance
from readingroom.pixels import Array, PixelDescription
from readingroom.render import (
    Cut,
    Finding,
    Rescale,
    Slice,
    Volume,
    Window,
    attributes_of_frame,
    codes_of,
    drawn,
    encode_jpeg,
    encode_png,
    geometry_of,
    in_16_bits,
    modality_transform,
    padding_range,
    reslice,
    slice_of,
    stored_windows,
)

from .frames import FrameReader

_MOST_FRAMES = 5000
_NO_FLOAT = float(np.float32(-3e38))
_UNIT = 0x00281054
_MODALITY = 0x00080060


@dataclass(frozen=True, slots=True)
class KeptVolume:
    """A volume with what a reader must know of it.

    low, high: modality values. window: that of the middle image, else over all values. step: between the
    values that 16 bits are used for, where they suffice; 0 for values with fractions, which take all codes.
    """

    volume: Volume
    findings: tuple[Finding, ...]
    slices: int
    low: float
    high: float
    window: Window
    unit: str
    is_inverted: bool
    step: float

    @property
    def memory(self) -> int:
        """Bytes that it takes."""
        return int(self.volume.values.nbytes)

    def cut(self, cut: Cut) -> Array:
        """Modality values on a plane, NaN where the volume says nothing."""
        return reslice(self.volume, cut)

    def picture(self, cut: Cut, window: Window, media_type: str) -> bytes:
        """The cut as image/png or image/jpeg."""
        picture = drawn(self.cut(cut), window, self.is_inverted)
        return encode_png(picture) if media_type == "image/png" else encode_jpeg(picture)

    def values(self, cut: Cut) -> tuple[bytes, float, float]:
        """The cut as signed 16-bit values, little endian; and their slope and intercept."""
        return in_16_bits(self.cut(cut), self.low, self.high, self.step)

    @property
    def codes(self) -> tuple[float, float]:
        """Slope and intercept of all its cuts in 16 bits."""
        return codes_of(self.low, self.high, self.step)


@dataclass(frozen=True, slots=True)
class _Frame:
    stored: StoredInstance
    number: int
    plane: Slice
    rescale: Rescale
    description: PixelDescription
    attributes: Attributes

    @property
    def attributes_here(self) -> Attributes:
        """With those of the frame's own functional groups."""
        return attributes_of_frame(self.attributes, self.number)


class Volumes:
    """Makes volumes and keeps those asked for last, `most_bytes` of them; 0 makes none."""

    def __init__(self, archive: Archive, frames: FrameReader, most_bytes: int) -> None:
        self._archive = archive
        self._frames = frames
        self._most = most_bytes
        self._kept: LRUCache[tuple[str, ...], KeptVolume] = LRUCache(most_bytes, lambda kept: kept.memory)
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def of(self, study_instance_uid: str, series_instance_uid: str) -> KeptVolume:
        """The volume of a series as it is now.

        Raises NotFound, and Unsupported for a series that makes none or one too large. One is made at a
        time; who asks meanwhile waits.
        """
        if not self._most:
            raise Unsupported("Reformatting on the server is switched off (prepare.volume_bytes).")
        found = self._archive.instances(
            Selection(study_instance_uids=(study_instance_uid,), series_instance_uids=(series_instance_uid,))
        )
        if not found:
            raise NotFound("There is no such series here.", series_instance_uid=series_instance_uid)
        key = tuple(sorted(stored.blob for stored in found))
        if (known := self._known(key)) is not None:
            return known
        with self._making:
            if (known := self._known(key)) is None:
                known = self._made(found)
                with self._lock:
                    self._kept[key] = known
        return known

    def _known(self, key: tuple[str, ...]) -> KeptVolume | None:
        with self._lock:
            return self._kept.get(key)

    def _made(self, found: Sequence[StoredInstance]) -> KeptVolume:
        if sum(stored.number_of_frames for stored in found) > _MOST_FRAMES:
            raise Unsupported(f"A volume is made of at most {_MOST_FRAMES} images.")
        frames = [frame for stored in found for frame in self._frames_of(stored)]
        if not frames:
            raise Unsupported("This series holds no images.")
        grid, findings = geometry_of([frame.plane for frame in frames])
        used = sorted({int(at) for at in grid.order if at >= 0})
        rescales = {frames[at].rescale for at in used}
        is_plain = len(rescales) == 1 and not frames[0].description.is_float
        dtype = _dtype(frames[0].description) if is_plain else np.dtype(np.float32)
        rows, columns = grid.size
        size = len(frames) * rows * columns * dtype.itemsize
        if size > self._most:
            raise Unsupported(
                f"This volume takes {size >> 20} MiB; {self._most >> 20} are given to volumes here "
                "(prepare.volume_bytes)."
            )
        values = np.zeros((len(frames), rows, columns), dtype)
        low, high, hole = np.inf, -np.inf, None
        for at in used:
            layer = self._decoded(frames[at])
            values[at] = layer if is_plain else frames[at].rescale.apply(layer.astype(np.float32))
            if (padding := padding_range(layer, frames[at].attributes_here)) is not None:
                is_none = (layer >= padding[0]) & (layer <= padding[1])
                hole = hole if hole is not None else float(padding[0]) if is_plain else _NO_FLOAT
                values[at][is_none] = hole
                layer = layer[~is_none]
            if layer.size:
                ends = frames[at].rescale.apply(np.array([layer.min(), layer.max()], np.float64))
                low, high = min(low, float(ends.min())), max(high, float(ends.max()))
        low, high = (low, high) if low <= high else (0.0, 0.0)
        own = rescales.pop() if is_plain else Rescale()
        middle = frames[used[len(used) // 2]]
        here = middle.attributes_here
        windows = stored_windows(here)
        return KeptVolume(
            volume=Volume(values, grid, own.slope, own.intercept, hole),
            findings=findings,
            slices=len(used),
            low=low,
            high=high,
            window=windows[0] if windows else Window((low + high + 1) / 2, high - low + 1),
            unit=_unit(here, middle.rescale),
            step=own.slope if is_plain else 0.0,
            is_inverted=middle.description.photometric_interpretation == "MONOCHROME1",
        )

    def _frames_of(self, stored: StoredInstance) -> Iterator[_Frame]:
        if not stored.number_of_frames:
            return
        with self._frames.open(stored) as frames:
            description, attributes = frames.description, frames.attributes
            is_wide = description.bits_stored > 16 and not description.is_float
            if description.samples_per_pixel != 1 or is_wide:
                raise Unsupported("This series makes no volume: its images are no greys of up to 16 bits.")
            size = description.rows, description.columns
            for number in range(1, min(frames.count, stored.number_of_frames) + 1):
                rescale = modality_transform(attributes_of_frame(attributes, number), description)
                if not isinstance(rescale, Rescale):
                    raise Unsupported("This series makes no volume: its values come from tables.")
                plane = slice_of(attributes, number, size)
                yield _Frame(stored, number, plane, rescale, description, attributes)

    def _decoded(self, frame: _Frame) -> Array:
        with self._frames.open(frame.stored) as frames:
            return frames.decoded(frame.number).values


def _dtype(description: PixelDescription) -> np.dtype[Any]:
    return np.dtype(np.int16 if description.pixel_representation else np.uint16)


def _unit(attributes: Attributes, rescale: Rescale) -> str:
    said, modality = attributes.get(_UNIT), attributes.get(_MODALITY)
    if said is not None and said.first:
        return str(said.first)
    return "HU" if modality is not None and modality.first == "CT" and rescale != Rescale() else ""
