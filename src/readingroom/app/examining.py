"""The connectivity doctor as configured."""

from __future__ import annotations

from readingroom.exchange import Doctor, Listening
from readingroom.journal import Journal

from .settings import Settings, split_address
from .wiring import ourselves


def doctor_of(settings: Settings, calling: str | None = None, journal: Journal | None = None) -> Doctor:
    """Who examines nodes; calling, journal: as for `ourselves`."""
    host, port = split_address(settings.dicom.address)
    return Doctor(ourselves(settings, calling, journal), Listening(host, port))
