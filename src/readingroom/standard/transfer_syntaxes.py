"""Transfer syntaxes: the table of contract/spec and what the standard added since (PS3.5 A, PS3.6 A)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from pydicom.uid import UID

from .levels import SPEC

IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"
UNCOMPRESSED = (EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE)
"""Syntaxes whose pixel data are native; any of them can be made from any other."""

# In no seed's list: HTJ2K, JPEG XL, MPEG-4 and HEVC profiles, retired JPEG, fragmentable video.
_MORE = (
    "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55",
    "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93",
    "1.2.840.10008.1.2.4.100.1", "1.2.840.10008.1.2.4.101.1", "1.2.840.10008.1.2.4.102.1",
    "1.2.840.10008.1.2.4.103.1", "1.2.840.10008.1.2.4.104", "1.2.840.10008.1.2.4.104.1",
    "1.2.840.10008.1.2.4.105", "1.2.840.10008.1.2.4.105.1", "1.2.840.10008.1.2.4.106",
    "1.2.840.10008.1.2.4.106.1", "1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108",
    "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112",
    "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """One row: UID, name, and whether its pixel data are encapsulated."""

    uid: str
    name: str
    encapsulated: bool


@cache
def transfer_syntaxes() -> dict[str, TransferSyntax]:
    """Every transfer syntax that is accepted on the network, in the order of the tables."""
    with (SPEC / "transfer_syntaxes.csv").open(newline="", encoding="utf-8") as table:
        rows = [
            TransferSyntax(row["uid"], row["name"], row["encapsulated"] == "y")
            for row in csv.DictReader(table)
        ]
    rows += [TransferSyntax(uid, UID(uid).name, True) for uid in _MORE]
    return {row.uid: row for row in rows}


@cache
def keep_stored_form() -> tuple[str, ...]:
    """For objects that come to us: what is compressed stays so, then the plain forms."""
    compressed = tuple(row.uid for row in transfer_syntaxes().values() if row.encapsulated)
    return (*compressed, EXPLICIT_LE, IMPLICIT_LE, DEFLATED_LE, EXPLICIT_BE)


@cache
def always_possible() -> tuple[str, ...]:
    """For objects that go out on a context the peer proposed (C-GET): what we can make of anything first."""
    compressed = tuple(row.uid for row in transfer_syntaxes().values() if row.encapsulated)
    return (EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, *compressed)
