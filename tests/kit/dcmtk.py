"""DCMTK's programs against a running server, and its storescp as a destination."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from .ports import HOST, free_port, wait_until_listens


def dcmtk(program: str, *words: str | Path, expect: int | None = 0, timeout: float = 120.0) -> str:
    """Run one of DCMTK's programs; everything it printed. AssertionError unless it ends with `expect`."""
    done = subprocess.run(
        [path_of_program(program), *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
    )
    out = done.stdout.decode("utf-8", "replace")
    if expect is not None:
        assert done.returncode == expect, f"{program} ended with {done.returncode}:\n{out[-4000:]}"
    return out


def path_of_program(program: str) -> str:
    """Where it is installed; a test that needs one that is not is skipped."""
    found = shutil.which(program)  # /usr/bin: pynetdicom installs programs of the same names into .venv/bin
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        if (Path(folder) / program).exists():
            return str(Path(folder) / program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} of DCMTK is not installed, and in CI it must be")
        pytest.skip(f"{program} of DCMTK is not installed")
    return found


@dataclass(frozen=True)
class Storescp:
    """A running storescp: its AE title, its port, and the folder it writes to."""

    ae_title: str
    port: int
    folder: Path

    def files(self) -> list[Path]:
        """What has arrived."""
        return sorted(path for path in self.folder.iterdir() if path.is_file())

    def clear(self) -> None:
        """Forget what has arrived."""
        for path in self.files():
            path.unlink()


@contextmanager
def storescp(folder: Path, *options: str, ae_title: str = "STORESCP", port: int = 0) -> Iterator[Storescp]:
    """DCMTK's storescp, which keeps objects bit by bit, from here to the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    process = subprocess.Popen(
        [
            path_of_program("storescp"),
            "-aet",
            ae_title,
            "-od",
            str(folder),
            "--bit-preserving",
            *options,
            str(port),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TCP_NODELAY": "1"},
    )
    try:
        wait_until_listens(process, port, "storescp")
        yield Storescp(ae_title, port, folder)
    finally:
        process.terminate()
        process.wait(20.0)


def called(server_port: int, ae_title: str = "READINGROOM", calling: str = "DCMTK") -> list[str]:
    """The words by which DCMTK's programs call a server."""
    return ["-aet", calling, "-aec", ae_title, HOST, str(server_port)]
