"""Which stored instances are meant: the argument of every retrieval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Instances named by UID lists; an empty tuple leaves that level open.

    All given lists must hold at once. A selection without any list selects nothing.
    """

    patient_ids: tuple[str, ...] = ()
    study_instance_uids: tuple[str, ...] = ()
    series_instance_uids: tuple[str, ...] = ()
    sop_instance_uids: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when no list is given."""
        return not (
            self.patient_ids
            or self.study_instance_uids
            or self.series_instance_uids
            or self.sop_instance_uids
        )
