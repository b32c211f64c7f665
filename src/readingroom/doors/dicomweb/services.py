"""What the door is given: the engines it calls, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from readingroom.archive import Archive, Lifecycle
from readingroom.prepare import FrameReader, Metadata, Pictures, Videos, ViewTier
from readingroom.query import QueryEngine

from .fragments import Fragments


@dataclass(frozen=True, slots=True)
class Services:
    """The engines behind the door.

    most_results: answers to one search at most, more are announced by a Warning header.
    most_request_bytes: of one STOW-RS request, 0 for no limit. wado_uri_default: `wado_uri.STORED` or
    `EXPLICIT`. deidentifying_key: of this installation, makes the new UIDs of anonymize=yes.
    fragments: of search results.
    """

    archive: Archive
    lifecycle: Lifecycle
    query: QueryEngine
    metadata: Metadata
    pictures: Pictures
    frames: FrameReader
    tier: ViewTier
    videos: Videos
    deidentifying_key: bytes
    most_results: int = 10_000
    most_request_bytes: int = 0
    wado_uri_default: str = "stored"
    fragments: Fragments = field(default_factory=Fragments)
