"""The table of what opens the objects of each storage class is whole, and the viewer has the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from readingroom.standard.sop_classes import storage_classes

ROOT = Path(__file__).parents[2]


def _opens() -> dict[str, str]:
    with (ROOT / "contract" / "objects.csv").open(newline="", encoding="utf-8") as table:
        return {row["sop_class_uid"]: row["opens"] for row in csv.DictReader(table)}


def test_every_storage_class_has_a_row() -> None:
    assert set(storage_classes()) == set(_opens())


def test_the_viewer_has_the_same_table() -> None:
    viewer = json.loads((ROOT / "viewer" / "domain" / "object-kinds.json").read_text(encoding="utf-8"))
    assert viewer == _opens(), "run viewer/dev/object_kinds.py"
