"""Places that processes share: limits hold over all of them, and the dead hold none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

from readingroom.association import Places
from tests.kit.ports import wait_until

_OTHER = """
import os, sys
from readingroom.association import Places
places = Places(4, 2, int(sys.argv[1]))
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "take":
        print(places.take(rest), flush=True)
    else:
        print(places.leave(int(rest)), flush=True)
"""


@pytest.fixture
def file() -> Iterator[int]:
    with tempfile.TemporaryFile() as opened:
        yield opened.fileno()


class Other:
    """Another process with the same file."""

    def __init__(self, file: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OTHER, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=(file,),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def say(self, word: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate()


def test_within_one_process() -> None:
    places = Places(3, 2)
    first, second = places.take("10.0.0.1"), places.take("10.0.0.1")
    assert (first, second) == (0, 1)
    assert places.take("10.0.0.1") is None, "two for one address"
    assert places.take("10.0.0.2") == 2
    assert places.take("10.0.0.3") is None, "three altogether"
    places.leave(1)
    assert places.take("::1") == 1
    assert Places(0).take("10.0.0.1") is None


def test_limits_hold_over_processes(file: int) -> None:
    here, there = Places(4, 2, file), Other(file)
    try:
        assert here.take("10.0.0.1") == 0
        assert there.say("take 10.0.0.1") == "1"
        assert there.say("take 10.0.0.1") == "None"
        assert here.take("10.0.0.1") is None
        assert there.say("take fd00::1") == "2"
        assert here.take("local") == 3
        assert here.take("10.0.0.9") is None
        assert there.say("leave 1") == "None"
        assert here.take("10.0.0.9") == 1
    finally:
        there.end()


def test_the_dead_hold_no_places(file: int) -> None:
    here, there = Places(4, 2, file), Other(file)
    assert there.say("take 10.0.0.1") == "0"
    assert there.say("take 10.0.0.1") == "1"
    assert here.take("10.0.0.1") is None
    os.kill(there.process.pid, signal.SIGKILL)
    there.process.wait()
    there.process.stdin.close()  # type: ignore[union-attr]
    there.process.stdout.close()  # type: ignore[union-attr]
    assert here.take("10.0.0.1") == 0
    wait_until(lambda: here.take("10.0.0.1") == 1, 60.0, "the second place of the dead is free")
