"""The connectivity doctor as configured."""

from __future__ import annotations

from readingroom.exchange import Doctor, Listening

from .settings import Settings, split_address
from .wiring import ourselves


def doctor_of(settings: Settings, calling: str | None = None) -> Doctor:
    """Who examines nodes; calling: another of our AE titles."""
    host, port = split_address(settings.dicom.address)
    return Doctor(ourselves(settings, calling), Listening(host, port))
