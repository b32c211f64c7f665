"""Which images and frames a part of a presentation state is for (PS3.3 table 10-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ImageReference:
    """One referenced image. frame_numbers: from 1, empty for all. series and study: "" where not said."""

    sop_class_uid: str
    sop_instance_uid: str
    frame_numbers: tuple[int, ...] = ()
    series_instance_uid: str = ""
    study_instance_uid: str = ""

    def covers(self, sop_instance_uid: str, frame_number: int) -> bool:
        """Whether that frame of that image is meant."""
        if sop_instance_uid != self.sop_instance_uid:
            return False
        return not self.frame_numbers or frame_number in self.frame_numbers


Scope: TypeAlias = tuple[ImageReference, ...]
"""Empty: every image the presentation state is for."""


def in_scope(scope: Scope, sop_instance_uid: str, frame_number: int) -> bool:
    """Whether a frame lies in a scope."""
    return not scope or any(reference.covers(sop_instance_uid, frame_number) for reference in scope)
