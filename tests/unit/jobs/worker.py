"""A process with a JobEngine and three kinds of jobs whose traces the tests can count."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from readingroom.errors import Invalid, Unavailable
from readingroom.index import Database
from readingroom.jobs import EngineLimits, JobEngine, Report
from readingroom.model import JobItem, NewJob


class Numbers:
    """Writes each item into a file, slowly; the parameter "bad" names items that fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def items(self, order: NewJob) -> Sequence[str]:
        if "broken" in order.parameters:
            raise Invalid("This cannot be understood.")
        return [f"{number}" for number in range(int(order.parameters["count"]))]

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        bad = order.parameters.get("bad", "").split(",")
        for item in items:
            if report.is_over():
                return
            time.sleep(float(order.parameters.get("seconds", "0.01")))
            if item.key in bad and not (self.folder / "mended").exists():
                report.failed(item.key, "It is bad.")
                continue
            with (self.folder / f"{order.subject}.txt").open("a") as file:
                file.write(f"{item.key}\n")
            report.done(item.key)


class Away:
    """The peer does not answer until a file exists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def items(self, order: NewJob) -> Sequence[str]:
        return ["one"]

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        with (self.folder / "tries.txt").open("a") as file:
            file.write("x")
        if not (self.folder / "there").exists():
            raise Unavailable("Nobody answers.")
        report.done("one")


def main() -> None:
    folder = Path(sys.argv[1])
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    database = Database(folder / "index.sqlite")
    limits = EngineLimits(at_once=3, per_node=lambda node: 1, attempts=4, first_rest=float(sys.argv[2]))
    handlers = {"numbers": Numbers(folder), "away": Away(folder)}
    JobEngine(database, folder / "jobs.sqlite", handlers, limits).run(stopping)
    sys.stdout.flush()
    import os

    os._exit(0)


if __name__ == "__main__":
    main()
