"""The names of ../shared/data/made/charsets as they must read, by TRUTH.csv."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import NamedTuple

from .shared_data import shared_data


class TrueName(NamedTuple):
    """terms: Specific Character Set. text: the name as it must read, all component groups. raw: its bytes.

    by_pydicom, by_dcmtk: whether that program reads it so.
    """

    terms: tuple[str, ...]
    text: str
    raw: bytes
    by_pydicom: bool
    by_dcmtk: bool


@cache
def names() -> dict[str, TrueName]:
    """File below made/ to its patient's name."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["kind"] == "person name"]
    truth = {}
    for decoded, raw, pydicom, dcmtk in zip(rows[0::4], rows[1::4], rows[2::4], rows[3::4], strict=True):
        assert raw["what is known"] == "raw value in hex"
        terms = decoded["what is known"].split(":")[0].removeprefix("SpecificCharacterSet ")
        truth[decoded["file"]] = TrueName(
            () if terms == "absent" else tuple(terms.split("\\")),
            "=".join(json.loads(decoded["value"])),
            bytes.fromhex(raw["value"]),
            pydicom["value"] == "True",
            dcmtk["value"] == "True",
        )
    return truth
