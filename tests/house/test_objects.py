"""The table of what opens each storage class is whole; viewer and documentation have the same."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType

from readingroom.standard.sop_classes import storage_classes

ROOT = Path(__file__).parents[2]


def _maker() -> ModuleType:
    """viewer/dev/object_kinds.py, which is no package."""
    spec = importlib.util.spec_from_file_location("object_kinds", ROOT / "viewer" / "dev" / "object_kinds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _opens() -> dict[str, str]:
    with (ROOT / "contract" / "objects.csv").open(newline="", encoding="utf-8") as table:
        return {row["sop_class_uid"]: row["opens"] for row in csv.DictReader(table)}


def test_every_storage_class_has_a_row() -> None:
    assert set(storage_classes()) == set(_opens())


def test_the_viewer_has_the_same_table() -> None:
    viewer = json.loads((ROOT / "viewer" / "domain" / "object-kinds.json").read_text(encoding="utf-8"))
    assert viewer == _opens(), "run viewer/dev/object_kinds.py"


def test_the_viewer_has_the_same_names() -> None:
    names = (ROOT / "viewer" / "domain" / "class-names.json").read_text(encoding="utf-8")
    assert names == _maker().names(), "run viewer/dev/object_kinds.py"


def test_the_page_tells_of_every_storage_class() -> None:
    """Those of the conformance statement, and those of the survey of other products."""
    page = (ROOT / "docs" / "objects.md").read_text(encoding="utf-8")
    assert page == _maker().page(), "run viewer/dev/object_kinds.py"
    with (ROOT / "contract" / "spec" / "sop_classes.csv").open(newline="", encoding="utf-8") as table:
        surveyed = [row["uid"] for row in csv.DictReader(table) if row["service"] == "storage"]
    told = {line.split("|")[2].strip() for line in page.splitlines() if line.startswith("| ")}
    assert not (set(storage_classes()) | set(surveyed)) - told


def test_every_limit_of_the_survey_is_shown_not_to_be_here() -> None:
    """Each class that another product shows with a limit has a test that is there."""
    maker = _maker()
    assert {row["keyword"] for row in maker.limits()} == set(maker.surveyed_limits())
    for row in maker.limits():
        path, _, name = row["test"].partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in source, row["test"]
