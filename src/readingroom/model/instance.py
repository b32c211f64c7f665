"""A SOP instance as we keep it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """The three UIDs that name a SOP instance in the hierarchy."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """Where each frame lies in a stored file, in bytes from the start of the file.

    frames[i] is the tuple of (offset, length) pieces whose concatenation is frame i: one piece for native
    pixel data, one per fragment for encapsulated (PS3.5 A.4). Item headers are not part of a piece.
    """

    frames: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """One stored SOP instance and where its bytes are.

    blob: key in the blob store. size: bytes of the whole Part 10 file. dataset_offset: bytes of preamble,
    prefix and file meta information before the Data Set. pixel_offset: position of the value of (Float,
    Double Float) Pixel Data in the file, None when there is none. sha256: hex digest of the Data Set's
    bytes (from dataset_offset to the end).
    """

    ref: InstanceRef
    sop_class_uid: str
    transfer_syntax_uid: str
    blob: str
    size: int
    dataset_offset: int
    pixel_offset: int | None
    number_of_frames: int
    sha256: str


class OutcomeKind(Enum):
    """What became of one object that was offered to the archive."""

    STORED = "stored"
    """New, safe on disk and certain to be in the index."""
    IDENTICAL = "identical"
    """The same bytes were here already; nothing changed."""
    REVISED = "revised"
    """The same SOP Instance UID was here with other content; both are kept, this one is now current."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object; `error` says why when it failed."""

    kind: OutcomeKind
    sop_class_uid: str
    ref: InstanceRef | None
    error: Exception | None = None
    warnings: tuple[str, ...] = ()
