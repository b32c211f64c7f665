"""Opening stored instances for reading frames."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator

from readingroom.archive import Archive, mapped
from readingroom.dataset import Buffer
from readingroom.errors import Unsupported
from readingroom.index import keeping
from readingroom.model import StoredInstance
from readingroom.objects import Layout, OpenFrames, open_frames, read_layout

_REMEMBERED = 64


class FrameReader:
    """Opens instances for reading frames; remembers the layout of those it opened last."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._layouts: OrderedDict[str, Layout] = OrderedDict()

    @contextlib.contextmanager
    def open(self, stored: StoredInstance) -> Iterator[OpenFrames]:
        """The instance's frames, while the block lasts.

        Raises Unsupported when it has no pixel data, Invalid when they cannot be understood, NotFound when
        its bytes are gone.
        """
        if not stored.number_of_frames:
            raise Unsupported("This object holds no image.", uid=stored.ref.sop_instance_uid)
        with (
            self._archive.open(stored) as file,
            mapped(file) as buffer,
            open_frames(buffer, stored, self._layout(stored, buffer)) as frames,
        ):
            yield frames

    def _layout(self, stored: StoredInstance, buffer: Buffer) -> Layout:
        """Kept by blob: what is stored under one key never changes."""
        with self._lock:
            known = self._layouts.get(stored.blob)
            if known is not None:
                self._layouts.move_to_end(stored.blob)
                return known
        recorded = None
        if stored.number_of_frames > 1:  # of a single one nothing is recorded
            with self._archive.database.reading() as connection:
                recorded = keeping.frames_of(connection, stored.blob)
        made = read_layout(buffer, stored, recorded)
        with self._lock:
            self._layouts[stored.blob] = made
            while len(self._layouts) > _REMEMBERED:
                self._layouts.popitem(last=False)
        return made
