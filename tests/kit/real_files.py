"""The team's test files, split into those that can be stored and those that are broken."""

from __future__ import annotations

import csv
import re
import warnings
from functools import cache
from pathlib import Path

import pydicom

from readingroom.standard.sop_classes import NON_PATIENT_CLASSES

from .compare import Part10, read_part10
from .shared_data import shared_data

_DIRECTORY = "1.2.840.10008.1.3.10"
HOLLOW = "dicomdir/pydicom/TINY_ALPHA/"
"""CT images without rows, columns and pixels: they do not match their SOP class, and are kept."""
HALF = (
    "charsets/chrJapMulti.dcm",
    "charsets/chrJapMultiExplicitIR6.dcm",
    "charsets/chrKoreanMulti.dcm",
    "objects/nm/NM-NmIm-Siemens-s1-1.dcm",
    "made/hostile/rows-0.dcm",
)
"""Images that describe pixels and have none: they do not match their SOP class, and are kept."""


@cache
def storable() -> dict[str, Part10]:
    """Path below ../shared/data to the object, for every composite object that is one; no two are the same.

    They are stored with success, those of `HALF` and `HOLLOW` with a warning.
    """
    data = shared_data()
    with (data / "MANIFEST.csv").open(newline="", encoding="utf-8") as table:
        listed = [row["path"] for row in csv.DictReader(table)]
    made = [str(path.relative_to(data)) for path in sorted((data / "made").rglob("*.dcm"))]
    found = {}
    for name in [*listed, *made]:
        if name.startswith("malformed/"):
            continue
        part = read_part10(data / name)
        if part.sop_class_uid == _DIRECTORY or not _is_named(data / name, part):
            continue
        if part not in found.values():  # some files are copies of others
            found[name] = part
    return found


def _is_named(path: Path, part: Part10) -> bool:
    """Whether the UIDs that every composite object needs are there and are UIDs (PS3.5 9.1)."""
    uids = [part.sop_class_uid, part.sop_instance_uid]
    if part.sop_class_uid not in NON_PATIENT_CLASSES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            uids += [str(ds.get("StudyInstanceUID") or ""), str(ds.get("SeriesInstanceUID") or "")]
    return all(re.fullmatch(r"[0-9.]{1,64}", uid) for uid in uids)


@cache
def hollow() -> dict[str, Part10]:
    """Path to each object of the folder `HOLLOW`."""
    data = shared_data()
    paths = sorted(path for path in (data / HOLLOW).rglob("IM*") if path.is_file())
    return {str(path.relative_to(data)): read_part10(path) for path in paths}


@cache
def malformed() -> dict[str, Part10]:
    """Path to what can be made out of every file of the folder malformed."""
    data = shared_data()
    return {
        str(path.relative_to(data)): read_part10(path) for path in sorted((data / "malformed").glob("*.dcm"))
    }


def waves(objects: dict[str, Part10]) -> list[dict[str, Part10]]:
    """The objects in groups in which no SOP Instance UID comes twice."""
    groups: list[dict[str, Part10]] = []
    for name, part in objects.items():
        for group in groups:
            if all(part.sop_instance_uid != other.sop_instance_uid for other in group.values()):
                group[name] = part
                break
        else:
            groups.append({name: part})
    return groups


def path_of(name: str) -> Path:
    """Where the file is."""
    return shared_data() / name
