"""A disk of a few megabytes, to be filled."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A tmpfs mounted at `folder` from here to the end of the block.

    Needs root, or sudo without a password. Without either the test is skipped, which says so; a full disk is
    then tried by a limit of the size of files only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "tmpfs", str(folder)]
    before = next((way for way in _ways() if _succeeds([*way, *words])), None)
    if before is None:
        pytest.skip("no file system can be mounted here (neither root nor sudo): a full disk is not tried")
    try:
        yield folder
    finally:
        subprocess.run([*before, "umount", "--lazy", str(folder)], check=True)


def _ways() -> list[list[str]]:
    return [[]] + ([["sudo", "-n"]] if shutil.which("sudo") else [])


def _succeeds(words: list[str]) -> bool:
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return done.returncode == 0


@contextmanager
def no_room(disk: Path, left: int) -> Iterator[None]:
    """Fill the disk but for `left` bytes, from here to the end of the block.

    Who writes there meanwhile, such as a server that prepares something, may have taken some of it.
    """
    filler = disk / "filler"
    free = os.statvfs(disk)
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):  # full before that
            wanted = max(0, free.f_bavail * free.f_frsize - left)
            while wanted > 0:
                wanted -= file.write(bytes(min(wanted, 1 << 16)))
        yield
    finally:
        filler.unlink()
