"""Viewer and server read dose-volume histograms alike: contract/dose-volumes.json, made with numpy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readingroom.errors import Invalid
from readingroom.render.dose_volume import read_dose_volume
from readingroom.wire import from_dicom_json

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "contract" / "dose-volumes.json").read_text()
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_histogram_is_read_as_numpy_reads_it(case: dict[str, Any]) -> None:
    """Volume, mean and doses at volumes, or that it is none."""
    item = from_dicom_json(case["item"])
    if case["expected"] is None:
        with pytest.raises(Invalid):
            read_dose_volume(item)
        return
    read = read_dose_volume(item)
    assert read.volume == pytest.approx(case["expected"]["volume"])
    assert read.mean_dose() == pytest.approx(case["expected"]["mean"])
    for percent, dose in case["expected"]["dose_at"]:
        assert read.dose_at(percent) == pytest.approx(dose)
