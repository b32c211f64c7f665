"""What an administrator took out of the archive, and can put back until it is purged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deletion:
    """One study, series or instance that was deleted, with all that it held at that moment.

    key: names it, and sorts by time. series_instance_uid and sop_instance_uid: empty above that level.
    at: seconds since the epoch. patient_name, patient_id, study_date, description, modalities: of the study
    as it was. byte_count: of all files, revisions included. is_purging: its files are being removed; it
    cannot be restored any more.
    """

    key: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    deleted_by: str
    at: float
    reason: str = ""
    patient_name: str = ""
    patient_id: str = ""
    study_date: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    series_count: int = 0
    instance_count: int = 0
    byte_count: int = 0
    is_purging: bool = False

    @property
    def level(self) -> str:
        """study, series or instance."""
        if self.sop_instance_uid:
            return "instance"
        return "series" if self.series_instance_uid else "study"

    @property
    def uid(self) -> str:
        """The UID of what was deleted."""
        return self.sop_instance_uid or self.series_instance_uid or self.study_instance_uid
