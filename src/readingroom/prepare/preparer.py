"""The process that prepares: follows the change feed and makes what is missing once a series is quiet."""

from __future__ import annotations

import logging
import threading
import time

from readingroom import index
from readingroom.archive import Archive
from readingroom.errors import ReadingRoomError
from readingroom.index import Database, SeriesState, keeping

from .frames import FrameReader
from .metadata import Metadata
from .pictures import Pictures
from .view_tier import ViewTier

log = logging.getLogger("readingroom.prepare")

_LOOK_EVERY = 0.5
_AT_ONCE = 200
ROOT = "/dicom-web"
"""What the bulk data URIs in prepared metadata start with."""


class Preparer:
    """Makes series metadata and thumbnails. quiet_seconds: rest of a series before it is its turn."""

    def __init__(self, database: Database, archive: Archive, tier: ViewTier, quiet_seconds: float) -> None:
        self._database = database
        self._metadata = Metadata(database, archive, ROOT)
        self._pictures = Pictures(database, archive, FrameReader(archive), tier)
        self._quiet = quiet_seconds

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; at the start, everything that is missing is looked for once."""
        seen = self._newest()
        self._prepare_all(stopping)
        waiting = False
        while not stopping.wait(_LOOK_EVERY):
            newest = self._newest()
            if newest != seen or waiting:
                seen = newest
                waiting = self._prepare_all(stopping)

    def _newest(self) -> int:
        with self._database.reading() as connection:
            return index.last_change(connection)

    def _prepare_all(self, stopping: threading.Event) -> bool:
        """Prepare what is quiet; whether something was still moving and must be looked at again."""
        tried: set[tuple[int, int]] = set()
        while not stopping.is_set():
            with self._database.reading() as connection:
                found = keeping.unprepared_series(connection, time.time() - self._quiet, _AT_ONCE)
                moving = keeping.has_moving_series(connection, time.time() - self._quiet)
            due = [state for state in found if (state.pk, state.version) not in tried]
            if not due:
                return moving
            for state in due:
                if stopping.is_set():
                    return moving
                tried.add((state.pk, state.version))
                self._prepare(state)
        return False

    def _prepare(self, state: SeriesState) -> None:
        try:
            self._pictures.prepare(state)
            self._metadata.prepare(state)
        except ReadingRoomError as error:
            log.warning("series %s cannot be prepared: %s", state.series_uid, error.sentence)
        except Exception:  # one hostile object must not stop the work for all others
            log.exception("preparing series %s failed", state.series_uid)
