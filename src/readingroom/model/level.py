"""The levels of the Query/Retrieve information models, PS3.4 C.6."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """Query/Retrieve Level (0008,0052); ordered from the patient down to the instance."""

    PATIENT = 0
    STUDY = 1
    SERIES = 2
    IMAGE = 3
