"""A remote node: another archive, a modality, a workstation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Right(Enum):
    """What a known calling AE title may ask of us."""

    STORE = "store"
    QUERY = "query"
    RETRIEVE = "retrieve"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class Node:
    """A known DICOM application: our name for it, and how to reach it.

    ae_title: 1 to 16 characters, PS3.5 table 6.2-1 (AE).
    """

    name: str
    ae_title: str
    host: str
    port: int
    rights: frozenset[Right] = frozenset(Right)
