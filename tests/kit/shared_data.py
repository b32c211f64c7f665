"""Where things lie: the repository and the team's test data beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def shared_data() -> Path:
    """The folder of ../shared/data; where it is absent the test is skipped, in CI it fails."""
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    if os.environ.get("CI"):
        pytest.fail("../shared/data is not here, and in CI it must be")
    pytest.skip("../shared/data is not here: tests over it are skipped")
