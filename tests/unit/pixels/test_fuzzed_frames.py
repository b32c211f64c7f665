"""Every codec is fed mutated frames in a process of its own: only our own errors, no crash, no hang."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.shared_data import REPOSITORY
from tests.unit.pixels.fuzz_frames import CODECS

SECONDS = float(os.environ.get("READINGROOM_FUZZ_SECONDS", "1.5"))
SEED = int(os.environ.get("READINGROOM_FUZZ_SEED", "1"))


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_mutated_frames_give_only_our_errors(codec: str, tmp_path: Path) -> None:
    fuzz = Path(__file__).with_name("fuzz_frames.py")
    done = subprocess.run(
        [sys.executable, fuzz, codec, str(SEED), str(SECONDS), tmp_path],
        capture_output=True,
        text=True,
        timeout=SECONDS + 60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
    )
    case = tmp_path / f"{codec}.case"
    last = case.read_bytes().hex() if case.exists() else ""
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}\nlast case {last}"
    assert " tried, " in done.stdout
    assert "ignored" not in done.stderr, done.stderr
