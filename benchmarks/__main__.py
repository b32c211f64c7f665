"""`python -m benchmarks [--rounds N] [--fresh DIR] [NAME...]`; without names, all but study-list."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from .dimse import BY_DICOM
from .run import Session
from .scrolling import BY_SCROLL
from .study_list import BY_LIST
from .view_tier import BY_HAND
from .viewer import BY_BROWSER
from .web import BY_WEB

USUAL = BY_DICOM | BY_WEB | BY_HAND
MEASURES = USUAL | BY_LIST | BY_BROWSER | BY_SCROLL  # these take minutes to fill: only when named


def main() -> None:
    """Run what is named, print a table, and say on what it was measured."""
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    words.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each measure [5]")
    words.add_argument("--folder", type=Path, help="where data go; default: a new temporary folder")
    words.add_argument("--studies", type=int, default=10_000, help="studies for the QIDO measure [10000]")
    words.add_argument("--profile", action="store_true", help="py-spy of our processes during ours")
    given = words.parse_args()
    unknown = [name for name in given.names if name not in MEASURES]
    if unknown:
        words.error(f"no such measure: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="rr-bench-", dir=given.folder) as folder:
        session = Session(Path(folder), given.rounds, given.studies, profile=given.profile)
        for name in given.names or USUAL:
            print(f"\n## {name}  (load {os.getloadavg()[0]:.1f})", flush=True)
            MEASURES[name](session)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


def _machine() -> str:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) >> 20 for line in _lines("/proc/meminfo")), 0)
    return (
        f"{os.cpu_count()} x {cpu}, {memory} GiB, Linux {platform.release()}, Python {sys.version.split()[0]}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    main()
