"""SOP classes: the storage classes of contract/spec and of the standard, and the services we take part in."""

from __future__ import annotations

import csv
from functools import cache

from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID

from .levels import SPEC

VERIFICATION = "1.2.840.10008.1.1"
PATIENT_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.1.1"
PATIENT_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.1.2"
PATIENT_ROOT_GET = "1.2.840.10008.5.1.4.1.2.1.3"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
STORAGE_COMMITMENT_PUSH_MODEL = "1.2.840.10008.1.20.1"
INSTANCE_AVAILABILITY_NOTIFICATION = "1.2.840.10008.5.1.4.33"

_NOT_COMPOSITE = frozenset({"1.2.840.10008.1.3.10"})

# Newer than pydicom's dictionary and than contract/spec (PS3.6 A).
_NEWER = {
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation Storage",
}

NON_PATIENT_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.38.1",  # Hanging Protocol
        "1.2.840.10008.5.1.4.39.1",  # Color Palette
        "1.2.840.10008.5.1.4.43.1",  # Generic Implant Template
        "1.2.840.10008.5.1.4.44.1",  # Implant Assembly Template
        "1.2.840.10008.5.1.4.45.1",  # Implant Template Group
        "1.2.840.10008.5.1.4.1.1.200.1",  # CT Defined Procedure Protocol
        "1.2.840.10008.5.1.4.1.1.200.3",  # Protocol Approval
        "1.2.840.10008.5.1.4.1.1.200.7",  # XA Defined Procedure Protocol
        "1.2.840.10008.5.1.4.1.1.201.1",  # Inventory
    }
)
"""Storage classes whose objects belong to no patient and no study (PS3.3 A.1.4, PS3.4 GG)."""


@cache
def storage_classes() -> dict[str, str]:
    """UID to name of every storage SOP class we accept without being told to."""
    with (SPEC / "sop_classes.csv").open(newline="", encoding="utf-8") as table:
        found = {row["uid"]: row["name"] for row in csv.DictReader(table) if row["service"] == "storage"}
    for uid, (name, kind, *_) in UID_dictionary.items():
        if (
            kind == "SOP Class"
            and "Storage" in name
            and "Commitment" not in name
            and uid not in _NOT_COMPOSITE
        ):
            found.setdefault(uid, name)
    return _NEWER | found


@cache
def service_classes() -> dict[str, str]:
    """UID to name of every other SOP class of contract/spec, and of C-GET by patient."""
    with (SPEC / "sop_classes.csv").open(newline="", encoding="utf-8") as table:
        found = {row["uid"]: row["name"] for row in csv.DictReader(table) if row["service"] != "storage"}
    return found | {PATIENT_ROOT_GET: UID(PATIENT_ROOT_GET).name}


@cache
def name_of(uid: str) -> str:
    """The name in PS3.6 A or contract/spec, or the UID itself."""
    return storage_classes().get(uid) or UID(uid).name
